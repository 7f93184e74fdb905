"""The build: four notebooks, one results table, a verdict on every printed number, a report."""

import shutil
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from companion.build import cache, consistent
from companion.build.importing import import_all
from companion.build.outputs import alone, recover, staged
from companion.build.parameters import chosen, declared
from companion.build.progress import Watch
from companion.build.request import MADE, NOTEBOOKS, BuildError, Request, seen_from
from companion.build.workers import Job, run_all, warm_up
from companion.project import ROOT

if TYPE_CHECKING:
    from numbercheck.audit import Verdict
    from numbercheck.ledger.records import Ledger

SLOWEST_FIRST = ("4-survival", "3-safety", "2-efficacy", "1-baseline")
KEPT = "kept, nothing it depends on changed"
MOST_KEPT = 3  # finished runs of each notebook, for going back and forth between parameters


@dataclass(frozen=True)
class Outcome:
    """What a build found, and where it is."""

    output: Path
    drift: tuple[str, ...]
    summary: str


@dataclass(frozen=True, eq=False)
class Run:
    """One notebook's run: its key, where its finished run is kept, what it is given."""

    notebook: Path
    key: cache.Key
    folder: Path
    parameters: Mapping[str, object]

    @property
    def stem(self) -> str:
        """The notebook's name."""
        return self.notebook.stem


@dataclass(frozen=True)
class Plan:
    """All four runs, the document on consistency that they read, and the key of the whole."""

    runs: Sequence[Run]
    document: Path | None
    key: str


def build(request: Request, watch: Watch) -> Outcome:
    """Run the notebooks that need it and replace the outputs, as a whole or not at all.

    Parameters
    ----------
    request : Request
        What to build.
    watch : Watch
        Told of each step.

    Raises
    ------
    BuildError, ParameterError, LedgerError, CohortError, OSError
        If something cannot be used; previous outputs are as they were.
    """
    notebooks = _notebooks(request)
    values = chosen(notebooks, request.parameters)
    output = request.folder
    asks = _asks(request, notebooks)
    document = consistent.find(ROOT, request.published, output, request.cache) if asks else None
    plan = _plan(request, notebooks, values, document)
    record = request.cache / f"outputs-{cache.digest(str(output))[:16]}.json"
    if not request.force and (kept := _kept(record, plan.key, output)):
        for run in plan.runs:
            watch.says(f"{run.stem}: {KEPT}")
        return kept
    if request.force or not all(run.folder.is_dir() for run in plan.runs):
        warm_up(request.engine)  # on one processor, while the other reads, audits and imports
    checked = _check(request)
    aside = ThreadPoolExecutor(1)
    ready = aside.submit(_prepare)
    with aside, alone(request.cache, watch.says), alone(output.parent, watch.says):
        recover(output)
        if plan.document is None and asks:
            document = consistent.make(ROOT, request.published, request.cache, watch.says)
            plan = _plan(request, notebooks, values, document)
        _execute(request, _waiting(request, plan.runs, watch), watch)
        ready.result()
        outcome = _judge(request, plan, output, *checked)
        made = cache.files_digest(cache.tree(output), output)
        content = {"drift": outcome.drift, "summary": outcome.summary}
        with suppress(OSError):  # outputs are there; without a record the next build looks again
            cache.write_record(record, {"key": plan.key, "made": made, **content})
    return outcome


def _notebooks(request: Request) -> list[Path]:
    found = [request.notebooks / f"{name}.ipynb" for name in NOTEBOOKS]
    missing = [notebook.name for notebook in found if not notebook.is_file()]
    if missing:
        raise BuildError(f"{request.notebooks}: there is no {', '.join(missing)}")
    for folder in (request.cohort, request.published):
        if not folder.is_dir():
            raise BuildError(f"{folder}: No such file or directory; name a folder")
    return found


def _asks(request: Request, notebooks: Sequence[Path]) -> bool:
    """Whether anything is shown of what all cohorts agree on: not beside a trial's own data."""
    return bool(request.label) and any("consistency_file" in declared(n) for n in notebooks)


def _plan(
    request: Request,
    notebooks: Sequence[Path],
    values: Mapping[str, Mapping[str, object]],
    document: Path | None,
) -> Plan:
    shared = cache.shared_key(ROOT, request.cohort, request.published)
    shared["consistency"] = cache.digest(document.read_bytes()) if document else ""
    folders = {"cohort_dir": request.cohort, "published_dir": request.published}
    folders |= {"consistency_file": document} if document else {}
    runs = []
    for notebook in notebooks:
        given = values[notebook.stem]
        key = cache.key(notebook, given, request.engine, shared)
        own = declared(notebook).keys() & folders.keys()
        paths = {name: seen_from(ROOT, folders[name]) for name in sorted(own)}
        folder = cache.folder(request.cache, notebook.stem, key)
        runs.append(Run(notebook, key, folder, {**given, **paths}))
    keys = {run.stem: run.key for run in runs}
    return Plan(runs, document, cache.build_key(ROOT, notebooks, keys))


def _waiting(request: Request, runs: Sequence[Run], watch: Watch) -> list[Run]:
    """Runs that are not there yet; says of each notebook why it runs or not."""
    waiting = []
    for run in runs:
        stem = run.stem
        if stem not in request.force and run.folder.is_dir():
            watch.says(f"{stem}: {KEPT}")
            continue
        why = "forced" if stem in request.force else cache.reason(request.cache, stem, run.key)
        watch.says(f"{stem}: runs, {why}")
        waiting.append(run)
    return sorted(waiting, key=lambda run: SLOWEST_FIRST.index(run.stem))


def _kept(record: Path, key: str, output: Path) -> Outcome | None:
    """Outcome of the last build, when its outputs are what this one would make."""
    last = cache.read_record(record)
    if last.get("key") != key or not (output / MADE).is_file():
        return None
    if last["made"] != cache.files_digest(cache.tree(output), output):
        return None
    return Outcome(output, tuple(last["drift"]), last["summary"])


def _check(request: Request) -> "tuple[Ledger, list[Verdict]]":
    """Read the ledger and judge it by itself; refuse it, or the tables, with all their faults."""
    from numbercheck.audit import audit
    from numbercheck.ledger.reading import read_ledger

    ledger = read_ledger(request.published)
    if not request.is_default:
        from companion.cohort import faults

        found = faults(request.cohort, ledger)
        if found:
            raise BuildError("\n".join(str(fault) for fault in found))
    return ledger, audit(ledger)


def _prepare() -> None:
    """Import what comes after the notebooks while their processes still import."""
    import_all(["companion.cohort", "companion.figures", "companion.report", "scipy.stats"])
    from companion.report.page import environment

    environment()


def _judge(
    request: Request, plan: Plan, output: Path, ledger: "Ledger", audited: "list[Verdict]"
) -> Outcome:
    """Replace the outputs, and say what they show."""
    from companion.build.collect import collect
    from companion.verify import summary
    from numbercheck.audit import drift

    with staged(output) as stage:
        if plan.document:
            shutil.copyfile(plan.document, stage / consistent.NAME)
        finished = {run.notebook: run.folder for run in plan.runs}
        rows = collect(stage, finished, request.cohort, request.published, ledger, audited)
    return Outcome(output, tuple(drift(ledger, rows)), summary(ledger, rows))


def _execute(request: Request, waiting: Sequence[Run], watch: Watch) -> None:
    """Run notebooks; a run gets the name that the next build looks for when all of it is there."""
    for left in request.cache.glob("*.new"):  # of a build that was killed
        shutil.rmtree(left) if left.is_dir() else left.unlink()
    partial = {run: run.folder.with_name(f"{run.folder.name}.new") for run in waiting}
    jobs = []
    for run, folder in partial.items():
        executed = folder / "notebooks" / run.notebook.name
        executed.parent.mkdir(parents=True)
        given = {**run.parameters, "output_dir": seen_from(ROOT, folder)}
        jobs.append(Job(run.notebook, executed, given, ROOT, request.engine))
    faults = run_all(jobs, request.jobs, watch)
    for run, folder in partial.items():
        if not any(fault.startswith(run.notebook.name) for fault in faults):
            shutil.rmtree(run.folder, ignore_errors=True)
            folder.rename(run.folder)
            cache.write_record(request.cache / f"{run.stem}.json", run.key)
            _forget(request.cache, run.stem)
    if faults:
        raise BuildError("\n".join(sorted(faults)))


def _forget(folder: Path, stem: str) -> None:
    """Keep the latest few runs of a notebook."""
    kept = [p for p in folder.glob(f"{stem}-*") if p.is_dir()]
    for old in sorted(kept, key=lambda p: p.stat().st_mtime, reverse=True)[MOST_KEPT:]:
        shutil.rmtree(old, ignore_errors=True)
