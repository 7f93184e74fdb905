"""Limits of proportions: which methods print both, and what is wrong where none does."""

from collections.abc import Iterator
from functools import lru_cache
from math import nan
from typing import NamedTuple

from numbercheck.audit import kaplan_meier
from numbercheck.audit.evidence import Count, Evidence, same_place
from numbercheck.audit.verdicts import Candidate, Verdict, verdict_on
from numbercheck.ledger.records import Claim, Measure
from numbercheck.statistics.proportions import METHODS, interval
from numbercheck.statistics.rounding import Printed, format_rounded
from numbercheck.words import called

LEVELS = (0.90, 0.99, 0.95)
limits = lru_cache(maxsize=None)(interval)


class Way(NamedTuple):
    """A method, its level and its sides."""

    method: str
    level: float
    sided: str = "two"

    @property
    def name(self) -> str:
        """As a reader would write it."""
        sided = "" if self.sided == "two" else f", {self.sided} limit only"
        return f"{called(self.method)} ({100 * self.level:g} %{sided})"

    def slug(self, level: float) -> str:
        """The method, with level and side where they are not the expected ones."""
        other = "" if self.level == level else f"-{100 * self.level:g}"
        return self.method + other + ("" if self.sided == "two" else f"-{self.sided}")


class Pair(NamedTuple):
    """Lower and upper limit printed at one place; one of them may be missing."""

    low: Printed | None
    high: Printed | None

    def admits(self, lower: float, upper: float) -> tuple[bool, bool]:
        """Whether each limit, in percent, prints so."""
        return (
            self.low is None or self.low.admits(lower),
            self.high is None or self.high.admits(upper),
        )


def check(claim: Claim, evidence: Evidence) -> Iterator[Verdict]:
    """Judge one printed limit together with the other one of its interval."""
    measure = evidence.ledger.measures[claim.measure]
    pair, estimate = pair_at(claim, evidence), _estimate(claim, evidence)
    fault = shape(pair, estimate)
    if fault:
        yield verdict_on(claim, "mismatch", fault[0], fault[1], inputs=_partners(claim, evidence))
    elif measure.kind == "survival":
        yield kaplan_meier.check_limit(claim, evidence)
    elif measure.kind == "count":
        yield _proportion(claim, measure, pair, evidence)
    else:
        reason = "The numbers that this limit was computed from are not printed."
        yield verdict_on(claim, "unchecked", "not-determined", reason)


def pair_at(claim: Claim, evidence: Evidence) -> Pair:
    """The limits printed where this one is."""
    find = evidence.ledger.find
    found = [same_place(find(claim.measure, s), claim.locus) for s in ("conf_low", "conf_high")]
    return Pair(*(c.value if c else None for c in found))


def shape(pair: Pair, estimate: Printed | None) -> tuple[str, str] | None:
    """What is wrong with an interval whatever it was computed from."""
    low, high = pair
    if any(p is not None and p.relation != "=" for p in (low, high, estimate)):
        return None
    if low and high and low.value > high.value:
        return "limits-reversed", (
            f"The lower limit, {low.text}, is above the upper one, {high.text}."
        )
    if estimate is None or not (low or high):
        return None
    inside = (low is None or low.exact - low.step / 2 <= estimate.exact + estimate.step / 2) and (
        high is None or estimate.exact - estimate.step / 2 <= high.exact + high.step / 2
    )
    if _is_other_scale(pair, estimate):
        return "scale-switch", (
            f"The estimate {estimate.text} and the limits {_text(pair)} are on different scales: "
            "one is a percentage, the other a fraction."
        )
    if not inside:
        return "estimate-outside", (
            f"The estimate, {estimate.text}, is outside its own interval, {_text(pair)}."
        )
    return None


def _is_other_scale(pair: Pair, estimate: Printed) -> bool:
    """Whether a hundredfold brings the estimate between limits that do not hold it."""
    if pair.low is None or pair.high is None:
        return False
    low, high = pair.low.value, pair.high.value
    inside = [low <= estimate.value * f <= high for f in (1, 100, 0.01)]
    return not inside[0] and (
        (inside[1] and estimate.value <= 1 < high) or (inside[2] and high <= 1 < estimate.value)
    )


class Case(NamedTuple):
    """A printed limit, the count behind it, and what each method gives for it."""

    claim: Claim
    pair: Pair
    count: Count  # type: ignore[assignment]  # hides tuple.count, which no one needs here
    level: float
    tried: dict[Way, tuple[bool, bool]]

    def verdict(self, verdict: str, kind: str, way: Way, says: str) -> Verdict:
        """Verdict with the value that one way gives."""
        values = _percent(way, self.count.values[0], self.count.total)
        value = values[self.at] if len(self.count.values) == 1 else nan
        slug, used = way.slug(self.level), self.count.claims
        return verdict_on(self.claim, verdict, kind, says, slug, value, self.candidates, used)

    @property
    def at(self) -> int:
        """0 for the lower limit, 1 for the upper one."""
        return int(self.claim.statistic == "conf_high")

    @property
    def candidates(self) -> tuple[Candidate, ...]:
        """What each method gives."""
        return tuple(self._candidate(way, fit) for way, fit in self.tried.items())

    def _candidate(self, way: Way, fit: tuple[bool, bool]) -> Candidate:
        low, high = _percent(way, self.count.values[0], self.count.total)
        return Candidate(
            way.slug(self.level), f"{format_rounded(low, 2)} to {format_rounded(high, 2)}", all(fit)
        )


def case_of(claim: Claim, measure: Measure, pair: Pair, evidence: Evidence) -> Case | None:
    """Every method tried on a limit, that of its family first; None without a count."""
    count = evidence.count(measure, claim.locus)
    if count is None or not count.total or max(count.values) > count.total:
        return None
    own = evidence.ledger.method(measure)
    ways = [Way(m, evidence.level) for m in dict.fromkeys((own, *METHODS)) if m in METHODS]
    return Case(claim, pair, count, evidence.level, {w: _fits(w, count, pair) for w in ways})


def _proportion(claim: Claim, measure: Measure, pair: Pair, evidence: Evidence) -> Verdict:
    case = case_of(claim, measure, pair, evidence)
    if case is None:
        reason = "The count or the denominator is not printed, so no interval can be computed."
        return verdict_on(claim, "unchecked", "no-count", reason)
    first = next(iter(case.tried))
    expected = evidence.ledger.method(measure) in METHODS
    if expected and case.tried[first][case.at]:
        return case.verdict("match", "interval", first, _agrees(case, first))
    whole = [way for way, fit in case.tried.items() if all(fit)]
    if whole and not expected:
        names = ", ".join(way.name for way in whole)
        says = f"{_of(case.count)} has limits {_text(pair)} by {names}."
        return case.verdict("match", "interval", whole[0], says)
    return _named(case, first, whole)


def _named(case: Case, first: Way, whole: list[Way]) -> Verdict:
    """Find what would print these limits, since the expected method does not."""
    way, kind, why = first, "no-method-fits", "no method tried prints them"
    if whole:
        way, kind = whole[0], "method-differs"
        why = f"{way.name} prints them, but its family is served by {first.name}"
    elif other := _other_way(case):
        way, why = other, f"{other.name} prints them"
        kind = "one-sided" if other.sided != "two" else "other-level"
    elif _complement(case):
        kind = "complement-interval"
        why = "they are the interval of those without the event"
    elif _too_narrow(case):
        kind, why = "too-narrow", "no method gives an interval so narrow"
    values = _values(first, case.count, case.pair)
    says = f"{_of(case.count)} has limits {values} by {first.name}, not {_text(case.pair)}: {why}."
    return case.verdict("mismatch", kind, way, says)


def _other_way(case: Case) -> Way | None:
    """Another level, or a one-sided limit, that prints the limits."""
    others = [Way(m, lv) for lv in LEVELS if lv != case.level for m in METHODS]
    others += [Way(m, lv, side) for lv in LEVELS for side in ("lower", "upper") for m in METHODS]
    return next((way for way in others if all(_fits(way, case.count, case.pair))), None)


def _complement(case: Case) -> bool:
    total = case.count.total or 0
    rest = Count(tuple(total - k for k in case.count.values), total, ())
    return any(all(_fits(way, rest, case.pair)) for way in case.tried)


def _too_narrow(case: Case) -> bool:
    """Whether the printed width is below that of every method, rounding allowed for."""
    low, high = case.pair
    if low is None or high is None:
        return False
    width = high.value - low.value + float(low.step + high.step) / 2
    limits_ = [_percent(w, k, case.count.total) for w in case.tried for k in case.count.values]
    return width < min(upper - lower for lower, upper in limits_)


def _fits(way: Way, count: Count, pair: Pair) -> tuple[bool, bool]:
    """Whether each limit prints so, for the count that serves both best."""
    fits = [pair.admits(*_percent(way, k, count.total)) for k in count.values]
    return max(fits, key=sum)


def _percent(way: Way, k: int, total: int | None) -> tuple[float, float]:
    lower, upper = limits(k, total, way.method, way.level, way.sided)
    return 100 * lower, 100 * upper


def _agrees(case: Case, way: Way) -> str:
    value = _percent(way, case.count.values[0], case.count.total)[case.at]
    side, claim = ("lower", "upper")[case.at], case.claim
    limit = format_rounded(value, claim.value.decimals + 1)
    return (
        f"{_of(case.count)} has the {side} limit {limit} % by "
        f"{way.name}, which prints as {claim.printed}."
    )


def _of(count: Count) -> str:
    return f"{' or '.join(map(str, count.values[:3]))} of {count.total}"


def _values(way: Way, count: Count, pair: Pair) -> str:
    decimals = max(p.decimals for p in pair if p) + 1
    return "–".join(
        format_rounded(x, decimals) for x in _percent(way, count.values[0], count.total)
    )


def _text(pair: Pair) -> str:
    return "–".join(p.text for p in pair if p)


def _estimate(claim: Claim, evidence: Evidence) -> Printed | None:
    for statistic in ("percent", "estimate", "median", "value"):
        found = same_place(evidence.ledger.find(claim.measure, statistic), claim.locus)
        if found:
            return found.value
    return None


def _partners(claim: Claim, evidence: Evidence) -> tuple[str, ...]:
    names = ("percent", "estimate", "median", "value", "conf_low", "conf_high")
    found = [same_place(evidence.ledger.find(claim.measure, s), claim.locus) for s in names]
    return tuple(c.claim for c in found if c and c.claim != claim.claim)
