"""A ledger in a spreadsheet is what its cells show."""

import csv
from datetime import date

import pytest
from openpyxl import Workbook
from places import ROOT

from numbercheck.ledger.reading import read_ledger
from numbercheck.ledger.records import LedgerError

EXAMPLE = ROOT / "data" / "examples" / "two-arm"


@pytest.fixture
def book():
    """Type the example into a spreadsheet, numbers as numbers."""
    made = Workbook()
    made.remove(made.active)
    for file in EXAMPLE.glob("*.csv"):
        sheet = made.create_sheet(file.stem.capitalize())
        with file.open(newline="", encoding="utf-8") as handle:
            for row in csv.reader(handle):
                sheet.append([int(text) if text.isdigit() else text for text in row])
    return made


def test_a_spreadsheet_is_the_ledger_that_its_csv_files_are(book, tmp_path):
    """Empty columns and rows at the ends of a sheet do not count."""
    book["Claims"].cell(row=40, column=12, value="")
    book.save(tmp_path / "mine.xlsx")

    read, written = read_ledger(tmp_path / "mine.xlsx"), read_ledger(EXAMPLE)
    assert read.claims == written.claims
    assert read.measures == written.measures


@pytest.mark.parametrize(
    ("value", "number_format"), [(0.94, "0%"), (date(2024, 4, 15), "yyyy-mm-dd"), (69, "0.0")]
)
def test_a_cell_that_shows_other_digits_than_it_stores_is_refused(
    book, tmp_path, value, number_format
):
    """0.94 shown as 94% would be read as another number, 69.0 lose its digit."""
    cell = book["Claims"]["E2"]
    cell.value, cell.number_format = value, number_format
    book.save(tmp_path / "mine.xlsx")

    with pytest.raises(LedgerError, match=r"sheet Claims, cell E2: .*write it as text"):
        read_ledger(tmp_path / "mine.xlsx")


def test_an_unknown_sheet_is_named_with_the_nearest_table(book, tmp_path):
    """A misspelled sheet would otherwise be left out in silence."""
    book["Claims"].title = "Claim"
    book.save(tmp_path / "mine.xlsx")

    with pytest.raises(LedgerError, match=r"unknown sheet 'Claim'; did you mean claims"):
        read_ledger(tmp_path / "mine.xlsx")


def test_what_is_no_spreadsheet_is_said_in_a_sentence(tmp_path):
    """A text file with the wrong ending."""
    (tmp_path / "mine.xlsx").write_text("claim,locus\n", encoding="utf-8")

    with pytest.raises(LedgerError, match=r"mine\.xlsx: no workbook that can be read"):
        read_ledger(tmp_path / "mine.xlsx")
