"""What else would give two printed limits, where no method that is expected does."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from math import ceil, floor

from numbercheck.audit.cases import (
    CHOICE,
    Case,
    Method,
    Pair,
    of_total,
    rare_methods,
    without_event,
)
from numbercheck.audit.computed import may_be
from numbercheck.audit.evidence import MISSING, Count, Evidence, possible_counts
from numbercheck.audit.percentages import SLIPS
from numbercheck.audit.verdicts import Verdict
from numbercheck.statistics.proportions import METHODS
from numbercheck.statistics.rounding import roundings
from numbercheck.statistics.scales import two_sided_z

NEAREST = 20  # other printed totals that are tried
NEAR = 12.0  # percentage points that two methods can differ by
FEW = 10  # events, below which limits need not rise with the percentage
PARTS = 8  # of the range that a printed percentage leaves
Share = tuple[float, float]
LEVELS = (0.95, 0.90, 0.99, 0.80, 0.975)


def name_misprint(case: Case, evidence: Evidence) -> Verdict:
    """Find what would give these limits, since no expected method does."""
    measure = evidence.ledger.measures[case.claim.measure]
    names = evidence.expected(measure, METHODS, CHOICE).names
    first = next((way for way in case.tried if way.method in names), next(iter(case.tried)))
    decimals = max(p.decimals for p in case.pair if p) + 1
    says = f"{of_total(case.count)} has the limits {case.given(first, decimals)} by {first.name}, "
    says += f"not {case.pair.text}"
    if fewer := _fewer(case, first, evidence):
        says += f"; of {of_total(fewer)} they are, if the others were not evaluable."
        return case.verdict("unchecked", MISSING, first, says)
    rare = set(names) - set(METHODS)
    if rare and (fit := rare & set(rare_methods(case))):
        says += f"; they can be {min(fit)}."
        return case.verdict("unchecked", "not-determined", first, says)
    for kind, way, why in _explanations(case, first, evidence):
        if kind == "rounding-slip" and case.tried[way][case.at]:
            says = f"By {way.name} this limit is as printed; the slip is in the other one."
            return case.verdict("unchecked", "not-determined", way, says)
        return case.verdict("mismatch", kind, way, f"{says}: {why}.")
    is_free = evidence.method(measure) not in METHODS
    if is_free and any(fit[case.at] for fit in case.tried.values()):
        says = "A method gives this limit, but none gives the other one as well."
        return case.verdict("unchecked", "not-determined", first, says)
    return case.verdict("mismatch", "no-method-fits", first, f"{says}: no method tried gives them.")


def _explanations(
    case: Case, first: Method, evidence: Evidence
) -> Iterator[tuple[str, Method, str]]:
    """Kinds, ways and words of what gives both limits, the likeliest first."""
    total, wilson = case.count.total or 0, first._replace(method="wilson")
    for way in case.whole:
        yield "method-differs", way, f"{way.name} gives them; the others are {first.name}"
    for n in _nearest(total, evidence.totals):
        if n >= max(case.count.values) and _is_near(case, wilson, n):
            for way in case.of(case.count.values, n).whole[:1]:
                whose = f"{way.name} of {of_total(Count(case.count.values, n, ()))}"
                yield "other-denominator", way, f"{whose}, another printed total, gives them"
    for way in without_event(case).whole[:1] if _is_mirrored(case, wilson) else ():
        yield "complement-interval", way, "they are the interval of those without the event"
    for way in case.tried:
        if slip := _slip(case, way):
            whole = "it was" if any(case.tried[way]) else "they were"
            yield "rounding-slip", way, f"by {way.name} {whole} {slip}"
    for level, side in _other_levels(case):
        if _is_near(case, Method("wilson", level, side), total):
            for way in (Method(method, level, side) for method in METHODS):
                if all(case.fit(way)):
                    kind = "one-sided" if side != first.sided else "other-level"
                    yield kind, way, f"{way.name} gives them"
    if _too_narrow(case):
        yield "too-narrow", first, "no method gives an interval so narrow"


def _fewer(case: Case, first: Method, evidence: Evidence) -> Count | None:
    """Fewer patients who give the percentage and the limits, where no count is printed."""
    measure = evidence.ledger.measures[case.claim.measure]
    total, percent = evidence.total(measure), evidence.ledger.printed(measure.measure, "percent")
    if percent is None or total is None or evidence.ledger.find(measure.measure, "n"):
        return None
    wilson, totals = first._replace(method="wilson"), evidence.fewer(measure, total)
    if not totals:
        return None
    least, most = percent.fractions()
    ends = [least + (most - least) * i / PARTS for i in range(PARTS + 1)]
    shares = [(least, most), *pairwise(ends)]
    for n, ways in _possible(totals, shares, case.pair, [*case.tried]):
        middle = case._replace(count=Count((round(percent.value * n / 100),), n, ()))
        slack = 2 * float(percent.step) + 100 / n
        near = possible_counts(percent, n) if _is_near(middle, wilson, n, slack) else ()
        for k in near:
            fewer = case._replace(count=Count((k,), n, ()))
            if _is_near(fewer, wilson, n) and any(all(fewer.fit(way)) for way in ways):
                return fewer.count
    return None


def _possible(
    totals: range, shares: Sequence[Share], pair: Pair, ways: Iterable[Method]
) -> Iterator[tuple[int, Sequence[Method]]]:
    """Totals, largest first, with the methods that may give both limits; others are left out.

    ``shares`` is the range that a printed percentage leaves, then the same in parts.
    """
    whole, *parts = shares
    possible = [
        way
        for way in ways
        if _may_fit(way, totals, whole, pair)
        and any(_may_fit(way, totals, part, pair) for part in parts)
    ]
    if possible and len(totals) == 1:
        yield totals[0], possible
    elif possible:
        half = len(totals) // 2
        yield from _possible(totals[:half], shares, pair, possible)
        yield from _possible(totals[half:], shares, pair, possible)


def _may_fit(way: Method, totals: range, share: Share, pair: Pair) -> bool:
    """Whether a method can give both limits for any of the totals and any share of events.

    Both limits rise with the share and come nearer to it with more patients, but where nearly
    none or nearly all have the event; there nothing is excluded.
    """
    (least, most), (few, many) = share, (totals[-1], totals[0])
    if min(floor(least * few), few - ceil(most * few)) < FEW:
        return True
    low = way.limits(floor(least * few), few)[0], way.limits(ceil(most * many), many)[0]
    high = way.limits(floor(least * many), many)[1], way.limits(ceil(most * few), few)[1]
    return all(p is None or may_be(p, ends) for p, ends in zip(pair, (low, high), strict=True))


def _nearest(total: int, totals: Sequence[int]) -> list[int]:
    """Printed totals that are nearest to one of them."""
    at = bisect_left(totals, total)
    near = totals[max(at - NEAREST - 1, 0) : at + NEAREST + 1]
    others = sorted((n for n in near if n not in (0, total)), key=lambda n: abs(n - total))
    return others[:NEAREST]


def _is_near(case: Case, wilson: Method, total: int, slack: float = 0.0) -> bool:
    """Whether Wilson's limits, which are quickly computed, are near the printed ones.

    At no events, where methods differ most, Wald's upper limit is 0 and Wilson's z² / (n + z²).
    """
    (low, high), (lower, upper) = case.pair, wilson.limits(case.count.values[0], total)
    away = max(abs(low.value - lower) if low else 0.0, abs(high.value - upper) if high else 0.0)
    if away >= NEAR:  # as most are
        return False
    step = 10.0 ** -min(p.decimals for p in case.pair if p)
    return away < slack + step + 100 * (two_sided_z(wilson.level) ** 2 + 1) / total


def _is_mirrored(case: Case, wilson: Method) -> bool:
    """Whether the interval of those without the event is near the printed one."""
    total = case.count.total or 0
    others = case._replace(count=Count((total - case.count.values[0],), total, ()))
    return len(case.count.values) > 1 or _is_near(others, wilson, total)


def _other_levels(case: Case) -> list[tuple[float, str]]:
    """Other sides at the same level, then other levels."""
    known = {way.sided for way in case.tried}
    sides = [side for side in ("lower", "upper", "two") if side not in known]
    levels = [level for level in LEVELS if level != case.level]
    return [(case.level, side) for side in sides] + [
        (level, side) for side in (*known, *sides) for level in levels
    ]


def _slip(case: Case, way: Method) -> str | None:
    """How the limits were rounded, where one slip explains those that do not fit."""
    values = way.limits(case.count.values[0], case.count.total or 0)
    sides = [(p, v) for p, v in zip(case.pair, values, strict=True) if p and not p.admits(v)]
    if any(abs(p.value - v) > 1.01 * float(p.step) for p, v in sides):
        return None  # rounding any way moves a number by less than its last digit
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
