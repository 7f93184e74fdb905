"""Raw tables, whose cells are still text, and the faults found in them."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

import pandas as pd

LONGEST = 60  # characters of a cell that a message shows
MOST_LINES = 60  # of a terminal


class FormatError(ValueError):
    """A file cannot be read at all; the message says what would be right."""


@dataclass(frozen=True, order=True)
class Fault:
    """One fault: where it is, the value found, and what would be right.

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
    """Map each cell; unlike ``Series.map``, this accepts any text that a file can hold."""
    codes, distinct = pd.factorize(cells, use_na_sentinel=False)
    found = pd.Series([known.get(cell, default) for cell in distinct], dtype=object)
    return pd.Series(found.to_numpy()[codes], cells.index, dtype=object)


def reword(cells: pd.Series, words: Mapping[str, str]) -> pd.Series:
    """Cells with some texts replaced by others."""
    return look_up(cells, {cell: words.get(cell, cell) for cell in cells.unique()})


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
        self,
        column: str,
        wrong: pd.Series,
        right: pd.Series | str,
        value: pd.Series | None = None,
    ) -> Iterator[Fault]:
        """One fault for each row that is wrong; ``right`` says what would be right there."""
        cells = self[column] if value is None else value
        rows = self.cells.index[wrong]
        texts = [right] * len(rows) if isinstance(right, str) else right[wrong]
        for row, cell, text in zip(rows, cells[wrong], texts, strict=True):
            yield Fault(self.file, int(row), column, cell, text)

    def mark_texts(self, column: str, right: Mapping[str, str]) -> Iterator[Fault]:
        """One fault for each cell with one of these texts; each maps to what would be right."""
        if right:
            cells = self[column]
            yield from self.mark(column, cells.isin(list(right)), look_up(cells, right))


def grouped(faults: Iterable[Fault]) -> list[str]:
    """Faults as lines of text; equal faults in a column share a line with the first three rows."""
    alike: dict[tuple[str, str, str], list[Fault]] = {}
    for fault in faults:
        alike.setdefault((fault.file, fault.column, fault.right), []).append(fault)
    lines = [_line(group) for group in alike.values()]
    if len(lines) <= MOST_LINES:
        return lines
    return [*lines[: MOST_LINES - 1], f"and {len(lines) - MOST_LINES + 1} other kinds of fault"]


def _line(group: list[Fault]) -> str:
    first, n = group[0], len(group)
    if n == 1 or not first.row:
        values = ", ".join(f.value for f in group[:3] if f.value)
        more = f" and {n - 3} more" if n > 3 else ""
        return str(replace(first, value=values + more))
    rows = ", ".join(str(f.row) for f in group[:3]) + (f" and {n - 3} more" if n > 3 else "")
    return str(replace(first, row=0)).replace(first.file, f"{first.file} rows {rows}", 1)


@dataclass
class FaultLog:
    """What was wrong while reading, and sentences on what was converted."""

    faults: list[Fault] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def fault(self, file: str, right: str, row: int = 0, column: str = "", value: str = "") -> None:
        """Note one fault."""
        self.faults.append(Fault(file, row, column, value, right))
