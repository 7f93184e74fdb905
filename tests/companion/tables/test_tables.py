"""Tables: the numbers they show, and what their files do to hostile text."""

import csv
import re
from io import StringIO

import numpy as np
import pandas as pd
import pytest

from companion import tables
from companion.captions import p_text
from companion.layouts import DisplayLayout, LayoutRow
from companion.results import Results
from companion.tables.table import inert

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


def results(**counts):
    """Results that count k of n for each measure."""
    found = Results("constructed")
    for measure, (n, total) in counts.items():
        found.proportion(measure, n, total)
    return found


def layout(*rows, title="Table", note=""):
    """A layout with rows of group, label, measure, statistic and code."""
    return DisplayLayout(title, note, tuple(LayoutRow("table", *row) for row in rows))


SOME = results(
    anemia_g12=(1, 35), anemia_g34=(2, 35), icans_g12=(1, 35), icans_g34=(0, 35),
    fever_g12=(1, 35), fever_g34=(1, 35),
)  # fmt: skip
TERMS = layout(
    ("Hematologic", "Anemia", "anemia_g12|anemia_g34"),
    ("Blinatumomab related", "ICANS", "icans_g12|icans_g34"),
    ("Other non-hematologic", "Fever", "fever_g12|fever_g34"),
)
RESPONSE = layout(
    ("After RDC", "BM blasts < 5%", "blasts_lt5"),
    ("After 2 weeks", "CRc", "crc_2w"),
    ("After 2 weeks", "CR", "cr_2w"),
    ("After 2 weeks", "CRi", "cri_2w"),
)
BASELINE = layout(
    ("Age, years", "Median (range)", "age"),
    ("Sex", "Female", "", "", "SEX = F"),
    ("Sex", "Male", "", "", "SEX = M"),
    ("Race", "", "", "", "RACE"),
    ("White blood cells", "> 30", "wbc_gt30", "", "WBCGR1 = >30"),
    ("White blood cells", "≤ 30", "", "", "WBCGR1 = <=30"),
    ("Genetic risk", "Poor risk", "", "", "RISKGR1 = poor"),
    ("Genetic risk", "Other", "", "", "RISKGR1 = other"),
    ("Further characteristics", "Immunophenotype"),
)
RATES = ["quantity", "trial", "measure", "n", "N", "percent"]


def cells(table, label):
    (row,) = [row for row in table.rows if row.label == label]
    return row.cells


def a_test(text="A claim", p=0.04, similar=False):
    """One comparison with a published rate."""
    row = {"claim": text, "counted": "early_deaths", "n": 0, "N": 35, "rate": "2%", "p_value": p}
    row |= {"against": "intensive_mortality", "statistic": "min", "method": text}
    row |= {"similar": similar}
    return pd.DataFrame([row])


def every_table(text="A term"):
    adsl = people().assign(RACE=text, SITEID=text)
    rates = [(text, text, "crc_2w", 33.0, 35.0, 94.0), (text, "Other", "", np.nan, 288.0, 92.0)]
    term, response = layout((text, text, "fever_g12|fever_g34")), layout((text, text, "crc_2w"))
    say = {"provenance": tables.Provenance(text, LABEL, (text,))}
    return {
        "efficacy": tables.efficacy(results(crc_2w=(33, 35)), response, **say),
        "adverse-events": tables.adverse_events(SOME, term, **say),
        "adverse-events-descending": tables.adverse_events(SOME, term, "descending", **say),
        "baseline": tables.baseline(results(), adsl, BASELINE, **say),
        "sites": tables.sites(results(), adsl, layout(title=text, note=text), **say),
        "trials": tables.trials(pd.DataFrame(rates, columns=RATES), **say),
        "comparisons": tables.comparisons(a_test(text), **say),
    }


NAMES = tuple(every_table())


def test_efficacy_is_count_percent_and_interval_as_the_article_prints_it():
    """Table 1 and text 4 of the article, all by Wilson's method."""
    counts = {"blasts_lt5": (11, 33), "crc_2w": (33, 35), "cr_2w": (28, 35), "cri_2w": (5, 35)}
    table = tables.efficacy(results(**counts), RESPONSE, provenance=PROVENANCE)

    assert cells(table, "BM blasts < 5%") == ("11 (33%) [20–50]",)
    assert cells(table, "CRc") == ("33 (94%) [81–98]",)
    assert cells(table, "CR") == ("28 (80%) [64–90]",)
    assert cells(table, "CRi") == ("5 (14%) [6–29]",)


def test_a_measure_that_nobody_has_is_absent_not_zero():
    assert cells(tables.efficacy(results(), RESPONSE, provenance=PROVENANCE), "CR") == (
        "not reported in the article",
    )
    assert cells(tables.efficacy(results(), RESPONSE), "CR") == ("not recorded",)


def test_each_section_names_its_own_denominator():
    table = tables.efficacy(results(blasts_lt5=(11, 33), cr_2w=(28, 35)), RESPONSE)

    assert list(dict.fromkeys(row.group for row in table.rows)) == [
        "After RDC, N = 33",
        "After 2 weeks, N = 35",
    ]


def test_each_number_of_a_cell_names_its_result():
    """Seen in the HTML; the text is that of the CSV."""
    table = tables.efficacy(results(cr_2w=(28, 35)), layout(("After 2 weeks", "CR", "cr_2w")))
    shown = re.findall(r'data-measure="(\w+)" data-statistic="(\w+)">([^<]*)<', table.html())

    assert shown == [
        ("cr_2w", "N", "35"),
        ("cr_2w", "n", "28"),
        ("cr_2w", "percent", "80%"),
        ("cr_2w", "conf_low", "64"),
        ("cr_2w", "conf_high", "90"),
    ]
    assert "28 (80%) [64–90]" in table.csv()
    assert "data-measure" not in table.csv() + table.gt().as_latex()


def test_a_csv_has_counts_and_percentages_as_numbers_in_columns_of_their_own():
    """A spreadsheet computes with them; the cell as printed stands beside."""
    efficacy = tables.efficacy(results(cr_2w=(28, 35)), layout(("After 2 weeks", "CR", "cr_2w")))
    events = tables.adverse_events(SOME, TERMS)
    (row,) = csv.DictReader(StringIO(efficacy.csv()))
    rows = {r["Adverse event, N = 35"]: r for r in csv.DictReader(StringIO(events.csv()))}

    assert (row["n"], row["%"]) == ("28", "80")
    assert {(r["Grade 1–2, n"] == "0") == (r["Grade 1–2, %"] == "0") for r in rows.values()} == {
        True
    }
    assert any(r["Grade 1–2, n"] not in ("", "0") for r in rows.values())


def test_adverse_events_have_the_denominator_of_their_results():
    """Only few of 35 patients have an event; the percentages are of 35."""
    table = tables.adverse_events(SOME, TERMS)

    assert table.stub == "Adverse event, N = 35"
    assert cells(table, "Anemia") == ("1 (3%)", "2 (6%)")
    assert cells(table, "ICANS") == ("1 (3%)", "0")


def test_descending_order_is_by_any_grade_and_has_its_column():
    table = tables.adverse_events(SOME, TERMS, "descending")

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
    table = tables.adverse_events(SOME, TERMS, any_event=bound, provenance=PROVENANCE)

    assert table.rows[0].label == "Any grade 3–4 event"
    assert table.rows[0].cells == ("", shown)


def test_where_any_severe_event_was_counted_the_count_stands():
    counted = results(fever_g12=(1, 35), fever_g34=(1, 35), any_event_g34=(3, 35))

    fever = layout(("Other", "Fever", "fever_g12|fever_g34"))
    assert tables.adverse_events(counted, fever).rows[0].cells == ("", "3 (9%)")


def test_what_the_article_prints_otherwise_stands_beside_the_result():
    """CRS, grade 1–2: 16 of 35 is 46%, the article prints 45%."""
    crs = layout(("Blinatumomab related", "CRS", "crs_g12|crs_g34"))
    printed = {("crs_g12", "percent"): "45%"}
    table = tables.adverse_events(results(crs_g12=(16, 35), crs_g34=(3, 35)), crs, printed=printed)

    assert cells(table, "CRS") == ("16 (46%) [printed: 45%]", "3 (9%)")


def test_a_fatal_event_has_its_column_and_no_event_a_sentence():
    fever = layout(("Other", "Fever", "fever_g12|fever_g34"))
    fatal = results(fever_g12=(1, 35), fever_g34=(0, 35), fever_g5=(1, 35))
    table = tables.adverse_events(fatal, fever)

    assert table.columns == ("Grade 1–2", "Grade 3–4", "Grade 5")
    assert cells(table, "Fever") == ("1 (3%)", "0", "1 (3%)")
    assert not any("No grade 5" in note for note in table.notes)
    assert any("No grade 5" in n for n in tables.adverse_events(SOME, fever).notes)


def test_an_event_without_a_grade_is_shown_apart():
    icans = layout(("Other", "ICANS", "icans_g12|icans_g34"))
    ungraded = results(icans_g12=(0, 35), icans_g34=(0, 35), icans_ungraded=(1, 35))
    table = tables.adverse_events(ungraded, icans)

    assert table.columns[0] == "Grade not recorded"
    assert cells(table, "ICANS") == ("1 (3%)", "0", "0")


def test_no_term_at_all_is_a_table_too():
    """Of a trial without adverse events, whose ledger names none."""
    table = tables.adverse_events(results(), layout())

    assert [row.label for row in table.rows] == ["Any grade 3–4 event"]
    assert table.stub == "Adverse event, N = –"


def test_an_unknown_order_is_refused():
    with pytest.raises(ValueError, match="article or descending"):
        tables.adverse_events(SOME, TERMS, "alphabetical")


def test_baseline_shows_what_is_known_and_says_what_is_not():
    found = results(wbc_gt30=(9, 35))
    found.quantiles("age", people()["AGE"], 7, "median", "min", "max")
    table = tables.baseline(found, people(), BASELINE, PROVENANCE)
    shown = {(row.group, row.label): row.cells[0] for row in table.rows}

    assert table.columns == ("N = 35",)
    assert shown["Age, years", "Median (range)"] == "32 (15–49)"
    assert shown["White blood cells", "> 30"] == "9 (26%)"
    assert shown["White blood cells", "≤ 30"] == "26 (74%)"
    assert shown["Genetic risk", "Poor risk"] == "17 (49%)"
    assert shown["Sex", "All groups"] == "not reported in the article"
    assert shown["Further characteristics", "Immunophenotype"] == "not reported in the article"


def test_supplied_patients_lack_no_row_of_the_reconstructed_ones_alone():
    labels = {row.label for row in tables.baseline(results(), people(), BASELINE).rows}

    assert "Immunophenotype" not in labels


def test_single_missing_cells_are_counted_as_missing_and_other_codes_as_they_are():
    adsl = people(5).assign(SEX=pd.array(["F", "M", "F", None, "U"], dtype="str"))
    rows = tables.baseline(results(), adsl, BASELINE).rows

    assert {r.label: r.cells[0] for r in rows if r.group == "Sex"} == {
        "Female": "2 (40%)",
        "Male": "1 (20%)",
        "U": "1 (20%)",
        "Missing": "1 (20%)",
    }


def test_sites_without_names_are_only_counted():
    table = tables.sites(results(), people(), layout(), 5, PROVENANCE)

    assert cells(table, "Study sites") == ("5",)
    assert cells(table, "Patients at each site") == ("not reported in the article",)


def test_sites_with_names_have_their_patients():
    adsl = people(4).assign(SITEID=pd.array(["01", "02", "01", None], dtype="str"))
    found = results()
    found.add("sites", "value", 2)
    table = tables.sites(found, adsl, layout())

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
    assert p_text(p) == text
    assert tables.comparisons(a_test(p=p)).rows[0].cells == ("0 of 35", "2%", text, support)


@pytest.mark.parametrize(
    ("p", "support"), [(0.001, "no"), (0.4, "not contradicted"), (float("nan"), "undefined")]
)
def test_no_test_shows_that_rates_are_similar(p, support):
    """A large P value is no evidence of equality."""
    assert tables.comparisons(a_test(p=p, similar=True)).rows[0].cells[-1] == support


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
        re.findall(r'\bid="([^"]+)"', table.html(name)) for name, table in every_table().items()
    ]
    ids = [i for table in found for i in table]

    assert len(ids) == len(set(ids))


def test_a_row_with_too_few_cells_is_refused():
    with pytest.raises(ValueError, match="one cell for each"):
        tables.DisplayTable("Title", "Row", ("a", "b"), (tables.Row("", "label", ("1",)),))
