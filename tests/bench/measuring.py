"""What every measurement shares: a clock, a median, a peak of memory, and a table."""

import resource
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


def process(command: Sequence[str], **options: Any) -> tuple[float, float]:
    """Wall time in seconds of a command, and the peak memory of its children so far in MB.

    Raises
    ------
    RuntimeError
        If it ends with an exit status other than 0, or 1 for a finding.
    """
    start = time.perf_counter()
    run = subprocess.run(command, capture_output=True, text=True, **options)
    if run.returncode not in (0, 1):
        raise RuntimeError(f"{' '.join(command)}: {run.stderr}")
    taken = time.perf_counter() - start
    return taken, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024


def below(what: str, measured: float, limit: float, unit: str = "s") -> Row:
    """A measurement that promises to stay below a limit."""
    return Row(what, f"{measured:.2f} {unit}", f"below {limit:g} {unit}", measured < limit)
