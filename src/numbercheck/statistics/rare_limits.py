"""Limits of proportions and of their effects that few articles name and some programs print.

Sources: Newcombe (1998), Stat. Med. 17:857-872 (mid-P, logit, Bayes); Agresti and Coull (1998),
doi:10.2307/2685469 (two more of each); Blaker (2000), doi:10.2307/3315916; Miettinen (1976), Am.
J. Epidemiol. 103:226-235 (a ratio's, from the test of it). Stata's ``proportion`` prints the
logit, its ``mean`` and SPSS the mean of zeros and ones, and R's ``survfit`` and SAS's LIFETEST a
curve's limits; a regression has errors of its own, such as robust ones that divide by n − 1.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterator
from functools import cache
from math import exp, log, sqrt

from numbercheck.statistics.beta import beta_cdf, beta_quantile
from numbercheck.statistics.rounding import SLACK
from numbercheck.statistics.scales import survival_limits, two_sided_z
from numbercheck.statistics.tails import t_quantile

Limits = tuple[float, float]
STEPS = 25  # of a bisection, which leave less than 1e-8


@cache
def rare_limits(k: int, n: int, level: float) -> tuple[tuple[str, Limits], ...]:
    """Two-sided limits of ``k / n``, as fractions, each with what gives them.

    Examples
    --------
    >>> name, limits = rare_limits(15, 148, 0.95)[0]
    >>> name, [round(limit, 4) for limit in limits]
    ('those of mid-P', [0.0601, 0.1581])
    """
    return tuple(_each(k, n, level))


def _each(k: int, n: int, level: float) -> Iterator[tuple[str, Limits]]:
    p, z, tail = k / n, two_sided_z(level), (1 - level) / 2
    yield "those of mid-P", (_mid_p(k, n, tail), 1 - _mid_p(n - k, n, tail))
    yield "Blaker's", (_blaker(k, n, tail), 1 - _blaker(n - k, n, tail))
    uniform = beta_quantile(tail, k + 1, n - k + 1), 1 - beta_quantile(tail, n - k + 1, k + 1)
    yield "those of Bayes with a uniform prior", uniform
    yield "Wald's after two more of each", _around((k + 2) / (n + 4), n + 4, z)
    if n > 1:
        yield "Wald's with n − 1 for n", _around(p, n - 1, z)
        yield "Student's of a mean", _around(p, n - 1, t_quantile(level, n - 1))
    if not 0 < k < n:
        return
    for conf_type in ("log", "log-log", "logit", "arcsin"):
        name = f"those on the {conf_type} scale"
        yield name, survival_limits(p, (1 - p) / k, conf_type, level)
        lower, upper = survival_limits(1 - p, p / (n - k), conf_type, level)
        yield f"{name} of the others", (1 - upper, 1 - lower)
    center, reach = log(k / (n - k)), t_quantile(level, n - 1) * sqrt(1 / k + 1 / (n - k))
    reach = min(reach, 500.0)  # of two patients, at levels near 1
    by_t = 1 / (1 + exp(reach - center)), 1 / (1 + exp(-reach - center))
    yield "those on the logit scale with Student's t", by_t


def rare_effects(
    name: str, level: float, k1: int, n1: int, k2: int, n2: int
) -> Iterator[tuple[str, Limits]]:
    """Two-sided limits of a difference or a ratio of proportions, each with what gives them.

    Examples
    --------
    >>> for name, limits in rare_effects("risk_ratio", 0.95, 15, 30, 10, 30):
    ...     print(f"{name}: {limits[0]:.2f} to {limits[1]:.2f}")
    those on the plain scale: 0.57 to 2.43
    those of a robust variance: 0.80 to 2.80
    those of two Poisson counts: 0.67 to 3.34
    those from the chi-square test: 0.82 to 2.75
    those from the chi-square test: 0.81 to 2.77
    """
    z, n, p1, p2 = two_sided_z(level), n1 + n2, k1 / n1, k2 / n2
    if name == "difference" and min(n1, n2) > 1:
        gap, common = p1 - p2, (k1 + k2) / n
        v1, v2 = p1 * (1 - p1) / (n1 - 1), p2 * (1 - p2) / (n2 - 1)
        pooled = (n1 * p1 * (1 - p1) + n2 * p2 * (1 - p2)) / (n - 2) * (1 / n1 + 1 / n2)
        yield "Wald's with n − 1 for n", _beyond(gap, z * sqrt(v1 + v2))
        reach = z * sqrt(common * (1 - common) * (1 / n1 + 1 / n2))
        yield "Wald's with the variance of the test", _beyond(gap, reach)
        yield "Student's of means", _beyond(gap, t_quantile(level, n - 2) * sqrt(pooled))
        if v1 + v2:
            df = (v1 + v2) ** 2 / (v1**2 / (n1 - 1) + v2**2 / (n2 - 1))
            yield "Welch's of means", _beyond(gap, t_quantile(level, df) * sqrt(v1 + v2))
    elif name == "risk_ratio" and k1 and k2:
        ratio, variance = p1 / p2, 1 / k1 - 1 / n1 + 1 / k2 - 1 / n2
        yield "those on the plain scale", _beyond(ratio, z * ratio * sqrt(variance))
        for of, error in (
            ("a robust variance", sqrt(variance * n / (n - 1))),
            ("two Poisson counts", sqrt(1 / k1 + 1 / k2)),
        ):
            yield f"those of {of}", (ratio * exp(-z * error), ratio * exp(z * error))
    if name != "difference" and k1 and k2 and p1 != p2:
        odds = (n2 - k2) / (n1 - k1) * n1 / n2 if k1 < n1 and k2 < n2 else 0.0
        ratio = p1 / p2 * (odds if name == "odds_ratio" else 1.0)
        for divisor in (n, n - 1) if ratio else ():
            chi = abs(k1 * n2 - k2 * n1) * sqrt(divisor / (n1 * n2 * (k1 + k2) * (n - k1 - k2)))
            low, high = sorted(ratio ** (1 + side * z / chi) for side in (-1, 1))
            yield "those from the chi-square test", (low, high)


def _beyond(center: float, reach: float) -> Limits:
    return center - reach, center + reach


def _around(p: float, n: float, z: float) -> Limits:
    return _beyond(p, z * sqrt(p * (1 - p) / n))


def _mid_p(k: int, n: int, tail: float) -> float:
    """Lower limit, at which k counts half among the outcomes that are as large."""

    def is_below(p: float) -> bool:
        return (_at_least(k, n, p) + _at_least(k + 1, n, p)) / 2 < tail

    return _first_not(is_below, beta_quantile(tail, k, n - k + 1), k / n) if k else 0.0


def _blaker(k: int, n: int, tail: float) -> float:
    """Lower limit, at which the tail of k and the largest other one that is less make both.

    It is between Clopper and Pearson's and the next one at which another outcome joins in.
    """
    if k == 0:
        return 0.0
    start = beta_quantile(tail, k, n - k + 1)
    most = tail * (1 + SLACK)  # the first of the others is the one that does not join in
    other = bisect_right(range(k), most, key=lambda x: 1 - _at_least(x + 1, n, start))
    joins = _first_not(lambda p: _at_least(k, n, p) < 1 - _at_least(other + 1, n, p), start, k / n)

    def is_below(p: float) -> bool:
        return _at_least(k, n, p) + 1 - _at_least(other, n, p) < 2 * tail

    return _first_not(is_below, start, joins)


def _at_least(k: int, n: int, p: float) -> float:
    """Probability of k or more events."""
    return 1.0 if k < 1 else beta_cdf(p, k, n - k + 1) if k <= n else 0.0


def _first_not(is_below: Callable[[float], bool], low: float, high: float) -> float:
    """Least value between two that is not below, found by halves."""
    for _ in range(STEPS):
        middle = (low + high) / 2
        low, high = (middle, high) if is_below(middle) else (low, middle)
    return high
