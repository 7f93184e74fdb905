"""Find the least and largest value over all consistent cohorts, each with a witness cohort."""

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property, partial
from math import inf, isclose, isfinite

from ortools.sat.python import cp_model

from numbercheck.consistency.between import Between
from numbercheck.consistency.conflict_sets import give_up
from numbercheck.consistency.intervals import AtRisk
from numbercheck.consistency.model import Model
from numbercheck.consistency.modeled import unmodeled
from numbercheck.consistency.recheck import unsatisfied
from numbercheck.consistency.relaxation import untimed_model
from numbercheck.consistency.scope import Question, Scope, modeled_curves, reads
from numbercheck.consistency.search import Columns, Rows, Search
from numbercheck.consistency.solving import Solution, UndecidedError, UndefinedError, in_time
from numbercheck.consistency.witness import assemble
from numbercheck.ledger.records import Ledger, LedgerError
from numbercheck.ledger.rows import Measure
from numbercheck.recount import Cohorts
from numbercheck.statistics.rounding import with_unit

FEW = 70  # patients up to whom an exact model of their times is tried first
EXACT, SHARE = 5.0, 1 / 12  # seconds for that at least, if there are so many; and of those given
SIGNS = (-1, 1)  # toward the least value, and toward the largest
Value = Callable[[Cohorts], float]  # of the one cohort there
Ends = tuple[float, float]
EVERYWHERE = -inf, inf
Settled = tuple[Columns | None, Columns | None]  # cohorts that are known to take the two ends


@dataclass(frozen=True)
class Bound:
    """Ends beyond which no consistent cohort has a value.

    Attributes
    ----------
    label, unit : str
    low, high : float
        In the unit; survival of many patients to a millionth of itself.
    certified : bool
        Each end has a cohort that was checked outside the solver; that no value lies beyond them
        is proved in any case.
    measure, statistic : str
        Which number of the ledger is bounded, where it is one.
    witnesses : tuple of dict
        The cohorts at the ends, by column.
    reached : tuple of float, optional
        The least and the largest value that a checked cohort has, where these are not the ends.
    """

    label: str
    low: float
    high: float
    unit: str = "patients"
    certified: bool = True
    measure: str = ""
    statistic: str = ""
    witnesses: tuple[Columns, ...] = field(default=(), repr=False, compare=False)
    reached: tuple[float, float] | None = None

    @property
    def fixed(self) -> bool:
        """Whether the article determines the value."""
        return self.low == self.high

    def __str__(self) -> str:
        ends = f"{self.low:.4g}" if self.fixed else f"{self.low:.4g} to {self.high:.4g}"
        unit = "patient" if self.unit == "patients" and self.high == 1 else self.unit
        return f"{self.label}: {with_unit(ends, unit)}{self._proof}"

    @property
    def _proof(self) -> str:
        """How near to the ends cohorts were found, where none takes them."""
        if self.certified:
            return ""
        if not self.reached:
            return " (no cohort was found)"
        low, high = self.reached
        return f" (cohorts were found for {low:.4g} to {high:.4g})"

    def record(self) -> dict[str, object]:
        """Values for JSON."""
        low, high = (float(f"{end:.12g}") for end in (self.low, self.high))
        told = {k: v for k, v in vars(self).items() if k != "witnesses" and v is not None}
        return {**told, "low": low, "high": high, "fixed": self.fixed}


class Asking:
    """Questions about the cohorts of one ledger.

    Parameters
    ----------
    ledger : Ledger
        Claims and assumptions.
    seconds : float
        Most time for one question to the solver.
    given_up : iterable of str, optional
        Claims to set aside; by default the fewest that let all others hold.
    """

    def __init__(
        self, ledger: Ledger, seconds: float = 60.0, given_up: Iterable[str] | None = None
    ) -> None:
        self.ledger, self.seconds = ledger, seconds
        whole = Search(ledger, seconds)
        self.given_up = frozenset(give_up(whole)[0] if given_up is None else given_up)
        self._search = whole.changed(ledger.constrain(drop=self.given_up))
        self.n = self._search.n
        self._is_slow = self.n > FEW  # the exact model of times
        self._start: list[int] = []
        self._at_risk: dict[Rows, AtRisk] = {}

    def part(self, question: Question, ledger: Ledger | None = None) -> tuple[Model, Rows]:
        """Model of the rows that share columns with a question, directly or through others."""
        scope, rows = self._scope(question, ledger)
        return Model(scope, self.n), rows

    def time_part(self, curve: Measure | None = None) -> tuple[Model, Rows]:
        """Model of follow-up and events, without the variables of other questions, and its rows.

        Raises
        ------
        LedgerError
            If it has no such curve.
        """
        if curve and (reason := unmodeled(self.ledger, curve)):
            raise LedgerError([f"measure {curve.measure}: {reason}"])
        scope, rows = self._time_scope
        model = Model(scope, self.n)
        model.begin(self._start)
        return model, rows

    def _scope(self, question: Question, ledger: Ledger | None = None) -> tuple[Scope, Rows]:
        """The rows that bear on a question, with what they read; by default those of the ledger."""
        search = Search(ledger or self.ledger, self.seconds, [question])
        rows = next(part for part, extra in search.parts if extra) - self.given_up
        return Scope(search.restricted(rows), [question]), rows

    @cached_property
    def _time_scope(self) -> tuple[Scope, Rows]:
        return self._scope(self._time_question)

    @cached_property
    def _time_question(self) -> Question:
        """Days, events and populations of all survival measures."""
        curves = modeled_curves(self.ledger)
        read = {e.text: e for measure in curves for e in reads(self.ledger, measure) if e.text}
        return tuple(read.values())

    @cached_property
    def links(self) -> frozenset[str]:
        """Flags and categories that the model of times counts together."""
        if not self._time_question:
            return frozenset()
        known = self.ledger.variables
        links = self._time_scope[0].links
        return frozenset(c for c in links if known[c].type in ("flag", "category"))

    def range(self, label: str, model: Model, goal: cp_model.LinearExprT) -> tuple[int, int]:
        """Least and largest value of a whole number of the model."""
        if isinstance(goal, int):
            return goal, goal
        least, most = (
            self._solve(model, aim, goal, label).value
            for aim in (model.cp.minimize, model.cp.maximize)
        )
        return least, most

    def either(
        self, question: Question, exact: Callable[[], Bound], by_intervals: Callable[[], Bound]
    ) -> Bound:
        """The bound of the exact model, or where times are read and it is slow, that of intervals.

        Once it was slow it is not asked again.
        """
        if not (self._is_slow and self._reads_times(question)):
            try:
                return exact()
            except UndecidedError:
                if not self._reads_times(question):
                    raise
                self._is_slow = in_time()
        return by_intervals()

    def _reads_times(self, question: Question) -> bool:
        """Whether times of single patients bear on a question."""
        return bool(self._scope(question)[0].times)

    def between(
        self,
        measure: Measure,
        value: Value,
        unit: str = "patients",
        within: Ends = EVERYWHERE,
        near: Iterable[Columns] = (),
    ) -> Bound:
        """Bound a count, or survival at a curve's horizon, of many patients.

        It is known to be ``within`` some ends; cohorts that may be ``near`` them are known.
        """
        question = reads(self.ledger, measure)
        scope, rows = self._scope(question)
        at_risk, taken = self._at_risk.setdefault(rows, {}), partial(self._value, value)
        asked = Between(scope, self.n, measure, at_risk, within, taken)
        known = [c for c in (*near, self._cohort(question)) if c]
        ends, cohorts = zip(*(asked.end(sign, known) for sign in SIGNS), strict=True)
        in_time()  # ends that there was no time to prove are no answer
        return self._told(measure.label, ends, value, unit, filter(None, cohorts))

    def untimed_part(self, question: Question) -> Model | None:
        """Model of the rows that read no time, for a question that reads none where times are slow.

        None for every other question.
        """
        scope, _ = self._scope(question)
        if not (self._is_slow and scope.times) or scope.is_timed(*question):
            return None
        return untimed_model(scope, self.n)

    def around(
        self, label: str, ends: Sequence[float], value: Value, question: Question, unit: str
    ) -> Bound:
        """Bound whose ends are proved; what one cohort has is told beside them."""
        known = self._cohort(question)
        return self._told(label, ends, value, unit, [known] * len(SIGNS) if known else [])

    def _told(
        self, label: str, ends: Sequence[float], value: Value, unit: str, near: Iterable[Columns]
    ) -> Bound:
        """Bound between proved ends, with cohorts near to them."""
        witnesses, (low, high) = tuple(near), ends
        taken = [*filter(isfinite, (self._value(value, columns) for columns in witnesses))]
        sharp = len(taken) == len(SIGNS) and all(map(isclose, ends, taken))
        reached = None if sharp or not taken else (taken[0], taken[-1])
        return Bound(label, low, high, unit, sharp, witnesses=witnesses, reached=reached)

    def _value(self, value: Value, columns: Columns) -> float:
        return float(value(Cohorts(self.ledger, [columns], self.n)))

    def _cohort(self, question: Question) -> Columns | None:
        """A cohort with the columns that a question reads; None where none is found in time."""
        read = {name for expression in question for name in expression.names}
        if not self._known or read <= self._known.keys():
            return self._known
        return self._witness(Search(self.ledger, self.seconds, [question]))

    @cached_property
    def _known(self) -> Columns | None:
        return self._witness(self._search)

    def _witness(self, search: Search) -> Columns | None:
        with suppress(UndecidedError):
            return search.witness(search.rows - self.given_up)
        return None

    def bound(
        self,
        label: str,
        model: Model,
        rows: Rows,
        goal: cp_model.LinearExprT,
        value: Value,
        unit: str = "patients",
        settled: Settled = (None, None),
    ) -> Bound:
        """Solve for both ends, except those that a known cohort already attains."""
        witnesses = [
            known or self._extreme(model, aim, goal, label)
            for known, aim in zip(settled, (model.cp.minimize, model.cp.maximize), strict=True)
        ]
        ends = [self._value(value, columns) for columns in witnesses]
        own = rows & (self.ledger.claims.keys() | self.ledger.assumptions.keys())
        sound = not any(unsatisfied(self.ledger, columns, own, self.n) for columns in witnesses)
        return Bound(label, min(ends), max(ends), unit, sound, witnesses=tuple(witnesses))

    def _extreme(
        self, model: Model, aim: Callable, goal: cp_model.LinearExprT, label: str
    ) -> Columns:
        """Find a cohort that attains the least or the largest value."""
        return assemble(model, self._solve(model, aim, goal, label).solver)

    def _solve(
        self, model: Model, aim: Callable, goal: cp_model.LinearExprT, what: str
    ) -> Solution:
        aim(goal)
        short = max(SHARE * self.seconds, min(EXACT, self.seconds))
        solution = model.decide(short if model.timed else self.seconds, what)
        if not solution:
            raise UndefinedError(what)
        return solution
