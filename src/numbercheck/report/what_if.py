"""What each method would give, so that a reader can switch methods on the page.

Every text is made here: nothing is computed or rounded in the browser.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import product
from math import isnan
from typing import NamedTuple

from numbercheck.audit.comparisons import SLOW
from numbercheck.audit.curves import curve_at
from numbercheck.audit.evidence import Evidence, MissingError, same_place
from numbercheck.audit.p_values import compare
from numbercheck.ledger.records import Ledger
from numbercheck.ledger.rows import Claim
from numbercheck.statistics.contingency import METHODS as TESTS
from numbercheck.statistics.proportions import METHODS, interval
from numbercheck.statistics.risk_sets import CONF_TYPES, km_limits
from numbercheck.statistics.rounding import Printed, format_rounded
from numbercheck.words import ONE_SIDED, called, titled

LEVELS = {f"{level:g}": f"{100 * level:g}%" for level in (0.90, 0.95, 0.99)}
CHOICES = {
    "level": LEVELS,
    "interval": {m: titled(m) for m in METHODS},
    "survival": {t: t for t in CONF_TYPES},
    "test": {
        t + side: titled(t + side) for side in ("", *ONE_SIDED) for t in TESTS if "mcnemar" not in t
    },
}
USUAL = {"interval": "wilson", "survival": "log", "test": "fisher"}
NOT_COMPUTED = ("not computed", "–")  # such as Boschloo's test on many possible tables
NO_SIDE = ("the direction is not printed", "–")

Said = tuple[str, str]
Limits = list[tuple[float, float]]


class Variant(NamedTuple):
    """One line of a what-if table: what is printed, and what each choice gives.

    ``values`` maps a choice to a text and to whether that is what is printed: ``yes``, ``no``,
    ``possible``, or a dash where there is nothing to compare.
    """

    claims: tuple[Claim, ...]
    about: str
    values: Mapping[str, Said]


class WhatIf(NamedTuple):
    """The lines of each table, and what is chosen at first."""

    first: Mapping[str, str]
    tables: Mapping[str, Sequence[Variant]]

    def alternatives(self, claim: str) -> dict[str, Said]:
        """What each method gives for the interval of a claim, at the level chosen first."""
        found = {}
        for variant in (*self.tables["survival"], *self.tables["intervals"]):
            if claim in (c.claim for c in variant.claims):
                for choice, said in variant.values.items():
                    level, _, method = choice.partition("|")
                    if level == self.first["level"]:
                        found[called(method)] = said
        return found

    @property
    def values(self) -> dict[str, list[Mapping[str, Said]]]:
        """What the page looks up."""
        return {name: [v.values for v in variants] for name, variants in self.tables.items()}


def what_if(ledger: Ledger) -> WhatIf:
    """Every printed interval and P value by every method that the page offers."""
    evidence = Evidence(ledger)
    claims = [c for c in ledger.claims.values() if ledger.measures[c.measure].unit != "date"]
    lows = [c for c in claims if c.statistic == "conf_low"]
    tables = {
        "survival": [v for c in lows for v in _intervals(c, evidence, "survival", _survival)],
        "intervals": [v for c in lows for v in _intervals(c, evidence, "count", _proportion)],
        "tests": [v for c in claims if c.statistic == "p_value" for v in _tests(c, evidence)],
    }
    tables["tests"].sort(key=lambda v: v.claims[0].verbal)
    return WhatIf(_first(ledger, evidence.level), tables)


def _first(ledger: Ledger, level: float) -> dict[str, str]:
    """Methods of the ledger's first families that have one, else the usual ones."""
    used = [family.method for family in ledger.families.values()]
    own = {kind: [m for m in used if m in CHOICES[kind]] for kind in USUAL}
    return {"level": f"{level:g}", **{k: (*own[k], usual)[0] for k, usual in USUAL.items()}}


def _intervals(low: Claim, evidence: Evidence, kind: str, limits_of: Callable) -> Iterator[Variant]:
    """The line of an interval whose limits are both printed."""
    ledger = evidence.ledger
    high = same_place(ledger.find(low.measure, "conf_high"), low.locus)
    found = limits_of(low, evidence) if ledger.measures[low.measure].kind == kind else None
    if found and high:
        about, limits = found
        said = {choice: _said(pairs, low.value, high.value) for choice, pairs in limits.items()}
        yield Variant((low, high), about, said)


def _proportion(claim: Claim, evidence: Evidence) -> tuple[str, dict[str, Limits]] | None:
    count = evidence.count(evidence.ledger.measures[claim.measure], claim.locus)
    if count is None or not count.total or max(count.values) > count.total:
        return None
    limits = {}
    for level, method in product(LEVELS, METHODS):
        found = (interval(k, count.total, method, float(level)) for k in count.values)
        limits[f"{level}|{method}"] = [(100 * low, 100 * high) for low, high in found]
    return f"{' or '.join(map(str, count.values))} of {count.total}", limits


def _survival(claim: Claim, evidence: Evidence) -> tuple[str, dict[str, Limits]] | None:
    """Limits of the numbers at risk that reproduce the estimate with its limits."""
    curve = curve_at(claim, evidence)
    if curve is None or None in curve.limits:
        return None
    found = curve.search()
    if not found.is_all:  # a part of the sequences would look like a range
        return None
    limits = {}
    for level, conf_type in product(LEVELS, CONF_TYPES):
        pairs = (km_limits(h, conf_type, float(level))[1:] for h in found.histories)
        scaled = [(curve.scale * a, curve.scale * b) for a, b in pairs if not isnan(a + b)]
        limits[f"{level}|{conf_type}"] = scaled
    return f"{curve.estimate.printed}, given by {found.number}", limits


def _said(limits: Limits, low: Printed, high: Printed) -> Said:
    """Limits as text, a range where they are not determined, and whether they are as printed."""
    if not limits:
        return "not defined", "–"
    spans = [_span(*side) for side in zip((low, high), zip(*limits, strict=True), strict=True)]
    return " to ".join(spans), _state(
        [low.admits_computed(a) and high.admits_computed(b) for a, b in limits]
    )


def _span(printed: Printed, values: Sequence[float]) -> str:
    """Values with one decimal more than printed, so that a reader sees what was rounded."""
    ends = [format_rounded(end(values), printed.decimals + 1) for end in (min, max)]
    return ends[0] if ends[0] == ends[1] else f"({ends[0]}…{ends[1]})"


def _state(fits: Sequence[bool]) -> str:
    return "yes" if all(fits) else "possible" if any(fits) else "no"


def _tests(claim: Claim, evidence: Evidence) -> Iterator[Variant]:
    measure = evidence.ledger.measures[claim.measure]
    try:
        found = compare(measure, evidence)
        if all(len(test.values) == 1 for test in found.tests):
            found = compare(measure, evidence, SLOW)
    except MissingError:
        return
    by_name = {test.name: test for test in found.tests}
    has_groups = USUAL["test"] in by_name  # else pairs, or a rate of unknown patients
    values = {}
    for choice in CHOICES["test"]:
        side = next((s for s in ONE_SIDED if choice.endswith(s)), "")
        names = [choice] if has_groups else [f"exact-binomial{side}", "mcnemar-exact"]
        test = next((by_name[n] for n in names if n in by_name), None)
        if test is None or (side and found.is_open):
            values[choice] = NO_SIDE if side and found.is_open else NOT_COMPUTED
            continue
        state = _state(test.fits(claim.value))
        is_range = len(set(test.against)) > 1  # a statement must hold at both ends of a rate
        says = test.text if has_groups else f"{test.text}, by {called(test.name)}"
        values[choice] = says, "no" if is_range and state == "possible" else state
    yield Variant((claim,), found.setting, values)
