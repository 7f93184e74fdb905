"""The command line for any ledger: thin, and each command imports only what it needs."""

import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from numbercheck.errors import NumbercheckError, unknown

if TYPE_CHECKING:
    from numbercheck.ledger.records import Ledger

HERE = Path("data/published")

app = typer.Typer(
    help="Check the printed numbers of one article: audit them against each other, ask whether "
    "one cohort can satisfy them all, and bound what is not printed. LEDGER is a folder; "
    "without one, data/published below the current folder.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)

Folder = Annotated[Path, typer.Argument(metavar="[LEDGER]", help="Folder of the ledger.")]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON document on standard output.")]
Seconds = Annotated[float, typer.Option(help="Most time for the whole command.", min=0.1)]
Changed = Annotated[
    list[str] | None, typer.Option("--set", help="CLAIM=PRINTED: as if that were printed.")
]
Dropped = Annotated[list[str] | None, typer.Option("--drop", help="Leave this claim out.")]
Without = Annotated[list[str] | None, typer.Option("--without", help="Do not assume this.")]
Methods = Annotated[
    list[str] | None, typer.Option("--method", help="FAMILY=METHOD: as if that were its method.")
]
Levels = Annotated[
    list[str] | None, typer.Option("--level", help="FAMILY=LEVEL: confidence level, such as 0.9.")
]


class UnusableError(NumbercheckError):
    """A command's arguments that cannot be used."""


def main() -> None:
    """Run the command line; every fault of the input is a sentence and exit status 2."""
    with sentences():
        app(prog_name="numbercheck")


@contextmanager
def sentences(*ours: type[Exception]) -> Iterator[None]:
    """Turn errors about the input into one sentence on standard error and exit status 2.

    Parameters
    ----------
    ours : type of Exception
        Base classes of such errors, besides numbercheck's own.
    """
    try:
        yield
    except (NumbercheckError, *ours) as error:  # type: ignore[misc]
        _stop(str(error))
    except BrokenPipeError:  # the reader of a pipe has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except OSError as error:
        if not error.strerror:  # ours, in words
            _stop(str(error))
        _stop(f"{error.filename or 'the disk'}: {error.strerror}; outputs are as they were")


def _stop(message: str) -> None:
    print(message, file=sys.stderr)
    sys.exit(2)


def print_json(document: object) -> None:
    """Print one JSON document."""
    print(json.dumps(document, ensure_ascii=False, indent=1, default=str))


def example(*lines: str, program: str = "numbercheck") -> Callable:
    """Add examples to a command's help."""

    def add(command: Callable) -> Callable:
        examples = "\n\n".join(f"    {program} {line}" for line in lines)
        command.__doc__ = f"{command.__doc__}\n\nExamples:\n\n{examples}"
        return command

    return add


def pairs(given: list[str] | None, option: str) -> dict[str, str]:
    """Split options written NAME=VALUE."""
    found = {}
    for text in given or []:
        name, sign, value = text.partition("=")
        if not sign:
            raise UnusableError(f"{option} {text!r} has no =; write it as NAME=VALUE")
        found[name.strip()] = value.strip()
    return found


def _read(folder: Path) -> "Ledger":
    from numbercheck.ledger.reading import read_ledger

    if folder == HERE and not folder.is_dir():
        raise UnusableError(
            f"there is no {HERE} here; name the folder of a ledger, or start one: "
            "numbercheck new my-ledger"
        )
    return read_ledger(folder)


@app.command()
@example("audit", "audit my-ledger --json", "audit --set table1_crs_g12_percent=46%")
def audit(
    folder: Folder = HERE,
    changed: Changed = None,
    drop: Dropped = None,
    without: Without = None,
    method: Methods = None,
    level: Levels = None,
    as_json: AsJson = False,
) -> None:
    """Judge each printed number by the others; needs no patient data.

    Exit status: 0 the findings are those of expected_findings.csv (none without it), 1 others,
    2 unusable input.
    """
    from numbercheck.audit import audit as judge
    from numbercheck.audit import drift, to_json, told

    ledger = _read(folder).constrain(
        pairs(changed, "--set"),
        drop or (),
        without or (),
        pairs(method, "--method"),
        pairs(level, "--level"),
    )
    if not ledger.claims:
        raise UnusableError("the ledger has no claims; write the printed numbers into claims.csv")
    verdicts = judge(ledger)
    print(to_json(ledger, verdicts) if as_json else told(ledger, verdicts))
    surprises = drift(ledger, verdicts)
    if ledger.expected_findings:
        print(*surprises, sep="\n", end="\n" * bool(surprises), file=sys.stderr)
    sys.exit(1 if surprises else 0)


@app.command()
@example("explain table1_crs_g12_percent", "explain text6_crs_by_blasts_p_value")
def explain(claim: str, folder: Folder = HERE) -> None:
    """Show what one printed number was checked against, and what each method gives."""
    from numbercheck.audit import explain as tell

    ledger = _read(folder)
    if claim not in ledger.claims:
        raise UnusableError(unknown("claim", claim, ledger.claims))
    print(tell(ledger, claim))


@app.command()
@example("new my-ledger")
def new(directory: Path) -> None:
    """Start the ledger of another article: empty tables, and a README that explains them."""
    from numbercheck.ledger.new import new_ledger

    for path in new_ledger(directory):
        print(path)


@app.command()
@example(
    "conflicts",
    "conflicts --all --set text5_relapse_n=5",
    "conflicts --drop table1_crs_g12_percent --without followed_to_cutoff",
)
def conflicts(
    folder: Folder = HERE,
    every: Annotated[bool, typer.Option("--all", help="Go on after the first.")] = False,
    changed: Changed = None,
    drop: Dropped = None,
    without: Without = None,
    seconds: Seconds = 60.0,
    as_json: AsJson = False,
) -> None:
    """Ask whether one cohort can satisfy every claim; if not, name a smallest conflict.

    Exit status: 0 one cohort satisfies them all, 1 a conflict or undecided, 2 unusable input.
    """
    from numbercheck.consistency.conflict_sets import find_conflicts
    from numbercheck.consistency.model import UndecidedError, within
    from numbercheck.consistency.words import record, tell

    ledger = _read(folder).constrain(pairs(changed, "--set"), drop or (), without or ())
    try:
        with within(seconds):
            found = find_conflicts(ledger, seconds, every)
    except UndecidedError as error:
        if as_json:
            print_json({"consistent": None, "undecided": str(error), "conflicts": []})
        else:
            print(f"{error}: neither consistent nor inconsistent")
        sys.exit(1)
    if as_json:
        records = [record(ledger, conflict) for conflict in found]
        print_json({"consistent": not found, "conflicts": records})
    else:
        print("\n\n".join(tell(ledger, conflict) for conflict in found) or CONSISTENT)
    sys.exit(1 if found else 0)


CONSISTENT = "One cohort satisfies every claim about patients, and every assumption."


@app.command()
@example("bounds", "bounds 'crs_grade >= 1' --among 'blasts_ge5'", "bounds 'os_time >= 366' --json")
def bounds(
    expression: Annotated[str | None, typer.Argument(help="Which patients to count.")] = None,
    folder: Folder = HERE,
    among: Annotated[str, typer.Option(help="Among whom; alone, how many these are.")] = "",
    seconds: Seconds = 60.0,
    as_json: AsJson = False,
) -> None:
    """Bound what the article does not print, over every cohort that it allows.

    Without an expression: the questions of the ledger's bounds.csv. An argument alone that is a
    folder is the ledger.
    """
    if folder == HERE and expression and _is_folder(expression):
        folder, expression = Path(expression), None
    if expression is not None and not expression.strip():
        raise UnusableError("the expression is empty; leave it out to ask the ledger's questions")
    if expression is None and not among:
        _standard_bounds(folder, seconds, as_json)
        return
    from numbercheck.consistency.model import within
    from numbercheck.consistency.sharp_bounds import Bounds

    ledger = _read(folder)
    where, whom = ledger.selection(expression or among), ledger.selection(among)
    with within(seconds):
        asked = Bounds(ledger, seconds)
        bound = asked.count(where, whom) if expression else asked.count(where)
    if as_json:
        print_json({"given_up": sorted(asked.given_up), "bounds": [bound.record()]})
        return
    _print_given_up(ledger, asked.given_up)
    print(bound)


def _print_given_up(ledger: "Ledger", given_up: Iterable[str]) -> None:
    for slug in sorted(given_up):
        claim = ledger.claims[slug]
        print(f"set aside: {claim.locus} ({slug}) prints {claim.printed}, see `conflicts`")


def _is_folder(text: str) -> bool:
    try:
        return Path(text).is_dir()
    except OSError:  # longer than the name of any file
        return False


def _standard_bounds(folder: Path, seconds: float, as_json: bool) -> None:
    from numbercheck.consistency.document import standard_bounds
    from numbercheck.consistency.model import within

    ledger = _read(folder)
    with within(seconds):
        given_up, found, envelopes = standard_bounds(folder, seconds)
    if as_json:
        records = [bound.record() for bound in found]
        print_json({"given_up": given_up, "bounds": records, "envelopes": envelopes})
        return
    _print_given_up(ledger, given_up)
    print(*found, sep="\n")
    for endpoint, rows in envelopes.items():
        print(f"{endpoint} month by month, least and largest estimate:")
        print(
            *(f"{month:5.0f}  {low:6.2f} to {high:6.2f} %" for month, low, high in rows), sep="\n"
        )
