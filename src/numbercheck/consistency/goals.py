"""What is printed of many patients' times, as sums that have to lie between two ends.

Each row of a frame is a candidate, a kind of patient with lawful times, and has a weight: how
many patients have it. Counts are sums of weights; minus log S and Greenwood's sum are functions
of them that are followed to first order.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import chain, product
from math import exp, inf, sqrt
from typing import NamedTuple

import numpy as np

from numbercheck.consistency.candidates import Columns, Frame, days_printed, select
from numbercheck.consistency.fall import Fall
from numbercheck.consistency.order import positions
from numbercheck.consistency.scope import Scope, followed
from numbercheck.consistency.tabulated import (
    Limits,
    counts,
    limits_of,
    parts,
    percent_ends,
)
from numbercheck.ledger.expressions import Expression
from numbercheck.ledger.rows import Measure
from numbercheck.recount import endpoint_columns
from numbercheck.statistics.contingency import p_value
from numbercheck.statistics.rounding import Printed
from numbercheck.statistics.scales import SCALES, two_sided_z

COUNTED = 0.5  # unit of a sum of patients
NEAR = 0.1  # of what the last digit of an estimate or a limit stands for
STEP, TINY = 1e-6, 1e-12  # of survival, relative, to see a slope; least Greenwood's sum
EDGE = 0.0005  # where scales have no end
MOST_TABLES = 2_000  # tables of two groups that are tried for a P value
Told = Mapping[str, list[Printed]]
Sums = Callable[[np.ndarray], tuple[float, np.ndarray]]  # of weights; with its gradient


class Goal(NamedTuple):
    """A number between two ends, and what counts as near to them."""

    of: Sums
    low: float
    high: float
    unit: float = COUNTED


class Toward(NamedTuple):
    """An end of what a measure counts, or of a curve at its horizon: the largest for 1, else -1.

    It is sought from a cohort that is known.
    """

    measure: Measure
    sign: int
    known: Columns


def linear(slope: np.ndarray, low: float, high: float) -> Goal:
    """A sum of weights between two ends."""
    return Goal(lambda weights: (float(slope @ weights), 1.0 * slope), low, high)


class Goals:
    """The numbers that some measures print.

    Parameters
    ----------
    scope : Scope
        Whose claims are printed.
    measures : iterable of Measure
        Those whose patients the rows of a frame tell apart.
    n : int
        Number of patients.
    """

    def __init__(self, scope: Scope, measures: Iterable[Measure], n: int) -> None:
        self.ledger, self.n = scope.ledger, n
        told = defaultdict[str, dict[str, list[Printed]]](lambda: defaultdict(list))
        for claim in scope.claims:
            told[claim.measure][claim.statistic].append(claim.value)
        self._told = [(m, told[m.measure]) for m in measures if m.measure in told]

    def of(self, frame: Frame, weights: np.ndarray) -> list[Goal]:
        """The goals for a frame; a population's size is taken from the weights that it has."""
        makers = {
            "count": self._count,
            "comparison": self._table,
            "quantity": self._quantiles,
            "survival": self._curve,
        }
        found = (makers[m.kind](m, told, frame, weights) for m, told in self._told)
        return [linear(np.ones(len(weights)), self.n, self.n), *chain.from_iterable(found)]

    def _count(
        self, measure: Measure, told: Told, frame: Frame, weights: np.ndarray
    ) -> Iterator[Goal]:
        part, whole = select(frame, measure.where, measure.among), select(frame, measure.among)
        limits, size = limits_of(self.ledger, measure), round(whole @ weights)
        for name, printed in _each(told):
            if name == "percent":
                least, most = map(float, percent_ends(printed))
                yield linear(part - least * whole, 0, inf)
                yield linear(part - most * whole, -inf, 0)
            elif name in ("n", "N"):
                yield from _one_of(part if name == "n" else whole, counts(printed, self.n))
            else:
                yield linear(whole, size, size)
                yield from _one_of(part, parts(printed, name, limits, size))

    def _table(
        self, measure: Measure, told: Told, frame: Frame, weights: np.ndarray
    ) -> Iterator[Goal]:
        """The nearest table whose P value prints as printed."""
        method, where = self.ledger.method(measure), measure.where.evaluate(frame)
        groups = [select(frame, group, measure.among) for group in self.ledger.groups(measure.by)]
        cells = [group & event for group in groups for event in (where.is_true, where.is_false)]
        a, b, c, d = (round(cell @ weights) for cell in cells)
        firsts = product(range(a + b + 1), range(c + d + 1)) if a + b and c + d else ()
        nearest = sorted(firsts, key=lambda k: abs(k[0] - a) + abs(k[1] - c))
        for x, y in nearest[:MOST_TABLES]:
            table = (x, a + b - x, y, c + d - y)
            value = p_value([table[:2], table[2:]], method)
            if all(printed.admits_computed(value) for printed in told["p_value"]):
                yield from (linear(cell, k, k) for cell, k in zip(cells, table, strict=True))
                return

    def _quantiles(
        self, measure: Measure, told: Told, frame: Frame, weights: np.ndarray
    ) -> Iterator[Goal]:
        """So many at most a quantile, and so many below, that what it averages prints so."""
        values, known = frame[measure.where.text]
        there = known & select(frame, measure.among)
        size, method = round(there @ weights), self.ledger.method(measure)
        yield linear(there, size, size)
        for name, printed in _each(told) if size else ():
            ranks = [at for at, _ in positions(size, name, method)]
            least, most = days_printed(self.ledger, measure, printed)
            lower, upper = min(least, most), max(least, most)
            if ">" not in printed.relation:
                yield linear(there & (values <= most), ranks[0] + 1, size)
                yield linear(there & (values <= upper), ranks[-1] + 1, size)
            if "<" not in printed.relation:
                yield linear(there & (values < least), 0, ranks[-1])
                yield linear(there & (values < lower), 0, ranks[0])

    def _curve(self, measure: Measure, told: Told, frame: Frame, _: np.ndarray) -> Iterator[Goal]:
        """Numbers at risk and of events; the estimate and its limits on the scale of those."""
        fall = self._fall(measure, frame)
        late = select(frame, measure.among, followed(self.ledger, measure))
        for name, printed in _each(told):
            if name == "at_risk":
                yield from _one_of(late, counts(printed, self.n))
            elif name == "n_event":
                yield from _one_of(fall.had, counts(printed, self.n))
            else:
                yield _limit(fall, name, printed, limits_of(self.ledger, measure))

    def _fall(self, measure: Measure, frame: Frame) -> Fall:
        time, event = endpoint_columns(self.ledger, measure.endpoint)
        days, end = frame[time].values, int(float(measure.horizon))
        there = select(frame, measure.among)
        had = select(frame, Expression(event)) & there & (days <= end)
        return Fall(np.where(there, days, -1), had, end)

    def toward(self, asked: Toward, frame: Frame) -> Sums:
        """A count, or log S at a curve's horizon, that is larger the farther it is that way."""
        measure, sign, _ = asked
        if measure.kind == "count":
            return linear(sign * select(frame, measure.where, measure.among), -inf, inf).of
        fall = self._fall(measure, frame)

        def fallen(weights: np.ndarray) -> tuple[float, np.ndarray]:
            minus_log, slope = fall.sums(weights)[0]
            return -sign * minus_log, -sign * slope

        return fallen


def _limit(fall: Fall, name: str, printed: Printed, limits: Limits) -> Goal:
    """An estimate or a limit, on the scale on which limits are symmetric, where none is cut."""
    scale = SCALES[limits.method]
    reach = {"estimate": 0.0, "conf_low": -1.0, "conf_high": 1.0}[name] * two_sided_z(limits.level)
    low, high = printed.fractions()
    ends = scale.to(low) if low > 0 else -inf, scale.to(high) if high < 1 else inf

    def at(survival: float, variance: float) -> float:
        return scale.to(survival) + reach * scale.slope(survival) * sqrt(variance)

    def read(weights: np.ndarray) -> tuple[float, np.ndarray]:
        (minus_log, by_log), (variance, by_variance) = fall.sums(weights)
        survival, variance = min(max(exp(-minus_log), STEP), 1 - STEP), max(variance, TINY)
        by_survival = (at(survival, variance) - at(survival * (1 - STEP), variance)) / STEP
        steep = (at(survival, variance) - scale.to(survival)) / (2 * variance)
        return at(survival, variance), steep * by_variance - by_survival * by_log

    digit = (float(printed.exact + half) / 100 for half in (-printed.step / 2, printed.step / 2))
    least, most = (scale.to(min(max(end, EDGE), 1 - EDGE)) for end in digit)
    return Goal(read, *ends, NEAR * max(most - least, EDGE))


def _each(told: Told) -> Iterator[tuple[str, Printed]]:
    return ((name, printed) for name, each in told.items() for printed in each)


def _one_of(slope: np.ndarray, values: range) -> Iterator[Goal]:
    if values:
        yield linear(slope, values[0], values[-1])
