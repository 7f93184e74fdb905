"""Bounds on the variance of a curve, over all small trials and as R gives it."""

from itertools import combinations_with_replacement, product

import numpy as np
import pandas as pd
import pytest

from companion.project import ROOT
from numbercheck.statistics.curve_variance import curve_variance
from numbercheck.statistics.survival import cumulative_incidence, kaplan_meier

REFERENCE = ROOT / "tests/reference"


def small_trials(most):
    """Times and causes of every trial of up to so many patients with events at three times."""
    kinds = list(product((1, 2, 3), (0, 1, 2)))
    for n in range(1, most + 1):
        for patients in combinations_with_replacement(kinds, n):
            time, cause = np.transpose(patients)
            if (cause == 1).any():
                yield time, cause


def facts(time, cause, at):
    """Patients, those at risk at a time, and the events of the first kind until then."""
    return len(time), int((time >= at).sum()), int(((time <= at) & (cause == 1)).sum())


def test_no_small_trial_has_a_variance_beyond_the_bounds():
    """Every trial of up to four patients with two kinds of events, at each of its times."""
    number = 0
    for time, cause in small_trials(4):
        rows = cumulative_incidence(time, cause).loc[1]
        for at, row in rows[rows["incidence"] > 0].iterrows():
            n, at_risk, events = facts(time, cause, at)
            least, most = curve_variance(row["incidence"], n, at_risk, events)
            assert least - 1e-12 <= row["std_err"] ** 2 <= most + 1e-12, (time, cause, at)
            number += 1

    assert number > 800


@pytest.mark.parametrize("seed", range(20))
def test_no_survival_curve_has_a_variance_beyond_the_bounds(seed):
    """Trials of 30 with heavy censoring."""
    random = np.random.default_rng(seed)
    time, event = random.integers(1, 25, 30), random.random(30) < 0.3
    curve = kaplan_meier(time, event)
    for at, row in curve[(curve["survival"] > 0) & (curve["survival"] < 1)].iterrows():
        least, most = curve_variance(1 - row["survival"], *facts(time, event, at))
        assert least - 1e-12 <= row["std_err"] ** 2 <= most + 1e-12


def test_the_bounds_are_attained():
    """Without censoring both are the binomial variance; a last patient alone has all weight."""
    assert curve_variance(0.25, 8, at_risk=7, events=2)[0] == pytest.approx(0.25 * 0.75 / 8)
    row = cumulative_incidence([1, 2, 2, 3], [0, 2, 2, 1]).loc[(1, 3)]
    assert row["std_err"] ** 2 == pytest.approx(curve_variance(row["incidence"], 4)[1])


def test_more_facts_narrow_the_bounds():
    least, most = curve_variance(0.24, 120)
    _, at_risk = curve_variance(0.24, 120, at_risk=30)
    _, events = curve_variance(0.24, 120, events=27)

    assert least < events < at_risk < most


def test_the_standard_errors_of_r_lie_within_the_bounds():
    """``survfit`` of several cohorts with two kinds of events, at each time and of each kind."""
    cohorts = pd.read_csv(REFERENCE / "competing.csv").groupby("cohort")
    rows = pd.read_csv(REFERENCE / "incidence.csv").query("0 < incidence < 1")
    for row in rows.itertuples():
        patients = cohorts.get_group(row.cohort)
        n, at_risk = len(patients), (patients["time"] >= row.time - 1e-9).sum()
        own = patients[(patients["time"] <= row.time + 1e-9) & (patients["cause"] == row.cause)]
        least, most = curve_variance(row.incidence, n, at_risk, len(own))
        assert least - 1e-12 <= row.std_err**2 <= most + 1e-12, row

    assert len(rows) > 80
