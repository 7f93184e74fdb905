"""Where days are few, what happens on each is listed: neither too much nor too little."""

from itertools import pairwise, product
from math import isfinite

import pytest

from numbercheck.consistency.daily import daily_events
from numbercheck.consistency.tabulated import CurvePrinted, Limits
from numbercheck.statistics.risk_sets import CONF_TYPES, km_limits
from numbercheck.statistics.rounding import Printed, format_rounded


def _every(n: int, days: int, whole: bool):
    """Numbers at risk and of events on each day, by trying all."""
    pairs = [(0, 0), *((m, d) for m in range(1, n + 1) for d in range(1, m + 1))]
    for row in product(pairs, repeat=days):
        seen = [pair for pair in row if pair[1]]
        falls = all(a - d >= b for (a, d), (b, _) in pairwise(seen))
        if falls and not (whole and row[0][1] and row[0][0] != n):
            yield tuple(x for pair in row for x in pair)


def _shown(row: tuple[int, ...], method: str) -> tuple[str, ...]:
    history = [m - k for m, d in zip(row[::2], row[1::2], strict=True) for k in range(d)]
    values = km_limits(tuple(history), method)
    return tuple(format_rounded(100 * x, 2) if isfinite(x) else "" for x in values)


@pytest.mark.parametrize("method", CONF_TYPES)
@pytest.mark.parametrize("whole", [True, False])
def test_what_is_listed_prints_as_printed_and_nothing_else_does(method, whole):
    """Every estimate, and every pair of limits, that five patients on two days can print."""
    rows = [*_every(5, 2, whole)]
    for names in (("estimate",), ("conf_low", "conf_high")):
        places = [("estimate", "conf_low", "conf_high").index(name) for name in names]
        shown = {row: tuple(_shown(row, method)[k] for k in places) for row in rows}
        for texts in filter(all, set(shown.values())):
            printed = CurvePrinted(
                **{n: (Printed(text),) for n, text in zip(names, texts, strict=True)}
            )
            found = daily_events(5, 2, printed, Limits(method), 5, whole)
            assert sorted(found) == sorted(row for row in rows if shown[row] == texts)
