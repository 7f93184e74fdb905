"""Invented trials of arms: effects, means, hazard ratios, rates and incidence, printed right.

Counts and values are drawn; what is printed of them comes from SciPy, from the likelihood, or
from functions that the tests hold against R.
"""

from math import exp, inf, isnan, sqrt
from random import Random

import numpy as np
from scipy import stats
from sketch import Sketch

from numbercheck.statistics import effects
from numbercheck.statistics.contingency import p_value
from numbercheck.statistics.rates import METHODS as RATES
from numbercheck.statistics.rates import rate_interval
from numbercheck.statistics.rounding import format_rounded
from numbercheck.statistics.survival import cumulative_incidence

EFFECTS = {
    "difference": (effects.difference, tuple(effects.DIFFERENCES)),
    "odds_ratio": (effects.odds_ratio, tuple(effects.ODDS_RATIOS)),
    "risk_ratio": (effects.risk_ratio, tuple(effects.RISK_RATIOS)),
}
LIMITS = ("conf_low", "conf_high")


class Arms:
    """Two or three arms of one trial, and what is printed to compare them."""

    def __init__(self, seed: int) -> None:
        self.rng, self.draws = Random(seed), np.random.default_rng(seed)  # noqa: S311
        self.sketch, codes = Sketch(), "ABC"[: self.rng.choice((2, 2, 2, 3))]
        self.sizes = {code: self.rng.randrange(8, 400) for code in codes}
        self.level = self.rng.choice((0.95, 0.95, 0.95, 0.9))
        self.decimals = self.rng.choice((1, 2, 2, 3))
        self.sketch.variable("arm", codes="|".join(codes))
        for code, n in self.sizes.items():
            self.sketch.everyone(n, f"arm_{code}", self.among(code))
        parts = [self.effect, self.table, self.values, self.hazard, self.rate, self.incidence]
        for part in self.rng.sample(parts, 3):
            part()

    @staticmethod
    def among(code: str) -> str:
        """Selection of an arm."""
        return f'arm == "{code}"'

    @property
    def by(self) -> str:
        """How the arms are compared, the first one against the other."""
        if len(self.sizes) > 2:
            return "arm"
        return self.rng.choice(('arm == "A"', 'not arm == "B"', "arm"))

    def cells(self, method: str = "") -> dict[str, str]:
        """Level and, now and then, the method of a comparison."""
        stated = method if self.rng.random() < 0.4 else ""
        return {"level": "" if self.level == 0.95 else str(self.level), "method": stated}

    def say(self, measure: str, values: dict[str, float], decimals: int, unit: str = "") -> None:
        """Print numbers that are defined."""
        for name, value in values.items():
            if not isnan(value) and abs(value) < 1e4:
                self.sketch.print(measure, name, format_rounded(value, decimals) + unit)

    def p(self, measure: str, p: float) -> None:
        """Print a P value as articles do."""
        text = "<0.001" if p < 0.001 else format_rounded(p, self.rng.choice((2, 3)))
        if not isnan(p):
            self.sketch.print(measure, "p_value", text)

    def effect(self) -> None:
        """An event in each arm, and one effect with its limits and a P value."""
        s, rng = self.sketch, self.rng
        s.variable("cured")
        events = {code: rng.randrange(n + 1) for code, n in self.sizes.items()}
        for code, k in events.items():
            s.count(f"cured_{code}", "cured", k, among=self.among(code))
        if len(self.sizes) > 2:
            return
        name = rng.choice(list(EFFECTS))
        of, methods = EFFECTS[name]
        method = rng.choice(methods)
        counts = [x for code, n in self.sizes.items() for x in (events[code], n)]
        values = of(*counts, method, self.level)
        s.measure("effect", "comparison", where="cured", by=self.by, **self.cells(method))
        is_percent = name == "difference" and rng.random() < 0.6
        scale = 100.0 if is_percent else 1.0
        estimate, low, high = (scale * x for x in values)
        decimals = rng.choice((0, 1)) if is_percent else max(self.decimals, 2)
        unit = "%" if is_percent else ""
        self.say("effect", {name: estimate}, decimals, unit)
        if low > -inf and high < inf and not isnan(low + high):
            self.say("effect", {"conf_low": low, "conf_high": high}, decimals, unit)
        table = [[events[c], n - events[c]] for c, n in self.sizes.items()]
        if rng.random() < 0.5:
            s.measure("tested", "comparison", where="cured", by=self.by)
            self.p("tested", p_value(table, rng.choice(("fisher", "chi2", "chi2-yates", "g"))))

    def table(self) -> None:
        """A category by arm, with a test that may be of ranks."""
        s, rng = self.sketch, self.rng
        codes = ("0", "1", "2", "3")[: rng.choice((3, 4))]
        s.variable("ecog", codes="|".join(codes))
        rows = [
            self.draws.multinomial(n, [1 / len(codes)] * len(codes)) for n in self.sizes.values()
        ]
        for code, row in zip(self.sizes, rows, strict=True):
            for value, k in zip(codes, row, strict=True):
                among = self.among(code)
                s.count(f"ecog_{code}{value}", f'ecog == "{value}"', int(k), among=among)
        s.measure("by_ecog", "comparison", where="ecog", by="arm")
        ranks = [np.repeat(range(len(codes)), row) for row in rows]
        tests = {
            "chi2": lambda: float(stats.chi2_contingency(rows).pvalue),
            "g": lambda: p_value([list(map(int, row)) for row in rows], "g"),
            "kruskal": lambda: float(stats.kruskal(*ranks).pvalue),
        }
        self.p("by_ecog", tests[rng.choice(("chi2", "chi2", "g", "kruskal"))]())

    def values(self) -> None:
        """A quantity in each arm with mean and deviation, and a test of the means or of ranks."""
        s, rng = self.sketch, self.rng
        whole = rng.random() < 0.5
        s.number("score", "0..1000", "points", "integer" if whole else "decimal")
        shape = rng.choice((2.0, 9.0))
        values = [self.draws.gamma(shape, 6, n) + rng.choice((0, 3)) for n in self.sizes.values()]
        values = [np.round(v) if whole else v for v in values]
        spread = rng.choice(("sd", "sd", "se"))
        for code, v in zip(self.sizes, values, strict=True):
            name = f"score_{code}"
            s.measure(name, "quantity", where="score", among=self.among(code), unit="points")
            sd = float(v.std(ddof=1))
            error, t = sd / sqrt(len(v)), float(stats.t.ppf((1 + self.level) / 2, len(v) - 1))
            given = {"mean": float(v.mean()), spread: sd if spread == "sd" else error}
            self.say(name, given, self.decimals)
            if rng.random() < 0.3:
                self.say(name, {"min": float(v.min()), "max": float(v.max())}, self.decimals)
            if rng.random() < 0.4:
                self.say(name, {"median": float(np.median(v))}, self.decimals)
            elif rng.random() < 0.5 and self.level == 0.95:
                limits = [given["mean"] + side * t * error for side in (-1, 1)]
                self.say(name, dict(zip(LIMITS, limits, strict=True)), self.decimals)
            elif rng.random() < 0.5 and self.level == 0.95:
                self.say(name, {"half_width": t * error}, self.decimals)
        self.compare_values(values)

    def compare_values(self, values: list[np.ndarray]) -> None:
        """The difference of two means with limits, or a P value of several."""
        s, rng = self.sketch, self.rng
        if len(values) > 2:
            s.measure("by_score", "comparison", where="score", by="arm")
            test = rng.choice((stats.f_oneway, stats.kruskal))
            self.p("by_score", float(test(*values).pvalue))
            return
        method = rng.choice(("student", "welch"))
        result = stats.ttest_ind(*values, equal_var=method == "student")
        gap = float(values[0].mean() - values[1].mean())
        ends = result.confidence_interval(self.level)
        s.measure("by_score", "comparison", where="score", by=self.by, **self.cells(method))
        given = {"difference": gap, "conf_low": float(ends.low), "conf_high": float(ends.high)}
        if s.measures["by_score"].by.text != "arm" or rng.random() < 0.5:
            self.say("by_score", given, self.decimals)
        is_ranked = rng.random() < 0.3 and not s.measures["by_score"].method
        ranked = stats.mannwhitneyu(*values).pvalue
        self.p("by_score", float(ranked if is_ranked else result.pvalue))

    def hazard(self) -> None:
        """A Cox model with Wald's limits and the P value of Wald's or of the score test."""
        if len(self.sizes) > 2:
            return
        s, rng = self.sketch, self.rng
        group = np.repeat([1.0, 0.0], list(self.sizes.values()))
        ratio = exp(rng.uniform(-1.2, 1.2))
        time = self.draws.exponential(1 / np.where(group == 1, ratio, 1.0))
        censored = self.draws.exponential(rng.uniform(0.3, 3), len(group))
        event = time <= censored
        beta, information, score = _cox(np.minimum(time, censored), event, group)
        if event.sum() < 4 or information <= 0.3 or abs(beta) > 5:
            return
        s.measure("hazard", "comparison", endpoint="OS", by='arm == "A"', **self.cells())
        z, error = float(stats.norm.ppf((1 + self.level) / 2)), 1 / sqrt(information)
        values = [exp(beta + side * z * error) for side in (0, -1, 1)]
        if format_rounded(values[1], 2) == "0.00":
            return
        names = ("hazard_ratio", *LIMITS)
        self.say("hazard", dict(zip(names, values, strict=True)), rng.choice((2, 2, 3)))
        wald = 2 * float(stats.norm.sf(abs(beta) / error))
        self.p("hazard", wald if rng.random() < 0.5 else float(stats.chi2.sf(score, 1)))
        if rng.random() < 0.6:
            s.print("hazard", "n_event", int(event.sum()))

    def rate(self) -> None:
        """Events per person-time."""
        s, rng = self.sketch, self.rng
        events, time = rng.randrange(1, 80), rng.uniform(50, 3000)
        scale = rng.choice((1, 100, 1000))
        s.measure("stroke", "rate", endpoint="stroke", unit=f"per {scale} years", **self.cells())
        s.print("stroke", "n_event", events)
        self.say("stroke", {"person_time": time}, rng.choice((0, 1)))
        limits = rate_interval(events, time, rng.choice(RATES), self.level)
        values = scale * events / time, scale * limits[0], scale * limits[1]
        self.say("stroke", dict(zip(("rate", *LIMITS), values, strict=True)), self.decimals)

    def incidence(self) -> None:
        """Cumulative incidence beside a competing event, with R's limits, at two times."""
        s, rng = self.sketch, self.rng
        n = self.sizes["A"]
        time, other, end = (self.draws.exponential(scale, n) for scale in (900, 1500, 1200))
        first = np.minimum(np.minimum(time, other), end)
        cause = np.where(first == time, 1, np.where(first == other, 2, 0))
        if not (cause == 1).any():
            return
        curve = cumulative_incidence(first, cause, self.level).loc[1]
        for days in (365, 730):
            before = curve[curve.index <= days]
            if len(before) and before["incidence"].iloc[-1] > 0:
                name = f"relapse_{days}"
                cells = {"endpoint": "relapse", "horizon": str(days), "unit": "%"}
                s.measure(name, "incidence", among=self.among("A"), **cells, **self.cells())
                row = [100 * float(before[c].iloc[-1]) for c in ("incidence", "lower", "upper")]
                self.say(
                    name, dict(zip(("estimate", *LIMITS), row, strict=True)), rng.choice((0, 1))
                )


def _cox(time: np.ndarray, event: np.ndarray, group: np.ndarray) -> tuple[float, float, float]:
    """Log hazard ratio, its information, and the score test, by Newton's method."""
    order = np.argsort(-time)
    event, group = event[order], group[order]
    first, all_ = np.cumsum(group), np.arange(1, len(group) + 1.0)
    beta, score = 0.0, inf
    for step in range(30):
        share = first * exp(beta) / (first * exp(beta) + all_ - first)
        gradient = float((group - share)[event].sum())
        information = float((share * (1 - share))[event].sum())
        if information < 1e-8:
            return 0.0, 0.0, 0.0
        score = gradient**2 / information if step == 0 else score
        beta += max(min(gradient / information, 1.0), -1.0)
    return beta, information, score
