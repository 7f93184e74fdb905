"""An empty ledger as one spreadsheet, whose cells offer the names that they accept."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from numbercheck.ledger.checking import CHOICES
from numbercheck.ledger.new import explanation
from numbercheck.ledger.records import LedgerError
from numbercheck.ledger.rows import FILES, columns_of
from numbercheck.ledger.workbook import ARTICLE

TABLES = ("claims", "measures", *(name for name in FILES if name not in ("claims", "measures")))
ROWS = 2000  # that have lists
SEVERAL = ("alternatives",)  # columns whose cells hold several names
AS_TEXT = "@"  # so that 94% and 69.0 stay as typed


def new_workbook(path: Path) -> Path:
    """Write a spreadsheet with a sheet for each table, and one that explains them.

    Raises
    ------
    LedgerError
        If the file is there already or cannot be written.
    """
    from openpyxl import Workbook

    if path.exists():
        raise LedgerError([f"{path} is there already"])
    book = Workbook()
    book.remove(book.active)
    sheets = {name: book.create_sheet(name) for name in (*TABLES, ARTICLE, "readme", "lists")}
    for name in ("title", "authors", "journal", "year", "doi", "arms", "randomization"):
        sheets[ARTICLE].append([name])
    sheets[ARTICLE].column_dimensions["B"].number_format = AS_TEXT
    for line in explanation().splitlines():
        sheets["readme"].append([line])
    sheets["lists"].sheet_state = "hidden"
    for name in TABLES:
        _fill(sheets[name], name, sheets["lists"])
    try:
        book.save(path)
    except OSError as error:
        raise LedgerError([f"{path}: cannot be written ({error.strerror})"]) from None
    return path


def _fill(sheet: Any, name: str, lists: Any) -> None:
    """Write the headings of a table, and the lists of its columns."""
    from openpyxl.styles import Font
    from openpyxl.worksheet.datavalidation import DataValidation

    columns = columns_of(name)
    sheet.append(columns)
    sheet.freeze_panes = "A2"
    for cell, column in zip(sheet[1], columns, strict=True):
        cell.font = Font(bold=True)
        sheet.column_dimensions[cell.column_letter].number_format = AS_TEXT
        options = CHOICES.get(name, {}).get(column)
        if options and column not in SEVERAL:
            of_table = f"{options}!$A$2:$A${ROWS}" if isinstance(options, str) else ""
            source = of_table or _listed(lists, options)
            offered = DataValidation("list", formula1=source, allow_blank=True)
            offered.add(f"{cell.column_letter}2:{cell.column_letter}{ROWS}")
            sheet.add_data_validation(offered)


def _listed(lists: Any, options: Iterable[str]) -> str:
    """Place of a column of names on the sheet of lists."""
    names = list(options)
    at = lists.max_column + 1
    for row, name in enumerate(names, 1):
        lists.cell(row, at, name)
    letter = lists.cell(1, at).column_letter
    return f"lists!${letter}$1:${letter}${len(names)}"
