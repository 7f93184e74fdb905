"""Measure what the project promises of time and memory: ``make bench``.

Each other module of this folder measures one subject: its ``measure()`` gives a `Section`, which
replaces the subject's part of ``docs/benchmarks.md``. A promise that is not kept makes the exit
status 1. Nothing in the tests depends on time; this does, and so it runs by hand.
"""

import importlib
import os
import re
import subprocess
import sys
from datetime import date
from pathlib import Path

HERE = Path(__file__).parent
PAGE = HERE.parents[1] / "docs" / "benchmarks.md"
HEAD = """# Benchmarks

Made by `make bench`: medians of five within one run on {cores} processor cores, unless it says
otherwise. Times on another machine differ; ratios should not by much. The last column says what was
promised, and whether it holds. † marks what was measured while other programs used the machine:
before and after each measurement, a fixed loop is timed and the processors' idle time is read. Each
part says when it was measured, and of which version.
"""
UNDATED = "Measured before this page kept dates."


def main(names: list[str]) -> int:
    """Measure the subjects named, or all, and write the page."""
    tests = {path.parent for path in HERE.parent.rglob("test_*.py")}  # some lend their examples
    sys.path[:0] = [str(HERE), str(HERE.parent / "helpers"), *map(str, sorted(tests))]
    names = [name.replace("-", "_") for name in names]
    known = sorted(p.stem for p in HERE.glob("*.py") if "\ndef measure(" in p.read_text("utf-8"))
    if unknown := sorted(set(names) - set(known)):
        print(f"no subject {unknown[0]!r}; one of {', '.join(known)}", file=sys.stderr)
        return 2
    commit, kept = _commit(), True
    for name in names or known:
        section = importlib.import_module(name).measure()
        print(section, end="\n\n", flush=True)
        busy = f"load average {os.getloadavg()[0]:.1f}"
        parts = _parts() | {name: f"{section}\n\nMeasured on {date.today()}, {commit}; {busy}."}
        body = "".join(f"\n<!-- {n} -->\n{parts[n]}\n" for n in known if n in parts)
        PAGE.write_text(HEAD.format(cores=os.cpu_count()) + body, encoding="utf-8")
        kept &= section.kept
    return 0 if kept else 1


def _parts() -> dict[str, str]:
    """Sections of the page by subject, each with when it was measured."""
    text = PAGE.read_text(encoding="utf-8") if PAGE.is_file() else ""
    found = re.split(r"<!-- (\w+) -->\n", text)[1:]
    parts = zip(found[::2], (part.strip("\n") for part in found[1::2]), strict=True)
    return {n: p if "\nMeasured " in p else f"{p}\n\n{UNDATED}" for n, p in parts}


def _commit() -> str:
    """Name the version that is measured; a run writes only the page, which is no part of it."""
    command = ["git", "-C", str(HERE), "describe", "--always", "--dirty= with changes"]
    run = subprocess.run(command, check=True, capture_output=True, text=True)
    return f"commit {run.stdout.strip()}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
