"""Risk-set inference: which histories of numbers at risk a survival claim can come from."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from numbercheck.consistency.curve_bounds import at_risk
from numbercheck.consistency.questions import asked_of, first_day
from numbercheck.consistency.scope import modeled_curves, named
from numbercheck.consistency.sharp_bounds import Bounds
from numbercheck.consistency.slots import padded
from numbercheck.consistency.solving import InfeasibleError
from numbercheck.consistency.tabulated import Limits, limits_of, listed_histories, survival_claims
from numbercheck.errors import unknown
from numbercheck.ledger.records import Ledger, LedgerError
from numbercheck.ledger.rows import Measure
from numbercheck.statistics.risk_sets import CONF_TYPES, History

MOST_APART = 20  # histories whose numbers at risk are told apart


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
    at_risk : dict of str to tuple of pairs
        For the months at which the ledger asks for them, the fewest and most patients at risk
        that each of several joint histories leaves.
    """

    measure: str
    alone: dict[str, int | None]
    joint: tuple[History, ...]
    at_risk: dict[str, tuple[tuple[int, int], ...]]

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
    return _joint(Bounds(ledger, seconds, given_up), measure)


def _joint(asked: Bounds, measure: str) -> list[History]:
    return sorted(_enumerate(asked, measure), reverse=True)


def _enumerate(asked: Bounds, measure: str) -> Iterator[History]:
    """Solve, note the history, forbid it, and go on until there is no other."""
    try:
        model, _ = asked.time_part(asked.ledger.measures[measure])
    except InfeasibleError:
        return
    sizes = [slot.at_risk for slot in model.slots(asked.ledger.measures[measure])]
    while solution := model.decide(asked.seconds, f"histories of {measure}"):
        history = [solution.solver.value(n) for n in sizes]
        yield tuple(n for n in history if n)
        if not sizes:
            return
        model.cp.add_forbidden_assignments(sizes, [history])


def _at_risk_of_each(
    asked: Bounds, measure: Measure, histories: Sequence[History]
) -> dict[str, tuple[tuple[int, int], ...]]:
    """Fewest and most at risk at some months that each history leaves, where there are several."""
    days = {
        f"{months:g}": first_day(asked.ledger, months)
        for row in asked_of(asked)
        if row.kind == "at_risk" and named(asked.ledger.measures[row.measure]) == named(measure)
        for months in row.listed_months
    }
    until = {m: day for m, day in days.items() if 0 < day <= float(measure.horizon) + 1}
    if not 1 < len(histories) <= MOST_APART:
        return {}
    rows = [_at_risk_of(asked, measure, history, until.values()) for history in histories]
    return dict(zip(until, zip(*rows, strict=True), strict=True))


def _at_risk_of(
    asked: Bounds, measure: Measure, history: History, days: Iterable[int]
) -> list[tuple[int, int]]:
    model, _ = asked.time_part(measure)
    slots = model.slots(measure)
    for slot, n in zip(slots, padded(history, slots), strict=True):
        model.cp.add(slot.at_risk == n)
    about = f"{named(measure)} at risk on day"
    return [asked.range(f"{about} {day}", model, at_risk(model, measure, day)) for day in days]


def infer(ledger: Ledger, given_up: Iterable[str], seconds: float = 60.0) -> list[Inference]:
    """Infer the histories of every curve of the model, alone and with all other claims."""
    asked = Bounds(ledger, seconds, given_up)
    found = []
    for measure in modeled_curves(ledger):
        claims = [c for c in ledger.claims.values() if c.measure == measure.measure]
        printed = survival_claims(claims)
        level = limits_of(ledger, measure).level
        ways = {kind: Limits(kind, level) for kind in CONF_TYPES}
        alone = {k: listed_histories(asked.n, printed, w, asked.n) for k, w in ways.items()}
        counts = {kind: None if h is None else len(h) for kind, h in alone.items()}
        joint = _joint(asked, measure.measure)
        at_risk_of_each = _at_risk_of_each(asked, measure, joint)
        found.append(Inference(measure.measure, counts, tuple(joint), at_risk_of_each))
    return found
