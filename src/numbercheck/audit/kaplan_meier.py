"""Kaplan-Meier estimates: the risk-set histories that print them and their limits."""

from collections.abc import Iterator
from functools import cache
from math import isnan, nan
from typing import NamedTuple

from numbercheck.audit.evidence import Evidence, is_count, same_place
from numbercheck.audit.verdicts import Candidate, Verdict, verdict_on
from numbercheck.ledger.records import Claim, Measure
from numbercheck.statistics.risk_sets import (
    CONF_TYPES,
    History,
    UnfinishedError,
    histories,
    km_limits,
)
from numbercheck.statistics.rounding import Printed, format_rounded

LIMIT = 1_000  # histories; more are said to be more
WORK = 2_500_000  # steps times patients: settles most trials of a hundred, leaves larger ones open
NO_LIMITS = (None, None)
Limits = tuple[Printed | None, Printed | None]


class Found(NamedTuple):
    """Histories found, and whether these are all."""

    histories: tuple[History, ...]
    is_all: bool

    @property
    def number(self) -> str:
        """How many, in words."""
        many = f"{len(self.histories):,}" if self.is_all else f"more than {len(self.histories):,}"
        return f"{many} histor{'y' if many == '1' else 'ies'}"

    @property
    def events(self) -> str:
        """How many events they have."""
        numbers = {len(history) for history in self.histories}
        least, most = min(numbers), max(numbers)
        if least == most:
            return f"{least} event{'s' * (least != 1)}"
        return f"{least} to {most} events"


class Curve(NamedTuple):
    """One estimate of a survival curve, with its limits as printed beside it."""

    estimate: Claim
    limits: Limits
    n: int
    types: tuple[str, ...]
    level: float
    scale: float
    inputs: tuple[str, ...]

    def search(
        self, limits: Limits | None = None, conf_type: str = "", most: int | None = None
    ) -> Found:
        """Histories that print the estimate and these limits, with at most so many events."""
        return _search(
            self.n,
            self.estimate.value,
            self.limits if limits is None else limits,
            conf_type or self.types[0],
            self.level,
            self.scale,
            most,
        )

    def limit(self, history: History, conf_type: str, at: int) -> float:
        """Lower (0) or upper (1) limit of a history, in the printed unit."""
        return self.scale * km_limits(history, conf_type, self.level)[1 + at]

    @property
    def text(self) -> str:
        """The limits as printed."""
        return "–".join(p.text for p in self.limits if p)


@cache
def _search(
    n: int,
    estimate: Printed,
    limits: Limits,
    conf_type: str,
    level: float,
    scale: float,
    most: int | None,
) -> Found:
    try:
        found = histories(
            n, estimate, *limits, conf_type, level, (0, most), LIMIT, scale, max(2 * n, WORK // n)
        )
    except UnfinishedError as error:
        return Found(tuple(error.found), False)
    return Found(tuple(found), True)


def curve_at(claim: Claim, evidence: Evidence) -> Curve | None:
    """The estimate and the limits printed where a claim is; None where one cannot judge them."""
    find, measure = evidence.ledger.find, evidence.ledger.measures[claim.measure]
    estimate = same_place(find(claim.measure, "estimate"), claim.locus)
    total = evidence.total(measure)
    if estimate is None or total is None or not total.values[0]:
        return None
    printed = [same_place(find(claim.measure, s), claim.locus) for s in ("conf_low", "conf_high")]
    low, high = (c.value if c else None for c in printed)
    own = evidence.ledger.method(measure).removeprefix("km-")
    types = tuple(t for t in dict.fromkeys((own, *CONF_TYPES)) if t in CONF_TYPES)
    scale = _scale(estimate, measure)
    return Curve(estimate, (low, high), total.values[0], types, evidence.level, scale, total.claims)


def check_estimate(claim: Claim, evidence: Evidence) -> Iterator[Verdict]:
    """Judge a survival estimate by the patients and the deaths that are printed."""
    measure = evidence.ledger.measures[claim.measure]
    if not 0 <= claim.value.value <= _scale(claim, measure):
        says = f"{claim.printed} is no survival."
        yield verdict_on(claim, "mismatch", "impossible-estimate", says)
        return
    curve = curve_at(claim, evidence)
    if curve is None:
        says = "The number of patients is not printed."
        yield verdict_on(claim, "unchecked", "no-denominator", says)
        return
    if curve.search(NO_LIMITS) == Found((), True):
        says = (
            f"No numbers at risk among {curve.n} patients give a survival that prints as "
            f"{claim.printed}."
        )
        yield verdict_on(claim, "mismatch", "no-history", says, "km", inputs=curve.inputs)
        return
    yield from _deaths(claim, measure, curve, evidence)


def _deaths(claim: Claim, measure: Measure, curve: Curve, evidence: Evidence) -> Iterator[Verdict]:
    """Compare the events that every history needs with those that are printed."""
    deaths = _printed_deaths(measure, evidence)
    if deaths is None:
        return
    number, sources = deaths
    every = curve.search()
    if every.histories and curve.search(most=number) == Found((), True):
        need = min(map(len, every.histories))
        says = (
            f"{claim.printed} of {curve.n} patients needs {need} events or more by every history "
            f"of numbers at risk; {number} {'is' if number == 1 else 'are'} printed."
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
    has_family = bool(evidence.ledger.method(evidence.ledger.measures[claim.measure]))
    if fits and (fits[0] == curve.types[0] or not has_family):
        return _attained(claim, curve, fits[0], evidence)
    if not all(f.is_all for f in found.values()):
        says = "The search for a history of numbers at risk was stopped before it was decided."
        return verdict_on(claim, "unchecked", "undecided", says)
    kind = "method-differs" if fits else "no-history"
    more = f"; {fits[0]} limits would" if fits else ", nor do limits of another type"
    says = (
        f"No history of numbers at risk among {curve.n} patients prints {curve.estimate.printed} "
        f"with {curve.text} as {curve.types[0]} limits{more}."
    )
    method = f"km-{(fits or curve.types)[0]}"
    candidates, used = candidates_at(claim, evidence), _used(claim, curve, evidence)
    return verdict_on(claim, "mismatch", kind, says, method, candidates=candidates, inputs=used)


def _attained(claim: Claim, curve: Curve, conf_type: str, evidence: Evidence) -> Verdict:
    """Say whether a limit follows from the estimate and the lower limit, or only can be."""
    at = int(claim.statistic == "conf_high")
    kept = NO_LIMITS if at == 0 else (curve.limits[0], None)
    whole, without = curve.search(conf_type=conf_type), curve.search(kept, conf_type)
    values = [curve.limit(h, conf_type, at) for h in without.histories]
    value = curve.limit(whole.histories[0], conf_type, at)
    says = (
        f"{whole.number} of numbers at risk among {curve.n} patients, with {whole.events}, can "
        f"print {curve.estimate.printed} with {curve.text} as {conf_type} limits"
    )
    is_only = without.is_all and all(claim.value.admits(v) for v in values)
    if is_only or (at == 1 and curve.limits[0]):
        ends = (format_rounded(v, claim.value.decimals + 1) for v in (min(values), max(values)))
        given = " and ".join(p.text for p in (curve.estimate.value, kept[0]) if p)
        says += f"; from {given} follows {' to '.join(dict.fromkeys(ends))} for this one."
        verdict, kind = "match", "history"
    else:
        says += "; this limit could have been another one, so it is a premise."
        verdict, kind, value = "given", "history-exists", nan
    candidates, used = candidates_at(claim, evidence), _used(claim, curve, evidence)
    return verdict_on(claim, verdict, kind, says, f"km-{conf_type}", value, candidates, used)


def candidates_at(claim: Claim, evidence: Evidence) -> tuple[Candidate, ...]:
    """For each type of limits, whether there is a history, and one of them."""
    curve = curve_at(claim, evidence)
    if curve is None:
        return ()
    return tuple(_candidate(curve, t, curve.search(conf_type=t)) for t in curve.types)


def _candidate(curve: Curve, conf_type: str, found: Found) -> Candidate:
    if not found.histories:
        return Candidate(conf_type, "no history" if found.is_all else "undecided", False)
    limits = [curve.limit(found.histories[0], conf_type, at) for at in (0, 1)]
    texts = ["none" if isnan(x) else format_rounded(x, 2) for x in limits]
    return Candidate(conf_type, f"{found.number}, {found.events}: {' to '.join(texts)}", True)


def _scale(claim: Claim, measure: Measure) -> float:
    """100 for a percentage, 1 for a fraction."""
    percent = claim.value.unit == "%" or measure.unit == "%" or claim.value.value > 1
    return 100.0 if percent else 1.0


def _used(claim: Claim, curve: Curve, evidence: Evidence) -> tuple[str, ...]:
    """Patients and estimate, and for the upper limit the lower one."""
    low = same_place(evidence.ledger.find(claim.measure, "conf_low"), claim.locus)
    other = (low.claim,) if low and claim.statistic == "conf_high" else ()
    return (*curve.inputs, curve.estimate.claim, *other)


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
