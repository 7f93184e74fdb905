"""One small language for selecting patients and relating measures, never evaluated as code.

``response_2w in ["CR", "CRi"] and not extended`` selects patients; ``crc_2w == cr_2w + cri_2w``
relates measures. The text is parsed to Python's syntax tree, every node of which must be on
a short list; the data frames and the constraint model walk the same tree.
"""

import ast
import operator
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from numbercheck.errors import NumbercheckError, did_you_mean

if TYPE_CHECKING:
    import numpy as np

COMPARISONS: dict[type[ast.cmpop], Callable] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}
ARITHMETIC: dict[type[ast.operator], Callable] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
}

ALLOWED = (
    *(ast.Expression, ast.BoolOp, ast.And, ast.Or, ast.UnaryOp, ast.Not, ast.USub),
    *(ast.Compare, ast.In, ast.NotIn, *COMPARISONS, ast.BinOp, *ARITHMETIC),
    *(ast.Name, ast.Attribute, ast.Load, ast.Constant, ast.List, ast.Tuple),
)
GRAMMAR = "names, numbers, quoted text, == != < <= > >=, in [...], and, or, not, + - *"
FLAG = (False, True)  # the domain of a column that is a condition by itself
LONGEST = 2000  # characters, since the parser recurses
DEEPEST = 100  # nested parts, since whoever walks the tree recurses


class ExpressionError(NumbercheckError, ValueError):
    """The text is not an expression of the ledger's grammar, or names an unknown column."""


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


@dataclass(frozen=True)
class Expression:
    """A parsed expression; an empty text selects everyone.

    Raises
    ------
    ExpressionError
        If the text is not of the grammar; the message names what is not allowed.
    """

    text: str

    def __post_init__(self) -> None:
        if _depth(self.tree) > DEEPEST:
            raise ExpressionError(f"an expression of {len(self.text)} characters nests too deeply")
        lists = {id(right) for _, right in _memberships(self.tree)}
        for node in ast.walk(self.tree):
            _refuse(node, self.text)
            if isinstance(node, ast.List | ast.Tuple) and id(node) not in lists:
                raise ExpressionError(f"{self.text!r} holds a list that does not follow `in`")
        for _, right in _memberships(self.tree):
            literal(right)

    @cached_property
    def tree(self) -> ast.expr:
        """The syntax tree's body."""
        if len(self.text) > LONGEST:
            raise ExpressionError(f"an expression of {len(self.text)} characters is too long")
        try:
            return ast.parse(self.text.strip() or "True", mode="eval").body
        except (SyntaxError, ValueError, MemoryError, RecursionError):
            raise ExpressionError(
                f"{self.text!r} is not an expression; it may hold {GRAMMAR}"
            ) from None

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The columns or measures that it reads, dotted where written so, in order of name."""
        inner = {id(n.value) for n in ast.walk(self.tree) if isinstance(n, ast.Attribute)}
        found = {
            dotted(node)
            for node in ast.walk(self.tree)
            if isinstance(node, ast.Name | ast.Attribute) and id(node) not in inner
        }
        return tuple(sorted(found))

    def require(self, known: Mapping[str, object] | set[str]) -> None:
        """Refuse names that are not among the known ones, and offer the nearest."""
        for name in self.names:
            if name not in known:
                hint = did_you_mean(name, known)
                raise ExpressionError(f"{self.text!r} names no known column: {name!r}{hint}")

    def fit(self, domains: Mapping[str, tuple]) -> None:
        """Refuse a comparison with a value that the column can never have.

        Raises
        ------
        ExpressionError
            If a category is compared with anything but its codes, or a number with a text.
        """
        for left, _, right in comparisons(self.tree):
            for column, other in ((left, right), (right, left)):
                if isinstance(column, ast.Name) and column.id in domains:
                    _refuse_foreign(self.text, column.id, domains[column.id], other)

    def require_condition(self, domains: Mapping[str, tuple]) -> None:
        """Refuse what is neither true nor false of a patient, such as a bare ``age``.

        Raises
        ------
        ExpressionError
            If it is neither a comparison, a flag, nor several of them joined.
        """
        waiting = [self.tree]
        while waiting:
            node = waiting.pop()
            if isinstance(node, ast.BoolOp):
                waiting += node.values
            elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
                waiting.append(node.operand)
            elif isinstance(node, ast.Name) and domains.get(node.id, FLAG) != FLAG:
                has = " ".join(map(repr, domains[node.id][:3]))
                raise ExpressionError(
                    f"{self.text!r} is no condition: {node.id} has values such as {has}; "
                    f"compare it with one, as in {node.id} == {domains[node.id][0]!r}"
                )
            elif not (
                isinstance(node, ast.Name | ast.Compare)
                or (isinstance(node, ast.Constant) and isinstance(node.value, bool))
            ):
                raise ExpressionError(f"{self.text!r} is no condition; compare its parts")

    def evaluate(self, columns: Mapping[str, Masked]) -> Masked:
        """Evaluate by Kleene's three-valued logic, over one patient or columns of equal length.

        Parameters
        ----------
        columns : mapping of str to Masked
            For every name the value, or the values, and whether each is known.

        Returns
        -------
        Masked
            Truth (or number) for each row; ``known`` is False where a missing
            operand leaves it open. An expression without names has one value for all.
        """
        try:
            return _walk(self.tree, columns)
        except TypeError:  # also numpy's UFuncTypeError
            raise ExpressionError(f"{self.text!r} compares or adds a text and a number") from None

    def truth(self, patient: Mapping[str, object]) -> bool | None:
        """Whether the expression holds for one patient; None where a missing value decides.

        Examples
        --------
        >>> Expression('arm == "A" and age >= 40').truth({"arm": "A", "age": None})
        >>> Expression('arm == "A" and age >= 40').truth({"arm": "B", "age": None})
        False
        """
        row = {name: _one(patient[name]) for name in self.names}
        values, known = self.evaluate(row)
        return bool(values) if known else None

    def select(self, columns: Mapping[str, Masked], n: int) -> "np.ndarray":
        """Rows where the expression is known to be true, shape (n,)."""
        import numpy as np

        return np.broadcast_to(self.evaluate(columns).is_true, (n,))


def dotted(node: ast.expr) -> str:
    """Name of a column, or ``measure.statistic``."""
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        return f"{node.value.id}.{node.attr}"
    if isinstance(node, ast.Name):
        return node.id
    raise ExpressionError("only measure.statistic may have a dot")


def literal(node: ast.expr) -> object:
    """Value of a literal, or the list of values of a bracketed list of literals."""
    match node:
        case ast.List() | ast.Tuple():
            return [literal(item) for item in node.elts]
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() | float() as number)):
            return -number
        case ast.Constant():
            return node.value
    raise ExpressionError("the right of `in` must be a list of numbers or quoted texts")


def _depth(tree: ast.AST) -> int:
    """Number of levels of a tree, counted without recursion."""
    level, depth = [tree], 0
    while level:
        level, depth = [child for node in level for child in ast.iter_child_nodes(node)], depth + 1
    return depth


def _memberships(tree: ast.AST) -> Iterator[tuple[ast.expr, ast.expr]]:
    """Left and right side of each `in` and `not in`."""
    for left, sign, right in comparisons(tree):
        if isinstance(sign, ast.In | ast.NotIn):
            yield left, right


def comparisons(tree: ast.AST) -> Iterator[tuple[ast.expr, ast.cmpop, ast.expr]]:
    """Left side, operator and right side of each comparison, also of a chain's parts."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare):
            yield from zip((node.left, *node.comparators), node.ops, node.comparators, strict=False)


def _refuse(node: ast.AST, text: str) -> None:
    if not isinstance(node, ALLOWED):
        raise ExpressionError(
            f"{text!r} holds {type(node).__name__}, which is not allowed; only {GRAMMAR}"
        )
    if isinstance(node, ast.Constant) and not isinstance(node.value, bool | int | float | str):
        raise ExpressionError(f"{text!r} holds the literal {node.value!r}; only numbers and text")
    if isinstance(node, ast.Attribute):
        dotted(node)
    if isinstance(node, ast.Compare):
        for sign, right in zip(node.ops, node.comparators, strict=True):
            if isinstance(sign, ast.In | ast.NotIn) != isinstance(right, ast.List | ast.Tuple):
                raise ExpressionError(
                    f"{text!r}: `in` wants a list like ['CR', 'CRi'], others none"
                )


def _refuse_foreign(text: str, name: str, domain: tuple, other: ast.expr) -> None:
    if not isinstance(other, ast.Constant | ast.List | ast.Tuple | ast.UnaryOp):
        return
    values = literal(other)
    codes = isinstance(domain[0], str)
    for value in values if isinstance(values, list) else [values]:
        if (codes and value not in domain) or (not codes and isinstance(value, str)):
            has = " ".join(map(repr, domain)) if codes else "numbers"
            raise ExpressionError(f"{text!r}: {name} is never {value!r}; it has {has}")


def _one(value: object) -> Masked:
    return Masked(0 if value is None else value, value is not None)


def _walk(node: ast.expr, columns: Mapping[str, Masked]) -> Masked:
    match node:
        case ast.Constant():
            return _one(node.value)
        case ast.Name() | ast.Attribute():
            return columns[dotted(node)]
        case ast.UnaryOp(op=ast.Not()):
            values, known = _walk(node.operand, columns)
            return Masked(values == 0, known)
        case ast.UnaryOp():
            values, known = _walk(node.operand, columns)
            return Masked(-values, known)
        case ast.BinOp():
            left, right = _walk(node.left, columns), _walk(node.right, columns)
            values = ARITHMETIC[type(node.op)](left.values + 0, right.values + 0)  # a flag counts 1
            return Masked(values, left.known & right.known)
        case ast.BoolOp():
            return _join(
                isinstance(node.op, ast.Or), [_walk(part, columns) for part in node.values]
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
    left = _walk(node.left, columns)
    truth, known = True, True
    for sign, comparator in zip(node.ops, node.comparators, strict=True):
        if isinstance(sign, ast.In | ast.NotIn):
            right, step = left, _is_in(left.values, literal(comparator))
            step = step ^ isinstance(sign, ast.NotIn)
        else:
            right = _walk(comparator, columns)
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
