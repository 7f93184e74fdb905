"""The build: what runs and why, what failing and killing leave, and the same bytes everywhere.

Builds here are of the small trial in ``small_trial.py``; `test_notebooks.py` runs the real four.
"""

import json
import multiprocessing
import operator
import os
import resource
import shutil
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import redirect_stderr
from dataclasses import fields
from io import StringIO
from pathlib import Path
from random import Random

import nbformat
import papermill
import pytest
from places import HELPERS, PLAIN_LOCALE
from small_trial import OPENING, Trial, ledger, notebook, trial, without_override

from companion.build import outputs, workers
from companion.build.build import build
from companion.build.execute import clean_notebook
from companion.build.parameters import ParameterError, chosen, declared
from companion.build.progress import Watch
from companion.build.request import NOTEBOOKS, OUTPUT, BuildError, BuildRequest
from companion.build.workers import ENVIRONMENT
from companion.errors import CompanionError
from companion.project import ROOT
from numbercheck.commands import sentences
from numbercheck.ledger.reading import LedgerError

KEPT = [f"{stem}: kept, nothing it depends on changed" for stem in NOTEBOOKS]


class Heard:
    """A watch that remembers."""

    def __init__(self):
        self.lines, self.cells, self.faults = [], [], []

    def says(self, line):
        """Keep it."""
        self.lines.append(line)

    def starts(self, notebook):
        """Keep nothing."""

    def step(self, notebook, done, total):
        """Keep it."""
        self.cells.append((notebook, done, total))

    def ends(self, notebook, fault):
        """Keep what failed."""
        self.faults += [fault] if fault else []

    def ran(self):
        """Notebooks that ran, with the reason."""
        return dict(line.split(": runs, ") for line in self.lines if ": runs, " in line)


@pytest.fixture
def small(tmp_path):
    """Write the small trial."""
    return trial(tmp_path)


@pytest.fixture(scope="module")
def once(tmp_path_factory):
    """Build the small trial once for all tests: the trial, what was heard, and the outcome."""
    made, heard = trial(tmp_path_factory.mktemp("once")), Heard()
    return made, heard, build(made.request(), heard)


@pytest.fixture
def built(once, tmp_path):
    """Copy the built trial, to be changed: each notebook that runs takes a quarter of a second."""
    return copied(once[0], tmp_path)


def copied(built, folder):
    """Copy a trial into a folder."""
    shutil.copytree(built.output.parent, folder, symlinks=True, dirs_exist_ok=True)
    return Trial(*(folder / field.name for field in fields(Trial)))


def rebuilt(small, **changes):
    """Build again; what was heard."""
    heard = Heard()
    build(small.request(**changes), heard)
    return heard


def content(folder):
    """Bytes of every file below a folder, by name."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def command(small, *, wait=True, before=None, jobs=2, **environment):
    """Build in a process of its own, as the command line does."""
    code = (
        "import sys, pathlib\n"
        f"sys.path.insert(0, {str(HELPERS)!r})\n"
        "from small_trial import Trial\n"
        "from companion.errors import CompanionError\n"
        "from numbercheck.commands import sentences\n"
        "from companion.build.build import build\n"
        "from companion.build.progress import Watch\n"
        f"names = {[str(getattr(small, n)) for n in small.__dataclass_fields__]!r}\n"
        "small = Trial(*map(pathlib.Path, names))\n"
        "with sentences(CompanionError):\n"
        f"    outcome = build(small.request(jobs={jobs}), Watch())\n"
        "sys.exit(1 if outcome.drift else 0)\n"
    )
    started = subprocess.Popen(
        [sys.executable, "-c", code],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # a module compiled under a limit would be kept cut short
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1", **environment},
        preexec_fn=before,
    )
    if not wait:
        return started
    _, told = started.communicate()
    return started.returncode, told


def refused(small):
    """Sentence of the command line about a build that cannot be finished, with exit status 2."""
    ends, told = pytest.raises(SystemExit), StringIO()
    with redirect_stderr(told), ends as ended, sentences(CompanionError):
        rebuilt(small)
    assert ended.value.code == 2
    assert "Traceback" not in told.getvalue()
    return told.getvalue()


# --- parameters


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"levle": "0.9"}, "unknown parameter 'levle'; did you mean level"),
        ({"level": "high"}, "level is of type float, like 0.95; 'high' is not"),
        ({"level": "nan"}, "level is of type float, like 0.95; 'nan' is not"),
        ({"draws": "2.5"}, "draws is of type int, like 3; '2.5' is not"),
        ({"deep": "maybe"}, "deep is of type bool, like true or false; 'maybe' is not"),
        ({"output_dir": "/etc"}, "'output_dir' is set by the option --output"),
        ({"interval_method": "../../x"}, "interval_method is not a path"),
        ({"interval_method": "C:\\x"}, "interval_method is not a path"),
    ],
)
def test_a_parameter_that_no_notebook_can_take_is_refused_before_anything_runs(
    small, given, message
):
    """Nothing is written outside the output folder."""
    heard = Heard()
    with pytest.raises(ParameterError, match=message):
        build(small.request(parameters=given), heard)

    assert heard.lines == []
    assert not small.output.exists()


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"level": "2"}, r"level is 2; it must be between 0 and 1, such as 0\.95"),
        ({"interval_method": "wilsn"}, "interval_method is 'wilsn'; it must be one of wilson, "),
    ],
)
def test_a_parameter_that_makes_no_sense_is_refused_before_a_notebook_runs(small, given, message):
    """The same sentence as in the notebook's first cell, without a cell before it."""
    heard = Heard()
    with pytest.raises(CompanionError, match=f"^{message}"):
        build(small.request(parameters=given), heard)

    assert heard.cells == []
    assert not small.output.exists()


def test_all_wrong_parameters_are_told_at_once(small):
    """One run of the command line is enough to mend them."""
    with pytest.raises(ParameterError) as told:
        build(small.request(parameters={"levle": "1", "draws": "x"}), Heard())

    assert len(str(told.value).splitlines()) == 2


def test_values_are_read_as_the_declared_types_and_go_to_the_notebooks_that_declare_them(tmp_path):
    """A notebook is never given a parameter that it does not have."""
    for stem, line in (("a", "level: float = 0.95"), ("b", "deep: bool = False\ndraws: int = 1")):
        folders = 'cohort_dir: str = ""\noutput_dir: str = ""\n'
        notebook(tmp_path / f"{stem}.ipynb", parameters=folders + line)
    given = {"level": "1", "deep": "True", "draws": "7"}
    known = {stem: declared(tmp_path / f"{stem}.ipynb") for stem in ("a", "b")}
    values = chosen(known, given)

    assert values == {"a": {"level": 1.0}, "b": {"deep": True, "draws": 7}}
    assert isinstance(values["a"]["level"], float)


def test_a_notebook_that_does_not_say_where_it_writes_is_refused(tmp_path):
    """Papermill would pass the parameter, and the notebook would ignore it."""
    notebook(tmp_path / "a.ipynb", parameters='cohort_dir: str = ""')
    with pytest.raises(ParameterError, match="does not declare output_dir"):
        declared(tmp_path / "a.ipynb")


# --- what a build makes


def test_a_build_judges_every_claim_and_says_that_nothing_drifted(once):
    """33 of 35 is 94%; the three claims match the supplied data."""
    small, heard, outcome = once

    assert outcome.drift == ()
    assert "3 claims in the ledger" in outcome.summary
    assert "3  match the supplied patient data" in outcome.summary
    names = set(content(small.output))
    assert {"results.csv", "verification.csv", "index.html"} < names
    assert {f"notebooks/{stem}.ipynb" for stem in NOTEBOOKS} < names
    last = {name: (done, total) for name, done, total in heard.cells}
    assert set(last) == set(NOTEBOOKS)
    assert all(done == total for done, total in last.values())


def test_a_finding_that_nobody_expected_is_drift(built):
    """The patients give 91%, the ledger prints 94%."""
    built.change("2-efficacy", "100 * 33 / 35", "100 * 32 / 35")
    (line,) = build(built.request(), Heard()).drift

    assert line.startswith("new finding: Abstract, response_percent prints 94%")


def test_two_notebooks_cannot_give_one_number_two_values(built):
    """A result has one value, whatever the order in which notebooks end."""
    built.change("3-safety", '"level"', '"results.add(\\"enrolled\\", \\"n\\", 34)"')
    with pytest.raises(ValueError, match=r"enrolled\.n has two values, 35 and 34"):
        build(built.request(), Heard())


# --- what runs again, and why


def test_nothing_runs_when_nothing_changed(built):
    """And no output is touched."""
    rebuilt(built)  # a copy is new to its place, so its outputs are written again
    before = {p: p.stat().st_mtime_ns for p in built.output.rglob("*")}

    assert rebuilt(built).lines == KEPT
    assert {p: p.stat().st_mtime_ns for p in built.output.rglob("*")} == before


def test_only_the_notebook_whose_code_changed_runs(built):
    """The others are kept, and each says why."""
    built.change("1-baseline", "35)", "35 + 0)")
    heard = rebuilt(built)

    assert heard.ran() == {"1-baseline": "changed: code"}
    assert heard.lines[1:4] == KEPT[1:]


def test_new_prose_is_shown_without_a_run(built):
    """Prose and tags are no part of what a result depends on."""
    before = built.executed("1-baseline")["cells"]
    built.change("1-baseline", "Prose.", "Better prose.")
    built.change("1-baseline", '"metadata": {}', '"metadata": {"tags": ["remark"]}')
    heard = rebuilt(built)
    after = built.executed("1-baseline")["cells"]

    assert heard.ran() == {}
    assert "Better prose." in json.dumps(after)
    assert [c for c in after if c["cell_type"] == "code"] == [
        c for c in before if c["cell_type"] == "code"
    ]
    assert content(built.output)["index.html"].count(b"Better prose.") > 0


def test_new_patients_run_everything(built):
    """Every notebook reads them, and a byte makes another file."""
    path = built.cohort / "adsl.csv"
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))

    assert rebuilt(built).ran() == dict.fromkeys(NOTEBOOKS, "changed: cohort")


def test_a_new_ledger_runs_everything_and_an_expected_finding_that_is_gone_is_drift(built):
    """Every notebook reads it; its list of findings is held both ways."""
    ledger(built.published, expected=("response_percent",))
    path, heard = built.published / "claims.csv", Heard()
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    drift = build(built.request(), heard).drift

    assert heard.ran() == dict.fromkeys(NOTEBOOKS, "changed: ledger")
    assert drift == ("expected finding is gone: response_percent (known)",)


def test_another_parameter_reaches_the_notebooks_and_runs_what_was_not_run_with_it(built):
    """The method shown is the one asked for; going back runs nothing, its runs are kept."""
    assert set(rebuilt(built, parameters={"interval_method": "jeffreys"}).ran()) == set(NOTEBOOKS)
    assert "jeffreys\\n" in json.dumps(built.executed("4-survival"))
    assert rebuilt(built).ran() == {}


def test_a_notebook_can_be_forced_to_run(built):
    """Outputs are the same bytes afterwards."""
    before = content(built.output)
    heard = rebuilt(built, force=("3-safety",))

    assert heard.ran() == {"3-safety": "forced"}
    assert content(built.output) == before


def test_outputs_that_someone_changed_are_made_again(built):
    """A record of a build is worth nothing when its outputs are not what it made."""
    before = content(built.output)
    (built.output / "results.csv").write_text("edited", "utf-8")
    rebuilt(built)

    assert content(built.output) == before


# --- failures


def test_the_ledger_of_another_article_is_refused_in_one_sentence():
    """The notebooks name this article's measures; any ledger has a page without them."""
    example = ROOT / "data" / "examples" / "two-arm"
    with pytest.raises(BuildError, match=r"^.*two-arm is not a ledger of 10\..*numbercheck report"):
        build(BuildRequest(published=example), Watch())


def test_a_failing_cell_is_named_and_leaves_the_outputs(built):
    """Notebook, cell, heading, error; the other notebooks' runs are kept for the next build."""
    before = content(built.output)
    built.change("2-efficacy", "100 * 33 / 35", "100 * 33 / 0")
    built.change("1-baseline", "35)", "35 + 0)")
    with pytest.raises(BuildError) as told:
        build(built.request(), Heard())

    assert str(told.value) == (
        "2-efficacy.ipynb, cell 6 (“Step 2”): ZeroDivisionError: division by zero"
    )
    assert content(built.output) == before
    built.change("2-efficacy", "100 * 33 / 0", "100 * 33 / 35")
    assert rebuilt(built).ran() == {}


def test_a_bad_value_is_told_where_it_is_used(small):
    """The cell is counted as in the stored notebook, which has no injected cell."""
    small.change("4-survival", "print(interval_method)", "{}[interval_method]")
    with pytest.raises(BuildError, match=r"4-survival.ipynb, cell 6 .*KeyError: 'jeffreys'"):
        build(small.request(parameters={"interval_method": "jeffreys"}), Heard())


def test_a_process_that_is_ended_from_outside_is_told(built):
    """As when memory runs out."""
    before = content(built.output)
    built.change("3-safety", '"level"', '"import os\\nos.kill(os.getpid(), 9)"')
    with pytest.raises(BuildError, match=r"3-safety.ipynb: its process was ended \(status"):
        build(built.request(), Heard())

    assert content(built.output) == before


def test_a_notebook_without_results_is_told(built):
    """Verdicts on its claims would silently be missing."""
    built.change("1-baseline", "write_results(", "print(")
    with pytest.raises(BuildError, match=r"1-baseline\.ipynb: it wrote no results"):
        build(built.request(), Heard())


def test_a_faulty_ledger_is_refused_before_anything_runs(small):
    """Outputs untouched, no notebook started."""
    (small.published / "claims.csv").unlink()
    heard = Heard()
    with pytest.raises(LedgerError, match=r"claims\.csv"):
        build(small.request(), heard)

    assert heard.ran() == {}


def test_faulty_tables_are_refused_before_anything_runs(small):
    """All faults at once, as `companion validate` lists them."""
    (small.cohort / "adae.csv").unlink()
    (small.cohort / "adtte.csv").write_text("nonsense", "utf-8")
    heard = Heard()
    with pytest.raises(CompanionError, match=r"(?s)adae.*adtte"):
        build(small.request(), heard)

    assert heard.ran() == {}


# --- nothing lost


def test_a_kill_at_any_moment_leaves_the_outputs_complete(built):
    """``make bench`` kills at twenty moments; one takes 2 seconds."""
    kill(built, moments=1)


def test_a_kill_while_outputs_are_written_leaves_the_old_ones(tmp_path):
    """The moment that matters, which random ones seldom hit."""
    output = tmp_path / "output"
    output.mkdir()
    (output / "old").write_text("whole", "utf-8")
    code = (
        "import os, pathlib, sys\nfrom companion.build.outputs import staged\n"
        "with staged(pathlib.Path(sys.argv[1])) as stage:\n"
        "    (stage / 'new').write_text('half')\n    os.kill(os.getpid(), 9)\n"
    )
    run = subprocess.run([sys.executable, "-c", code, str(output)])

    assert run.returncode == -9
    assert content(output) == {"old": b"whole"}
    outputs.recover(output)
    assert [path.name for path in tmp_path.iterdir()] == ["output"]


def kill(built, moments):
    """Outputs are old or new, never a mixture; the next build clears what was left."""
    old = content(built.output)
    built.change("2-efficacy", "100 * 33 / 35", "100 * 32 / 35")
    rebuilt(built)
    new = content(built.output)
    built.change("2-efficacy", "100 * 32 / 35", "100 * 33 / 35")
    rebuilt(built)
    random = Random(7)  # noqa: S311 - moments, not secrets
    for at in range(moments):
        swap = ("33 / 35", "32 / 35") if at % 2 == 0 else ("32 / 35", "33 / 35")
        built.change("2-efficacy", *swap)
        for run in built.work.glob("cache/2-efficacy-*"):
            run.rename(run.with_name(f"gone-{at}-{run.name}"))
        started = command(built, wait=False)
        time.sleep(random.uniform(0.1, 4))
        started.kill()
        started.communicate()
        assert content(built.output) in (old, new)
    rebuilt(built, force=["2-efficacy"])  # with nothing to do a build leaves the folder as it is

    assert content(built.output) == (old, new)[moments % 2]
    beside = {path.name for path in built.output.parent.iterdir()}
    assert beside == {"cohort", "notebooks", "output", "published", "work"}


def test_a_swap_that_was_cut_in_two_is_finished_by_the_next_build(built, monkeypatch):
    """Where the system cannot exchange two folders, one moment has neither."""
    before = content(built.output)
    monkeypatch.setattr(outputs, "exchange", lambda first, second: False)
    built.change("1-baseline", "35)", "35 + 0)")
    rebuilt(built)
    assert content(built.output).keys() == before.keys()

    built.output.rename(built.output.with_name(".output.old"))
    outputs.recover(built.output)
    assert content(built.output).keys() == before.keys()


def test_a_full_disk_leaves_the_outputs_and_says_so(built):
    """One sentence, exit status 2; here the limit on a file's size stands for the disk's."""
    before = content(built.output)
    built.change("1-baseline", "Prose.", "Other prose.")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, hard))
    try:
        told = refused(built)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))

    assert "File too large; nothing was changed" in told
    assert content(built.output) == before


@pytest.mark.skipif(os.geteuid() != 0, reason="only root makes a disk")
def test_a_disk_that_fills_up_leaves_the_outputs_and_says_so(once, tmp_path):
    """With room again the next build succeeds; ``make bench`` leaves other amounts of room.

    Takes 3 seconds: a build in a process of its own starts a fork server of its own.
    """
    on_a_small_disk(once[0], tmp_path, 200_000)


def on_a_small_disk(built, folder, left):
    """Fill up a disk in memory that holds a built trial, and goes with its process."""
    own = ["unshare", "--mount", "sh", "-c", 'mount -t tmpfs -o size=8m none "$0" && exec "$@"']
    if subprocess.run([*own, str(folder), "true"], capture_output=True).returncode:
        pytest.skip("this system lets nobody mount a disk")
    code = "import sys, pathlib, test_build as t; t.fill_up(*map(pathlib.Path, sys.argv[1:]), %d)"
    places = [str(built.output.parent), str(folder)]
    run = subprocess.run(
        [*own, str(folder), sys.executable, "-c", code % left, *places],
        cwd=Path(__file__).parent, env=os.environ | {"PYTHONPATH": str(HELPERS)},
        capture_output=True, text=True,
    )  # fmt: skip

    assert run.returncode == 0, run.stderr


def fill_up(built, disk, left):
    """Copy a built trial to a disk, fill that but for some bytes, and build again."""
    small = copied(Trial(*(built / field.name for field in fields(Trial))), disk)
    before = content(small.output)
    small.change("2-efficacy", "100 * 33 / 35", "100 * 32 / 35")
    (disk / "filler").write_bytes(b"x" * (shutil.disk_usage(disk).free - left))
    assert "No space left on device" in refused(small)

    assert content(small.output) == before
    (disk / "filler").unlink()
    rebuilt(small)
    assert content(small.output) != before


def test_a_read_only_folder_is_told(built):
    """One sentence, exit status 2."""
    built.change("1-baseline", "Prose.", "Other prose.")
    built.output.parent.chmod(0o555)
    try:
        status, told = command(built, before=without_override)
    finally:
        built.output.parent.chmod(0o755)

    assert status == 2
    assert "Permission denied; nothing was changed" in told


@pytest.mark.parametrize("folder", ["the runs", "the outputs"])
def test_a_second_build_waits_for_the_first_and_says_so(built, folder):
    """Two builds at once write one after the other."""
    before, heard = content(built.output), Heard()
    built.change("1-baseline", "Prose.", "Other prose.")
    path = built.work / "cache" if folder == "the runs" else built.output
    with ThreadPoolExecutor(1) as aside:
        with outputs.alone(path, print):
            second = aside.submit(build, built.request(), heard)
            while not any("another build is at work here" in line for line in heard.lines):
                assert not second.done()
                time.sleep(0.01)
            assert content(built.output) == before
        second.result()

    assert content(built.output) != before


def test_a_build_does_not_wait_for_one_into_another_folder_of_the_same_place(built):
    """Such as two builds into folders below the system's temporary one."""
    built.change("1-baseline", "Prose.", "Other prose.")
    with outputs.alone(built.output.with_name("another"), print):
        heard = rebuilt(built)

    assert not any("another build" in line for line in heard.lines)
    assert not [*built.output.parent.glob(".*")]


def test_two_builds_at_once_both_succeed(built):
    """One after the other, and nothing is left of their meeting.

    The first goes on when the second says that it waits, however long either takes to start.
    """
    before, met = content(built.output), built.output.parent / "met"
    late = "__import__('time').sleep(0.02)"  # in all, two minutes
    waits = f"any((ROOT / {str(met)!r}).exists() or {late} for _ in range(6000))"
    built.change("1-baseline", "35)", f"35 + 0 * {waits})")

    def ended(process):
        with process:
            for line in process.stderr:
                if "waiting for it to end" in line:
                    met.touch()
        return process.returncode

    with ThreadPoolExecutor(2) as pool:
        assert [*pool.map(ended, [command(built, wait=False) for _ in range(2)])] == [0, 0]
    assert met.exists()
    assert content(built.output).keys() == before.keys()
    assert content(built.output)["results.csv"] == before["results.csv"]
    assert rebuilt(built).lines == KEPT


def test_notebooks_end_with_the_build_that_started_them(built):
    """A killed build leaves no process behind that writes."""
    mark = built.output.parent / "mark"
    built.change(
        "4-survival",
        '"print(interval_method)"',
        json.dumps(
            f"import os, time\nopen({str(mark)!r}, 'w').write(str(os.getpid()))\ntime.sleep(600)"
        ),
    )
    started = command(built, wait=False)
    deadline = time.monotonic() + 60
    while not (mark.exists() and mark.read_text()) and time.monotonic() < deadline:
        time.sleep(0.05)
    process = int(mark.read_text())
    started.kill()
    started.communicate()
    while is_running(process) and time.monotonic() < deadline:
        time.sleep(0.05)

    assert not is_running(process)


def is_running(process):
    """Whether a process has not ended, waited for by its new parent or not."""
    try:
        state = Path(f"/proc/{process}/stat").read_text(encoding="utf-8")
    except OSError:
        return False
    return state.rpartition(")")[2].split()[0] != "Z"


# --- where outputs go


def test_only_the_articles_own_build_writes_the_committed_outputs(small):
    """Other parameters, tables or ledgers have a folder of their own, each another."""
    own = BuildRequest().folder
    other = [
        BuildRequest(parameters={"level": "0.9"}).folder,
        BuildRequest(cohort=small.cohort).folder,
        BuildRequest(published=small.published).folder,
        BuildRequest(parameters={"level": "0.8"}).folder,
    ]

    assert own == OUTPUT
    assert len({own, *other}) == 5
    assert {folder.parent for folder in other} == {OUTPUT.parent / "work" / "builds"}
    with pytest.raises(BuildError, match="article's own build"):
        _ = BuildRequest(parameters={"level": "0.9"}, output=OUTPUT).folder


@pytest.mark.parametrize("text", ["../../x", "a/b", "..", "💊 <b>"])
def test_a_name_of_outputs_made_from_a_value_is_one_plain_name(text):
    """No value leads out of the folder of builds."""
    folder = BuildRequest(parameters={"level": text}).folder

    assert folder.parent == OUTPUT.parent / "work" / "builds"
    assert folder.resolve().parent == folder.parent.resolve()


def test_a_folder_that_no_build_made_is_never_replaced(small):
    """`--output ~` must not be an accident."""
    home = small.output
    home.mkdir()
    (home / "letter.txt").write_text("dear", "utf-8")
    with pytest.raises(BuildError, match="holds something else"):
        build(small.request(), Heard())

    assert content(home) == {"letter.txt": b"dear"}


def test_a_file_that_somebody_put_beside_outputs_is_never_deleted(built):
    """A build replaces what builds made; of anything else it says where it is."""
    (built.output / "mine.csv").write_text("ours", "utf-8")
    before = content(built.output)
    with pytest.raises(BuildError, match=r"holds mine\.csv, which no build made"):
        build(built.request(force=("1-baseline",)), Heard())

    assert content(built.output) == before


def test_verdicts_of_somebody_else_are_not_those_of_a_build(small):
    """The name of a file is no proof of who made it."""
    small.output.mkdir()
    (small.output / "verification.csv").write_text("sample,result\n1,positive\n", "utf-8")
    with pytest.raises(BuildError, match="holds something else"):
        build(small.request(), Heard())


# --- the same bytes

RICH = (
    "import sys\nfrom IPython.display import HTML, clear_output, display\nprint('one', end='')\n"
    "print(' two')\ndisplay(HTML('<b>shown</b>'))\nprint('three', file=sys.stderr)\n'four'",
    "import pandas as pd\nframe = pd.DataFrame({f'column {i}': [i] for i in range(30)})\nframe",
    "import matplotlib.pyplot as plt\nfigure, axes = plt.subplots(figsize=(1, 1))\n"
    "_ = axes.plot([1, 2])",
    "class Odd:\n    pass\nOdd(), set('abcdef'), hash('a')",
    "import warnings\nwarnings.warn('careful', stacklevel=1)",
    "import asyncio\nawait asyncio.sleep(0, 'waited')",
    "print('gone')\nclear_output()\nhandle = display('old', display_id='x')\nhandle.update('new')",
    "%%capture held\nprint('held')",
    "import os, time\nos.environ['TZ'], time.tzname, os.getcwd() == str(ROOT), held.stdout",
    "import locale\nlocale.getpreferredencoding(), sys.flags.hash_randomization, __name__",
    "import requests\nrequests.Session.__name__",  # which papermill imports, but for no file
    "import great_tables\ntable = great_tables.GT(pd.DataFrame({'of': ['star']}), id='icons')\n"
    "'<svg' in table.fmt_icon('of').as_raw_html()",  # with a module that no notebook of ours needs
    "print(ROOT / 'data', output_dir, cohort_dir)",
)


def enriched(folder):
    """Write the small trial with a notebook of every kind of output."""
    small = trial(folder)
    notebook(small.notebooks / "3-safety.ipynb", OPENING, *RICH)
    return small


@pytest.fixture(scope="module")
def rich(tmp_path_factory):
    """Build it once."""
    small = enriched(tmp_path_factory.mktemp("rich"))
    rebuilt(small)
    return small


def test_the_forked_engine_gives_what_a_jupyter_kernel_gives(rich, tmp_path):
    """Text, tables, figures, warnings, magics, await; papermill's own engine is the authority.

    Takes 6 seconds: its kernel imports pandas and matplotlib anew.
    """
    forked = rich.executed("3-safety")
    kernel = tmp_path / "3-safety.ipynb"
    given = {"cohort_dir": str(rich.cohort), "output_dir": str(tmp_path)}
    environment = {"IPYTHONDIR": str(tmp_path / "ipython"), **ENVIRONMENT}
    with pytest.MonkeyPatch.context() as patch:
        for name, value in environment.items():
            patch.setenv(name, value)
        papermill.execute_notebook(
            rich.notebooks / kernel.name, kernel, given, cwd=ROOT, progress_bar=False
        )
    clean_notebook(kernel, given)

    ours = nbformat.reads(json.dumps(forked), as_version=4).cells
    theirs = nbformat.read(kernel, as_version=4).cells
    for our_cell, their_cell in zip(ours, theirs, strict=True):
        assert our_cell | {"id": ""} == their_cell | {"id": ""}
    kinds = {o["output_type"] for c in forked["cells"] for o in c.get("outputs", ())}
    assert kinds == {"stream", "display_data", "execute_result"}


def test_an_executed_notebook_tells_nothing_of_machine_day_or_place(rich):
    """No path, time, version, address or counter that the next run would change."""
    book = rich.executed("3-safety")
    text = json.dumps(book)

    assert str(rich.output.parent) not in text
    assert f'"{ROOT}' not in text
    assert "data outputs cohort" in text.replace("\\n", " ")
    assert "__main__.Odd at 0x0" in text
    assert not set(book["metadata"]) - {"kernelspec", "language_info"}
    assert all(set(cell["metadata"]) <= {"tags"} for cell in book["cells"])


def test_builds_are_the_same_bytes_in_another_place_locale_zone_and_number_of_jobs(rich, tmp_path):
    """In a process of its own with what usually makes outputs differ.

    So would settings of matplotlib. IPython's folder of the user is neither read nor made.
    """
    other, ipython = enriched(tmp_path / "a much longer name"), tmp_path / "ipython"
    differing = {"LC_ALL": PLAIN_LOCALE, "TZ": "Asia/Shanghai", "PYTHONHASHSEED": "1"}
    settings = {"IPYTHONDIR": str(ipython), "MPLBACKEND": "no such backend"}
    status, told = command(other, jobs=1, **differing, **settings)

    assert status == 0, told
    assert content(other.output) == content(rich.output)
    assert not ipython.exists()


@pytest.mark.parametrize(
    ("modules", "without", "most"),
    [
        ("build.build", {"papermill", "IPython", "jinja2", "numbercheck.audit"}, 300),
        (
            "build.build, companion.build.collect, companion.report.page",
            {"papermill", "IPython"},
            500,
        ),
    ],
    ids=["nothing to do", "the page"],
)
def test_the_process_of_a_build_imports_no_heavy_library(modules, without, most):
    """It takes little time and memory beside the notebooks: modules are counted, not seconds."""
    code = f"import sys, companion.{modules}\nprint(*sys.modules)"
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(shown.stdout.split())

    assert not loaded & {"numpy", "pandas", "matplotlib", *without}
    assert len(loaded) < most


def test_notebooks_start_from_all_that_they_import_and_from_nothing_else():
    """What is missing there, each notebook imports for itself; what is too much delays all."""
    code = "import sys, companion.build.engine\nprint(*sys.modules)"
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(shown.stdout.split())

    assert {"companion.workbench", "great_tables", "matplotlib.backends.backend_svg"} <= loaded
    assert not {"faicons", "pyarrow", "requests"} & loaded


def test_work_that_ended_is_not_taken_for_killed():
    """Threads that start processes at once ask for the status of each ended one, and one wins."""
    workers.warm_up()
    done = threading.Event()

    def ask():
        while not done.is_set():
            multiprocessing.active_children()

    threads = [threading.Thread(target=ask) for _ in range(3)]
    for thread in threads:
        thread.start()
    try:
        for number in range(8):
            with workers.beside(operator.call, number) as told:
                assert told() == number
    finally:
        done.set()
        for thread in threads:
            thread.join()
