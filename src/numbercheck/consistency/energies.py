"""How far the times of many patients are from printing what is printed.

Rows of a frame are candidates: a kind of patient with lawful times. Patients are given as an
array that names the row of each; what a row counts for is tabulated once.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from math import ceil, floor, isfinite, nan
from typing import NamedTuple

import numpy as np

from numbercheck.consistency.relaxation import is_timed
from numbercheck.consistency.scope import Scope
from numbercheck.consistency.tabulated import limits_of, percent_or_limit
from numbercheck.ledger.expressions import Expression
from numbercheck.ledger.kleene import Masked
from numbercheck.ledger.records import Ledger
from numbercheck.ledger.rows import Measure
from numbercheck.recount import endpoint_columns, printed_unit
from numbercheck.statistics.contingency import p_value
from numbercheck.statistics.quantiles import SHARES, quantile_kind, quantile_weights
from numbercheck.statistics.rounding import Printed
from numbercheck.statistics.scales import survival_limits

FAR = 1e4  # units of the last digit that a statistic is away at most
Frame = Mapping[str, Masked]
Statistics = Callable[[str], float]
Read = Callable[[np.ndarray], Statistics]
weights = lru_cache(maxsize=4096)(quantile_weights)


class Energy(NamedTuple):
    """One measure: how to read its statistics off some rows, and what is printed of each."""

    read: Read
    printed: Sequence[tuple[str, Printed]]

    def of(self, rows: np.ndarray) -> float:
        """Units of the last printed digits that the statistics are away; 0 when all print so."""
        statistic = self.read(rows)
        return sum(_away(printed, statistic(name)) for name, printed in self.printed)


def _away(printed: Printed, value: float) -> float:
    if not isfinite(value):
        return FAR
    units = abs(value - printed.value) * 10**printed.decimals
    if (printed.relation != "=" or units < 0.501) and printed.admits_computed(value):
        return 0.0
    return min(units, FAR)


def energies(scope: Scope, frame: Frame) -> list[Energy]:
    """What is printed of each measure that reads a time, those quickly computed first."""
    ledger, printed = scope.ledger, defaultdict[str, set[tuple[str, Printed]]](set)
    for claim in scope.claims:
        if is_timed(claim, ledger, scope):
            printed[claim.measure].add((claim.statistic, claim.value))
    measures = sorted((ledger.measures[name] for name in printed), key=lambda m: m.kind)
    readers = {"count": _count, "comparison": _table, "quantity": _quantity, "survival": _curve}
    return [
        Energy(readers[m.kind](ledger, m, frame), sorted(printed[m.measure], key=str))
        for m in measures
    ]


def select(frame: Frame, *expressions: Expression) -> np.ndarray:
    """Rows of a frame for which all expressions are known to be true."""
    size = len(frame["kind"].values)
    return np.logical_and.reduce([e.select(frame, size) for e in expressions])


def _count(ledger: Ledger, measure: Measure, frame: Frame) -> Read:
    limits = limits_of(ledger, measure)
    part, whole = select(frame, measure.where, measure.among), select(frame, measure.among)

    def read(rows: np.ndarray) -> Statistics:
        k, n = int(part[rows].sum()), int(whole[rows].sum())
        return lambda name: n if name == "N" else percent_or_limit(k, n, name, limits)

    return read


def _table(ledger: Ledger, measure: Measure, frame: Frame) -> Read:
    method, where = ledger.method(measure), measure.where.evaluate(frame)
    groups = [select(frame, g, measure.among) for g in ledger.groups(measure.by)]
    cells = np.stack([g & e for g in groups for e in (where.is_true, where.is_false)])

    def read(rows: np.ndarray) -> Statistics:
        a, b, c, d = cells[:, rows].sum(axis=1).tolist()
        return lambda _: p_value([[a, b], [c, d]], method) if a + b + c + d else nan

    return read


def _quantity(ledger: Ledger, measure: Measure, frame: Frame) -> Read:
    """Quantiles by counting days: 0 is the place of those who are left out."""
    values, known = frame[measure.where.text]
    first = int(values.min()) - 1
    places = np.where(known & select(frame, measure.among), values - first, 0)
    kind, unit = quantile_kind(ledger.method(measure)), printed_unit(ledger, measure) or 1.0

    def read(rows: np.ndarray) -> Statistics:
        until = np.bincount(places[rows]).cumsum()
        size = len(rows) - int(until[0])

        def quantile(name: str) -> float:
            terms = weights(size, SHARES[name], kind) if size else [(0, nan)]
            places = (np.searchsorted(until, until[0] + at, "right") for at, _ in terms)
            return (
                sum(float(w) * (first + x) for x, (_, w) in zip(places, terms, strict=True)) / unit
            )

        return quantile

    return read


def _curve(ledger: Ledger, measure: Measure, frame: Frame) -> Read:
    """Estimate and limits by counting days: even places are events, odd ones censoring."""
    time, event = endpoint_columns(ledger, measure.endpoint)
    censored = 1 - select(frame, Expression(event))
    places = np.where(select(frame, measure.among), 2 * frame[time].values + 2 + censored, 0)
    horizon, limits = float(measure.horizon), limits_of(ledger, measure)
    end, followed = 2 * floor(horizon) + 4, 2 * ceil(horizon) + 1

    def read(rows: np.ndarray) -> Statistics:
        counts = np.bincount(places[rows], minlength=end)
        gone = counts.cumsum()
        had = np.flatnonzero(counts[2:end:2])
        events, at_risk = counts[2:end:2][had], len(rows) - gone[1:end:2][had].astype(float)
        with np.errstate(divide="ignore"):
            survival = float((1 - events / at_risk).prod())
            variance = float((events / (at_risk * (at_risk - events))).sum())
        low, high = survival_limits(survival, variance, *limits[:2])
        found = {"estimate": 100 * survival, "conf_low": 100 * low, "conf_high": 100 * high}
        found |= {"n_event": events.sum(), "at_risk": len(rows) - gone[followed]}
        return found.__getitem__ if gone[0] < len(rows) else lambda _: nan

    return read
