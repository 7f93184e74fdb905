"""Kaplan-Meier estimates: the at-risk sequences that reproduce them and their limits.

An at-risk sequence has the number at risk at each event before the estimate.
"""

from collections.abc import Iterator
from functools import cache, lru_cache
from math import isnan, nan
from typing import NamedTuple

from numbercheck.audit.evidence import Evidence, Expected, is_count, most_fitting, same_place
from numbercheck.audit.verdicts import Candidate, Verdict, verdict_on
from numbercheck.ledger.expressions import Expression
from numbercheck.ledger.records import Claim, Measure
from numbercheck.statistics.risk_sets import (
    CONF_TYPES,
    SCALES,
    History,
    UnfinishedError,
    histories,
    km_limits,
)
from numbercheck.statistics.rounding import Printed, format_rounded

LIMIT = 1_000  # sequences; more are said to be more
WORK = 2_500_000  # steps times patients: settles most trials of a hundred, leaves larger ones open
LEVELS = (0.95, 0.90, 0.99, 0.80, 0.975)
NO_LIMITS = (None, None)
Limits = tuple[Printed | None, Printed | None]


class Found(NamedTuple):
    """At-risk sequences found, and whether these are all."""

    histories: tuple[History, ...]
    is_all: bool

    @property
    def number(self) -> str:
        """How many, in words."""
        many = f"{len(self.histories):,}" if self.is_all else f"more than {len(self.histories):,}"
        return f"{many} at-risk sequence{'s' * (many != '1')}"

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
    sides: str
    scale: float
    inputs: tuple[str, ...]

    @property
    def two_sided(self) -> float:
        """Level of the two-sided interval that has the printed limit."""
        return self.level if self.sides == "two" else 2 * self.level - 1

    def search(
        self, limits: Limits | None = None, conf_type: str = "", most: int | None = None
    ) -> Found:
        """Sequences that give the estimate and these limits, with at most so many events."""
        low, high = self.limits if limits is None else limits
        low, high = (
            None if self.sides == "upper" else low,
            None if self.sides == "lower" else high,
        )
        kind = conf_type or self.types[0]
        return _search(
            self.n, self.estimate.value, (low, high), kind, self.two_sided, self.scale, most
        )

    def limit(self, history: History, conf_type: str, at: int) -> float:
        """Lower (0) or upper (1) limit of a sequence, in the printed unit."""
        return self.scale * km_limits(history, conf_type, self.two_sided)[1 + at]

    @property
    def text(self) -> str:
        """The limits as printed."""
        return "–".join(p.text for p in self.limits if p)

    def upper_range(self, conf_type: str) -> tuple[float, float]:
        """Upper limits that the printed estimate and lower limit can have.

        On its scale an interval is symmetric about its estimate.
        """
        to, back, _ = SCALES[conf_type]
        low = self.limits[0]
        if low is None or low.relation != "=" or self.estimate.value.relation != "=":
            return nan, nan
        (s0, s1), (l0, l1) = (
            [min(max(float(x) / self.scale, 0.0), 1.0) for x in p.interval()]
            for p in (self.estimate.value, low)
        )
        ends = [2 * to(s) - to(x) for s, x in ((s0, l1), (s1, l0))]
        first, last = (nan if isnan(end) else self.scale * back(end) for end in ends)
        return first, last


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
    total = evidence.total(measure, claim.locus)
    if estimate is None or total is None or not total.values[0]:
        return None
    printed = [same_place(find(claim.measure, s), claim.locus) for s in ("conf_low", "conf_high")]
    low, high = (c.value if c and c.value.relation == "=" else None for c in printed)
    own = evidence.ledger.method(measure).removeprefix("km-")
    types = tuple(t for t in dict.fromkeys((own, *CONF_TYPES)) if t in CONF_TYPES)
    how = evidence.ledger.level(measure), measure.sides or "two", scale_of(estimate, measure)
    return Curve(estimate, (low, high), total.values[0], types, *how, total.claims)


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
    elif curve.search(NO_LIMITS) == Found((), True):
        says = f"No numbers at risk among {curve.n} patients give {claim.printed}."
        yield verdict_on(claim, "mismatch", "no-history", says, "km", inputs=curve.inputs)
    else:
        yield from _deaths(claim, measure, curve, evidence)


def _deaths(claim: Claim, measure: Measure, curve: Curve, evidence: Evidence) -> Iterator[Verdict]:
    """Compare the events that every sequence needs with those that are printed."""
    number, sources = _printed_deaths(measure, evidence)
    every = curve.search()
    if sources and every.histories and curve.search(most=number) == Found((), True):
        need = min(map(len, every.histories))
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
    names, number = evidence.expected(measure, CONF_TYPES, inferred)
    expected = names or curve.types
    attained = [t for t in expected if t in fits]
    if attained:
        return _attained(claim, curve, attained[0], evidence, len(curve.types) * (number < 2))
    if not all(f.is_all for f in found.values()):
        says = "The search for an at-risk sequence was stopped before it was decided."
        return verdict_on(claim, "unchecked", "undecided", says)
    kind, more, conf_type = "no-history", ", nor with limits of another type or level", expected[0]
    if fits:
        kind, more, conf_type = "method-differs", f"; {fits[0]} limits would", fits[0]
    elif other := _other(curve):
        sided = "" if other.sides == "two" else f" {other.sides} one-sided"
        kind = "one-sided" if other.sides != curve.sides else "other-level"
        conf_type, more = (
            other.types[0],
            f";{sided} {other.types[0]} limits of {100 * other.level:g} % would",
        )
    says = (
        f"No at-risk sequence among {curve.n} patients reproduces {curve.estimate.printed} "
        f"with {curve.text} as {expected[0]} limits{more}."
    )
    candidates, used = candidates_at(claim, evidence), _used(claim, curve, evidence)
    return verdict_on(
        claim, "mismatch", kind, says, f"km-{conf_type}", candidates=candidates, inputs=used
    )


def _other(curve: Curve) -> Curve | None:
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


@lru_cache(maxsize=8)
def inferred(evidence: Evidence, family: str) -> Expected:
    """Types of limits that most intervals of a family have."""
    fitting: dict[tuple, list[str]] = {}
    for claim in evidence.undeclared("survival", family, "conf_low"):
        if curve := curve_at(claim, evidence):
            printed = claim.measure, curve.estimate.printed, curve.limits, curve.n
            fitting[printed] = [t for t in CONF_TYPES if curve.search(conf_type=t).histories]
    return most_fitting(fitting.values())


def _attained(
    claim: Claim, curve: Curve, conf_type: str, evidence: Evidence, chosen_among: int
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
    verdict, kind = "given", "history-exists"
    if at == 1 and curve.limits[0] and curve.sides == "two":
        verdict, kind = "match", "history"
        first, last = (
            format_rounded(x, claim.value.decimals + 1) for x in curve.upper_range(conf_type)
        )
        range_ = first if first == last else f"between {first} and {last}"
        says += (
            f"; given {curve.estimate.printed} and {curve.limits[0].text}, this one is {range_}."
        )
    elif _is_only(claim, curve, conf_type, at):
        verdict, kind = "match", "history"
        says += "; every sequence that gives the estimate gives this limit."
    else:
        value = nan
        says += "; this limit could have been another, so it is a premise."
    candidates, used = candidates_at(claim, evidence), _used(claim, curve, evidence)
    return verdict_on(
        claim, verdict, kind, says, f"km-{conf_type}", value, candidates, used, chosen_among
    )


def _is_only(claim: Claim, curve: Curve, conf_type: str, at: int) -> bool:
    every = curve.search(NO_LIMITS, conf_type)
    values = (curve.limit(history, conf_type, at) for history in every.histories)
    return every.is_all and all(map(claim.value.admits, values))


def candidates_at(claim: Claim, evidence: Evidence) -> tuple[Candidate, ...]:
    """For each type of limits, whether there is a sequence, and one of them."""
    curve = curve_at(claim, evidence)
    if curve is None:
        return ()
    return tuple(_candidate(curve, t, curve.search(conf_type=t)) for t in curve.types)


def _candidate(curve: Curve, conf_type: str, found: Found) -> Candidate:
    if not found.histories:
        return Candidate(conf_type, "no sequence" if found.is_all else "undecided", False)
    limits = [curve.limit(found.histories[0], conf_type, at) for at in (0, 1)]
    texts = ["none" if isnan(x) else format_rounded(x, 2) for x in limits]
    return Candidate(conf_type, f"{found.number}, {found.events}: {' to '.join(texts)}", True)


def scale_of(claim: Claim, measure: Measure) -> float:
    """100 for a percentage, 1 for a fraction."""
    percent = claim.value.unit == "%" or measure.unit == "%" or claim.value.value > 1
    return 100.0 if percent else 1.0


def _used(claim: Claim, curve: Curve, evidence: Evidence) -> tuple[str, ...]:
    """Patients and estimate, and for the upper limit the lower one."""
    low = same_place(evidence.ledger.find(claim.measure, "conf_low"), claim.locus)
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
