"""A median time and its limits, judged by the estimates of its curve at fixed times.

The limits of a median are the times at which the curve's own limits reach one half (Brookmeyer
and Crowley 1982, doi:10.2307/2530286). The lower limit of a curve never rises again at levels up
to 95%; the upper one can, on the log and logit scales, once few patients are at risk.
"""

from collections.abc import Iterator, Sequence
from itertools import product
from math import inf
from typing import NamedTuple

from numbercheck.audit.computed import ends_of
from numbercheck.audit.evidence import Evidence
from numbercheck.audit.verdicts import Verdict, verdict_on
from numbercheck.ledger.adjusted import is_adjusted
from numbercheck.ledger.curve_times import days_of
from numbercheck.ledger.records import Ledger
from numbercheck.ledger.rows import Claim, Measure
from numbercheck.statistics.risk_sets import variance_range
from numbercheck.statistics.scales import CONF_TYPES, survival_limits

STEADY = ("log-log", "plain", "arcsin")  # scales on which an upper limit does not rise again
Point = tuple[float, float, Claim]  # days, 100 for percentages or 1, and the estimate


class Landmark(NamedTuple):
    """An estimate of a curve on a day: where it, its lower and its upper limit are.

    Each is 1 where it is above one half whatever was rounded, -1 where it is below, else 0.
    The upper limit ``can_rise`` again unless its type is stated.
    """

    day: float
    claim: Claim
    text: str
    estimate: int
    lower: int
    upper: int
    can_rise: bool


def check(
    measure: Measure, unit: float, curve: Sequence[Point], evidence: Evidence
) -> Iterator[Verdict]:
    """Compare a median time, in units of so many days, and its limits with points of the curve."""
    ledger = evidence.ledger
    marks = [_landmark(point, evidence) for point in curve]
    for claim in ledger.find(measure.measure, "median")[:1]:
        yield from _median(claim, unit, marks)
    if is_adjusted(measure, ledger) or _are_symmetric(measure, ledger):
        return
    alike = [mark for mark in marks if _are_alike(measure, mark.claim, ledger)]
    for at, statistic in enumerate(("conf_low", "conf_high")):
        for claim in ledger.find(measure.measure, statistic)[:1]:
            yield from _limit(claim, at, unit, alike)


def _are_symmetric(measure: Measure, ledger: Ledger) -> bool:
    """Whether limits are as far below a median as above it, as SPSS computes them."""
    names = ("median", "conf_low", "conf_high")
    printed = [p for name in names if (p := ledger.printed(measure.measure, name))]
    if len(printed) < 3 or any(p.relation != "=" for p in printed):
        return False
    (m0, m1), (l0, l1), (h0, h1) = map(ends_of, printed)
    return 2 * m0 <= l1 + h1 and l0 + h0 <= 2 * m1


def _are_alike(measure: Measure, claim: Claim, ledger: Ledger) -> bool:
    """Whether a median and an estimate have two-sided limits of one level, up to 95%."""
    other = ledger.measures[claim.measure]
    levels = {ledger.level(measure), ledger.level(other)}
    return len(levels) == 1 and max(levels) <= 0.95 and {measure.sides, other.sides} <= {"", "two"}


def _landmark(point: Point, evidence: Evidence) -> Landmark:
    """Where an estimate is, and its limits of every type that the printed ones leave."""
    (day, scale, claim), ledger = point, evidence.ledger
    limits, level = evidence.limits(claim), ledger.level(ledger.measures[claim.measure])
    ends = claim.value.fractions(scale)
    found = {t: variance_range(ends, *limits, t, level, scale) for t in CONF_TYPES}
    types = {t: v for t, v in found.items() if v[0] <= v[1] < inf} if any(limits) else {}
    sums = [variance for least_most in types.values() for variance in least_most]
    each = [survival_limits(s, v, t, level) for s, v, t in product(ends, sums, CONF_TYPES)]
    lower, upper = (_side([pair[at] for pair in each]) for at in (0, 1))
    estimate = _side(ends)
    lower, upper = (-1 if estimate < 0 else lower), (1 if estimate > 0 else upper)
    printed = "–".join(limit.text for limit in limits if limit)
    text = f"{claim.printed} ({printed})" if printed else claim.printed
    stated = evidence.method(ledger.measures[claim.measure]).removeprefix("km-")
    return Landmark(day, claim, text, estimate, lower, upper, stated not in STEADY)


def _side(values: Sequence[float]) -> int:
    """1 where all values are above one half, -1 where all are below it, else 0."""
    return all(v > 0.5 for v in values) - all(v < 0.5 for v in values) if values else 0


def _contradicts(claim: Claim, unit: float, day: float, side: int) -> bool:
    """Whether a time is before a day on which a curve is still above one half, or after one below.

    A time that was not reached is after every day.
    """
    first, last = days_of(claim, unit)
    return (side > 0 and last < day) or (side < 0 and first > day)


def _median(claim: Claim, unit: float, marks: Sequence[Landmark]) -> Iterator[Verdict]:
    """Compare a median time with the estimates of its curve: half are left before, half after."""
    for mark in marks:
        if _contradicts(claim, unit, mark.day, mark.estimate):
            says = f"The curve is at {mark.claim.printed} after {mark.day:g} days, so that half "
            says += f"have had the event {'after' if mark.estimate > 0 else 'before'} that; the "
            says += f"median is printed as {claim.printed}."
            used = (mark.claim.claim,)
            yield verdict_on(claim, "mismatch", "median-contradicts-curve", says, inputs=used)
            return


def _limit(claim: Claim, at: int, unit: float, marks: Sequence[Landmark]) -> Iterator[Verdict]:
    """Compare a limit of a median with the same limit of the curve."""
    name = ("lower", "upper")[at]
    for mark in marks:
        side = (mark.lower, mark.upper)[at]
        if not _contradicts(claim, unit, mark.day, side):
            continue
        says = f"The curve is at {mark.text} after {mark.day:g} days, its {name} limit "
        says += f"{'above' if side > 0 else 'below'} 50%; the {name} limit of the median, at "
        says += f"which the curve's reaches 50%, is printed as {claim.printed}"
        verdict, kind = "mismatch", "median-contradicts-curve"
        can_rise = at == 1 and mark.can_rise and mark.estimate <= 0
        if can_rise and claim.value.relation == "=":
            says += ", which is possible only if the curve's upper limit rises again"
            verdict, kind = "unchecked", "not-determined"
        yield verdict_on(claim, verdict, kind, f"{says}.", inputs=(mark.claim.claim,))
        return
