"""Methods of a ledger that names none: inferred over all its intervals and tests together."""

import csv
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from numbercheck.audit.verdicts import Verdict
from numbercheck.ledger.implied import BY_KIND
from numbercheck.ledger.records import Ledger, LedgerError
from numbercheck.ledger.rows import Claim

COLUMNS = ("family", "method", "status", "alternatives", "note")
MOST = 6  # methods of a line


class Inference(NamedTuple):
    """How many numbers of one kind each method prints as printed, best first."""

    family: str
    number: int
    fits: dict[str, int]

    @property
    def method(self) -> str:
        """Method that prints more numbers than every other one, and at least two; else empty."""
        (best, most), *rest = [*self.fits.items(), ("", 0)]
        return best if most > max(1, rest[0][1]) else ""

    @property
    def conclusion(self) -> str:
        """What the numbers say of the method."""
        most = max(self.fits.values())
        if self.method:
            return f"inferred: {self.method}"
        if not most:
            return "no method prints any of them"
        if most == 1:
            return "one number at most would choose the method, which is no evidence for it"
        return "several methods print as many, so the method stays open"

    def __str__(self) -> str:
        counts = [f"{method} {n}" for method, n in self.fits.items()][:MOST]
        return f"  {self.family} ({self.number}): {', '.join(counts)}; {self.conclusion}"


def inferred_families(ledger: Ledger, verdicts: Sequence[Verdict]) -> list[Inference]:
    """Count, by kind of measure, the limits and P values that each method prints as printed.

    Measures that name their family or method are left out.
    """
    found: dict[str, Counter[str]] = {}
    numbers: Counter[str] = Counter()
    for verdict in verdicts:
        claim = ledger.claims[verdict.claim]
        if verdict.candidates and (family := _family(claim, ledger)):
            numbers[family] += 1
            fits = found.setdefault(family, Counter())
            fits.update({c.method: int(c.fits) for c in verdict.candidates})
    return [
        Inference(family, numbers[family], dict(fits.most_common()))
        for family, fits in found.items()
    ]


def _family(claim: Claim, ledger: Ledger) -> str:
    """Family that a claim's method would have; empty where it has one, or needs none."""
    measure = ledger.measures[claim.measure]
    is_open = not (measure.family or measure.method or claim.verbal)
    return measure.kind if is_open and claim.statistic in BY_KIND.get(measure.kind, ()) else ""


def families_told(inferences: Sequence[Inference]) -> Iterator[str]:
    """Lines of the table for a terminal."""
    if inferences:
        yield "\nMethods, by how many of the numbers each prints as printed (no families.csv):"
        yield from map(str, inferences)


def write_families(folder: Path, inferences: Sequence[Inference]) -> list[str]:
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
    with path.open("w", newline="", encoding="utf-8") as handle:
        writer = csv.writer(handle, lineterminator="\n")
        writer.writerow(COLUMNS)
        for family, number, fits in known:
            method, *others = fits
            note = f"Prints {fits[method]} of {number} numbers"
            writer.writerow([family, method, "inferred", "|".join(others), note])
    return [i.family for i in known]
