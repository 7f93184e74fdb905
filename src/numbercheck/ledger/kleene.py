"""Kleene's three-valued logic: what an expression gives where some values are missing.

Source: Kleene (1952), Introduction to Metamathematics, section 64.
"""

import ast
from collections.abc import Mapping
from typing import Any, NamedTuple

from numbercheck.ledger.grammar import ARITHMETIC, COMPARISONS, ExpressionError, dotted, literal


class Masked(NamedTuple):
    """One patient's value, or a column of them, and which are known: a missing one selects nobody.

    Both are plain Python values for one patient, NumPy arrays for a column.
    """

    values: Any
    known: Any

    @property
    def is_true(self) -> Any:
        """Where the value is known and holds."""
        return self.known & (self.values != 0)

    @property
    def is_false(self) -> Any:
        """Where the value is known and does not hold."""
        return self.known & (self.values == 0)


def known_or_missing(value: object) -> Masked:
    """One patient's value; None is missing."""
    return Masked(0 if value is None else value, value is not None)


def evaluated(node: ast.expr, columns: Mapping[str, Masked]) -> Masked:
    """Value of a syntax tree, over one patient or over columns of equal length."""
    match node:
        case ast.Constant():
            return known_or_missing(node.value)
        case ast.Name() | ast.Attribute():
            return columns[dotted(node)]
        case ast.UnaryOp(op=ast.Not()):
            values, known = evaluated(node.operand, columns)
            return Masked(values == 0, known)
        case ast.UnaryOp():
            values, known = evaluated(node.operand, columns)
            return Masked(-values, known)
        case ast.BinOp():
            left, right = evaluated(node.left, columns), evaluated(node.right, columns)
            values = ARITHMETIC[type(node.op)](left.values + 0, right.values + 0)  # a flag counts 1
            return Masked(values, left.known & right.known)
        case ast.BoolOp():
            return _join(
                isinstance(node.op, ast.Or), [evaluated(part, columns) for part in node.values]
            )
        case ast.Compare():
            return _compare(node, columns)
    raise ExpressionError(f"{type(node).__name__} cannot be evaluated")


def _join(settling: bool, parts: list[Masked]) -> Masked:
    """Kleene's and/or: a known False settles `and`, a known True settles `or`."""
    settled, known = False, True
    for part in parts:
        settled = settled | (part.is_true if settling else part.is_false)
        known = known & part.known
    return Masked(settled if settling else settled ^ True, known | settled)


def _compare(node: ast.Compare, columns: Mapping[str, Masked]) -> Masked:
    left = evaluated(node.left, columns)
    truth, known = True, True
    for sign, comparator in zip(node.ops, node.comparators, strict=True):
        if isinstance(sign, ast.In | ast.NotIn):
            right, step = left, _is_in(left.values, literal(comparator))
            step = step ^ isinstance(sign, ast.NotIn)
        else:
            right = evaluated(comparator, columns)
            if left.known is False or right.known is False:  # one patient's missing text is a 0
                return Masked(False, False)
            _refuse_mixture(left.values, right.values)
            step = COMPARISONS[type(sign)](left.values, right.values)
        truth, known = truth & step, known & left.known & right.known
        left = right
    return Masked(truth, known)


def _refuse_mixture(left: Any, right: Any) -> None:
    """Raise a TypeError where a text is asked whether it equals a number."""
    kinds = {
        getattr(getattr(v, "dtype", None), "kind", "U" if isinstance(v, str) else "i")
        for v in (left, right)
    }
    if "U" in kinds and kinds - {"U", "O"}:
        raise TypeError


def _is_in(values: Any, wanted: Any) -> Any:
    inside: Any = False
    for value in wanted:
        inside = inside | (values == value)
    return inside
