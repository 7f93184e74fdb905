"""A percentage with ± beside it, and rates per person-time."""

import re
from collections.abc import Iterable, Iterator
from math import inf, isnan, sqrt

from numbercheck.audit.computed import Computation, Way, ends_of
from numbercheck.audit.evidence import Evidence, is_count
from numbercheck.ledger.rows import Claim
from numbercheck.statistics.rates import METHODS, rate_interval
from numbercheck.statistics.rounding import Printed
from numbercheck.statistics.scales import two_sided_level, two_sided_z
from numbercheck.statistics.tails import t_quantile

RECUR = "limits of events that recur, as by a robust variance, can be so wide"
FACTORS = (1 / 12, 12.0, 1 / 365.25, 365.25, 0.01, 0.1, 10.0, 100.0, 1000.0)


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
    measure = evidence.ledger.measures[claim.measure]
    events, time = (evidence.beside(claim, name) for name in ("n_event", "person_time"))
    if events is None or time is None or not is_count(events.value) or time.value.value <= 0:
        return None
    if claim in (events, time) or time.value.relation != "=":
        return None
    number = re.search(r"\d[\d,]*", measure.unit)
    scale = float(number.group().replace(",", "")) if number else 1.0
    level = two_sided_level(evidence.ledger.level(measure), measure.sides)
    d = int(events.value.value)

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
    known, limits = tuple(ways(scale)), evidence.limits(claim)
    other = RECUR if all(limits) and _are_wider(limits, known) else ""
    return Computation(setting, (events.claim, time.claim), known, slips, other)


def _are_wider(limits: tuple[Printed | None, Printed | None], ways: Iterable[Way]) -> bool:
    """Whether both limits are beyond those of every method."""
    low, high = (printed.value for printed in limits if printed)
    return all(low < w.values["conf_low"][0] and high > w.values["conf_high"][1] for w in ways)
