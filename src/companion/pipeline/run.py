"""Execute one notebook through papermill, and strip from it what differs from run to run.

Two worker processes call papermill's Python API with a Jupyter kernel each: no save after every
cell, no progress bar of its own. An in-process engine would start faster, but shows rich output
only as faithfully as it imitates a kernel; the kernel keeps the outputs a reader would get.
"""

import json
import os
import re
from collections.abc import Mapping
from pathlib import Path

ENVIRONMENT = {"PYTHONHASHSEED": "0", "TZ": "UTC", "LC_ALL": "C.UTF-8", "LANG": "C.UTF-8"}
TIMEOUT = 600  # seconds for one cell


class NotebookError(RuntimeError):
    """A cell failed; the message names the notebook, the cell and the error."""


def execute(notebook: Path, output: Path, parameters: Mapping[str, object], root: Path) -> None:
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
        Working directory of the kernel.

    Raises
    ------
    NotebookError
        If a cell fails.
    """
    os.environ.update(ENVIRONMENT)
    import papermill
    from papermill.exceptions import PapermillExecutionError

    try:
        papermill.execute_notebook(
            notebook,
            output,
            parameters=dict(parameters),
            cwd=root,
            progress_bar=False,
            autosave_cell_every=0,
            request_save_on_cell_execute=False,
            execution_timeout=TIMEOUT,
        )
    except PapermillExecutionError as error:
        raise NotebookError(_failure(notebook, error)) from None
    _clean(output, str(parameters.get("output_dir", "")))


def _failure(notebook: Path, error) -> str:  # noqa: ANN001 - papermill's error
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    source = "".join(error.source).strip()
    index = next((i for i, c in enumerate(cells) if "".join(c["source"]).strip() == source), -1)
    above = (c for c in reversed(cells[: max(index, 0)]) if c["cell_type"] == "markdown")
    headings = (line for c in above for line in "".join(c["source"]).splitlines())
    heading = next((h.lstrip("# ") for h in headings if h.startswith("#")), "the top")
    where = f"cell {index + 1}" if index >= 0 else "the parameters"
    return f"{notebook.name}, {where} (under “{heading}”): {error.ename}: {error.evalue}"


def _clean(path: Path, output_dir: str) -> None:
    """Drop run times, paths and versions, and join streams that were cut by chance."""
    notebook = json.loads(path.read_text(encoding="utf-8"))
    notebook["metadata"] = {
        "kernelspec": notebook["metadata"]["kernelspec"],
        "language_info": {"name": "python"},
    }
    for number, cell in enumerate(notebook["cells"], start=1):
        tags = cell["metadata"].get("tags", [])
        cell["metadata"] = {"tags": tags} if tags else {}
        if "injected-parameters" in tags:
            cell["id"] = "injected-parameters"
            cell["source"] = "".join(cell["source"]).replace(output_dir, "outputs")
        if cell["cell_type"] == "code":
            cell["execution_count"] = number
            cell["outputs"] = _joined(cell["outputs"], number)
    path.write_text(
        json.dumps(notebook, indent=1, ensure_ascii=False, sort_keys=True) + "\n", encoding="utf-8"
    )


def _joined(outputs: list[dict], number: int) -> list[dict]:
    kept: list[dict] = []
    for output in outputs:
        if "execution_count" in output:
            output["execution_count"] = number
        output.get("metadata", {}).pop("papermill", None)
        text = "".join(output.get("text", ""))
        if kept and output["output_type"] == "stream" and kept[-1].get("name") == output["name"]:
            kept[-1]["text"] = "".join(kept[-1]["text"]) + text
        else:
            kept.append(output)
    return [o for o in kept if not _is_noise(o)]


def _is_noise(output: dict) -> bool:
    """Matplotlib says once for each machine that it builds its font cache."""
    text = "".join(output.get("text", ""))
    return output["output_type"] == "stream" and bool(re.search(r"font cache", text))


def with_prose(notebook: Path, executed: Path) -> str:
    """The executed notebook with today's prose, for a run whose code has not changed."""
    fresh = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    run = json.loads(executed.read_text(encoding="utf-8"))
    code = iter([c for c in run["cells"] if c["cell_type"] == "code"])
    cells: list[dict] = []
    for cell in fresh:
        if cell["cell_type"] != "code":
            cells.append({**cell, "metadata": {}})
            continue
        cells.append(next(code))
        if "parameters" in cell["metadata"].get("tags", []):
            cells.append(next(code))
    run["cells"] = cells
    return json.dumps(run, indent=1, ensure_ascii=False, sort_keys=True) + "\n"
