"""Promises of means, tests from summaries and rates, held by R, published examples, enumeration."""

import csv
from itertools import product
from math import nan
from statistics import mean, pstdev, stdev

import pytest
from places import TESTS

from numbercheck.statistics.contingency import p_value
from numbercheck.statistics.moments import anova, debit, grim, grimmer, most_sd, t_test
from numbercheck.statistics.rates import rate_interval
from numbercheck.statistics.rounding import Printed, format_rounded


def reference(name):
    with (TESTS / "reference" / name).open() as file:
        return list(csv.DictReader(file))


def numbers(text, of=float):
    return [of(x) for x in text.split()]


def test_tests_of_means_agree_with_r():
    """t.test and oneway.test of the values whose summaries these are; 1e-9."""
    for row in reference("means.csv"):
        means, sds, sizes = numbers(row["means"]), numbers(row["sds"]), numbers(row["sizes"], int)
        if row["method"] == "anova":
            found = anova(means, sds, sizes).p_value
        else:
            (m1, m2), (s1, s2), (n1, n2) = means, sds, sizes
            found = t_test(m1, s1, n1, m2, s2, n2, row["method"]).p_value
        assert found == pytest.approx(float(row["p_value"]), rel=1e-9), row


def test_large_tables_agree_with_r():
    """chisq.test, loglin, fisher.test and prop.trend.test; 1e-8."""
    for row in reference("tables.csv"):
        cells, rows = numbers(row["cells"], int), int(row["rows"])
        width = len(cells) // rows
        table = [cells[at : at + width] for at in range(0, len(cells), width)]
        assert p_value(table, row["method"]) == pytest.approx(float(row["p_value"]), rel=1e-8), row


def test_rates_agree_with_r():
    """poisson.test; its limits are gamma quantiles."""
    for row in reference("rates.csv"):
        found = rate_interval(int(row["events"]), 340.5, row["method"], float(row["level"]))
        expected = [float(row[c] or nan) for c in ("lower", "upper")]
        assert found == pytest.approx(expected, rel=1e-9, abs=1e-12, nan_ok=True), row


def test_byar_matches_breslow_and_day():
    """Their table 2.10 in its exact form: 10 events, limits 4.79 and 18.39 by Byar's formula."""
    assert rate_interval(10, 1, "byar") == pytest.approx((4.79, 18.39), abs=0.006)


def test_byars_approximation_to_mid_p_matches_epitools():
    """Version 0.5-10.1, pois.byar of 17 events."""
    expected = pytest.approx((10.27914, 26.60313), abs=5e-6)
    assert rate_interval(17, 1, "byar-mid-p") == expected


@pytest.mark.parametrize(
    ("printed", "n", "is_possible"),
    [
        ("5.19", 28, False),  # Brown and Heathers (2017), the paper's example
        ("5.18", 28, True),
        ("3.45", 20, True),
        ("3.47", 20, False),
    ],
)
def test_grim_matches_brown_and_heathers(printed, n, is_possible):
    assert grim(float(printed), n, 2) is is_possible


def test_several_items_leave_more_means():
    """The mean of three items each: 5.19 x 84 is 435.96, and 436 / 84 is 5.190."""
    assert grim(5.19, 28, 2, items=3)


def test_grimmer_refuses_anayas_example():
    """Anaya (2016): a mean of 3.44 and a deviation of 2.47 of 18 whole numbers."""
    assert not grimmer(3.44, 2.47, 18, 2)


@pytest.mark.parametrize("n", [4, 5])
def test_whatever_whole_numbers_print_is_possible(n):
    """Every sample of values 0 to 4, by statistics.mean, stdev and pstdev, which divides by n."""
    for values in product(range(5), repeat=n):
        m = format_rounded(mean(values), 2)
        assert grim(float(m), n, 2)
        for deviation in (stdev, pstdev):
            assert grimmer(float(m), float(format_rounded(deviation(values), 2)), n, 2)
        assert stdev(values) <= most_sd(mean(values), n, 0, 4) + 1e-9


@pytest.mark.parametrize("n", [5, 12])
def test_debit_admits_just_the_answers_that_can_be(n):
    """Every count of ones, and every deviation that is not printed for one of them."""
    possible = set()
    for k in range(n + 1):
        values = [1] * k + [0] * (n - k)
        possible.add((format_rounded(mean(values), 2), format_rounded(stdev(values), 2)))
    for m, s in product({m for m, _ in possible}, {s for _, s in possible}):
        assert debit(float(m), float(s), n, 2) is ((m, s) in possible)


def test_a_printed_number_keeps_its_decimals():
    """2.40 of 10 is 24, and 2.4 is one of 23.5 to 24.5."""
    assert grim(2.4, 10, 2)
    assert not grim(2.41, 10, 2)
    assert Printed("2.4").admits(2.44)


def test_a_standard_deviation_needs_two_participants():
    with pytest.raises(ValueError, match="needs at least 2 participants"):
        t_test(1, 1, 1, 2, 1, 10)
