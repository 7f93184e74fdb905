"""The command line: thin, and each command imports only what it needs."""

import json
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from companion.ledger import Ledger

app = typer.Typer(
    help="A reproducible companion to one published trial: audit its numbers, ask whether one "
    "cohort can satisfy them all, and rebuild every table and figure.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)

Published = Annotated[Path | None, typer.Option(help="Folder of the ledger.")]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON document on standard output.")]
Seconds = Annotated[float, typer.Option(help="Most time for one question to the solver.", min=0.1)]
Changed = Annotated[
    list[str] | None, typer.Option("--set", help="CLAIM=PRINTED: as if that were printed.")
]
Dropped = Annotated[list[str] | None, typer.Option("--drop", help="Leave this claim out.")]
Without = Annotated[list[str] | None, typer.Option("--without", help="Do not assume this.")]


class UnusableError(ValueError):
    """Input that cannot be used, in one clear message."""


def main() -> None:
    """Run the command line; every fault of the input is a sentence and exit status 2."""
    with _faults():
        app(prog_name="companion")


@contextmanager
def _faults() -> Iterator[None]:
    try:
        yield
    except ValueError as error:
        _stop(str(error))
    except BrokenPipeError:  # the reader of a pipe has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except OSError as error:
        if not error.strerror:  # ours, in words
            _stop(str(error))
        _stop(f"{error.filename or 'the disk'}: {error.strerror}; outputs are as they were")
    except RuntimeError as error:
        if type(error).__module__.partition(".")[0] != "companion":
            raise
        _stop(str(error))


def _stop(message: str, status: int = 2) -> None:
    print(message, file=sys.stderr)
    sys.exit(status)


def _ledger(published: Path | None) -> "Ledger":
    from companion.published import read_ledger

    return read_ledger(_published(published))


def _published(published: Path | None) -> Path:
    if published is not None:
        return published
    from companion.project import ROOT

    return ROOT / "data" / "published"


def _print_json(document: object) -> None:
    print(json.dumps(document, ensure_ascii=False, indent=1, default=str))


def _example(*lines: str) -> Callable:
    """Add examples to a command's help."""

    def add(command: Callable) -> Callable:
        examples = "\n\n".join(f"    companion {line}" for line in lines)
        command.__doc__ = f"{command.__doc__}\n\nExamples:\n\n{examples}"
        return command

    return add


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
    engine: Annotated[
        str, typer.Option(help="forked (fast), or kernel (a Jupyter kernel for each notebook).")
    ] = "forked",
) -> None:
    """Run the four notebooks and judge every printed number.

    What has run before and depends on nothing that changed is kept. Other tables, ledgers or
    parameters get a folder of their own below work/builds.

    Exit status: 0 the findings are the expected ones, 1 they drifted, 2 unusable input.
    """
    from companion.pipeline.build import build as run
    from companion.pipeline.progress import watching
    from companion.pipeline.request import COHORT, PUBLISHED, Request

    request = Request(
        cohort=cohort or COHORT,
        published=published or PUBLISHED,
        output=output,
        parameters=_pairs(parameter, "--parameter"),
        force=tuple(force or ()),
        jobs=jobs,
        engine=engine,
    )
    with watching() as watch:
        outcome = run(request, watch)
    print(outcome.summary)
    print(f"The report is {outcome.output / 'index.html'}")
    _end(outcome.drift)


def _pairs(given: list[str] | None, option: str) -> dict[str, str]:
    pairs = {}
    for text in given or []:
        name, sign, value = text.partition("=")
        if not sign:
            raise UnusableError(f"{option} {text!r} has no =; write it as NAME=VALUE")
        pairs[name.strip()] = value.strip()
    return pairs


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
    from dataclasses import asdict

    from companion import results as table
    from companion.audit import audit as judge
    from companion.verify import drift, summary
    from companion.verify import verify as join

    ledger = _ledger(published)
    if results is None:
        from companion.project import ROOT

        results = ROOT / "outputs" / "results.csv"
    rows = join(ledger, table.read(results), judge(ledger))
    found = drift(ledger, rows)
    if as_json:
        _print_json({"claims": [asdict(row) for row in rows], "drift": found})
        sys.exit(1 if found else 0)
    print(summary(rows, ledger.expected_findings))
    _end(found)


@app.command()
@_example("audit", "audit --published my-ledger --json")
def audit(published: Published = None, as_json: AsJson = False) -> None:
    """Judge each printed number by the others; needs no patient data.

    Exit status: 0 nothing found, 1 there is a finding, 2 unusable input.
    """
    from companion.audit import audit as judge
    from companion.audit import coverage, to_json

    ledger = _ledger(published)
    verdicts = judge(ledger)
    findings = [v for v in verdicts if v.verdict == "mismatch"]
    if as_json:
        print(to_json(ledger, verdicts))
    else:
        counts = coverage(verdicts)
        print(f"{counts.checked} of {counts.claims} claims could be checked by other claims")
        for name, count in counts.verdicts.items():
            print(f"{count:5d}  {name}")
        for verdict in findings:
            claim = ledger.claims[verdict.claim]
            print(f"{claim.locus} ({verdict.claim}) prints {claim.printed}: {verdict.sentence}")
    sys.exit(1 if findings else 0)


@app.command()
@_example("explain table1_crs_g12_percent", "explain text6_crs_by_blasts_p_value")
def explain(claim: str, published: Published = None) -> None:
    """Show what one printed number was checked against, and what each method gives."""
    from companion.audit import explain as tell
    from companion.ledger import unknown

    ledger = _ledger(published)
    if claim not in ledger.claims:
        raise UnusableError(unknown("claim", claim, ledger.claims))
    print(tell(ledger, claim))


@app.command()
@_example("new my-ledger")
def new(directory: Path) -> None:
    """Start the ledger of another article: empty tables, and a README that explains them."""
    from companion.audit import new_ledger

    for path in new_ledger(directory):
        print(path)


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

    found = faults(directory, *_ledger(published).time_limits)
    if as_json:
        _print_json([asdict(fault) for fault in found])
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
    """Construct a cohort that prints the article's numbers; it is nobody's data."""
    from companion.consistency.construction import reconstruct as construct
    from companion.consistency.construction import write
    from companion.project import ROOT

    ledger = _ledger(published)
    target = output or ROOT / "work" / f"cohort-{seed}"
    construction = construct(ledger, seed, seconds)
    write(ledger, construction, target, seed)
    print(f"{target}: a cohort of {construction.size} that satisfies all claims about patients")
    for slug in construction.given_up:
        print(f"  but {slug}: {construction.reason(ledger, slug)}")


@app.command()
@_example("slides", "slides --source work/builds/mine --output mine.html")
def slides(
    source: Annotated[Path | None, typer.Option(help="Folder of a build.")] = None,
    cohort: Annotated[Path | None, typer.Option(help="ADaM tables that it was made from.")] = None,
    output: Annotated[Path | None, typer.Option(help="The deck, one HTML file.")] = None,
    published: Published = None,
) -> None:
    """Make slides for a projector from the executed notebooks."""
    from companion.pipeline.request import COHORT, OUTPUT, WORK, Request
    from companion.report.slides import write

    path = output or WORK / "slides.html"
    label = Request(cohort or COHORT).label
    count = write(source or OUTPUT, path, _ledger(published).article, label)
    print(f"{count} slides: {path}")


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
    from companion.pipeline.progress import watching
    from companion.pipeline.request import COHORT, NOTEBOOKS, WORK
    from companion.project import ROOT

    _need("pyarrow", *(["distributed"] if scheduler else []))
    from companion.sweep import Request, read_grid
    from companion.sweep import sweep as run

    ledger = _ledger(published)
    notebooks = tuple(ROOT / "notebooks" / f"{name}.ipynb" for name in NOTEBOOKS)
    checked = read_grid(grid, ledger, notebooks)
    target = output or WORK / "sweeps" / checked.name
    request = Request(
        checked, ledger, _published(published), cohort or COHORT, notebooks, target, jobs, scheduler
    )
    with watching() as watch:
        outcome = run(request, watch)
    print(f"{outcome.runs} runs, {outcome.kept} of them done before: {target / 'results.parquet'}")
    _end(outcome.failures)


def _need(*modules: str) -> None:
    from importlib.util import find_spec

    missing = [name for name in modules if not find_spec(name)]
    if missing:
        raise UnusableError(f"a sweep needs {' and '.join(missing)}; `make sweep` installs it")


@app.command()
@_example(
    "conflicts",
    "conflicts --all --set text5_relapse_n=5",
    "conflicts --drop table1_crs_g12_percent --without followed_to_cutoff",
)
def conflicts(
    every: Annotated[bool, typer.Option("--all", help="Go on after the first.")] = False,
    changed: Changed = None,
    drop: Dropped = None,
    without: Without = None,
    published: Published = None,
    seconds: Seconds = 60.0,
    as_json: AsJson = False,
) -> None:
    """Ask whether one cohort can satisfy every claim; if not, name a smallest conflict.

    Exit status: 0 one cohort satisfies them all, 1 a conflict or undecided, 2 unusable input.
    """
    from companion.consistency.conflict_sets import find_conflicts
    from companion.consistency.search import UndecidedError
    from companion.consistency.words import record, tell

    ledger = _ledger(published).constrain(_pairs(changed, "--set"), drop or (), without or ())
    try:
        found = find_conflicts(ledger, seconds, every)
    except UndecidedError as error:
        if as_json:
            _print_json({"consistent": None, "undecided": str(error), "conflicts": []})
        else:
            print(f"{error}: neither consistent nor inconsistent")
        sys.exit(1)
    if as_json:
        records = [record(ledger, conflict) for conflict in found]
        _print_json({"consistent": not found, "conflicts": records})
    else:
        print("\n\n".join(tell(ledger, conflict) for conflict in found) or CONSISTENT)
    sys.exit(1 if found else 0)


CONSISTENT = "One cohort satisfies every claim about patients, and every assumption."


@app.command()
@_example(
    "bounds", "bounds 'crs_grade >= 1' --among 'blasts_ge5'", "bounds 'os_time >= 366' --json"
)
def bounds(
    expression: Annotated[str | None, typer.Argument(help="Which patients to count.")] = None,
    among: Annotated[str, typer.Option(help="Among whom.")] = "",
    published: Published = None,
    seconds: Seconds = 60.0,
    as_json: AsJson = False,
) -> None:
    """Bound what the article does not print, over every cohort that it allows.

    Without an expression: the questions that readers ask.
    """
    if expression is None:
        _standard_bounds(_published(published), seconds, as_json)
        return
    from companion.consistency.sharp_bounds import Bounds

    ledger = _ledger(published)
    asked = Bounds(ledger, seconds)
    bound = asked.count(ledger.selection(expression), ledger.selection(among))
    if as_json:
        _print_json({"given_up": sorted(asked.given_up), "bounds": [bound.record()]})
    else:
        print(bound)


def _standard_bounds(published: Path, seconds: float, as_json: bool) -> None:
    from companion.consistency.document import standard_bounds

    given_up, found, envelopes = standard_bounds(published, seconds)
    if as_json:
        records = [bound.record() for bound in found]
        _print_json({"given_up": given_up, "bounds": records, "envelopes": envelopes})
        return
    print(*found, sep="\n")
    for endpoint, rows in envelopes.items():
        print(f"{endpoint} month by month, least and largest estimate:")
        print(
            *(f"{month:5.0f}  {low:6.2f} to {high:6.2f} %" for month, low, high in rows), sep="\n"
        )
