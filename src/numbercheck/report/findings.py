"""Findings for the top of the page, the strongest first, one line each."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from markupsafe import Markup, escape

from numbercheck.audit import Verdict
from numbercheck.ledger.records import Ledger
from numbercheck.ledger.rows import Claim
from numbercheck.report.claims import token
from numbercheck.report.questions import AuthorQuestion

BADGES = {
    "contradiction": "mismatch",
    "no cohort has all": "mismatch",
    "not supported": "mismatch",
    "one reading only": "unchecked",
    "cited source differs": "given",
    "sources differ": "mismatch",
    "in another source": "mismatch",
}

OF_SOURCES = {"comparator-differs": "cited source differs", "sources-differ": "sources differ"}


class Found(NamedTuple):
    """A finding: its kind, the slug of its claim or question, and why, with the numbers linked.

    ``claim`` is None for a reading or a conflict, which are about several.
    """

    kind: str
    about: str
    claim: Claim | None
    why: Markup

    @property
    def badge(self) -> str:
        """Look of the kind, which is that of a verdict."""
        return BADGES[self.kind]

    @property
    def quoted(self) -> str:
        """The claim in the article's own number or words; empty for a reading."""
        if self.claim and self.claim.verbal and self.claim.note:
            return f"“{self.claim.note.split(';')[0]}”"
        return token(self.claim) if self.claim else ""

    @property
    def place(self) -> str:
        """Part of the article, or of another source, that prints it; empty for a reading."""
        if not self.claim:
            return ""
        return ", ".join(filter(None, [self.claim.source.replace("_", " "), self.claim.part]))


def findings(
    ledger: Ledger,
    verdicts: Iterable[Verdict],
    questions: Iterable[AuthorQuestion],
    fill: Callable[[str], Markup],
    together: Mapping[str, Any],
) -> list[Found]:
    """Everything that a reader should know first, by kind in the order of `BADGES`.

    ``together`` has the conflicts among claims; those that a single verdict shows are left out.
    """
    found = [*_mismatches(ledger, verdicts)]
    known = {f.about for f in found}
    for conflict in together.get("conflicts", ()):
        if not known & set(conflict["claims"]):
            sentence = conflict["sentence"]
            why = escape(sentence[:1].upper() + sentence[1:])
            found.append(Found("no cohort has all", "", None, why))
    readings = (q for q in questions if q.kind == "reading")
    found += [Found("one reading only", q.question, None, fill(q.text)) for q in readings]
    return sorted(found, key=lambda f: [*BADGES].index(f.kind))


def _mismatches(ledger: Ledger, verdicts: Iterable[Verdict]) -> Iterator[Found]:
    claims = {**ledger.claims, **ledger.elsewhere}
    for verdict in verdicts:
        if verdict.verdict == "mismatch":
            claim, known = claims[verdict.claim], ledger.expected_findings
            why = known[verdict.claim].reason if verdict.claim in known else verdict.reason
            yield Found(_kind(verdict, claim), claim.claim, claim, escape(why))


def _kind(verdict: Verdict, claim: Claim) -> str:
    if verdict.kind in OF_SOURCES:
        return OF_SOURCES[verdict.kind]
    if claim.source:
        return "in another source"
    return "not supported" if claim.verbal else "contradiction"
