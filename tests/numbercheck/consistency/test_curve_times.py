"""Medians and quartiles of survival curves constrain the times behind them."""

from dataclasses import replace

import pytest
from oracle import timed
from tiny_trials import OS, claim, keyed, measure

from numbercheck.consistency import conflicts, deciding
from numbercheck.consistency.modeled import modeled
from numbercheck.consistency.sharp_bounds import Bounds
from numbercheck.consistency.words import quote
from numbercheck.ledger.records import Ledger

TIME = measure("os", "quantity", endpoint="OS", unit="months")
YEAR = measure("year", "survival", endpoint="OS", horizon="365")
DAYS = replace(OS[0], values="1..1500")


def printed(n, year="", **times):
    """A trial of n patients that prints survival at one year and times of its curve in months."""
    claims = [claim("all", "n", str(n)), *([claim("year", "estimate", year)] if year else [])]
    claims += [claim("os", statistic, text) for statistic, text in times.items()]
    measures = keyed([measure("all"), TIME, YEAR])
    return Ledger(measures, keyed(claims), variables=keyed([DAYS, OS[1]]))


@pytest.mark.parametrize("seed", [*range(10), 33])
def test_times_of_a_curve_leave_what_the_list_of_all_cohorts_says(seed):
    assert list(timed(seed)) == []


@pytest.mark.parametrize(
    ("year", "times"),
    [
        ("75%", {"median": "9.0"}),
        ("33%", {"median": "18.3"}),
        ("33%", {"median": "not reached"}),
        ("33%", {"median": ">13"}),
        ("58%", {"p25": "15.2"}),
        ("33%", {"p75": "10.1"}),
    ],
)
def test_a_time_and_an_estimate_that_no_curve_has_are_a_conflict(year, times):
    found = conflicts(printed(12, year, **times))

    assert found.claims == (f"os_{next(iter(times))}", "year_estimate")
    assert found.certified


@pytest.mark.parametrize(
    ("year", "times"),
    [
        ("50%", {"median": "7.0"}),  # the curve may be at one half for long
        ("50%", {"median": "not reached"}),
        ("75%", {"median": "13.0", "p25": "12.1"}),
        ("33%", {"median": "<12"}),
        ("75%", {"median": "12.0"}),  # a month has 30 to 31 days: these may be 366
    ],
)
def test_times_that_some_curve_has_are_no_conflict(year, times):
    assert conflicts(printed(12, year, **times)) is None


def test_a_median_bounds_its_curve():
    """8 months are 236 to 252 days."""
    asked = Bounds(printed(12, median="8.0"), given_up=())

    assert [asked.survival(YEAR, day).low >= 49.9 for day in (230, 260)] == [True, False]
    assert [asked.survival(YEAR, day).high <= 50.1 for day in (230, 260)] == [False, True]


def test_patients_at_risk_are_bounded_beside_a_median_of_many_patients():
    """A day that the median stands for is no printed number at risk."""
    asked = Bounds(printed(120, median="8.0"), seconds=0.01, given_up=())
    found = asked.at_risk(YEAR, 230)

    assert 0 <= found.low <= found.high <= 120


def test_a_cohort_of_a_median_is_found_without_the_exact_model(monkeypatch):
    """Which took seconds for 35 patients."""
    solved = deciding.Decision._solved
    monkeypatch.setattr(
        deciding.Decision,
        "_solved",
        lambda of: pytest.fail("the exact model of times") if of.is_timed else solved(of),
    )

    assert conflicts(printed(35, "77%", median="16.0", p25="13.0")) is None


@pytest.mark.parametrize(
    ("cells", "why"),
    [
        ({"unit": "cycles"}, "cycles is no unit of time"),
        ({"unit": ""}, "an empty cell is no unit of time"),
        ({"method": "survivors"}, "by the times of those without the event"),
        ({"label": "OS, adjusted for age"}, "adjusted"),
        ({"endpoint": "TTP"}, "no variable holds the days or the events of TTP"),
    ],
)
def test_a_time_of_unknown_meaning_constrains_nothing(cells, why):
    ledger = printed(12, "75%", median="9.0")
    ledger = replace(ledger, measures={**ledger.measures, "os": replace(TIME, **cells)})

    assert why in modeled(ledger.claims["os_median"], ledger)
    assert conflicts(ledger) is None


def test_a_time_that_was_not_reached_needs_no_unit():
    ledger = printed(12, "33%", median="NR")
    ledger = replace(ledger, measures={**ledger.measures, "os": replace(TIME, unit="")})

    assert conflicts(ledger).claims == ("os_median", "year_estimate")


def test_limits_of_a_median_constrain_nothing():
    """They are computed by too many methods."""
    ledger = printed(12, "75%", median="13.0", conf_low="1.0", conf_high="2.0")

    assert conflicts(ledger) is None


def test_a_conflict_quotes_the_time_as_printed():
    assert quote(printed(12, median="9.0"), "os_median") == "Text prints 9.0 for os, median"
