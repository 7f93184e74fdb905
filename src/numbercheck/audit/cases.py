"""Printed limits of proportions beside what each method gives for their counts."""

from collections.abc import Iterable
from functools import lru_cache
from itertools import product
from math import nan
from typing import NamedTuple

from numbercheck.audit.evidence import Choice, Count, Evidence
from numbercheck.audit.verdicts import Candidate, Verdict, verdict_on
from numbercheck.ledger.rows import Claim, Measure
from numbercheck.statistics.proportions import METHODS, interval
from numbercheck.statistics.rare_limits import rare_limits
from numbercheck.statistics.rounding import SLACK, Printed, format_rounded
from numbercheck.statistics.scales import tabled_level, two_sided_level
from numbercheck.words import called

EXACT = ("clopper-pearson", "jeffreys")  # methods that use no normal deviate
limits = lru_cache(maxsize=None)(interval)


class Method(NamedTuple):
    """A method for limits of a proportion, its level and its sides."""

    method: str
    level: float
    sided: str = "two"

    @property
    def name(self) -> str:
        """As a reader would write it."""
        sided = "" if self.sided == "two" else f", {self.sided} limit only"
        return f"{called(self.method)} ({100 * self.level:g}%{sided})"

    def slug(self, level: float) -> str:
        """The method, with level and side where they are not the expected ones."""
        other = "" if self.level == level else f"-{100 * self.level:g}"
        return self.method + other + ("" if self.sided == "two" else f"-{self.sided}")

    def limits(self, k: int, total: int, is_cut: bool = True) -> tuple[float, float]:
        """Both limits in percent."""
        lower, upper = limits(k, total, self.method, self.level, self.sided, False)
        return _cut(100 * lower, 100 * upper) if is_cut else (100 * lower, 100 * upper)

    def fits(self, k: int, total: int, pair: "Pair", scale: float = 1.0) -> tuple[bool, bool]:
        """Whether each limit was printed so; Wald's may be printed beyond 0 and 100.

        The deviate of the normal distribution may be that of tables.
        """
        uncut = self.limits(k, total, is_cut=False)
        fits = [pair.admits(scale * low, scale * high) for low, high in {uncut, _cut(*uncut)}]
        found = any(fit[0] for fit in fits), any(fit[1] for fit in fits)
        at = tabled_level(two_sided_level(self.level, self.sided))
        tabled = self._replace(level=at if self.sided == "two" else (1 + at) / 2)
        if all(found) or abs(tabled.level - self.level) < SLACK or self.method in EXACT:
            return found
        return max(found, tabled.fits(k, total, pair, scale), key=sum)


def _cut(low: float, high: float) -> tuple[float, float]:
    """Limits in percent, cut where they leave the percentages that there are."""
    return max(low, 0.0), min(high, 100.0)


class Pair(NamedTuple):
    """Lower and upper limit printed at one place; one of them may be missing."""

    low: Printed | None
    high: Printed | None

    def admits(self, lower: float, upper: float) -> tuple[bool, bool]:
        """Whether each limit, in percent, could have been printed so."""
        return (
            self.low is None or self.low.admits_computed(lower),
            self.high is None or self.high.admits_computed(upper),
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
    tried: dict[Method, tuple[bool, bool]]

    @property
    def at(self) -> int:
        """0 for the lower limit, 1 for the upper one."""
        return int(self.claim.statistic == "conf_high")

    @property
    def whole(self) -> list[Method]:
        """Methods that give both limits."""
        return [way for way, fit in self.tried.items() if all(fit)]

    @property
    def candidates(self) -> tuple[Candidate, ...]:
        """What each method gives."""
        return tuple(self._candidate(way, fit) for way, fit in self.tried.items())

    def _candidate(self, way: Method, fit: tuple[bool, bool]) -> Candidate:
        return Candidate(way.slug(self.level), self.given(way, 2, " to "), all(fit))

    def given(self, way: Method, decimals: int, to: str = "–") -> str:
        """The limits that a method gives."""
        values = way.limits(self.count.values[0], self.count.total or 0)
        return to.join(format_rounded(x, decimals) for x in values)

    def fit(self, way: Method, pair: Pair | None = None, scale: float = 1.0) -> tuple[bool, bool]:
        """Whether each limit fits, for the count that serves both best."""
        pair, total = pair or self.pair, self.count.total or 0
        return max((way.fits(k, total, pair, scale) for k in self.count.values), key=sum)

    def of(self, values: Iterable[int], total: int) -> "Case":
        """The same limits beside another count."""
        case = self._replace(count=Count(tuple(values), total, self.count.claims))
        return case._replace(tried={way: case.fit(way) for way in self.tried})

    def verdict(self, verdict: str, kind: str, way: Method, says: str, chosen: int = 0) -> Verdict:
        """Verdict with the value that one way gives."""
        value = way.limits(self.count.values[0], self.count.total or 0)[self.at]
        value = value if len(self.count.values) == 1 else nan
        slug, used = way.slug(self.level), self.count.claims
        return verdict_on(
            self.claim, verdict, kind, says, slug, value, self.candidates, used, chosen
        )


def pair_at(claim: Claim, evidence: Evidence) -> Pair:
    """The limits printed where this one is."""
    return Pair(*evidence.limits(claim))


def case_of(claim: Claim, measure: Measure, pair: Pair, evidence: Evidence) -> Case | None:
    """Every method tried on a limit, that of its family first; None without a count."""
    count = evidence.count(measure, claim.locus)
    if count is None or not count.total or max(count.values) > count.total:
        return None
    own, level = evidence.method(measure), evidence.ledger.level(measure)
    names = [m for m in dict.fromkeys((own, *METHODS)) if m in METHODS]
    ways = dict.fromkeys((Method(m, level, measure.sides or "two") for m in names), (False, False))
    return Case(claim, pair, count, level, ways).of(count.values, count.total)


def _methods(claim: Claim, evidence: Evidence) -> tuple[object, list[str]]:
    """Methods that give both limits; limits of one count with the same digits are one number."""
    measure = evidence.ledger.measures[claim.measure]
    case = case_of(claim, measure, pair_at(claim, evidence), evidence)
    if case is None:
        return None, []
    printed = case.count.values, case.count.total, case.level, case.pair
    return printed, [*(way.method for way in case.whole), *rare_methods(case)]


def rare_methods(case: Case) -> list[str]:
    """Rare methods that give both limits; no ledger can declare them."""
    level = two_sided_level(case.level, next(iter(case.tried)).sided)
    names: dict[str, None] = {}
    for k, at in product(case.count.values, {level, tabled_level(level)}):
        for name, uncut in rare_limits(k, case.count.total or 0, at):
            percents = 100 * uncut[0], 100 * uncut[1]
            if any(all(case.pair.admits(*ends)) for ends in (percents, _cut(*percents))):
                names[name] = None
    return [*names]


CHOICE = Choice("count", ("conf_low", "conf_high"), _methods)


def without_event(case: Case) -> Case:
    """The case of the patients without the event."""
    total = case.count.total or 0
    return case.of([total - k for k in case.count.values], total)


def of_total(count: Count) -> str:
    """A count in words."""
    return f"{' or '.join(map(str, count.values[:3]))} of {count.total}"
