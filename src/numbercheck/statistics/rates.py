"""Confidence limits of a rate of events per person-time.

Sources: Garwood (1936), doi:10.1093/biomet/28.3-4.437 (exact), as R's ``poisson.test``; Breslow
and Day (1987), Statistical Methods in Cancer Research II, p. 69 (Byar); Rothman and Boice (1979)
(``byar-mid-p``), as R's epitools ``pois.byar``; Cohen and Yang (1994), doi:10.1002/sim.4780132104
(mid-P); the score method; Wald on the log and on the plain scale.
"""

from collections.abc import Callable
from math import exp, inf, lgamma, log, nan, sqrt

from numbercheck.statistics.proportions import require_option
from numbercheck.statistics.scales import two_sided_z
from numbercheck.statistics.tails import solve

Limits = tuple[float, float]


def rate_interval(
    events: int, person_time: float, method: str = "poisson-exact", level: float = 0.95
) -> Limits:
    """Limits of ``events / person_time``.

    Parameters
    ----------
    events : int
    person_time : float
        In any unit; the limits are per that unit.
    method : str
        One of ``METHODS``.
    level : float

    Raises
    ------
    ValueError
        If there are fewer than no events, no person-time, or the method is unknown.

    Examples
    --------
    >>> [round(100 * x, 1) for x in rate_interval(12, 340)]
    [1.8, 6.2]
    """
    require_option("method", method, METHODS)
    if events < 0 or not person_time > 0:
        raise ValueError(f"{events} events in {person_time} are no rate; both must be positive")
    lower, upper = _FORMULAS[method](int(events), level)
    return lower / person_time, upper / person_time


def _exact(d: int, level: float, counted: float = 1.0) -> Limits:
    """Means at which so few, or so many, events have half of the error each.

    ``counted`` is the part of the observed number's probability that counts.
    """
    tail, most = (1 - level) / 2, 2 * d + 40.0

    def fewer(mean: float, part: float) -> float:
        return (1 - part) * _at_most(d - 1, mean) + part * _at_most(d, mean)

    lower = solve(lambda m: fewer(m, 1 - counted) - (1 - tail), 0.0, d) if d else 0.0
    return lower, solve(lambda m: fewer(m, counted) - tail, d, most)


def _mid_p(d: int, level: float) -> Limits:
    return _exact(d, level, 0.5)


def _at_most(d: int, mean: float) -> float:
    """Probability of at most ``d`` events."""
    if not mean:
        return 1.0
    return sum(exp(k * log(mean) - mean - lgamma(k + 1)) for k in range(d + 1))


def _byar(d: int, level: float) -> Limits:
    z, more = two_sided_z(level), d + 1
    lower = d * (1 - 1 / (9 * d) - z / (3 * sqrt(d))) ** 3 if d else 0.0
    return lower, more * (1 - 1 / (9 * more) + z / (3 * sqrt(more))) ** 3


def _byar_mid_p(d: int, level: float) -> Limits:
    z, more = two_sided_z(level), d + 0.5
    center, reach = 1 - 1 / (9 * more), z / (3 * sqrt(more))
    return max(more * (center - reach) ** 3, 0.0), more * (center + reach) ** 3


def _score(d: int, level: float) -> Limits:
    z = two_sided_z(level)
    reach = z * sqrt(d + z**2 / 4)
    return max(d + z**2 / 2 - reach, 0.0), d + z**2 / 2 + reach


def _log(d: int, level: float) -> Limits:
    reach = exp(two_sided_z(level) / sqrt(d)) if d else inf
    return (d / reach, d * reach) if d else (nan, nan)


def _wald(d: int, level: float) -> Limits:
    reach = two_sided_z(level) * sqrt(d)
    return max(d - reach, 0.0), d + reach


_FORMULAS: dict[str, Callable[[int, float], Limits]] = {
    "poisson-exact": _exact,
    "byar": _byar,
    "poisson-mid-p": _mid_p,
    "byar-mid-p": _byar_mid_p,
    "poisson-score": _score,
    "poisson-log": _log,
    "poisson-wald": _wald,
}
METHODS = tuple(_FORMULAS)
