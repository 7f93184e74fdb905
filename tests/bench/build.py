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
    """Time each way to run the four notebooks, then what a rebuild costs when nothing changed."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        script = _script(folder)
        loop = seconds(lambda: _one_after_the_other(folder))
        forked, kernel = (
            seconds(lambda e=e: _rebuild(folder / e, e)) for e in ("forked", "kernel")
        )
        plain = seconds(lambda: process([sys.executable, str(script)], env=_quiet()))
        nothing = seconds(lambda: _rebuild(folder / "forked", "forked", force=False))
        memory = peak_memory(_command(folder / "forked", "forked"))
    return Section(
        "Rebuild",
        "Four notebooks, nothing kept, environment installed. A rebuild also judges every claim "
        "and writes the report; the others do not. A Jupyter kernel for each notebook alone would "
        "miss the goal, for each imports everything anew; notebooks forked from one warm process "
        "give the same outputs, which a test holds, and are as apart from each other as processes "
        "are. They cost two modules of `companion.build`, so they are the default.",
        (
            Row("`papermill`, one notebook after the other", f"{loop:.1f} s"),
            Row("the same code as one plain script", f"{plain:.1f} s"),
            Row("rebuild, a Jupyter kernel for each, two at a time", f"{kernel:.1f} s"),
            Row("rebuild, forked (the default)", f"{forked:.1f} s"),
            below("rebuild / papermill", forked / loop, 0.4, ""),
            Row("rebuild with kernels / papermill", f"{kernel / loop:.2f}"),
            below("rebuild / plain script", forked / plain, 2, ""),
            below("build after nothing changed, whole process", nothing, 0.4),
            below("memory of a rebuild, all processes", memory, 2000, "MB"),
        ),
    )


def _command(output: Path, engine: str, force: bool = True) -> list[str]:
    return [COMPANION, "build", *(FORCED if force else []), "--output", str(output),
            "--engine", engine]  # fmt: skip


def _rebuild(output: Path, engine: str, force: bool = True) -> None:
    process(_command(output, engine, force))


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
