"""Tests of one proportion against a fixed rate.

Sources: R's ``binom.test`` and ``prop.test``, with and without its correction; SAS's PROC FREQ
doubles the one-sided exact P; for mid-P Lancaster (1961),
doi:10.1080/01621459.1961.10482105; Wald's test divides by the observed, the score test by the
expected standard error (Agresti, Categorical Data Analysis, 2013, section 1.3).
"""

from math import copysign, nan, sqrt

from numbercheck.statistics.proportions import binomial_chances, exact_binomial
from numbercheck.statistics.tails import z_tail

USUAL = ("exact-binomial", "binomial-mid-p", "binomial-score", "binomial-wald")
DOUBLED = "-doubled"  # twice the smaller one-sided P value
RARE = (f"exact-binomial{DOUBLED}", f"binomial-mid-p{DOUBLED}", "binomial-score-cc")
METHODS = (*USUAL, *RARE)


def rate_p_value(
    k: int, n: int, p0: float, method: str = "exact-binomial", alternative: str = "two-sided"
) -> float:
    """P value of ``k`` events among ``n`` against the fixed rate ``p0``.

    ``binomial-mid-p`` counts half of the observed outcome; what is doubled is two-sided only.
    NaN where the standard error is zero.

    Examples
    --------
    >>> [round(rate_p_value(8, 35, 0.37, m, "less"), 3) for m in USUAL]
    [0.056, 0.04, 0.042, 0.023]
    """
    if method.endswith(DOUBLED):
        if alternative != "two-sided":
            raise ValueError(f"method {method!r} is two-sided only")
        one_sided = method.removesuffix(DOUBLED)
        sides = (rate_p_value(k, n, p0, one_sided, side) for side in ("less", "greater"))
        return min(2 * min(sides), 1.0)
    if method in ("exact-binomial", "binomial-mid-p"):
        exact = exact_binomial(k, n, p0, alternative)
        return exact - binomial_chances(n, p0)[k] / 2 if method == "binomial-mid-p" else exact
    rate, gap = k / n if method == "binomial-wald" else p0, k / n - p0
    if method == "binomial-score-cc":
        gap = copysign(max(abs(gap) - 0.5 / n, 0.0), gap)
    error = sqrt(rate * (1 - rate) / n)
    z = gap / error if error else nan
    return z_tail(z, alternative)
