"""Ask the CP-SAT solver, in a way that gives the same answer every time."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from math import ceil, floor, inf
from time import monotonic
from typing import NamedTuple, Protocol

from ortools.sat.python import cp_model

from numbercheck.errors import NumbercheckError

MOST_REFUSED = 100  # solutions that do not print as printed, before a question is left open
OVER = "undecided in the time that the command was given; more time would help"
LAST = 0.1  # seconds of that time in which a search ends for its sake
WORK = 0.4  # the solver's count of work in a second of an ordinary processor


class InfeasibleError(Exception):
    """Rows contradict each other before any search, such as two sizes of the cohort."""


class UndecidedError(NumbercheckError):
    """The solver did not decide in the time given; nothing follows from that."""


class UndefinedError(NumbercheckError):
    """No consistent cohort has what was asked, such as the survival of a group without patients."""

    def __init__(self, what: str) -> None:
        super().__init__(f"{what}: no consistent cohort defines it")


def undecided(seconds: float, timed: bool, what: str = "") -> UndecidedError:
    """Error for a question that was not decided, and what would decide it.

    Parameters
    ----------
    seconds : float
        The time that it had.
    timed : bool
        Whether it is about survival, where numbers at risk leave less to try.
    what : str
        The question.
    """
    more = " or a printed number at risk" if timed else ""
    text = f"undecided within {seconds:g} s; more time (--seconds){more} would help"
    text = OVER if time_left() < LAST else text
    return UndecidedError(f"{what}: {text}" if what else text)


_UNTIL: ContextVar[float] = ContextVar("until", default=inf)


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """Limit the total time of all questions asked inside, by the clock."""
    token = _UNTIL.set(monotonic() + seconds)
    try:
        yield
    finally:
        _UNTIL.reset(token)


def time_left() -> float:
    """Seconds left for questions; infinite outside of ``within``."""
    return _UNTIL.get() - monotonic()


def in_time() -> bool:
    """True while there is time left for questions.

    Raises
    ------
    UndecidedError
        When it is over.
    """
    if time_left() <= 0:
        raise UndecidedError(OVER)
    return True


class Solution(NamedTuple):
    """What the solver answered: ``feasible``, ``infeasible`` or ``undecided``."""

    status: str
    value: int
    solver: cp_model.CpSolver


class Refusing(Protocol):
    """A constraint that the solver knows only roughly."""

    def refuse(self, solver: cp_model.CpSolver) -> bool:
        """Rule a solution out if it violates the constraint, and say whether it did."""


class Solvable:
    """Whole-number variables and constraints on them, ready to be solved.

    Parameters
    ----------
    n : int
        Largest value of a count.
    """

    def __init__(self, n: int) -> None:
        in_time()
        self.n, self.cp = n, cp_model.CpModel()
        self.refusing: list[Refusing] = []
        self.start: list[int] | None = None
        self.own = 0  # variables before those of a question
        self.relaxation = 1  # how closely linear programs follow the constraints: 0 to 2

    def variable(self, expression: cp_model.LinearExprT) -> cp_model.IntVar:
        """Give a count a variable of its own, as tables need it."""
        variable = self.cp.new_int_var(0, self.n, "")
        self.cp.add(variable == expression)
        return variable

    def limit_to(self, values: range, expression: cp_model.LinearExprT) -> None:
        """Require a count to be one of some values."""
        if not values or (isinstance(expression, int) and expression not in values):
            raise InfeasibleError(f"{expression} is not in {values}")
        if not isinstance(expression, int):
            self.cp.add_linear_constraint(expression, values[0], values[-1])

    def within_spans(
        self,
        keys: list[cp_model.IntVar],
        count: cp_model.LinearExprT,
        spans: Iterable[tuple[tuple[int, ...], range]],
    ) -> None:
        """Require that a count be in a span that is listed for the values of some keys."""
        ends = [self.cp.new_int_var(0, self.n, "") for _ in range(2)]
        listed = [(*key, span[0], span[-1]) for key, span in spans if span]
        self.cp.add_allowed_assignments([*keys, *ends], listed)
        self.cp.add(ends[0] <= count)
        self.cp.add(count <= ends[1])

    def rank(
        self, terms: list[cp_model.LinearExprT], values: Mapping[tuple[int, ...], float]
    ) -> cp_model.IntVar:
        """Rank, from the least, of the value that a table has for some terms.

        Terms that are not in the table are ruled out.
        """
        places = {value: place for place, value in enumerate(sorted(set(values.values())))}
        rank = self.cp.new_int_var(0, len(places) - 1, "")
        rows = [(*key, places[value]) for key, value in values.items()]
        self.cp.add_allowed_assignments([*map(self.variable, terms), rank], rows)
        return rank

    @contextmanager
    def only_now(self) -> Iterator[cp_model.IntVar]:
        """A literal that is true inside and false after, for the constraints of one question."""
        literal = self.cp.new_int_var(1, 1, "")
        try:
            yield literal
        finally:
            domain = self.cp.proto.variables[literal.index].domain
            domain.clear()
            domain.extend([0, 0])

    def begin(self, start: list[int]) -> None:
        """Start each search from the last solution of a model of the same rows, if there is one."""
        self.start = start
        hint = self.cp.proto.solution_hint
        hint.vars.extend(range(len(start)))
        hint.values.extend(start)

    def solve(self, seconds: float = 60.0, probing: int = 2) -> Solution:
        """Search with one worker, for ``seconds`` by the solver's own count of work.

        That count does not depend on the machine, so that the answer does not either. ``probing``
        says how much is tried before the search, from 0 to 2.
        """
        solver = cp_model.CpSolver()
        solver.parameters.num_workers = 1
        solver.parameters.random_seed = 0
        solver.parameters.catch_sigint_signal = False  # or Ctrl-C would end one search of many
        solver.parameters.max_presolve_iterations = 1
        solver.parameters.linearization_level = self.relaxation
        solver.parameters.cp_model_probing_level = probing
        solver.parameters.max_deterministic_time = WORK * seconds
        for _ in range(MOST_REFUSED + 1):
            answer = self._answer(solver)
            if answer != cp_model.OPTIMAL or not any(r.refuse(solver) for r in self.refusing):
                break
        else:
            answer = cp_model.UNKNOWN
        if answer == cp_model.INFEASIBLE:
            return Solution("infeasible", 0, solver)
        if answer != cp_model.OPTIMAL:
            return Solution("undecided", 0, solver)
        if self.start is not None:
            self.start[:] = list(solver.response_proto.solution)[: self.own]
        return Solution("feasible", round(solver.objective_value), solver)

    def _answer(self, solver: cp_model.CpSolver) -> cp_model.CpSolverStatus:
        left = time_left()
        if left <= 0:
            return cp_model.UNKNOWN
        if left < inf:
            solver.parameters.max_time_in_seconds = left
        return solver.solve(self.cp)

    def extreme(
        self, count: cp_model.LinearExprT, largest: bool, seconds: float = 60.0, probing: int = 2
    ) -> int:
        """Smallest or largest value of a count, or an end beyond it that the solver proved."""
        if isinstance(count, int):
            return count
        with suppress(UndecidedError):
            end = self.end(count, largest, seconds, probing)
            return min(self.n, end) if largest else max(0, end)
        return self.n if largest else 0

    def end(
        self, total: cp_model.LinearExprT, largest: bool, seconds: float, probing: int = 2
    ) -> int:
        """Smallest or largest value of a sum, or an end beyond it that the solver proved.

        The sum is never negative: 0 is then an end, and where the largest value is sought, what
        the solver answers if its time ended before it knew any.

        Raises
        ------
        InfeasibleError
            If it has no value at all.
        UndecidedError
            If there was no time to prove one.
        """
        (self.cp.maximize if largest else self.cp.minimize)(total)
        solution = self.solve(seconds, probing)
        if solution.status == "infeasible":
            raise InfeasibleError("the counts contradict each other")
        if solution.status == "feasible":
            return solution.value
        in_time()
        proved = solution.solver.best_objective_bound
        if largest and not proved:
            raise undecided(seconds, timed=False)
        return floor(proved + 1e-6) if largest else ceil(proved - 1e-6)

    def extremes(self, count: cp_model.LinearExprT) -> range:
        """Smallest to largest value of a count; the ends may be too far apart, never too near."""
        return range(self.extreme(count, False), self.extreme(count, True) + 1)
