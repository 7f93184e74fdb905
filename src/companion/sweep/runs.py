"""Run a grid: keep what is done, list what fails, and join everything in one table."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any, NamedTuple

from companion import figures
from companion.build import consistent
from companion.build.cache import digest, read_record, shared_key, write_record
from companion.build.outputs import alone
from companion.build.progress import Watch
from companion.captions import provenance
from companion.cohort import read_cohort
from companion.cohort.patients import patient_table
from companion.origin import LABEL
from companion.project import ROOT
from companion.sweep import table
from companion.sweep.cohorts import construct_all
from companion.sweep.grid import Grid, GridError, Setting
from companion.sweep.stability import stability
from companion.sweep.vectorized import evaluate
from numbercheck.ledger.records import Ledger
from numbercheck.recount import Cohorts
from numbercheck.tables import write_table

COHORTS, RUNS = 200, 2_000  # most in one part, so that memory does not grow with the grid


@dataclass(frozen=True)
class SweepRequest:
    """One sweep.

    Attributes
    ----------
    grid : Grid
        What to run.
    ledger : Ledger
        What is printed, read from ``published``.
    published, cohort : Path
        Folders of the ledger, and of the ADaM tables for a grid without seeds.
    output : Path
        Folder of the table and of what is done so far.
    jobs : int
        Worker processes on this machine.
    scheduler : str
        Address of a Dask scheduler whose workers are used instead.
    population : str
        Flag of the patients who are counted, as `read_cohort` takes it.
    """

    grid: Grid
    ledger: Ledger
    published: Path
    cohort: Path
    output: Path
    jobs: int = 2
    scheduler: str = ""
    population: str = ""


class SweepOutcome(NamedTuple):
    """Number of runs in the grid, how many were done before, and what failed."""

    runs: int
    kept: int
    failures: tuple[str, ...]


def sweep(request: SweepRequest, watch: Watch) -> SweepOutcome:
    """Run what is not done yet, and write the table and its summary.

    Parameters
    ----------
    request : SweepRequest
        What to run, and where the results go.
    watch : Watch
        Told of each step.

    Raises
    ------
    GridError, OSError, SchedulerError
        If the output folder cannot be used, or the cluster cannot be reached; finished cohorts
        and results are kept for the next start.
    """
    output = request.output
    if output.is_dir() and any(output.iterdir()) and not (output / "parts").is_dir():
        raise GridError(f"{output} holds something else; name an empty or new folder")
    for folder in ("cohorts", "parts"):
        (request.output / folder).mkdir(parents=True, exist_ok=True)
    with alone(request.output, watch.says):
        cohorts, failures = _cohorts(request, watch)
        parts, kept = _parts(request, cohorts)
        table.join_parts(parts, request.output / "results.parquet")
        _write_lists(request, cohorts, failures)
        if len(request.grid.seeds) > 1:
            _summarize(request)
    return SweepOutcome(request.grid.size, kept, tuple(failures))


def _cohorts(request: SweepRequest, watch: Watch) -> tuple[dict[int, dict[str, Any]], list[str]]:
    """Cohorts by their position in the grid, and what failed; missing ones are constructed.

    They are kept until the ledger or the constraint model changes.
    """
    if not request.grid.seeds:
        return {0: {"columns": _at_hand(request), "given_up": ()}}, []
    model = consistent.key_of(ROOT, request.published, request.output)
    files = {s: _file(request, "cohorts", "json", model, s) for s in request.grid.scenarios}
    missing = [s for s, path in files.items() if not path.is_file()]
    failures = []
    if missing:
        watch.starts("cohorts")
        made = construct_all(request.ledger, missing, request.jobs, request.scheduler)
        for done, each in enumerate(made, start=1):
            if each.fault:
                failures.append(f"{each.scenario}: {each.fault}")
            else:
                write_record(files[each.scenario], each.cohort)
            watch.step("cohorts", done, len(missing))
        watch.ends("cohorts", "some failed" if failures else "")
    found = {i: read_record(path) for i, path in enumerate(files.values())}
    return {i: cohort for i, cohort in found.items() if cohort}, failures


def _parts(
    request: SweepRequest, cohorts: Mapping[int, Mapping[str, Any]]
) -> tuple[list[Path], int]:
    """Files of all results in the order of the runs, and how many runs were done before.

    Results are kept until the data or any code changes.
    """
    grid, kept, files = request.grid, 0, []
    shared = shared_key(ROOT, request.cohort, request.published)
    shared["population"] = request.population
    if grid.seeds:
        del shared["cohort"]  # the cohorts are not the ones at hand
    for places, start, settings in _blocks(grid, sorted(cohorts)):
        scenarios = [grid.scenarios[i] for i in places]
        path = _file(request, "parts", "parquet", shared, scenarios, settings)
        files.append(path)
        if path.is_file():
            kept += len(places) * len(settings)
            continue
        ledger = request.ledger.constrain(dict(scenarios[0].claims))
        columns = Cohorts(ledger, [cohorts[i]["columns"] for i in places])
        first_runs = [i * len(grid.settings) + start for i in places]
        found = evaluate(columns, settings)
        table.write_part(table.part(scenarios, first_runs, settings, found), path)
    return files, kept


def _blocks(grid: Grid, places: Sequence[int]) -> Iterator[tuple[list[int], int, list[Setting]]]:
    """Runs to do together: cohorts that change the same claims, and settings from a position."""
    for _, group in groupby(places, key=lambda i: grid.scenarios[i].claims):
        members = list(group)
        for at in range(0, len(members), COHORTS):
            some = members[at : at + COHORTS]
            step = max(RUNS // len(some), 1)
            for start in range(0, len(grid.settings), step):
                yield some, start, grid.settings[start : start + step]


def _file(request: SweepRequest, folder: str, ending: str, *parts: object) -> Path:
    return request.output / folder / f"{digest(json.dumps(parts, sort_keys=True))[:24]}.{ending}"


def _at_hand(request: SweepRequest) -> dict[str, list]:
    frame = patient_table(
        read_cohort(request.cohort, request.ledger, request.population), request.ledger.variables
    ).astype(object)
    return frame.where(frame.notna(), None).to_dict("list")


def _write_lists(
    request: SweepRequest, cohorts: Mapping[int, Mapping[str, Any]], failures: Iterable[str]
) -> None:
    """List what failed, and the claims that each reconstruction had to give up."""
    given_up = [(str(request.grid.scenarios[i]) or "at hand", " ".join(cohort["given_up"]))
                for i, cohort in cohorts.items()]  # fmt: skip
    write_table(["failure"], ((f,) for f in failures), request.output / "failures.csv")
    write_table(["cohort", "given_up"], given_up, request.output / "cohorts.csv")


def _summarize(request: SweepRequest) -> None:
    """Write and draw what is the same in all cohorts, and how far the rest differs."""
    names = [*request.grid.claims, *request.grid.parameters]
    summary = table.summary(request.output / "results.parquet", names)
    summary.to_csv(request.output / "summary.csv", index=False, lineterminator="\n")
    if not summary.empty:
        labels = summary["measure"].map(lambda m: request.ledger.measures[m].label)
        drawn = stability(summary.assign(label=labels), provenance(request.ledger, LABEL))
        figures.write_figure(drawn, request.output, "stability")
