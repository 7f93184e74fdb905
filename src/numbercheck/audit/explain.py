"""One claim's audit in a screenful, and the whole audit as one JSON document."""

import json
from collections.abc import Iterator, Sequence
from math import isfinite
from textwrap import wrap

from numbercheck.audit.checklists import items_of
from numbercheck.audit.families import families_told, inferred_families
from numbercheck.audit.judge import audit
from numbercheck.audit.sources import agreements
from numbercheck.audit.verdicts import Candidate, Verdict, coverage
from numbercheck.errors import unknown
from numbercheck.ledger.notes import notes
from numbercheck.ledger.records import Ledger, LedgerError
from numbercheck.ledger.rows import Claim
from numbercheck.ledger.sources import ARTICLE, name_of, place, provenance, source_of
from numbercheck.statistics.rounding import format_number
from numbercheck.words import STATISTICS, first_of

WIDTH, MOST, LONG = 88, 9, 4  # columns, rows of a list, lines of a reason
GUESSED = "Read these against the article first; each is a mismatch if the draft has guessed right:"


def explain(ledger: Ledger, claim: str, verdicts: Sequence[Verdict] | None = None) -> str:
    """What is printed and where, what it was checked against, and what each method gives.

    Parameters
    ----------
    ledger : Ledger
    claim : str
        Its slug.
    verdicts : sequence of Verdict, optional
        The ledger's audit, if it was made already.

    Raises
    ------
    LedgerError
        If there is no such claim; the nearest ones are offered.
    """
    if claim not in ledger.claims:
        raise LedgerError([unknown("claim", claim, ledger.claims)])
    verdict = next(v for v in verdicts or audit(ledger) if v.claim == claim)
    return "\n".join(line.rstrip() for line in _lines(ledger, verdict))


def to_json(ledger: Ledger, verdicts: Sequence[Verdict] | None = None) -> str:
    """Coverage and verdicts as one JSON document, each with the printed text and its place.

    With several sources in view, ``coverage`` counts the first, ``sources`` counts each, and
    ``agreements`` has what they print of the same patients.
    """
    verdicts = audit(ledger) if verdicts is None else verdicts
    by_source = _by_source(ledger, verdicts)
    counts = {name: coverage(ledger, rows)._asdict() for name, rows in by_source.items()}
    document: dict[str, object] = {"coverage": next(iter(counts.values()))}
    if len(counts) > 1:
        document["sources"] = counts
        document["agreements"] = [row._asdict() for row in agreements(ledger)]
    document["notes"] = notes(ledger)
    document["verdicts"] = [_record(v, ledger.claims[v.claim]) for v in verdicts]
    return json.dumps(document, ensure_ascii=False)  # on one line: indented takes ten times as long


def told(ledger: Ledger, verdicts: Sequence[Verdict]) -> str:
    """The whole audit for a terminal: the tally, each finding, and why others are not checked.

    Each source in view has a tally of its own.
    """
    by_source = _by_source(ledger, verdicts)
    told = {name: _told(ledger, rows) for name, rows in by_source.items()}
    if len(told) > 1:
        told = {n: f"{_titled(name_of(n, ledger))}: {text}" for n, text in told.items()}
    methods = [] if ledger.families else list(families_told(inferred_families(ledger, verdicts)))
    remarks = [f"\nNote: {note}" for note in notes(ledger)]
    return "\n".join(["\n\n".join(told.values()), *methods, *remarks])


def _titled(name: str) -> str:
    return name[:1].upper() + name[1:]


def _by_source(ledger: Ledger, verdicts: Sequence[Verdict]) -> dict[str, list[Verdict]]:
    """Verdicts of each source, in the order in which they are in view."""
    found: dict[str, list[Verdict]] = {}
    for verdict in verdicts:
        found.setdefault(source_of(ledger.claims[verdict.claim]), []).append(verdict)
    return found or {ARTICLE: []}


def _told(ledger: Ledger, verdicts: Sequence[Verdict]) -> str:
    counts = coverage(ledger, verdicts)
    lines = [f"{counts.checked} of {counts.claims} claims can be checked by other claims."]
    for name, number in counts.verdicts.items():
        lines.append(f"{number:5d}  {name}")
        if name == "match":
            lines.append(f"{counts.facts:10d}  different numbers among those that follow")
            lines.append(f"{counts.fitted:10d}  by a method that was chosen to fit the number")
    wrong = [v for v in verdicts if v.verdict == "mismatch"]
    guessed = [v for v in verdicts if v.kind == "guess"]
    for title, found in (("Findings:", wrong), (GUESSED, guessed)):
        lines += ["", title] if found else []
        lines += [f"  {v.locus} ({v.claim}) prints {v.printed}: {v.reason}" for v in found]
    reasons: dict[str, list[str]] = {}
    for verdict in verdicts:
        if verdict.verdict == "unchecked" and verdict.kind != "guess":
            reasons.setdefault(verdict.reason, []).append(verdict.claim)
    lines += ["", "Not checked, and why:"] if reasons else []
    lines += [f"  {reason} ({first_of(claims)})" for reason, claims in reasons.items()]
    return "\n".join(lines)


def _record(verdict: Verdict, claim: Claim) -> dict[str, object]:
    """Everything about a verdict; JSON has no NaN, and no digit in which processors differ."""
    number = {"measure": claim.measure, "statistic": claim.statistic, "source": source_of(claim)}
    value = float(format_number(verdict.value)) if isfinite(verdict.value) else None
    candidates = [candidate._asdict() for candidate in verdict.candidates]
    items = items_of(verdict.verdict, verdict.kind)._asdict()
    return {**vars(verdict), **number, "value": value, "candidates": candidates, **items}


def _lines(ledger: Ledger, verdict: Verdict) -> Iterator[str]:
    claim = ledger.claims[verdict.claim]
    measure = ledger.measures[claim.measure]
    words = " (in words; the test is not named)" if claim.verbal else ""
    yield verdict.claim
    yield f"  printed   {claim.printed}{words}, {claim.locus}"
    read = wrap(provenance(claim, ledger), WIDTH - 12)
    yield from (f"  {'' if i else 'source':<9} {line}" for i, line in enumerate(read))
    yield f"  is the    {STATISTICS[claim.statistic]} of {measure.label}"
    if measure.family:
        yield f"  family    {measure.family}: {ledger.method(measure)}"
    reason = wrap(verdict.reason, WIDTH - 12)
    most = max(1, MOST - max(0, len(reason) - LONG))
    for premise in list(dict.fromkeys(verdict.inputs))[: max(3, most)]:
        other = ledger.claims[premise]
        title = "against " if premise == verdict.inputs[0] else ""
        where = place(other, ledger)
        yield f"  {title:<9} {other.printed}, {other.statistic} of {other.measure}, {where}"
    yield from _tried(verdict.candidates, most)
    if verdict.kind.startswith("comparator"):
        yield f"  read at   {verdict.method}"
    value = f", {verdict.method} gives {verdict.value:.6g}" if isfinite(verdict.value) else ""
    yield f"  verdict   {verdict.verdict.upper()}: {verdict.kind}{value}"
    yield from (f"            {line}" for line in reason)


def _tried(candidates: Sequence[Candidate], most: int) -> Iterator[str]:
    """Candidates, those that fit first; the rest is counted."""
    ranked = sorted(candidates, key=lambda c: not c.fits)
    for i, candidate in enumerate(ranked[:most]):
        sign = "as printed" if candidate.fits else "not as printed"
        title = "tried   " if i == 0 else ""
        yield f"  {title:<9} {candidate.method:<18} {candidate.value:<28} {sign}"
    if len(ranked) > most:
        yield f"            and {len(ranked) - most} more that {_rest(ranked[most:])}"


def _rest(candidates: Sequence[Candidate]) -> str:
    fitting = sum(c.fits for c in candidates)
    return f"do not, except {fitting}" if fitting else "do not"
