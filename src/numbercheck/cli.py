"""The command line for any ledger: thin, and each command imports only what it needs."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from itertools import islice
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, Any

from numbercheck.commands import (
    Program,
    UsageError,
    argument,
    at_least,
    html_file,
    named_path,
    pairs,
    print_json,
)
from numbercheck.errors import unknown

if TYPE_CHECKING:
    from numbercheck.consistency.asking import Bound
    from numbercheck.ledger.records import Ledger

HERE = Path("data/published")
CONSISTENT = "One cohort satisfies every claim about patients, and every assumption."

NOTHING_ASKED = (
    "bounds.csv asks nothing, and the ledger has no curve, grade or test to ask about. To bound a "
    "count: numbercheck bounds 'EXPRESSION' LEDGER, with the columns of variables.csv"
)

program = Program(
    "numbercheck",
    "Check the printed numbers of one article: audit them against each other, ask whether one\n"
    "cohort can satisfy them all, and bound what is not printed. LEDGER is a folder; without\n"
    "one, data/published below the current folder.",
)

LEDGER = argument("folder", metavar="LEDGER", nargs="?", type=named_path, default=HERE,
                  help="folder of the ledger, or spreadsheet (.xlsx)")  # fmt: skip
AS_JSON = argument("--json", dest="as_json", action="store_true",
                   help="print one JSON document")  # fmt: skip
SECONDS = argument("--seconds", type=at_least(float, 0.1), default=60.0,
                   help="time limit of the command (default: 60)")  # fmt: skip
CHANGED = argument("--set", dest="changed", action="append", default=[], metavar="CLAIM=PRINTED",
                   help="as if CLAIM had been printed so")  # fmt: skip
DROP = argument("--drop", action="append", default=[], metavar="CLAIM",
                help="leave CLAIM out")  # fmt: skip
WITHOUT = argument("--without", action="append", default=[], metavar="ASSUMPTION",
                   help="leave ASSUMPTION out")  # fmt: skip


def main() -> None:
    """Run the command line."""
    program.run(sys.argv[1:])


def _read(folder: Path) -> "Ledger":
    from numbercheck.ledger.reading import read_ledger

    return read_ledger(folder)


def _require_claims(ledger: "Ledger") -> None:
    if not ledger.claims:
        raise UsageError(
            "the ledger has no claims; write the printed numbers into its table claims"
        )


@program.command(
    LEDGER,
    CHANGED,
    DROP,
    WITHOUT,
    argument("--method", action="append", default=[], metavar="FAMILY=METHOD",
             help="use this method for the family"),
    argument("--level", action="append", default=[], metavar="FAMILY=LEVEL",
             help="use this confidence level for the family, such as 0.9"),
    argument("--watch", dest="watched", action="store_true",
             help="audit again whenever the ledger is saved, until Ctrl-C"),
    argument("--write-families", dest="keep", action="store_true",
             help="write the inferred methods into families.csv, if it has no rows"),
    AS_JSON,
    examples=[
        "audit",
        "audit my-ledger --watch",
        "audit my-ledger --json",
        "audit --set table1_crs_g12_percent=46%",
    ],
)  # fmt: skip
def audit(
    folder: Path,
    changed: Sequence[str],
    drop: Sequence[str],
    without: Sequence[str],
    method: Sequence[str],
    level: Sequence[str],
    watched: bool,
    keep: bool,
    as_json: bool,
) -> None:
    """Check each printed number against the others; needs no patient data.

    Exit status: 0 the findings are those listed in expected_findings.csv (none without that file),
    1 they differ, 2 unusable input.
    """
    edits = (
        *(pairs(changed, "--set"), drop, without),
        *(pairs(method, "--method"), pairs(level, "--level")),
    )
    if watched and keep:
        raise UsageError("--watch and --write-families do not go together; run one after the other")
    if watched:
        from numbercheck.watching import ledger_files, watch

        if not folder.exists():
            _read(folder)  # which says so
        again = partial(_audit, folder, edits, keep=False, as_json=as_json)
        watch(folder, partial(ledger_files, folder), again)
    elif _audit(folder, edits, keep, as_json):
        sys.exit(1)


def _audit(folder: Path, edits: Sequence[Any], keep: bool, as_json: bool) -> list[str]:
    """Print a ledger's audit; return how its findings differ from the expected ones."""
    from numbercheck.audit import audit as judge
    from numbercheck.audit import drift, to_json, told
    from numbercheck.audit.families import inferred_families, write_families
    from numbercheck.ledger.sources import of_sources

    ledger = of_sources(_read(folder)).constrain(*edits)
    _require_claims(ledger)
    verdicts = judge(ledger)
    print(to_json(ledger, verdicts) if as_json else told(ledger, verdicts))
    surprises = drift(ledger, verdicts)
    if ledger.expected_findings:
        print(*surprises, sep="\n", end="\n" * bool(surprises), file=sys.stderr)
    if keep:
        kept = write_families(folder, inferred_families(ledger, verdicts))
        said = ", ".join(kept) or "not written, since no method was inferred"
        print(f"{folder / 'families.csv'}: {said}", file=sys.stderr)
    return surprises


@program.command(
    argument("claim", help="the claim's name in claims.csv"),
    LEDGER,
    examples=["explain table1_crs_g12_percent", "explain text6_crs_by_blasts_p_value"],
)
def explain(claim: str, folder: Path) -> None:
    """Show what one printed number was checked against, and what each method gives."""
    from numbercheck.audit import explain as tell
    from numbercheck.ledger.sources import of_sources

    _require_order(claim, folder, "one of its claims")
    ledger = of_sources(_read(folder))
    if claim not in ledger.claims:
        raise UsageError(unknown("claim", claim, ledger.claims))
    print(tell(ledger, claim))


@program.command(
    argument("ledger", type=named_path, help="folder to create, or spreadsheet (.xlsx)"),
    examples=["new my-ledger", "new my-ledger.xlsx"],
)
def new(ledger: Path) -> None:
    """Start the ledger of another article: empty tables, and a README that explains them.

    A name that ends in .xlsx makes one spreadsheet, whose cells offer the names they accept.
    """
    if ledger.suffix.lower() == ".xlsx":
        from numbercheck.ledger.new_workbook import new_workbook

        print(new_workbook(ledger))
        return
    from numbercheck.ledger.new import new_ledger

    for path in new_ledger(ledger):
        print(path)


@program.command(
    argument("article", type=named_path, help="article (text, Markdown, HTML, JATS XML, PDF); "
             "with --check, a ledger's folder"),
    argument("--output", type=named_path, metavar="DIR", help="folder to create"),
    argument("--check", action="store_true", help="list what is left to do in a drafted ledger"),
    examples=["draft article.xml --output my-ledger", "draft --check my-ledger"],
)  # fmt: skip
def draft(article: Path, output: Path | None, check: bool) -> None:
    """Draft a ledger from an article's text: every numeral a claim, set aside, or to do.

    Exit status: 0 a ledger is written, or --check finds nothing to do; 1 --check finds numerals to
    do; 2 unusable input.
    """
    from numbercheck.draft.coverage import coverage

    if check == bool(output):
        raise UsageError("name the folder to write with --output, or check one with --check")
    if output:
        from numbercheck.draft.article import read_article
        from numbercheck.draft.drafting import draft_article
        from numbercheck.draft.writing import write_draft

        drafted = draft_article(read_article(article))
        if not drafted.rows:
            raise UsageError(f"{article}: it contains no numbers, so there is nothing to draft")
        write_draft(drafted, output)
    found = coverage(output or article)
    print(found)
    if output:
        folder = quote(str(output))
        print(f"Read {output}/claims.csv against the article, then: numbercheck audit {folder}")
    sys.exit(1 if check and found.todo else 0)


@program.command(
    argument("record", type=named_path, help="JSON of clinicaltrials.gov/api/v2/studies/NCT…"),
    LEDGER,
    argument("--output", type=named_path, metavar="DIR",
             help="write a copy of the ledger with the drafted rows to this new folder"),
    examples=["registry NCT05557110.json", "registry record.json my-ledger --output my-draft"],
)  # fmt: skip
def registry(record: Path, folder: Path, output: Path | None) -> None:
    """Draft the rows that a registry record adds to a ledger; check them against the record.

    Exit status: 0 drafted, 2 no record, or the record of another trial.
    """
    from numbercheck.registry import draft, write_draft

    rows = draft(record, _read(folder))
    if output:
        write_draft(rows, folder, output)
        print(output)
        return
    for name, drafted in rows.items():
        print(f"{name}.csv")
        for row in drafted:
            print("  " + "; ".join(f"{column} {cell}" for column, cell in row.items() if cell))


@program.command(
    LEDGER,
    argument("--all", dest="every", action="store_true", help="go on after the first conflict"),
    argument("--sources", action="append", metavar="SOURCE",
             help="use only this source, such as article (default: every source)"),
    CHANGED,
    DROP,
    WITHOUT,
    SECONDS,
    AS_JSON,
    examples=[
        "conflicts",
        "conflicts --all --set text5_relapse_n=5",
        "conflicts --drop table1_crs_g12_percent --without followed_to_cutoff",
        "conflicts --sources article",
    ],
)  # fmt: skip
def conflicts(
    folder: Path,
    every: bool,
    sources: Sequence[str] | None,
    changed: Sequence[str],
    drop: Sequence[str],
    without: Sequence[str],
    seconds: float,
    as_json: bool,
) -> None:
    """Ask whether one cohort can satisfy every claim; if not, name a smallest conflict.

    Of sources other than the article, only measures that cannot change over time are included.

    Exit status: 0 one cohort satisfies them all, 1 a conflict or undecided, 2 unusable input.
    """
    from numbercheck.audit.sources import joint
    from numbercheck.consistency.conflict_sets import Conflict, find_conflicts
    from numbercheck.consistency.solving import UndecidedError
    from numbercheck.consistency.words import basis, record, tell
    from numbercheck.ledger.digitized import with_digitized

    ledger = with_digitized(joint(_read(folder), sources))
    _require_claims(ledger)
    ledger = ledger.constrain(pairs(changed, "--set"), drop, without)
    found: list[Conflict] = []
    undecided = ""
    with _asking(ledger, seconds):
        try:
            found.extend(islice(find_conflicts(ledger, seconds), None if every else 1))
        except UndecidedError as error:
            known = "the others neither" if found else "neither"
            undecided = f"{known} consistent nor inconsistent: {error}"
    if as_json:
        answer = {"consistent": None if undecided and not found else not found}
        more = {"undecided": undecided} if undecided else {}
        records = [record(ledger, conflict) for conflict in found]
        print_json({**answer, **more, "conflicts": records, **basis(ledger)})
    else:
        told = [tell(ledger, conflict) for conflict in found]
        print("\n\n".join([*told, *filter(None, [undecided])]) or CONSISTENT)
        _print_basis(ledger)
    sys.exit(1 if found or undecided else 0)


@program.command(
    LEDGER,
    argument("--output", type=html_file, metavar="FILE",
             help="where to write it (default: report.html in the ledger's folder)"),
    SECONDS,
    examples=["report my-ledger", "report my-ledger --output my-report.html --seconds 20"],
)  # fmt: skip
def report(folder: Path, output: Path | None, seconds: float) -> None:
    """Write one HTML page: each number with its verdict, the findings, and the consistency.

    Whatever the solver has not decided within the time limit is left out of the page and listed on
    the terminal.
    """
    from numbercheck.report.page import write_page

    page = output or (folder.with_suffix(".html") if folder.is_file() else folder / "report.html")
    write_page(folder, _consistency(folder, page, seconds), page)
    print(page)


@program.command(
    LEDGER,
    argument("--output", type=html_file, metavar="FILE",
             help="where to write it (default: deck.html in the ledger's folder)"),
    SECONDS,
    examples=["deck my-ledger", "deck my-ledger --output my-deck.html --seconds 20"],
)  # fmt: skip
def deck(folder: Path, output: Path | None, seconds: float) -> None:
    """Write slides for a projector, which ask before they answer, with speaker notes, in one file.

    They show the first results, each finding, what is implied without being printed, and, where
    the ledger has them, the questions and exercises of journal_club.csv and exercises.csv.
    """
    from numbercheck.report.deck import write_deck

    beside = folder.with_name(f"{folder.stem}-deck.html")
    target = output or (beside if folder.is_file() else folder / "deck.html")
    n = write_deck(folder, _consistency(folder, target, seconds), target)
    print(f"{target}: {n} slides")


def _consistency(folder: Path, page: Path, seconds: float) -> dict[str, Any]:
    """Ask the solver for what a page says on consistency, and say what it leaves open."""
    from numbercheck.consistency.document import document
    from numbercheck.consistency.solving import UndecidedError, within
    from numbercheck.ledger.records import LedgerError
    from numbercheck.report.journal_club import read_journal_club
    from numbercheck.report.questions import read_questions

    ledger = _read(folder)
    _require_claims(ledger)
    for read in (read_questions, read_journal_club):  # say a fault before the solver starts
        read(folder, ledger)
    _require_writable(page)
    _ask_for_patience(seconds)
    try:
        with within(seconds):
            found = document(folder, tell=_tell_terminal)
    except (UndecidedError, LedgerError) as error:  # such as no claim on how many patients
        print(f"The page leaves open whether all numbers can hold together: {error}")
        return {}
    print("".join(f"{sentence}\n" for sentence in found["undecided"]), end="")
    return found


@program.command(
    argument("expression", nargs="?", help="which patients to count"),
    LEDGER,
    argument("--among", default="", help="among which patients; alone, count these"),
    SECONDS,
    AS_JSON,
    examples=[
        "bounds",
        "bounds 'crs_grade >= 1' --among 'blasts_ge5'",
        "bounds 'os_time >= 366' --json",
    ],
)
def bounds(expression: str | None, folder: Path, among: str, seconds: float, as_json: bool) -> None:
    """Bound what the article does not print, over every cohort that it allows.

    Without an expression, the questions in the ledger's bounds.csv are answered. A single argument
    that is a folder or a spreadsheet is taken as the ledger.

    Exit status: 0 every question is answered, 1 one of them is undecided, 2 unusable input.
    """
    if folder == HERE and expression and _is_ledger(expression):
        folder, expression = Path(expression), None
    if expression is not None and not expression.strip():
        raise UsageError("the expression is empty; leave it out to ask the ledger's questions")
    _require_order(expression or "", folder, "the expression")
    if folder == HERE and expression and not HERE.exists():
        raise UsageError(
            f"{expression!r} is no ledger; to ask about patients, name a ledger after it"
        )
    from numbercheck.consistency.document import standard_bounds
    from numbercheck.consistency.solving import UndecidedError
    from numbercheck.consistency.words import about
    from numbercheck.ledger.digitized import with_digitized

    ledger = with_digitized(_read(folder))
    _require_claims(ledger)
    with _asking(ledger, seconds):
        try:
            answered = (
                _one_bound(ledger, expression, among, seconds)
                if expression or among
                else standard_bounds(folder, seconds)
            )
        except UndecidedError as error:
            answered = [], [], {}, [about("which numbers can hold together", error)]
    given_up, found, envelopes, undecided = answered
    _show_bounds(ledger, given_up, found, envelopes, undecided, as_json)
    sys.exit(1 if undecided else 0)


def _ask_for_patience(seconds: float) -> None:
    """Tell somebody at a terminal how long there may be nothing to see."""
    _tell_terminal(f"asking the solver, for at most {seconds:g} s")


def _tell_terminal(what: str) -> None:
    if sys.stderr.isatty():
        print(f"{what} …", file=sys.stderr)


@contextmanager
def _asking(ledger: "Ledger", seconds: float) -> Iterator[None]:
    """Give the solver so much time; of a ledger without a size, say which its numbers allow."""
    from numbercheck.consistency.search import UnsizedError
    from numbercheck.consistency.solving import within
    from numbercheck.consistency.words import tell_sizes

    _ask_for_patience(seconds)
    with within(seconds):
        try:
            yield
        except UnsizedError as error:
            raise UsageError(f"{error}; {tell_sizes(ledger)}") from None


def _one_bound(
    ledger: "Ledger", expression: str | None, among: str, seconds: float
) -> "tuple[list[str], list[Bound], dict, list[str]]":
    """Bound one count, as `standard_bounds` answers the ledger's questions."""
    from numbercheck.consistency.sharp_bounds import Bounds

    where, whom = ledger.selection(expression or among), ledger.selection(among)
    asked = Bounds(ledger, seconds)
    bound = asked.count(where, whom) if expression else asked.count(where)
    return sorted(asked.given_up), [bound], {}, []


def _show_bounds(
    ledger: "Ledger",
    given_up: list[str],
    found: "list[Bound]",
    envelopes: dict[str, list[list[float]]],
    undecided: list[str],
    as_json: bool,
) -> None:
    if as_json:
        from numbercheck.consistency.words import basis

        told = {"given_up": given_up, "bounds": [bound.record() for bound in found]}
        more = {"envelopes": envelopes, "undecided": undecided}
        print_json({**told, **more, **basis(ledger)})
        return
    for slug in given_up:
        claim = ledger.claims[slug]
        print(f"set aside: {claim.locus} ({slug}) prints {claim.printed}; `conflicts` says why")
    print(*(found or undecided or [NOTHING_ASKED]), *(undecided if found else []), sep="\n")
    for endpoint, rows in envelopes.items():
        print(f"{endpoint} month by month, least and largest estimate:")
        print(*(f"{month:5.0f}  {low:6.2f} to {high:6.2f}%" for month, low, high in rows), sep="\n")
    _print_basis(ledger)


def _print_basis(ledger: "Ledger") -> None:
    from numbercheck.consistency.words import tell_digitized, tell_not_modeled

    lines = *tell_digitized(ledger), *tell_not_modeled(ledger)
    print("".join(f"{line}\n" for line in lines), end="")


def _require_writable(page: Path) -> None:
    """Refuse a file that cannot be written before what it is to hold is computed."""
    page.parent.mkdir(parents=True, exist_ok=True)
    is_new = not page.exists()
    page.open("ab").close()
    if is_new:
        page.unlink()


def _require_order(first: str, folder: Path, what: str) -> None:
    """Refuse a ledger that is written before what is asked of it."""
    if first and _is_ledger(first) and (folder == HERE or not folder.exists()):
        raise UsageError(f"{first} is a ledger; write {what} before it")


def _is_ledger(text: str) -> bool:
    try:
        return Path(text).is_dir() or Path(text).suffix.lower() == ".xlsx"
    except OSError:  # longer than the name of any file
        return False
