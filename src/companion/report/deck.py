"""The deck of a build: that of its ledger, and slides of what was made from patients.

A slide that depends on a reconstructed cohort says so, and no slide of supplied data does.
"""

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import NamedTuple

from companion.errors import CompanionError
from companion.report.curves import DrawnCurve, curves
from companion.report.page import read_json
from companion.results import Result, read_results
from companion.tables.table import count_and_percent
from companion.verify import verify
from companion.workbench import Workbench
from numbercheck.report.deck import Slide, ledger_slides, write_slides
from numbercheck.report.journal_club import read_journal_club
from numbercheck.report.page import judged, ledger_content

NUMBER = re.compile(r"\d+")
PARAMETER = re.compile(r"^(\w+) = ", re.MULTILINE)
PLACES = {"cohort_dir", "published_dir", "output_dir", "consistency_file", "population"}
OTHERS = "Patients and definitions differ between the trials."


class Rates(NamedTuple):
    """A line of a forest: this trial's rate, with its limits, then those of others, in percent."""

    quantity: str
    percents: Sequence[str]
    limits: Sequence[int]


def write_deck(
    outputs: Path, cohort: Path, published: Path, target: Path, population: str = ""
) -> int:
    """Write the deck of a build, and return how many slides it has.

    Parameters
    ----------
    outputs : Path
        Folder of the build.
    cohort, published : Path
        The patient tables and the ledger that it was made from.
    target : Path
        The file to write.
    population : str
        Flag of the patients who are counted, as `read_cohort` takes it.

    Raises
    ------
    CompanionError
        If there is no such build, or it was made from other patients or with other parameters.
    """
    if not (outputs / "results.csv").is_file():
        raise CompanionError(f"{outputs} holds no results.csv; run `companion build` first")
    _require_usual_parameters(outputs)
    document = outputs / "consistency.json"
    solved = str(document.resolve()) if document.is_file() else ""
    folders = (str(cohort.resolve()), str(published.resolve()), str(outputs.resolve()))
    bench = Workbench(*folders, solved, population)
    return write_slides(_slides(bench, outputs, published), bench.ledger, target)


def _slides(bench: Workbench, outputs: Path, published: Path) -> Iterator[Slide]:
    ledger, label = bench.ledger, bench.cohort.label
    results = read_results(outputs / "results.csv")
    _require_same_patients(results, bench, outputs)
    values = {(r.measure, r.statistic): str(r.value) for r in results}
    unrecorded = read_json(outputs / "missing.json")
    known = judged(ledger)
    known = replace(known, verdicts=verify(ledger, results, known.verdicts, missing=unrecorded))
    content = ledger_content(published, known, read_json(outputs / "consistency.json"), values)
    more = chain((_survival(curve, values, label) for curve in curves(bench)),
                 _rates(outputs / "tables" / "table-trials.csv"))  # fmt: skip
    yield from ledger_slides(content, read_journal_club(published, ledger), label, more)


def _require_usual_parameters(outputs: Path) -> None:
    """Refuse a build with other methods or times than the curves here are drawn with."""
    found: set[str] = set()
    for path in (outputs / "notebooks").glob("*.ipynb"):
        for cell in read_json(path)["cells"]:
            if "injected-parameters" in cell["metadata"].get("tags", ()):
                found |= set(PARAMETER.findall("".join(cell["source"])))
    if found := found - PLACES:
        raise CompanionError(
            f"{outputs} was built with parameters of its own ({', '.join(sorted(found))}); "
            "a deck shows a build without -p"
        )


def _require_same_patients(results: Sequence[Result], bench: Workbench, outputs: Path) -> None:
    """Refuse results of other patients: a label would be wrong, or missing."""
    if {r.basis for r in results} - {bench.results.basis}:
        raise CompanionError(
            f"{outputs} was built from other patients than the cohort named here; "
            "name both: companion deck OUTPUTS --cohort DIR"
        )


def _survival(curve: DrawnCurve, values: Mapping[tuple[str, str], str], label: str) -> Slide:
    title = f"{curve.label}: {curve.events} event{'s' * (curve.events != 1)}"
    limits = (values.get((curve.measure, s)) for s in ("estimate", "conf_low", "conf_high"))
    said = [f"{float(value):.1f}%" for value in limits if value]
    patients = curve.ticks[0].at_risk
    notes = [f"{patients} patients, followed for up to {curve.end:.1f} months."]
    return Slide("curve", title, (curve, said), notes, label)


def _rates(table: Path) -> Iterator[Slide]:
    """A forest of this trial's rates beside those of others, from a notebook's table."""
    groups: dict[str, list[dict[str, str]]] = {}
    if table.is_file():
        with table.open(newline="", encoding="utf-8") as handle:
            for row in csv.DictReader(handle):
                groups.setdefault(row["group"], []).append(row)
    if groups:
        shown = [_line(quantity, rows) for quantity, rows in groups.items()]
        label = next(iter(groups.values()))[0].get("source", "")
        others = dict.fromkeys(row["Trial"] for rows in groups.values() for row in rows[1:])
        title = "What do the trials that it cites report?"
        yield Slide("forest", title, shown, [f"Beside {', '.join(others)}. {OTHERS}"], label)


def _line(quantity: str, rows: Sequence[Mapping[str, str]]) -> Rates:
    percents = [count_and_percent(row["n (%)"])[1] for row in rows]
    limits = next(text for column, text in rows[0].items() if column.endswith("CI, %"))
    return Rates(quantity, percents, [int(end) for end in NUMBER.findall(limits)])
