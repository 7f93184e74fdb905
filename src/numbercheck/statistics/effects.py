"""Difference, odds ratio and risk ratio of two proportions, with confidence limits.

Sources: Newcombe (1998), Stat. Med. 17:873-890 (methods 1, 2, 5, 10 and 11); R's ``prop.test``
(``wald-yates``); Hauck and Anderson (1986), doi:10.2307/2684618; Miettinen and Nurminen (1985),
doi:10.1002/sim.4780040211; Agresti and Caffo (2000), doi:10.1080/00031305.2000.10474560; Woolf
(1955); Cornfield (1956), without continuity correction, as in Stata; profile likelihood as R's
``confint`` of a logistic regression; R's ``fisher.test`` (conditional maximum likelihood); for
mid-P and the median unbiased estimate Rothman, Modern Epidemiology (1986), as in R's epitools;
Katz et al. (1978), doi:10.2307/2530610; Koopman (1984), doi:10.2307/2531405.
"""

from collections.abc import Callable, Sequence
from functools import lru_cache
from math import acos, copysign, cos, exp, inf, lgamma, log, nan, pi, sqrt
from typing import NamedTuple

from numbercheck.statistics.proportions import check_counts, interval, require_option
from numbercheck.statistics.scales import two_sided_z
from numbercheck.statistics.tails import solve

WIDEST = 60.0  # logarithm of the largest ratio that is looked for


class Effect(NamedTuple):
    """An estimate with its limits; infinite or NaN where a group has no events."""

    estimate: float
    lower: float
    upper: float


class TwoGroups(NamedTuple):
    """Events and participants of two groups."""

    k1: int
    n1: int
    k2: int
    n2: int

    @property
    def rates(self) -> tuple[float, float]:
        """Proportions of the two groups."""
        return self.k1 / self.n1, self.k2 / self.n2


Formula = Callable[[TwoGroups, float], tuple[float, ...]]
Distance = Callable[[Sequence[float], Sequence[float]], float]


def difference(
    k1: int, n1: int, k2: int, n2: int, method: str = "newcombe", level: float = 0.95
) -> Effect:
    """First minus second proportion, as a fraction.

    Parameters
    ----------
    k1, n1, k2, n2 : int
        Participants with the event, and all participants, of each group.
    method : str
        One of ``DIFFERENCES``.
    level : float

    Raises
    ------
    ValueError
        If the counts are no proportions, or the method or level is unknown.

    Examples
    --------
    >>> [round(x, 4) for x in difference(56, 70, 48, 80)]
    [0.2, 0.0524, 0.3339]
    """
    return _effect(DIFFERENCES, (k1, n1, k2, n2), method, level)


def odds_ratio(
    k1: int, n1: int, k2: int, n2: int, method: str = "woolf", level: float = 0.95
) -> Effect:
    """Odds of the event in the first group over those in the second.

    ``fisher-exact`` gives the conditional maximum likelihood estimate, ``mid-p`` the median
    unbiased one, ``haldane`` adds 0.5 to each cell; the others give the ratio of the sample.

    Examples
    --------
    >>> [round(x, 2) for x in odds_ratio(18, 30, 9, 30)]
    [3.5, 1.2, 10.2]
    """
    return _effect(ODDS_RATIOS, (k1, n1, k2, n2), method, level)


def risk_ratio(
    k1: int, n1: int, k2: int, n2: int, method: str = "katz", level: float = 0.95
) -> Effect:
    """First proportion over the second.

    Examples
    --------
    >>> [round(x, 2) for x in risk_ratio(18, 30, 9, 30)]
    [2.0, 1.08, 3.72]
    """
    return _effect(RISK_RATIOS, (k1, n1, k2, n2), method, level)


def _effect(
    formulas: dict[str, Formula], counts: tuple[int, int, int, int], method: str, level: float
) -> Effect:
    check_counts(*counts[:2])
    check_counts(*counts[2:])
    require_option("method", method, tuple(formulas))
    if not 0 < level < 1:
        raise ValueError(f"level is {level!r}; it must be between 0 and 1, such as 0.95")
    return Effect(*formulas[method](TwoGroups(*map(int, counts)), level))


def _around(center: float, reach: float, estimate: float) -> tuple[float, ...]:
    return estimate, center - reach, center + reach


def _wald_error(p1: float, n1: float, p2: float, n2: float) -> float:
    return sqrt(p1 * (1 - p1) / n1 + p2 * (1 - p2) / n2)


def _wald(c: TwoGroups, level: float, correction: float = 0.0) -> tuple[float, ...]:
    p1, p2 = c.rates
    reach = two_sided_z(level) * _wald_error(p1, c.n1, p2, c.n2) + correction
    return _around(p1 - p2, reach, p1 - p2)


def _corrected(c: TwoGroups, level: float, correction: float) -> tuple[float, ...]:
    estimate, lower, upper = _wald(c, level, correction)
    return estimate, max(lower, -1.0), min(upper, 1.0)


def _wald_cc(c: TwoGroups, level: float) -> tuple[float, ...]:
    return _corrected(c, level, (1 / c.n1 + 1 / c.n2) / 2)


def _wald_yates(c: TwoGroups, level: float) -> tuple[float, ...]:
    """Corrected by no more than the difference itself."""
    p1, p2 = c.rates
    return _corrected(c, level, min((1 / c.n1 + 1 / c.n2) / 2, abs(p1 - p2)))


def _hauck_anderson(c: TwoGroups, level: float) -> tuple[float, ...]:
    (p1, p2), fewest = c.rates, min(c.n1, c.n2)
    if fewest < 2:
        return p1 - p2, nan, nan
    reach = two_sided_z(level) * _wald_error(p1, c.n1 - 1, p2, c.n2 - 1) + 1 / (2 * fewest)
    return p1 - p2, max(p1 - p2 - reach, -1.0), min(p1 - p2 + reach, 1.0)


def _agresti_caffo(c: TwoGroups, level: float) -> tuple[float, ...]:
    """Wald's limits after one more patient with and without the event in each group."""
    p1, p2 = c.rates
    more = TwoGroups(c.k1 + 1, c.n1 + 2, c.k2 + 1, c.n2 + 2)
    return p1 - p2, *_wald(more, level)[1:]


def _newcombe(c: TwoGroups, level: float, method: str = "wilson") -> tuple[float, ...]:
    p1, p2 = c.rates
    (l1, u1), (l2, u2) = (interval(k, n, method, level) for k, n in (c[:2], c[2:]))
    gap = p1 - p2
    below, above = sqrt((p1 - l1) ** 2 + (u2 - p2) ** 2), sqrt((u1 - p1) ** 2 + (p2 - l2) ** 2)
    return gap, gap - below, gap + above


def _newcombe_cc(c: TwoGroups, level: float) -> tuple[float, ...]:
    return _newcombe(c, level, "wilson-cc")


def _mee(c: TwoGroups, level: float, enlarged: float = 1.0) -> tuple[float, ...]:
    p1, p2 = c.rates
    z = two_sided_z(level)

    def score(delta: float) -> float:
        r2 = _restricted(c, delta)
        variance = _binomial(r2 + delta, c.n1) + _binomial(r2, c.n2)
        return _standardized(p1 - p2 - delta, variance * enlarged)

    lower = solve(lambda delta: score(delta) - z, -1.0, 1.0)
    return p1 - p2, lower, solve(lambda delta: score(delta) + z, -1.0, 1.0)


def _miettinen_nurminen(c: TwoGroups, level: float) -> tuple[float, ...]:
    return _mee(c, level, (c.n1 + c.n2) / (c.n1 + c.n2 - 1))


def _binomial(p: float, n: int) -> float:
    return max(p * (1 - p), 0.0) / n


def _standardized(gap: float, variance: float) -> float:
    return gap / sqrt(variance) if variance > 0 else copysign(inf, gap) if gap else 0.0


def _restricted(c: TwoGroups, delta: float) -> float:
    """Most likely second proportion when the first is larger by ``delta``: a root of a cubic."""
    (p1, p2), theta = c.rates, c.n2 / c.n1
    a = 1 + theta
    b = -(a + p1 + theta * p2 + delta * (theta + 2))
    cc = delta**2 + delta * (2 * p1 + a) + p1 + theta * p2
    d = -p1 * delta * (1 + delta)
    v = (b / (3 * a)) ** 3 - b * cc / (6 * a**2) + d / (2 * a)
    u = copysign(sqrt(max((b / (3 * a)) ** 2 - cc / (3 * a), 0.0)), v)
    angle = (pi + acos(min(max(v / u**3, -1.0), 1.0))) / 3 if u else pi / 2
    r1 = 2 * u * cos(angle) - b / (3 * a)
    return min(max(r1 - delta, 0.0, -delta), 1.0, 1.0 - delta)


def _ratio(above: float, below: float) -> float:
    return above / below if below else inf if above else nan


def _log_limits(estimate: float, error: float, level: float) -> tuple[float, ...]:
    reach = exp(two_sided_z(level) * error)
    return estimate, estimate / reach, estimate * reach


def _sample_odds_ratio(c: TwoGroups) -> float:
    return _ratio(c.k1 * (c.n2 - c.k2), (c.n1 - c.k1) * c.k2)


def _woolf(c: TwoGroups, level: float, added: float = 0.0) -> tuple[float, ...]:
    cells = [x + added for x in (c.k1, c.n1 - c.k1, c.k2, c.n2 - c.k2)]
    if not all(cells):
        return _sample_odds_ratio(c), nan, nan
    estimate = cells[0] * cells[3] / (cells[1] * cells[2])
    return _log_limits(estimate, sqrt(sum(1 / x for x in cells)), level)


def _haldane(c: TwoGroups, level: float) -> tuple[float, ...]:
    return _woolf(c, level, 0.5)


def _expected_ratio(c: TwoGroups, level: float, distance: Distance) -> tuple[float, ...]:
    """Odds ratios whose expected table, of these margins, is ``z`` away from the observed one."""
    z, events = two_sided_z(level), c.k1 + c.k2
    low, high = max(0, events - c.n2), min(c.n1, events)

    def cells(a: float) -> tuple[float, float, float, float]:
        return a, c.n1 - a, events - a, c.n2 - events + a

    def limit(end: float) -> float:
        a = solve(lambda a: copysign(distance(cells(c.k1), cells(a)), c.k1 - a) - end, low, high)
        first, second, third, fourth = cells(a)
        return first * fourth / (second * third)

    lower = limit(z) if c.k1 > low else 0.0
    return _sample_odds_ratio(c), lower, limit(-z) if c.k1 < high else inf


def _score_distance(observed: Sequence[float], expected: Sequence[float]) -> float:
    return abs(observed[0] - expected[0]) * sqrt(sum(1 / x for x in expected))


def _root_of_deviance(observed: Sequence[float], expected: Sequence[float]) -> float:
    parts = (o * log(o / e) for o, e in zip(observed, expected, strict=True) if o)
    return sqrt(max(2 * sum(parts), 0.0))


def _cornfield(c: TwoGroups, level: float) -> tuple[float, ...]:
    return _expected_ratio(c, level, _score_distance)


def _profile(c: TwoGroups, level: float) -> tuple[float, ...]:
    """Limits of a logistic regression of the event on the group."""
    return _expected_ratio(c, level, _root_of_deviance)


@lru_cache(maxsize=1_000)
def _log_ways(n1: int, n2: int, events: int) -> tuple[int, tuple[float, ...]]:
    """Least count of the first cell, and the logarithm of how many tables have each count."""

    def ways(n: int, k: int) -> float:
        return lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1)

    low, high = max(0, events - n2), min(n1, events)
    return low, tuple(ways(n1, x) + ways(n2, events - x) for x in range(low, high + 1))


def _chances(c: TwoGroups, log_odds: float) -> tuple[int, list[float]]:
    """Probability of each first cell, given the margins and the odds ratio."""
    low, ways = _log_ways(c.n1, c.n2, c.k1 + c.k2)
    logs = [way + log_odds * (low + i) for i, way in enumerate(ways)]
    top = max(logs)
    weights = [exp(x - top) for x in logs]
    total = sum(weights)
    return low, [w / total for w in weights]


def _conditional(c: TwoGroups, tail: float, seen: float) -> float:
    """Odds ratio at which lower counts, and a part ``seen`` of the observed, have probability tail.

    Given the margins of the table.
    """
    low, high = max(0, c.k1 + c.k2 - c.n2), min(c.n1, c.k1 + c.k2)
    if c.k1 == low and tail >= 0.5:
        return 0.0 if low < high or tail > 0.5 else nan
    if c.k1 == high and tail <= 0.5:
        return inf

    def below(log_odds: float) -> float:
        start, chances = _chances(c, log_odds)
        at = c.k1 - start
        return sum(chances[:at]) + seen * chances[at] - tail

    return exp(solve(below, -WIDEST, WIDEST))


def _fisher_exact(c: TwoGroups, level: float) -> tuple[float, ...]:
    tail = (1 - level) / 2

    def mean(log_odds: float) -> float:
        start, chances = _chances(c, log_odds)
        return sum((start + i) * chance for i, chance in enumerate(chances))

    low, high = max(0, c.k1 + c.k2 - c.n2), min(c.n1, c.k1 + c.k2)
    if low == high:
        return nan, 0.0, inf
    estimate = 0.0 if c.k1 == low else inf
    if low < c.k1 < high:
        estimate = exp(solve(lambda x: c.k1 - mean(x), -WIDEST, WIDEST))
    return estimate, _conditional(c, 1 - tail, 0.0), _conditional(c, tail, 1.0)


def _mid_p(c: TwoGroups, level: float) -> tuple[float, ...]:
    tail = (1 - level) / 2
    return tuple(_conditional(c, end, 0.5) for end in (0.5, 1 - tail, tail))


def _katz(c: TwoGroups, level: float) -> tuple[float, ...]:
    estimate = _ratio(c.k1 * c.n2, c.k2 * c.n1)
    if not c.k1 or not c.k2:
        return estimate, nan, nan
    return _log_limits(estimate, sqrt(1 / c.k1 - 1 / c.n1 + 1 / c.k2 - 1 / c.n2), level)


def _katz_haldane(c: TwoGroups, level: float) -> tuple[float, ...]:
    """Katz's limits after 0.5 is added to each cell, as for a group without events."""
    k1, n1, k2, n2 = c.k1 + 0.5, c.n1 + 1, c.k2 + 0.5, c.n2 + 1
    error = sqrt(1 / k1 - 1 / n1 + 1 / k2 - 1 / n2)
    return _log_limits(k1 * n2 / (k2 * n1), error, level)


def _koopman(c: TwoGroups, level: float) -> tuple[float, ...]:
    (p1, p2), z = c.rates, two_sided_z(level)

    def score(log_ratio: float) -> float:
        phi = exp(log_ratio)
        b = c.n1 * phi + c.k1 + c.n2 + c.k2 * phi
        a, events = (c.n1 + c.n2) * phi, c.k1 + c.k2
        r2 = 2 * events / (b + sqrt(max(b * b - 4 * a * events, 0.0)))
        variance = _binomial(phi * r2, c.n1) + phi**2 * _binomial(r2, c.n2)
        return _standardized(p1 - phi * p2, variance)

    lower = exp(solve(lambda x: score(x) - z, -WIDEST, WIDEST)) if c.k1 else 0.0
    upper = exp(solve(lambda x: score(x) + z, -WIDEST, WIDEST)) if c.k2 else inf
    return _ratio(p1, p2), lower, upper


DIFFERENCES: dict[str, Formula] = {
    "wald": _wald,
    "newcombe": _newcombe,
    "miettinen-nurminen": _miettinen_nurminen,
    "agresti-caffo": _agresti_caffo,
    "wald-cc": _wald_cc,
    "wald-yates": _wald_yates,
    "newcombe-cc": _newcombe_cc,
    "mee": _mee,
    "hauck-anderson": _hauck_anderson,
}
ODDS_RATIOS: dict[str, Formula] = {
    "woolf": _woolf,
    "haldane": _haldane,
    "cornfield": _cornfield,
    "profile": _profile,
    "mid-p": _mid_p,
    "fisher-exact": _fisher_exact,
}
RISK_RATIOS: dict[str, Formula] = {
    "katz": _katz,
    "haldane": _katz_haldane,
    "koopman": _koopman,
}
