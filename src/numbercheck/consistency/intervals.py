"""A model of many patients that every cohort satisfies: how many have times in which intervals.

Within an interval of days the order of events and censoring is left open: at an event there at
most as many are at risk as on the interval's first day, and more than on the next one's. Where
that leaves no solution, no cohort satisfies the rows; where it leaves one, there may be none.
"""

from collections.abc import Callable, Sequence
from functools import partial
from itertools import pairwise
from math import asinh, ceil, floor, log, sinh

import numpy as np
from ortools.sat.python import cp_model

from numbercheck.consistency.candidates import days_printed, select
from numbercheck.consistency.interval_cells import IntervalCells
from numbercheck.consistency.logarithm import INVERSE, ROUNDED, Logarithm, logarithm
from numbercheck.consistency.order import positions
from numbercheck.consistency.patient_kinds import Kinds
from numbercheck.consistency.region import LEAST, UNIT, Cover, survival_range
from numbercheck.consistency.relaxation import printed_curves
from numbercheck.consistency.scope import followed, reads
from numbercheck.consistency.tabulated import (
    Limits,
    counts,
    limits_of,
    percent_ends,
    survival_claims,
)
from numbercheck.ledger.expressions import Expression
from numbercheck.ledger.rows import Claim, Measure
from numbercheck.recount import endpoint_columns

SECONDS = 0.5  # of the solver's work, for one end of a number at risk
PROBING = 0  # before each of so many searches, or it would take most of that
FINE = 10**6  # steps of a slope
FAR = 10**18
AtRisk = dict[tuple[str, str, bool], dict[int, int]]


class Intervals(IntervalCells):
    """Numbers of patients of each kind whose times are in each interval, and in which order.

    Parameters
    ----------
    kinds : Kinds
        Kinds of patients; what is said here is added to their model.
    asked : sequence of Measure
        Among them curves that may not be printed. What events take from a curve is followed
        closely where one of these is about it, or about its times.
    at_risk : dict, optional
        By curve, end and day, what is known of numbers at risk under the same rows; what is
        found is added.

    Raises
    ------
    InfeasibleError
        If no cohort satisfies the rows.
    """

    def __init__(
        self,
        kinds: Kinds,
        asked: Sequence[Measure] = (),
        at_risk: AtRisk | None = None,
    ) -> None:
        self.model, self.n = kinds.model, kinds.model.n
        self.ledger = ledger = kinds.scope.ledger
        known = {} if at_risk is None else at_risk
        super().__init__(self.model, kinds.scope, kinds.alike)
        for claim in self.scope.claims:
            measure = ledger.measures[claim.measure]
            if measure.kind == "survival":
                self._post_counted(claim, measure)
            elif measure.kind == "quantity" and measure.where.text in self.scope.times:
                self._post_quantile(claim, measure)
            elif measure.kind == "count" and self.scope.is_timed(measure.where, measure.among):
                self._post_count(claim, measure)
        self._curves: dict[tuple[str, str], IntervalCurve] = {}
        told = list(printed_curves(self.scope))
        for measure in (*(m for m, _ in told), *(m for m in asked if m.kind == "survival")):
            self.curve(measure)
        for key, curve in self._curves.items():
            curve.count(*(known.setdefault((*key, largest), {}) for largest in (False, True)))
        for measure, claims in told:
            self.curve(measure).post(measure, claims, limits_of(ledger, measure))
        for curve in self._curves.values():
            curve.limit()
        for (endpoint, among), curve in self._curves.items():
            time = Expression(endpoint_columns(ledger, endpoint)[0]).names
            own = (m for m in asked if m.among.text == among)
            if any(time <= expression.names for m in own for expression in reads(ledger, m)):
                curve.follow()

    def curve(self, measure: Measure) -> "IntervalCurve":
        """The curve of a measure, which measures with other horizons share."""
        key = measure.endpoint, measure.among.text
        if key not in self._curves:
            self._curves[key] = IntervalCurve(self, measure)
        return self._curves[key]

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


class IntervalCurve:
    """A curve: numbers at risk and of events by interval, and what these take from log S.

    An event that takes x from log S adds 2 cosh(x) - 2 to Greenwood's sum. That is convex: it
    lies below the chord between the ends of x, and above each tangent.
    """

    def __init__(self, intervals: Intervals, measure: Measure) -> None:
        self.model, self._starts = intervals.model, intervals.cuts
        time, event = endpoint_columns(intervals.ledger, measure.endpoint)
        days = intervals.frame[time].values
        there = select(intervals.frame, measure.among)
        had = there & select(intervals.frame, Expression(event))
        places = np.searchsorted(self._starts, days, "right") - 1
        within = range(len(self._starts) - 1)
        self._events = [intervals.total(had & (places == k)) for k in within]
        self._at_risk = [intervals.total(there & (days >= start)) for start in self._starts]
        self._positive = 0  # last day on which survival is known to be above 0
        self.lowest = LEAST - UNIT * ceil(log(self.model.n) + 1)  # somebody is the last at risk
        self._falls, self._terms = (
            [self.model.cp.new_int_var(0, -self.lowest, "") for _ in within] for _ in range(2)
        )

    def _until(self, day: int) -> int:
        return int(np.searchsorted(self._starts, day, "right"))

    def post(self, measure: Measure, claims: Sequence[Claim], limits: Limits) -> None:
        """What an estimate and its limits print."""
        day, printed = int(float(measure.horizon)), survival_claims(claims)
        if survival_range(printed)[0] > 0:
            self._positive = max(self._positive, day)
        sums = -1 * sum(self._falls[: self._until(day)]), sum(self._terms[: self._until(day)])
        Cover(self.model.cp, sums, printed, limits, len(self._starts), self.lowest)

    def count(self, least: dict[int, int], most: dict[int, int]) -> None:
        """Bound the numbers at risk, of which something may be known by day."""
        days = self._starts.tolist()
        self._least, self._most = (
            _never_rising(partial(self._end, largest), days, known)
            for largest, known in ((False, least), (True, most))
        )

    def limit(self) -> None:
        """Bound by the numbers at risk what the events of each interval add."""
        for place, events in enumerate(self._events):
            fewest = 2 if self._starts[place] <= self._positive else 1
            least, most = max(self._least[place + 1] + 1, fewest), self._most[place]
            if least > most:
                self.model.cp.add(events == 0)
            self._limit(place, least, max(most, least))

    def follow(self) -> None:
        """Tie what events take to the numbers at risk at both ends of their interval.

        They take least where nobody is censored before the last of them, as on a single day, and
        most where nobody is censored after the first.
        """
        cp, variable = self.model.cp, self.model.variable
        known = [
            logarithm(cp, variable(n), low, max(low, high), in_pieces=True) if low else None
            for n, low, high in zip(self._at_risk, self._least, self._most, strict=True)
        ]
        for place, (first, last) in enumerate(pairwise(known)):
            if first and last and not isinstance(self._events[place], int):
                self._follow(place, first, last)

    def _follow(self, place: int, first: Logarithm, last: Logarithm) -> None:
        cp, variable, events = self.model.cp, self.model.variable, self._events[place]
        ends = self._least[place + 1], max(self._most[place], self._least[place + 1])
        is_day = bool(self._starts[place + 1] - self._starts[place] == 1)
        left = variable(sum([self._at_risk[place], -1 * events]))
        early = late = first, logarithm(cp, left, *ends, in_pieces=is_day)
        if not is_day:
            begun = variable(sum([self._at_risk[place + 1], events]))
            late = logarithm(cp, begun, *ends, in_pieces=False), last
        fall, term, rounded = self._falls[place], INVERSE * self._terms[place], INVERSE * ROUNDED
        cp.add(fall >= early[0].log - early[1].log - ROUNDED)
        cp.add(fall <= late[0].log - late[1].log + ROUNDED)
        cp.add(term >= early[1].inverse - early[0].inverse - rounded)
        cp.add(term <= late[1].inverse - late[0].inverse + rounded)

    def _end(self, largest: bool, place: int) -> int:
        return self.model.extreme(self._at_risk[place], largest, SECONDS, PROBING)

    def _limit(self, place: int, least: int, most: int) -> None:
        """Bound what the events of an interval add, each with so many at risk."""
        low, high = _fall(most), _fall(least)
        self._hold(place, (0, 1, -floor(UNIT * low)), 0, FAR)
        self._hold(place, (0, 1, -ceil(UNIT * high)), -FAR, 0)
        if least == 1:
            return  # there is no end of what the last one at risk adds to Greenwood's sum
        chord = ceil(FINE * (_term(high) - _term(low)) / (high - low)) if high > low else 0
        above = max(_term(x) - chord / FINE * x for x in (low, high))
        self._hold(place, (FINE, -chord, -ceil(FINE * UNIT * above)), -FAR, chord)
        for at in (low, (low + high) / 2, high):
            slope = round(FINE * 2 * sinh(at))
            touched = min(max(asinh(slope / FINE / 2), low), high)
            below = _term(touched) - slope / FINE * touched
            self._hold(place, (FINE, -slope, -floor(FINE * UNIT * below)), -FINE, FAR)

    def _hold(self, place: int, factors: tuple[int, int, int], low: int, high: int) -> None:
        """Keep a sum of Greenwood's terms, log S and events of an interval between two ends."""
        sums = self._terms[place], self._falls[place], self._events[place]
        total = sum(factor * part for factor, part in zip(factors, sums, strict=True) if factor)
        if not isinstance(total, int):
            self.model.cp.add_linear_constraint(total, low, high)

    def fall(self, day: int) -> tuple[cp_model.LinearExprT, int]:
        """Minus log S on a day, in ``UNIT``, and by how much it may be too low."""
        return sum(self._falls[: self._until(day)]), self._until(day)


def _fall(n: int) -> float:
    """What an event among n at risk takes from log S; nobody is left of one."""
    return -log(1 - 1 / n) if n > 1 else -LEAST / UNIT


def _term(fall: float) -> float:
    """What an event that takes so much from log S adds to Greenwood's sum."""
    return 4 * sinh(fall / 2) ** 2


def _never_rising(
    ask: Callable[[int], int], days: Sequence[int], known: dict[int, int]
) -> list[int]:
    """Values at all places of what never rises, asked for only where they can differ."""

    def at(place: int) -> int:
        if days[place] not in known:
            known[days[place]] = ask(place)
        return known[days[place]]

    def fill(first: int, last: int) -> None:
        if at(first) == at(last):
            known.update(dict.fromkeys(days[first:last], at(first)))
        elif last - first > 1:
            middle = (first + last) // 2
            fill(first, middle)
            fill(middle, last)

    fill(0, len(days) - 1)
    return [known[day] for day in days]
