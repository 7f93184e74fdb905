"""P values of two proportions, or of one against a published rate: the tests that print them."""

from collections.abc import Iterator
from functools import lru_cache
from math import isnan, nan
from typing import NamedTuple

from companion.audit.evidence import Count, Evidence, MissingError, Table
from companion.audit.verdicts import Candidate, Verdict
from companion.contingency import p_value
from companion.ledger import Claim, Measure
from companion.printed import Printed
from companion.proportions import exact_binomial

QUICK = ("fisher", "chi2", "chi2-yates", "g", "mid-p")
SLOW = ("boschloo", "barnard")  # half a second and SciPy's whole statistics: a last resort
BINOMIAL = {
    "exact-binomial": "two-sided",
    "exact-binomial-less": "less",
    "exact-binomial-greater": "greater",
}
p_of_table = lru_cache(maxsize=None)(p_value)
p_of_rate = lru_cache(maxsize=None)(exact_binomial)


class PTest(NamedTuple):
    """A test with the P values it can have, one for each set of counts that is admitted."""

    name: str
    values: tuple[float, ...]

    @property
    def text(self) -> str:
        """The P value, or its range."""
        low, high = f"{min(self.values):.2g}", f"{max(self.values):.2g}"
        return low if low == high else f"{low} to {high}"

    def candidate(self, printed: Printed) -> Candidate:
        """Whether any of its values prints so."""
        return Candidate(self.name, self.text, any(printed.admits(p) for p in self.values))


def check(claim: Claim, evidence: Evidence) -> Iterator[Verdict]:
    """Judge a P value, printed or put in words."""
    measure = evidence.ledger.measures[claim.measure]
    if not 0 <= claim.value.value <= 1:
        says = f"{claim.printed} is no probability."
        yield Verdict(claim.claim, "mismatch", "impossible-p", says)
        return
    try:
        tests, premises, setting = comparison_tests(measure, evidence)
    except MissingError as missing:
        says = f"It cannot be recomputed: {missing}."
        yield Verdict(claim.claim, "unchecked", "not-expressible", says)
        return
    if claim.verbal:
        yield _in_words(claim, tests, premises, setting)
    else:
        yield _printed(claim, measure, tests, premises, setting, evidence)


def comparison_tests(
    measure: Measure, evidence: Evidence, slow: bool = False
) -> tuple[list[PTest], tuple[str, ...], str]:
    """Tests of a comparison, the claims they rest on, and the counts in words.

    Raises
    ------
    MissingError
        If the printed numbers do not leave a comparison that can be computed.
    """
    against = evidence.ledger.measures.get(measure.against)
    if against is None:
        tables, premises = evidence.tables(measure)
        return _table_tests(tables, QUICK + SLOW * slow), premises, _table_words(tables)
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


def _rate_tests(measure: Measure, evidence: Evidence) -> tuple[list[PTest], tuple[str, ...], str]:
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
    tests = [
        PTest(name, tuple(p_of_rate(k, count.total, p0, side) for k, p0 in pairs))
        for name, side in BINOMIAL.items()
    ]
    rest = " and ".join(f"{c.value.value:g} %" for c in shown)
    words = f"{'/'.join(map(str, count.values[:3]))} of {count.total} against {rest}"
    return tests, (*count.claims, *(c.claim for c in shown)), words


def _own_count(measure: Measure, evidence: Evidence) -> Count:
    from companion.audit.evidence import key

    count = evidence.selected(key(measure.where), key(measure.among))
    if count is None or not count.total:
        raise MissingError("the count or the denominator is not printed")
    return count


def _paired(
    measure: Measure, before: Measure, evidence: Evidence
) -> tuple[list[PTest], tuple[str, ...], str]:
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
    return [PTest("mcnemar-exact", values)], (*first.claims, *after.claims), words


def discordant_pairs(before: int, after: int, total: int) -> list[tuple[int, int]]:
    """Numbers who lost and who gained the property, given how many had it before and after."""
    return [
        (lost, after - before + lost)
        for lost in range(min(before, total - after) + 1)
        if 0 <= after - before + lost <= total - before
    ]


def _printed(
    claim: Claim,
    measure: Measure,
    tests: list[PTest],
    premises: tuple[str, ...],
    setting: str,
    evidence: Evidence,
) -> Verdict:
    """Compare a printed P value with every test."""
    fits = [t for t in tests if t.candidate(claim.value).fits]
    if not fits and measure.by.text:
        tests, premises, setting = comparison_tests(measure, evidence, slow=True)
        fits = [t for t in tests if t.candidate(claim.value).fits]
    candidates = tuple(t.candidate(claim.value) for t in tests)
    own = evidence.ledger.method(measure)
    chosen, verdict, kind = _choose(own, tests, fits)
    one = chosen.values[0] if len(set(chosen.values)) == 1 else nan
    says = f"For {setting} {chosen.name} gives P = {chosen.text}"
    if verdict == "match":
        says += f", which prints as {claim.printed}."
        if len(chosen.values) > 1:
            says = f"Among {setting} one gives P {claim.printed} by {chosen.name}."
            verdict, kind = "unchecked", "possible-p"
    elif kind == "no-test-fits":
        says += f", not {claim.printed}, and no other test gives that."
    else:
        says += f", as printed, but {_expected(own, tests)}."
    return Verdict(claim.claim, verdict, kind, says, chosen.name, one, candidates, premises)


def _choose(own: str, tests: list[PTest], fits: list[PTest]) -> tuple[PTest, str, str]:
    """The test to speak of, the verdict and its kind."""
    expected = next((t for t in tests if t.name == own), None)
    two_sided = [t for t in fits if not t.name.endswith(("-less", "-greater"))]
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
    return f"{expected.name} gives {expected.text}"


def _in_words(claim: Claim, tests: list[PTest], premises: tuple[str, ...], setting: str) -> Verdict:
    """Judge a claim of significance whose test is not named by every test."""
    side = _side(tests)
    tried = [t for t in tests if not t.name.endswith(("-less", "-greater")) or t.name == side]
    if claim.value.relation.startswith(">"):
        tried = [t for t in tried if not t.name.endswith(("-less", "-greater"))]
    agree = [[claim.value.admits(p) for p in t.values] for t in tried]
    values = ", ".join(f"{t.name} P = {t.text}" for t in tried)
    candidates = tuple(Candidate(t.name, t.text, all(a)) for t, a in zip(tried, agree, strict=True))
    common = {"claim": claim.claim, "candidates": candidates, "premises": premises}
    if all(map(all, agree)):
        says = f"For {setting} every test tried supports P {claim.printed}: {values}."
        return Verdict(verdict="match", kind="claim-supported", sentence=says, **common)  # type: ignore[arg-type]
    if not any(map(any, agree)) or _is_range(claim, tests, agree):
        says = f"Not supported by the tests tried, {setting}: {values}."
        return Verdict(verdict="mismatch", kind="claim-not-supported", sentence=says, **common)  # type: ignore[arg-type]
    if any(len(set(a)) > 1 for a in agree):
        says = f"It depends on cells the article does not print ({setting}): {values}."
        return Verdict(verdict="unchecked", kind="depends-on-cells", sentence=says, **common)  # type: ignore[arg-type]
    says = f"It depends on the test, which is not named; for {setting}: {values}."
    return Verdict(verdict="unchecked", kind="depends-on-test", sentence=says, **common)  # type: ignore[arg-type]


def _is_range(claim: Claim, tests: list[PTest], agree: list[list[bool]]) -> bool:
    """Whether a claim against a range of rates has no support at one of its ends."""
    if tests[0].name not in BINOMIAL:
        return False
    return any(not any(end) for end in zip(*agree, strict=True))


def _side(tests: list[PTest]) -> str:
    """Name the one-sided binomial test in the direction of the data."""
    sided = [t for t in tests if t.name in ("exact-binomial-less", "exact-binomial-greater")]
    return min(sided, key=lambda t: min(t.values)).name if sided else ""
