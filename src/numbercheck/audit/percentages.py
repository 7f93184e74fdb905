"""Percentages: whether k of N is what is printed, and if not, what could have been done instead."""

import re
from collections.abc import Iterable, Iterator

from numbercheck.audit.evidence import MISSING, Count, Evidence, is_count, possible_counts
from numbercheck.audit.verdicts import Candidate, Verdict, verdict_on
from numbercheck.ledger.rows import Claim
from numbercheck.statistics.rounding import Printed, format_rounded, roundings

SLIPS = {"truncated": "cut off, not rounded", "double": "rounded twice", "up": "rounded up"}
Explanation = tuple[str, str]  # kind of the finding, and what would print so


def check(claim: Claim, evidence: Evidence) -> Iterator[Verdict]:
    """Judge one printed percentage."""
    measure = evidence.ledger.measures[claim.measure]
    total = evidence.total(measure, claim.locus)
    count = evidence.count(measure, claim.locus)
    claims = evidence.ledger.claims
    if count and count.total and claims[count.claims[0]].statistic == "n":
        yield _with_count(claim, count, evidence)
    elif not 0 <= claim.value.value <= 100:
        reason = f"{claim.printed} is not a percentage of patients."
        yield verdict_on(claim, "mismatch", "impossible-percent", reason)
    elif total is None or not total.total:
        reason = "No denominator is printed, so it cannot be compared with a count."
        yield verdict_on(claim, "unchecked", "no-denominator", reason)
    else:
        yield _without_count(claim, total, evidence)


def _with_count(claim: Claim, count: Count, evidence: Evidence) -> Verdict:
    printed, k, total = claim.value, count.values[0], count.total or 0
    value = 100 * k / total
    rules = roundings(value, printed.decimals) if printed.relation == "=" else {}
    candidates = [
        Candidate(rule, f"{text}%", printed.admits(float(text))) for rule, text in rules.items()
    ]
    says = f"{k} of {total} is {_unrounded(value, printed.decimals)}%"
    verdict, kind = "mismatch", "count-exceeds-total"
    if k > total:
        says = f"{k} is more than the total, {total}."
    elif printed.admits_percent(k, total):
        verdict, kind = "match", "percent"
        how = "rounds to" if printed.admits(value) else "in a program's binary digits rounds to"
        says += f", which {how if rules else 'is'} {_percent(printed)}."
    elif not rules:
        kind, says = "percent-differs", f"{says}, which is not {_percent(printed)}."
    else:
        found = dict(explanations(claim, k, total, evidence))
        kind = next(iter(found), "impossible-percent")
        says += f", which rounds to {rules['half-up']}%, not {_percent(printed)}. "
        perhaps = f"Perhaps {'; or '.join(found.values())}."
        says += perhaps if found else f"No count out of {total} does."
        says += _with_fewer(claim, k, evidence)
        if known := known_total(claim, evidence):
            verdict, kind = "unchecked", MISSING
            says = f"{k} of {total} is {_unrounded(value, printed.decimals)}%; all percentages of "
            says += f"the same column fit {known} patients, if the others were not evaluable."
    return verdict_on(claim, verdict, kind, says, "k/N", value, candidates, count.claims)


def known_total(claim: Claim, evidence: Evidence) -> int | None:
    """Fewer patients of whom all percentages of a column are; None where that is no evidence.

    It is where the column's counts add up to them, or two percentages are not of all patients.
    """
    measure = evidence.ledger.measures[claim.measure]
    fewer, names = _fewer_totals(claim, evidence), measure.where.names
    if not fewer or len(set(names)) != 1:
        return None
    counts: list[int] = []
    printed: list[Printed] = []
    for other in evidence.columns.get((names, evidence.key(measure.among)), []):
        percent, n = (evidence.ledger.printed(other.measure, s) for s in ("percent", "n"))
        if percent and n and percent.relation == "=" and is_count(n):
            counts.append(int(n.value))
            printed.append(percent)

    def fit(total: int) -> list[bool]:
        pairs = zip(printed, counts, strict=True)
        return [k <= total and p.admits_percent(k, total) for p, k in pairs]

    are_two = fit(fewer[0] + 1).count(False) > 1
    each = (n for n in fewer if are_two or sum(counts) == n)
    return next((n for n in each if len(counts) > 1 and all(fit(n))), None)


def _unrounded(value: float, decimals: int) -> str:
    """A value with a decimal more, or as many as show on which side of a tie it is."""
    rounded, first = format_rounded(value, decimals), format_rounded(value, decimals + 1)
    texts = (format_rounded(value, decimals + more) for more in range(1, 6))
    return next((t for t in texts if format_rounded(float(t), decimals) == rounded), first)


def explanations(claim: Claim, k: int, total: int, evidence: Evidence) -> Iterator[Explanation]:
    """What would turn k of N into what is printed, the likeliest first; none is certain."""
    printed, value = claim.value, 100 * k / total
    if any(p.admits(value) for p in _with_point(printed)):
        yield "decimal-point-lost", "a decimal point was lost"
    if 0 < printed.value <= 1 and printed.admits(k / total):
        yield "scale-switch", "a fraction was printed for a percentage"
    for other in _totals(printed, k, evidence.totals):
        if other != total:
            yield "other-denominator", f"it is {k} of {other}, another printed total"
    rules = roundings(value, printed.decimals)
    for rule, name in SLIPS.items():
        if rules[rule] == printed.text.strip(" %"):
            yield "rounding-slip", f"it was {name}"
            break
    if printed.admits(100 - value):
        yield "complement-percent", f"it is the percentage of the other {total - k}"
    for parts in _differences(claim, evidence):
        yield "difference-of-percents", f"it is {parts}, a difference of printed percentages"
    if counts := possible_counts(printed, total):
        yield "percent-differs", f"it is {_counts(counts)} of {total}"


def _totals(printed: Printed, k: int, among: Iterable[int]) -> Iterator[int]:
    """Totals of which ``k`` is the printed percentage."""
    low, high = printed.fractions()
    near = (n for n in among if n > 0 and low * n <= k <= high * n)
    return (n for n in near if printed.admits_percent(k, n))


def _with_point(printed: Printed) -> Iterator[Printed]:
    """The printed digits with a decimal point between two of them."""
    digits = printed.text.strip(" %")
    if re.fullmatch(r"\d{2,}", digits):
        yield from (Printed(f"{digits[:at]}.{digits[at:]}") for at in range(1, len(digits)))


def _differences(claim: Claim, evidence: Evidence) -> Iterator[str]:
    """Differences of a whole's printed percentage and those of the other parts."""
    for names in evidence.sums.get(claim.measure, ()):
        shown = [evidence.ledger.printed(name, "percent") for name in names]
        numbers = sorted((p.exact, p.text.strip(" %")) for p in shown if p)
        if len(numbers) == len(names) > 1:
            *rest, (whole, text) = numbers
            if whole - sum(number for number, _ in rest) == claim.value.exact:
                yield " − ".join([text, *(part for _, part in rest)])


def _without_count(claim: Claim, total: Count, evidence: Evidence) -> Verdict:
    """Judge a percentage by the counts that it can stand for, since none is printed."""
    printed, n = claim.value, total.total or 0
    counts = possible_counts(printed, n)
    near = [k for k in _nearest(printed, n) if not counts]
    tried = [Candidate(f"{k}/{n}", _two(100 * k / n), bool(counts)) for k in (*counts[:9], *near)]
    verdict, kind, method, value = "mismatch", "impossible-percent", "", float("nan")
    says = f"No count out of {n} rounds to {_percent(printed)}"
    slips = [(k, dict(explanations(claim, k, n, evidence)).get("rounding-slip")) for k in near]
    slips = [(k, why) for k, why in slips if why]
    fewer = () if counts else _fewer(claim, evidence)
    if fewer:
        k, m = fewer
        verdict, kind, method = "unchecked", MISSING, ""
        says += f"; {k} of {m} does, if the others were not evaluable, and no N is printed with it."
    elif counts:
        verdict, kind, method = "unchecked", "possible-counts", "k/N"
        value = 100 * counts[0] / n if len(counts) == 1 else value
        patients = "patient" if list(counts) == [1] else "patients"
        says = f"{_percent(printed)} of {n} is {_counts(counts)} {patients}; no count is printed."
    elif slips:
        (k, why), *_ = slips
        kind, method, value = "rounding-slip", "k/N", 100 * k / n
        says += f". {k} of {n} is {_two(value)}; perhaps {why}."
    else:
        says += ", however it is rounded."
    return verdict_on(claim, verdict, kind, says, method, value, tried, total.claims)


def _fewer_totals(claim: Claim, evidence: Evidence) -> range:
    """Totals below the printed one that may be meant; none where it is the percentage's own N."""
    measure = evidence.ledger.measures[claim.measure]
    total = evidence.total(measure, claim.locus)
    return evidence.fewer(measure, total) if total else range(0)


def _with_fewer(claim: Claim, k: int, evidence: Evidence) -> str:
    """Sentence on fewer patients of whom a count is the printed percentage."""
    near = next(_totals(claim.value, k, _fewer_totals(claim, evidence)), None)
    return f" It would be {k} of {near}, if the others were not evaluable." if near else ""


def _fewer(claim: Claim, evidence: Evidence) -> tuple[int, ...]:
    """Count and total of fewer patients that give a percentage."""
    totals = _fewer_totals(claim, evidence)
    return next(((k, n) for n in totals for k in possible_counts(claim.value, n)[:1]), ())


def _nearest(printed: Printed, n: int) -> list[int]:
    near = round(printed.value * n / 100)
    return sorted({k for k in (near - 1, near, near + 1) if 0 <= k <= n})


def _percent(printed: Printed) -> str:
    return f"{printed.text.strip(' %')}%"


def _two(value: float) -> str:
    return f"{format_rounded(value, 2)}%"


def _counts(counts: tuple[int, ...]) -> str:
    return f"{counts[0]} to {counts[-1]}" if len(counts) > 4 else _or(map(str, counts))


def _or(texts: Iterable[str]) -> str:
    return " or ".join(texts)
