"""Sample quantiles by R's numbered types: 7 (R, numpy), 6 (SPSS), 2 (SAS).

Source: Hyndman and Fan (1996), Am. Stat. 50:361-365. Positions are exact: 0.07 of 100 patients
is patient 7, not 7.000000000000001, which sends R's type 2 to patient 8.
"""

import math
from collections.abc import Callable, Iterable
from fractions import Fraction

SHARES = {"min": 0.0, "p25": 0.25, "median": 0.5, "p75": 0.75, "max": 1.0}
KINDS: dict[int, Callable[[int, Fraction], Fraction]] = {
    2: lambda n, p: n * p,
    6: lambda n, p: (n + 1) * p,
    7: lambda n, p: (n - 1) * p + 1,
}


def quantile(values: Iterable[float], p: float, kind: int = 7) -> float:
    """Value below which a fraction ``p`` of the sample lies.

    Type 2 averages the two middle values at a jump of the empirical distribution; types 6
    and 7 interpolate between neighbors.

    Raises
    ------
    ValueError
        If there is no value, one is missing, ``p`` is outside 0 to 1, or ``kind`` is unknown.
    """
    ordered = _checked(values, p, kind)
    terms = [(ordered[at], weight) for at, weight in quantile_weights(len(ordered), p, kind)]
    lower, upper = terms[0][0], terms[-1][0]
    return lower if lower == upper else sum(float(weight) * value for value, weight in terms)


def quantile_weights(n: int, p: float, kind: int = 7) -> list[tuple[int, Fraction]]:
    """Positions, from 0, of the one or two ordered values of ``n`` that a quantile averages.

    Each with its weight; the weights add up to 1.
    """
    share = Fraction(repr(float(p))).limit_denominator(10**6)  # 1/3, not 0.3333333333333333
    position = Fraction(KINDS[kind](n, share))
    rank = math.floor(position)
    above = position - rank
    if kind == 2:
        above = Fraction(1) if above else Fraction(1, 2)
    pair = [(rank, 1 - above), (rank + 1, above)]
    return [(min(max(i, 1), n) - 1, weight) for i, weight in pair if weight]


def quantile_kind(method: str) -> int:
    """R's type that ``quantile-6`` names; 7, its default, for a method that names none."""
    return int(method.removeprefix("quantile-")) if method.startswith("quantile-") else 7


def _checked(values: Iterable[float], p: float, kind: int) -> list[float]:
    if kind not in KINDS:
        raise ValueError(f"quantile type {kind!r} is not one of {', '.join(map(str, KINDS))}")
    if not 0 <= p <= 1:
        raise ValueError(f"p is {p!r}; it must be a fraction between 0 and 1")
    ordered = sorted(float(value) for value in values)
    if not ordered or any(math.isnan(value) for value in ordered):
        raise ValueError("a quantile needs at least one value and none missing")
    return ordered
