"""What the audit says about one printed number, and how many could be checked at all."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from math import isfinite, nan
from typing import NamedTuple

VERDICTS = ("mismatch", "match", "given", "unchecked")  # the first one found decides


class Candidate(NamedTuple):
    """One way to compute a printed number: what it gives, and whether that prints so."""

    method: str
    value: str
    fits: bool


@dataclass(frozen=True)
class Verdict:
    """The audit of one claim.

    Attributes
    ----------
    claim : str
    verdict : {"given", "match", "mismatch", "unchecked"}
    kind : str
        Slug of the finding, or of the check that was made.
    sentence : str
        Why, for a reader who knows the article and not this program.
    method : str
        What the value was computed by.
    value : float
        Recomputed, in the printed unit; NaN where nothing was.
    candidates : tuple of Candidate
    premises : tuple of str
        Claims that it was computed from.
    """

    claim: str
    verdict: str
    kind: str
    sentence: str
    method: str = ""
    value: float = nan
    candidates: tuple[Candidate, ...] = ()
    premises: tuple[str, ...] = ()

    @property
    def basis(self) -> str:
        """``arithmetic`` where other printed numbers decided, else empty."""
        return "arithmetic" if self.verdict in ("match", "mismatch") else ""

    def record(self) -> dict[str, object]:
        """Values for JSON, where there is no NaN."""
        return {
            "claim": self.claim,
            "verdict": self.verdict,
            "basis": self.basis,
            "kind": self.kind,
            "method": self.method,
            "value": self.value if isfinite(self.value) else None,
            "sentence": self.sentence,
            "candidates": [c._asdict() for c in self.candidates],
            "premises": list(self.premises),
        }


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
