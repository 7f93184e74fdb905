"""Limits of proportions: which methods give both, and what is wrong where none does."""

from collections.abc import Iterable, Iterator
from functools import lru_cache
from math import nan
from typing import NamedTuple

from numbercheck.audit import kaplan_meier
from numbercheck.audit.evidence import Count, Evidence, Expected, most_fitting, same_place
from numbercheck.audit.percentages import SLIPS
from numbercheck.audit.verdicts import Candidate, Verdict, verdict_on
from numbercheck.ledger.records import Claim, Measure
from numbercheck.statistics.proportions import METHODS, interval
from numbercheck.statistics.rounding import Printed, format_rounded, roundings
from numbercheck.words import called

NEAREST = 20  # other printed totals that are tried
NEAR = 12.0  # percentage points that two methods can differ by
LEVELS = (0.95, 0.90, 0.99, 0.80, 0.975)
ESTIMATES = ("percent", "estimate", "median", "value")
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

    def limits(self, k: int, total: int, is_cut: bool = True) -> tuple[float, float]:
        """Both limits in percent."""
        lower, upper = limits(k, total, self.method, self.level, self.sided, is_cut)
        return 100 * lower, 100 * upper

    def fits(self, k: int, total: int, pair: "Pair", scale: float = 1.0) -> tuple[bool, bool]:
        """Whether each limit was printed so; Wald's may be printed beyond 0 and 100."""
        forms = [self.limits(k, total, is_cut) for is_cut in (True, False)]
        fits = [pair.admits(scale * lower, scale * upper) for lower, upper in forms]
        return fits[0][0] or fits[1][0], fits[0][1] or fits[1][1]


class Pair(NamedTuple):
    """Lower and upper limit printed at one place; one of them may be missing."""

    low: Printed | None
    high: Printed | None

    def admits(self, lower: float, upper: float) -> tuple[bool, bool]:
        """Whether each limit, in percent, could have been printed so."""
        return (
            self.low is None or self.low.admits(lower),
            self.high is None or self.high.admits(upper),
        )

    @property
    def text(self) -> str:
        """The limits as printed."""
        return "–".join(p.text for p in self if p)


class Case(NamedTuple):
    """A printed limit, the count behind it, and which limits each method gives for it.

    A count that is known from its percentage only can have several values; a method ``fits``
    where one of them gives the limits.
    """

    claim: Claim
    pair: Pair
    count: Count  # type: ignore[assignment]  # hides tuple.count, which no one needs here
    level: float
    tried: dict[Way, tuple[bool, bool]]

    @property
    def at(self) -> int:
        """0 for the lower limit, 1 for the upper one."""
        return int(self.claim.statistic == "conf_high")

    @property
    def whole(self) -> list[Way]:
        """Methods that give both limits."""
        return [way for way, fit in self.tried.items() if all(fit)]

    @property
    def candidates(self) -> tuple[Candidate, ...]:
        """What each method gives."""
        return tuple(self._candidate(way, fit) for way, fit in self.tried.items())

    def _candidate(self, way: Way, fit: tuple[bool, bool]) -> Candidate:
        return Candidate(way.slug(self.level), self.given(way, 2, " to "), all(fit))

    def given(self, way: Way, decimals: int, to: str = "–") -> str:
        """The limits that a method gives."""
        values = way.limits(self.count.values[0], self.count.total or 0)
        return to.join(format_rounded(x, decimals) for x in values)

    def fit(self, way: Way, pair: Pair | None = None, scale: float = 1.0) -> tuple[bool, bool]:
        """Whether each limit fits, for the count that serves both best."""
        pair, total = pair or self.pair, self.count.total or 0
        return max((way.fits(k, total, pair, scale) for k in self.count.values), key=sum)

    def of(self, values: Iterable[int], total: int) -> "Case":
        """The same limits beside another count."""
        case = self._replace(count=Count(tuple(values), total, self.count.claims))
        return case._replace(tried={way: case.fit(way) for way in self.tried})

    def verdict(self, verdict: str, kind: str, way: Way, says: str, chosen: int = 0) -> Verdict:
        """Verdict with the value that one way gives."""
        value = way.limits(self.count.values[0], self.count.total or 0)[self.at]
        value = value if len(self.count.values) == 1 else nan
        slug, used = way.slug(self.level), self.count.claims
        return verdict_on(
            self.claim, verdict, kind, says, slug, value, self.candidates, used, chosen
        )


def check(claim: Claim, evidence: Evidence) -> Iterator[Verdict]:
    """Judge one printed limit together with the other one of its interval."""
    measure = evidence.ledger.measures[claim.measure]
    pair, estimate = pair_at(claim, evidence), _estimate(claim, evidence)
    case = case_of(claim, measure, pair, evidence) if measure.kind == "count" else None
    if case and (found := _follows(case, measure, evidence) or _in_fractions(case, estimate)):
        yield found
    elif fault := shape(pair, estimate):
        yield verdict_on(claim, "mismatch", *fault, inputs=_partners(claim, evidence))
    elif case:
        yield _named(case, evidence)
    elif measure.kind == "survival":
        yield kaplan_meier.check_limit(claim, evidence)
    elif measure.kind == "count":
        reason = "The count or the denominator is not printed, so no interval can be computed."
        yield verdict_on(claim, "unchecked", "no-count", reason)
    else:
        reason = "The numbers that this limit was computed from are not printed."
        yield verdict_on(claim, "unchecked", "not-determined", reason)


def pair_at(claim: Claim, evidence: Evidence) -> Pair:
    """The limits printed where this one is."""
    find = evidence.ledger.find
    found = [same_place(find(claim.measure, s), claim.locus) for s in ("conf_low", "conf_high")]
    return Pair(*(c.value if c and c.value.relation == "=" else None for c in found))


def case_of(claim: Claim, measure: Measure, pair: Pair, evidence: Evidence) -> Case | None:
    """Every method tried on a limit, that of its family first; None without a count."""
    count = evidence.count(measure, claim.locus)
    if count is None or not count.total or max(count.values) > count.total:
        return None
    own, level = evidence.ledger.method(measure), evidence.ledger.level(measure)
    names = [m for m in dict.fromkeys((own, *METHODS)) if m in METHODS]
    ways = dict.fromkeys((Way(m, level, measure.sides or "two") for m in names), (False, False))
    return Case(claim, pair, count, level, ways).of(count.values, count.total)


@lru_cache(maxsize=8)
def inferred(evidence: Evidence, family: str) -> Expected:
    """Methods that give most intervals of a family."""
    fitting: dict[tuple, list[str]] = {}
    for claim in evidence.undeclared("count", family, "conf_low", "conf_high"):
        measure = evidence.ledger.measures[claim.measure]
        case = case_of(claim, measure, pair_at(claim, evidence), evidence)
        if case and case.whole:
            printed = case.count.values, case.count.total, case.level, case.pair
            fitting[printed] = [way.method for way in case.whole]
    return most_fitting(fitting.values())


def _follows(case: Case, measure: Measure, evidence: Evidence) -> Verdict | None:
    """A match, where a method that is expected gives this limit."""
    own = evidence.ledger.method(measure)
    expected, number = evidence.expected(measure, METHODS, inferred)
    fits = [way for way in case.whole if way.method in expected]
    if not fits and (own in METHODS or number > 1):
        fits = [w for w, fit in case.tried.items() if w.method in expected and fit[case.at]]
    if not fits:
        return None
    way, total = fits[0], case.count.total or 0
    if not all(way.fits(k, total, case.pair)[case.at] for k in case.count.values):
        says = f"Some of the counts that {_of(case.count)} can be give {case.pair.text}."
        return case.verdict("unchecked", "not-determined", way, says)
    forms = [way.limits(case.count.values[0], total, is_cut)[case.at] for is_cut in (True, False)]
    value = next(v for v in forms if case.claim.value.admits(v))
    says = (
        f"{_of(case.count)} has the {('lower', 'upper')[case.at]} limit "
        f"{format_rounded(value, case.claim.value.decimals + 1)} % by "
        f"{' and '.join(w.name for w in fits)}, which rounds to {case.claim.printed}."
    )
    return case.verdict("match", "interval", way, says, len(case.tried) * (number < 2))


def _in_fractions(case: Case, estimate: Printed | None) -> Verdict | None:
    """Name limits that are fractions of one: of the patients counted, or of the others."""
    for kind, other in (("scale-switch", case), ("complement-interval", _others(case))):
        way = next((way for way in other.tried if all(other.fit(way, scale=0.01))), None)
        if way and kind == "scale-switch" and estimate is None:
            says = (
                f"{_of(case.count)} has the limits {case.pair.text}, as fractions, by {way.name}."
            )
            return case.verdict("match", "interval", way, says, len(case.tried))
        if way:
            whose = "" if other is case else "those without the event, "
            says = f"The limits, {case.pair.text}, are of {whose}{_of(other.count)}, as fractions."
            return case.verdict("mismatch", kind, way, says)
    return None


def shape(pair: Pair, estimate: Printed | None) -> tuple[str, str] | None:
    """What is wrong with an interval whatever it was computed from."""
    low, high = pair
    if low and high and low.value > high.value:
        return "limits-reversed", (
            f"The lower limit, {low.text}, is above the upper limit, {high.text}."
        )
    if estimate is None or not (low or high):
        return None
    if _is_other_scale(pair, estimate):
        return "scale-switch", (
            f"The estimate {estimate.text} and the limits {pair.text} are on different scales: "
            "one is a percentage, the other a fraction."
        )
    above = low and low.exact - low.step / 2 > estimate.exact + estimate.step / 2
    below = high and estimate.exact - estimate.step / 2 > high.exact + high.step / 2
    if above or below:
        return "estimate-outside", (
            f"The estimate, {estimate.text}, is outside its own interval, {pair.text}."
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


def _named(case: Case, evidence: Evidence) -> Verdict:
    """Find what would give these limits, since no expected method does."""
    measure = evidence.ledger.measures[case.claim.measure]
    names = evidence.expected(measure, METHODS, inferred).names
    first = next((way for way in case.tried if way.method in names), next(iter(case.tried)))
    decimals = max(p.decimals for p in case.pair if p) + 1
    says = f"{_of(case.count)} has the limits {case.given(first, decimals)} by {first.name}, "
    says += f"not {case.pair.text}"
    for kind, way, why in _explanations(case, first, evidence):
        return case.verdict("mismatch", kind, way, f"{says}: {why}.")
    is_free = evidence.ledger.method(measure) not in METHODS
    if is_free and any(fit[case.at] for fit in case.tried.values()):
        says = "A method gives this limit, but none gives the other one as well."
        return case.verdict("unchecked", "not-determined", first, says)
    return case.verdict("mismatch", "no-method-fits", first, f"{says}: no method tried gives them.")


def _explanations(case: Case, first: Way, evidence: Evidence) -> Iterator[tuple[str, Way, str]]:
    """Kinds, ways and words of what gives both limits, the likeliest first."""
    total = case.count.total or 0
    for way in case.whole:
        yield "method-differs", way, f"{way.name} gives them; the others are {first.name}"
    for n in sorted(evidence.totals - {0, total}, key=lambda n: abs(n - total))[:NEAREST]:
        if n >= max(case.count.values) and _is_near(case, first, n):
            for way in case.of(case.count.values, n).whole[:1]:
                whose = f"{way.name} of {_of(Count(case.count.values, n, ()))}"
                yield "other-denominator", way, f"{whose}, another printed total, gives them"
    for way in _other_ways(case):
        if _is_near(case, way, total) and all(case.fit(way)):
            kind = "one-sided" if way.sided != first.sided else "other-level"
            yield kind, way, f"{way.name} gives them"
    for way in _others(case).whole[:1]:
        yield "complement-interval", way, "they are the interval of those without the event"
    for way in case.tried:
        if slip := _slip(case, way):
            yield "rounding-slip", way, f"by {way.name} they were {slip}"
    if _too_narrow(case):
        yield "too-narrow", first, "no method gives an interval so narrow"


def _is_near(case: Case, way: Way, total: int) -> bool:
    """Whether Wilson's limits, which are quickly computed, are near the printed ones."""
    values = way._replace(method="wilson").limits(case.count.values[0], total)
    return all(abs(p.value - v) < NEAR for p, v in zip(case.pair, values, strict=True) if p)


def _other_ways(case: Case) -> Iterator[Way]:
    """Other sides at the same level, then other levels."""
    known = {way.sided for way in case.tried}
    sides = [side for side in ("lower", "upper", "two") if side not in known]
    levels = [level for level in LEVELS if level != case.level]
    for level, side in (
        *((case.level, side) for side in sides),
        *((level, side) for side in (*known, *sides) for level in levels),
    ):
        yield from (Way(method, level, side) for method in METHODS)


def _others(case: Case) -> Case:
    """The case of the patients without the event."""
    total = case.count.total or 0
    return case.of([total - k for k in case.count.values], total)


def _slip(case: Case, way: Way) -> str | None:
    """How the limits were rounded, where one slip explains those that do not fit."""
    values = way.limits(case.count.values[0], case.count.total or 0)
    sides = [(p, v) for p, v in zip(case.pair, values, strict=True) if p and not p.admits(v)]
    for rule, name in SLIPS.items():
        if all(roundings(v, p.decimals)[rule] == p.text.strip(" %") for p, v in sides):
            return name
    return None


def _too_narrow(case: Case) -> bool:
    """Whether the printed width is below that of every method, rounding allowed for."""
    low, high = case.pair
    if low is None or high is None:
        return False
    width = high.value - low.value + float(low.step + high.step) / 2
    every = [w.limits(k, case.count.total or 0) for w in case.tried for k in case.count.values]
    return width < min(upper - lower for lower, upper in every)


def _of(count: Count) -> str:
    return f"{' or '.join(map(str, count.values[:3]))} of {count.total}"


def _estimate(claim: Claim, evidence: Evidence) -> Printed | None:
    found = _printed_with(claim, evidence, ESTIMATES)
    return next((c.value for c in found if c.value.relation == "="), None)


def _partners(claim: Claim, evidence: Evidence) -> list[str]:
    found = _printed_with(claim, evidence, (*ESTIMATES, "conf_low", "conf_high"))
    return [c.claim for c in found if c.claim != claim.claim]


def _printed_with(claim: Claim, evidence: Evidence, names: tuple[str, ...]) -> list[Claim]:
    """The claims of some statistics that stand where this one does."""
    found = (same_place(evidence.ledger.find(claim.measure, s), claim.locus) for s in names)
    return [c for c in found if c]
