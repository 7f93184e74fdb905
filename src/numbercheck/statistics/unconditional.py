"""Boschloo's and Barnard's tests: exact for two groups of fixed size, whatever the shared rate is.

All pairs of counts are ordered by a statistic; P is the largest chance, over the unknown rate, of
a pair at least as extreme as the observed one. They are written here, not taken from SciPy: its
import takes longer than a whole audit, no browser has it, and its search for the largest chance
can miss it near a rate of 0 or 1 (17 of 27 against 18 of 48: 0.0193 instead of 0.0245, one-sided).

Sources: Boschloo (1970), doi:10.1111/j.1467-9574.1970.tb00104.x, ordered by Fisher's one-sided P;
Barnard (1947), doi:10.1093/biomet/34.1-2.123, ordered by the difference over its pooled error.
"""

from collections.abc import Callable, Sequence
from functools import lru_cache
from itertools import accumulate
from math import exp, lgamma, log, pi, sin, sqrt
from operator import mul

TIE = 1e-9  # statistics that differ by less, relatively, are equal
COARSE, FINE = 100, 20  # rates tried, then halvings around each of the best of them
SMALL = 1e-12  # the rates next to 0 and 1
NEAR_BEST = 0.95  # which of the rates tried may be beside the largest chance

Statistic = Callable[[int, int], float]  # of the events in two groups; larger is more extreme


def boschloo(a: int, first: int, c: int, second: int, alternative: str = "two-sided") -> float:
    """P value of Boschloo's test of ``a`` of ``first`` against ``c`` of ``second``.

    Two-sided, it is twice the smaller one-sided P, at most 1.
    """
    if alternative == "two-sided":
        sides = (boschloo(a, first, c, second, side) for side in ("less", "greater"))
        return min(2 * min(sides), 1.0)
    if alternative == "less":
        return boschloo(c, second, a, first, "greater")

    def statistic(x: int, y: int) -> float:
        return -fisher_upper_tail(x, first, y, second)

    return _largest([_region(statistic, statistic(a, c), first, second)])


def barnard(a: int, first: int, c: int, second: int, alternative: str = "two-sided") -> float:
    """P value of Barnard's test of ``a`` of ``first`` against ``c`` of ``second``."""
    if alternative == "less" or (alternative == "two-sided" and a * second < c * first):
        a, first, c, second = c, second, a, first

    def statistic(x: int, y: int) -> float:
        return _score(x, first, y, second)

    seen = statistic(a, c)
    regions = [_region(statistic, seen, first, second)]
    if alternative == "two-sided":
        if not seen:
            return 1.0
        regions.append(_region(lambda y, x: -statistic(x, y), seen, second, first))
    return _largest(regions)


def fisher_upper_tail(x: int, first: int, y: int, second: int) -> float:
    """Chance of ``x`` or more events in the first group when both have ``x + y`` together."""
    events, total = x + y, first + second
    low, high = max(0, events - second), min(first, events)

    def term(k: int) -> float:
        ways = _log_ways(first)[k] + _log_ways(second)[events - k]
        return exp(ways - _log_ways(total)[events])

    def ratio(k: int) -> float:
        """Of the terms at k + 1 and at k."""
        return (first - k) * (events - k) / ((k + 1) * (second - events + k + 1))

    above = x * total > first * events  # the smaller of the two tails is added up
    tail = step = term(x) if above else term(x - 1) if x > low else 0.0
    for k in range(x, high) if above else range(x - 2, low - 1, -1):
        step *= ratio(k) if above else 1 / ratio(k)
        tail += step
    return tail if above else 1 - tail


def _score(x: int, first: int, y: int, second: int) -> float:
    pooled = (x + y) / (first + second)
    error = sqrt(pooled * (1 - pooled) * (1 / first + 1 / second))
    return (x / first - y / second) / error if error else 0.0


@lru_cache(maxsize=8)
def _log_ways(n: int) -> list[float]:
    """Logarithms of the numbers of ways to choose 0, 1, ..., n of n."""
    return [lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1) for k in range(n + 1)]


Region = tuple[int, int, Sequence[int]]


def _region(statistic: Statistic, seen: float, first: int, second: int) -> Region:
    """Sizes of the groups, and for each count in the second the fewest in the first that counts.

    One more event in the second group never makes a pair more extreme.
    """
    least, fewest = seen - TIE * abs(seen), []
    x = 0
    for y in range(second + 1):
        while x <= first and statistic(x, y) < least:
            x += 1
        fewest.append(x)
    return first, second, fewest


def _largest(regions: Sequence[Region]) -> float:
    """Largest chance of a pair within the regions, over all rates.

    Rates are equally spaced in their arcsine, as binomial errors are.
    """

    def chance(angle: float) -> float:
        rate = min(max(sin(angle) ** 2, SMALL), 1 - SMALL)
        return sum(_chance(region, rate) for region in regions)

    width = pi / 2 / COARSE
    tried = [chance(i * width) for i in range(COARSE + 1)]
    best = max(tried)
    for i in range(1, COARSE):
        if tried[i] >= max(tried[i - 1], tried[i + 1], NEAR_BEST * max(tried)):
            best = max(best, _peak(chance, i * width, width))
    return min(best, 1.0)


def _peak(value: Callable[[float], float], at: float, width: float) -> float:
    """Largest value around a place, the search narrowing around the best place so far."""
    best = value(at)
    for _ in range(FINE):
        width /= 2
        best, at = max((value(place), place) for place in (at - width, at, at + width))
    return best


def _chance(region: Region, rate: float) -> float:
    """Chance, at a rate, of a pair of counts within a region."""
    first, second, fewest = region
    at_least = list(accumulate(reversed(_binomial(first, rate)), initial=0.0))[::-1]
    return sum(map(mul, _binomial(second, rate), (at_least[x] for x in fewest)))


def _binomial(n: int, rate: float) -> list[float]:
    yes, no = log(rate), log(1 - rate)
    return [exp(ways + k * yes + (n - k) * no) for k, ways in enumerate(_log_ways(n))]
