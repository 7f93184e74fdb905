"""A folder of outputs as a build makes it, from the committed ledger and cohort.

``write_outputs`` makes a small one, some of it hostile; ``real_outputs`` is the committed one with
its page written anew.
"""

import json
import shutil
from collections.abc import Iterable
from dataclasses import replace
from functools import cache
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from companion import figures, tables, verify
from companion import results as table_of_results
from companion.cohort import masked, patient_table, read_cohort
from companion.layouts import DisplayLayout, LayoutRow
from companion.project import ROOT
from companion.report import page
from companion.report.patients import Patients, patients_of
from companion.results import Results
from numbercheck.audit import Verdict
from numbercheck.ledger.reading import read_ledger
from numbercheck.ledger.records import Ledger
from numbercheck.report.page import JudgedLedger, judged

COHORT, PUBLISHED = ROOT / "data" / "cohort", ROOT / "data" / "published"
LABEL = "Reconstructed cohort: consistent with the article, not its patients"
PROVENANCE = figures.Provenance("April 15, 2024", LABEL)
ALERT = "<script>alert(1)</script><img src=x onerror=alert(2)>"
PROSE = f"# Efficacy & safety\n\nText with [a link](javascript:alert(1)) and {ALERT}"
CODE = 'results.add("crs", "n", worst.sum())\nfor term in terms:\n    results.add(f"{term}_g12", 0)'


@cache
def the_ledger() -> Ledger:
    return read_ledger(PUBLISHED)


@cache
def the_results() -> tuple[table_of_results.Result, ...]:
    """Counts of the committed cohort, by the ledger's own expressions."""
    ledger, found = the_ledger(), Results("constructed")
    patients = patient_table(read_cohort(COHORT, ledger), ledger.variables)
    columns = masked(patients)
    for measure in ledger.measures.values():
        if measure.kind == "count":
            among = measure.among.select(columns, len(patients))
            k = (measure.where.select(columns, len(patients)) & among).sum()
            found.add(measure.measure, "n", int(k))
            found.add(measure.measure, "percent", 100 * int(k) / int(among.sum()), "k/N")
    return tuple(replace(result, cell="2-efficacy [1]") for result in found)


def a_notebook() -> nbformat.NotebookNode:
    """Prose, code and every kind of output, some of them hostile."""
    cell = f"<table><tr><td onclick='x()'>{ALERT}cell</td></tr></table>"
    html = f"<style>body{{display:none}}</style>{cell}"
    outputs = [
        new_output("stream", text=f"\x1b[31mprinted\x1b[0m {ALERT}\n"),
        new_output("display_data", data={"text/html": html, "text/plain": "no"}),
        new_output("display_data", data={"image/png": "iVBORw0KGgo="}),
    ]
    cells = [
        new_markdown_cell(PROSE, id="prose"),
        new_code_cell(CODE, outputs=outputs, execution_count=1, id="code"),
    ]
    return new_notebook(cells=cells)


@cache
def the_judged() -> JudgedLedger:
    return judged(the_ledger())


def judged_once(ledger: Ledger) -> JudgedLedger:
    """What the audit says of a ledger; the article's is asked for only once."""
    return the_judged() if ledger is the_ledger() else judged(ledger)


@cache
def the_patients() -> Patients:
    return patients_of(read_cohort(COHORT, the_ledger()), the_ledger())


def the_rows(ledger: Ledger) -> list[Verdict]:
    return verify.verify(ledger, the_results(), judged_once(ledger).verdicts)


def write_page(
    folder: Path,
    ledger: Ledger | None = None,
    label: str = LABEL,
    cohort: Path = COHORT,
    published: Path = PUBLISHED,
    found: Iterable[table_of_results.Result] | None = None,
) -> Path:
    """Write the page of a folder of outputs, with the results of `write_outputs` unless given."""
    ledger = ledger or the_ledger()
    known = judged_once(ledger)
    known = replace(known, verdicts=verify.verify(ledger, found or the_results(), known.verdicts))
    usual = ledger is the_ledger() and cohort == COHORT
    patients = the_patients() if usual else patients_of(read_cohort(cohort, ledger), ledger)
    page.write_report(folder, published, known, label, patients)
    return folder / "index.html"


def real_outputs(folder: Path) -> Path:
    """Copy the committed outputs, and write their page with the code as it is."""
    found = table_of_results.read_results(ROOT / "outputs" / "results.csv")
    unwanted = shutil.ignore_patterns("index.html")
    shutil.copytree(ROOT / "outputs", folder, ignore=unwanted, dirs_exist_ok=True)
    write_page(folder, found=found)
    return folder


def write_outputs(folder: Path) -> Path:
    """Write results, verdicts, a table, a figure and a notebook into a folder."""
    ledger = the_ledger()
    cohort = read_cohort(COHORT, ledger)
    table_of_results.write_results(the_results(), folder / "results.csv")
    verify.write_verdicts(the_rows(ledger), folder / "verification.csv")
    layout = DisplayLayout(
        "Table S1. Baseline", "", (LayoutRow("s1", "Sex", "Female", where="SEX = F"),)
    )
    table = tables.baseline(Results("constructed"), cohort.adsl, layout, PROVENANCE)
    tables.write_table(table, folder / "tables", "baseline")
    planned = figures.plan(ledger.regimen, DisplayLayout("Regimen"))
    figures.write_figure(figures.regimen(planned), folder / "figures", "regimen")
    (folder / "notebooks").mkdir(parents=True)
    nbformat.write(a_notebook(), folder / "notebooks" / "2-efficacy.ipynb")
    (folder / "consistency.json").write_text(json.dumps(TOGETHER), encoding="utf-8")
    return folder


TOGETHER = {
    "conflicts": [
        {
            "claims": ["table1_crs_g12_percent", "table1_crs_g12_n"],
            "assumptions": ["every_relapse_ends_pfs"],
            "sentence": "these numbers cannot hold together",
            "certified": True,
        }
    ],
    "given_up": ["table1_crs_g12_percent"],
    "bounds": [
        {"label": "Any grade 3–4 event", "low": 26, "high": 35, "fixed": False, "unit": "patients"}
    ],
    "leave_one_out": [
        {
            "measure": "age",
            "statistic": "min",
            "printed": "15",
            "implied": "nothing",
            "kept": None,
        }
    ],
    "digit_test": [
        {
            "measure": "age",
            "statistic": "min",
            "printed": "15",
            "changed": "16",
            "kept": False,
            "aside": None,
        }
    ],
    "risk_histories": [{"measure": "os_12m", "alone": {"log": 1}, "events": [1], "joint": [[35]]}],
}
