"""Printed points of survival curves, and the at-risk sequences that reproduce them.

An at-risk sequence has the number at risk at each event before the estimate.
"""

from collections.abc import Iterator, Sequence
from functools import cache
from math import isnan, nan
from typing import NamedTuple

from numbercheck.audit.evidence import Choice, Evidence
from numbercheck.audit.verdicts import Candidate
from numbercheck.ledger.rows import Claim, Measure
from numbercheck.statistics.event_ranges import event_range, history_of_two_runs
from numbercheck.statistics.rare_curves import rare_curves
from numbercheck.statistics.risk_sets import (
    CONF_TYPES,
    SCALES,
    History,
    Target,
    UnfinishedError,
    each_history,
    km_limits,
)
from numbercheck.statistics.rounding import Printed, format_rounded
from numbercheck.statistics.scales import two_sided_level

LIMIT = 1_000  # sequences; more are not counted
LISTED = 100  # patients; of larger trials one sequence is constructed
WORK, LESS = 2_500_000, 300_000  # steps times patients, for trials that are listed and for others
NO_LIMITS = (None, None)
Limits = tuple[Printed | None, Printed | None]


class FoundHistories(NamedTuple):
    """At-risk sequences found, whether they are all, and the least and most events of any.

    Of a large trial one sequence is constructed, and the events are bounds that hold for all.
    """

    histories: tuple[History, ...]
    is_all: bool
    span: tuple[int, int] = (0, 0)

    @property
    def is_impossible(self) -> bool:
        """Whether it is proved that there is none."""
        return self.is_all and not self.histories

    @property
    def number(self) -> str:
        """How many, in words."""
        if not self.is_all:
            return "several at-risk sequences"
        return f"{len(self.histories):,} at-risk sequence{'s' * (len(self.histories) != 1)}"

    @property
    def events(self) -> str:
        """How many events they have."""
        least, most = self.span
        if least == most:
            return f"{least} event{'s' * (least != 1)}"
        return f"{least} to {most} events" if self.is_all else f"between {least} and {most} events"


class PrintedCurve(NamedTuple):
    """One estimate of a survival curve, with its limits as printed beside it."""

    estimate: Claim
    limits: Limits
    n: int
    types: tuple[str, ...]
    level: float
    sides: str
    scale: float
    inputs: tuple[str, ...]

    @property
    def two_sided(self) -> float:
        """Level of the two-sided interval that has the printed limit."""
        return two_sided_level(self.level, self.sides)

    def target(
        self, limits: Limits | None = None, conf_type: str = "", most: int | None = None
    ) -> Target:
        """The estimate and these limits, with at most so many events."""
        low, high = self.limits if limits is None else limits
        low, high = (
            None if self.sides == "upper" else low,
            None if self.sides == "lower" else high,
        )
        kind, printed = conf_type or self.types[0], self.estimate.value
        return Target(printed, low, high, kind, self.two_sided, self.scale, 0, most)

    def search(
        self, limits: Limits | None = None, conf_type: str = "", most: int | None = None
    ) -> FoundHistories:
        """Sequences that give the estimate and these limits, with at most so many events."""
        return _search(self.n, self.target(limits, conf_type, most))

    def is_impossible(self, limits: Limits | None = None, most: int | None = None) -> bool:
        """Whether it is proved that no sequence gives them; quicker than to list them."""
        some = history_of_two_runs(self.n, self.target(limits, most=most))
        return some is None and self.search(limits, most=most).is_impossible

    def rare(self, limits: Limits | None = None) -> dict[str, str]:
        """What else may give the estimate and these limits, such as a life table, by a name."""
        return rare_curves(self.n, self.target(limits))

    def fewest_events(self, types: Sequence[str]) -> int:
        """Number of events that the estimate needs, with limits of one of these types.

        One patient more bounds a life table and Nelson and Aalen's estimate as well.
        """
        targets = [self.target(conf_type=t) for t in types] or [self.target(NO_LIMITS)]
        spans = [event_range(self.n + 1, target) for target in targets]
        return min((span[0] for span in spans if span), default=0)

    def all_admit(self, printed: Printed, conf_type: str, at: int) -> bool:
        """Whether every sequence has a limit (1 for the upper) that is printed so.

        Every one that gives the estimate, and for the upper limit the lower one as well.
        """
        given = (self.limits[0] if at else None, None)
        every = _every(self.n, self.target(given, conf_type))
        try:
            return all(
                printed.admits_computed(self.limit(history, conf_type, at)) for history in every
            )
        except UnfinishedError:
            return False

    @property
    def deaths(self) -> int | None:
        """Events that all sequences have; None where they differ, or there are too many."""
        sizes: set[int] = set()
        try:
            for history in _every(self.n, self.target()):
                sizes.add(len(history))
                if len(sizes) > 1:
                    return None
        except UnfinishedError:
            return None
        return sizes.pop() if sizes else None

    def limit(self, history: History, conf_type: str, at: int) -> float:
        """Lower (0) or upper (1) limit of a sequence, in the printed unit."""
        return self.scale * km_limits(history, conf_type, self.two_sided)[1 + at]

    @property
    def text(self) -> str:
        """The limits as printed."""
        return "–".join(p.text for p in self.limits if p)

    def upper_range(self, conf_type: str) -> tuple[float, float]:
        """Upper limits that the printed estimate and lower limit can have.

        On its scale an interval is symmetric about its estimate.
        """
        to, back, _ = SCALES[conf_type]
        low = self.limits[0]
        if low is None or low.relation != "=" or self.estimate.value.relation != "=":
            return nan, nan
        (s0, s1), (l0, l1) = (
            [min(max(float(x) / self.scale, 0.0), 1.0) for x in p.interval()]
            for p in (self.estimate.value, low)
        )
        ends = [2 * to(s) - to(x) for s, x in ((s0, l1), (s1, l0))]
        first, last = (nan if isnan(end) else self.scale * back(end) for end in ends)
        return first, last


@cache
def _search(n: int, target: Target) -> FoundHistories:
    span = event_range(n, target) or (0, 0)
    found: list[History] = []
    try:
        for history in _every(n, target):
            found.append(history)
    except UnfinishedError:
        return FoundHistories(tuple(found), False, span)
    sizes = [len(history) for history in found]
    return FoundHistories(tuple(found), True, (min(sizes, default=0), max(sizes, default=0)))


def _every(n: int, target: Target) -> Iterator[History]:
    """Sequences one after the other, with an UnfinishedError after the last that is not all."""
    if event_range(n, target) is None:
        return
    if n > LISTED and (history := history_of_two_runs(n, target)):
        yield history
        raise UnfinishedError("one sequence of a large trial is constructed")
    steps = max(2 * n, (WORK if n <= LISTED else LESS) // n)
    for number, history in enumerate(each_history(n, target, steps)):
        if number == LIMIT:
            raise UnfinishedError(f"there are more than {LIMIT:,} sequences")
        yield history


def curve_at(claim: Claim, evidence: Evidence) -> PrintedCurve | None:
    """The estimate and the limits printed where a claim is; None where one cannot judge them."""
    measure = evidence.ledger.measures[claim.measure]
    estimate = evidence.beside(claim, "estimate")
    total = evidence.total(measure, claim.locus)
    if estimate is None or total is None or not total.values[0]:
        return None
    limits = evidence.limits(claim)
    own = evidence.ledger.method(measure).removeprefix("km-")
    types = tuple(t for t in dict.fromkeys((own, *CONF_TYPES)) if t in CONF_TYPES)
    how = evidence.ledger.level(measure), measure.sides or "two", scale_of(estimate, measure)
    return PrintedCurve(estimate, limits, total.values[0], types, *how, total.claims)


def _methods(claim: Claim, evidence: Evidence) -> tuple[object, list[str]]:
    """Types of limits that some at-risk sequence gives, and what else can give them."""
    curve = curve_at(claim, evidence)
    if curve is None:
        return None, []
    printed = claim.measure, curve.estimate.printed, curve.limits, curve.n
    types = [t for t in CONF_TYPES if curve.search(conf_type=t).histories]
    return printed, [*types, *curve.rare()]


CHOICE = Choice("survival", ("conf_low",), _methods)


def candidates_at(claim: Claim, evidence: Evidence) -> tuple[Candidate, ...]:
    """For each type of limits, whether there is a sequence, and one of them."""
    curve = curve_at(claim, evidence)
    if curve is None:
        return ()
    return tuple(_candidate(curve, t, curve.search(conf_type=t)) for t in curve.types)


def _candidate(curve: PrintedCurve, conf_type: str, found: FoundHistories) -> Candidate:
    if not found.histories:
        return Candidate(conf_type, "no sequence" if found.is_all else "undecided", False)
    limits = [curve.limit(found.histories[0], conf_type, at) for at in (0, 1)]
    texts = ["none" if isnan(x) else format_rounded(x, 2) for x in limits]
    return Candidate(conf_type, f"{found.number}, {found.events}: {' to '.join(texts)}", True)


def scale_of(claim: Claim, measure: Measure) -> float:
    """100 for a percentage, 1 for a fraction."""
    percent = claim.value.unit == "%" or measure.unit == "%" or claim.value.value > 1
    return 100.0 if percent else 1.0
