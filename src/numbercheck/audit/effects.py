"""Differences, odds ratios and risk ratios of two groups whose counts are printed."""

from collections.abc import Callable, Iterator
from functools import cache, partial
from math import inf, isfinite, isnan

from numbercheck.audit.computed import Computation, Ends, Way, may_be
from numbercheck.audit.evidence import Evidence, MissingError, Table
from numbercheck.ledger.adjusted import is_adjusted
from numbercheck.ledger.implied import printed_effect
from numbercheck.ledger.rows import Claim
from numbercheck.statistics.effects import (
    DIFFERENCES,
    ODDS_RATIOS,
    RISK_RATIOS,
    Effect,
    difference,
    odds_ratio,
    risk_ratio,
)
from numbercheck.statistics.rare_limits import rare_effects
from numbercheck.statistics.rounding import SLACK
from numbercheck.statistics.scales import tabled_level, two_sided_level

EFFECTS: dict[str, tuple[Callable[..., Effect], tuple[str, ...]]] = {
    "difference": (difference, tuple(DIFFERENCES)),
    "odds_ratio": (odds_ratio, tuple(ODDS_RATIOS)),
    "risk_ratio": (risk_ratio, tuple(RISK_RATIOS)),
}
RATIOS = ("odds_ratio", "risk_ratio", "hazard_ratio")
LEVELS = (0.95, 0.90, 0.99, 0.975, 0.80)
MOST_TABLES = 60
NOT_OF_COUNTS = "It is said to be adjusted or modeled; counts and times alone do not give it."
R_ROOT = 6.2e-5  # R's fisher.test solves for a ratio below 1, or its inverse, this exactly
BY_HAND = ("wald", "wald-cc", "newcombe", "newcombe-cc", "agresti-caffo", "haldane", "katz")
ITERATED = 2e-3  # relative error of R's glm and its confint, over the fewest patients of a cell


def of_counts(claim: Claim, evidence: Evidence) -> Computation | None:
    """What each method gives for an effect of two groups; None without their counts."""
    measure = evidence.ledger.measures[claim.measure]
    name = printed_effect(measure.measure, evidence.ledger)
    variable = evidence.ledger.variables.get(measure.where.text)
    is_event = measure.where.text and (variable is None or variable.type == "flag")
    if name not in EFFECTS or not is_event or is_adjusted(measure, evidence.ledger):
        return None
    try:
        tables, inputs = evidence.tables(measure)
    except MissingError:
        return None
    if len(tables[0]) != 2 or len(tables) > MOST_TABLES or not all(map(sum, tables[0])):
        return None
    scale = _scale(claim, tables, evidence) if name == "difference" else 1.0
    shown = measure.by.text.strip() in evidence.ledger.variables  # no group comes first
    if shown and not _fits(claim, name, tables, scale, evidence):
        tables = [(second, first) for first, second in tables]
    level = two_sided_level(evidence.ledger.level(measure), measure.sides)
    ways = tuple(way for table in tables for way in _ways(name, table, level, scale))
    setting = " v ".join(f"{k} of {k + rest}" for k, rest in tables[0])
    setting += f" or {len(tables) - 1} other tables" if len(tables) > 1 else ""

    slips = partial(_slips, name, tables, level, scale)
    rare = tuple(way for table in tables for way in _rare(name, table, level, scale))
    return Computation(setting, inputs, ways, slips, rare=rare) if ways else None


def _slips(
    name: str, tables: list[Table], level: float, scale: float
) -> Iterator[tuple[str, str, Way]]:
    """What the groups the other way round, another level or another scale would give."""
    for table in tables:
        for way in _ways(name, table[::-1], level, scale):
            yield "groups-reversed", "it is that of the second group against the first", way
        for other in (other for other in LEVELS if other != level):
            for way in _ways(name, table, other, scale):
                yield "other-level", f"it has limits of {100 * other:g}%", way
        for way in _ways(name, table, level, 101 - scale) if name == "difference" else ():
            yield "scale-switch", "fractions and percentage points are mixed up", way


def _ways(name: str, table: Table, level: float, scale: float) -> Iterator[Way]:
    counts = tuple(x for k, rest in table for x in (k, k + rest))
    for method in EFFECTS[name][1]:
        values = _computed(name, counts, method, level)
        if not any(map(isnan, values)):
            fewest = min(min(row) for row in table) or 1
            tabled = tabled_level(level) if method in BY_HAND else level
            pairs = zip(values, _computed(name, counts, method, tabled), strict=True)
            each = [[_as_computed(method, scale * value, fewest) for value in p] for p in pairs]
            ends = [(min(low for low, _ in e), max(high for _, high in e)) for e in each]
            yield Way(method, dict(zip((name, "conf_low", "conf_high"), ends, strict=True)))


def _rare(name: str, table: Table, level: float, scale: float) -> Iterator[Way]:
    """What methods give that few articles name, with the estimate."""
    counts = tuple(x for k, rest in table for x in (k, k + rest))
    estimate = EFFECTS[name][0](*counts).estimate
    for method, limits in rare_effects(name, level, *counts):
        ends = [(scale * x,) * 2 for x in (estimate, *limits)]
        yield Way(method, dict(zip((name, "conf_low", "conf_high"), ends, strict=True)))


def _as_computed(method: str, value: float, fewest: int) -> Ends:
    """Values that programs give: iterated ones end near the exact value."""
    if method == "fisher-exact" and isfinite(value):
        near = min(value, 1 / value) if value else 0.0
        low, high = max(near - R_ROOT, 0.0), near + R_ROOT
        return (low, high) if value <= 1 else (1 / high, 1 / low if low else inf)
    error = ITERATED / fewest if method in ("woolf", "profile") else SLACK
    low, high = sorted((value * (1 - error), value * (1 + error)))
    return low, high


@cache
def _computed(name: str, counts: tuple[int, ...], method: str, level: float) -> Effect:
    return EFFECTS[name][0](*counts, method, level)


def _fits(claim: Claim, name: str, tables: list[Table], scale: float, evidence: Evidence) -> bool:
    """Whether the printed estimate is that of the first group against the second."""
    estimate = evidence.beside(claim, name)
    return estimate is None or any(
        may_be(estimate.value, way.values[name])
        for table in tables
        for way in _ways(name, table, 0.95, scale)
    )


def _scale(claim: Claim, tables: list[Table], evidence: Evidence) -> float:
    """100 where a difference of proportions is printed in percent, 1 where in fractions.

    A limit of a fraction can be above 1.
    """
    measure = evidence.ledger.measures[claim.measure]
    names = ("difference", "conf_low", "conf_high")
    printed = [c.value for name in names for c in evidence.ledger.find(claim.measure, name)]
    if measure.unit.startswith(("%", "percent")) or any(p.unit == "%" for p in printed):
        return 100.0
    large = any(abs(p.value) > 1 for p in printed)
    in_percent, as_fraction = (
        _fits(claim, "difference", tables, scale, evidence) for scale in (100.0, 1.0)
    )
    return 100.0 if large and (in_percent or not as_fraction) else 1.0
