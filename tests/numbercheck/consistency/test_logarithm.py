"""The log and the inverse of a number at risk are held near their values, and never beyond."""

from math import log

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ortools.sat.python import cp_model

from numbercheck.consistency.logarithm import INVERSE, logarithm
from numbercheck.consistency.region import UNIT


def extremes(low: int, high: int, n: int, in_pieces: bool) -> list[tuple[float, float]]:
    """The least and the largest log and inverse that a number may have in the model."""
    found = []
    for name, unit in (("log", UNIT), ("inverse", UNIT * INVERSE)):
        ends = []
        for aim in ("minimize", "maximize"):
            model = cp_model.CpModel()
            number = model.new_int_var(n, n, "")
            known = logarithm(model, number, low, high, in_pieces=in_pieces)
            getattr(model, aim)(getattr(known, name))
            solver = cp_model.CpSolver()
            assert solver.solve(model) == cp_model.OPTIMAL
            ends.append(solver.objective_value / unit)
        found.append(tuple(ends))
    return found


@given(st.lists(st.integers(1, 1500), min_size=3, max_size=3).map(sorted), st.booleans())
def test_the_log_and_the_inverse_lie_between_their_ends(numbers, in_pieces):
    low, n, high = numbers
    (least, most), (fewest, greatest) = extremes(low, high, n, in_pieces)
    assert least <= log(n) <= most
    assert fewest <= 1 / n <= greatest


@pytest.mark.parametrize("n", [350, 371, 400, 429, 430])
def test_pieces_of_a_range_keep_them_near(n):
    (least, most), (fewest, greatest) = extremes(350, 430, n, in_pieces=True)
    assert most - least < 2e-4
    assert n * (greatest - fewest) < 4e-4
