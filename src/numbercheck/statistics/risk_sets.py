"""At-risk sequences: how many were at risk at each death before a Kaplan-Meier estimate.

Survival is a product over deaths of 1 - 1/n and Greenwood's sum one over deaths of
1/(n(n - 1)), n being at risk. The n are small whole numbers, so every sequence that prints
a given estimate and given limits can be listed. Deaths on one day count one after the other,
which changes neither: 2/(n(n - 2)) = 1/(n(n - 1)) + 1/((n - 1)(n - 2)). Limits are those of
R's ``survfit``.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from math import inf
from typing import NamedTuple

from numbercheck.errors import NumbercheckError
from numbercheck.statistics.proportions import require_option
from numbercheck.statistics.rounding import SLACK, Printed
from numbercheck.statistics.scales import CONF_TYPES, SCALES, ratio, survival_limits, two_sided_z

History = tuple[int, ...]
LIMIT = 100_000  # histories; a list this long no longer says anything
STEPS = 1_000_000  # half a minute of search at most


class UnfinishedError(NumbercheckError):
    """There are more sequences than the limit, or the search took too many steps.

    Attributes
    ----------
    found : list of tuple of int
        Those found before it stopped; each is right, but there may be others.
    """

    def __init__(self, message: str, found: Sequence[History] = ()) -> None:
        super().__init__(message)
        self.found = list(found)


def km_limits(
    history: History, conf_type: str = "log", level: float = 0.95
) -> tuple[float, float, float]:
    """Kaplan-Meier estimate and its limits after one death at each number at risk.

    Parameters
    ----------
    history : tuple of int
        Numbers at risk at each death, strictly decreasing.
    conf_type, level
        As for ``survival_limits``.

    Returns
    -------
    tuple of float
        Estimate, lower and upper limit, as fractions.

    Examples
    --------
    >>> [round(100 * x, 1) for x in km_limits((35,))]
    [97.1, 91.8, 100.0]
    """
    require_option("conf_type", conf_type, CONF_TYPES)
    survival, variance = 1.0, 0.0
    for n in history:
        survival, variance = _after(survival, variance, n)
    return survival, *survival_limits(survival, variance, conf_type, level)


def at_risk_sequences(
    n: int,
    estimate: Printed,
    lower: Printed | None = None,
    upper: Printed | None = None,
    conf_type: str = "log",
    level: float = 0.95,
    events: tuple[int | None, int | None] | None = None,
    limit: int = LIMIT,
    scale: float = 100.0,
    steps: int = STEPS,
) -> list[History]:
    """Every at-risk sequence of ``n`` patients that prints an estimate and its limits.

    Parameters
    ----------
    n : int
        Patients at the start.
    estimate, lower, upper : Printed
        As printed; a limit that is not printed is None.
    conf_type, level
        How the limits were computed.
    events : (min, max), optional
        Number of deaths; either end may be None.
    limit : int
        Most sequences to return.
    scale : float
        100 where percentages are printed, 1 where fractions are.
    steps : int
        Most unfinished sequences to look at.

    Returns
    -------
    list of tuple of int
        Numbers at risk at each death, strictly decreasing; largest first.

    Raises
    ------
    UnfinishedError
        If there are more than ``limit``, or the search takes more than ``steps``.

    Examples
    --------
    >>> at_risk_sequences(35, Printed("97.1%"), Printed("91.8"), Printed("100"))
    [(35,)]
    """
    require_option("conf_type", conf_type, CONF_TYPES)
    target = Target(estimate, lower, upper, conf_type, level, scale, *(events or (0, None)))
    found: list[History] = []
    try:
        for history in each_history(n, target, steps):
            if len(found) == limit:
                raise UnfinishedError(f"there are more than {limit:,} at-risk sequences")
            found.append(history)
    except UnfinishedError as error:
        raise UnfinishedError(str(error), found) from None
    return found


def each_history(n: int, target: "Target", steps: int = STEPS) -> Iterator[History]:
    """Sequences that print a target, one after the other, as `at_risk_sequences` lists them.

    Raises
    ------
    UnfinishedError
        If the search takes more than ``steps``.
    """
    levels = [iter([_Node((), 1.0, 0.0, n + 1)])]  # at each depth what is still to be tried, lazily
    for _ in range(steps):
        while levels and (node := next(levels[-1], None)) is None:
            levels.pop()
        if not levels:
            return
        if target.is_hit(node):  # type: ignore[arg-type]
            yield node.history  # type: ignore[union-attr]
        levels.append(target.children(node))  # type: ignore[arg-type]
    raise UnfinishedError(f"undecided after looking at {steps:,} unfinished at-risk sequences")


def variance_range(
    survival: tuple[float, float],
    lower: Printed | None,
    upper: Printed | None,
    conf_type: str = "log",
    level: float = 0.95,
    scale: float = 100.0,
) -> tuple[float, float]:
    """Greenwood sums that printed limits leave to a survival within a range.

    The bounds hold for every survival in the range, since the slope rises with survival on
    every scale; the narrower the range, the closer they are.
    """
    on, z = SCALES[conf_type], two_sided_z(level)
    low, high = survival
    steep, flat = z * on.slope(high), z * on.slope(low)
    least, most = 0.0, inf
    for printed, gap in ((lower, _below), (upper, _above)):
        if printed is None:
            continue
        ends = printed.fractions(scale)
        near, far = gap(on.to, low, high, *ends)
        if near > 0 and steep < inf:
            least = max(least, ratio(near, steep))
        if ends[0] > 0 and ends[1] < 1 and flat > 0:  # one cut at 0 or 1 may lie beyond
            most = min(most, max(far, 0.0) / flat)
    return least**2 * (1 - SLACK), most**2 * (1 + SLACK)


class _Node(NamedTuple):
    """A history so far, its survival and Greenwood's sum; the next death is below ``under``."""

    history: History
    survival: float
    variance: float
    under: int


@dataclass(frozen=True)
class Target:
    """What is printed, and the ranges of survival and of Greenwood's sum that it leaves.

    ``least`` and ``most`` bound the number of events; ``within`` narrows the survival.
    """

    estimate: Printed
    lower: Printed | None = None
    upper: Printed | None = None
    conf_type: str = "log"
    level: float = 0.95
    scale: float = 100.0
    least: int | None = None
    most: int | None = None
    within: tuple[float, float] = (0.0, 1.0)
    survival: tuple[float, float] = field(init=False)
    variance: tuple[float, float] = field(init=False)

    def __post_init__(self) -> None:
        ranges = self.estimate.fractions(self.scale), self._between(), self.within
        low, high = max(r[0] for r in ranges), min(r[1] for r in ranges)
        within = tuple(min(max(end, 0.0), 1.0) for end in (low, high))
        object.__setattr__(self, "survival", within)
        object.__setattr__(self, "variance", self._variance())

    def _between(self) -> tuple[float, float]:
        """Survival that the limits leave: between them, and half-way on their scale if uncut."""
        lower = self.lower.fractions(self.scale) if self.lower else (0.0, 1.0)
        upper = self.upper.fractions(self.scale) if self.upper else (0.0, 1.0)
        if not (lower[0] > 0 and upper[1] < 1):
            return lower[0], upper[1]
        on = SCALES[self.conf_type]
        low, high = ((on.to(a) + on.to(b)) / 2 for a, b in zip(lower, upper, strict=True))
        return on.back(low), on.back(high)

    def _variance(self) -> tuple[float, float]:
        limits = self.lower, self.upper
        return variance_range(self.survival, *limits, self.conf_type, self.level, self.scale)

    def slices(self, number: int) -> "Iterator[Target]":
        """The same with the survival in each of several narrower ranges."""
        low, high = self.survival
        for i in range(number if low <= high else 0):
            step = (high - low) / number
            yield replace(self, within=(low + step * i, low + step * (i + 1)))

    def is_hit(self, node: _Node) -> bool:
        """Whether a history prints the numbers, and has enough events."""
        if node.survival > self.survival[1] * (1 + SLACK) or len(node.history) < (self.least or 0):
            return False
        return self.prints(node.survival, node.variance)

    def prints(self, survival: float, variance: float) -> bool:
        """Whether a survival and its Greenwood sum give the printed numbers."""
        if not self.estimate.admits_computed(self.scale * survival):
            return False
        limits = survival_limits(survival, variance, self.conf_type, self.level)
        printed = (self.lower, self.upper)
        return all(
            p is None or p.admits_computed(self.scale * x)
            for p, x in zip(printed, limits, strict=True)
        )

    def children(self, node: _Node) -> Iterator[_Node]:
        """Histories with one death more that can still lead to a hit, largest risk set first.

        The flattest way on runs through all the largest risk sets left, the steepest is a
        single death: they bound Greenwood's sum from both sides. Where a smaller risk set can
        only be worse the loop ends.
        """
        depth = len(node.history) + 1
        if self.most is not None and depth > self.most:
            return
        low, high = self.survival[0] * (1 - SLACK), self.survival[1] * (1 + SLACK)
        least, most = self.variance
        for n in range(node.under - 1, 0, -1):
            survival, variance = _after(node.survival, node.variance, n)
            kept = ratio(low, survival) if low > 0 else 0.0
            if survival < low or depth + (n - 1) * (1 - kept) < (self.least or 0) - SLACK:
                break
            excess = ratio(survival, high) - 1 if survival > high else 0.0
            if variance + (ratio(excess, n - 1) if excess else 0.0) > most:
                break
            if not (excess and depth == self.most) and variance + _steepest(kept) >= least:
                yield _Node((*node.history, n), survival, variance, n)


def _steepest(kept: float) -> float:
    """Greenwood's term of the one death that leaves this fraction of the survival."""
    return ratio(1.0, kept) + kept - 2 + SLACK


def _after(survival: float, variance: float, n: int) -> tuple[float, float]:
    return (survival * (n - 1) / n, variance + 1 / (n * (n - 1))) if n > 1 else (0.0, inf)


def _below(to: Callable, low: float, high: float, least: float, most: float) -> tuple:
    return to(low) - to(most), to(high) - to(least)


def _above(to: Callable, low: float, high: float, least: float, most: float) -> tuple:
    return to(least) - to(high), to(most) - to(low)
