"""Sums, parts and days: what the relations of a ledger say of its printed numbers."""

import ast
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from math import nan

from numbercheck.audit.evidence import Evidence
from numbercheck.audit.ranges import Known, Range, evaluate, known_names, shown, text_of
from numbercheck.audit.verdicts import Verdict, verdict_on
from numbercheck.ledger.grammar import dotted, names_in
from numbercheck.ledger.rows import Relation

SIGNS = {ast.Eq: "=", ast.NotEq: "≠", ast.LtE: "≤", ast.Lt: "<", ast.GtE: "≥", ast.Gt: ">"}
WORDS = {
    **{ast.NotEq: "differ from", ast.LtE: "be at most", ast.Lt: "be below"},
    **{ast.GtE: "be at least", ast.Gt: "be above"},
}


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


def _judge(relation: Relation, link: Link, names: Mapping[str, Known], related: Related) -> None:
    """Add what one comparison says to what the others said."""
    holds = _holds(link, names)
    subject, solved = _subject(link, names, related.follows)
    is_ours = relation.source.startswith("assumption")
    if not is_ours and (not holds or solved):
        for printing in (names[subject], *names[subject].others):
            related.verdicts += _about(relation, link, {**names, subject: printing}, subject)
    else:
        note = related.kept if holds else related.broken
        for claim in (c for name in _spoken(link) for c in names[name].claims):
            note.setdefault(claim.claim, []).append(_sentence(relation, link, names, holds))
    if holds and solved and not is_ours:
        related.follows.setdefault(subject, set()).update(set(names) - {subject})


def _holds(link: Link, names: Mapping[str, Known]) -> bool:
    left, op, right = link
    return POSSIBLE[type(op)](evaluate(left, names), evaluate(right, names))


def _about(
    relation: Relation, link: Link, names: Mapping[str, Known], subject: str
) -> Iterator[Verdict]:
    """Verdicts on the claims of the number that a relation is about."""
    holds, others = _holds(link, names), dict.fromkeys(_spoken(link))
    inputs = tuple(names[n].claims[0].claim for n in others if n != subject and names[n].claims)
    verdict = "match" if holds else "mismatch"
    kind = relation.kind if holds else BROKEN.get(relation.kind, "relation-broken")
    low, high = names[subject].value
    value = float(low) if holds and low == high else nan
    says = _sentence(relation, link, names, holds)
    if holds and not _is_determined(link, names, subject):
        verdict, kind, value = "unchecked", "possible-value", nan
        says = f"{says[:-1]}, as far as they are rounded; another number is possible as well."
    for claim in names[subject].claims:
        yield verdict_on(claim, verdict, kind, says, "relation", value, inputs=inputs)


def _is_determined(link: Link, names: Mapping[str, Known], subject: str) -> bool:
    """Whether the other numbers, as far as they are rounded, leave a number no other printing."""
    for own, other in ((link[0], link[2]), (link[2], link[0])):
        if isinstance(own, ast.Name | ast.Attribute) and dotted(own) == subject:
            (low, high), (first, last) = names[subject].value, evaluate(other, names)
            return low <= first and last <= high
    others = (names[name].value for name in _spoken(link) if name != subject)
    return all(low == high for low, high in others)


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
    return [name for side in sides for name in names_in(side)]


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


def _sentence(relation: Relation, link: Link, names: Mapping[str, Known], holds: bool) -> str:
    """Write a relation in words and numbers."""
    left, op, right = link
    label = relation.note or relation.relation.replace("_", " ")
    sides = f"{text_of(left, names)}", f"{text_of(right, names)}"
    sign = SIGNS[type(op)]
    if holds:
        says = f"{sides[0]} {sign} {sides[1]}"
    elif isinstance(op, ast.Eq):
        says = f"{sides[0]} does not equal {sides[1]}, which is {shown(evaluate(right, names))}"
    else:
        says = f"{sides[0]} should {WORDS[type(op)]} {sides[1]}"
    return f"{label[:1].upper()}{label[1:]}: {says}."
