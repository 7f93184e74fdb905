"""Gather what the notebooks made in one folder, and judge every claim by it."""

import json
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from companion import results, verify
from companion.build.execute import with_prose, write_notebook
from companion.build.request import MADE, BuildError
from companion.build.workers import beside
from companion.origin import label_of
from numbercheck import standing
from numbercheck.audit import Agreement, agreements
from numbercheck.tables import write_table

if TYPE_CHECKING:
    from numbercheck.audit import Verdict
    from numbercheck.ledger.records import Ledger

ALT = "alt.json"
MISSING = "missing.json"


def collect(
    stage: Path,
    finished: Mapping[Path, Path],
    cohort: Path,
    published: Path,
    ledger: "Ledger",
    audited: "Sequence[Verdict]",
) -> "list[Verdict]":
    """Fill a folder of outputs, and return the verdict on every claim.

    Parameters
    ----------
    stage : Path
        The folder, not yet under its name.
    finished : mapping of Path to Path
        Each notebook and the folder of its finished run.
    cohort : Path
        ADaM tables that were read.
    published : Path
        Folder of the ledger, with the tables of the journal club.
    ledger : Ledger
        What is printed.
    audited : sequence of Verdict
        The verdicts of the audit.
    """
    from companion.report import write_report

    found: list[results.Result] = []
    alt: dict[str, str] = {}
    missing: dict[str, str] = {}
    for notebook, run in finished.items():
        for part in ("tables", "figures"):
            if (run / part).is_dir():
                shutil.copytree(run / part, stage / part, dirs_exist_ok=True)
        alt |= _read(run / "figures" / ALT)
        found += _results(notebook, run)
        missing |= _read(run / "results" / f"{notebook.stem}.json")
        executed = stage / "notebooks" / notebook.name
        executed.parent.mkdir(exist_ok=True)
        write_notebook(with_prose(notebook, run / "notebooks" / notebook.name), executed)
    if alt:
        text = json.dumps(alt, ensure_ascii=False, indent=1, sort_keys=True)
        (stage / "figures" / ALT).write_text(text + "\n", encoding="utf-8", newline="\n")
    merged = results.unique(found)
    results.write_results(merged, stage / "results.csv")
    if missing:
        text = json.dumps(missing, ensure_ascii=False, indent=1, sort_keys=True)
        (stage / MISSING).write_text(text + "\n", encoding="utf-8", newline="\n")
    document = _read(stage / "consistency.json")
    known = standing.standings(ledger, merged, document)
    write_table(standing.Standing._fields, known, stage / standing.NAME)
    write_table(Agreement._fields, agreements(ledger), stage / "sources.csv")
    dataset = _read(cohort / "dataset.json")
    rows = verify.verify(ledger, merged, audited, given_up(dataset), missing)
    verify.write_verdicts(rows, stage / MADE)
    label = label_of(dataset)
    drawn = beside(draw, stage, ledger, rows, label)
    patients = cohort if label else None
    write_report(stage, ledger, rows, label, patients, published, drawn)
    return rows


def _results(notebook: Path, run: Path) -> list[results.Result]:
    path = run / "results" / f"{notebook.stem}.csv"
    if not path.is_file():
        raise BuildError(f"{notebook.name}: it wrote no results/{notebook.stem}.csv")
    return results.read_results(path)


def _read(path: Path) -> dict:
    """Content of a JSON file; empty if there is none."""
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}


def given_up(dataset: Mapping) -> dict[str, str]:
    """Claims that a reconstructed cohort could not satisfy, and why."""
    return {row["claim"]: row["reason"] for row in dataset.get("given_up", ())}


def draw(stage: Path, ledger: "Ledger", rows: "Sequence[Verdict]", label: str) -> None:
    """Draw the one figure that shows every verdict."""
    import pandas as pd

    from companion import figures
    from companion.captions import provenance

    glance = figures.ledger_at_a_glance(pd.DataFrame(rows), provenance(ledger, ""))
    figures.write_figure(glance, stage / "figures", "figure-ledger")
