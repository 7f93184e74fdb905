"""Tables as text, before anything is made of them, and the faults that are found in them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import pandas as pd

LONGEST = 60  # characters of a cell that a message shows


@dataclass(frozen=True, order=True)
class Fault:
    """One thing that is wrong, where it stands, and what would be right.

    ``row`` is the line of a CSV file (the header is 1) or the record of another format;
    0 when the fault concerns the whole file.
    """

    file: str
    row: int
    column: str
    value: str
    right: str

    def __str__(self) -> str:
        where = self.file + (f" row {self.row}" if self.row else "")
        where += f", column {self.column}" if self.column else ""
        cell = self.value if len(self.value) <= LONGEST else self.value[:LONGEST] + "…"
        return f"{where}: " + (f"{cell!r}: " if self.value else "") + self.right


def look_up(cells: pd.Series, known: Mapping, default: object = None) -> pd.Series:
    """What is known of each cell; ``Series.map`` cannot hold every text that a file can."""
    return pd.Series([known.get(cell, default) for cell in cells], cells.index, dtype=object)


@dataclass(frozen=True, eq=False)
class RawTable:
    """One table as text, indexed by the row of the file; an empty cell is a missing value."""

    file: str
    cells: pd.DataFrame

    def __getitem__(self, column: str) -> pd.Series:
        """Cells of a column; empty ones when the table has no such column."""
        if column in self.cells:
            return self.cells[column]
        return pd.Series("", self.cells.index, dtype=object)

    def only(self, keep: pd.Series) -> "RawTable":
        """Return the rows that are kept."""
        return RawTable(self.file, self.cells[keep])

    def repeated(self, *columns: str) -> pd.Series:
        """Whether an earlier row has the same filled cells in these columns."""
        keys = pd.DataFrame({column: self[column] for column in columns})
        return keys.duplicated() & (keys != "").all(axis=1)

    def mark(
        self, column: str, right: pd.Series, value: pd.Series | None = None
    ) -> Iterator[Fault]:
        """One fault for each row in which ``right`` says what would be right; empty elsewhere."""
        right = right.dropna()
        values = (self[column] if value is None else value).loc[right.index]
        for row, cell, text in zip(right.index, values, right, strict=True):
            yield Fault(self.file, int(row), column, cell, text)


@dataclass
class Reading:
    """What was read from one folder, and what was wrong."""

    tables: dict[str, RawTable] = field(default_factory=dict)
    dataset: dict = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    def fault(self, file: str, right: str, row: int = 0, column: str = "", value: str = "") -> None:
        """Note one fault."""
        self.faults.append(Fault(file, row, column, value, right))
