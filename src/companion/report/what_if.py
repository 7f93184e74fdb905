"""What every method would give, computed now, so that a reader can switch methods on the page.

The page only looks texts up: no number is computed or rounded in the browser.
"""

from collections.abc import Iterable, Iterator
from math import isnan
from typing import NamedTuple

from companion.report.claims import token
from numbercheck.audit.evidence import Evidence, MissingError
from numbercheck.audit.intervals import case_of, pair_at
from numbercheck.audit.kaplan_meier import Curve, curve_at
from numbercheck.audit.p_values import BINOMIAL, Comparison, PTest, compare
from numbercheck.ledger.records import Claim, Ledger, Measure
from numbercheck.statistics.contingency import METHODS as TESTS
from numbercheck.statistics.proportions import METHODS, interval
from numbercheck.statistics.risk_sets import CONF_TYPES, km_limits
from numbercheck.statistics.rounding import Printed, format_rounded
from numbercheck.words import called, titled

LEVELS = (0.90, 0.95, 0.99)
SIDES = ("two-sided", "one-sided")
MARGIN = 1  # decimals more than printed, so that a reader sees what was rounded
NOTHING = ("not defined", "–")
NOT_TRIED = ("not tried", "–")  # Boschloo's and Barnard's on many tables would take seconds
NO_SIDE = ("the direction is not printed", "–")


class Variant(NamedTuple):
    """One line of a what-if table: what is printed, and what each choice gives.

    ``values`` maps a choice to a text and to whether that prints so: ``yes``, ``no``,
    ``possible``, or a dash where there is none.
    """

    claims: tuple[Claim, ...]
    label: str
    about: str
    printed: str
    values: dict[str, tuple[str, str]]


class WhatIf(NamedTuple):
    """Choices with their names, what is chosen at first, and the lines of each table."""

    choices: dict[str, dict[str, str]]
    first: dict[str, str]
    intervals: list[Variant]
    survival: list[Variant]
    tests: list[Variant]

    @property
    def values(self) -> dict[str, list[dict[str, tuple[str, str]]]]:
        """What the page looks up."""
        tables = {"intervals": self.intervals, "survival": self.survival, "tests": self.tests}
        return {name: [v.values for v in variants] for name, variants in tables.items()}


def what_if(ledger: Ledger) -> WhatIf:
    """Every printed interval and P value by every method that the page offers."""
    evidence = Evidence(ledger)
    claims = [c for c in ledger.claims.values() if ledger.measures[c.measure].unit != "date"]
    lows = [c for c in claims if c.statistic == "conf_low"]
    p_values = [c for c in claims if c.statistic == "p_value"]
    return WhatIf(
        _choices(),
        _first(ledger, evidence.level),
        list(_intervals(lows, evidence)),
        list(_survival(lows, evidence)),
        list(_tests(sorted(p_values, key=lambda c: c.verbal), evidence)),
    )


def _choices() -> dict[str, dict[str, str]]:
    return {
        "level": {_level(x): f"{100 * x:g} %" for x in LEVELS},
        "interval": {m: titled(m) for m in METHODS},
        "survival": {t: t for t in CONF_TYPES},
        "test": {t: called(t) for t in TESTS if t != "mcnemar-exact"},
        "sides": {s: s for s in SIDES},
    }


def _first(ledger: Ledger, level: float) -> dict[str, str]:
    """Methods that the ledger's families name for the kinds of numbers, else the usual ones."""
    methods = [ledger.method(m) for m in ledger.measures.values()]
    own = {
        "interval": [m for m in methods if m in METHODS],
        "survival": [m for m in methods if m in CONF_TYPES],
        "test": [m for m in methods if m in TESTS and "two_group" in _family(ledger, m)]
        or [m for m in methods if m in TESTS],
    }
    usual = {"interval": "wilson", "survival": "log", "test": "fisher"}
    chosen = {name: next(iter(own[name]), usual[name]) for name in usual}
    return {"level": _level(level), "sides": SIDES[0], **chosen}


def _family(ledger: Ledger, method: str) -> set[str]:
    return {f.family.removesuffix("_test") for f in ledger.families.values() if f.method == method}


def _level(level: float) -> str:
    return f"{level:g}"


def _intervals(lows: Iterable[Claim], evidence: Evidence) -> Iterator[Variant]:
    for claim in lows:
        measure = evidence.ledger.measures[claim.measure]
        pair = pair_at(claim, evidence)
        case = case_of(claim, measure, pair, evidence) if measure.kind == "count" else None
        if case is None or pair.low is None or pair.high is None:
            continue
        n = case.count.total or 0
        values = {}
        for level in LEVELS:
            for method in METHODS:
                limits = [interval(k, n, method, level) for k in case.count.values]
                percents = [(100 * low, 100 * high) for low, high in limits]
                values[f"{_level(level)}|{method}"] = _verdict(percents, pair.low, pair.high)
        about = f"{' or '.join(map(str, case.count.values))} of {n}"
        yield _limits_line(claim, evidence, about, values)


def _survival(lows: Iterable[Claim], evidence: Evidence) -> Iterator[Variant]:
    for claim in lows:
        measure = evidence.ledger.measures[claim.measure]
        curve = curve_at(claim, evidence) if measure.kind == "survival" else None
        if curve is None or curve.limits[0] is None or curve.limits[1] is None:
            continue
        found = curve.search()
        values = {
            f"{_level(level)}|{conf_type}": _survival_limits(
                curve, found.histories, conf_type, level
            )
            for level in LEVELS
            for conf_type in CONF_TYPES
        }
        about = f"{curve.estimate.printed}; {found.number} of numbers at risk give this"
        yield _limits_line(claim, evidence, about, values)


def _survival_limits(
    curve: Curve, histories: Iterable[tuple[int, ...]], conf_type: str, level: float
) -> tuple[str, str]:
    low, high = curve.limits
    if low is None or high is None:
        return NOTHING
    found = [km_limits(history, conf_type, level)[1:] for history in histories]
    limits = [(curve.scale * a, curve.scale * b) for a, b in found if not isnan(a + b)]
    return _verdict(limits, low, high)


def _verdict(limits: list[tuple[float, float]], low: Printed, high: Printed) -> tuple[str, str]:
    """Limits as text, a range where they are not determined, and whether they print so."""
    if not limits:
        return NOTHING
    fits = [low.admits(a) and high.admits(b) for a, b in limits]
    sides = [
        _span(side, printed.decimals + MARGIN)
        for side, printed in zip(zip(*limits, strict=True), (low, high), strict=True)
    ]
    return " to ".join(sides), _state(fits)


def _span(values: tuple[float, ...], decimals: int) -> str:
    low, high = format_rounded(min(values), decimals), format_rounded(max(values), decimals)
    return low if low == high else f"({low}…{high})"


def _state(fits: list[bool]) -> str:
    return "yes" if all(fits) else "possible" if any(fits) else "no"


def _limits_line(
    claim: Claim, evidence: Evidence, about: str, values: dict[str, tuple[str, str]]
) -> Variant:
    pair = pair_at(claim, evidence)
    found = evidence.ledger.find(claim.measure, "conf_high")
    high = next(c for c in found if c.locus == claim.locus)
    label = evidence.ledger.measures[claim.measure].label
    text = " to ".join(p.text for p in pair if p)
    return Variant((claim, high), label, about, text, values)


def _tests(claims: Iterable[Claim], evidence: Evidence) -> Iterator[Variant]:
    for claim in claims:
        measure = evidence.ledger.measures[claim.measure]
        try:
            comparison = compare(measure, evidence)
            if measure.by.text and not comparison.is_open:
                comparison = compare(measure, evidence, slow=True)
        except MissingError:
            continue
        yield _test_line(claim, measure, comparison)


def _test_line(claim: Claim, measure: Measure, comparison: Comparison) -> Variant:
    by_name = {test.name: test for test in comparison.tests}
    names = [t for t in TESTS if t != "mcnemar-exact"]
    values = {
        f"{t}|{s}": NO_SIDE
        if comparison.is_open and s != SIDES[0]
        else _p(claim, _chosen(by_name, t, s), comparison.is_open)
        for t in names
        for s in SIDES
    }
    return Variant((claim,), measure.label, comparison.setting, token(claim), values)


def _chosen(tests: dict[str, PTest], name: str, side: str) -> PTest | None:
    """The test; one-sided in the direction of the data; the only kind where there is no choice."""
    if "exact-binomial" in tests:
        name = next(iter(BINOMIAL))
    if "mcnemar-exact" in tests:
        return tests["mcnemar-exact"]
    if side == SIDES[0]:
        return tests.get(name)
    sided = [tests[t] for t in (f"{name}-less", f"{name}-greater") if t in tests]
    return min(sided, key=lambda t: min(t.values), default=None)


def _p(claim: Claim, test: PTest | None, is_open: bool) -> tuple[str, str]:
    if test is None:
        return NOT_TRIED if is_open else NOTHING
    fits = [claim.value.admits(p) for p in test.values]
    if len(test.against) > 1:  # a range of rates: it must hold at both ends
        return test.text, "yes" if all(fits) else "no"
    return test.text, _state(fits)
