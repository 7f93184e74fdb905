"""Limits and P values of effects whose data are not printed: what each says of the others.

Wald's limits are symmetric about the estimate, for ratios on the log scale; and the estimate and
its limits give a P value. The information of a Cox model with two groups is at most a quarter of
the number of events (Schoenfeld 1983, doi:10.2307/2531021), which bounds its limits from below.
"""

import re
from collections.abc import Iterator
from itertools import product
from math import erfc, exp, expm1, inf, log, nan, sqrt
from typing import NamedTuple

from numbercheck.audit.computed import Ends, ends_of, in_words, may_be, must_be
from numbercheck.audit.effects import RATIOS
from numbercheck.audit.evidence import Evidence, is_count
from numbercheck.audit.verdicts import Verdict, verdict_on
from numbercheck.ledger.adjusted import is_adjusted, said_of
from numbercheck.ledger.implied import printed_effect
from numbercheck.ledger.rows import Claim, Measure
from numbercheck.statistics.rounding import Printed
from numbercheck.statistics.scales import two_sided_z
from numbercheck.words import NO_COX, STATISTICS

LEAST = 1e-15  # P values below count as that
LOG_RANK = re.compile(r"log.?rank", re.IGNORECASE)
FAR, FARTHER = 0.5, 1.25  # difference and ratio of two z that no choice of test explains


class Interval(NamedTuple):
    """An effect with both limits as printed at one place, on the scale of its symmetry."""

    name: str
    estimate: Claim
    low: Printed
    high: Printed
    level: float
    inputs: tuple[str, ...]

    @property
    def text(self) -> str:
        """The interval as printed."""
        return f"{self.estimate.printed} ({self.low.text} to {self.high.text})"

    def on_scale(self, printed: Printed) -> Ends:
        """Ends of a printed number on the scale of symmetry; of ratios the logarithm."""
        low, high = ends_of(printed)
        if self.name not in RATIOS:
            return low, high
        return (log(low) if low > 0 else -inf), (log(high) if high > 0 else -inf)

    @property
    def upper(self) -> Ends:
        """Upper limits that the estimate and the lower limit leave."""
        (e0, e1), (l0, l1) = self.on_scale(self.estimate.value), self.on_scale(self.low)
        back = exp if self.name in RATIOS else float
        ends = 2 * e0 - l1, 2 * e1 - l0
        return tuple(back(x) if x < 500 else inf for x in ends)  # type: ignore[return-value]

    @property
    def is_skewed(self) -> bool:
        """Whether limits of a ratio are more skewed than those of a Cox model can be.

        Those by profile likelihood are, to the second order, by z² κ / 3I², where the third
        cumulant κ of the score is at most the information I: each risk set adds p(1 - p) to I and
        p(1 - p)(1 - 2p) to κ. Limits that are symmetric about the ratio itself are no misprint
        either; the delta method gives them.
        """
        printed = self.low, self.high, self.estimate.value
        skew, plain = (_skew(*map(scale, printed)) for scale in (self.on_scale, ends_of))
        half = (self.on_scale(self.high)[1] - self.on_scale(self.low)[0]) / 2
        return skew > half**2 / 3 and plain > 1e-9

    @property
    def errors(self) -> Ends:
        """Standard errors that the width leaves."""
        return self._error(self.low, self.high, 2)

    def _error(self, low: Printed, high: Printed, halves: int = 1) -> Ends:
        """Standard errors that the distance between two numbers, so many half-widths, leaves."""
        (l0, l1), (u0, u1) = self.on_scale(low), self.on_scale(high)
        z = halves * two_sided_z(self.level)
        return max(u0 - l1, 0.0) / z, (u1 - l0) / z

    @property
    def z(self) -> Ends:
        """Distances of the estimate from no effect, in standard errors of the two halves.

        They differ where limits are exact, by profile likelihood or by resampling.
        """
        s0, s1 = self.errors
        if not may_be(self.high, self.upper):
            center = self.estimate.value
            halves = self._error(self.low, center), self._error(center, self.high)
            s0, s1 = min(low for low, _ in halves), max(high for _, high in halves)
        e0, e1 = self.on_scale(self.estimate.value)
        least = 0.0 if e0 <= 0 <= e1 else min(abs(e0), abs(e1))
        most = max(abs(e0), abs(e1))
        return (least / s1 if s1 else 0.0), (most / s0 if s0 else inf)

    @property
    def least_score(self) -> float:
        """Least distance of a hazard ratio from 1 that the log-rank test can find.

        The information I(x) of a Cox model of two groups, a sum of p(1 - p), changes with x by no
        more than I(x) itself. So the score at 0, its integral to the estimate b, is at least
        2(1 - exp(-b/2)) standard errors, where Wald's test has b. With ties there is no most.
        """
        half = max(1e-9, *map(abs, self.on_scale(self.estimate.value))) / 2
        return self.z[0] * -expm1(-half) / half


def _skew(low: Ends, high: Ends, estimate: Ends) -> float:
    """Least difference of the two parts of an interval; below 0 where they can be equal."""
    longer = low[0] + high[0] - 2 * estimate[1], 2 * estimate[0] - low[1] - high[1]
    return max(longer)


def interval_at(claim: Claim, evidence: Evidence) -> Interval | None:
    """The effect and the limits printed where a claim is; None where one is missing."""
    measure = evidence.ledger.measures[claim.measure]
    name = printed_effect(measure.measure, evidence.ledger)
    estimate = evidence.beside(claim, name)
    low, high = evidence.limits(claim)
    plain = [p for p in (estimate and estimate.value, low, high) if p and p.relation == "="]
    if len(plain) < 3 or (measure.sides or "two") != "two" or estimate is None:
        return None
    if name in RATIOS and not all(p.value > 0 for p in plain):
        return None
    limits = [evidence.beside(claim, name) for name in ("conf_low", "conf_high")]
    used = tuple(c.claim for c in (estimate, *limits) if c and c.claim != claim.claim)
    level = evidence.ledger.level(measure)
    return Interval(name, estimate, plain[1], plain[2], level, used)


def check_limit(claim: Claim, evidence: Evidence) -> Iterator[Verdict]:
    """Judge an upper limit by the estimate and the lower one, which is a premise."""
    interval = interval_at(claim, evidence)
    if interval is None:
        says = "The counts, or the estimate and both limits as numbers, are not printed."
        yield verdict_on(claim, "unchecked", "not-determined", says)
        return
    if claim.statistic == "conf_high":
        few = _too_narrow(claim, interval, evidence)
        yield few or _symmetric(claim, interval, evidence)


def _symmetric(claim: Claim, interval: Interval, evidence: Evidence) -> Verdict:
    scale = " on the log scale" if interval.name in RATIOS else ""
    span = in_words(interval.upper, claim.value.decimals + 1)
    says = f"Limits of {interval.estimate.printed} that are symmetric{scale} and begin at "
    says += f"{interval.low.text} end {span if span.startswith('between') else f'at {span}'}"
    found = ("", nan, (), interval.inputs)
    if may_be(claim.value, interval.upper):
        if must_be(claim.value, interval.upper):
            return verdict_on(claim, "match", "symmetric", f"{says}.", *found)
        says += f"; {claim.printed} is possible, and so are other values."
        return verdict_on(claim, "unchecked", "possible-value", says, *found)
    says += f", not at {claim.printed}"
    measure = evidence.ledger.measures[claim.measure]
    is_crude = interval.name == "hazard_ratio" and not is_adjusted(measure, evidence.ledger)
    is_crude = is_crude and not any(NO_COX in said for said in said_of(measure, evidence.ledger))
    is_of_groups = measure.by.text  # not of a year of age
    if is_crude and is_of_groups and interval.is_skewed:
        return verdict_on(claim, "mismatch", "limits-asymmetric", f"{says}.", *found)
    says += "; limits by profile likelihood, by an exact method, by resampling or of observed over "
    says += "expected events can."
    return verdict_on(claim, "unchecked", "not-determined", says, *found)


def _too_narrow(claim: Claim, interval: Interval, evidence: Evidence) -> Verdict | None:
    """Limits of a hazard ratio that need more events than there are."""
    measure, events = evidence.ledger.measures[claim.measure], _events(claim, evidence)
    is_of_groups = measure.by.text  # not of a year of age
    if interval.name != "hazard_ratio" or events is None or not is_of_groups:
        return None
    if is_adjusted(measure, evidence.ledger):
        return None
    widest, most = interval.errors[1], int(events.value.value)
    if widest <= 0 or 4 / widest**2 <= most:
        return None
    what = "events" if events.statistic == "n_event" else "patients"
    says = (
        f"Limits as narrow as those of {interval.text} need at least {4 / widest**2:.0f} events; "
        f"{most} {what} are printed."
    )
    used = (*interval.inputs, events.claim)
    return verdict_on(claim, "mismatch", "too-narrow", says, inputs=used)


def _events(claim: Claim, evidence: Evidence) -> Claim | None:
    """Claim of the number of events of a comparison, else of its patients."""
    find = evidence.ledger.find
    claims = [*find(claim.measure, "n_event"), *find(claim.measure, "N")]
    return next((c for c in claims if is_count(c.value)), None)


def check_p(claim: Claim, evidence: Evidence) -> Iterator[Verdict]:
    """Judge a P value by the limits beside it.

    It is that of Wald's test where it is within rounding. The log-rank test gives another P, but
    none far above; a weighted or a stratified test, or one of ranks, can give any.
    """
    interval = interval_at(claim, evidence)
    if interval is None or claim.verbal:
        return
    low, high = z = interval.z
    ends = erfc(high / sqrt(2)), erfc(low / sqrt(2))
    measure = evidence.ledger.measures[claim.measure]
    method = evidence.method(measure)
    least = interval.least_score, inf
    p = in_words(ends, max(claim.value.decimals + 1, 2))
    says = f"The {STATISTICS[interval.name]} {interval.text} has P {p} by Wald's test"
    found = ("cox", nan, (), interval.inputs)
    if may_be(claim.value, ends):
        if must_be(claim.value, ends):
            yield verdict_on(claim, "match", "p-value", f"{says}; {claim.printed} fits.", *found)
        else:
            says += f"; {claim.printed} is possible, and so are other values."
            yield verdict_on(claim, "unchecked", "possible-value", says, *found)
    elif method == "cox":
        yield verdict_on(claim, "mismatch", "p-differs", f"{says}, not {claim.printed}.", *found)
    elif _is_of_log_rank(measure, interval, evidence) and is_far(claim.value, least):
        says += f"; the log-rank test of the same patients does not give {claim.printed}."
        yield verdict_on(claim, "mismatch", "p-contradicts-limits", says, *found)
    else:
        says += f"; {claim.printed} must be that of another test, such as the log-rank test"
        says += ", or of one that is weighted, stratified or of ranks" * is_far(claim.value, z)
        yield verdict_on(claim, "unchecked", "depends-on-test", f"{says}.", *found)


def _is_of_log_rank(measure: Measure, interval: Interval, evidence: Evidence) -> bool:
    """Whether a P value is said to be of the log-rank test, neither weighted nor stratified."""
    said = map(LOG_RANK.search, said_of(measure, evidence.ledger))
    is_said = interval.name == "hazard_ratio" and any(said)
    return is_said and not is_adjusted(measure, evidence.ledger)


def is_far(printed: Printed, z: Ends) -> bool:
    """Whether a P value, of one side or two, is far from that of some limits."""
    return all(_are_apart([sides * p for p in ends_of(printed)], z) for sides in (1, 2))


def _are_apart(ps: list[float], z: Ends) -> bool:
    own = tuple(two_sided_z(1 - min(max(p, LEAST), 1.0)) for p in reversed(ps))
    pairs = list(product(own, z))
    gap = min(abs(a - b) for a, b in pairs)
    ratio = min(max(a, b) / max(min(a, b), 1e-9) for a, b in pairs)
    overlaps = own[0] <= z[1] and z[0] <= own[1]
    return not overlaps and gap > FAR and ratio > FARTHER
