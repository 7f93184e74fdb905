"""How many patients to give each candidate, as a real number, to come near what is printed.

Weights of the candidates are raked [1]_: each is multiplied by what brings the printed numbers
nearer, and so stays positive. Survival and Greenwood's sum are followed to first order, with the
damping of Levenberg and Marquardt.

References
----------
.. [1] Deville and Särndal (1992), doi:10.1080/01621459.1992.10475217
"""

from collections.abc import Sequence

import numpy as np

from numbercheck.consistency.goals import Goal
from numbercheck.consistency.solving import in_time

ROUNDS = 150
DAMPING, LESS, MORE = 0.01, 0.3, 4.0  # at first; its factors after a better round and a worse one
LOWEST, HIGHEST = 1e-8, 1e6  # damping; at the highest nothing changes any more
LEAST = 0.3  # factor of a weight in one round
INSIDE, MOST_INSIDE = 0.3, 3  # how far from an end to aim: of the width, and in units at most


def rake(weights: np.ndarray, goals: Sequence[Goal]) -> np.ndarray:
    """Weights near those given that bring every number between its ends, if that is possible."""
    lows, highs, units = (np.array(column) for column in list(zip(*goals, strict=True))[1:])
    widths = np.where(np.isfinite(highs - lows), highs - lows, np.inf)
    inset = np.minimum(INSIDE * widths, MOST_INSIDE * units)
    lows, highs = lows + inset, highs - inset

    def read(weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        values, slopes = zip(*(goal.of(weights) for goal in goals), strict=True)
        misses = np.clip(values, lows, highs) - values
        return misses / units, np.stack(slopes) / units[:, np.newaxis]

    misses, slopes = read(weights)
    damping = DAMPING
    for _ in range(ROUNDS):
        square = (slopes * weights) @ slopes.T
        size = np.sqrt(square.diagonal() + 1e-6)
        square = square / np.outer(size, size) + damping * np.eye(len(size))
        factors = (np.linalg.solve(square, misses / size) / size) @ slopes
        tried = weights * np.maximum(1 + factors, LEAST)
        further, steeper = read(tried)
        better = in_time() and further @ further < misses @ misses
        damping = max(damping * (LESS if better else MORE), LOWEST)
        if better:
            weights, misses, slopes = tried, further, steeper
        if not misses.any() or damping > HIGHEST:
            break
    return weights


def missed(weights: np.ndarray, goals: Sequence[Goal]) -> float:
    """By how many units the goal is missed that is missed most."""
    values = ((goal, goal.of(weights)[0]) for goal in goals)
    return max(max(g.low - value, value - g.high, 0.0) / g.unit for g, value in values)
