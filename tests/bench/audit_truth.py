"""Thousands of invented trials whose numbers are right, printed by random conventions, with faults.

The numbers come from SciPy, exact fractions and simulated patients. Half of the ledgers are right
as they are; in each of the others one number is printed wrong. A mismatch anywhere in a right
ledger, or away from the fault in a wrong one, is a false alarm.
"""

from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from fractions import Fraction
from itertools import pairwise
from math import isnan, sqrt
from multiprocessing import get_context
from random import Random

import numpy as np
from kinds import Arms
from measuring import Row, Section
from scipy.stats import beta, binomtest, chi2_contingency, fisher_exact, norm
from sketch import Sketch

from numbercheck.audit import Verdict, audit
from numbercheck.ledger.records import Ledger
from numbercheck.statistics.rounding import Printed, format_rounded
from numbercheck.statistics.survival import kaplan_meier, survival_at

LEDGERS = 5_000
SIDED = {"lower": "conf_low", "upper": "conf_high"}
LEVELS = (0.95,) * 6 + (0.8, 0.9, 0.975, 0.99)


def scipy_limits(k: int, n: int, method: str, level: float) -> tuple[float, float]:
    """Limits in percent, by SciPy or by the textbook's formula; those of Wald uncut."""
    scipy_names = {"wilson": "wilson", "wilson-cc": "wilsoncc", "clopper-pearson": "exact"}
    if method in scipy_names:
        found = binomtest(k, n).proportion_ci(level, scipy_names[method])
        return 100 * found.low, 100 * found.high
    if method == "jeffreys":
        ends = beta.ppf([(1 - level) / 2, (1 + level) / 2], k + 0.5, n - k + 0.5)
        return 100 * ends[0] * (k > 0), 100 * (ends[1] if k < n else 1.0)
    z = norm.ppf((1 + level) / 2)
    if method == "agresti-coull":
        k, n = k + z**2 / 2, n + z**2  # type: ignore[assignment]
    reach = z * sqrt(k / n * (1 - k / n) / n)
    return 100 * (k / n - reach), 100 * (k / n + reach)


METHODS = ("wilson", "clopper-pearson", "agresti-coull", "jeffreys", "wald", "wilson-cc")


class Trial:
    """An invented trial, printed by conventions that were drawn for it."""

    def __init__(self, seed: int) -> None:
        self.rng = rng = Random(seed)  # noqa: S311  # a fixed seed, not a secret
        self.sketch, self.decimals = Sketch(), rng.choice((0, 0, 1, 1, 2))
        self.method, self.is_cut = rng.choice(METHODS), rng.random() < 0.7
        self.level, self.family = rng.choice(LEVELS), ""
        self.is_stated = rng.random() < 0.6
        if self.is_stated:
            self.family = self.sketch.family("proportions", self.method)
        self.n = rng.randrange(20, 400)
        self.sketch.everyone(self.n)
        parts = [self.arms, self.counts, self.partition, self.quantity, self.survival]
        parts += [self.pairs, self.cited, self.known, self.words]
        for part in rng.sample(parts, rng.randrange(2, 5)):
            part()

    def percent(self, k: int, n: int) -> str:
        """A percentage, with or without its sign."""
        return format_rounded(Fraction(100 * k, n), self.decimals) + self.rng.choice(("%", ""))

    def count(self, name: str, k: int, n: int, among: str = "", where: str = "") -> None:
        """A count with whatever is printed of it."""
        s, rng = self.sketch, self.rng
        level = "" if self.level == 0.95 else str(self.level)
        side = rng.choice(("lower", "upper")) if rng.random() < 0.1 else ""
        cells = {"family": self.family, "level": level, "sides": side}
        s.measure(name, where=where or name, among=among, **cells)
        place = f"Table {rng.randrange(1, 4)} · {name}"
        s.print(name, "n", k, place)
        if rng.random() < 0.3:
            s.print(name, "N", n, place)
        if 0 < 100 * k < n:
            s.print(name, "percent", "<1%", place)
        elif rng.random() < 0.8:
            s.print(name, "percent", self.percent(k, n), place)
            if rng.random() < 0.2:
                s.print(name, "percent", format_rounded(Fraction(100 * k, n), 0), "Abstract")
        if rng.random() < 0.5:
            self.limits(name, k, n, side, place)

    def limits(self, name: str, k: int, n: int, side: str, place: str) -> None:
        """Limits of a count by the trial's own method, of which one may be missing."""
        level = 2 * self.level - 1 if side else self.level
        ends = scipy_limits(k, n, self.method, level)
        if self.is_cut:
            ends = max(ends[0], 0.0), min(ends[1], 100.0)
        decimals = self.decimals + self.rng.choice((0, 0, 1))
        for statistic, end in zip(("conf_low", "conf_high"), ends, strict=True):
            if not side or statistic == SIDED[side]:
                self.sketch.print(name, statistic, format_rounded(end, decimals), place)

    def counts(self) -> None:
        """Events among everyone, some of them in a subset."""
        for at in range(self.rng.randrange(1, 5)):
            self.count(f"event{at}", self.rng.randrange(self.n + 1), self.n)
        size = self.rng.randrange(5, self.n)
        self.count("evaluable", size, self.n)
        self.count("late", self.rng.randrange(size + 1), size, "evaluable")
        one, other = "old and evaluable", "evaluable and old"
        old = self.rng.randrange(1, size + 1)
        self.count("old", old, size, among="evaluable", where=self.rng.choice(("old", one)))
        self.count("old_late", self.rng.randrange(old + 1), old, self.rng.choice((one, other)))

    def known(self) -> None:
        """Groups by a marker that is known for some patients only."""
        s, rng = self.sketch, self.rng
        n = rng.randrange(8, self.n)
        n1 = rng.randrange(2, n - 1)
        events = rng.randrange(n1 + 1), rng.randrange(n - n1 + 1)
        s.variable("marker", evaluable="tested")
        s.variable("tested")
        s.measure("tested", where="tested")
        s.print("tested", "n", n)
        self.count("marked", n1, n, among="tested", where="marker")
        for name, k, size, among in (
            ("in_marked", events[0], n1, "marker"),
            ("in_others", events[1], n - n1, "not marker"),
        ):
            self.count(name, k, size, among=among, where="healed")
        if 0 < sum(events) < n:
            table = [[events[0], n1 - events[0]], [events[1], n - n1 - events[1]]]
            self.p_value(table, rng.choice(("marker", "not marker")), "healed", "by_marker")

    def words(self) -> None:
        """A rate in words against one that another trial prints, by a stated test."""
        s, rng = self.sketch, self.rng
        k, rate = rng.randrange(self.n + 1), rng.randrange(1, 100)
        self.count("seen", k, self.n)
        s.measure("elsewhere", "external", unit="%")
        s.print("elsewhere", "value", f"{rate}%")
        family = s.family("rates", "exact-binomial")
        s.measure("lower", "comparison", where="seen", against="elsewhere", family=family)
        p = binomtest(k, self.n, rate / 100).pvalue
        s.print("lower", "p_value", "<0.05" if p < 0.05 else ">=0.05", verbal="yes")

    def partition(self) -> None:
        """Grades that add up to a whole."""
        cuts = sorted(self.rng.sample(range(self.n), 3))
        sizes = [b - a for a, b in pairwise(cuts)]
        for at, size in enumerate(sizes):
            self.count(f"grade{at}", size, self.n)
        self.count("any_grade", sum(sizes), self.n)
        self.sketch.relate("sum", "any_grade == grade0 + grade1")

    def arms(self) -> None:
        """Two arms, an event in each, and P, all written in one of several ways."""
        s, rng = self.sketch, self.rng
        n1 = rng.randrange(5, self.n - 4)
        sizes, by = (n1, self.n - n1), rng.choice(('arm == "A"', 'not arm == "B"', "arm"))
        arms = rng.choice((('arm == "A"', 'arm == "B"'), ('arm == "A"', 'not arm == "A"')))
        s.variable("arm", codes="A|B")
        events = [rng.randrange(n + 1) for n in sizes]
        is_whole = rng.random() < 0.3  # the second arm is what the whole leaves
        for at in range(1 if is_whole else 2):
            if rng.random() < 0.8 or is_whole:
                self.count(f"arm{at}", sizes[at], self.n, where=arms[at])
            else:
                s.measure(f"arm{at}", where=arms[at])
                s.print(f"arm{at}", "n", sizes[at])
            self.count(f"cured{at}", events[at], sizes[at], among=arms[at], where="cured")
        if is_whole:
            self.count("cured", sum(events), self.n)
        table = [[k, n - k] for k, n in zip(events, sizes, strict=True)]
        if 0 < sum(events) < self.n:
            self.p_value(table, by)

    def p_value(
        self, table: list[list[int]], by: str, where: str = "cured", name: str = "compared"
    ) -> None:
        """P of a table by a test that may be stated, as a number, a bound or words."""
        s, rng = self.sketch, self.rng
        expected = chi2_contingency(table, correction=False)
        tests = {
            "fisher": float(fisher_exact(table).pvalue),
            "chi2": float(expected.pvalue),
            "chi2-yates": float(chi2_contingency(table).pvalue),
        }
        test = rng.choice(list(tests))
        if rng.random() < 0.3:
            test = "fisher" if expected.expected_freq.min() < 5 else "chi2"
        p = tests[test]
        family = s.family(f"{test}_tests", test) if rng.random() < 0.5 else ""
        s.measure(name, "comparison", where=where, by=by, family=family)
        if p < 0.001 and rng.random() < 0.8:
            s.print(name, "p_value", "<0.001")
        elif rng.random() < 0.8:
            s.print(name, "p_value", format_rounded(p, rng.randrange(2, 5)))
        elif family or min(tests.values()) > 0.05 or max(tests.values()) < 0.05:
            s.print(name, "p_value", "<0.05" if p < 0.05 else ">=0.05", verbal="yes")

    def quantity(self) -> None:
        """Quantiles of simulated values."""
        values = np.random.default_rng(self.rng.randrange(10**9)).gamma(4, 10, self.n)
        self.sketch.measure("age", "quantity", where="age")
        quantiles = {"min": 0, "p25": 0.25, "median": 0.5, "p75": 0.75, "max": 1}
        for statistic in self.rng.sample(list(quantiles), 3):
            value = float(np.quantile(values, quantiles[statistic]))
            self.sketch.print("age", statistic, format_rounded(value, self.decimals))
        if self.rng.random() < 0.3:
            self.sketch.print("age", "conf_high", self.rng.choice(("NE", "not reached", "–")))

    def survival(self) -> None:
        """A Kaplan-Meier estimate of simulated patients, with limits of some type and level."""
        s, rng = self.sketch, self.rng
        generator = np.random.default_rng(rng.randrange(10**9))
        n = rng.randrange(12, min(40, self.n + 1))
        time, event = generator.integers(1, 900, n), generator.random(n) < 0.4
        conf_type = rng.choice(("log", "log-log", "plain", "logit", "arcsin"))
        level = rng.choice((0.95, 0.95, 0.9))
        curve = kaplan_meier(time, event, conf_type, level)
        row = survival_at(curve, 365.0).iloc[0]
        values = [100 * float(row[c]) for c in ("survival", "lower", "upper")]
        if any(map(isnan, values)):
            return
        s.measure("treated", where="treated")
        s.print("treated", "n", n)
        family = s.family("curves", conf_type) if rng.random() < 0.5 else ""
        cells = {"endpoint": "OS", "horizon": "365", "family": family, "among": "treated"}
        cells["level"] = "" if level == 0.95 else str(level)
        s.measure("os", "survival", unit="%", **cells)
        for statistic, value in zip(("estimate", "conf_low", "conf_high"), values, strict=True):
            s.print("os", statistic, format_rounded(value, 1))

    def pairs(self) -> None:
        """Matched groups with McNemar's P."""
        s, rng = self.sketch, self.rng
        n = rng.randrange(8, min(60, self.n // 2))
        both, first, second = sorted(rng.sample(range(n // 2), 3))
        if first + second == 0 or both + first + second > n:
            return
        s.variable("matched", codes="yes|no")
        for code, k in (("yes", both + first), ("no", both + second)):
            among = f'matched == "{code}"'
            s.everyone(n, f"pair_{code}", among)
            self.count(f"won_{code}", k, n, among=among, where="won")
        s.measure("pairs", "comparison", where="won", by="matched", design="matched")
        p = binomtest(first, first + second).pvalue
        s.print("pairs", "p_value", format_rounded(float(p), rng.randrange(2, 5)))

    def cited(self) -> None:
        """A rate of another trial, as its own report prints it."""
        n = self.rng.randrange(20, 300)
        k = self.rng.randrange(n + 1)
        self.sketch.measure("history", "external", unit="%")
        slug = self.sketch.print("history", "value", format_rounded(Fraction(100 * k, n), 0))
        ledger_row = (slug, k, n) if self.rng.random() < 0.5 else (slug, "", "")
        self.sketch.comparator(*ledger_row, percent=format_rounded(Fraction(100 * k, n), 0))


# faults: each returns what is printed instead, or None where a claim cannot carry it


def _shifted(printed: Printed, units: int) -> str | None:
    value = printed.exact + units * printed.step
    return format_rounded(value, printed.decimals) + printed.unit if value >= 0 else None


def last_digit(printed: Printed, rng: Random) -> str | None:
    """The last printed digit, up or down by one."""
    return _shifted(printed, rng.choice((-1, 1)))


def several_digits(printed: Printed, rng: Random) -> str | None:
    """The number itself, off by some units of its last digit."""
    return _shifted(printed, rng.choice((-1, 1)) * rng.randrange(3, 12))


def transposed(printed: Printed, rng: Random) -> str | None:
    """Two neighboring digits in the other order."""
    text = printed.text
    at = [i for i in range(len(text) - 1) if text[i : i + 2].isdigit() and text[i] != text[i + 1]]
    if not at:
        return None
    i = rng.choice(at)
    return text[:i] + text[i + 1] + text[i] + text[i + 2 :]


def lost_point(printed: Printed, rng: Random) -> str | None:
    """No decimal point."""
    return printed.text.replace(".", "") if printed.decimals and printed.value else None


def complement(printed: Printed, rng: Random) -> str | None:
    """What is left to a hundred."""
    return format_rounded(100 - printed.exact, printed.decimals) + printed.unit


def as_fraction(printed: Printed, rng: Random) -> str | None:
    """A fraction for a percentage."""
    return format_rounded(printed.exact / 100, printed.decimals + 2) if printed.value else None


def threefold(printed: Printed, rng: Random) -> str | None:
    """Three times as much."""
    return format_rounded(printed.exact * 3, printed.decimals)


LIMITS = ("conf_low", "conf_high")
EFFECTS = ("difference", "odds_ratio", "risk_ratio", "hazard_ratio")
FAULTS = {
    "percentage, last digit": (("percent",), last_digit),
    "percentage, several digits": (("percent",), several_digits),
    "percentage, digits transposed": (("percent",), transposed),
    "percentage, decimal point lost": (("percent",), lost_point),
    "percentage of the others": (("percent",), complement),
    "percentage as a fraction": (("percent",), as_fraction),
    "limit, last digit": (LIMITS, last_digit),
    "limit, several digits": (LIMITS, several_digits),
    "limit, digits transposed": (LIMITS, transposed),
    "count, by one": (("n",), last_digit),
    "count, by several": (("n",), several_digits),
    "count, digits transposed": (("n",), transposed),
    "denominator, by several": (("N",), several_digits),
    "P value, last digit": (("p_value",), last_digit),
    "P value, threefold": (("p_value",), threefold),
    "survival estimate, several digits": (("estimate",), several_digits),
    "median, digits transposed": (("median",), transposed),
    "effect, several digits": (EFFECTS, several_digits),
    "effect, threefold": (EFFECTS, threefold),
    "mean, digits transposed": (("mean",), transposed),
    "standard deviation, threefold": (("sd",), threefold),
    "standard error or half-width, threefold": (("se", "half_width"), threefold),
    "rate, several digits": (("rate",), several_digits),
    "cited number, several digits": (("value",), several_digits),
}


def plant(ledger: Ledger, kind: str, rng: Random) -> tuple[Ledger, str] | None:
    """One claim printed wrong, or None where no claim can carry the fault."""
    statistics, fault = FAULTS[kind]
    able = [
        c
        for c in ledger.claims.values()
        if c.statistic in statistics and not c.verbal and c.value.relation == "="
    ]
    for claim in rng.sample(able, len(able)):
        text = fault(claim.value, rng)
        if text and Printed(text).value != claim.value.value:
            return ledger.constrain(printed={claim.claim: text}), claim.claim
    return None


def ask(seed: int) -> tuple[str, str, tuple[str, ...]]:
    """The fault planted, what became of it, and false alarms."""
    trial = Arms if seed % 3 == 2 else Trial
    ledger, rng = trial(seed).sketch.ledger, Random(-seed)  # noqa: S311
    kinds = rng.sample(list(FAULTS), len(FAULTS)) if seed % 2 else []
    planted = next(((k, *found) for k in kinds if (found := plant(ledger, k, rng))), None)
    kind, ledger, slug = planted or ("none", ledger, "")
    verdicts = {v.claim: v for v in audit(ledger)}
    measure = ledger.claims[slug].measure if slug else ""
    near = {
        v.claim
        for v in verdicts.values()
        if slug and (ledger.claims[v.claim].measure == measure or _rests(v, measure, ledger))
    }
    wrong = {v.claim for v in verdicts.values() if v.verdict == "mismatch"}
    alarms = tuple(f"{seed} {kind} {c}: {verdicts[c].reason}" for c in sorted(wrong - near))
    if not slug:
        return kind, "right", alarms
    verdict = verdicts[slug]
    is_false_match = (verdict.verdict, verdict.basis) == ("match", "arithmetic")
    found = "found" if wrong & near else "called a match" if is_false_match else "missed"
    return kind, found, alarms


def _rests(verdict: Verdict, measure: str, ledger: Ledger) -> bool:
    """Whether a verdict was computed from a number of a measure."""
    return any(ledger.claims[c].measure == measure for c in verdict.inputs)


def measure() -> Section:
    """Judge every ledger and count."""
    with ProcessPoolExecutor(mp_context=get_context("fork")) as pool:
        told = list(pool.map(ask, range(LEDGERS), chunksize=20))
    for line in (line for *_, alarms in told for line in alarms):
        print(f"false alarm: {line}", flush=True)
    found = Counter((kind, result) for kind, result, _ in told)
    alarms = Counter(kind for kind, _, lines in told if lines)
    elsewhere = {kind: number for kind, number in alarms.items() if kind != "none"}
    rows = [
        Row("right ledgers", f"{found['none', 'right']}", "none with an alarm", not alarms["none"]),
        Row(
            "wrong ledgers with an alarm elsewhere",
            f"{sum(elsewhere.values())}",
            "0",
            not elsewhere,
        ),
    ]
    for kind in FAULTS:
        found_, missed, match = (found[kind, r] for r in ("found", "missed", "called a match"))
        planted = found_ + missed + match
        share = f"{100 * found_ / planted:.0f}%" if planted else "–"
        told_ = f"{found_} of {planted} found ({share}), {missed} missed, {match} called a match"
        rows.append(Row(kind, told_))
    return Section(
        "Audit of trials whose truth is known",
        f"{LEDGERS:,} invented trials, printed by random conventions; in every other one a number "
        "is printed wrong. A third have two or three arms with effects, means, hazard ratios, "
        "rates and incidence. A fault that no other printed number can reveal counts as missed.",
        rows,
    )
