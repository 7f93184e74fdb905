"""Compare what two sources print of the same patients, and say what could explain a difference.

The article is compared with nothing; each other source with the sources above it in sources.csv.
"""

from collections.abc import Container, Iterable, Iterator
from dataclasses import replace
from typing import NamedTuple

from numbercheck.audit.definitions import other_definitions, remarks
from numbercheck.audit.evidence import Count, Evidence
from numbercheck.audit.ranges import EXACT
from numbercheck.audit.verdicts import Verdict, verdict_on
from numbercheck.ledger.records import Ledger
from numbercheck.ledger.rows import Claim, Comparator, Measure
from numbercheck.ledger.sources import (
    ARTICLE,
    every_source,
    name_of,
    of_sources,
    population,
    source_of,
)
from numbercheck.ledger.texts import day_range
from numbercheck.statistics.proportions import METHODS, interval
from numbercheck.statistics.rounding import Printed, format_rounded
from numbercheck.words import AGREEMENTS

ALIKE = ("agrees", "within-rounding")
OTHERWISE = "other-definition"
COUNTED = ("n", "percent")


class Agreement(NamedTuple):
    """A number of one source beside the same number of another, ``against`` it.

    ``agreement`` is a key of `numbercheck.words.AGREEMENTS`; ``explanation`` says what could
    explain a difference. Intervals are empty where neither a count nor limits are printed.
    """

    measure: str
    label: str
    statistic: str
    source: str
    claim: str
    printed: str
    interval: str
    against: str
    against_claim: str
    against_printed: str
    against_interval: str
    agreement: str
    explanation: str


def agreements(ledger: Ledger) -> list[Agreement]:
    """Every number of a source other than the article, beside the sources above it.

    Parameters
    ----------
    ledger : Ledger
        As read, or with any sources in view.

    Returns
    -------
    list of Agreement
        In the order of sources.csv and claims.csv, then what cited trials print themselves.
    """
    names = [name for name in every_source(ledger) if name != ARTICLE]
    evidence = Evidence(ledger)
    rows = [row for name in names for row in _beside(evidence.of(name), name)]
    return [*rows, *_cited(ledger)]


def _beside(own: Evidence, name: str) -> Iterator[Agreement]:
    """Every number of one source beside the sources of the same patients above it."""
    patients = population(own.ledger, name)
    names = every_source(own.ledger)
    same = [s for s in names[: names.index(name)] if population(own.ledger, s) == patients]
    above = [own.of(each) for each in same]
    for claim in own.ledger.claims.values():
        pairs = [(found, each) for each in above if (found := _reference(claim, own, each))]
        for other, theirs in pairs:
            yield _row(claim, own, other, theirs)
        if not pairs:
            yield _agreement(claim, own, "other-patients" if patients else "alone")


def _reference(claim: Claim, own: Evidence, evidence: Evidence) -> Claim | None:
    """What a source prints of the same number: a percentage stands for its count, too."""
    ledger, measure = evidence.ledger, evidence.ledger.measures[claim.measure]
    if claim.verbal:
        key = claim.measure, claim.statistic
        return next((c for c in ledger.claims.values() if (c.measure, c.statistic) == key), None)
    names = [claim.measure, measure.against] if measure.kind == "design" else [claim.measure]
    statistics = COUNTED if claim.statistic in COUNTED else (claim.statistic,)
    statistics = (claim.statistic, *statistics, "n") if measure.kind == "design" else statistics
    ranked = sorted(dict.fromkeys(statistics), key=lambda s: s != claim.statistic)
    found = [c for name in names for s in ranked for c in ledger.find(name, s)]
    alike = [c for c in found if (c.measure, c.statistic) == (claim.measure, claim.statistic)]
    agreed = [c for c in alike if agree(claim, c, measure)]
    known = [c for c in found if _in_terms_of(claim, own, c, evidence)]
    return next(iter(agreed or alike or known), None)


def _row(claim: Claim, own: Evidence, other: Claim, theirs: Evidence) -> Agreement:
    agreement, why = _judged(claim, own, other, theirs)
    against = source_of(other), other.claim, other.printed, interval_of(other, theirs)
    return _agreement(claim, own, agreement, why, against)


def _agreement(
    claim: Claim,
    own: Evidence,
    agreement: str,
    why: str = "",
    against: tuple[str, str, str, str] = ("", "", "", ""),
) -> Agreement:
    """A number beside another, or alone."""
    here = source_of(claim), claim.claim, claim.printed, interval_of(claim, own)
    label = own.ledger.measures[claim.measure].label
    return Agreement(claim.measure, label, claim.statistic, *here, *against, agreement, why)


def _judged(claim: Claim, own: Evidence, other: Claim, theirs: Evidence) -> tuple[str, str]:
    """How two printings of a number stand to each other, and what could explain a difference."""
    ledger = own.ledger
    measure = ledger.measures[claim.measure]
    same = _in_terms_of(claim, own, other, theirs) or other
    if alike := _alike(claim, same, measure):
        return alike if same is other else "agrees", ""
    if measure.unit == "text":
        return "to-read", ""
    if known := " ".join(other_definitions(claim, own, other, theirs)):
        return OTHERWISE, known
    later = "fixed" if claim.statistic == "N" else measure.later
    agreement = LATER_SAYS.get(later, "undeclared")
    if later in ("rises", "falls"):
        agreement = _ordered(claim, same, later, ledger)
    return agreement, " ".join(remarks(claim, own, other, theirs))


LATER_SAYS = {"fixed": "differs", "changes": "may-change"}


def _in_terms_of(claim: Claim, own: Evidence, other: Claim, theirs: Evidence) -> Claim | None:
    """The other printing as a count or percentage, as the claim is; None where that is unknown."""
    measure = own.ledger.measures[claim.measure]
    if claim.statistic == other.statistic or measure.kind == "design":
        return other
    count = theirs.count(measure, other.locus)
    wholes = [known.total for known in (count, own.total(measure, claim.locus)) if known]
    total = next(filter(None, wholes), None)
    if count is None or not total:
        return None
    is_count = claim.statistic == "n"
    numbers = [k if is_count else 100 * k / total for k in count.values]
    nearest = min(numbers, key=lambda number: abs(number - claim.value.value))
    return replace(other, statistic=claim.statistic, printed=f"{nearest:.{0 if is_count else 9}f}")


def _alike(claim: Claim, other: Claim, measure: Measure) -> str:
    """``agrees`` or ``within-rounding``; empty where two printings differ."""
    if not agree(claim, other, measure):
        return ""
    rounded = measure.unit not in ("date", "text") and claim.printed != other.printed
    rounded = rounded and claim.value.relation == other.value.relation == "="
    return "within-rounding" if rounded and claim.value.exact != other.value.exact else "agrees"


def _ordered(claim: Claim, other: Claim, later: str, ledger: Ledger) -> str:
    """Whether a number that may only rise, or fall, did so from the earlier source to the later."""
    order = _order(source_of(claim), source_of(other), ledger)
    plain = claim.value.relation == other.value.relation == "="
    if not (order and plain):
        return "may-change" if order else "undated"
    rose = (claim.value.value > other.value.value) == (order > 0)
    return "in-order" if rose == (later == "rises") else "differs"


def _order(source: str, other: str, ledger: Ledger) -> int:
    """1 where a source is later than another, -1 where it is earlier, 0 where that is unknown."""
    dates = [ledger.sources[s].date if s in ledger.sources else "" for s in (source, other)]
    length = min(map(len, dates))
    mine, theirs = (date[:length] for date in dates)
    if mine != theirs:
        return 1 if mine > theirs else -1
    is_later = source in ledger.sources and ledger.sources[source].kind == "follow-up"
    return int(is_later and other == ARTICLE)


def agree(one: Claim, other: Claim, measure: Measure) -> bool:
    """Whether two printings can be of one number, dates and rounded numbers among them."""
    if one.printed == other.printed:
        return True
    if measure.unit == "text":
        return one.printed.casefold().split() == other.printed.casefold().split()
    if measure.unit == "date":
        (first, last), (start, end) = day_range(one.printed), day_range(other.printed)
        return first <= end and start <= last
    return agree_in_value(one.value, other.value, one.statistic in EXACT)


def agree_in_value(one: Printed, other: Printed, are_exact: bool = False) -> bool:
    """Whether two printed numbers can be of one number, as it is rounded, or a bound of it."""
    if "unreached" in (one.relation, other.relation):
        return one.relation == other.relation
    if one.relation != "=" or other.relation != "=":
        plain, bound = (one, other) if one.relation == "=" else (other, one)
        if plain.relation != "=":
            return _overlap(one, other)
        return any(map(bound.admits, (plain.exact,) if are_exact else plain.interval()))
    (a, b), (c, d) = one.interval(), other.interval()
    return a < d and c < b


def _overlap(one: Printed, other: Printed) -> bool:
    """Whether two bounds leave a number, as <0.05 and >0.05 do not."""
    below, above = (one, other) if "<" in one.relation else (other, one)
    if "<" not in below.relation or ">" not in above.relation:
        return True
    is_either = below.relation == "<=" and above.relation == ">="
    return above.value < below.value or (is_either and above.value == below.value)


def interval_of(claim: Claim, evidence: Evidence) -> str:
    """Interval of a proportion, by the ledger's method, or the limits printed with an estimate."""
    ledger, measure = evidence.ledger, evidence.ledger.measures[claim.measure]
    if claim.statistic == "estimate":
        limits = evidence.limits(claim)
        return " to ".join(limit.text for limit in limits if limit) if all(limits) else ""
    count = evidence.nearest(measure, claim.locus)
    is_share = measure.kind == "count" and claim.statistic in COUNTED
    if not (is_share and count and count.total and max(count.values) <= count.total):
        return ""
    if not ledger.find(claim.measure, "percent") and not measure.where.text:
        return ""  # everyone, such as the number enrolled
    return " to ".join(_limits(count, measure, ledger))


def _limits(count: Count, measure: Measure, ledger: Ledger) -> tuple[str, str]:
    method = ledger.method(measure) if ledger.method(measure) in METHODS else "wilson"
    level = ledger.level(measure)
    ends = [interval(k, count.total or 0, method, level) for k in count.values]
    low, high = min(low for low, _ in ends), max(high for _, high in ends)
    return format_rounded(100 * low, 1), f"{format_rounded(100 * high, 1)}%"


def _cited(ledger: Ledger) -> Iterator[Agreement]:
    """Numbers of other trials that the article cites, beside what these trials print."""
    for claim in of_sources(ledger, [ARTICLE]).claims.values():
        label = ledger.measures[claim.measure].label
        for row, agreement in cited(claim, ledger):
            there, here = (
                (row.trial, row.quantity, row.printed),
                (ARTICLE, claim.claim, claim.printed),
            )
            number = claim.measure, label, claim.statistic
            yield Agreement(*number, *there, "", *here, "", agreement, row.note)


def cited(claim: Claim, ledger: Ledger) -> list[tuple[Comparator, str]]:
    """Rows of the comparators about a number of another trial, and whether each agrees."""
    if ledger.measures[claim.measure].kind != "external":
        return []
    names = claim.claim, claim.measure
    rows = [r for r in ledger.comparators if r.claim == names[0] or r.quantity == names[1]]
    return [(row, _as_cited(claim.value, row.number)) for row in rows]


def _as_cited(here: Printed, there: Printed | None) -> str:
    if there is None:
        return "alone"
    return "agrees" if agree_in_value(here, there) else "differs"


def joint(ledger: Ledger, names: Iterable[str] | None = None) -> Ledger:
    """Ledger of what some sources (default: all) print of the article's patients, for one cohort.

    Left out are other patients, comparisons with them and, of sources beside the article, measures
    that are not declared ``fixed`` or that another definition sets apart.
    """
    ledger = of_sources(ledger, names)
    apart = {(r.source, r.measure) for r in agreements(ledger) if r.agreement == OTHERWISE}
    kept = {k: c for k, c in ledger.claims.items() if _is_joint(c, ledger, apart)}
    return replace(ledger, claims=kept)


def _is_joint(claim: Claim, ledger: Ledger, apart: Container[tuple[str, str]]) -> bool:
    measure, source = ledger.measures[claim.measure], source_of(claim)
    if source == ARTICLE or measure.against in ledger.sources:
        return measure.against not in ledger.sources
    is_fixed = measure.later == "fixed" and (source, measure.measure) not in apart
    return is_fixed and not population(ledger, source)


def check(evidence: Evidence) -> Iterator[Verdict]:
    """Judge the numbers of one source by the sources above it that print the same measure."""
    ledger = evidence.ledger
    name = next(map(source_of, ledger.claims.values()), ARTICLE)
    for row in _beside(evidence, name) if name != ARTICLE else ():
        if row.against:
            verdict, kind = VERDICTS.get(row.agreement, ("unchecked", row.agreement))
            claim, inputs = ledger.claims[row.claim], (row.against_claim,)
            yield verdict_on(claim, verdict, kind, sentence(row, ledger), inputs=inputs)


VERDICTS = {
    "agrees": ("given", "sources-agree"),
    "within-rounding": ("given", "sources-agree"),
    "differs": ("mismatch", "sources-differ"),
}


def sentence(row: Agreement, ledger: Ledger) -> str:
    """Both numbers with their intervals, how they stand to each other, and why perhaps."""
    here, there = (
        f"{printed} (interval {limits})" if limits else printed
        for printed, limits in (
            (row.printed, row.interval),
            (row.against_printed, row.against_interval),
        )
    )
    name = name_of(row.against, ledger)
    says = f"{here} is printed here, {there} in {name}: {AGREEMENTS[row.agreement]}."
    return f"{says} {row.explanation}".strip()
