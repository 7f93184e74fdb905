"""A model of many patients that every cohort satisfies: how many have times in which intervals.

Within an interval of days the order of events and censoring is left open: at an event there at
most as many are at risk as on the interval's first day, and more than on the next one's. Where
that leaves no solution, no cohort satisfies the rows; where it leaves one, there may be none.
"""

from collections.abc import Iterable, Sequence
from math import ceil, floor, log

import numpy as np
from ortools.sat.python import cp_model

from numbercheck.consistency.candidates import days_printed, select
from numbercheck.consistency.interval_cells import IntervalCells
from numbercheck.consistency.order import positions
from numbercheck.consistency.patient_kinds import Kinds
from numbercheck.consistency.region import LEAST, UNIT, Cover, survival_range
from numbercheck.consistency.relaxation import curves, untimed
from numbercheck.consistency.scope import Question, Scope, followed
from numbercheck.consistency.tabulated import counts, limits_of, percent_ends, survival_claims
from numbercheck.ledger.expressions import Expression
from numbercheck.ledger.records import Ledger
from numbercheck.ledger.rows import Claim, Measure
from numbercheck.recount import endpoint_columns

ROUNDS = 2  # of narrowing the numbers at risk
SECONDS = 0.5  # of the solver's work, for one end of a number at risk
Total = cp_model.LinearExprT


class Intervals(IntervalCells):
    """Numbers of patients of each kind whose times are in each interval, and in which order.

    Parameters
    ----------
    ledger, n, extra
        As for ``Structure``.

    Raises
    ------
    InfeasibleError
        If no cohort satisfies the rows.
    """

    def __init__(self, ledger: Ledger, n: int, extra: Iterable[Question]) -> None:
        self.ledger, self.n, self.model = ledger, n, untimed(ledger, n, extra)
        kinds = Kinds(self.model, Scope(ledger, extra))
        super().__init__(self.model, kinds.scope, kinds.known, kinds.counts)
        for claim in self.scope.claims:
            measure = ledger.measures[claim.measure]
            if measure.kind == "survival":
                self._post_counted(claim, measure)
            elif measure.kind == "quantity" and measure.where.text in self.scope.times:
                self._post_quantile(claim, measure)
            elif measure.kind == "count" and self.scope.is_timed(measure.where, measure.among):
                self._post_count(claim, measure)
        self.falls = [Falling(self, *curve) for curve in curves(ledger, self.scope)]
        for _ in range(ROUNDS):
            for fall in self.falls:
                fall.narrow()

    def _post_count(self, claim: Claim, measure: Measure) -> None:
        part, whole = self.count(measure.where, measure.among), self.count(measure.among)
        if claim.statistic == "percent":
            least, most = percent_ends(claim.value)
            self.model.cp.add(least.denominator * part >= least.numerator * whole)
            self.model.cp.add(most.denominator * part <= most.numerator * whole)
        elif claim.statistic in ("n", "N"):
            values = counts(claim.value, self.n)
            self.model.limit_to(values, part if claim.statistic == "n" else whole)

    def _post_quantile(self, claim: Claim, measure: Measure) -> None:
        """So many at most a quantile, and so many below, where everyone has a value."""
        values, known = self.frame[measure.where.text]
        if not (known & select(self.frame, measure.among)).all():
            return
        least, most = days_printed(self.ledger, measure, claim.value)
        method = self.ledger.method(measure)
        ranks = [at for at, _ in positions(self.n, claim.statistic, method)]
        if ">" not in claim.value.relation:
            self.model.limit_to(range(ranks[0] + 1, self.n + 1), self.total(values <= most))
        if "<" not in claim.value.relation:
            self.model.limit_to(range(ranks[-1] + 1), self.total(values < least))

    def _post_counted(self, claim: Claim, measure: Measure) -> None:
        time, event = endpoint_columns(self.ledger, measure.endpoint)
        had = Expression(event), Expression(f"{time} <= {int(float(measure.horizon))}")
        if claim.statistic == "at_risk":
            here = self.count(followed(self.ledger, measure), measure.among)
            self.model.limit_to(counts(claim.value, self.n), here)
        elif claim.statistic == "n_event":
            self.model.limit_to(counts(claim.value, self.n), self.count(*had, measure.among))


class Falling:
    """A curve up to a horizon: its log S and Greenwood's sum, between what intervals leave."""

    def __init__(self, intervals: Intervals, measure: Measure, claims: Sequence[Claim]) -> None:
        self.model = intervals.model
        time, event = endpoint_columns(intervals.ledger, measure.endpoint)
        there = select(intervals.frame, measure.among)
        had = there & select(intervals.frame, Expression(event))
        days = intervals.frame[time].values
        self.starts = [int(cut) for cut in intervals.cuts if cut <= float(measure.horizon) + 1]
        self.at_risk = [
            self.model.variable(intervals.total(there & (days >= start))) for start in self.starts
        ]
        places = np.searchsorted(self.starts, days, "right") - 1
        self.events = [
            intervals.total(had & (places == place)) for place in range(len(self.starts) - 1)
        ]
        lowest = LEAST - UNIT * ceil(log(intervals.n) + 1)  # somebody is the last one at risk
        self.log_survival = self.model.cp.new_int_var(lowest, 0, "")
        self.variance = self.model.cp.new_int_var(0, -lowest, "")
        printed = survival_claims(claims)
        self.fewest = 2 if survival_range(printed)[0] > 0 else 1  # at risk at an event
        Cover(
            *(self.model.cp, (self.log_survival, self.variance), printed),
            *(limits_of(intervals.ledger, measure), 1, lowest),
        )

    def narrow(self) -> None:
        """Bound the numbers at risk, and by them how much each event adds to the sums."""
        ranges = [self.model.ends(total, SECONDS) for total in self.at_risk]
        most = [max(high, self.fewest) for _, high in ranges[:-1]]
        least = [max(low + 1, self.fewest) for low, _ in ranges[1:]]
        cp, logs, terms = self.model.cp, _log, _term
        cp.add(self.log_survival <= -1 * self._sum(floor, logs, most))
        cp.add(self.log_survival >= -1 * self._sum(ceil, logs, least))
        cp.add(self.variance >= self._sum(floor, terms, most))
        cp.add(self.variance <= self._sum(ceil, terms, least))

    def _sum(self, rounded, of, at_risk: list[int]) -> Total:  # noqa: ANN001
        sizes = zip(self.events, at_risk, strict=True)
        return sum(rounded(UNIT * of(n)) * events for events, n in sizes)


def _log(n: int) -> float:
    """What an event among n at risk takes from log S; nobody is left of one."""
    return -log(1 - 1 / n) if n > 1 else -LEAST / UNIT


def _term(n: int) -> float:
    """What an event among n at risk adds to Greenwood's sum."""
    return 1 / (n * (n - 1)) if n > 1 else -LEAST / UNIT
