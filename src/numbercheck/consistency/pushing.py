"""Push weights of candidates as far as the printed numbers allow, by linear programs in turn.

Each program follows the goals to first order, and moves so many patients at most; raking then
mends what the first order left out. A step that gains nothing is tried again with fewer.
"""

from collections.abc import Callable, Sequence

import numpy as np
from ortools.linear_solver.python import model_builder

from numbercheck.consistency.candidates import LEAST
from numbercheck.consistency.goals import Goal, Sums
from numbercheck.consistency.raking import missed, rake
from numbercheck.consistency.solving import in_time

FIRST, LAST = 0.25, 0.2  # patients that a step may move: at first, of all; at last
LESS, MORE = 0.25, 2.0  # factors of that after a step that gains nothing, and one that does
STEPS = 25
PIVOTS = 5_000  # of a linear program; some cycle
NEAR = 0.05  # units by which a goal may be missed
GAIN = 1e-4  # of a value, that is worth a further step


def push(
    weights: np.ndarray, goals_of: Callable[[np.ndarray], Sequence[Goal]], toward: Sums
) -> np.ndarray:
    """Weights that meet the goals and give a sum, as large as was found, from some that meet them.

    Parameters
    ----------
    weights : np.ndarray
        One of each candidate.
    goals_of : callable
        Takes weights and gives the goals.
    toward : callable
        What should be large.
    """
    most = FIRST * weights.sum()
    value, slope = toward(weights)
    for _ in range(STEPS):
        tried = _step(weights, goals_of(weights), slope, most)
        goals = goals_of(tried)
        tried = rake(tried, goals)
        further, steeper = toward(tried)
        gained = further - value > GAIN * (1 + abs(value)) and missed(tried, goals) <= NEAR
        if gained:
            weights, value, slope = tried, further, steeper
        most = min(most * (MORE if gained else LESS), weights.sum())
        if most < LAST or not in_time():
            break
    return weights


def _step(weights: np.ndarray, goals: Sequence[Goal], slope: np.ndarray, most: float) -> np.ndarray:
    """The weights that gain most to first order, with so many patients moved."""
    model = model_builder.Model()
    more = [model.new_num_var(0, np.inf, "") for _ in weights]
    fewer = [model.new_num_var(0, weight, "") for weight in weights]
    both = [*more, *fewer]

    def total(slope: np.ndarray) -> model_builder.LinearExpr:
        return model_builder.LinearExpr.weighted_sum(both, np.concatenate([slope, -slope]))

    for goal in goals:
        value, along = goal.of(weights)
        low, high = min(goal.low - value, 0.0), max(goal.high - value, 0.0)
        model.add_linear_constraint(total(along / goal.unit), low / goal.unit, high / goal.unit)
    model.add_linear_constraint(sum(both), -np.inf, most)
    model.maximize(total(slope))
    solver = model_builder.Solver("glop")
    solver.set_solver_specific_parameters(f"max_number_of_iterations: {PIVOTS}")
    if solver.solve(model) != model_builder.SolveStatus.OPTIMAL:
        return weights
    moved = [solver.value(up) - solver.value(down) for up, down in zip(more, fewer, strict=True)]
    return np.maximum(weights + np.array(moved), LEAST)
