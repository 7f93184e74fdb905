"""All results on consistency in one document, for the notebooks and the report.

It takes minutes, so it is kept in ``outputs/`` under a key of the ledger and of the code that
made it, and made again only when one of them changed.
"""

import json
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict
from multiprocessing import get_context
from pathlib import Path

from numbercheck.consistency.asking import Bound
from numbercheck.consistency.conflict_sets import find_conflicts, give_up
from numbercheck.consistency.histories import infer
from numbercheck.consistency.leave_one_out import digit_test, leave_one_out
from numbercheck.consistency.model import time_left, within
from numbercheck.consistency.questions import answers, asked_of, cells, curves, envelope
from numbercheck.consistency.readings import readings
from numbercheck.consistency.search import Search
from numbercheck.consistency.sharp_bounds import Bounds
from numbercheck.consistency.words import record
from numbercheck.ledger.reading import read_ledger

Envelopes = dict[str, list[list[float]]]
Half = tuple[dict[int, list[Bound]], Envelopes]  # bounds by the row that asked for them
PATIENCE = 3.0  # seconds for one question of the leave-one-out and the digit test
BY_MONTH = ("at_risk", "survival")  # kinds of questions whose answers the envelopes share


def document(published: Path, jobs: int = 2) -> dict[str, object]:
    """Conflicts, other readings, bounds, envelopes, histories, leave-one-out and digit test.

    Parameters
    ----------
    published : Path
        Folder of the ledger.
    jobs : int
        Processes.
    """
    ledger = read_ledger(published)
    given_up = give_up(Search(ledger))[0]
    parts: dict[str, Callable] = {
        "leave_one_out": _leave_one_out,
        "digit_test": _digit_test,
        **HALVES,
        "subgroups": _subgroups,
        "risk_histories": _histories,
        "readings": _readings,
    }
    with _pool(jobs) as pool:
        futures = {name: pool.submit(part, published, given_up) for name, part in parts.items()}
        found = [record(ledger, c) for c in find_conflicts(ledger, every=True)]
        made = {name: future.result() for name, future in futures.items()}
    listed, envelopes = _joined([made.pop(name) for name in HALVES])
    bounds = [bound.record() for bound in listed]
    return {
        **{"given_up": given_up, "conflicts": found, "bounds": bounds, "envelopes": envelopes},
        **made,
    }


def standard_bounds(
    published: Path, seconds: float = 60.0, jobs: int = 2
) -> tuple[list[str], list[Bound], Envelopes]:
    """Claims set aside, bounds for the ledger's questions, and the envelope of each curve.

    Parameters
    ----------
    published : Path
        Folder of the ledger.
    seconds : float
        Most time for one question to the solver.
    jobs : int
        Processes.
    """
    given_up = give_up(Search(read_ledger(published), seconds))[0]
    with _pool(jobs) as pool:
        futures = [
            pool.submit(_in_time, half, published, given_up, seconds, time_left())
            for half in HALVES.values()
        ]
        return given_up, *_joined([future.result() for future in futures])


def _in_time(
    half: Callable, published: Path, given_up: list[str], seconds: float, left: float
) -> Half:
    """Answer in another process, within the time that the command has left."""
    with within(left):
        return half(published, given_up, seconds)


def _pool(jobs: int) -> ProcessPoolExecutor:
    return ProcessPoolExecutor(jobs, mp_context=get_context("spawn"))


def _joined(halves: list[Half]) -> tuple[list[Bound], Envelopes]:
    """Bounds in the order of the questions, and the envelopes."""
    answered = {number: bounds for half, _ in halves for number, bounds in half.items()}
    envelopes = {name: rows for _, half in halves for name, rows in half.items()}
    return [bound for number in sorted(answered) for bound in answered[number]], envelopes


def text(content: dict[str, object]) -> str:
    """The document as JSON, the same bytes for the same content."""
    return json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def _number(value: float) -> float:
    return float(f"{value:.12g}")


def _ends(ends: tuple[float, float] | None) -> list[float] | None:
    return None if ends is None else [_number(end) for end in ends]


def _leave_one_out(published: Path, given_up: list[str]) -> list[dict]:
    rows = leave_one_out(read_ledger(published), given_up, PATIENCE)
    return [
        {**asdict(row), "implied": row.implied, "kept": _ends(row.kept), "aside": _ends(row.aside)}
        for row in rows
    ]


def _digit_test(published: Path, given_up: list[str]) -> list[dict]:
    return [asdict(row) for row in digit_test(read_ledger(published), given_up, PATIENCE)]


def _answers(asked: Bounds, by_month: bool) -> dict[int, list[Bound]]:
    return {
        number: list(answers(asked, row))
        for number, row in enumerate(asked_of(asked.ledger))
        if (row.kind in BY_MONTH) == by_month
    }


def _others(published: Path, given_up: list[str], seconds: float = 60.0) -> Half:
    return _answers(Bounds(read_ledger(published), seconds, given_up), by_month=False), {}


def _by_month(published: Path, given_up: list[str], seconds: float = 60.0) -> Half:
    """The envelopes, and the questions that the same days answer."""
    asked = Bounds(read_ledger(published), seconds, given_up)
    envelopes = {
        m.endpoint: [[_number(x) for x in row] for row in envelope(asked, m)]
        for m in curves(asked.ledger)
        if not m.among.text
    }
    return _answers(asked, by_month=True), envelopes


def _subgroups(published: Path, given_up: list[str]) -> dict[str, list[list[float]]]:
    return cells(Bounds(read_ledger(published), given_up=given_up))


def _histories(published: Path, given_up: list[str]) -> list[dict]:
    found = infer(read_ledger(published), given_up)
    return [{**asdict(i), "events": list(i.events)} for i in found]


def _readings(published: Path, given_up: list[str]) -> list[dict]:
    ledger = read_ledger(published)
    return [
        {
            "assumption": row.assumption,
            "reading": row.reading,
            "conflicts": [record(row.ledger(ledger), conflict) for conflict in row.conflicts],
            "unmodeled": list(row.unmodeled),
        }
        for row in readings(ledger, given_up)
    ]


HALVES: dict[str, Callable] = {"others": _others, "by_month": _by_month}
