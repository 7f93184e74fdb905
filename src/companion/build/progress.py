"""Progress of a build or a sweep on standard error: lines, and on a terminal a count of parts."""

import sys
from threading import Lock

CLEAR = "\r\x1b[K"  # back to the start of the line, and erase it


class Watch:
    """Print a line for each message and each task that ends; a terminal shows running tasks too."""

    def __init__(self) -> None:
        self._running: dict[str, str] = {}
        self._lock = Lock()  # notebooks report from threads of their own
        self._is_live = sys.stderr.isatty()

    def says(self, line: str) -> None:
        """Print a message."""
        with self._lock:
            self._print(f"{line}\n")

    def starts(self, task: str) -> None:
        """Note that a task starts, such as a notebook."""
        self.step(task, 0, 0)

    def step(self, task: str, done: int, total: int) -> None:
        """Note how many parts of a task are done, such as a notebook's cells."""
        with self._lock:
            self._running[task] = f"{task} {done}/{total}" if total else task
            self._print("")

    def ends(self, task: str, fault: str) -> None:
        """Print how a task ended."""
        self._running.pop(task, None)
        self.says(f"{task}: {'failed' if fault else 'done'}")

    def _print(self, line: str) -> None:
        if self._is_live:
            line = f"{CLEAR}{line}{'  '.join(self._running.values())[:79]}"
        print(line, end="", file=sys.stderr, flush=True)
