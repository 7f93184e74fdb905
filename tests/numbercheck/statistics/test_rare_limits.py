"""Limits of a proportion by methods that few articles name."""

from math import sqrt

import pytest
from scipy.stats import beta, t

from numbercheck.statistics.rare_limits import rare_limits


@pytest.mark.parametrize(
    ("k", "n", "limits"),
    [
        (81, 263, (0.2544, 0.3658)),
        (15, 148, (0.0601, 0.1581)),
        (0, 20, (0.0, 0.1391)),
        (1, 29, (0.0017, 0.1585)),
    ],
)
def test_mid_p_limits_match_newcombe_1998_table_i(k, n, limits):
    """Method 6, all four rows, to the four decimals printed."""
    assert dict(rare_limits(k, n, 0.95))["those of mid-P"] == pytest.approx(limits, abs=5e-5)


@pytest.mark.parametrize(
    ("k", "n", "level", "limits"),
    [
        (3, 10, 0.95, (0.0873, 0.6194)),
        (33, 35, 0.95, (0.8086, 0.9898)),
        (20, 20, 0.95, (0.8399, 1.0)),
        (103, 449, 0.9, (0.1979, 0.2636)),
        (46, 48, 0.99, (0.8249, 0.9969)),
        (2, 11, 0.95, (0.0333, 0.5000)),  # where another outcome joins in
    ],
)
def test_blaker_limits_are_those_of_his_program(k, n, level, limits):
    """The R function in the appendix of Blaker (2000), which goes in steps of 0.00001."""
    assert dict(rare_limits(k, n, level))["Blaker's"] == pytest.approx(limits, abs=6e-5)


def test_the_others_are_those_of_their_formulas():
    """By SciPy's distributions, for 15 of 148."""
    found, p = dict(rare_limits(15, 148, 0.9)), 15 / 148
    reach = t.ppf(0.95, 147) * sqrt(p * (1 - p) / 147)
    uniform = beta.ppf([0.05, 0.95], 16, 134)

    assert found["Student's of a mean"] == pytest.approx((p - reach, p + reach))
    assert found["those of Bayes with a uniform prior"] == pytest.approx(uniform)


@pytest.mark.parametrize("k", [0, 1, 7, 8])
def test_limits_of_the_others_are_mirrored(k):
    """No method but those on the log scales favors the event."""
    for (name, (lower, upper)), (_, (low, high)) in zip(
        rare_limits(k, 8, 0.95), rare_limits(8 - k, 8, 0.95), strict=True
    ):
        if "log" not in name or "logit" in name:
            assert (lower, upper) == pytest.approx((1 - high, 1 - low))


def test_limits_of_two_patients_exist_at_every_level():
    """Student's t with one degree of freedom is 637 at 99.9%."""
    assert all(-1e3 < low <= high < 1e3 for _, (low, high) in rare_limits(1, 2, 0.999))
