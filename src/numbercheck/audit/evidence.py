"""What other printed numbers say about a count: its value, or the values that it can have."""

import ast
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import product
from math import ceil, floor
from typing import NamedTuple

from numbercheck.ledger.expressions import Expression
from numbercheck.ledger.records import Claim, Ledger, Measure
from numbercheck.statistics.rounding import Printed

MOST_TABLES = 5_000
FLIPPED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    **{ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.Lt: ast.GtE, ast.GtE: ast.Lt},
    **{ast.Gt: ast.LtE, ast.LtE: ast.Gt, ast.In: ast.NotIn, ast.NotIn: ast.In},
}
Table = tuple[tuple[int, int], tuple[int, int]]


class MissingError(LookupError):
    """The article does not print what a check needs; the message says what."""


@dataclass(frozen=True)
class Count:
    """Values that a count can have, out of how many, and the claims that say so."""

    values: tuple[int, ...]
    total: int | None
    claims: tuple[str, ...]


class Tables(NamedTuple):
    """Tables that the printed counts leave, their claims, and whether cells were left open."""

    tables: list[Table]
    claims: tuple[str, ...]
    is_open: bool


class Evidence:
    """A ledger's counts, by measure and by the patients that they select."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self.level = float(ledger.parameter("level", "0.95"))

    @cached_property
    def totals(self) -> frozenset[int]:
        """Every printed number of patients that can be a whole: N, or n without a percentage."""
        find = self.ledger.find
        counted = [m for m in self.ledger.measures.values() if m.kind == "count"]
        whole = [c for m in counted for c in self.ledger.population(m)]
        whole += [
            c for m in counted if not find(m.measure, "percent") for c in find(m.measure, "n")
        ]
        return frozenset(int(c.value.value) for c in whole if is_count(c.value))

    def total(self, measure: Measure) -> Count | None:
        """Denominator of a measure, as printed first."""
        claims = [c for c in self.ledger.population(measure) if is_count(c.value)]
        if not claims:
            return None
        total = int(claims[0].value.value)
        return Count((total,), total, (claims[0].claim,))

    def count(self, measure: Measure, locus: str = "") -> Count | None:
        """Count of a measure: printed, at this place if it is, or left open by its percentage."""
        total = self.total(measure)
        size, sources = (total.total, total.claims) if total else (None, ())
        printed = [c for c in self.ledger.find(measure.measure, "n") if is_count(c.value)]
        if printed:
            claim = next((c for c in printed if c.locus == locus), printed[0])
            return Count((int(claim.value.value),), size, (claim.claim, *sources))
        percents = self.ledger.find(measure.measure, "percent")
        if size and percents:
            values = possible_counts(percents[0].value, size)
            return Count(values, size, (percents[0].claim, *sources)) if values else None
        return None

    @cached_property
    def _selections(self) -> dict[tuple[str, str], Measure]:
        found: dict[tuple[str, str], Measure] = {}
        for measure in self.ledger.measures.values():
            if measure.kind == "count" and (
                self.ledger.find(measure.measure, "n")
                or self.ledger.find(measure.measure, "percent")
            ):
                found.setdefault((key(measure.where), key(measure.among)), measure)
        return found

    def selected(self, where: str, *among: str) -> Count | None:
        """Count of those selected by ``where`` among the first population that has one."""
        for population in among:
            if measure := self._selections.get((where, population)):
                return self.count(measure)
        return None

    def evaluable(self, expression: Expression) -> str:
        """Population in which the variables of an expression are known."""
        known = self.ledger.variables
        keys = {key(known[name].evaluable) for name in expression.names if name in known}
        keys.discard(key(Expression("")))
        return keys.pop() if len(keys) == 1 else key(Expression(""))

    def tables(self, measure: Measure) -> Tables:
        """Every 2 by 2 table of a comparison that the printed counts leave, and their claims.

        Rows are the group that ``by`` selects and the rest, columns with and without the event.
        Cells that are not printed are left open by the margins; patients whose group is not
        known may have had events, too.

        Raises
        ------
        MissingError
            If the size of the groups, or every count of events, is not printed.
        """
        if not measure.by.text:
            raise MissingError("the article does not say how the groups were divided")
        event, among, group = key(measure.where), key(measure.among), key(measure.by)
        rest = negated(measure.by)
        first = self.selected(event, joined(measure.among, group))
        second = self.selected(event, joined(measure.among, rest))
        places = (among, self.evaluable(measure.by))
        sizes = self._sizes(first, second, group, rest, places)
        whole = self.selected(event, among)
        if not (first and second) and not whole:
            raise MissingError("how many had the event is not printed")
        used = [c for part in (first, second, *sizes, whole) if part for c in part.claims]
        n1, n2 = sizes[0].values[0], sizes[1].values[0]
        found = _fill(first, second, n1, n2, whole)
        return Tables(found, tuple(dict.fromkeys(used)), not (first and second))

    def _sizes(
        self,
        first: Count | None,
        second: Count | None,
        group: str,
        rest: str,
        places: tuple[str, str],
    ) -> tuple[Count, Count]:
        n1, n2 = (
            Count((part.total,), part.total, part.claims)
            if part and part.total
            else self.selected(where, *places)
            for part, where in ((first, group), (second, rest))
        )
        if n1 and not n2 and n1.total:
            n2 = Count(tuple(n1.total - v for v in n1.values), n1.total, n1.claims)
        if n2 and not n1 and n2.total:
            n1 = Count(tuple(n2.total - v for v in n2.values), n2.total, n2.claims)
        if not n1 or not n2 or len(n1.values) != 1 or len(n2.values) != 1:
            raise MissingError("the sizes of the groups are not printed")
        return n1, n2


def _fill(first: Count | None, second: Count | None, n1: int, n2: int, whole: Count | None) -> list:
    """Tables whose cells and margins are as known."""
    with_event = first.values if first else range(n1 + 1)
    in_rest = second.values if second else range(n2 + 1)
    outside = (whole.total - n1 - n2) if whole and whole.total else None
    if len(in_rest) * len(with_event) > 10 * MOST_TABLES:
        raise MissingError("the printed numbers leave too many tables")
    found = []
    for a, c in product(with_event, in_rest):
        if a > n1 or c > n2:
            continue
        left = [e - a - c for e in whole.values] if whole else [0]
        if outside is None or any(0 <= o <= outside for o in left):
            found.append(((a, n1 - a), (c, n2 - c)))
    if len(found) > MOST_TABLES:
        raise MissingError(f"the printed numbers leave more than {MOST_TABLES:,} tables")
    return found


def is_count(printed: Printed) -> bool:
    """Whether a printed number can be a number of patients."""
    return printed.relation == "=" and printed.decimals == 0 and printed.value >= 0


def possible_counts(printed: Printed, total: int) -> tuple[int, ...]:
    """Counts out of ``total`` that print as this percentage."""
    if printed.relation != "=":
        return tuple(k for k in range(total + 1) if printed.admits(100 * k / total))
    low, high = (float(x) * total / 100 for x in printed.interval())
    near = range(max(0, floor(low)), min(total, ceil(high)) + 1)
    return tuple(k for k in near if printed.admits(100 * k / total))


@cache
def key(expression: Expression) -> str:
    """One text for each way of writing the same simple selection."""
    tree = expression.tree
    match tree:
        case ast.UnaryOp(op=ast.Not(), operand=ast.Compare(ops=[operator]) as comparison):
            flipped = ast.Compare(
                comparison.left, [FLIPPED[type(operator)]()], comparison.comparators
            )
            return ast.unparse(flipped)
        case ast.UnaryOp(op=ast.Not(), operand=ast.UnaryOp(op=ast.Not(), operand=inner)):
            return ast.unparse(inner)
    return ast.unparse(tree)


@cache
def negated(expression: Expression) -> str:
    """Key of those whom an expression does not select."""
    return key(Expression(f"not ({expression.text})"))


def joined(among: Expression, group: str) -> str:
    """Key of a group within a population."""
    return key(Expression(f"{among.text} and {group}" if among.text else group))


def same_place(claims: list[Claim], locus: str) -> Claim | None:
    """The claim printed at a place, else the first one."""
    return next((c for c in claims if c.locus == locus), claims[0] if claims else None)
