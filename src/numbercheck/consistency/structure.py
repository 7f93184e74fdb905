"""What a model is made of before any claim: counts, patients in time, ordered values, curves."""

from contextlib import suppress
from itertools import pairwise, product

from ortools.sat.python import cp_model

from numbercheck.consistency.counts import Counts, alike
from numbercheck.consistency.interval_cells import IntervalCells
from numbercheck.consistency.order import Cut, Ordered, Sorted, just_if, one_of
from numbercheck.consistency.scope import Scope, negated
from numbercheck.consistency.slots import Curve, Day, Slot, add_slots, count_slots, curve_of
from numbercheck.consistency.solving import Solvable, UndecidedError, in_time
from numbercheck.consistency.times import Timed
from numbercheck.ledger.expressions import Expression
from numbercheck.ledger.rows import Measure

MOST_SEATS = 80_000  # patients times places among events or ordered times; more take a gigabyte
MOST_CELLS = 200  # more take longer than they save


class Structure(Solvable):
    """Variables for the columns that some rows and a question read; the rules already hold.

    Parameters
    ----------
    scope : Scope
        The rows and a question, and what they read.
    n : int
        Number of patients.
    is_open : bool
        There are 1 to ``n`` patients. Only of rows that read no times.
    """

    def __init__(self, scope: Scope, n: int, is_open: bool = False) -> None:
        super().__init__(n)
        self.size = self.cp.new_int_var(1, n, "size") if is_open else n
        self.ledger, self.scope = scope.ledger, scope
        self.vectors: dict[tuple[str, Expression], Ordered] = {}  # by column and population
        self._slots: dict[Curve, list[Slot]] = {}
        self._logs: dict[int, list[cp_model.LinearExprT]] = {}  # of S after each event, by slots
        self.seats = 0  # variables of a patient and a place
        static = [rule for rule in scope.rules if not scope.is_timed(rule)]
        self.counts = Counts(self.cp, n, self.size, scope.domains, scope.groups, static)
        kinds = alike(scope, self.counts) if scope.times else None
        self.timed = Timed(self.cp, n, scope, kinds) if kinds else None
        self.intervals: IntervalCells | None = None
        if kinds:
            with suppress(UndecidedError):  # too many cells to be worth their time
                self.intervals = IntervalCells(self, scope, kinds, MOST_CELLS)
        for rule in scope.rules:
            if self.timed is not None and scope.is_timed(rule):
                self.timed.require(rule)

    def count(self, *expressions: Expression) -> cp_model.LinearExprT:
        """Number of patients for whom all expressions are true."""
        if self.timed is not None and self.scope.is_timed(*expressions):
            return self._timed_count(*expressions)
        return self.counts.count(*expressions)

    def _timed_count(self, *expressions: Expression) -> cp_model.LinearExprT:
        """Count patients one by one, and by interval: implied, but it shortens proofs."""
        count = self.timed.count(*expressions)
        if self.intervals is not None and self.intervals.tell(*expressions):
            self.cp.add(self.intervals.count(*expressions) == count)
        return count

    def cells(self, measure: Measure) -> list[cp_model.LinearExprT]:
        """Counts of a comparison with and without the event, in the group and outside it."""
        groups = self.ledger.groups(measure.by)
        events = (measure.where, negated(measure.where))
        return [self.count(event, group, measure.among) for group, event in product(groups, events)]

    def require_anyone(self, among: Expression) -> None:
        """Require at least one patient, since nobody has no estimate."""
        self.limit_to(range(1, self.n + 1), self.count(among))

    def vector(self, measure: Measure) -> Ordered:
        """The measure's values in ascending order."""
        key = measure.where.text, measure.among
        if key not in self.vectors:
            self.vectors[key] = self._sort(measure)
        return self.vectors[key]

    def _sort(self, measure: Measure) -> Ordered:
        name = measure.where.text
        variable = self.ledger.variables[name]
        who = (measure.among, variable.evaluable)
        if self.timed and name == self.scope.times[0] and not any(e.text for e in who):
            return Sorted(self.cp, self.timed.times[name], self.n)
        size = self.count(*who)
        size = size if isinstance(size, int) else self.variable(size)
        if self.timed and name in self.scope.times:
            self._seat(self.n * self.n)
            times = [one_of(self.cp, variable.domain) for _ in range(self.n)]
            for earlier, later in pairwise(times):
                self.cp.add(earlier <= later)
            vector = Sorted(self.cp, times, size)
            self.timed.sort(name, vector, measure.among)
            return vector
        return Ordered(self.cp, variable.domain, size, self.n, self._cuts(name, who))

    def _cuts(self, name: str, who: tuple[Expression, ...]) -> list[Cut]:
        """How many of a population have at most each number that the model tells apart."""
        cuts: list[Cut] = []
        for upper in self.scope.domains[name].upper[:-1]:
            within = f"{cuts[-1][0]} < {name} <= {upper}" if cuts else f"{name} <= {upper}"
            more = self.count(Expression(within), *who)
            cuts.append((upper, self.variable(sum([more, *(c for _, c in cuts[-1:])]))))
        return cuts

    def slots(self, measure: Measure, most: int | None = None) -> list[Slot]:
        """The events up to the measure's horizon, ``most`` of them at most."""
        curve = curve_of(self.ledger, measure)
        if curve not in self._slots:
            known = [len(slots) for other, slots in self._slots.items() if other.reaches(curve)]
            events = self.most(Expression(curve.event), curve.among)
            limit = min([events, self.n if most is None else most, *known])
            self._seat(self.n * limit)
            self._slots[curve] = self._add_slots(curve, limit)
        return self._slots[curve]

    def _add_slots(self, curve: Curve, most: int) -> list[Slot]:
        if self.timed is not None:
            return add_slots(self.timed, curve, most)
        event, censored = Expression(curve.event), Expression(f"not {curve.event}")
        days = [
            Day(
                day,
                self._counted(event, Expression(f"{curve.time} <= {day}"), curve.among),
                self._counted(censored, Expression(f"{curve.time} < {day}"), curve.among),
            )
            for day in self.days(curve)
        ]
        return count_slots(self.cp, self.n, days, self.count(curve.among), curve.horizon, most)

    def _counted(self, *expressions: Expression) -> cp_model.IntVar:
        return self.variable(self.count(*expressions))

    def events(self, measure: Measure, most: int | None = None) -> cp_model.LinearExprT:
        """Number of events up to the measure's horizon, ``most`` of them at most."""
        if self.timed is not None:
            return sum(slot.used for slot in self.slots(measure, most))
        curve = curve_of(self.ledger, measure)
        by_then = Expression(f"{curve.time} <= {curve.horizon}")
        return self.count(Expression(curve.event), by_then, curve.among)

    def days(self, curve: Curve) -> list[int]:
        """Days up to a curve's horizon on which there may be an event."""
        return [day for day in self.ledger.variables[curve.time].domain if day <= curve.horizon]

    def on_day(self, curve: Curve, day: int) -> tuple[cp_model.IntVar, cp_model.IntVar]:
        """Number at risk on a day, 0 where it has no event, and the number of its events."""
        today = Expression(f"{curve.time} == {day}")
        events = self._counted(Expression(curve.event), today, curve.among)
        at_risk = self._counted(Expression(f"{curve.time} >= {day}"), curve.among)
        shown = self.cp.new_int_var(0, self.n, "")
        has = just_if(self.cp, events >= 1, events == 0)
        self.cp.add(shown == at_risk).only_enforce_if(has)
        self.cp.add(shown == 0).only_enforce_if(~has)
        return shown, events

    def slots_until(self, measure: Measure) -> list[Slot]:
        """The events up to the first horizon, not before the measure's, that has slots yet."""
        curve = curve_of(self.ledger, measure)
        known = [other for other in self._slots if other.reaches(curve)]
        return self._slots[min(known, key=lambda c: c.horizon)] if known else []

    def _seat(self, seats: int) -> None:
        """Make room for a variable of each patient and place, unless there are too many."""
        self.seats += seats
        if in_time() and self.seats > MOST_SEATS:
            raise UndecidedError(
                f"undecided: {self.n} patients have too many events for an exact model of times"
            )

    def most(self, *_: Expression) -> int:
        """Largest number of patients for whom all expressions are true, or a larger one."""
        return self.n
