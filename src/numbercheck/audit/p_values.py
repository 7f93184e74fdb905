"""P values of groups, of pairs, or of a rate against a published one: which tests give them."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from math import isnan, nan
from typing import NamedTuple

from numbercheck.audit.evidence import (
    Count,
    Evidence,
    MissingError,
    Table,
    most_fitting,
    possible_counts,
)
from numbercheck.audit.verdicts import Candidate, Verdict, verdict_on
from numbercheck.ledger.records import Claim, Measure
from numbercheck.statistics.contingency import discordant_pairs, p_value
from numbercheck.statistics.fixed_rate import METHODS as RATE_TESTS
from numbercheck.statistics.fixed_rate import rate_p_value
from numbercheck.statistics.rounding import Printed, format_rounded
from numbercheck.words import called

QUICK = ("fisher", "chi2", "chi2-yates", "g", "mid-p")
SLOW = ("boschloo", "barnard")  # half a second and SciPy's whole statistics: a last resort
PAIRED = ("mcnemar-exact", "mcnemar", "mcnemar-cc")
ONE_SIDED = ("-less", "-greater")
SIDES = {"two-sided": "", "less": "-less", "greater": "-greater"}
p_of_table = lru_cache(maxsize=None)(p_value)
p_of_rate = lru_cache(maxsize=None)(rate_p_value)


class PTest(NamedTuple):
    """A test with the P values it can have, one for each possible set of counts.

    ``cells`` has those counts in words, ``against`` the rate that each is compared with.
    """

    name: str
    values: tuple[float, ...]
    cells: tuple[str, ...] = ()
    against: tuple[str, ...] = ()

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
        if len(set(self.against)) > 1:
            pairs = dict.fromkeys(zip(self.values, self.against, strict=True))
            return ", ".join(f"{format_p(p, decimals)} against {rate}" for p, rate in pairs)
        low, high = (format_p(end(self.values), decimals) for end in (min, max))
        return low if low == high else f"{low} to {high}"

    def fits(self, printed: Printed) -> list[bool]:
        """Whether each of its values could have been printed so."""
        return [printed.admits(p) for p in self.values]

    def candidate(self, printed: Printed, fit: Callable = any) -> Candidate:
        """The test as a candidate, which fits where any of its values does."""
        return Candidate(self.name, self.beside(printed.decimals), fit(self.fits(printed)))


class Comparison(NamedTuple):
    """The tests of a comparison, the claims they rest on, and the counts in words.

    ``is_open`` where the printed numbers allow several sets of counts.
    """

    tests: list[PTest]
    inputs: tuple[str, ...]
    setting: str
    is_open: bool = False


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


def check(claim: Claim, evidence: Evidence) -> Iterator[Verdict]:
    """Judge a P value, printed or put in words."""
    measure = evidence.ledger.measures[claim.measure]
    if not 0 <= claim.value.value <= 1:
        yield verdict_on(claim, "mismatch", "impossible-p", f"{claim.printed} is no probability.")
        return
    try:
        comparison = compare(measure, evidence)
        if not claim.verbal and measure.by.text and not _fits_two_sided(claim, comparison):
            comparison = compare(measure, evidence, slow=True)
    except MissingError as missing:
        says = f"It cannot be recomputed: {missing}."
        yield verdict_on(claim, "unchecked", "not-expressible", says)
        return
    judge = _in_words if claim.verbal else _printed
    yield judge(claim, measure, comparison, evidence)


def _fits_two_sided(claim: Claim, comparison: Comparison) -> bool:
    return any(any(t.fits(claim.value)) for t in comparison.tests if not t.is_one_sided)


def compare(measure: Measure, evidence: Evidence, slow: bool = False) -> Comparison:
    """Every test of a comparison that the printed counts allow.

    Raises
    ------
    MissingError
        If the printed numbers do not leave a comparison that can be computed.
    """
    against = evidence.ledger.measures.get(measure.against)
    if against is None:
        tables, inputs = evidence.tables(measure)
        if measure.design:
            return _matched(tables, inputs)
        tests = _table_tests(tables, QUICK + SLOW * slow)
        return Comparison(tests, inputs, _some(tables), len(tables) > 1)
    if against.kind == "count":
        after, before = _own_count(measure, evidence), evidence.count(against)
        if before is None or len(before.values) != 1 or len(after.values) != 1:
            raise MissingError("the two counts of the same patients are not printed")
        n = after.total or 0
        table = tuple((c.values[0], n - c.values[0]) for c in (before, after))
        return _matched([table], (*before.claims, *after.claims))
    return _rate_tests(measure, evidence)


def _table_tests(tables: Sequence[Table], names: Iterable[str]) -> list[PTest]:
    """Every test of two groups."""
    if len(tables[0]) != 2:
        raise MissingError("more than two groups are compared")
    tests = []
    for side, suffix in SIDES.items():
        for name in names:
            if name == "g" and suffix:
                continue
            values = {_in_cells(table): p_of_table(table, name, side) for table in tables}
            defined = {cells: p for cells, p in values.items() if not isnan(p)}
            if defined:
                tests.append(PTest(f"{name}{suffix}", (*defined.values(),), (*defined,)))
    if not tests:
        raise MissingError("no test is defined for a table with an empty margin")
    return tests


def _in_cells(table: Table) -> str:
    return " v ".join(f"{k} of {k + rest}" for k, rest in table)


def _some(tables: Sequence[Table]) -> str:
    """The counts, or how many possible tables there are."""
    if len(tables) == 1:
        return _in_cells(tables[0])
    return f"{len(tables)} possible tables ({' v '.join(str(sum(row)) for row in tables[0])})"


def _matched(tables: Sequence[Table], inputs: tuple[str, ...]) -> Comparison:
    """McNemar's tests for every number of discordant pairs that the margins allow."""
    pairs, words = [], ""
    for (a, b), (c, d) in tables:
        if a + b != c + d:
            raise MissingError("the matched groups are not of one size")
        words = words or f"{a} and {c} of {a + b} pairs"
        pairs += [pair for pair in discordant_pairs(a, c, a + b) if sum(pair)]
    if not pairs:
        raise MissingError("no pair can be discordant")
    cells = tuple(f"{b} and {c} discordant pairs" for b, c in pairs)
    tests = [
        PTest(name, tuple(p_of_table(((0, b), (c, 0)), name) for b, c in pairs), cells)
        for name in PAIRED
    ]
    return Comparison(tests, inputs, words, len(pairs) > 1)


def _rate_tests(measure: Measure, evidence: Evidence) -> Comparison:
    """Tests against a published rate, or both ends of a published range.

    Where the comparators say of how many patients a rate is, also tests of the two groups.
    """
    count, find = _own_count(measure, evidence), evidence.ledger.find
    rates = [c for s in ("value", "percent", "min", "max") for c in find(measure.against, s)]
    rates = list({c.value.value: c for c in rates}.values())
    if not rates or any(not 0 <= c.value.value <= 100 for c in rates):
        raise MissingError("the rate that it is compared with is not printed as a percentage")
    pairs = [(k, c.value.value / 100) for k in count.values for c in rates]
    against = tuple(f"a fixed {100 * p0:g} %" for _, p0 in pairs)
    tests = []
    for side, suffix in SIDES.items():
        for name in RATE_TESTS:
            values = tuple(p_of_rate(k, count.total, p0, name, side) for k, p0 in pairs)
            if not any(map(isnan, values)):
                tests.append(PTest(f"{name}{suffix}", values, against=against))
    groups = [(k, *other) for k in count.values for c in rates for other in _sampled(c, evidence)]
    if groups and {rate for *_, rate in groups} == {c.claim for c in rates}:
        tables = [((k, (count.total or 0) - k), (other, n - other)) for k, other, n, _ in groups]
        two_groups = _table_tests(tables, QUICK)
        tests += [
            t._replace(against=tuple(c.rpartition(" v ")[2] for c in t.cells)) for t in two_groups
        ]
    setting = f"{'/'.join(map(str, count.values[:3]))} of {count.total} v "
    setting += " and ".join(f"{c.value.value:g} %" for c in rates)
    return Comparison(tests, (*count.claims, *(c.claim for c in rates)), setting)


def _sampled(rate: Claim, evidence: Evidence) -> Iterator[tuple[int, int, str]]:
    """Counts that a published rate can stand for, where its number of patients is known."""
    for row in evidence.ledger.comparators:
        if row.claim == rate.claim and row.N.isdigit():
            n = int(row.N)
            counts = (int(row.n),) if row.n.isdigit() else possible_counts(rate.value, n)
            yield from ((k, n, rate.claim) for k in counts)


def _own_count(measure: Measure, evidence: Evidence) -> Count:
    count = evidence.selected(measure.where, measure.among)
    if count is None or not count.total:
        raise MissingError("the count or the denominator is not printed")
    return count


def _printed(claim: Claim, measure: Measure, comparison: Comparison, evidence: Evidence) -> Verdict:
    """Compare a printed P value with every test."""
    tests = comparison.tests
    own = next((t for t in tests if t.name == evidence.ledger.method(measure)), None)
    expected, number = _expected(measure, own, evidence)
    fits = [t for t in tests if any(t.fits(claim.value))]
    two_sided = [t for t in fits if not t.is_one_sided]
    two_sided.sort(key=lambda t: (t is not own, t.name not in expected))
    verdict, kind, chosen = "mismatch", "no-test-fits", own or tests[0]
    if two_sided or own in fits:
        chosen = own if own in fits and own else two_sided[0]
        verdict, kind = "match", "p-value"
        if own and chosen is not own:
            verdict, kind = "mismatch", "method-differs"
    elif fits and claim.value.relation == "=":
        chosen, kind = fits[0], "one-sided"
    says = f"For {comparison.setting}, {called(chosen.name)} gives P = "
    says += chosen.beside(claim.value.decimals)
    reach = chosen.fits(claim.value)
    if kind == "no-test-fits":
        says += f", not {claim.printed}, and no other test gives that."
    elif verdict == "mismatch":
        says += f", as printed, but {called((own or tests[0]).name)} gives "
        says += f"{(own or tests[0]).beside(claim.value.decimals)}."
    elif not all(reach):
        verdict, kind = "unchecked", "possible-p"
        cells = dict.fromkeys(c for c, fit in zip(chosen.cells, reach, strict=True) if fit)
        says += f". {claim.printed} is that of {_several(list(cells))}, which is not printed."
    else:
        says += f", which {'rounds to' if claim.value.relation == '=' else 'is'} {claim.printed}."
    value = chosen.values[0] if len(set(chosen.values)) == 1 else nan
    candidates = [t.candidate(claim.value) for t in tests]
    found = (chosen.name, value, candidates, comparison.inputs)
    return verdict_on(claim, verdict, kind, says, *found, len(tests) * (number < 2))


def _several(cells: Sequence[str]) -> str:
    more = f" or {len(cells) - 3} others" if len(cells) > 3 else ""
    return " or ".join(cells[:3]) + more


def _expected(
    measure: Measure, own: PTest | None, evidence: Evidence
) -> tuple[tuple[str, ...], int]:
    """Tests that give most P values of a family (or of those without), and how many."""
    family = evidence.ledger.families.get(measure.family)
    if own and (measure.method or (family and family.status != "inferred")):
        return (own.name,), 2
    return inferred(evidence, measure.family)


@lru_cache(maxsize=8)
def inferred(evidence: Evidence, family: str) -> tuple[tuple[str, ...], int]:
    """Tests that give most P values of a family (or of those without), and how many."""
    fitting: dict[str, list[str]] = {}
    for measure in evidence.ledger.measures.values():
        claims = evidence.ledger.find(measure.measure, "p_value")
        if claims and measure.kind == "comparison" and measure.family == family:
            try:
                tests = compare(measure, evidence).tests
            except MissingError:
                continue
            fits = [t.name for t in tests if all(t.fits(claims[0].value))]
            fitting[measure.measure] = fits
    return most_fitting(fitting.values())


def _in_words(
    claim: Claim, measure: Measure, comparison: Comparison, evidence: Evidence
) -> Verdict:
    """Judge a claim of significance, whose test is not named, by every test.

    The test of its family decides, or tests of two groups where a published rate is that of a
    known number of patients; without either, all tests must agree.
    """
    tests, own = comparison.tests, evidence.ledger.method(measure)
    side = "" if claim.value.relation.startswith(">") else _side(tests)
    tried = [t for t in tests if not t.is_one_sided or t.name.endswith(side or "two-sided")]
    groups = [t for t in tried if t.against and t.name.split("-")[0] in QUICK]
    decisive = groups or [t for t in tried if t.name == own] or tried
    weighed = {t.name: _weigh(t, claim.value) for t in tried}
    states = {weighed[t.name] for t in decisive}
    verdict, kind = "unchecked", "depends-on-test"
    if states == {"yes"}:
        verdict, kind = "match", "claim-supported"
    elif states == {"no"}:
        verdict, kind = "mismatch", "claim-not-supported"
    elif "open" in states:
        kind = "depends-on-cells"
    says = f"{comparison.setting}: {_by_state(tried, weighed, claim.value)}."
    candidates = [t.candidate(claim.value, all) for t in tried]
    value = decisive[0].values[0] if len(set(decisive[0].values)) == 1 else nan
    return verdict_on(
        claim, verdict, kind, says, decisive[0].name, value, candidates, comparison.inputs
    )


def _weigh(test: PTest, printed: Printed) -> str:
    """Whether a test supports a claim: yes, no, or open where it depends on the cells.

    A claim against a range of rates must hold at both ends, so one end without support fails it.
    """
    ends: dict[str, list[bool]] = {}
    for rate, fit in zip(test.against or [""] * len(test.values), test.fits(printed), strict=True):
        ends.setdefault(rate.rpartition(" of ")[2], []).append(fit)
    if all(map(all, ends.values())):
        return "yes"
    return "open" if all(map(any, ends.values())) else "no"


STATES = {
    "yes": "supported by {}",
    "no": "not supported by {}",
    "open": "open by {}, since it depends on cells that are not printed",
}


def _by_state(tests: Sequence[PTest], weighed: Mapping[str, str], printed: Printed) -> str:
    """Which tests support a claim and which do not, with their P values."""
    said = []
    for state, words in STATES.items():
        names = [
            f"{called(t.name)} (P {t.beside(printed.decimals)})"
            for t in tests
            if weighed[t.name] == state
        ]
        said += [words.format(", ".join(names))] if names else []
    return "; ".join(said)


def _side(tests: Sequence[PTest]) -> str:
    """Direction of the data, by the exact one-sided tests against a rate."""
    sided = [t for t in tests if t.name in ("exact-binomial-less", "exact-binomial-greater")]
    return (
        min(sided, key=lambda t: min(t.values)).name.removeprefix("exact-binomial") if sided else ""
    )
