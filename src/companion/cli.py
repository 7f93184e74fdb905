"""The command line: thin, and each command imports only what it needs."""

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from companion.errors import CompanionError
from numbercheck.cli import AsJson, Seconds, example, pairs, print_json, sentences

if TYPE_CHECKING:
    from numbercheck.ledger.records import Ledger

app = typer.Typer(
    help="A reproducible companion to one published trial: rebuild every table and figure from "
    "patient tables, with a verdict on every printed number.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)

Published = Annotated[Path | None, typer.Option(help="Folder of the ledger.")]


def main() -> None:
    """Run the command line; every fault of the input is a sentence and exit status 2."""
    with sentences(CompanionError):
        app(prog_name="companion")


def _ledger(published: Path | None) -> "Ledger":
    from numbercheck.ledger.reading import read_ledger

    return read_ledger(_published(published))


def _published(published: Path | None) -> Path:
    if published is not None:
        return published
    from companion.project import ROOT

    return ROOT / "data" / "published"


def _example(*lines: str) -> Callable:
    return example(*lines, program="companion")


@app.command()
@_example("build", "build --cohort my-data", "build -p level=0.9 -p interval_method=jeffreys")
def build(
    cohort: Annotated[Path | None, typer.Option(help="Folder of ADaM tables.")] = None,
    published: Published = None,
    output: Annotated[Path | None, typer.Option(help="Folder to write, as a whole.")] = None,
    parameter: Annotated[
        list[str] | None, typer.Option("-p", "--parameter", help="NAME=VALUE for the notebooks.")
    ] = None,
    force: Annotated[list[str] | None, typer.Option(help="Run this notebook anyway.")] = None,
    jobs: Annotated[int, typer.Option(help="Notebooks at a time.", min=1)] = 2,
) -> None:
    """Run the four notebooks and judge every printed number.

    What has run before and depends on nothing that changed is kept. Other tables, ledgers or
    parameters get a folder of their own below work/builds.

    Exit status: 0 the findings are the expected ones, 1 they drifted, 2 unusable input.
    """
    from companion.build.build import build as run
    from companion.build.progress import Watch
    from companion.build.request import COHORT, PUBLISHED, BuildRequest

    request = BuildRequest(
        cohort=cohort or COHORT,
        published=published or PUBLISHED,
        output=output,
        parameters=pairs(parameter, "--parameter"),
        force=tuple(force or ()),
        jobs=jobs,
    )
    outcome = run(request, Watch())
    print(outcome.summary)
    print(f"The report is {outcome.output / 'index.html'}")
    _end(outcome.drift)


def _end(drift: Sequence[str]) -> None:
    for line in drift:
        print(line, file=sys.stderr)
    sys.exit(1 if drift else 0)


@app.command()
@_example("verify", "verify --results outputs/results.csv --json")
def verify(
    results: Annotated[Path | None, typer.Option(help="Table of results.")] = None,
    published: Published = None,
    as_json: AsJson = False,
) -> None:
    """Join a table of results with the claims: a verdict on every printed number.

    Exit status: 0 the findings are the expected ones, 1 they drifted, 2 unusable input.
    """
    from companion import results as table
    from companion.verify import COLUMNS, summary
    from companion.verify import verify as join
    from numbercheck.audit import audit as judge
    from numbercheck.audit import drift

    ledger = _ledger(published)
    if results is None:
        from companion.project import ROOT

        results = ROOT / "outputs" / "results.csv"
    rows = join(ledger, table.read_results(results), judge(ledger))
    found = drift(ledger, rows)
    if as_json:
        claims = [{column: getattr(row, column) for column in COLUMNS} for row in rows]
        print_json({"claims": claims, "drift": found})
        sys.exit(1 if found else 0)
    print(summary(ledger, rows))
    _end(found)


@app.command()
@_example("validate data/cohort", "validate my-data --json")
def validate(directory: Path, published: Published = None, as_json: AsJson = False) -> None:
    """List all faults of a folder of ADaM tables at once, with what would be right.

    The ledger gives the data cut-off, after which no time can end, and the days of a month;
    for tables of another trial, choose its ledger with --published.

    Exit status: 0 the tables can be used, 2 they cannot.
    """
    from dataclasses import asdict

    from companion.cohort import faults

    found = faults(directory, _ledger(published))
    if as_json:
        print_json([asdict(fault) for fault in found])
    else:
        for fault in found:
            print(fault)
        counted = f"{len(found)} fault{'s' * (len(found) > 1)}"
        print(counted if found else f"{directory} can be used")
    sys.exit(2 if found else 0)


@app.command()
@_example("reconstruct", "reconstruct --seed 1 --output work/seed-1")
def reconstruct(
    seed: Annotated[int, typer.Option(help="Which of the consistent cohorts.")] = 0,
    output: Annotated[Path | None, typer.Option(help="Folder for the ADaM tables.")] = None,
    published: Published = None,
    seconds: Seconds = 60.0,
) -> None:
    """Construct a cohort that prints the article's numbers; none of its patients is real."""
    from companion.cohort import check_target, write_reconstruction
    from companion.project import ROOT
    from numbercheck.consistency.construction import reconstruct as construct
    from numbercheck.consistency.model import within

    ledger = _ledger(published)
    target = output or ROOT / "work" / f"cohort-{seed}"
    check_target(ledger, target)
    with within(seconds):
        construction = construct(ledger, seed, seconds)
    write_reconstruction(ledger, construction, target, seed)
    print(f"{target}: a cohort of {construction.size} that satisfies all claims about patients")
    for slug in construction.given_up:
        print(f"  but {slug}: {construction.reason(ledger, slug)}")


@app.command()
@_example("live", "live --published my-ledger --output work/mine")
def live(
    published: Published = None,
    output: Annotated[Path | None, typer.Option(help="Folder for the page.")] = None,
) -> None:
    """Write the live page: the whole audit in one file that works offline (needs npm, once)."""
    from companion.live import write_live_page
    from companion.project import ROOT

    example = ROOT / "data" / "examples" / "two-arm"
    document = ROOT / "outputs" / "consistency.json"
    print(write_live_page(_published(published), example, document, output or ROOT / "work/live"))


@app.command()
@_example(
    "sweep docs/examples/cohorts.yml", "sweep my-grid.yml --scheduler tcp://head:8786 --output big"
)
def sweep(
    grid: Annotated[Path, typer.Argument(help="YAML file; docs/sweeps.md describes it.")],
    cohort: Annotated[
        Path | None, typer.Option(help="ADaM tables of a grid without seeds.")
    ] = None,
    published: Published = None,
    output: Annotated[Path | None, typer.Option(help="Folder; a second start goes on.")] = None,
    jobs: Annotated[int, typer.Option(help="Processes on this machine.", min=1)] = 2,
    scheduler: Annotated[str, typer.Option(help="Address of a Dask scheduler instead.")] = "",
) -> None:
    """Run a grid of parameters, reconstructed cohorts and changed claims into one table.

    Exit status: 0 every run is done, 1 some failed and are listed, 2 unusable input.
    """
    from companion.build.progress import Watch
    from companion.build.request import COHORT, WORK

    try:
        from companion.sweep import SweepRequest, read_grid
        from companion.sweep import sweep as run
    except ModuleNotFoundError as error:
        raise CompanionError(f"a sweep needs {error.name}; `make sweep` installs it") from None

    ledger = _ledger(published)
    checked = read_grid(grid, ledger)
    target = output or WORK / "sweeps" / checked.name
    request = SweepRequest(
        checked, ledger, _published(published), cohort or COHORT, target, jobs, scheduler
    )
    outcome = run(request, Watch())
    print(f"{outcome.runs} runs, {outcome.kept} of them done before: {target / 'results.parquet'}")
    _end(outcome.failures)
