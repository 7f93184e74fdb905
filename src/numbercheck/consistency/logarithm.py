"""Log and inverse of a number at risk, with which what some events take from a curve is told.

If n are at risk and d of them have the event before anyone else leaves, they take log n -
log(n - d) from log S, and add 1/(n - d) - 1/n to Greenwood's sum, however many days they take.
"""

from itertools import pairwise
from math import ceil, floor, log
from typing import NamedTuple

import numpy as np
from ortools.sat.python import cp_model

from numbercheck.consistency.region import UNIT

INVERSE = 1_000  # steps of a unit, in which inverses are whole numbers
TANGENTS = 8  # at most
PIECES, RATIO = 16, 1.03  # of a range: at most, and how far apart the ends of one are
ROUNDED = 2  # a value and the end of a line are rounded


class Logarithm(NamedTuple):
    """Variables near log n, in ``UNIT``, and near 1/n, in ``UNIT`` times ``INVERSE``."""

    log: cp_model.IntVar
    inverse: cp_model.IntVar


def logarithm(
    cp: cp_model.CpModel, n: cp_model.IntVar, low: int, high: int, *, in_pieces: bool
) -> Logarithm:
    """Variables between tangents and chords of the functions of a number.

    Parameters
    ----------
    cp : CpModel
        Where variables and constraints go.
    n : IntVar
        The number.
    low, high : int
        Its ends; ``low`` is at least 1.
    in_pieces : bool
        Whether the range is cut in pieces, each with a chord of its own.
    """
    known = Logarithm(
        cp.new_int_var(floor(UNIT * log(low)), ceil(UNIT * log(high)), ""),
        cp.new_int_var(floor(UNIT * INVERSE / high), ceil(UNIT * INVERSE / low), ""),
    )
    for at in _between(low, high, TANGENTS):
        rounded = max(high - at, at - low) + ROUNDED
        slope = round(UNIT / at)
        cp.add(known.log - slope * n <= ceil(UNIT * log(at)) - slope * at + rounded)
        slope = round(UNIT * INVERSE / at**2)
        cp.add(known.inverse + slope * n >= floor(UNIT * INVERSE / at) + slope * at - rounded)
    pieces = min(PIECES, ceil(log(high / low) / log(RATIO))) if in_pieces else 1
    ends = [*pairwise(_between(low, high, pieces + 1))] or [(low, high)]
    chosen = [cp.new_bool_var("") for _ in ends]
    cp.add_exactly_one(chosen)
    for piece, (first, last) in zip(chosen, ends, strict=True):
        cp.add_linear_constraint(n, first, last).only_enforce_if(piece)
        _above_chord(cp, known, n, (first, last), piece)
    return known


def _above_chord(
    cp: cp_model.CpModel,
    known: Logarithm,
    n: cp_model.IntVar,
    ends: tuple[int, int],
    piece: cp_model.IntVar,
) -> None:
    """The log is above its chord, and the inverse below."""
    first, last = ends
    width = max(last - first, 1)
    slope = round(UNIT * log(last / first) / width)
    least = floor(UNIT * log(first)) - slope * first - width - ROUNDED
    cp.add(known.log - slope * n >= least).only_enforce_if(piece)
    slope = round(UNIT * INVERSE * (1 / first - 1 / last) / width)
    most = ceil(UNIT * INVERSE / first) + slope * first + width + ROUNDED
    cp.add(known.inverse + slope * n <= most).only_enforce_if(piece)


def _between(low: int, high: int, most: int) -> list[int]:
    """Whole numbers from one to another, evenly on the log scale."""
    return np.unique(np.rint(np.geomspace(low, high, most)).astype(int)).tolist()
