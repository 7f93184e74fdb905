"""Events and numbers at risk, day by day, that print a survival estimate as printed.

Where days are few, all ways to spread the events over them can be listed: far fewer than
histories of numbers at risk, and with nothing left for the solver to compare.
"""

from functools import cache, lru_cache

import numpy as np

from numbercheck.consistency.region import LOWEST, survival_range, variance_between
from numbercheck.consistency.tabulated import CurvePrinted, Limits, prints
from numbercheck.statistics.rounding import SLACK

MOST_WAYS, MOST_LISTED = 1_500_000, 10_000
TINY = 1e-12  # less than any survival above 0
BINS = 20_000  # of survival, evenly on the log scale
Row = tuple[int, ...]  # for each day the number at risk (0 without events) and of events


@lru_cache(maxsize=256)
def daily_events(
    n: int, days: int, printed: CurvePrinted, limits: Limits, most: int, whole: bool
) -> list[Row] | None:
    """List what can happen on some days so that an estimate and its limits print as printed.

    Parameters
    ----------
    n, most : int
        Most patients, and most events.
    days : int
        How many days.
    printed : CurvePrinted
    limits : Limits
        How the limits were computed.
    whole : bool
        Whether all ``n`` are at risk on the first day.

    Returns
    -------
    list of tuple of int, or None
        For each day the number at risk (0 where there is no event) and the number of events.
        None where there are too many ways to list.
    """
    ways = _Ways(n)
    for day in range(days):
        if not ways.spread(most, least=n if whole and not day else 0):
            return None
    rows = [*map(tuple, ways.rows[_near(ways, printed, limits)].tolist())]
    fits = cache(lambda history: prints(history, printed, limits))
    return [row for row in rows if fits(_history(row))] if len(rows) <= MOST_LISTED else None


class _Ways:
    """Ways to spread events over days, with what each does to S and to Greenwood's sum."""

    def __init__(self, n: int) -> None:
        pairs = [(0, 0), *((m, d) for m in range(1, n + 1) for d in range(1, m + 1))]
        self.options = np.array(pairs)  # numbers at risk and of events, in order
        self.rows = np.zeros((1, 0), dtype=int)
        self.left, self.events = np.array([n]), np.array([0])
        self.survival, self.variance = np.ones(1), np.zeros(1)

    def spread(self, most: int, least: int) -> bool:
        """Add a day, unless there are too many ways; with events, ``least`` are at risk."""
        choices = self.left * (self.left + 1) // 2 + 1  # of options that leave nobody twice
        if choices.sum() > MOST_WAYS:
            return False
        before = np.repeat(np.arange(len(choices)), choices)
        option = np.arange(len(before)) - np.repeat(np.cumsum(choices) - choices, choices)
        at_risk, events = self.options[option].T
        kept = (self.events[before] + events <= most) & ((at_risk >= least) | (events == 0))
        before, at_risk, events = before[kept], at_risk[kept], events[kept]
        size, after = np.maximum(at_risk, 1), np.where(events, at_risk - events, 1)
        with np.errstate(divide="ignore"):
            self.variance = self.variance[before] + events / (size * after)
        self.survival = self.survival[before] * after / size
        self.left = np.where(events, after, self.left[before])
        self.events = self.events[before] + events
        self.rows = np.column_stack((self.rows[before], at_risk, events))
        return True


def _near(ways: _Ways, printed: CurvePrinted, limits: Limits) -> np.ndarray:
    """Ways that print so, and a few that do not, from the ranges that survival leaves."""
    low, high = survival_range(printed)
    edges = np.array([0.0, *np.geomspace(LOWEST, 1.0, BINS)])
    place = np.searchsorted(edges, ways.survival, side="right").clip(1, BINS)
    low = max(low, TINY) if printed.has_limits else low  # at 0 there are no limits
    found = (low <= ways.survival) & (ways.survival <= high)
    least, most = np.zeros(len(edges)), np.zeros(len(edges))
    for k in np.unique(place[found]):
        ends = edges[k - 1] * (1 - SLACK), min(edges[k] * (1 + SLACK), 1.0)
        least[k], most[k] = variance_between(printed, limits, *ends)
    return found & (least[place] <= ways.variance) & (ways.variance <= most[place])


def _history(row: Row) -> tuple[int, ...]:
    """Numbers at risk at the events, one after the other."""
    pairs = zip(row[::2], row[1::2], strict=True)
    return tuple(n for at_risk, events in pairs for n in range(at_risk, at_risk - events, -1))
