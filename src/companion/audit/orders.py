"""Quantiles that are not in order, and survival that rises with time."""

from collections.abc import Iterator
from itertools import pairwise

from companion.audit.evidence import Evidence
from companion.audit.verdicts import Verdict
from companion.ledger import Claim

ORDER = ("min", "p25", "median", "p75", "max")


def check(evidence: Evidence) -> Iterator[Verdict]:
    """Judge what must be in order whatever the ledger's relations say."""
    for measure in evidence.ledger.measures.values():
        if measure.kind == "quantity":
            printed = [
                (s, evidence.ledger.find(measure.measure, s)[0])
                for s in ORDER
                if evidence.ledger.find(measure.measure, s)
            ]
            yield from _falling(printed)
    yield from _rising(evidence)


def _falling(printed: list[tuple[str, Claim]]) -> Iterator[Verdict]:
    """Name the quantile out of order: the one that breaks with most of the others."""
    broken = {
        name: [
            (other, c)
            for j, (other, c) in enumerate(printed)
            if (i < j and claim.value.exact > c.value.exact)
            or (j < i and c.value.exact > claim.value.exact)
        ]
        for i, (name, claim) in enumerate(printed)
    }
    most = max(map(len, broken.values()), default=0)
    middle = ("median", "p25", "p75", "min", "max")
    for name, claim in sorted(printed, key=lambda p: middle.index(p[0])):
        if most and len(broken[name]) == most:
            rest = ", ".join(f"{other} {c.printed}" for other, c in broken[name])
            says = f"The {name}, {claim.printed}, is out of order with {rest}."
            used = tuple(c.claim for _, c in broken[name])
            yield Verdict(claim.claim, "mismatch", "out-of-order", says, premises=used)
            return


def _rising(evidence: Evidence) -> Iterator[Verdict]:
    by_endpoint: dict[tuple[str, str], list[tuple[float, Claim]]] = {}
    for measure in evidence.ledger.measures.values():
        found = evidence.ledger.find(measure.measure, "estimate")
        if measure.kind == "survival" and found:
            place = (measure.endpoint, measure.among.text)
            by_endpoint.setdefault(place, []).append((float(measure.horizon), found[0]))
    for estimates in by_endpoint.values():
        rows = sorted(estimates, key=lambda e: e[0])
        for (_, before), (horizon, after) in pairwise(rows):
            if after.value.exact > before.value.exact:
                says = (
                    f"{after.printed} at {horizon:g} days is above {before.printed} earlier on "
                    "the same curve, which never rises."
                )
                used = (before.claim,)
                yield Verdict(after.claim, "mismatch", "survival-rises", says, premises=used)
