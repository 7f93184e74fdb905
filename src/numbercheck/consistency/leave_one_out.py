"""How far the printed numbers check each other.

Leave one out: what do the *other* claims imply about a number, all its copies set aside? The
digit test: how many changes of a last digit by one would have been noticed? Both are reported
with the measure's other statistics (the n of a percentage) kept, and with them set aside too.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache, partial

from numbercheck.consistency.asking import Bound
from numbercheck.consistency.modeled import modeled
from numbercheck.consistency.search import Rows, Search, UnsizedError
from numbercheck.consistency.sharp_bounds import Bounds
from numbercheck.consistency.solving import UndecidedError, in_time, time_left
from numbercheck.errors import NumbercheckError
from numbercheck.ledger.curve_times import is_of_curve
from numbercheck.ledger.records import Ledger
from numbercheck.ledger.rows import Measure
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


def numbers(ledger: Ledger) -> Iterator[tuple[Measure, str, Rows, Rows]]:
    """Each number of the model, its copies, and the claims on the measure's other statistics.

    Not the times that a curve gives: a month is not known to their last digit.
    """
    found: dict[tuple[str, str], list[str]] = {}
    for claim in ledger.claims.values():
        if not (modeled(claim, ledger) or is_of_curve(ledger.measures[claim.measure])):
            found.setdefault((claim.measure, claim.statistic), []).append(claim.claim)
    for (slug, statistic), copies in found.items():
        about = frozenset(c.claim for c in ledger.claims.values() if c.measure == slug)
        yield ledger.measures[slug], statistic, frozenset(copies), about.difference(copies)


def leave_one_out(
    ledger: Ledger, given_up: Iterable[str], seconds: float = 20.0
) -> Iterator[Implied]:
    """Find what the others imply about each number of the model.

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

    @cache
    def asked(left_out: Rows) -> Bounds:
        kept = ledger.constrain(drop=left_out)
        return Bounds(kept, seconds, given_up & kept.claims.keys())

    for measure, statistic, copies, others in numbers(ledger):
        kept, undecided = _range(partial(asked, copies), measure, statistic)
        aside = _range(partial(asked, copies | others), measure, statistic)[0] if others else kept
        printed = ledger.find(measure.measure, statistic)[0].printed
        yield Implied(measure.measure, statistic, printed, kept, aside, undecided)


def _range(
    others: Callable[[], Bounds], measure: Measure, statistic: str
) -> tuple[Range | None, bool]:
    """Range that the others leave, and whether that was not decided in time."""
    try:
        in_time()
        asked = others()
        bound = asked.statistic(measure, statistic)
    except UndecidedError:
        return None, True
    except NumbercheckError:  # nothing says how many patients there are, or no cohort defines it
        return None, False
    if bound is None or _says_nothing(bound, measure, asked):
        return None, False
    return (bound.low, bound.high), False


def _says_nothing(bound: Bound, measure: Measure, asked: Bounds) -> bool:
    """Whether a bound is no narrower than what is possible anyway."""
    ends = bound.low, bound.high
    if bound.statistic == "at_risk":
        return ends == (0, asked.n)
    if measure.kind == "survival":
        return ends[0] <= 0 and ends[1] >= 100
    if measure.kind == "quantity":
        domain = asked.ledger.variables[measure.where.text].domain
        return ends == (domain[0], domain[-1])
    everyone = measure.kind == "count" and bound.unit == "patients" and not measure.among.text
    return everyone and (bound.statistic == "N" or ends == (0, asked.n))


def digit_test(ledger: Ledger, given_up: Iterable[str], seconds: float = 20.0) -> Iterator[Changed]:
    """Change each number of the model by one in its last digit, and ask whether it is noticed.

    All copies change together. A change is noticed when no cohort satisfies the changed claims
    with the rest; ``None`` when that is undecided in ``seconds``.
    """
    given_up, printed = frozenset(given_up), Search(ledger, seconds)
    for measure, statistic, copies, others in numbers(ledger):
        value = ledger.find(measure.measure, statistic)[0].value
        for step in (-1, 1):
            text = shift(value, step).text
            if copies <= given_up or text.lstrip("<>=").startswith("-"):
                continue
            if time_left() <= 0:
                yield Changed(measure.measure, statistic, value.text, text, None, None)
                continue
            changed = dict.fromkeys(copies, text)
            search = printed.changed(ledger.constrain(changed))
            kept = aside = _noticed(search, copies, given_up)
            if others:
                without = search.changed(ledger.constrain(changed, others))
                aside = _noticed(without, copies, given_up)
            yield Changed(measure.measure, statistic, value.text, text, kept, aside)


def _noticed(search: Search, changed: Rows, given_up: Rows) -> bool | None:
    kept = search.rows - given_up
    if not changed & search.sizing:  # else every part depends on the size
        touched = [part for part, _ in search.parts if part & changed]
        kept &= search.sizing.union(*touched)
    try:
        return not search.feasible(kept)
    except (UndecidedError, UnsizedError):
        return None
