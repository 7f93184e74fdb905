"""Quantiles that are not in order, survival that rises, and estimates beyond the follow-up."""

from collections.abc import Iterable, Iterator
from itertools import pairwise

from numbercheck.audit import medians
from numbercheck.audit.curves import scale_of
from numbercheck.audit.evidence import Evidence
from numbercheck.audit.medians import Point
from numbercheck.audit.selections import Key
from numbercheck.audit.verdicts import Verdict, verdict_on
from numbercheck.ledger.curve_times import SLACK, is_of_curve
from numbercheck.ledger.rows import Claim, Measure

ORDER = ("min", "p25", "median", "p75", "max")


def check(evidence: Evidence) -> Iterator[Verdict]:
    """Judge what must be in order whatever the ledger's relations say."""
    curves: dict[tuple[str, str, Key], list[Point]] = {}
    for measure in evidence.ledger.measures.values():
        if measure.kind == "quantity" and measure.unit != "date":
            yield from _falling(_plain(evidence, measure, ORDER))
        if measure.kind in ("survival", "incidence"):
            key = measure.kind, measure.endpoint, evidence.key(measure.among)
            for claim in _plain(evidence, measure, ("estimate",)):
                row = float(measure.horizon), scale_of(claim, measure), claim
                curves.setdefault(key, []).append(row)
    for (kind, *_), estimates in curves.items():
        yield from _wrong_way(sorted(estimates, key=lambda e: e[0]), kind)
    for measure in evidence.ledger.measures.values():
        if measure.kind == "quantity":
            yield from _times(measure, curves, evidence)


def _times(
    measure: Measure, curves: dict[tuple[str, str, Key], list[Point]], evidence: Evidence
) -> Iterator[Verdict]:
    """Compare a median time with its curve, and the longest follow-up with every curve."""
    unit, key = evidence.ledger.days_per(measure.unit), evidence.key(measure.among)
    if unit is None:
        return
    if is_of_curve(measure):
        curve = curves.get(("survival", measure.endpoint, key), [])
        yield from medians.check(measure, unit, curve, evidence)
    if evidence.ledger.method(measure) == "observed":
        for claim in _plain(evidence, measure, ("max",)):
            points = (p for (*_, among), ps in curves.items() if among == key for p in ps)
            yield from _beyond(claim, unit, points)


def _beyond(claim: Claim, unit: float, points: Iterable[Point]) -> Iterator[Verdict]:
    """Name an estimate at a time that nobody was followed to."""
    for horizon, _, estimate in points:
        is_past = horizon > float(claim.value.interval()[1]) * unit * SLACK
        if is_past and estimate.value.value > 0:  # at 0 everybody has had the event
            says = f"Nobody was followed for {horizon:g} days: the longest follow-up is printed as "
            says += f"{claim.printed}."
            used = (claim.claim,)
            yield verdict_on(estimate, "mismatch", "beyond-follow-up", says, inputs=used)


def _plain(evidence: Evidence, measure: Measure, statistics: tuple[str, ...]) -> list[Claim]:
    """First printings of these statistics, those that are bounds left out."""
    found = [evidence.ledger.find(measure.measure, s)[:1] for s in statistics]
    return [c for claims in found for c in claims if c.value.relation == "="]


def _falling(claims: list[Claim]) -> Iterator[Verdict]:
    """Name the quantile that is out of order with most of the others; the median among equals."""
    broken = {
        claim.statistic: [
            *(c for c in claims[:i] if _is_above(c, claim)),
            *(c for c in claims[i + 1 :] if _is_above(claim, c)),
        ]
        for i, claim in enumerate(claims)
    }
    worst = max(
        claims, key=lambda c: (len(broken[c.statistic]), c.statistic == "median"), default=None
    )
    if worst and broken[worst.statistic]:
        others = broken[worst.statistic]
        rest = ", ".join(f"{c.statistic} {c.printed}" for c in others)
        says = f"The {worst.statistic}, {worst.printed}, is out of order with {rest}."
        used = tuple(c.claim for c in others)
        yield verdict_on(worst, "mismatch", "out-of-order", says, inputs=used)


def _is_above(claim: Claim, other: Claim) -> bool:
    """Whether a number is above another, however both were rounded."""
    return claim.value.interval()[0] > other.value.interval()[1]


def _wrong_way(rows: list[Point], kind: str) -> Iterator[Verdict]:
    """Name an estimate of survival that rises with time, or of incidence that falls."""
    falls = kind == "survival"
    for (day, first, before), (horizon, second, after) in pairwise(rows):
        if day == horizon:
            continue  # not later, but printed twice
        (low, high), (least, most) = before.value.interval(), after.value.interval()
        is_wrong = least / second > high / first if falls else most / second < low / first
        if is_wrong:
            says = f"{after.printed} at {horizon:g} days is {'above' if falls else 'below'} "
            says += f"{before.printed} earlier on the same curve, and "
            says += "a survival curve never rises." if falls else "an incidence never falls."
            found = "survival-rises" if falls else "incidence-falls"
            yield verdict_on(after, "mismatch", found, says, inputs=(before.claim,))
