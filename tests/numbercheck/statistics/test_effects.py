"""Promises of effects, held by R, by published tables and by their symmetries."""

import csv
from math import inf, isnan

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from places import TESTS

from numbercheck.statistics import effects
from numbercheck.statistics.effects import difference, odds_ratio, risk_ratio

EFFECTS = {
    "difference": (difference, effects.DIFFERENCES),
    "odds_ratio": (odds_ratio, effects.ODDS_RATIOS),
    "risk_ratio": (risk_ratio, effects.RISK_RATIOS),
}
EVERY = [(name, m) for name, (_, methods) in EFFECTS.items() for m in methods]
GROUP = st.integers(1, 60).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


def test_estimates_and_limits_agree_with_r():
    """prop.test, fisher.test, glm, and likelihoods maximized by optimize; to eight digits.

    R's optimize finds the restricted estimates of the score methods to about six.
    """
    with (TESTS / "reference/effects.csv").open() as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        counts = [int(row[cell]) for cell in ("k1", "n1", "k2", "n2")]
        found = EFFECTS[row["effect"]][0](*counts, row["method"], float(row["level"]))
        expected = [float(row[c]) for c in ("estimate", "lower", "upper")]
        loose = row["method"] in ("miettinen-nurminen", "mee", "koopman")
        assert found == pytest.approx(expected, rel=1e-5 if loose else 1e-8), row
    assert {row["method"] for row in rows} == {m for _, m in EVERY} - {"haldane"}


@pytest.mark.parametrize(
    ("counts", "method", "limits"),
    [
        ((56, 70, 48, 80), "newcombe", (0.0524, 0.3339)),
        ((9, 10, 3, 10), "newcombe", (0.1705, 0.8090)),
        ((0, 10, 0, 20), "newcombe", (-0.1611, 0.2775)),
        ((56, 70, 48, 80), "wald", (0.0575, 0.3425)),
        ((56, 70, 48, 80), "wald-cc", (0.0441, 0.3559)),
        ((0, 10, 0, 20), "wald-cc", (-0.0750, 0.0750)),
        ((56, 70, 48, 80), "mee", (0.0533, 0.3377)),
        ((56, 70, 48, 80), "newcombe-cc", (0.0428, 0.3422)),
        ((56, 70, 48, 80), "miettinen-nurminen", (0.0528, 0.3382)),
        ((9, 10, 3, 10), "miettinen-nurminen", (0.1700, 0.8406)),
        ((10, 10, 0, 20), "miettinen-nurminen", (0.7156, 1.0)),
    ],
)
def test_differences_match_newcombe_1998_table_ii(counts, method, limits):
    """Methods 10, 1, 2, 5, 11 and 6, to the four decimals printed."""
    assert difference(*counts, method)[1:] == pytest.approx(limits, abs=5.1e-5)


@pytest.mark.parametrize(("effect", "method"), EVERY)
@settings(max_examples=25)
@given(first=GROUP, second=GROUP)
def test_swapping_the_groups_mirrors_the_effect(effect, method, first, second):
    """No method favors a group; on the log scale for ratios."""
    of = EFFECTS[effect][0]
    one, other = of(*first, *second, method), of(*second, *first, method)
    assume(not any(map(isnan, (*one, *other))))
    mirrored = [other[at] for at in (0, 2, 1)]
    if effect == "difference":
        assert one == pytest.approx([-x for x in mirrored], abs=1e-9)
    else:
        assert one == pytest.approx([1 / x if x else inf for x in mirrored], rel=1e-6, abs=1e-20)


@pytest.mark.parametrize(("effect", "method"), [e for e in EVERY if e[1] != "agresti-caffo"])
@settings(max_examples=25)
@given(first=GROUP, second=GROUP)
def test_the_estimate_is_between_its_limits(effect, method, first, second):
    """Agresti-Caffo's limits are around an estimate that is drawn toward zero."""
    estimate, lower, upper = EFFECTS[effect][0](*first, *second, method)
    assume(not any(map(isnan, (estimate, lower, upper))))
    assert lower - 1e-9 <= estimate <= upper + 1e-9


@pytest.mark.parametrize(
    ("method", "expected"),
    [("mid-p", (3.39877, 1.18078, 10.4235)), ("fisher-exact", (3.42302, 1.06652, 11.7473))],
)
def test_odds_ratios_match_epitools(method, expected):
    """Version 0.5-10.1, oddsratio.midp and oddsratio.fisher of 18 of 30 against 9 of 30."""
    assert odds_ratio(18, 30, 9, 30, method) == pytest.approx(expected, rel=4e-4)


@pytest.mark.parametrize(
    ("counts", "method", "level", "message"),
    [
        ((5, 4, 1, 9), "wald", 0.95, "k=5 of n=4 is not a proportion"),
        ((1, 4, 1, 9), "woolf", 0.95, "method 'woolf' is unknown"),
        ((1, 4, 1, 9), "wald", 95, "level is 95"),
    ],
)
def test_what_is_no_effect_is_refused(counts, method, level, message):
    with pytest.raises(ValueError, match=message):
        difference(*counts, method, level)
