"""A ledger in a spreadsheet is what its cells show."""

import csv
import re
from datetime import date

import pytest
from openpyxl import Workbook, load_workbook
from places import ROOT

from numbercheck.ledger.new_workbook import new_workbook
from numbercheck.ledger.reading import read_ledger
from numbercheck.ledger.records import LedgerError
from numbercheck.words import STATISTICS

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

    with pytest.raises(LedgerError, match=r"mine\.xlsx: not a workbook that can be read"):
        read_ledger(tmp_path / "mine.xlsx")


def test_a_new_spreadsheet_offers_names_and_is_read_back(tmp_path):
    """The lists of kinds and statistics are those that a ledger can hold; texts stay as typed."""
    path = new_workbook(tmp_path / "mine.xlsx")
    made = load_workbook(path)
    rows = {
        "measures": ({"measure": "all", "kind": "count"}, {"measure": "cr", "kind": "count"}),
        "claims": (
            {"claim": "a", "measure": "all", "statistic": "n", "printed": "35"},
            {"claim": "b", "measure": "cr", "statistic": "percent", "printed": "94%"},
        ),
    }
    for name, cells in rows.items():
        columns = [cell.value for cell in made[name][1]]
        for row in cells:
            made[name].append([row.get(column) for column in columns])
    made.save(path)

    assert {c.printed for c in read_ledger(path).claims.values()} == {"35", "94%"}
    offered = {str(v.sqref): v.formula1 for v in made["claims"].data_validations.dataValidation}
    assert offered["C2:C2000"] == "measures!$A$2:$A$2000"
    first, last = re.findall(r"\d+", offered["D2:D2000"])
    column = re.search(r"\$([A-Z]+)\$", offered["D2:D2000"])[1]
    listed = [made["lists"][f"{column}{row}"].value for row in range(int(first), int(last) + 1)]
    assert listed == list(STATISTICS)


def test_a_sheet_describes_the_article_and_its_arms(book, tmp_path):
    """It stands in place of article.json."""
    del book["Variables"]
    book.create_sheet("article")
    for row in (("title", "A trial"), ("doi", None), ("arms", "A|B"), ("randomization", "1:1")):
        book["article"].append(row)
    book.save(tmp_path / "mine.xlsx")
    read = read_ledger(tmp_path / "mine.xlsx")

    assert read.article == {"title": "A trial", "arms": ["A", "B"], "randomization": "1:1"}
    assert read.variables["arm"].domain == ("A", "B")


def test_a_fault_names_the_sheet_and_the_row(book, tmp_path):
    """There is no claims.csv to look into."""
    book["Claims"]["D3"] = "number"
    book.save(tmp_path / "mine.xlsx")

    with pytest.raises(LedgerError, match=r"^mine\.xlsx, sheet claims row 3 .*'number'"):
        read_ledger(tmp_path / "mine.xlsx")


def test_a_spreadsheet_that_is_there_is_left_alone(tmp_path):
    """A second `new` would lose the work of an afternoon."""
    path = new_workbook(tmp_path / "mine.xlsx")

    with pytest.raises(LedgerError, match=r"mine\.xlsx is there already"):
        new_workbook(path)
