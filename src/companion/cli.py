"""The command line: thin, and each command imports only what it needs."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from companion.errors import CompanionError
from numbercheck.cli import AS_JSON, SECONDS
from numbercheck.commands import (
    Program,
    argument,
    at_least,
    html_file,
    named_path,
    pairs,
    print_json,
)

if TYPE_CHECKING:
    from companion.build.request import BuildRequest
    from numbercheck.ledger.records import Ledger

program = Program(
    "companion",
    "A reproducible companion to one published trial: rebuild every table and figure from\n"
    "patient tables, with a verdict on every printed number.",
    CompanionError,
)

POPULATION = argument(
    "--population",
    default="",
    metavar="FLAG",
    help="flag of the patients counted: FASFL, ITTFL, SAFFL or all (default: the first in use)",
)
PUBLISHED = argument("--published", type=named_path, metavar="DIR", help="folder of the ledger")


def main() -> None:
    """Run the command line."""
    program.run(sys.argv[1:])


def _ledger(published: Path | None) -> "Ledger":
    from numbercheck.ledger.reading import read_ledger

    return read_ledger(_published(published))


def _published(published: Path | None) -> Path:
    if published is not None:
        return published
    from companion.project import ROOT

    return ROOT / "data" / "published"


@program.command(
    argument("--cohort", type=named_path, metavar="DIR", help="folder of ADaM tables"),
    PUBLISHED,
    argument("--output", type=named_path, metavar="DIR", help="folder to replace as a whole"),
    argument("-p", "--parameter", action="append", default=[], metavar="NAME=VALUE",
             help="parameter of the notebooks"),
    POPULATION,
    argument("--force", action="append", default=[], metavar="NOTEBOOK",
             help="run this notebook even if nothing changed"),
    argument("--jobs", type=at_least(int, 1), default=3,
             help="number of notebooks to run at a time (default: 3)"),
    argument("--watch", dest="watched", action="store_true",
             help="build again whenever a notebook, table or module is saved, until Ctrl-C"),
    examples=["build", "build --watch", "build --cohort my-data",
              "build -p level=0.9 -p interval_method=jeffreys"],
)  # fmt: skip
def build(
    cohort: Path | None,
    published: Path | None,
    output: Path | None,
    parameter: Sequence[str],
    population: str,
    force: Sequence[str],
    jobs: int,
    watched: bool,
) -> None:
    """Run the four notebooks and judge every printed number.

    A notebook whose last run depends on nothing that changed is not run again. Builds with other
    tables, ledgers or parameters go to a folder of their own below work/builds.

    Exit status: 0 the findings are the expected ones, 1 they drifted, 2 unusable input.
    """
    from companion.build.request import COHORT, BuildRequest

    chosen = {"population": population} if population else {}
    request = BuildRequest(
        cohort=cohort or COHORT,
        published=_published(published),
        output=output,
        parameters=pairs(parameter, "--parameter") | chosen,
        force=tuple(force),
        jobs=jobs,
    )
    if watched:
        from companion.build.watching import watch_builds

        watch_builds(request, lambda: _build(request))
    else:
        _build(request)


def _build(request: "BuildRequest") -> None:
    from companion.build.build import build as run
    from companion.build.progress import Watch

    outcome = run(request, Watch())
    print(outcome.summary)
    print(f"The report is {outcome.output / 'index.html'}")
    _end(outcome.drift)


def _end(lines: Sequence[str]) -> None:
    """Exit with status 1 if there is anything to report, else 0."""
    for line in lines:
        print(line, file=sys.stderr)
    sys.exit(1 if lines else 0)


@program.command(
    argument("--results", type=named_path, metavar="FILE", help="table of results"),
    PUBLISHED,
    AS_JSON,
    examples=["verify", "verify --results outputs/results.csv --json"],
)
def verify(results: Path | None, published: Path | None, as_json: bool) -> None:
    """Join a table of results with the claims: a verdict on every printed number.

    Exit status: 0 the findings are the expected ones, 1 they drifted, 2 unusable input.
    """
    from companion import results as table
    from companion.verify import COLUMNS, require_same_article, summary
    from companion.verify import verify as join
    from numbercheck.audit import audit as judge
    from numbercheck.audit import drift

    ledger = _ledger(published)
    if results is None:
        from companion.project import ROOT

        results = ROOT / "outputs" / "results.csv"
    found = table.read_results(results)
    require_same_article(ledger, found, results)
    rows = join(ledger, found, judge(ledger))
    drifted = drift(ledger, rows)
    if as_json:
        claims = [{column: getattr(row, column) for column in COLUMNS} for row in rows]
        print_json({"claims": claims, "drift": drifted})
        sys.exit(1 if drifted else 0)
    print(summary(ledger, rows))
    _end(drifted)


@program.command(
    argument("directory", type=named_path, help="folder of ADaM tables"),
    PUBLISHED,
    AS_JSON,
    POPULATION,
    argument("--write-mapping", action="store_true",
             help="draft DIR/mapping.csv with likely matches for the ledger's codes"),
    examples=["validate data/cohort", "validate my-data --write-mapping"],
)  # fmt: skip
def validate(
    directory: Path, published: Path | None, as_json: bool, population: str, write_mapping: bool
) -> None:
    """List all faults of a folder of ADaM tables at once, and which codes the ledger uses.

    The ledger gives the codes, the data cut-off, after which no time can end, and the days of a
    month; for tables of another trial, choose its ledger with --published. Equal faults share one
    line; --json lists each. Codes that mean the same as the ledger's can be mapped in
    DIR/mapping.csv; a drafted row is applied once its status cell is empty.

    Exit status: 0 the tables can be used, 2 they cannot.
    """
    from dataclasses import asdict

    from companion.cohort import read_folder
    from companion.formats.raw_tables import grouped
    from companion.validation import code_lines, write_mapping_draft

    ledger = _ledger(published)
    reading = read_folder(directory, ledger, population)
    if as_json:
        print_json([asdict(fault) for fault in reading.faults])
    else:
        n = len(reading.faults)
        counted = f"{n} fault{'s' * (n > 1)}" if n else f"{directory} can be used"
        lines = [*grouped(reading.faults), counted, *reading.notes, *code_lines(reading, ledger)]
        print("\n".join(lines))
    if write_mapping:
        print(f"{write_mapping_draft(directory, reading, ledger)}: confirm each row before use")
    sys.exit(2 if reading.faults else 0)


@program.command(
    argument("--seed", type=at_least(int, 0), default=0, help="which consistent cohort"),
    argument("--output", type=named_path, metavar="DIR", help="folder for the ADaM tables"),
    PUBLISHED,
    SECONDS,
    examples=["reconstruct", "reconstruct --seed 1 --output work/seed-1"],
)
def reconstruct(seed: int, output: Path | None, published: Path | None, seconds: float) -> None:
    """Construct a cohort that prints the article's numbers; no row describes a real person."""
    from companion.project import ROOT
    from companion.reconstruction import check_target, write_reconstruction
    from numbercheck.consistency.construction import reconstruct as construct
    from numbercheck.consistency.modeled import modeled
    from numbercheck.consistency.solving import within
    from numbercheck.consistency.words import tell_not_modeled

    ledger = _ledger(published)
    target = output or ROOT / "work" / f"cohort-{seed}"
    check_target(ledger, target)
    with within(seconds):
        construction = construct(ledger, seed, seconds)
    write_reconstruction(ledger, construction, target, seed)
    asked = sum(not modeled(claim, ledger) for claim in ledger.claims.values())
    held = f"{asked - len(construction.given_up)} of the {asked} claims that the solver takes in"
    print(f"{target}: a cohort of {construction.size} that satisfies {held}")
    for slug in construction.given_up:
        print(f"  but {slug}: {construction.reason(ledger, slug)}")
    for slug, preference in ledger.preferences.items():
        kept = "kept" if slug in construction.preferences else "not possible"
        print(f"  {kept}: {preference.statement}")
    print(*tell_not_modeled(ledger), sep="\n")


@program.command(
    PUBLISHED,
    argument("--output", type=named_path, metavar="DIR", help="folder for the page"),
    examples=["live", "live --published my-ledger --output work/mine"],
)
def live(published: Path | None, output: Path | None) -> None:
    """Write the live page: the whole audit in one file that works offline (needs npm, once)."""
    from companion.live import write_live_page
    from companion.project import ROOT

    example = ROOT / "data" / "examples" / "two-arm"
    document = ROOT / "outputs" / "consistency.json"
    print(write_live_page(_published(published), example, document, output or ROOT / "work/live"))


@program.command(
    argument("outputs", nargs="?", type=named_path, metavar="OUTPUTS",
             help="folder of a build (default: outputs)"),
    argument("--cohort", type=named_path, metavar="DIR", help="the ADaM tables of that build"),
    PUBLISHED,
    POPULATION,
    argument("--output", type=html_file, metavar="FILE", help="the file (default: work/deck.html)"),
    examples=["deck", "deck outputs-supplied --cohort my-data --output my-deck.html"],
)  # fmt: skip
def deck(
    outputs: Path | None,
    cohort: Path | None,
    published: Path | None,
    population: str,
    output: Path | None,
) -> None:
    """Write slides for a projector from a build, with speaker notes, in one offline file."""
    from companion.build.request import COHORT, OUTPUT, WORK
    from companion.report.deck import write_deck

    target = output or WORK / "deck.html"
    made = outputs or OUTPUT
    n = write_deck(made, cohort or COHORT, _published(published), target, population)
    print(f"{target}: {n} slides")


@program.command(
    argument("grid", type=named_path, help="YAML file; docs/sweeps.md describes it"),
    argument("--cohort", type=named_path, metavar="DIR",
             help="ADaM tables for a grid without seeds"),
    PUBLISHED,
    POPULATION,
    argument("--output", type=named_path, metavar="DIR",
             help="folder; a second start continues there"),
    argument("--jobs", type=at_least(int, 1), default=2,
             help="worker processes on this machine (default: 2)"),
    argument("--scheduler", default="", metavar="ADDRESS",
             help="Dask scheduler whose workers to use instead"),
    examples=[
        "sweep docs/examples/cohorts.yml",
        "sweep my-grid.yml --scheduler tcp://head:8786 --output big",
    ],
)  # fmt: skip
def sweep(
    grid: Path,
    cohort: Path | None,
    published: Path | None,
    population: str,
    output: Path | None,
    jobs: int,
    scheduler: str,
) -> None:
    """Evaluate a grid of methods, reconstructed cohorts and changed claims in one table.

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
    if cohort and checked.seeds:
        raise CompanionError(
            f"{grid} has seeds or changed claims, so its cohorts are constructed; "
            "leave out --cohort"
        )
    target = output or WORK / "sweeps" / checked.name
    request = SweepRequest(
        checked,
        ledger,
        _published(published),
        cohort or COHORT,
        target,
        jobs,
        scheduler,
        population,
    )
    outcome = run(request, Watch())
    print(f"{outcome.runs} runs, {outcome.kept} of them done before: {target / 'results.parquet'}")
    _end(outcome.failures)
