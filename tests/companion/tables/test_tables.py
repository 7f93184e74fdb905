"""Tables: the numbers they show, and what their files do to hostile text."""

import csv
import re
from io import StringIO
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from companion import tables
from companion.tables.adverse_events import worst_grade_counts
from companion.tables.comparisons import p_text
from companion.tables.table import inert
from numbercheck.statistics.proportions import interval

LABEL = "Reconstructed cohort: consistent with the article, not its patients"
CUTOFF = "April 15, 2024"
PROVENANCE = tables.Provenance(CUTOFF, LABEL, ("A note.",))
HOSTILE = ("<script>alert(1)</script>", "=cmd|'/C calc'!A0", "\\input{secret}", "$x$", "+1+1", "@x")


def people(n=35):
    """ADSL of a trial without sex, race and sites, as the article leaves them out."""
    return pd.DataFrame(
        {
            "USUBJID": [f"P{i:03d}" for i in range(n)],
            "AGE": pd.array([15 + i % 51 for i in range(n)], dtype="Int64"),
            "SEX": pd.array([None] * n, dtype="str"),
            "RACE": pd.array([None] * n, dtype="str"),
            "SITEID": pd.array([None] * n, dtype="str"),
            "WBCGR1": pd.array([">30" if i < 9 else "<=30" for i in range(n)], dtype="str"),
            "RISKGR1": pd.array(["poor" if i < 17 else "other" for i in range(n)], dtype="str"),
        }
    )


def events(*rows):
    """ADAE rows: patient, term, category, grade group."""
    frame = pd.DataFrame(rows, columns=["USUBJID", "AEDECOD", "AECAT", "AETOXGRG"], dtype="str")
    return frame.assign(TRTEMFL="Y")


SOME = events(
    ("P000", "Fever", "Other non-hematologic", "1-2"),
    ("P000", "Fever", "Other non-hematologic", "3-4"),
    ("P001", "Fever", "Other non-hematologic", "1-2"),
    ("P002", "Anemia", "Hematologic", "3-4"),
    ("P003", "Anemia", "Hematologic", "3-4"),
    ("P004", "Anemia", "Hematologic", "1-2"),
    ("P004", "ICANS", "Blinatumomab related", "1-2"),
)


def results(**counts):
    rows = []
    for measure, (n, total) in counts.items():
        low, high = interval(n, total)
        values = {"n": n, "N": total, "conf_low": 100 * low, "conf_high": 100 * high}
        rows += [(measure, statistic, value) for statistic, value in values.items()]
    return pd.DataFrame(rows, columns=["measure", "statistic", "value"])


def cells(table, label):
    (row,) = [row for row in table.rows if row.label == label]
    return row.cells


def every_table(text="A term"):
    adsl = people().assign(RACE=text, SITEID=text)
    adae = SOME.replace("Fever", text)
    rates = pd.DataFrame(
        [(text, text, 33, 35, 94), (text, "Other", np.nan, 288, 92)],
        columns=["quantity", "trial", "n", "N", "percent"],
    )
    tests = pd.DataFrame(
        [(text, text, text, text, 0.04)],
        columns=["claim", "this_trial", "comparator", "method", "p_value"],
    )
    say = {"provenance": tables.Provenance(text, LABEL, (text,))}
    return {
        "efficacy": tables.efficacy(results(crc_2w=(33, 35)), **say),
        "adverse-events": tables.adverse_events(adae, adsl, **say),
        "adverse-events-descending": tables.adverse_events(adae, adsl, "descending", **say),
        "baseline": tables.baseline(adsl, **say),
        "sites": tables.sites(adsl, **say),
        "trials": tables.trials(rates, **say),
        "comparisons": tables.comparisons(tests, **say),
    }


NAMES = tuple(every_table())


def test_efficacy_is_count_percent_and_interval_as_the_article_prints_it():
    """Table 1 and text 4 of the article, all by Wilson's method."""
    counts = {"blasts_lt5": (11, 33), "crc_2w": (33, 35), "cr_2w": (28, 35), "cri_2w": (5, 35)}
    table = tables.efficacy(results(**counts), provenance=PROVENANCE)

    assert cells(table, "BM blasts < 5%") == ("11 (33%) [20–50]",)
    assert cells(table, "Composite complete remission (CR or CRi)") == ("33 (94%) [81–98]",)
    assert cells(table, "CR") == ("28 (80%) [64–90]",)
    assert cells(table, "CRi") == ("5 (14%) [6–29]",)


def test_a_measure_that_nobody_has_is_absent_not_zero():
    assert cells(tables.efficacy(results(), provenance=PROVENANCE), "CR") == (
        "not reported in the article",
    )
    assert cells(tables.efficacy(results()), "CR") == ("not recorded",)


def test_each_section_names_its_own_denominator():
    table = tables.efficacy(results(blasts_lt5=(11, 33), crc_2w=(33, 35)))

    assert list(dict.fromkeys(row.group for row in table.rows))[:2] == [
        "After RDC, N = 33",
        "After RDC and 2 weeks of blinatumomab, N = 35",
    ]


def test_a_patient_counts_once_per_term_at_the_worst_grade():
    counts = worst_grade_counts(SOME)

    assert counts.loc["Fever", ["1-2", "3-4"]].tolist() == [1, 1]
    assert counts.loc["Anemia", ["1-2", "3-4"]].tolist() == [1, 2]


def test_events_of_others_and_before_treatment_are_left_out():
    adae = pd.concat([SOME, events(("X999", "Fever", "", "3-4"))])
    adae.loc[adae["USUBJID"] == "P001", "TRTEMFL"] = "N"

    assert cells(tables.adverse_events(adae, people()), "Fever") == ("0", "1 (3%)")


def test_the_denominator_is_every_patient_of_adsl():
    """Only 5 of 35 patients have an event; the percentages are of 35."""
    table = tables.adverse_events(SOME, people())

    assert table.stub == "Adverse event, N = 35"
    assert cells(table, "Anemia") == ("1 (3%)", "2 (6%)")


def test_the_articles_order_is_by_category_then_as_listed():
    terms = ("Sepsis", "Fever", "Anemia", "ICANS")
    adae = pd.concat([SOME, events(("P009", "Sepsis", "Other non-hematologic", "3-4"))])
    labels = [row.label for row in tables.adverse_events(adae, people(), terms=terms).rows]

    assert labels == ["Any grade 3–4 event", "Anemia", "ICANS", "Sepsis", "Fever"]


def test_a_listed_term_without_an_event_is_a_row_of_zeros():
    table = tables.adverse_events(SOME, people(), terms=("Rash",))

    assert cells(table, "Rash") == ("0", "0")


def test_descending_order_is_by_any_grade_and_has_its_column():
    table = tables.adverse_events(SOME, people(), "descending")

    assert table.columns == ("Any grade", "Grade 1–2", "Grade 3–4")
    assert [row.label for row in table.rows[1:]] == ["Anemia", "Fever", "ICANS"]
    assert cells(table, "Anemia") == ("3 (9%)", "1 (3%)", "2 (6%)")


@pytest.mark.parametrize(
    ("bound", "shown"),
    [
        (None, "not reported in the article"),
        ((26, 35), "between 26 and 35 (74–100%)"),
        ((30, 30), "30 (86%)"),
    ],
)
def test_any_severe_event_comes_first_as_a_bound(bound, shown):
    table = tables.adverse_events(SOME, people(), any_event=bound, provenance=PROVENANCE)

    assert table.rows[0].label == "Any grade 3–4 event"
    assert table.rows[0].cells == ("", shown)


def test_in_supplied_data_any_severe_event_is_counted_once_per_patient():
    both = pd.concat([SOME, events(("P002", "Fever", "Other non-hematologic", "3-4"))])

    assert tables.adverse_events(both, people()).rows[0].cells == ("", "3 (9%)")


def test_a_fatal_event_has_its_column_and_no_event_a_sentence():
    fatal = pd.concat([SOME, events(("P000", "Fever", "Other non-hematologic", "5"))])
    table = tables.adverse_events(fatal, people())

    assert table.columns == ("Grade 1–2", "Grade 3–4", "Grade 5")
    assert cells(table, "Fever") == ("1 (3%)", "0", "1 (3%)")
    assert not any("No grade 5" in note for note in table.notes)
    assert any("No grade 5" in n for n in tables.adverse_events(SOME, people()).notes)


def test_an_event_without_a_grade_is_shown_apart():
    ungraded = SOME.assign(AETOXGRG=SOME["AETOXGRG"].where(SOME["AEDECOD"] != "ICANS"))
    table = tables.adverse_events(ungraded, people())

    assert table.columns[0] == "Grade not recorded"
    assert cells(table, "ICANS") == ("1 (3%)", "0", "0")


def test_no_event_at_all_is_a_table_too():
    table = tables.adverse_events(SOME.iloc[:0], people(1), terms=("Fever",))

    assert cells(table, "Fever") == ("0", "0")


def test_an_unknown_order_is_refused():
    with pytest.raises(ValueError, match="article or descending"):
        tables.adverse_events(SOME, people(), "alphabetical")


def test_baseline_shows_what_is_known_and_says_what_is_not():
    table = tables.baseline(people(), PROVENANCE)
    shown = {(row.group, row.label): row.cells[0] for row in table.rows}

    assert table.columns == ("N = 35",)
    assert shown["Age, years", "Median (range)"] == "32 (15–49)"
    assert shown["White blood cells at diagnosis", "> 30 × 10⁹/L"] == "9 (26%)"
    assert shown["Genetic risk", "Poor risk"] == "17 (49%)"
    assert shown["Sex", "All groups"] == "not reported in the article"


def test_single_missing_cells_are_counted_as_missing():
    adsl = people(4).assign(SEX=pd.array(["F", "M", "F", None], dtype="str"))
    shown = {r.label: r.cells[0] for r in tables.baseline(adsl).rows if r.group == "Sex"}

    assert shown == {"Female": "2 (50%)", "Male": "1 (25%)", "Missing": "1 (25%)"}


def test_sites_without_names_are_only_counted():
    assert cells(tables.sites(people(), 5, PROVENANCE), "Study sites") == ("5",)
    assert cells(tables.sites(people(), 5, PROVENANCE), "Patients at each site") == (
        "not reported in the article",
    )


def test_sites_with_names_have_their_patients():
    adsl = people(4).assign(SITEID=pd.array(["01", "02", "01", None], dtype="str"))
    table = tables.sites(adsl)

    assert cells(table, "Study sites") == ("2",)
    assert cells(table, "Site 01") == ("2 (50%)",)
    assert cells(table, "Missing") == ("1 (25%)",)


def test_a_trial_without_a_count_has_no_interval():
    table = every_table()["trials"]

    assert [row.cells for row in table.rows] == [("33 (94%)", "35", "81–98"), ("92%", "288", "–")]


@pytest.mark.parametrize(
    ("p", "text", "support"),
    [(0.0001, "<0.001", "yes"), (0.05, "0.050", "no"), (float("nan"), "–", "undefined")],
)
def test_a_test_supports_a_claim_only_below_the_level(p, text, support):
    rows = SimpleNamespace(claim="c", this_trial="0/35", comparator="2%", method="fisher")
    frame = pd.DataFrame([vars(rows) | {"p_value": p}])

    assert p_text(p) == text
    assert tables.comparisons(frame).rows[0].cells == ("0/35", "2%", text, support)


@pytest.mark.parametrize("name", NAMES)
def test_every_file_says_until_when_and_that_the_cohort_is_reconstructed(name, tmp_path):
    tables.write_table(every_table(CUTOFF)[name], tmp_path, name)

    for suffix in ("html", "csv", "tex"):
        text = (tmp_path / f"{name}.{suffix}").read_text(encoding="utf-8")
        assert LABEL in text
        assert suffix == "csv" or f"Data cut-off: {CUTOFF}" in text


@pytest.mark.parametrize("name", NAMES)
def test_every_row_of_a_csv_keeps_the_label(name):
    rows = list(csv.DictReader(StringIO(every_table()[name].csv())))

    assert rows
    assert {row["source"] for row in rows} == {LABEL}


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_becomes_markup_or_a_formula(name, text, tmp_path):
    tables.write_table(every_table(text)[name], tmp_path, name)
    html, latex = ((tmp_path / f"{name}.{s}").read_text(encoding="utf-8") for s in ("html", "tex"))
    cells = [c for row in csv.reader(StringIO(every_table(text)[name].csv())) for c in row]

    assert "<script" not in html
    assert "\\input" not in latex.replace("\\textbackslash{}input", "")
    assert re.search(r"(?<!\\)\$", latex) is None
    assert not any(c.startswith(("=", "+", "-", "@")) for c in cells)


@pytest.mark.parametrize("cell", ["-1.5", "+2", "1e-3", "94%", "", "a=b"])
def test_a_number_or_plain_text_is_left_as_it_is(cell):
    assert inert(cell) == cell


@pytest.mark.parametrize("cell", ["=1", "+a", "-a", "@a", "\t=1", "\r=1"])
def test_what_a_spreadsheet_would_run_is_quoted(cell):
    assert inert(cell) == f"'{cell}"


@pytest.mark.parametrize("name", NAMES)
def test_the_same_table_has_the_same_bytes(name, tmp_path):
    for folder in ("one", "two"):
        tables.write_table(every_table()[name], tmp_path / folder, name)

    for suffix in ("html", "csv", "tex"):
        file = f"{name}.{suffix}"
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "two" / file).read_bytes()


def test_ids_of_one_page_are_its_tables_own(tmp_path):
    """Two tables on one page must not share an id (HTML, 3.2.6)."""
    found = [
        re.findall(r'\bid="([^"]+)"', table.gt(name).as_raw_html())
        for name, table in every_table().items()
    ]
    ids = [i for table in found for i in table]

    assert len(ids) == len(set(ids))


def test_a_row_with_too_few_cells_is_refused():
    with pytest.raises(ValueError, match="one cell for each"):
        tables.DisplayTable("Title", "Row", ("a", "b"), (tables.Row("", "label", ("1",)),))
