"""The values of each column that the model distinguishes: as few as the expressions need."""

import ast
from collections.abc import Iterable, Mapping
from itertools import product
from math import prod
from typing import NamedTuple

import numpy as np

from numbercheck.ledger.expressions import Expression
from numbercheck.ledger.grammar import comparisons, constants_of, dotted
from numbercheck.ledger.kleene import Masked
from numbercheck.ledger.records import LedgerError
from numbercheck.ledger.rows import Variable

MOST_CELLS = 200_000


class Domain(NamedTuple):
    """A column's values; an interval of whole numbers is represented by its lowest.

    ``None`` is the missing value of who is not evaluable.
    """

    variable: Variable
    values: tuple

    @property
    def upper(self) -> tuple:
        """Highest number of each interval; where each value is told apart, the value itself."""
        known = tuple(v for v in self.values if v is not None)
        if self.variable.type != "integer":
            return known
        return (*(b - 1 for b in known[1:]), self.variable.domain[-1])


def domains(
    variables: Mapping[str, Variable], expressions: Iterable[Expression]
) -> dict[str, Domain]:
    """Domain of every column that one of the expressions reads.

    Columns that are compared with each other, or calculated with, keep all their values.

    Raises
    ------
    LedgerError
        If one of the columns has decimals, whose values cannot be listed.
    """
    expressions = list(expressions)
    names = sorted({name for expression in expressions for name in expression.names})
    if decimal := [name for name in names if variables[name].type == "decimal"]:
        raise LedgerError([f"{decimal[0]} has decimals; select patients by a flag of its own"])
    cuts: dict[str, set[int]] = {name: set() for name in names}
    for expression in expressions:
        for column, starts in _cuts(expression.tree, variables):
            cuts[column].update(starts)
    return {name: _domain(variables[name], cuts[name]) for name in names}


def is_whole(variable: Variable) -> bool:
    """Whether a column has whole numbers."""
    return variable.type in ("integer", "grade")


def _domain(variable: Variable, cuts: set[int]) -> Domain:
    values = variable.domain
    if variable.type == "integer":
        values = (values[0], *sorted(c for c in cuts if values[0] < c <= values[-1]))
    if variable.evaluable.text:
        values = (*values, None)
    return Domain(variable, values)


def _cuts(tree: ast.expr, variables: Mapping[str, Variable]) -> Iterable[tuple[str, Iterable[int]]]:
    """First numbers of the intervals into which an expression cuts a whole-number column."""
    for left, operator, right in comparisons(tree):
        for side, other, mirrored in ((left, right, False), (right, left, True)):
            constants = constants_of(other) if isinstance(side, ast.Name) else []
            for name in (n for n in _operands(side) if variables[n].type == "integer"):
                whole = variables[name].domain
                yield name, _starts(constants, operator, mirrored) if constants else whole


def _operands(side: ast.expr) -> list[str]:
    """Columns whose values a side of a comparison is, or is calculated from."""
    match side:
        case ast.Name():
            return [dotted(side)]
        case ast.BinOp():
            return [*_operands(side.left), *_operands(side.right)]
        case ast.UnaryOp(op=ast.USub()):
            return _operands(side.operand)
    return []


def _starts(numbers: list, operator: ast.cmpop, mirrored: bool) -> list[int]:
    above = isinstance(operator, ast.Lt | ast.GtE if mirrored else ast.Gt | ast.LtE)
    below = isinstance(operator, ast.Gt | ast.LtE if mirrored else ast.Lt | ast.GtE)
    starts = []
    for number in numbers:
        floor = int(np.floor(number))
        starts += [int(np.ceil(number))] if below else []
        starts += [floor + 1] if above else []
        starts += [floor, floor + 1] if not (above or below) else []
    return starts


class Cells:
    """All combinations of the values of some columns, as columns of equal length.

    Parameters
    ----------
    columns : tuple of str
        Which columns.
    known : mapping of str to Domain
        Their domains.

    Raises
    ------
    LedgerError
        If there are more combinations than a table can hold.
    """

    def __init__(self, columns: tuple[str, ...], known: Mapping[str, Domain]) -> None:
        self.columns = columns
        if prod(len(known[c].values) for c in columns) > MOST_CELLS:
            raise LedgerError([f"{', '.join(columns)} are too many columns to count together"])
        rows = list(product(*(known[c].values for c in columns)))
        self.keys = [dict(zip(columns, row, strict=True)) for row in rows]
        self.frame = {c: _masked([row[i] for row in rows]) for i, c in enumerate(columns)}
        self.keep = np.ones(len(rows), dtype=bool)
        for column in columns:
            self._only_evaluable(column, known[column].variable.evaluable)

    def __len__(self) -> int:
        return len(self.keep)

    def holds(self, expression: Expression) -> bool:
        """Whether all columns of an expression are here."""
        return set(expression.names) <= set(self.columns)

    def select(self, *expressions: Expression) -> np.ndarray:
        """Cells in which all expressions are known to be true."""
        chosen = self.keep.copy()
        for expression in expressions:
            chosen &= expression.select(self.frame, len(self))
        return chosen

    def forbid_unless(self, expression: Expression) -> None:
        """Drop the cells in which an expression is known to be false."""
        self.keep &= np.logical_not(expression.evaluate(self.frame).is_false)

    def _only_evaluable(self, column: str, evaluable: Expression) -> None:
        """Keep the cells where a value is known exactly when its column is evaluable."""
        if evaluable.text and self.holds(evaluable):
            self.keep &= self.frame[column].known == evaluable.select(self.frame, len(self))


def _masked(values: list) -> Masked:
    known = np.array([v is not None for v in values])
    if all(isinstance(v, bool | int) for v in values if v is not None):
        return Masked(np.array([0 if v is None else v for v in values]), known)
    return Masked(np.array(values, dtype=object), known)
