"""A ledger kept in one spreadsheet: each sheet is a table, read as it is displayed."""

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from numbercheck.errors import unknown
from numbercheck.ledger.records import LedgerError
from numbercheck.ledger.rows import FILES

OF_READERS = ("readme", "lists")  # sheets that are not tables
ARTICLE = "article"  # a sheet of names and values, in place of article.json
LISTS = ("arms",)  # what is a list there, with bars between


def unpack_workbook(path: Path, folder: Path) -> None:
    """Write each sheet of an .xlsx file as the CSV file of its name.

    A number that Excel would show otherwise than it stores it (a percentage, a date) is refused:
    what was printed must be what the sheet shows, digit by digit.

    Raises
    ------
    LedgerError
        With all faults at once: not a workbook, a sheet of unknown name, such a cell.
    """
    from openpyxl import load_workbook

    try:
        book = load_workbook(path, data_only=True)
    except Exception as error:
        raise LedgerError([f"{path.name}: not a workbook that can be read ({error})"]) from None
    faults: list[str] = []
    for sheet in book.worksheets:
        name = sheet.title.strip().lower()
        if name in OF_READERS:
            continue
        if name not in (*FILES, ARTICLE):
            faults.append(f"{path.name}: {unknown('sheet', sheet.title, (*FILES, ARTICLE))}")
            continue
        rows = [[_text(cell, f"{path.name}, sheet {sheet.title}", faults) for cell in row]
                for row in sheet.iter_rows()]  # fmt: skip
        if name == ARTICLE:
            said = json.dumps(_described(rows), ensure_ascii=False)
            (folder / f"{ARTICLE}.json").write_text(said, encoding="utf-8")
            continue
        with (folder / f"{name}.csv").open("w", newline="", encoding="utf-8") as handle:
            csv.writer(handle, lineterminator="\n").writerows(_trimmed(rows))
    if faults:
        raise LedgerError(faults)


def _described(rows: list[list[str]]) -> dict[str, str | list[str]]:
    """Names and values of the article, from a sheet with a column of each."""
    pairs = ((row[0].strip(), row[1].strip()) for row in rows if len(row) > 1)
    return {name: text.split("|") if name in LISTS else text for name, text in pairs if text}


def _text(cell: Any, where: str, faults: list[str]) -> str:
    value = cell.value
    if value is None or isinstance(value, str):
        return value or ""
    if isinstance(value, bool) or cell.number_format not in ("General", "@", "0"):
        shown = f"{where}, cell {cell.coordinate}: {value} is stored as a number or date"
        faults.append(f"{shown} of the format {cell.number_format!r}; write it as text, as printed")
        return ""
    return f"{value:.15g}" if isinstance(value, float) else str(value)


def _trimmed(rows: list[list[str]]) -> Iterator[list[str]]:
    """Rows without the empty columns and rows that a sheet has at its ends."""
    width = max((i for row in rows for i, text in enumerate(row, 1) if text), default=0)
    height = max((i for i, row in enumerate(rows, 1) if any(row)), default=0)
    return (row[:width] for row in rows[:height])
