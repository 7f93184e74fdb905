"""Promises of ``numbercheck.statistics.risk_sets``."""

from itertools import combinations
from math import isnan

import numpy as np
import pytest

from numbercheck.statistics.risk_sets import (
    CONF_TYPES,
    UnfinishedError,
    at_risk_sequences,
    km_limits,
)
from numbercheck.statistics.rounding import Printed, format_rounded
from numbercheck.statistics.survival import kaplan_meier

PFS = (35, Printed("82.2"), Printed("69.0"), Printed("98.0"))


@pytest.mark.parametrize("conf_type", CONF_TYPES)
@pytest.mark.parametrize("history", [(35,), (35, 34, 25, 23, 20), (9, 8, 4, 2), (5, 2, 1), (1,)])
def test_limits_are_those_of_the_survival_room(conf_type, history):
    """R's survfit, through the room that its fixtures hold; NaN where R has it."""
    sizes = np.arange(history[0], 0, -1)
    events = np.isin(sizes, history)
    table = kaplan_meier(np.arange(sizes.size) + 1.0, events, conf_type)
    row = table[table["n_event"] == 1].iloc[-1]

    expected = row[["survival", "lower", "upper"]].tolist()
    assert km_limits(history, conf_type) == pytest.approx(expected, abs=1e-12, nan_ok=True)


def test_tied_deaths_are_successive_single_deaths():
    """The identity in the module's docstring, by the estimator that knows ties."""
    tied = kaplan_meier([1, 1, 1, 2, 3, 3, 4], [1, 1, 1, 0, 1, 1, 0]).iloc[2]

    assert km_limits((7, 6, 5, 3, 2)) == pytest.approx(
        tied[["survival", "lower", "upper"]].tolist()
    )


@pytest.mark.parametrize("conf_type", CONF_TYPES)
@pytest.mark.parametrize("events", [None, (2, 4), (None, 3), (3, None)])
@pytest.mark.parametrize("decimals", [0, 1])
def test_the_search_finds_what_trying_every_subset_finds(conf_type, events, decimals):
    """Exhaustive: all 2^9 histories of nine patients, and the pruning loses none."""
    every = [h for k in range(10) for h in combinations(range(9, 0, -1), k)]
    low, high = (
        (0 if e is None else e) if i == 0 else (9 if e is None else e)
        for i, e in enumerate(events or (None, None))
    )
    for history in every[20:300:40]:
        values = km_limits(history, conf_type)
        printed = [None if isnan(v) else Printed(format_rounded(100 * v, decimals)) for v in values]
        expected = {
            h
            for h in every
            if low <= len(h) <= high
            and all(
                p is None or p.admits(100 * v)
                for p, v in zip(printed, km_limits(h, conf_type), strict=True)
            )
        }
        found = at_risk_sequences(9, *printed, conf_type=conf_type, events=events)
        assert len(found) == len(set(found))
        assert set(found) == expected


def test_one_death_among_35_is_the_only_history_of_97_1():
    """Computed apart in SOLVER's prototype: 97.1 (91.8 to 100) under log limits."""
    assert at_risk_sequences(35, Printed("97.1%"), Printed("91.8"), Printed("100")) == [(35,)]


def test_82_2_has_23_histories_all_with_five_deaths():
    found = at_risk_sequences(*PFS)

    assert len(found) == 23
    assert {len(h) for h in found} == {5}
    assert (35, 34, 25, 23, 20) in found


@pytest.mark.parametrize("conf_type", ["log-log", "plain", "logit", "arcsin"])
def test_82_2_has_no_history_under_other_limits(conf_type):
    assert at_risk_sequences(*PFS, conf_type=conf_type) == []


def test_fractions_are_read_with_scale_1():
    printed = (Printed("0.971"), Printed("0.918"), Printed("1.000"))

    assert at_risk_sequences(35, *printed, scale=1) == [(35,)]


def test_more_than_the_limit_is_said_and_not_cut_silently():
    with pytest.raises(UnfinishedError, match="more than 22") as stopped:
        at_risk_sequences(*PFS, limit=22)
    assert len(stopped.value.found) == 22
    assert len(at_risk_sequences(*PFS, limit=23)) == 23


def test_a_search_that_was_stopped_is_not_an_answer():
    with pytest.raises(UnfinishedError, match="undecided"):
        at_risk_sequences(*PFS, steps=5)
    with pytest.raises(UnfinishedError, match="undecided") as stopped:
        at_risk_sequences(*PFS, steps=800)
    assert 0 < len(stopped.value.found) < 23


def test_limits_too_narrow_for_the_patients_are_refuted_at_once():
    """Greenwood's sum is least when nobody is censored, so 200 patients take no search."""
    printed = (Printed("65.0"), Printed("64.0"), Printed("66.0"))

    assert at_risk_sequences(200, *printed, steps=10) == []
