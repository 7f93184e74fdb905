"""One verdict for each claim, from all the checks that speak of it."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from math import floor

from numbercheck.audit import (
    intervals,
    kaplan_meier,
    means,
    orders,
    p_values,
    percentages,
    sources,
    sums,
    widths,
)
from numbercheck.audit.effects import NOT_OF_COUNTS, RATIOS
from numbercheck.audit.evidence import Evidence, is_count
from numbercheck.audit.intervals import computed_verdict
from numbercheck.audit.sources import agree
from numbercheck.audit.sums import Related
from numbercheck.audit.verdicts import VERDICTS, Verdict, verdict_on
from numbercheck.ledger.adjusted import is_adjusted
from numbercheck.ledger.records import Ledger
from numbercheck.ledger.rows import OF_PATIENTS, Claim
from numbercheck.ledger.sources import source_of
from numbercheck.words import AS_THEY_ARE, first_of

Check = Callable[[Claim, Evidence], Iterator[Verdict]]
LIMITS = ("conf_low", "conf_high")
CHECKS: dict[str, Check] = {
    "percent": percentages.check,
    "conf_low": intervals.check,
    "conf_high": intervals.check,
    "p_value": p_values.check,
}
POSSIBLE = ("mean", "median", "sd")
COMPUTED = ("difference", "odds_ratio", "risk_ratio", "se", "half_width", "rate")
OF_COUNTS = {  # by kind; of counts and times alone, unless they are said to be adjusted
    "count": ("percent", "se", "half_width", *LIMITS),
    "survival": ("estimate", "se", "half_width", *LIMITS),
    "incidence": ("se", "half_width", *LIMITS),
    "rate": ("rate", "se", "half_width", *LIMITS),
}
OF_ITSELF = ("printings-disagree", "impossible-p", "impossible-ratio")  # whatever is compared
SAID = ("rounding-slip", "impossible-percent")  # what a comparison of sources says as well
FAULTS = ("estimate-outside", "limits-reversed", "opposite-sign")
MISSED = re.compile(r"N\.?[ER]|not (yet )?(reached|estimable)", re.IGNORECASE)


def audit(ledger: Ledger) -> list[Verdict]:
    """Judge every claim against the other printed numbers, in the ledger's order.

    A verdict is ``match`` or ``mismatch`` where other printed numbers decide, ``given`` for a
    premise from which others follow, ``unchecked`` otherwise, with the reason. Each source in view
    is judged by itself, then by the sources above it in sources.csv.
    """
    in_view, evidence = dict.fromkeys(map(source_of, ledger.claims.values())), Evidence(ledger)
    return [v for name in in_view for v in _audit(evidence.of(name))]


def _audit(evidence: Evidence) -> list[Verdict]:
    """Judge the claims of one source."""
    ledger = evidence.ledger
    found: dict[str, list[Verdict]] = {claim: [] for claim in ledger.claims}
    for verdict in (*sources.check(evidence), *orders.check(evidence)):
        found[verdict.claim].append(verdict)
    for claim in ledger.claims.values():
        for verdict in _checks(claim, evidence):
            found[verdict.claim].append(verdict)
    related = sums.check(evidence)
    for verdict in related.verdicts:
        found[verdict.claim].append(verdict)
    for verdict in _printings(ledger, found):
        found[verdict.claim].append(verdict)
    used = _premises(ledger, found)
    whole = (_one(ledger.claims[c], v, used, related, ledger) for c, v in found.items())
    return list(_told_once(whole, ledger))


def _told_once(verdicts: Iterable[Verdict], ledger: Ledger) -> Iterator[Verdict]:
    """Tell a fault of an interval at one of its limits, and one of sign at the first of a table."""
    first: dict[tuple[str, ...], Verdict] = {}
    for verdict in verdicts:
        if verdict.kind in FAULTS:
            part = verdict.locus.split(" · ")[0]
            own = (
                ()
                if verdict.kind == "opposite-sign"
                else (verdict.locus, ledger.claims[verdict.claim].measure)
            )
            before = first.setdefault((verdict.kind, part, *own), verdict)
            if before is not verdict:
                says = f"{verdict.reason} The finding at {before.claim} tells of it."
                verdict = replace(
                    verdict, verdict="unchecked", kind="told-before", reason=says, basis=""
                )
        yield verdict


def _checks(claim: Claim, evidence: Evidence) -> Iterator[Verdict]:
    measure = evidence.ledger.measures[claim.measure]
    kind = measure.kind
    is_of_counts = claim.statistic in OF_COUNTS.get(kind, ())
    if kind == "external" or measure.unit in ("date", "text"):
        return
    if claim.value.relation == "unreached":
        yield _unreached(claim, evidence)
    elif claim.statistic == "percent" and kind != "count":
        return
    elif is_of_counts and is_adjusted(measure, evidence.ledger):
        yield intervals.check_shape(claim, evidence) or verdict_on(
            claim, "unchecked", "not-determined", NOT_OF_COUNTS
        )
    elif claim.statistic in CHECKS:
        yield from CHECKS[claim.statistic](claim, evidence)
    elif claim.statistic == "estimate" and kind == "survival":
        yield from kaplan_meier.check_estimate(claim, evidence)
    elif claim.statistic in OF_PATIENTS:
        yield from _count(claim, evidence)
    elif claim.statistic in POSSIBLE and kind == "quantity":
        yield from means.check_possible(claim, evidence)
    elif claim.statistic in RATIOS and claim.value.value < 0:
        says = f"{claim.printed} is no ratio of two numbers that are both positive."
        yield verdict_on(claim, "mismatch", "impossible-ratio", says)
    elif claim.statistic in ("se", "half_width") and kind in ("survival", "incidence"):
        yield from widths.check_spread(claim, evidence)
    elif claim.statistic in COMPUTED and (found := computed_verdict(claim, evidence)):
        yield found


def _unreached(claim: Claim, evidence: Evidence) -> Verdict:
    """Limits of a survival estimate exist, unless nobody or everybody has had the event."""
    measure = evidence.ledger.measures[claim.measure]
    estimate = evidence.ledger.printed(claim.measure, "estimate")
    is_inside = estimate and estimate.relation == "=" and estimate.value not in (0, 1, 100)
    if measure.kind == "survival" and is_inside and MISSED.match(claim.printed):
        says = f"An estimate of {estimate.text} at a fixed time has both limits."  # type: ignore[union-attr]
        return verdict_on(claim, "mismatch", "limit-exists", says)
    says = f"{claim.printed} is printed in place of a number, so there is nothing to compare."
    return verdict_on(claim, "unchecked", "not-a-number", says)


def _count(claim: Claim, evidence: Evidence) -> Iterator[Verdict]:
    """A number of patients is whole and within its total; an N is that of its population."""
    measure = evidence.ledger.measures[claim.measure]
    is_bound = claim.value.relation != "="
    if "<" in claim.value.relation or (is_bound and claim.statistic == "N"):
        return  # "<5", as few patients are often printed
    if not is_bound and not is_count(claim.value):
        says = f"{claim.printed} is not a number of patients."
        yield verdict_on(claim, "mismatch", "not-a-count", says)
    elif claim.statistic == "N":
        yield from _denominator(claim, evidence)
    elif total := evidence.total(measure, claim.locus):
        whole = evidence.ledger.claims[total.claims[0]]
        is_itself = (whole.measure, whole.statistic) == (claim.measure, claim.statistic)
        recurs = measure.kind == "rate"  # a patient can have an event of a rate again
        least = floor(claim.value.value) + 1 if claim.value.relation == ">" else claim.value.value
        if not is_itself and not recurs and least > total.values[0]:
            says = f"{claim.printed} is more than all {total.values[0]} patients of its population."
            yield verdict_on(claim, "mismatch", "count-exceeds-total", says, inputs=total.claims)


def _denominator(claim: Claim, evidence: Evidence) -> Iterator[Verdict]:
    """An N that equals the printed size of its population follows from it."""
    measure = evidence.ledger.measures[claim.measure]
    population = evidence.selected(measure.among)
    if population and population.values == (int(claim.value.value),):
        says = f"All {claim.printed} patients of the population are in the denominator."
        value = float(population.values[0])
        used = population.claims[:1]
        yield verdict_on(claim, "match", "denominator", says, value=value, inputs=used)


def _printings(ledger: Ledger, found: dict[str, list[Verdict]]) -> Iterator[Verdict]:
    """Name the later of two printings that disagree, unless the first is known to be wrong."""
    first: dict[tuple[str, str], Claim] = {}
    for claim in ledger.claims.values():
        if claim.verbal:
            continue
        measure = ledger.measures[claim.measure]
        before = first.setdefault((claim.measure, claim.statistic), claim)
        is_wrong = any(v.verdict == "mismatch" for v in found[before.claim])
        if before is not claim and not is_wrong and not agree(before, claim, measure):
            says = f"{claim.printed} is printed here, but {before.printed} in {before.locus}."
            yield verdict_on(claim, "mismatch", "printings-disagree", says, inputs=(before.claim,))


def _premises(ledger: Ledger, found: dict[str, list[Verdict]]) -> dict[str, list[str]]:
    """For each claim, those that were computed from it; every printing of a number counts."""
    used: dict[str, list[str]] = {}
    for verdicts in found.values():
        for verdict in verdicts:
            if verdict.kind == "printings-disagree" or verdict.verdict == "unchecked":
                continue
            for premise in verdict.inputs:
                source = ledger.claims.get(premise)  # None where another source prints it
                for claim in ledger.find(source.measure, source.statistic) if source else ():
                    used.setdefault(claim.claim, []).append(verdict.claim)
    return used


def _one(
    claim: Claim,
    verdicts: list[Verdict],
    used: dict[str, list[str]],
    related: Related,
    ledger: Ledger,
) -> Verdict:
    """The verdict that decides; without one a premise is given, and the rest is unchecked."""
    decided = sorted(
        verdicts, key=lambda v: (VERDICTS.index(v.verdict), _rests_on_guess(v, ledger))
    )
    verdict = decided[0] if decided else _default(claim, ledger, related.kept.get(claim.claim, []))
    if verdict.verdict == "mismatch" and _rests_on_guess(verdict, ledger):
        says = f"If a guess of the draft is right: {verdict.reason}"
        verdict = verdict_on(claim, "unchecked", "guess", says, inputs=verdict.inputs)
    if verdict.kind == "sources-differ":
        own = [v.reason for v in decided[1:] if v.verdict == "mismatch" and v.kind not in SAID]
        verdict = replace(verdict, reason=" ".join([verdict.reason, *own]))
    is_premise = used.get(claim.claim) and ledger.measures[claim.measure].kind != "external"
    if verdict.verdict == "unchecked" and is_premise:
        followers = first_of(list(dict.fromkeys(used[claim.claim])))
        says = f"Other printed numbers follow from it: {followers}."
        kind = "premise" if verdict.kind in ("stands-alone", "in-order") else verdict.kind
        sentence = says if kind == "premise" else f"{verdict.reason} {says}"
        verdict = replace(verdict, verdict="given", kind=kind, reason=sentence)
    if claim.claim in related.broken:
        also = " ".join(dict.fromkeys(related.broken[claim.claim]))
        says = f"{verdict.reason} It contradicts an assumption of ours: {also}"
        verdict = replace(verdict, reason=says)
    return verdict


def _rests_on_guess(verdict: Verdict, ledger: Ledger) -> bool:
    """Whether a verdict holds only if a guess does, as one on a percentage of a printed n/N."""
    claims = [ledger.claims[c] for c in (verdict.claim, *verdict.inputs) if c in ledger.claims]
    is_one = len(claims) > 1 and len({(c.locus, c.measure) for c in claims}) == 1
    notes = [claim.note for claim in claims]
    if verdict.kind in OF_ITSELF:
        notes = [note.replace(AS_THEY_ARE, "") for note in notes]
    return not is_one and any("guess:" in note for note in notes)


def _default(claim: Claim, ledger: Ledger, kept: list[str]) -> Verdict:
    """Say why nothing decides a claim."""
    measure = ledger.measures[claim.measure]
    if measure.kind == "external":
        return _external(claim, ledger)
    if kept:
        says = f"No other printed number determines it, but it agrees: {' '.join(kept[:2])}"
        return verdict_on(claim, "unchecked", "in-order", says)
    says = "No other printed number determines it, and none follows from it."
    return verdict_on(claim, "unchecked", "stands-alone", says)


def _external(claim: Claim, ledger: Ledger) -> Verdict:
    """Compare a number of another trial with what that trial's own report prints."""
    cited = sources.cited(claim, ledger)
    rows = [row for row, agreement in cited if agreement != "alone"]
    if not rows:
        says = "A number of another trial, whose own report is not among the comparators."
        if cited:
            says = f"{cited[0][0].trial} is among the comparators, but not this number of it."
        return verdict_on(claim, "unchecked", "other-trial", says)
    same = [row for row, agreement in cited if agreement == "agrees"]
    says = " and ".join(
        f"{r.trial} prints {r.printed} ({r.status or 'seen'})" for r in same or rows
    )
    if same:
        return verdict_on(claim, "match", "comparator", f"{says}.", same[0].source)
    says += f"; {claim.printed} is printed here."
    return verdict_on(claim, "mismatch", "comparator-differs", says, rows[0].source)
