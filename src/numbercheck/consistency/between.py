"""Bounds over many patients: ends that a checked cohort takes, and ends that are proved.

The proof is that of intervals of days. The cohorts are pushed toward each end, so that the two
are close together, and often equal.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from math import exp, isclose, log, nan
from typing import NamedTuple

from ortools.sat.python import cp_model

from numbercheck.consistency.candidates import Columns
from numbercheck.consistency.goals import Toward
from numbercheck.consistency.intervals import AtRisk, Intervals
from numbercheck.consistency.many_patients import cohorts
from numbercheck.consistency.patient_kinds import Kinds
from numbercheck.consistency.region import UNIT
from numbercheck.consistency.scope import Scope, reads
from numbercheck.consistency.solving import InfeasibleError, UndecidedError, UndefinedError
from numbercheck.ledger.expressions import Expression
from numbercheck.ledger.rows import Measure
from numbercheck.recount import endpoint_columns

SEEDS = range(2)  # starts that are tried for each end
SECONDS = 0.5  # of the solver's work, for a proved end
LATE = 3  # questions about nearer ends that the solver leaves open, before it is asked no more
ROUNDED = 1e-6  # relative, by which ends of survival are off
NEAR = 0.001  # of all patients, or of survival, by which an end may be off


class End(NamedTuple):
    """A value that no cohort's is beyond, and a cohort that is near it."""

    value: float
    cohort: Columns | None


class SumScale(NamedTuple):
    """How a sum of the model stands for a value: for a count itself, or for survival in percent.

    Of survival it is minus the logarithm, in ``UNIT``.
    """

    n: int
    is_count: bool

    @property
    def most(self) -> int:
        """The largest value that there can be."""
        return self.n if self.is_count else 100

    @property
    def near(self) -> float:
        """By how much a sum may be off."""
        return NEAR * (self.n if self.is_count else UNIT)

    def value(self, total: int) -> float:
        """What a sum stands for."""
        return total if self.is_count else 100 * exp(-max(total, 0) / UNIT)

    def total(self, value: float) -> float:
        """The sum that stands for a value."""
        if self.is_count:
            return value
        return -UNIT * log(value / 100) if value else nan

    def is_at(self, end: float, value: float) -> bool:
        """Whether a value is at an end, which was rounded outward where it is of survival."""
        return isclose(end, value, rel_tol=0.0 if self.is_count else ROUNDED)


@dataclass(frozen=True)
class Between:
    """A count of many patients, or survival at a horizon, that the ledger does not print.

    Attributes
    ----------
    scope : Scope
        The rows that bear on it; they read times.
    n : int
        Number of patients.
    measure : Measure
        What is counted, or the curve up to its horizon.
    at_risk : dict
        As for ``Intervals``.
    within : tuple of float
        It is known to be between these.
    taken : callable
        The value of a cohort; survival in percent.
    """

    scope: Scope
    n: int
    measure: Measure
    at_risk: AtRisk
    within: tuple[float, float]
    taken: Callable[[Columns], float]

    @property
    def _scale(self) -> SumScale:
        return SumScale(self.n, self.measure.kind == "count")

    def _kinds(self) -> Kinds:
        """Kinds of patients that differ in what is asked, at some time."""
        ledger, asked = self.scope.ledger, self.measure
        if asked.kind == "count":
            at = f"{self.scope.times[0]} >= 0"
        else:
            at = f"{endpoint_columns(ledger, asked.endpoint)[0]} <= {asked.horizon}"
        return Kinds(Scope(ledger, [(*reads(ledger, asked), Expression(at))]), self.n)

    @cached_property
    def _intervals(self) -> Intervals:
        return Intervals(self._kinds(), [self.measure], self.at_risk)

    @cached_property
    def _untimed(self) -> Kinds:
        """Kinds for cohorts, whose model the intervals do not slow."""
        return self._kinds()

    @cached_property
    def _asked(self) -> tuple[cp_model.LinearExprT, int]:
        """The count, or minus log S in ``UNIT``; by how much it may be too low."""
        if self.measure.kind == "count":
            return self._intervals.count(self.measure.where, self.measure.among), 0
        return self._intervals.curve(self.measure).fall(int(self.measure.horizon))

    def end(self, sign: int, known: Sequence[Columns]) -> End:
        """The largest value for the sign 1, else the least: proved, or that of a checked cohort.

        Survival is proved to a millionth of itself.

        Parameters
        ----------
        sign : int
        known : sequence of dict
            Checked cohorts, from which nearer ones are sought.

        Raises
        ------
        UndefinedError
            If no cohort has a value.
        """
        scale, limit = self._scale, self._told(self.within[sign > 0])
        nearest = max(map(self._of, known), key=lambda e: sign * e.value, default=End(nan, None))
        nearest = self._pushed(sign, nearest, limit, SEEDS[:1])
        if scale.is_at(limit, nearest.value):
            return nearest
        try:
            proved = self._proved(sign)
        except UndecidedError:
            return nearest._replace(value=limit)
        except InfeasibleError:
            raise UndefinedError(self.measure.label) from None
        rounded = self._asked[1] if sign < 0 else 0
        end = self._told(scale.value(proved + rounded))
        nearest = self._pushed(sign, nearest, end, SEEDS[1:])
        is_told = limit not in (0, scale.most) and scale.is_at(end, limit)  # by another day
        if not (is_told or scale.is_at(end, nearest.value)):
            end = self._told(scale.value(self._nearer(proved, nearest.value) + rounded))
        return nearest if scale.is_at(end, nearest.value) else nearest._replace(value=end)

    def _of(self, cohort: Columns) -> End:
        return End(self.taken(cohort), cohort)

    def _told(self, value: float) -> float:
        """A value, or the limit that it is beyond."""
        low, high = self.within
        return min(max(value, low, 0), high, self._scale.most)

    def _proved(self, sign: int) -> int:
        """The end of the model's sum, as far as the solver proved it in its time."""
        (total, _), model = self._asked, self._intervals.model
        if self.measure.kind == "count":
            return model.extreme(total, sign > 0, SECONDS)
        return model.end(total, sign < 0, SECONDS)

    def _nearer(self, end: int, value: float) -> int:
        """Halve what is between a sum's end and a value that is taken, until that is near."""
        model, (total, _) = self._intervals.model, self._asked
        taken = self._scale.total(value)
        side = 1 if taken > end else -1
        model.cp.clear_objective()
        late = 0
        while abs(taken - end) > self._scale.near and late < LATE:
            middle = end + side * int(abs(taken - end) / 2)
            with model.only_now() as now:
                model.cp.add_linear_constraint(total, *sorted((end, middle))).only_enforce_if(now)
                status = model.solve(SECONDS).status
            if status == "infeasible":
                end = middle + side
            else:
                taken, late = middle, late + (status == "undecided")
        return end

    def _pushed(self, sign: int, nearest: End, end: float, seeds: Sequence[int]) -> End:
        """A cohort toward an end, if any is known; each start goes on from the nearest so far."""
        for seed in seeds if nearest.cohort else ():
            if self._scale.is_at(end, nearest.value):
                break
            toward = Toward(self.measure, sign, nearest.cohort)
            made = map(self._of, cohorts(self._untimed, [seed], toward=toward))
            with suppress(UndecidedError):
                nearest = max(nearest, next(made, nearest), key=lambda e: sign * e.value)
        return nearest
