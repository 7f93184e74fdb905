"""Percentages: whether k of N is what is printed, and if not, what was done instead."""

from collections.abc import Iterator

from numbercheck.audit.evidence import Evidence, possible_counts
from numbercheck.audit.verdicts import Candidate, Verdict, verdict_on
from numbercheck.ledger.records import Claim
from numbercheck.statistics.rounding import Printed, format_rounded, roundings

SLIPS = {
    "truncated": "was cut off, not rounded",
    "double": "was rounded twice",
    "up": "was rounded up",
}


def check(claim: Claim, evidence: Evidence) -> Iterator[Verdict]:
    """Judge one printed percentage."""
    measure = evidence.ledger.measures[claim.measure]
    printed, total = claim.value, evidence.total(measure)
    if not 0 <= printed.value <= 100:
        yield _wrong(claim, "impossible-percent", f"{claim.printed} is no percentage of patients.")
    elif total is None or not total.total:
        reason = "No denominator is printed, so no count can be compared."
        yield verdict_on(claim, "unchecked", "no-denominator", reason)
    elif not evidence.ledger.find(claim.measure, "n"):
        yield _without_count(claim, total.total, total.claims)
    else:
        count = evidence.count(measure, claim.locus)
        if count:
            yield _with_count(claim, count.values[0], total.total, count.claims, evidence)


def _with_count(
    claim: Claim, k: int, total: int, inputs: tuple[str, ...], evidence: Evidence
) -> Verdict:
    printed, value = claim.value, 100 * k / total
    rules = roundings(value, printed.decimals) if printed.relation == "=" else {}
    candidates = tuple(
        Candidate(rule, f"{text} %", printed.admits(float(text))) for rule, text in rules.items()
    )
    says = f"{k} of {total} is {format_rounded(value, printed.decimals + 1)} %"
    if k > total:
        kind, verdict = "count-exceeds-total", "mismatch"
        says = f"{k} of {total} is more than all of them."
    elif printed.admits(value):
        kind, verdict = "percent", "match"
        says += f", which prints as {_percent(printed)}."
    else:
        kind, why = _slip(printed, k, total, rules, evidence)
        verdict, rounded = "mismatch", format_rounded(value, printed.decimals)
        says += f", which prints as {rounded} %, not {_percent(printed)}" + (
            f": {why}." if why else "."
        )
    return verdict_on(claim, verdict, kind, says, "k/N", value, candidates, inputs)


def _slip(
    printed: Printed, k: int, total: int, rules: dict[str, str], evidence: Evidence
) -> tuple[str, str]:
    """Name what turns k of N into what is printed."""
    text = printed.text.strip(" %")
    slip = next((rule for rule in SLIPS if rules.get(rule) == text), None)
    if slip:
        return "rounding-slip", f"it {SLIPS[slip]}"
    if printed.value and printed.admits(k / total) and printed.value <= 1:
        return "scale-switch", "a fraction stands where a percentage should"
    if printed.admits(100 - 100 * k / total):
        return "complement-percent", f"it is the percentage of the other {total - k}"
    others = sorted(evidence.totals - {total, 0})
    other = next((n for n in others if k <= n and printed.admits(100 * k / n)), None)
    if other:
        return "other-denominator", f"it is {k} of {other}, another printed total"
    counts = possible_counts(printed, total)
    if not counts:
        return "impossible-percent", f"no count out of {total} rounds to it"
    return "percent-differs", f"it would be {_listed(counts)} of {total}"


def _without_count(claim: Claim, total: int, inputs: tuple[str, ...]) -> Verdict:
    """Judge a percentage by the counts that it can mean, since none is printed."""
    printed = claim.value
    counts = possible_counts(printed, total)
    if counts:
        says = (
            f"{_percent(printed)} of {total} can only be {_listed(counts)} patients; "
            "the count is not printed, so nothing checks it further."
        )
        if len(counts) > 1:
            says = says.replace("can only be", "can be")
        candidates = tuple(
            Candidate(f"{k}/{total}", _two(100 * k / total), True) for k in counts[:9]
        )
        return verdict_on(
            claim,
            "unchecked",
            "possible-counts",
            says,
            "k/N",
            100 * counts[0] / total if len(counts) == 1 else float("nan"),
            candidates,
            inputs,
        )
    near = round(printed.value * total / 100)
    tried = sorted({k for k in (near - 1, near, near + 1) if 0 <= k <= total})
    candidates = tuple(Candidate(f"{k}/{total}", _two(100 * k / total), False) for k in tried)
    for k in tried:
        rules = roundings(100 * k / total, printed.decimals)
        slip = next((r for r in SLIPS if rules[r] == printed.text.strip(" %")), None)
        if slip:
            says = (
                f"No count out of {total} rounds to {_percent(printed)}; {k} of them is "
                f"{_two(100 * k / total)}, which {SLIPS[slip]}."
            )
            return verdict_on(
                claim,
                "mismatch",
                "rounding-slip",
                says,
                "k/N",
                100 * k / total,
                candidates,
                inputs,
            )
    says = f"No count out of {total} prints as {_percent(printed)}, however it is rounded."
    return _wrong(claim, "impossible-percent", says, candidates, inputs)


def _wrong(
    claim: Claim,
    kind: str,
    says: str,
    candidates: tuple[Candidate, ...] = (),
    inputs: tuple[str, ...] = (),
) -> Verdict:
    return verdict_on(claim, "mismatch", kind, says, candidates=candidates, inputs=inputs)


def _percent(printed: Printed) -> str:
    return f"{printed.text.strip(' %')} %"


def _two(value: float) -> str:
    return f"{format_rounded(value, 2)} %"


def _listed(counts: tuple[int, ...]) -> str:
    if len(counts) > 4:
        return f"{counts[0]} to {counts[-1]}"
    return " or ".join(map(str, counts))
