"""Join the results with the claims: one verdict, with its basis, for each printed number.

``arithmetic`` follows from other printed numbers alone; ``constructed`` holds (or not) in a
cohort that was built from these very numbers, so it verifies nothing; ``data`` was recomputed
from supplied patients. A claim that could be either takes the stronger. Counts that rest on
different evidence are not pooled.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from math import isclose, nan
from pathlib import Path
from types import MappingProxyType

from companion.errors import CompanionError
from companion.results import Result
from numbercheck.audit import Verdict, distinct, tally
from numbercheck.ledger.printing import prints_as
from numbercheck.ledger.records import Ledger
from numbercheck.ledger.rows import Claim
from numbercheck.ledger.sources import what
from numbercheck.tables import write_table
from numbercheck.words import OUTCOMES

COLUMNS = ("claim", "locus", "printed", "recomputed", "method", "basis", "verdict", "reason")
MEASURED = ("count", "quantity", "survival", "comparison")


def verify(
    ledger: Ledger,
    results: Iterable[Result],
    audited: Iterable[Verdict],
    given_up: Mapping[str, str] = MappingProxyType({}),
    missing: Mapping[str, str] = MappingProxyType({}),
) -> list[Verdict]:
    """Verdict on every claim, in the ledger's order.

    Parameters
    ----------
    ledger : Ledger
        What is printed.
    results : iterable of Result
        What the notebooks computed.
    audited : iterable of Verdict
        What the other printed numbers say of each.
    given_up : mapping of str to str, optional
        Claims that the reconstructed cohort could not satisfy, and why.
    missing : mapping of str to str, optional
        Measures that the supplied tables do not record, and what is missing.
    """
    computed = {(r.measure, r.statistic): r for r in results}
    by_claim = {v.claim: v for v in audited}
    rows = [
        _verify(ledger, claim, by_claim[slug], computed.get((claim.measure, claim.statistic)))
        for slug, claim in ledger.claims.items()
    ]
    rows = [_explained(row, given_up.get(row.claim, "")) for row in rows]
    return [_unrecorded(row, missing.get(ledger.claims[row.claim].measure, "")) for row in rows]


def require_same_article(ledger: Ledger, results: Sequence[Result], source: Path) -> None:
    """Refuse results that are those of another article's ledger, as their measures tell.

    Raises
    ------
    CompanionError
        If ledger and results share half of the measures, or less, of the one with fewer.
    """
    claimed, computed = {c.measure for c in ledger.claims.values()}, {r.measure for r in results}
    fewer = min(len(claimed), len(computed))
    if fewer and 2 * len(claimed & computed) <= fewer:
        raise CompanionError(
            f"{source} seems to be of another article: {len(claimed & computed)} of its "
            f"{len(computed)} measures are in this ledger; choose its own with --results"
        )


def _unrecorded(verdict: Verdict, why: str) -> Verdict:
    """Say what is missing; what follows from other printed numbers still does."""
    if not why or verdict.basis == "data":
        return verdict
    if verdict.basis:
        return replace(verdict, reason=f"{verdict.reason.rstrip('.')}; not recounted: {why}")
    return replace(verdict, verdict="unchecked", reason=f"not recorded: {why}")


def _explained(verdict: Verdict, why: str) -> Verdict:
    """Add why the reconstruction gave a claim up, where nothing else is known against it."""
    if not why or (verdict.verdict, verdict.basis) != ("mismatch", "constructed"):
        return verdict
    return replace(verdict, reason=f"{verdict.reason}: the reconstruction gave it up, since {why}")


def _verify(ledger: Ledger, claim: Claim, audited: Verdict, result: Result | None) -> Verdict:
    if result is None:
        return audited if audited.basis else replace(audited, value=nan)
    known = replace(audited, value=result.value, method=result.method or audited.method)
    admitted = prints_as(claim, ledger.measures[claim.measure], result.value)
    if result.basis == "data":
        reason = "recomputed from the supplied patients" if admitted else _differs(claim, result)
        return _by_patients(known, "data", "match" if admitted else "mismatch", reason)
    is_shown = ledger.measures[claim.measure].kind in MEASURED and not claim.verbal
    if is_shown and not admitted and audited.verdict == "match":
        reason = f"{_differs(claim, result)}, though it follows from the printed numbers"
        return _by_patients(known, "constructed", "mismatch", reason)
    if audited.basis:  # another cohort can have another value, also one that prints alike
        return known if isclose(result.value, audited.value, rel_tol=1e-9) else audited
    if not is_shown:
        return known
    if not admitted:
        return _by_patients(known, "constructed", "mismatch", _differs(claim, result))
    if audited.verdict == "given":
        return replace(known, basis="constructed")
    reason = "holds in the reconstructed cohort because it was built in"
    return _by_patients(known, "constructed", "match", reason)


def _by_patients(verdict: Verdict, basis: str, decided: str, reason: str) -> Verdict:
    """Verdict that patients decide; what the other printed numbers say is kept beside it."""
    said = verdict.reason
    return replace(verdict, basis=basis, verdict=decided, reason=reason, arithmetic=said)


def _differs(claim: Claim, result: Result) -> str:
    how = f" by {result.method}" if result.method else ""
    return f"the patients give {result.value:.6g}{how}, which does not print as {claim.printed}"


def write_verdicts(rows: Sequence[Verdict], path: Path | str) -> None:
    """Write verdicts as CSV, in the ledger's order."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_table(COLUMNS, ([getattr(row, column) for column in COLUMNS] for row in rows), path)


def _told(ledger: Ledger, row: Verdict) -> str:
    """A finding in one line, in the words of the ledger where it is an expected one."""
    claim, known = ledger.claims[row.claim], ledger.expected_findings.get(row.claim)
    why = known.reason if known and known.reason else row.reason
    said = f"prints {row.printed} for {what(claim, ledger)}"
    if claim.verbal:
        said = f"claims P {row.printed} for {ledger.measures[claim.measure].label}"
    return f"  {row.locus} {said}: {why}"


def summary(ledger: Ledger, rows: Sequence[Verdict]) -> str:
    """Counts and findings, in words for a terminal."""
    counts = tally(rows)
    matches = [row for row in rows if (row.verdict, row.basis) == ("match", "arithmetic")]
    facts = distinct(ledger, [row.claim for row in matches])
    lines = [f"{len(rows)} claims in the ledger"]
    for (verdict, basis), text in OUTCOMES.items():
        if counts[verdict, basis]:
            numbers = f" ({facts} different numbers)" if basis == "arithmetic" else ""
            lines.append(f"{counts[verdict, basis]:5d}  {text}{numbers * (verdict == 'match')}")
    findings = [row for row in rows if row.verdict == "mismatch"]
    lines += [_told(ledger, row) for row in findings]
    if findings and all(row.claim in ledger.expected_findings for row in findings):
        lines.append("These are the findings that are expected of this article.")
    return "\n".join(lines)
