"""The constraint model: every cohort of N patients that the printed numbers allow.

The one idea: a number printed from counts admits a few tuples of whole numbers; those that
print as printed are tabulated, and the solver finds counts, times and events that suit all.
A model holds *rows* (claims and assumptions); leaving one out rebuilds it without that row.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import cached_property

from numbercheck.consistency.region import Region
from numbercheck.consistency.scope import Question, followed
from numbercheck.consistency.slots import Slot
from numbercheck.consistency.solving import InfeasibleError
from numbercheck.consistency.structure import Structure, padded
from numbercheck.consistency.tabulated import (
    Limits,
    allowed_counts,
    allowed_tables,
    limits_of,
    most_events,
    risk_histories,
    survival_claims,
)
from numbercheck.ledger.expressions import Expression
from numbercheck.ledger.records import Ledger
from numbercheck.ledger.rows import Claim, Measure
from numbercheck.recount import printed_unit
from numbercheck.statistics.rounding import Printed

Printings = Mapping[str, list[Printed]]


class Model(Structure):
    """Variables and constraints for one set of rows; the parameters are those of `Structure`.

    Raises
    ------
    InfeasibleError
        If claims contradict each other before any search.
    UndecidedError
        If there is no time left.
    """

    def __init__(self, ledger: Ledger, n: int, extra: Iterable[Question] = ()) -> None:
        super().__init__(ledger, n, extra)
        survival: dict[str, list[Claim]] = defaultdict(list)
        for claim in self.scope.claims:
            measure = ledger.measures[claim.measure]
            if measure.kind == "survival":
                survival[claim.measure].append(claim)
            else:
                getattr(self, f"_post_{measure.kind}")(claim, measure)
        about = [ledger.measures[name] for name in survival]
        about.sort(key=lambda m: float(m.horizon), reverse=True)  # a shorter one has fewer events
        for measure in about:
            self._post_survival(measure, survival[measure.measure])
        self.own = len(self.cp.proto.variables)

    def _post_count(self, claim: Claim, measure: Measure) -> None:
        """A count and its population are one of the pairs that print as printed."""
        whole = self.count(measure.among)
        if claim.statistic == "N":
            self.limit_to([k for k in range(self.n + 1) if claim.value.admits(k)], whole)
            return
        part = self.count(measure.where, measure.among)
        limits = limits_of(self.ledger, measure)
        allowed = allowed_counts(claim.value, claim.statistic, limits, self.n)
        if isinstance(whole, int):
            self.limit_to([k for k, n in allowed if n == whole], part)
        else:
            self.cp.add_allowed_assignments([self.variable(part), self.variable(whole)], allowed)

    def _post_comparison(self, claim: Claim, measure: Measure) -> None:
        """The four cells are one of the tables whose P value prints as printed."""
        known = Expression(f"({measure.where.text}) or not ({measure.where.text})")
        groups = [(known, g, measure.among) for g in self.ledger.groups(measure.by)]
        sizes = ((0, self.n), (0, self.n))
        if not self.scope.is_timed(*groups[0]):
            one, two = (
                (self._counted_only.extreme(g, False), self._counted_only.extreme(g, True))
                for g in groups
            )
            sizes = (one, two)
        allowed = allowed_tables(claim.value, self.ledger.method(measure), sizes)
        self.cp.add_allowed_assignments([*map(self.variable, self.cells(measure))], allowed)

    def _post_quantity(self, claim: Claim, measure: Measure) -> None:
        """The ordered values at a quantile's positions average to what is printed."""
        method, unit = self.ledger.method(measure), printed_unit(self.ledger, measure) or 1.0
        kind = method if method.startswith("quantile-") else "quantile-7"
        self.vector(measure).require(claim.statistic, claim.value, kind, unit)

    def _post_survival(self, measure: Measure, claims: list[Claim]) -> None:
        """The numbers at risk at the events print the estimate and its limits as printed."""
        printed = survival_claims(claims)
        stated = [c.value for c in claims if c.statistic == "n_event"]
        self._post_at_risk(measure, [c.value for c in claims if c.statistic == "at_risk"])
        size = self.most(measure.among) if measure.among.text else self.n
        allowed = [k for k in range(size + 1) if all(value.admits(k) for value in stated)]
        slots = self.slots(measure, min(most_events(size, printed), max(allowed, default=0)))
        if stated:
            self.limit_to(allowed, sum(slot.used for slot in slots))
        if printed:
            self._post_histories(slots, printed, limits_of(self.ledger, measure), size)
            self.require_anyone(measure.among)

    def _post_at_risk(self, measure: Measure, stated: list[Printed]) -> None:
        """As many as printed have neither an event nor censoring before the horizon."""
        if stated:
            allowed = [k for k in range(self.n + 1) if all(value.admits(k) for value in stated)]
            self.limit_to(allowed, self.count(followed(self.ledger, measure), measure.among))

    def _post_histories(
        self, slots: list[Slot], printed: Printings, limits: Limits, size: int
    ) -> None:
        histories = risk_histories(size, printed, limits, len(slots))
        at_risk = [slot.at_risk for slot in slots]
        if histories is None:
            self.refusing.append(Region(self.cp, slots, printed, limits, self.n))
        elif not histories:
            raise InfeasibleError("no history of numbers at risk prints so")
        elif slots:
            self.cp.add_allowed_assignments(at_risk, [padded(h, slots) for h in histories])

    def most(self, *expressions: Expression) -> int:
        """Largest number of such patients that the rows without times allow."""
        if self.scope.is_timed(*expressions):
            return self.n
        return self._counted_only.extreme(expressions, largest=True)

    @cached_property
    def _counted_only(self) -> "Model":
        """A small model of the rows that only count patients, which limits the size of tables."""
        is_timed = self.scope.is_timed
        kept = {c.claim: c for c in self.scope.claims if self._is_static_count(c)}
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
        trivial = self.n if largest else 0
        return solution.value if solution.status == "feasible" else trivial
