"""What the names of a relation can stand for: ranges of printed numbers, and sums of them."""

import ast
import operator
from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import NamedTuple

from numbercheck.audit.curves import curve_at
from numbercheck.audit.evidence import Evidence
from numbercheck.ledger.grammar import dotted
from numbercheck.ledger.rows import Claim, Relation
from numbercheck.ledger.texts import day_range
from numbercheck.statistics.rounding import Printed

EXACT = ("n", "N", "n_event", "at_risk", "value")  # counted or decided, not rounded
COMBINE = {ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul}


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
        return Known(value, shown(value), sources)
    return None


def _range(printed: Printed, is_exact: bool) -> Range:
    return Range(printed.exact, printed.exact) if is_exact else Range(*printed.interval())


def _events(measure: str, evidence: Evidence) -> Known | None:
    """Events that a survival estimate and its limits need, where all sequences agree."""
    for claim in evidence.ledger.find(measure, "estimate")[-1:]:
        curve = curve_at(claim, evidence)
        if curve and (deaths := curve.deaths) is not None:
            number = Fraction(deaths)
            return Known(Range(number, number), str(number), (claim,))
    return None


def _date(measure: str, attribute: str, evidence: Evidence) -> Known | None:
    claims = evidence.ledger.find(measure, "value")
    if not claims:
        return None
    first, last = (Fraction(d.toordinal()) for d in day_range(claims[0].printed))
    value = {"first": Range(first, first), "last": Range(last, last)}.get(attribute)
    return Known(value or Range(first, last), claims[0].printed, tuple(claims))


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


def text_of(node: ast.expr, names: Mapping[str, Known]) -> str:
    """An expression with the printed numbers in place of their names."""
    match node:
        case ast.BinOp():
            sign = {"Add": "+", "Sub": "−", "Mult": "×"}[type(node.op).__name__]
            return f"{text_of(node.left, names)} {sign} {text_of(node.right, names)}"
        case ast.Constant():
            return str(node.value)
        case ast.UnaryOp():
            return f"−{text_of(node.operand, names)}"
    return names[dotted(node)].text


def shown(value: Range) -> str:
    """A range in words."""
    low, high = f"{float(value.low):g}", f"{float(value.high):g}"
    return low if low == high else f"{low} to {high}"
