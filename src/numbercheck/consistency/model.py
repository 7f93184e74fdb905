"""The constraint model: every cohort of N patients that the printed numbers allow.

The one idea: a number printed from counts admits a few tuples of whole numbers; those that
print as printed are tabulated, and the solver finds counts, times and events that suit all.
A model holds *rows* (claims and assumptions); leaving one out rebuilds it without that row.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import cached_property
from itertools import product
from typing import NamedTuple

from ortools.sat.python import cp_model

from numbercheck.consistency.counts import Counts
from numbercheck.consistency.order import Sorted
from numbercheck.consistency.region import Region
from numbercheck.consistency.scope import Scope, endpoint_column
from numbercheck.consistency.tabulated import (
    allowed_counts,
    allowed_tables,
    most_events,
    risk_histories,
    survival_claims,
)
from numbercheck.consistency.times import Slot, Timed, timeless
from numbercheck.ledger.expressions import Expression
from numbercheck.ledger.records import Claim, Ledger, Measure
from numbercheck.statistics.rounding import Printed

Printings = Mapping[str, list[Printed]]
MOST_REFUSED = 20  # solutions that do not print as printed, before a question is left open
WORK = 0.2  # the solver's count of work in a second of an ordinary processor


class InfeasibleError(Exception):
    """Rows contradict each other before any search, such as two sizes of the cohort."""


class Solution(NamedTuple):
    """What the solver answered: ``feasible``, ``infeasible`` or ``undecided``."""

    status: str
    value: int
    solver: cp_model.CpSolver


def size(ledger: Ledger, default: int = 0) -> int:
    """Number of patients that the claims agree on.

    Raises
    ------
    InfeasibleError
        If two claims print different sizes of the cohort.
    """
    stated = set()
    for claim in ledger.claims.values():
        measure = ledger.measures[claim.measure]
        everyone = not measure.among.text and (claim.statistic == "N" or not measure.where.text)
        if measure.kind == "count" and everyone and claim.statistic in ("n", "N"):
            stated.add(round(claim.value.value))
    if len(stated) > 1:
        raise InfeasibleError(f"the cohort has {' and '.join(map(str, sorted(stated)))} patients")
    return stated.pop() if stated else default


class Model:
    """Variables and constraints for one set of rows.

    Parameters
    ----------
    ledger : Ledger
        Its claims and assumptions are the rows.
    n : int
        Number of patients when no claim states it.
    extra : iterable of tuple of Expression
        Expressions that a question will count together.

    Raises
    ------
    InfeasibleError
        If claims contradict each other before any search.
    """

    def __init__(
        self, ledger: Ledger, n: int = 0, extra: Iterable[tuple[Expression, ...]] = ()
    ) -> None:
        self.ledger, self.scope = ledger, Scope(ledger, extra)
        self.n = size(ledger, n)
        self.cp = cp_model.CpModel()
        self.vectors: dict[str, Sorted] = {}
        self.regions: list[Region] = []
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
        method = self.ledger.method(measure)
        allowed = allowed_counts(claim.value, claim.statistic, method, self.n)
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

    def _post_comparison(self, claim: Claim, measure: Measure) -> None:
        known = Expression(f"({measure.where.text}) or not ({measure.where.text})")
        groups = [(known, g, measure.among) for g in (measure.by, negated(measure.by))]
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
        groups = (measure.by, negated(measure.by))
        events = (measure.where, negated(measure.where))
        return [self.count(event, group, measure.among) for group, event in product(groups, events)]

    def _post_quantity(self, claim: Claim, measure: Measure) -> None:
        days = self.ledger.days_per_month if measure.unit == "months" else 1
        method = self.ledger.method(measure)
        kind = method if method.startswith("quantile-") else "quantile-7"
        self.vector(measure).require(claim.statistic, claim.value, kind, days)

    def vector(self, measure: Measure) -> Sorted:
        """The measure's values in ascending order."""
        if measure.measure not in self.vectors:
            self.vectors[measure.measure] = self._sort(measure)
        return self.vectors[measure.measure]

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
        allowed = [k for k in range(self.n + 1) if all(value.admits(k) for value in stated)]
        most = min(most_events(self.n, printed), max(allowed, default=0))
        slots = self.slots(measure, most)
        if stated:
            self._among(allowed, sum(slot.used for slot in slots))
        if printed:
            self._post_histories(slots, printed, self.ledger.method(measure))

    def _post_histories(self, slots: list[Slot], printed: Printings, method: str) -> None:
        histories = risk_histories(self.n, printed, method, len(slots))
        at_risk = [slot.at_risk for slot in slots]
        if histories is None:
            self.regions.append(Region(self.cp, slots, printed, method, self.n))
        elif not histories:
            raise InfeasibleError("no history of numbers at risk prints so")
        elif slots:
            padded = [(*h, *([0] * (len(slots) - len(h)))) for h in histories]
            self.cp.add_allowed_assignments(at_risk, padded)

    def slots(self, measure: Measure, most: int | None = None) -> list[Slot]:
        """The events up to the measure's horizon, ``most`` of them at most."""
        time = endpoint_column(self.ledger, measure.endpoint, "days")
        event = endpoint_column(self.ledger, measure.endpoint, "event")
        horizon = int(float(measure.horizon))
        if (time, horizon) not in self.timed.slots:
            known = [len(v) for (t, h), v in self.timed.slots.items() if t == time and h >= horizon]
            most = min([self.most_events(event), self.n if most is None else most, *known])
            self.timed.add_slots(time, event, horizon, most)
        return self.timed.slots[time, horizon]

    def most_events(self, event: str) -> int:
        """Largest number of events that the rows without times allow."""
        return self._counted_only.extreme((Expression(event),), largest=True)

    @cached_property
    def _counted_only(self) -> "Model":
        """The rows that only count patients: a small model that bounds the tables to make."""
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
        """Smallest or largest count; without a proof the loosest that is certain."""
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
        """Begin each search at a solution that a model of the same rows left there, if any."""
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
        answer = solver.solve(self.cp)
        for _ in range(MOST_REFUSED):
            if answer != cp_model.OPTIMAL or not any(r.refuse(solver) for r in self.regions):
                break
            answer = solver.solve(self.cp)
        else:
            answer = cp_model.UNKNOWN
        if answer == cp_model.INFEASIBLE:
            return Solution("infeasible", 0, solver)
        if answer == cp_model.OPTIMAL:
            if self.start is not None:
                self.start[:] = list(solver.response_proto.solution)[: self.own]
            return Solution("feasible", round(solver.objective_value), solver)
        return Solution("undecided", 0, solver)


def negated(expression: Expression) -> Expression:
    """The expression's absence: unknown where it is unknown."""
    return Expression(f"not ({expression.text})")
