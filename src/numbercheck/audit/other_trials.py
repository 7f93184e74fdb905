"""The tests of a count against another trial: a rate that it prints, or its matched controls."""

from collections.abc import Sequence
from functools import lru_cache
from math import ceil, isnan, log

from numbercheck.audit.comparisons import (
    QUICK,
    SIDES,
    UNCONDITIONAL,
    Comparison,
    PTest,
    Rate,
    matched_tests,
    some,
    table_tests,
    too_long,
)
from numbercheck.audit.evidence import Count, Evidence, MissingError, Table, possible_counts
from numbercheck.ledger.rows import Claim, Comparator, Measure
from numbercheck.statistics.contingency import MOST_UNCONDITIONAL
from numbercheck.statistics.fixed_rate import DOUBLED, RARE, USUAL, rate_p_value
from numbercheck.statistics.proportions import interval

PARTS = 8  # of the rates that print as one
p_of_rate = lru_cache(maxsize=None)(rate_p_value)


def rate_tests(
    measure: Measure, count: Count, evidence: Evidence, more: tuple[str, ...] = ()
) -> Comparison:
    """Tests against a published rate, or both ends of a published range.

    Where the comparators say of how many patients a rate is, also tests of the two groups.
    ``more`` are tests of two groups that are a last resort; rare ones of a rate come with them.
    """
    find, n = evidence.ledger.find, count.total or 0
    claims = [c for s in ("value", "percent", "min", "max") for c in find(measure.against, s)]
    rates = {c.value.value / 100: c for c in claims}
    if not rates:
        return _cited_tests(measure, count, evidence, more)
    if not all(0 <= rate <= 1 for rate in rates):
        raise MissingError("the rate that it is compared with is not a percentage")
    groups = {claim: _source(claim, evidence) for claim in rates.values()}
    tests, left_out = _fixed(count, rates, bool(more)), tuple[str, ...]()
    if all(groups.values()):
        known = {c: row for c, row in groups.items() if row}
        of_groups, left_out = _two_groups(count, known, more)
        tests += of_groups
    setting = f"{'/'.join(map(str, count.values[:3]))} of {n} v "
    setting += " and ".join(_named(claim, row) for claim, row in groups.items())
    note = _none_of(n, min(rates)) if count.values == (0,) and min(rates) > 0 else ""
    used = (*count.claims, *(claim.claim for claim in groups))
    spans = _spans(count, [*rates.values()]) if more else {}
    return Comparison(tests, used, setting, note=note, left_out=left_out, spans=spans)


def _spans(count: Count, claims: Sequence[Claim]) -> dict[str, tuple[float, float]]:
    """Ends of the P values against every rate that prints as one of these, by test."""
    ends = [c.value.interval() for c in claims if c.value.relation == "="]
    each = [low + (high - low) * i / PARTS for low, high in ends for i in range(PARTS + 1)]
    inside = {min(max(float(percent) / 100, 0.0), 1.0): claims[0] for percent in each}
    tests = _fixed(count, inside, slow=True)
    return {test.name: (min(test.values), max(test.values)) for test in tests}


def _fixed(count: Count, rates: dict[float, Claim], slow: bool) -> list[PTest]:
    """Tests that take the rates as known exactly."""
    pairs = [(k, rate) for k in count.values for rate in rates]
    against = tuple(Rate(f"a fixed {100 * r:g}%", rates[r].claim) for _, r in pairs)
    tests = []
    for side, suffix in SIDES.items():
        for name in USUAL + RARE * slow:
            if suffix and name.endswith(DOUBLED):
                continue
            values = tuple(p_of_rate(k, count.total, rate, name, side) for k, rate in pairs)
            if not any(map(isnan, values)):
                tests.append(PTest(f"{name}{suffix}", values, against=against))
    return tests


def _two_groups(
    count: Count, sources: dict[Claim, Comparator], more: tuple[str, ...]
) -> tuple[list[PTest], tuple[str, ...]]:
    """Tests of two groups, for every count that each rate can stand for; and those left out."""
    tables: list[Table] = []
    against: list[Rate] = []
    for claim, row in sources.items():
        n = int(row.N)
        others = (int(row.n),) if row.n.isdigit() else possible_counts(claim.value, n)
        if not others:  # the printed rate is none of so many patients
            return [], ()
        span = "–".join(dict.fromkeys(str(end) for end in (others[0], others[-1])))
        for k in count.values:
            tables += [((k, (count.total or 0) - k), (other, n - other)) for other in others]
            against += [Rate(f"{span} of {n}", claim.claim)] * len(others)
    are_many = sum(count for table in tables for row in table for count in row) > MOST_UNCONDITIONAL
    left_out = UNCONDITIONAL if are_many else ()
    tests = table_tests(tables, tuple(t for t in QUICK + more if t not in left_out))
    every = [t for t in tests if len(t.values) == len(tables)]
    return [t._replace(against=tuple(against)) for t in every], left_out


def _source(claim: Claim, evidence: Evidence) -> Comparator | None:
    """The comparators' row that says of how many patients a rate is."""
    rows = evidence.ledger.comparators
    return next((r for r in rows if r.claim == claim.claim and r.N.isdigit()), None)


def _named(claim: Claim, row: Comparator | None) -> str:
    text = f"{claim.value.value:g}%"
    return f"{text} of {row.N} ({row.quantity})" if row else text


def _none_of(n: int, rate: float) -> str:
    """What no events among ``n`` patients exclude."""
    upper = 100 * interval(0, n, "clopper-pearson", 0.95, "upper")[1]
    needed = ceil(log(0.05) / log(1 - rate))
    return (
        f"The one-sided 95% upper limit of 0 of {n} is {upper:.1f}%; to exclude "
        f"{100 * rate:g}% takes {needed} patients without an event."
    )


def _cited_tests(
    measure: Measure, count: Count, evidence: Evidence, more: tuple[str, ...]
) -> Comparison:
    """Tests against the counts of another trial's own report, which the article does not print."""
    rows = [r for r in evidence.ledger.comparators if r.claim == measure.against]
    if not rows or not (rows[0].n.isdigit() and rows[0].N.isdigit()):
        raise MissingError("the rate that it is compared with is not printed")
    k, n = int(rows[0].n), int(rows[0].N)
    tables = [((own, (count.total or 0) - own), (k, n - k)) for own in count.values]
    setting = f"{some(tables)} ({rows[0].trial.split(' (')[0]}: {rows[0].quantity})"
    tests = table_tests(tables, QUICK + more)
    left_out = too_long(tables, tests)
    return Comparison(tests, count.claims, setting, len(tables) > 1, left_out=left_out)


def control_tests(measure: Measure, evidence: Evidence, names: tuple[str, ...]) -> Comparison:
    """Every test of one count against the same count of another source's patients.

    ``names`` are the tests of two groups. A percentage that is no count stands for the counts on
    either side of it. Matched pairs are tested as pairs, and by the tests of two groups, which
    many articles use for them.

    Raises
    ------
    MissingError
        If it compares curves, or a count or a size is not printed.
    """
    if measure.endpoint or not measure.where.text:
        raise MissingError("a test of two curves needs the times of all patients")
    own, other = _of_source(measure, evidence), _of_source(measure, evidence.of(measure.against))
    tables = [
        ((k, (own.total or 0) - k), (m, (other.total or 0) - m))
        for k in own.values
        for m in other.values
    ]
    inputs, groups = (*own.claims, *other.claims), table_tests(tables, names)
    left_out = too_long(tables, groups)
    if not measure.design:
        return Comparison(groups, inputs, some(tables), len(tables) > 1, left_out=left_out)
    matched = matched_tests(tables, inputs)
    return matched._replace(tests=[*matched.tests, *groups], left_out=left_out)


def _of_source(measure: Measure, evidence: Evidence) -> Count:
    count = evidence.nearest_selected(measure.where, measure.among)
    if count is None or not count.total:
        raise MissingError("a count, or the number of patients, is not printed")
    return count
