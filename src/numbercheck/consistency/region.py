"""Survival estimates whose risk-set histories are too many to list.

On the scale of log S and Greenwood's sum a printed estimate and its limits leave a narrow
region. It is covered by boxes (sums of tabulated logarithms are linear), which lets a few
histories too many through; each solution is compared exactly, and refused when it is one.
"""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from math import ceil, exp, floor, inf, log

from ortools.sat.python import cp_model

from numbercheck.consistency.slots import Slot
from numbercheck.consistency.tabulated import Limits, prints
from numbercheck.statistics.risk_sets import variance_range
from numbercheck.statistics.rounding import Printed

UNIT = 10**8  # whole numbers stand for log S and Greenwood's sum in this unit
LEAST = -30 * UNIT  # log S of nobody left
BOXES = 64
LOWEST = 1e-6  # survival at which the logarithmic boxes end, and one down to 0 begins


class Region:
    """Constraint that some slots print an estimate and its limits as printed.

    Parameters
    ----------
    model : cp_model.CpModel
        Where variables and constraints go.
    slots : sequence of Slot
        The events, in order.
    printed : mapping of str to list of Printed
        For ``estimate``, ``conf_low`` and ``conf_high`` what is printed of it.
    limits : Limits
        How the limits were computed.
    n : int
        Number of patients.
    """

    def __init__(
        self,
        model: cp_model.CpModel,
        slots: Sequence[Slot],
        printed: Mapping[str, list[Printed]],
        limits: Limits,
        n: int,
    ) -> None:
        self.model, self.slots, self.printed, self.limits = model, slots, printed, limits
        logs = [0, LEAST, *(round(UNIT * log(1 - 1 / k)) for k in range(2, n + 1))]
        terms = [0, -LEAST, *(round(UNIT / (k * (k - 1))) for k in range(2, n + 1))]
        self.log_survival = _total(model, slots, logs)
        self.variance = _total(model, slots, terms)
        model.add_exactly_one(self._box(*ends) for ends in pairwise(self._grid()))

    def _grid(self) -> list[float]:
        """Ends of the boxes, from the highest survival to the lowest, evenly on the log scale."""
        low, high = 0.0, 1.0
        for value in self.printed.get("estimate", []):
            low, high = max(low, value.fractions()[0]), min(high, value.fractions()[1])
        for value in self.printed.get("conf_low", []):
            low = max(low, value.fractions()[0])
        high, last = max(high, LOWEST), max(low, LOWEST)
        ratio = log(last / high) / BOXES if last < high else 0.0
        edges = [high * exp(ratio * i) for i in range(BOXES + 1)]
        return [*edges, 0.0] if low < LOWEST else edges

    def _box(self, high: float, low: float) -> cp_model.IntVar:
        inside = self.model.new_bool_var("")
        slack = len(self.slots) + 2  # each tabulated term is rounded
        largest = -LEAST * len(self.slots)
        least, most = (min(UNIT * end, largest) for end in self._variance(low, high))
        bottom = floor(UNIT * log(low)) - slack if low > 0 else LEAST * len(self.slots)
        self.model.add_linear_constraint(
            self.log_survival, bottom, ceil(UNIT * log(high)) + slack
        ).only_enforce_if(inside)
        self.model.add_linear_constraint(
            self.variance, floor(least) - slack, ceil(most) + slack
        ).only_enforce_if(inside)
        return inside

    def _variance(self, low: float, high: float) -> tuple[float, float]:
        least, most = 0.0, inf
        lowers = self.printed.get("conf_low", [None])
        uppers = self.printed.get("conf_high", [None])
        for lower in lowers:
            for upper in uppers:
                ends = variance_range((low, high), lower, upper, *self.limits[:2])
                least, most = max(least, ends[0]), min(most, ends[1])
        return least, most

    def refuse(self, solver: cp_model.CpSolver) -> bool:
        """Refuse a solution's history if it does not print as printed; say whether it was."""
        history = [solver.value(slot.at_risk) for slot in self.slots]
        if prints(tuple(n for n in history if n), self.printed, self.limits):
            return False
        self.model.add_forbidden_assignments([slot.at_risk for slot in self.slots], [history])
        return True


def _total(
    model: cp_model.CpModel, slots: Sequence[Slot], table: list[int]
) -> cp_model.LinearExprT:
    """Sum over the events of a function of the number at risk."""
    terms = []
    for slot in slots:
        term = model.new_int_var(min(table), max(table), "")
        model.add_element(slot.at_risk, table, term)
        terms.append(term)
    return sum(terms)
