"""What readers ask and the article does not print: the rows of ``bounds.csv``, each bounded."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import partial

from numbercheck.consistency.asking import FEW, Bound
from numbercheck.consistency.event_types import event_types
from numbercheck.consistency.modeled import unmodeled
from numbercheck.consistency.scope import both, modeled_curves, named
from numbercheck.consistency.sharp_bounds import Bounds
from numbercheck.ledger.expressions import Expression
from numbercheck.ledger.records import Ledger
from numbercheck.ledger.rows import Measure, Unprinted

QUARTERS = range(0, 121, 3)  # months
NONE = Expression("")


def asked_of(asked: Bounds) -> tuple[Unprinted, ...]:
    """The questions in ``bounds.csv``, or general ones where there is no such file."""
    return asked.ledger.bounds or tuple(_standard(asked.ledger, asked.n))


def _standard(ledger: Ledger, n: int) -> Iterator[Unprinted]:
    """Any adverse event, each curve and its events, and each comparison of two groups.

    Of many patients the day of each event is not asked for.
    """
    by_month = ("at_risk", "survival", *(("event_days",) if n <= FEW else ()))
    grades = [v.variable for v in ledger.variables.values() if v.type == "grade"]
    for least, label in ((3, "any grade 3–4 event"), (1, "any event of any grade")):
        if grades:
            union = Expression(" or ".join(f"{grade} >= {least}" for grade in grades))
            yield Unprinted("patients", label, "", "", union, NONE, "")
    for measure in curves(ledger):
        until = [m for m in QUARTERS if m * ledger.days_per_month <= float(measure.horizon)]
        for kind in by_month:
            months = "|".join(map(str, until))
            yield Unprinted(kind, "", measure.measure, "", NONE, NONE, months)
    for slug in {m.endpoint: m.measure for m in curves(ledger)}.values():
        yield Unprinted("event_types", "", slug, "", NONE, NONE, "")
    for measure in ledger.measures.values():
        if measure.kind == "comparison" and ledger.method(measure):
            yield Unprinted("statistic", "", measure.measure, "p_value", NONE, NONE, "")


def answers(asked: Bounds, row: Unprinted) -> Iterator[Bound]:
    """Bounds for one row."""
    if row.kind == "patients":
        yield asked.count(row.expression, row.among, row.label)
        return
    measure = asked.ledger.measures[row.measure]
    found: Iterable[Bound]
    if row.kind == "statistic":
        bound = asked.statistic(measure, row.statistic)
        found = [bound] if bound else []
    elif row.kind == "event_days":
        found = asked.event_days(measure)
    elif row.kind == "event_types":
        found = event_types(asked, measure)
    else:
        found = _by_month(asked, measure, row)
    for bound in found:
        yield replace(bound, label=row.label or bound.label)


def _by_month(asked: Bounds, measure: Measure, row: Unprinted) -> Iterator[Bound]:
    """Patients at risk, or the estimate just before, at some months after the start."""
    days = {months: first_day(asked.ledger, months) for months in row.listed_months}
    if row.kind == "at_risk":
        found = _inward([*days.values()], partial(asked.at_risk, measure))
        for months, day in days.items():
            yield replace(found[day], label=f"{named(measure)}: at risk at {months:g} months")
        return
    for months, day in days.items():
        if 0 < day <= float(measure.horizon):
            bound = asked.survival(measure, day - 1)
            yield replace(bound, label=f"{named(measure)} at {months:g} months")


def cells(asked: Bounds) -> dict[str, list[list[float]]]:
    """For each comparison that is asked for, patients with the event inside and outside the group.

    Each as its least and largest number.
    """
    ledger, found = asked.ledger, {}
    for slug in (row.measure for row in asked_of(asked) if row.statistic == "p_value"):
        measure = ledger.measures[slug]
        if not unmodeled(ledger, measure):
            groups = (both(g, measure.among) for g in ledger.groups(measure.by))
            ranges = [asked.count(measure.where, group) for group in groups]
            found[slug] = [[bound.low, bound.high] for bound in ranges]
    return found


def curves(ledger: Ledger) -> list[Measure]:
    """For each curve of the model, the survival measure with the longest horizon."""
    by_horizon = sorted(modeled_curves(ledger), key=lambda m: float(m.horizon))
    return [*{named(measure): measure for measure in by_horizon}.values()]


def first_day(ledger: Ledger, months: float) -> int:
    """First whole day that is at least so many months on."""
    return -int(-months * ledger.days_per_month // 1)


def envelope(asked: Bounds, measure: Measure) -> list[tuple[float, float, float]]:
    """Months, and the least and largest estimate in percent, over all consistent cohorts."""
    month, horizon = asked.ledger.days_per_month, float(measure.horizon)
    days = {k: min(int(k * month), int(horizon)) for k in range(1, int(horizon // month) + 1)}
    found = _inward([*days.values()], partial(asked.survival, measure))
    rows = [(float(k), found[day].low, found[day].high) for k, day in days.items()]
    return [(0.0, 100.0, 100.0), *rows]


def _inward(days: list[int], ask: Callable[[int], Bound]) -> dict[int, Bound]:
    """Solve the first and last day first; where they agree, the days between need no proof."""
    ends = {day: ask(day) for day in (days[:1] + days[-1:])}
    middle = len(days) // 2
    if len(days) <= 2:
        return ends
    halves = _inward(days[: middle + 1], ask), _inward(days[middle:], ask)
    return ends | halves[0] | halves[1]
