"""Means and standard deviations: whether they can be, and tests made from them alone.

Sources: Brown and Heathers (2017), doi:10.1177/1948550616673876 (GRIM); Anaya (2016),
doi:10.7287/peerj.preprints.2400 (GRIMMER), with the sum's parity as in Allard's version; Heathers
and Brown (2019), osf.io/5vb3u (DEBIT); R's ``t.test`` and ``oneway.test(var.equal = TRUE)``.
"""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from math import ceil, floor, inf, isqrt, nan, sqrt
from typing import NamedTuple

from numbercheck.statistics.proportions import require_option
from numbercheck.statistics.rounding import Printed, format_rounded
from numbercheck.statistics.tails import f_tail, t_tail

T_TESTS = ("student", "welch")


class TTest(NamedTuple):
    """Student's or Welch's t, its degrees of freedom, and the two-sided P value."""

    t: float
    df: float
    p_value: float


class Anova(NamedTuple):
    """F of a one-way analysis of variance, its degrees of freedom, and P."""

    f: float
    df1: int
    df2: int
    p_value: float


def grim(mean: float, n: int, decimals: int, items: int = 1) -> bool:
    """Whether ``n`` whole numbers can have a mean that is printed so.

    Parameters
    ----------
    mean : float
        As printed.
    n : int
        Participants.
    decimals : int
        Decimals of the printed mean.
    items : int
        Whole numbers that each participant's value is the mean of.

    Examples
    --------
    >>> grim(3.45, 20, 2), grim(3.47, 20, 2)
    (True, False)
    """
    return any(True for _ in _totals(_as_printed(mean, decimals), n * items))  # a sum may be 0


def grimmer(
    mean: float, sd: float, n: int, decimals: int, items: int = 1, sd_decimals: int | None = None
) -> bool:
    """Whether ``n`` whole numbers can have a mean and a standard deviation that are printed so.

    The sum of their squares is a whole number, is even where their sum is, and is at least that
    of the most equal values with this sum. The deviation may divide by n, as Excel's STDEV.P does.
    A mean that fails GRIM fails this, too.

    Examples
    --------
    >>> grimmer(3.44, 2.48, 18, 2), grimmer(3.44, 2.47, 18, 2)
    (True, False)
    """
    _check(n, 2)
    printed = _as_printed(sd, decimals if sd_decimals is None else sd_decimals)
    totals = _totals(_as_printed(mean, decimals), n * items)
    return any(_has_sd(total, n, items, printed) for total in totals)


def debit(mean: float, sd: float, n: int, decimals: int, sd_decimals: int | None = None) -> bool:
    """Whether ``n`` answers of 0 or 1 can have a mean and a standard deviation printed so.

    Examples
    --------
    >>> debit(0.35, 0.48, 40, 2), debit(0.35, 0.44, 40, 2)
    (True, False)
    """
    _check(n, 2)
    printed = _as_printed(sd, decimals if sd_decimals is None else sd_decimals)
    ones = (k for k in _totals(_as_printed(mean, decimals), n) if 0 <= k <= n)
    return any(printed.admits(sqrt(k * (n - k) / (n * (n - 1)))) for k in ones)


def most_sd(mean: float, n: int, low: float, high: float) -> float:
    """Largest standard deviation of ``n`` values from ``low`` to ``high`` with this mean.

    It is that of values at the two ends only (Bhatia and Davis 2000).

    Examples
    --------
    >>> round(most_sd(9.5, 20, 0, 10), 2)
    2.24
    """
    return sqrt(max((mean - low) * (high - mean), 0.0) * n / (n - 1)) if n > 1 else 0.0


def t_test(
    mean1: float,
    sd1: float,
    n1: int,
    mean2: float,
    sd2: float,
    n2: int,
    method: str = "student",
) -> TTest:
    """Test of two means from what is printed of them.

    Parameters
    ----------
    mean1, sd1, n1, mean2, sd2, n2
        Mean, standard deviation and number of participants of each group.
    method : {"student", "welch"}
        Pooled or separate variances.

    Examples
    --------
    >>> round(t_test(5.0, 2.0, 30, 6.2, 2.4, 30).p_value, 4)
    0.0397
    """
    require_option("method", method, T_TESTS)
    _check(n1, 2)
    _check(n2, 2)
    v1, v2, df = sd1**2 / n1, sd2**2 / n2, float(n1 + n2 - 2)
    if method == "student":
        pooled = ((n1 - 1) * sd1**2 + (n2 - 1) * sd2**2) / df
        v1, v2 = pooled / n1, pooled / n2
    elif v1 + v2:
        df = (v1 + v2) ** 2 / (v1**2 / (n1 - 1) + v2**2 / (n2 - 1))
    if not v1 + v2:
        return TTest(nan, df, nan)
    t = (mean1 - mean2) / sqrt(v1 + v2)
    return TTest(t, df, t_tail(t, df))


def anova(means: Sequence[float], sds: Sequence[float], sizes: Sequence[int]) -> Anova:
    """One-way analysis of variance from the means, standard deviations and sizes of groups.

    Examples
    --------
    >>> round(anova([5.0, 6.2, 5.9], [2.0, 2.4, 2.1], [30, 30, 28]).p_value, 4)
    0.0911
    """
    for n in sizes:
        _check(n, 2)
    total = sum(sizes)
    grand = sum(n * mean for mean, n in zip(means, sizes, strict=True)) / total
    between = sum(n * (mean - grand) ** 2 for mean, n in zip(means, sizes, strict=True))
    within = sum((n - 1) * sd**2 for sd, n in zip(sds, sizes, strict=True))
    return anova_of_sums(between, within, len(sizes), total)


def anova_of_sums(between: float, within: float, groups: int, total: int) -> Anova:
    """Analysis of variance from its two sums of squares."""
    df1, df2 = groups - 1, total - groups
    f = between / df1 / (within / df2) if within else inf if between else nan
    return Anova(f, df1, df2, f_tail(f, df1, df2))


def _check(n: int, least: int) -> None:
    if n < least:
        raise ValueError(f"n is {n}; a standard deviation needs at least {least} participants")


def _as_printed(value: float, decimals: int) -> Printed:
    return Printed(format_rounded(value, decimals))


def _totals(mean: Printed, n: int) -> Iterator[int]:
    """Whole sums of ``n`` values whose mean is printed so."""
    low, high = mean.interval()
    yield from (t for t in range(floor(low * n), ceil(high * n) + 1) if mean.admits_mean(t, n))


def _has_sd(total: int, n: int, items: int, sd: Printed) -> bool:
    """Whether whole numbers with this sum can have squares that give this deviation.

    Values that are means of several items are counted in items.
    """
    low, high = (max(end, Fraction(0)) * items for end in sd.interval())
    whole, rest = divmod(total, n)
    least = (n - rest) * whole**2 + rest * (whole + 1) ** 2
    mean_part = Fraction(total**2, n)
    for divisor in (n - 1, n):
        first, last = (ceil(end**2 * divisor + mean_part) for end in (low, high))
        for squares in range(max(first, least), last + 1):
            if (squares - total) % 2 == 0:
                variance = (squares - mean_part) / divisor / items**2
                if sd.admits(_root(variance)):
                    return True
    return False


def _root(value: Fraction) -> float | Fraction:
    """Square root, exact where it is rational, so that a tie stays a tie."""
    above, below = isqrt(value.numerator), isqrt(value.denominator)
    is_exact = above**2 == value.numerator and below**2 == value.denominator
    return Fraction(above, below) if is_exact else sqrt(value)
