"""What the audit says about one printed number, and how many could be checked at all."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from math import isfinite, nan
from typing import NamedTuple

from numbercheck.ledger.records import Ledger
from numbercheck.ledger.rows import Claim
from numbercheck.statistics.rounding import format_number

VERDICTS = ("mismatch", "match", "given", "unchecked")  # the first one found decides


class Candidate(NamedTuple):
    """One way to compute a printed number: what it gives, and whether that prints so."""

    method: str
    value: str
    fits: bool


@dataclass(frozen=True)
class Verdict:
    """The judgment of one claim: by the other printed numbers, then by the patients as well.

    Attributes
    ----------
    claim, locus, printed : str
        The claim's slug, its place and its text.
    verdict : {"given", "match", "mismatch", "unchecked"}
    kind : str
        Slug of the finding, or of the check that was made.
    reason : str
        Why, for a reader who knows the article and not this program.
    basis : {"arithmetic", "fitted", "constructed", "data", ""}
        What decided: other printed numbers; those by a method that was chosen to fit this one; a
        cohort that was built from them; the trial's own patients; or nothing.
    method : str
        How the value was computed.
    value : float
        Recomputed, in the printed unit; NaN where nothing was.
    candidates : tuple of Candidate
        Every method that was tried.
    inputs : tuple of str
        Claims that it was computed from.
    arithmetic : str
        What the other printed numbers say, where patients gave the reason instead.
    """

    claim: str
    locus: str
    printed: str
    verdict: str
    kind: str
    reason: str
    basis: str = ""
    method: str = ""
    value: float = nan
    candidates: tuple[Candidate, ...] = ()
    inputs: tuple[str, ...] = ()
    arithmetic: str = ""

    @property
    def recomputed(self) -> str:
        """The value with 12 significant digits; empty where there is none."""
        return format_number(self.value) if isfinite(self.value) else ""


def verdict_on(
    claim: Claim,
    verdict: str,
    kind: str,
    reason: str,
    method: str = "",
    value: float = nan,
    candidates: Iterable[Candidate] = (),
    inputs: Iterable[str] = (),
    chosen_among: int = 0,
) -> Verdict:
    """Verdict on a claim by the other printed numbers.

    ``chosen_among``: of so many methods the one that fits was chosen, by this number alone. Its
    match is then no evidence and has a basis of its own.
    """
    basis = "arithmetic" if verdict in ("match", "mismatch") else ""
    if verdict == "match" and chosen_among:
        basis = "fitted"
        reason += f" The method was chosen among {chosen_among} by this number alone."
    return Verdict(
        *(claim.claim, claim.locus, claim.printed, verdict, kind, reason),
        *(basis, method, value, tuple(candidates), tuple(inputs)),
    )


class VerdictCounts(NamedTuple):
    """How many claims there are, by verdict and by kind: never one score.

    ``checked`` are those that other printed numbers decide, ``fitted`` those that match by a
    method chosen to fit them. ``facts`` are the different numbers among the matches: a number
    that is printed four times is one.
    """

    claims: int
    checked: int
    fitted: int
    facts: int
    verdicts: dict[str, int]
    kinds: dict[str, int]


def coverage(ledger: Ledger, verdicts: Iterable[Verdict]) -> VerdictCounts:
    """Count verdicts."""
    verdicts = list(verdicts)
    by_verdict = Counter(v.verdict for v in verdicts)
    by_kind = Counter(f"{v.verdict}: {v.kind}" for v in verdicts)
    matches = [v.claim for v in verdicts if (v.verdict, v.basis) == ("match", "arithmetic")]
    return VerdictCounts(
        len(verdicts),
        len(matches) + by_verdict["mismatch"],
        by_verdict["match"] - len(matches),
        distinct(ledger, matches),
        {name: by_verdict[name] for name in VERDICTS},
        dict(sorted(by_kind.items())),
    )


def tally(verdicts: Iterable[Verdict]) -> Counter[tuple[str, str]]:
    """How many claims by verdict and basis; never added into one score."""
    return Counter((v.verdict, v.basis) for v in verdicts)


def distinct(ledger: Ledger, claims: Iterable[str]) -> int:
    """How many different numbers some claims print."""
    return len({(c.measure, c.statistic, c.verbal) for c in map(ledger.claims.__getitem__, claims)})


def drift(ledger: Ledger, verdicts: Iterable[Verdict]) -> list[str]:
    """Findings that are new, and expected ones that are gone, in words."""
    found = {v.claim: v for v in verdicts if v.verdict == "mismatch"}
    expected = {c: f for c, f in ledger.expected_findings.items() if f.verdict == "mismatch"}
    new = [
        f"new finding: {v.locus}, {v.claim} prints {v.printed}: {v.reason}"
        for v in found.values()
        if v.claim not in expected
    ]
    gone = [
        f"expected finding is gone: {claim} ({finding.reason})"
        for claim, finding in expected.items()
        if claim not in found and claim not in ledger.elsewhere
    ]
    return new + gone
