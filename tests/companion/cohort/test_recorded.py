"""Promises on tables that say less than the ledger asks: absent is not zero, nor a match."""

import csv

import mutations
import pandas as pd
import pytest
import tampering
from written import write_rows

from companion.cohort import CohortError, read_cohort, read_folder, unrecorded
from companion.validation import write_mapping_draft

LEDGER = tampering.LEDGER


@pytest.fixture
def folder(tmp_path):
    """Write the committed cohort as supplied tables, after a change to them."""

    def written(change=lambda tables: None):
        tables = {name: [dict(row) for row in rows] for name, rows in tampering.supplied().items()}
        change(tables)
        for name, rows in tables.items():
            write_rows(tmp_path / f"{name.lower()}.csv", rows)
        return tmp_path

    return written


def setting(table, column, value, **where):
    """Change one column of a table, in the rows that have some cells."""

    def change(tables):
        for row in tables[table]:
            if where.items() <= row.items():
                row[column] = value

    return change


def follow_200_days(tables):
    """Censor everyone who is followed for longer."""
    for row in tables["ADTTE"]:
        if row["PARAMCD"] in ("OS", "PFS") and float(row["AVAL"]) > 200:
            row |= {"AVAL": "200", "CNSR": "1"}
    dead = {r["USUBJID"] for r in tables["ADTTE"] if (r["PARAMCD"], r["CNSR"]) == ("OS", "0")}
    for row in tables["ADSL"]:
        row["DTHFL"] = "Y" if row["USUBJID"] in dead else ""


def flag_responses_alone(tables):
    """Mark the records to analyze, of one parameter only."""
    for row in tables["ADRS"]:
        row["ANL01FL"] = "Y" if row["PARAMCD"] == "OVRLRESP" else ""


def seven_gaps(tables):
    """Leave seven things unrecorded that have nothing to do with each other."""
    for change in (
        setting("ADRS", "AVISIT", "After chemo", AVISIT="After RDC"),
        setting("ADRS", "PARAMCD", "OTHER", PARAMCD="RELTYPE"),
        setting("ADSL", "HSCTFL", ""),
        setting("ADSL", "SEX", ""),
        setting("ADSL", "AGE", ""),
        setting("ADAE", "AEDECOD", "Lung", AEDECOD="Pneumonia"),
        setting("ADAE", "AETOXGRG", "", AEDECOD="Fever"),
    ):
        change(tables)


SEVEN = {
    "crc_after_rdc": "After RDC",
    "relapse": "RELTYPE at Relapse",
    "transplant": "HSCTFL is empty for everyone",
    "crc_by_sex": "SEX is empty for everyone",
    "age": "AGE is empty",
    "infections_g34": "Pneumonia",
    "fever_g12": "has no grade",
}
SHORT = {
    "os_12m": "nobody is followed for OS to day 365.25",
    "pfs_12m": "the last is day 200",
}


@pytest.mark.parametrize(
    ("change", "reasons"),
    [
        (seven_gaps, SEVEN),
        (follow_200_days, SHORT),
        (setting("ADRS", "AVISIT", "Cycle 1"), {"crc_2w": "OVRLRESP at After 2 weeks"}),
        (flag_responses_alone, {"mrd_negative_2w": "MRDRESP"}),
    ],
    ids=["seven gaps", "short follow-up", "other visits", "no MRD"],
)
def test_what_the_tables_do_not_record_is_unchecked_and_says_what_is_missing(
    folder, change, reasons
):
    """Through the notebooks' own cells: no number of the measure rests on the data."""
    place = folder(change)
    said = unrecorded(read_cohort(place, LEDGER), LEDGER)
    judged = tampering.judged(place)

    for measure, why in reasons.items():
        rows = [r for r in judged if LEDGER.claims[r.claim].measure == measure]
        assert why in said[measure]
        assert rows
        for row in rows:
            assert row.basis != "data"
            assert why in row.reason
            assert row.basis == "arithmetic" or row.verdict == "unchecked"


def test_a_zero_that_the_tables_state_is_counted(folder):
    """Nobody with Y is 0 where the others have N; a term is 0 where mapping.csv says nobody."""
    place = folder(setting("ADSL", "HSCTFL", "N"))
    assert "transplant" not in unrecorded(read_cohort(place, LEDGER), LEDGER)

    place = folder(setting("ADAE", "AEDECOD", "Other", AEDECOD="Purpura"))
    assert "purpura_g12" in unrecorded(read_cohort(place, LEDGER), LEDGER)
    (place / "mapping.csv").write_text("variable,theirs,ours\nAEDECOD,nobody,Purpura\n")
    assert "purpura_g12" not in unrecorded(read_cohort(place, LEDGER), LEDGER)


def die_in_adsl(tables):
    """Flag someone dead who is alive in overall survival."""
    next(r for r in tables["ADSL"] if r["DTHFL"] != "Y")["DTHFL"] = "Y"


def outlive_death(tables):
    """Censor progression-free survival on the day of a death."""
    rows = tables["ADTTE"]
    dead = next(r for r in rows if (r["PARAMCD"], r["CNSR"]) == ("OS", "0"))
    pfs = next(r for r in rows if (r["PARAMCD"], r["USUBJID"]) == ("PFS", dead["USUBJID"]))
    pfs |= {"AVAL": dead["AVAL"], "CNSR": "1"}


def survive_grade_5(tables):
    """Let an event be fatal to someone who is alive."""
    alive = {r["USUBJID"] for r in tables["ADTTE"] if (r["PARAMCD"], r["CNSR"]) == ("OS", "1")}
    event = next(r for r in tables["ADAE"] if r["USUBJID"] in alive)
    event |= {"AETOXGR": "5", "AETOXGRG": ""}


def dated(aval, unit, last):
    """Give the first time two dates."""

    def change(tables):
        row = next(r for r in tables["ADTTE"] if (r["PARAMCD"], r["CNSR"]) == ("OS", "1"))
        for other in tables["ADTTE"]:
            if other["USUBJID"] == row["USUBJID"] and other["PARAMCD"] in ("OS", "PFS"):
                other |= {"AVAL": aval, "AVALU": unit, "STARTDT": "2022-11-01", "ADT": last}

    return change


CONTRADICTIONS = [
    (die_in_adsl, "CNSR", "Y in DTHFL of adsl.csv, but no death here"),
    (outlive_death, "CNSR", "ends progression-free survival"),
    (survive_grade_5, "AETOXGR", "grade 5 is death"),
    (dated("300", "DAYS", "2024-03-01"), "AVAL", "the days from STARTDT to ADT"),
    (dated("16", "DAYS", "2024-03-01"), "AVAL", "the unit that AVAL has"),
    (setting("ADTTE", "AVAL", "99999", PARAMCD="OS"), "AVAL", "the trial lasted 593 days"),
    (setting("ADTTE", "AVALU", "MONTHS", PARAMCD="OS"), "AVAL", "the trial lasted"),
    (setting("ADTTE", "PARAMCD", "DEATH", PARAMCD="OS"), "PARAMCD", "no record is of OS"),
]


@pytest.mark.parametrize(("change", "column", "right"), CONTRADICTIONS)
def test_tables_that_contradict_each_other_are_refused(folder, change, column, right):
    """Neither of two stories is taken for the true one."""
    found = read_folder(folder(change), LEDGER).faults

    assert any(f.column == column and right in f.right for f in found)


def test_times_that_agree_with_their_dates_are_accepted(folder):
    """Both days counted; months as rounded as they are written."""
    assert read_folder(folder(dated("487", "DAYS", "2024-03-01")), LEDGER).faults == []
    assert read_folder(folder(dated("16.0", "MONTHS", "2024-03-01")), LEDGER).faults == []


def test_a_blank_population_flag_is_not_in_the_population(folder):
    """FASFL = Y is counted, blank is not; another flag is a choice, and the summary says which."""

    def change(tables):
        tables["ADSL"][0] |= {"FASFL": "", "SAFFL": "Y"}

    place = folder(change)
    cohort = read_cohort(place, LEDGER)

    assert (len(cohort.adsl), cohort.population) == (34, "34 of 35 patients of ADSL: FASFL is Y")
    assert len(read_cohort(place, LEDGER, "SAFFL").adsl) == 1
    assert len(read_cohort(place, LEDGER, "all").adsl) == 35
    with pytest.raises(CohortError, match="write one of FASFL, ITTFL, SAFFL, all"):
        read_cohort(place, LEDGER, "PPROTFL")


def test_equal_faults_are_one_line_and_rs_missing_values_are_none(folder):
    """R writes NA for whatever is missing; 35 trailing spaces are one fault to mend."""

    def change(tables):
        for row in tables["ADSL"]:
            row |= {"HSCTFL": "NA", "AGE": "NA", "RISKGR1": "bad "}

    with pytest.raises(CohortError) as refusal:
        read_cohort(folder(change), LEDGER)

    (line,) = str(refusal.value).splitlines()
    assert line.startswith("adsl.csv rows 2, 3, 4 and 32 more, column RISKGR1: 'bad '")


def test_a_draft_maps_what_means_the_same_and_nothing_else(folder):
    """ALT is not AST; a draft changes nothing until somebody has confirmed it."""
    other = {
        "Pneumonia": "PNEUMONIA",
        "Alanine aminotransferase elevation": "Aspartate aminotransferase increased",
        "Diarrhea": "Diarrhoea",
        "Nausea or vomiting": "Nausea",
    }

    def change(tables):
        for row in tables["ADAE"]:
            row["AEDECOD"] = other.get(row["AEDECOD"], row["AEDECOD"])
        for row in tables["ADTTE"]:
            row["PARAMCD"] = {"TTANC": "NEUTREC"}.get(row["PARAMCD"], row["PARAMCD"])

    place = folder(change)
    path = write_mapping_draft(place, read_folder(place, LEDGER), LEDGER)
    drafts = list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))

    assert {(d["theirs"], d["ours"]) for d in drafts} == {
        ("PNEUMONIA", "Pneumonia"),
        ("Diarrhoea", "Diarrhea"),
        ("Nausea", "Nausea or vomiting"),
        ("NEUTREC", "TTANC"),
        ("", "Alanine aminotransferase elevation"),
    }
    assert read_folder(place, LEDGER).faults
    rows = [line for line in path.read_text().splitlines() if not line.startswith("AEDECOD,,")]
    path.write_text("\n".join(rows).replace(",draft", ",") + "\n")
    adae = pd.read_csv(place / "adae.csv")
    recounted = adae[adae["AEDECOD"] == "PNEUMONIA"]["USUBJID"].nunique()
    cohort = read_cohort(place, LEDGER)

    assert cohort.adae[cohort.adae["AEDECOD"] == "Pneumonia"]["USUBJID"].nunique() == recounted > 0
    assert "alt_elevation_g12" in unrecorded(cohort, LEDGER)


@pytest.mark.parametrize("seed", [0, 1, 68, 113])
def test_no_match_with_the_data_that_a_recount_in_pandas_does_not_give(seed, tmp_path):
    """``make bench ONLY=fuzz`` does the same for many more tables."""
    mutations.recount(seed, tmp_path)
