"""Promises of numbercheck.statistics.proportions, held by R and by published tables."""

import csv

import pytest
from hypothesis import given
from hypothesis import strategies as st
from places import TESTS

from numbercheck.statistics.proportions import METHODS, exact_binomial, interval

REFERENCE = TESTS / "reference"
IN_R = ("wilson", "wilson-cc", "clopper-pearson", "jeffreys")
COUNTS = st.integers(1, 300).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
LEVELS = st.floats(0.5, 0.995)


def rows(name):
    with (REFERENCE / name).open() as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("method", IN_R)
def test_limits_agree_with_r(method):
    """prop.test, binom.test and qbeta: every k of 33 and 35, 0 of n, n of n, 1e-9."""
    chosen = [row for row in rows("proportions.csv") if row["method"] == method]
    for row in chosen:
        k, n, level = int(row["k"]), int(row["n"]), float(row["level"])
        expected = (float(row["lower"]), float(row["upper"]))
        computed = interval(k, n, method, level, row["sided"])
        assert computed == pytest.approx(expected, abs=1e-9), row
    assert len(chosen) > 800


@pytest.mark.parametrize(
    ("k", "n", "limits"),
    [
        (81, 263, (0.2553, 0.3662)),
        (15, 148, (0.0624, 0.1605)),
        (0, 20, (0, 0.1611)),
        (1, 29, (0.0061, 0.1718)),
    ],
)
def test_wilson_limits_match_newcombe_1998_table_i(k, n, limits):
    """Method 3, to the four decimals printed."""
    assert interval(k, n) == pytest.approx(limits, abs=5e-5)


@pytest.mark.parametrize(
    ("method", "k", "n", "limits"),
    [
        ("wald", 0, 32, (0, 0)),
        ("wald", 32, 32, (1, 1)),
        ("wald-cc", 5, 10, (0.1401025, 0.8598975)),
        ("agresti-coull", 5, 10, (0.2365931, 0.7634069)),
        ("agresti-coull", 32, 32, (0.8726819, 1)),
        ("agresti-coull", 0, 32, (0, 0.1273181)),
        ("jeffreys", 5, 10, (0.2235287, 0.7764713)),
        ("jeffreys", 32, 32, (0.9250722, 1)),
        ("jeffreys", 0, 32, (0, 0.07492776)),
    ],
)
def test_limits_match_the_r_package_cards(method, k, n, limits):
    """Its recorded test outputs (tests/testthat/_snaps/proportion_ci.md), seven digits."""
    assert interval(k, n, method) == pytest.approx(limits, abs=5.1e-8)


@given(COUNTS, LEVELS)
def test_agresti_coull_shares_its_center_with_wilson_and_is_wider(counts, level):
    """Brown, Cai and DasGupta (2001): the same middle, never shorter."""
    k, n = counts
    (low, high), (lower, upper) = (interval(k, n, m, level) for m in ("wilson", "agresti-coull"))

    assert lower <= low + 1e-12
    assert upper >= high - 1e-12
    if lower > 0 and upper < 1:
        assert lower + upper == pytest.approx(low + high)


@given(COUNTS, LEVELS, st.sampled_from(METHODS))
def test_the_interval_holds_the_estimate(counts, level, method):
    """Inside 0 to 1 as well, 0 of n and n of n included."""
    k, n = counts
    lower, upper = interval(k, n, method, level)

    assert 0 <= lower <= k / n + 1e-12
    assert k / n - 1e-12 <= upper <= 1


@given(COUNTS, LEVELS, st.sampled_from(METHODS))
def test_counting_the_others_mirrors_the_interval(counts, level, method):
    k, n = counts
    lower, upper = interval(k, n, method, level)

    assert interval(n - k, n, method, level) == pytest.approx((1 - upper, 1 - lower), abs=1e-9)


@given(COUNTS, st.floats(0.5, 0.9), st.sampled_from(METHODS))
def test_a_higher_level_is_no_narrower(counts, level, method):
    lower, upper = interval(*counts, method, level)
    wider_lower, wider_upper = interval(*counts, method, level + 0.09)

    assert wider_lower <= lower + 1e-12
    assert wider_upper >= upper - 1e-12


@given(COUNTS, LEVELS, st.sampled_from(METHODS))
def test_a_one_sided_limit_is_the_two_sided_one_at_twice_the_error(counts, level, method):
    if level <= 0.51:
        return
    lower, upper = interval(*counts, method, 2 * level - 1)

    assert interval(*counts, method, level, "lower") == pytest.approx((lower, 1), abs=1e-9)
    assert interval(*counts, method, level, "upper") == pytest.approx((0, upper), abs=1e-9)


def test_the_exact_binomial_test_agrees_with_r():
    """binom.test: fixed rates 0 and 1, 0 of n and n of n, both sides, 1e-9."""
    for row in rows("exact_binomial.csv"):
        computed = exact_binomial(
            int(row["k"]), int(row["n"]), float(row["p0"]), row["alternative"]
        )
        assert computed == pytest.approx(float(row["p_value"]), abs=1e-9), row


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((36, 35), "k=36 of n=35"),
        ((-1, 35), "k=-1 of n=35"),
        ((0, 0), "k=0 of n=0"),
        ((0.94, 35), "k=0.94 and n=35 must be whole numbers"),
        ((33, 35, "wilsn"), "method 'wilsn' is unknown; did you mean wilson or wilson-cc"),
        ((33, 35, "wilson", 95), "level is 95; it must be between 0 and 1"),
        ((33, 35, "wilson", 0.95, "both"), "sided 'both' is unknown"),
    ],
)
def test_what_is_no_proportion_is_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        interval(*arguments)


def test_a_rate_that_is_no_fraction_is_refused():
    with pytest.raises(ValueError, match="p0 is 37; it must be a fraction"):
        exact_binomial(8, 35, 37)
