"""Sharp bounds: the smallest and largest value over all cohorts that the ledger allows.

Each end is an optimum that the solver proved, with a cohort that takes it and was checked
again outside the solver; of the times of many patients both are told where they differ.
Claims that cannot hold with the others are set aside first, as in the reconstruction. A sharp
bound says what the article determines, not what happened.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cached_property
from itertools import product
from math import ceil, inf, prod

from ortools.sat.python import cp_model

from numbercheck.consistency.asking import Asking, Bound, Settled, Value
from numbercheck.consistency.chain import chain
from numbercheck.consistency.model import Model
from numbercheck.consistency.order import positions
from numbercheck.consistency.scope import NEEDY, named, reads, unmodeled
from numbercheck.consistency.search import Rows
from numbercheck.consistency.slots import before, enclose, log_survival
from numbercheck.consistency.solving import InfeasibleError, UndecidedError, UndefinedError
from numbercheck.consistency.structure import negated, padded
from numbercheck.consistency.tabulated import (
    limits_of,
    percent_or_limit,
    risk_histories,
    survival_claims,
)
from numbercheck.ledger.expressions import Expression
from numbercheck.ledger.records import Ledger
from numbercheck.ledger.rows import Measure
from numbercheck.recount import endpoint_columns
from numbercheck.statistics.contingency import p_value
from numbercheck.statistics.risk_sets import km_limits
from numbercheck.words import STATISTICS, called

MOST_TABLES = 20_000  # of two groups, whose P values are computed


def bounds(ledger: Ledger, expression: str, among: str = "", seconds: float = 60.0) -> Bound:
    """Bound the number of patients for whom an expression is true.

    Parameters
    ----------
    ledger : Ledger
    expression, among : str
        Which patients are counted, and among whom, in the ledger's grammar.
    seconds : float
        Most time for one question to the solver.

    Raises
    ------
    ExpressionError
        If an expression names no column.
    UndecidedError
        If an end could not be proved in time.
    """
    return Bounds(ledger, seconds).count(Expression(expression), Expression(among))


class Bounds(Asking):
    """Bounds over the cohorts of one ledger; the parameters are those of ``Asking``."""

    @cached_property
    def _falling(self) -> dict[tuple[str, ...], dict[int, Bound]]:
        """Bounds found so far of values that never rise with time, by day."""
        return defaultdict(dict)

    @cached_property
    def _parts(self) -> dict[tuple[Expression, Expression], tuple[Bound, Bound]]:
        """Bounds found so far of counts and their populations."""
        return {}

    def count(self, where: Expression, among: Expression | None = None, label: str = "") -> Bound:
        """Bound a number of patients."""
        among = among or Expression("")
        for expression in (where, among):
            expression.require(self.ledger.variables)
        label = label or " among ".join(filter(None, (where.text, among.text)))
        if self.are_many((where, among)):
            return self.between(counting(where, among, label), lambda c: c.count(where, among)[0])
        model, rows, goal = self._counted(where, among)
        return self._whole_number(label, model, rows, goal, where, among)

    def _counted(
        self, where: Expression, among: Expression
    ) -> tuple[Model, Rows, cp_model.LinearExprT]:
        """A model that can count some patients, its rows, and how many they are."""
        ledger, chained = chain(self.ledger, where)
        linked = {*chained.names, *among.names} <= self.links
        model, rows = self.time_part() if linked else self.part(ledger, (chained, among))
        return model, rows, model.count(chained, among)

    def _whole_number(
        self, label: str, model: Model, rows: Rows, goal: cp_model.LinearExprT, *who: Expression
    ) -> Bound:
        if isinstance(goal, int):
            return Bound(label, goal, goal)
        return self.bound(label, model, rows, goal, lambda c: c.count(*who)[0])

    def statistic(self, measure: Measure, name: str) -> Bound | None:
        """Bound a statistic that could be printed; None where no bound can be given."""
        unknown = name in NEEDY and not self.ledger.method(measure)
        if unknown or unmodeled(self.ledger, measure):
            return None
        bound = self._statistic(measure, name)
        return bound and replace(bound, measure=measure.measure, statistic=name)

    def _statistic(self, measure: Measure, name: str) -> Bound | None:
        match measure.kind, name:
            case "comparison", _:
                return self.p_value(measure)
            case "quantity", _:
                return self.quantity(measure, name)
            case "count", _:
                return self._of_count(measure, name)
            case _, "estimate":
                return self.survival(measure, int(float(measure.horizon)))
            case _, "at_risk":
                return self.at_risk(measure, ceil(float(measure.horizon)))
        return self.events(measure) if name == "n_event" else self.limit(measure, name)

    def _of_count(self, measure: Measure, name: str) -> Bound | None:
        """Bound a count, its population, or the percentage or limit that follows from them."""
        label, among = f"{measure.label}, {STATISTICS[name]}", measure.among
        if name == "N":
            return self.count(among, label=label)
        part, whole = (replace(b, label=label) for b in self._part_of(measure.where, among))
        if name == "n":
            return part
        if whole.low != whole.high or not whole.low or (part.low, part.high) == (0, whole.low):
            return None
        limits, n = limits_of(self.ledger, measure), int(whole.low)

        def told(*counts: float) -> tuple[float, float]:
            values = [percent_or_limit(int(k), n, name, limits) for k in counts]
            return min(values), max(values)

        low, high = told(part.low, part.high)
        reached = part.reached and told(*part.reached)
        return replace(part, low=low, high=high, reached=reached, unit="%")

    def _part_of(self, where: Expression, among: Expression) -> tuple[Bound, Bound]:
        """Bound a count and its population, which all statistics of a count are read off."""
        if (where, among) not in self._parts and self.are_many((where, among)):
            self._parts[where, among] = self.count(where, among), self.count(among)
        elif (where, among) not in self._parts:
            model, rows, goal = self._counted(where, among)
            part = self._whole_number(where.text, model, rows, goal, where, among)
            whole = self._whole_number(among.text, model, rows, model.count(among), among)
            self._parts[where, among] = part, whole
        return self._parts[where, among]

    def quantity(self, measure: Measure, statistic: str) -> Bound | None:
        """Bound an order statistic; None where the size of its population is open."""
        model, rows = self.part(self.ledger, reads(self.ledger, measure))
        vector = model.vector(measure)
        open_ = not isinstance(vector.size, int)
        sizes = self.range(model, vector.size) if open_ else (vector.size, vector.size)
        if sizes[0] != sizes[1] or not sizes[0]:
            return None
        terms = positions(sizes[0], statistic, self.ledger.method(measure))
        unit = max(weight.denominator for _, weight in terms)
        goal = sum(int(weight * unit) * vector.at(i + 1) for i, weight in terms)
        model.relaxation = 2  # ends of ordered values are proved ten times faster so
        return self.bound(
            *(f"{measure.label}, {STATISTICS[statistic]}", model, rows, goal),
            *(_statistic(measure, statistic), measure.unit),
        )

    def p_value(self, measure: Measure, method: str = "") -> Bound | None:
        """Bound the P value of a comparison of two groups; None where no cohort defines it.

        Raises
        ------
        ValueError
            If no method is given and the measure has no family.
        """
        method = method or self.ledger.method(measure)
        if not method:
            raise ValueError(f"measure {measure.measure} has no family, so no test; name a method")
        groups = self.ledger.groups(measure.by)
        read = (measure.where, negated(measure.where), *groups, measure.among)
        small = self.untimed_part(read)
        model, rows = (small, frozenset()) if small else self.part(self.ledger, read)
        cells = model.cells(measure)
        tables = filter(any, self._tables(model, cells, measure.label))
        values = {t: p_value([t[:2], t[2:]], method) for t in tables}
        values = {t: p for t, p in values.items() if p == p}
        if not values:
            return None
        rank, value = model.rank(cells, values), _statistic(measure, "p_value", method)
        label = f"{measure.label}, by {called(method)}"
        if not small:
            return self.bound(label, model, rows, rank, value, "P")
        ordered = sorted({*values.values()})
        ends = [ordered[place] for place in self.range(model, rank, label)]
        return self.around(label, ends, value, read, "P")

    def _tables(
        self, model: Model, cells: Sequence[cp_model.LinearExprT], label: str
    ) -> list[tuple[int, ...]]:
        """Tables of two groups that the ranges of their cells and of both sizes leave."""
        sizes = sum(cells[:2]), sum(cells[2:])
        ends = (self.range(model, count, label) for count in (*cells, *sizes))
        a, b, c, d, first, second = (range(least, most + 1) for least, most in ends)
        if prod(map(len, (a, first, c, second))) > MOST_TABLES:
            raise UndecidedError(f"{label}: undecided: more than {MOST_TABLES:,} tables are left")
        tables = ((x, m - x, y, n - y) for x, m, y, n in product(a, first, c, second))
        return [table for table in tables if table[1] in b and table[3] in d]

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

        time, _ = endpoint_columns(self.ledger, measure.endpoint)
        return self._fall(
            *("survival", measure, day, goal, replace(measure, horizon=str(day))),
            *(lambda c: c.survival_at(measure, day, "estimate")[0], "%"),
        )

    def at_risk(self, measure: Measure, day: int) -> Bound:
        """Bound the number of patients at risk on a day."""
        time, _ = endpoint_columns(self.ledger, measure.endpoint)
        followed = Expression(f"{time} >= {day}")
        return self._fall(
            *("at risk", measure, day, lambda model: at_risk(model, measure, day)),
            *(counting(followed, measure.among), lambda c: c.count(followed, measure.among)[0]),
            "patients",
        )

    def _fall(
        self,
        what: str,
        measure: Measure,
        day: int,
        goal: Callable,
        asked: Measure,
        value: Value,
        unit: str,
    ) -> Bound:
        """Bound a value that never rises with time; equal bounds around a day settle it."""
        known = self._falling[what, measure.endpoint, measure.among.text]
        label = f"{named(measure)} {what} on day {day}"
        earlier = known.get(max((d for d in known if d < day), default=-1))
        later = known.get(min((d for d in known if d > day), default=-1))
        if day not in known and self.are_many(reads(self.ledger, measure)):
            within = later.low if later else -inf, earlier.high if earlier else inf
            bound = self.between(replace(asked, label=label), value, unit, within)
            is_found = bound.certified or bound.reached or what != "survival"
            if not (is_found or self.at_risk(measure, 0).high):  # nobody is in this curve
                raise UndefinedError(label)
            known[day] = bound
        if day not in known:
            model, rows = self.time_part(measure)
            settled: Settled = (
                earlier.witnesses[0] if earlier and later and earlier.low == later.low else None,
                later.witnesses[1] if earlier and later and earlier.high == later.high else None,
            )
            try:
                total = goal(model) if None in settled else 0
            except InfeasibleError:
                raise UndefinedError(label) from None
            known[day] = self.bound(label, model, rows, total, value, unit, settled)
        return known[day]

    def events(self, measure: Measure) -> Bound:
        """Bound the number of events up to the measure's horizon."""
        label = f"{measure.label}, {STATISTICS['n_event']}"
        if self.are_many(reads(self.ledger, measure)):
            time, event = endpoint_columns(self.ledger, measure.endpoint)
            until = Expression(f"{event} and {time} <= {measure.horizon}")
            return self.count(until, measure.among, label)
        model, rows = self.time_part(measure)
        events = model.events(measure)
        if isinstance(events, int):
            return Bound(label, 0, 0)
        return self.bound(label, model, rows, events, _statistic(measure, "n_event"))

    def event_days(self, measure: Measure) -> list[Bound]:
        """Bound the day of each event up to the measure's horizon that every cohort has."""
        model, rows = self.time_part(measure)
        slots = model.slots(measure)
        certain = self.range(model, model.events(measure))[0] if slots else 0
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
        listed = risk_histories(model.n, printed, way, len(slots)) if printed else None
        limits = {
            padded(h, slots): km_limits(h, *way[:2])[1 + (statistic == "conf_high")]
            for h in listed or ()
        }
        limits = {h: limit for h, limit in limits.items() if limit == limit}
        if not limits:
            return None
        rank = model.rank([slot.at_risk for slot in slots], limits)
        value = _statistic(measure, statistic)
        return self.bound(
            f"{measure.label}, {STATISTICS[statistic]}", model, rows, rank, value, "%"
        )


def _statistic(measure: Measure, name: str, method: str = "") -> Value:
    return lambda cohort: cohort.statistic(measure, name, method)[0]


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
