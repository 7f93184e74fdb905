"""Kill a build at twenty moments, and fill its disk; the outputs before stay complete."""

import os
import tempfile
from pathlib import Path

from measuring import Row, Section
from small_trial import trial
from test_build import kill, on_a_small_disk

from companion.build.build import build
from companion.build.progress import Watch

MOMENTS = 20
LEFT = (0, 1_000, 10_000, 40_000, 100_000, 200_000)  # bytes


def measure() -> Section:
    """Kill and starve builds of a small trial; an incomplete output stops the run."""
    with tempfile.TemporaryDirectory() as name:
        small = trial(Path(name))
        build(small.request(), Watch())
        kill(small, MOMENTS)
        for left in LEFT if os.geteuid() == 0 else ():  # only root makes a disk
            with tempfile.TemporaryDirectory() as disk:
                on_a_small_disk(small, Path(disk), left)
    rows = [Row(f"{MOMENTS} kills", "outputs old or new each time", "never a mixture")]
    if os.geteuid() == 0:
        told = f"{len(LEFT)} disks with {LEFT[0]} to {LEFT[-1]} bytes left"
        rows.append(Row(told, "outputs old each time, then new", "one sentence, and nothing lost"))
    return Section(
        "Kills",
        "`kill -9` at random moments of a build, up to four seconds from its start; and builds "
        "on a disk that fills up.",
        rows,
    )
