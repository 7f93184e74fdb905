"""Decide whether some rows can hold together: find a cohort, or prove that there is none.

Where patients are many and times are read, quicker ways come before an exact model of times.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import cache, partial
from math import inf

from numbercheck.consistency.candidates import Columns
from numbercheck.consistency.intervals import Intervals
from numbercheck.consistency.many_patients import cohorts
from numbercheck.consistency.model import Model
from numbercheck.consistency.patient_kinds import Kinds
from numbercheck.consistency.relaxation import untimed_model
from numbercheck.consistency.scope import Scope
from numbercheck.consistency.solving import (
    InfeasibleError,
    UndecidedError,
    time_left,
    undecided,
    within,
)
from numbercheck.consistency.steps import is_bound
from numbercheck.consistency.witness import assemble

MANY = 40  # patients above which quicker ways come before an exact model of times
SHARE = 0.7  # of the time left, to make a cohort without the exact model
FIRST, MOST = 3, 50  # starts of that before a proof that there is none is sought, and in all
LOOSE = 10  # bounds on curves, up to which they leave an exact model of times much to look at
EACH = 5_000  # candidates times claims of all starts in a second
Found = Callable[[], Columns]  # makes the cohort


@dataclass(frozen=True)
class Decision:
    """Rows that some cohort of so many patients satisfies, or none does.

    Attributes
    ----------
    scope : Scope
        These rows alone, and questions that the cohort's columns must answer besides.
    n : int
        Number of patients.
    seconds : float
        Most time for one question to the solver.
    """

    scope: Scope
    n: int
    seconds: float

    @property
    def is_timed(self) -> bool:
        """Whether times of single patients are read."""
        return bool(self.scope.times)

    @property
    def _are_many(self) -> bool:
        return self.n > MANY and self.is_timed

    def cohort(self) -> Found | None:
        """A cohort that satisfies the rows; None where there is none.

        Raises
        ------
        UndecidedError
            If neither was found out in time.
        """
        try:
            if self._are_many:
                return self._among_many()
            return self._between_bounds() or self._solved()
        except InfeasibleError:
            return None

    def is_refuted(self) -> bool:
        """Whether a small model already shows that many patients cannot satisfy the rows."""
        try:
            model = untimed_model(self.scope, self.n) if self._are_many else None
            return bool(model) and model.solve(self.seconds).status == "infeasible"
        except InfeasibleError:
            return True
        except UndecidedError:
            return False

    def _among_many(self) -> Found | None:
        """Look for a cohort and for a proof that there is none, the quicker ways first."""
        kinds = Kinds(self.scope, self.n)
        if kinds.model.solve(self.seconds).status == "infeasible":
            return None
        with suppress(UndecidedError), within(SHARE * time_left()):
            if found := self._made(kinds, range(FIRST)):
                return found
            if self._is_refuted_by_intervals(kinds):
                return None
            if found := self._made(kinds, range(FIRST, MOST), EACH * self.seconds):
                return found
        with suppress(UndecidedError):
            return self._solved()
        raise undecided(self.seconds, timed=True)

    def _between_bounds(self) -> Found | None:
        """A cohort between a few bounds on curves, for which the exact model takes long."""
        bounds = sum(map(is_bound, self.scope.claims))
        if not (self.is_timed and 0 < bounds <= LOOSE):
            return None
        return self._made(Kinds(self.scope, self.n), range(FIRST))

    def _made(self, kinds: Kinds, seeds: range, work: float = inf) -> Found | None:
        """A cohort that was made without the exact model; None where none is found."""
        columns = next(cohorts(kinds, seeds, work), None)
        return None if columns is None else partial(dict, columns)

    def _is_refuted_by_intervals(self, kinds: Kinds) -> bool:
        with suppress(UndecidedError):
            return Intervals(kinds).model.solve(self.seconds).status == "infeasible"
        return False

    def _solved(self) -> Found | None:
        """A cohort of the exact model."""
        model = Model(self.scope, self.n)
        solution = model.decide(self.seconds)
        return solution and cache(partial(assemble, model, solution.solver))
