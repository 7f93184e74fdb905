"""Promises of numbercheck.statistics.survival, held by R's survival package."""

import csv
from functools import cache

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from places import TESTS

from numbercheck.statistics.scales import survival_limits
from numbercheck.statistics.survival import (
    CONF_TYPES,
    at_risk_table,
    cumulative_incidence,
    follow_up,
    kaplan_meier,
    median,
    median_interval,
    quantile,
    survival_at,
)

REFERENCE = TESTS / "reference"
COLUMNS = ["n_risk", "n_event", "n_censor", "survival", "std_err", "lower", "upper"]
PATIENTS = st.lists(st.tuples(st.integers(0, 30), st.booleans()), min_size=1, max_size=40)


@cache
def reference(name):
    return pd.read_csv(REFERENCE / name, keep_default_na=False, na_values=[""])


def cohort(name):
    rows = reference("cohorts.csv").query("cohort == @name")
    return rows["time"].to_numpy(), rows["event"].to_numpy()


def fits(name):
    """Each cohort, type and level in a reference file: the curve computed, and R's rows."""
    for (of, conf_type, level), rows in reference(name).groupby(["cohort", "conf_type", "level"]):
        yield kaplan_meier(*cohort(of), conf_type, level), rows, (of, conf_type, level)


def close(computed, expected, case):
    np.testing.assert_allclose(computed, expected, rtol=1e-9, atol=1e-9, err_msg=str(case))


def test_curves_agree_with_r_at_every_time():
    """survfit: 17 cohorts, five types, NaN where R has NA or NaN, 1e-9."""
    seen = set()
    for curve, rows, case in fits("survival.csv"):
        assert list(curve.columns) == COLUMNS
        close(curve.index, rows["time"], case)
        close(curve, rows[COLUMNS], case)
        seen.add(case[:2])
    assert len(seen) == 17 * len(CONF_TYPES)


@settings(deadline=None, max_examples=60)
@given(PATIENTS, st.sampled_from(CONF_TYPES), st.sampled_from((0.8, 0.95)))
def test_curves_agree_with_the_survival_package_of_python(patients, conf_type, level):
    """A second oracle, by other authors: the PyPI package `survival`, for random patients.

    Where survival is still 1, it has limits that R 3.5-3 calls NA; the fixtures hold R's.
    """
    import survival  # 39 MB, and a second that only this test pays

    time, event = zip(*patients, strict=True)
    data = {"time": list(map(float, time)), "event": list(map(int, event))}
    curve = kaplan_meier(time, event, conf_type, level)
    theirs = survival.survfit("Surv(time, event) ~ 1", data, conf_type=conf_type, conf_int=level)

    close(curve.index, theirs.time, patients)
    for column, values in (("survival", theirs.surv), ("n_risk", theirs.n_risk)):
        close(curve[column], values, patients)
    defined = curve["survival"].between(0, 1, inclusive="neither")
    close(curve["lower"][defined], np.array(theirs.lower, dtype=float)[defined], patients)
    close(curve["upper"][defined], np.array(theirs.upper, dtype=float)[defined], patients)


def test_reading_a_curve_agrees_with_r():
    """summary(fit, times=, extend=TRUE): before the first time, at it, between, and beyond."""
    for curve, rows, case in fits("survival_at.csv"):
        read = survival_at(curve, rows["time"].to_numpy())
        close(read[COLUMNS], rows[COLUMNS], case)


def test_quantiles_and_their_limits_agree_with_r():
    """quantile.survfit; the median's limits are quantile.survfit's for p = 0.5."""
    for curve, rows, case in fits("medians.csv"):
        close([quantile(curve, p) for p in rows["p"]], rows["quantile"], case)
        half = rows[rows["p"] == 0.5]
        close(median(curve), half["quantile"], case)
        close([median_interval(curve)], half[["lower", "upper"]], case)


def test_medians_agree_with_what_r_prints_but_in_one_case():
    """print.survfit: a curve that ends exactly at one half, as the docstring of median says."""
    differ = set()
    for curve, rows, case in fits("medians.csv"):
        printed = rows.loc[rows["p"] == 0.5, "printed_median"].item()
        if not np.isclose(median(curve), printed, equal_nan=True):
            differ.add(case[0])
    assert differ == {"exactly one half to the end", "censored at time zero"}


def test_the_at_risk_table_accounts_for_everyone():
    """Whoever left before a time is not at risk at it; the paper prints risk counts so."""
    curve = kaplan_meier([2, 2, 2, 4, 4, 7], [1, 0, 1, 1, 0, 0])
    table = at_risk_table(curve, [0, 2, 3, 4, 9])

    assert table["n_risk"].tolist() == [6, 6, 3, 3, 0]
    assert table["cumulative_events"].tolist() == [0, 2, 2, 3, 3]
    assert table["cumulative_censored"].tolist() == [0, 1, 1, 2, 3]


@pytest.mark.parametrize(
    ("method", "expected"),
    [("observed", (4, 3, 6.5)), ("survivors", (6, 5, 7.5)), ("reverse-km", (7.5, 5, 9))],
)
def test_follow_up_by_each_definition(method, expected):
    """By hand; the reverse curve is 3/4 from 4, 1/2 from 6, and 0 from 9."""
    time, event = [1, 3, 3, 4, 6, 7, 9], [1, 1, 1, 0, 0, 1, 0]

    assert follow_up(time, event, method) == expected


def test_follow_up_of_no_survivors_is_unknown():
    assert np.isnan(follow_up([1, 2], [1, 1], "survivors")).all()


@given(PATIENTS, st.randoms())
def test_the_order_of_patients_does_not_matter(patients, random):
    shuffled = random.sample(patients, len(patients))

    pd.testing.assert_frame_equal(
        kaplan_meier(*zip(*patients, strict=True)), kaplan_meier(*zip(*shuffled, strict=True))
    )


@given(PATIENTS)
def test_the_curve_falls_only_at_events_and_counts_everyone(patients):
    curve = kaplan_meier(*zip(*patients, strict=True))
    falls = -np.diff(curve["survival"], prepend=1)

    assert curve["n_event"].sum() + curve["n_censor"].sum() == len(patients)
    assert ((falls > 0) == (curve["n_event"] > 0)).all()
    assert curve["n_risk"].iloc[0] == len(patients)
    assert (curve["survival"] >= 0).all()


@given(PATIENTS, st.sampled_from(CONF_TYPES))
def test_every_patient_twice_keeps_the_curve_and_narrows_the_standard_error(patients, conf_type):
    """Variance halves; limits hold the estimate, for every type."""
    once = kaplan_meier(*zip(*patients, strict=True), conf_type)
    twice = kaplan_meier(*zip(*patients * 2, strict=True), conf_type)

    close(twice["survival"], once["survival"], patients)
    close(twice["std_err"] * 2**0.5, once["std_err"], patients)
    known = once.dropna()
    assert (known["lower"] <= known["survival"] + 1e-12).all()
    assert (known["survival"] <= known["upper"] + 1e-12).all()


@given(PATIENTS, st.integers(31, 60))
def test_one_more_censored_at_the_end_of_all_changes_risk_only(patients, late):
    """Without censoring before, survival is the fraction still event-free."""
    events = [(time, True) for time, _ in patients] + [(late, False)]
    curve = kaplan_meier(*zip(*events, strict=True))

    still = [np.mean([time > at for time, _ in events[:-1]] + [True]) for at in curve.index]
    close(curve["survival"], still, patients)


@pytest.mark.parametrize(
    ("time", "event", "options", "message"),
    [
        ([1, 2], [1], {}, r"shape \(2,\) and event \(1,\)"),
        ([[1, 2]], [[1, 0]], {}, r"both need \(n,\)"),
        ([], [], {}, "at least one participant"),
        ([1, float("nan")], [1, 0], {}, "every time must be a finite number"),
        ([1, -2], [1, 0], {}, "zero or more"),
        ([1, 2], [1, 2], {}, "every event must be 1"),
        ([1, 2], [1, float("nan")], {}, "every event must be 1"),
        ([1, 2], [1, 0], {"conf_type": "loglog"}, "did you mean log-log"),
        ([1, 2], [1, 0], {"level": 95}, "level is 95"),
    ],
)
def test_what_is_no_survival_data_is_refused(time, event, options, message):
    with pytest.raises(ValueError, match=message):
        kaplan_meier(time, event, **options)


def test_questions_a_curve_cannot_answer_are_refused():
    curve = kaplan_meier([1, 2], [1, 0])
    with pytest.raises(ValueError, match="p is 50"):
        quantile(curve, 50)
    with pytest.raises(ValueError, match="every time asked for must be a number"):
        survival_at(curve, [1, float("nan")])
    with pytest.raises(ValueError, match="'reverse' is unknown; did you mean reverse-km"):
        follow_up([1, 2], [1, 0], "reverse")


def test_cumulative_incidence_agrees_with_r():
    """Survfit of a factor: Aalen-Johansen, infinitesimal jackknife, log limits; 1e-9."""
    cohorts = {}
    with (REFERENCE / "competing.csv").open() as file:
        for row in csv.DictReader(file):
            cohorts.setdefault(row["cohort"], []).append((float(row["time"]), int(row["cause"])))
    with (REFERENCE / "incidence.csv").open() as file:
        rows = list(csv.DictReader(file))
    columns = ["incidence", "std_err", "lower", "upper"]
    for name, level in {(row["cohort"], row["level"]) for row in rows}:
        found = cumulative_incidence(*zip(*cohorts[name], strict=True), float(level))
        for row in rows:
            if (row["cohort"], row["level"]) == (name, level):
                expected = [float(row[c] or "nan") for c in columns]
                at = found.loc[int(row["cause"])].loc[float(row["time"]), columns]
                assert at.tolist() == pytest.approx(expected, rel=1e-9, nan_ok=True), row
    assert len(rows) > 100


def test_a_cause_that_is_no_number_is_refused():
    with pytest.raises(ValueError, match="every cause must be 0, 1, 2"):
        cumulative_incidence([1, 2], [0, 1.5])


@pytest.mark.parametrize("conf_type", CONF_TYPES)
def test_limits_of_a_huge_variance_are_all_that_survival_can_be(conf_type):
    assert survival_limits(1e-9, 1e18, conf_type) == pytest.approx((0.0, 1.0), abs=1e-9)
