"""The wall between the two packages, and what the notebooks may lean on (CONTRIBUTING.md)."""

import ast
import json
import subprocess
import sys

import pytest

from companion.project import ROOT

ENGINE = ROOT / "src" / "numbercheck"
OPEN_TO_NOTEBOOKS = (
    *("companion.workbench", "companion.cohort", "companion.tables", "companion.figures"),
    "numbercheck.statistics",
)
LIGHT = (
    *("errors", "words", "ledger.reading", "ledger.new", "audit"),
    *(f"statistics.{room}" for room in ("proportions", "contingency", "rounding", "quantiles")),
    "statistics.risk_sets",
)
HEAVY = ("numpy", "scipy", "pandas", "ortools")


def imported(text):
    """List the modules that a source imports, a package's members as `package.member`."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def run(code):
    """Run Python in a process of its own, and return what it prints."""
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


def modules():
    """List every module of the engine."""
    for path in sorted(ENGINE.rglob("*.py")):
        parts = path.relative_to(ENGINE.parent).with_suffix("").parts
        yield ".".join(parts).removesuffix(".__init__")


def test_the_engine_names_no_module_of_the_companion():
    """Neither at the top of a file nor inside a function."""
    crossing = {
        path.relative_to(ROOT).as_posix(): name
        for path in ENGINE.rglob("*.py")
        for name in imported(path.read_text(encoding="utf-8"))
        if name.split(".")[0] == "companion"
    }

    assert crossing == {}


def test_every_module_of_the_engine_is_imported_where_there_is_no_companion():
    """Someone who audits another article has the engine alone."""
    code = "import sys, importlib; sys.modules['companion'] = None\n"
    run(code + "".join(f"importlib.import_module({name!r})\n" for name in modules()))


def test_the_audit_is_imported_without_numpy_scipy_or_pandas():
    """It starts at once, and runs in a browser without packages."""
    code = "import sys\n" + "".join(f"import numbercheck.{name}\n" for name in LIGHT)

    assert run(f"{code}print(*(set({HEAVY}) & set(sys.modules)))") == []


@pytest.mark.parametrize(
    "notebook", sorted((ROOT / "notebooks").glob("*.ipynb")), ids=lambda path: path.stem
)
def test_a_notebook_imports_from_the_workbench_and_the_formulas_only(notebook):
    """A reader sees the counting; what a notebook cannot see, it cannot lean on."""
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    source = "\n".join("".join(c["source"]) for c in cells if c["cell_type"] == "code")
    ours = [n for n in imported(source) if n.startswith(("companion", "numbercheck"))]

    assert [
        n for n in ours if not f"{n}.".startswith(tuple(f"{m}." for m in OPEN_TO_NOTEBOOKS))
    ] == []
