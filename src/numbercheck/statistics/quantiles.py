"""Sample quantiles by R's numbered types: 7 (R, numpy), 6 (SPSS), 2 (SAS).

Source: Hyndman and Fan (1996), Am. Stat. 50:361-365. Positions are exact: 0.07 of 100 patients
is patient 7, not 7.000000000000001, which sends R's type 2 to patient 8.
"""

import math
from collections.abc import Callable, Iterable
from fractions import Fraction

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
    share = Fraction(repr(float(p))).limit_denominator(10**6)  # 1/3, not 0.3333333333333333
    position = KINDS[kind](len(ordered), share)
    rank = math.floor(position)
    between = float(position - rank)
    if kind == 2:
        between = 1.0 if between > 0 else 0.5
    lower, upper = (ordered[min(max(i, 1), len(ordered)) - 1] for i in (rank, rank + 1))
    return lower if lower == upper else (1 - between) * lower + between * upper


def _checked(values: Iterable[float], p: float, kind: int) -> list[float]:
    if kind not in KINDS:
        raise ValueError(f"quantile type {kind!r} is not one of {', '.join(map(str, KINDS))}")
    if not 0 <= p <= 1:
        raise ValueError(f"p is {p!r}; it must be a fraction between 0 and 1")
    ordered = sorted(float(value) for value in values)
    if not ordered or any(math.isnan(value) for value in ordered):
        raise ValueError("a quantile needs at least one value and none missing")
    return ordered
