"""Lawful times that patients may have, drawn at random for each kind of patient."""

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import chain, pairwise
from math import ceil, floor

import numpy as np

from numbercheck.consistency.order import whole_ends
from numbercheck.consistency.scope import Scope
from numbercheck.ledger.expressions import Expression
from numbercheck.ledger.grammar import comparisons, literal, names_in
from numbercheck.ledger.kleene import Masked
from numbercheck.ledger.records import Ledger
from numbercheck.ledger.rows import Measure, Variable
from numbercheck.recount import printed_unit
from numbercheck.statistics.rounding import Printed

TRIED = 3_000  # combinations of days for each kind of patient
LEAST = 1e-4  # weight of a row that nobody has, so that raking can give it more
KEPT = 3  # lawful ones of each kind between the same cuts
Frame = Mapping[str, Masked]
Columns = dict[str, list]


class Candidates:
    """Rows that patients may have: a kind each, with lawful times.

    Parameters
    ----------
    scope : Scope
        What is read of times.
    kinds : sequence of tuple
        Values of the link columns, by kind.
    seed : int
        What is drawn depends on it alone.
    given : np.ndarray, optional
        Rows to have besides, one a column: the place of the kind, then its times. Several may
        be equal.

    Attributes
    ----------
    frame : mapping of str to Masked
        The rows, by column: times and links.
    kind : np.ndarray
        Place of each row's kind.
    """

    def __init__(
        self, scope: Scope, kinds: Sequence[tuple], seed: int, given: np.ndarray | None = None
    ) -> None:
        self.times, self._generator = scope.times, np.random.default_rng(seed)
        cuts = cuts_of(scope)
        days = [self._days(cuts) for _ in kinds]
        kind = np.repeat(np.arange(len(kinds)), [each.shape[1] for each in days])
        drawn = np.vstack([kind, np.hstack(days)])
        given = np.zeros((len(drawn), 0), dtype=int) if given is None else given
        own, self._given = np.unique(given, axis=1, return_counts=True)
        kind, *days = np.hstack([drawn, own])
        frame = frame_of(scope, kinds, kind, np.array(days))
        lawful = np.flatnonzero(are_lawful(scope, frame)[: drawn.shape[1]])
        added = np.arange(drawn.shape[1], len(kind))
        kept = np.concatenate([self._kept(lawful, kind, frame, cuts), added])
        self.kind = kind[kept]
        self.frame = {name: Masked(v[kept], known[kept]) for name, (v, known) in frame.items()}

    def _days(self, cuts: np.ndarray) -> np.ndarray:
        """All combinations of some days, one row for each column of times."""
        pool = [cuts]
        most = TRIED ** (1 / len(self.times)) / (len(cuts) - 1)
        for start, end in pairwise(cuts):
            drawn = min(ceil(most), end - start)
            pool.append(self._generator.choice(np.arange(start, end), drawn, replace=False))
        every = np.unique(np.concatenate(pool))
        grid = np.meshgrid(*[every[every >= 0]] * len(self.times))
        return np.stack(grid).reshape(len(self.times), -1)

    def _kept(
        self, places: np.ndarray, kind: np.ndarray, frame: Frame, cuts: np.ndarray
    ) -> np.ndarray:
        """Some lawful rows of each kind for each time between the same cuts."""
        order, some = self._generator.permutation(places), []
        for time in self.times:
            between = np.searchsorted(cuts, frame[time].values[order], "right")
            alike = kind[order] * (len(cuts) + 1) + between
            ranked = np.argsort(alike, kind="stable")
            first = np.searchsorted(alike[ranked], alike[ranked])
            some.append(order[ranked[np.arange(len(order)) - first < KEPT]])
        return np.unique(np.concatenate(some))

    def start(self, n: int) -> np.ndarray:
        """Weights of n patients: those given, or such that some seeds have more early ones."""
        if len(self._given):
            weights = np.zeros(len(self.kind))
            weights[-len(self._given) :] = self._given
            return weights
        days = self.frame[self.times[0]].values
        tilt = self._generator.normal() * (days - days.mean()) / (days.std() + 1)
        weights = np.exp(tilt)
        return weights * n / weights.sum()

    def columns(self, rows: np.ndarray) -> Columns:
        """Times of the patients that have some rows."""
        found = {name: self.frame[name] for name in self.times}
        return {
            name: [int(day) if known else None for day, known in zip(v[rows], k[rows], strict=True)]
            for name, (v, k) in found.items()
        }


def frame_of(scope: Scope, kinds: Sequence[tuple], kind: np.ndarray, days: np.ndarray) -> Frame:
    """Columns of rows of some kinds, with days for each column of times."""
    frame = {
        name: _column([key[place] for key in kinds], kind, scope.ledger.variables[name])
        for place, name in enumerate(scope.links)
    }
    for time, moments in zip(scope.times, days, strict=True):
        evaluable = scope.ledger.variables[time].evaluable
        frame[time] = Masked(moments, evaluable.select(frame, len(kind)))
    return frame


def are_lawful(scope: Scope, frame: Frame) -> np.ndarray:
    """Which rows of a frame have days that their columns allow and break no rule about them."""
    lawful = np.ones(len(frame[scope.times[0]].values), dtype=bool)
    for time in scope.times:
        domain, days = scope.ledger.variables[time].domain, frame[time].values
        lawful &= (domain[0] <= days) & (days <= domain[-1])
    for rule in filter(scope.is_timed, scope.rules):
        lawful &= np.logical_not(rule.evaluate(frame).is_false)
    return lawful


def select(frame: Frame, *expressions: Expression) -> np.ndarray:
    """Rows of a frame for which all expressions are known to be true."""
    size = len(next(iter(frame.values())).values)
    return np.logical_and.reduce([e.select(frame, size) for e in expressions])


def cuts_of(scope: Scope) -> np.ndarray:
    """Days between which a patient's time matters alike, but for its place in a curve."""
    domains = [scope.ledger.variables[time].domain for time in scope.times]
    days = {floor(number) + k for number in _told(scope) for k in (0, 1)}
    days |= {d[0] for d in domains} | {d[-1] + 1 for d in domains}
    first, end = min(d[0] for d in domains), max(d[-1] for d in domains) + 1
    return np.array(sorted(day for day in days if first <= day <= end))


def _told(scope: Scope) -> Iterator[float]:
    """Days that an expression compares times with, horizons, and ends of printed quantiles."""
    for expression in chain.from_iterable(scope.questions):
        yield from days_compared(expression, scope.times)
    for claim in scope.claims:
        measure = scope.ledger.measures[claim.measure]
        if measure.kind == "survival":
            yield float(measure.horizon)
        elif measure.where.text in scope.times and claim.value.relation == "=":
            least, most = days_printed(scope.ledger, measure, claim.value)
            yield from (least - 1, most)


def days_compared(expression: Expression, times: Sequence[str]) -> Iterator[float]:
    """Days that an expression compares times with."""
    for left, _, right in comparisons(expression.tree):
        for name, other in ((left, right), (right, left)):
            if {*names_in(name)} & {*times} and not names_in(other):
                days = literal(other)
                yield from map(float, days if isinstance(days, list) else [days])


def days_printed(ledger: Ledger, measure: Measure, printed: Printed) -> tuple[int, int]:
    """First and last day that a quantile of times may be; see `whole_ends`."""
    return whole_ends(printed, Fraction(printed_unit(ledger, measure) or 1.0))


def _column(values: list, places: np.ndarray, variable: Variable) -> Masked:
    known = np.array([v is not None for v in values])
    empty = variable.domain[0]  # of its type
    return Masked(np.array([empty if v is None else v for v in values])[places], known[places])
