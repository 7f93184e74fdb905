"""Where a reconstruction may be written: never over somebody's tables."""

import json
import shutil
from dataclasses import replace

import pytest
from article import COHORT, LEDGER

from companion.cli import main
from companion.cohort.patients import patient_table
from companion.errors import CompanionError
from companion.project import ROOT
from companion.reconstruction import check_target, write_reconstruction
from numbercheck.consistency.construction import Construction

FOLDER = ROOT / "data" / "cohort"


@pytest.mark.parametrize("origin", [None, "trial", "not JSON"])
def test_tables_that_it_did_not_make_are_left_as_they_are(tmp_path, monkeypatch, capsys, origin):
    table = tmp_path / "adsl.csv"
    table.write_text("USUBJID\nours\n", encoding="utf-8")
    if origin:
        content = origin if " " in origin else json.dumps({"origin": origin})
        (tmp_path / "dataset.json").write_text(content, encoding="utf-8")
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}

    monkeypatch.setattr("sys.argv", ["companion", "reconstruct", "--output", str(tmp_path)])
    with pytest.raises(SystemExit, match="2"):
        main()

    assert "adsl.csv, not made by a reconstruction" in capsys.readouterr().err
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_an_earlier_reconstruction_is_replaced_and_other_files_stay(tmp_path):
    folder = shutil.copytree(FOLDER, tmp_path / "cohort")
    (folder / "adsl.csv").write_text("an earlier table", encoding="utf-8")
    (folder / "notes.txt").write_text("ours", encoding="utf-8")
    table = patient_table(COHORT, LEDGER.variables)
    columns = {name: table[name].tolist() for name in table}

    write_reconstruction(LEDGER, Construction(columns, (), (), len(table)), folder, 7)

    assert (folder / "notes.txt").read_text(encoding="utf-8") == "ours"
    assert (folder / "adsl.csv").read_bytes() == (FOLDER / "adsl.csv").read_bytes()
    assert json.loads((folder / "dataset.json").read_text(encoding="utf-8"))["seed"] == 7


def test_no_patients_are_written_into_a_ledger(tmp_path):
    (tmp_path / "claims.csv").write_text("claim\n")

    with pytest.raises(CompanionError, match="holds a ledger; choose another folder"):
        check_target(LEDGER, tmp_path)


def test_a_file_in_place_of_the_folder_is_named(tmp_path):
    (tmp_path / "cohort").write_text("", encoding="utf-8")

    with pytest.raises(CompanionError, match="cohort is a file; choose a folder"):
        check_target(LEDGER, tmp_path / "cohort")


@pytest.mark.parametrize("without", ["age", None], ids=["one variable", "no variables"])
def test_a_ledger_that_does_not_say_where_its_variables_stand_is_refused(tmp_path, without):
    variables = {k: replace(v, source="") for k, v in LEDGER.variables.items() if k == without}
    ledger = replace(LEDGER, variables={**LEDGER.variables, **variables} if without else {})

    with pytest.raises(CompanionError, match=r"no tables can be written.*variables\.csv"):
        check_target(ledger, tmp_path)
