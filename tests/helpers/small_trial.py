"""A trial so small that a build of it takes a second: three claims, four notebooks of three cells.

Each notebook is written by `notebook`, the ledger by `ledger`; `Trial` holds their places.
"""

import csv
import ctypes
import json
import os
import shutil
from dataclasses import dataclass, fields
from pathlib import Path

from waiting import save

from companion.build.request import COHORT, NOTEBOOKS, PUBLISHED, BuildRequest
from numbercheck.ledger.rows import FILES

PARAMETERS = """\
cohort_dir: str = "data/cohort"  # folder of the ADaM tables
output_dir: str = "work/by-hand"  # folder for results
level: float = 0.95  # two-sided confidence level
interval_method: str = "wilson"  # interval of a proportion
deep: bool = False  # whether to look twice
draws: int = 3  # how many"""
OPENING = """\
from companion.project import ROOT
from companion.results import Results, write_results

results = Results("data")"""
CLOSING = 'write_results(results.of("{stem}"), ROOT / output_dir / "results" / "{stem}.csv")'
MEASURES = (
    {"measure": "enrolled", "label": "Patients", "kind": "count", "unit": "patients"},
    {"measure": "response", "label": "Response", "kind": "count", "unit": "patients"},
)
CLAIMS = (
    {"claim": "enrolled_n", "measure": "enrolled", "statistic": "n", "printed": "35"},
    {"claim": "response_n", "measure": "response", "statistic": "n", "printed": "33"},
    {"claim": "response_percent", "measure": "response", "statistic": "percent", "printed": "94%"},
)
WORK = {
    "1-baseline": 'results.add("enrolled", "n", 35)',
    "2-efficacy": """\
results.add("response", "n", 33)
results.add("response", "percent", 100 * 33 / 35)""",
    "3-safety": "level",
    "4-survival": "print(interval_method)",
}


@dataclass(frozen=True)
class Trial:
    """Where the small trial's files are."""

    notebooks: Path
    published: Path
    cohort: Path
    work: Path
    output: Path

    def request(self, **changes) -> BuildRequest:
        """Ask for a build of it."""
        usual = {name: getattr(self, name) for name in self.__dataclass_fields__}
        return BuildRequest(**(usual | changes))

    def change(self, stem: str, old: str, new: str) -> None:
        """Change one text of a notebook that has it."""
        path = self.notebooks / f"{stem}.ipynb"
        text = path.read_text(encoding="utf-8")
        assert old in text
        save(path, text.replace(old, new, 1))

    def executed(self, stem: str) -> dict:
        """Read an executed notebook of the outputs."""
        return json.loads((self.output / "notebooks" / f"{stem}.ipynb").read_text("utf-8"))


def trial(folder: Path) -> Trial:
    """Write the small trial."""
    made = Trial(*(folder / f.name for f in fields(Trial)))
    made.notebooks.mkdir(parents=True)
    for stem in NOTEBOOKS:
        notebook(made.notebooks / f"{stem}.ipynb", OPENING, WORK[stem])
    ledger(made.published)
    shutil.copytree(COHORT, made.cohort)
    return made


def notebook(path: Path, *code: str, parameters: str = PARAMETERS) -> None:
    """Write a notebook: a title, parameters, then each code cell under its heading."""
    cells = [_cell("markdown", f"# {path.stem}"), _cell("code", parameters, "parameters")]
    for at, source in enumerate((*code, CLOSING.format(stem=path.stem)), start=1):
        cells += [_cell("markdown", f"## Step {at}\n\nProse."), _cell("code", source)]
    for at, cell in enumerate(cells):
        cell["id"] = f"cell-{at}"
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    book = {"cells": cells, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}
    path.write_text(json.dumps(book), encoding="utf-8")


def _cell(kind: str, source: str, *tags: str) -> dict:
    cell = {"cell_type": kind, "metadata": {"tags": list(tags)} if tags else {}, "source": source}
    return cell | ({"execution_count": None, "outputs": []} if kind == "code" else {})


def ledger(folder: Path, expected: tuple[str, ...] = ()) -> None:
    """Write a ledger of three claims, 33 of 35 responded."""
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copy(PUBLISHED / "article.json", folder)
    where = {"locus": "Abstract"}
    tables = {
        "measures": MEASURES,
        "claims": [where | claim for claim in CLAIMS],
        "expected_findings": [
            {"claim": claim, "verdict": "mismatch", "reason": "known"} for claim in expected
        ],
    }
    for name, rows in tables.items():
        with (folder / f"{name}.csv").open("w", newline="", encoding="utf-8") as handle:
            writer = csv.DictWriter(
                handle, [f.name for f in fields(FILES[name])], restval="", lineterminator="\n"
            )
            writer.writeheader()
            writer.writerows(rows)


def without_override():
    """Let permissions bind root too: its next program has no CAP_DAC_OVERRIDE, _READ_SEARCH."""
    drop_from_bounding_set = 24
    for capability in (1, 2) if os.geteuid() == 0 else ():
        ctypes.CDLL(None).prctl(drop_from_bounding_set, capability, 0, 0, 0)
