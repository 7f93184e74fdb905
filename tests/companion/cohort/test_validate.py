"""Promises of `companion.cohort.read_folder`: every fault, in its place, never a traceback."""

import json
import subprocess
import sys
from pathlib import Path
from random import Random

import mutations
import pytest
import synthetic
from article import LEDGER
from hypothesis import given, settings
from hypothesis import strategies as st
from small_trial import without_override
from written import write_rows

from companion.cohort import CohortError, read_cohort, read_folder

SMALL = synthetic.trial(6, seed=11)
FIRST = SMALL.tables["adsl"][0]["USUBJID"]


@pytest.fixture
def folder(tmp_path):
    """A folder without a fault."""
    for name, rows in SMALL.tables.items():
        write_rows(tmp_path / f"{name}.csv", rows)
    return tmp_path


def line_of(table, **cells):
    """Line in the file and row of the first record that has these cells."""
    found = enumerate(SMALL.tables[table], start=2)
    return next((line, row) for line, row in found if cells.items() <= row.items())


def put(folder, table, where, cells):
    """Change one record; return its line."""
    line, found = line_of(table, **where)
    rows = [row | cells if row is found else row for row in SMALL.tables[table]]
    write_rows(folder / f"{table}.csv", rows)
    return line


def test_a_good_folder_has_no_fault(folder):
    """Otherwise the checks would be useless."""
    assert read_folder(folder, LEDGER).faults == []


RESPONSE = {"PARAMCD": "OVRLRESP", "AVISIT": "After RDC"}
LATER = {"PARAMCD": "OVRLRESP", "AVISIT": "After 2 weeks"}
OS, PFS, EVENT = {"PARAMCD": "OS"}, {"PARAMCD": "PFS"}, {"AEDECOD": "Fever"}
DEATH = OS | {"CNSR": "0"}
START = line_of("adtte", **DEATH)[1]["STARTDT"]
CELLS = [
    ("adsl", {}, {"AGE": "old"}, "AGE", "whole number, from 0 to 120"),
    ("adsl", {}, {"AGE": "45.5"}, "AGE", "whole number"),
    ("adsl", {}, {"AGE": "-1"}, "AGE", "from 0"),
    ("adsl", {}, {"AGE": "9" * 5000}, "AGE", "whole number"),
    ("adsl", {}, {"AGE": "٣٤"}, "AGE", "whole number"),
    ("adsl", {}, {"SEX": "male"}, "SEX", "one of F, M"),
    ("adsl", {}, {"SEX": "f"}, "SEX", "did you mean F?"),
    ("adsl", {}, {"WBCGR1": "> 30"}, "WBCGR1", "did you mean >30?"),
    ("adsl", {}, {"RISKGR1": "poor "}, "RISKGR1", "did you mean poor?"),
    ("adsl", {}, {"HSCTFL": "yes"}, "HSCTFL", "one of Y, N"),
    ("adsl", {}, {"AGEU": "MONTHS"}, "AGEU", "YEARS"),
    ("adsl", {}, {"TRTSDT": "45397"}, "TRTSDT", "a spreadsheet stores 2024-04-15 so"),
    ("adsl", {}, {"TRTSDT": "15/04/2024"}, "TRTSDT", "a date as 2024-04-15"),
    ("adsl", {}, {"TRTSDT": "2024-02-30"}, "TRTSDT", "a date as"),
    ("adsl", {}, {"TRTSDT": "1066-10-14"}, "TRTSDT", "a date as"),
    ("adsl", {}, {"TRTSDT": "2023-13"}, "TRTSDT", "a date as"),
    ("adsl", {}, {"LSTALVDT": "1999-01-01"}, "LSTALVDT", "from TRTSDT"),
    ("adsl", {}, {"RACE": "a\0b"}, "RACE", "not text"),
    ("adsl", {}, {"USUBJID": ""}, "USUBJID", "without spaces"),
    ("adrs", LATER, {"AVALC": "PR"}, "AVALC", "CR, CRi, NR"),
    ("adrs", {"PARAMCD": "MRDRESP"}, {"AVALC": "Negative"}, "AVALC", "did you mean negative?"),
    ("adrs", {"PARAMCD": "MRDRESP"}, {"PARAMCD": "mrdresp"}, "PARAMCD", "write MRDRESP"),
    ("adrs", RESPONSE, {"AVISIT": "After  rdc"}, "AVISIT", "write After RDC"),
    ("adrs", RESPONSE, {"ADY": "soon"}, "ADY", "whole number"),
    ("adae", EVENT, {"AETOXGR": "6"}, "AETOXGR", "1, 2, 3, 4, 5"),
    ("adae", EVENT, {"AETOXGR": "0"}, "AETOXGR", "1, 2, 3, 4, 5"),
    ("adae", EVENT, {"AETOXGRG": "3+"}, "AETOXGRG", "1-2, 3-4, 5"),
    ("adae", EVENT, {"AETOXGR": "4", "AETOXGRG": "1-2"}, "AETOXGRG", "the group of grade 4"),
    ("adae", EVENT, {"AEDECOD": "fever"}, "AEDECOD", "write Fever"),
    ("adae", EVENT, {"USUBJID": "SYN-002-99999"}, "USUBJID", "no such patient in adsl.csv"),
    ("adtte", OS, {"CNSR": "-1"}, "CNSR", "0 for an event, 1 or more"),
    ("adtte", OS, {"CNSR": "0.5"}, "CNSR", "0 for an event"),
    ("adtte", OS, {"CNSR": ""}, "CNSR", "0 for an event"),
    ("adtte", OS, {"AVAL": "-3"}, "AVAL", "from 0"),
    ("adtte", OS, {"AVAL": "1e999"}, "AVAL", "a number"),
    ("adtte", OS, {"AVAL": "3,5"}, "AVAL", "decimal point"),
    ("adtte", OS, {"AVAL": "30", "AVALU": "", "ADT": ""}, "AVALU", "DAYS, WEEKS or MONTHS"),
    ("adtte", OS, {"AVAL": "30", "AVALU": "day"}, "AVALU", "did you mean DAYS?"),
    ("adtte", OS, {"AVAL": "", "ADT": "2023-05"}, "AVAL", "whole dates in STARTDT and"),
    ("adtte", OS, {"ADT": "1999-12-31"}, "ADT", "from the start"),
    ("adtte", OS, {"ADT": "2024-07-01", "AVAL": "400"}, "ADT", "data cut-off 2024-04-15"),
    ("adtte", OS, {"ADT": "", "AVAL": "4000"}, "AVAL", "data cut-off 2024-04-15"),
    ("adtte", DEATH, {"ADT": START, "AVAL": "500"}, "ADT", "cannot be before LSTALVDT"),
    ("adtte", PFS, {"AVAL": "5000", "AVALU": "DAYS"}, "AVAL", "of overall survival or before"),
]  # fmt: skip


@pytest.mark.parametrize(("table", "where", "cells", "column", "right"), CELLS)
def test_a_wrong_cell_is_named_with_what_would_be_right(folder, table, where, cells, column, right):
    """File, row and column as a spreadsheet shows them."""
    if "LSTALVDT" in right:
        set_alive(folder)
    line = put(folder, table, where, cells)
    found = [f for f in read_folder(folder, LEDGER).faults if (f.row, f.column) == (line, column)]

    found = [f for f in found if f.file == f"{table}.csv"]
    assert found
    assert any(right in f.right for f in found)
    assert all(cells.get(column, "") in f.value for f in found)


def set_alive(folder):
    """Give everyone a whole last day alive, a year from the start."""
    rows = [row | {"LSTALVDT": row["TRTSDT"][:4] + "-12-31"} for row in SMALL.tables["adsl"]]
    write_rows(folder / "adsl.csv", rows)


def test_the_death_of_one_who_is_not_flagged_dead_is_a_contradiction(folder):
    """DTHFL and the event of overall survival tell one story."""
    line, row = line_of("adtte", **DEATH)
    put(folder, "adsl", {"USUBJID": row["USUBJID"]}, {"DTHFL": "N"})

    assert [(f.file, f.row, f.column) for f in read_folder(folder, LEDGER).faults] == [
        ("adtte.csv", line, "CNSR")
    ]


@pytest.mark.parametrize("name", ["OS", "PFS"])
def test_a_patient_without_a_survival_time_is_named(folder, name):
    """Everyone is followed, with or without the event."""
    rows = [r for r in SMALL.tables["adtte"] if (r["USUBJID"], r["PARAMCD"]) != (FIRST, name)]
    write_rows(folder / "adtte.csv", rows)

    (fault,) = read_folder(folder, LEDGER).faults

    assert (fault.file, fault.value) == ("adtte.csv", FIRST)
    assert f"a row of {name}" in fault.right


@pytest.mark.parametrize(
    ("table", "where"),
    [("adsl", {}), ("adtte", OS), ("adrs", RESPONSE)],
)
def test_a_record_that_is_there_twice_is_named(folder, table, where):
    """A second row of the same key would silently win or lose."""
    _, row = line_of(table, **where)
    write_rows(folder / f"{table}.csv", [*SMALL.tables[table], row])

    assert {f.row for f in read_folder(folder, LEDGER).faults} == {len(SMALL.tables[table]) + 2}


@pytest.mark.parametrize("table", SMALL.tables)
def test_a_missing_file_is_named_with_the_nearest_one(folder, table):
    """A name with a capital or a number is a common slip."""
    (folder / f"{table}.csv").rename(folder / f"{table}_v2.csv")

    found = [f for f in read_folder(folder, LEDGER).faults if "no such file" in f.right]

    assert [f.file for f in found] == [f"{table}.csv"]
    assert f"{table}_v2.csv" in found[0].right


def test_a_missing_column_is_named_with_the_nearest_one(folder):
    """Lower case is not the column that ADaM names."""
    path = folder / "adsl.csv"
    path.write_text(path.read_text().replace(",AGE,", ",age ,", 1))

    (fault,) = read_folder(folder, LEDGER).faults

    assert (fault.file, fault.column) == ("adsl.csv", "AGE")
    assert "is it 'age '?" in fault.right


def test_a_table_in_two_formats_is_refused(folder):
    """Nobody could say which one counts."""
    synthetic.write_json(SMALL, folder)

    assert [f.right for f in read_folder(folder, LEDGER).faults] == [
        f"keep one of {t}.csv, {t}.json: a table has one file" for t in sorted(SMALL.tables)
    ]


WHOLE = [
    (lambda b: b.replace(b",", b";"), "put commas", 1),
    (lambda b: b.replace(b",", b"\t"), "put commas", 1),
    (lambda b: b"", "the file is empty", 0),
    (lambda b: b.splitlines()[0] + b"\r\n", "the table is empty", 0),
    (lambda b: b"PK\x03\x04" + b, "a workbook", 0),
    (lambda b: b.replace(b"\r\n", b",more\r\n", 2).replace(b",more\r\n", b"\r\n", 1), "cells", 2),
    (lambda b: b.replace(b"AGEU", b"AGE", 1), "own name", 1),
    (lambda b: b + b'"never closed', "cannot be read as CSV", 8),
    (lambda b: b.replace(b",Y,", b",Y" + b"x" * 200_000 + b",", 1), "field limit", 2),
]


@pytest.mark.parametrize(("change", "right", "row"), WHOLE)
def test_a_file_that_is_not_plain_csv_is_named(folder, change, right, row):
    """One sentence, and no hundred faults that follow from it."""
    path = folder / "adsl.csv"
    path.write_bytes(change(path.read_bytes()))

    found = [
        f for f in read_folder(folder, LEDGER).faults if f.file == "adsl.csv" and right in f.right
    ]

    assert [f.row for f in found] == [row]


ENCODED = [
    ("utf-16", "RDC, 然后", "UTF-16"),
    ("cp1252", "RDC, dés", "Windows-1252"),
    ("gbk", "北京大学人民医院", "GBK"),
    ("big5", "臺灣大學醫院", "Big5"),
    ("shift-jis", "東京大学病院", "Shift-JIS"),
]


@pytest.mark.parametrize(("encoding", "text", "name"), ENCODED)
def test_an_encoding_that_its_content_tells_is_read_and_said(folder, encoding, text, name):
    """The texts of hospitals as China, Taiwan, Japan and western Europe save them."""
    path = folder / "adsl.csv"
    content = path.read_text(encoding="utf-8").replace("RDC, then blinatumomab", text)
    path.write_bytes(content.encode(encoding))

    reading = read_folder(folder, LEDGER)

    assert (reading.faults, reading.notes) == ([], [f"adsl.csv: read as {name}"])
    assert set(reading.tables["ADSL"]["TRT01A"]) == {text}


def test_an_encoding_that_its_content_does_not_tell_is_left_to_its_writer(folder):
    """Two characters are written alike in two encodings: both are named, none is chosen."""
    path = folder / "adsl.csv"
    path.write_bytes(path.read_bytes().replace(b"RDC, then blinatumomab", "缓解".encode("gbk")))

    (fault,) = read_folder(folder, LEDGER).faults

    assert (fault.file, fault.row) == ("adsl.csv", 0)
    assert fault.right.endswith("it can be GBK or Big5")


@pytest.mark.parametrize("ending", [b"\n", b"\r\n", b"\r"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_a_mark_and_any_line_end_are_accepted(folder, mark, ending):
    """A spreadsheet's way of saving is no fault, nor part of the first column's name."""
    for path in folder.iterdir():
        path.write_bytes(mark + path.read_bytes().replace(b"\r\n", ending))

    assert read_folder(folder, LEDGER).faults == []
    assert set(read_cohort(folder, LEDGER).adsl["STUDYID"]) == {synthetic.STUDY}


def test_a_visit_of_another_week_is_another_visit(folder):
    """It differs by a digit only, but nobody misspells a 4 as a 6."""
    path = folder / "adrs.csv"
    path.write_text(path.read_text().replace("Up to 4 weeks", "Up to 6 weeks"))

    assert read_folder(folder, LEDGER).faults == []


def test_a_term_spelled_otherwise_throughout_is_no_zero(folder):
    """Anaemia in every row would make anemia 0 of N without a word."""
    rows = [
        r | {"AEDECOD": r["AEDECOD"].replace("Anemia", "Anaemia")} for r in SMALL.tables["adae"]
    ]
    write_rows(folder / "adae.csv", rows)

    assert {(f.value, f.right) for f in read_folder(folder, LEDGER).faults} == {
        ("Anaemia", "write Anemia")
    }


def test_other_visits_terms_and_parameters_are_no_faults(folder):
    """A real trial has more than the article prints."""
    adrs = SMALL.tables["adrs"][0] | {
        "AVISIT": "After 3 weeks",
        "PARAMCD": "OVRLRESP",
        "AVALC": "PD",
    }
    adae = SMALL.tables["adae"][0] | {"AEDECOD": "Anaphylaxis"}
    adtte = SMALL.tables["adtte"][0] | {"PARAMCD": "PFS2", "AVALU": "YEARS", "CNSR": "x"}
    for name, row in (("adrs", adrs), ("adae", adae), ("adtte", adtte)):
        write_rows(folder / f"{name}.csv", [*SMALL.tables[name], row])

    assert read_folder(folder, LEDGER).faults == []


def test_all_faults_are_listed_at_once_in_order(folder):
    """Nobody mends a folder one message at a time."""
    put(folder, "adsl", {}, {"AGE": "x", "SEX": "y"})
    put(folder, "adae", EVENT, {"AETOXGR": "7"})
    put(folder, "adtte", OS, {"CNSR": "-2"})
    (folder / "adrs.csv").unlink()

    found = read_folder(folder, LEDGER).faults

    assert [f.file for f in found] == ["adae.csv", "adrs.csv", "adsl.csv", "adsl.csv", "adtte.csv"]
    assert found == sorted(found)
    with pytest.raises(CohortError) as refusal:
        read_cohort(folder, LEDGER)
    assert refusal.value.faults == found


def test_a_message_shows_hostile_text_escaped_and_cut(folder):
    """A terminal must not obey what a cell holds."""
    put(folder, "adsl", {}, {"SEX": "\x1b[2J\u202e" + "A" * 5000})

    (fault,) = read_folder(folder, LEDGER).faults

    assert str(fault).startswith("adsl.csv row 2, column SEX: '\\x1b[2J\\u202eAAA")
    assert len(str(fault)) < 250


DOCUMENTS = [
    (b"", "cannot be read"),
    (b"[]", "Dataset-JSON 1.1"),
    (b"{}", "Dataset-JSON 1.1"),
    (b'{"datasetJSONVersion": "1.0", "columns": [], "rows": []}', "Dataset-JSON 1.1"),
    (b'{"datasetJSONVersion": "1.1.0", "columns": [{"name": 3}], "rows": []}', "Dataset-JSON 1.1"),
    (b'{"datasetJSONVersion": "1.1.0", "columns": [{"name": "A"}], "rows": [3]}', "Dataset-JSON"),
    (b'{"datasetJSONVersion": "1.1.0", "columns": [{"name": "A"}], "rows": [[NaN]]}', "NaN"),
    (b'{"datasetJSONVersion": "1.1.0", "columns": [{"name": "A"}], "rows": [[{}]]}', "a text or"),
    (b'{"datasetJSONVersion": "1.1.0", "columns": [{"name": "A"}], "rows": [[1, 2]]}', "2 cells"),
    (b"[" * 100_000, "cannot be read"),
]


@pytest.mark.parametrize(("content", "right"), DOCUMENTS)
def test_a_file_that_is_no_dataset_json_is_named(folder, content, right):
    """The version that is read is 1.1."""
    (folder / "adsl.csv").unlink()
    (folder / "adsl.json").write_bytes(content)

    assert any(
        f.file == "adsl.json" and right in f.right for f in read_folder(folder, LEDGER).faults
    )


def test_lone_surrogates_are_no_text(folder):
    """JSON can escape what no file can hold."""
    (folder / "adsl.csv").unlink()
    synthetic.write_json(SMALL, folder)
    for name in ("adrs", "adae", "adtte"):
        (folder / f"{name}.json").unlink()
    path = folder / "adsl.json"
    path.write_text(path.read_text().replace('"YEARS"', '"\\ud800"', 1))

    (fault,) = read_folder(folder, LEDGER).faults

    assert (fault.row, fault.column) == (1, "AGEU")
    str(fault).encode("utf-8")


def test_a_lone_surrogate_among_codes_is_named(folder):
    """Codes are sorted and grouped before anybody writes them."""
    (folder / "adrs.csv").unlink()
    synthetic.write_json(SMALL, folder)
    for name in ("adsl", "adae", "adtte"):
        (folder / f"{name}.json").unlink()
    path = folder / "adrs.json"
    path.write_text(path.read_text().replace('"OVRLRESP"', '"\\ud800"', 1))

    told = [f for f in read_folder(folder, LEDGER).faults if "half of a pair" in f.right]

    assert [f.column for f in told] == ["PARAMCD"]


@pytest.mark.parametrize("content", [b"", b"HEADER RECORD*******LIBRARY HEADER", b"\0" * 1000])
def test_a_file_that_is_no_sas_transport_is_named(folder, content):
    """By its first bytes."""
    (folder / "adsl.csv").unlink()
    (folder / "adsl.xpt").write_bytes(content)

    assert any(
        f.file == "adsl.xpt" and "cannot be read" in f.right
        for f in read_folder(folder, LEDGER).faults
    )


@pytest.mark.parametrize("content", ["", "[]", '{"origin": "invented"}', "{", '{"origin": ["x"]}'])
def test_a_dataset_json_without_an_origin_is_refused(folder, content):
    """Whether patients are real is never guessed from a broken file."""
    (folder / "dataset.json").write_text(content)

    assert [f.file for f in read_folder(folder, LEDGER).faults] == ["dataset.json"]


def test_a_path_that_is_no_folder_is_named(tmp_path):
    """Neither a missing folder nor a file, nor a folder in the place of a file, is a crash."""
    (tmp_path / "file").touch()
    (tmp_path / "folder/adsl.csv").mkdir(parents=True)

    for path in (tmp_path / "absent", tmp_path / "file"):
        (fault,) = read_folder(path, LEDGER).faults
        assert "cannot be read" in fault.right
    assert len(read_folder(tmp_path / "folder", LEDGER).faults) == 4


def test_a_file_that_may_not_be_read_is_named(folder):
    """Permission is the system's word, and binds this process's root, too."""
    (folder / "adsl.csv").chmod(0)
    run = subprocess.run(
        [Path(sys.executable).with_name("companion"), "validate", str(folder)],
        capture_output=True, text=True, preexec_fn=without_override,
    )  # fmt: skip

    assert run.returncode == 2
    assert f"{folder / 'adsl.csv'}: cannot be read" in run.stdout + run.stderr


@settings(max_examples=30)
@given(st.integers(0, 2**32))
def test_no_mutated_folder_makes_a_traceback(seed):
    """``make bench`` does the same 20,000 times."""
    mutations.survive(mutations.mutate(Random(seed)))  # noqa: S311 - no secret


@settings(max_examples=40)
@given(
    st.sampled_from(["adsl.csv", "adsl.xpt", "adsl.json", "adsl.ndjson"]), st.binary(max_size=300)
)
def test_no_bytes_at_all_make_a_traceback(name, content):
    """Not even those that nobody would call a table."""
    assert not mutations.survive({name: content})


def test_records_of_other_formats_are_counted_from_one(tmp_path):
    """They have no lines."""
    synthetic.write_json(SMALL, tmp_path)
    path = tmp_path / "adsl.json"
    document = json.loads(path.read_text())
    names = [c["name"] for c in document["columns"]]
    document["rows"][4][names.index("SEX")] = "X"
    path.write_text(json.dumps(document))

    assert [(f.row, f.column) for f in read_folder(tmp_path, LEDGER).faults] == [(5, "SEX")]
