"""Sums, parts, orders and days: what the relations of a ledger say of its printed numbers."""

import ast
import itertools
import operator
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import nan
from typing import NamedTuple

from companion.audit.evidence import Evidence
from companion.audit.verdicts import Verdict
from companion.expressions import dotted
from companion.ledger import Claim, Relation, days
from companion.printed import shown

ORDER = ("min", "p25", "median", "p75", "max")
WORDS = {
    **{ast.Eq: "equal", ast.LtE: "be at most", ast.Lt: "be below"},
    **{ast.GtE: "be at least", ast.Gt: "be above"},
}


class Range(NamedTuple):
    """Lowest and highest value that a printed number can stand for."""

    low: Fraction
    high: Fraction


@dataclass(frozen=True)
class Known:
    """A name of a relation: its range, its text and the claims that print it."""

    value: Range
    text: str
    claims: tuple[Claim, ...]


Compare = Callable[[Range, Range], bool]
POSSIBLE: dict[type[ast.cmpop], Compare] = {
    ast.Eq: lambda a, b: a.low <= b.high and b.low <= a.high,
    ast.NotEq: lambda a, b: not (a.low == a.high == b.low == b.high),
    ast.LtE: lambda a, b: a.low <= b.high,
    ast.Lt: lambda a, b: a.low < b.high,
    ast.GtE: lambda a, b: a.high >= b.low,
    ast.Gt: lambda a, b: a.high > b.low,
}
COMBINE = {ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul}


def check(evidence: Evidence) -> tuple[list[Verdict], dict[str, list[str]]]:
    """Judge by every relation.

    Returns
    -------
    verdicts : list of Verdict
        For the number that follows from the others, or that contradicts them.
    remarks : dict of str to list of str
        Sentences on claims that a relation or an assumption of ours speaks of.
    """
    verdicts: list[Verdict] = []
    remarks: dict[str, list[str]] = {}
    follows: dict[str, set[str]] = {}
    for relation in evidence.ledger.relations.values():
        names = known_names(relation, evidence)
        if names is not None:
            _judge(relation, names, follows, verdicts, remarks)
    verdicts += ordered(evidence)
    return verdicts, remarks


def known_names(relation: Relation, evidence: Evidence) -> dict[str, Known] | None:
    """What is printed for each name of a relation; None where one is not printed."""
    found = {name: _known(name, evidence) for name in relation.expression.names}
    return None if None in found.values() else found  # type: ignore[return-value]


def _known(name: str, evidence: Evidence) -> Known | None:
    measure, _, attribute = name.partition(".")
    if measure not in evidence.ledger.measures:
        value = Fraction(evidence.ledger.parameter(name) or "0")
        return Known(Range(value, value), f"{float(value):g}", ())
    unit = evidence.ledger.measures[measure].unit
    if unit == "date":
        return _date(measure, attribute, evidence)
    statistics = (attribute,) if attribute else ("n", "value", "estimate")
    for statistic in statistics:
        claims = evidence.ledger.find(measure, statistic)
        if claims and claims[0].value.relation == "=":
            exact = statistic in ("n", "N", "n_event", "value")
            printed = claims[0].value
            value = Range(printed.exact, printed.exact) if exact else Range(*printed.interval())
            return Known(value, printed.text, tuple(claims))
    count = evidence.count(evidence.ledger.measures[measure]) if not attribute else None
    if count:
        value = Range(Fraction(min(count.values)), Fraction(max(count.values)))
        sources = tuple(evidence.ledger.claims[c] for c in count.claims[:1])
        return Known(value, _span(value), sources)
    return None


def _date(measure: str, attribute: str, evidence: Evidence) -> Known | None:
    claims = evidence.ledger.find(measure, "value")
    if not claims:
        return None
    first, last = (Fraction(d.toordinal()) for d in days(claims[0].printed))
    value = {"first": Range(first, first), "last": Range(last, last)}.get(attribute)
    return Known(value or Range(first, last), claims[0].printed, tuple(claims))


def _judge(
    relation: Relation,
    names: Mapping[str, Known],
    follows: dict[str, set[str]],
    verdicts: list[Verdict],
    remarks: dict[str, list[str]],
) -> None:
    comparison = relation.expression.tree
    if not isinstance(comparison, ast.Compare):
        return
    for left, op, right in _links(comparison):
        holds = POSSIBLE[type(op)](evaluate(left, names), evaluate(right, names))
        subject, solved = _subject(left, op, right, names, follows)
        sentence = _sentence(relation, left, op, right, names, holds)
        if relation.source.startswith("assumption"):
            if not holds:
                for known in names.values():
                    for claim in known.claims:
                        remarks.setdefault(claim.claim, []).append(sentence)
        elif not holds or isinstance(op, ast.Eq):
            verdicts += _about(relation, names, subject, solved, holds, sentence)
        if isinstance(op, ast.Eq) and holds and solved:
            follows.setdefault(subject, set()).update(set(names) - {subject})


def _about(
    relation: Relation,
    names: Mapping[str, Known],
    subject: str,
    solved: bool,
    holds: bool,
    sentence: str,
) -> Iterator[Verdict]:
    """Verdicts on the claims of the number that a relation is about."""
    premises = tuple(k.claims[0].claim for n, k in names.items() if n != subject and k.claims)
    if holds and not solved:
        return
    kind = relation.kind if holds else BROKEN.get(relation.kind, "relation-broken")
    value = float(names[subject].value.low) if holds and _is_point(names[subject]) else nan
    for claim in names[subject].claims:
        yield Verdict(
            claim.claim,
            "match" if holds else "mismatch",
            kind,
            sentence,
            "relation",
            value,
            premises=premises,
        )


BROKEN = {
    "sum": "sum-differs",
    "subset": "part-exceeds-whole",
    "order": "out-of-order",
    "arithmetic": "days-differ",
}


def _links(comparison: ast.Compare) -> Iterator[tuple[ast.expr, ast.cmpop, ast.expr]]:
    sides = [comparison.left, *comparison.comparators]
    yield from zip(sides, comparison.ops, sides[1:], strict=False)


def _subject(
    left: ast.expr,
    op: ast.cmpop,
    right: ast.expr,
    names: Mapping[str, Known],
    follows: Mapping[str, set[str]],
) -> tuple[str, bool]:
    """Name that a relation is about, and whether it follows from the others without a circle.

    The side that is a name alone stands for the whole of its parts; where neither is, it is the
    first name that no other relation gives.
    """
    alone = [dotted(s) for s in (left, right) if isinstance(s, ast.Name | ast.Attribute)]
    alone = [name for name in alone if names[name].claims]
    others = [name for name in names if names[name].claims and name not in alone]
    if not isinstance(op, ast.Eq):
        return (alone or others or [next(iter(names))])[0], False
    free = [name for name in others if name not in follows]
    for name in (*alone, *free):
        if not _is_circular(name, set(names) - {name}, follows):
            return name, True
    return (alone or others or [next(iter(names))])[0], False


def _is_circular(subject: str, premises: set[str], follows: Mapping[str, set[str]]) -> bool:
    seen, left = set(), list(premises)
    while left:
        name = left.pop()
        if name == subject:
            return True
        if name not in seen:
            seen.add(name)
            left += follows.get(name, ())
    return False


def evaluate(node: ast.expr, names: Mapping[str, Known]) -> Range:
    """Range of an expression over the ranges of its names."""
    match node:
        case ast.Constant():
            return Range(Fraction(node.value), Fraction(node.value))  # type: ignore[arg-type]
        case ast.UnaryOp():
            low, high = evaluate(node.operand, names)
            return Range(-high, -low)
        case ast.BinOp():
            left, right = evaluate(node.left, names), evaluate(node.right, names)
            ends = [COMBINE[type(node.op)](a, b) for a in left for b in right]  # type: ignore[index]
            return Range(min(ends), max(ends))
    return names[dotted(node)].value


def _sentence(
    relation: Relation,
    left: ast.expr,
    op: ast.cmpop,
    right: ast.expr,
    names: Mapping[str, Known],
    holds: bool,
) -> str:
    """Write a relation in words and numbers."""
    label = f"{relation.note or relation.relation.replace('_', ' ')}"
    sign = {"Eq": "=", "LtE": "≤", "Lt": "<", "GtE": "≥", "Gt": ">"}.get(type(op).__name__, "≠")
    numbers = f"{_text(left, names)} {sign} {_text(right, names)}"
    formula = f"{ast.unparse(left)} {sign} {ast.unparse(right)}"
    verb = "holds" if holds else "does not hold"
    return f"{label[:1].upper()}{label[1:]}: {numbers} {verb} ({formula})."


def _text(node: ast.expr, names: Mapping[str, Known]) -> str:
    match node:
        case ast.BinOp():
            sign = {"Add": "+", "Sub": "−", "Mult": "×"}[type(node.op).__name__]
            return f"{_text(node.left, names)} {sign} {_text(node.right, names)}"
        case ast.Constant():
            return str(node.value)
        case ast.UnaryOp():
            return f"−{_text(node.operand, names)}"
    return names[dotted(node)].text


def ordered(evidence: Evidence) -> Iterator[Verdict]:
    """Quantiles that are not in order, and survival that rises with time."""
    for measure in evidence.ledger.measures.values():
        if measure.kind == "quantity":
            printed = [
                (s, evidence.ledger.find(measure.measure, s)[0])
                for s in ORDER
                if evidence.ledger.find(measure.measure, s)
            ]
            yield from _falling(printed)
    yield from _rising(evidence)


def _falling(printed: list[tuple[str, Claim]]) -> Iterator[Verdict]:
    """Name the quantile out of order: the one that breaks with most of the others."""
    broken = {
        name: [
            (other, c)
            for j, (other, c) in enumerate(printed)
            if (i < j and claim.value.exact > c.value.exact)
            or (j < i and c.value.exact > claim.value.exact)
        ]
        for i, (name, claim) in enumerate(printed)
    }
    most = max(map(len, broken.values()), default=0)
    middle = ("median", "p25", "p75", "min", "max")
    for name, claim in sorted(printed, key=lambda p: middle.index(p[0])):
        if most and len(broken[name]) == most:
            rest = ", ".join(f"{other} {c.printed}" for other, c in broken[name])
            says = f"The {name}, {claim.printed}, is out of order with {rest}."
            used = tuple(c.claim for _, c in broken[name])
            yield Verdict(claim.claim, "mismatch", "out-of-order", says, premises=used)
            return


def _rising(evidence: Evidence) -> Iterator[Verdict]:
    by_endpoint: dict[tuple[str, str], list[tuple[float, Claim]]] = {}
    for measure in evidence.ledger.measures.values():
        found = evidence.ledger.find(measure.measure, "estimate")
        if measure.kind == "survival" and found:
            place = (measure.endpoint, measure.among.text)
            by_endpoint.setdefault(place, []).append((float(measure.horizon), found[0]))
    for estimates in by_endpoint.values():
        rows = sorted(estimates, key=lambda e: e[0])
        for (_, before), (horizon, after) in itertools.pairwise(rows):
            if after.value.exact > before.value.exact:
                says = (
                    f"{after.printed} at {horizon:g} days is above {before.printed} earlier on "
                    "the same curve, which never rises."
                )
                used = (before.claim,)
                yield Verdict(after.claim, "mismatch", "survival-rises", says, premises=used)


def _is_point(known: Known) -> bool:
    return known.value.low == known.value.high


def _span(value: Range) -> str:
    low, high = shown(value.low, 0), shown(value.high, 0)
    return low if low == high else f"{low} to {high}"
