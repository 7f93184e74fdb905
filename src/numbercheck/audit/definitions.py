"""What could explain that two sources print one measure otherwise: whom they count, and what."""

from collections.abc import Iterator
from itertools import combinations

from numbercheck.audit.cases import case_of, pair_at
from numbercheck.audit.comparisons import PTest
from numbercheck.audit.evidence import Count, Evidence, MissingError, possible_counts
from numbercheck.audit.p_values import compare
from numbercheck.audit.percentages import SLIPS
from numbercheck.ledger.rows import Claim, Measure
from numbercheck.statistics.rounding import Printed, format_rounded, roundings
from numbercheck.words import called


def other_definitions(claim: Claim, own: Evidence, other: Claim, theirs: Evidence) -> Iterator[str]:
    """Printed numbers by which both sources can be right: other patients, or another measure."""
    measure = own.ledger.measures[claim.measure]
    if claim.statistic in ("conf_low", "conf_high", "p_value"):
        yield from _other_methods(claim, measure, own, theirs)
    is_share = measure.kind == "count" and claim.statistic in ("n", "N", "percent")
    if not (is_share and measure.where.text):  # a size does not explain itself
        return
    here, there = own.count(measure, claim.locus), theirs.count(measure, other.locus)
    if here and there and here.total and there.total and here.total != there.total:
        if _is_part(here, there):
            yield f"It counts {here.total} patients, not {there.total}, which can explain it."
        return
    if there and claim.statistic == "percent":
        yield from _other_totals(claim.value, there, theirs)
    for label, count in _relatives(measure, theirs):
        if _is_of(claim, count):
            yield f"Another count there gives it: {label}, {_share(count)}."


def _other_methods(
    claim: Claim, measure: Measure, own: Evidence, theirs: Evidence
) -> Iterator[str]:
    """Methods by which limits or a P value follow from counts that are printed."""
    for evidence in (own, theirs):
        if measure.kind == "count":
            case = case_of(claim, measure, pair_at(claim, own), evidence)
            ways = [way.method for way in case.whole] if case else []
        else:
            ways = [t.name for t in _tests(measure, evidence) if all(t.fits(claim.value))]
        if ways:
            yield f"It follows from the printed counts by {called(ways[0])}."
            return


def _tests(measure: Measure, evidence: Evidence) -> list[PTest]:
    try:
        return compare(measure, evidence).tests
    except MissingError:
        return []


def remarks(claim: Claim, own: Evidence, other: Claim, theirs: Evidence) -> Iterator[str]:
    """What a reader should know of a difference that no printed number explains."""
    measure = own.ledger.measures[claim.measure]
    total = own.total(measure, claim.locus)
    if measure.kind == "count" and claim.statistic == "percent" and total and total.total:
        yield from _no_count(claim.value, total.total)
    if tried := [f"{label} ({_share(count)})" for label, count in _relatives(measure, theirs)]:
        yield f"Other counts there do not give it: {'; '.join(tried)}."
    yield from (f"{c.note[:1].upper()}{c.note[1:]}." for c in (claim, other) if c.note)


def _is_part(here: Count, there: Count) -> bool:
    """Whether the patients of one count can be some of those of the other."""
    small, large = sorted((here, there), key=lambda count: count.total or 0)
    left_out = (large.total or 0) - (small.total or 0)
    return any(0 <= b - a <= left_out for a in small.values for b in large.values)


def _other_totals(printed: Printed, there: Count, theirs: Evidence) -> Iterator[str]:
    """Other denominators that the other source prints and that give the percentage."""
    measures = [m for m in theirs.ledger.measures.values() if m.kind == "count"]
    totals = {count.total or 0 for m in measures if (count := theirs.total(m))}
    for total in sorted(totals - {there.total, 0}):
        for k in there.values:
            if k <= total and printed.admits_percent(k, total):
                yield f"{k} of {total}, another printed denominator, gives it."


def _no_count(printed: Printed, total: int) -> Iterator[str]:
    """That a percentage is of no count out of everyone, and the nearest total of which it is."""
    if possible_counts(printed, total):
        return
    near = round(printed.value * total / 100)
    tried = [k for k in (near - 1, near, near + 1) if 0 <= k <= total]
    tried = sorted(tried, key=lambda k: abs(100 * k / total - printed.value))[:2]
    told = " and ".join(_share(Count((k,), total, ())) for k in sorted(tried))
    yield f"No count out of {total} rounds to {printed.text}: {told}."
    perhaps = [
        f"{k} of {total} was {how}" for k in sorted(tried) for how in _slips(printed, k, total)
    ]
    for n in range(total - 1, total // 2, -1):
        if counts := possible_counts(printed, n):
            left = total - n
            who = "one patient was" if left == 1 else f"{left} patients were"
            perhaps.append(f"{who} not evaluable: {_share(Count(counts[:1], n, ()))}")
            break
    if perhaps:
        yield f"Perhaps {'; or '.join(perhaps)}."


def _slips(printed: Printed, k: int, total: int) -> Iterator[str]:
    """How else than by rounding a count would give a percentage."""
    for rule, text in roundings(100 * k / total, printed.decimals).items():
        if rule in SLIPS and float(text) == printed.value:
            yield SLIPS[rule]


def _relatives(measure: Measure, evidence: Evidence) -> list[tuple[str, Count]]:
    """Counts of the same column's other values, and sums of two that exclude each other."""
    names = measure.where.names
    ledger = evidence.ledger
    if len(names) != 1 or names[0] not in ledger.variables:
        return []
    values = ledger.variables[names[0]].domain
    found = {}
    for each in ledger.measures.values():
        is_related = each.kind == "count" and each.where.names == names
        if is_related and each.among == measure.among and (count := evidence.count(each)):
            chosen = frozenset(v for v in values if each.where.truth({names[0]: v}))
            if len(count.values) == 1 and count.total:
                found[each.measure] = (each.label, count, chosen)
    pairs = [
        (f"{one} and {two} together", _sum(a, b), x | y)
        for (one, a, x), (two, b, y) in combinations(found.values(), 2)
        if not x & y and a.total == b.total
    ]
    known = {chosen for _, _, chosen in found.values()}
    own = [(label, count) for m, (label, count, _) in found.items() if m != measure.measure]
    return own + [(label, count) for label, count, chosen in pairs if chosen not in known]


def _sum(one: Count, other: Count) -> Count:
    return Count((one.values[0] + other.values[0],), one.total, (*one.claims, *other.claims))


def _is_of(claim: Claim, count: Count) -> bool:
    k, n = count.values[0], count.total or 1
    if claim.statistic == "percent":
        return claim.value.admits_percent(k, n)
    return claim.statistic == "n" and claim.value.admits(k)


def _share(count: Count) -> str:
    k, n = count.values[0], count.total or 1
    return f"{k} of {n} is {format_rounded(100 * k / n, 2)}%"
