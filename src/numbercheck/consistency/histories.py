"""Risk-set inference: which histories of numbers at risk a survival claim can come from."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from numbercheck.consistency.scope import unmodeled
from numbercheck.consistency.sharp_bounds import Bounds
from numbercheck.consistency.solving import InfeasibleError, undecided
from numbercheck.consistency.tabulated import Limits, limits_of, survival_claims
from numbercheck.consistency.tabulated import risk_histories as listed
from numbercheck.errors import unknown
from numbercheck.ledger.records import Ledger, LedgerError
from numbercheck.statistics.risk_sets import CONF_TYPES

History = tuple[int, ...]


@dataclass(frozen=True)
class Inference:
    """What one survival estimate says of its numbers at risk, by type of interval.

    Attributes
    ----------
    measure : str
    alone : dict of str to int or None
        For each type of interval, how many histories print all that is printed of the
        estimate; None where they are too many to list.
    joint : tuple of tuple of int
        Those of the ledger's type that hold with all other claims as well.
    """

    measure: str
    alone: dict[str, int | None]
    joint: tuple[History, ...]

    @property
    def events(self) -> tuple[int, ...]:
        """Numbers of events that the joint histories have."""
        return tuple(sorted({len(history) for history in self.joint}))


def risk_histories(
    ledger: Ledger, measure: str, seconds: float = 60.0, given_up: Iterable[str] | None = None
) -> list[History]:
    """Histories of numbers at risk that hold together with every other claim.

    Parameters
    ----------
    ledger : Ledger
        Claims and assumptions.
    measure : str
        A measure of kind survival.
    seconds : float
        Most time for one question to the solver.
    given_up : iterable of str, optional
        Claims to set aside; by default the fewest that let all others hold.

    Returns
    -------
    list of tuple of int
        Numbers at risk at each event up to the horizon, largest first.

    Raises
    ------
    LedgerError
        If there is no such survival measure.
    UndecidedError
        If the solver did not decide in time.
    """
    known = {m.measure for m in ledger.measures.values() if m.kind == "survival"}
    if measure not in known:
        raise LedgerError([unknown("survival measure", measure, known)])
    return sorted(_enumerate(Bounds(ledger, seconds, given_up), measure), reverse=True)


def _enumerate(asked: Bounds, measure: str) -> Iterator[History]:
    """Solve, note the history, forbid it, and go on until there is no other."""
    try:
        model, _ = asked.time_part(asked.ledger.measures[measure])
    except InfeasibleError:
        return
    at_risk = [slot.at_risk for slot in model.slots(asked.ledger.measures[measure])]
    while (solution := model.solve(asked.seconds)).status == "feasible":
        history = [solution.solver.value(n) for n in at_risk]
        yield tuple(n for n in history if n)
        if not at_risk:
            return
        model.cp.add_forbidden_assignments(at_risk, [history])
    if solution.status == "undecided":
        raise undecided(asked.seconds, timed=True, what=f"histories of {measure}")


def infer(ledger: Ledger, given_up: Iterable[str], seconds: float = 60.0) -> list[Inference]:
    """Infer the histories of every curve of the model, alone and with all other claims."""
    given_up = frozenset(given_up)
    n = Bounds(ledger, seconds, given_up).n
    found = []
    curves = (m for m in ledger.measures.values() if m.kind == "survival")
    for measure in (m for m in curves if not unmodeled(ledger, m)):
        claims = [c for c in ledger.claims.values() if c.measure == measure.measure]
        printed = survival_claims(claims)
        level = limits_of(ledger, measure).level
        alone = {kind: listed(n, printed, Limits(kind, level), n) for kind in CONF_TYPES}
        counts = {kind: None if h is None else len(h) for kind, h in alone.items()}
        joint = risk_histories(ledger, measure.measure, seconds, given_up)
        found.append(Inference(measure.measure, counts, tuple(joint)))
    return found
