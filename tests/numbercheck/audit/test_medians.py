"""The limits of a median beside those of its curve: contradictions found, and none invented."""

from itertools import product
from math import isnan

import numpy as np
import pytest
from sketch import Sketch

from numbercheck.audit import audit
from numbercheck.statistics.scales import CONF_TYPES
from numbercheck.statistics.survival import kaplan_meier, median, median_interval, survival_at

NAMES = ("estimate", "conf_low", "conf_high")


def judged(median, *points, level="", type_="", note=""):
    """Verdicts on a median in months and its limits, beside points of the curve in percent."""
    s = Sketch()
    for number, (months, *texts) in enumerate(points):
        days = str(months * 30.4375)
        how = {"horizon": days, "level": level, "method": type_}
        s.measure(f"os_{number}", "survival", endpoint="OS", unit="%", **how)
        for name, text in zip(NAMES, texts, strict=False):
            s.print(f"os_{number}", name, text)
    s.measure("m", "quantity", endpoint="OS", unit="months", level=level, label=note)
    for name, text in zip(("median", "conf_low", "conf_high"), median, strict=True):
        if text:
            s.print("m", name, text)
    return {v.claim.removeprefix("m_"): v for v in audit(s.ledger) if v.claim.startswith("m_")}


YEAR, TWO_YEARS = (12, "70%", "61", "80"), (24, "34%", "25", "45")


@pytest.mark.parametrize(
    ("limits", "wrong"),
    [
        (("14.0", "23.9"), {}),
        (("14.0", "26.0"), {"conf_high": "unchecked"}),  # at 24 months it is below, if it stays so
        (("14.0", "NR"), {"conf_high": "mismatch"}),
        (("10.5", "23.0"), {"conf_low": "mismatch"}),
        (("14.0", "11.0"), {"conf_high": "mismatch"}),
        (("NE", "NE"), {"conf_low": "mismatch", "conf_high": "mismatch"}),
    ],
)
def test_limits_of_a_median_agree_with_those_of_the_curve(limits, wrong):
    """61 to 80% at 12 months, 25 to 45% at 24: both limits cross one half between them."""
    found = judged(("18.0", *limits), YEAR, TWO_YEARS)
    told = {c: v for c, v in found.items() if v.kind == "median-contradicts-curve"}
    for claim, verdict in wrong.items():
        assert found[claim].verdict == verdict
        assert "50%" in found[claim].reason
    assert {c for c, v in wrong.items() if v == "mismatch"} <= set(told)
    assert bool(told) == ("mismatch" in wrong.values())


@pytest.mark.parametrize(
    ("median", "verdict"), [(">26", "mismatch"), (">20", "unchecked"), ("<11", "mismatch")]
)
def test_a_median_that_is_only_bounded_is_held_against_the_curve(median, verdict):
    """It is 70% at 12 months, 34% at 24."""
    found = judged((median, "", ""), YEAR, TWO_YEARS)["median"]

    assert found.verdict == verdict
    assert (found.kind == "median-contradicts-curve") == (verdict == "mismatch")


def test_an_upper_limit_that_cannot_rise_again_is_a_contradiction():
    """A stated type on whose scale the upper limit falls with the curve."""
    for type_, verdict in {"log-log": "mismatch", "log": "unchecked", "": "unchecked"}.items():
        found = judged(("18.0", "14.0", "26.0"), TWO_YEARS, type_=type_)
        assert found["conf_high"].verdict == verdict


def test_limits_of_another_level_are_not_compared():
    s = {"level": "0.99"}

    assert judged(("18.0", "10.5", "23.0"), YEAR, **s)["conf_low"].verdict == "unchecked"


def test_limits_of_a_model_are_not_compared():
    found = judged(("18.0", "10.5", "23.0"), YEAR, note="median by bootstrap")

    assert found["conf_low"].verdict == "unchecked"


def test_limits_by_a_standard_error_of_the_median_are_not_compared():
    """SPSS adds and subtracts 1.96 errors, which are large where the curve is flat."""
    assert judged(("18.0", "10.5", "25.5"), YEAR)["conf_low"].verdict == "unchecked"
    assert judged(("18.0", "10.5", "24.5"), YEAR)["conf_low"].verdict == "mismatch"


def test_no_true_median_contradicts_its_curve():
    """Small trials with much or little censoring, limits of each type, rounded to 0 or 1 decimals.

    The type of the median's limits is also another one than that of the curve's.
    """
    random, number = np.random.default_rng(3), 0
    while number < 150:
        n, rate = int(random.integers(6, 60)), random.uniform(0.2, 0.95)
        time, event = random.integers(1, 50, n), random.random(n) < rate
        if not event.any():
            continue
        digits = int(random.integers(0, 2))
        for own, other in random.choice(list(product(CONF_TYPES, CONF_TYPES)), 3):
            curve = kaplan_meier(time, event, own)
            printed = [median(curve), *median_interval(kaplan_meier(time, event, other))]
            texts = ["NR" if isnan(t) else f"{t:.1f}" for t in printed]
            months = random.choice(np.arange(2, 50), 4, replace=False).tolist()
            rows = survival_at(curve, sorted(months))
            points = [
                (month, *(f"{100 * x:.{digits}f}" for x in values if not isnan(x)))
                for month, values in zip(
                    sorted(months),
                    rows[["survival", "lower", "upper"]].to_numpy(),
                    strict=True,
                )
                if values[0] > 0
            ]
            found = judged(texts, *points)
            wrong = {c: v.reason for c, v in found.items() if v.kind == "median-contradicts-curve"}
            assert not wrong, (own, other, texts, points, wrong)
            number += 1
