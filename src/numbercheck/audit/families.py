"""Methods of a ledger that names none: inferred over all its intervals and tests together."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from numbercheck.audit.verdicts import Verdict
from numbercheck.ledger.implied import BY_KIND, printed_effect
from numbercheck.ledger.records import Ledger, LedgerError
from numbercheck.ledger.rows import Claim
from numbercheck.tables import write_table

COLUMNS = ("family", "method", "status", "alternatives", "note")
MOST = 6  # methods of a line


class MethodCounts(NamedTuple):
    """How many intervals or P values of one kind each method gives as printed, best first."""

    family: str
    number: int
    fits: dict[str, int]

    @property
    def method(self) -> str:
        """Method that gives more of them than every other one, and at least two; else empty."""
        (best, most), *rest = [*self.fits.items(), ("", 0)]
        return best if most > max(1, rest[0][1]) else ""

    @property
    def conclusion(self) -> str:
        """What the numbers say of the method."""
        most = max(self.fits.values())
        if self.method:
            return f"inferred: {self.method}"
        if not most:
            return "no method gives any of them"
        if most == 1:
            return "one number at most would choose the method, which is no evidence for it"
        return "several methods give as many, so the method stays open"

    def __str__(self) -> str:
        counts = [f"{method} {n}" for method, n in self.fits.items()][:MOST]
        return f"  {self.family} ({self.number}): {', '.join(counts)}; {self.conclusion}"


def inferred_families(ledger: Ledger, verdicts: Sequence[Verdict]) -> list[MethodCounts]:
    """Count, by kind of measure, the intervals and P values that each method prints as printed.

    The two limits of an interval count once. Measures that name their family or method are left
    out.
    """
    tried: dict[str, dict[tuple[str, str], Verdict]] = {}
    for verdict in verdicts:
        claim = ledger.claims[verdict.claim]
        if verdict.candidates and (family := _family(claim, ledger)):
            tried.setdefault(family, {}).setdefault((claim.measure, claim.locus), verdict)
    return [
        MethodCounts(family, len(numbers), dict(_fits(numbers.values()).most_common()))
        for family, numbers in tried.items()
    ]


def _fits(verdicts: Iterable[Verdict]) -> Counter[str]:
    fits: Counter[str] = Counter()
    for verdict in verdicts:
        fits.update({candidate.method: int(candidate.fits) for candidate in verdict.candidates})
    return fits


def _family(claim: Claim, ledger: Ledger) -> str:
    """Family that a claim's method would have; empty where it has one, or needs none."""
    measure = ledger.measures[claim.measure]
    if measure.family or measure.method or claim.verbal:
        return ""
    if measure.kind == "comparison" and claim.statistic in ("conf_low", "conf_high"):
        return printed_effect(claim.measure, ledger)
    return measure.kind if claim.statistic in BY_KIND.get(measure.kind, ()) else ""


def families_told(inferences: Sequence[MethodCounts]) -> Iterator[str]:
    """Lines of the table for a terminal."""
    if inferences:
        yield "\nMethods, by how many intervals or P values each gives (no families.csv):"
        yield from map(str, inferences)


def write_families(folder: Path, inferences: Sequence[MethodCounts]) -> list[str]:
    """Write the methods that were inferred into ``families.csv``, never over rows of another.

    Returns
    -------
    list of str
        The families written; none, and no file, where no method was inferred.

    Raises
    ------
    LedgerError
        If the file has rows already, or the ledger is a workbook.
    """
    path = folder / "families.csv"
    known = [i for i in inferences if i.method]
    if not folder.is_dir():
        raise LedgerError([f"{folder}: families can be written into a folder only"])
    if path.exists() and len(path.read_text(encoding="utf-8").split()) > 1:
        raise LedgerError([f"{path} is there already, and stays as it is"])
    if not known:
        return []
    rows = []
    for family, number, fits in known:
        method, *others = fits
        note = f"Gives {fits[method]} of {number} as printed"
        rows.append((family, method, "inferred", "|".join(others), note))
    write_table(COLUMNS, rows, path)
    return [i.family for i in known]
