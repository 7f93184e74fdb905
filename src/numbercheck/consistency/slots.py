"""The events of a curve, each with its day and the number at risk that day.

Events on one day stand in slots one after the other, which changes neither the Kaplan-Meier
estimate nor Greenwood's sum: 2/(n(n - 2)) = 1/(n(n - 1)) + 1/((n - 1)(n - 2)).
"""

import ast
from collections.abc import Sequence
from itertools import pairwise
from math import log
from typing import NamedTuple

from ortools.sat.python import cp_model

from numbercheck.consistency.solving import in_time
from numbercheck.consistency.times import Literals, Timed, negations
from numbercheck.ledger.expressions import Expression
from numbercheck.ledger.records import Ledger
from numbercheck.ledger.rows import Measure
from numbercheck.recount import endpoint_columns

UNIT = 10**7  # whole numbers stand for log S in this unit; the witness gives S itself
NOBODY = -30  # log S of nobody left
Seats = list[list[cp_model.IntVar]]  # for each slot and patient, whether the event is theirs


class Slot(NamedTuple):
    """One event: its day (0 when unused), the number at risk, and whether it is used."""

    day: cp_model.IntVar
    at_risk: cp_model.IntVar
    used: cp_model.IntVar


class Day(NamedTuple):
    """One day of a curve whose patients are counted by day.

    ``until`` counts the events up to its end, ``censored`` the patients censored before it.
    """

    day: int
    until: cp_model.IntVar
    censored: cp_model.IntVar


class Curve(NamedTuple):
    """Columns of an endpoint's days and events, the population (empty: everyone), the last day."""

    time: str
    event: str
    among: Expression
    horizon: int

    def reaches(self, other: "Curve") -> bool:
        """Whether it is another one, or that followed for longer."""
        return self[:3] == other[:3] and self.horizon >= other.horizon


def curve_of(ledger: Ledger, measure: Measure) -> Curve:
    """The curve up to a measure's horizon."""
    columns = endpoint_columns(ledger, measure.endpoint)
    return Curve(*columns, measure.among, int(float(measure.horizon)))


def add_slots(timed: Timed, curve: Curve, most: int) -> list[Slot]:
    """Give each event up to the horizon a slot, in order of its day."""
    model = timed.model
    slots = _in_order(model, timed.n, curve.horizon, most)
    events = timed.literals(ast.Name(curve.event))
    early = [timed.order(moment, ast.LtE(), curve.horizon) for moment in timed.times[curve.time]]
    within = timed.all([*_inside(timed, curve), events, early])
    model.add(sum(within) == sum(slot.used for slot in slots))
    seats = [_seat(timed, slot, within) for slot in slots]
    for i in range(timed.n):
        model.add(sum(row[i] for row in seats) == within[i])
    if curve.time == timed.follow_up:
        _rank(timed, curve, slots, seats, events)
    else:
        _count_at_risk(timed, curve, slots, seats)
    return slots


def _inside(timed: Timed, curve: Curve) -> list[Literals]:
    return [timed.literals(curve.among.tree)] if curve.among.text else []


def _in_order(model: cp_model.CpModel, n: int, horizon: int, most: int) -> list[Slot]:
    slots = [
        Slot(
            model.new_int_var(0, horizon, f"day_{s}"),
            model.new_int_var(0, n, f"risk_{s}"),
            model.new_bool_var(f"used_{s}"),
        )
        for s in range(most)
    ]
    for before, after in pairwise(slots):
        model.add_implication(after.used, before.used)
        model.add(before.day <= after.day).only_enforce_if(after.used)
        model.add(before.at_risk > after.at_risk).only_enforce_if(before.used)
    return slots


def _seat(timed: Timed, slot: Slot, within: Literals) -> list[cp_model.IntVar]:
    """Whether the slot's event is that of each patient."""
    in_time()
    seats = [timed.model.new_bool_var("") for _ in within]
    timed.model.add(sum(seats) == slot.used)
    for seat, event in zip(seats, within, strict=True):
        timed.model.add_implication(seat, event)
    return seats


def _rank(timed: Timed, curve: Curve, slots: list[Slot], seats: Seats, events: Literals) -> None:
    """With events first on a day, those at risk are who stand no earlier in follow-up."""
    model, times, n = timed.model, timed.times[timed.follow_up], timed.n
    for i in range(n - 1):
        model.add(times[i] < times[i + 1]).only_enforce_if(~events[i], events[i + 1])
    left = _left(timed, curve) if curve.among.text else []
    for slot, row in zip(slots, seats, strict=True):
        behind = sum((n - i) * seat for i, seat in enumerate(row))  # from the event's patient on
        if left:
            model.add_element(behind, left, slot.at_risk)
            model.add_element(n - behind, [*times, 0], slot.day)
        else:
            model.add(slot.at_risk == behind)
            model.add_element(n - slot.at_risk, [*times, 0], slot.day)


def _left(timed: Timed, curve: Curve) -> list[cp_model.IntVar]:
    """How many of the curve's patients are among the last 0, 1, 2 ... in follow-up."""
    (inside,) = _inside(timed, curve)
    left = [timed.model.new_constant(0)]
    for patient in reversed(inside):
        left.append(timed.model.new_int_var(0, timed.n, ""))
        timed.model.add(left[-1] == sum([left[-2], patient]))
    return left


def _count_at_risk(timed: Timed, curve: Curve, slots: list[Slot], seats: Seats) -> None:
    """In slot s (from 0) all are at risk but s with an event and those censored before its day.

    Patients without the event whose time is that of follow-up leave in its order.
    """
    model, tied = timed.model, (curve.time, curve.event) in timed.tied
    times = timed.times[curve.time]
    ends = timed.times[timed.follow_up] if tied else times
    inside = _inside(timed, curve)
    size = sum(inside[0]) if inside else timed.n
    going = negations(timed.literals(ast.Name(curve.event)))
    for s, (slot, row) in enumerate(zip(slots, seats, strict=True)):
        for seat, day in zip(row, times, strict=True):
            model.add(slot.day == day).only_enforce_if(seat)
        ended = [timed.order(end, ast.Lt(), slot.day) for end in ends]
        for earlier, later in pairwise(ended) if tied else ():
            model.add_implication(later, earlier)
        gone = timed.all([*inside, going, ended])
        left = sum([size, -s, *(-1 * leaver for leaver in gone)])
        model.add(slot.at_risk == left).only_enforce_if(slot.used)
        model.add(slot.at_risk == 0).only_enforce_if(~slot.used)
        model.add(slot.day == 0).only_enforce_if(~slot.used)
        if curve.time in timed.nested:
            _add_latest(timed, slot)


def _add_latest(timed: Timed, slot: Slot) -> None:
    """Follow those at risk to the day of the slot: implied, but it shortens proofs."""
    latest = timed.model.new_int_var(0, 2**31, "")
    times = timed.times[timed.follow_up]
    timed.model.add_element(timed.n - slot.at_risk, [*times, 2**31], latest)
    timed.model.add(slot.day <= latest)


def count_slots(
    model: cp_model.CpModel,
    n: int,
    days: Sequence[Day],
    size: cp_model.LinearExprT,
    horizon: int,
    most: int,
) -> list[Slot]:
    """Give each event up to the horizon a slot, where patients are counted by day."""
    slots = _in_order(model, n, horizon, most)
    until: list[cp_model.LinearExprT] = [0, *(day.until for day in days)]
    model.add(sum(slot.used for slot in slots) == until[-1])
    for s, slot in enumerate(slots):
        chosen = [model.new_bool_var("") for _ in days]
        model.add(sum(chosen) == slot.used)
        model.add(slot.at_risk == 0).only_enforce_if(~slot.used)
        model.add(slot.day == sum(d.day * on for d, on in zip(days, chosen, strict=True)))
        for day, earlier, on in zip(days, until[:-1], chosen, strict=True):
            model.add(earlier <= s).only_enforce_if(on)
            model.add(day.until > s).only_enforce_if(on)
            model.add(slot.at_risk + day.censored == size - s).only_enforce_if(on)
    return slots


def padded(history: tuple[int, ...], slots: list[Slot]) -> tuple[int, ...]:
    """Numbers at risk for all slots: 0 where a slot is not used."""
    return (*history, *([0] * (len(slots) - len(history))))


def before(model: cp_model.CpModel, slot: Slot, day: int) -> cp_model.IntVar:
    """Whether a slot has an event, and it is before the day."""
    earlier = model.new_bool_var("")
    model.add_implication(earlier, slot.used)
    model.add(slot.day < day).only_enforce_if(earlier)
    model.add(slot.day >= day).only_enforce_if(slot.used, ~earlier)
    return earlier


def log_steps(n: int, unit: int) -> list[int]:
    """What an event adds to log S, by number at risk up to n."""
    return [0, NOBODY * unit, *(round(unit * log(1 - 1 / k)) for k in range(2, n + 1))]


def look_up(
    model: cp_model.CpModel, slots: Sequence[Slot], table: list[int]
) -> list[cp_model.IntVar]:
    """A function of the number at risk, for each slot."""
    found = []
    for slot in slots:
        found.append(model.new_int_var(min(table), max(table), ""))
        model.add_element(slot.at_risk, table, found[-1])
    return found


def log_survival(
    model: cp_model.CpModel, n: int, slots: list[Slot], day: int
) -> cp_model.LinearExprT:
    """Logarithm of the estimate on a day: a sum of log(1 - 1/n) over the events until then."""
    table = log_steps(n, UNIT)
    terms = []
    for slot, step in zip(slots, look_up(model, slots, table), strict=True):
        terms.append(model.new_int_var(min(table), 0, ""))
        by_then = before(model, slot, day + 1)
        model.add(terms[-1] == step).only_enforce_if(by_then)
        model.add(terms[-1] == 0).only_enforce_if(~by_then)
    return sum(terms)


def enclose(
    model: cp_model.CpModel,
    n: int,
    total: cp_model.LinearExprT,
    events: cp_model.IntVar,
    left: cp_model.IntVar,
) -> None:
    """Keep log S, of m events with r patients left after them, from r/(r + m) to 1 - m/n.

    This is implied, but it shortens proofs.
    """
    logs = [NOBODY * UNIT, *(round(UNIT * log(k)) for k in range(1, n + 1))]
    after, earlier, most = (model.new_int_var(logs[0], logs[-1], "") for _ in range(3))
    model.add_element(left, logs, after)
    model.add_element(left + events, logs, earlier)
    model.add_element(n - events, logs, most)
    slack = n + 2  # each tabulated logarithm is rounded
    model.add(total <= most - logs[n] + slack)
    model.add(total >= after - earlier - slack)
