"""Limits of proportions, judged by the methods that are expected to give them."""

from collections.abc import Iterator
from contextlib import suppress

from numbercheck.audit import effects, kaplan_meier, means, shares, symmetry, widths
from numbercheck.audit.cases import (
    CHOICE,
    Case,
    Pair,
    case_of,
    of_total,
    pair_at,
    without_event,
)
from numbercheck.audit.computed import Build, judge
from numbercheck.audit.evidence import Evidence, MissingError
from numbercheck.audit.misprints import name_misprint
from numbercheck.audit.verdicts import Verdict, verdict_on
from numbercheck.ledger.implied import PRINTED_EFFECTS
from numbercheck.ledger.rows import Claim, Measure
from numbercheck.statistics.proportions import METHODS
from numbercheck.statistics.rounding import Printed, format_rounded

ESTIMATES = ("percent", "estimate", "mean", "median", "rate", *PRINTED_EFFECTS, "value")
BUILDS: dict[str, tuple[Build, ...]] = {
    "count": (shares.of_count,),
    "quantity": (means.of_one,),
    "rate": (shares.of_rate,),
    "comparison": (effects.of_counts, means.of_groups),
}


def check(claim: Claim, evidence: Evidence) -> Iterator[Verdict]:
    """Judge one printed limit together with the other one of its interval."""
    measure = evidence.ledger.measures[claim.measure]
    is_counted, pair = measure.kind == "count", pair_at(claim, evidence)
    case = case_of(claim, measure, pair, evidence) if is_counted else None
    if case:
        found = _follows(case, measure, evidence)
        found = found or _in_fractions(case, _estimate(claim, evidence))
    else:
        found = computed_verdict(claim, evidence)
    if found and (case or found.verdict == "match"):
        yield found
    elif fault := check_shape(claim, evidence):
        yield fault
    elif found:
        yield found
    elif case:
        yield name_misprint(case, evidence)
    elif measure.kind == "comparison":
        yield from symmetry.check_limit(claim, evidence)
    elif measure.kind == "incidence":
        yield from widths.check_incidence(claim, evidence)
    elif measure.kind == "survival":
        yield kaplan_meier.check_limit(claim, evidence)
        yield from widths.check_survival(claim, evidence)
    elif measure.kind == "count":
        reason = "The count or the denominator is not printed, so no interval can be computed."
        yield verdict_on(claim, "unchecked", "no-count", reason)
    else:
        reason = "The numbers that this limit was computed from are not printed."
        yield verdict_on(claim, "unchecked", "not-determined", reason)


def computed_verdict(claim: Claim, evidence: Evidence) -> Verdict | None:
    """Verdict by what other printed numbers give; None where they give nothing."""
    measure = evidence.ledger.measures[claim.measure]
    for build in BUILDS.get(measure.kind, ()):
        with suppress(MissingError):
            computation = build(claim, evidence)
            if computation and claim.statistic in computation.ways[0].values:
                return judge(claim, computation, evidence, build)
    return None


def _follows(case: Case, measure: Measure, evidence: Evidence) -> Verdict | None:
    """A match, where a method that is expected gives this limit."""
    own = evidence.method(measure)
    expected, number = evidence.expected(measure, METHODS, CHOICE)
    fits = [way for way in case.whole if way.method in expected]
    if not fits and (own in METHODS or number > 1):
        fits = [w for w, fit in case.tried.items() if w.method in expected and fit[case.at]]
    if not fits:
        return None
    way, total = fits[0], case.count.total or 0
    if not all(way.fits(k, total, case.pair)[case.at] for k in case.count.values):
        says = f"Some of the counts that {of_total(case.count)} can be give {case.pair.text}."
        return case.verdict("unchecked", "not-determined", way, says)
    forms = [way.limits(case.count.values[0], total, is_cut)[case.at] for is_cut in (True, False)]
    value = next((v for v in forms if case.claim.value.admits(v)), forms[0])
    says = (
        f"{of_total(case.count)} has the {('lower', 'upper')[case.at]} limit "
        f"{format_rounded(value, case.claim.value.decimals + 1)}% by "
        f"{' and '.join(w.name for w in fits)}, which rounds to {case.claim.printed}."
    )
    return case.verdict("match", "interval", way, says, len(case.tried) * (number < 2))


def _in_fractions(case: Case, estimate: Printed | None) -> Verdict | None:
    """Name limits that are fractions of one: of the patients counted, or of the others."""
    if any(printed and printed.value > 1 for printed in case.pair):
        return None
    limits = f"the limits {case.pair.text}, as fractions, by"
    for kind, other in (("scale-switch", case), ("complement-interval", without_event(case))):
        way = next((way for way in other.tried if all(other.fit(way, scale=0.01))), None)
        if way is None:
            continue
        if other is case and estimate is None:
            says = f"{of_total(case.count)} has {limits} {way.name}."
            return case.verdict("match", "interval", way, says, len(case.tried))
        whose = "" if other is case else ", those without the event,"
        says = f"{of_total(other.count)}{whose} has {limits} {way.name}."
        return case.verdict("mismatch", kind, way, says)
    return None


def check_shape(claim: Claim, evidence: Evidence) -> Verdict | None:
    """A mismatch, where a limit's interval is wrong whatever it was computed from."""
    if claim.statistic not in ("conf_low", "conf_high"):
        return None
    fault = _fault(pair_at(claim, evidence), _estimate(claim, evidence))
    return fault and verdict_on(claim, "mismatch", *fault, inputs=_partners(claim, evidence))


def _fault(pair: Pair, estimate: Printed | None) -> tuple[str, str] | None:
    low, high = pair
    if any(p is not None and p.relation != "=" for p in pair):
        return None
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
    if not (above or below):
        return None
    says = f"The estimate, {estimate.text}, is outside its own interval, {pair.text}"
    if low and high and low.value <= -estimate.value <= high.value:
        return "opposite-sign", f"{says}; with the opposite sign it would be inside."
    return "estimate-outside", f"{says}."


def _is_other_scale(pair: Pair, estimate: Printed) -> bool:
    """Whether a hundredfold brings the estimate between limits that do not hold it."""
    if pair.low is None or pair.high is None or pair.low.value < 0:
        return False
    low, high = pair.low.value, pair.high.value
    inside = [low <= estimate.value * f <= high for f in (1, 100, 0.01)]
    return not inside[0] and (
        (inside[1] and estimate.value <= 1 < high) or (inside[2] and high <= 1 < estimate.value)
    )


def _estimate(claim: Claim, evidence: Evidence) -> Printed | None:
    found = _printed_with(claim, evidence, ESTIMATES)
    return next((c.value for c in found if c.value.relation == "="), None)


def _partners(claim: Claim, evidence: Evidence) -> list[str]:
    found = _printed_with(claim, evidence, (*ESTIMATES, "conf_low", "conf_high"))
    return [c.claim for c in found if c.claim != claim.claim]


def _printed_with(claim: Claim, evidence: Evidence, names: tuple[str, ...]) -> list[Claim]:
    """The claims of some statistics that stand where this one does."""
    return [c for name in names if (c := evidence.beside(claim, name))]
