"""The scales on which limits of a survival estimate are symmetric, as in R's ``survfit``."""

from collections.abc import Callable
from functools import lru_cache
from math import asin, exp, inf, log, nan, pi, sin, sqrt
from statistics import NormalDist
from typing import NamedTuple

TABLED = {0.9: 1.645, 0.95: 1.96, 0.99: 2.576}  # deviates of tables, by two-sided level


class Scale(NamedTuple):
    """Limits are ``back(to(S) -+ z * slope(S) * se)``, ``se`` the root of Greenwood's sum."""

    to: Callable[[float], float]
    back: Callable[[float], float]
    slope: Callable[[float], float]


def survival_limits(
    survival: float, variance: float, conf_type: str = "log", level: float = 0.95
) -> tuple[float, float]:
    """Limits of an estimate, as fractions.

    Parameters
    ----------
    survival : float
        The Kaplan-Meier estimate.
    variance : float
        Greenwood's sum, of d / (n (n - d)) over the times with d deaths among n at risk.
    conf_type : str
        One of ``CONF_TYPES``.
    level : float

    Returns
    -------
    tuple of float
        As in R, NaN at survival 0, and at survival 1 but for ``log`` and ``plain``.
    """
    if not survival > 0 or (survival >= 1 and conf_type not in ("log", "plain")):
        return nan, nan
    scale = SCALES[conf_type]
    center, reach = scale.to(survival), two_sided_z(level) * scale.slope(survival) * sqrt(variance)
    return scale.back(center - reach), scale.back(center + reach)


def two_sided_level(level: float, sides: str = "two") -> float:
    """Level of the two-sided interval that has the limits of one with these ``sides``."""
    return level if sides in ("", "two") else round(2 * level - 1, 9)  # 0.9, where floats have less


@lru_cache
def two_sided_z(level: float) -> float:
    """Normal deviate that a two-sided interval of this level reaches."""
    return NormalDist().inv_cdf((1 + level) / 2)


@lru_cache
def tabled_level(level: float) -> float:
    """Level that a deviate has as it stands in tables, 1.645, 1.96 or 2.576; else the same."""
    z = TABLED.get(level)
    return 2 * NormalDist().cdf(z) - 1 if z else level


def ratio(numerator: float, denominator: float) -> float:
    """Quotient, infinite where the denominator is zero."""
    return numerator / denominator if denominator else inf


def _log(s: float) -> float:
    return log(s) if s > 0 else -inf


def _log_log(s: float) -> float:
    return inf if s >= 1 else -_log(-_log(s)) if s > 0 else -inf


def _logit(s: float) -> float:
    return inf if s >= 1 else _log(s / (1 - s))


def _exp(x: float) -> float:
    return exp(min(x, 700.0))  # larger than any share, and no overflow


def _arcsin(s: float) -> float:
    return asin(sqrt(min(max(s, 0.0), 1.0)))


# slope is the derivative times S, since ``se`` is that of the logarithm
SCALES: dict[str, Scale] = {
    "log": Scale(_log, lambda x: min(_exp(x), 1.0), lambda s: 1.0),
    "log-log": Scale(_log_log, lambda x: exp(-_exp(-x)), lambda s: ratio(1.0, -_log(s))),
    "plain": Scale(lambda s: s, lambda x: min(max(x, 0.0), 1.0), lambda s: s),
    "logit": Scale(_logit, lambda x: 1 / (1 + _exp(-x)), lambda s: ratio(1.0, 1 - s)),
    "arcsin": Scale(
        _arcsin,
        lambda x: sin(min(max(x, 0.0), pi / 2)) ** 2,
        lambda s: sqrt(ratio(s, 1 - s)) / 2,
    ),
}
CONF_TYPES = tuple(SCALES)
