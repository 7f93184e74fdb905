"""Limits of survival and of incidence, and ± beside them: too narrow or wide for the patients."""

from collections.abc import Iterator
from itertools import product
from math import ceil, floor, sqrt
from typing import NamedTuple

from numbercheck.audit.computed import Ends, ends_of, in_words, may_be, must_be
from numbercheck.audit.curves import scale_of
from numbercheck.audit.evidence import Evidence, is_count
from numbercheck.audit.verdicts import Verdict, verdict_on
from numbercheck.ledger.rows import Claim, Measure
from numbercheck.statistics.curve_variance import curve_variance
from numbercheck.statistics.proportions import METHODS, interval
from numbercheck.statistics.rounding import Printed
from numbercheck.statistics.scales import SCALES, survival_limits, two_sided_z

OTHER = "another estimator of the variance could give that"
Limits = tuple[Printed, Printed]


class Errors(NamedTuple):
    """Least and largest standard error, as fractions; ``lowest`` and ``highest`` by any variance.

    Aalen's variance divides by n - 1 where the delta method divides by n. Peto's takes those who
    are at risk at the end for all: counted before a last event, they can halve the variance.
    """

    least: float
    most: float
    lowest: float
    highest: float


class Point(NamedTuple):
    """An estimate of a curve, with the standard errors that its patients allow.

    ``shares`` are the ends of the estimate as fractions, ``known`` says in words who is at risk.
    """

    estimate: Claim
    shares: Ends
    scale: float
    level: float
    n: int
    errors: Errors
    known: str
    inputs: tuple[str, ...]

    @property
    def setting(self) -> str:
        """The estimate and its patients, in words."""
        return f"{self.estimate.printed} of {self.n} patients"


def point_at(claim: Claim, evidence: Evidence) -> Point | None:
    """The estimate printed where a claim is; None without it, or without N."""
    measure = evidence.ledger.measures[claim.measure]
    estimate = evidence.beside(claim, "estimate")
    total = evidence.total(measure, claim.locus)
    if estimate is None or total is None or not total.values[0]:
        return None
    scale, level, n = scale_of(estimate, measure), evidence.ledger.level(measure), total.values[0]
    if estimate.value.relation != "=" or not 0 <= estimate.value.value <= scale:
        return None
    first, last = (min(max(end / scale, 0.0), 1.0) for end in ends_of(estimate.value))
    risk, events = _at_risk(measure, evidence), _events(measure, evidence, last * n)
    m, d = (int(c.value.value) if c else 1 for c in (risk, events))
    errors = _errors((first, last), n, m, d, falls=measure.kind == "survival")
    known = [f"{m} still at risk"] if risk else []
    known += [f"{d} events"] if events else []
    told = f", with {' and '.join(known)}," if known else ""
    inputs = (estimate.claim, *total.claims, *(c.claim for c in (risk, events) if c))
    return Point(estimate, (first, last), scale, level, n, errors, told, inputs)


def _errors(shares: Ends, n: int, at_risk: int, events: int, falls: bool) -> Errors:
    """Errors of any estimate between these ends, of survival where it ``falls``."""
    each = (shares[0], sum(shares) / 2, shares[1])
    happened = [1 - share for share in each] if falls else each
    variances = [curve_variance(p, n, at_risk, events) for p in happened]
    least, most = min(low for low, _ in variances), max(high for _, high in variances)
    aalen = most * (at_risk / (at_risk - 1) if at_risk > 1 else 2)
    peto = max(p * (1 - p) ** 2 / at_risk for p in happened) if falls else 0.0
    before = max(shares[0], 0.5) if falls else 1.0
    lowest = least * min(before, 0.8)
    return Errors(*map(sqrt, (least, most, lowest, max(aalen, peto))))


def _at_risk(measure: Measure, evidence: Evidence) -> Claim | None:
    """Claim of the most patients who are still at risk at that time, or later."""
    key = measure.kind, measure.endpoint, evidence.key(measure.among)
    found = [
        claim
        for other in evidence.ledger.measures.values()
        if (other.kind, other.endpoint, evidence.key(other.among)) == key
        and float(other.horizon) >= float(measure.horizon)
        for claim in evidence.ledger.find(other.measure, "at_risk")
        if is_count(claim.value) and claim.value.value
    ]
    return max(found, key=lambda claim: claim.value.value, default=None)


def _events(measure: Measure, evidence: Evidence, most: float) -> Claim | None:
    """Claim of the events of an incidence, unless more than there can be until its horizon."""
    claims = evidence.ledger.find(measure.measure, "n_event")
    fitting = (c for c in claims if is_count(c.value) and 0 < c.value.value <= most)
    return next(fitting, None) if measure.kind == "incidence" else None


def check_incidence(claim: Claim, evidence: Evidence) -> Iterator[Verdict]:
    """Judge limits of a cumulative incidence: by their width, and whether they are symmetric."""
    measure = evidence.ledger.measures[claim.measure]
    estimate = evidence.beside(claim, "estimate")
    low, high = evidence.limits(claim)
    if estimate is None or low is None or high is None:
        return
    scale = scale_of(estimate, measure)
    plain = all(p.relation == "=" for p in (estimate.value, low, high))
    if not plain or not 0 < estimate.value.value < scale:
        return
    lower = evidence.beside(claim, "conf_low")
    other = tuple(c.claim for c in (lower,) if c and c is not claim)
    by_width = list(_by_width(claim, evidence, (low, high), other))
    yield from by_width
    if claim.statistic == "conf_high" and not any(v.verdict == "mismatch" for v in by_width):
        found = _on_some_scale(claim, (estimate.value, low), scale, (estimate.claim, *other))
        yield from () if by_width and found.verdict == "match" else (found,)


def check_survival(claim: Claim, evidence: Evidence) -> Iterator[Verdict]:
    """Judge limits of survival that are too wide for those who are still at risk."""
    low, high = evidence.limits(claim)
    measure = evidence.ledger.measures[claim.measure]
    if low and high and low.relation == high.relation == "=" and _at_risk(measure, evidence):
        yield from _by_width(claim, evidence, (low, high), ())


def _by_width(
    claim: Claim, evidence: Evidence, limits: Limits, other: tuple[str, ...]
) -> Iterator[Verdict]:
    """Verdict on limits that are too narrow or too wide."""
    point = point_at(claim, evidence)
    if point is None:
        return
    inputs = (point.inputs[0], *other, *point.inputs[1:])
    text = f"{limits[0].text} to {limits[1].text}"
    says = f"No limits of {point.setting}{point.known} are as wide as {text}"
    if _are_narrower(point, limits):
        says = f"No limits of {point.setting} are as narrow as {text}."
        yield verdict_on(claim, "mismatch", "too-narrow", says, inputs=inputs)
    elif _are_wider(point, limits, point.errors.highest):
        yield verdict_on(claim, "mismatch", "too-wide", f"{says}.", inputs=inputs)
    elif _are_wider(point, limits, point.errors.most):
        says += f" by the usual variance; {OTHER}."
        yield verdict_on(claim, "unchecked", "not-determined", says, inputs=inputs)


def _are_narrower(point: Point, limits: Limits) -> bool:
    """Whether limits lie within those of the least standard error on every scale."""
    l0, u1 = ends_of(limits[0])[0], ends_of(limits[1])[1]
    for end, conf_type in product(point.shares, SCALES):
        p = min(max(end, 1e-9), 1 - 1e-9)
        variance = (point.errors.lowest / p) ** 2
        lower, upper = survival_limits(p, variance, conf_type, point.level)
        if point.scale * lower >= l0 or point.scale * upper <= u1:
            return False
    return True


def _are_wider(point: Point, limits: Limits, error: float) -> bool:
    """Whether limits reach beyond those of a standard error, however they are computed."""
    (first, last), l1, u0 = point.shares, ends_of(limits[0])[1], ends_of(limits[1])[0]
    first, last = max(first, last / 100), min(last, 1 - (1 - first) / 100)
    each = [_limits(p, error, point.level) for p in (first, (first + last) / 2, last)]
    return not any(
        point.scale * min(low for low, _ in pairs) <= l1
        and point.scale * max(high for _, high in pairs) >= u0
        for pairs in zip(*each, strict=True)
    )


def _limits(p: float, error: float, level: float) -> Iterator[tuple[float, float]]:
    """Limits on each scale, of p and of 1 - p, and those of a proportion so uncertain."""
    for conf_type in SCALES:
        yield survival_limits(p, (error / p) ** 2, conf_type, level)
        lower, upper = survival_limits(1 - p, (error / (1 - p)) ** 2, conf_type, level)
        yield 1 - upper, 1 - lower
    n = max(floor(p * (1 - p) / error**2), 1)
    for method in METHODS:
        pairs = [interval(k, n, method, level) for k in {floor(p * n), ceil(p * n)}]
        yield min(low for low, _ in pairs), max(high for _, high in pairs)


def check_spread(claim: Claim, evidence: Evidence) -> Iterator[Verdict]:
    """Judge ± beside an estimate of a curve: a standard error, or half of an interval's width."""
    point = point_at(claim, evidence)
    if point is None or claim.value.relation != "=":
        return
    times = point.scale * (two_sided_z(point.level) if claim.statistic == "half_width" else 1.0)
    least, most, lowest, highest = (times * error for error in point.errors)
    low, high = ends_of(claim.value)
    verdict, kind = "unchecked", "possible-value"
    says = f"{claim.printed} is possible for {point.n} patients, and so is much else."
    if high < lowest:
        verdict, kind = "mismatch", "too-narrow"
        says = f"Of {point.setting} it is at least {least:.3g}, not {claim.printed}."
    elif low > most:
        says = f"Of {point.setting}{point.known} it is at most {most:.3g}, not {claim.printed}"
        says += "." if low > highest else f"; {OTHER}."
        verdict, kind = ("mismatch", "too-wide") if low > highest else (verdict, "not-determined")
    yield verdict_on(claim, verdict, kind, says, inputs=point.inputs)


def _on_some_scale(
    claim: Claim, given: tuple[Printed, Printed], scale: float, inputs: tuple[str, ...]
) -> Verdict:
    """Whether an upper limit is symmetric with the lower one on one of the scales in use."""
    found: dict[str, Ends] = {}
    estimate, low = given
    (e0, e1), (l0, l1) = ends_of(estimate), ends_of(low)
    for name, (to, back, _) in SCALES.items():
        shares = [min(max(x / scale, 1e-9), 1 - 1e-9) for x in (e0, e1, l0, l1)]
        first, last = 2 * to(shares[0]) - to(shares[3]), 2 * to(shares[1]) - to(shares[2])
        found[name] = scale * back(first), scale * back(last)
    fits = [name for name, ends in found.items() if may_be(claim.value, ends)]
    says = f"Given {estimate.text} and {low.text}, the upper limit is "
    texts = (f"{in_words(e, claim.value.decimals + 1)} ({name})" for name, e in found.items())
    says += f"{', '.join(texts)}."
    if any(must_be(claim.value, found[name]) for name in fits):
        return verdict_on(claim, "match", "symmetric", says, fits[0], inputs=inputs, chosen_among=5)
    if fits:
        return verdict_on(claim, "unchecked", "possible-value", says, inputs=inputs)
    ends = min(e[0] for e in found.values()), max(e[1] for e in found.values())
    room = (ends[1] - estimate.value) / 2
    if ends[0] - room <= claim.value.value <= ends[1] + room:
        return verdict_on(claim, "unchecked", "not-determined", says, inputs=inputs)
    return verdict_on(claim, "mismatch", "limits-asymmetric", says, inputs=inputs)
