"""Limits and ± of a curve: found where no patients give them, never where some do."""

from math import exp, sqrt

import numpy as np
import pytest
from sketch import Sketch

from numbercheck.audit import audit
from numbercheck.statistics.proportions import METHODS, interval
from numbercheck.statistics.survival import cumulative_incidence, kaplan_meier


def judged(kind="incidence", **printed):
    """Verdicts on a curve at two years of 120 patients."""
    s = Sketch()
    s.everyone(printed.pop("n", 120))
    s.measure("x", kind, endpoint="relapse", horizon="730.5", unit="%", **printed.pop("cells", {}))
    for name, text in printed.items():
        s.print("x", name, text)
    return {v.claim.removeprefix("x_"): v for v in audit(s.ledger)}


WIDE = {"estimate": "24%", "conf_low": "9.6", "conf_high": "60.0"}  # symmetric on the log scale


@pytest.mark.parametrize(
    ("known", "kind"),
    [({}, "possible-value"), ({"at_risk": 30}, "too-wide"), ({"n_event": 27}, "too-wide")],
)
def test_limits_of_an_incidence_are_no_wider_than_its_patients_allow(known, kind):
    """24% with 30 at risk: the variance is at most 0.24 x 0.76 / 30, and the error 7.8%."""
    found = judged(**WIDE, **known)["conf_high"]

    assert found.kind == kind
    assert found.verdict == ("mismatch" if kind == "too-wide" else "unchecked")


def test_numbers_at_risk_later_count_as_well():
    s = Sketch()
    s.everyone(120)
    for horizon in ("730.5", "1096"):
        s.measure(f"r{horizon[:3]}", "incidence", endpoint="r", horizon=horizon, unit="%")
    for name, text in WIDE.items():
        s.print("r730", name, text)
    s.print("r109", "at_risk", 30)
    found = {v.claim: v for v in audit(s.ledger)}

    assert found["r730_conf_high"].kind == "too-wide"


def test_limits_that_only_another_variance_has_stay_unchecked():
    """With 30 at risk Aalen's variance can be 30/29 times as large as the delta method's."""
    found = judged(estimate="24%", se="8.0", at_risk=30)["se"]
    assert (found.verdict, found.kind) == ("unchecked", "not-determined")
    assert judged(estimate="24%", se="8.2", at_risk=30)["se"].kind == "too-wide"


def test_an_adjusted_incidence_is_not_judged_by_its_patients():
    """A model's prediction can be narrower and wider."""
    for limits in (("22.0", "26.2"), ("9.6", "60.0")):
        given = dict(zip(("estimate", "conf_low", "conf_high"), ("24%", *limits), strict=True))
        found = judged(**given, at_risk=30, cells={"method": "adjusted"})
        assert found["conf_high"].verdict == "unchecked"


def test_survival_is_no_wider_than_those_at_risk_allow():
    """80% with 40 of 120 at risk: the error is at most 6.3%."""
    given = {"estimate": "80%", "conf_low": "60.6", "conf_high": "100", "at_risk": 40}

    assert judged("survival", **given)["conf_low"].kind == "too-wide"
    assert judged("survival", **(given | {"at_risk": 3}))["conf_low"].kind != "too-wide"


def aalen(time, cause):
    """Aalen's variance of the incidence of the first kind, as SAS gives it, at the last time."""
    n = np.array([(time >= u).sum() for u in np.unique(time)])
    d = np.array([((time == u) & (cause > 0)).sum() for u in np.unique(time)])
    k = np.array([((time == u) & (cause == 1)).sum() for u in np.unique(time)])
    survival = np.append(1.0, np.cumprod(1 - d / n))[:-1]
    incidence = np.cumsum(survival * k / n)
    gap, few = incidence[-1] - incidence, (n > 1) & (n > d)
    terms = [gap**2 * d / ((n - 1.0) * (n - d)), survival**2 * k * (n - k) / (n**2 * (n - 1.0))]
    terms.append(-2 * gap * survival * k * (n - k) / (n * (n - d) * (n - 1.0)))
    return sum(term[few].sum() for term in terms)


@pytest.mark.filterwarnings("ignore:divide by zero", "ignore:invalid value")
def test_no_true_number_is_called_too_narrow_or_too_wide():
    """Small trials with much or little censoring, by R's variance and Aalen's, on three scales."""
    random, number = np.random.default_rng(17), 0
    while number < 200:
        n = int(random.integers(4, 60))
        time = random.integers(1, 30, n)
        cause = random.choice([0, 1, 2], n, p=random.dirichlet([2, 1, 1]))
        last = int(np.quantile(time, random.uniform(0.4, 1), method="lower"))
        time, cause = np.minimum(time, last), np.where(time <= last, cause, 0)
        if not (cause == 1).any():
            continue
        row = cumulative_incidence(time, cause).loc[1].iloc[-1]
        facts = {"n": n, "at_risk": int((time >= last).sum()), "n_event": int((cause == 1).sum())}
        for error in (row["std_err"], sqrt(max(aalen(time, cause), 0.0))):
            for low, high in limits(row["incidence"], 1.96 * error):
                given = {"estimate": row["incidence"], "se": error, "half_width": 1.96 * error}
                given |= {"conf_low": max(low, 0.0), "conf_high": min(high, 1.0)}
                texts = {name: f"{100 * value:.1f}" for name, value in given.items()}
                kinds = {v.kind for v in judged(**texts, **facts).values()}
                assert not kinds & {"too-narrow", "too-wide"}, (texts, facts)
                number += 1


def limits(p, reach):
    """Limits on the plain scale, the log scale and the log-log scale of survival."""
    yield p - reach, p + reach
    if 0 < p < 1:
        yield p * exp(-reach / p), p * exp(reach / p)
        power = exp(reach / ((1 - p) * abs(np.log(1 - p))))
        yield 1 - (1 - p) ** (1 / power), 1 - (1 - p) ** power


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("k", [1, 3, 10, 50, 90, 97])
def test_limits_of_a_proportion_are_not_too_wide_without_censoring(k, method):
    """Of 100 patients who are all followed, an article may print limits of a percentage."""
    low, high = (f"{100 * limit:.1f}" for limit in interval(k, 100, method))
    facts = {"n": 100, "at_risk": 100 - k, "n_event": k}
    found = judged(estimate=f"{k}.0%", conf_low=low, conf_high=high, **facts)

    assert "too-wide" not in {v.kind for v in found.values()}


@pytest.mark.parametrize(("stated", "verdict"), [("", "unchecked"), ("log", "mismatch")])
def test_survival_without_censoring_may_have_limits_of_a_proportion(stated, verdict):
    """Clopper-Pearson's limits of 27 of 30; a stated type of limits excludes them."""
    given = {"estimate": "90.0%", "conf_low": "73.5", "conf_high": "97.9"}
    found = judged("survival", **given, n=30, cells={"method": stated})["conf_high"]

    assert found.verdict == verdict
    assert stated or "27 of 30 by the Clopper–Pearson" in found.reason


@pytest.mark.parametrize("seed", range(20))
def test_no_true_error_of_survival_is_called_too_wide(seed):
    """Greenwood's error and Peto's, beside the number at risk."""
    random = np.random.default_rng(seed)
    time, event = random.integers(1, 30, 40), random.random(40) < random.uniform(0.1, 0.9)
    curve = kaplan_meier(time, event)
    for at, row in curve[(curve["survival"] > 0.02) & (curve["survival"] < 1)].iterrows():
        s, m = row["survival"], int((time >= at).sum())
        for error in (row["std_err"], s * sqrt((1 - s) / m)):
            given = {"estimate": f"{100 * s:.1f}", "se": f"{100 * error:.1f}"}
            found = judged("survival", **given, n=40, at_risk=m)["se"]
            assert found.verdict == "unchecked", (given, m)
