"""Promises of numbercheck.statistics.quantiles, held by R's quantile()."""

import csv

import pytest
from hypothesis import given
from hypothesis import strategies as st
from places import TESTS

from numbercheck.statistics.quantiles import KINDS, quantile

REFERENCE = TESTS / "reference"
SAMPLES = st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=40)


def rows():
    with (REFERENCE / "quantiles.csv").open() as file:
        return list(csv.DictReader(file))


def test_types_2_6_and_7_agree_with_r():
    """R 4.2.2, seven samples, eleven fractions, 1e-9."""
    for row in rows():
        values = [float(value) for value in row["values"].split()]
        computed = quantile(values, float(row["p"]), int(row["kind"]))
        assert computed == pytest.approx(float(row["quantile"]), rel=1e-9), row
    assert {int(row["kind"]) for row in rows()} == set(KINDS)


@pytest.mark.parametrize(
    ("p", "n", "expected"), [(0.07, 100, 7.5), (0.29, 100, 29.5), (1 / 3, 3, 1.5), (0.25, 36, 9.5)]
)
def test_noise_in_a_position_moves_no_patient(p, n, expected):
    """At a whole position type 2 averages two neighbors, by its definition (SAS too)."""
    assert quantile(range(1, n + 1), p, 2) == expected


@given(SAMPLES, st.sampled_from(sorted(KINDS)), st.floats(0, 1), st.floats(0, 1))
def test_quantiles_rise_with_p_and_stay_inside_the_sample(values, kind, p, q):
    low, high = (quantile(values, x, kind) for x in sorted((p, q)))

    slack = 1e-9 * (1 + max(map(abs, values)))  # interpolation rounds in the last bit
    assert min(values) - slack <= low <= high + slack <= max(values) + 2 * slack


@pytest.mark.parametrize(
    ("values", "p", "kind", "message"),
    [
        ([], 0.5, 7, "at least one value"),
        ([1, float("nan")], 0.5, 7, "none missing"),
        ([1], 1.5, 7, "p is 1.5"),
        ([1], 0.5, 5, "type 5 is not one of 2, 6, 7"),
    ],
)
def test_what_has_no_quantile_is_refused(values, p, kind, message):
    with pytest.raises(ValueError, match=message):
        quantile(values, p, kind)
