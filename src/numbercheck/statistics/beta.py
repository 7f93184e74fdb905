"""The beta distribution in plain Python, so that exact limits need no SciPy.

Sources: Press et al., Numerical Recipes, section 6.4 (the continued fraction of the incomplete
beta function, by Lentz's method); Abramowitz and Stegun (1964), formula 26.5.22 (where the search
for a quantile starts).
"""

from math import exp, lgamma, log, log1p, sqrt
from statistics import NormalDist

TINY = 1e-300
CLOSE = 1e-15
NEAR = 1e-6  # relative; after such a step the error is of the order of its cube


def beta_cdf(x: float, a: float, b: float) -> float:
    """Probability that a beta variable with parameters ``a`` and ``b`` is at most ``x``."""
    if not 0 < x < 1:
        return float(x >= 1)
    return _cdf(x, a, b, beta_density(x, a, b))


def _cdf(x: float, a: float, b: float, density: float) -> float:
    """The same from the density, which is also that of the mirrored variable."""
    if x > (a + 1) / (a + b + 2):  # where the fraction converges slowly
        return 1 - density * x * (1 - x) * _fraction(1 - x, b, a) / b
    return density * x * (1 - x) * _fraction(x, a, b) / a


def beta_density(x: float, a: float, b: float) -> float:
    """Density of a beta variable, for ``x`` between 0 and 1."""
    constant = lgamma(a + b) - lgamma(a) - lgamma(b)
    return exp(constant + (a - 1) * log(x) + (b - 1) * log1p(-x))


def beta_quantile(p: float, a: float, b: float) -> float:
    """Value that a beta variable exceeds with probability ``1 - p``, for ``p`` in (0, 1).

    Halley's method, kept within the bracket that the steps so far leave: a step triples the
    digits that are right, so a small one is the last.

    Examples
    --------
    >>> round(beta_quantile(0.025, 16, 6), 5)
    0.52834
    """
    low, high, start = 0.0, 1.0, _approximate(p, max(a, 1.0), max(b, 1.0))
    x = start if low < start < high else a / (a + b)
    while high - low > CLOSE * high:
        density = beta_density(x, a, b)
        excess = _cdf(x, a, b, density) - p
        low, high = (low, x) if excess > 0 else (x, high)
        newton = excess / density if density else 0.0
        bend = newton * ((a - 1) / x - (b - 1) / (1 - x)) / 2
        following = x - newton / (1 - min(bend, 0.5)) if density else 0.0
        if not low < following < high:
            x = (low + high) / 2
            continue
        step, x = abs(following - x), following
        if step <= NEAR * min(x, 1 - x):
            return x
    return x


def _approximate(p: float, a: float, b: float) -> float:
    """Two or three digits of a quantile, for parameters of at least 1."""
    z, x, y = -NormalDist().inv_cdf(p), 1 / (2 * a - 1), 1 / (2 * b - 1)
    h, shift = 2 / (x + y), (z * z - 3) / 6
    w = z * sqrt(h + shift) / h - (y - x) * (shift + 5 / 6 - 2 / (3 * h))
    return a / (a + b * exp(2 * w))


def _fraction(x: float, a: float, b: float) -> float:
    """Continued fraction of the incomplete beta function, term by term until it stands still."""
    c, d, m, change = 1.0, 1 / (1 - (a + b) * x / (a + 1) or TINY), 0, 0.0
    value = d
    while abs(change - 1) > CLOSE:
        m += 1
        at = a + 2 * m
        even = m * (b - m) * x / ((at - 1) * at)
        odd = -(a + m) * (a + b + m) * x / (at * (at + 1))
        c, d = 1 + even / c or TINY, 1 / (1 + even * d or TINY)
        change = c * d
        c, d = 1 + odd / c or TINY, 1 / (1 + odd * d or TINY)
        change *= c * d
        value *= change
    return value
