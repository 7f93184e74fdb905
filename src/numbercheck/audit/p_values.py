"""P values, printed or put in words, judged by every test that the printed counts allow."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from math import isnan, log, nan

from numbercheck.audit import computed, means, symmetry
from numbercheck.audit.comparisons import (
    LARGE_TESTS,
    QUICK,
    RARE_TESTS,
    SLOW,
    Comparison,
    PTest,
    in_cells,
    matched_tests,
    some,
    table_tests,
    too_long,
)
from numbercheck.audit.computed import may_be
from numbercheck.audit.evidence import MISSING, Choice, Count, Evidence, MissingError, Table
from numbercheck.audit.other_trials import control_tests, rate_tests
from numbercheck.audit.verdicts import Verdict, verdict_on
from numbercheck.ledger.adjusted import is_adjusted
from numbercheck.ledger.implied import printed_effect
from numbercheck.ledger.rows import Claim, Measure
from numbercheck.statistics.effects import difference, odds_ratio, risk_ratio
from numbercheck.statistics.fixed_rate import RARE, USUAL
from numbercheck.statistics.rounding import Printed
from numbercheck.statistics.scales import two_sided_z
from numbercheck.statistics.tails import z_tail
from numbercheck.words import NO_TEST, called

NEAR = 1.5  # times as much: tests of ranks differ so much from those of counts
NAMED = 2  # tests of those that agree
WALD = {"difference": "wald", "odds_ratio": "woolf", "risk_ratio": "katz"}


def check(claim: Claim, evidence: Evidence) -> Iterator[Verdict]:
    """Judge a P value, printed or put in words."""
    measure = evidence.ledger.measures[claim.measure]
    if not 0 <= claim.value.value <= 1:
        yield verdict_on(claim, "mismatch", "impossible-p", f"{claim.printed} is no probability.")
        return
    if found := _of_means(claim, evidence):
        yield found
        return
    adjusted = is_adjusted(measure, evidence.ledger)
    if printed_effect(measure.measure, evidence.ledger) and (adjusted or not measure.where.text):
        yield from symmetry.check_p(claim, evidence)
        return
    if adjusted:
        yield _missing(claim, "it is adjusted")
        return
    try:
        comparison = compare(measure, evidence, RARE_TESTS if claim.verbal else ())
        if not claim.verbal and not _fits_two_sided(claim, comparison):
            comparison = compare(measure, evidence, SLOW)
    except MissingError as missing:
        yield _missing(claim, missing)
        yield from symmetry.check_p(claim, evidence)
        return
    own = evidence.method(measure)
    if own.startswith(comparison.left_out):
        yield _missing(claim, f"{called(own)} takes too long for so many patients")
        return
    judge = _in_words if claim.verbal else _printed
    verdict = judge(claim, measure, comparison, evidence)
    is_open = verdict.kind in ("no-test-fits", "claim-not-supported")
    is_open = is_open or (verdict.kind == "one-sided" and not own)
    if is_open and _may_be_of_known(claim, measure, evidence):
        says = f"{verdict.reason} Fewer patients can give it, if the others were not evaluable."
        verdict = replace(verdict, verdict="unchecked", kind=MISSING, reason=says)
    yield verdict


def _may_be_of_known(claim: Claim, measure: Measure, evidence: Evidence) -> bool:
    """Whether a test of two groups can give a P value if some patients were not evaluable."""
    if measure.against or measure.design or evidence.is_category(measure.where):
        return False
    tables = evidence.tables_of_known(measure)
    if not tables or len(tables[0]) != 2:
        return False
    own = evidence.method(measure)
    gaps = [a * d - b * c for (a, b), (c, d) in tables]  # type: ignore[misc]
    for test in table_tests(tables, QUICK):
        ends = min(test.values), 1.0 if min(gaps) <= 0 <= max(gaps) else max(test.values)
        if (test.name == own or not (own or test.is_one_sided)) and may_be(claim.value, ends):
            return True
    return False


def _missing(claim: Claim, missing: object) -> Verdict:
    says = f"It cannot be recomputed: {missing}."
    return verdict_on(claim, "unchecked", "not-expressible", says)


def _of_means(claim: Claim, evidence: Evidence) -> Verdict | None:
    """Verdict on a P value of means; None where no means are compared."""
    try:
        computation = means.of_groups(claim, evidence)
    except MissingError as missing:
        return _missing(claim, missing)
    return computation and computed.judge(claim, computation, evidence, means.of_groups)


def _fits_two_sided(claim: Claim, comparison: Comparison) -> bool:
    return any(any(t.fits(claim.value)) for t in comparison.tests if not t.is_one_sided)


def compare(measure: Measure, evidence: Evidence, more: tuple[str, ...] = ()) -> Comparison:
    """Every test of a comparison that the printed counts allow.

    ``more`` are tests of two groups that are a last resort; rare ones of a rate come with them.

    Raises
    ------
    MissingError
        If the printed numbers do not leave a comparison that can be computed.
    """
    own = evidence.method(measure)
    more = SLOW if own.startswith((*SLOW, *RARE)) else more
    if measure.against in evidence.ledger.sources:
        return control_tests(measure, evidence, QUICK + more)
    against = evidence.ledger.measures.get(measure.against)
    if against is None:
        tables, inputs = evidence.tables(measure)
        if measure.design:
            return matched_tests(tables, inputs)
        is_large = len(tables[0]) > 2 or len(tables[0][0]) > 2
        more = SLOW if is_large and own == "fisher" else more
        tests = table_tests(tables, QUICK + more)
        effects = (
            WALD
            if more == SLOW
            else {printed_effect(measure.measure, evidence.ledger)} & WALD.keys()
        )
        tests += [t for effect in effects for t in _wald_tests(effect, tables)]
        left_out = too_long(tables, tests)
        return Comparison(tests, inputs, some(tables), len(tables) > 1, left_out=left_out)
    if against.kind == "count":
        after, before = _own_count(measure, evidence), evidence.count(against)
        n = after.total or 0
        if before is None or len(before.values) != 1 or len(after.values) != 1:
            raise MissingError("the two counts of the same patients are not printed")
        if before.values[0] > n:
            raise MissingError("the count before is more than the total")
        table = tuple((c.values[0], n - c.values[0]) for c in (before, after))
        return matched_tests([table], (*before.claims, *after.claims))
    return rate_tests(measure, _own_count(measure, evidence), evidence, more)


def _wald_tests(effect: str, tables: Sequence[Table]) -> list[PTest]:
    """Wald's test of an effect, as a regression without covariates has."""
    if any(len(row) > 2 for row in tables[0]) or len(tables[0]) != 2:
        return []
    found = {in_cells(table): _wald_p(effect, table) for table in tables}
    defined = {cells: p for cells, p in found.items() if not isnan(p)}
    return [PTest(WALD[effect], (*defined.values(),), (*defined,))] if defined else []


def _wald_p(effect: str, table: Table) -> float:
    (a, b), (c, d) = table
    if effect == "difference":
        estimate, lower, _ = difference(a, a + b, c, c + d, "wald")
    else:
        of = odds_ratio if effect == "odds_ratio" else risk_ratio
        ratio, low, _ = of(a, a + b, c, c + d)
        estimate, lower = (log(ratio), log(low)) if low > 0 else (nan, nan)
    error = (estimate - lower) / two_sided_z(0.95)
    return z_tail(estimate / error) if error > 0 else nan


def _own_count(measure: Measure, evidence: Evidence) -> Count:
    count = evidence.selected(measure.where, measure.among)
    if count is None or not count.total:
        raise MissingError("the count or the denominator is not printed")
    if max(count.values) > count.total:
        raise MissingError("the count is more than the total")
    return count


def _printed(claim: Claim, measure: Measure, comparison: Comparison, evidence: Evidence) -> Verdict:
    """Compare a printed P value with every test."""
    tests = comparison.tests
    own = next((t for t in tests if t.name == evidence.method(measure)), None)
    expected, number = evidence.expected(measure, {t.name for t in tests}, CHOICE)
    verdict, kind, chosen = _chosen(claim, comparison, own, expected)
    says = f"For {comparison.setting}, {called(chosen.name)} gives P = "
    says += chosen.beside(claim.value.decimals)
    says += _ending(claim, kind, chosen, own or tests[0], comparison.left_out)
    is_choice = number < 2 or chosen.name not in expected
    value = chosen.values[0] if len(set(chosen.values)) == 1 else nan
    candidates = [t.candidate(claim.value) for t in tests]
    found = (chosen.name, value, candidates, comparison.inputs)
    return verdict_on(claim, verdict, kind, says, *found, len(tests) * is_choice)


def _chosen(
    claim: Claim, comparison: Comparison, own: PTest | None, expected: Sequence[str]
) -> tuple[str, str, PTest]:
    """Verdict and kind by the test that is likeliest to have given a P value."""
    tests = comparison.tests
    fits = [t for t in tests if any(t.fits(claim.value))]
    two_sided = [t for t in fits if not t.is_one_sided]
    one_sided = [t for t in fits if t.is_one_sided and not t.name.startswith(SLOW)]
    if own and one_sided:  # likelier than that of a rare test
        two_sided = [t for t in two_sided if t.name in (own.name, *QUICK)]
    two_sided.sort(key=lambda t: (t is not own, t.name not in expected))
    spans = comparison.spans
    near = [t for t in tests if t.name in spans and may_be(claim.value, spans[t.name])]
    if (own in near and own not in fits) or (near and not two_sided and not own):
        return "unchecked", "depends-on-rounding", own or near[0]
    if two_sided or own in fits:
        chosen = own if own in fits and own else two_sided[0]
        if own and chosen is not own:
            return "mismatch", "method-differs", chosen
        is_sure = all(chosen.fits(claim.value))
        return ("match", "p-value", chosen) if is_sure else ("unchecked", "possible-p", chosen)
    may_be_another = NO_TEST in claim.note or (comparison.left_out and not own)
    if may_be_another and (one_sided or not _is_far(claim, tests)):
        return "unchecked", "depends-on-test", own or tests[0]
    if one_sided and claim.value.relation == "=":
        return "mismatch", "one-sided", one_sided[0]
    if tests[0].name == LARGE_TESTS[0] and _is_near(claim, tests):
        return "unchecked", "depends-on-test", own or tests[0]
    return "mismatch", "no-test-fits", own or tests[0]


def _ending(claim: Claim, kind: str, chosen: PTest, usual: PTest, left_out: Sequence[str]) -> str:
    """How a printed P value compares with that of a test."""
    if kind == "depends-on-rounding":
        return f"; {claim.printed} can be that of a rate that is rounded to the one printed."
    if kind == "depends-on-test" and left_out:
        names = " or ".join(map(called, left_out))
        return f"; {claim.printed} can be that of {names}, too slow to try on so many patients."
    if kind == "depends-on-test":
        return f"; {claim.printed} can be that of another test, or of fewer or other categories."
    if kind == "no-test-fits":
        tried = " that was tried" if left_out else ""
        return f", not {claim.printed}, and no other test{tried} gives that."
    if kind == "possible-p":
        reach = zip(chosen.cells, chosen.fits(claim.value), strict=True)
        cells = list(dict.fromkeys(c for c, fit in reach if fit))
        return f". {claim.printed} is that of {_several(cells)}, which is not printed."
    if kind == "p-value":
        return f", which {'rounds to' if claim.value.relation == '=' else 'is'} {claim.printed}."
    other = f"{called(usual.name)} gives {usual.beside(claim.value.decimals)}"
    return f", as printed, but {other}."


def _is_near(claim: Claim, tests: Sequence[PTest]) -> bool:
    """Whether a test that is not tried can give a P value of a larger table."""
    every = [p for test in tests for p in test.values]
    return min(every) / NEAR <= claim.value.value <= max(every) * NEAR


def _is_far(claim: Claim, tests: Sequence[PTest]) -> bool:
    """Whether no test like those that are tried can give a P value, with few values missing."""
    every = [min(max(p, symmetry.LEAST), 1.0) for test in tests for p in test.values
             if not test.is_one_sided]  # fmt: skip
    return symmetry.is_far(claim.value, (two_sided_z(1 - max(every)), two_sided_z(1 - min(every))))


def _several(cells: Sequence[str]) -> str:
    more = f" or {len(cells) - 3} others" if len(cells) > 3 else ""
    return " or ".join(cells[:3]) + more


def _methods(claim: Claim, evidence: Evidence) -> tuple[object, list[str]]:
    """Tests that give a P value."""
    tests = compare(evidence.ledger.measures[claim.measure], evidence).tests
    return claim.measure, [t.name for t in tests if all(t.fits(claim.value))]


CHOICE = Choice("comparison", ("p_value",), _methods)


def _in_words(
    claim: Claim, measure: Measure, comparison: Comparison, evidence: Evidence
) -> Verdict:
    """Judge a claim of significance, whose test is not named, by every test.

    The test of its family decides, unless it is assumed only. Else all tests must agree, or those
    of two groups where a published rate is that of a known number of patients.
    """
    tests, own = comparison.tests, evidence.method(measure)
    side = "" if claim.value.relation.startswith(">") else _side(tests)
    tried = [
        t
        for t in tests
        if not t.is_one_sided or t.name == own or t.name.endswith(side or "two-sided")
    ]
    groups = [t for t in tried if t.against and not t.name.startswith(USUAL)]
    decisive = groups or [t for t in tried if t.name == own] or tried
    weighed = {t.name: _weigh(t, claim.value) for t in tried}
    states = {weighed[t.name] for t in decisive}
    verdict, kind = "unchecked", "depends-on-test"
    if states == {"yes"}:
        verdict, kind = "match", "claim-supported"
    elif states == {"no"}:
        verdict, kind = "mismatch", "claim-not-supported"
    elif states == {"open"}:
        kind = "depends-on-cells"
    says = f"{comparison.setting}: {_told(tried, claim.value)}. {comparison.note}"
    says = says.strip()
    candidates = [t.candidate(claim.value, all) for t in tried]
    value = decisive[0].values[0] if len(set(decisive[0].values)) == 1 else nan
    return verdict_on(
        claim, verdict, kind, says, decisive[0].name, value, candidates, comparison.inputs
    )


def _weigh(test: PTest, printed: Printed) -> str:
    """Whether a test supports a claim: yes, no, or open where it depends on the cells.

    A claim against a range of rates must hold at both ends, so one end without support fails it.
    """
    ends = [PTest("", tuple(values)).fits(printed) for values in test.ends.values()]
    if all(map(all, ends)):
        return "yes"
    return "open" if all(map(any, ends)) else "no"


STATES = {
    "yes": "supported by {}",
    "no": "not supported by {}",
    "open": "undecided, since the article does not print the cells, by {}",
}


def _told(tests: Sequence[PTest], printed: Printed) -> str:
    """Which tests support a claim and which do not; for each rate, where there are several."""
    ends = list(dict.fromkeys(end for test in tests for end in test.ends))
    if len(ends) == 1:
        return _by_state(tests, printed)
    said = []
    for end in ends:
        there = [PTest(t.name, tuple(t.ends[end])) for t in tests if end in t.ends]
        states = {_weigh(test, printed) for test in there}
        if len(states) == 1:
            every = PTest("", tuple(p for test in there for p in test.values))
            group = "all" if states == {"yes"} else "any"
            says = STATES[states.pop()].format(f"{group} of {len(there)} tests")
            said.append(f"against {end.text}, {says} (P {every.beside(printed.decimals)})")
        else:
            said.append(f"against {end.text}, {_by_state(there, printed)}")
    return "; ".join(said)


def _by_state(tests: Sequence[PTest], printed: Printed) -> str:
    """How many tests support a claim and how many do not, and the first few with their P values."""
    said = []
    for state, words in STATES.items():
        there = [test for test in tests if _weigh(test, printed) == state]
        names = [f"{called(test.name)} (P {_beside(test, printed)})" for test in there[:NAMED]]
        more = PTest("", tuple(p for test in there[NAMED:] for p in test.values))
        if more.values:
            others = f"{len(there) - NAMED} other{'s' * (len(there) > NAMED + 1)}"
            names[-1] += f" and {others} (P {_beside(more, printed)})"
        which = "any" if state == "no" else "all"
        number = which if len(there) == len(tests) else len(there)
        listed = f"{number} of {len(tests)} tests: {', '.join(names)}"
        said += [words.format(listed)] if names else []
    return "; ".join(said)


def _beside(test: PTest, printed: Printed) -> str:
    """A P value, with a digit more where it would read as the bound: 0.0501, not 0.050."""
    is_near = any(abs(p - printed.value) < float(printed.step) / 20 for p in test.values)
    return test.beside(printed.decimals + is_near)


def _side(tests: Sequence[PTest]) -> str:
    """Direction of the data, by the exact one-sided tests against a rate."""
    sided = [t for t in tests if t.name in ("exact-binomial-less", "exact-binomial-greater")]
    return (
        min(sided, key=lambda t: min(t.values)).name.removeprefix("exact-binomial") if sided else ""
    )
