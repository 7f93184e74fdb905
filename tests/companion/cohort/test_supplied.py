"""A second trial of 200 patients, made by no solver, through the whole build, in 4 seconds each.

It is built twice: from CSV files; then from SAS transport and Dataset-JSON files by a copy of the
repository in another place, under another locale, zone, hash seed and number of jobs. Every output
must agree.
"""

import csv
import json
import os
import re
import shutil
import socket
import subprocess
import sys
from dataclasses import replace
from datetime import date
from io import StringIO
from pathlib import Path
from pwd import getpwuid

import pytest
from article import LEDGER
from synthetic import HOSTILE, TERMS, WRITERS, trial

from companion.build.build import build
from companion.build.progress import Watch
from companion.build.request import BuildRequest
from companion.project import ROOT
from companion.verify import MEASURED
from numbercheck.recount import Cohorts

TRIAL = trial()
N = len(TRIAL.truth)
FORMS = {"adsl": "xpt", "adrs": "json", "adae": "json", "adtte": "xpt"}
BUILD = """
import sys
from pathlib import Path
from companion import cli
from companion.build.build import build
from companion.build.progress import Watch
from numbercheck.commands import sentences
from companion.build.request import BuildRequest
cohort, output, work = map(Path, sys.argv[1:])
with sentences(cli.CompanionError):
    build(BuildRequest(cohort, output=output, work=work, jobs=4), Watch())
"""


def written(place, forms):
    """Write the tables, each in its format; the folders that a build reads and makes."""
    folders = [place / name for name in ("tables", "outputs", "work")]
    folders[0].mkdir(parents=True)
    for table, form in forms.items():
        WRITERS[form](replace(TRIAL, tables={table: TRIAL.tables[table]}), folders[0])
    return folders


@pytest.fixture(scope="module")
def outputs(tmp_path_factory):
    """Build from CSV, with this repository, in this process."""
    tables, output, work = written(tmp_path_factory.mktemp("csv"), dict.fromkeys(FORMS, "csv"))
    build(BuildRequest(tables, output=output, work=work, jobs=1), Watch())
    return output


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory):
    """Build from the other formats, with a copy of what a build needs of the repository."""
    place = tmp_path_factory.mktemp("a rather longer name") / "Ö"
    copy = place / "clone"
    for part in ("src", "notebooks", "data"):
        shutil.copytree(ROOT / part, copy / part)
    shutil.copy(ROOT / "requirements.lock", copy)
    folders = written(place, FORMS)
    environment = {"PYTHONPATH": str(copy / "src"), "LC_ALL": "C.UTF-8", "TZ": "America/St_Johns",
                   "PYTHONHASHSEED": "2", "USER": "somebody", "HOME": str(place)}  # fmt: skip
    command = [sys.executable, "-c", BUILD, *map(str, folders)]
    run = subprocess.run(
        command, capture_output=True, text=True, env=os.environ | environment, cwd=place
    )
    assert run.returncode == 0, run.stderr
    return folders[1]


def rows(path):
    """Rows of a CSV file."""
    with path.open(newline="", encoding="utf-8") as handle:
        return list(csv.DictReader(handle))


def results(outputs):
    """Value of each result by measure and statistic."""
    return {(r["measure"], r["statistic"]): r["value"] for r in rows(outputs / "results.csv")}


def texts(folder):
    """Text of every file that holds text, by its path below the folder."""
    paths = [p for p in folder.rglob("*") if p.is_file() and p.suffix != ".png"]
    return {p.relative_to(folder).as_posix(): p.read_text(encoding="utf-8") for p in paths}


def prose():
    """Sentences of the stored notebooks, which are the same whatever the data."""
    books = (json.loads(p.read_text("utf-8")) for p in (ROOT / "notebooks").glob("*.ipynb"))
    cells = (c for book in books for c in book["cells"] if c["cell_type"] == "markdown")
    return " ".join("".join(c["source"]) for c in cells)


def test_every_verdict_on_a_measured_number_rests_on_the_data(outputs):
    """What the patients do not decide follows from the article, or is unchecked."""
    found = results(outputs)
    verdicts = {r["claim"]: r for r in rows(outputs / "verification.csv")}

    assert {r["basis"] for r in rows(outputs / "results.csv")} == {"data"}
    assert {r["basis"] for r in verdicts.values()} == {"data", "arithmetic", ""}
    for slug, claim in LEDGER.claims.items():
        if (claim.measure, claim.statistic) in found:
            assert verdicts[slug]["basis"] == "data", slug
            assert verdicts[slug]["recomputed"] == found[claim.measure, claim.statistic]


def test_other_patients_change_n_everywhere(outputs):
    """200 in each denominator of everyone, in tables, figures and their descriptions."""
    everyone = {m.measure for m in LEDGER.measures.values() if not m.among.text}
    totals = {m: v for (m, s), v in results(outputs).items() if s == "N" and m in everyone}
    described = json.loads((outputs / "figures" / "alt.json").read_text("utf-8"))

    assert len(totals) > 40
    assert set(totals.values()) == {str(N)}
    for name in ("table-1a-efficacy", "table-1b-adverse-events", "table-s1-baseline"):
        html = (outputs / "tables" / f"{name}.html").read_text("utf-8")
        assert f"N = {N}" in re.sub(r"<[^>]+>", "", html)
    for name in ("1a-swimmer", "1b-overall-survival", "s2-flow", "s3-subgroups"):
        assert f"{N}" in described[f"figure-{name}"]
    assert not any(re.search(r"\b35 patients|N = 35\b", text) for text in described.values())


def test_every_number_is_that_of_the_patients_who_were_drawn(outputs):
    """The drawn truth on one side; readers, notebooks and the collected results on the other."""
    columns = {name: list(TRIAL.truth[name]) for name in LEDGER.variables}
    table = Cohorts(LEDGER, [columns])
    kinds = {m: x.kind for m, x in LEDGER.measures.items() if not x.against}
    measured = {m for m, kind in kinds.items() if kind in MEASURED}
    kept = {k: float(v) for k, v in results(outputs).items() if k[0] in measured}

    assert len(kept) > 300
    for (measure, name), value in kept.items():
        (expected,) = table.statistic(LEDGER.measures[measure], name)
        assert value == pytest.approx(expected, rel=1e-9), (measure, name)


def test_a_fatal_event_is_no_event_of_grade_3_or_4(outputs):
    """Grade 5 has a column of its own."""
    (sepsis,) = [
        r for r in rows(outputs / "tables" / "table-1b-adverse-events.csv") if "Sepsis" in str(r)
    ]
    fatal = sum(grade == 5 for grade in TRIAL.truth["sepsis_grade"])
    severe = sum(grade in (3, 4) for grade in TRIAL.truth["sepsis_grade"])

    assert fatal > 0
    assert any(str(v).startswith(f"{fatal} (") for k, v in sepsis.items() if "5" in k)
    assert float(results(outputs)["sepsis_g34", "n"]) == severe


def test_nothing_calls_these_patients_reconstructed(outputs):
    """Neither table, figure, result nor page; the notebooks' prose speaks of both cases."""
    for name, text in texts(outputs).items():
        if name == "index.html":
            said = len(re.findall("reconstruct", text, re.I))
            assert said <= len(re.findall("reconstruct", prose(), re.I))
            assert "Reconstructed cohort" not in text
            continue
        if name.startswith("notebooks/"):
            cells = [c for c in json.loads(text)["cells"] if c["cell_type"] == "code"]
            text = json.dumps([c["outputs"] for c in cells])
        assert "econstruct" not in text, name


def test_what_cohorts_could_be_is_not_shown_beside_the_patients_who_are(outputs):
    """Bounds over all consistent cohorts answer nothing that the data leave open."""
    assert not (outputs / "consistency.json").exists()
    assert rows(outputs / "standing.csv") == []


def test_extra_columns_parameters_terms_and_patients_leave_no_trace(outputs):
    """Patients who failed the screening, BMI, EFS, an event before treatment."""
    found = {name: t for name, t in texts(outputs).items() if name != "index.html"}

    assert TRIAL.tables["adsl"][0].keys() >= {"BMI", "RACE"}
    for name, text in found.items():
        assert not re.search(r"SYN-002-X|\bBMI\b|\bEFS\b|BMBLAST", text), name


def test_other_formats_place_locale_zone_seed_and_number_of_jobs_give_the_same_bytes(
    outputs, elsewhere
):
    """Of the real notebooks, with every figure and table."""
    ours, theirs = (
        {p.relative_to(d).as_posix(): p.read_bytes() for p in d.rglob("*") if p.is_file()}
        for d in (outputs, elsewhere)
    )

    assert ours.keys() == theirs.keys()
    assert [name for name in ours if ours[name] != theirs[name]] == []
    assert len(ours) > 40


@pytest.mark.parametrize("which", ["outputs", "elsewhere", "committed"])
def test_outputs_tell_nothing_of_machine_day_user_or_place(request, which):
    """Nobody's path, name or clock, in text or in an image's metadata."""
    folder = ROOT / "outputs" if which == "committed" else request.getfixturevalue(which)
    own = [str(ROOT), str(folder.parent), str(Path.home()), sys.prefix, socket.gethostname()]
    own += [getpwuid(os.getuid()).pw_dir, *os.environ.get("USER", "").split()]
    own += [] if which == "committed" else [date.today().isoformat()]
    marks = [mark.encode() for mark in own if len(mark) > 5]
    home = re.compile(rb"(?<![\w.:/])/(?:home|Users|root|tmp|work|opt|var)/\w|[A-Z]:\\\\?Users")
    files = [p for p in folder.rglob("*") if p.is_file()]

    assert len(files) > 40
    for path in files:
        content = path.read_bytes()
        assert not [mark for mark in marks if mark in content], path
        if path.suffix != ".png":
            assert home.search(content) is None, (path, home.search(content))


def test_hostile_text_of_the_data_stays_text_in_every_output(outputs):
    """Race and site are shown as they were written: no markup, formula, command or path."""
    shown = texts(outputs)
    everything = "".join(shown.values())

    assert "&lt;script&gt;alert(1)" in shown["tables/table-s1-baseline.html"]
    for name, text in shown.items():
        if name.endswith((".html", ".svg")):
            assert "<script>alert(1)" not in text, name
        if name.endswith(".tex"):
            assert "\\input{x}" not in text, name
        if name.endswith(".csv"):
            cells = [cell for row in csv.reader(StringIO(text)) for cell in row]
            assert not [c for c in cells if c.startswith(("=", "@", "\t", "\r"))], name
    assert HOSTILE[2] in everything
    assert not list(outputs.rglob("*passwd*"))
    assert not list(outputs.parent.parent.rglob("passwd"))


def test_terms_are_those_of_the_ledger():
    """The trial covers each event that the article prints."""
    events = {v.variable for v in LEDGER.variables.values() if v.type == "grade"}

    assert events == set(TERMS)
