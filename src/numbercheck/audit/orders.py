"""Quantiles that are not in order, and survival that rises with time."""

from collections.abc import Iterator
from itertools import pairwise

from numbercheck.audit.curves import scale_of
from numbercheck.audit.evidence import Evidence
from numbercheck.audit.selections import Key
from numbercheck.audit.verdicts import Verdict, verdict_on
from numbercheck.ledger.records import Claim, Measure

ORDER = ("min", "p25", "median", "p75", "max")


def check(evidence: Evidence) -> Iterator[Verdict]:
    """Judge what must be in order whatever the ledger's relations say."""
    curves: dict[tuple[str, Key], list[tuple[float, float, Claim]]] = {}
    for measure in evidence.ledger.measures.values():
        if measure.kind == "quantity" and measure.unit != "date":
            yield from _falling(_plain(evidence, measure, ORDER))
        if measure.kind == "survival":
            for claim in _plain(evidence, measure, ("estimate",)):
                curve = curves.setdefault((measure.endpoint, evidence.key(measure.among)), [])
                curve.append((float(measure.horizon), scale_of(claim, measure), claim))
    for estimates in curves.values():
        yield from _rising(sorted(estimates, key=lambda e: e[0]))


def _plain(evidence: Evidence, measure: Measure, statistics: tuple[str, ...]) -> list[Claim]:
    """First printings of these statistics, those that are bounds left out."""
    found = [evidence.ledger.find(measure.measure, s)[:1] for s in statistics]
    return [c for claims in found for c in claims if c.value.relation == "="]


def _falling(claims: list[Claim]) -> Iterator[Verdict]:
    """Name the quantile that is out of order with most of the others; the median among equals."""
    broken = {
        claim.statistic: [
            *(c for c in claims[:i] if c.value.exact > claim.value.exact),
            *(c for c in claims[i + 1 :] if c.value.exact < claim.value.exact),
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


def _rising(rows: list[tuple[float, float, Claim]]) -> Iterator[Verdict]:
    for (_, first, before), (horizon, second, after) in pairwise(rows):
        if after.value.value / second > before.value.value / first:
            says = (
                f"{after.printed} at {horizon:g} days is above {before.printed} earlier on the "
                "same curve, and a survival curve never rises."
            )
            used = (before.claim,)
            yield verdict_on(after, "mismatch", "survival-rises", says, inputs=used)
