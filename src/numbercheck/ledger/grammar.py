"""The grammar of a ledger's expressions: Python's syntax, but only the nodes of a short list."""

import ast
import operator
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache

from numbercheck.errors import NumbercheckError

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
SLIPS = (  # what is often typed, and what to write instead
    (r"[\u201c-\u201e\u2018\u2019]", 'write straight quotes, as in "A"'),
    (r"[≤≥≠]", "write <= >= !="),
    (r"\b(AND|OR|NOT|IN)\b", "write and, or, not, in in lower case"),
    (r"(?<![=<>!])=(?!=)", "write == for equal"),
)
FLAG = (False, True)  # the domain of a column that is a condition by itself
LONGEST = 2000  # characters, since the parser recurses
DEEPEST = 100  # nested parts, since whoever walks the tree recurses
MOST_KNOWN = 65536  # texts whose trees are kept, since models are rebuilt from the same few
Comparison = tuple[ast.expr, ast.cmpop, ast.expr]  # left side, operator, right side


class ExpressionError(NumbercheckError, ValueError):
    """The text is not an expression of the ledger's grammar, or names an unknown column."""


@lru_cache(maxsize=MOST_KNOWN)
def parsed(text: str) -> ast.expr:
    """Syntax tree of an expression; that of an empty text selects everyone."""
    if len(text) > LONGEST:
        raise ExpressionError(f"an expression of {len(text)} characters is too long")
    try:
        return ast.parse(text.strip() or "True", mode="eval").body
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        hint = next(
            (hint for slip, hint in SLIPS if re.search(slip, text)), f"it may hold {GRAMMAR}"
        )
        raise ExpressionError(f"{text!r} is not an expression; {hint}") from None


@lru_cache(maxsize=MOST_KNOWN)
def refuse_foreign_nodes(tree: ast.expr, text: str) -> None:
    """Refuse a tree that holds anything but the grammar, or nests too deeply."""
    levels = _levels(tree)
    if len(levels) > DEEPEST:
        raise ExpressionError(f"an expression of {len(text)} characters nests too deeply")
    nodes = [node for level in levels for node in level]
    lists = [r for _, sign, r in _compared(nodes) if isinstance(sign, ast.In | ast.NotIn)]
    following = set(map(id, lists))
    for node in nodes:
        _refuse(node, text)
        if isinstance(node, ast.List | ast.Tuple) and id(node) not in following:
            raise ExpressionError(f"{text!r} holds a list that does not follow `in`")
    for right in lists:
        literal(right)


def refuse_no_condition(tree: ast.expr, text: str, domains: Mapping[str, tuple]) -> None:
    """Refuse what is neither a comparison, a flag, nor several of them joined."""
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.BoolOp):
            waiting += node.values
        elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            waiting.append(node.operand)
        elif isinstance(node, ast.Name) and domains.get(node.id, FLAG) != FLAG:
            has = " ".join(map(repr, domains[node.id][:3]))
            raise ExpressionError(
                f"{text!r} is not a condition: {node.id} has values such as {has}; "
                f"compare it with one, as in {node.id} == {domains[node.id][0]!r}"
            )
        elif not (
            isinstance(node, ast.Name | ast.Compare)
            or (isinstance(node, ast.Constant) and isinstance(node.value, bool))
        ):
            raise ExpressionError(f"{text!r} is not a condition; compare its parts")


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


def constants_of(side: ast.expr) -> list:
    """Numbers or texts that a side of a comparison lists; none where it is calculated."""
    try:
        values = literal(side)
    except ExpressionError:
        return []
    return values if isinstance(values, list) else [values]


def _levels(tree: ast.AST) -> list[list[ast.AST]]:
    """Nodes of a tree by their depth, found without recursion; none below the deepest allowed."""
    levels = [[tree]]
    while levels[-1] and len(levels) <= DEEPEST:
        levels.append([child for node in levels[-1] for child in ast.iter_child_nodes(node)])
    return levels if levels[-1] else levels[:-1]


@lru_cache(maxsize=MOST_KNOWN)
def comparisons(tree: ast.AST) -> tuple[Comparison, ...]:
    """Left side, operator and right side of each comparison, also of a chain's parts."""
    return tuple(_compared(ast.walk(tree)))


def _compared(nodes: Iterable[ast.AST]) -> Iterator[Comparison]:
    for node in nodes:
        if isinstance(node, ast.Compare):
            yield from zip((node.left, *node.comparators), node.ops, node.comparators, strict=False)


@lru_cache(maxsize=MOST_KNOWN)
def names_in(tree: ast.AST) -> tuple[str, ...]:
    """Columns or measures that a tree reads, dotted where written so, in order of name."""
    nodes = [node for node in ast.walk(tree) if isinstance(node, ast.Name | ast.Attribute)]
    inner = {id(node.value) for node in nodes if isinstance(node, ast.Attribute)}
    return tuple(sorted({dotted(node) for node in nodes if id(node) not in inner}))


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


def refuse_foreign_values(text: str, name: str, domain: tuple, other: ast.expr) -> None:
    """Refuse a literal that a column is compared with and can never be."""
    match other:
        case (
            ast.Constant()
            | ast.List()
            | ast.Tuple()
            | ast.UnaryOp(op=ast.USub(), operand=ast.Constant())
        ):
            values = literal(other)
        case _:
            return
    codes = isinstance(domain[0], str)
    for value in values if isinstance(values, list) else [values]:
        if (codes and value not in domain) or (not codes and isinstance(value, str)):
            has = " ".join(map(repr, domain)) if codes else "numbers"
            raise ExpressionError(f"{text!r}: {name} is never {value!r}; it has {has}")
