"""Each claim with its explanation: what it was checked against, and what follows from it."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from companion.report.notebooks import Cell
from companion.verify import Verification
from numbercheck.audit import Candidate, Verdict
from numbercheck.ledger.records import Claim, Ledger, Measure
from numbercheck.words import called

STATISTICS: Mapping[str, str] = {
    "n": "number",
    "N": "denominator",
    "percent": "percentage",
    "conf_low": "lower confidence limit",
    "conf_high": "upper confidence limit",
    "median": "median",
    "p25": "lower quartile",
    "p75": "upper quartile",
    "min": "lowest value",
    "max": "highest value",
    "estimate": "estimate",
    "p_value": "P value",
    "n_event": "number of events",
    "value": "value",
}
PREMISE = re.compile(r"A premise of [\w, ]+\.")
SIGNS = {"match": "✓", "mismatch": "✗", "given": "▪", "unchecked": "○"}


def what(claim: Claim, ledger: Ledger) -> str:
    """Say what a claim is: its measure, and the statistic where that adds anything."""
    label = ledger.measures[claim.measure].label
    return label if claim.statistic == "value" else f"{label}, {STATISTICS[claim.statistic]}"


def token(claim: Claim) -> str:
    """Write a claim as printed; one in words by what it says of P."""
    pretty = claim.printed.replace(">=", "≥").replace("<=", "≤")
    return f"P {pretty}" if claim.verbal else pretty


@dataclass(frozen=True)
class Line:
    """One row of the ledger on the page, with all that its explanation says."""

    claim: Claim
    measure: Measure
    what: str
    row: Verification
    verdict: Verdict
    premises: tuple[Claim, ...]
    follows: tuple[Claim, ...]
    others: tuple[Claim, ...]
    cell: Cell | None
    notebook: str
    method: str
    expected: str

    @property
    def statistic(self) -> str:
        """The statistic in words."""
        return STATISTICS[self.claim.statistic]

    @property
    def reason(self) -> str:
        """Why the verdict is so; the claims that follow from it are listed as links instead."""
        return PREMISE.sub("Other printed numbers follow from it.", self.row.reason)

    @property
    def sign(self) -> str:
        """A sign for the verdict, so that it is told without color, too."""
        return SIGNS[self.row.verdict]

    @property
    def token(self) -> str:
        """As printed; a claim in words by what it says of P."""
        return token(self.claim)

    @property
    def printed(self) -> str:
        """The token, with a word where the article has no number."""
        return f"{self.token} (in words)" if self.claim.verbal else self.token

    @cached_property
    def candidates(self) -> tuple[Candidate, ...]:
        """What was tried, those that fit first."""
        return tuple(sorted(self.verdict.candidates, key=lambda c: not c.fits))


def lines(
    ledger: Ledger,
    rows: Sequence[Verification],
    verdicts: Iterable[Verdict],
    cells: Mapping[str, tuple[str, Cell]],
) -> list[Line]:
    """Every claim, in the ledger's order, with what is known of it."""
    by_claim = {v.claim: v for v in verdicts}
    follows: dict[str, list[Claim]] = defaultdict(list)
    for verdict in by_claim.values():
        for premise in dict.fromkeys(verdict.premises):
            follows[premise].append(ledger.claims[verdict.claim])
    return [_line(ledger, row, by_claim[row.claim], follows, cells) for row in rows]


def _line(
    ledger: Ledger,
    row: Verification,
    verdict: Verdict,
    follows: Mapping[str, Sequence[Claim]],
    cells: Mapping[str, tuple[str, Cell]],
) -> Line:
    claim = ledger.claims[row.claim]
    measure = ledger.measures[claim.measure]
    notebook, cell = cells.get(claim.measure, ("", None))
    finding = ledger.expected_findings.get(row.claim)
    same = (c for c in ledger.find(claim.measure, claim.statistic) if c is not claim)
    return Line(
        claim,
        measure,
        what(claim, ledger),
        row,
        verdict,
        tuple(ledger.claims[p] for p in dict.fromkeys(verdict.premises)),
        tuple(follows.get(row.claim, ())),
        tuple(same) if not claim.verbal else (),
        cell,
        notebook,
        called(ledger.method(measure)) if measure.family else "",
        finding.reason if finding else "",
    )
