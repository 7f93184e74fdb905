"""Sharp bounds: the smallest and largest value over all cohorts that the ledger allows.

Each end is an optimum that the solver proved, with a cohort that takes it and was checked
again outside the solver. Claims that cannot hold with the others are set aside first, as in
the reconstruction. A sharp bound says what the article determines, not what happened.
"""

import ast
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from math import log
from random import Random

from ortools.sat.python import cp_model

from numbercheck.consistency.conflict_sets import give_up
from numbercheck.consistency.model import Model, negated
from numbercheck.consistency.order import positions
from numbercheck.consistency.recheck import Table, broken_rules, recheck, two_by_two
from numbercheck.consistency.recheck import statistic as recomputed
from numbercheck.consistency.scope import Scope, endpoint_column
from numbercheck.consistency.search import Columns, Rows, Search, UndecidedError
from numbercheck.consistency.tabulated import risk_histories, survival_claims
from numbercheck.consistency.times import Slot
from numbercheck.consistency.witness import assemble
from numbercheck.ledger.expressions import Expression
from numbercheck.ledger.records import Assumption, Ledger, Measure, Variable
from numbercheck.statistics.contingency import p_value
from numbercheck.statistics.risk_sets import km_limits
from numbercheck.statistics.survival import kaplan_meier, survival_at

UNIT = 10**7  # whole numbers stand for log S in this unit; the witness gives S itself
MOST_PARTS = 4  # of an `or` whose columns are counted in one table


@dataclass(frozen=True)
class Bound:
    """Least and largest value that some consistent cohort has.

    Attributes
    ----------
    label, unit : str
    low, high : float
        In the unit.
    certified : bool
        Both ends are proved, and each has a cohort that was checked outside the solver.
    witnesses : tuple of dict
        The cohorts at the ends, by column.
    """

    label: str
    low: float
    high: float
    unit: str = "patients"
    certified: bool = True
    witnesses: tuple[Columns, ...] = field(default=(), repr=False, compare=False)

    @property
    def fixed(self) -> bool:
        """Whether the article determines the value."""
        return self.low == self.high

    def __str__(self) -> str:
        proof = "" if self.certified else "  (not certified)"
        ends = f"{self.low:.4g}" if self.fixed else f"{self.low:.4g} to {self.high:.4g}"
        return f"{self.label}: {ends} {self.unit}{proof}"

    def record(self) -> dict[str, object]:
        """Values for JSON."""
        return {
            "label": self.label,
            "low": float(f"{self.low:.12g}"),
            "high": float(f"{self.high:.12g}"),
            "unit": self.unit,
            "fixed": self.fixed,
            "certified": self.certified,
        }


def bounds(ledger: Ledger, expression: str, among: str = "", seconds: float = 60.0) -> Bound:
    """Bound the number of patients for whom an expression is true.

    Parameters
    ----------
    ledger : Ledger
        Claims and assumptions.
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


class Bounds:
    """Bounds over the cohorts of one ledger.

    Parameters
    ----------
    ledger : Ledger
        Claims and assumptions.
    seconds : float
        Most time for one question to the solver.
    given_up : iterable of str, optional
        Claims to set aside; by default the fewest that let all others hold.
    """

    def __init__(
        self, ledger: Ledger, seconds: float = 60.0, given_up: Iterable[str] | None = None
    ) -> None:
        self.ledger, self.seconds = ledger, seconds
        chosen = give_up(Search(ledger, seconds))[0] if given_up is None else given_up
        self.given_up = frozenset(chosen)
        self.n = Search(ledger).n
        self._start: list[int] = []
        self._falling: dict[tuple[str, ...], dict[int, Bound]] = defaultdict(dict)

    def count(self, where: Expression, among: Expression | None = None, label: str = "") -> Bound:
        """Bound a number of patients."""
        among = among or Expression("")
        for expression in (where, among):
            expression.require(self.ledger.variables)
        ledger, chained = chain(self.ledger, where)
        linked = {*chained.names, *among.names} <= self._links
        model, rows = self.time_part() if linked else self._part(ledger, (chained, among))
        goal = model.count(chained, among)
        if isinstance(goal, int):
            return Bound(label or where.text, goal, goal)

        def value(columns: Columns) -> float:
            table = Table(_padded(columns, self.ledger), self.ledger.variables)
            return float(table.select(where, among).sum())

        return self._bound(label or _words(where, among), model, rows, goal, value, "patients")

    def survival(self, measure: Measure, day: int) -> Bound:
        """Bound an estimate of survival on a day up to the measure's horizon, in percent."""
        columns = self._columns(measure)

        def value(cohort: Columns) -> float:
            curve = kaplan_meier(*(cohort[c] for c in columns))
            return 100 * float(survival_at(curve, [day])["survival"].iloc[0])

        return self._fall(
            ("survival", *columns),
            day,
            f"{measure.endpoint} on day {day}",
            lambda model: sum(_log_terms(model, model.slots(measure), day)),
            value,
            "%",
        )

    def at_risk(self, measure: Measure, day: int) -> Bound:
        """Bound the number of patients at risk on a day."""
        time, _ = self._columns(measure)

        def value(cohort: Columns) -> float:
            return float(sum(t >= day for t in cohort[time]))

        return self._fall(
            ("at risk", time),
            day,
            f"{measure.endpoint}: at risk on day {day}",
            lambda model: self._at_risk(model, measure, day),
            value,
            "patients",
        )

    def _at_risk(self, model: Model, measure: Measure, day: int) -> cp_model.LinearExprT:
        """All but those with an event and those censored; slots make proofs on events short."""
        time, event = self._columns(measure)
        if day - 1 > float(measure.horizon):
            return model.count(Expression(f"{time} >= {day}"))
        censored = model.count(Expression(f"not {event} and {time} < {day}"))
        gone = [_by_then(model, slot, day - 1) for slot in model.slots(measure)]
        return model.n - sum([censored, *gone])

    def _columns(self, measure: Measure) -> tuple[str, str]:
        """Columns of a survival measure's times and events."""
        return (
            endpoint_column(self.ledger, measure.endpoint, "days"),
            endpoint_column(self.ledger, measure.endpoint, "event"),
        )

    def _fall(self, family, day, label, goal, value, unit) -> Bound:  # noqa: ANN001
        """Bound what never rises with time: between two days that agree nothing is left open."""
        known = self._falling[family]
        if day not in known:
            model, rows = self.time_part()
            earlier = known.get(max((d for d in known if d < day), default=-1))
            later = known.get(min((d for d in known if d > day), default=-1))
            settled: list[Columns | None] = [None, None]
            if earlier and later:
                settled[0] = earlier.witnesses[0] if earlier.low == later.low else None
                settled[1] = later.witnesses[1] if earlier.high == later.high else None
            asked = goal(model) if None in settled else 0
            known[day] = self._bound(label, model, rows, asked, value, unit, settled)
        return known[day]

    def event_days(self, measure: Measure) -> list[Bound]:
        """Bound the day of each event up to the measure's horizon that every cohort has."""
        model, rows = self.time_part()
        time, event = self._columns(measure)
        slots = model.slots(measure)
        certain = self._range(model, sum(slot.used for slot in slots))[0] if slots else 0

        def nth(k: int):  # noqa: ANN202 - a function of the cohort
            return lambda c: float(
                sorted(t for t, e in zip(c[time], c[event], strict=True) if e)[k]
            )

        return [
            self._bound(f"{measure.endpoint} event {k + 1}", model, rows, slot.day, nth(k), "days")
            for k, slot in enumerate(slots[:certain])
        ]

    def quantity(self, measure: Measure, statistic: str) -> Bound | None:
        """Bound an order statistic; None where the size of its population is open."""
        model, rows = self._part(self.ledger, (measure.where, measure.among))
        vector = model.vector(measure)
        sizes = (vector.size, vector.size)
        if not isinstance(vector.size, int):
            sizes = self._range(model, vector.size)
        if sizes[0] != sizes[1] or not sizes[0]:
            return None
        kind = self.ledger.method(measure)
        terms = positions(sizes[0], statistic, kind if "-" in kind else "quantile-7")
        unit = max(weight.denominator for _, weight in terms)
        goal = sum(int(weight * unit) * vector.values[i] for i, weight in terms)

        def value(columns: Columns) -> float:
            table = Table(_padded(columns, self.ledger), self.ledger.variables)
            return recomputed(self.ledger, table, measure, statistic)

        label = f"{measure.label}, {statistic}"
        return self._bound(label, model, rows, goal, value, measure.unit)

    def limit(self, measure: Measure, statistic: str) -> Bound | None:
        """Bound a limit of a survival estimate; None where its histories cannot be listed."""
        model, rows = self.time_part()
        claims = [c for c in model.scope.claims if c.measure == measure.measure]
        printed, slots = survival_claims(claims), model.slots(measure)
        method = self.ledger.method(measure)
        listed = risk_histories(model.n, printed, method, len(slots)) if printed else None
        if not listed:
            return None
        shown = [km_limits(h, method)[1 + (statistic == "conf_high")] for h in listed]
        ranked = sorted(set(shown))
        rank = model.cp.new_int_var(0, len(ranked) - 1, "")
        padded = [(*h, *([0] * (len(slots) - len(h)))) for h in listed]
        model.cp.add_allowed_assignments(
            [*(slot.at_risk for slot in slots), rank],
            [(*h, ranked.index(x)) for h, x in zip(padded, shown, strict=True)],
        )

        def value(columns: Columns) -> float:
            table = Table(_padded(columns, self.ledger), self.ledger.variables)
            return recomputed(self.ledger, table, measure, statistic)

        return self._bound(f"{measure.label}, {statistic}", model, rows, rank, value, "%")

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
        groups = [(e, g) for g in (measure.by, negated(measure.by)) for e in EITHER(measure.where)]
        question = tuple({e.text: e for pair in groups for e in pair}.values())
        model, rows = self._part(self.ledger, (*question, measure.among))
        cells = [model.count(event, group, measure.among) for event, group in groups]
        ranges = [self._range(model, cell) for cell in cells]
        tables = _tables(ranges)
        shown = {t: p_value([t[:2], t[2:]], method) for t in tables}
        ranked = sorted({p for p in shown.values() if p == p})
        if not ranked:
            return None
        rank = model.cp.new_int_var(0, max(len(ranked) - 1, 0), "")
        model.cp.add_allowed_assignments(
            [*(_variable(model, c) for c in cells), rank],
            [(*t, ranked.index(p)) for t, p in shown.items() if p == p],
        )

        def value(columns: Columns) -> float:
            table = Table(_padded(columns, self.ledger), self.ledger.variables)
            return p_value(two_by_two(table, measure), method)

        return self._bound(f"{measure.label}, {method}", model, rows, rank, value, "P")

    def _range(self, model: Model, cell: cp_model.LinearExprT) -> tuple[int, int]:
        ends = []
        for aim in (model.cp.minimize, model.cp.maximize):
            aim(cell)
            solution = model.solve(self.seconds)
            if solution.status != "feasible":
                raise UndecidedError(f"undecided within {self.seconds:g} s")
            ends.append(solution.value)
        return ends[0], ends[1]

    def _part(self, ledger: Ledger, question: tuple[Expression, ...]) -> tuple[Model, Rows]:
        """Model of the rows that share columns with a question, directly or through others."""
        restricted, rows = self._rows(ledger, question)
        return Model(restricted, self.n, [question]), rows

    def _rows(self, ledger: Ledger, question: tuple[Expression, ...]) -> tuple[Ledger, Rows]:
        search = Search(ledger, self.seconds, [question])
        rows = next(part for part, extra in search.parts if extra) - self.given_up
        return search.restricted(rows), rows

    @cached_property
    def _links(self) -> frozenset[str]:
        """Flags and categories that the model of times counts together."""
        if not self._time_question:
            return frozenset()
        known = self.ledger.variables
        links = Scope(self._time_rows[0], [self._time_question]).links
        return frozenset(c for c in links if known[c].type in ("flag", "category"))

    @cached_property
    def _time_rows(self) -> tuple[Ledger, Rows]:
        return self._rows(self.ledger, self._time_question)

    @cached_property
    def _time_question(self) -> tuple[Expression, ...]:
        """Times and events of all endpoints."""
        measures = (m for m in self.ledger.measures.values() if m.kind == "survival")
        columns = sorted({self._columns(m) for m in measures})
        return tuple(e for t, x in columns for e in (Expression(f"{t} >= 0"), Expression(x)))

    def time_part(self) -> tuple[Model, Rows]:
        """Model of follow-up and events, without the variables of other questions, and its rows."""
        restricted, rows = self._time_rows
        model = Model(restricted, self.n, [self._time_question])
        model.begin(self._start)
        return model, rows

    def _bound(self, label, model, rows, goal, value, unit, settled=(None, None)) -> Bound:  # noqa: ANN001
        """Solve for both ends, but for those that a known cohort settles."""
        witnesses = [
            cohort or self._extreme(label, model, aim, goal)
            for cohort, aim in zip(settled, (model.cp.minimize, model.cp.maximize), strict=True)
        ]
        ends = [value(cohort) for cohort in witnesses]
        sound = all(self._suits(cohort, rows) for cohort in witnesses)
        return Bound(label, min(ends), max(ends), unit, sound, tuple(witnesses))

    def _extreme(self, label: str, model: Model, aim: Callable, goal) -> Columns:  # noqa: ANN001
        """A cohort with the least or the largest value, by the aim."""
        aim(goal)
        solution = model.solve(self.seconds)
        if solution.status != "feasible":
            raise UndecidedError(f"{label}: undecided within {self.seconds:g} s")
        return assemble(model, solution.solver, Random(0))  # noqa: S311 - keeps no secret

    def _suits(self, columns: Columns, rows: Rows) -> bool:
        padded = _padded(columns, self.ledger)
        claims = [r for r in rows if r in self.ledger.claims]
        rules = [r for r in rows if r in self.ledger.assumptions]
        holds = all(c.holds for c in recheck(self.ledger, padded, claims))
        return holds and not broken_rules(self.ledger, padded, rules)


def EITHER(expression: Expression) -> tuple[Expression, Expression]:  # noqa: N802
    """An event, and its absence."""
    return expression, negated(expression)


def chain(ledger: Ledger, expression: Expression) -> tuple[Ledger, Expression]:
    """Split a long `or` into steps, each a flag of its own, so that no table grows large.

    Step k is true when one of the first k parts is; a table then holds two flags and one
    part's columns, where all parts together would have the product of their values.
    """
    tree = expression.tree
    if not (isinstance(tree, ast.BoolOp) and isinstance(tree.op, ast.Or)):
        return ledger, expression
    if len(tree.values) <= MOST_PARTS:
        return ledger, expression
    flags, rules, so_far = {}, {}, ast.unparse(tree.values[0])
    for k, part in enumerate(tree.values[1:], start=1):
        name = f"any_{k}_"
        flags[name] = Variable(name, name, "flag", "", "", Expression(""), "")
        rule = Expression(f"{name} == (({so_far}) or ({ast.unparse(part)}))")
        rules[name] = Assumption(name, "", rule, "", "", "", "no")
        so_far = name
    grown = replace(
        ledger,
        variables={**ledger.variables, **flags},
        assumptions={**ledger.assumptions, **rules},
    )
    return grown, Expression(so_far)


def _log_terms(model: Model, slots: list[Slot], day: int) -> list[cp_model.IntVar]:
    """Logarithm of each event's factor of the estimate, 0 for those after the day."""
    table = [0, -30 * UNIT, *(round(UNIT * log(1 - 1 / k)) for k in range(2, model.n + 1))]
    terms = []
    for slot in slots:
        factor = model.cp.new_int_var(min(table), 0, "")
        term = model.cp.new_int_var(min(table), 0, "")
        by_then = _by_then(model, slot, day)
        model.cp.add_element(slot.at_risk, table, factor)
        model.cp.add(term == factor).only_enforce_if(by_then)
        model.cp.add(term == 0).only_enforce_if(~by_then)
        terms.append(term)
    return terms


def _by_then(model: Model, slot: Slot, day: int) -> cp_model.IntVar:
    """Whether a slot has an event, and it is not after the day."""
    by_then = model.cp.new_bool_var("")
    model.cp.add_implication(by_then, slot.used)
    model.cp.add(slot.day <= day).only_enforce_if(by_then)
    model.cp.add(slot.day > day).only_enforce_if(slot.used, ~by_then)
    return by_then


def _tables(ranges: list[tuple[int, int]]) -> list[tuple[int, ...]]:
    tables: list[tuple[int, ...]] = [()]
    for low, high in ranges:
        tables = [(*t, k) for t in tables for k in range(low, high + 1)]
    return tables


def _variable(model: Model, expression: cp_model.LinearExprT) -> cp_model.IntVar:
    variable = model.cp.new_int_var(0, model.n, "")
    model.cp.add(variable == expression)
    return variable


def _padded(columns: Columns, ledger: Ledger) -> Mapping[str, list]:
    n = len(next(iter(columns.values())))
    return {v: columns.get(v, [None] * n) for v in ledger.variables}


def _words(where: Expression, among: Expression) -> str:
    return f"{where.text} among {among.text}" if among.text else where.text
