"""Repeat a command whenever one of its files is saved, until Ctrl-C."""

import signal
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from numbercheck.commands import sentences

SECONDS = 0.05  # between looks
SETTLED = 0.02  # until the look that confirms a change, since a file may be saved in steps

Stamps = tuple[tuple[Path, int, int], ...]


def watch(
    what: object,
    files: Callable[[], Iterable[Path]],
    command: Callable[[], object],
    *ours: type[Exception],
) -> None:
    """Run a command at once, and again after each change of its files; return at Ctrl-C.

    A file that is saved only in part is a fault in a sentence, and read again once it is whole.

    Parameters
    ----------
    what : object
        Name of what is watched.
    files : callable
        Lists the files, each time anew.
    command : callable
        What to run.
    *ours : type of Exception
        Base classes of errors about the input, besides numbercheck's own.
    """
    done: object = None
    before = None
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        while True:
            now = stamps(files())
            if now == before != done:
                print(f"\n{time.strftime('%H:%M:%S')} {what}", flush=True)
                _once(command, *ours)
                print("Waiting for the next save; Ctrl-C ends.", flush=True)
                done = now
            before = now
            time.sleep(SECONDS if now == done else SETTLED)
    except KeyboardInterrupt:
        print()


def _once(command: Callable[[], object], *ours: type[Exception]) -> None:
    """Run it, with the faults of the input in sentences."""
    try:
        with sentences(*ours):
            command()
    except SystemExit:
        sys.stderr.flush()


def stamps(files: Iterable[Path]) -> Stamps:
    """Path, time and size of each file, but for those that vanish meanwhile."""
    found = []
    for file in sorted(files):
        with suppress(OSError):
            status = file.stat()
            found.append((file, status.st_mtime_ns, status.st_size))
    return tuple(found)


def ledger_files(path: Path) -> Iterator[Path]:
    """Files of a ledger: those of a folder, or one spreadsheet."""
    for file in path.iterdir() if path.is_dir() else [path]:
        if file.suffix in (".csv", ".json", ".xlsx"):
            yield file
