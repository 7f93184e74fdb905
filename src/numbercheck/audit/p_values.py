"""P values of two proportions, or of one against a published rate: the tests that print them."""

from collections.abc import Iterator
from functools import lru_cache
from math import isnan, nan
from typing import NamedTuple

from numbercheck.audit.evidence import Count, Evidence, MissingError, Table, key
from numbercheck.audit.verdicts import Candidate, Verdict, verdict_on
from numbercheck.ledger.records import Claim, Measure
from numbercheck.statistics.contingency import discordant_pairs, p_value
from numbercheck.statistics.proportions import exact_binomial
from numbercheck.statistics.rounding import Printed
from numbercheck.words import called

QUICK = ("fisher", "chi2", "chi2-yates", "g", "mid-p")
SLOW = ("boschloo", "barnard")  # half a second and SciPy's whole statistics: a last resort
BINOMIAL = {
    "exact-binomial": "two-sided",
    "exact-binomial-less": "less",
    "exact-binomial-greater": "greater",
}
ONE_SIDED = ("-less", "-greater")
p_of_table = lru_cache(maxsize=None)(p_value)
p_of_rate = lru_cache(maxsize=None)(exact_binomial)


class PTest(NamedTuple):
    """A test with the P values it can have, one for each set of counts that is admitted."""

    name: str
    values: tuple[float, ...]
    against: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The P value, its range, or one for each rate that it is compared with."""
        if len(self.against) > 1:
            pairs = zip(self.values, self.against, strict=True)
            return ", ".join(f"{p:.2g} against {rate}" for p, rate in pairs)
        low, high = f"{min(self.values):.2g}", f"{max(self.values):.2g}"
        return low if low == high else f"{low} to {high}"

    def candidate(self, printed: Printed) -> Candidate:
        """Whether any of its values prints so."""
        return Candidate(self.name, self.text, any(printed.admits(p) for p in self.values))


class Comparison(NamedTuple):
    """The tests of a comparison, the claims they rest on, and the counts in words.

    ``is_open`` where the cells of the table are not printed.
    """

    tests: list[PTest]
    inputs: tuple[str, ...]
    setting: str
    is_open: bool = False


def check(claim: Claim, evidence: Evidence) -> Iterator[Verdict]:
    """Judge a P value, printed or put in words."""
    measure = evidence.ledger.measures[claim.measure]
    if not 0 <= claim.value.value <= 1:
        says = f"{claim.printed} is no probability."
        yield verdict_on(claim, "mismatch", "impossible-p", says)
        return
    try:
        comparison = compare(measure, evidence)
    except MissingError as missing:
        says = f"It cannot be recomputed: {missing}."
        yield verdict_on(claim, "unchecked", "not-expressible", says)
        return
    if claim.verbal:
        yield _in_words(claim, comparison)
    else:
        yield _printed(claim, measure, comparison, evidence)


def compare(measure: Measure, evidence: Evidence, slow: bool = False) -> Comparison:
    """Every test of a comparison that the printed counts allow.

    Raises
    ------
    MissingError
        If the printed numbers do not leave a comparison that can be computed.
    """
    against = evidence.ledger.measures.get(measure.against)
    if against is None:
        tables, inputs, is_open = evidence.tables(measure)
        tests = _table_tests(tables, QUICK + SLOW * slow)
        return Comparison(tests, inputs, _table_words(tables), is_open)
    if against.kind == "count":
        return _paired(measure, against, evidence)
    return _rate_tests(measure, evidence)


def _table_tests(tables: list[Table], names: tuple[str, ...]) -> list[PTest]:
    if not tables:
        raise MissingError("no counts fit the printed numbers")
    tests = []
    for side in ("two-sided", "less", "greater"):
        for name in names:
            if name == "g" and side != "two-sided":
                continue
            values = [p_of_table(table, name, side) for table in tables]
            values = [p for p in values if not isnan(p)]
            if values:
                tests.append(
                    PTest(name if side == "two-sided" else f"{name}-{side}", tuple(values))
                )
    if not tests:
        raise MissingError("no test is defined for a table with an empty margin")
    return tests


def _table_words(tables: list[Table]) -> str:
    (a, b), (c, d) = tables[0]
    if len(tables) == 1:
        return f"{a} of {a + b} against {c} of {c + d}"
    return f"{len(tables)} tables of {a + b} against {c + d} that the printed numbers leave"


def _rate_tests(measure: Measure, evidence: Evidence) -> Comparison:
    """Exact binomial tests against a printed rate, or both ends of a printed range."""
    count = _own_count(measure, evidence)
    find = evidence.ledger.find
    rates = [c for s in ("value", "percent", "min", "max") for c in find(measure.against, s)]
    shown = list({c.value.value: c for c in rates}.values())
    if not shown:
        raise MissingError("the rate that it is compared with is not printed")
    if any(not 0 <= c.value.value <= 100 for c in shown):
        raise MissingError("the rate that it is compared with is no percentage")
    pairs = [(k, c.value.value / 100) for k in count.values for c in shown]
    rates_tested = tuple(f"{100 * p0:g} %" for _, p0 in pairs)
    tests = [
        PTest(name, tuple(p_of_rate(k, count.total, p0, side) for k, p0 in pairs), rates_tested)
        for name, side in BINOMIAL.items()
    ]
    rest = " and ".join(f"{c.value.value:g} %" for c in shown)
    words = f"{'/'.join(map(str, count.values[:3]))} of {count.total} against {rest}"
    return Comparison(tests, (*count.claims, *(c.claim for c in shown)), words)


def _own_count(measure: Measure, evidence: Evidence) -> Count:
    count = evidence.selected(key(measure.where), key(measure.among))
    if count is None or not count.total:
        raise MissingError("the count or the denominator is not printed")
    return count


def _paired(measure: Measure, before: Measure, evidence: Evidence) -> Comparison:
    """McNemar's exact test for every number of discordant pairs that the two counts leave."""
    after, first = _own_count(measure, evidence), evidence.count(before)
    if first is None or len(first.values) != 1 or len(after.values) != 1:
        raise MissingError("the two counts of the same patients are not printed")
    pairs = discordant_pairs(first.values[0], after.values[0], after.total or 0)
    values = tuple(p_of_table(((0, b), (c, 0)), "mcnemar-exact", "two-sided") for b, c in pairs)
    values = tuple(p for p in values if not isnan(p))
    if not values:
        raise MissingError("no pair can be discordant")
    words = f"{first.values[0]} and {after.values[0]} of the same {after.total} patients"
    test = PTest("mcnemar-exact", values)
    return Comparison([test], (*first.claims, *after.claims), words, is_open=True)


def _printed(claim: Claim, measure: Measure, comparison: Comparison, evidence: Evidence) -> Verdict:
    """Compare a printed P value with every test."""
    fits = _fitting(claim, comparison)
    if not fits and measure.by.text:
        comparison = compare(measure, evidence, slow=True)
        fits = _fitting(claim, comparison)
    tests, inputs, setting, is_open = comparison
    own = evidence.ledger.method(measure)
    chosen, verdict, kind = _choose(own, tests, fits)
    name = called(chosen.name)
    says = f"For {setting}, {name} gives P = {chosen.text}"
    if verdict == "match" and is_open:
        verdict, kind = "unchecked", "possible-p"
        says += f"; {claim.printed} is possible, but the cells that decide it are not printed."
    elif verdict == "match":
        says += f", which prints as {claim.printed}."
    elif kind == "no-test-fits":
        says += f", not {claim.printed}, and no other test gives that."
    else:
        says += f", as printed, but {_expected(own, tests)}."
    value = chosen.values[0] if len(set(chosen.values)) == 1 else nan
    candidates = tuple(t.candidate(claim.value) for t in tests)
    return verdict_on(claim, verdict, kind, says, chosen.name, value, candidates, inputs)


def _fitting(claim: Claim, comparison: Comparison) -> list[PTest]:
    return [t for t in comparison.tests if t.candidate(claim.value).fits]


def _choose(own: str, tests: list[PTest], fits: list[PTest]) -> tuple[PTest, str, str]:
    """The test to speak of, the verdict and its kind."""
    expected = next((t for t in tests if t.name == own), None)
    two_sided = [t for t in fits if not t.name.endswith(ONE_SIDED)]
    if expected in fits and expected:
        return expected, "match", "p-value"
    if two_sided:
        return (
            two_sided[0],
            *(("mismatch", "method-differs") if expected else ("match", "p-value")),
        )
    if fits:
        return fits[0], "mismatch", "one-sided"
    return expected or tests[0], "mismatch", "no-test-fits"


def _expected(own: str, tests: list[PTest]) -> str:
    expected = next((t for t in tests if t.name == own), tests[0])
    return f"{called(expected.name)} gives {expected.text}"


def _in_words(claim: Claim, comparison: Comparison) -> Verdict:
    """Judge a claim of significance, whose test is not named, by every test."""
    tests, inputs, setting, _ = comparison
    side = "" if claim.value.relation.startswith(">") else _side(tests)
    tried = [t for t in tests if not t.name.endswith(ONE_SIDED) or t.name == side]
    agree = [[claim.value.admits(p) for p in t.values] for t in tried]
    values = "; ".join(f"{called(t.name)} P = {t.text}" for t in tried)
    verdict, kind, opening = _weigh(agree, is_rate=tests[0].name in BINOMIAL)
    sign = claim.printed.replace("<=", "≤").replace(">=", "≥")
    says = f"{opening} (P {sign}); {setting}: {values}."
    candidates = tuple(Candidate(t.name, t.text, all(a)) for t, a in zip(tried, agree, strict=True))
    return verdict_on(claim, verdict, kind, says, candidates=candidates, inputs=inputs)


def _weigh(agree: list[list[bool]], is_rate: bool) -> tuple[str, str, str]:
    """Verdict, kind and words for what each test (row) says for each set of counts (column).

    A claim against a range of rates must hold at both ends, so one end without support fails it.
    """
    if all(map(all, agree)):
        return "match", "claim-supported", "Supported by every test tried"
    ends = [any(end) for end in zip(*agree, strict=True)] if is_rate else [any(map(any, agree))]
    if not all(ends):
        return "mismatch", "claim-not-supported", "Not supported by the tests tried"
    if any(len(set(row)) > 1 for row in agree):
        says = "It depends on cells the article does not print"
        return "unchecked", "depends-on-cells", says
    return "unchecked", "depends-on-test", "It depends on the test, which is not named"


def _side(tests: list[PTest]) -> str:
    """Name the one-sided binomial test in the direction of the data."""
    sided = [t for t in tests if t.name in ("exact-binomial-less", "exact-binomial-greater")]
    return min(sided, key=lambda t: min(t.values)).name if sided else ""
