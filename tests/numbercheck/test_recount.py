"""Measures recounted from patient columns, against a count in plain Python."""

from random import Random

import numpy as np
import pytest
from tiny_trials import FAMILIES, OS, A, claim, keyed, measure, variable

from numbercheck.ledger.records import Ledger
from numbercheck.recount import Cohorts
from numbercheck.statistics.proportions import interval
from numbercheck.statistics.survival import CONF_TYPES, kaplan_meier, survival_at

K = variable("k", "integer", "1..9", evaluable="a")
MEASURES = keyed(
    [
        measure("all"),
        measure("late", where="k >= 5", among="a", family="limits"),
        measure("k", "quantity", "k", family="order"),
        measure("os", "survival", endpoint="OS", horizon="3", family="curve"),
        measure("os_a", "survival", among="a", endpoint="OS", horizon="3", family="curve"),
    ]
)
LEDGER = Ledger(MEASURES, keyed([claim("all", "n", "8")]), keyed(FAMILIES), keyed((A, K, *OS)))


def draw(seed, n=8):
    random = Random(seed)  # noqa: S311 - draws patients
    a = [random.random() < 0.6 for _ in range(n)]
    return {
        "a": a,
        "k": [random.randint(1, 9) if yes else None for yes in a],
        "os": [random.randint(1, 4) for _ in range(n)],
        "died": [random.random() < 0.5 for _ in range(n)],
    }


def expected(table, name, statistic):
    """One cohort, by plain loops and the textbook curve."""
    known = [k for k in table["k"] if k is not None]
    late = sum(k >= 5 for k in known)
    if name == "late":
        limits = interval(late, len(known), "wilson") if known else (np.nan, np.nan)
        share = late / len(known) if known else np.nan
        return {"n": late, "N": len(known), "percent": 100 * share,
                "conf_low": 100 * limits[0], "conf_high": 100 * limits[1]}[statistic]  # fmt: skip
    if name == "k":
        return float(np.quantile(known, {"p25": 0.25, "median": 0.5, "max": 1}[statistic]))
    who = [i for i, yes in enumerate(table["a"]) if yes or name == "os"]
    time, died = ([table[c][i] for i in who] for c in ("os", "died"))
    if statistic == "n_event":
        return sum(d and t <= 3 for t, d in zip(time, died, strict=True))
    if statistic == "at_risk":
        return sum(t >= 3 for t in time)
    curve = kaplan_meier(time, died, "log")
    column = {"estimate": "survival", "conf_low": "lower", "conf_high": "upper"}[statistic]
    return 100 * survival_at(curve, [3])[column].iloc[0]


@pytest.mark.parametrize(
    ("name", "statistics"),
    [
        ("late", ("n", "N", "percent", "conf_low", "conf_high")),
        ("k", ("p25", "median", "max")),
        ("os", ("estimate", "conf_low", "conf_high", "n_event", "at_risk")),
        ("os_a", ("estimate", "conf_low", "conf_high", "n_event", "at_risk")),
    ],
)
def test_many_cohorts_at_once_give_what_each_gives_by_a_plain_count(name, statistics):
    tables = [draw(seed) for seed in range(40)]
    cohorts = Cohorts(LEDGER, tables)
    for statistic in statistics:
        found = cohorts.statistic(MEASURES[name], statistic)
        plain = [expected(table, name, statistic) for table in tables]
        np.testing.assert_allclose(found, plain, err_msg=statistic)


@pytest.mark.parametrize("conf_type", CONF_TYPES)
@pytest.mark.parametrize("left", [1, 4], ids=["one left before day 3", "all stay past day 3"])
def test_limits_that_r_does_not_define_are_missing_and_never_100(conf_type, left):
    """R gives NaN at survival 1 on every scale but ``log`` and ``plain``."""
    table = {"a": [True] * 2, "k": [1, 2], "os": [left, 4], "died": [False] * 2}
    cohorts = Cohorts(LEDGER, [table])
    limits = [
        cohorts.statistic(MEASURES["os"], name, conf_type)[0] for name in ("conf_low", "conf_high")
    ]
    assert np.isnan(limits).all() == (conf_type not in ("log", "plain"))
    assert cohorts.statistic(MEASURES["os"], "estimate", conf_type)[0] == 100


def test_a_curve_of_nobody_is_not_defined():
    table = {"a": [False] * 2, "k": [None] * 2, "os": [1, 4], "died": [True] * 2}
    cohorts = Cohorts(LEDGER, [table])

    assert np.isnan(cohorts.statistic(MEASURES["os_a"], "estimate")[0])
    assert cohorts.statistic(MEASURES["os_a"], "n_event")[0] == 0


def test_cohorts_of_two_sizes_are_refused():
    with pytest.raises(ValueError, match=r"cohorts of \[4, 8\] patients"):
        Cohorts(LEDGER, [draw(0), draw(1, 4)])
