"""Tables as text, before anything is made of them, and the faults that are found in them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import compress

LONGEST = 60  # characters of a cell that a message shows


@dataclass(frozen=True, order=True)
class Fault:
    """One thing that is not right, where it stands, and what would be right.

    ``row`` is the line of a CSV file (the header is 1) or the record of another format;
    0 when the fault is of the whole file.
    """

    file: str
    row: int
    column: str
    value: str
    right: str

    def __str__(self) -> str:
        where = self.file + (f" row {self.row}" if self.row else "")
        where += f", column {self.column}" if self.column else ""
        shown = self.value if len(self.value) <= LONGEST else self.value[:LONGEST] + "…"
        return f"{where}: " + (f"{shown!r}: " if self.value else "") + self.right


@dataclass(frozen=True)
class Sheet:
    """One table as text: for each column its cells, and for each row its place in the file."""

    file: str
    columns: dict[str, list[str]]
    rows: list[int]

    def cells(self, column: str) -> list[str]:
        """Cells of a column; empty ones when the table has no such column."""
        return self.columns.get(column) or [""] * len(self.rows)

    def keys(self, *columns: str) -> list[tuple[str, ...]]:
        """Cells of some columns for each row."""
        return list(zip(*(self.cells(c) for c in columns), strict=True))

    def repeated(self, *columns: str) -> Iterator[tuple[int, tuple[str, ...]]]:
        """Row and key of each record whose key was there before."""
        seen = set()
        for row, key in zip(self.rows, self.keys(*columns), strict=True):
            if all(key) and key in seen:
                yield row, key
            seen.add(key)

    def only(self, keep: Iterable[bool]) -> "Sheet":
        """Return the rows that are kept."""
        keep = list(keep)
        columns = {name: list(compress(cells, keep)) for name, cells in self.columns.items()}
        return Sheet(self.file, columns, list(compress(self.rows, keep)))


@dataclass
class Reading:
    """What was read of one folder, and what was wrong."""

    sheets: dict[str, Sheet] = field(default_factory=dict)
    dataset: dict = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    def fault(self, file: str, right: str, row: int = 0, column: str = "", value: str = "") -> None:
        """Note one fault."""
        self.faults.append(Fault(file, row, column, value, right))
