"""P values of tables of counts: two proportions, paired yes-or-no answers, or r by c.

Sources: Freeman and Halton (1951), doi:10.1093/biomet/38.1-2.141; Armitage (1955),
doi:10.2307/3001775, as R's ``prop.trend.test``; Kruskal and Wallis (1952),
doi:10.1080/01621459.1952.10483441; R's ``fisher.test``, ``chisq.test``,
``prop.test``, ``mcnemar.test`` and ``binom.test``; for N - 1 Campbell (2007),
doi:10.1002/sim.2832, which is the Mantel-Haenszel test of one stratum; for mid-P Lydersen,
Fagerland and Laake (2009), doi:10.1002/sim.3531.
"""

from collections.abc import Callable, Iterator, Sequence
from math import comb, copysign, log, nan, prod, sqrt
from typing import NamedTuple

from numbercheck.statistics.proportions import (
    ALTERNATIVES,
    WHOLE,
    exact_binomial,
    require_option,
)
from numbercheck.statistics.tails import chi2_tail, z_tail
from numbercheck.statistics.unconditional import barnard, boschloo

MOST_UNCONDITIONAL = 4_000  # patients in Boschloo's and Barnard's tests; two seconds at most
MOST_SUMS = 50_000  # steps of the exact test of a larger table; half a second at most
TIE_PARTS = 10**7  # R's allowance: tables within 1 in 10^7 in probability are equally likely


class FourfoldTable(NamedTuple):
    """Counts of two groups, each with (a, c) and without (b, d) the event."""

    a: int
    b: int
    c: int
    d: int

    @property
    def margins(self) -> tuple[int, int, int, int]:
        """Sizes of the two groups, then participants with and without the event."""
        return self.a + self.b, self.c + self.d, self.a + self.c, self.b + self.d


def p_value(
    table: Sequence[Sequence[int]], method: str = "fisher", alternative: str = "two-sided"
) -> float:
    """P value of a table of counts.

    Parameters
    ----------
    table : nested sequence of int, 2 by 2 or larger
        One row per group: with the event, without it. For McNemar's tests rows and columns
        are the two answers of each pair. A larger table has one row per group and one column
        per category; ``trend`` needs two of either, the others in their order.
    method : str
        One of ``METHODS``; of a larger table, one of ``LARGE``.
    alternative : {"two-sided", "less", "greater"}
        ``less``: the event is rarer in the first row. ``g`` has no one-sided form; of McNemar's
        tests, only the exact one has; what is doubled has none.

    Returns
    -------
    float
        NaN where the test is undefined: an empty margin, or no discordant pair. Fisher's test
        is the exception, as in R: an empty margin leaves one possible table, and P is 1.
        ``boschloo`` and ``barnard`` are NaN above ``MOST_UNCONDITIONAL`` patients, whose pairs
        of counts take minutes to order.

    Raises
    ------
    ValueError
        If the table has no rows and columns of whole counts, a name is unknown, the method
        does not take a table of this size, or the exact test would need too many tables.

    Notes
    -----
    Two-sided, ``fisher`` and ``mid-p`` sum the tables that are no more likely than the observed
    one (``mid-p`` counts half of those as likely); ``boschloo``, ``fisher-doubled`` and
    ``mid-p-doubled`` are twice the smaller one-sided P.

    Examples
    --------
    >>> round(p_value([[16, 6], [2, 9]], "chi2-yates"), 4)
    0.0094
    """
    require_option("method", method, (*METHODS, *LARGE))
    require_option("alternative", alternative, ALTERNATIVES)
    if alternative != "two-sided" and (other := TWO_SIDED_ONLY.get(method)):
        raise ValueError(f"method {method!r} is two-sided only; {other!r} has one-sided forms")
    rows = _checked(table)
    if len(rows) == len(rows[0]) == 2 and method in _TESTS:
        return _TESTS[method](FourfoldTable(*rows[0], *rows[1]), alternative)
    if method not in LARGE or alternative != "two-sided":
        raise ValueError(
            f"{method!r} ({alternative}) takes two rows of two counts, unlike {table!r}; of a "
            f"larger table there is {' '.join(LARGE)}, two-sided"
        )
    return LARGE[method](rows)


def _checked(table: Sequence[Sequence[int]]) -> list[tuple[int, ...]]:
    widths = {len(row) for row in table}
    if len(table) < 2 or len(widths) != 1 or min(widths) < 2:
        raise ValueError(f"a table has two rows of two counts, or more, unlike {table!r}")
    counts = [count for row in table for count in row]
    if not all(isinstance(count, WHOLE) and count >= 0 for count in counts):
        raise ValueError(f"every count must be a whole number, zero or more, unlike {table!r}")
    return [tuple(map(int, row)) for row in table]


def _weights(table: FourfoldTable) -> list[int]:
    """Ways to make each table with these margins, by what is in its first cell.

    Whole numbers, so that no rounding decides which tables are equally likely.
    """
    first, second, event, _ = table.margins
    low, high = max(0, event - second), min(first, event)
    ways = [comb(first, low) * comb(second, event - low)]
    for x in range(low, high):
        ways.append(ways[-1] * (first - x) * (event - x) // ((x + 1) * (second - event + x + 1)))
    return ways


def _exact(table: FourfoldTable, alternative: str) -> tuple[float, float]:
    """P value of Fisher's test, and the part of it from tables as likely as the observed."""
    ways = _weights(table)
    at = table.a - max(0, table.margins[2] - table.margins[1])
    seen, total = ways[at], sum(ways)
    if alternative != "two-sided":
        tail = ways[: at + 1] if alternative == "less" else ways[at:]
        return sum(tail) / total, seen / total
    extreme = [way for way in ways if way * TIE_PARTS <= seen * (TIE_PARTS + 1)]
    alike = [way for way in extreme if way * (TIE_PARTS + 1) >= seen * TIE_PARTS]
    return sum(extreme) / total, sum(alike) / total


def _fisher(table: FourfoldTable, alternative: str) -> float:
    return _exact(table, alternative)[0]


def _mid_p(table: FourfoldTable, alternative: str) -> float:
    whole, alike = _exact(table, alternative)
    return whole - alike / 2 if all(table.margins) else nan


def _doubled(test: Callable[[FourfoldTable, str], float]) -> Callable[..., float]:
    def p(table: FourfoldTable, _: str) -> float:
        return min(2 * min(test(table, "less"), test(table, "greater")), 1.0)

    return p


def _chi2(table: FourfoldTable, alternative: str, correction: float = 0.0, lost: int = 0) -> float:
    if not all(table.margins):
        return nan
    first, second, event, without = table.margins
    total = first + second
    gap = table.a - first * event / total  # observed minus expected, alike in all four cells
    gap = copysign(max(abs(gap) - correction, 0.0), gap)
    scale = total**2 * (total - lost) / (first * second * event * without)
    return z_tail(gap * sqrt(scale), alternative)


def _chi2_yates(table: FourfoldTable, alternative: str) -> float:
    return _chi2(table, alternative, correction=0.5)


def _chi2_n_1(table: FourfoldTable, alternative: str) -> float:
    return _chi2(table, alternative, lost=1)


def _g(table: FourfoldTable, _: str) -> float:
    """Likelihood ratio test on one degree of freedom."""
    if not all(table.margins):
        return nan
    first, second, event, without = table.margins
    total = first + second
    expected = [row * column / total for row in (first, second) for column in (event, without)]
    statistic = 2 * sum(o * log(o / e) for o, e in zip(table, expected, strict=True) if o)
    return chi2_tail(statistic, 1)


def _unconditional(test: Callable[..., float]) -> Callable[[FourfoldTable, str], float]:
    def p(table: FourfoldTable, alternative: str) -> float:
        a, b, c, d = table
        is_defined = all(table.margins) and sum(table) <= MOST_UNCONDITIONAL
        return test(a, a + b, c, c + d, alternative) if is_defined else nan

    return p


def _mcnemar_exact(table: FourfoldTable, alternative: str) -> float:
    discordant = table.b + table.c
    return exact_binomial(table.b, discordant, 0.5, alternative) if discordant else nan


def _mcnemar(table: FourfoldTable, _: str, correction: int = 0) -> float:
    discordant = table.b + table.c
    if not discordant:
        return nan
    gap = abs(table.b - table.c)
    return z_tail((gap - correction * (gap > 0)) / sqrt(discordant))


def _mcnemar_cc(table: FourfoldTable, alternative: str) -> float:
    return _mcnemar(table, alternative, correction=1)


def _expected(rows: Sequence[Sequence[int]]) -> list[list[float]]:
    """Counts of a table without association; none where a margin is empty."""
    across, down = [sum(row) for row in rows], [sum(column) for column in zip(*rows, strict=True)]
    total = sum(across)
    return [[a * b / total for b in down] for a in across] if all((*across, *down)) else []


def _large(term: Callable[[float, float], float]) -> Callable[[Sequence[Sequence[int]]], float]:
    """Test whose statistic adds up a term of each observed and expected count."""

    def test(rows: Sequence[Sequence[int]]) -> float:
        expected = _expected(rows)
        if not expected:
            return nan
        cells = [
            (o, e)
            for os, es in zip(rows, expected, strict=True)
            for o, e in zip(os, es, strict=True)
        ]
        statistic = sum(term(o, e) for o, e in cells)
        return chi2_tail(statistic, (len(rows) - 1) * (len(rows[0]) - 1))

    return test


def _freeman_halton(rows: Sequence[Sequence[int]]) -> float:
    """Sum of the tables with these margins that are no more likely than the observed one.

    Column by column: for each state of what the rows have left, how many ways lead to each
    weight. Weights are whole numbers, so that no rounding decides which tables are alike.
    """
    columns = sorted(zip(*rows, strict=True), key=sum)
    left = tuple(sum(row) for row in rows)
    states: dict[tuple[int, ...], dict[int, int]] = {left: {1: 1}}
    steps = 0
    for column in columns[:-1]:
        following: dict[tuple[int, ...], dict[int, int]] = {}
        for state, weights in states.items():
            for taken in _ways_to_take(state, sum(column)):
                after = tuple(a - b for a, b in zip(state, taken, strict=True))
                ways, reached = _chosen(state, taken), following.setdefault(after, {})
                steps += len(weights)
                if steps > MOST_SUMS:
                    raise ValueError("the exact test of this table takes too many steps")
                for weight, number in weights.items():
                    reached[weight * ways] = reached.get(weight * ways, 0) + number
        states = following
    seen, state = 1, left
    for column in columns[:-1]:
        seen *= _chosen(state, column)
        state = tuple(a - b for a, b in zip(state, column, strict=True))
    every = [(w, number) for weights in states.values() for w, number in weights.items()]
    extreme = sum(w * number for w, number in every if w * TIE_PARTS <= seen * (TIE_PARTS + 1))
    return extreme / sum(w * number for w, number in every)


def _chosen(state: Sequence[int], taken: Sequence[int]) -> int:
    return prod(comb(a, b) for a, b in zip(state, taken, strict=True))


def _ways_to_take(state: tuple[int, ...], total: int) -> Iterator[tuple[int, ...]]:
    """Every way to take so many from the rows."""
    if len(state) == 1:
        yield (total,)
        return
    for k in range(max(0, total - sum(state[1:])), min(state[0], total) + 1):
        yield from ((k, *more) for more in _ways_to_take(state[1:], total - k))


def _trend(rows: Sequence[Sequence[int]]) -> float:
    """Test for trend, of groups in order or of categories in order."""
    if len(rows) == 2:
        rows = list(zip(*rows, strict=True))
    if len(rows[0]) != 2:
        raise ValueError("a trend needs two groups, or an event that happens or does not")
    sizes, events = [sum(row) for row in rows], sum(row[0] for row in rows)
    total = sum(sizes)
    mean = sum(i * n for i, n in enumerate(sizes)) / total if total else 0.0
    spread = sum(n * (i - mean) ** 2 for i, n in enumerate(sizes))
    rate = events / total if total else 0.0
    if not spread * rate * (1 - rate):
        return nan
    gap = sum((i - mean) * row[0] for i, row in enumerate(rows))
    return z_tail(gap / sqrt(rate * (1 - rate) * spread))


def discordant_pairs(first: int, second: int, pairs: int) -> list[tuple[int, int]]:
    """Every possible number of pairs with the event in the first only, and in the second only.

    Parameters
    ----------
    first, second : int
        Members of each group with the event, such as before and after, or of matched groups.
    pairs : int
        How many pairs there are.

    Examples
    --------
    >>> discordant_pairs(33, 22, 35)
    [(11, 0), (12, 1), (13, 2)]
    """
    return [
        (only_first, second - first + only_first)
        for only_first in range(max(0, first - second), min(first, pairs - second) + 1)
    ]


_TESTS: dict[str, Callable[[FourfoldTable, str], float]] = {
    "fisher": _fisher,
    "chi2": _chi2,
    "chi2-yates": _chi2_yates,
    "chi2-n-1": _chi2_n_1,
    "g": _g,
    "mid-p": _mid_p,
    "fisher-doubled": _doubled(_fisher),
    "mid-p-doubled": _doubled(_mid_p),
    "boschloo": _unconditional(boschloo),
    "barnard": _unconditional(barnard),
    "mcnemar-exact": _mcnemar_exact,
    "mcnemar": _mcnemar,
    "mcnemar-cc": _mcnemar_cc,
}


def _kruskal_wallis(rows: Sequence[Sequence[int]]) -> float:
    """Test of ranks with ties, of groups whose categories are in order, as R's ``kruskal.test``."""
    down = [sum(column) for column in zip(*rows, strict=True)]
    total, below, ranks = sum(down), 0, []
    for size in down:
        ranks.append(below + (size + 1) / 2)
        below += size
    mean = (total + 1) / 2
    spread = sum(n * (rank - mean) ** 2 for n, rank in zip(down, ranks, strict=True))
    if not spread or not all(map(sum, rows)):
        return nan
    gaps = (sum(k * (r - mean) for k, r in zip(row, ranks, strict=True)) for row in rows)
    between = sum(gap**2 / sum(row) for gap, row in zip(gaps, rows, strict=True))
    return chi2_tail((total - 1) * between / spread, len(rows) - 1)


LARGE: dict[str, Callable[[Sequence[Sequence[int]]], float]] = {
    "chi2": _large(lambda o, e: (o - e) ** 2 / e),
    "g": _large(lambda o, e: 2 * o * log(o / e) if o else 0.0),
    "fisher": _freeman_halton,
    "trend": _trend,
    "kruskal-wallis": _kruskal_wallis,
}
TWO_SIDED_ONLY = {
    **{"g": "chi2", "mcnemar": "mcnemar-exact", "mcnemar-cc": "mcnemar-exact"},
    **{"fisher-doubled": "fisher", "mid-p-doubled": "mid-p"},
}
METHODS = tuple(_TESTS)  # of two proportions
