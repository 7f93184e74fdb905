"""Survival estimates whose at-risk sequences are too many to list.

On the scale of log S and Greenwood's sum a printed estimate and its limits leave a narrow
region. It is covered by boxes (sums of tabulated logarithms are linear), which lets a few
histories too many through; each solution is compared exactly, and refused when it is one.
"""

from collections.abc import Sequence
from itertools import pairwise, product
from math import ceil, exp, floor, inf, log

from ortools.sat.python import cp_model

from numbercheck.consistency.slots import NOBODY, Slot, log_steps, look_up
from numbercheck.consistency.tabulated import CurvePrinted, Limits, prints
from numbercheck.statistics.risk_sets import variance_range

UNIT = 10**8  # whole numbers stand for log S and Greenwood's sum in this unit
LEAST = NOBODY * UNIT  # log S
BOXES = 64
WIDTHS = (0.1, 0.03, 0.01, 0.003, 0.001, 0.0003, 0.0001)  # of a box around log S, to either side
LOWEST = 1e-6  # survival at which the logarithmic boxes end, and one down to 0 begins


class Cover:
    """Constraint that log S and Greenwood's sum lie in one of the boxes that cover a region.

    Parameters
    ----------
    model : cp_model.CpModel
        Where variables and constraints go.
    sums : tuple of LinearExpr
        Log S and Greenwood's sum, in ``UNIT``.
    printed : CurvePrinted
    limits : Limits
        How the limits were computed.
    slack : int
        By how much the sums are rounded.
    lowest : int
        Least log S that there can be; Greenwood's sum is at most minus that.
    """

    def __init__(
        self,
        model: cp_model.CpModel,
        sums: tuple[cp_model.LinearExprT, cp_model.LinearExprT],
        printed: CurvePrinted,
        limits: Limits,
        slack: int,
        lowest: int,
    ) -> None:
        self.model, self.printed, self.limits = model, printed, limits
        self.sums, self.slack, self.lowest = sums, slack, lowest
        model.add_exactly_one(self._box(*ends) for ends in pairwise(self._grid()))

    def _grid(self) -> list[float]:
        """Ends of the boxes, from the highest survival to the lowest, evenly on the log scale."""
        low, high = survival_range(self.printed)
        high, last = max(high, LOWEST), max(low, LOWEST)
        ratio = log(last / high) / BOXES if last < high else 0.0
        edges = [high * exp(ratio * i) for i in range(BOXES + 1)]
        return [*edges, 0.0] if low < LOWEST else edges

    def _box(self, high: float, low: float) -> cp_model.IntVar:
        inside = self.model.new_bool_var("")
        bottom = UNIT * log(low) if low > 0 else self.lowest
        sides = (bottom, UNIT * log(high)), self._variance(low, high)
        for total, (least, most) in zip(self.sums, sides, strict=True):
            self.model.add_linear_constraint(
                total, floor(least) - self.slack, ceil(most) + self.slack
            ).only_enforce_if(inside)
        return inside

    def _variance(self, low: float, high: float) -> tuple[float, float]:
        least, most = variance_between(self.printed, self.limits, low, high)
        return min(UNIT * least, -self.lowest), min(UNIT * most, -self.lowest)


class Region(Cover):
    """Constraint that some slots print an estimate and its limits as printed.

    Parameters
    ----------
    model, printed, limits
        As for ``Cover``.
    slots : sequence of Slot
        The events, in order.
    n : int
        Number of patients.
    """

    def __init__(
        self,
        model: cp_model.CpModel,
        slots: Sequence[Slot],
        printed: CurvePrinted,
        limits: Limits,
        n: int,
    ) -> None:
        self.slots = slots
        logs = log_steps(n, UNIT)
        terms = [0, -LEAST, *(round(UNIT / (k * (k - 1))) for k in range(2, n + 1))]
        sums = sum(look_up(model, slots, logs)), sum(look_up(model, slots, terms))
        slack = len(slots) + 2  # each tabulated term is rounded
        super().__init__(model, sums, printed, limits, slack, LEAST * len(slots))

    def refuse(self, solver: cp_model.CpSolver) -> bool:
        """Refuse a solution's history if it does not print as printed; say whether it was.

        The widest box around its estimate that rules it out rules others out with it.
        """
        history = [solver.value(slot.at_risk) for slot in self.slots]
        if prints(tuple(n for n in history if n), self.printed, self.limits):
            return False
        self.model.add_forbidden_assignments([slot.at_risk for slot in self.slots], [history])
        survival, variance = (solver.value(total) for total in self.sums)
        for width in WIDTHS if survival > UNIT * log(LOWEST) else ():
            high, low = (min(exp(survival / UNIT + side), 1.0) for side in (width, -width))
            least, most = self._variance(low, high)
            if not least - self.slack <= variance <= most + self.slack:
                ends = pairwise((1.0, high, low, 0.0))
                self.model.add_bool_or(self._box(*end) for end in ends)
                break
        return True


def survival_range(printed: CurvePrinted) -> tuple[float, float]:
    """Least and most survival that a printed estimate, or a lower limit, leaves."""
    low, high = 0.0, 1.0
    for value in printed.estimate:
        low, high = max(low, value.fractions()[0]), min(high, value.fractions()[1])
    for value in printed.conf_low:
        low = max(low, value.fractions()[0])
    return low, high


def variance_between(
    printed: CurvePrinted, limits: Limits, low: float, high: float
) -> tuple[float, float]:
    """Least and most of Greenwood's sum that printed limits leave where survival is in a range."""
    least, most = 0.0, inf
    for lower, upper in product(printed.conf_low or [None], printed.conf_high or [None]):
        ends = variance_range((low, high), lower, upper, *limits[:2])
        least, most = max(least, ends[0]), min(most, ends[1])
    return least, most
