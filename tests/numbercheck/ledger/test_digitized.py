"""The points of a curve read off a figure: how they come, what is wrong, and what they say."""

from shutil import copytree

import pytest
from openpyxl import Workbook

from companion.project import ROOT
from numbercheck.audit import audit
from numbercheck.ledger.digitized import with_digitized
from numbercheck.ledger.reading import read_ledger
from numbercheck.ledger.records import LedgerError

EXAMPLE = ROOT / "data" / "examples" / "digitized"
AS_EXPORTED = "0.5, 99.2\n5.1, 91.7\n5.4, 92.1\n9.8, 80.4\n"


def folder(path, points=AS_EXPORTED, **cells):
    """The example, with other points, or other cells of its row in digitized.csv."""
    copytree(EXAMPLE, path)
    (path / "os.csv").write_text(points, encoding="utf-8")
    row = {"curve": "figure2", "locus": "Figure 2", "file": "os.csv", "endpoint": "OS"}
    row |= {"among": "", "unit": "months", "tolerance": "1", "time_tolerance": "0.2"} | cells
    table = f"{','.join(row)}\n{','.join(row.values())}\n"
    (path / "digitized.csv").write_text(table, encoding="utf-8")
    return path


def said(path):
    """Day, relation and percentage of each bound."""
    steps = read_ledger(path).steps
    return [(int(measure.horizon), claim.printed) for measure, claim in steps]


def test_a_point_bounds_the_curve_before_and_after_it(tmp_path):
    """By hand, in days: 9.6 to 10.0 months are 292.2 to 304.4 days; only day 292 is surely before.

    The point at 5.1 says no more than the one at 5.4 of what comes before, and the other way
    round of what comes after.
    """
    assert said(folder(tmp_path / "l")) == [
        (292, ">=79.4%"),
        (158, ">=91.1%"),
        (9, ">=98.2%"),
        (161, "<=92.7%"),
        (304, "<=81.4%"),
    ]


@pytest.mark.parametrize(
    ("time", "apart", "days"),
    [("2.2", "1.2", (6, 23)), ("1.1", "0.1", (6, 8)), ("1.9", "0.1", (12, 14))],
)
def test_a_day_at_the_end_of_a_tolerance_is_within_it(tmp_path, time, apart, days):
    """In weeks: (2.2 - 1.2) x 7 is 7 days, and (1.9 + 0.1) x 7 is 14, but not in binary."""
    found = said(folder(tmp_path / "l", f"{time},50\n", unit="weeks", time_tolerance=apart))

    assert found == [(days[0], ">=49%"), (days[1], "<=51%")]


@pytest.mark.parametrize(
    "points",
    [
        "x,y\n" + AS_EXPORTED,
        "Default Dataset,\nX, Y\n" + AS_EXPORTED,
        AS_EXPORTED.replace(", ", "\t"),
        AS_EXPORTED.replace(", ", ";").replace(".", ","),
        "0.5,.992\n5.1,0.917\n5.4,.921\n9.8,.804\n",
        "\ufeff9,8;80,4\r\n5,4;92,1\r\n5,1;91,7\r\n0,5;99,2\r\n\r\n",
    ],
    ids=[
        "heading",
        "two headings",
        "tabs",
        "decimal commas",
        "fractions",
        "from Excel",
    ],
)
def test_every_way_to_export_the_points_says_the_same(tmp_path, points):
    """With or without headings; commas, semicolons or tabs; percentages or fractions."""
    assert said(folder(tmp_path / "l", points)) == said(folder(tmp_path / "m"))


@pytest.mark.parametrize(
    ("points", "told"),
    [
        ("0.5, 99\n1, about 98\n", "os.csv row 2, column 2: 'about 98' is not a number"),
        ("0.5, 99\n1, 98, 97\n", "os.csv row 2: it has 3 numbers; write two columns, time and"),
        ("5,1, 91,7\n", "os.csv row 1: it has 4 numbers; write two columns, time and survival"),
        ("0.5, 99\n5, 80\n9, 84\n", "os.csv row 3, column survival: it is higher than in row 2"),
        ("0.5, 99\n5, 104\n", "os.csv row 2, column survival: 104% is not between 0 and 100%"),
        ("-3, 99\n", "os.csv row 1, column time: -3 months is before the start"),
        ("survival,time\n99,0.5\n", "os.csv: its columns are survival, time; write two columns"),
        ("time,survival\n", "os.csv: there are no points"),
        ("0.5, nan\n", "'nan' is not a number"),
    ],
)
def test_what_is_no_curve_is_refused_by_file_row_and_column(tmp_path, points, told):
    with pytest.raises(LedgerError) as refused:
        read_ledger(folder(tmp_path / "l", points))

    assert told in str(refused.value)


@pytest.mark.parametrize(
    ("cells", "told"),
    [
        ({"file": "pfs.csv"}, "digitized.csv (figure2), column file: there is no "),
        ({"file": ""}, "column file: it is empty; write the CSV file of its points"),
        ({"locus": ""}, "column locus: it is empty; write which figure it is"),
        ({"endpoint": "PFS"}, "column endpoint: no variables hold the days and events of 'PFS'"),
        ({"unit": "month"}, "unknown unit 'month'; did you mean months?"),
        ({"unit": ""}, "unknown unit ''"),
        ({"tolerance": ""}, "column tolerance: '' is not a number above 0"),
        ({"time_tolerance": "0"}, "column time_tolerance: '0' is not a number above 0"),
        ({"among": "arm"}, "column among: 'arm' names no known column"),
    ],
)
def test_a_row_says_what_it_lacks(tmp_path, cells, told):
    """Nobody reads a figure exactly, so both tolerances must be stated."""
    with pytest.raises(LedgerError) as refused:
        read_ledger(folder(tmp_path / "l", **cells))

    assert told in str(refused.value)


def test_the_points_stand_beside_a_spreadsheet(tmp_path):
    """Its sheet digitized names their file."""
    made, path = Workbook(), folder(tmp_path / "l")
    for file in (f for f in path.glob("*.csv") if f.name != "os.csv"):
        sheet = made.create_sheet(file.stem)
        for line in file.read_text(encoding="utf-8").splitlines():
            sheet.append(line.split(","))
    del made["Sheet"]
    made.save(path / "mine.xlsx")

    assert read_ledger(path / "mine.xlsx").steps == read_ledger(path).steps


def test_what_was_read_off_a_figure_is_never_a_printed_number():
    """No claim, no verdict; only where a cohort is asked for is it a constraint."""
    ledger = read_ledger(EXAMPLE)
    asked = with_digitized(ledger)

    assert ledger.steps
    assert {v.claim for v in audit(ledger)} == set(ledger.claims)
    assert not {claim.claim for _, claim in ledger.steps} & set(ledger.claims)
    assert len(asked.claims) == len(ledger.claims) + len(ledger.steps)
