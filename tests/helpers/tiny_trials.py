"""Trials so small that every cohort can be listed: what the solver says must then be exact.

A profile is one patient's values; a cohort of n is a multiset of n profiles. Counts come from
the ledger's evaluator, all else from the ground floor, on each cohort in turn.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cache, cached_property
from itertools import combinations_with_replacement, product
from random import Random

import numpy as np

from numbercheck.ledger.expressions import Expression
from numbercheck.ledger.records import Ledger
from numbercheck.ledger.rows import Assumption, Claim, Family, Measure, Variable
from numbercheck.recount import Cohorts
from numbercheck.statistics.contingency import p_value
from numbercheck.statistics.proportions import interval
from numbercheck.statistics.quantiles import quantile
from numbercheck.statistics.rounding import format_rounded, shift
from numbercheck.statistics.survival import kaplan_meier, survival_at

SHARES = {"median": 0.5, "p25": 0.25, "p75": 0.75}


def variable(name: str, kind: str, values: str = "", evaluable: str = "", source: str = ""):
    return Variable(name, name, kind, values, "", Expression(evaluable), source)


def measure(name: str, kind: str = "count", where: str = "", among: str = "", **more: str):
    unit = "%" if kind == "survival" else ""
    told = {"by": "", "against": "", "endpoint": "", "horizon": "", "family": "", "unit": unit}
    told |= more
    return Measure(
        measure=name,
        label=name,
        kind=kind,
        where=Expression(where),
        among=Expression(among),
        by=Expression(told.pop("by")),
        **told,
    )


def claim(about: str, statistic: str, printed: str, copy: str = "") -> Claim:
    return Claim(f"{about}_{statistic}{copy}", "Text", about, statistic, printed)


def rule(name: str, expression: str, switchable: str = "yes") -> Assumption:
    return Assumption(name, name, Expression(expression), "", "", "", switchable)


def keyed(records: Iterable) -> dict:
    return {next(iter(vars(r).values())): r for r in records}


A, B = variable("a", "flag"), variable("b", "flag", evaluable="a")
C, G = variable("c", "category", "x|y|z"), variable("g", "grade", "0|1|3")
ARM = variable("arm", "category", "x|y")
K = variable("k", "integer", "1..4", evaluable="a")
OS = (
    variable("os", "integer", "1..4", source="ADTTE.OS days"),
    variable("died", "flag", source="ADTTE.OS event"),
)
SHORT = (variable("os", "integer", "1..3", source="ADTTE.OS days"), OS[1])
PFS = (
    variable("pfs", "integer", "1..3", source="ADTTE.PFS days"),
    variable("failed", "flag", source="ADTTE.PFS event"),
)
ORIGIN = (rule("origin", "pfs <= os", "no"), rule("death", "not died or failed", "no"))
FOLLOWED = rule("followed", "failed or pfs == os")
SCHEMES = {  # columns, rules, most patients
    "counts": ((A, B, C), (rule("a_or_x", 'a or c == "x"'),), 5),
    "grades": ((A, G, C), (rule("g_needs_a", "g == 0 or a"),), 5),
    "numbers": ((A, B, K), (rule("b_late", "not b or k >= 2"),), 4),
    "times": ((*OS, A, B), (rule("b_lives", "not b or os >= 2"),), 4),
    "endpoints": ((*SHORT, *PFS), (*ORIGIN, FOLLOWED), 3),
    "arms": ((*SHORT, ARM, A), (rule("a_in_arm_x", 'not a or arm == "x"'),), 4),
}
SELECTIONS = {
    "counts": ("a", "b", "not b", 'c == "x"', 'a and c != "x"', 'b or c == "y"', "not a"),
    "grades": ("a", "g >= 1", "g >= 3", 'c in ["x", "y"]', 'g >= 1 or c == "z"', "not a"),
    "numbers": ("a", "b", "not b", "k >= 3", "k == 2", "2 < k", "b and k <= 3", "not (k > 2)"),
    "times": ("a", "b", "died", "os >= 3", "died and os <= 2", "not b and os > 1.5", "not b"),
    "arms": ("died", "a", 'arm == "x"', "os >= 2", 'died and arm == "y"', "os <= 2.5", "not a"),
    "endpoints": ("died", "failed", "pfs >= 2", "failed and not died", "os <= 2.5", "pfs < os"),
}
AMONG = {
    "counts": ("", "a", "not b", 'c == "x"'),
    "grades": ("", "a", "g >= 1"),
    "numbers": ("", "a", "k >= 2"),
    "times": ("", "a", "died"),
    "endpoints": ("", "failed"),
    "arms": ("", "a", 'arm == "y"'),
}
FAMILIES = (
    Family("limits", "wilson", "", "", ""),
    Family("test", "chi2", "", "", ""),
    Family("order", "quantile-7", "", "", ""),
    Family("curve", "log", "", "", ""),
)

LEFT_OUT = -1  # in place of the number of a patient who is not counted


@dataclass(frozen=True)
class Tiny:
    """A ledger about few patients, and all cohorts that its columns allow.

    Every time is a multiple of ``step`` days.
    """

    scheme: str
    ledger: Ledger
    n: int
    step: int = 1

    @cached_property
    def profiles(self) -> dict[str, list]:
        """Every patient that can be: evaluable where known, whatever the rules."""
        names = list(self.ledger.variables)
        possible = [
            [*self._values(v), *([None] if v.evaluable.text else [])]
            for v in self.ledger.variables.values()
        ]
        columns = dict(zip(names, zip(*product(*possible), strict=True), strict=True))
        table = Cohorts(self.ledger, [columns])
        keep = np.ones(table.shape[1], dtype=bool)
        for name, v in self.ledger.variables.items():
            if v.evaluable.text:
                keep &= table.columns[name].known[0] == table.select(v.evaluable)[0]
        return {k: [x for x, kept in zip(v, keep, strict=True) if kept] for k, v in columns.items()}

    def _values(self, of: Variable) -> tuple:
        return of.domain[self.step - 1 :: self.step] if of.source.endswith("days") else of.domain

    @cached_property
    def table(self) -> Cohorts:
        """The profiles, for the ledger's evaluator."""
        return Cohorts(self.ledger, [self.profiles])

    @cached_property
    def cohorts(self) -> np.ndarray:
        """Profiles of each cohort, shape (cohorts, n)."""
        size = len(next(iter(self.profiles.values())))
        return np.array(list(combinations_with_replacement(range(size), self.n)))

    def count(self, *expressions: Expression) -> np.ndarray:
        """Number of patients, in each cohort, for whom all expressions are true."""
        return self.table.select(*expressions)[0][self.cohorts].sum(axis=1)

    def obeys(self, assumption: Assumption) -> np.ndarray:
        """Cohorts in which no patient contradicts an assumption."""
        values, known = assumption.expression.evaluate(self.table.columns)
        broken = np.broadcast_to(known & ~values.astype(bool), self.table.shape)[0]
        return ~broken[self.cohorts].any(axis=1)

    def values(self, about: Measure, statistic: str) -> np.ndarray:
        """A statistic of each cohort, NaN where it is not defined."""
        if about.kind == "count":
            return self._proportion(about, statistic)
        if about.kind == "comparison":
            return self.p_values(about)
        if about.kind == "quantity":
            return self._quantity(about, statistic)
        return self._survival(about, statistic)

    def _proportion(self, about: Measure, statistic: str) -> np.ndarray:
        counts = [self.count(about.where, about.among), self.count(about.among)]
        method = self.ledger.method(about)
        return _mapped(lambda k, n: _proportion(k, n, statistic, method), np.transpose(counts))

    def p_values(self, about: Measure) -> np.ndarray:
        """P value of each cohort's table."""
        no = {e: Expression(f"not ({e.text})") for e in (about.where, about.by)}
        groups = ((about.by, no[about.by]), (about.where, no[about.where]))
        cells = [self.count(g, e, about.among) for g, e in product(*groups)]
        method = self.ledger.method(about)
        return _mapped(lambda a, b, c, d: p_value([[a, b], [c, d]], method), np.transpose(cells))

    def _quantity(self, about: Measure, statistic: str) -> np.ndarray:
        values, known = (part[0] for part in self.table.columns[about.where.text])
        chosen = known & self.table.select(about.among)[0]
        kind = int(self.ledger.method(about).removeprefix("quantile-"))
        numbers = np.where(chosen, values, LEFT_OUT).astype(int)[self.cohorts]
        return _mapped(
            lambda *who: _order([x for x in who if x != LEFT_OUT], statistic, kind),
            np.sort(numbers, axis=1),
        )

    def survival_on(self, about: Measure, day: float, statistic: str = "estimate") -> np.ndarray:
        """Estimate, or a limit, in percent, on a day; or number at risk, or of events."""
        method = self.ledger.method(about)
        return self._of_curve(about, lambda who: _curve(who, day, statistic, method))

    def has_time(self, told: Claim) -> np.ndarray:
        """Whether a median or quartile of a curve, in days, can be what is printed.

        From the first time that the curve is as low to the first that it is lower, any may be.
        """
        share, printed = 1 - SHARES[told.statistic], told.value
        low, high = map(float, printed.ends) if printed.relation != "unreached" else (np.inf,) * 2
        low = 0.0 if "<" in printed.relation else low
        high = np.inf if ">" in printed.relation else high

        def holds(who: list[tuple[int, bool]]) -> bool:
            if not who:
                return False
            curve = _fit(tuple(who), "log")["survival"]
            first, lower = (_until(curve[curve < share + off]) for off in (1e-9, -1e-9))
            return first <= high * 1.03 and lower >= low / 1.03

        return self._of_curve(self.ledger.measures[told.measure], holds) > 0

    def _of_curve(self, about: Measure, function) -> np.ndarray:
        """What a function makes of each cohort's times and events, in order."""
        names = {v.source: v.variable for v in self.ledger.variables.values()}
        time, event = (
            self.profiles[names[f"ADTTE.{about.endpoint} {w}"]] for w in ("days", "event")
        )
        inside = self.table.select(about.among)[0]
        seen = [
            2 * t + e if keep else LEFT_OUT for t, e, keep in zip(time, event, inside, strict=True)
        ]
        return _mapped(
            lambda *who: function([(x // 2, bool(x % 2)) for x in who if x != LEFT_OUT]),
            np.sort(np.array(seen)[self.cohorts], axis=1),
        )

    def _survival(self, about: Measure, statistic: str) -> np.ndarray:
        return self.survival_on(about, float(about.horizon), statistic)

    def holds(self, row: str) -> np.ndarray:
        """Cohorts that satisfy one row."""
        if row in self.ledger.assumptions:
            return self.obeys(self.ledger.assumptions[row])
        told = self.ledger.claims[row]
        about = self.ledger.measures[told.measure]
        if about.kind == "quantity" and not about.where.text:
            return self.has_time(told)
        values = self.values(about, told.statistic)
        distinct, at = np.unique(values, return_inverse=True)
        return np.array([told.value.admits(float(v)) for v in distinct])[at]

    @cached_property
    def satisfied(self) -> dict[str, np.ndarray]:
        """For each row the cohorts that satisfy it."""
        return {row: self.holds(row) for row in (*self.ledger.claims, *self.ledger.assumptions)}

    def consistent(self, rows: Iterable[str]) -> np.ndarray:
        """Cohorts that satisfy all of some rows."""
        found = np.ones(len(self.cohorts), dtype=bool)
        for row in rows:
            found &= self.satisfied[row]
        return found


def _mapped(function, cases: np.ndarray) -> np.ndarray:
    """Apply a function to each row of numbers, once for equal rows."""
    distinct, at = np.unique(cases, axis=0, return_inverse=True)
    return np.array([function(*row) for row in distinct.tolist()], dtype=float)[at]


def _proportion(k: int, n: int, statistic: str, method: str) -> float:
    if statistic in ("n", "N"):
        return k if statistic == "n" else n
    if not n:
        return np.nan
    limits = interval(k, n, method) if statistic != "percent" else (0.0, 0.0)
    return 100 * {"percent": k / n, "conf_low": limits[0], "conf_high": limits[1]}[statistic]


def _order(values: list[int], statistic: str, kind: int) -> float:
    if not values:
        return np.nan
    if statistic in ("min", "max"):
        return {"min": min, "max": max}[statistic](values)
    return quantile(values, SHARES[statistic], kind)


def _curve(who: Iterable[tuple[int, bool]], day: float, statistic: str, method: str) -> float:
    if statistic == "n_event":
        return sum(e and t <= day for t, e in who)
    if statistic == "at_risk":
        return sum(t >= day for t, e in who)
    if not who:
        return np.nan
    column = {"estimate": "survival", "conf_low": "lower", "conf_high": "upper"}[statistic]
    if statistic != "estimate" and method not in ("log", "plain") and day < min(who)[0]:
        return np.nan  # survival is 1, where only these two scales have limits
    return 100 * float(_read(tuple(who), day, method)[column])


def _until(lower) -> float:
    """First time of a curve's lower part; infinity where there is none."""
    return lower.index[0] if len(lower) else np.inf


@cache
def _read(who: tuple[tuple[int, bool], ...], day: float, method: str):
    return survival_at(_fit(who, method), [day]).iloc[0]


@cache
def _fit(who: tuple[tuple[int, bool], ...], method: str):
    return kaplan_meier(*zip(*who, strict=True), method)


def draw(
    seed: int, scheme: str = "", more: Iterable[Assumption] = (), conf_type: str = "log"
) -> Tiny:
    """Draw a tiny trial whose claims are printed from one of its cohorts.

    More rules than the scheme's hold where some cohort obeys them all.
    """
    random = Random(seed)  # noqa: S311 - draws patients, keeps no secret
    scheme = scheme or random.choice(list(SCHEMES))
    columns, rules, most = SCHEMES[scheme]
    families = keyed(replace(f, method=conf_type) if f.family == "curve" else f for f in FAMILIES)
    empty = Ledger({}, {}, families, keyed(columns), assumptions=keyed([*rules, *more]))
    measures = _measures(scheme, random)
    tiny = Tiny(scheme, replace(empty, measures=keyed(measures)), random.randint(2, most))
    lawful = tiny.consistent(tiny.ledger.assumptions).nonzero()[0]
    if not len(lawful):
        return draw(seed, scheme, conf_type=conf_type)
    truth = int(random.choice(lawful))
    return _printed(tiny, measures, tiny.cohorts, truth, random)


def draw_large(seed: int, step: int = 1) -> Tiny:
    """Draw a trial of ten to forty patients, few with events: one cohort, and what it prints.

    Each day counts as ``step`` days.
    """
    random = Random(seed)  # noqa: S311 - as above
    scheme = random.choice(list(SCHEMES))
    columns, rules, _ = SCHEMES[scheme]
    columns = [_longer(column, step) for column in columns]
    rules = [replace(r, expression=stretched(r.expression.text, step)) for r in rules]
    empty = Ledger({}, {}, keyed(FAMILIES), keyed(columns), assumptions=keyed(rules))
    measures = [_later(about, step) for about in _measures(scheme, random)]
    trial = Tiny(scheme, replace(empty, measures=keyed(measures)), random.randint(10, 40), step)
    one_each = replace(trial, n=1)
    lawful = one_each.cohorts[one_each.consistent(trial.ledger.assumptions), 0]
    events = [v.variable for v in columns if v.source.endswith("event")]
    had = [any(one_each.profiles[e][i] for e in events) for i in lawful]
    cohort = random.choices(lawful, [0.1 if event else 1.0 for event in had], k=trial.n)
    return _printed(trial, measures, np.array([cohort]), 0, random)


def stretched(text: str, step: int) -> Expression:
    """A condition in which each day counts as some days."""
    days = re.compile(r"\b(os|pfs) ([<>=]=?) ([\d.]+)")
    return Expression(days.sub(lambda m: f"{m[1]} {m[2]} {float(m[3]) * step:g}", text))


def _longer(column: Variable, step: int) -> Variable:
    if not column.source.endswith("days"):
        return column
    return replace(column, values=f"1..{len(column.domain) * step}")


def _later(about: Measure, step: int) -> Measure:
    horizon = f"{float(about.horizon) * step:g}" if about.horizon else ""
    read = {name: stretched(getattr(about, name).text, step) for name in ("where", "among", "by")}
    return replace(about, **read, horizon=horizon)


def _printed(
    trial: Tiny, measures: list[Measure], cohorts: np.ndarray, truth: int, random: Random
) -> Tiny:
    """Print some statistics of one cohort into the ledger."""
    drawn = replace(trial)
    drawn.__dict__["cohorts"] = cohorts[[truth]]
    claims = [claim("all", "n", str(trial.n))]
    for about in measures[1:]:
        for statistic in _statistics(about, random):
            (value,) = drawn.values(about, statistic)
            if np.isfinite(value):
                claims.append(claim(about.measure, statistic, _print(value, statistic, random)))
    printed = replace(trial, ledger=replace(trial.ledger, claims=keyed(claims)))
    printed.__dict__["cohorts"] = cohorts
    return printed


def spoil(tiny: Tiny, seed: int) -> Tiny:
    """Change up to three printed numbers by a few units of their last digit."""
    random, claims = Random(seed), dict(tiny.ledger.claims)  # noqa: S311 - as above
    changeable = [c for c in claims if c != "all_n"]
    for slug in random.sample(changeable, min(len(changeable), random.randint(1, 3))):
        text = shift(claims[slug].value, random.choice((-2, -1, 1, 2))).text
        if "-" not in text:
            claims[slug] = replace(claims[slug], printed=text)
    return replace(tiny, ledger=replace(tiny.ledger, claims=claims))


def _measures(scheme: str, random: Random) -> list[Measure]:
    chosen = [measure("all")]
    for i, where in enumerate(random.sample(SELECTIONS[scheme], 3)):
        among = random.choice(AMONG[scheme])
        chosen.append(measure(f"m{i}", where=where, among=among, family="limits"))
    if scheme in ("counts", "grades", "times"):
        where, by = random.sample(SELECTIONS[scheme][:4], 2)
        chosen.append(measure("p", "comparison", where, by=by, family="test"))
    if scheme == "numbers":
        chosen.append(measure("k", "quantity", "k", family="order"))
        chosen.append(measure("k_b", "quantity", "k", "b", family="order"))
    if scheme == "arms":
        for among in ('arm == "x"', 'not arm == "x"', "a"):
            told = {"endpoint": "OS", "horizon": "3", "family": "curve"}
            chosen.append(measure(f"os_{len(chosen)}", "survival", among=among, **told))
    if scheme in ("times", "endpoints"):
        chosen.append(measure("fu", "quantity", "os", family="order"))
        for horizon in ("2.5", "3"):
            told = {"endpoint": "OS", "horizon": horizon, "family": "curve"}
            chosen.append(measure(f"os_{horizon[0]}", "survival", **told))
    if scheme == "endpoints":
        told = {"endpoint": "PFS", "horizon": "3", "family": "curve"}
        chosen.append(measure("pfs_3", "survival", **told))
    return chosen


def _statistics(about: Measure, random: Random) -> list[str]:
    known = {
        "count": ("n", "percent", "N", "conf_low", "conf_high"),
        "quantity": ("median", "p25", "p75", "min", "max"),
        "survival": ("estimate", "conf_low", "conf_high", "n_event", "at_risk"),
        "comparison": ("p_value",),
    }[about.kind]
    return [s for s in known if random.random() < 0.3]


def _print(value: float, statistic: str, random: Random) -> str:
    if statistic in ("n", "N", "n_event", "at_risk"):
        return str(round(value))
    decimals = random.choice((2, 3)) if statistic == "p_value" else random.choice((0, 1))
    return format_rounded(value, decimals)
