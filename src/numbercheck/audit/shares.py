"""A percentage with ± beside it, rates per person-time, and cumulative incidence."""

import re
from collections.abc import Iterator
from math import inf, isnan, sqrt

from numbercheck.audit.computed import Computation, Ends, Way, ends_of, in_words, may_be
from numbercheck.audit.curves import scale_of
from numbercheck.audit.evidence import Evidence, is_count, limits_at, same_place
from numbercheck.audit.verdicts import Verdict, verdict_on
from numbercheck.ledger.rows import Claim
from numbercheck.statistics.rates import METHODS, rate_interval
from numbercheck.statistics.rounding import Printed
from numbercheck.statistics.scales import SCALES, survival_limits, two_sided_z
from numbercheck.statistics.tails import t_quantile

FACTORS = (1 / 12, 12.0, 1 / 365.25, 365.25, 0.01, 0.1, 10.0, 100.0, 1000.0)
SURE = 0.9  # of the binomial standard error; a curve's own is not smaller


def of_count(claim: Claim, evidence: Evidence) -> Computation | None:
    """Standard error and half-width of a percentage."""
    measure = evidence.ledger.measures[claim.measure]
    count = evidence.count(measure, claim.locus)
    if count is None or not count.total or max(count.values) > count.total:
        return None
    level, n = evidence.ledger.level(measure), count.total
    ways = tuple(way for k in count.values for way in _spreads(k, n, level))

    def slips() -> Iterator[tuple[str, str, Way]]:
        for method, values in ways:
            way = Way(method, {"se": values["half_width"], "half_width": values["se"]})
            yield "se-for-half-width", "standard error and half-width are mixed up", way

    setting = f"{' or '.join(map(str, count.values[:3]))} of {count.total}"
    return Computation(setting, count.claims, ways, slips)


def _spreads(k: int, n: int, level: float) -> Iterator[Way]:
    """Error and half-width by Wald, with continuity correction, and as of a mean of 0s and 1s."""
    z, error = two_sided_z(level), 100 * sqrt(k * (n - k) / n**3)
    rows = [("wald", error, z * error), ("wald-cc", error, z * error + 50 / n)]
    if n > 1:
        of_mean = error * sqrt(n / (n - 1))
        rows.append(("student", of_mean, t_quantile(level, n - 1) * of_mean))
    for method, se, half in rows:
        yield Way(method, {"se": (se, se), "half_width": (half, half)})


def of_rate(claim: Claim, evidence: Evidence) -> Computation | None:
    """Events per person-time with their limits."""
    measure, find = evidence.ledger.measures[claim.measure], evidence.ledger.find
    events, time = (
        same_place(find(claim.measure, name), claim.locus) for name in ("n_event", "person_time")
    )
    if events is None or time is None or not is_count(events.value) or time.value.value <= 0:
        return None
    if claim in (events, time) or time.value.relation != "=":
        return None
    number = re.search(r"\d[\d,]*", measure.unit)
    scale = float(number.group().replace(",", "")) if number else 1.0
    level, d = evidence.ledger.level(measure), int(events.value.value)

    def ways(times: float) -> Iterator[Way]:
        t0, t1 = (end / times for end in ends_of(time.value))
        for method in METHODS:
            lower, upper = (rate_interval(d, 1.0, method, level)) if t0 > 0 else (0.0, inf)
            if not isnan(lower):
                counts = {"rate": float(d), "conf_low": lower, "conf_high": upper}
                yield Way(method, {name: (k / t1, k / t0) for name, k in counts.items()})

    def slips() -> Iterator[tuple[str, str, Way]]:
        for factor in FACTORS:
            for way in ways(scale * factor):
                yield "other-unit", "the unit of time, or the number it is given for, differs", way

    setting = f"{d} events in {time.printed}"
    return Computation(setting, (events.claim, time.claim), tuple(ways(scale)), slips)


def check_incidence(claim: Claim, evidence: Evidence) -> Iterator[Verdict]:
    """Judge limits of a cumulative incidence: too narrow for N, or not symmetric on any scale.

    The variance is that of a binomial proportion at least, which it is when nobody is censored.
    """
    measure = evidence.ledger.measures[claim.measure]
    estimate = same_place(evidence.ledger.find(claim.measure, "estimate"), claim.locus)
    low, high = limits_at(claim, evidence.ledger)
    total = evidence.total(measure, claim.locus)
    if estimate is None or low is None or high is None or estimate.value.relation != "=":
        return
    scale, level = scale_of(estimate, measure), evidence.ledger.level(measure)
    p = estimate.value.value / scale
    if not 0 < p < 1 or low.relation != "=" or high.relation != "=":
        return
    lower = same_place(evidence.ledger.find(claim.measure, "conf_low"), claim.locus)
    inputs = (estimate.claim, *(c.claim for c in (lower,) if c and c is not claim))
    if total and (fault := _too_narrow(estimate.value, (low, high), total.values[0], scale, level)):
        used = (*inputs, *total.claims)
        yield verdict_on(claim, "mismatch", "too-narrow", fault, inputs=used)
    elif claim.statistic == "conf_high":
        yield _on_some_scale(claim, (estimate.value, low), scale, inputs)


def check_spread(claim: Claim, evidence: Evidence) -> Iterator[Verdict]:
    """Judge ± beside an estimate of a curve: a standard error, or half of an interval's width.

    Neither is smaller than without censoring, where it is that of a binomial proportion.
    """
    measure = evidence.ledger.measures[claim.measure]
    estimate = same_place(evidence.ledger.find(claim.measure, "estimate"), claim.locus)
    total = evidence.total(measure, claim.locus)
    if estimate is None or total is None or estimate.value.relation != "=" or not total.values[0]:
        return
    scale, z = scale_of(estimate, measure), two_sided_z(evidence.ledger.level(measure))
    shares = [min(max(x / scale, 0.0), 1.0) for x in ends_of(estimate.value)]
    least = scale * min(sqrt(p * (1 - p) / total.values[0]) for p in shares)
    least *= z if claim.statistic == "half_width" else 1.0
    used = (estimate.claim, *total.claims)
    if claim.value.relation == "=" and ends_of(claim.value)[1] < SURE * least:
        says = f"Of {estimate.printed} of {total.values[0]} patients it is at least {least:.3g}, "
        yield verdict_on(
            claim, "mismatch", "too-narrow", f"{says}not {claim.printed}.", inputs=used
        )
    else:
        says = (
            f"{claim.printed} is wide enough for {total.values[0]} patients, as any more would be."
        )
        yield verdict_on(claim, "unchecked", "possible-value", says, inputs=used)


def _too_narrow(
    estimate: Printed, limits: tuple[Printed, Printed], n: int, scale: float, level: float
) -> str:
    """Say that limits are narrower than any of ``n`` patients; empty where they are not."""
    (p0, p1), l0, u1 = ends_of(estimate), ends_of(limits[0])[0], ends_of(limits[1])[1]
    shares = [min(max(x / scale, 1e-9), 1 - 1e-9) for x in (p0, p1)]
    least = SURE * min(sqrt(p * (1 - p) / n) for p in shares)
    for p in shares:
        for conf_type in SCALES:
            lower, upper = survival_limits(p, (least / p) ** 2, conf_type, level)
            if scale * lower >= l0 or scale * upper <= u1:
                return ""
    text = f"{limits[0].text} to {limits[1].text}"
    return f"No limits of {estimate.text} of {n} patients are as narrow as {text}."


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
    if fits:
        return verdict_on(claim, "match", "symmetric", says, fits[0], inputs=inputs, chosen_among=5)
    ends = min(e[0] for e in found.values()), max(e[1] for e in found.values())
    room = (ends[1] - estimate.value) / 2
    if ends[0] - room <= claim.value.value <= ends[1] + room:
        return verdict_on(claim, "unchecked", "not-determined", says, inputs=inputs)
    return verdict_on(claim, "mismatch", "limits-asymmetric", says, inputs=inputs)
