"""How many patients to give each candidate, as a real number, to come near what is printed.

Weights of the candidates are raked [1]_: each is multiplied by what brings the printed numbers
nearer, and so stays positive. Survival and Greenwood's sum are followed to first order, with the
damping of Levenberg and Marquardt.

References
----------
.. [1] Deville and Särndal (1992), doi:10.1080/01621459.1992.10475217
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from math import floor, inf, log
from typing import NamedTuple

import numpy as np

from numbercheck.consistency.energies import Frame, select
from numbercheck.consistency.scope import Scope, followed
from numbercheck.consistency.solving import in_time
from numbercheck.consistency.tabulated import Limits, limits_of
from numbercheck.ledger.expressions import Expression
from numbercheck.ledger.records import Ledger
from numbercheck.ledger.rows import Measure
from numbercheck.recount import endpoint_columns, printed_unit
from numbercheck.statistics.quantiles import SHARES
from numbercheck.statistics.risk_sets import variance_range
from numbercheck.statistics.rounding import Printed

ROUNDS = 150
DAMPING, LESS, MORE = 0.01, 0.3, 4.0  # at first; its factors after a better round and a worse one
SLICES = 21  # survivals that print as an estimate, tried as its target
NEAR = 0.1  # of the width of what prints as printed
Told = Mapping[str, Printed]
Sums = Callable[[np.ndarray], tuple[float, np.ndarray]]


class Aim(NamedTuple):
    """A number to reach: its value and gradient for some weights, and how near is near enough."""

    of: Sums
    target: float
    unit: float


def rake(weights: np.ndarray, aims: list[Aim]) -> np.ndarray:
    """Weights near those given that bring every aim near its target, if that is possible."""
    targets, units = (np.array(column) for column in list(zip(*aims, strict=True))[1:])

    def read(weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        values, slopes = zip(*(aim.of(weights) for aim in aims), strict=True)
        return (targets - values) / units, np.stack(slopes) / units[:, np.newaxis]

    misses, slopes = read(weights)
    damping = DAMPING
    for _ in range(ROUNDS):
        square = (slopes * weights) @ slopes.T
        square += damping * np.diag(square.diagonal() + 1e-6)
        factors = np.linalg.lstsq(square, misses)[0] @ slopes
        tried = weights * np.exp(np.clip(factors, -1, 1))
        further, steeper = read(tried)
        better = in_time() and further @ further < misses @ misses
        damping *= LESS if better else MORE
        if better:
            weights, misses, slopes = tried, further, steeper
    return weights


def linear(slope: np.ndarray, target: float, unit: float = 0.5) -> Aim:
    """Aim at a sum of weights."""
    return Aim(lambda weights: (float(slope @ weights), 1.0 * slope), target, unit)


def aims(scope: Scope, frame: Frame) -> Iterator[Aim]:
    """Aims at all numbers that are read off the columns of a frame."""
    printed: dict[str, dict[str, Printed]] = defaultdict(dict)
    for claim in scope.claims:
        if claim.value.relation == "=":
            printed[claim.measure][claim.statistic] = claim.value
    makers = {"count": _count, "quantity": _quantiles, "survival": _curve}
    for name, told in printed.items():
        measure = scope.ledger.measures[name]
        if measure.kind in makers and {*measure.where.names, *measure.among.names} <= {*frame}:
            yield from makers[measure.kind](scope.ledger, measure, told, frame)


def _count(_: Ledger, measure: Measure, told: Told, frame: Frame) -> Iterator[Aim]:
    part, whole = select(frame, measure.where, measure.among), select(frame, measure.among)
    for name, printed in told.items():
        if name in ("n", "N"):
            yield linear(part if name == "n" else whole, printed.value)
        elif name == "percent":
            yield linear(part - whole * printed.value / 100, 0)


def _quantiles(ledger: Ledger, measure: Measure, told: Told, frame: Frame) -> Iterator[Aim]:
    """Aim at the patients below a quantile; at one at an extreme, and none beyond it."""
    values, known = frame[measure.where.text]
    there, unit = known & select(frame, measure.among), printed_unit(ledger, measure) or 1.0
    for name, printed in told.items():
        low, high = (float(end) * unit for end in printed.interval())
        if 0 < SHARES[name] < 1:
            yield linear((values < (low + high) / 2) * there - SHARES[name] * there, 0)
        else:
            yield linear((low <= values) & (values <= high) & there, 1)
            yield linear((values > high if SHARES[name] else values < low) & there, 0)


def _curve(ledger: Ledger, measure: Measure, told: Told, frame: Frame) -> Iterator[Aim]:
    """Aim at what is counted, at log S, and at Greenwood's sum where a limit is printed."""
    time, event = endpoint_columns(ledger, measure.endpoint)
    there = select(frame, measure.among)
    late = select(frame, Expression(f"{time} > {measure.horizon}"), measure.among)
    had = select(frame, Expression(event), measure.among) & ~late
    if "at_risk" in told:
        here = select(frame, followed(ledger, measure), measure.among)
        yield linear(here, told["at_risk"].value)
    if "n_event" in told:
        yield linear(had, told["n_event"].value)
    if "estimate" not in told:
        return
    if told["estimate"].value <= 0:
        yield linear(late, 0)
        return
    end = floor(float(measure.horizon)) + 1
    fall = Fall(np.where(there, np.minimum(frame[time].values, end) + 1, 0), had, end)
    low, high = told["estimate"].fractions()
    survival, (least, most) = _target(told, limits_of(ledger, measure), low, high)
    yield Aim(fall.log_survival, -log(survival), NEAR * (high - low) / survival)
    if least < most < inf:
        yield Aim(fall.greenwood, (least + most) / 2, NEAR * (most - least))


def _target(
    told: Told, limits: Limits, low: float, high: float
) -> tuple[float, tuple[float, float]]:
    """A survival that prints as printed, and Greenwood's sums: where their range is widest."""
    tried = sorted(np.linspace(low, high, SLICES + 2)[1:-1], key=lambda s: abs(2 * s - low - high))
    printed = told.get("conf_low"), told.get("conf_high")
    ranges = {s: variance_range((s, s), *printed, limits.method, limits.level) for s in tried}
    return max(ranges.items(), key=lambda item: item[1][1] - item[1][0])


class Fall:
    """The fall of a curve up to a day, as a function of the weights of candidates.

    Parameters
    ----------
    places : np.ndarray
        For each candidate the day, at most ``end``, plus 1; 0 for one who is not in the curve.
    had : np.ndarray
        Whether it has the event before ``end``.
    end : int
        First day that is not read.
    """

    def __init__(self, places: np.ndarray, had: np.ndarray, end: int) -> None:
        self.places, self.had, self.end = places, had, end

    def log_survival(self, weights: np.ndarray) -> tuple[float, np.ndarray]:
        """Minus log S; d events of n at risk add log n - log(n - d)."""
        n, left = self._at_risk(weights)
        return float(np.log(n / left).sum()), self._slope(1 / n - 1 / left, 1 / left)

    def greenwood(self, weights: np.ndarray) -> tuple[float, np.ndarray]:
        """Greenwood's sum; d events of n at risk add 1 / (n - d) - 1 / n."""
        n, left = self._at_risk(weights)
        slope = self._slope(1 / n**2 - 1 / left**2, 1 / left**2)
        return float((1 / left - 1 / n).sum()), slope

    def _at_risk(self, weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Patients at risk each day, and those of them who have no event that day."""
        counted, had = (
            np.bincount(self.places, some, self.end + 2)[1:]
            for some in (weights, weights * self.had)
        )
        n = np.maximum(counted[::-1].cumsum()[::-1], 1.0)[:-1]
        return n, np.maximum(n - had[:-1], 0.5)

    def _slope(self, by_risk: np.ndarray, by_event: np.ndarray) -> np.ndarray:
        """Gradient: a candidate is at risk until its day, and may have the event that day."""
        until = np.concatenate([[0.0], by_risk.cumsum()])
        each = np.concatenate([[0.0], by_event, [0.0]])
        last = np.minimum(self.places, self.end)
        return until[last] + each[self.places] * self.had
