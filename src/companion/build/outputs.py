"""Replace a folder as a whole or not at all.

The new folder is filled beside the old one and takes its name in one step of the file system.
Whatever happens before that step, such as a kill or a full disk, leaves the old folder as it was.
"""

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
def alone(folder: Path, say: Callable[[str], None]) -> Iterator[None]:
    """Lock a folder for one build at a time; a second build waits, and says so.

    The lock is a file beside the folder, since a build replaces the folder itself and must not
    hold up builds of its siblings. The system releases it when the process ends, however it ends.
    """
    lock = _beside(folder, "lock")
    lock.parent.mkdir(parents=True, exist_ok=True)
    handle = _locked(lock, say)
    try:
        yield
    finally:
        lock.unlink(missing_ok=True)
        os.close(handle)


def _locked(lock: Path, say: Callable[[str], None]) -> int:
    """Open and lock a file; again if the build that held it has removed it meanwhile."""
    while True:
        handle = os.open(lock, os.O_CREAT | os.O_RDWR)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("another build is at work here; waiting for it to end")
            fcntl.flock(handle, fcntl.LOCK_EX)
        if lock.exists() and os.path.samestat(os.fstat(handle), lock.stat()):
            return handle
        os.close(handle)


@contextmanager
def staged(output: Path) -> Iterator[Path]:
    """Yield an empty folder that replaces ``output`` if the block succeeds."""
    recover(output)
    stage = _beside(output, "new")
    stage.mkdir(parents=True)
    try:
        yield stage
        _replace(stage, output)
    finally:
        shutil.rmtree(stage, ignore_errors=True)


def recover(output: Path) -> None:
    """Remove what a killed build left, and finish its swap if that was interrupted."""
    old = _beside(output, "old")
    if old.exists() and not output.exists():
        old.rename(output)
    for left in (old, _beside(output, "new")):
        shutil.rmtree(left, ignore_errors=True)


def _beside(output: Path, what: str) -> Path:
    return output.with_name(f".{output.name}.{what}")


def _replace(stage: Path, output: Path) -> None:
    if not output.exists():
        stage.rename(output)
    elif not exchange(stage, output):  # a moment without outputs; `recover` ends it
        old = _beside(output, "old")
        output.rename(old)
        stage.rename(output)
        shutil.rmtree(old, ignore_errors=True)


def exchange(first: Path, second: Path) -> bool:
    """Swap two folders in one step; false on systems other than Linux, which cannot."""
    rename = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if rename is None:
        return False
    paths = os.fsencode(first), os.fsencode(second)
    return rename(AT_FDCWD, paths[0], AT_FDCWD, paths[1], RENAME_EXCHANGE) == 0
