"""Replace a folder as a whole or not at all."""

import ctypes
import fcntl
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

AT_FDCWD = -100
RENAME_EXCHANGE = 2


@contextmanager
def staged(output: Path, say: Callable[[str], None]) -> Iterator[Path]:
    """Yield an empty folder that takes the place of ``output`` when the block ends well.

    Until then the previous outputs stay as they are, whatever happens; what a killed build
    left behind is cleared by the next one. A second build waits for the first.
    """
    output.parent.mkdir(parents=True, exist_ok=True)
    stage, lock = output.with_name(f".{output.name}.new"), output.with_name(f".{output.name}.lock")
    with lock.open("w") as handle:
        _wait(handle, output, say)
        shutil.rmtree(stage, ignore_errors=True)
        stage.mkdir()
        try:
            yield stage
            _flush(stage)
            _replace(stage, output)
        finally:
            shutil.rmtree(stage, ignore_errors=True)


def _wait(handle, output: Path, say: Callable[[str], None]) -> None:  # noqa: ANN001 - open file
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        say(f"another build is writing {output.name}; waiting for it")
        fcntl.flock(handle, fcntl.LOCK_EX)


def _flush(stage: Path) -> None:
    """Have the files on disk before they are given their name."""
    for path in stage.rglob("*"):
        if path.is_file():
            with path.open("rb") as handle:
                os.fsync(handle.fileno())


def _replace(stage: Path, output: Path) -> None:
    if not output.exists():
        stage.rename(output)
        return
    if not _exchange(stage, output):  # not Linux: a moment without outputs, never with half
        old = output.with_name(f".{output.name}.old")
        shutil.rmtree(old, ignore_errors=True)
        output.rename(old)
        stage.rename(output)
        shutil.rmtree(old)


def _exchange(first: Path, second: Path) -> bool:
    """Swap two folders at once, where the system can."""
    rename = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if rename is None:
        return False
    paths = os.fsencode(first), os.fsencode(second)
    return rename(AT_FDCWD, paths[0], AT_FDCWD, paths[1], RENAME_EXCHANGE) == 0
