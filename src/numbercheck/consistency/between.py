"""Bounds over many patients: ends that a checked cohort takes, and ends that are proved.

The proof is that of intervals of days. The cohorts are pushed toward each end, so that the two
are close together, and often equal.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from math import exp, log, nan

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
    """

    ledger: Ledger
    n: int
    measure: Measure
    time: str
    at_risk: AtRisk

    @property
    def _question(self) -> Question:
        read = reads(self.ledger, self.measure)
        if self.measure.kind == "count":
            return (*read, Expression(f"{self.time} >= 0"))
        time, _ = endpoint_columns(self.ledger, self.measure.endpoint)
        return (*read, Expression(f"{time} <= {self.measure.horizon}"))

    def _limit(self, sign: int) -> float:
        """The largest value that there is, for 1, or the least."""
        most = self.n if self.measure.kind == "count" else 100
        return most if sign > 0 else 0

    @cached_property
    def _kinds(self) -> Kinds:
        return Kinds(self.ledger, self.n, [self._question])

    @cached_property
    def _intervals(self) -> Intervals:
        return Intervals(self._kinds, [self.measure], self.at_risk)

    def proved(self, sign: int, taken: float = nan) -> float:
        """An end beyond which no cohort has a value; survival in percent.

        Nothing is asked where a cohort is known to have ``taken`` the limit.

        Raises
        ------
        UndefinedError
            If no cohort has a value.
        """
        limit = self._limit(sign)
        if taken == limit:
            return limit
        try:
            if self.measure.kind == "count":
                total = self._intervals.count(self.measure.where, self.measure.among)
                end = self._intervals.model.extreme(total, sign > 0, SECONDS)
                return self._nearer(total, end, taken, NEAR * self.n)
            curve, day = self._intervals.curve(self.measure), int(self.measure.horizon)
            fall, rounded = curve.fall(day)
            end = self._intervals.model.end(fall, sign < 0, SECONDS)
            aim = -UNIT * log(taken / 100) if taken else nan
            end = self._nearer(fall, end, aim, NEAR * UNIT)
            return 100 * exp(-max(end + (rounded if sign < 0 else 0), 0) / UNIT)
        except UndecidedError:
            return limit
        except InfeasibleError:
            raise UndefinedError(self.measure.label) from None

    def _nearer(self, total: cp_model.LinearExprT, end: int, taken: float, near: float) -> int:
        """Halve what is between an end and what is taken, until that is near."""
        model, side = self._intervals.model, 1 if taken > end else -1
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

    def reached(self, sign: int, known: Columns, value: Callable[[Columns], float]) -> Columns:
        """A cohort, checked outside the solver, near the largest value for 1, the least for -1.

        Each start seeks one from the farthest cohort so far, at first that which is known.
        """
        rules = (a for a, rule in self.ledger.assumptions.items() if rule.expression.text)
        rows = [*self.ledger.claims, *rules]
        farthest, reach = known, value(known)
        for seed in SEEDS:
            if reach == self._limit(sign):
                break
            toward = Toward(self.measure, sign, farthest)
            made = cohorts(self._kinds, [seed], toward=toward)
            with suppress(UndecidedError):
                fitting = (c for c in made if not unsatisfied(self.ledger, c, rows, self.n))
                columns = next(fitting, farthest)
                if sign * ((taken := value(columns)) - reach) > 0:
                    farthest, reach = columns, taken
        return farthest
