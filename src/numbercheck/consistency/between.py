"""Bounds over many patients: ends that a checked cohort takes, and ends that are proved.

The proof is that of intervals of days. The cohorts are pushed toward each end, so that the two
are close together, and often equal.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from math import exp, isclose, log, nan

from ortools.sat.python import cp_model

from numbercheck.consistency.candidates import Columns
from numbercheck.consistency.goals import Toward
from numbercheck.consistency.intervals import AtRisk, Intervals
from numbercheck.consistency.many_patients import cohorts
from numbercheck.consistency.patient_kinds import Kinds
from numbercheck.consistency.recheck import unsatisfied
from numbercheck.consistency.region import UNIT
from numbercheck.consistency.scope import Question, reads
from numbercheck.consistency.solving import InfeasibleError, UndecidedError, UndefinedError
from numbercheck.ledger.expressions import Expression
from numbercheck.ledger.records import Ledger
from numbercheck.ledger.rows import Measure
from numbercheck.recount import endpoint_columns

SEEDS = range(2)  # starts that are tried for each end
SECONDS = 0.5  # of the solver's work, for a proved end
LATE = 3  # questions about nearer ends that the solver leaves open, before it is asked no more
ROUNDED = 1e-6  # relative, by which ends of survival are off
NEAR = 0.001  # of all patients, or of survival, by which an end may be off


@dataclass(frozen=True)
class Between:
    """A count of many patients, or survival at a horizon, that the ledger does not print.

    Attributes
    ----------
    ledger : Ledger
        The rows that bear on it.
    n : int
        Number of patients.
    measure : Measure
        What is counted, or the curve up to its horizon.
    time : str
        A column of times, with which what is counted is read.
    at_risk : dict
        As for ``Intervals``.
    limits : tuple of float
        The least and the largest value that there can be.
    """

    ledger: Ledger
    n: int
    measure: Measure
    time: str
    at_risk: AtRisk
    limits: tuple[float, float]

    @property
    def _question(self) -> Question:
        read = reads(self.ledger, self.measure)
        if self.measure.kind == "count":
            return (*read, Expression(f"{self.time} >= 0"))
        time, _ = endpoint_columns(self.ledger, self.measure.endpoint)
        return (*read, Expression(f"{time} <= {self.measure.horizon}"))

    def _kinds(self) -> Kinds:
        return Kinds(self.ledger, self.n, [self._question])

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

    def end(
        self, sign: int, known: Sequence[Columns], value: Callable[[Columns], float]
    ) -> tuple[float, Columns | None]:
        """An end that no cohort's value is beyond, the most for 1, and a cohort near to it.

        The cohort was checked outside the solver, as those that are ``known``. Survival is in
        percent, and proved to a millionth of itself.

        Raises
        ------
        UndefinedError
            If no cohort has a value.
        """
        limit = self.limits[sign > 0]
        farthest = max(known, key=lambda columns: sign * value(columns), default=None)
        farthest = self._reached(sign, farthest, value, limit, SEEDS[:1])
        if farthest and self._is_there(limit, taken := value(farthest)):
            return taken, farthest
        try:
            proved = self._proved(sign)
        except UndecidedError:
            return limit, farthest
        except InfeasibleError:
            raise UndefinedError(self.measure.label) from None
        end = self._told(proved, sign)
        farthest = self._reached(sign, farthest, value, end, SEEDS[1:])
        if not farthest:
            return end, None
        taken = value(farthest)
        is_told = limit not in (0, self._most) and self._is_there(end, limit)  # by another day
        if not (is_told or self._is_there(end, taken)):
            end = self._told(self._nearer(proved, taken), sign)
        return taken if self._is_there(end, taken) else end, farthest

    def _is_there(self, end: float, taken: float) -> bool:
        """Whether a cohort takes an end, which was rounded outward where it is of survival."""
        return isclose(end, taken, rel_tol=0.0 if self.measure.kind == "count" else ROUNDED)

    @property
    def _most(self) -> int:
        return self.n if self.measure.kind == "count" else 100

    def _told(self, total: int, sign: int) -> float:
        """The value that a sum of the model stands for, or the limit that it is beyond."""
        value: float = total
        if self.measure.kind != "count":
            rounded = self._asked[1] if sign < 0 else 0
            value = 100 * exp(-max(total + rounded, 0) / UNIT)
        return min(max(value, self.limits[0]), self.limits[1])

    def _proved(self, sign: int) -> int:
        """The end of the model's sum, as far as the solver proved it in its time."""
        (total, _), model = self._asked, self._intervals.model
        if self.measure.kind == "count":
            return model.extreme(total, sign > 0, SECONDS)
        return model.end(total, sign < 0, SECONDS)

    def _nearer(self, end: int, value: float) -> int:
        """Halve what is between an end and what is taken, until that is near."""
        model, (total, _) = self._intervals.model, self._asked
        is_count = self.measure.kind == "count"
        taken = value if is_count else -UNIT * log(value / 100) if value else nan
        near, side = NEAR * (self.n if is_count else UNIT), 1 if taken > end else -1
        model.cp.clear_objective()
        late = 0
        while abs(taken - end) > near and late < LATE:
            middle = end + side * int(abs(taken - end) / 2)
            with model.only_now() as now:
                model.cp.add_linear_constraint(total, *sorted((end, middle))).only_enforce_if(now)
                status = model.solve(SECONDS).status
            if status == "infeasible":
                end = middle + side
            else:
                taken, late = middle, late + (status == "undecided")
        return end

    def _reached(
        self,
        sign: int,
        known: Columns | None,
        value: Callable[[Columns], float],
        end: float,
        seeds: Sequence[int],
    ) -> Columns | None:
        """A cohort toward an end, if any is known; each start goes on from the farthest so far."""
        rules = (a for a, rule in self.ledger.assumptions.items() if rule.expression.text)
        rows = [*self.ledger.claims, *rules]
        farthest, reach = known, value(known) if known else nan
        for seed in seeds if known else ():
            if self._is_there(end, reach):
                break
            toward = Toward(self.measure, sign, farthest)
            made = cohorts(self._untimed, [seed], toward=toward)
            with suppress(UndecidedError):
                fitting = (c for c in made if not unsatisfied(self.ledger, c, rows, self.n))
                columns = next(fitting, farthest)
                if sign * ((taken := value(columns)) - reach) > 0:
                    farthest, reach = columns, taken
        return farthest
