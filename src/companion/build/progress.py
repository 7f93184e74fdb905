"""What a build says while it works: bars on a terminal, plain lines elsewhere; on stderr."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol


class Watch(Protocol):
    """Is told of each step."""

    def says(self, line: str) -> None:
        """Something that is no step of a notebook."""

    def starts(self, notebook: str) -> None:
        """A notebook starts."""

    def step(self, notebook: str, done: int, total: int) -> None:
        """So many cells of a notebook are done."""

    def ends(self, notebook: str, fault: str) -> None:
        """A notebook is done, or failed."""


class Lines:
    """One plain line for each step worth a line."""

    def says(self, line: str) -> None:
        """Print it."""
        print(line, file=sys.stderr, flush=True)

    def starts(self, notebook: str) -> None:
        """Nothing: why it runs has been said."""

    def step(self, notebook: str, done: int, total: int) -> None:
        """Nothing: a log needs no cells."""

    def ends(self, notebook: str, fault: str) -> None:
        """Print how it ended."""
        self.says(f"{notebook}: {'failed' if fault else 'done'}")


class Bars(Lines):
    """One bar for each notebook that runs."""

    def __init__(self, progress) -> None:  # noqa: ANN001 - rich is imported on a terminal only
        self._progress = progress
        self._tasks: dict[str, int] = {}

    def says(self, line: str) -> None:
        """Print it above the bars."""
        self._progress.console.print(line, markup=False, highlight=False)

    def starts(self, notebook: str) -> None:
        """Show a bar."""
        self._tasks[notebook] = self._progress.add_task(notebook, total=None)

    def step(self, notebook: str, done: int, total: int) -> None:
        """Move the bar."""
        self._progress.update(self._tasks[notebook], completed=done, total=total)

    def ends(self, notebook: str, fault: str) -> None:
        """Fill the bar, or say that the notebook failed."""
        if fault:
            self.says(f"{notebook}: failed")
        self._progress.update(self._tasks[notebook], completed=1, total=1)


@contextmanager
def watching() -> Iterator[Watch]:
    """Yield bars that go when the work is done, or plain lines where there is no terminal."""
    if not sys.stderr.isatty():
        yield Lines()
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description:<12}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        yield Bars(progress)
