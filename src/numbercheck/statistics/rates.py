"""Confidence limits of a rate of events per person-time.

Sources: Garwood (1936), doi:10.1093/biomet/28.3-4.437 (exact), as R's ``poisson.test``; Breslow
and Day (1987), Statistical Methods in Cancer Research II, p. 69 (Byar); Wald on the log and on
the plain scale.
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
    method : {"poisson-exact", "byar", "poisson-log", "poisson-wald"}
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


def _exact(d: int, level: float) -> Limits:
    """Means at which so few, or so many, events have half of the error each."""
    tail, most = (1 - level) / 2, 2 * d + 40.0
    lower = solve(lambda m: _at_most(d - 1, m) - (1 - tail), 0.0, d) if d else 0.0
    return lower, solve(lambda m: _at_most(d, m) - tail, d, most)


def _at_most(d: int, mean: float) -> float:
    """Probability of at most ``d`` events."""
    if not mean:
        return 1.0
    return sum(exp(k * log(mean) - mean - lgamma(k + 1)) for k in range(d + 1))


def _byar(d: int, level: float) -> Limits:
    z, more = two_sided_z(level), d + 1
    lower = d * (1 - 1 / (9 * d) - z / (3 * sqrt(d))) ** 3 if d else 0.0
    return lower, more * (1 - 1 / (9 * more) + z / (3 * sqrt(more))) ** 3


def _log(d: int, level: float) -> Limits:
    reach = exp(two_sided_z(level) / sqrt(d)) if d else inf
    return (d / reach, d * reach) if d else (nan, nan)


def _wald(d: int, level: float) -> Limits:
    reach = two_sided_z(level) * sqrt(d)
    return max(d - reach, 0.0), d + reach


_FORMULAS: dict[str, Callable[[int, float], Limits]] = {
    "poisson-exact": _exact,
    "byar": _byar,
    "poisson-log": _log,
    "poisson-wald": _wald,
}
METHODS = tuple(_FORMULAS)
