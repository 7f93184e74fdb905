"""Make cohorts of many patients that should print as printed, to be checked outside.

A model with a variable for each patient in time is too large for some hundred patients. Here
lawful times are drawn for each kind of patient and raked, which says about how many patients of a
kind there should be; the solution nearest to that of the rows that read no time says how many
there are. Raked again, the times are then given to whole patients. That nothing is found proves
nothing.
"""

from collections.abc import Iterable, Iterator
from math import inf

import numpy as np

from numbercheck.consistency.candidates import Candidates, Columns
from numbercheck.consistency.goals import Goals, linear
from numbercheck.consistency.patient_kinds import Kinds
from numbercheck.consistency.raking import rake
from numbercheck.consistency.relaxation import untimed
from numbercheck.consistency.scope import Question, Scope
from numbercheck.consistency.whole_patients import nearest
from numbercheck.ledger.records import Ledger

LEAST = 1e-9  # weight of a candidate
TURNS = 6  # of giving whole patients, each from what the last one found


def cohorts(
    ledger: Ledger, n: int, extra: Iterable[Question], seeds: Iterable[int], work: float = inf
) -> Iterator[Columns]:
    """Columns of cohorts, each of which may print as printed.

    Parameters
    ----------
    ledger : Ledger
        Its claims and assumptions are the rows; some of them read times.
    n : int
        Number of patients.
    extra : iterable of tuple of Expression
        Expressions that a question counts together.
    seeds : iterable of int
        It starts anew from each of them.
    work : float
        Candidates times claims, summed over the starts, after which it gives up.
    """
    scope = Scope(ledger, extra)
    for seed in seeds:
        kinds = Kinds(untimed(ledger, n, extra), scope)
        candidates = Candidates(scope, kinds.known, seed)
        measures = filter(kinds.tell, ledger.measures.values())
        yield from _attempt(kinds, candidates, Goals(scope, measures, n), n)
        work -= len(candidates.kind) * len(scope.claims)
        if work < 0:
            return


def _attempt(kinds: Kinds, candidates: Candidates, goals: Goals, n: int) -> Iterator[Columns]:
    """Rake all candidates, give each patient a kind, rake again, and give whole patients."""
    kind, frame = candidates.kind, candidates.frame
    if not len(kind):
        return
    weights = candidates.start(n)
    weights = rake(weights, goals.of(frame, weights))
    wanted = np.bincount(kind, weights, len(kinds.known))
    columns = kinds.nearest(wanted, set(kind))
    if columns is None:
        return
    each = kinds.of(columns)
    sizes = np.bincount(each, minlength=len(kinds.known))
    held = [linear(kind == k, size, size) for k, size in enumerate(sizes)]
    weights = np.maximum(weights * (sizes / np.maximum(wanted, LEAST))[kind], LEAST)
    weights = rake(weights, [*goals.of(frame, weights), *held])
    for _ in range(TURNS):
        whole = nearest(weights, sizes[kind], [*goals.of(frame, weights), *held])
        if whole is None:
            return
        yield columns | candidates.columns(_dealt(whole.astype(int), kind, each))
        weights = whole


def _dealt(numbers: np.ndarray, kind: np.ndarray, each: np.ndarray) -> np.ndarray:
    """A row for each patient, of the patient's kind."""
    rows = np.zeros(len(each), dtype=int)
    for k in np.unique(each):
        own = np.flatnonzero(kind == k)
        rows[each == k] = np.repeat(own, numbers[own])
    return rows
