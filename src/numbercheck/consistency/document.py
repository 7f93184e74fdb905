"""All results on consistency in one document, for the notebooks and the report.

It takes longer than a rebuild, so it is kept in ``outputs/`` under a key of the ledger and of the
code that made it, and made again only when one of them changed.
"""

import json
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict
from itertools import product
from multiprocessing import get_context
from pathlib import Path
from time import time
from typing import Any, NamedTuple

from numbercheck.commands import end_with_parent
from numbercheck.consistency.asking import FEW, Bound
from numbercheck.consistency.conflict_sets import (
    Conflict,
    find_conflicts,
    find_unsettled,
    give_up,
    settling,
)
from numbercheck.consistency.histories import infer
from numbercheck.consistency.leave_one_out import digit_test, leave_one_out
from numbercheck.consistency.questions import answers, asked_of, cells, curves, envelope
from numbercheck.consistency.readings import readings
from numbercheck.consistency.scope import named
from numbercheck.consistency.search import Search
from numbercheck.consistency.sharp_bounds import Bounds
from numbercheck.consistency.solving import UndecidedError, UndefinedError, time_left, within
from numbercheck.consistency.words import about, record
from numbercheck.ledger.digitized import with_digitized
from numbercheck.ledger.reading import read_ledger
from numbercheck.ledger.records import Ledger

Envelopes = dict[str, list[list[float]]]
Answers = tuple[dict[int, list[Bound]], Envelopes, list[str]]  # by row; what was undecided
PATIENCE = 3.0  # seconds for one question of the leave-one-out and the digit test
BY_MONTH = ("at_risk", "survival")  # kinds of questions; the latter's answers are an envelope
Subject = tuple[str, str]  # a curve, and the kind of questions about it by month
NO_MONTHS = "", ""


def document(
    published: Path, jobs: int = 2, tell: Callable[[str], None] = lambda part: None
) -> dict[str, Any]:
    """Conflicts, other readings, bounds, envelopes, histories, leave-one-out and digit test.

    Parameters
    ----------
    published : Path
        Folder of the ledger.
    jobs : int
        Processes.
    tell : callable
        Takes the name of each part while it is computed.
    """
    ledger = read_ledger(published)
    made: dict[str, Any] = {part: {} if part == "subgroups" else [] for part in PARTS}
    made |= {"given_up": [], "bounds": [], "envelopes": {}}
    with _pool(jobs) as pool:
        settled, late = _settled(ledger)
        made["conflicts"] = [record(ledger, conflict) for conflict in settled]
        if late:
            return made | {"undecided": late}
        made["given_up"], until = sorted(settling(ledger, settled)), time() + time_left()

        def ask(part: str, **more: Any) -> Future[Any]:
            return pool.submit(_make, part, published, made["given_up"], until, **more)

        first, longest, *others = PARTS  # what readers ask comes next, lest time be over before
        futures = {part: ask(part) for part in (first, longest)}
        answered = [ask("answers", subject=subject) for subject in _subjects(ledger)]
        futures |= {part: ask(part) for part in others}
        for part, future in futures.items():
            tell(f"  {PARTS[part].told}")
            with _noting(late, PARTS[part].told):
                made[part] = future.result()
        tell("  what is not printed")
        bounds, made["envelopes"], undecided = _joined([future.result() for future in answered])
    made["bounds"] = [bound.record() for bound in bounds]
    return made | {"undecided": [*undecided, *late]}


def _settled(ledger: Ledger) -> tuple[list[Conflict], list[str]]:
    """Conflicts until all others hold together, and what is undecided if time ended before.

    Raises
    ------
    UndecidedError
        If time ended before any was found.
    """
    found: list[Conflict] = []
    try:
        found.extend(find_unsettled(Search(ledger)))  # one by one: what is known in time is kept
    except UndecidedError as error:
        if not found:
            raise
        return found, [about("which other numbers can hold together", error)]
    return found, []


def standard_bounds(
    published: Path, seconds: float = 60.0, jobs: int = 2
) -> tuple[list[str], list[Bound], Envelopes, list[str]]:
    """Claims set aside, bounds for the ledger's questions, envelopes, and what was undecided.

    Parameters
    ----------
    published : Path
        Folder of the ledger.
    seconds : float
        Most time for one question to the solver.
    jobs : int
        Processes.
    """
    ledger = _read(published, digitized=True)
    more = {"digitized": True, "seconds": seconds}
    with _pool(jobs) as pool:
        given_up, until = give_up(Search(ledger, seconds))[0], time() + time_left()
        futures = [
            pool.submit(_make, "answers", published, given_up, until, subject=subject, **more)
            for subject in _subjects(ledger)
        ]
        return given_up, *_joined([future.result() for future in futures])


def _pool(jobs: int) -> ProcessPoolExecutor:
    """Processes that import this module while their parent goes on."""
    sys.warnoptions.append("ignore:resource_tracker")  # of its processes, when Ctrl-C ends this one
    pool = ProcessPoolExecutor(jobs, get_context("spawn"), end_with_parent)
    for _ in range(jobs):
        pool.submit(_ready)
    return pool


def _ready() -> None:
    """Do nothing, in a process that has imported this module by then."""


def _subjects(ledger: Ledger) -> list[Subject]:
    """Each curve and kind of question by month, for a process of its own; empty for all else."""
    return [NO_MONTHS, *product(map(named, curves(ledger)), BY_MONTH)]


def _joined(parts: list[Answers]) -> tuple[list[Bound], Envelopes, list[str]]:
    """Bounds in the order of the questions, the envelopes, and what was undecided."""
    answered = {number: bounds for part, _, _ in parts for number, bounds in part.items()}
    envelopes = {name: rows for _, part, _ in parts for name, rows in part.items()}
    bounds = [bound for number in sorted(answered) for bound in answered[number]]
    return bounds, envelopes, [late for _, _, part in parts for late in part]


def text(content: dict[str, object]) -> str:
    """The document as JSON, the same bytes for the same content."""
    return json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def _number(value: float) -> float:
    return float(f"{value:.12g}")


def _leave_one_out(ledger: Ledger, given_up: list[str]) -> list[dict]:
    """Each number with the ranges that the others imply, rounded to 12 digits."""
    rows = []
    for row in leave_one_out(ledger, given_up, PATIENCE):
        ranges = {"kept": row.kept, "aside": row.aside}
        ends = {name: pair and [*map(_number, pair)] for name, pair in ranges.items()}
        rows.append({**asdict(row), "implied": row.implied, **ends})
    return rows


def _readings(ledger: Ledger, given_up: list[str]) -> list[dict]:
    return [
        {
            "assumption": row.assumption,
            "reading": row.reading,
            "conflicts": [record(row.ledger(ledger), conflict) for conflict in row.conflicts],
            "unmodeled": list(row.unmodeled),
        }
        for row in readings(ledger, given_up)
    ]


def _answers(
    ledger: Ledger, given_up: list[str], subject: Subject = NO_MONTHS, seconds: float = 60.0
) -> Answers:
    """The answers of one kind about a curve by month, of few patients with its envelope.

    Or all that are not by month.
    """
    asked = Bounds(ledger, seconds, given_up)
    by_name = {named(measure): measure for measure in curves(ledger)}
    answered: dict[int, list[Bound]] = {}
    envelopes: Envelopes = {}
    undecided: list[str] = []
    for number, row in enumerate(asked_of(asked)):
        by_month = row.kind in BY_MONTH and named(ledger.measures[row.measure])
        if subject == ((by_month, row.kind) if by_month in by_name else NO_MONTHS):
            told = row.label or ", ".join(filter(None, (row.kind, row.measure, row.statistic)))
            found: list[Bound] = []
            with _noting(undecided, told):
                found.extend(answers(asked, row))  # one by one: what is known in time is kept
                answered[number] = found
            if found:
                answered[number] = found
    measure = by_name.get(subject[0]) if subject[1] == "survival" else None
    if measure and not measure.among.text and asked.n <= FEW:
        with _noting(undecided, f"{measure.endpoint} month by month"):
            rows = envelope(asked, measure)
            envelopes[measure.endpoint] = [[*map(_number, row)] for row in rows]
    return answered, envelopes, undecided


@contextmanager
def _noting(undecided: list[str], what: str) -> Iterator[None]:
    """Note what the solver did not decide, or no cohort has, and go on."""
    try:
        yield
    except (UndecidedError, UndefinedError) as error:
        undecided.append(about(what, error))


class DocumentPart(NamedTuple):
    """A part of the document: what it tells, and how it is made, with the claims set aside."""

    told: str
    make: Callable[[Ledger, list[str]], Any]


PARTS = {
    "conflicts": DocumentPart(
        "which numbers contradict each other",
        lambda ledger, _: [record(ledger, conflict) for conflict in find_conflicts(ledger)],
    ),
    "leave_one_out": DocumentPart("what the others imply about each number", _leave_one_out),
    "digit_test": DocumentPart(
        "whether a changed digit would be noticed",
        lambda ledger, given_up: [asdict(row) for row in digit_test(ledger, given_up, PATIENCE)],
    ),
    "readings": DocumentPart("other readings of the article", _readings),
    "subgroups": DocumentPart(
        "the cells of subgroups",
        lambda ledger, given_up: cells(Bounds(ledger, given_up=given_up)),
    ),
    "risk_histories": DocumentPart(
        "the numbers at risk behind each curve",
        lambda ledger, given_up: [
            {**asdict(row), "events": list(row.events)} for row in infer(ledger, given_up)
        ],
    ),
}


def _make(
    part: str,
    published: Path,
    given_up: list[str],
    until: float,
    digitized: bool = False,
    **more: Any,
) -> Any:
    """Compute a part in another process, which may begin late, until a time of the clock."""
    make: Callable = _answers if part == "answers" else PARTS[part].make
    with within(until - time()):
        return make(_read(published, digitized), given_up, **more)


def _read(published: Path, digitized: bool) -> Ledger:
    """Read a ledger, with or without what digitized curves say."""
    ledger = read_ledger(published)
    return with_digitized(ledger) if digitized else ledger
