"""The work of one process: construct a cohort, evaluate some, or run the notebooks on one.

Each function takes and gives plain values, so that it runs as well on another machine.
"""

import csv
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from companion.sweep.grid import Cohort
from companion.sweep.vectorized import Found, evaluate, stack
from numbercheck.ledger.records import Ledger

Columns = Mapping[str, Sequence]


def construct(ledger: Ledger, cohort: Cohort) -> dict[str, Any]:
    """Columns of one reconstructed cohort, and the claims that it had to give up.

    Raises
    ------
    RuntimeError
        If the solver did not decide in time, or the cohort fails its check.
    """
    from numbercheck.consistency.construction import reconstruct

    made = reconstruct(ledger.constrain(dict(cohort.claims)), cohort.seed or 0)
    return {"columns": {k: list(v) for k, v in made.columns.items()}, "given_up": made.given_up}


def evaluate_block(
    ledger: Ledger, cohorts: Sequence[Columns], settings: Sequence[Mapping[str, object]]
) -> list[list[Found]]:
    """Results of some cohorts under each setting."""
    return evaluate(ledger, stack(cohorts, ledger.variables), settings)


def run_notebooks(
    notebooks: Sequence[Path],
    root: Path,
    published: Path,
    cohort: Path | tuple[Ledger, Cohort, Columns],
    parameters: Mapping[str, Mapping[str, object]],
) -> list[list[Found]]:
    """Results of the notebooks, each in a kernel of its own.

    Parameters
    ----------
    notebooks : sequence of Path
        The four.
    root, published : Path
        Repository and folder of the ledger, as this process sees them.
    cohort : Path or tuple
        Folder of ADaM tables; or a ledger, what was reconstructed from it, and its columns.
    parameters : mapping of str to mapping
        Values for each notebook.
    """
    from companion.build.run import execute

    found: list[Found] = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        tables = cohort if isinstance(cohort, Path) else _write(*cohort, folder / "cohort")
        changed = () if isinstance(cohort, Path) else cohort[1].claims
        ledger = _changed(published, dict(changed), folder / "published")
        for notebook in notebooks:
            given = {**parameters[notebook.stem], "cohort_dir": str(tables),
                     "published_dir": str(ledger), "output_dir": str(folder)}  # fmt: skip
            execute(notebook, folder / notebook.name, given, root, "kernel")
            found += _read(folder / "results" / f"{notebook.stem}.csv")
    return [list({(f.measure, f.statistic): f for f in found}.values())]


def _write(ledger: Ledger, cohort: Cohort, columns: Columns, folder: Path) -> Path:
    from companion.cohort import write_reconstruction
    from numbercheck.consistency.construction import Construction

    write_reconstruction(ledger, Construction(columns, (), ()), folder, cohort.seed or 0)  # type: ignore[arg-type]
    return folder


def _changed(published: Path, claims: Mapping[str, str], folder: Path) -> Path:
    """Copy of the ledger that prints other numbers; the ledger itself where none is changed."""
    if not claims:
        return published
    shutil.copytree(published, folder)
    path = folder / "claims.csv"
    with path.open(newline="", encoding="utf-8-sig") as handle:
        rows = list(csv.DictReader(handle))
    with path.open("w", newline="", encoding="utf-8") as handle:
        writer = csv.DictWriter(handle, rows[0])
        writer.writeheader()
        writer.writerows(r | {"printed": claims.get(r["claim"], r["printed"])} for r in rows)
    return folder


def _read(path: Path) -> Iterator[Found]:
    from companion import results

    for r in results.read(path):
        yield Found(r.measure, r.statistic, r.method, np.array([r.value]))
