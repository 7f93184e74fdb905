"""Bounds on a curve: survival, numbers at risk, events with their days, and printed limits."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import cached_property, partial
from math import ceil, inf
from typing import NamedTuple

from ortools.sat.python import cp_model

from numbercheck.consistency.asking import Asking, Bound, Settled, Value
from numbercheck.consistency.model import Model
from numbercheck.consistency.scope import named, reads
from numbercheck.consistency.slots import before, enclose, log_survival, padded
from numbercheck.consistency.solving import InfeasibleError, UndefinedError
from numbercheck.consistency.tabulated import counts, limits_of, listed_histories, survival_claims
from numbercheck.ledger.expressions import Expression
from numbercheck.ledger.rows import Measure
from numbercheck.recount import Cohorts, endpoint_columns
from numbercheck.statistics.risk_sets import km_limits
from numbercheck.words import STATISTICS


class _Falling(NamedTuple):
    """A value that never rises with time, on one day of a curve; ``asked`` is its own measure."""

    unit: str
    curve: Measure
    day: int
    asked: Measure
    goal: Callable[[Model], cp_model.LinearExprT]
    value: Value


class CurveBounds(Asking):
    """Bounds on the curves of one ledger; the parameters are those of ``Asking``."""

    @cached_property
    def _falling(self) -> dict[tuple[str, ...], dict[int, Bound]]:
        """Bounds found so far of values that never rise with time, by day."""
        return defaultdict(dict)

    def survival(self, measure: Measure, day: int) -> Bound:
        """Bound an estimate of survival on a day up to the measure's horizon, in percent."""

        def goal(model: Model) -> cp_model.LinearExprT:
            model.require_anyone(measure.among)
            slots = model.slots(measure)
            total = log_survival(model.cp, model.n, slots, day)
            if slots and model.intervals is not None:
                events = model.variable(sum(before(model.cp, s, day + 1) for s in slots))
                left = model.variable(model.count(Expression(f"{time} > {day}"), measure.among))
                enclose(model.cp, model.n, total, events, left)
            return total

        def value(cohort: Cohorts) -> float:
            return cohort.survival_at(measure, day, "estimate")[0]

        time, _ = endpoint_columns(self.ledger, measure.endpoint)
        label = f"{named(measure)} survival on day {day}"
        asked = replace(measure, label=label, horizon=str(day))
        return self._fall(_Falling("%", measure, day, asked, goal, value))

    def at_risk(self, measure: Measure, day: int) -> Bound:
        """Bound the number of patients at risk on a day."""
        time, _ = endpoint_columns(self.ledger, measure.endpoint)
        followed, among = Expression(f"{time} >= {day}"), measure.among
        asked = counting(followed, among, f"{named(measure)} at risk on day {day}")
        goal, value = partial(at_risk, measure=measure, day=day), count_of(followed, among)
        return self._fall(_Falling("patients", measure, day, asked, goal, value))

    def _fall(self, on: _Falling) -> Bound:
        """Bound a value that never rises with time, by what is known of other days."""
        known = self._falling[on.asked.kind, on.curve.endpoint, on.curve.among.text]
        if on.day not in known:
            earlier = known.get(max((day for day in known if day < on.day), default=-1))
            later = known.get(min((day for day in known if day > on.day), default=-1))
            ways = (partial(way, on, earlier, later) for way in (self._solved, self._by_intervals))
            known[on.day] = self.either(reads(self.ledger, on.curve), *ways)
        return known[on.day]

    def _by_intervals(self, on: _Falling, earlier: Bound | None, later: Bound | None) -> Bound:
        low, high = later.low if later else -inf, earlier.high if earlier else inf
        if on.asked.kind == "count":
            printed = [*self._printed_at_risk(on.curve)]
            low = max([low, *(values[0] for day, values in printed if day >= on.day)])
            high = min([high, *(values[-1] for day, values in printed if day <= on.day)])
        around = (b for b in (earlier, later) if b and (b.certified or b.reached))
        near = [cohort for bound in around for cohort in bound.witnesses]
        bound = self.between(on.asked, on.value, on.unit, (low, high), near)
        is_found = bound.certified or bound.reached or on.asked.kind == "count"
        if not (is_found or self.at_risk(on.curve, 0).high):  # nobody is in this curve
            raise UndefinedError(bound.label)
        return bound

    def _printed_at_risk(self, curve: Measure) -> Iterator[tuple[int, Sequence[int]]]:
        """Days of a curve of which numbers at risk are printed, and what these may be."""
        scope, _ = self._scope(reads(self.ledger, curve))
        for claim in (c for c in scope.claims if c.statistic == "at_risk"):
            measure, values = self.ledger.measures[claim.measure], counts(claim.value, self.n)
            if values and named(measure) == named(curve):
                yield ceil(float(measure.horizon)), values

    def _solved(self, on: _Falling, earlier: Bound | None, later: Bound | None) -> Bound:
        """Equal bounds around a day settle it."""
        model, rows = self.time_part(on.curve)
        settled: Settled = None, None
        if earlier and later:
            settled = (
                earlier.witnesses[0] if earlier.low == later.low else None,
                later.witnesses[1] if earlier.high == later.high else None,
            )
        try:
            total = on.goal(model) if None in settled else 0
        except InfeasibleError:
            raise UndefinedError(on.asked.label) from None
        return self.bound(on.asked.label, model, rows, total, on.value, on.unit, settled)

    def events(self, measure: Measure) -> Bound:
        """Bound the number of events up to the measure's horizon."""
        label, among = f"{measure.label}, {STATISTICS['n_event']}", measure.among
        time, event = endpoint_columns(self.ledger, measure.endpoint)
        until = Expression(f"{event} and {time} <= {measure.horizon}")

        def exact() -> Bound:
            model, rows = self.time_part(measure)
            events = model.events(measure)
            if isinstance(events, int):
                return Bound(label, 0, 0)
            return self.bound(label, model, rows, events, value_of(measure, "n_event"))

        many = partial(self.between, counting(until, among, label), count_of(until, among))
        return self.either(reads(self.ledger, measure), exact, many)

    def event_days(self, measure: Measure) -> list[Bound]:
        """Bound the day of each event up to the measure's horizon that every cohort has."""
        model, rows = self.time_part(measure)
        slots = model.slots(measure)
        label = f"days of {named(measure)} events"
        certain, _ = self.range(label, model, model.events(measure))
        return [
            self.bound(
                *(f"{named(measure)} event {k + 1}", model, rows, slot.day),
                *(lambda c, k=k: c.event_days(measure)[k], "days"),
            )
            for k, slot in enumerate(slots[:certain])
        ]

    def limit(self, measure: Measure, statistic: str) -> Bound | None:
        """Bound a limit of a survival estimate over the cohorts that define it.

        None where its histories cannot be listed.
        """
        model, rows = self.time_part(measure)
        claims = [c for c in model.scope.claims if c.measure == measure.measure]
        printed, slots = survival_claims(claims), model.slots(measure)
        way = limits_of(self.ledger, measure)
        listed = listed_histories(model.n, printed, way, len(slots)) if any(printed) else None
        limits = {
            padded(h, slots): km_limits(h, *way[:2])[1 + (statistic == "conf_high")]
            for h in listed or ()
        }
        limits = {h: limit for h, limit in limits.items() if limit == limit}
        if not limits:
            return None
        rank = model.rank([slot.at_risk for slot in slots], limits)
        value = value_of(measure, statistic)
        return self.bound(
            f"{measure.label}, {STATISTICS[statistic]}", model, rows, rank, value, "%"
        )


def count_of(*who: Expression) -> Value:
    """How many patients of a cohort some expressions select."""
    return lambda cohort: cohort.count(*who)[0]


def value_of(measure: Measure, name: str) -> Value:
    """What a cohort has of a statistic."""
    return lambda cohort: cohort.statistic(measure, name)[0]


def counting(where: Expression, among: Expression, label: str = "") -> Measure:
    """A measure that counts some patients."""
    return Measure("", label, "count", where, among, Expression(""), "", "", "", "", "")


def at_risk(model: Model, measure: Measure, day: int) -> cp_model.LinearExprT:
    """Everyone except those with an event and those censored; slots shorten the proofs."""
    time, event = endpoint_columns(model.ledger, measure.endpoint)
    if day - 1 > float(measure.horizon):
        return model.count(Expression(f"{time} >= {day}"), measure.among)
    censored = model.count(Expression(f"not {event} and {time} < {day}"), measure.among)
    left = [censored, *(before(model.cp, slot, day) for slot in model.slots(measure))]
    return sum([model.count(measure.among), *(-1 * part for part in left)])
