"""Execute one notebook through papermill, and strip from it what differs from run to run.

Two engines give the same outputs, which a test holds. ``forked`` runs the cells in a process that
was forked from one with all imports done, ``kernel`` starts a Jupyter kernel as papermill's own
engine does. Forked is the default: of the time that papermill's command takes for one notebook
after the other it needs about a third, two kernels at a time about half, and it costs one module.
"""

import json
import os
import re
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from papermill.exceptions import PapermillExecutionError

from companion.errors import CompanionError

ENGINES = ("forked", "kernel")
INJECTED = "injected-parameters"
ADDRESS = re.compile(r"(?<= at )0x[0-9a-f]{6,}")
CELL_FILE = re.compile(re.escape(tempfile.gettempdir()) + r"/ipykernel_\d+/\d+\.py")

Json = dict[str, Any]


class NotebookError(CompanionError):
    """A cell failed; the message names the notebook, the cell and the error."""


def execute(
    notebook: Path,
    output: Path,
    parameters: Mapping[str, object],
    root: Path,
    engine: str = "forked",
    tell: Callable[[int, int], None] = lambda done, total: None,
) -> None:
    """Run a notebook and write the executed copy.

    Parameters
    ----------
    notebook : Path
        The notebook, with a cell tagged ``parameters``.
    output : Path
        Where the executed notebook goes.
    parameters : mapping of str to object
        Values to inject.
    root : Path
        Working directory of the notebook.
    engine : {"forked", "kernel"}
        In this process, which then has run its one notebook; or in a Jupyter kernel.
    tell : callable
        Told of cells done and cells in all, by the forked engine.

    Raises
    ------
    NotebookError
        If a cell fails.
    """
    import papermill
    from papermill.exceptions import PapermillExecutionError

    with tempfile.TemporaryDirectory() as settings:  # nobody's start-up files, nobody's history
        os.environ["IPYTHONDIR"] = settings
        try:
            papermill.execute_notebook(
                notebook,
                output,
                parameters=dict(parameters),
                cwd=root,
                progress_bar=False,
                autosave_cell_every=0,
                request_save_on_cell_execute=False,
                **_engine(engine, tell),
            )
        except PapermillExecutionError as error:
            raise NotebookError(_failure(notebook, error)) from None
    clean(output, parameters, root)


def _engine(engine: str, tell: Callable[[int, int], None]) -> Json:
    """Papermill's arguments that choose the engine."""
    if engine == "kernel":
        return {"engine_name": None}
    from companion.build.engine import NAME

    return {"engine_name": NAME, "tell": tell}


def _failure(notebook: Path, error: "PapermillExecutionError") -> str:
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    index, injected = error.cell_index, _parameters_cell(cells) + 1
    where = f"cell {index + 1 - (index > injected)}"
    if index == injected:
        where = "the parameters given"
    above = (c for c in reversed(cells[:index]) if c["cell_type"] == "markdown")
    headings = (line for c in above for line in reversed("".join(c["source"]).splitlines()))
    heading = next((f" (“{h.lstrip('# ')}”)" for h in headings if h.startswith("#")), "")
    return f"{notebook.name}, {where}{heading}: {error.ename}: {error.evalue}"


def _parameters_cell(cells: Iterable[Json]) -> int:
    tagged = (i for i, c in enumerate(cells) if "parameters" in c["metadata"].get("tags", []))
    return next(tagged, -1)


def clean(path: Path, parameters: Mapping[str, object], root: Path) -> None:
    """Drop from an executed notebook run times, paths, versions, addresses and counters."""
    notebook = json.loads(path.read_text(encoding="utf-8"))
    kernel = notebook["metadata"].get("kernelspec", {"name": "python3"})
    notebook["metadata"] = {"kernelspec": kernel, "language_info": {"name": "python"}}
    scrub = _scrubber(parameters, root)
    number = 0
    for cell in notebook["cells"]:
        tags = cell["metadata"].get("tags", [])
        cell["metadata"] = {"tags": tags} if tags else {}
        if INJECTED in tags:
            cell["id"] = INJECTED
            cell["source"] = scrub(_text(cell["source"]))
        if cell["cell_type"] == "code":
            number += 1
            cell["execution_count"] = number
            cell["outputs"] = [_plain(o, number, scrub) for o in _joined(cell["outputs"])]
    write(notebook, path)


def write(notebook: Json, path: Path) -> None:
    """Write a notebook, the same one in the same bytes."""
    text = json.dumps(notebook, indent=1, ensure_ascii=False, sort_keys=True)
    path.write_text(text + "\n", encoding="utf-8", newline="\n")


def _scrubber(parameters: Mapping[str, object], root: Path) -> Callable[[str], str]:
    """Replace what is of this run or this machine alone."""
    words = {
        str(parameters.get("output_dir", "")): "outputs",
        str(parameters.get("consistency_file", "")): "outputs/consistency.json",
    }
    for name in ("cohort_dir", "published_dir"):
        given = Path(str(parameters.get(name, "")))
        words |= {str(given): given.name} if given.is_absolute() else {}
    words |= {f"{folder}{os.sep}": "" for folder in (root, sys.prefix)}
    words.pop("", None)
    words |= {_escaped(word): new for word, new in words.items()}

    def scrub(text: str) -> str:
        for word in sorted(words, key=len, reverse=True):
            text = text.replace(word, words[word])
        return ADDRESS.sub("0x0", CELL_FILE.sub("cell.py", text))

    return scrub


def _escaped(text: str) -> str:
    """Text as papermill writes it into a cell."""
    return text.encode("unicode_escape").decode("ascii").replace('"', r"\"")


def _joined(outputs: Iterable[Json]) -> Iterator[Json]:
    """Join the pieces of a stream, which are cut by chance."""
    last: Json = {}
    for output in outputs:
        if output["output_type"] == "stream" and last.get("name") == output["name"]:
            last["text"] = _text(last["text"]) + _text(output["text"])
            continue
        if last:
            yield last
        last = output
    if last:
        yield last


def _plain(output: Json, number: int, scrub: Callable[[str], str]) -> Json:
    if "execution_count" in output:
        output["execution_count"] = number
    if "text" in output:
        output["text"] = scrub(_text(output["text"]))
    for kind, data in output.get("data", {}).items():
        if isinstance(data, str | list) and not kind.startswith("image/png"):
            output["data"][kind] = scrub(_text(data))
    return output


def _text(source: str | list[str]) -> str:
    """Notebooks hold a text as one or as its lines."""
    return "".join(source)


def with_prose(notebook: Path, executed: Path) -> Json:
    """Return the executed notebook with today's prose, for code that need not run again."""
    fresh = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    run = json.loads(executed.read_text(encoding="utf-8"))
    code = iter([c for c in run["cells"] if c["cell_type"] == "code"])
    cells: list[Json] = []
    for cell in fresh:
        if cell["cell_type"] != "code":
            cells.append({**cell, "metadata": {}, "source": _text(cell["source"])})
            continue
        cells.append(next(code) | {"id": cell["id"]})
        if "parameters" in cell["metadata"].get("tags", []):
            cells.append(next(code))
    return {**run, "cells": cells}
