"""Gather what the notebooks made in one folder, and judge every claim by it."""

import json
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from companion import results, verify
from companion.build.cache import code_key, digest, read_record
from companion.build.execute import with_prose, write_notebook
from companion.build.request import MADE, BuildError, BuildRequest
from companion.build.workers import beside
from companion.project import ROOT
from numbercheck import standing
from numbercheck.audit import Agreement
from numbercheck.tables import write_table

if TYPE_CHECKING:
    from companion.report.patients import Patients
    from numbercheck.audit import Verdict
    from numbercheck.ledger.records import Ledger
    from numbercheck.report.page import JudgedLedger

ALT = "alt.json"
MISSING = "missing.json"
GLANCE = "figure-ledger"
MERGED = shutil.ignore_patterns(ALT)


def collect(
    stage: Path,
    finished: Mapping[Path, Path],
    request: BuildRequest,
    known: "JudgedLedger",
    patients: "Patients",
    last: Mapping[str, Any],
) -> "JudgedLedger":
    """Fill a folder of outputs; return the ledger with the verdict on every claim.

    Parameters
    ----------
    stage : Path
        The folder, not yet under its name, with the document on consistency if there is one.
    finished : mapping of Path to Path
        Each notebook and the folder of its finished run.
    request : BuildRequest
        What is built, from which tables.
    known : JudgedLedger
        What is printed, and what follows from it.
    patients : Patients
        The patients that the report shows.
    last : mapping of str to object
        What is recorded of the last outputs.
    """
    from companion.report.page import write_report

    tables = [run / "results" / notebook.stem for notebook, run in finished.items()]
    found = results.unique(result for table in tables for result in _results(table))
    missing = _merged(table.with_suffix(".json") for table in tables)
    dropped = given_up(read_record(request.cohort / "dataset.json"))
    rows = verify.verify(known.ledger, found, known.verdicts, dropped, missing)
    known = replace(known, verdicts=rows)
    alt = _merged(run / "figures" / ALT for run in finished.values())
    _write_json(alt, stage / "figures" / ALT)
    same = glance_key(request.folder, known) == last.get("glance") and not request.force
    with glance(stage, known, request.folder if same else None) as drawn:
        for notebook, run in finished.items():
            _copy(notebook, run, stage)
        results.write_results(found, stage / "results.csv")
        _write_json(missing, stage / MISSING)
        standings = standing.standings(known.ledger, found, read_record(stage / "consistency.json"))
        write_table(standing.Standing._fields, standings, stage / standing.NAME)
        write_table(Agreement._fields, known.agreements, stage / "sources.csv")
        verify.write_verdicts(rows, stage / MADE)
        late = cache(lambda: {GLANCE: drawn()})
        write_report(stage, request.published, known, request.label, patients, late)
        _write_json(alt | late(), stage / "figures" / ALT)
    return known


@contextmanager
def glance(stage: Path, known: "JudgedLedger", last: Path | None) -> Iterator[Callable[[], str]]:
    """Copy the one figure that shows every verdict from the last outputs, or draw it anew.

    Yields
    ------
    callable
        Waits for its SVG, and returns its description.
    """
    (stage / "figures").mkdir(exist_ok=True)
    if not last:
        given = stage / "figures", known.ledger, known.verdicts
        with beside(draw, "svg", *given) as drawn, beside(draw, "png", *given):
            yield drawn
        return
    for path in _glance_files(last):
        shutil.copyfile(path, stage / "figures" / path.name)
    yield lambda: read_record(last / "figures" / ALT)[GLANCE]


def glance_key(output: Path, known: "JudgedLedger") -> str:
    """Hash of that figure in some outputs and of what it was made from; empty if it is not there.

    Equal keys mean that it need not be drawn.
    """
    alt = read_record(output / "figures" / ALT).get(GLANCE, "")
    files = _glance_files(output)
    if not all(path.is_file() for path in files):
        return ""
    made_from = repr((known.verdicts, known.ledger.article))
    return digest(code_key(ROOT), made_from, alt, *(path.read_bytes() for path in files))


def _glance_files(output: Path) -> list[Path]:
    return [output / "figures" / f"{GLANCE}{suffix}" for suffix in (".svg", ".png")]


def _copy(notebook: Path, run: Path, stage: Path) -> None:
    """Copy the displays of a finished run, and its notebook with the current prose."""
    for part in ("tables", "figures"):
        if (run / part).is_dir():
            shutil.copytree(run / part, stage / part, ignore=MERGED, dirs_exist_ok=True)
    executed = stage / "notebooks" / notebook.name
    executed.parent.mkdir(exist_ok=True)
    write_notebook(with_prose(notebook, run / "notebooks" / notebook.name), executed)


def _results(table: Path) -> list[results.Result]:
    path = table.with_suffix(".csv")
    if not path.is_file():
        raise BuildError(f"{table.name}.ipynb: it wrote no results/{path.name}")
    return results.read_results(path)


def _merged(paths: Iterable[Path]) -> dict[str, Any]:
    """All that some JSON files hold."""
    return {key: value for path in paths for key, value in read_record(path).items()}


def _write_json(content: Mapping[str, Any], path: Path) -> None:
    """Write a JSON file unless there is nothing to write."""
    if content:
        path.parent.mkdir(exist_ok=True)
        text = json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True)
        path.write_text(text + "\n", encoding="utf-8", newline="\n")


def given_up(dataset: Mapping) -> dict[str, str]:
    """Claims that a reconstructed cohort could not satisfy, and why."""
    return {row["claim"]: row["reason"] for row in dataset.get("given_up", ())}


def draw(
    tell: Callable[[str], None], kind: str, folder: Path, ledger: "Ledger", rows: "list[Verdict]"
) -> None:
    """Draw the one figure that shows every verdict as an SVG or a PNG; tell its description."""
    import pandas as pd

    from companion import figures
    from companion.captions import provenance
    from companion.report.glance import ledger_at_a_glance

    glance = ledger_at_a_glance(pd.DataFrame(rows), provenance(ledger, ""))
    {"svg": figures.write_svg, "png": figures.write_png}[kind](glance, folder, GLANCE)
    tell(glance.alt_text)
