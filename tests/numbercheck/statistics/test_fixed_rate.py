"""Tests of one proportion against a fixed rate, held by R."""

import csv
from math import isnan

import pytest
from places import TESTS

from numbercheck.statistics.fixed_rate import METHODS, rate_p_value

with (TESTS / "reference" / "fixed_rate.csv").open(newline="", encoding="utf-8") as handle:
    ROWS = list(csv.DictReader(handle))


def test_every_test_agrees_with_r():
    """`binom.test`, `prop.test`, and the definitions written out in R."""
    assert {row["method"] for row in ROWS} == set(METHODS)
    for row in ROWS:
        counts = int(row["k"]), int(row["n"]), float(row["p0"])
        p = rate_p_value(*counts, row["method"], row["alternative"])
        if not row["p_value"]:  # the standard error is zero
            assert isnan(p), row
        else:
            assert p == pytest.approx(float(row["p_value"]), rel=1e-9, abs=1e-12), row


def test_half_of_the_observed_outcome_is_never_more_than_p():
    """R's dbinom(21, 40, 0.05) is 2.4e-17, lost where 1 is subtracted from 1."""
    p = rate_p_value(21, 40, 0.05, "binomial-mid-p")

    assert p == pytest.approx(1.293091e-17, rel=1e-6)
