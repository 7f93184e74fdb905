"""Tail probabilities of the normal, chi-squared, t and F distributions, and roots.

Sources: Abramowitz and Stegun (1964), 26.4.4 and 26.4.5 (chi-squared with whole degrees of
freedom), 26.5.27 and 26.6.2 (t and F as incomplete beta functions).
"""

from collections.abc import Callable
from functools import cache
from math import erfc, exp, inf, lgamma, log, sqrt

from numbercheck.statistics.beta import beta_cdf, beta_quantile
from numbercheck.statistics.scales import two_sided_z


def chi2_tail(x: float, df: int) -> float:
    """Probability that a chi-squared variable exceeds ``x``.

    Examples
    --------
    >>> round(chi2_tail(5.991, 2), 4), round(chi2_tail(7.815, 3), 4)
    (0.05, 0.05)
    """
    if x <= 0:
        return 1.0
    half = x / 2
    start = 1 if df % 2 == 0 else 0.5  # a sum of terms half^(i - 1) / gamma(i) up to df / 2
    terms = (
        (start + i for i in range(df // 2)) if df % 2 == 0 else (1.5 + i for i in range(df // 2))
    )
    tail = sum(exp((at - 1) * log(half) - half - lgamma(at)) for at in terms)
    return min(tail + (erfc(sqrt(half)) if df % 2 else 0.0), 1.0)


def z_tail(z: float, alternative: str = "two-sided") -> float:
    """P value of a normal deviate."""
    if alternative == "two-sided":
        return erfc(abs(z) / sqrt(2))
    return erfc((z if alternative == "greater" else -z) / sqrt(2)) / 2


def t_tail(t: float, df: float) -> float:
    """Two-sided P value of Student's t; of a normal deviate, where ``df`` is infinite."""
    if df == inf:
        return z_tail(t)
    return beta_cdf(df / (df + t * t), df / 2, 0.5) if t else 1.0


def f_tail(f: float, df1: float, df2: float) -> float:
    """Probability that an F variable exceeds ``f``."""
    return beta_cdf(df2 / (df2 + df1 * f), df2 / 2, df1 / 2) if f < inf else 0.0


@cache
def t_quantile(level: float, df: float) -> float:
    """Value that Student's t stays within, on both sides, with probability ``level``.

    With infinite ``df`` it is that of the normal distribution.

    Examples
    --------
    >>> round(t_quantile(0.95, 10), 3)
    2.228
    """
    if df == inf:
        return two_sided_z(level)
    x = beta_quantile(1 - level, df / 2, 0.5)
    return sqrt(df * (1 - x) / x)


def solve(falling: Callable[[float], float], low: float, high: float) -> float:
    """Value between ``low`` and ``high`` at which a falling function is zero, by bisection."""
    for _ in range(200):
        middle = (low + high) / 2
        if not low < middle < high:
            break
        low, high = (middle, high) if falling(middle) > 0 else (low, middle)
    return (low + high) / 2
