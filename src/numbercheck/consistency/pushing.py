"""Push weights of candidates as far as the printed numbers allow, by linear programs in turn.

Each program follows the goals to first order, and moves so many patients at most; further ones
mend what the first order left out. A step that gains nothing is tried again with fewer.
"""

from collections.abc import Callable, Sequence

import numpy as np
from ortools.linear_solver.python import model_builder

from numbercheck.consistency.goals import Goal, Sums
from numbercheck.consistency.raking import missed
from numbercheck.consistency.solving import in_time

FIRST, LAST = 0.25, 0.2  # patients that a step may move: at first, of all; at last
LESS, MORE = 0.25, 2.0  # factors of that after a step that gains nothing, and one that does
STEPS, MENDED = 25, 4  # at most; and of mending after each
PIVOTS = 5_000  # of a linear program; some cycle
NEAR = 0.05  # units by which a goal may be missed
GAIN = 1e-4  # of a value, that is worth a further step
MISSED, MOVED = 100.0, 1e-3  # what a missed unit, and a moved patient, are worth in gained patients
Goals = Callable[[np.ndarray], Sequence[Goal]]


def push(weights: np.ndarray, goals_of: Goals, toward: Sums) -> np.ndarray:
    """Weights that meet the goals and give a sum, as large as was found.

    Parameters
    ----------
    weights : np.ndarray
        One of each candidate; they nearly meet the goals.
    goals_of : callable
        Takes weights and gives the goals.
    toward : callable
        What should be large.
    """
    weights = _mended(weights, goals_of)
    most = FIRST * weights.sum()
    value, slope = toward(weights)
    for _ in range(STEPS):
        tried = _moved(weights, goals_of(weights), most, slope)
        if not _gains(value, value + slope @ (tried - weights)):
            break
        tried = _mended(tried, goals_of)
        further, steeper = toward(tried)
        gained = _gains(value, further) and _fits(tried, goals_of(tried))
        if gained:
            weights, value, slope = tried, further, steeper
        most = min(most * (MORE if gained else LESS), weights.sum())
        if most < LAST or not in_time():
            break
    return weights


def _gains(value: float, further: float) -> bool:
    return further - value > GAIN * (1 + abs(value))


def _fits(weights: np.ndarray, goals: Sequence[Goal]) -> bool:
    return missed(weights, goals) <= NEAR


def _mended(weights: np.ndarray, goals_of: Goals) -> np.ndarray:
    """Weights that meet the goals, with few patients moved, by Newton's method."""
    for _ in range(MENDED):
        goals = goals_of(weights)
        if _fits(weights, goals):
            break
        weights = _moved(weights, goals, weights.sum())
    return weights


def _moved(
    weights: np.ndarray, goals: Sequence[Goal], most: float, slope: np.ndarray | None = None
) -> np.ndarray:
    """Weights that meet the goals to first order, and gain most, with so many patients moved."""
    model = model_builder.Model()
    more = [model.new_num_var(0, np.inf, "") for _ in weights]
    fewer = [model.new_num_var(0, weight, "") for weight in weights]
    both = [*more, *fewer]
    missing = []

    def total(slope: np.ndarray) -> model_builder.LinearExpr:
        return model_builder.LinearExpr.weighted_sum(both, np.concatenate([slope, -slope]))

    for goal in goals:
        value, along = goal.of(weights)
        short, over = (model.new_num_var(0, np.inf, "") for _ in range(2))
        missing += [short, over]
        model.add_linear_constraint(
            total(along / goal.unit) + short - over,
            (goal.low - value) / goal.unit,
            (goal.high - value) / goal.unit,
        )
    model.add_linear_constraint(sum(both), -np.inf, most)
    gain = 0.0 if slope is None or not slope.any() else total(slope / np.abs(slope).max())
    model.maximize(gain - MISSED * sum(missing) - MOVED * sum(both))
    solver = model_builder.Solver("glop")
    solver.set_solver_specific_parameters(f"max_number_of_iterations: {PIVOTS}")
    if solver.solve(model) != model_builder.SolveStatus.OPTIMAL:
        return weights
    moved = [solver.value(up) - solver.value(down) for up, down in zip(more, fewer, strict=True)]
    return np.maximum(weights + np.array(moved), 0.0)
