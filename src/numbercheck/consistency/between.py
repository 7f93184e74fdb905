"""Bounds over many patients: ends that a checked cohort takes, and ends that are proved.

The proof is that of intervals of days. The cohorts are pushed toward each end, so that the two
are close together, and often equal.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from math import exp, isclose

from numbercheck.consistency.candidates import Columns
from numbercheck.consistency.goals import Toward
from numbercheck.consistency.intervals import Intervals
from numbercheck.consistency.many_patients import cohorts
from numbercheck.consistency.recheck import unsatisfied
from numbercheck.consistency.region import UNIT
from numbercheck.consistency.scope import Question, reads
from numbercheck.consistency.solving import InfeasibleError, UndecidedError, UndefinedError
from numbercheck.ledger.expressions import Expression
from numbercheck.ledger.records import Ledger
from numbercheck.ledger.rows import Measure
from numbercheck.recount import endpoint_columns

SEEDS = range(2)  # starts that are tried for each end
SECONDS = 1.0  # of the solver's work, for a proved end


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
    """

    ledger: Ledger
    n: int
    measure: Measure
    time: str

    @property
    def _question(self) -> Question:
        read = reads(self.ledger, self.measure)
        if self.measure.kind == "count":
            return (*read, Expression(f"{self.time} >= 0"))
        time, _ = endpoint_columns(self.ledger, self.measure.endpoint)
        return (*read, Expression(f"{time} <= {self.measure.horizon}"))

    def proved(self) -> tuple[float, float]:
        """Ends beyond which no cohort has a value; survival in percent.

        Raises
        ------
        UndefinedError
            If no cohort has one.
        """
        try:
            intervals = Intervals(self.ledger, self.n, [self._question], [self.measure])
            if self.measure.kind == "count":
                total = intervals.count(self.measure.where, self.measure.among)
                return intervals.model.ends(total, SECONDS)
            curve, day = intervals.curve(self.measure), int(self.measure.horizon)
            low, high = curve.log_survival(day, SECONDS)
            return 100 * exp(low / UNIT), 100 * exp(min(high, 0) / UNIT)
        except UndecidedError:
            return 0, self.n if self.measure.kind == "count" else 100
        except InfeasibleError:
            raise UndefinedError(self.measure.label) from None

    def reached(
        self, sign: int, end: float, known: Columns, value: Callable[[Columns], float]
    ) -> Columns:
        """A cohort, checked outside the solver, near the largest value for 1, the least for -1.

        Each start seeks one from the farthest cohort so far, at first that which is known, until
        one has the proved end.
        """
        rules = (a for a, rule in self.ledger.assumptions.items() if rule.expression.text)
        rows = [*self.ledger.claims, *rules]
        farthest, reach = known, value(known)
        for seed in SEEDS:
            if isclose(reach, end):
                break
            toward = Toward(self.measure, sign, farthest)
            made = cohorts(self.ledger, self.n, [self._question], [seed], toward=toward)
            with suppress(UndecidedError):
                fitting = (c for c in made if not unsatisfied(self.ledger, c, rows, self.n))
                for columns in islice(fitting, 1):
                    if sign * (value(columns) - reach) > 0:
                        farthest, reach = columns, value(columns)
        return farthest
