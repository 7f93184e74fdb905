"""Patients with follow-up times, and what expressions say of each of them.

All endpoints share the patients, so early censoring that one of them rules out is ruled out for
the others as well. Patients stand in order of follow-up, which removes their symmetry.
"""

import ast
from collections.abc import Iterable
from fractions import Fraction
from itertools import pairwise

from ortools.sat.python import cp_model

from numbercheck.consistency.conditions import as_conditions, truths, unsayable
from numbercheck.consistency.counts import Alike
from numbercheck.consistency.order import Sorted, just_if, one_of
from numbercheck.consistency.scope import Scope
from numbercheck.consistency.solving import in_time
from numbercheck.ledger.expressions import Expression
from numbercheck.ledger.grammar import dotted, literal, names_in

Literals = list[cp_model.LiteralT]  # one of each patient


class Timed:
    """Times and events of n patients, and the columns that expressions relate to them.

    Parameters
    ----------
    model : cp_model.CpModel
        Where variables and constraints go.
    n : int
        Number of patients.
    scope : Scope
        What is asked of them. Its link columns are events and categories that expressions relate
        to times.
    alike : Alike
        Their kinds.
    """

    def __init__(self, model: cp_model.CpModel, n: int, scope: Scope, alike: Alike) -> None:
        self.model, self.n, self.variables = model, n, scope.ledger.variables
        self.times = {
            name: [one_of(model, self.variables[name].domain) for _ in range(n)]
            for name in scope.times
        }
        self.follow_up = scope.times[0]
        for earlier, later in pairwise(self.times[self.follow_up]):
            model.add(earlier <= later)
        self.columns, self.alike = scope.links, alike
        self.link = [
            [model.new_bool_var(f"link_{i}_{k}") for k in range(len(alike.kinds))] for i in range(n)
        ]
        for row in self.link:
            model.add_exactly_one(row)
        for size, column in zip(alike.sizes, zip(*self.link, strict=True), strict=True):
            model.add(sum(column) == size)
        self.complete = {t for t in scope.times if not self.variables[t].evaluable.text}
        self.nested = {self.follow_up}  # times that are never after follow-up
        self.tied: set[tuple[str, str]] = set()  # without the event, the time is follow-up
        self._known: dict[tuple[str, bool], Literals] = {}

    def count(self, *expressions: Expression) -> cp_model.LinearExprT:
        """Number of patients for whom all expressions are true."""
        return sum(self.all([self.literals(e.tree) for e in expressions]))

    def require(self, rule: Expression) -> None:
        """Require a rule of every patient: it is never known to be false."""
        parts = [rule.tree]
        if isinstance(rule.tree, ast.BoolOp) and isinstance(rule.tree.op, ast.Or):
            parts = rule.tree.values
        self._note(sorted(parts, key=_is_name, reverse=True))
        for options in zip(*map(self._possible, parts), strict=True):
            self.model.add_bool_or(options)

    def _note(self, parts: list[ast.expr]) -> None:
        """Note what a rule says about follow-up, which shortens proofs."""
        match parts:
            case [ast.Compare(ast.Name(time), [ast.LtE()], [ast.Name(other)])]:
                self.nested |= {time} if other in self.nested else set()
            case [
                ast.Name(event),
                ast.Compare(ast.Name(left), [ast.Eq()], [ast.Name(right)]),
            ] if self.follow_up in (left, right):
                self.tied.add((right if left == self.follow_up else left, event))

    def _possible(self, node: ast.expr) -> Literals:
        """Literals that are true only if an expression is not known to be false of a patient.

        They may be false all the same, which spares the solver that two times differ.
        """
        match node:
            case ast.Compare(ast.Name(left), [operator], [ast.Name(right)]) if {
                left,
                right,
            } <= self.complete:
                holds = _POSTED[type(operator)][0]
                return [
                    self._implying(holds(*pair))
                    for pair in zip(self.times[left], self.times[right], strict=True)
                ]
        return [~literal for literal in self.literals(node, False)]

    def _implying(self, constraint: cp_model.BoundedLinearExpression) -> cp_model.IntVar:
        literal = self.model.new_bool_var("")
        self.model.add(constraint).only_enforce_if(literal)
        return literal

    def literals(self, node: ast.expr, sign: bool = True) -> Literals:
        """Whether an expression is known to be true of each patient, or, by ``sign``, to be false.

        By Kleene's logic neither is so where a missing value leaves it open.
        """
        key = ast.dump(node), sign
        if key not in self._known and in_time():
            self._known[key] = self._literals(node, sign)
        return self._known[key]

    def _literals(self, node: ast.expr, sign: bool) -> Literals:
        match node:
            case ast.Constant():
                return [self.model.new_constant(int(bool(node.value) == sign))] * self.n
            case ast.UnaryOp(op=ast.Not()):
                return self.literals(node.operand, not sign)
            case ast.BoolOp():
                parts = [self.literals(part, sign) for part in node.values]
                if isinstance(node.op, ast.And) == sign:
                    return self.all(parts)
                return negations(self.all(map(negations, parts)))
            case _ if self.times.keys().isdisjoint(names_in(node)):
                return self._linked(node, sign)
            case ast.Compare(
                ast.Name() | ast.Constant() | ast.UnaryOp(op=ast.USub(), operand=ast.Constant()),
                [operator],
                [
                    ast.Name()
                    | ast.Constant()
                    | ast.UnaryOp(op=ast.USub(), operand=ast.Constant()) as right
                ],
            ) if set(names_in(node)) <= self.times.keys():
                true = self._compared(node.left, operator, right)
                known = [self._evaluable(name) for name in names_in(node)]
                return self.all([true if sign else negations(true), *filter(None, known)])
            case ast.Compare():
                return self.literals(as_conditions(node), sign)
        raise unsayable(node)

    def all(self, parts: Iterable[Literals]) -> Literals:
        """Whether all parts are true of each patient."""
        return [self._both(of_one) for of_one in zip(*parts, strict=True)]

    def _both(self, parts: tuple[cp_model.LiteralT, ...]) -> cp_model.LiteralT:
        if len(parts) == 1:
            return parts[0]
        both = self.model.new_bool_var("")
        self.model.add_bool_and(parts).only_enforce_if(both)
        self.model.add_bool_or([both, *(~p for p in parts)])
        return both

    def _evaluable(self, time: str) -> Literals:
        """Whether each patient has a time; nothing where everyone has."""
        who = self.variables[time].evaluable
        return self.literals(who.tree) if who.text else []

    def _compared(self, left: ast.expr, operator: ast.cmpop, right: ast.expr) -> Literals:
        unit = max(_exact(side).denominator for side in (left, right))
        sides = (self._numbers(side, unit) for side in (left, right))
        return [self.order(one, operator, other) for one, other in zip(*sides, strict=True)]

    def _numbers(self, node: ast.expr, unit: int) -> list[cp_model.LinearExprT]:
        """Times, or a number that need not be whole, in a fraction of a day that is."""
        if _is_name(node):
            return [unit * time for time in self.times[dotted(node)]]
        return [int(unit * _exact(node))] * self.n

    def order(self, left, operator: ast.cmpop, right) -> cp_model.LiteralT:  # noqa: ANN001
        """Literal that is true exactly when the comparison is."""
        holds, fails = _POSTED[type(operator)]
        return just_if(self.model, holds(left, right), fails(left, right))

    def _linked(self, node: ast.expr, sign: bool) -> Literals:
        """Literals that are true exactly when a patient's link columns make an expression so."""
        answers = truths(node, self.columns, self.alike.kinds)
        chosen = [k for k, answer in enumerate(answers) if answer is sign]
        said: Literals = []
        for row in self.link:
            said.append(self.model.new_bool_var(""))
            self.model.add(sum(row[k] for k in chosen) == said[-1])
        return said

    def sort(self, time: str, vector: Sorted, among: Expression) -> None:
        """Make a vector hold the times of some patients, each in one place."""
        who = [self.literals(among.tree)] if among.text else []
        who += filter(None, [self._evaluable(time)])
        inside = self.all(who) if who else [1] * self.n
        places = [self.model.new_bool_var("") for _ in range(self.n)]
        self.model.add(sum(places) == vector.size)
        for before, after in pairwise(places):
            self.model.add_implication(after, before)
        seats = [[self.model.new_bool_var("") for _ in places] for _ in inside]
        for patient, row, moment in zip(inside, seats, self.times[time], strict=True):
            self.model.add(sum(row) == patient)
            for seat, value in zip(row, vector.times, strict=True):
                self.model.add(value == moment).only_enforce_if(seat)
        for place, column in zip(places, zip(*seats, strict=True), strict=True):
            self.model.add(sum(column) == place)


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


def negations(literals: Literals) -> Literals:
    """Each literal's negation."""
    return [~literal for literal in literals]
