"""The four notebooks: what they promise on their face, and what they compute when run."""

import json
import re
import shutil
from pathlib import Path
from statistics import median

import nbformat
import pandas as pd
import pytest
from article import COHORT, LEDGER
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell, new_notebook
from papermill.inspection import inspect_notebook

from companion.build import workers
from companion.build.parameters import declared
from companion.build.progress import Watch
from companion.cohort import patient_table
from companion.project import ROOT
from companion.results import read_results
from companion.sweep.vectorized import PARAMETERS, evaluate
from numbercheck.audit import family_fits
from numbercheck.recount import Cohorts
from numbercheck.statistics.contingency import p_value
from numbercheck.statistics.proportions import exact_binomial, interval
from numbercheck.statistics.survival import follow_up, kaplan_meier, survival_at

NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
STEMS = [path.stem for path in NOTEBOOKS]
KINDS = ("count", "quantity", "survival", "comparison")
LABEL = COHORT.label
GROUPS = ("ge5", "lt5")
NOT_IN_HAND = {  # the article gives neither the patients' sex nor the cut-off of age
    (f"{outcome}_by_{group}", "p_value") for outcome in ("crc", "mrd") for group in ("sex", "age")
}
PRINTED = (  # displays that no patient is needed for
    *("figure-s1-regimen", "figure-trials", "figure-trials-remission"),
    *("table-trials", "table-comparisons"),
)
# Of 35 patients, how many of either group may have reached CRc: ends over all consistent cohorts.
LEAST = {"measure": "mrd_by_blasts", "statistic": "p_value", "label": "", "low": 0.00195, "high": 1}
SUBGROUPS = {"bounds": [LEAST], "subgroups": {"crc_by_wbc": [[7, 9], [24, 26]]}}
OTHER = {
    "level": 0.9,
    "interval_method": "clopper-pearson",
    "conf_type": "log-log",
    "test": "fisher",
    "quantile_kind": 2,
    "follow_up_method": "reverse-km",
}


def cells(stem, kind):
    """Cells of one kind of a stored notebook."""
    book = nbformat.read(ROOT / "notebooks" / f"{stem}.ipynb", as_version=4)
    return [cell for cell in book.cells if cell.cell_type == kind]


def headings(stem):
    """Headings of a notebook, in order, with their depth."""
    text = "\n".join(cell.source for cell in cells(stem, "markdown"))
    return [(len(marks), words) for marks, words in re.findall(r"^(#+) (.+)$", text, re.M)]


def chosen(stem, folder, given):
    """Return the parameters of a run, as far as the notebook has them."""
    # without the document on consistency: nothing here may depend on an earlier build
    given = {"output_dir": folder, "consistency_file": ""} | given
    known = declared(ROOT / "notebooks" / f"{stem}.ipynb")
    plain = {k: str(v) if isinstance(v, Path) else v for k, v in given.items()}
    return {name: value for name, value in plain.items() if name in known}


def execute(folder, **given):
    """Run the notebooks as a build does; return the folder of what they made."""
    workers.warm_up()
    faults = workers.run_all(
        [
            workers.Job(
                ROOT / "notebooks" / f"{stem}.ipynb",
                folder / f"{stem}.ipynb",
                chosen(stem, folder, given),
            )
            for stem in STEMS
        ],
        2,
        Watch(),
    )
    assert faults == {}
    return folder


def results(folder):
    """Every result of a run by its key, from the notebooks' own files."""
    rows = [r for stem in STEMS for r in read_results(folder / "results" / f"{stem}.csv")]
    return {(r.measure, r.statistic): r for r in rows}


@pytest.fixture(scope="module")
def usual(tmp_path_factory):
    """Run all four as they stand, on the committed cohort: 4 seconds, as each run of all four."""
    return execute(tmp_path_factory.mktemp("usual"))


@pytest.fixture(scope="module")
def other(tmp_path_factory):
    """Run all four with another value of every parameter of method, and ends of subgroups."""
    folder = tmp_path_factory.mktemp("other")
    (folder / "consistency.json").write_text(json.dumps(SUBGROUPS), encoding="utf-8")
    return execute(folder, consistency_file=folder / "consistency.json", **OTHER)


@pytest.fixture(scope="module")
def sparse(tmp_path_factory):
    """Run all four on tables that lack what a trial may lack, to another horizon."""
    tables = tmp_path_factory.mktemp("sparse") / "adam"
    shutil.copytree(ROOT / "data" / "cohort", tables)
    (tables / "dataset.json").unlink()
    for name, drop in (("adrs", ("BLASTGR", "RELTYPE", "RELCD19")), ("adtte", ("TTCR", "TTANC"))):
        rows = pd.read_csv(tables / f"{name}.csv", dtype=str, keep_default_na=False)
        rows[~rows["PARAMCD"].isin(drop)].to_csv(tables / f"{name}.csv", index=False)
    adsl = pd.read_csv(tables / "adsl.csv", dtype=str, keep_default_na=False)
    adsl.loc[0, ["AGE", "WBCGR1"]] = ""
    adsl["RISKGR1"] = "poor"
    adsl.to_csv(tables / "adsl.csv", index=False)
    adae = pd.read_csv(tables / "adae.csv", dtype=str, keep_default_na=False)
    dead = adsl.loc[adsl["DTHFL"] == "Y", "USUBJID"].iloc[0]
    adae.loc[adae.index[adae["AEDECOD"] == "Fever"][:2], "AETOXGRG"] = ""
    pneumonia = adae[adae["AEDECOD"] == "Pneumonia"].sort_values(
        "USUBJID", key=lambda ids: ids != dead, kind="stable"
    )
    adae.loc[pneumonia.index[0], ["USUBJID", "AETOXGRG"]] = [dead, "5"]  # grade 5 is death
    adae.to_csv(tables / "adae.csv", index=False)
    return execute(tmp_path_factory.mktemp("sparse-run"), cohort_dir=tables, horizon_months=6.0)


@pytest.mark.parametrize("stem", STEMS)
def test_stored_without_outputs_or_traces_of_a_run(stem):
    """A stored output is a number that no reader can tell from a current one."""
    for cell in cells(stem, "code"):
        assert (cell.outputs, cell.execution_count) == ([], None)
        assert set(cell.metadata) <= {"tags"}


@pytest.mark.parametrize("stem", STEMS)
def test_cells_are_named_in_order(stem):
    """The page links to a cell by its name."""
    book = json.loads((ROOT / "notebooks" / f"{stem}.ipynb").read_text(encoding="utf-8"))
    name = stem.partition("-")[2]

    assert [c["id"] for c in book["cells"]] == [
        f"{name}-{i:02d}" for i in range(1, len(book["cells"]) + 1)
    ]
    assert book["metadata"]["kernelspec"]["name"] == "python3"


@pytest.mark.parametrize("stem", STEMS)
def test_papermill_explains_every_parameter(stem):
    """``papermill --help-notebook`` reads the tagged cell line by line, and skips what it cannot.

    So it must list as many as the cell assigns, each with its type, default and meaning.
    """
    explained = inspect_notebook(str(ROOT / "notebooks" / f"{stem}.ipynb"))

    assert set(explained) == set(declared(ROOT / "notebooks" / f"{stem}.ipynb"))
    for parameter in explained.values():
        assert parameter["inferred_type_name"] in ("str", "float", "int")
        assert len(parameter["help"].split()) >= 3


def test_a_name_means_the_same_in_every_notebook():
    """One command line sets a parameter in all of them."""
    seen = {}
    for stem in STEMS:
        for name, parameter in inspect_notebook(str(ROOT / "notebooks" / f"{stem}.ipynb")).items():
            assert seen.setdefault(name, parameter) == parameter


@pytest.mark.parametrize("stem", STEMS)
def test_every_parameter_is_used(stem):
    """A parameter that moves nothing misleads."""
    rest = [c for c in cells(stem, "code") if "parameters" not in c.metadata.get("tags", [])]
    code = "\n".join(c.source for c in rest)

    for name in declared(ROOT / "notebooks" / f"{stem}.ipynb"):
        assert re.search(rf"\b{name}\b", code), name


@pytest.mark.parametrize("stem", STEMS)
def test_a_cell_holds_one_idea_of_at_most_twelve_lines(stem):
    """A class reads a cell at a glance; lines without blanks."""
    cut = [c for c in cells(stem, "code") if "parameters" not in c.metadata.get("tags", [])]
    longest = {c["id"]: len(list(filter(str.strip, c.source.splitlines()))) for c in cut}

    assert max(longest.values()) <= 12, longest


def test_cells_are_short():
    """Code lines without blanks and comments: half of the cells have at most 3, most at most 8."""
    sources = [c.source for stem in STEMS for c in cells(stem, "code")]
    lengths = [
        sum(bool(line.split("#")[0].strip()) for line in source.splitlines()) for source in sources
    ]

    assert median(lengths) <= 3
    assert sorted(lengths)[len(lengths) * 9 // 10] <= 8


@pytest.mark.parametrize("stem", STEMS)
def test_headings_alone_tell_the_story(stem):
    """The title asks; each section says what it shows; the last says what stays open."""
    (depth, title), *sections = headings(stem)

    assert depth == 1
    assert re.fullmatch(rf"{stem[0]}\. .+\?", title)
    assert {d for d, _ in sections} == {2}
    assert sections[-1][1] == "What this shows, and what it cannot"
    assert len({words for _, words in sections}) == len(sections) >= 8


@pytest.mark.parametrize("stem", STEMS)
def test_computations_do_not_go_through_the_ledger(stem):
    """They are the second path to each number, so the ledger's expressions stay out."""
    code = "\n".join(c.source for c in cells(stem, "code"))

    assert not re.search(r"\.(where|among|by)\.select|Expression|statistic\(ledger|recheck", code)


@pytest.mark.parametrize("stem", STEMS)
def test_prose_prints_no_result(stem):
    """A percentage or a decimal number in prose would outlive the data that gave it."""
    prose = "\n".join(c.source for c in cells(stem, "markdown"))

    assert not re.search(r"\d\s?%|\d\.\d|\b\d+ of \d+|\bn = \d", prose)


def test_every_claim_of_a_result_is_recorded_by_one_notebook(usual):
    """Only what needs sex or the cut-off of age, which the article does not give, is absent."""
    claimed = {
        (c.measure, c.statistic)
        for c in LEDGER.claims.values()
        if LEDGER.measures[c.measure].kind in KINDS
    }
    files = [read_results(usual / "results" / f"{stem}.csv") for stem in STEMS]
    keys = [(r.measure, r.statistic) for rows in files for r in rows]

    assert claimed - set(keys) == NOT_IN_HAND
    assert len(keys) == len(set(keys))
    assert {measure for measure, _ in keys} <= set(LEDGER.measures)


def test_a_proportion_stands_with_its_denominator_and_limits(usual):
    """A percentage alone hides how few patients it rests on."""
    found = results(usual)
    for measure, kind in found:
        if kind == "percent":
            parts = {(measure, s) for s in ("n", "N", "conf_low", "conf_high")}
            assert parts <= set(found), measure


def test_results_print_as_printed_except_the_known_findings(usual):
    """What differs is what the ledger expects to differ."""
    found = results(usual)
    differ = {
        c.claim
        for c in LEDGER.claims.values()
        if (r := found.get((c.measure, c.statistic))) and not c.value.admits(r.value)
    }

    assert differ <= set(LEDGER.expected_findings)
    assert {r.basis for r in found.values()} == {"constructed"}


def test_both_paths_to_a_number_agree(usual):
    """The cells count in the ADaM tables; the ledger's expressions in the patient table."""
    found = results(usual)
    table = patient_table(COHORT, LEDGER.variables)
    columns = {name: [None if pd.isna(x) else x for x in column] for name, column in table.items()}
    compared = Cohorts(LEDGER, [columns])

    told = {m for m, x in LEDGER.measures.items() if x.kind == "design" or x.against}
    kept = {k: r for k, r in found.items() if k[0] in set(LEDGER.measures) - told}
    assert len(kept) > 300
    for (measure, name), r in kept.items():
        (expected,) = compared.statistic(LEDGER.measures[measure], name)
        assert r.value == pytest.approx(expected, rel=1e-9), (measure, name)


def test_every_display_of_the_reconstructed_cohort_says_so(usual):
    """A table or figure travels without its page."""
    shown = {*usual.glob("tables/*.html"), *usual.glob("figures/*.svg")}
    printed = {path for path in shown if path.stem in PRINTED}

    assert len(printed) == len(PRINTED)
    assert len(shown) >= 13
    for path in shown:
        text = re.sub(r"\s+", " ", path.read_text(encoding="utf-8"))
        assert (LABEL.partition(":")[0] in text) == (path not in printed), path.name


def test_level_and_method_reach_every_interval_of_a_proportion(usual, other):
    """The counts stay; each pair of limits is the other method's, at the other level."""
    before, after = results(usual), results(other)
    measures = [m for m, s in after if s == "conf_low" and (m, "n") in after]
    assert len(measures) > 50
    for measure in measures:
        k, n = (int(after[measure, s].value) for s in ("n", "N"))
        limits = [after[measure, s] for s in ("conf_low", "conf_high")]
        expected = interval(k, n, OTHER["interval_method"], OTHER["level"])

        assert (k, n) == tuple(before[measure, s].value for s in ("n", "N"))
        assert [r.value / 100 for r in limits] == pytest.approx(expected, rel=1e-9)
        assert {r.method for r in limits} == {OTHER["interval_method"]}


def test_type_and_level_reach_the_interval_of_survival(usual, other):
    """The estimate does not depend on them."""
    before, after = results(usual), results(other)
    for endpoint in ("OS", "PFS"):
        part = COHORT.adtte[COHORT.adtte["PARAMCD"] == endpoint]
        curve = kaplan_meier(part["AVAL"], part["CNSR"] == 0, OTHER["conf_type"], OTHER["level"])
        read_at = survival_at(curve, [365.25]).iloc[0]
        measure = f"{endpoint.lower()}_12m"

        assert after[measure, "estimate"].value == before[measure, "estimate"].value
        for name, limit in (("conf_low", "lower"), ("conf_high", "upper")):
            assert after[measure, name].value == pytest.approx(100 * read_at[limit], rel=1e-9)
            assert after[measure, name].value != before[measure, name].value


def test_a_sweep_gives_what_the_notebooks_give_with_these_methods(other):
    """Another path to each number; how follow-up is summarized is no parameter of a sweep."""
    varied = {name: value for name, value in OTHER.items() if name in PARAMETERS}
    table = patient_table(COHORT, LEDGER.variables).astype(object)
    columns = {name: [None if pd.isna(v) else v for v in table[name]] for name in table}
    (found,) = evaluate(Cohorts(LEDGER, [columns]), [varied])
    swept = {(f.measure, f.statistic): (f.method, f.values[0]) for f in found}
    recorded = {key: r for key, r in results(other).items() if r.measure != "follow_up"}

    assert len(recorded) > 300
    for key, result in recorded.items():
        assert swept[key] == (result.method, pytest.approx(result.value, rel=1e-11)), key


def test_definition_of_follow_up_moves_its_quartiles(usual, other):
    """Reverse Kaplan-Meier treats the one death as censored, so its quartiles differ."""
    before, after = results(usual), results(other)
    part = COHORT.adtte[COHORT.adtte["PARAMCD"] == "OS"]
    expected = follow_up(part["AVAL"], part["CNSR"] == 0, OTHER["follow_up_method"])
    month = float(LEDGER.parameter("days_per_month"))

    for name in ("median", "p25", "p75"):
        months = getattr(expected, name) / month
        assert after["follow_up", name].value == pytest.approx(months, rel=1e-9)
    assert any(
        after["follow_up", s].value != before["follow_up", s].value
        for s in ("median", "p25", "p75")
    )


def test_the_test_chosen_gives_the_p_value_of_two_groups(usual, other):
    """The article names none, so the reader chooses."""
    groups = [[results(usual)[f"crs_blasts_{g}", s].value for s in ("n", "N")] for g in GROUPS]
    cells = [[int(n), int(total - n)] for n, total in groups]

    for run, test in ((usual, "chi2-yates"), (other, OTHER["test"])):
        found = results(run)["crs_by_blasts", "p_value"]
        assert (found.value, found.method) == (pytest.approx(p_value(cells, test)), test)


def test_a_published_rate_is_tested_as_if_known_exactly(usual):
    """Of a range of rates the one that is hardest to beat is recorded; the method is named."""
    found = results(usual)
    n = int(found["enrolled", "n"].value)
    for measure, against, count in (
        ("early_deaths_v_intensive", "intensive_mortality", "early_deaths"),
        ("infections_v_mdacc", "mdacc_infections", "infections_g34"),
    ):
        rates = [
            claim.value.value / 100 for claim in LEDGER.claims.values() if claim.measure == against
        ]
        k = int(found[count, "n"].value)
        recorded = found[measure, "p_value"]

        assert recorded.value == pytest.approx(max(exact_binomial(k, n, r) for r in rates))
        assert recorded.method == "exact-binomial"


def test_another_horizon_is_another_measure(sparse):
    """Survival at six months must not be taken for the printed one at twelve."""
    found = results(sparse)
    part = COHORT.adtte[COHORT.adtte["PARAMCD"] == "PFS"]
    month = float(LEDGER.parameter("days_per_month"))
    curve = kaplan_meier(part["AVAL"] / month, part["CNSR"] == 0)

    assert ("pfs_12m", "estimate") not in found
    assert found["pfs_6m", "estimate"].value == pytest.approx(
        100 * survival_at(curve, [6.0])["survival"].iloc[0]
    )


def test_what_a_trial_did_not_record_is_left_out(sparse):
    """No time, no marrow, one risk group: the results lack the number, and nothing fails."""
    found = results(sparse)

    assert ("marrow_after_rdc", "n") not in found  # absent is not zero
    assert ("blasts_ge5", "percent") not in found
    for absent in ("time_to_cr", "neutrophil_recovery"):
        assert (absent, "median") not in found
    for absent in ("crs_by_blasts", "crc_by_blasts", "crc_by_risk"):
        assert (absent, "p_value") not in found
    assert ("relapse", "n") not in found


def test_fatal_and_ungraded_events_are_counted_apart_and_not_as_none(usual, sparse):
    """Two patients' fever lost its grade, one's pneumonia was fatal; nobody's grade is made up."""
    before, after = results(usual), results(sparse)
    fatal, severe = ("pneumonia_g5", "n"), ("pneumonia_g34", "n")

    assert after["fever_ungraded", "n"].value == 2
    assert after[fatal].value == 1
    assert after[severe].value + 1 == before[severe].value
    assert not {("fever_g12", "n"), ("fever_g34", "n")} & set(after)
    assert not {fatal, ("fever_ungraded", "n")} & set(before)


def test_each_result_names_the_cell_that_computed_it(usual):
    """The number beside the executed cell, whose code or a loop of which has the measure."""
    for stem in STEMS:
        book = nbformat.read(usual / f"{stem}.ipynb", as_version=4)
        code = {c.execution_count: c.source for c in book.cells if c.cell_type == "code"}
        rows = read_results(usual / "results" / f"{stem}.csv")

        assert rows
        for row in rows:
            notebook, number = row.cell.removesuffix("]").split(" [")
            assert notebook == stem
            assert re.search(r"\bcount\(|results\.(add|quantiles)\(", code[int(number)]), row
            recorded = re.compile(rf'(?:count|add|quantiles)\("{row.measure}"')
            if recorded.search("".join(code.values())):
                assert recorded.search(code[int(number)]), row


def test_the_forest_shows_what_the_article_leaves_open(other):
    """Ends of a cell reach its own subgroup: the group first, then those outside it."""
    told = json.loads((other / "figures" / "alt.json").read_text(encoding="utf-8"))
    forest = told["figure-s3-subgroups"]

    assert "CRc, 2 weeks, White blood cells, 10⁹/L, > 30: 7–9/9" in forest
    assert "CRc, 2 weeks, White blood cells, 10⁹/L, ≤ 30: 24–26/26" in forest
    assert forest.count("7–9/9") == forest.count("24–26/26") == 1


def test_the_smallest_p_value_is_that_of_every_cohort_where_it_is_known(usual, other):
    """29 of 33 marrows are MRD-negative in the cohort and 28 to 30 in others: 0.0081, 0.0019."""
    shown = [
        o.data["text/plain"]
        for folder in (usual, other)
        for c in nbformat.read(folder / "2-efficacy.ipynb", as_version=4).cells
        for o in c.get("outputs", [])
        if "smallest P" in o.get("data", {}).get("text/plain", "")
    ]

    assert [text.count("0.00195") for text in shown] == [0, 1]
    assert [text.count("0.00806452") for text in shown] == [1, 0]


@pytest.mark.parametrize(
    ("stem", "family"), [("2-efficacy", "proportion_interval"), ("4-survival", "survival_interval")]
)
def test_a_class_sees_which_methods_give_the_printed_limits(sparse, stem, family):
    """What the article was computed with does not depend on whose data are at hand."""
    book = nbformat.read(sparse / f"{stem}.ipynb", as_version=4)
    shown = [o.data["text/plain"] for c in book.cells for o in c.get("outputs", []) if "data" in o]

    assert repr(family_fits(LEDGER)[family]) in shown


BY_HAND = ROOT / "work" / "by-hand"
# Displays that show what the article leaves open, which a notebook is told by an earlier build.
OPEN = ("figure-1b", "figure-1c", "figure-s3", "table-1b", "table-1c")


def committed():
    """Bytes of the committed outputs."""
    return {p: p.read_bytes() for p in (ROOT / "outputs").rglob("*") if p.is_file()}


@pytest.fixture(scope="module")
def by_hand(tmp_path_factory):
    """Run every cell as it is stored, without papermill, then two with a level that was edited.

    In one kernel, to import once. Takes 6 seconds: what a reader does first in JupyterLab, where
    no build sets the parameters. The folder of the run, the outputs before, and what failed.
    """
    before, folder = committed(), tmp_path_factory.mktemp("elsewhere")
    shutil.rmtree(BY_HAND, ignore_errors=True)
    sources = [c for stem in STEMS for c in (*(x.source for x in cells(stem, "code")), "%reset -f")]
    asked, opened, *_ = (x.source for x in cells("4-survival", "code"))
    sources.append(asked.replace("level: float = 0.95", "level: float = 95"))
    book = new_notebook(cells=[new_code_cell(source) for source in sources])
    refused = new_code_cell(opened, metadata={"tags": ["raises-exception"]})
    book.cells.append(refused)
    NotebookClient(book, resources={"metadata": {"path": str(folder)}}).execute()
    return folder, before, refused.outputs


def test_opened_by_hand_they_run_from_anywhere_and_leave_the_outputs_alone(by_hand):
    """Top to bottom; what they record is what a build records."""
    folder, before, _ = by_hand
    recorded = set(read_results(ROOT / "outputs" / "results.csv"))

    assert set(results(BY_HAND).values()) <= recorded
    assert committed() == before
    assert list(folder.iterdir()) == []


def test_a_kernel_of_jupyter_gives_the_same_bytes_as_a_build(by_hand, usual):
    """Tables and figures do not depend on who runs the notebooks, or where."""
    made = [path for path in usual.glob("[ft]*/*-*") if not path.name.startswith(OPEN)]

    assert len(made) > 20
    for path in made:
        assert path.read_bytes() == (BY_HAND / path.relative_to(usual)).read_bytes(), path.name


def test_a_parameter_edited_by_hand_is_refused_in_a_sentence_without_our_code(by_hand):
    """In the second cell, where Jupyter shows what is wrong in place of a traceback."""
    (error,) = by_hand[2]

    assert error.traceback == [
        "MeaninglessError: level is 95; it must be between 0 and 1, such as 0.95"
    ]
