"""The constraint model: every cohort of N patients that the printed numbers allow.

The one idea: a number printed from counts admits a few tuples of whole numbers; those that
print as printed are tabulated, and the solver finds counts, times and events that suit all.
A model holds *rows* (claims and assumptions); leaving one out rebuilds it without that row.
"""

from collections import defaultdict
from collections.abc import Container, Sequence
from dataclasses import replace
from functools import cached_property

from ortools.sat.python import cp_model

from numbercheck.consistency.daily import daily_events
from numbercheck.consistency.fourfold import PrintedP
from numbercheck.consistency.region import Region
from numbercheck.consistency.scope import Scope, followed, reads
from numbercheck.consistency.slots import Slot, curve_of, padded
from numbercheck.consistency.solving import InfeasibleError, Solution, undecided
from numbercheck.consistency.steps import are_bounds, bound_survival, logs_after
from numbercheck.consistency.structure import Structure
from numbercheck.consistency.tabulated import (
    CurvePrinted,
    Limits,
    counts,
    limits_of,
    listed_histories,
    most_events,
    parts,
    percent_ends,
    survival_claims,
    unprinted_ties,
)
from numbercheck.ledger.expressions import Expression
from numbercheck.ledger.records import Ledger
from numbercheck.ledger.rows import Claim, Measure
from numbercheck.recount import printed_unit
from numbercheck.statistics.rounding import Printed
from numbercheck.words import STATISTICS

MOST_PATIENTS = 10_000  # of a cohort whose size is not printed


class Model(Structure):
    """Variables and constraints for a question's rows; the parameters are those of `Structure`.

    Raises
    ------
    InfeasibleError
        If claims contradict each other before any search.
    UndecidedError
        If there is no time left.
    """

    def __init__(self, scope: Scope, n: int, is_open: bool = False) -> None:
        super().__init__(scope, n, is_open)
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
        self.own = len(self.cp.proto.variables)

    def _post_count(self, claim: Claim, measure: Measure) -> None:
        """A count is one of those that print as printed out of its population."""
        whole = self.count(measure.among)
        if claim.statistic == "N":
            self.limit_to(counts(claim.value, self.n), whole)
            return
        part, limits = self.count(measure.where, measure.among), limits_of(self.ledger, measure)
        if claim.statistic == "n":
            self.limit_to(counts(claim.value, self.n), part)
        elif isinstance(whole, int):
            self.limit_to(parts(claim.value, claim.statistic, limits, whole), part)
        elif claim.statistic == "percent":
            self._post_percent(claim.value, part, self.variable(whole))
        else:
            every = range(self.n + 1)
            spans = [((n,), parts(claim.value, claim.statistic, limits, n)) for n in every]
            self.within_spans([self.variable(whole)], part, spans)

    def _post_percent(
        self, printed: Printed, part: cp_model.LinearExprT, whole: cp_model.IntVar
    ) -> None:
        """The share lies between the ends that print as printed; at an end, tie by tie."""
        least, most = percent_ends(printed)
        self.cp.add(whole >= 1)
        self.cp.add(least.denominator * part >= least.numerator * whole)
        self.cp.add(most.denominator * part <= most.numerator * whole)
        if ties := unprinted_ties(printed, self.n):
            self.cp.add_forbidden_assignments([self.variable(part), whole], ties)

    def _post_comparison(self, claim: Claim, measure: Measure) -> None:
        """The table is one of those whose P value prints as printed."""
        cells, method = self.cells(measure), self.ledger.method(measure)
        comparison = PrintedP(self, cells, claim.value, method)
        if not comparison.list_spans(self, self._margins(measure)):
            self.refusing.append(comparison)

    def _margins(self, measure: Measure) -> list[range]:
        """Sizes of both groups, events, and the total that the rows without times allow."""
        if self.scope.is_timed(*reads(self.ledger, measure)):
            return [range(self.n + 1)] * 4
        counted = self._counted_only
        a, b, c, d = counted.cells(measure)
        margins = (a, b), (c, d), (a, c), (a, b, c, d)
        return [counted.extremes(sum(margin)) for margin in margins]

    def _post_quantity(self, claim: Claim, measure: Measure) -> None:
        """The ordered values at a quantile's positions average to what is printed."""
        method, unit = self.ledger.method(measure), printed_unit(self.ledger, measure) or 1.0
        self.vector(measure).require(claim.statistic, claim.value, method, unit)

    def _post_survival(self, measure: Measure, claims: list[Claim]) -> None:
        """The numbers at risk at the events print the estimate and its limits as printed."""
        printed = survival_claims(claims)
        stated = [c.value for c in claims if c.statistic == "n_event"]
        self._post_at_risk(measure, [c.value for c in claims if c.statistic == "at_risk"])
        if not (any(printed) or stated):
            return
        size = self.most(measure.among) if measure.among.text else self.n
        allowed = [counts(value, size) for value in stated]
        most = min((numbers[-1] for numbers in allowed if numbers), default=size)
        most = min(most_events(size, printed), most)
        if any(printed) and self.timed is None and self._post_daily(measure, printed, size, most):
            printed = CurvePrinted()
        if not stated and are_bounds(printed):
            self._post_bounds(measure, printed.estimate, most)
            return
        for numbers in allowed:
            self.limit_to(numbers, self.events(measure, most))
        if any(printed):
            slots = self.slots(measure, most)
            self._post_histories(slots, printed, limits_of(self.ledger, measure), size)
            self.require_anyone(measure.among)

    def _post_daily(self, measure: Measure, printed: CurvePrinted, size: int, most: int) -> bool:
        """Days are few: the events and numbers at risk of each are among those that print so."""
        curve, limits = curve_of(self.ledger, measure), limits_of(self.ledger, measure)
        days = self.days(curve)
        rows = daily_events(size, len(days), printed, limits, most, not measure.among.text)
        if rows is None:
            return False
        if not rows:
            raise InfeasibleError("no events and numbers at risk print so")
        if days:
            columns = [variable for day in days for variable in self.on_day(curve, day)]
            self.cp.add_allowed_assignments(columns, rows)
        self.require_anyone(measure.among)
        return True

    def _post_bounds(self, measure: Measure, printed: Sequence[Printed], most: int) -> None:
        """The estimate is at least, or at most, what is printed or read off a figure."""
        slots = self.slots_until(measure) or self.slots(measure, most)
        day = curve_of(self.ledger, measure).horizon
        if id(slots) not in self._logs:
            self._logs[id(slots)] = logs_after(self.cp, slots, self.n)
        for bound in printed:
            bound_survival(self.cp, slots, self._logs[id(slots)], day, bound, self.n)
        self.require_anyone(measure.among)

    def _post_at_risk(self, measure: Measure, stated: list[Printed]) -> None:
        """As many as printed have neither an event nor censoring before the horizon."""
        for value in stated:
            followed_on = self.count(followed(self.ledger, measure), measure.among)
            self.limit_to(counts(value, self.n), followed_on)

    def _post_histories(
        self, slots: list[Slot], printed: CurvePrinted, limits: Limits, size: int
    ) -> None:
        histories = listed_histories(size, printed, limits, len(slots))
        at_risk = [slot.at_risk for slot in slots]
        if histories is None:
            self.refusing.append(Region(self.cp, slots, printed, limits, self.n))
        elif not histories:
            raise InfeasibleError("no history of numbers at risk prints so")
        elif slots:
            self.cp.add_allowed_assignments(at_risk, [padded(h, slots) for h in histories])

    def decide(self, seconds: float, what: str = "") -> Solution | None:
        """A solution, or None where there is none.

        Raises
        ------
        UndecidedError
            If the solver did not find out in time.
        """
        solution = self.solve(seconds)
        if solution.status == "undecided":
            raise undecided(seconds, self.timed is not None, what)
        return solution if solution.status == "feasible" else None

    def most(self, *expressions: Expression) -> int:
        """Largest number of such patients that the rows without times allow."""
        if self.scope.is_timed(*expressions):
            return self.n
        counted = self._counted_only
        return counted.extreme(counted.count(*expressions), largest=True)

    @cached_property
    def _counted_only(self) -> "Model":
        """A small model of the rows that only count patients, which limits the size of tables."""
        asked = [tuple(map(Expression, self.scope.links)), *self.scope.questions]
        static = [tuple(e for e in read if not self.scope.is_timed(e)) for read in asked]
        return Model(Scope(counted_only(self.scope), static), self.n)


def counted_only(scope: Scope, statistics: Container[str] = STATISTICS) -> Ledger:
    """Ledger with the rows that only count patients, without times."""
    static, measures = scope.untimed, scope.ledger.measures
    counted = {
        name: claim
        for name, claim in static.claims.items()
        if measures[claim.measure].kind == "count" and claim.statistic in statistics
    }
    return replace(static, claims=counted)


def possible_sizes(ledger: Ledger) -> range:
    """Sizes of the cohort between the ends that printed counts and percentages leave.

    The ends may be too far apart, since nothing else is asked, and never too near.

    Raises
    ------
    InfeasibleError
        If there are none.
    """
    counted = counted_only(Scope(ledger), ("n", "N", "percent"))
    model = Model(Scope(counted), MOST_PATIENTS, is_open=True)
    return model.extremes(model.size)
