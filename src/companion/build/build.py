"""The build: four notebooks, one results table, a verdict on every printed number, a report."""

import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from companion.build import cache, consistent
from companion.build.outputs import alone, recover, staged
from companion.build.plan import KEPT, Inputs, Run, outputs_key, why_run
from companion.build.progress import Watch
from companion.build.reading import Asked, asked, read_patients
from companion.build.request import MADE, PUBLISHED, BuildError, BuildRequest
from companion.build.workers import beside, run_all, warm_up
from companion.project import ROOT

if TYPE_CHECKING:
    from companion.report.patients import Patients
    from numbercheck.ledger.records import Ledger
    from numbercheck.report.page import JudgedLedger

Ready = Callable[[], "tuple[JudgedLedger, Patients]"]

# Of the last build in this process, by what it read, its notebooks and its parameters.
KNOWN: dict[tuple[Asked, Path, tuple[tuple[str, str], ...]], tuple[list[str], Ready]] = {}
SLOWEST_FIRST = ("4-survival", "3-safety", "2-efficacy", "1-baseline")


@dataclass(frozen=True)
class BuildOutcome:
    """Where the outputs are, which findings drifted, and a summary for a terminal."""

    output: Path
    drift: tuple[str, ...]
    summary: str


def build(request: BuildRequest, watch: Watch) -> BuildOutcome:
    """Run the notebooks that need it and replace the outputs, as a whole or not at all.

    Parameters
    ----------
    request : BuildRequest
        What to build.
    watch : Watch
        Told of each step.

    Raises
    ------
    CompanionError, NumbercheckError, OSError
        If something cannot be used; previous outputs are as they were.
    """
    output = request.folder
    record = request.cache / f"outputs-{cache.digest(str(output))[:16]}.json"
    if request.force or not record.is_file():
        warm_up(request.reads)  # on one processor, while the other audits
    inputs, document = Inputs(request), None
    if inputs.read_consistency:
        document = consistent.find(ROOT, request.published, output, request.cache)
    runs = inputs.runs(document)
    if not request.force and (kept := _kept(record, outputs_key(runs), output)):
        _waiting(request, runs, watch)
        return kept
    must_make = inputs.read_consistency and document is None
    if must_make or any(why_run(run, request.force) for run in runs):
        warm_up(request.reads)
    reads = asked(*request.reads)
    judging = reads, request.notebooks, tuple(sorted(request.parameters.items()))
    with ThreadPoolExecutor(1) as aside, ExitStack() as held:
        counted, ready = KNOWN.get(judging) or _ask(inputs, reads, aside, held)
        held.enter_context(_locked(request, output, watch))
        if must_make:
            document = consistent.make(ROOT, request.published, request.cache, watch.says)
            runs = inputs.runs(document)
        _execute(request, _waiting(request, runs, watch), reads, watch)
        known, last = ready(), cache.read_record(record)
        KNOWN.clear()
        KNOWN[judging] = counted, lambda: known
        outcome, drawn = _replace_outputs(request, output, runs, document, *known, last)
        outcome = replace(outcome, summary="\n".join((*counted, outcome.summary)))
        _write_record(record, outcome, {"key": outputs_key(runs), "glance": drawn})
    return outcome


def _write_record(record: Path, outcome: BuildOutcome, keys: Mapping[str, str]) -> None:
    """Record what the outputs are, for the next build."""
    output = outcome.output
    made = cache.files_digest(cache.tree(output), output)
    content = {"drift": outcome.drift, "summary": outcome.summary, "files": _names(output)}
    with suppress(OSError):  # the outputs are complete; the next build looks again
        cache.write_record(record, {"made": made, **keys, **content})


def _kept(record: Path, key: str, output: Path) -> BuildOutcome | None:
    """Outcome of the last build, if its outputs are what this one would make."""
    last = cache.read_record(record)
    if last.get("key") != key or not (output / MADE).is_file():
        return None
    if last["made"] != cache.files_digest(cache.tree(output), output):
        return None
    return BuildOutcome(output, tuple(last["drift"]), last["summary"])


def _waiting(request: BuildRequest, runs: Sequence[Run], watch: Watch) -> list[Run]:
    """Runs to execute, the slowest first; say of each notebook why it runs or that it is kept."""
    reasons = {run: why_run(run, request.force) for run in runs}
    for run, why in reasons.items():
        watch.says(f"{run.stem}: runs, {why}" if why else f"{run.stem}: {KEPT}")
    waiting = [run for run, why in reasons.items() if why]
    return sorted(waiting, key=lambda run: SLOWEST_FIRST.index(run.stem))


def _ledger(request: BuildRequest) -> "Ledger":
    """Read the ledger; refuse another article's, whose measures the notebooks do not know."""
    from numbercheck.ledger.reading import read_ledger

    ledger = read_ledger(request.published)
    own = cache.read_record(PUBLISHED / "article.json").get("doi")
    if (
        request.sources[ROOT / "notebooks"] == ROOT / "notebooks"
        and ledger.article.get("doi") != own
    ):
        raise BuildError(
            f"{request.published} is not a ledger of {own}, the only article that the notebooks "
            f"rebuild; for its own page: numbercheck report {request.published}"
        )
    return ledger


@contextmanager
def _locked(request: BuildRequest, output: Path, watch: Watch) -> Iterator[None]:
    """Hold the folders of runs and outputs; clear what a killed build left in them."""
    with alone(request.cache, watch.says), alone(output, watch.says):
        recover(output)
        for left in request.cache.glob("*.new"):
            shutil.rmtree(left) if left.is_dir() else left.unlink()
        yield


def _ask(
    inputs: Inputs, reads: Asked, aside: ThreadPoolExecutor, held: ExitStack
) -> "tuple[list[str], Ready]":
    """Who is counted, and what waits for the judged ledger and the patients of the report."""
    judged = aside.submit(_judged, _ledger(inputs.request))
    told = held.enter_context(beside(read_patients, reads, inputs.given))
    counted = told()
    patients = aside.submit(told)
    return counted, lambda: (judged.result(), patients.result())


def _judged(ledger: "Ledger") -> "JudgedLedger":
    """What the report needs besides the notebooks and the patients, made meanwhile."""
    for later in ("companion.report.page", "companion.build.collect"):
        import_module(later)
    from numbercheck.report.environment import environment
    from numbercheck.report.page import judged

    environment("companion.report")
    return judged(ledger)


def _execute(request: BuildRequest, waiting: Sequence[Run], reads: Asked, watch: Watch) -> None:
    """Run notebooks; the runs that succeed are kept even if another one fails."""
    faults = run_all([run.job(reads, request.force) for run in waiting], request.jobs, watch)
    for run in waiting:
        if run.stem not in faults:
            run.finish()
    if faults:
        raise BuildError("\n".join(_once(faults[stem] for stem in sorted(faults))))


def _once(faults: Iterable[str]) -> Iterator[str]:
    """Lines of several notebooks, without those that say what another one has said."""
    said: set[str] = set()
    for line in "\n".join(faults).splitlines():
        sentence = line.rpartition("Error: ")[2]
        if sentence not in said:
            yield line
        said.add(sentence)


def _replace_outputs(
    request: BuildRequest,
    output: Path,
    runs: Sequence[Run],
    document: Path | None,
    known: "JudgedLedger",
    patients: "Patients",
    last: Mapping[str, Any],
) -> tuple[BuildOutcome, str]:
    """Fill and judge; the outcome, and the key of the figure with all verdicts."""
    from companion.build.collect import collect, glance_key
    from companion.verify import summary
    from numbercheck.audit import drift
    from numbercheck.ledger.sources import of_sources

    with staged(output) as stage:
        if document:
            shutil.copyfile(document, stage / consistent.NAME)
        finished = {run.notebook: run.folder for run in runs}
        known = collect(stage, finished, request, known, patients, last)
        own = {*_names(stage), *last.get("files", ())}
        others = sorted({*_names(output)} - own) if request.output else []
        if others:
            what = f"{request.output} holds {others[0]}, which no build made"
            raise BuildError(f"{what}; move it away, or name another --output")
    found = drift(of_sources(known.ledger), [*known.verdicts, *known.elsewhere])
    outcome = BuildOutcome(output, tuple(found), summary(known.ledger, known.verdicts))
    return outcome, glance_key(output, known)


def _names(folder: Path) -> list[str]:
    """Files below a folder; none where there is no such folder."""
    return [path.relative_to(folder).as_posix() for path in cache.tree(folder)]
