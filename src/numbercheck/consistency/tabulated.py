"""Tuples of whole numbers that print as printed, tabulated for the solver."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from functools import lru_cache
from itertools import islice
from math import floor, nan
from typing import NamedTuple

from numbercheck.consistency.solving import in_time
from numbercheck.ledger.records import Ledger
from numbercheck.ledger.rows import Claim, Measure
from numbercheck.statistics.proportions import interval
from numbercheck.statistics.risk_sets import (
    History,
    Target,
    UnfinishedError,
    each_history,
    km_limits,
)
from numbercheck.statistics.rounding import Printed
from numbercheck.statistics.scales import two_sided_level

MOST_HISTORIES = 5_000  # a longer list slows the solver more than a covered region
MOST_STEPS, MOST_WORK = 50_000, 3_500_000  # steps, and steps times patients
ANY = Printed(">=0")  # an estimate that is not printed


class Limits(NamedTuple):
    """How limits are computed: method, confidence level and sides."""

    method: str
    level: float = 0.95
    sides: str = "two"


class CurvePrinted(NamedTuple):
    """What is printed of an estimate of survival and of its limits."""

    estimate: tuple[Printed, ...] = ()
    conf_low: tuple[Printed, ...] = ()
    conf_high: tuple[Printed, ...] = ()

    @property
    def has_limits(self) -> bool:
        """Whether a limit is printed."""
        return bool(self.conf_low or self.conf_high)

    @property
    def first(self) -> tuple[Printed, Printed | None, Printed | None]:
        """The first printing of each."""
        estimate, low, high = (next(iter(values), None) for values in self)
        return estimate or ANY, low, high


def limits_of(ledger: Ledger, measure: Measure) -> Limits:
    """How a measure's limits are computed; a curve's as those of a two-sided interval."""
    method, level, sides = ledger.method(measure), ledger.level(measure), measure.sides or "two"
    if measure.kind == "survival":
        return Limits(method or "log", two_sided_level(level, sides))
    return Limits(method, level, sides)


def counts(printed: Printed, most: int) -> range:
    """Whole numbers, at most ``most``, that print as printed."""
    return span(lambda k: side(printed, k, printed.admits(k)), 0, most)


@lru_cache(maxsize=65536)
def parts(printed: Printed, statistic: str, limits: Limits, whole: int) -> range:
    """Counts of so many patients whose percentage, or limit, prints as printed.

    There is no gap between them, since neither falls as the count grows.
    """

    def at(k: int) -> int:
        value = percent_or_limit(k, whole, statistic, limits)
        is_percent = statistic == "percent"
        fits = printed.admits_percent(k, whole) if is_percent else printed.admits_computed(value)
        return side(printed, value, fits)

    return span(at, 0, whole) if whole and in_time() else range(0)


def span(side: Callable[[int], int], low: int, high: int) -> range:
    """Numbers between two ends that are on side 0, where the side never falls."""
    numbers = range(low, high + 1)
    first, last = (bisect(numbers, 0, key=side) for bisect in (bisect_left, bisect_right))
    return numbers[first:last]


def side(printed: Printed, value: float, fits: bool) -> int:
    """-1 where a value is less than those that print as printed, 1 where it is more, else 0."""
    if fits:
        return 0
    return -1 if printed.relation.startswith(">") or value < printed.value else 1


def percent_ends(printed: Printed) -> tuple[Fraction, Fraction]:
    """Least and largest share that could print as a percentage, except that a tie may not."""
    low, high = printed.ends
    least = Fraction(0) if "<" in printed.relation else low / 100
    most = Fraction(1) if ">" in printed.relation else high / 100
    return max(least, Fraction(0)), most


@lru_cache(maxsize=4096)
def unprinted_ties(printed: Printed, most: int) -> list[tuple[int, int]]:
    """Counts and wholes, at most ``most``, at an end of ``percent_ends`` that no program prints."""
    return [
        (int(share * whole), whole)
        for share in sorted({*percent_ends(printed)})
        for whole in range(share.denominator, most + 1, share.denominator)
        if share <= 1 and not printed.admits_percent(int(share * whole), whole)
    ]


def percent_or_limit(k: int, whole: int, statistic: str, limits: Limits) -> float:
    """A count's statistic; NaN where nobody is counted."""
    if statistic == "n":
        return k
    if not whole:
        return nan
    if statistic == "percent":
        return 100 * k / whole
    return 100 * interval(k, whole, *limits)[statistic == "conf_high"]


def survival_claims(claims: Sequence[Claim]) -> CurvePrinted:
    """What some claims print of an estimate and its limits."""
    names = CurvePrinted._fields
    return CurvePrinted(*(tuple(c.value for c in claims if c.statistic == n) for n in names))


def most_events(n: int, printed: CurvePrinted) -> int:
    """Most events that leave the estimate, or its lower limit, as high as printed.

    With m events survival is at most 1 - m / n, which it is when nobody is censored.
    """
    floors = [
        value.value - value.step / 2
        for value in (*printed.estimate, *printed.conf_low)
        if "<" not in value.relation
    ]
    return floor(n * (1 - max(floors, default=0) / 100) + 1e-9)


@lru_cache(maxsize=1024)
def listed_histories(
    n: int, printed: CurvePrinted, limits: Limits, most: int
) -> list[History] | None:
    """Histories of at most ``most`` events that print as printed; None if too many to list."""
    try:
        found = [*islice(_histories(n, printed, limits, most), MOST_HISTORIES + 1)]
    except UnfinishedError:
        return None
    return found if len(found) <= MOST_HISTORIES else None


@lru_cache(maxsize=1024)
def may_print(n: int, printed: CurvePrinted, limits: Limits) -> bool:
    """Whether some history prints as printed, as far as a search finds out."""
    try:
        return next(_histories(n, printed, limits), None) is not None
    except UnfinishedError:
        return True


def _histories(
    n: int, printed: CurvePrinted, limits: Limits, most: int | None = None
) -> Iterator[History]:
    """Histories that print as printed, until the search has taken too many steps."""
    target = Target(*printed.first, limits.method, limits.level, most=most)
    steps = min(MOST_STEPS, MOST_WORK // max(n, 1))
    return (h for h in each_history(n, target, steps) if prints(h, printed, limits))


def prints(history: History, printed: CurvePrinted, limits: Limits) -> bool:
    """Whether an estimate and its limits print as printed."""
    shown = zip(printed, km_limits(history, limits.method, limits.level), strict=True)
    return all(v.admits_computed(100 * x) for values, x in shown for v in values)
