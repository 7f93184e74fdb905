"""Sums, parts and days: what the relations of a ledger say of its printed numbers."""

import ast
import operator
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from math import nan
from typing import NamedTuple

from numbercheck.audit.evidence import Evidence
from numbercheck.audit.kaplan_meier import curve_at
from numbercheck.audit.verdicts import Verdict, verdict_on
from numbercheck.ledger.expressions import Expression
from numbercheck.ledger.grammar import dotted
from numbercheck.ledger.records import Claim, Relation, day_range
from numbercheck.statistics.rounding import Printed, format_rounded

EXACT = ("n", "N", "n_event", "value")  # counted or decided, not rounded
SIGNS = {ast.Eq: "=", ast.NotEq: "≠", ast.LtE: "≤", ast.Lt: "<", ast.GtE: "≥", ast.Gt: ">"}
WORDS = {
    **{ast.NotEq: "differ from", ast.LtE: "be at most", ast.Lt: "be below"},
    **{ast.GtE: "be at least", ast.Gt: "be above"},
}


class Range(NamedTuple):
    """Lowest and highest value that a printed number can stand for."""

    low: Fraction
    high: Fraction


@dataclass(frozen=True)
class Known:
    """A name of a relation: its range and text as printed first, and every claim that prints it."""

    value: Range
    text: str
    claims: tuple[Claim, ...]
    others: tuple["Known", ...] = ()  # later printings of another value


Compare = Callable[[Range, Range], bool]
Link = tuple[ast.expr, ast.cmpop, ast.expr]
POSSIBLE: dict[type[ast.cmpop], Compare] = {
    ast.Eq: lambda a, b: a.low <= b.high and b.low <= a.high,
    ast.NotEq: lambda a, b: not (a.low == a.high == b.low == b.high),
    ast.LtE: lambda a, b: a.low <= b.high,
    ast.Lt: lambda a, b: a.low < b.high,
    ast.GtE: lambda a, b: a.high >= b.low,
    ast.Gt: lambda a, b: a.high > b.low,
}
COMBINE = {ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul}


@dataclass
class Related:
    """What the relations of a ledger say.

    Attributes
    ----------
    verdicts : list of Verdict
        For the number that follows from the others, or that contradicts them.
    broken, kept : dict of str to list of str
        By claim: our assumptions that its numbers break; orders that they keep, which
        agree with them but do not determine them.
    follows : dict of str to set of str
        Numbers that follow, and from which, so that nothing is proved in a circle.
    """

    verdicts: list[Verdict] = field(default_factory=list)
    broken: dict[str, list[str]] = field(default_factory=dict)
    kept: dict[str, list[str]] = field(default_factory=dict)
    follows: dict[str, set[str]] = field(default_factory=dict)


def check(evidence: Evidence) -> Related:
    """Judge by every relation whose numbers are all printed."""
    related = Related()
    for relation in evidence.ledger.relations.values():
        names = known_names(relation, evidence)
        if names is None:
            continue
        for link in _links(relation.expression.tree):
            _judge(relation, link, names, related)
    return related


def known_names(relation: Relation, evidence: Evidence) -> dict[str, Known] | None:
    """What is printed for each name of a relation; None where one is not printed."""
    found = {name: _known(name, evidence) for name in relation.expression.names}
    return None if None in found.values() else found  # type: ignore[return-value]


def _known(name: str, evidence: Evidence) -> Known | None:
    measure, _, attribute = name.partition(".")
    if measure not in evidence.ledger.measures:
        text = evidence.ledger.parameter(name)
        try:
            number = Fraction(text)
        except ValueError:
            return None
        return Known(Range(number, number), text, ())
    unit = evidence.ledger.measures[measure].unit
    if unit == "date":
        return _date(measure, attribute, evidence)
    statistics = (attribute,) if attribute else ("n", "value", "estimate")
    for statistic in statistics:
        claims = [c for c in evidence.ledger.find(measure, statistic) if c.value.relation == "="]
        exact = statistic in EXACT or evidence.ledger.measures[measure].kind == "design"
        alike: dict[Fraction, list[Claim]] = {}
        for claim in claims:
            alike.setdefault(claim.value.exact, []).append(claim)
        if alike:
            first, *rest = (
                Known(_range(same[0].value, exact), same[0].value.text, tuple(same))
                for same in alike.values()
            )
            return replace(first, others=tuple(rest))
    if attribute == "n_event" and evidence.ledger.measures[measure].kind == "survival":
        return _events(measure, evidence)
    count = evidence.count(evidence.ledger.measures[measure]) if not attribute else None
    if count:
        value = Range(Fraction(min(count.values)), Fraction(max(count.values)))
        sources = tuple(evidence.ledger.claims[c] for c in count.claims[:1])
        return Known(value, _span(value), sources)
    return None


def _range(printed: Printed, is_exact: bool) -> Range:
    return Range(printed.exact, printed.exact) if is_exact else Range(*printed.interval())


def _events(measure: str, evidence: Evidence) -> Known | None:
    """Events that a survival estimate and its limits need, where all sequences agree."""
    for claim in evidence.ledger.find(measure, "estimate")[-1:]:
        curve = curve_at(claim, evidence)
        found = curve.search() if curve else None
        numbers = {len(history) for history in found.histories} if found and found.is_all else set()
        if len(numbers) == 1:
            number = Fraction(numbers.pop())
            return Known(Range(number, number), str(number), (claim,))
    return None


def _date(measure: str, attribute: str, evidence: Evidence) -> Known | None:
    claims = evidence.ledger.find(measure, "value")
    if not claims:
        return None
    first, last = (Fraction(d.toordinal()) for d in day_range(claims[0].printed))
    value = {"first": Range(first, first), "last": Range(last, last)}.get(attribute)
    return Known(value or Range(first, last), claims[0].printed, tuple(claims))


def _judge(relation: Relation, link: Link, names: Mapping[str, Known], related: Related) -> None:
    """Add what one comparison says to what the others said."""
    left, op, right = link
    holds = POSSIBLE[type(op)](evaluate(left, names), evaluate(right, names))
    subject, solved = _subject(link, names, related.follows)
    sentence = _sentence(relation, link, names, holds)
    is_ours = relation.source.startswith("assumption")
    if not is_ours and (not holds or solved):
        spoken = {name: names[name] for name in _spoken(link)}
        related.verdicts += _about(relation, spoken, subject, holds, sentence)
        for other in names[subject].others:
            known = {**names, subject: other}
            same = POSSIBLE[type(op)](evaluate(left, known), evaluate(right, known))
            told = _sentence(relation, link, known, same)
            related.verdicts += _about(relation, {**spoken, subject: other}, subject, same, told)
    else:
        note = related.kept if holds else related.broken
        for claim in (c for name in _spoken(link) for c in names[name].claims):
            note.setdefault(claim.claim, []).append(sentence)
    if holds and solved and not is_ours:
        related.follows.setdefault(subject, set()).update(set(names) - {subject})


def _about(
    relation: Relation, names: Mapping[str, Known], subject: str, holds: bool, sentence: str
) -> Iterator[Verdict]:
    """Verdicts on the claims of the number that a relation is about."""
    inputs = tuple(k.claims[0].claim for n, k in names.items() if n != subject and k.claims)
    verdict = "match" if holds else "mismatch"
    kind = relation.kind if holds else BROKEN.get(relation.kind, "relation-broken")
    low, high = names[subject].value
    value = float(low) if holds and low == high else nan
    for claim in names[subject].claims:
        yield verdict_on(claim, verdict, kind, sentence, "relation", value, inputs=inputs)


BROKEN = {
    "sum": "sum-differs",
    "subset": "part-exceeds-whole",
    "order": "out-of-order",
    "arithmetic": "days-differ",
}


def _links(node: ast.expr) -> Iterator[Link]:
    """Each comparison of a chain, or of several joined by `and`; others say nothing."""
    if isinstance(node, ast.BoolOp) and isinstance(node.op, ast.And):
        for part in node.values:
            yield from _links(part)
    if isinstance(node, ast.Compare):
        sides = [node.left, *node.comparators]
        links = zip(sides, node.ops, sides[1:], strict=False)
        yield from (link for link in links if all(map(_is_arithmetic, (link[0], link[2]))))


def _is_arithmetic(side: ast.expr) -> bool:
    """Whether a side of a comparison is made of names and numbers only."""
    allowed = (ast.Name, ast.Attribute, ast.BinOp, ast.UnaryOp, ast.operator, ast.USub, ast.Load)
    return all(
        isinstance(node, allowed)
        or (isinstance(node, ast.Constant) and isinstance(node.value, int | float))
        for node in ast.walk(side)
    )


def _subject(
    link: Link, names: Mapping[str, Known], follows: Mapping[str, set[str]]
) -> tuple[str, bool]:
    """Name that a relation is about, and whether it follows from the others without a circle.

    The side that is a name alone stands for the whole of its parts; where neither is, it is the
    first name that no other relation gives.
    """
    left, op, right = link
    alone = [dotted(s) for s in (left, right) if isinstance(s, ast.Name | ast.Attribute)]
    alone = [name for name in alone if names[name].claims]
    others = [name for name in _spoken(link) if names[name].claims and name not in alone]
    if not isinstance(op, ast.Eq):
        return (alone or others or [next(iter(names))])[0], False
    free = [name for name in others if name not in follows]
    for name in (*alone, *free):
        if not _is_circular(name, set(names) - {name}, follows):
            return name, True
    return (alone or others or [next(iter(names))])[0], False


def _spoken(link: Link) -> list[str]:
    """Names on either side of a comparison, from left to right."""
    sides = (link[0], link[2])
    return [n for side in sides for n in Expression(ast.unparse(side)).names]


def _is_circular(subject: str, inputs: set[str], follows: Mapping[str, set[str]]) -> bool:
    seen, left = set(), list(inputs)
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
            return Range(Fraction(repr(node.value)), Fraction(repr(node.value)))  # type: ignore[arg-type]
        case ast.UnaryOp():
            low, high = evaluate(node.operand, names)
            return Range(-high, -low)
        case ast.BinOp():
            left, right = evaluate(node.left, names), evaluate(node.right, names)
            ends = [COMBINE[type(node.op)](a, b) for a in left for b in right]  # type: ignore[index]
            return Range(min(ends), max(ends))
    return names[dotted(node)].value


def _sentence(relation: Relation, link: Link, names: Mapping[str, Known], holds: bool) -> str:
    """Write a relation in words and numbers."""
    left, op, right = link
    label = relation.note or relation.relation.replace("_", " ")
    sides = f"{_text(left, names)}", f"{_text(right, names)}"
    sign = SIGNS[type(op)]
    if holds:
        says = f"{sides[0]} {sign} {sides[1]}"
    elif isinstance(op, ast.Eq):
        says = f"{sides[0]} stands against {sides[1]}, which is {_shown(evaluate(right, names))}"
    else:
        says = f"{sides[0]} should {WORDS[type(op)]} {sides[1]}"
    return f"{label[:1].upper()}{label[1:]}: {says}."


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


def _span(value: Range) -> str:
    low, high = format_rounded(value.low, 0), format_rounded(value.high, 0)
    return low if low == high else f"{low} to {high}"


def _shown(value: Range) -> str:
    low, high = f"{float(value.low):g}", f"{float(value.high):g}"
    return low if low == high else f"{low} to {high}"
