"""How many events a Kaplan-Meier estimate with its limits can rest on, without listing sequences.

With d events one after the other among m at risk, the logarithm of survival falls by
log m - log(m - d) and Greenwood's sum grows by 1/(m - d) - 1/m: both telescope. Of an event that
leaves a fraction q of the survival, Greenwood's term is 1/q + q - 2, a convex function of log q:
for a given survival and number of events the sum is least where all events leave the same
fraction, and largest where all but the last are among the most at risk.
"""

from collections.abc import Iterator
from math import ceil, floor, inf, sqrt
from typing import NamedTuple

from numbercheck.statistics.risk_sets import History, Target
from numbercheck.statistics.rounding import SLACK

SLICES = 12  # of the survival that is printed; in a narrower one the limits leave less
SINGLY, TRIES = 30, 40  # sizes of a second run of events that are tried, and numbers at risk
SHARES = (0.95, 0.85, 0.7, 0.5, 0.3, 0.15, 0.07)  # of Greenwood's sum, in a last event


def event_range(n: int, target: Target) -> tuple[int, int] | None:
    """Least and largest number of events that can print an estimate with its limits.

    Both are bounds: no history has fewer or more events. None where no history of ``n``
    patients is possible, which is proof; a range is none.

    Examples
    --------
    >>> from numbercheck.statistics.rounding import Printed
    >>> event_range(1229, Target(Printed("84.2"), Printed("82.0"), Printed("86.4")))
    (160, 190)
    """
    found = [d for part in target.slices(SLICES) for d in _possible(n, part)]
    return (min(found), max(found)) if found else None


def _possible(n: int, target: Target) -> Iterator[int]:
    """Least and largest number of events that a narrow range of survival allows."""
    (low, high), (least, most) = target.survival, target.variance
    top = n if target.most is None else min(n, target.most)

    def fits(d: int) -> bool:
        if d == 0:
            return high >= 1 - SLACK and least <= 0
        left = (n - d + 1) / n  # after all events but the last, among the most at risk
        if low > left * (n - d) / (n - d + 1) * (1 + SLACK):
            return False
        smallest = d * _term(high ** (1 / d)) if high > 0 else 0.0
        first = 1 / (n - d + 1) - 1 / n
        largest = first + _term(low / left) if low > 0 else inf
        return smallest * (1 - SLACK) - SLACK <= most and largest * (1 + SLACK) >= least

    every = range(max(target.least or 0, 0), top + 1)
    first = next((d for d in every if fits(d)), None)
    if first is not None:
        yield first
        yield next(d for d in reversed(every) if fits(d))


def _term(kept: float) -> float:
    """Greenwood's term of an event that leaves this fraction of the survival."""
    return (1 - kept) ** 2 / kept


def history_of_two_runs(n: int, target: Target) -> History | None:
    """A history that prints the numbers: events among all, then censoring, then more events.

    None says nothing: there may be histories of more runs.

    Examples
    --------
    >>> from numbercheck.statistics.risk_sets import km_limits
    >>> from numbercheck.statistics.rounding import Printed
    >>> target = Target(Printed("84.2"), Printed("82.0"), Printed("86.4"))
    >>> history = history_of_two_runs(1229, target)
    >>> [round(100 * x, 1) for x in km_limits(history)]
    [84.2, 82.0, 86.4]
    """
    for r in _last_events(n, target.variance):
        tail = _Tail(r, 1 - 1 / r, 1 / (r * (r - 1))) if r else _Tail(0, 1.0, 0.0)
        if found := _two_runs(n, target, tail):
            return found
    return None


class _Tail(NamedTuple):
    """A last event among ``r`` at risk, or none, and what it does to the two sums."""

    r: int
    kept: float
    term: float

    @property
    def history(self) -> History:
        return (self.r,) if self.r else ()


def _last_events(n: int, variance: tuple[float, float]) -> Iterator[int]:
    """No last event of its own, then some that make up a share of Greenwood's sum."""
    yield 0
    for share in SHARES if 0 < variance[1] < inf else ():
        yield min(max(round(1 / sqrt(share * variance[1])), 2), n)


def _two_runs(n: int, target: Target, tail: _Tail) -> History | None:
    survival = min(sum(target.survival) / 2 / tail.kept, 1.0)
    variance = tuple(max(end - tail.term, 0.0) for end in target.variance)
    last = floor(n * (1 - survival)) + 1
    sizes = [*range(min(last, SINGLY) + 1), *range(SINGLY + 1, last + 1, max(last // SINGLY, 1))]
    for d2 in sizes:
        for m in _at_risk(n, d2, survival, variance):
            first = n * (1 - survival * m / (m - d2))
            for d1 in (floor(first), ceil(first)):
                if 0 <= d1 <= n - m and m - d2 >= tail.r and _prints(n, d1, m, d2, target, tail):
                    return (*range(n, n - d1, -1), *range(m, m - d2, -1), *tail.history)
    return None


def _at_risk(n: int, d2: int, survival: float, variance: tuple[float, ...]) -> range:
    """Numbers at risk at the start of a second run that give Greenwood's sum, a few of them."""

    def total(m: int) -> float:
        d1 = max(n * (1 - survival * m / (m - d2)), 0.0)
        return 1 / (n - d1) - 1 / n + 1 / (m - d2) - 1 / m if d1 < n else inf

    def first_below(limit: float) -> int:  # the sum falls as more are at risk
        low, high = d2 + 1, n
        while low < high:
            middle = (low + high) // 2
            low, high = (low, middle) if total(middle) <= limit else (middle + 1, high)
        return low

    start, end = first_below(variance[1] * 1.02), first_below(variance[0] * 0.98)
    return range(max(start - 2, d2 + 1), min(end + 2, n) + 1, max((end - start) // TRIES, 1))


def _prints(n: int, d1: int, m: int, d2: int, target: Target, tail: _Tail) -> bool:
    """Whether two runs of events give the printed numbers, and no more events than allowed."""
    events, most = d1 + d2 + bool(tail.r), n if target.most is None else target.most
    if d1 == n or not (target.least or 0) <= events <= most:
        return False
    survival = (n - d1) / n * (m - d2) / m * tail.kept
    return target.prints(survival, 1 / (n - d1) - 1 / n + 1 / (m - d2) - 1 / m + tail.term)
