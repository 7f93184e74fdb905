"""Give each candidate a whole number of patients, near a real one, so that every goal is met.

Each goal is followed to first order around the weights; the solver then finds whole numbers near
them. Doing so again from what was found corrects what the first order left, as Newton's method
does.
"""

from collections.abc import Sequence
from functools import cached_property
from math import ceil, floor, inf

import numpy as np
from ortools.sat.python import cp_model

from numbercheck.consistency.goals import COUNTED, Goal
from numbercheck.consistency.solving import Solvable, in_time

REACHES = (0, 1, 2, 4, 8, 16)  # patients more or less than each weight, tried in turn
MOVES = (0, 4, 8, 16, 32, 64)  # patients more or less in all, where weights are whole
SECONDS, FARTHER = 0.3, 0.15  # of the solver's work for each; where a cohort is known already
FINE = 1_000  # steps of a unit, where a sum is not of whole numbers
FAR = 10**14
MOVED = 100  # moves that one patient of the largest coefficient is worth
Row = tuple[np.ndarray, int, int]  # coefficients, and the ends of their sum


def nearest(
    weights: np.ndarray,
    most: np.ndarray,
    goals: Sequence[Goal],
    at: np.ndarray,
    toward: np.ndarray | None = None,
) -> np.ndarray | None:
    """Whole numbers near the weights, at most so many each, or None where none were found.

    Parameters
    ----------
    weights, most : np.ndarray
        One of each candidate.
    goals : sequence of Goal
        What they should meet.
    at : np.ndarray
        Weights around which each goal is followed to first order.
    toward : np.ndarray, optional
        Coefficients of a sum that should be large.
    """
    rows = [_row(goal, at) for goal in goals]
    numbers = weights.copy()
    blocks = _blocks(goals, len(weights))
    for place, block in enumerate(blocks):
        later = np.isin(np.arange(len(weights)), np.concatenate([[], *blocks[place + 1 :]]))
        own = [_rest(row, block, numbers, later) for row in rows if row[0][block].any()]
        found = _near(weights[block], most[block], own, None if toward is None else toward[block])
        if found is None:
            return None
        numbers[block] = found
    return numbers


def _blocks(goals: Sequence[Goal], size: int) -> list[np.ndarray]:
    """Candidates that curves have in common, such as those of one arm, and all others."""
    label = np.zeros(size, dtype=int)
    for k, goal in enumerate(goals, 1):
        if goal.unit != COUNTED:
            read = goal.of(np.ones(size))[1] != 0
            touched = {*label[read].tolist()} - {0}
            label[read | np.isin(label, [*touched])] = k
    return [np.flatnonzero(label == k) for k in np.unique(label)]


def _rest(row: Row, block: np.ndarray, numbers: np.ndarray, later: np.ndarray) -> Row:
    """What a row leaves to a block of candidates; about that while later ones are open."""
    slope, low, high = row
    others = float(slope @ numbers - slope[block] @ numbers[block])
    loose = 1 if slope[later].any() else 0
    return slope[block], ceil(low - others - loose - 1e-6), floor(high - others + loose + 1e-6)


def _near(
    weights: np.ndarray, most: np.ndarray, rows: Sequence[Row], toward: np.ndarray | None
) -> np.ndarray | None:
    is_whole = bool((weights == np.rint(weights)).all())
    for reach in MOVES if is_whole else REACHES:
        nearby = Nearby(weights, most, reach)
        if is_whole:
            nearby.cp.add(nearby.moved <= reach)
        if toward is not None and toward.any():
            nearby.maximize(toward)
        if (found := nearby.meet(rows, SECONDS if toward is None else FARTHER)) is not None:
            return found
    return None


def _row(goal: Goal, weights: np.ndarray) -> Row:
    """Whole-number coefficients and ends of a goal, to first order around some weights."""
    value, slope = goal.of(weights)
    rest = value - slope @ weights
    scale = 1 if (slope == np.rint(slope)).all() else FINE / goal.unit
    low, high = ((end - rest) * scale for end in (goal.low, goal.high))
    return (
        np.rint(slope * scale).astype(int),
        ceil(low - 1e-6) if low > -inf else -FAR,
        floor(high + 1e-6) if high < inf else FAR,
    )


class Nearby(Solvable):
    """Whole numbers, each within some reach of a weight."""

    def __init__(self, weights: np.ndarray, most: np.ndarray, reach: int) -> None:
        super().__init__(int(most.max()))
        self.relaxation = 2
        low = np.maximum(np.floor(weights + 1e-6) - reach, 0)
        high = np.maximum(np.minimum(np.ceil(weights - 1e-6) + reach, most), low)
        self.middle = [round(weight) for weight in weights]
        ends = zip(low.astype(int).tolist(), high.astype(int).tolist(), strict=True)
        self.numbers = [self.cp.new_int_var(*pair, "") for pair in ends]
        for number, middle in zip(self.numbers, self.middle, strict=True):
            self.cp.add_hint(number, middle)

    @cached_property
    def moved(self) -> cp_model.LinearExprT:
        """By how many patients in all the numbers differ from the weights, rounded."""
        away = [self.cp.new_int_var(0, self.n, "") for _ in self.numbers]
        for number, middle, far in zip(self.numbers, self.middle, away, strict=True):
            self.cp.add(number - middle <= far)
            self.cp.add(middle - number <= far)
        return sum(away)

    def maximize(self, slope: np.ndarray) -> None:
        """Seek a large sum, and few moves besides."""
        steps = np.rint(slope * (MOVED / np.abs(slope).max())).astype(int)
        gained = cp_model.LinearExpr.weighted_sum(self.numbers, steps)
        self.cp.maximize(sum([gained, -1 * self.moved]))

    def meet(self, rows: Sequence[Row], seconds: float) -> np.ndarray | None:
        """Numbers whose sums are between their ends, or None where none were found."""
        for slope, low, high in rows:
            total = cp_model.LinearExpr.weighted_sum(self.numbers, slope)
            self.cp.add_linear_constraint(total, low, high)
        solution = self.solve(seconds)
        in_time()
        if not solution.solver.response_proto.solution:  # there may be one, but not the largest
            return None
        return np.array([solution.solver.value(number) for number in self.numbers], dtype=float)
