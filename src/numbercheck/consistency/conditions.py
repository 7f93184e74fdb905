"""Conditions on follow-up times as and, or and not, and the parts of them that read no time."""

import ast
from collections.abc import Iterator

from numbercheck.ledger.expressions import Expression
from numbercheck.ledger.grammar import names_in
from numbercheck.ledger.records import LedgerError


def unsayable(node: ast.expr) -> LedgerError:
    """Error for a part that the model cannot relate to times, such as a sum of them."""
    return LedgerError([f"`{ast.unparse(node)}` cannot be modeled together with follow-up times"])


def as_conditions(node: ast.Compare) -> ast.expr:
    """Write a chain, a list, or the equality of two conditions with and, or and not."""
    sides = [node.left, *node.comparators]
    if len(node.ops) > 1:
        links = zip(sides, node.ops, node.comparators, strict=False)
        return ast.BoolOp(ast.And(), [ast.Compare(one, [op], [other]) for one, op, other in links])
    match node.ops[0], sides[1]:
        case ast.In() | ast.NotIn() as operator, (ast.List() | ast.Tuple() as listed):
            options = [ast.Compare(node.left, [ast.Eq()], [item]) for item in listed.elts]
            among = ast.BoolOp(ast.Or(), options)
            return among if isinstance(operator, ast.In) else ast.UnaryOp(ast.Not(), among)
        case ast.Eq() | ast.NotEq() as operator, _ if any(map(_is_condition, sides)):
            left, right = sides
            no_left, no_right = (ast.UnaryOp(ast.Not(), side) for side in sides)
            same = isinstance(operator, ast.Eq)
            pairs = [[left, right if same else no_right], [no_left, no_right if same else right]]
            return ast.BoolOp(ast.Or(), [ast.BoolOp(ast.And(), pair) for pair in pairs])
    raise unsayable(node)


def _is_condition(node: ast.expr) -> bool:
    """Whether a side of a comparison is itself a comparison, or made of such."""
    negated = isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not)
    return negated or isinstance(node, ast.Compare | ast.BoolOp)


def truths(node: ast.expr, columns: tuple[str, ...], keys: list[tuple]) -> list[bool | None]:
    """Truth of an expression for combinations of values; None is unknown."""
    asked = Expression(ast.unparse(node))
    return [asked.truth(dict(zip(columns, key, strict=True))) for key in keys]


def timeless(expression: Expression, times: set[str]) -> Iterator[ast.expr]:
    """Smallest parts of an expression that are true or false, except those that read a time."""
    waiting = [expression.tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.BoolOp | ast.UnaryOp):
            waiting += node.values if isinstance(node, ast.BoolOp) else [node.operand]
        elif times.isdisjoint(names_in(node)):
            yield node
        elif isinstance(node, ast.Compare):
            waiting += filter(_is_condition, (node.left, *node.comparators))
