"""A rebuild beside papermill's own command, and beside the same code as a plain script."""

import os
import sys
import tempfile
from pathlib import Path

import nbformat
from measuring import COMPANION, Row, Section, below, peak_memory, process, seconds

from companion.project import ROOT

NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
PAPERMILL = str(Path(sys.executable).with_name("papermill"))
FORCED = [word for notebook in NOTEBOOKS for word in ("--force", notebook.stem)]


def measure() -> Section:
    """Time each way to run the four notebooks, then what a rebuild costs when little changed."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        script = _script(folder)
        loop = seconds(lambda: _one_after_the_other(folder))
        forked = seconds(lambda: process(_command(folder / "built")))
        plain = seconds(lambda: process([sys.executable, str(script)], env=_quiet()))
        changed = seconds(lambda: process(_command(folder / "built", FORCED[-2:])))
        nothing = seconds(lambda: process(_command(folder / "built", [])))
        memory = peak_memory(_command(folder / "built"))
    return Section(
        "Rebuild",
        "Four notebooks, nothing kept, environment installed. A rebuild also judges every claim "
        "and writes the report; the others do not. It forks the notebooks from one process that "
        "has imported what they import, instead of starting a Jupyter kernel for each; a test "
        "holds that the executed notebooks are the same.",
        (
            below("rebuild / papermill", forked / loop, 0.25, ""),
            below("rebuild / plain script", forked / plain, 1, ""),
            below("build after one notebook changed / papermill", changed / loop, 0.1, ""),
            below("build after nothing changed / papermill", nothing / loop, 0.02, ""),
            Row("`papermill`, one notebook after the other", f"{loop:.1f} s"),
            Row("the same code as one plain script", f"{plain:.1f} s"),
            Row("rebuild", f"{forked:.1f} s"),
            Row("build after one notebook changed, the slowest", f"{changed:.1f} s"),
            Row("build after nothing changed", f"{nothing:.2f} s"),
            below("memory of a rebuild, all processes", memory, 450, "MB"),
        ),
    )


def _command(output: Path, forced: list[str] = FORCED) -> list[str]:
    return [COMPANION, "build", *forced, "--output", str(output)]


def _one_after_the_other(folder: Path) -> None:
    for notebook in NOTEBOOKS:
        made = str(folder / notebook.name)
        process([PAPERMILL, str(notebook), made, "-p", "output_dir", str(folder / "papermill")])


def _script(folder: Path) -> Path:
    """Write the code cells of the four notebooks one after the other."""
    lines = []
    for notebook in NOTEBOOKS:
        for cell in nbformat.read(notebook, as_version=4).cells:
            if cell.cell_type == "code":
                lines.append(cell.source)
            if "parameters" in cell.metadata.get("tags", []):
                lines.append(f"output_dir = {str(folder / 'plain')!r}")
    path = folder / "plain.py"
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def _quiet() -> dict[str, str]:
    return {**os.environ, "MPLBACKEND": "agg"}
