"""The tests of groups and of pairs, for every table that the printed counts allow."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import lru_cache
from math import isnan
from typing import NamedTuple

from numbercheck.audit.evidence import MissingError, Table
from numbercheck.audit.verdicts import Candidate
from numbercheck.statistics.contingency import (
    MOST_UNCONDITIONAL,
    TWO_SIDED_ONLY,
    discordant_pairs,
    p_value,
)
from numbercheck.statistics.rounding import Printed, format_rounded

LARGE_TESTS = ("chi2", "g", "trend", "kruskal-wallis")  # of more than two groups or categories
UNCONDITIONAL = ("boschloo", "barnard")
RARE_TESTS = ("chi2-n-1", "fisher-doubled", "mid-p-doubled")
SLOW = (*UNCONDITIONAL, *RARE_TESTS)  # some take long, some are rare: a last resort
MOST_EXACT = 20  # larger tables whose exact test is made, a last resort as well
QUICK = ("fisher", "chi2", "chi2-yates", "g", "mid-p")
PAIRED = ("mcnemar-exact", "mcnemar", "mcnemar-cc")
ONE_SIDED = ("-less", "-greater")
SIDES = {"two-sided": "", "less": "-less", "greater": "-greater"}
p_of_table = lru_cache(maxsize=None)(p_value)


class Rate(NamedTuple):
    """What a count is compared with, in words, and the claim that prints it."""

    text: str
    claim: str


class PTest(NamedTuple):
    """A test with the P values it can have, one for each possible set of counts.

    ``cells`` has those counts in words, ``against`` the rate that each is compared with.
    """

    name: str
    values: tuple[float, ...]
    cells: tuple[str, ...] = ()
    against: tuple[Rate, ...] = ()

    @property
    def is_one_sided(self) -> bool:
        """Whether the test is one-sided."""
        return self.name.endswith(ONE_SIDED)

    @property
    def text(self) -> str:
        """The P value, its range, or one for each rate that it is compared with."""
        return self.beside(0)

    def beside(self, decimals: int) -> str:
        """The same beside a P value that is printed with so many decimals."""
        if len(ends := self.ends) < 2:
            return _span(self.values, decimals)
        return ", ".join(f"{_span(ps, decimals)} against {rate.text}" for rate, ps in ends.items())

    @property
    def ends(self) -> dict[Rate, list[float]]:
        """The P values by the rate that they compare with."""
        found: dict[Rate, list[float]] = {}
        every = self.against or [Rate("", "")] * len(self.values)
        for rate, p in zip(every, self.values, strict=True):
            found.setdefault(rate, []).append(p)
        return found

    def fits(self, printed: Printed) -> list[bool]:
        """Whether each of its values could have been printed so."""
        return [printed.admits_computed(p) for p in self.values]

    def candidate(self, printed: Printed, fit: Callable = any) -> Candidate:
        """The test as a candidate, which fits where any of its values does."""
        return Candidate(self.name, self.beside(printed.decimals), fit(self.fits(printed)))


class Comparison(NamedTuple):
    """The tests of a comparison, the claims they rest on, and the counts in words.

    ``is_open`` where the printed numbers allow several sets of counts; ``note`` is what follows
    from them besides; ``left_out`` names the tests that take too long for so many patients.
    ``spans`` has, by test, the least and largest P value that the rounding of a rate leaves.
    """

    tests: list[PTest]
    inputs: tuple[str, ...]
    setting: str
    is_open: bool = False
    note: str = ""
    left_out: tuple[str, ...] = ()
    spans: Mapping[str, tuple[float, float]] = {}


def format_p(p: float, decimals: int = 0) -> str:
    """P with two significant digits, and with one decimal more than is printed.

    Examples
    --------
    >>> format_p(0.0094112), format_p(0.0496, 2), format_p(3e-7), format_p(1.0)
    ('0.0094', '0.050', '3e-07', '1')
    """
    if p >= 0.9995 or (0 < p < 0.0001 and decimals < 5):
        return f"{p:.1g}"
    lead = 1
    while p and p * 10**lead < 1:
        lead += 1
    return format_rounded(p, max(lead + 1, decimals + 1))


def _span(values: Sequence[float], decimals: int) -> str:
    low, high = (format_p(end(values), decimals) for end in (min, max))
    return low if low == high else f"{low} to {high}"


def table_tests(tables: Sequence[Table], names: Sequence[str]) -> list[PTest]:
    """Every test of two groups, or of more groups or categories."""
    if len(tables[0]) > 2 or len(tables[0][0]) > 2:
        return _large_tests(tables, SLOW[0] in names)
    tests = []
    for side, suffix in SIDES.items():
        for name in names:
            if suffix and name in TWO_SIDED_ONLY:
                continue
            values = {in_cells(table): p_of_table(table, name, side) for table in tables}
            defined = {cells: p for cells, p in values.items() if not isnan(p)}
            if defined:
                tests.append(PTest(f"{name}{suffix}", (*defined.values(),), (*defined,)))
    if not tests:
        raise MissingError("no test is defined for a table with an empty margin")
    return tests


def too_long(tables: Sequence[Table], tests: Sequence[PTest]) -> tuple[str, ...]:
    """Tests that are not among those made, since they take too long for such tables."""
    if len(tables[0]) > 2 or len(tables[0][0]) > 2:
        return () if any(test.name == "fisher" for test in tests) else ("fisher",)
    most = max(sum(map(sum, table)) for table in tables)
    return UNCONDITIONAL if most > MOST_UNCONDITIONAL else ()


def _large_tests(tables: Sequence[Table], is_slow: bool) -> list[PTest]:
    """Tests of tables without their empty rows and columns."""
    names = (*LARGE_TESTS, *(("fisher",) if is_slow and len(tables) <= MOST_EXACT else ()))
    tests = []
    for name in names:
        with suppress(ValueError):  # too large for the exact test, or no trend
            values = {in_cells(table): p_of_table(_filled(table), name) for table in tables}
            tests.append(PTest(name, (*values.values(),), (*values,)))
    if not tests or isnan(sum(tests[0].values)):
        raise MissingError("no test is defined for a table with an empty margin")
    return tests


def _filled(table: Table) -> Table:
    """A table without empty rows and columns."""
    rows = [row for row in table if any(row)]
    columns = [column for column in zip(*rows, strict=True) if any(column)]
    return tuple(zip(*columns, strict=True))


def in_cells(table: Table) -> str:
    """Events and size of each group, in words; of more categories all counts."""
    if len(table[0]) > 2:
        return " v ".join("/".join(map(str, row)) for row in table)
    return " v ".join(f"{k} of {k + rest}" for k, rest in table)


def some(tables: Sequence[Table]) -> str:
    """The counts, or how many possible tables there are."""
    if len(tables) == 1:
        return in_cells(tables[0])
    return f"{len(tables)} possible tables ({' v '.join(str(sum(row)) for row in tables[0])})"


def matched_tests(tables: Sequence[Table], inputs: tuple[str, ...]) -> Comparison:
    """McNemar's tests for every number of discordant pairs that the margins allow."""
    pairs, cells, words = [], [], []
    for (a, b), (c, d) in tables:  # type: ignore[misc]
        if a + b != c + d:
            raise MissingError("the matched groups are not of one size")
        words.append(f"{a} and {c} of {a + b} pairs")
        possible = [pair for pair in discordant_pairs(a, c, a + b) if sum(pair)]
        with_event = f" ({a} and {c} with the event)" if len(tables) > 1 else ""
        cells += [f"{only} and {other} discordant pairs{with_event}" for only, other in possible]
        pairs += possible
    if not pairs:
        raise MissingError("no pair can be discordant")
    tests = [
        PTest(name, tuple(p_of_table(((0, b), (c, 0)), name) for b, c in pairs), (*cells,))
        for name in PAIRED
    ]
    return Comparison(tests, inputs, " or ".join(words), len(pairs) > 1)
