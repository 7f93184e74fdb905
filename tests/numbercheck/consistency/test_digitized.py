"""A curve read off a figure holds for the patients behind it, and narrows the bounds."""

from dataclasses import replace
from math import ceil
from random import Random

import pytest
from tiny_trials import claim, draw, keyed, measure

from numbercheck.consistency import conflicts
from numbercheck.consistency.sharp_bounds import Bounds
from numbercheck.ledger.digitized import with_digitized
from numbercheck.ledger.reading import read_ledger
from numbercheck.ledger.records import DAYS_PER_MONTH
from numbercheck.statistics.survival import kaplan_meier, survival_at

TOLERANCE, IN_TIME = 2.0, 0.3  # percentage points, months
TABLES = {
    "claims": "claim,locus,measure,statistic,printed\nall_n,Text,all,n,{n}\n"
    "os_estimate,Text,os,estimate,{os:.0f}%\n",
    "measures": "measure,label,kind,where,among,by,against,endpoint,horizon,family,unit\n"
    "all,Everyone,count,,,,,,,,patients\nos,OS,survival,,,,,OS,500,,%\n",
    "variables": "variable,label,type,values,unit,evaluable,source\n"
    "os_time,Days,integer,1..1000,days,,ADTTE.OS days\ndied,Died,flag,,,,ADTTE.OS event\n",
    "digitized": "curve,locus,file,endpoint,among,unit,tolerance,time_tolerance\n"
    f"figure,Figure 1,points.csv,OS,,months,{TOLERANCE},{IN_TIME}\n",
}


def patients(random, n):
    """Days of follow-up, and who died."""
    deaths = [random.expovariate(1 / 600) for _ in range(n)]
    ends = random.choices(range(200, 900), k=n)
    pairs = [*zip(deaths, ends, strict=True)]
    return [ceil(min(pair)) for pair in pairs], [death <= end for death, end in pairs]


def clicks(random, curve, last, points=40):
    """Points on the steps and the drops of a curve, each off by up to the tolerances."""
    days, shares = [0, *curve.index], [1.0, *curve["survival"]]
    for _ in range(points):
        step = random.randrange(len(days))
        day = random.uniform(days[step], [*days, last][step + 1])
        share = shares[step]
        if step and random.random() < 0.3:
            day, share = days[step], random.uniform(*shares[step - 1 : step + 1])
        off = random.uniform(-1, 1), random.uniform(-1, 1)
        yield day / DAYS_PER_MONTH + IN_TIME * off[0], 100 * share + TOLERANCE * off[1]


@pytest.mark.parametrize("seed", range(3))
def test_the_truth_is_within_bounds_that_the_curve_narrows(tmp_path, seed):
    """Every cohort that the points allow includes the one they were read off."""
    random = Random(seed)  # noqa: S311 - draws patients, keeps no secret
    time, event = patients(random, 12)
    curve = kaplan_meier(time, event)
    points = clicks(random, curve, max(time))
    (tmp_path / "points.csv").write_text("".join(f"{x}, {y}\n" for x, y in points))
    (estimate,) = 100 * survival_at(curve, [500])["survival"]
    for name, text in TABLES.items():
        (tmp_path / f"{name}.csv").write_text(text.format(n=12, os=estimate))
    printed = read_ledger(tmp_path)
    asked = [Bounds(ledger, given_up=()) for ledger in (with_digitized(printed), printed)]

    widths = [0.0, 0.0]
    for day in (100, 250, 400):
        (truth,) = 100 * survival_at(curve, [day])["survival"]
        at_risk = sum(t >= day for t in time)
        for i, bounds in enumerate(asked):
            about = printed.measures["os"]
            survival, risk = bounds.survival(about, day), bounds.at_risk(about, day)
            assert survival.low - 1e-9 <= truth <= survival.high + 1e-9
            assert risk.low <= at_risk <= risk.high
            assert survival.certified
            assert risk.certified
            widths[i] += survival.high - survival.low
    assert widths[0] < widths[1] / 2


@pytest.mark.parametrize("seed", range(6))
def test_bounds_on_an_estimate_leave_just_the_cohorts_that_satisfy_them(seed):
    """All cohorts of a tiny trial are listed: estimates of 40% to 80% on day 2, others on day 3."""
    tiny = draw(seed, "times")
    curve = {"endpoint": "OS", "family": "curve"}
    told = [measure(f"os_{day}", "survival", horizon=day, **curve) for day in ("2", "3")]
    bounds = [
        claim("os_2", "estimate", ">=40%", "_least"),
        claim("os_2", "estimate", "<=80%", "_most"),
        claim("os_3", "estimate", "<=50.00%", "_most"),
    ]
    measures = {**tiny.ledger.measures, **keyed(told)}
    claims = keyed([tiny.ledger.claims["all_n"], *bounds])
    ledger = replace(tiny.ledger, measures=measures, claims=claims)
    tiny = replace(tiny, ledger=ledger)
    lawful = tiny.consistent(tiny.satisfied)

    assert (conflicts(ledger) is None) == lawful.any()
    if lawful.any():
        asked = Bounds(ledger, given_up=())
        for about in told:
            for day in (1, 2):
                found, truth = asked.survival(about, day), tiny.survival_on(about, day)[lawful]
                assert (found.low, found.high) == pytest.approx((truth.min(), truth.max()))
                assert found.certified


def test_a_step_that_no_cohort_has_is_told_by_figure_and_row(tmp_path):
    """At 3.3 months the curve is at 82% or below; at 500 days 93% is printed."""
    for name, text in TABLES.items():
        (tmp_path / f"{name}.csv").write_text(text.format(n=15, os=93))
    (tmp_path / "points.csv").write_text("1, 99\n3, 80\n")
    ledger = with_digitized(read_ledger(tmp_path))
    found = conflicts(ledger)

    assert found.claims == ("figure_day_100_most", "os_estimate")
    assert found.certified
    assert Bounds(ledger).given_up == {"figure_day_100_most"}
