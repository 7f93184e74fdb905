"""How far the printed numbers check each other.

Leave one out: what do the *other* claims imply about a number, all its copies set aside? The
digit test: how many changes of a last digit by one would have been noticed? Both are reported
with the measure's other statistics (the n of a percentage) kept, and with them set aside too.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from numbercheck.consistency.asking import Bound
from numbercheck.consistency.model import UndecidedError
from numbercheck.consistency.scope import modeled
from numbercheck.consistency.search import Search, UnsizedError
from numbercheck.consistency.sharp_bounds import Bounds
from numbercheck.ledger.records import Claim, Ledger, Measure
from numbercheck.statistics.rounding import Printed, shift

Range = tuple[float, float]


@dataclass(frozen=True)
class Implied:
    """What the other claims imply about one printed number.

    Attributes
    ----------
    measure, statistic, printed : str
    kept : tuple of float, or None
        Least and largest value that the others leave, in the printed unit, the measure's
        other statistics kept; None where they leave anything.
    aside : tuple of float, or None
        The same with the measure's other statistics set aside too.
    """

    measure: str
    statistic: str
    printed: str
    kept: Range | None
    aside: Range | None
    undecided: bool = False

    @property
    def implied(self) -> str:
        """``value`` where others fix what is printed, ``interval``, ``nothing``, ``undecided``."""
        if self.undecided:
            return "undecided"
        if self.kept is None:
            return "nothing"
        admits = Printed(self.printed).admits
        return "value" if admits(self.kept[0]) and admits(self.kept[1]) else "interval"


@dataclass(frozen=True)
class Changed:
    """One printed number with its last digit changed by one, and whether that is noticed."""

    measure: str
    statistic: str
    printed: str
    changed: str
    kept: bool | None
    aside: bool | None


def numbers(ledger: Ledger) -> list[tuple[Measure, str, list[Claim]]]:
    """Each number of the model with all its copies."""
    found: dict[tuple[str, str], list[Claim]] = {}
    for claim in ledger.claims.values():
        if not modeled(claim, ledger):
            found.setdefault((claim.measure, claim.statistic), []).append(claim)
    return [(ledger.measures[m], s, copies) for (m, s), copies in found.items()]


def leave_one_out(
    ledger: Ledger, given_up: Iterable[str], seconds: float = 20.0
) -> Iterator[Implied]:
    """Implication of the others for each number of the model.

    Parameters
    ----------
    ledger : Ledger
        Claims and assumptions.
    given_up : iterable of str
        Claims that cannot hold with the others.
    seconds : float
        Most time for one question; what is not decided in it counts as implying nothing.
    """
    given_up = frozenset(given_up)
    for measure, statistic, copies in numbers(ledger):
        others = [c for c in ledger.claims.values() if c.measure == measure.measure]
        (kept, undecided), (aside, _) = (
            _range(_without(ledger, left_out), measure, statistic, given_up, seconds)
            for left_out in (copies, others)
        )
        yield Implied(measure.measure, statistic, copies[0].printed, kept, aside, undecided)


def _without(ledger: Ledger, left_out: Iterable[Claim]) -> Ledger:
    dropped = {c.claim for c in left_out}
    kept = {k: c for k, c in ledger.claims.items() if k not in dropped}
    return replace(ledger, claims=kept)


def _range(
    ledger: Ledger, measure: Measure, statistic: str, given_up: frozenset[str], seconds: float
) -> tuple[Range | None, bool]:
    """Range that a ledger leaves, and whether that was not decided in time."""
    try:
        asked = Bounds(ledger, seconds, given_up & ledger.claims.keys())
        bound = asked.statistic(measure, statistic)
    except UnsizedError:
        return None, False
    except UndecidedError:
        return None, True
    if bound is None or _says_nothing(bound, measure, statistic, asked):
        return None, False
    return (bound.low, bound.high), False


def _says_nothing(bound: Bound, measure: Measure, statistic: str, asked: Bounds) -> bool:
    """Whether a bound is as wide as what is possible anyway."""
    if statistic == "N" and not measure.among.text:
        return True
    if measure.kind == "count" and bound.unit == "patients":
        return not measure.among.text and (bound.low, bound.high) == (0, asked.n)
    if measure.kind == "survival":
        return bound.low <= 0 and bound.high >= 100
    if measure.kind != "quantity":
        return False
    domain = asked.ledger.variables[measure.where.text].domain
    return (bound.low, bound.high) == (domain[0], domain[-1])


def digit_test(ledger: Ledger, given_up: Iterable[str], seconds: float = 20.0) -> Iterator[Changed]:
    """Change each number of the model by one in its last digit, and ask whether it is noticed.

    All copies change together. A change is noticed when no cohort satisfies the changed claims
    with the rest; ``None`` when that is undecided in ``seconds``.
    """
    given_up = frozenset(given_up)
    for measure, statistic, copies in numbers(ledger):
        if frozenset(c.claim for c in copies) <= given_up:
            continue
        for step in (-1, 1):
            text = shift(copies[0].value, step).text
            if text.lstrip("<>=").startswith("-"):
                continue
            changed = {c.claim: text for c in copies}
            kept, aside = (
                _noticed(_changed(ledger, changed, measure, alone), changed, given_up, seconds)
                for alone in (False, True)
            )
            yield Changed(measure.measure, statistic, copies[0].printed, text, kept, aside)


def _changed(ledger: Ledger, changed: dict[str, str], measure: Measure, alone: bool) -> Ledger:
    claims = {
        slug: replace(claim, printed=changed.get(slug, claim.printed))
        for slug, claim in ledger.claims.items()
        if not (alone and claim.measure == measure.measure and slug not in changed)
    }
    return replace(ledger, claims=claims)


def _noticed(
    ledger: Ledger, changed: dict[str, str], given_up: frozenset[str], seconds: float
) -> bool | None:
    search = Search(ledger, seconds)
    rows = search.rows - given_up
    touched = [part for part, _ in search.parts if part & changed.keys()]
    try:
        return not search.feasible(rows & search.sizing.union(*touched))
    except UndecidedError:
        return None
