"""Promises of grades: however they are written, and grade 5 is grade 3 or higher."""

import pandas as pd
import pytest
import tampering

from companion.cohort import read_cohort, read_folder

SEVERE = ("Cytokine release syndrome", "Sepsis", "Neutropenia")


def events(tables, column, grade):
    """Tables in which the patient who died has three events of a grade, in one column."""
    (dead,) = (r["USUBJID"] for r in tables["ADTTE"] if (r["PARAMCD"], r["CNSR"]) == ("OS", "0"))
    kept = [
        r for r in tables["ADAE"] if (r["USUBJID"], r["AEDECOD"]) not in {(dead, t) for t in SEVERE}
    ]
    cells = {"USUBJID": dead, "AETOXGRG": "", "AETOXGR": "", "TRTEMFL": "Y"}
    added = [cells | {"AEDECOD": term, column: grade} for term in SEVERE]
    rows = [{k: v for k, v in row.items() if k != "STUDYID"} for row in [*kept, *added]]
    return tables | {"ADAE": rows}


def write(tables, folder):
    """Write tables with the columns that they have."""
    folder.mkdir(exist_ok=True)
    for name, rows in tables.items():
        pd.DataFrame(rows).to_csv(folder / f"{name.lower()}.csv", index=False)
    return folder


@pytest.mark.parametrize("grade", ["3", "3.0", "GRADE 3", "Grade 3", "grade 3.0"])
def test_a_grade_is_read_however_it_is_written(tmp_path, grade):
    """A number, a number of SAS, or a word before it."""
    place = write(events(tampering.supplied(), "AETOXGR", grade), tmp_path)
    adae = read_cohort(place, tampering.LEDGER).adae

    assert (adae["AETOXGR"][adae["AEDECOD"] == "Sepsis"] == 3).all()


def test_the_analysis_grade_stands_in_for_the_collected_one(tmp_path):
    """ATOXGR of the ADaM guide, where there is no AETOXGR; the reader is told."""
    adae = tampering.supplied()["ADAE"]
    renamed = [{**row, "ATOXGR": "GRADE 4", "AETOXGRG": ""} for row in adae]
    tables = tampering.supplied() | {"ADAE": renamed}
    for row in tables["ADAE"]:
        del row["AETOXGR"]
    folder = write(tables, tmp_path)

    assert set(read_cohort(folder, tampering.LEDGER).adae["AETOXGR"]) == {4}
    said = read_folder(folder, tampering.LEDGER).notes
    assert said == ["adae.csv: the grade is read from ATOXGR"]


def test_grade_3_or_higher_includes_death_in_every_count_and_comparison(tmp_path):
    """Grade 3–4 does not: each label says what it counts."""
    alive = write(events(tampering.supplied(), "AETOXGR", "1"), tmp_path / "alive")
    before = {(r.measure, r.statistic): r.value for r in tampering.results(alive)}
    fatal = write(events(tampering.supplied(), "AETOXGR", "5"), tmp_path / "fatal")
    after = {(r.measure, r.statistic): r.value for r in tampering.results(fatal)}

    for measure in ("infections_ge3", "neutropenia_ge3", "crs_ge3"):
        assert after[measure, "n"] == before[measure, "n"] + 1
    for measure in ("infections_g34", "neutropenia_g34", "crs_g34"):
        assert after[measure, "n"] == before[measure, "n"]
    for measure in ("infections_v_mdacc", "crs_g34_v_tower"):
        assert after[measure, "p_value"] != before[measure, "p_value"]
