"""Promises of `companion.cohort`: what the tables say is what the patient table says."""

import json
from dataclasses import replace
from random import Random

import pandas as pd
import pytest
import synthetic
from article import LEDGER
from hypothesis import given, settings
from hypothesis import strategies as st
from written import write_rows

from companion.cohort import CohortError, masked, patient_table, read_cohort
from companion.cohort.sources import parse
from companion.reconstruction import write_cohort
from numbercheck.ledger.expressions import Expression
from numbercheck.ledger.records import LedgerError
from numbercheck.ledger.rows import Variable

VARIABLES = LEDGER.variables
TRIAL = synthetic.trial()
SMALL = synthetic.trial(8, seed=3)
FIRST = SMALL.tables["adsl"][0]["USUBJID"]


def plain(column):
    """Values of a column, None where missing."""
    return [None if pd.isna(v) else v for v in column]


@pytest.fixture
def supplied(tmp_path):
    """Write a small trial after a change to its tables, and read it."""

    def read(change=lambda tables: None, ledger=LEDGER):
        tables = {name: [dict(row) for row in rows] for name, rows in SMALL.tables.items()}
        change(tables)
        for name, rows in tables.items():
            write_rows(tmp_path / f"{name}.csv", rows)
        return read_cohort(tmp_path, ledger)

    return read


@pytest.mark.parametrize("form", [*synthetic.WRITERS, "ndjson"])
def test_a_second_trial_is_read_as_it_was_drawn_in_every_format(form, tmp_path):
    """200 patients; several visits and events, three units of time, grade 5, extra everything."""
    if form == "ndjson":
        synthetic.write_json(TRIAL, tmp_path, lines=True)
    else:
        synthetic.WRITERS[form](TRIAL, tmp_path)

    cohort = read_cohort(tmp_path, LEDGER)
    table = patient_table(cohort, VARIABLES)

    assert (len(cohort.adsl), cohort.label) == (200, "")
    assert list(table.index) == list(TRIAL.truth.index)
    assert list(table.columns) == list(VARIABLES)
    for name in VARIABLES:
        assert plain(table[name]) == pytest.approx(plain(TRIAL.truth[name])), name


def draw(seed, n):
    """Any patient table that the variables allow, grades 2, 4 and 5 and the unknown too."""
    random = Random(seed)  # noqa: S311 - draws patients, keeps no secret
    rows = []
    for _ in range(n):
        row = {name: random.choice(v.domain) for name, v in VARIABLES.items()}
        row |= {name: random.choice((0, 1, 2, 3, 4, 5, None)) for name in synthetic.TERMS}
        row |= {name: None for name in ("sex", "mrd_2w", "age") if random.random() < 0.2}
        row["os_time"] = max(row["os_time"], 60)  # nothing happens after the end of follow-up
        row["pfs_time"] = min(row["pfs_time"], row["os_time"])
        fatal = any(row[name] == 5 for name in synthetic.TERMS)
        row["os_event"] = fatal or (row["os_event"] and row["pfs_event"])
        row["pfs_event"] = row["pfs_event"] or row["os_event"]
        rows.append(row)
    rows[0]["fatigue_grade"] = 1
    table = pd.DataFrame(rows, index=[f"T-{i:02d}" for i in range(n)], dtype=object)
    for name, variable in VARIABLES.items():
        if variable.evaluable.text:
            types = {"integer": "Int64", "grade": "Int64", "flag": "boolean", "category": "str"}
            operands = {c: types[VARIABLES[c].type] for c in variable.evaluable.names}
            seen = masked(table[list(operands)].astype(operands))
            table[name] = table[name].where(variable.evaluable.select(seen, n), None)
    return table


@settings(max_examples=6)
@given(st.integers(0, 10**6), st.integers(3, 12))
def test_what_is_written_is_read_back(tmp_path_factory, seed, n):
    """`write_cohort` is the inverse of `patient_table`."""
    table, directory = draw(seed, n), tmp_path_factory.mktemp("cohort")
    write_cohort(table, LEDGER, directory, {"origin": "reconstructed", "study": "T"})

    again = patient_table(read_cohort(directory, LEDGER), VARIABLES)

    assert {name: plain(again[name]) for name in VARIABLES} == {
        name: plain(table[name]) for name in VARIABLES
    }


def test_the_same_patients_in_another_order_are_the_same_bytes(tmp_path):
    """Sorted by patient, line ends LF, in UTF-8 without a mark."""
    table = draw(1, 12)
    dataset = {"study": "T", "origin": "reconstructed"}
    write_cohort(table, LEDGER, tmp_path / "a", dataset)
    write_cohort(
        table.iloc[::-1][list(table)[::-1]],
        LEDGER,
        tmp_path / "b",
        dict(reversed(dataset.items())),
    )
    files = sorted(p.name for p in (tmp_path / "a").iterdir())

    assert files == ["adae.csv", "adrs.csv", "adsl.csv", "adtte.csv", "dataset.json"]
    for name in files:
        content = (tmp_path / "a" / name).read_bytes()
        assert content == (tmp_path / "b" / name).read_bytes()
        assert b"\r" not in content
        assert not content.startswith(b"\xef\xbb\xbf")


@pytest.mark.parametrize(
    "change",
    [
        {"marrow_after_rdc": True, "blasts_ge5": None},
        {"marrow_after_rdc": False, "blasts_ge5": True},
        {"relapse": None},
    ],
)
def test_what_the_tables_cannot_say_is_not_written(tmp_path, change):
    """A patient evaluated without a result would be read back as not evaluated."""
    table = draw(1, 4)
    for name, value in change.items():
        table.loc["T-02", name] = value

    with pytest.raises(ValueError, match=f"{next(iter(change))} of T-02"):
        write_cohort(table, LEDGER, tmp_path, {"origin": "supplied"})


def test_a_patient_written_twice_is_refused(tmp_path):
    """Each USUBJID is one patient."""
    table = draw(1, 4)

    with pytest.raises(ValueError, match="USUBJID twice"):
        write_cohort(pd.concat([table, table]), LEDGER, tmp_path, {})


def test_a_reconstructed_cohort_says_so(tmp_path):
    """Its label is on every display, also where dataset.json forgot it."""
    write_cohort(draw(1, 4), LEDGER, tmp_path, {"origin": "reconstructed"})
    assert read_cohort(tmp_path, LEDGER).label.startswith("Reconstructed cohort")

    (tmp_path / "dataset.json").write_text('{"origin": "reconstructed", "label": "Made up"}')
    assert read_cohort(tmp_path, LEDGER).label == "Made up"

    (tmp_path / "dataset.json").unlink()
    assert read_cohort(tmp_path, LEDGER).label == ""


def test_what_the_article_does_not_print_is_left_empty(tmp_path):
    """No made-up site, race or date."""
    write_cohort(draw(1, 6), LEDGER, tmp_path, {"origin": "reconstructed"})
    cohort = read_cohort(tmp_path, LEDGER)

    assert cohort.adsl[["SITEID", "RACE", "TRTSDT", "LSTALVDT", "HSCTDY"]].isna().all(axis=None)
    assert cohort.adtte[["STARTDT", "ADT", "EVNTDESC"]].isna().all(axis=None)


def test_extra_columns_parameters_visits_and_screening_failures_are_kept_out(supplied):
    """What the ledger does not know takes no part."""
    cohort = supplied()

    assert "BMI" not in cohort.adsl
    assert set(cohort.adrs["AVISIT"]) <= {"After RDC", "After 2 weeks", "Up to 4 weeks", "Relapse"}
    assert "BMBLAST" not in set(cohort.adrs["PARAMCD"])
    assert set(cohort.adtte["PARAMCD"]) <= {"OS", "PFS", "TTCR", "TTANC"}


def test_patients_are_those_of_the_full_analysis_set(supplied):
    """N counts FASFL = Y, or everyone when no one has the flag; no other table counts others."""

    def screen_out(tables):
        tables["adsl"][0] |= {"FASFL": "N", "SAFFL": "N"}

    def drop_flags(tables):
        for row in tables["adsl"]:
            row |= {"FASFL": "", "SAFFL": ""}

    cohort = supplied(screen_out)
    assert len(cohort.adsl) == 7
    for table in (cohort.adsl, cohort.adrs, cohort.adae, cohort.adtte):
        assert FIRST not in set(table["USUBJID"])
    assert len(supplied(drop_flags).adsl) == 8


def test_text_stays_text(supplied):
    """A site 001 is no number, a race NA not missing, a formula nothing but its letters."""

    def change(tables):
        tables["adsl"][0] |= {"SITEID": "001", "RACE": "NA"}
        tables["adsl"][1] |= {"SITEID": "None", "RACE": '=HYPERLINK("x")'}

    adsl = supplied(change).adsl.set_index("USUBJID")
    first, second = (SMALL.tables["adsl"][i]["USUBJID"] for i in (0, 1))

    assert list(adsl.loc[first, ["SITEID", "RACE"]]) == ["001", "NA"]
    assert list(adsl.loc[second, ["SITEID", "RACE"]]) == ["None", '=HYPERLINK("x")']


def test_a_partial_date_is_kept_and_never_completed(supplied):
    """ADaM imputes with a flag (--DTF) only; the companion imputes nothing."""

    def change(tables):
        for row in tables["adsl"]:
            row["LSTALVDT"] = "2023-05"

    assert set(supplied(change).adsl["LSTALVDT"]) == {"2023-05"}


def test_a_row_order_of_its_own_changes_nothing(supplied):
    """A file's order is no fact."""
    forward = patient_table(supplied(), VARIABLES)
    backward = patient_table(
        supplied(lambda tables: [rows.reverse() for rows in tables.values()]), VARIABLES
    )

    pd.testing.assert_frame_equal(forward, backward)


EVENTS = [
    ([("2", ""), ("4", ""), ("1", "")], 4),
    ([("", "1-2")], 1),
    ([("", "1-2"), ("", "3-4")], 3),
    ([("5", "5"), ("", "3-4")], 5),
    ([("", "")], None),  # an event of unknown grade is neither 0 nor any grade
    ([("", ""), ("2", "")], 2),
    ([], 0),
]


def let_die(tables):
    """Let whoever has a fatal event be dead, in every table."""
    fatal = {r["USUBJID"] for r in tables["adae"] if r["AETOXGR"] == "5"}
    for row in tables["adtte"]:
        if row["USUBJID"] in fatal and row["PARAMCD"] in ("OS", "PFS"):
            row["CNSR"] = "0"
    for row in tables["adsl"]:
        row["DTHFL"] = "Y" if row["USUBJID"] in fatal else row["DTHFL"]


def let_live(tables):
    """Take away every death, wherever it stands."""
    tables["adae"] = [r for r in tables["adae"] if r["AETOXGR"] != "5"]
    for row in tables["adsl"]:
        row["DTHFL"] = ""


@pytest.mark.parametrize(("rows", "worst"), EVENTS)
def test_a_patient_counts_once_per_term_at_the_worst_grade(supplied, rows, worst):
    """The grade, else the lowest of its group; 0 without an event, for the whole of ADSL."""

    def change(tables):
        others = [r for r in tables["adae"] if (r["USUBJID"], r["AEDECOD"]) != (FIRST, "Rash")]
        new = [
            {"USUBJID": FIRST, "AEDECOD": "Rash", "AETOXGR": g, "AETOXGRG": group, "TRTEMFL": "Y"}
            for g, group in rows
        ]
        tables["adae"] = others + new
        let_die(tables)

    table = patient_table(supplied(change), VARIABLES)

    assert plain(table["rash_grade"])[list(table.index).index(FIRST)] == worst
    assert len(table) == 8


def test_grade_and_group_are_both_there_whichever_was_given(supplied):
    """Displays read the group, comparisons the grade."""

    def change(tables):
        for i, row in enumerate(tables["adae"]):
            row["AETOXGRG" if i % 2 else "AETOXGR"] = ""

    adae = supplied(change).adae
    groups = {1: "1-2", 2: "1-2", 3: "3-4", 4: "3-4", 5: "5"}

    assert [groups[g] for g in adae["AETOXGR"]] == list(adae["AETOXGRG"])


def test_events_before_treatment_are_not_counted(supplied):
    """TRTEMFL = N takes no part; without any flag every event does."""

    def unflag(tables):
        for row in tables["adae"]:
            row["TRTEMFL"] = ""

    assert len(supplied(unflag).adae) > len(supplied().adae)


TIMES = [
    ({"AVAL": "70", "AVALU": "DAYS"}, 70),
    ({"AVAL": "70.5", "AVALU": "DAYS"}, 70.5),
    ({"AVAL": "10", "AVALU": "WEEKS"}, 70),
    ({"AVAL": "2", "AVALU": "MONTHS"}, 60.875),
    ({"AVAL": "", "AVALU": "", "STARTDT": "2023-01-01", "ADT": "2023-01-01"}, 1),
    ({"AVAL": "", "AVALU": "", "STARTDT": "2023-01-01", "ADT": "2023-03-11"}, 70),
]


@pytest.mark.parametrize(("cells", "days"), TIMES)
def test_times_are_days_whatever_their_unit(supplied, cells, days):
    """365.25 / 12 days a month; from dates by the study-day rule, the first day being 1."""

    def change(tables):
        let_live(tables)
        for row in tables["adtte"]:
            row["CNSR"] = "1" if row["PARAMCD"] == "OS" else row["CNSR"]
            if row["USUBJID"] == FIRST and row["PARAMCD"] in ("OS", "PFS"):
                row |= {"STARTDT": "", "ADT": ""} | cells
            if row["USUBJID"] == FIRST and row["PARAMCD"] in ("TTCR", "TTANC"):
                row["CNSR"] = "1"

    cohort = supplied(change)

    assert patient_table(cohort, VARIABLES).loc[FIRST, "os_time"] == days
    assert set(cohort.adtte["AVALU"]) == {"DAYS"}


def test_the_length_of_a_month_is_a_parameter(supplied):
    """The ledger's assumption days_per_month has alternatives."""

    def change(tables):
        for row in tables["adtte"]:
            if row["PARAMCD"] in ("OS", "PFS"):
                row |= {"AVAL": "2", "AVALU": "MONTHS", "ADT": ""}
        for row in tables["adsl"]:
            row["LSTALVDT"] = ""

    month = replace(LEDGER.assumptions["month"], value="30")
    shorter = replace(LEDGER, assumptions={**LEDGER.assumptions, "month": month})
    table = patient_table(supplied(change, shorter), VARIABLES)

    assert set(table["os_time"]) == {60}


def test_only_a_censoring_of_zero_is_an_event(supplied):
    """CNSR = 2 is a reason of censoring, where 1 - CNSR would make it an event."""

    def change(tables):
        let_live(tables)
        for row in tables["adtte"]:
            row["CNSR"] = {"OS": "2", "PFS": "0"}.get(row["PARAMCD"], row["CNSR"])

    table = patient_table(supplied(change), VARIABLES)

    assert not table["os_event"].any()
    assert table["pfs_event"].all()


def test_a_time_that_was_censored_is_no_time_to_the_event(supplied):
    """Neutrophils that had not recovered by day 60 did not recover on day 60."""

    def change(tables):
        for row in tables["adtte"]:
            row["CNSR"] = "1" if row["PARAMCD"] == "TTANC" else row["CNSR"]

    assert patient_table(supplied(), VARIABLES)["neutrophil_recovery"].notna().any()
    assert patient_table(supplied(change), VARIABLES)["neutrophil_recovery"].isna().all()


VISIT = {"PARAMCD": "OVRLRESP", "AVISIT": "After 2 weeks"}
RELAPSE = {"PARAMCD": "RELTYPE", "AVISIT": "Relapse"}
RECORDS = [
    (VISIT, [("CR", "10", ""), ("NR", "14", "")], "response_2w", "NR"),
    (VISIT, [("CR", "14", ""), ("NR", "", "")], "response_2w", "CR"),
    (VISIT, [("CR", "10", "Y"), ("NR", "14", "")], "response_2w", "CR"),
    (VISIT, [("CR", "-3", ""), ("NR", "-14", "")], "response_2w", "CR"),
    (RELAPSE, [("MRD", "300", ""), ("CNS", "200", "")], "relapse", "CNS"),
    (RELAPSE, [("MRD", "", ""), ("CNS", "200", "")], "relapse", "CNS"),
]


@pytest.mark.parametrize(("key", "records", "variable", "value"), RECORDS)
def test_of_several_records_one_is_analyzed(supplied, key, records, variable, value):
    """ANL01FL = Y, then the last by ADY; of relapses the first, a later one is another."""
    flagged = any(flag for *_, flag in records)

    def change(tables):
        others = [r for r in tables["adrs"] if not {"USUBJID": FIRST, **key}.items() <= r.items()]
        last = {(r["USUBJID"], r["PARAMCD"], r["AVISIT"]): r for r in others}
        others = [r | {"ANL01FL": "Y"} for r in last.values()] if flagged else others
        tables["adrs"] = others + [
            {"USUBJID": FIRST, **key, "AVALC": v, "ADY": day, "ANL01FL": flag}
            for v, day, flag in records
        ]

    assert patient_table(supplied(change), VARIABLES).loc[FIRST, variable] == value


def test_a_measure_counts_what_its_expression_selects(supplied):
    """The patient table and `masked` are what `Expression.select` takes."""
    cohort = supplied()
    columns = masked(patient_table(cohort, VARIABLES))
    crc = LEDGER.measures["crc_2w"].where.select(columns, len(cohort.adsl))

    assert crc.sum() == sum(v in ("CR", "CRi") for v in SMALL.truth["response_2w"])


@pytest.mark.parametrize(
    "source", ["ADSL", "ADLB.HGB", "ADTTE.OS years", "ADRS.OVRLRESP", "ADSL.BMI"]
)
def test_a_source_outside_the_grammar_is_named(supplied, source):
    """A misspelled source must not become an empty column."""
    variable = Variable("odd", "Odd", "integer", "0..9", "", Expression(""), source)

    with pytest.raises(LedgerError, match="odd"):
        patient_table(supplied(), {"odd": variable})


def test_a_source_with_signs_of_its_own_is_read_to_its_end():
    """Codes hold = and %, terms hold spaces."""
    assert parse(VARIABLES["blasts_ge5"]).codes == (">=5%",)
    assert parse(VARIABLES["crc_after_rdc"]).codes == ("CR", "CRi")
    assert parse(VARIABLES["alt_elevation_grade"]).name == "Alanine aminotransferase elevation"
    assert parse(VARIABLES["relapse"]).default == "none"


def test_every_fault_is_in_the_message(supplied):
    """Equal faults of a column are one line, so that a folder is mended in one go."""

    def change(tables):
        tables["adsl"][0]["AGE"] = "old"
        tables["adtte"][0]["CNSR"] = "-1" if tables["adtte"][0]["PARAMCD"] != "EFS" else "0"
        tables["adtte"][1]["CNSR"] = "-1"

    with pytest.raises(CohortError) as refusal:
        supplied(change)

    assert "adtte.csv rows 2, 3, column CNSR: '-1': write 0" in str(refusal.value)
    assert "adsl.csv row 2, column AGE: 'old'" in str(refusal.value)


def test_dataset_json_is_written_whole(tmp_path):
    """Seed, source and what was given up are for the report."""
    dataset = {"origin": "reconstructed", "seed": 0, "given_up": [{"claim": "a", "reason": "b"}]}
    write_cohort(draw(2, 4), LEDGER, tmp_path, dataset)

    assert json.loads((tmp_path / "dataset.json").read_text()) == dataset
