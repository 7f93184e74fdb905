"""Execute one notebook through papermill, and remove from it what differs from run to run."""

import json
import os
import re
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from companion.errors import CompanionError
from companion.project import ROOT

if TYPE_CHECKING:
    from papermill.exceptions import PapermillExecutionError

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
    tell: Callable[[int, int], None],
) -> None:
    """Run a notebook from the repository's root in this process, which can run only one.

    Parameters
    ----------
    notebook : Path
        The notebook, with a cell tagged ``parameters``.
    output : Path
        Where the executed notebook goes.
    parameters : mapping of str to object
        Values to inject.
    tell : callable
        Told the number of finished cells and of all cells.

    Raises
    ------
    NotebookError
        If a cell fails.
    """
    import papermill
    from papermill.exceptions import PapermillExecutionError

    from companion.build.engine import NAME

    with tempfile.TemporaryDirectory() as settings:  # no start-up files or history of the user
        os.environ["IPYTHONDIR"] = settings
        try:
            papermill.execute_notebook(
                notebook,
                output,
                parameters=dict(parameters),
                engine_name=NAME,
                tell=tell,
                cwd=ROOT,
                progress_bar=False,
                autosave_cell_every=0,
                request_save_on_cell_execute=False,
            )
        except PapermillExecutionError as error:
            raise NotebookError(_failure(notebook, error)) from None
    clean_notebook(output, parameters)


def _failure(notebook: Path, error: "PapermillExecutionError") -> str:
    """Name the failed cell as in the stored notebook, which has no injected cell."""
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    index = error.cell_index
    injected = next((i for i, c in enumerate(cells) if _is_tagged(c, "parameters")), -1) + 1
    where = f"cell {index + 1 - (index > injected)}"
    if index == injected:
        where = "the parameters given"
    above = (c for c in reversed(cells[:index]) if c["cell_type"] == "markdown")
    headings = (line for c in above for line in reversed(_text(c["source"]).splitlines()))
    heading = next((f" (“{h.lstrip('# ')}”)" for h in headings if h.startswith("#")), "")
    return f"{notebook.name}, {where}{heading}: {error.ename}: {error.evalue}"


def _is_tagged(cell: Json, tag: str) -> bool:
    return tag in cell["metadata"].get("tags", [])


def clean_notebook(path: Path, parameters: Mapping[str, object]) -> None:
    """Remove run times, paths, versions, addresses and counters from an executed notebook."""
    notebook = json.loads(path.read_text(encoding="utf-8"))
    kernel = notebook["metadata"].get("kernelspec", {"name": "python3"})
    notebook["metadata"] = {"kernelspec": kernel, "language_info": {"name": "python"}}
    scrub = _scrubber(parameters)
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
    write_notebook(notebook, path)


def write_notebook(notebook: Json, path: Path) -> None:
    """Write a notebook; equal notebooks give equal bytes."""
    text = json.dumps(notebook, indent=1, ensure_ascii=False, sort_keys=True)
    path.write_text(text + "\n", encoding="utf-8", newline="\n")


def _scrubber(parameters: Mapping[str, object]) -> Callable[[str], str]:
    """Replace what belongs to this run or this machine only."""
    words = {
        str(parameters.get("output_dir", "")): "outputs",
        str(parameters.get("consistency_file", "")): "outputs/consistency.json",
    }
    for name in ("cohort_dir", "published_dir"):
        given = Path(str(parameters.get(name, "")))
        words |= {str(given): given.name} if given.is_absolute() else {}
    words |= {f"{folder}{os.sep}": "" for folder in (ROOT, sys.prefix)}
    words.pop("", None)
    words |= {_escaped(word): new for word, new in words.items()}

    def scrub(text: str) -> str:
        for word in sorted(words, key=len, reverse=True):
            text = text.replace(word, words[word])
        return ADDRESS.sub("0x0", CELL_FILE.sub("cell.py", text))

    return scrub


def _escaped(text: str) -> str:
    """Text as papermill escapes it in a cell."""
    return text.encode("unicode_escape").decode("ascii").replace('"', r"\"")


def _joined(outputs: Iterable[Json]) -> Iterator[Json]:
    """Join the pieces of a stream, which is cut at random."""
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
    """Notebooks store a text whole or as a list of lines."""
    return "".join(source)


def with_prose(notebook: Path, executed: Path) -> Json:
    """Return the executed notebook with the current prose, which may change without a run."""
    fresh = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    run = json.loads(executed.read_text(encoding="utf-8"))
    code = iter([c for c in run["cells"] if c["cell_type"] == "code"])
    cells: list[Json] = []
    for cell in fresh:
        if cell["cell_type"] != "code":
            cells.append({**cell, "metadata": {}, "source": _text(cell["source"])})
            continue
        cells.append(next(code) | {"id": cell["id"]})
        if _is_tagged(cell, "parameters"):
            cells.append(next(code))
    return {**run, "cells": cells}
