"""Kaplan-Meier estimates and their limits, judged by the at-risk sequences that give them."""

from collections.abc import Iterator
from math import isnan, nan

from numbercheck.audit.computed import in_words, must_be
from numbercheck.audit.curves import (
    CHOICE,
    NO_LIMITS,
    PrintedCurve,
    candidates_at,
    curve_at,
    scale_of,
)
from numbercheck.audit.evidence import Evidence, is_count
from numbercheck.audit.verdicts import Verdict, verdict_on
from numbercheck.ledger.expressions import Expression
from numbercheck.ledger.rows import Claim, Measure
from numbercheck.statistics.proportions import METHODS, interval
from numbercheck.statistics.scales import CONF_TYPES
from numbercheck.words import called

LEVELS = (0.95, 0.90, 0.99, 0.80, 0.975)


def check_estimate(claim: Claim, evidence: Evidence) -> Iterator[Verdict]:
    """Judge a survival estimate by the patients and the deaths that are printed."""
    measure = evidence.ledger.measures[claim.measure]
    curve = curve_at(claim, evidence)
    if not 0 <= claim.value.value <= scale_of(claim, measure):
        says = f"{claim.printed} is not a survival probability."
        yield verdict_on(claim, "mismatch", "impossible-estimate", says)
    elif curve is None:
        says = "The number of patients is not printed."
        yield verdict_on(claim, "unchecked", "no-denominator", says)
    elif curve.is_impossible(NO_LIMITS):
        says = f"No numbers at risk among {curve.n} patients give {claim.printed}"
        verdict, kind = "mismatch", "no-history"
        if other := next(iter(curve.rare(NO_LIMITS).values()), ""):
            verdict, kind, says = "unchecked", "not-determined", f"{says}; it can be that {other}"
        yield verdict_on(claim, verdict, kind, f"{says}.", "km", inputs=curve.inputs)
    else:
        yield from _deaths(claim, measure, curve, evidence)


def _deaths(
    claim: Claim, measure: Measure, curve: PrintedCurve, evidence: Evidence
) -> Iterator[Verdict]:
    """Compare the events that every sequence needs with those that are printed."""
    number, sources = _printed_deaths(measure, evidence)
    names, alike = evidence.expected(measure, CONF_TYPES, CHOICE)
    need = curve.fewest_events([t for t in names if alike > 1 and t in CONF_TYPES])
    if sources and number < need:
        says = (
            f"{claim.printed} of {curve.n} patients needs at least {need} events, whatever the "
            f"numbers at risk; {number} {'is' if number == 1 else 'are'} printed."
        )
        used = (*curve.inputs, *sources)
        yield verdict_on(claim, "mismatch", "too-few-events", says, "km", inputs=used)


def check_limit(claim: Claim, evidence: Evidence) -> Verdict:
    """Judge one limit of a survival estimate.

    The estimate and one limit fix Greenwood's sum, so the upper limit follows from the lower
    and the estimate; the lower one is then a premise.
    """
    curve = curve_at(claim, evidence)
    if curve is None:
        says = "The number of patients, or the estimate, is not printed."
        return verdict_on(claim, "unchecked", "no-denominator", says)
    found = {t: curve.search(conf_type=t) for t in curve.types}
    fits = [t for t in curve.types if found[t].histories]
    measure = evidence.ledger.measures[claim.measure]
    names, number = evidence.expected(measure, CONF_TYPES, CHOICE)
    expected = [t for t in names if t in CONF_TYPES] or curve.types
    attained = [t for t in expected if t in fits]
    if attained:
        return _attained(claim, curve, attained[0], evidence, len(curve.types) * (number < 2))
    if not all(found[t].is_all for t in (expected if fits else curve.types)):
        says = "The search for an at-risk sequence was stopped before it was decided."
        return verdict_on(claim, "unchecked", "undecided", says)
    if other := next((of for name, of in curve.rare().items() if name in names), ""):
        says = f"No at-risk sequence gives {curve.text}, but they can be limits {other}."
        return verdict_on(claim, "unchecked", "not-determined", says, inputs=curve.inputs)
    if number < 2 and not fits and (whole := _of_proportion(curve)):
        says = f"No at-risk sequence gives {curve.text}, but these are the limits of {whole}, as "
        says += "if nobody were censored."
        return verdict_on(claim, "unchecked", "not-determined", says, inputs=curve.inputs)
    return _not_attained(claim, curve, fits, expected[0], evidence)


def _not_attained(
    claim: Claim, curve: PrintedCurve, fits: list[str], usual: str, evidence: Evidence
) -> Verdict:
    """Say what else would give limits that no sequence gives."""
    kind, more, conf_type = "no-history", ", nor with limits of another type or level", usual
    if fits:
        kind, more, conf_type = "method-differs", f"; {fits[0]} limits would", fits[0]
    elif other := _other(curve):
        sided = "" if other.sides == "two" else f" {other.sides} one-sided"
        kind = "one-sided" if other.sides != curve.sides else "other-level"
        conf_type = other.types[0]
        more = f";{sided} {conf_type} limits of {100 * other.level:g}% would"
    says = f"No at-risk sequence among {curve.n} patients reproduces {curve.estimate.printed} "
    says += f"with {curve.text} as {usual} limits{more}."
    tried, used = candidates_at(claim, evidence), _used(claim, curve, evidence)
    method = f"km-{conf_type}"
    return verdict_on(claim, "mismatch", kind, says, method, candidates=tried, inputs=used)


def _of_proportion(curve: PrintedCurve) -> str:
    """The count of all patients, and the method for a proportion, that give the limits."""
    n, printed = curve.n, (curve.estimate.value, *curve.limits)
    for k in (k for k in range(n + 1) if printed[0].admits(curve.scale * k / n)):
        for method in METHODS:
            limits = interval(k, n, method, curve.level, curve.sides)
            pairs = zip(printed[1:], limits, strict=True)
            if all(p is None or p.admits(curve.scale * limit) for p, limit in pairs):
                return f"{k} of {n} by {called(method)}"
    return ""


def _other(curve: PrintedCurve) -> PrintedCurve | None:
    """Other sides at the same level, else another level, that give the limits."""
    sides = [side for side in ("lower", "upper", "two") if side != curve.sides]
    levels = [level for level in LEVELS if level != curve.level]
    ways = [(curve.level, side) for side in sides] + [(lv, curve.sides) for lv in levels]
    for level, side in ways:
        if (curve.limits[0] if side == "upper" else curve.limits[1]) and side != "two":
            continue  # a one-sided limit stands alone
        other = curve._replace(level=level, sides=side)
        for conf_type in curve.types:
            if other.search(conf_type=conf_type).histories:
                return other._replace(types=(conf_type,))
    return None


def _attained(
    claim: Claim, curve: PrintedCurve, conf_type: str, evidence: Evidence, chosen_among: int
) -> Verdict:
    """Say whether a limit follows from the estimate and the lower limit, or only can be."""
    at = int(claim.statistic == "conf_high")
    whole = curve.search(conf_type=conf_type)
    value = curve.limit(whole.histories[0], conf_type, at)
    says = (
        f"{whole.number} of {curve.n} patients, with {whole.events}, "
        f"reproduce{'s' * (whole.number.startswith('1 '))} {curve.estimate.printed} with "
        f"{curve.text} as {conf_type} limits"
    )
    verdict, kind, ends = "match", "history", (nan, nan)
    low = curve.limits[0] if at == 1 and curve.sides == "two" else None
    if low and not isnan(sum(ends := curve.upper_range(conf_type))):
        span = in_words(ends, claim.value.decimals + 1)
        says += f"; given {curve.estimate.printed} and {low.text}, this one is {span}"
    if must_be(claim.value, ends):
        says += "."
    elif curve.all_admit(claim.value, conf_type, at):
        given = "the estimate and the lower limit gives this one" if at else "the estimate gives it"
        says += f"; every sequence that gives {given}."
    else:
        verdict, kind, value = "given", "history-exists", nan
        says += "; this limit could have been another, so it is a premise."
    candidates, used = candidates_at(claim, evidence), _used(claim, curve, evidence)
    return verdict_on(
        claim, verdict, kind, says, f"km-{conf_type}", value, candidates, used, chosen_among
    )


def _used(claim: Claim, curve: PrintedCurve, evidence: Evidence) -> tuple[str, ...]:
    """Patients and estimate, and for the upper limit the lower one."""
    low = evidence.beside(claim, "conf_low")
    other = (low.claim,) if low and claim.statistic == "conf_high" else ()
    return (*curve.inputs, curve.estimate.claim, *other)


def _printed_deaths(measure: Measure, evidence: Evidence) -> tuple[int, tuple[str, ...]]:
    """Events printed for an endpoint: its own, or the count of its event variable."""
    ledger = evidence.ledger
    claims = [c for c in ledger.find(measure.measure, "n_event") if is_count(c.value)]
    if claims:
        return int(claims[0].value.value), (claims[0].claim,)
    source = f"ADTTE.{measure.endpoint} event"
    variable = next((v.variable for v in ledger.variables.values() if v.source == source), None)
    count = evidence.selected(Expression(variable), measure.among) if variable else None
    return (count.values[0], count.claims) if count and len(count.values) == 1 else (0, ())
