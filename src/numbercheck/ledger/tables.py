"""One table of a ledger as text, however an editor or a spreadsheet has saved it.

Read are UTF-8, UTF-16 and Windows-1252; commas, semicolons and tabs; headings with capitals or
spaces; and empty cells and rows at the end. Everything else is refused by row.
"""

import codecs
import csv
import io
from collections.abc import Iterator, Sequence
from math import isfinite
from pathlib import Path
from typing import NamedTuple

SEPARATORS = (",", ";", "\t")
UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


class TableError(ValueError):
    """A file that is not a table; the message says what is wrong, and where."""


class CsvTable(NamedTuple):
    """The columns of a file, and its rows: the line on which each starts, and its cells."""

    columns: list[str]
    rows: list[tuple[int, dict[str, str]]]


def read_table(path: Path, known: Sequence[str], faults: list[str]) -> CsvTable:
    """Read a CSV file, and append what is wrong with single rows to ``faults``.

    Parameters
    ----------
    path : Path
    known : sequence of str
        Columns to recognize, however they are capitalized and spaced.
    faults : list of str

    Raises
    ------
    TableError
        If the file is not text, or a quote in it is not closed.
    """
    lines = _lines(path)
    first = [line for line in lines if line.strip()][:1]
    separator = max(SEPARATORS, key=lambda s: _number_known(first, s, known))
    rows = _cells(lines, separator, path.name)
    header = next((cells for _, cells in rows if any(map(str.strip, cells))), [])
    columns = [_column(cell, known) for cell in _trimmed(header)]
    table = CsvTable(columns, [])
    for line, cells in rows:
        if not any(map(str.strip, cells)):
            continue
        if len(_trimmed(cells)) > len(columns) or len(cells) < len(columns):
            faults.append(
                f"{path.name} row {line}: its number of cells is not the header's; "
                "put quotes around a text with a comma"
            )
        else:
            table.rows.append((line, dict(zip(columns, cells, strict=False))))
    return table


def read_numbers(path: Path) -> tuple[list[str], list[tuple[int, list[float]]]]:
    """Read a file of numbers, such as the points of a curve, with or without headings.

    Decimal commas are read where semicolons or tabs separate the columns.

    Returns
    -------
    tuple
        The cells of the last heading, and of each row below the line and its numbers.

    Raises
    ------
    TableError
        If the file is not text, or a cell below the headings is not a number.
    """
    lines = _lines(path)
    separator = next((s for s in reversed(SEPARATORS) if any(s in line for line in lines)), ",")
    mark = "." if separator == "," else ","
    heading: list[str] = []
    rows: list[tuple[int, list[float]]] = []
    for line, cells in _cells(lines, separator, path.name):
        given = [cell.strip().replace(mark, ".") for cell in _trimmed(cells)]
        wrong = [cell for cell in given if not _is_number(cell)]
        if not rows and given and wrong == given:
            heading = given
        elif wrong:
            column = given.index(wrong[0]) + 1
            raise TableError(
                f"{path.name} row {line}, column {column}: {wrong[0]!r} is not a number; write "
                "digits with a point, and a comma, semicolon or tab between columns"
            )
        elif given:
            rows.append((line, [float(cell) for cell in given]))
    return heading, rows


def _is_number(cell: str) -> bool:
    try:
        return isfinite(float(cell))
    except ValueError:
        return False


def _lines(path: Path) -> list[str]:
    """Lines of a file, each with its end."""
    lines = list(io.StringIO(read_text(path), newline=""))  # not at U+2028, as splitlines does
    if lines and lines[0].lower().startswith("sep="):  # how Excel is told the separator
        lines[0] = "\n"
    return lines


def read_text(path: Path) -> str:
    """Text of a file in UTF-8, UTF-16 with its mark, or Windows-1252.

    Raises
    ------
    TableError
        If it is none of these.
    """
    raw = path.read_bytes()
    encoding = "utf-16" if raw.startswith(UTF_16) else "utf-8-sig"
    try:
        text = raw.decode(encoding)
    except UnicodeDecodeError:
        text = raw.decode("cp1252", errors="replace")
    if "\0" in text or "\ufffd" in text or raw.startswith(b"PK\x03\x04"):
        raise TableError(f"{path}: cannot be read as text; save the table as CSV in UTF-8")
    return text


def _cells(lines: list[str], separator: str, name: str) -> Iterator[tuple[int, list[str]]]:
    """Line on which each row starts, and its cells."""
    reader = csv.reader(lines, delimiter=separator, strict=True)
    start = 1
    try:
        for cells in reader:
            yield start, cells
            start = reader.line_num + 1
    except csv.Error as error:
        raise TableError(
            f"{name} row {start}: a quote is not closed, or stands within a cell ({error}); "
            'a quote in a quoted text is written twice, ""'
        ) from None


def _number_known(first: list[str], separator: str, known: Sequence[str]) -> int:
    cells = "".join(first).split(separator)
    return sum(_column(cell.strip('" '), known) in known for cell in cells)


def _column(cell: str, known: Sequence[str]) -> str:
    """Name of a column, as it is known: `Conf low` is `conf_low`; n and N stay apart."""
    name = "_".join(cell.split())
    like = [column for column in known if column.casefold() == name.casefold()]
    return like[0] if name not in known and len(like) == 1 else name


def _trimmed(cells: list[str]) -> list[str]:
    """Cells without the empty ones at the end."""
    last = max((at for at, cell in enumerate(cells, 1) if cell.strip()), default=0)
    return cells[:last]
