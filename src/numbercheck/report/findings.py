"""Findings for the top of the page, the strongest first, one line each."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from markupsafe import Markup, escape

from numbercheck.audit import Verdict
from numbercheck.ledger.records import Ledger
from numbercheck.ledger.rows import Claim
from numbercheck.ledger.sources import name_of
from numbercheck.report.claims import token
from numbercheck.report.questions import AuthorQuestion

BADGES = {
    "contradiction": "mismatch",
    "inconsistent": "mismatch",
    "not supported": "mismatch",
    "rounding slip": "mismatch",
    "ambiguous": "unchecked",
    "cited source differs": "given",
    "sources differ": "mismatch",
    "in another source": "mismatch",
}

KINDS = {  # by the kind of the verdict
    "comparator-differs": "cited source differs",
    "sources-differ": "sources differ",
    "rounding-slip": "rounding slip",
}
BESIDE = ("cited source differs", "sources differ")  # what another source says of the article


class Found(NamedTuple):
    """A finding: its kind, the slug of its claim or question, and why, with the numbers linked.

    ``claim`` is None for a reading or a conflict, which are about several. ``place`` is the part
    of the article or of another source that prints it, and ``support`` the share of the tests
    tried that agree with the article.
    """

    kind: str
    about: str
    claim: Claim | None
    why: Markup
    place: str = ""
    support: float = 0.0

    @property
    def badge(self) -> str:
        """Look of the kind, which is that of a verdict."""
        return BADGES[self.kind]

    @property
    def denies(self) -> bool:
        """True of a statement that there is no difference, where the counts show one."""
        return bool(self.claim and self.claim.verbal and self.claim.printed.startswith(">"))

    @property
    def named(self) -> str:
        """The printed number, or what the ledger notes of a claim in words; empty for a reading."""
        if self.claim and self.claim.verbal and self.claim.note:
            return self.claim.note.split(";")[0]
        return token(self.claim) if self.claim else ""


def findings(
    ledger: Ledger,
    verdicts: Iterable[Verdict],
    questions: Iterable[AuthorQuestion],
    fill: Callable[[str], Markup],
    together: Mapping[str, Any],
) -> list[Found]:
    """Everything that a reader should know first, by kind in the order of `BADGES`.

    Of one kind, those that the fewest tests support come first.
    ``together`` has the conflicts among claims; those that a single verdict shows are left out.
    """
    found = [*_mismatches(ledger, verdicts)]
    known = {f.about for f in found}
    for conflict in together.get("conflicts", ()):
        if not known & set(conflict["claims"]):
            sentence = conflict["sentence"]
            why = escape(sentence[:1].upper() + sentence[1:])
            found.append(Found("inconsistent", "", None, why))
    readings = (q for q in questions if q.kind == "reading")
    found += [Found("ambiguous", q.question, None, fill(q.text)) for q in readings]
    return sorted(found, key=lambda f: ([*BADGES].index(f.kind), f.support, not f.denies))


def _mismatches(ledger: Ledger, verdicts: Iterable[Verdict]) -> Iterator[Found]:
    claims = {**ledger.claims, **ledger.elsewhere}
    for verdict in verdicts:
        if verdict.verdict == "mismatch":
            claim, known = claims[verdict.claim], ledger.expected_findings
            why = known[verdict.claim].reason if verdict.claim in known else verdict.reason
            tried = [candidate.fits for candidate in verdict.candidates] if claim.verbal else []
            support = sum(tried) / len(tried) if tried else 0.0
            source = [name_of(claim.source, ledger)] if claim.source else []
            place = ", ".join([*source, claim.part])
            yield Found(_kind(verdict, claim), claim.claim, claim, escape(why), place, support)


def _kind(verdict: Verdict, claim: Claim) -> str:
    kind = KINDS.get(verdict.kind, "not supported" if claim.verbal else "contradiction")
    return kind if not claim.source or kind in BESIDE else "in another source"
