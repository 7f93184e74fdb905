"""Survival and its limits where they are not Kaplan and Meier's with Greenwood's variance.

Few articles name another estimator, and some programs print one. Nelson and Aalen's exp(-H), which
R's ``survfit`` has of a Cox model, multiplies by exp(-1/n), which is less than n / (n + 1). A life
table, SPSS's and SAS's, takes half of those who withdraw from the number at risk, and keeps
Greenwood's formula. Peto's variance (1977, doi:10.1038/bjc.1977.1) is S² (1 - S) / n of those at
risk. Rothman's limits (1978, doi:10.1016/0021-9681(78)90043-7) are Wilson's for as many patients
as would have the same variance.
"""

from dataclasses import replace
from functools import cache
from math import exp, log, sqrt

from numbercheck.statistics.risk_sets import Target
from numbercheck.statistics.scales import CONF_TYPES, two_sided_z

OTHERS = "of another estimator, such as a life table's or Nelson and Aalen's, on the {} scale"


@cache
def rare_curves(n: int, target: Target) -> dict[str, str]:
    """What else may print an estimate of ``n`` patients with its limits, by a short name.

    Bounds decide: what is left out gives other numbers, and the rest need not give these.

    Examples
    --------
    >>> from numbercheck.statistics.rounding import Printed
    >>> target = Target(Printed("60.4"), Printed("41.9"), Printed("76.3"))  # S (1 - S) / V: 26
    >>> rare_curves(30, target)["rothman"]
    "Rothman's"
    """
    found = {
        f"other-{name}": OTHERS.format(name)
        for name in CONF_TYPES
        if _is_of_others(n, replace(target, conf_type=name))
    }
    return found | ({"rothman": "Rothman's"} if _is_rothman(n, target) else {})


def _is_of_others(n: int, target: Target) -> bool:
    """Whether no estimator in use has a larger survival, or a smaller variance.

    With d events among all, Nelson and Aalen's is exp(-d / n), its variance d / n².
    """
    (low, high), (least, most) = target.survival, target.variance
    is_possible = low <= high and least <= most and (low <= exp(-1 / n) or high >= 1)
    return is_possible and (low <= 0 or most >= -log(min(high, 1.0)) / (n + 1))


def _is_rothman(n: int, target: Target) -> bool:
    """Whether Wilson's limits for some number up to ``n`` are printed.

    Both satisfy m (S - limit)² = z² limit (1 - limit), for m patients of whom a share S survives.
    """
    ends = [p.fractions(target.scale) for p in (target.lower, target.upper) if p]
    if len(ends) < 2:
        return False
    lows, highs = ([min(max(x, 0.0), 1.0) for x in end] for end in ends)
    first, last = (_center(low, high) for low, high in zip(lows, highs, strict=True))
    survival, width = target.estimate.fractions(target.scale), highs[1] - lows[0]
    if width <= 0:  # both are no shares, such as 120 and 130%
        return False
    least = (two_sided_z(target.level) * (_spread(lows[0]) + _spread(highs[1])) / width) ** 2
    return first <= survival[1] and survival[0] <= last and least <= n + 1


def _center(low: float, high: float) -> float:
    """Survival of which two limits are Wilson's."""
    a, b = _spread(low), _spread(high)
    return (low * b + high * a) / (a + b) if a + b else (low + high) / 2


def _spread(share: float) -> float:
    return sqrt(share * (1 - share))
