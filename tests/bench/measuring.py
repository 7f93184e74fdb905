"""What every measurement shares: a clock, a median, a peak of memory, and a table."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

COMPANION = str(Path(sys.executable).with_name("companion"))
NUMBERCHECK = str(Path(sys.executable).with_name("numbercheck"))
NAP = 0.3  # seconds of doing nothing, in which other programs show
USED = 0.1  # share of the processors' time that others may use
SLOWER = 1.3  # how much slower than its fastest run the fixed loop may be

loops: list[float] = []  # times of the fixed loop in this run


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


class Measured(float):
    """Seconds, or a ratio of seconds, that know whether the machine was busy with other work.

    Formatted, a busy one carries the mark ``†``.
    """

    busy: bool

    def __new__(cls, value: float, busy: bool = False) -> "Measured":  # noqa: D102 - see class
        made = super().__new__(cls, value)
        made.busy = busy
        return made

    def __sub__(self, other: float) -> "Measured":
        return Measured(float(self) - float(other), self.busy or getattr(other, "busy", False))

    def __add__(self, other: float) -> "Measured":
        return Measured(float(self) + float(other), self.busy or getattr(other, "busy", False))

    def __truediv__(self, other: float) -> "Measured":
        return Measured(float(self) / float(other), self.busy or getattr(other, "busy", False))

    def __rmul__(self, factor: float) -> "Measured":
        return Measured(factor * float(self), self.busy)

    def __format__(self, spec: str) -> str:
        return float.__format__(self, spec) + ("†" if self.busy else "")


def seconds(what: Callable[[], object], times: int = 5) -> Measured:
    """Median wall time of some calls."""
    taken = []
    busy = is_busy()
    for _ in range(times):
        start = time.perf_counter()
        what()
        taken.append(time.perf_counter() - start)
    return Measured(median(taken), busy or is_busy())


def timed(what: Callable[[], Any]) -> tuple[Measured, Any]:
    """Wall time of one call, and what it returned."""
    returned: list[Any] = []
    return seconds(lambda: returned.append(what()), 1), returned[0]


def is_busy() -> bool:
    """Whether other programs use the machine: by its counters of idle time, and by a fixed loop.

    What waits here, such as a watched build, is no other program.
    """
    idle, total, own = *_idle_time(), _own_time()
    time.sleep(NAP)
    still_idle, still_total = _idle_time()
    accounted = still_idle - idle + _own_time() - own
    loops.append(min(_fixed_loop() for _ in range(3)))  # a processor at rest needs a moment
    used = 1 - accounted / max(still_total - total, 1)
    return used > USED or loops[-1] > SLOWER * min(loops)


def _idle_time() -> tuple[int, int]:
    """Idle and total time of all processors since the start, in ticks."""
    first = Path("/proc/stat").read_text().splitlines()[0]
    ticks = [int(word) for word in first.split()[1:9]]
    return ticks[3] + ticks[4], sum(ticks)


def _own_time() -> int:
    """Processor time, in ticks, of this command's processes and of those that they waited for."""
    own = [fields for p in Path("/proc").glob("[0-9]*") if (fields := _fields(p))]
    return sum(sum(map(int, f[11:15])) for f in own if int(f[2]) == os.getpgrp())


def _fixed_loop() -> float:
    """Seconds that a loop takes whose work never changes."""
    start = time.perf_counter()
    sum(i * i for i in range(300_000))
    return time.perf_counter() - start


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
    fields = _fields(process)
    return bool(fields) and int(fields[3]) == session


def _fields(process: Path) -> list[str]:
    """What the system says of a process, from its state on; nothing once it has ended."""
    try:
        return (process / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []


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
