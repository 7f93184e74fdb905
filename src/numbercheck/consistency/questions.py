"""What readers ask and the article does not print: the standard questions, from any ledger."""

import ast
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial

from numbercheck.consistency.asking import Bound
from numbercheck.consistency.event_types import event_types
from numbercheck.consistency.model import negated
from numbercheck.consistency.sharp_bounds import Bounds
from numbercheck.ledger.expressions import Expression
from numbercheck.ledger.records import Ledger, Measure

MONTHS_AT_RISK = (0, 3, 6, 9, 12, 15)
MONTHS_SURVIVAL = (3, 6, 9)


def adverse_events(asked: Bounds) -> Iterator[Bound]:
    """Patients with any severe event, with any that is not of the blood, and overlaps."""
    ledger = asked.ledger
    grades = [v.variable for v in ledger.variables.values() if v.type == "grade"]
    if not grades:
        return
    yield asked.count(_any(grades, 3), label="any grade 3–4 event")
    others = [g for g in grades if not _of_blood(ledger, g)]
    if others and others != grades:
        yield asked.count(_any(others, 3), label="any non-hematologic grade 3–4 event")
    yield asked.count(_any(grades, 1), label="any event of any grade")
    unions = [m for m in ledger.measures.values() if m.kind == "count" and " or " in m.where.text]
    for measure in unions:
        for i, first in enumerate(measure.where.tree.values):  # type: ignore[attr-defined]
            for second in measure.where.tree.values[i + 1 :]:  # type: ignore[attr-defined]
                yield _overlap(asked, measure, first, second)


def _any(grades: list[str], least: int) -> Expression:
    return Expression(" or ".join(f"{g} >= {least}" for g in grades))


def _of_blood(ledger: Ledger, grade: str) -> bool:
    blood = ("penia", "anemia", "leukocyt")
    return any(part in ledger.variables[grade].label.lower() for part in blood)


def _overlap(asked: Bounds, measure: Measure, first, second) -> Bound:  # noqa: ANN001 - syntax
    both = Expression(f"({ast.unparse(first)}) and ({ast.unparse(second)})")
    names = " and ".join(asked.ledger.variables[n].label for n in both.names)
    return asked.count(both, label=f"{measure.label}: both {names}")


def responses(asked: Bounds) -> Iterator[Bound]:
    """Each of two responses at one time, one among the other."""
    ledger = asked.ledger
    found = [
        m for m in ledger.measures.values() if m.measure.startswith(("cr_", "crc_", "mrd_neg"))
    ]
    for inner in found:
        for outer in found:
            same_time = inner.measure.rsplit("_", 1)[-1] == outer.measure.rsplit("_", 1)[-1]
            apart = not set(inner.where.names) & set(outer.where.names)
            if same_time and apart and inner.measure.startswith("mrd") and not inner.among.text:
                label = f"{inner.label}, among {outer.label}"
                yield asked.count(inner.where, outer.where, label)


def at_risk(asked: Bounds) -> Iterator[Bound]:
    """Patients at risk at each quarter of a year, by endpoint."""
    for measure in _endpoints(asked):
        days = {months: _day(asked.ledger, months) for months in MONTHS_AT_RISK}
        found = _inward([*days.values()], partial(asked.at_risk, measure))
        for months, day in days.items():
            yield replace(found[day], label=f"{measure.endpoint}: at risk at {months} months")


def survival(asked: Bounds) -> Iterator[Bound]:
    """Estimates before the printed one."""
    for measure in _endpoints(asked):
        for months in MONTHS_SURVIVAL:
            if _day(asked.ledger, months) <= float(measure.horizon):
                bound = asked.survival(measure, _day(asked.ledger, months) - 1)
                yield replace(bound, label=f"{measure.endpoint} at {months} months")


def event_days(asked: Bounds) -> Iterator[Bound]:
    """Earliest and latest day of each event up to the horizon."""
    for measure in _endpoints(asked):
        yield from asked.event_days(measure)


def subgroups(asked: Bounds) -> Iterator[Bound]:
    """Smallest and largest P value of each comparison of two groups of the trial's patients."""
    for measure in _comparisons(asked.ledger):
        bound = asked.p_value(measure) if asked.ledger.method(measure) else None
        if bound:
            yield bound


def subgroup_cells(asked: Bounds) -> Iterator[tuple[str, Bound, Bound]]:
    """For each such comparison, patients with the event in the group and outside it."""
    for measure in _comparisons(asked.ledger):
        inside, outside = (
            asked.count(measure.where, group) for group in (measure.by, negated(measure.by))
        )
        yield measure.measure, inside, outside


def _comparisons(ledger: Ledger) -> list[Measure]:
    """Comparisons of two groups of the trial's patients, where some count says how large."""
    counted = {n for m in ledger.measures.values() if m.kind == "count" for n in m.where.names}
    of_groups = (m for m in ledger.measures.values() if m.kind == "comparison" and m.by.text)
    return [m for m in of_groups if set(m.by.names) <= counted]


def _endpoints(asked: Bounds) -> list[Measure]:
    return [m for m in asked.ledger.measures.values() if m.kind == "survival"]


def _day(ledger: Ledger, months: float) -> int:
    """First whole day that is at least so many months on."""
    days = months * ledger.days_per_month
    return -int(-days // 1)


def envelope(asked: Bounds, measure: Measure, step: int = 1) -> list[tuple[float, float, float]]:
    """Months, and the least and largest estimate in percent, over all consistent cohorts."""
    month, horizon = asked.ledger.days_per_month, measure.horizon
    last = int(float(horizon) // month)
    days = {k: min(int(k * month), int(float(horizon))) for k in range(step, last + 1, step)}
    found = _inward([*days.values()], partial(asked.survival, measure))
    rows = [(float(k), found[day].low, found[day].high) for k, day in days.items()]
    return [(0.0, 100.0, 100.0), *rows]


def _inward(days: list[int], ask: Callable[[int], Bound]) -> dict[int, Bound]:
    """Ask of the ends before the middle: days between two that agree need no proof of their own."""
    ends = {day: ask(day) for day in (days[:1] + days[-1:])}
    middle = len(days) // 2
    if len(days) <= 2:
        return ends
    halves = _inward(days[: middle + 1], ask), _inward(days[middle:], ask)
    return ends | halves[0] | halves[1]


STANDARD: dict[str, Callable[[Bounds], Iterator[Bound]]] = {
    "adverse_events": adverse_events,
    "responses": responses,
    "at_risk": at_risk,
    "survival": survival,
    "event_days": event_days,
    "event_types": event_types,
    "subgroups": subgroups,
}
