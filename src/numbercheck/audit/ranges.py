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
from numbercheck.ledger.rows import Claim, Measure, Relation
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
    slug, _, attribute = name.partition(".")
    measure = evidence.ledger.measures.get(slug)
    if measure is None:
        return _parameter(name, evidence)
    if measure.unit == "date":
        return _date(slug, attribute, evidence)
    for statistic in (attribute,) if attribute else ("n", "value", "estimate"):
        if known := _as_printed(measure, statistic, evidence):
            return known
    if attribute == "n_event" and measure.kind == "survival":
        return _events(slug, evidence)
    return None if attribute else _counted(measure, evidence)


def _parameter(name: str, evidence: Evidence) -> Known | None:
    """The value that an assumption sets."""
    text = evidence.ledger.parameter(name)
    try:
        return Known(Range(Fraction(text), Fraction(text)), text, ())
    except ValueError:
        return None


def _as_printed(measure: Measure, statistic: str, evidence: Evidence) -> Known | None:
    """A number as printed first, with its other printings."""
    exact = statistic in EXACT or measure.kind == "design"
    alike: dict[Fraction, list[Claim]] = {}
    for claim in evidence.ledger.find(measure.measure, statistic):
        if claim.value.relation == "=":
            alike.setdefault(claim.value.exact, []).append(claim)
    each = [Known(_range(c[0].value, exact), c[0].value.text, tuple(c)) for c in alike.values()]
    return replace(each[0], others=tuple(each[1:])) if each else None


def _counted(measure: Measure, evidence: Evidence) -> Known | None:
    """The counts that a percentage leaves."""
    count = evidence.count(measure)
    if count is None:
        return None
    value = Range(Fraction(min(count.values)), Fraction(max(count.values)))
    return Known(value, shown(value), tuple(evidence.ledger.claims[c] for c in count.claims[:1]))


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
