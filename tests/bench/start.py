"""How long a command takes before it does anything, and what a fresh clone takes and installs."""

import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

from measuring import (
    COMPANION,
    NUMBERCHECK,
    Measured,
    Row,
    Section,
    below,
    peak_memory,
    process,
    seconds,
)

from companion.build.request import PUBLISHED
from companion.project import ROOT

AUDIT = [NUMBERCHECK, "audit", str(PUBLISHED)]
BEFORE = "458b067"  # the last version that installed all that any package asks for
SIZES = """
import json
from importlib.metadata import distributions
def size(package):
    files = (file.locate() for file in package.files or () if file.suffix != ".pyc")
    return sum(file.stat().st_size for file in files if file.is_file())
print(json.dumps({package.name.lower(): size(package) / 1e6 for package in distributions()}))
"""
NEEDED = {
    "babel": "great_tables writes numbers and dates with it",
    "fonttools": "matplotlib imports it for fonts",
    "great-tables": "writes tables as HTML and LaTeX",
    "hatchling": "installs this package",
    "ipython": "the notebooks' kernel",
    "kiwisolver": "matplotlib arranges a figure with it",
    "matplotlib": "draws figures",
    "numpy": "arrays, below pandas, matplotlib and the solver",
    "openpyxl": "reads ledgers in spreadsheets",
    "ortools": "the solver: conflicts, bounds and cohorts",
    "pandas": "patient tables",
    "pillow": "matplotlib writes PNG with it",
    "pygments": "IPython colors errors with it",
    "pyyaml": "papermill reads parameters with it",
    "uv": "installs the locks",
}
HEAVIEST = 10


def measure() -> Section:
    """Time an import, a help text, and `make` in a fresh clone."""
    python = seconds(lambda: process([sys.executable, "-c", ""]))
    package = seconds(lambda: process([sys.executable, "-c", "import companion"]))
    audit = seconds(lambda: process([sys.executable, "-c", "import numbercheck.audit"]))
    programs = (COMPANION, NUMBERCHECK)
    helped = {name: seconds(lambda n=name: process([n, "--help"])) for name in programs}
    audited = seconds(lambda: process(AUDIT))
    fresh, sizes, before = _from_a_clone()
    heaviest = sorted(sizes, key=sizes.__getitem__, reverse=True)[:HEAVIEST]
    return Section(
        "Start",
        "Whole processes. The clone is made once, with the packages that pip and uv have kept from "
        "before; without them their download comes on top. Sizes are those of a package's files, "
        f"without compiled Python; before: commit {BEFORE}, installed anew.",
        (
            below("`import companion`, above the interpreter", package - python, 0.1),
            below("`import numbercheck.audit`, above the interpreter", audit - python, 0.08),
            *(below(f"`{Path(name).name} --help`", told, 0.15) for name, told in helped.items()),
            below("`numbercheck audit`", audited, 0.25),
            below("memory of `numbercheck audit`", peak_memory(AUDIT), 60, "MB"),
            below("fresh clone, `make`, until the report is there", fresh, 15),
            _row(f"all {len(sizes)} packages of the job", sizes.values(), before.values()),
            *(_row(f"`{n}`: {NEEDED[n]}", [sizes[n]], [before[n]]) for n in heaviest),
        ),
    )


def _row(what: str, now: Iterable[float], before: Iterable[float]) -> Row:
    return Row(what, f"{sum(now):.0f} MB, before {sum(before):.0f} MB")


def _from_a_clone() -> tuple[Measured, dict[str, float], dict[str, float]]:
    """Seconds of `make` in a clone, and MB of each package that it and `BEFORE` installed."""
    with tempfile.TemporaryDirectory() as name:
        clone = Path(name) / "clone"
        taken = seconds(lambda: _make(clone), 1)
        sizes = _sizes(clone)
        shutil.rmtree(clone / ".venv")
        _run("git", "-C", str(clone), "checkout", "--quiet", "--force", BEFORE)
        _run("make", "-C", str(clone), ".venv/made-job")
        return taken, sizes, _sizes(clone)


def _make(clone: Path) -> None:
    _run("git", "clone", "--quiet", str(ROOT), str(clone))
    _run("make", "-C", str(clone))
    if not (clone / "outputs" / "index.html").is_file():
        raise RuntimeError("make wrote no report")


def _run(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True)


def _sizes(clone: Path) -> dict[str, float]:
    python = str(clone / ".venv" / "bin" / "python")
    return json.loads(subprocess.check_output([python, "-c", SIZES]))
