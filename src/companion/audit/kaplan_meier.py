"""Kaplan-Meier estimates: the risk-set histories that print them and their limits."""

from collections.abc import Iterator
from functools import cache
from math import isnan, nan

from companion.audit.evidence import Evidence, is_count, same_place
from companion.audit.verdicts import Candidate, Verdict
from companion.ledger import Claim, Measure
from companion.printed import Printed, shown
from companion.risk_sets import CONF_TYPES, History, UnfinishedError, histories, km_limits

LIMIT, STEPS = 2_000, 20_000  # enough to settle trials of a hundred; others are said to be open


@cache
def _histories(
    n: int,
    estimate: Printed,
    low: Printed | None,
    high: Printed | None,
    conf_type: str,
    level: float,
    scale: float,
    most: int | None = None,
) -> tuple[tuple[History, ...], bool]:
    """Return the histories found, and whether these are all."""
    try:
        found = histories(n, estimate, low, high, conf_type, level, (0, most), LIMIT, scale, STEPS)
    except UnfinishedError as error:
        return tuple(error.found), False
    return tuple(found), True


def check_estimate(claim: Claim, evidence: Evidence) -> Iterator[Verdict]:
    """Judge a survival estimate by the patients and deaths that are printed."""
    measure, total = _setting(claim, evidence)
    if total is None:
        yield _unchecked(claim, "no-denominator", "The number of patients is not printed.")
        return
    n, premises = total
    scale = scale_of(claim, measure)
    if not 0 <= claim.value.value <= scale:
        says = f"{claim.printed} is no survival."
        yield Verdict(claim.claim, "mismatch", "impossible-estimate", says)
        return
    low, high = _limits_at(claim, evidence)
    conf_type = _types(measure, evidence)[0]
    alone = _histories(n, claim.value, None, None, conf_type, evidence.level, scale)
    if not alone[0] and alone[1]:
        says = (
            f"No numbers at risk among {n} patients give a survival that prints as {claim.printed}."
        )
        yield Verdict(
            claim.claim, "mismatch", "no-history", says, "Kaplan-Meier", premises=premises
        )
        return
    yield from _deaths(claim, measure, (n, premises), (low, high), evidence)


def _deaths(
    claim: Claim,
    measure: Measure,
    total: tuple[int, tuple[str, ...]],
    limits: tuple[Printed | None, Printed | None],
    evidence: Evidence,
) -> Iterator[Verdict]:
    """Compare the deaths that a history needs with those that are printed."""
    n, premises = total
    deaths, scale = _printed_deaths(measure, evidence), scale_of(claim, measure)
    conf_type = _types(measure, evidence)[0]
    if deaths:
        found, complete = _histories(
            n, claim.value, *limits, conf_type, evidence.level, scale, deaths[0]
        )
        every, _ = _histories(n, claim.value, *limits, conf_type, evidence.level, scale)
        if complete and not found and every:
            need = min(map(len, every))
            says = (
                f"{claim.printed} of {n} patients needs at least {need} events by any history of "
                f"numbers at risk; {deaths[0]} {'is' if deaths[0] == 1 else 'are'} printed."
            )
            yield Verdict(
                claim.claim,
                "mismatch",
                "too-few-events",
                says,
                "Kaplan-Meier",
                premises=(*premises, *deaths[1]),
            )


def check_limit(
    claim: Claim, low: Printed | None, high: Printed | None, evidence: Evidence
) -> Iterator[Verdict]:
    """Judge one limit of a survival estimate.

    The estimate and one limit fix Greenwood's sum, so the upper limit follows from the lower
    and the estimate; the lower one is then a premise.
    """
    measure, total = _setting(claim, evidence)
    estimate = same_place(evidence.ledger.find(claim.measure, "estimate"), claim.locus)
    if total is None or estimate is None:
        yield _unchecked(claim, "no-denominator", "Patients or estimate are not printed.")
        return
    n, premises = total
    scale, level = scale_of(estimate, measure), evidence.level
    types = _types(measure, evidence)
    found = {t: _histories(n, estimate.value, low, high, t, level, scale) for t in types}
    candidates = tuple(_candidate(t, *found[t], scale) for t in types)
    used = (*premises, estimate.claim, *_other_limit(claim, evidence))
    fits = [t for t in types if found[t][0]]
    if types[0] in fits:
        yield _possible(claim, estimate, types[0], (low, high), n, candidates, used, evidence)
    elif not all(found[t][1] for t in types):
        says = "The search for a history of numbers at risk was stopped before it was decided."
        yield Verdict(claim.claim, "unchecked", "undecided", says, candidates=candidates)
    elif fits and not evidence.ledger.method(measure):
        yield _possible(claim, estimate, fits[0], (low, high), n, candidates, used, evidence)
    else:
        kind = "method-differs" if fits else "no-history"
        more = f"; {fits[0]} limits would" if fits else ", nor do limits of another type"
        says = (
            f"No history of numbers at risk among {n} patients prints {estimate.printed} with "
            f"{_text(low, high)} as {types[0]} limits{more}."
        )
        yield Verdict(
            claim.claim,
            "mismatch",
            kind,
            says,
            f"km-{fits[0] if fits else types[0]}",
            candidates=candidates,
            premises=used,
        )


def _possible(
    claim: Claim,
    estimate: Claim,
    conf_type: str,
    limits: tuple[Printed | None, Printed | None],
    n: int,
    candidates: tuple[Candidate, ...],
    used: tuple[str, ...],
    evidence: Evidence,
) -> Verdict:
    """Say whether this limit follows from the estimate and the other limit, or only can be."""
    at = 1 if claim.statistic == "conf_low" else 2
    scale = scale_of(estimate, evidence.ledger.measures[claim.measure])
    kept = (None, None) if at == 1 else (limits[0], None)
    level = evidence.level
    found, complete = _histories(n, estimate.value, *kept, conf_type, level, scale)
    values = [scale * km_limits(h, conf_type, level)[at] for h in found]
    whole, all_found = _histories(n, estimate.value, *limits, conf_type, level, scale)
    value = scale * km_limits(whole[0], conf_type, level)[at]
    says = _attained(whole, all_found, n, estimate, limits, conf_type)
    is_only = complete and all(claim.value.admits(v) for v in values)
    if is_only or (at == 2 and limits[0]):
        low, high = (shown(v, claim.value.decimals + 1) for v in (min(values), max(values)))
        span = low if low == high else f"{low} to {high}"
        given = " and ".join(p.text for p in (estimate.value, kept[0]) if p)
        says += f"; {given} {'leaves' if at == 1 else 'leave'} {span} for this one."
        verdict, kind = "match", "history"
    else:
        says += "; this limit could have been another one, so it is a premise."
        verdict, kind, value = "given", "history-exists", nan
    return Verdict(claim.claim, verdict, kind, says, f"km-{conf_type}", value, candidates, used)


def _attained(
    whole: tuple[History, ...],
    all_found: bool,
    n: int,
    estimate: Claim,
    limits: tuple[Printed | None, Printed | None],
    conf_type: str,
) -> str:
    """How many histories print an estimate with its limits, and with how many events."""
    many = f"{len(whole):,}" if all_found else f"more than {len(whole):,}"
    return (
        f"{many} {'history' if many == '1' else 'histories'} of numbers at risk among {n} "
        f"patients ({_events(whole)}) can print {estimate.printed} with {_text(*limits)} as "
        f"{conf_type} limits"
    )


def _setting(
    claim: Claim, evidence: Evidence
) -> tuple[Measure, tuple[int, tuple[str, ...]] | None]:
    measure = evidence.ledger.measures[claim.measure]
    total = evidence.total(measure)
    return measure, (total.values[0], total.claims) if total and total.values[0] else None


def _types(measure: Measure, evidence: Evidence) -> tuple[str, ...]:
    """Types of limits, that of the family first."""
    own = evidence.ledger.method(measure).removeprefix("km-")
    return tuple(t for t in dict.fromkeys((own, *CONF_TYPES)) if t in CONF_TYPES)


def scale_of(claim: Claim, measure: Measure) -> float:
    """100 for a percentage, 1 for a fraction."""
    percent = claim.value.unit == "%" or measure.unit == "%" or claim.value.value > 1
    return 100.0 if percent else 1.0


def _limits_at(claim: Claim, evidence: Evidence) -> tuple[Printed | None, Printed | None]:
    found = (
        same_place(evidence.ledger.find(claim.measure, s), claim.locus)
        for s in ("conf_low", "conf_high")
    )
    low, high = (c.value if c else None for c in found)
    return low, high


def _other_limit(claim: Claim, evidence: Evidence) -> tuple[str, ...]:
    """The lower limit, for the upper one."""
    low = same_place(evidence.ledger.find(claim.measure, "conf_low"), claim.locus)
    return (low.claim,) if low and claim.statistic == "conf_high" else ()


def _printed_deaths(measure: Measure, evidence: Evidence) -> tuple[int, tuple[str, ...]] | None:
    """Events printed for an endpoint: its own, or the count of its event variable."""
    ledger = evidence.ledger
    claims = [c for c in ledger.find(measure.measure, "n_event") if is_count(c.value)]
    if claims:
        return int(claims[0].value.value), (claims[0].claim,)
    source = f"ADTTE.{measure.endpoint} event"
    variable = next((v.variable for v in ledger.variables.values() if v.source == source), None)
    count = evidence.selected(variable, measure.among.text or "True") if variable else None
    return (count.values[0], count.claims) if count and len(count.values) == 1 else None


def _candidate(
    conf_type: str, found: tuple[History, ...], complete: bool, scale: float
) -> Candidate:
    if not found:
        return Candidate(conf_type, "no history" if complete else "undecided", False)
    limits = " to ".join(
        "none" if isnan(x) else shown(scale * x, 2) for x in km_limits(found[0], conf_type)[1:]
    )
    number = f"{len(found):,}" if complete else f"more than {len(found):,}"
    return Candidate(conf_type, f"{number} histories, such as {found[0]}: {limits}", True)


def _events(found: tuple[History, ...]) -> str:
    numbers = {len(history) for history in found}
    least, most = min(numbers), max(numbers)
    if least == most:
        return f"with {least} event{'s' * (least != 1)}"
    return f"with {least} to {most} events"


def _text(low: Printed | None, high: Printed | None) -> str:
    return "–".join(p.text for p in (low, high) if p)


def _unchecked(claim: Claim, kind: str, says: str) -> Verdict:
    return Verdict(claim.claim, "unchecked", kind, says)
