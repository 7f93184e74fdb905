"""What all consistent cohorts agree on, as figures and notebooks read it."""

from dataclasses import replace
from math import inf

import pytest
from article import COHORT, LEDGER

from companion.consistency import Consistency
from numbercheck.consistency import risk_histories
from numbercheck.consistency.sharp_bounds import Bounds
from numbercheck.statistics.risk_sets import at_risk_sequences
from numbercheck.statistics.survival import cumulative_incidence, kaplan_meier, survival_at

MONTH, YEAR = LEDGER.days_per_month, 365
SEQUENCES = {"os_12m": [[35]], "pfs_12m": [[35, 34, 25, 23, 20], [35, 30, 27, 25, 19]]}
DAYS = {"OS": [(29, 226)], "PFS": [(23, 226), (29, 226), (107, 350), (108, 351), (225, 351)]}


def bound(label, low, high):
    return {"label": label, "low": low, "high": high, "measure": "", "statistic": ""}


def document(in_all=None):
    """The part of a document that the curves need, with nothing but the ends of each month."""
    bounds = [
        bound(f"{endpoint} event {i}", *days)
        for endpoint, of in DAYS.items()
        for i, days in enumerate(of, 1)
    ]
    bounds += [bound(f"{e} events in all", n, n) for e, n in (in_all or {}).items()]
    joint = [
        {"measure": m, "joint": [*of], "alone": {}, "events": []} for m, of in SEQUENCES.items()
    ]
    ends = {"OS": [[0, 100, 100], [12, 0, 100]], "PFS": [[0, 100, 100], [12, 0, 100]]}
    return {"bounds": bounds, "risk_histories": joint, "envelopes": ends, "subgroups": {}}


def at(frame, day):
    """Ends of the range on a day, in percent."""
    row = frame[frame["time"] * MONTH <= day + 1e-6].iloc[-1]
    return 100 * row["lower"], 100 * row["upper"]


def test_survival_is_certain_before_the_first_possible_death_and_after_the_last():
    """One death of 35 between days 29 and 226: 34/35 = 97.1% (Text ¶5)."""
    frame = Consistency(document({"OS": 1}), LEDGER).envelope("OS")

    assert at(frame, 28) == (100, 100)
    assert at(frame, 29) == pytest.approx((100 * 34 / 35, 100))
    assert at(frame, 225) == pytest.approx((100 * 34 / 35, 100))
    assert at(frame, 226) == pytest.approx((100 * 34 / 35, 100 * 34 / 35))
    assert frame["time"].iloc[-1] == inf


@pytest.mark.parametrize("in_all", [None, {"OS": 2}])
def test_nothing_is_said_past_the_estimate_where_a_later_event_is_possible(in_all):
    frame = Consistency(document(in_all), LEDGER).envelope("OS")

    assert frame["time"].iloc[-1] * MONTH == pytest.approx(YEAR)


def test_there_is_no_range_where_the_number_of_events_is_open():
    told = document()
    told["risk_histories"][0]["joint"].append([35, 30])

    assert Consistency(told, LEDGER).envelope("OS") is None
    assert Consistency({}, LEDGER).envelope("OS") is None


@pytest.fixture(scope="module")
def everything():
    """The document with every possible sequence of numbers at risk."""
    told = document()
    told["risk_histories"][1]["joint"] = risk_histories(LEDGER, "pfs_12m")
    return told


def test_the_range_holds_what_the_solver_proves_for_a_single_day(everything):
    """Another way to the same ends: the model of all patients, asked of one day."""
    envelope, asked = Consistency(everything, LEDGER).envelope("PFS"), Bounds(LEDGER)
    for day in (22, 107, 351):
        low, high = at(envelope, day)
        sharp = asked.survival(LEDGER.measures["pfs_12m"], day)

        assert low - 1e-6 <= sharp.low <= sharp.high <= high + 1e-6, day
        assert sharp.low - low + high - sharp.high < 1, day  # and hardly more


def times(endpoint):
    rows = COHORT.adtte[COHORT.adtte["PARAMCD"] == endpoint].set_index("USUBJID")
    return rows["AVAL"], rows["CNSR"] == 0


@pytest.mark.parametrize("endpoint", ["OS", "PFS"])
def test_the_curve_of_a_consistent_cohort_stays_within_the_range(everything, endpoint):
    frame = Consistency(everything, LEDGER).envelope(endpoint)
    curve = kaplan_meier(*times(endpoint))

    for day in range(1, YEAR + 1):
        low, high = at(frame, day)
        survival = 100 * survival_at(curve, [day])["survival"].iloc[0]
        assert low - 1e-6 <= survival <= high + 1e-6, day


def test_the_incidence_of_each_cause_is_that_of_a_consistent_cohort(everything):
    """Aalen and Johansen, from the patients; the article alone gives 2.9% and 14.9%."""
    known = Consistency(everything, LEDGER).incidence("pfs_12m", "os_12m", 35)
    (days, events), (_, died) = times("PFS"), times("OS")
    found = cumulative_incidence(days, events * (2 - ~died), level=0.95)["incidence"]
    relapse, death = (100 * found.loc[cause].loc[:YEAR].iloc[-1] for cause in (1, 2))

    assert known["death"] == pytest.approx((death, death))
    assert known["other event"][0] - 1e-9 <= relapse <= known["other event"][1] + 1e-9
    assert {f"{end:.1f}" for end in known["other event"]} == {"14.9"}
    assert {f"{end:.1f}" for end in known["death"]} == {"2.9"}


def test_no_incidence_is_given_where_patients_were_censored_before_the_death():
    told = document()
    told["risk_histories"][0]["joint"] = [[34]]

    assert Consistency(told, LEDGER).incidence("pfs_12m", "os_12m", 35) == {}


def test_numbers_at_risk_are_told_by_sequence_and_month():
    told = document()
    told["risk_histories"][1]["at_risk"] = {"12": [[5, 17], [6, 17]], "3": [[33, 35], [34, 35]]}
    shown = Consistency(told, LEDGER).at_risk_by_sequence("pfs_12m")

    assert [*shown.columns] == ["3 months", "12 months"]
    assert shown.loc["35, 34, 25, 23, 20"].tolist() == ["33 to 35", "5 to 17"]
    assert Consistency({}, LEDGER).at_risk_by_sequence("pfs_12m").empty


def test_with_censoring_at_transplantation_every_sequence_is_possible(everything):
    """Notebook 4 lists the sequences from the estimate alone; the solver has them one by one.

    Takes 3 seconds: the one place where the two lists, made in two ways, are the same.
    """
    rules = {k: v for k, v in LEDGER.assumptions.items() if k != "no_censoring_at_transplant"}
    said = [LEDGER.printed("pfs_12m", s) for s in ("estimate", "conf_low", "conf_high")]

    free = risk_histories(replace(LEDGER, assumptions=rules), "pfs_12m")
    assert sorted(free) == sorted(at_risk_sequences(35, *said))
    assert len(free) > len(everything["risk_histories"][1]["joint"])
