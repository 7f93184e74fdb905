"""Sharp bounds: the smallest and largest value over all cohorts that the ledger allows.

Each end is an optimum that the solver proved, with a cohort that takes it and was checked
again outside the solver; of the times of many patients both are told where they differ.
Claims that cannot hold with the others are set aside first, as in the reconstruction. A sharp
bound says what the article determines, not what happened.
"""

from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property, partial
from itertools import product
from math import ceil, prod

from ortools.sat.python import cp_model

from numbercheck.consistency.asking import Bound
from numbercheck.consistency.chain import chain
from numbercheck.consistency.curve_bounds import CurveBounds, count_of, counting, value_of
from numbercheck.consistency.model import Model
from numbercheck.consistency.modeled import NEEDY, unmodeled
from numbercheck.consistency.order import positions
from numbercheck.consistency.scope import negated, reads
from numbercheck.consistency.solving import UndecidedError
from numbercheck.consistency.tabulated import limits_of, percent_or_limit
from numbercheck.ledger.expressions import Expression
from numbercheck.ledger.records import Ledger
from numbercheck.ledger.rows import Measure
from numbercheck.statistics.contingency import p_value
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


class Bounds(CurveBounds):
    """Bounds over the cohorts of one ledger; the parameters are those of ``Asking``."""

    @cached_property
    def _counts(self) -> dict[tuple[Expression, Expression], Bound]:
        """Bounds found so far of counts, off which all statistics of a count are read."""
        return {}

    def count(self, where: Expression, among: Expression | None = None, label: str = "") -> Bound:
        """Bound a number of patients."""
        among = among or Expression("")
        for expression in (where, among):
            expression.require(self.ledger.variables)
        label = label or " among ".join(filter(None, (where.text, among.text)))
        if (where, among) not in self._counts:
            self._counts[where, among] = self._count(where, among, label)
        return replace(self._counts[where, among], label=label)

    def _count(self, where: Expression, among: Expression, label: str) -> Bound:
        value = count_of(where, among)
        if not (where.text or among.text):
            return Bound(label, self.n, self.n)

        def exact() -> Bound:
            ledger, chained = chain(self.ledger, where)
            linked = {*chained.names, *among.names} <= self.links
            model, rows = self.time_part() if linked else self.part((chained, among), ledger)
            goal = model.count(chained, among)
            if isinstance(goal, int):
                return Bound(label, goal, goal)
            return self.bound(label, model, rows, goal, value)

        many = partial(self.between, counting(where, among, label), value)
        return self.either((where, among), exact, many)

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
        part = self.count(measure.where, among, label)
        if name == "n":
            return part
        whole = self.count(among)
        if whole.low != whole.high or not whole.low or (part.low, part.high) == (0, whole.low):
            return None
        limits, n = limits_of(self.ledger, measure), int(whole.low)

        def told(*counts: float) -> tuple[float, float]:
            values = [percent_or_limit(int(k), n, name, limits) for k in counts]
            return min(values), max(values)

        low, high = told(part.low, part.high)
        reached = part.reached and told(*part.reached)
        return replace(part, low=low, high=high, reached=reached, unit="%")

    def quantity(self, measure: Measure, statistic: str) -> Bound | None:
        """Bound an order statistic; None where the size of its population is open."""
        label = f"{measure.label}, {STATISTICS[statistic]}"
        model, rows = self.part(reads(self.ledger, measure))
        vector = model.vector(measure)
        least, most = self.range(label, model, vector.size)
        if least != most or not least:
            return None
        terms = positions(least, statistic, self.ledger.method(measure))
        unit = max(weight.denominator for _, weight in terms)
        goal = sum(int(weight * unit) * vector.at(i + 1) for i, weight in terms)
        model.relaxation = 2  # ends of ordered values are proved ten times faster so
        value = value_of(measure, statistic)
        return self.bound(label, model, rows, goal, value, measure.unit)

    def p_value(self, measure: Measure) -> Bound | None:
        """Bound the P value of a comparison of two groups; None where no cohort defines it.

        Raises
        ------
        ValueError
            If the measure has no method, nor a family.
        """
        method = self.ledger.method(measure)
        if not method:
            raise ValueError(f"measure {measure.measure} has no family, so no test")
        groups = self.ledger.groups(measure.by)
        read = (measure.where, negated(measure.where), *groups, measure.among)
        small = self.untimed_part(read)
        model, rows = (small, frozenset()) if small else self.part(read)
        cells = model.cells(measure)
        tables = filter(any, self._tables(model, cells, measure.label))
        values = {t: p_value([t[:2], t[2:]], method) for t in tables}
        values = {t: p for t, p in values.items() if p == p}
        if not values:
            return None
        rank, value = model.rank(cells, values), value_of(measure, "p_value")
        label = f"{measure.label}, by {called(method)}"
        if not small:
            return self.bound(label, model, rows, rank, value, "P")
        ordered = sorted({*values.values()})
        ends = [ordered[place] for place in self.range(label, model, rank)]
        return self.around(label, ends, value, read, "P")

    def _tables(
        self, model: Model, cells: Sequence[cp_model.LinearExprT], label: str
    ) -> list[tuple[int, ...]]:
        """Tables of two groups that the ranges of their cells and of both sizes leave."""
        sizes = sum(cells[:2]), sum(cells[2:])
        ends = (self.range(label, model, count) for count in (*cells, *sizes))
        a, b, c, d, first, second = (range(least, most + 1) for least, most in ends)
        if prod(map(len, (a, first, c, second))) > MOST_TABLES:
            raise UndecidedError(f"{label}: undecided: more than {MOST_TABLES:,} tables are left")
        tables = ((x, m - x, y, n - y) for x, m, y, n in product(a, first, c, second))
        return [table for table in tables if table[1] in b and table[3] in d]
