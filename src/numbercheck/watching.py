"""Repeat a judgment whenever a ledger is saved, until Ctrl-C."""

import sys
import time
from collections.abc import Callable
from pathlib import Path

from numbercheck.commands import sentences

SECONDS = 0.3  # between looks; a change is judged once two looks see the same files


def watch(path: Path, judge: Callable[[], object]) -> None:
    """Judge at once, and again after each change of a ledger's files; return at Ctrl-C.

    A file that is saved only in part is a fault in a sentence, and judged again once it is whole.
    """
    if not path.exists():
        judge()  # which says so
    judged: object = None
    before = None
    try:
        while True:
            now = _stamps(path)
            if now == before != judged:
                print(f"\n{time.strftime('%H:%M:%S')} {path}", flush=True)
                _once(judge)
                print("Waiting for the next save; Ctrl-C ends.", flush=True)
                judged = now
            before = now
            time.sleep(SECONDS)
    except KeyboardInterrupt:
        print()


def _once(judge: Callable[[], object]) -> None:
    """Judge, with the faults of the input in sentences."""
    try:
        with sentences():
            judge()
    except SystemExit:
        sys.stderr.flush()


def _stamps(path: Path) -> tuple[tuple[str, int, int], ...]:
    """Name, time and size of each file of a ledger, but for those that vanish meanwhile."""
    found = []
    for file in sorted(path.iterdir()) if path.is_dir() else [path]:
        if file.suffix in (".csv", ".json", ".xlsx"):
            try:
                status = file.stat()
            except OSError:
                continue
            found.append((file.name, status.st_mtime_ns, status.st_size))
    return tuple(found)
