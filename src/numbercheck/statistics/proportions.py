"""Confidence limits and exact tests for one proportion, from a count of participants.

Sources: Wilson (1927), doi:10.1080/01621459.1927.10502953; Clopper and Pearson (1934),
doi:10.1093/biomet/26.4.404; Newcombe (1998), Stat. Med. 17:857-872 (methods 1 to 5); Brown,
Cai and DasGupta (2001), doi:10.1214/ss/1009213286 (Agresti-Coull, Jeffreys).
"""

from collections.abc import Callable
from functools import lru_cache
from math import fsum, sqrt
from numbers import Integral
from statistics import NormalDist

from numbercheck.errors import nearest
from numbercheck.statistics.beta import beta_quantile

Limits = tuple[float, float]
ALTERNATIVES = ("two-sided", "less", "greater")
SIDES = ("two", "lower", "upper")
WHOLE = (int, Integral)  # the first is found at once, the second also has NumPy's whole numbers
TIE = 1 + 1e-7  # R's allowance: outcomes this close in probability are equally likely


def interval(
    k: int,
    n: int,
    method: str = "wilson",
    level: float = 0.95,
    sided: str = "two",
    is_cut: bool = True,
) -> Limits:
    """Confidence limits of the proportion ``k / n``, as fractions.

    Parameters
    ----------
    k, n : int
        Participants with the event, and all participants.
    method : str
        One of ``METHODS``.
    level : float
        Confidence level, between 0 and 1.
    sided : {"two", "lower", "upper"}
        ``lower`` puts all the error below: limits (lower, 1). ``upper``: (0, upper).
    is_cut : bool
        Cut Wald and Agresti-Coull limits at 0 and 1, as most programs do.

    Returns
    -------
    tuple of float
        Lower and upper limit.

    Raises
    ------
    ValueError
        If the counts are no proportion, or the method, level or side is unknown.

    Examples
    --------
    >>> [round(100 * limit) for limit in interval(33, 35)]
    [81, 98]
    """
    check_counts(k, n)
    require_option("method", method, METHODS)
    require_option("sided", sided, SIDES)
    if not 0 < level < 1:
        raise ValueError(f"level is {level!r}; it must be between 0 and 1, such as 0.95")
    tail = (1 - level) / 2 if sided == "two" else 1 - level
    lower, upper = _FORMULAS[method](int(k), int(n), tail)
    low = 0.0 if sided == "upper" else lower
    high = 1.0 if sided == "lower" else upper
    return (max(low, 0.0), min(high, 1.0)) if is_cut else (low, high)


def exact_binomial(k: int, n: int, p0: float, alternative: str = "two-sided") -> float:
    """P value of ``k`` events among ``n`` against the fixed rate ``p0``, as R's binom.test.

    The two-sided value sums the outcomes that are no more likely than the observed one.
    """
    check_counts(k, n)
    require_option("alternative", alternative, ALTERNATIVES)
    if not 0 <= p0 <= 1:
        raise ValueError(f"p0 is {p0!r}; it must be a fraction between 0 and 1")
    chances = binomial_chances(n, p0)
    if alternative == "two-sided":
        return min(fsum(chance for chance in chances if chance <= chances[k] * TIE), 1.0)
    return min(fsum(chances[: k + 1] if alternative == "less" else chances[k:]), 1.0)


def binomial_chances(n: int, p0: float) -> list[float]:
    """Probability of each count, by its ratio to that of the likeliest."""
    mode = min(int((n + 1) * p0), n)
    chances = [0.0] * mode + [1.0] + [0.0] * (n - mode)
    for x in range(mode, n):
        chances[x + 1] = chances[x] * (n - x) / (x + 1) * (p0 / (1 - p0))
    for x in range(mode, 0, -1):
        chances[x - 1] = chances[x] * x / (n - x + 1) * ((1 - p0) / p0)
    total = fsum(chances)
    return [chance / total for chance in chances]


def require_option(what: str, given: str, options: tuple[str, ...]) -> None:
    """Refuse a name that is not among the options, and say which ones are near."""
    if given not in options:
        near = nearest(str(given), options) or options
        raise ValueError(f"{what} {given!r} is unknown; did you mean {' or '.join(near)}?")


def check_counts(k: int, n: int) -> None:
    """Refuse counts that are no proportion."""
    if not (isinstance(k, WHOLE) and isinstance(n, WHOLE)):
        raise ValueError(f"k={k!r} and n={n!r} must be whole numbers of participants")
    if not 0 <= k <= n or n == 0:
        raise ValueError(f"k={k} of n={n} is not a proportion; it needs 0 <= k <= n and n > 0")


@lru_cache
def _z(tail: float) -> float:
    return -NormalDist().inv_cdf(tail)


def _score(p: float, n: int, z: float) -> Limits:
    center = (p + z**2 / (2 * n)) / (1 + z**2 / n)
    reach = z * sqrt(p * (1 - p) / n + z**2 / (4 * n**2)) / (1 + z**2 / n)
    return center - reach, center + reach


def _wilson(k: int, n: int, tail: float) -> Limits:
    lower, upper = _score(k / n, n, _z(tail))
    return (0.0 if k == 0 else lower), (1.0 if k == n else upper)


def _wilson_cc(k: int, n: int, tail: float) -> Limits:
    """Newcombe's method 4; R's prop.test agrees but at k = n/2, where it corrects nothing."""
    z = _z(tail)
    lower = 0.0 if k == 0 else _score((k - 0.5) / n, n, z)[0]
    return lower, 1.0 if k == n else _score((k + 0.5) / n, n, z)[1]


def _clopper_pearson(k: int, n: int, tail: float) -> Limits:
    lower = 0.0 if k == 0 else beta_quantile(tail, k, n - k + 1)
    return lower, 1.0 if k == n else 1 - beta_quantile(tail, n - k, k + 1)


def _agresti_coull(k: int, n: int, tail: float) -> Limits:
    z = _z(tail)
    return _wald_around((k + z**2 / 2) / (n + z**2), n + z**2, z)


def _jeffreys(k: int, n: int, tail: float) -> Limits:
    """Equal tails of Beta(k + 1/2, n - k + 1/2); 0 at k = 0 and 1 at k = n.

    Those two ends are part of Brown, Cai and DasGupta's definition, and R's cards prints them;
    their "modified" Jeffreys interval, which moves more ends, is another method.
    """
    lower = 0.0 if k == 0 else beta_quantile(tail, k + 0.5, n - k + 0.5)
    return lower, 1.0 if k == n else 1 - beta_quantile(tail, n - k + 0.5, k + 0.5)


def _wald_around(p: float, n: float, z: float, correction: float = 0.0) -> Limits:
    reach = z * sqrt(p * (1 - p) / n) + correction
    return p - reach, p + reach


def _wald(k: int, n: int, tail: float) -> Limits:
    return _wald_around(k / n, n, _z(tail))


def _wald_cc(k: int, n: int, tail: float) -> Limits:
    return _wald_around(k / n, n, _z(tail), 1 / (2 * n))


_FORMULAS: dict[str, Callable[[int, int, float], Limits]] = {
    "wilson": _wilson,
    "wilson-cc": _wilson_cc,
    "clopper-pearson": _clopper_pearson,
    "agresti-coull": _agresti_coull,
    "jeffreys": _jeffreys,
    "wald": _wald,
    "wald-cc": _wald_cc,
}
METHODS = tuple(_FORMULAS)
