"""Make cohorts of many patients that print as printed, checked outside of any model.

A model with a variable for each patient in time is too large for some hundred patients. Here
lawful times are drawn for each kind of patient and raked, which says about how many patients of a
kind there should be; the solution nearest to that of the rows that read no time says how many
there are. Raked again, the times are then given to whole patients. That nothing is found proves
nothing.
"""

from collections.abc import Iterable, Iterator, Sequence
from math import inf

import numpy as np

from numbercheck.consistency.candidates import Candidates, Columns
from numbercheck.consistency.goals import Goal, Goals, Toward, linear
from numbercheck.consistency.patient_kinds import Kinds
from numbercheck.consistency.pushing import push
from numbercheck.consistency.raking import rake
from numbercheck.consistency.recheck import unsatisfied
from numbercheck.consistency.whole_patients import nearest

LEAST = 1e-9  # weight of a candidate
TURNS = 6  # of giving whole patients, each from what the last one found


def cohorts(
    kinds: Kinds, seeds: Iterable[int], work: float = inf, toward: Toward | None = None
) -> Iterator[Columns]:
    """Columns of cohorts that satisfy all rows.

    Parameters
    ----------
    kinds : Kinds
        Of the rows, of which some read times.
    seeds : iterable of int
        It starts anew from each of them.
    work : float
        Candidates times claims, summed over the starts, after which it gives up.
    toward : Toward, optional
        A count, or a curve's survival, that should be as large or as small as possible. Each
        start then gives the most extreme cohort first.
    """
    scope, ledger, n = kinds.scope, kinds.scope.ledger, kinds.model.n
    rules = (a.assumption for a in ledger.assumptions.values() if a.expression.text)
    rows = [*ledger.claims, *rules]
    given = kinds.rows(toward.known) if toward else None
    goals = Goals(scope, filter(kinds.tell, ledger.measures.values()), n)
    for seed in seeds:
        candidates = Candidates(scope, kinds.alike.kinds, seed, given)
        if len(candidates.kind):
            made = Start(kinds, candidates, goals, n, toward).cohorts()
            yield from (columns for columns in made if not unsatisfied(ledger, columns, rows, n))
        work -= len(candidates.kind) * len(scope.claims)
        if work < 0:
            return


class Start:
    """One start: candidates that were drawn, and what their weights should meet."""

    def __init__(
        self, kinds: Kinds, candidates: Candidates, goals: Goals, n: int, toward: Toward | None
    ) -> None:
        self.kinds, self.candidates, self.goals, self.n = kinds, candidates, goals, n
        self.asked = toward and goals.toward(toward, candidates.frame)

    def cohorts(self) -> Iterator[Columns]:
        """Cohorts that may print as printed.

        Rake all candidates, give each patient a kind, rake again, and give whole patients.
        """
        kind, known = self.candidates.kind, len(self.kinds.alike.kinds)
        weights = self._raked(self.candidates.start(self.n), [])
        wanted = np.bincount(kind, weights, known)
        columns = self.kinds.nearest(wanted, set(kind))
        if columns is None:
            return
        each = self.kinds.of(columns)
        sizes = np.bincount(each, minlength=known)
        held = [linear(kind == k, size, size) for k, size in enumerate(sizes)]
        weights = np.maximum(weights * (sizes / np.maximum(wanted, LEAST))[kind], LEAST)
        weights = self._raked(weights, held)
        for whole in self._whole(weights, sizes[kind], held):
            yield columns | self.candidates.columns(_dealt(whole.astype(int), kind, each))

    def _goals(self, weights: np.ndarray, more: Sequence[Goal]) -> list[Goal]:
        return [*self.goals.of(self.candidates.frame, weights), *more]

    def _raked(self, weights: np.ndarray, held: Sequence[Goal]) -> np.ndarray:
        if self.asked:
            return push(weights, lambda weights: self._goals(weights, held), self.asked)
        return rake(weights, self._goals(weights, held))

    def _whole(
        self, weights: np.ndarray, most: np.ndarray, held: Sequence[Goal]
    ) -> Iterator[np.ndarray]:
        """Whole numbers near some weights, each correcting what the last ones missed."""
        at = weights
        for _ in range(TURNS):
            toward = self.asked and self.asked(at)[1]
            whole = nearest(weights, most, self._goals(at, held), at, toward)
            if whole is None:
                return
            yield whole
            at = whole
            weights = (weights + whole) / 2 if self.asked else whole


def _dealt(numbers: np.ndarray, kind: np.ndarray, each: np.ndarray) -> np.ndarray:
    """A row for each patient, of the patient's kind."""
    rows = np.zeros(len(each), dtype=int)
    for k in np.unique(each):
        own = np.flatnonzero(kind == k)
        rows[each == k] = np.repeat(own, numbers[own])
    return rows
