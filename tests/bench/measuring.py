"""What every measurement shares: a clock, a median, a peak of memory, and a table."""

import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

COMPANION = str(Path(sys.executable).with_name("companion"))


@dataclass(frozen=True)
class Row:
    """One measurement.

    Attributes
    ----------
    what, measured : str
        Subject, and value with its unit.
    promise : str
        What the project promises of it; empty where it promises nothing.
    kept : bool
        Whether the promise holds.
    """

    what: str
    measured: str
    promise: str = ""
    kept: bool = True


@dataclass(frozen=True)
class Section:
    """One subject: a heading, a paragraph on how it was measured, and a table."""

    title: str
    how: str
    rows: Sequence[Row]

    @property
    def kept(self) -> bool:
        """Whether every promise holds."""
        return all(row.kept for row in self.rows)

    def __str__(self) -> str:
        lines = [f"## {self.title}", "", self.how, "", "| what | measured | promised |"]
        lines += ["|---|---|---|"]
        for row in self.rows:
            promise = row.promise and f"{row.promise}: {'yes' if row.kept else '**no**'}"
            lines.append(f"| {row.what} | {row.measured} | {promise} |")
        return "\n".join(lines)


def seconds(what: Callable[[], object], times: int = 5) -> float:
    """Median wall time of some calls."""
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        what()
        taken.append(time.perf_counter() - start)
    return median(taken)


def process(command: Sequence[str], **options: Any) -> None:
    """Run a command to its end.

    Raises
    ------
    RuntimeError
        If it ends with an exit status other than 0, or 1 for a finding.
    """
    run = subprocess.run(command, capture_output=True, text=True, **options)
    if run.returncode not in (0, 1):
        raise RuntimeError(f"{' '.join(command)}: {run.stderr}")


def peak_memory(command: Sequence[str], **options: Any) -> float:
    """Most memory in MB that a command and all its processes hold at one time.

    Pages that several of them share count once (proportional set size), every 20 ms.
    """
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    running = subprocess.Popen(command, start_new_session=True, **quiet, **options)
    peak = 0
    while running.poll() is None:
        peak = max(peak, sum(_held(p) for p in Path("/proc").glob("[0-9]*") if _in(p, running.pid)))
        time.sleep(0.02)
    return peak / 1024


def _in(process: Path, session: int) -> bool:
    try:
        return int((process / "stat").read_text().rpartition(")")[2].split()[3]) == session
    except OSError:  # it has ended meanwhile
        return False


def _held(process: Path) -> int:
    """Kilobytes."""
    try:
        lines = (process / "smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0)


def below(what: str, measured: float, limit: float, unit: str = "s") -> Row:
    """A measurement that promises to stay below a limit."""
    shown, most = (f"{value} {unit}".strip() for value in (f"{measured:.3g}", f"{limit:g}"))
    return Row(what, shown, f"below {most}", measured < limit)
