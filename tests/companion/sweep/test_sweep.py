"""Sweeps: results compared with the notebooks, resuming, failures, and a real cluster."""

import csv
import shutil
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from article import LEDGER
from called import called

from companion.build.progress import Watch
from companion.build.request import COHORT, PUBLISHED
from companion.cohort import read_cohort
from companion.cohort.patients import patient_table
from companion.project import ROOT
from companion.sweep import GridError, SweepRequest, read_grid, sweep
from companion.sweep.cohorts import NO_DASHBOARD, SchedulerError
from companion.sweep.vectorized import evaluate
from numbercheck.ledger.records import LedgerError
from numbercheck.recount import Cohorts

COMMAND = Path(sys.executable).with_name("companion")


def columns(folder=COHORT):
    table = patient_table(read_cohort(folder, LEDGER), LEDGER.variables).astype(object)
    return {name: [None if v is pd.NA or v != v else v for v in table[name]] for name in table}


def evaluated(**chosen):
    (found,) = evaluate(Cohorts(LEDGER, [columns()]), [chosen])
    return {(f.measure, f.statistic): (f.method, f.values[0]) for f in found}


def grid(tmp_path, text):
    path = tmp_path / "grid.yml"
    path.write_text(text, encoding="utf-8")
    return read_grid(path, LEDGER)


@pytest.fixture(scope="module")
def here():
    """Address of a cluster inside this process: workers of their own take seconds to start."""
    from distributed import LocalCluster

    inside = {"processes": False, "protocol": "tcp", "scheduler_kwargs": NO_DASHBOARD}
    with LocalCluster(n_workers=1, threads_per_worker=1, **inside) as cluster:
        yield cluster.scheduler_address


def request(tmp_path, text, scheduler=""):
    checked, folder = grid(tmp_path, text), tmp_path / "out"
    return SweepRequest(checked, LEDGER, PUBLISHED, COHORT, folder, scheduler=scheduler)


def table(tmp_path):
    return pd.read_parquet(tmp_path / "out" / "results.parquet")


def test_every_result_of_the_notebooks_comes_out_alike():
    """Another path to each number: ledger expressions on arrays, not ADaM tables."""
    ours = evaluated()
    with (ROOT / "outputs" / "results.csv").open(newline="", encoding="utf-8") as handle:
        theirs = list(csv.DictReader(handle))

    assert len(theirs) > 300
    for row in theirs:
        method, value = ours[row["measure"], row["statistic"]]
        assert (method, f"{value:.12g}") == (row["method"], row["value"])


def test_a_setting_gives_the_same_alone_and_among_others():
    """What is kept from one setting to the next must not depend on either."""
    several = [
        {},
        {"level": 0.9, "interval_method": "wald"},
        {"level": 0.9},
        {"conf_type": "plain", "quantile_kind": 6},
        {"test": "fisher", "level": 0.5},
        {"interval_method": "wald"},
    ]
    together = evaluate(Cohorts(LEDGER, [columns()]), several)

    for chosen, found in zip(several, together, strict=True):
        alone = evaluated(**chosen)
        assert len(found) == len(alone)
        for f in found:
            np.testing.assert_equal((f.method, f.values[0]), alone[f.measure, f.statistic])


def test_a_measures_own_level_holds_where_a_setting_chooses_none():
    """A limit of 90% that the ledger declares was computed at 95%."""
    measure = replace(LEDGER.measures["crc_2w"], level="0.9")
    ledger = replace(LEDGER, measures={**LEDGER.measures, "crc_2w": measure})
    own, chosen = evaluate(Cohorts(ledger, [columns()]), [{}, {"level": 0.8}])
    lower = [next(f for f in found if f[:2] == ("crc_2w", "conf_low")) for found in (own, chosen)]

    assert lower[0].values[0] == evaluated(level=0.9)["crc_2w", "conf_low"][1]
    assert lower[1].values[0] == evaluated(level=0.8)["crc_2w", "conf_low"][1]


def test_a_grid_runs_every_combination_once_and_a_second_start_redoes_none(tmp_path):
    text = "parameters: {interval_method: [wilson, wald, jeffreys], level: [0.9, 0.95]}"
    first = sweep(request(tmp_path, text), Watch())
    again = sweep(request(tmp_path, text), Watch())
    rows = table(tmp_path)

    assert (first.runs, first.kept, first.failures) == (6, 0, ())
    assert (again.runs, again.kept) == (6, 6)
    assert not rows.duplicated(["run", "measure", "statistic"]).any()
    assert sorted(rows["run"].unique()) == list(range(6))
    settings_ = rows.drop_duplicates("run")[["interval_method", "level"]]
    assert len(settings_.drop_duplicates()) == 6


def test_a_folder_that_no_sweep_made_is_left_alone(tmp_path):
    """`--output ~` must not be an accident."""
    asked = request(tmp_path, "parameters: {level: 0.9}")
    asked.output.mkdir()
    (asked.output / "summary.csv").write_text("mine", "utf-8")

    with pytest.raises(GridError, match="holds something else"):
        sweep(asked, Watch())
    assert [path.name for path in asked.output.iterdir()] == ["summary.csv"]


@pytest.fixture(scope="module")
def two(tmp_path_factory, here):
    """Sweep two seeds once: a cohort takes a second."""
    folder = tmp_path_factory.mktemp("two")
    sweep(request(folder, "seeds: 0-1", here), Watch())
    return folder


def test_cohorts_stay_when_code_changes_that_does_not_make_them(two, tmp_path, monkeypatch, here):
    shutil.copytree(two, tmp_path, dirs_exist_ok=True)
    cohorts = sorted((tmp_path / "out" / "cohorts").glob("*.json"))
    before = [made.stat().st_mtime_ns for made in cohorts]
    monkeypatch.setattr(
        "companion.sweep.runs.shared_key", lambda *_: {"package": "other", "cohort": ""}
    )
    again = sweep(request(tmp_path, "seeds: 0-1", here), Watch())

    assert (again.runs, again.kept, len(cohorts)) == (2, 0, 2)
    assert [made.stat().st_mtime_ns for made in cohorts] == before
    assert len(list((tmp_path / "out" / "parts").iterdir())) == 2


def test_reconstructed_cohorts_differ_where_the_article_leaves_it_open(two):
    """And nowhere else: each prints what the article prints."""
    wide = table(two).pivot(index=["measure", "statistic"], columns="run", values="value")
    differs = set(wide.index[wide[0] != wide[1]])
    printed = {
        (c.measure, c.statistic): c.value
        for c in LEDGER.claims.values()
        if not c.verbal and (c.measure, c.statistic) in wide.index
    }

    assert differs
    for key in differs & set(printed):
        assert all(printed[key].admits(value) for value in wide.loc[key])
    assert (two / "out" / "stability.svg").is_file()


def test_a_claim_that_prints_otherwise_changes_the_cohort(tmp_path, here):
    other = 'claims: {text3_wbc_gt30_n: "10", text3_wbc_gt30_percent: "29%"}'
    sweep(request(tmp_path, other, here), Watch())
    rows = table(tmp_path).set_index(["measure", "statistic"])

    assert rows.loc[("wbc_gt30", "n"), "value"] == 10
    assert rows.loc[("wbc_gt30", "n"), "text3_wbc_gt30_n"] == "10"


@pytest.mark.parametrize("text", ["seeds: 1\n", "claims: {text5_relapse_n: [5]}\n"])
def test_patient_tables_beside_cohorts_that_are_constructed_are_refused(tmp_path, text):
    """A sweep that ran for minutes with other patients than were named would mislead."""
    (tmp_path / "grid.yml").write_text(text)
    told = called("companion", "sweep", tmp_path / "grid.yml", "--cohort", "nowhere", cwd=tmp_path)

    assert (told.returncode, told.stdout) == (2, "")
    assert told.stderr.endswith("so its cohorts are constructed; leave out --cohort\n")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "at least one of seeds"),
        ("[1, 2]", "at least one of seeds"),
        ("seeds: [", "cannot be read as YAML"),
        ("sedes: 3", "unknown key 'sedes'; did you mean seeds"),
        ("seeds: -1", "ranges such as 0-199"),
        ("seeds: [a]", "ranges such as 0-199"),
        ("seeds: 9-3", "ranges such as 0-199"),
        ("seeds: 0-999999999999", "ranges such as 0-199, of at most 100000"),
        ("1: 2", "unknown key '1'"),
        ("parameters: {levl: 0.9}", "cannot vary 'levl'; did you mean level"),
        ("parameters: {age_cut: [40, 60]}", "cannot vary 'age_cut'.*; it varies interval_"),
        ("parameters: {level: high}", "level cannot be 'high'; write a number between 0 and 1"),
        ("parameters: {level: 95}", "level cannot be '95'; write a number between 0 and 1"),
        ("parameters: {interval_method: [wilson, clopper]}", "cannot be 'clopper'; .* jeffreys"),
        ("parameters: {test: mcnemar-exact}", "cannot be 'mcnemar-exact'; .* fisher"),
        ("parameters: {quantile_kind: 5}", "quantile_kind cannot be '5'; it is one of 2, 6, 7"),
        ("parameters: {level: []}", "neither a value nor a list"),
        ("parameters: {output_dir: /tmp/x}", "cannot vary 'output_dir'"),
        ("claims: {text5_relaps_n: 5}", "did you mean text5_relapse_n"),
        ("claims: {text5_relapse_n: many}", "is not a printed number"),
        ("notebooks: true", "unknown key 'notebooks'"),
    ],
)
def test_a_grid_that_cannot_be_run_is_refused_before_anything_runs(tmp_path, text, says):
    with pytest.raises((GridError, LedgerError), match=says):
        grid(tmp_path, text)


@pytest.fixture
def apart(here, tmp_path):
    """A second worker of that cluster, which is a process of its own."""
    from distributed import Client

    worker = [sys.executable, "-m", "dask", "worker", here, "--no-nanny",
              "--host", "127.0.0.1", "--no-dashboard", "--nthreads", "1"]  # fmt: skip
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    with Client(here) as client, subprocess.Popen(worker, cwd=tmp_path, **quiet) as started:
        client.wait_for_workers(2, timeout=120)
        yield started
        started.kill()


def test_a_worker_that_is_killed_loses_no_run_and_none_counts_twice(here, apart, tmp_path):
    """One of two workers is killed while it works.

    Takes 6 seconds: a worker starts in two, and four cohorts are constructed.
    """

    class Killer(Watch):
        """Kill a worker when the first cohort is there."""

        def step(self, what, done, total):
            """Only the first time."""
            if done == 1:
                apart.kill()

    outcome = sweep(request(tmp_path, "seeds: 0-2", here), Killer())

    assert (outcome.runs, outcome.failures) == (3, ())
    rows = table(tmp_path)
    assert sorted(rows["seed"].unique()) == [0, 1, 2]
    assert not rows.duplicated(["run", "measure", "statistic"]).any()


def test_where_there_is_no_scheduler_a_sentence_says_so(tmp_path, monkeypatch):
    monkeypatch.setattr("companion.sweep.cohorts.PATIENCE", 0.2)
    with pytest.raises(SchedulerError, match="no Dask scheduler at tcp"):
        sweep(request(tmp_path, "seeds: 0", "tcp://127.0.0.1:9"), Watch())


def test_a_cohort_that_cannot_be_constructed_is_listed(tmp_path, here):
    """As where the ledger does not say how many patients there were."""
    asked = request(tmp_path, "seeds: 0-1", here)
    sizeless = replace(asked, ledger=replace(LEDGER, claims={}))
    outcome = sweep(sizeless, Watch())

    assert [failure.partition(":")[0] for failure in sorted(outcome.failures)] == [
        "seed 0",
        "seed 1",
    ]
    assert (tmp_path / "out" / "failures.csv").read_text("utf-8").count(
        "LedgerError: no claim prints"
    ) == 2
    assert not (tmp_path / "out" / "results.parquet").exists()


def test_without_distributed_a_sentence_says_how_to_install_it(monkeypatch):
    """`make` alone installs neither Dask nor Parquet."""
    for name in [name for name in sys.modules if name.startswith("companion.sweep")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "distributed", None)
    told = called("companion", "sweep", ROOT / "docs" / "examples" / "cohorts.yml")

    assert told.returncode == 2
    assert told.stderr == "a sweep needs distributed; `make sweep` installs it\n"


def test_a_killed_sweep_goes_on_where_it_was(tmp_path, here):
    """Cohorts that are done when it is killed are not constructed again.

    Takes 4 seconds: the command that is killed starts a cluster of its own.
    """
    path = tmp_path / "grid.yml"
    path.write_text("seeds: 0-1\n", encoding="utf-8")
    command = [COMMAND, "sweep", path, "--output", tmp_path / "out", "--jobs", "1"]
    running = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    cohorts = tmp_path / "out" / "cohorts"
    while running.poll() is None and len(list(cohorts.glob("*.json"))) < 1:
        time.sleep(0.02)
    running.kill()
    running.wait()
    before = {p.name: p.stat().st_mtime_ns for p in cohorts.glob("*.json")}
    sweep(request(tmp_path, "seeds: 0-1", here), Watch())
    after = {p.name: p.stat().st_mtime_ns for p in cohorts.glob("*.json")}

    assert before
    assert before.items() <= after.items()
    assert len(after) == 2
    assert table(tmp_path)["run"].nunique() == 2
