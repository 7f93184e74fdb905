"""CONTRIBUTING.md: the map of both packages is true, and its commands do what it says."""

import ast
import json
import re
import shutil
import subprocess
import sys

import pytest

from companion.project import ROOT

PACKAGES = ("companion", "numbercheck")
NAME = re.compile(rf"`((?:{'|'.join(PACKAGES)})\.\w+)`")
TEXT = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
ROWS = [NAME.findall(line.split("|")[1]) for line in TEXT.splitlines() if line.startswith("| `")]
FLOORS = [row for row in ROWS if row]
ALLOWED_IN_NOTEBOOKS = (
    *("companion.workbench", "companion.cohort", "companion.tables", "companion.figures"),
    "numbercheck.statistics",
)
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))


def room(module):
    """Return the first two names of a module: `companion.figures` of `companion.figures.style`."""
    return ".".join(module.split(".")[:2])


def imported(source):
    """Return the modules of the two packages that a source imports, also within functions."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom) and node.module:
            nested = [f"{node.module}.{alias.name}" for alias in node.names]
            found |= {*nested} if node.module in PACKAGES else {node.module}
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
    return {module for module in found if module.partition(".")[0] in PACKAGES}


def modules():
    """Pair the room and the file of every module in a room."""
    for path in sorted((ROOT / "src").rglob("*.py")):
        parts = path.relative_to(ROOT / "src").with_suffix("").parts
        if parts[1] != "__init__":
            yield room(".".join(parts)), path


def test_the_map_names_every_room_once_and_no_other():
    """A stranger finds each room on the map, and on the map no room that is gone."""
    assert sorted(name for floor in FLOORS for name in floor) == sorted({r for r, _ in modules()})


def test_a_room_imports_only_rooms_in_lower_rows():
    """Hence no cycle, and `numbercheck` never imports `companion`, which stands above it."""
    height = {name: -floor for floor, names in enumerate(FLOORS) for name in names}
    upward = [
        f"{path.relative_to(ROOT)} imports {module}"
        for name, path in modules()
        for module in imported(path.read_text(encoding="utf-8"))
        if room(module) != name and height[room(module)] >= height[name]
    ]

    assert upward == []
    assert [name.partition(".")[0] for floor in FLOORS for name in floor] == sorted(
        name.partition(".")[0] for floor in FLOORS for name in floor
    )


def test_a_module_of_the_solver_imports_only_those_named_after_it():
    """The docstring of its room names each once, in an order without a cycle."""
    folder = ROOT / "src" / "numbercheck" / "consistency"
    sources = {path.stem: path.read_text(encoding="utf-8") for path in folder.glob("*.py")}
    map_ = ast.get_docstring(ast.parse(sources["__init__"])).partition("\n- ")[2]
    named = [name for row in map_.split("\n- ") for name in re.findall(r"\w+", row.split(":")[1])]
    upward = [
        f"{name} imports {other}"
        for place, name in enumerate(named)
        for other in re.findall(r"numbercheck\.consistency(?:\.| import )(\w+)", sources[name])
        if other in named[: place + 1]
    ]

    assert sorted([*named, "__init__"]) == sorted(sources)
    assert upward == []


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_imports_only_what_the_map_allows(path):
    """A notebook computes from the tables; it asks neither the solver nor the report."""
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    sources = ("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")
    used = {room(module) for source in sources for module in imported(source)}

    assert used
    assert used <= set(ALLOWED_IN_NOTEBOOKS)
    (sentence,) = re.findall(r"They import only (.*) \|", TEXT)
    assert set(NAME.findall(sentence)) == set(ALLOWED_IN_NOTEBOOKS)


def test_ten_typical_changes_have_a_place():
    """Each names a file or folder that exists."""
    section = TEXT.partition("ten typical changes go")[2].partition("\n\nA module")[0]
    places = [re.findall(r"`([\w./-]+/[\w./-]*)`", row) for row in section.splitlines()[4:]]

    assert len(places) == 10
    assert all(row and all((ROOT / place).exists() for place in row) for row in places)


def clear(*paths):
    """Run what `make clear` runs."""
    command = [sys.executable, str(ROOT / ".ci" / "clear"), *map(str, paths)]
    subprocess.run(command, check=True)


def used(book):
    """Return a notebook as Jupyter and papermill leave it."""
    about = {"name": "python", "version": "3.12.1", "codemirror_mode": {"name": "ipython"}}
    book["metadata"] |= {"language_info": about, "papermill": {"duration": 1.5}, "toc": {}}
    book["metadata"]["kernelspec"] |= {"display_name": "Mine", "name": "conda-mine"}
    for number, cell in enumerate(book["cells"]):
        cell["id"] = f"random{number}"
        cell["metadata"] |= {"collapsed": True, "papermill": {"status": "completed"}}
        if cell["cell_type"] == "code":
            cell["execution_count"] = number
            cell["outputs"] = [{"output_type": "stream", "name": "stdout", "text": ["35\n"]}]
    injected = {
        "id": "in",
        "metadata": {"tags": ["injected-parameters"]},
        "source": ["level = 0.9"],
    }
    book["cells"].insert(2, injected | {"cell_type": "markdown"})
    return book


def test_the_committed_notebooks_are_clear_and_clearing_a_used_one_gives_it_back(tmp_path):
    """Byte for byte: a commit shows what somebody wrote, and nothing that a run left."""
    copies = [shutil.copy(path, tmp_path / path.name) for path in NOTEBOOKS]
    for path in copies[:2]:
        book = used(json.loads(path.read_text(encoding="utf-8")))
        path.write_text(json.dumps(book), encoding="utf-8")
    clear(*copies)

    assert len(copies) == 4
    for stored, cleared in zip(NOTEBOOKS, copies, strict=True):
        assert cleared.read_bytes() == stored.read_bytes(), f"{stored.name}: run `make clear`"


def test_make_bench_offers_only_what_it_can_measure():
    """A file that others import is no subject; naming one ends in a sentence, before any work."""
    command = [sys.executable, ROOT / "tests" / "bench", "kinds"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    offered = done.stderr.partition("one of ")[2].strip().split(", ")

    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert {"audit", "build", "truth"} <= set(offered)
    for name in offered:
        body = ast.parse((ROOT / "tests" / "bench" / f"{name}.py").read_text("utf-8")).body
        assert "measure" in {part.name for part in body if isinstance(part, ast.FunctionDef)}
