"""Means with standard deviations: what they can be, and what follows from those of groups."""

from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from itertools import product
from math import inf, isfinite, sqrt
from typing import NamedTuple

from numbercheck.audit.computed import Computation, Ends, Way, ends_of
from numbercheck.audit.effects import RATIOS
from numbercheck.audit.evidence import MISSING, Evidence, MissingError, same_place
from numbercheck.audit.verdicts import Verdict, verdict_on
from numbercheck.ledger.adjusted import is_adjusted, said_of
from numbercheck.ledger.expressions import Expression
from numbercheck.ledger.implied import printed_effect
from numbercheck.ledger.rows import Claim, Measure
from numbercheck.statistics.moments import T_TESTS, anova_of_sums, grim, grimmer, most_sd, t_test
from numbercheck.statistics.quantiles import quantile_weights
from numbercheck.statistics.scales import two_sided_level, two_sided_z
from numbercheck.statistics.tails import t_quantile, t_tail

Fault = tuple[str, str, Sequence[str]]  # kind, words, and the claims besides N
STEPS = 40  # sizes that are tried, where not all patients may have been measured
SEVERAL = 3  # means that say the same of their group's size
BY_STUDENT = 3  # more patients than the normal distribution has, for limits as wide
RANKS = "a test of ranks, or one that adjusts, can give it"


class Summary(NamedTuple):
    """Mean and standard deviation of a group, as ranges, its size, and their claims.

    ``are_all_known`` where the size is printed as that of the patients who were measured.
    """

    mean: Ends
    sd: Ends
    n: int
    claims: tuple[str, ...]
    are_all_known: bool = True

    def error(self, at: int) -> float:
        """Least (0) or largest (1) standard error."""
        return self.sd[at] / sqrt(self.n)

    @property
    def mistaken(self) -> "Summary":
        """The group, if what stands for the deviation is the standard error."""
        low, high = (sqrt(self.n) * end for end in self.sd)
        return self._replace(sd=(low, high))


def summary(measure: Measure, evidence: Evidence, locus: str = "") -> Summary | None:
    """What is printed of a quantity; None without its mean, its spread or its size."""
    find, total = evidence.ledger.find, evidence.total(measure, locus)
    found = {s: same_place(find(measure.measure, s), locus) for s in ("mean", "sd", "se")}
    mean, sd, se = found["mean"], found["sd"], found["se"]
    spread = sd or se
    if mean is None or spread is None or total is None or total.values[0] < 2:
        return None
    if any(c.value.relation != "=" for c in (mean, spread)):
        return None
    n, times = total.values[0], 1.0 if sd else sqrt(total.values[0])
    low, high = (max(times * end, 0.0) for end in ends_of(spread.value))
    claims = (mean.claim, spread.claim, *total.claims)
    return Summary(
        ends_of(mean.value), (low, high), n, claims, evidence.are_all_known(measure, total)
    )


def of_one(claim: Claim, evidence: Evidence) -> Computation | None:
    """Standard error, half-width and limits of a mean, by Student's t and the normal."""
    measure = evidence.ledger.measures[claim.measure]
    known = summary(measure, evidence, claim.locus)
    is_own = known and claim.claim in known.claims
    if known is None or is_own or is_adjusted(measure, evidence.ledger):
        return None
    level = two_sided_level(evidence.ledger.level(measure), measure.sides)

    def ways(group: Summary) -> tuple[Way, ...]:
        reaches = {"student": t_quantile(level, group.n - 1), "wald": two_sided_z(level)}
        return tuple(_around(group, method, reach) for method, reach in reaches.items())

    def slips() -> Iterator[tuple[str, str, Way]]:
        for way in ways(known.mistaken):
            yield "se-for-sd", "it would be, were the standard deviation a standard error", way

    median = evidence.ledger.find(claim.measure, "median")
    other = "limits of the median can be" if median else _other_size(known, evidence)
    fewer = (ways(group) for (group,) in _fewer([known]))
    return Computation(f"{known.n} patients", known.claims, ways(known), slips, other, fewer)


def _other_size(group: Summary, evidence: Evidence) -> str:
    """Say which other size the limits of all means of a group have, where it is one for all."""
    sizes = _sizes_by_limits(evidence).get(group.claims[-1], [])
    low = max((least for least, _ in sizes), default=0)
    high = min((most for _, most in sizes), default=inf)
    if len(sizes) < SEVERAL or low > high or low <= group.n <= high:
        return ""
    return f"the limits of all {len(sizes)} means of the group fit about {high:.0f} patients"


@lru_cache(maxsize=2)
def _sizes_by_limits(evidence: Evidence) -> dict[str, list[Ends]]:
    """Sizes that the limits of means leave, by the claim of the size that is printed."""
    found: dict[str, list[Ends]] = {}
    z = 2 * two_sided_z(evidence.level)
    for measure in evidence.ledger.measures.values():
        known = summary(measure, evidence) if measure.kind == "quantity" else None
        limits = [evidence.ledger.printed(measure.measure, s) for s in ("conf_low", "conf_high")]
        plain = [ends_of(p) for p in limits if p and p.relation == "="]
        if known and len(plain) == 2:
            (l0, l1), (h0, h1) = plain
            least, most = (z * known.sd[0] / (h1 - l0)) ** 2, inf
            if h0 > l1:
                most = (z * known.sd[1] / (h0 - l1)) ** 2 + BY_STUDENT
            found.setdefault(known.claims[-1], []).append((least, most))
    return found


def _around(group: Summary, method: str, reach: float) -> Way:
    (m0, m1), s0, s1 = group.mean, group.error(0), group.error(1)
    limits = {"conf_low": (m0 - reach * s1, m1 - reach * s0)}
    limits["conf_high"] = (m0 + reach * s0, m1 + reach * s1)
    return Way(method, {**limits, "half_width": (reach * s0, reach * s1), "se": (s0, s1)})


def of_groups(claim: Claim, evidence: Evidence) -> Computation | None:
    """Difference of two means with its limits and P, or P of several means."""
    measure = evidence.ledger.measures[claim.measure]
    variable = evidence.ledger.variables.get(measure.where.text)
    if variable is None or variable.type not in ("integer", "decimal"):
        return None
    if claim.statistic != "p_value" and printed_effect(measure.measure, evidence.ledger) in RATIOS:
        return None  # for one unit more, by a model
    if not measure.by.text:
        raise MissingError("the article does not say how the groups were divided")
    groups = [_group(measure, group, evidence) for group in evidence.ledger.groups(measure.by)]
    level = two_sided_level(evidence.ledger.level(measure), measure.sides)
    inputs = tuple(dict.fromkeys(c for group in groups for c in group.claims))
    setting = " v ".join(_told(group) for group in groups)
    compute = _ways(measure, len(groups), level)

    def slips() -> Iterator[tuple[str, str, Way]]:
        for way in compute([group.mistaken for group in groups]):
            yield "se-for-sd", "it would be, were the standard deviations standard errors", way
        if len(groups) == 2:
            for way in compute(groups[::-1]):
                yield "groups-reversed", "it is that of the second group against the first", way

    other = RANKS if claim.statistic == "p_value" else ""
    if is_adjusted(measure, evidence.ledger):
        other = "it is adjusted"
    elif any("median" in said.casefold() for said in said_of(measure, evidence.ledger)):
        other = "it is of medians"
    fewer = (compute(some) for some in _fewer(groups))
    return Computation(setting, inputs, compute(groups), slips, other, fewer)


def _fewer(groups: Sequence[Summary]) -> Iterator[list[Summary]]:
    """The same of fewer and fewer patients, where not all of a group may have been measured."""
    for left in range(STEPS - 1, -1, -1):
        fewer = [max(2, g.n * left // STEPS) if not g.are_all_known else g.n for g in groups]
        if fewer != [g.n for g in groups]:
            yield [g._replace(n=n) for g, n in zip(groups, fewer, strict=True)]


def _group(measure: Measure, group: Expression, evidence: Evidence) -> Summary:
    """Summary of one of the groups that are compared."""
    key = measure.where.text, evidence.key(measure.among, group)
    found = (summary(m, evidence) for m in evidence.quantities.get(key, []))
    known = next((s for s in found if s), None)
    if known is None:
        raise MissingError(f"mean, deviation and size of {group.text} are not all printed")
    return known


def _told(group: Summary) -> str:
    mean, sd = (sum(ends) / 2 for ends in (group.mean, group.sd))
    return f"{mean:g} ± {sd:g} of {group.n}"


def _ways(
    measure: Measure, number: int, level: float
) -> Callable[[Sequence[Summary]], tuple[Way, ...]]:
    if number > 2:
        return lambda groups: (Way("anova", {"p_value": _anova(groups)}),)
    if measure.design:
        return lambda groups: (_paired(groups, level),)
    return lambda groups: tuple(_two(groups, method, level) for method in (*T_TESTS, "wald"))


def _gap(groups: Sequence[Summary]) -> Ends:
    (a0, a1), (b0, b1) = groups[0].mean, groups[1].mean
    return a0 - b1, a1 - b0


def _two(groups: Sequence[Summary], method: str, level: float) -> Way:
    """Difference, limits and P at the corners of what the rounded numbers leave."""
    low, high = _gap(groups)
    n1, n2 = groups[0].n, groups[1].n
    tests = []
    for s1, s2 in product(groups[0].sd, groups[1].sd):
        errors = method if method in T_TESTS else "welch"
        unit = t_test(1.0, max(s1, 1e-12), n1, 0.0, max(s2, 1e-12), n2, errors)
        tests.append((1 / unit.t, unit.df if method in T_TESTS else inf))
    lows = [low - t_quantile(level, df) * error for error, df in tests]
    highs = [low + t_quantile(level, df) * error for error, df in tests]
    shift = high - low
    least, most = _sizes(low, high)
    ps = [t_tail(gap / error, df) for gap in (least, most) for error, df in tests]
    return Way(
        method,
        {
            "difference": (low, high),
            "conf_low": (min(lows), max(lows) + shift),
            "conf_high": (min(highs), max(highs) + shift),
            "p_value": (min(ps), max(ps)),
        },
    )


def _sizes(low: float, high: float) -> Ends:
    """Least and largest size of a difference between two ends."""
    return (0.0 if low <= 0 <= high else min(abs(low), abs(high))), max(abs(low), abs(high))


def _paired(groups: Sequence[Summary], level: float) -> Way:
    """Paired t test at every correlation of the pairs, which is not printed."""
    low, high = _gap(groups)
    n, df = groups[0].n, groups[0].n - 1
    apart = [abs(a - b) for a, b in product(groups[0].sd, groups[1].sd)]
    (s0, s1), (r0, r1) = groups[0].sd, groups[1].sd
    least = 0.0 if s0 <= r1 and r0 <= s1 else min(apart)
    errors = least / sqrt(n), (s1 + r1) / sqrt(n)
    near, far = _sizes(low, high)
    ps = [t_tail(near / errors[1], df), t_tail(far / errors[0], df) if errors[0] else 0.0]
    reach = [t_quantile(level, df) * error for error in errors]
    limits = {"conf_low": (low - reach[1], high - reach[0])}
    limits["conf_high"] = (low + reach[0], high + reach[1])
    p = min(ps), 1.0 if low <= 0 <= high else max(ps)
    return Way("paired-t", {"difference": (low, high), **limits, "p_value": p})


def _anova(groups: Sequence[Summary]) -> Ends:
    """P at the largest and the least variation between means that rounding leaves."""
    total = sum(g.n for g in groups)
    within = [sum((g.n - 1) * g.sd[at] ** 2 for g in groups) for at in (0, 1)]

    def between(means: Sequence[float]) -> float:
        grand = sum(g.n * m for g, m in zip(groups, means, strict=True)) / total
        return sum(g.n * (m - grand) ** 2 for g, m in zip(groups, means, strict=True))

    most = max(between(means) for means in product(*(g.mean for g in groups)))
    low, high = min(g.mean[0] for g in groups), max(g.mean[1] for g in groups)
    for _ in range(100):  # the common mean that is nearest to all ranges
        a, b = low + (high - low) / 3, high - (high - low) / 3
        low, high = (low, b) if _apart(groups, a) < _apart(groups, b) else (a, high)
    ends = [(most, within[0]), (_apart(groups, low), within[1])]
    return tuple(anova_of_sums(b, w, len(groups), total).p_value for b, w in ends)  # type: ignore[return-value]


def _apart(groups: Sequence[Summary], mean: float) -> float:
    return sum(g.n * (mean - min(max(mean, g.mean[0]), g.mean[1])) ** 2 for g in groups)


def check_possible(claim: Claim, evidence: Evidence) -> Iterator[Verdict]:
    """Judge a mean, a deviation or a median that no values can have."""
    measure = evidence.ledger.measures[claim.measure]
    total = evidence.total(measure, claim.locus)
    if total is None or total.values[0] < 2 or claim.value.relation != "=":
        return
    if claim.statistic != "median" and is_adjusted(measure, evidence.ledger):
        return
    n = total.values[0]
    for kind, says, used in _FAULTS[claim.statistic](claim, measure, n, evidence):
        verdict, inputs = "mismatch", (*used, *total.claims)
        fewer = evidence.fewer(measure, total)
        if near := next((m for m in fewer if _is_possible(claim, measure, m, evidence)), None):
            verdict, kind = "unchecked", MISSING
            says += f" Those of {near} can, if the others were not measured; no N is printed."
        yield verdict_on(claim, verdict, kind, says, inputs=inputs)
        return


def _is_possible(claim: Claim, measure: Measure, n: int, evidence: Evidence) -> bool:
    """Whether so many values can have what is printed; a deviation, with the mean beside it."""
    mean = evidence.beside(claim, "mean")
    claims = (claim, mean) if claim.statistic == "sd" and mean else (claim,)
    return not any(any(_FAULTS[c.statistic](c, measure, n, evidence)) for c in claims)


def _of_mean(claim: Claim, measure: Measure, n: int, evidence: Evidence) -> Iterator[Fault]:
    low, high, used = _range(claim, measure, evidence)
    first, last = ends_of(claim.value)
    if last < low or first > high:
        says = f"A mean of {claim.printed} is not between {low:g} and {high:g}."
        yield "out-of-order", says, used
    if _is_whole(measure, evidence) and not grim(claim.value.value, n, claim.value.decimals):
        says = f"No {n} whole numbers have a mean that rounds to {claim.printed}."
        yield "impossible-mean", says, ()


def _of_median(claim: Claim, measure: Measure, n: int, evidence: Evidence) -> Iterator[Fault]:
    steps = len(quantile_weights(n, 0.5))
    if _is_whole(measure, evidence) and not grim(claim.value.value, steps, claim.value.decimals):
        says = f"The median of {n} whole numbers is a multiple of {1 / steps:g}, "
        yield "impossible-median", f"{says}unlike {claim.printed}.", ()


def _of_sd(claim: Claim, measure: Measure, n: int, evidence: Evidence) -> Iterator[Fault]:
    """Bounds by the range of the values and by the median, and GRIMMER."""
    mean, median = (evidence.beside(claim, name) for name in ("mean", "median"))
    if mean is None or mean.value.relation != "=":
        return
    sd, (m0, m1) = ends_of(claim.value), ends_of(mean.value)
    low, high, used = _range(claim, measure, evidence)
    middle = min(max((low + high) / 2, m0), m1) if isfinite(high - low) else m0
    if isfinite(high - low) and sd[0] > (most := most_sd(middle, n, low, high)):
        says = f"{n} values from {low:g} to {high:g} with a mean of {mean.printed} have a standard"
        says += f" deviation of at most {most:.3g}, not {claim.printed}."
        yield "impossible-sd", says, (mean.claim, *used)
    if median and median.value.relation == "=":
        q0, q1 = ends_of(median.value)
        if max(q0 - m1, m0 - q1) > sd[1] * sqrt((n - 1) / n):
            says = f"A mean of {mean.printed} and a median of {median.printed} are farther apart "
            says += f"than a standard deviation of {claim.printed} allows."
            yield "impossible-sd", says, (mean.claim, median.claim)
    decimals = mean.value.decimals
    is_whole = _is_whole(measure, evidence) and grim(mean.value.value, n, decimals)
    given = mean.value.value, claim.value.value, n, decimals
    if is_whole and not grimmer(*given, sd_decimals=claim.value.decimals):
        says = f"No {n} whole numbers with a mean of {mean.printed} have the standard deviation "
        yield "impossible-sd", f"{says}{claim.printed}.", (mean.claim,)


_FAULTS: dict[str, Callable[..., Iterator[Fault]]] = {
    "mean": _of_mean,
    "median": _of_median,
    "sd": _of_sd,
}


def _is_whole(measure: Measure, evidence: Evidence) -> bool:
    """Whether a quantity summarizes whole numbers in the unit that is printed."""
    variable = evidence.ledger.variables.get(measure.where.text)
    if variable is None or variable.type not in ("integer", "grade"):
        return False
    return measure.unit.rstrip("s") in ("", variable.unit.rstrip("s"))


def _range(claim: Claim, measure: Measure, evidence: Evidence) -> tuple[float, float, list[str]]:
    """Ends of the values: printed, else those that the variable can have."""
    variable = evidence.ledger.variables.get(measure.where.text)
    least, most = (evidence.beside(claim, name) for name in ("min", "max"))
    if least and most and least.value.relation == most.value.relation == "=":
        ends = ends_of(least.value)[0], ends_of(most.value)[1]
        return *ends, [least.claim, most.claim]
    is_same = variable and measure.unit.rstrip("s") in ("", variable.unit.rstrip("s"))
    if variable and variable.type in ("integer", "decimal", "grade") and is_same:
        return float(variable.domain[0]), float(variable.domain[-1]), []
    return -inf, inf, []
