"""Promises of the beta distribution, held by SciPy."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import betainc, betaincinv

from numbercheck.statistics.beta import beta_cdf, beta_quantile

COUNTS = st.integers(1, 1000).flatmap(lambda n: st.tuples(st.integers(1, n), st.just(n)))
TAILS = st.sampled_from((0.0005, 0.005, 0.025, 0.05, 0.1, 0.5, 0.975))


@settings(deadline=None)
@given(COUNTS, st.sampled_from((0.0, 0.5)), TAILS)
def test_quantiles_agree_with_scipy_to_eleven_digits(counts, half, tail):
    """As exact and Jeffreys limits use them, up to a thousand patients."""
    k, n = counts

    assert beta_quantile(tail, k + half, n - k + 1 - half) == pytest.approx(
        betaincinv(k + half, n - k + 1 - half, tail), rel=1e-11, abs=1e-13
    )


@given(st.floats(0.5, 500), st.floats(0.5, 500), st.floats(-0.5, 1.5))
def test_the_distribution_agrees_with_scipy_and_ends_at_0_and_1(a, b, x):
    expected = betainc(a, b, min(max(x, 0.0), 1.0))

    assert beta_cdf(x, a, b) == pytest.approx(expected, rel=1e-9, abs=1e-12)
