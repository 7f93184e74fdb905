"""How long a command takes before it does anything, and a fresh clone until its report is there."""

import subprocess
import sys
import tempfile
import time
from pathlib import Path

from measuring import (
    COMPANION,
    NUMBERCHECK,
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


def measure() -> Section:
    """Time an import, a help text, and `make` in a fresh clone."""
    python = seconds(lambda: process([sys.executable, "-c", ""]))
    package = seconds(lambda: process([sys.executable, "-c", "import companion"]))
    audit = seconds(lambda: process([sys.executable, "-c", "import numbercheck.audit"]))
    programs = (COMPANION, NUMBERCHECK)
    helped = {name: seconds(lambda n=name: process([n, "--help"])) for name in programs}
    audited = seconds(lambda: process(AUDIT))
    return Section(
        "Start",
        "Whole processes. The clone is made once, with the packages that pip and uv have kept from "
        "before; without them their download comes on top.",
        (
            below("`import companion`, above the interpreter", package - python, 0.1),
            below("`import numbercheck.audit`, above the interpreter", audit - python, 0.08),
            *(below(f"`{Path(name).name} --help`", told, 0.15) for name, told in helped.items()),
            below("`numbercheck audit`", audited, 0.25),
            below("memory of `numbercheck audit`", peak_memory(AUDIT), 60, "MB"),
            Row("fresh clone, `make`, until the report is there", f"{_from_a_clone():.0f} s"),
        ),
    )


def _from_a_clone() -> float:
    with tempfile.TemporaryDirectory() as name:
        clone = Path(name) / "clone"
        start = time.perf_counter()
        for command in (
            ["git", "clone", "--quiet", str(ROOT), str(clone)],
            ["make", "-C", str(clone)],
        ):
            subprocess.run(command, check=True, capture_output=True)
        if not (clone / "outputs" / "index.html").is_file():
            raise RuntimeError("make wrote no report")
        return time.perf_counter() - start
