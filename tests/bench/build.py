"""A rebuild beside papermill's own command, and beside the same code as a plain script."""

import os
import shutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import nbformat
from measuring import COMPANION, Measured, Row, Section, below, peak_memory, process, seconds
from waiting import waiting

from companion.project import ROOT

NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
PAPERMILL = str(Path(sys.executable).with_name("papermill"))
FORCED = [word for notebook in NOTEBOOKS for word in ("--force", notebook.stem)]
TREE = ("src", "data", "notebooks", "outputs")
TITLE = '"Overall survival'


def measure() -> Section:
    """Time each way to run the four notebooks, then what a rebuild costs when little changed."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        script = _script(folder)
        loop = seconds(lambda: _one_after_the_other(folder))
        forked = seconds(lambda: process(_command(folder / "built")))
        plain = seconds(lambda: process([sys.executable, str(script)], env=_quiet()))
        cold, warm = _changed(folder / "clone")
        nothing = seconds(lambda: process(_command(folder / "built", [])))
        memory = peak_memory(_command(folder / "built"))
    return Section(
        "Rebuild",
        "Four notebooks, nothing kept, environment installed. A rebuild also judges every claim "
        "and writes the report; the others do not. It forks the notebooks from one process that "
        "has imported what they import, instead of starting a Jupyter kernel for each; a test "
        "holds that the executed notebooks are the same. The change is another title of one figure "
        "of the slowest notebook, in a copy of the repository: once with a command for each "
        "change, and once with `companion build --watch`, from the save to the end of the build.",
        (
            below("rebuild / papermill", forked / loop, 0.25, ""),
            below("rebuild / plain script", forked / plain, 1, ""),
            below("build after one notebook changed, watched / papermill", warm / loop, 0.1, ""),
            Row("build after one notebook changed, by a command / papermill", f"{cold / loop:.3g}"),
            below("build after nothing changed / papermill", nothing / loop, 0.02, ""),
            Row("`papermill`, one notebook after the other", f"{loop:.1f} s"),
            Row("the same code as one plain script", f"{plain:.1f} s"),
            Row("rebuild", f"{forked:.1f} s"),
            Row("build after one notebook changed, watched", f"{warm:.2f} s"),
            Row("build after one notebook changed, by a command", f"{cold:.1f} s"),
            Row("build after nothing changed", f"{nothing:.2f} s"),
            below("memory of a rebuild, all processes", memory, 450, "MB"),
        ),
    )


def _command(output: Path, forced: list[str] = FORCED) -> list[str]:
    return [COMPANION, "build", *forced, "--output", str(output)]


def _changed(clone: Path) -> tuple[Measured, Measured]:
    """Seconds until the outputs show a change of a notebook, by a command and watched."""
    for name in TREE:
        shutil.copytree(ROOT / name, clone / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "requirements.lock", clone)
    here = {"env": {**os.environ, "PYTHONPATH": str(clone / "src")}}
    edit = _editor(clone / "notebooks" / "4-survival.ipynb")
    process([COMPANION, "build"], **here)
    cold = seconds(lambda: (edit(), process([COMPANION, "build"], **here)))
    with waiting([COMPANION, "build", "--watch"], **here) as watched:
        for _ in range(2):  # the first build of this process imports what the next ones have
            watched.told()
            edit()
        watched.told()
        warm = seconds(lambda: (edit(), watched.told()))
    return cold, warm


def _editor(notebook: Path) -> Callable[[], None]:
    """Make a function that changes a title, each time to another."""
    text, edits = notebook.read_text(encoding="utf-8"), iter(range(100))
    source = TITLE.replace('"', r"\"")
    if source not in text:
        raise RuntimeError(f"{notebook}: it has no title {TITLE}")

    def edit() -> None:
        changed = text.replace(source, f"{source} {next(edits)}", 1)
        notebook.write_text(changed, encoding="utf-8")

    return edit


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
