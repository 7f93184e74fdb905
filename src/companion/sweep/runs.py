"""Run a grid: what is done stays done, what fails is listed, and one table comes out."""

import csv
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from companion.build import consistent
from companion.build.cache import digest, shared_key
from companion.build.outputs import alone
from companion.build.progress import Watch
from companion.origin import LABEL
from companion.project import ROOT
from companion.sweep import table
from companion.sweep.grid import Block, Grid
from companion.sweep.spread import spread
from companion.sweep.tasks import construct, evaluate_block
from numbercheck.ledger.records import Ledger

COHORTS, RUNS = 200, 2_000  # most in one block
TABLE, SUMMARY, FAILURES = "results.parquet", "summary.csv", "failures.csv"
MADE, FIGURE = "cohorts.csv", "stability"


@dataclass(frozen=True)
class Request:
    """One sweep.

    Attributes
    ----------
    grid : Grid
        What to run.
    ledger : Ledger
        What is printed, read from ``published``.
    published, cohort : Path
        Ledger, and the ADaM tables of a grid without seeds.
    output : Path
        Folder of the table and of what is done so far.
    jobs : int
        Processes, on this machine.
    scheduler : str
        Address of a Dask scheduler, whose workers then do the work.
    """

    grid: Grid
    ledger: Ledger
    published: Path
    cohort: Path
    output: Path
    jobs: int = 2
    scheduler: str = ""


class Outcome(NamedTuple):
    """How many runs there are, how many were done before, and what failed."""

    runs: int
    kept: int
    failures: tuple[str, ...]


def sweep(request: Request, watch: Watch) -> Outcome:
    """Run what is not done yet, and join all of it to one table.

    Parameters
    ----------
    request : Request
        What to run, and where to.
    watch : Watch
        Told of each step.

    Raises
    ------
    OSError, SchedulerError
        If nothing can be written, or the cluster cannot be reached; what is done stays done.
    """
    for name in ("cohorts", "parts"):
        (request.output / name).mkdir(parents=True, exist_ok=True)
    with alone(request.output, watch.says):
        work = _Work(request, watch)
        cohorts = work.cohorts()
        table.join(work.parts(cohorts), request.output / TABLE)
        work.report(cohorts)
        if len(request.grid.seeds) > 1:
            _sum_up(request)
    return Outcome(request.grid.size, work.kept, tuple(work.failures))


class _Work:
    """One sweep at work: the keys of what is done, and the list of what failed.

    Cohorts are kept until the ledger or the model of it changes, results until any code does.
    """

    def __init__(self, request: Request, watch: Watch) -> None:
        self.request, self.watch = request, watch
        self.kept, self.failures = 0, list[str]()
        shared = shared_key(ROOT, request.cohort, request.published)
        at_hand = () if request.grid.seeds else (shared.pop("cohort"),)
        shared.pop("cohort", None)
        self.model = consistent.key_of(ROOT, request.published, request.output)
        self.shared = digest(json.dumps(shared, sort_keys=True), *at_hand)

    def cohorts(self) -> dict[int, dict[str, Any]]:
        """Columns of every cohort of the grid by its position; what is missing is constructed."""
        every = self.request.grid.cohorts
        if not self.request.grid.seeds:
            return {0: {"columns": _at_hand(self.request), "given_up": ()}}
        files = [self._file("cohorts", "json", self.model, cohort) for cohort in every]
        missing = [i for i, path in enumerate(files) if not path.is_file()]
        tasks = [(self.request.ledger, every[i]) for i in missing]
        for at, made in self._spread("cohorts", construct, tasks, [str(every[i]) for i in missing]):
            partial = files[missing[at]].with_suffix(".new")
            partial.write_text(json.dumps(made), encoding="utf-8")
            partial.replace(files[missing[at]])
        return {i: json.loads(path.read_text(encoding="utf-8"))
                for i, path in enumerate(files) if path.is_file()}  # fmt: skip

    def parts(self, cohorts: Mapping[int, dict[str, Any]]) -> list[Path]:
        """Evaluate what is missing; the parts that there are, in the order of the runs."""
        grid, every = self.request.grid, self.request.grid.cohorts
        blocks = list(grid.blocks(sorted(cohorts), COHORTS, RUNS))
        runs = ((*(every[i] for i in b.cohorts), b.settings) for b in blocks)
        files = [self._file("parts", "parquet", self.shared, *run) for run in runs]
        missing = [i for i, path in enumerate(files) if not path.is_file()]
        left = {i for at in missing for i in blocks[at].cohorts}
        self.kept = grid.size - sum(len(blocks[i].cohorts) * len(blocks[i].settings)
                                    for i in missing) - self._lost(cohorts)  # fmt: skip
        tasks = [self._task(blocks[i], cohorts) for i in missing] if left else []
        names = [self._name(blocks[i]) for i in missing]
        for at, found in self._spread("runs", evaluate_block, tasks, names):
            block = blocks[missing[at]]
            rows = table.part(grid, block, [every[i] for i in block.cohorts], found)
            table.write(rows, files[missing[at]])
        return [path for path in files if path.is_file()]

    def report(self, cohorts: Mapping[int, dict[str, Any]]) -> None:
        """List what failed, and what each reconstruction had to give up."""
        every = self.request.grid.cohorts
        _write_csv(self.request.output / FAILURES, "failure", [[f] for f in self.failures])
        rows = [[str(every[i]) or "at hand", " ".join(made["given_up"])]
                for i, made in sorted(cohorts.items())]  # fmt: skip
        _write_csv(self.request.output / MADE, "cohort,given_up", rows)

    def _lost(self, cohorts: Mapping[int, object]) -> int:
        grid = self.request.grid
        return (len(grid.cohorts) - len(cohorts)) * grid.settings

    def _file(self, folder: str, ending: str, *parts: object) -> Path:
        key = digest(json.dumps(parts, sort_keys=True, default=str))
        return self.request.output / folder / f"{key[:24]}.{ending}"

    def _task(self, block: Block, cohorts: Mapping[int, dict[str, Any]]) -> tuple:
        request, made = self.request, [cohorts[i]["columns"] for i in block.cohorts]
        cohort = request.grid.cohorts[block.cohorts[0]]
        return request.ledger.constrain(dict(cohort.claims)), made, block.settings

    def _name(self, block: Block) -> str:
        every, count = self.request.grid.cohorts, len(block.cohorts) * len(block.settings)
        first = ", ".join([str(every[block.cohorts[0]]), *(f"{k}={v}" for k, v in
                                                           block.settings[0].items())])  # fmt: skip
        return first if count == 1 else f"{count} runs from {first}"

    def _spread(
        self, what: str, work: Any, tasks: Sequence[tuple], names: Sequence[str]
    ) -> Iterable[tuple[int, Any]]:
        """Yield what each task gave, and note those that failed."""
        if not tasks:
            return
        self.watch.starts(what)
        failed = 0
        for done, ended in enumerate(
            spread(work, tasks, self.request.jobs, self.request.scheduler), start=1
        ):
            if ended.fault:
                failed += 1
                self.failures.append(f"{names[ended.position]}: {ended.fault}")
            else:
                yield ended.position, ended.value
            self.watch.step(what, done, len(tasks))
        self.watch.ends(what, "some failed" if failed else "")


def _sum_up(request: Request) -> None:
    """Say and draw what is the same in all cohorts."""
    from companion import figures
    from companion.captions import provenance

    settings = [*request.grid.claims, *request.grid.parameters]
    summary = table.summary(request.output / TABLE, settings)
    summary.to_csv(request.output / SUMMARY, index=False, lineterminator="\n")
    if summary.empty:
        return
    labels = summary["measure"].map(lambda m: request.ledger.measures[m].label)
    figure = figures.stability(summary.assign(label=labels), provenance(request.ledger, LABEL))
    figures.save(figure, request.output, FIGURE)


def _at_hand(request: Request) -> dict[str, list]:
    from companion.cohort import read_cohort
    from companion.cohort.patients import patient_table

    frame = patient_table(read_cohort(request.cohort, request.ledger), request.ledger.variables)
    return {
        name: [None if missing else value for value, missing in zip(column, column.isna(),
                                                                     strict=True)]
        for name, column in frame.astype(object).items()
    }  # fmt: skip


def _write_csv(path: Path, header: str, rows: Iterable[Sequence[str]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as handle:
        writer = csv.writer(handle, lineterminator="\n")
        writer.writerow(header.split(","))
        writer.writerows(rows)
