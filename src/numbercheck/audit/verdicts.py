"""What the audit says about one printed number, and how many could be checked at all."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from math import isfinite, nan
from typing import NamedTuple

from numbercheck.ledger.records import Claim
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


class Coverage(NamedTuple):
    """How many claims there are, by verdict and by kind: never one score."""

    claims: int
    checked: int
    verdicts: dict[str, int]
    kinds: dict[str, int]


def coverage(verdicts: Iterable[Verdict]) -> Coverage:
    """Count verdicts; ``checked`` are those that other printed numbers decide."""
    verdicts = list(verdicts)
    by_verdict = Counter(v.verdict for v in verdicts)
    by_kind = Counter(f"{v.verdict}: {v.kind}" for v in verdicts)
    return Coverage(
        len(verdicts),
        by_verdict["match"] + by_verdict["mismatch"],
        {name: by_verdict[name] for name in VERDICTS},
        dict(sorted(by_kind.items())),
    )
