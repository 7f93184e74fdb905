"""The constraint model: every cohort of N patients that the printed numbers allow.

The one idea: a number printed from counts admits a few tuples of whole numbers; those that
print as printed are tabulated, and the solver finds counts, times and events that suit all.
A model holds *rows* (claims and assumptions); leaving one out rebuilds it without that row.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import replace
from functools import cached_property
from itertools import product
from math import inf
from time import monotonic
from typing import NamedTuple

from ortools.sat.python import cp_model

from numbercheck.consistency.counts import Counts
from numbercheck.consistency.order import Sorted
from numbercheck.consistency.region import Region
from numbercheck.consistency.scope import Question, Scope
from numbercheck.consistency.slots import Curve, Slot, add_slots
from numbercheck.consistency.tabulated import (
    Limits,
    allowed_counts,
    allowed_tables,
    limits_of,
    most_events,
    risk_histories,
    survival_claims,
)
from numbercheck.consistency.times import Timed, timeless
from numbercheck.errors import NumbercheckError
from numbercheck.ledger.expressions import Expression
from numbercheck.ledger.records import Claim, Ledger, Measure
from numbercheck.recount import endpoint_columns, printed_unit
from numbercheck.statistics.rounding import Printed

Printings = Mapping[str, list[Printed]]
MOST_REFUSED = 20  # solutions that do not print as printed, before a question is left open
WORK = 0.2  # the solver's count of work in a second of an ordinary processor


class InfeasibleError(Exception):
    """Rows contradict each other before any search, such as two sizes of the cohort."""


class UndecidedError(NumbercheckError):
    """The solver did not decide in the time given; nothing follows from that."""


_UNTIL: ContextVar[float] = ContextVar("until", default=inf)


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """Limit the total time of all questions asked inside, by the clock."""
    token = _UNTIL.set(monotonic() + seconds)
    try:
        yield
    finally:
        _UNTIL.reset(token)


def time_left() -> float:
    """Seconds left for questions; infinite outside of ``within``."""
    return _UNTIL.get() - monotonic()


class Solution(NamedTuple):
    """What the solver answered: ``feasible``, ``infeasible`` or ``undecided``."""

    status: str
    value: int
    solver: cp_model.CpSolver


class Model:
    """Variables and constraints for one set of rows.

    Parameters
    ----------
    ledger : Ledger
        Its claims and assumptions are the rows.
    n : int
        Number of patients.
    extra : iterable of tuple of Expression
        Expressions that a question counts together.

    Raises
    ------
    InfeasibleError
        If claims contradict each other before any search.
    UndecidedError
        If there is no time left.
    """

    def __init__(self, ledger: Ledger, n: int, extra: Iterable[Question] = ()) -> None:
        if time_left() <= 0:
            raise UndecidedError("undecided in the time that the command was given")
        self.ledger, self.n, self.scope = ledger, n, Scope(ledger, extra)
        self.cp = cp_model.CpModel()
        self.vectors: dict[tuple[str, Expression], Sorted] = {}  # by column and population
        self.regions: list[Region] = []
        self._slots: dict[tuple[Curve, int], list[Slot]] = {}  # by curve and horizon
        static = [rule for rule in self.scope.rules if not self.scope.is_timed(rule)]
        self.counts = Counts(self.cp, self.n, self.scope.domains, self.scope.groups, static)
        self.timed = self._make_timed()
        self._post()
        self.own = len(self.cp.proto.variables)  # before those of a question
        self.start: list[int] | None = None

    def _make_timed(self) -> Timed | None:
        scope = self.scope
        if not scope.times:
            return None
        links = self.counts.margin(scope.links) if scope.links else {(): [self.n]}
        return Timed(
            *(self.cp, self.n, self.ledger.variables, scope.times, scope.links, links),
            [part for e in scope.linked for part in timeless(e, scope.times)],
        )

    # Posting rows

    def _post(self) -> None:
        for rule in self.scope.rules:
            if self.scope.is_timed(rule):
                self.timed.require(rule)
        survival: dict[str, list[Claim]] = defaultdict(list)
        for claim in self.scope.claims:
            measure = self.ledger.measures[claim.measure]
            if measure.kind == "survival":
                survival[claim.measure].append(claim)
            else:
                getattr(self, f"_post_{measure.kind}")(claim, measure)
        about = [self.ledger.measures[name] for name in survival]
        about.sort(key=lambda m: float(m.horizon), reverse=True)  # a shorter one has fewer events
        for measure in about:
            self._post_survival(measure, survival[measure.measure])

    def count(self, *expressions: Expression) -> cp_model.LinearExprT:
        """Number of patients for whom all expressions are true."""
        if self.scope.is_timed(*expressions):
            return self.timed.count(*expressions)
        return self.counts.count(*expressions)

    def _variable(
        self, expression: cp_model.LinearExprT, most: int | None = None
    ) -> cp_model.IntVar:
        variable = self.cp.new_int_var(0, self.n if most is None else most, "")
        self.cp.add(variable == expression)
        return variable

    def _post_count(self, claim: Claim, measure: Measure) -> None:
        whole = self.count(measure.among)
        if claim.statistic == "N":
            self._among([k for k in range(self.n + 1) if claim.value.admits(k)], whole)
            return
        part = self.count(measure.where, measure.among)
        limits = limits_of(self.ledger, measure)
        allowed = allowed_counts(claim.value, claim.statistic, limits, self.n)
        if isinstance(whole, int):
            self._among([k for k, n in allowed if n == whole], part)
        else:
            self.cp.add_allowed_assignments([self._variable(part), self._variable(whole)], allowed)

    def _among(self, values: list[int], expression: cp_model.LinearExprT) -> None:
        if isinstance(expression, int):
            if expression not in values:
                raise InfeasibleError(f"a cohort of {expression} is not {values}")
            return
        domain = cp_model.Domain.from_values(values)
        self.cp.add_linear_expression_in_domain(expression, domain)

    def rank(
        self, terms: list[cp_model.LinearExprT], values: Mapping[tuple[int, ...], float]
    ) -> cp_model.IntVar:
        """Rank, from the least, of the value that a table has for some terms.

        Terms that are not in the table are ruled out.
        """
        places = {value: place for place, value in enumerate(sorted(set(values.values())))}
        rank = self.cp.new_int_var(0, len(places) - 1, "")
        rows = [(*key, places[value]) for key, value in values.items()]
        self.cp.add_allowed_assignments([*map(self._variable, terms), rank], rows)
        return rank

    def _post_comparison(self, claim: Claim, measure: Measure) -> None:
        known = Expression(f"({measure.where.text}) or not ({measure.where.text})")
        groups = [(known, g, measure.among) for g in self.ledger.groups(measure.by)]
        sizes = [(0, self.n), (0, self.n)]
        if not self.scope.is_timed(*groups[0]):
            sizes = [
                (self._counted_only.extreme(g, False), self._counted_only.extreme(g, True))
                for g in groups
            ]
        allowed = allowed_tables(claim.value, self.ledger.method(measure), sizes)
        cells = [self._variable(c) for c in self.comparison_cells(measure)]
        self.cp.add_allowed_assignments(cells, allowed)

    def comparison_cells(self, measure: Measure) -> list[cp_model.LinearExprT]:
        """Counts with and without the event, in the group and outside it: a, b, c, d."""
        groups = self.ledger.groups(measure.by)
        events = (measure.where, negated(measure.where))
        return [self.count(event, group, measure.among) for group, event in product(groups, events)]

    def _post_quantity(self, claim: Claim, measure: Measure) -> None:
        days = printed_unit(self.ledger, measure) or 1.0
        method = self.ledger.method(measure)
        kind = method if method.startswith("quantile-") else "quantile-7"
        self.vector(measure).require(claim.statistic, claim.value, kind, days)

    def vector(self, measure: Measure) -> Sorted:
        """The measure's values in ascending order."""
        key = measure.where.text, measure.among
        if key not in self.vectors:
            self.vectors[key] = self._sort(measure)
        return self.vectors[key]

    def _sort(self, measure: Measure) -> Sorted:
        name = measure.where.text
        if self.timed and name == self.scope.times[0] and not measure.among.text:
            return Sorted(self.cp, self.timed.times[name], self.n)
        variable = self.ledger.variables[name]
        who = (measure.among, variable.evaluable)
        values = [
            self.cp.new_int_var(variable.domain[0], variable.domain[-1], f"{name}_{i}")
            for i in range(self.n)
        ]
        vector = Sorted(self.cp, values, self._size(self.count(*who)))
        vector.ascend()
        if name in self.scope.times:
            self.timed.sort(name, vector, measure.among)
            return vector
        for upper in self.scope.domains[name].upper[:-1]:
            below = self.count(Expression(f"{name} <= {upper}"), *who)
            vector.cut(upper, self._variable(below))
        return vector

    def _size(self, count: cp_model.LinearExprT) -> int | cp_model.IntVar:
        return count if isinstance(count, int) else self._variable(count)

    def _post_survival(self, measure: Measure, claims: list[Claim]) -> None:
        printed = survival_claims(claims)
        stated = [c.value for c in claims if c.statistic == "n_event"]
        size = self._most(measure.among) if measure.among.text else self.n
        allowed = [k for k in range(size + 1) if all(value.admits(k) for value in stated)]
        slots = self.slots(measure, min(most_events(size, printed), max(allowed, default=0)))
        if stated:
            self._among(allowed, sum(slot.used for slot in slots))
        if printed:
            self._post_histories(slots, printed, limits_of(self.ledger, measure), size)
            self.require_anyone(measure.among)

    def require_anyone(self, among: Expression) -> None:
        """An estimate is that of at least one patient."""
        self._among(list(range(1, self.n + 1)), self.count(among))

    def _post_histories(
        self, slots: list[Slot], printed: Printings, limits: Limits, size: int
    ) -> None:
        histories = risk_histories(size, printed, limits, len(slots))
        at_risk = [slot.at_risk for slot in slots]
        if histories is None:
            self.regions.append(Region(self.cp, slots, printed, limits, self.n))
        elif not histories:
            raise InfeasibleError("no history of numbers at risk prints so")
        elif slots:
            self.cp.add_allowed_assignments(at_risk, [padded(h, slots) for h in histories])

    def slots(self, measure: Measure, most: int | None = None) -> list[Slot]:
        """The events up to the measure's horizon, ``most`` of them at most."""
        curve = Curve(*endpoint_columns(self.ledger, measure.endpoint), measure.among)
        horizon = int(float(measure.horizon))
        if (curve, horizon) not in self._slots:
            known = [len(v) for (c, h), v in self._slots.items() if c == curve and h >= horizon]
            events = self._most(Expression(curve.event), curve.among)
            most = min([events, self.n if most is None else most, *known])
            self._slots[curve, horizon] = add_slots(self.timed, curve, horizon, most)
        return self._slots[curve, horizon]

    def _most(self, *expressions: Expression) -> int:
        """Largest number of such patients that the rows without times allow."""
        if self.scope.is_timed(*expressions):
            return self.n
        return self._counted_only.extreme(expressions, largest=True)

    @cached_property
    def _counted_only(self) -> "Model":
        """A small model of the rows that only count patients, which limits the size of tables."""
        kept = {c.claim: c for c in self.scope.claims if self._is_static_count(c)}
        is_timed = self.scope.is_timed
        static = {k: a for k, a in self.ledger.assumptions.items() if not is_timed(a.expression)}
        ledger = replace(self.ledger, claims=kept, assumptions=static)
        groups = [tuple(map(Expression, self.scope.links)), *self.scope.questions]
        return Model(ledger, self.n, [g for g in groups if not is_timed(*g)])

    def _is_static_count(self, claim: Claim) -> bool:
        measure = self.ledger.measures[claim.measure]
        return measure.kind == "count" and not self.scope.is_timed(measure.where, measure.among)

    def extreme(self, expressions: tuple[Expression, ...], largest: bool) -> int:
        """Smallest or largest count; the trivial bound where the solver proves none."""
        count = self.count(*expressions)
        if isinstance(count, int):
            return count
        (self.cp.maximize if largest else self.cp.minimize)(count)
        solution = self.solve()
        if solution.status == "infeasible":
            raise InfeasibleError("the counts contradict each other")
        certain = self.n if largest else 0
        return solution.value if solution.status == "feasible" else certain

    # Solving

    def begin(self, start: list[int]) -> None:
        """Start each search from the last solution of a model of the same rows, if there is one."""
        self.start = start
        hint = self.cp.proto.solution_hint
        hint.vars.extend(range(len(start)))
        hint.values.extend(start)

    def solve(self, seconds: float = 60.0) -> Solution:
        """Ask the solver, so that the answer is the same every time.

        It has one worker, and ``seconds`` are measured by its own count of work, which does
        not depend on the machine.
        """
        solver = cp_model.CpSolver()
        solver.parameters.num_workers = 1
        solver.parameters.random_seed = 0
        solver.parameters.max_presolve_iterations = 1
        solver.parameters.max_deterministic_time = WORK * seconds
        answer = self._answer(solver)
        for _ in range(MOST_REFUSED):
            if answer != cp_model.OPTIMAL or not any(r.refuse(solver) for r in self.regions):
                break
            answer = self._answer(solver)
        else:
            answer = cp_model.UNKNOWN
        if answer == cp_model.INFEASIBLE:
            return Solution("infeasible", 0, solver)
        if answer == cp_model.OPTIMAL:
            if self.start is not None:
                self.start[:] = list(solver.response_proto.solution)[: self.own]
            return Solution("feasible", round(solver.objective_value), solver)
        return Solution("undecided", 0, solver)

    def _answer(self, solver: cp_model.CpSolver) -> cp_model.CpSolverStatus:
        left = time_left()
        if left <= 0:
            return cp_model.UNKNOWN
        if left < inf:
            solver.parameters.max_time_in_seconds = left
        return solver.solve(self.cp)


def padded(history: tuple[int, ...], slots: list[Slot]) -> tuple[int, ...]:
    """Numbers at risk for all slots: 0 where a slot is not used."""
    return (*history, *([0] * (len(slots) - len(history))))


def negated(expression: Expression) -> Expression:
    """The opposite of an expression, unknown where it is unknown."""
    return Expression(f"not ({expression.text})")


def both(*expressions: Expression) -> Expression:
    """The expression that is true where all are."""
    return Expression(" and ".join(f"({e.text})" for e in expressions if e.text))
