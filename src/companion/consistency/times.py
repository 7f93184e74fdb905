"""Follow-up times: patients in order of follow-up, and the risk set at each event.

Two endpoints share the patients, so early censoring that one of them rules out is ruled out for
the other as well. Patients stand in order of follow-up, which removes their symmetry; each
event up to the horizon has a slot with its day and the number at risk that day.
"""

import ast
from collections.abc import Iterable, Mapping
from fractions import Fraction
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from ortools.sat.python import cp_model

from companion.expressions import COMPARISONS, Expression, Masked, dotted, literal
from companion.ledger import LedgerError, Variable


class Slot(NamedTuple):
    """One event: its day (0 when unused), the number at risk, and whether it is used."""

    day: cp_model.IntVar
    at_risk: cp_model.IntVar
    used: cp_model.IntVar


class Timed:
    """Times and events of n patients, and the columns that expressions relate to them.

    Parameters
    ----------
    model : cp_model.CpModel
        Where variables and constraints go.
    n : int
        Number of patients.
    variables : mapping of str to Variable
        The ledger's variables.
    times : tuple of str
        Columns of times, that of follow-up first.
    links : dict of tuple to list
        For each combination of the link columns' values, the count variables of the
        patients who have it.
    columns : tuple of str
        The link columns: events and categories that expressions relate to times.
    asked : iterable of ast.expr
        All that expressions ask of them: what they answer alike for is one kind of patient.
    """

    def __init__(
        self,
        model: cp_model.CpModel,
        n: int,
        variables: Mapping[str, Variable],
        times: tuple[str, ...],
        columns: tuple[str, ...],
        links: dict[tuple, list],
        asked: Iterable[ast.expr],
    ) -> None:
        self.model, self.n, self.variables = model, n, variables
        self.times = {name: [self._time(name, i) for i in range(n)] for name in times}
        for earlier, later in pairwise(self.times[times[0]]):
            model.add(earlier <= later)
        self.columns, self.kind = columns, _kinds(columns, links, list(asked))
        self.keys = sorted(set(self.kind.values()), key=repr)
        self.link = [
            [model.new_bool_var(f"link_{i}_{k}") for k in range(len(self.keys))] for i in range(n)
        ]
        for row in self.link:
            model.add_exactly_one(row)
        for k, key in enumerate(self.keys):
            alike = [v for other in links if self.kind[other] == key for v in links[other]]
            model.add(sum(row[k] for row in self.link) == sum(alike))
        self.nested = {times[0]}  # times that are never after follow-up
        self.slots: dict[tuple[str, int], list[Slot]] = {}  # by column of times and horizon
        self._memo: dict[tuple[int, str, bool], cp_model.LiteralT] = {}

    def _time(self, name: str, i: int) -> cp_model.IntVar:
        domain = self.variables[name].domain
        return self.model.new_int_var(domain[0], domain[-1], f"{name}_{i}")

    def count(self, *expressions: Expression) -> cp_model.LinearExprT:
        """Number of patients for whom all expressions are true."""
        return sum(
            self._all(i, [self.literal(i, e.tree) for e in expressions]) for i in range(self.n)
        )

    def require(self, rule: Expression) -> None:
        """Hold a rule for every patient: it is never known to be false."""
        match rule.tree:
            case ast.Compare(ast.Name(time), [ast.LtE()], [ast.Name(other)]):
                self.nested |= {time} if other in self.nested else set()
        parts = [rule.tree]
        if isinstance(rule.tree, ast.BoolOp) and isinstance(rule.tree.op, ast.Or):
            parts = rule.tree.values
        for i in range(self.n):
            self.model.add_bool_or([self._possible(i, part) for part in parts])

    def _possible(self, i: int, node: ast.expr) -> cp_model.LiteralT:
        """Literal that is true only if an expression is not known to be false of patient i.

        It may be false all the same, which spares the solver that two times differ.
        """
        match node:
            case ast.Compare(ast.Name(left), [operator], [ast.Name(right)]) if {left, right} <= set(
                self.times
            ):
                possible, holds = self.model.new_bool_var(""), _POSTED[type(operator)][0]
                times = self.times[left][i], self.times[right][i]
                self.model.add(holds(*times)).only_enforce_if(possible)
                return possible
        return ~self.literal(i, node, False)

    def literal(self, i: int, node: ast.expr, sign: bool = True) -> cp_model.LiteralT:
        """Whether an expression is known to be true of patient i, or, by ``sign``, to be false.

        By Kleene's logic neither is so where a missing value leaves it open.
        """
        key = i, ast.dump(node), sign
        if key not in self._memo:
            self._memo[key] = self._literal(i, node, sign)
        return self._memo[key]

    def _literal(self, i: int, node: ast.expr, sign: bool) -> cp_model.LiteralT:
        match node:
            case ast.Constant():
                return self.model.new_constant(int(bool(node.value) == sign))
            case ast.Name():
                return self._linked(i, node, sign)
            case ast.UnaryOp(op=ast.Not()):
                return self.literal(i, node.operand, not sign)
            case ast.BoolOp():
                parts = [self.literal(i, part, sign) for part in node.values]
                if isinstance(node.op, ast.And) == sign:
                    return self._all(i, parts)
                return ~self._all(i, [~part for part in parts])
            case ast.Compare(ops=[operator], comparators=[right]):
                return self._compare(i, node, node.left, operator, right, sign)
        raise LedgerError([f"`{ast.unparse(node)}` cannot be said of follow-up times"])

    def _all(self, i: int, parts: list) -> cp_model.LiteralT:
        if len(parts) == 1:
            return parts[0]
        both = self.model.new_bool_var("")
        self.model.add_bool_and(parts).only_enforce_if(both)
        self.model.add_bool_or([both, *(~p for p in parts)])
        return both

    def _compare(
        self,
        i: int,
        node: ast.Compare,
        left: ast.expr,
        operator: ast.cmpop,
        right: ast.expr,
        sign: bool,
    ) -> cp_model.LiteralT:
        names = {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}
        if not names & set(self.times):
            return self._linked(i, node, sign)
        if not sign:
            return ~self.literal(i, node)  # a time is never missing
        plain = all(
            isinstance(side, ast.Name | ast.Constant | ast.UnaryOp) for side in (left, right)
        )
        if plain and type(operator) in COMPARISONS and names <= set(self.times):
            unit = max(_exact(n).denominator for n in (left, right))
            return self._order(self._number(i, left, unit), operator, self._number(i, right, unit))
        raise LedgerError([f"`{ast.unparse(node)}` cannot be said of follow-up times"])

    def _number(self, i: int, node: ast.expr, unit: int) -> cp_model.LinearExprT:
        """A time, or a number that need not be whole, in a fraction of a day that is."""
        return unit * self.times[dotted(node)][i] if _is_name(node) else int(unit * _exact(node))

    def _order(self, left, operator: ast.cmpop, right) -> cp_model.LiteralT:  # noqa: ANN001
        """Literal that is true just when the comparison is."""
        truth = self.model.new_bool_var("")
        holds, fails = _POSTED[type(operator)]
        self.model.add(holds(left, right)).only_enforce_if(truth)
        self.model.add(fails(left, right)).only_enforce_if(~truth)
        return truth

    def _linked(self, i: int, node: ast.expr, sign: bool) -> cp_model.LiteralT:
        """Literal that is true just when the patient's link columns say so of an expression."""
        chosen = [
            self.link[i][k]
            for k, key in enumerate(self.keys)
            if _truth(node, dict(zip(self.columns, key, strict=True))) is sign
        ]
        truth = self.model.new_bool_var("")
        self.model.add(sum(chosen) == truth)
        return truth

    def add_slots(self, time: str, event: str, horizon: int, most: int) -> list[Slot]:
        """Give each event up to the horizon a slot, in order of its day.

        The number at risk in slot s (from 0) is n - s less the patients censored before its
        day: events on one day stand in slots one after the other, which changes neither the
        estimate nor Greenwood's sum.
        """
        slots = [self._slot(f"{time}_{horizon}_{s}", horizon) for s in range(most)]
        for before, after in pairwise(slots):
            self.model.add_implication(after.used, before.used)
            self.model.add(before.day <= after.day).only_enforce_if(after.used)
        events = [self.literal(i, ast.Name(event)) for i in range(self.n)]
        within = [
            self._all(i, [events[i], self._order(self.times[time][i], ast.LtE(), horizon)])
            for i in range(self.n)
        ]
        self.model.add(sum(within) == sum(slot.used for slot in slots))
        seats = [self._seat(slot, self.times[time], within) for slot in slots]
        for i in range(self.n):
            self.model.add(sum(row[i] for row in seats) == within[i])
        for s, slot in enumerate(slots):
            self._risk_set(slot, s, self.times[time], events)
            if time in self.nested:
                self._latest(slot)
        self.slots[time, horizon] = slots
        return slots

    def _latest(self, slot: Slot) -> None:
        """Those at risk are followed to the slot's day: implied, but proofs are short with it."""
        times = next(iter(self.times.values()))
        latest = self.model.new_int_var(0, 2**31, "")
        self.model.add_element(self.n - slot.at_risk, [*times, 2**31], latest)
        self.model.add(slot.day <= latest)

    def _slot(self, name: str, horizon: int) -> Slot:
        return Slot(
            self.model.new_int_var(0, horizon, f"day_{name}"),
            self.model.new_int_var(0, self.n, f"risk_{name}"),
            self.model.new_bool_var(f"used_{name}"),
        )

    def _seat(self, slot: Slot, times: list, within: list) -> list:
        """Which patient has the slot's event."""
        seats = [self.model.new_bool_var("") for _ in range(self.n)]
        self.model.add(sum(seats) == slot.used)
        for seat, time, event in zip(seats, times, within, strict=True):
            self.model.add_implication(seat, event)
            self.model.add(slot.day == time).only_enforce_if(seat)
        return seats

    def _risk_set(self, slot: Slot, s: int, times: list, events: list) -> None:
        gone = []
        for time, event in zip(times, events, strict=True):
            before = self._order(time, ast.Lt(), slot.day)
            gone.append(self._all(0, [~event, before]))
        self.model.add(slot.at_risk == self.n - s - sum(gone)).only_enforce_if(slot.used)
        self.model.add(slot.at_risk == 0).only_enforce_if(~slot.used)
        self.model.add(slot.day == 0).only_enforce_if(~slot.used)


_POSTED = {
    ast.Eq: (lambda a, b: a == b, lambda a, b: a != b),
    ast.NotEq: (lambda a, b: a != b, lambda a, b: a == b),
    ast.Lt: (lambda a, b: a < b, lambda a, b: a >= b),
    ast.LtE: (lambda a, b: a <= b, lambda a, b: a > b),
    ast.Gt: (lambda a, b: a > b, lambda a, b: a <= b),
    ast.GtE: (lambda a, b: a >= b, lambda a, b: a < b),
}


def _is_name(node: ast.expr) -> bool:
    return isinstance(node, ast.Name)


def _exact(node: ast.expr) -> Fraction:
    """A number as written: 365.25 is 1461 quarters; a name counts as a whole one."""
    return Fraction(0 if _is_name(node) else str(literal(node)))


def _truth(node: ast.expr, values: Mapping[str, object]) -> bool | None:
    """Evaluate an expression of link columns by the ledger's one evaluator; None is unknown."""
    frame = {
        k: Masked(np.array([v if v is not None else 0], dtype=object), np.array([v is not None]))
        for k, v in values.items()
    }
    truth, known = Expression(ast.unparse(node)).evaluate(frame)
    return bool(truth.flat[0]) if known.flat[0] else None


def _kinds(columns: tuple[str, ...], keys: Iterable[tuple], asked: list[ast.expr]) -> dict:
    """For each combination of values the first one for which all answers are the same."""
    first: dict[tuple, tuple] = {}
    kinds = {}
    for key in sorted(keys, key=repr):
        values = dict(zip(columns, key, strict=True))
        kinds[key] = first.setdefault(tuple(_truth(node, values) for node in asked), key)
    return kinds


def timeless(expression: Expression, times: Iterable[str]) -> Iterable[ast.expr]:
    """Smallest parts of an expression that have a truth value, but for those that read a time."""
    waiting = [expression.tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.BoolOp | ast.UnaryOp):
            waiting += node.values if isinstance(node, ast.BoolOp) else [node.operand]
        elif not {n.id for n in ast.walk(node) if isinstance(n, ast.Name)} & set(times):
            yield node


def related(questions: Iterable[Iterable[Expression]], times: Iterable[str]) -> set[str]:
    """Columns that a question, expressions read together, relates to a time."""
    times = set(times)
    names = ({n for e in question for n in e.names} for question in questions)
    return {n for read in names if times & read for n in read} - times
