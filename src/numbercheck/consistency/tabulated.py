"""Tuples of whole numbers that print as printed, tabulated for the solver."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import product
from math import ceil, floor, nan
from typing import NamedTuple

from numbercheck.consistency.solving import in_time
from numbercheck.ledger.records import Ledger
from numbercheck.ledger.rows import Claim, Measure
from numbercheck.statistics.contingency import p_value
from numbercheck.statistics.proportions import interval
from numbercheck.statistics.risk_sets import UnfinishedError, histories, km_limits
from numbercheck.statistics.rounding import Printed
from numbercheck.statistics.scales import two_sided_level

MOST_HISTORIES = 5_000  # a longer list slows the solver more than a covered region
MOST_STEPS, MOST_WORK = 50_000, 3_500_000  # steps, and steps times patients
NAMES = ("estimate", "conf_low", "conf_high")
ANY = Printed(">=0")  # an estimate that is not printed


class Limits(NamedTuple):
    """How limits are computed: method, confidence level and sides."""

    method: str
    level: float = 0.95
    sides: str = "two"


def limits_of(ledger: Ledger, measure: Measure) -> Limits:
    """How a measure's limits are computed; a curve's as those of a two-sided interval."""
    method, level, sides = ledger.method(measure), ledger.level(measure), measure.sides or "two"
    if measure.kind == "survival":
        return Limits(method, two_sided_level(level, sides))
    return Limits(method, level, sides)


@lru_cache(maxsize=4096)
def allowed_counts(
    printed: Printed, statistic: str, limits: Limits, n: int
) -> list[tuple[int, int]]:
    """Pairs of a count and its population, at most n, that print as printed."""
    pairs = ((k, whole) for whole in range(n + 1) for k in _near(printed, statistic, whole))
    if statistic == "percent":
        return [(k, whole) for k, whole in pairs if whole and printed.admits_percent(k, whole)]
    return [pair for pair in pairs if printed.admits(percent_or_limit(*pair, statistic, limits))]


def _near(printed: Printed, statistic: str, whole: int) -> range:
    """Counts among which are all that print so; every count where nothing is quickly known."""
    if printed.relation != "=" or statistic not in ("n", "percent"):
        return range(whole + 1)
    unit = 1 if statistic == "n" else whole / 100
    low, high = (unit * (printed.value + side * printed.step) for side in (-1, 1))
    return range(max(floor(low), 0), min(ceil(high), whole) + 1)


def percent_or_limit(k: int, whole: int, statistic: str, limits: Limits) -> float:
    """A count's statistic; NaN where nobody is counted."""
    if statistic == "n":
        return k
    if not whole:
        return float("nan")
    if statistic == "percent":
        return 100 * k / whole
    return 100 * _interval(k, whole, limits)[statistic == "conf_high"]


@lru_cache(maxsize=65536)
def _interval(k: int, whole: int, limits: Limits) -> tuple[float, float]:
    return interval(k, whole, *limits)


@lru_cache(maxsize=1024)
def allowed_tables(
    printed: Printed, method: str, sizes: tuple[tuple[int, int], tuple[int, int]]
) -> list[tuple[int, int, int, int]]:
    """2 x 2 tables a, b, c, d whose P value prints as printed.

    Parameters
    ----------
    sizes : tuple of two pairs of int
        Smallest and largest size of each group.
    """
    (low, high), (least, most) = sizes
    tables = (
        (a, m - a, c, k - c)
        for m, k in product(range(low, high + 1), range(least, most + 1))
        for a, c in product(range(m + 1), range(k + 1))
    )
    return [t for t in tables if in_time() and printed.admits(_p_value(t, method))]


@lru_cache(maxsize=262144)
def _p_value(table: tuple[int, int, int, int], method: str) -> float:
    a, b, c, d = table
    return p_value([[a, b], [c, d]], method) if any(table) else nan


def survival_claims(claims: Sequence[Claim]) -> dict[str, list[Printed]]:
    """What is printed of an estimate and its limits, by statistic."""
    printed: dict[str, list[Printed]] = {}
    for claim in claims:
        if claim.statistic in NAMES:
            printed.setdefault(claim.statistic, []).append(claim.value)
    return printed


def most_events(n: int, printed: Mapping[str, Sequence[Printed]]) -> int:
    """Most events that leave the estimate, or its lower limit, as high as printed.

    With m events survival is at most 1 - m / n, which it is when nobody is censored.
    """
    floors = [
        value.value - value.step / 2
        for name in ("estimate", "conf_low")
        for value in printed.get(name, [])
        if "<" not in value.relation
    ]
    return floor(n * (1 - max(floors, default=0) / 100) + 1e-9)


def risk_histories(
    n: int, printed: Mapping[str, Sequence[Printed]], limits: Limits, most: int
) -> list[tuple[int, ...]] | None:
    """Histories of numbers at risk, at most ``most`` events, that print as printed.

    Returns None when there are too many to list.
    """
    return _histories(n, tuple((name, tuple(p)) for name, p in printed.items()), limits, most)


@lru_cache(maxsize=1024)
def _histories(
    n: int, of: tuple[tuple[str, tuple[Printed, ...]], ...], limits: Limits, most: int
) -> list[tuple[int, ...]] | None:
    printed = dict(of)
    first = {statistic: values[0] for statistic, values in printed.items()}
    try:
        found = histories(
            n,
            first.get("estimate", ANY),
            first.get("conf_low"),
            first.get("conf_high"),
            conf_type=limits.method,
            level=limits.level,
            events=(0, most),
            limit=MOST_HISTORIES,
            steps=min(MOST_STEPS, MOST_WORK // max(n, 1)),
        )
    except UnfinishedError:
        return None
    return [h for h in found if prints(h, printed, limits)]


def prints(
    history: tuple[int, ...], printed: Mapping[str, Sequence[Printed]], limits: Limits
) -> bool:
    """Whether an estimate and its limits print as printed."""
    shown = zip(NAMES, km_limits(history, limits.method, limits.level), strict=True)
    return all(v.admits_computed(100 * x) for name, x in shown for v in printed.get(name, []))
