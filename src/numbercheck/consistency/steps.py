"""Bounds on an estimate of survival on a day, such as those of a curve read off a figure.

After each event, log S is a sum of tabulated logarithms. An estimate is at least a value if no
event until that day left S lower, and at most a value if one of them left S as low.
"""

from collections.abc import Sequence
from itertools import accumulate
from math import ceil, floor, log

from ortools.sat.python import cp_model

from numbercheck.consistency.slots import NOBODY, Slot, log_steps, look_up
from numbercheck.consistency.solving import InfeasibleError
from numbercheck.consistency.tabulated import CurvePrinted, most_events
from numbercheck.ledger.rows import Claim
from numbercheck.statistics.rounding import Printed

UNIT = 10**9  # whole numbers stand for log S in this unit
BOUNDS = (">=", "<=")


def is_bound(claim: Claim) -> bool:
    """Whether a claim only bounds an estimate."""
    return claim.statistic == "estimate" and claim.value.relation in BOUNDS


def are_bounds(printed: CurvePrinted) -> bool:
    """Whether only bounds on the estimate are printed."""
    relations = {value.relation for value in printed.estimate}
    return bool(relations) and relations <= {*BOUNDS} and not printed.has_limits


def logs_after(
    model: cp_model.CpModel, slots: Sequence[Slot], n: int
) -> list[cp_model.LinearExprT]:
    """Logarithm of S after each event."""
    return [*accumulate(look_up(model, slots, log_steps(n, UNIT)))]


def bound_survival(
    model: cp_model.CpModel,
    slots: Sequence[Slot],
    logs: Sequence[cp_model.LinearExprT],
    day: int,
    bound: Printed,
    n: int,
) -> None:
    """Require that the estimate on a day be at least, or at most, a percentage."""
    is_least = bound.relation == ">="
    if bound.value > 100 if is_least else bound.value < 0:
        raise InfeasibleError(f"no survival is {bound.text}")
    if bound.value <= 0 if is_least else bound.value >= 100:
        return
    slack = len(slots) + 1  # each tabulated logarithm is rounded
    end = UNIT * log(bound.value / 100) if bound.value > 0 else NOBODY * UNIT
    until = [model.new_bool_var("") for _ in slots]
    most = most_events(n, CurvePrinted((bound,)))
    for number, (slot, early, after) in enumerate(zip(slots, until, logs, strict=True), 1):
        if is_least and number > most:  # implied, but it shortens proofs
            model.add(early == 0)
        if is_least:
            model.add(slot.day > day).only_enforce_if(slot.used, ~early)
            model.add(after >= floor(end) - slack).only_enforce_if(early)
        else:
            model.add_implication(early, slot.used)
            model.add(slot.day <= day).only_enforce_if(early)
            model.add(after <= ceil(end) + slack).only_enforce_if(early)
    if not is_least:
        model.add_bool_or(until)
