"""How many patients of each kind have their times in which intervals of days, in which order.

The intervals lie between the days that the rows name. What is counted up to such a day is a sum of
these cells, whatever happens on the days between.
"""

from collections.abc import Sequence
from functools import lru_cache
from itertools import combinations, pairwise, product
from math import floor

import numpy as np
from ortools.sat.python import cp_model

from numbercheck.consistency.candidates import (
    Frame,
    are_lawful,
    cuts_of,
    days_compared,
    frame_of,
    select,
)
from numbercheck.consistency.counts import Alike
from numbercheck.consistency.scope import Scope
from numbercheck.consistency.solving import Solvable, UndecidedError
from numbercheck.ledger.expressions import Expression
from numbercheck.ledger.kleene import Masked

MOST_TRIED = 20_000  # kinds of patients times the intervals that their times may be in
TOO_MANY = "undecided: too many kinds of patients and intervals of days"


class IntervalCells:
    """Numbers of patients of each kind whose times are in each interval, and in which order.

    Parameters
    ----------
    model : Solvable
        Where variables and constraints go.
    scope : Scope
        What is read of times.
    alike : Alike
        Kinds of patients.
    most : int
        Cells at most.

    Attributes
    ----------
    cuts : np.ndarray
        First days of the intervals, and the day after the last.
    frame : mapping of str to Masked
        The cells, by column: a patient of each.

    Raises
    ------
    UndecidedError
        If there would be too many cells.
    """

    def __init__(self, model: Solvable, scope: Scope, alike: Alike, most: int = MOST_TRIED) -> None:
        self.scope, self.cuts = scope, cuts_of(scope)
        self.frame, kind = self._cells(alike.kinds, most)
        self.numbers = [model.cp.new_int_var(0, model.n, "") for _ in kind]
        for k, size in enumerate(alike.sizes):
            model.cp.add(self.total(kind == k) == size)

    def _cells(self, kinds: Sequence[tuple], most: int) -> tuple[Frame, np.ndarray]:
        """A patient of each kind for all intervals of the times, and orders within one."""
        days = _days(tuple(self.cuts.tolist()), len(self.scope.times))
        if len(kinds) * days.shape[1] > MOST_TRIED:
            raise UndecidedError(TOO_MANY)
        kind = np.repeat(np.arange(len(kinds)), days.shape[1])
        frame = frame_of(self.scope, kinds, kind, np.tile(days, len(kinds)))
        lawful = are_lawful(self.scope, frame)
        if lawful.sum() > most:
            raise UndecidedError(TOO_MANY)
        return {c: Masked(v[lawful], k[lawful]) for c, (v, k) in frame.items()}, kind[lawful]

    def total(self, chosen: np.ndarray) -> cp_model.LinearExprT:
        """Number of patients in some cells."""
        return sum(self.numbers[place] for place in np.flatnonzero(chosen))

    def count(self, *expressions: Expression) -> cp_model.LinearExprT:
        """Number of patients for whom all expressions are true."""
        return self.total(select(self.frame, *expressions))

    def tell(self, *expressions: Expression) -> bool:
        """Whether no interval holds days that expressions tell apart."""
        first, *inner, end = self.cuts
        days = {floor(day) + k for e in expressions for day in days_compared(e, self.scope.times)
                for k in (0, 1)}  # fmt: skip
        return all(day in inner for day in days if first < day < end)


@lru_cache(maxsize=64)
def _days(cuts: tuple[int, ...], times: int) -> np.ndarray:
    """Days of a patient for all intervals of some times and orders within one, a row per time."""
    moments = [
        (place, start + k)
        for place, (start, end) in enumerate(pairwise(cuts))
        for k in range(min(times, end - start))
    ]
    distinct: dict[tuple, tuple[int, ...]] = {}
    for chosen in product(moments, repeat=times):
        places, days = zip(*chosen, strict=True)
        order = tuple(np.sign(a - b) for a, b in combinations(days, 2))
        distinct.setdefault((places, order), days)
    return np.array([*distinct.values()]).T
