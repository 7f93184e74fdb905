"""Promises of contingency, held by R, by published tables and by brute force."""

import csv
from math import isnan, nan

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from places import TESTS
from scipy.stats import barnard_exact, binom, boschloo_exact

from numbercheck.statistics.contingency import METHODS, TWO_SIDED_ONLY, discordant_pairs, p_value
from numbercheck.statistics.rounding import Printed

REFERENCE = TESTS / "reference"
PAIRED = ("mcnemar", "mcnemar-cc", "mcnemar-exact")
DOUBLED = ("fisher-doubled", "mid-p-doubled")
IN_R = ("fisher", "chi2", "chi2-yates", "g", "mid-p", *DOUBLED, *PAIRED)
COUNT = st.integers(0, 40)
TABLES = st.tuples(st.tuples(COUNT, COUNT), st.tuples(COUNT, COUNT))
FEW = st.integers(0, 9)
SMALL_TABLES = st.tuples(st.tuples(FEW, FEW), st.tuples(FEW, FEW)).filter(
    lambda t: all((sum(t[0]), sum(t[1]), t[0][0] + t[1][0], t[0][1] + t[1][1]))
)
ONE_SIDED = tuple(
    method for method in METHODS if method not in (*TWO_SIDED_ONLY, "boschloo", "barnard")
)


def rows(method):
    with (REFERENCE / "contingency.csv").open() as file:
        return [row for row in csv.DictReader(file) if row["method"] == method]


@pytest.mark.parametrize("method", IN_R)
def test_p_values_agree_with_r(method):
    """fisher.test, chisq.test, prop.test, loglin, dhyper, binom.test; empty margins too; 1e-9."""
    chosen = rows(method)
    for row in chosen:
        a, b, c, d = (int(row[cell]) for cell in "abcd")
        expected = float(row["p_value"] or nan)
        computed = p_value([[a, b], [c, d]], method, row["alternative"])
        assert computed == pytest.approx(expected, rel=1e-9, abs=1e-15, nan_ok=True), row
    assert len(chosen) > 20


@pytest.mark.parametrize(
    ("table", "method", "alternative", "expected", "digits"),
    [
        # tea tasting: Agresti, Categorical Data Analysis
        ([[3, 1], [1, 3]], "fisher", "greater", 0.243, 3),
        ([[3, 1], [1, 3]], "mid-p", "greater", 0.129, 3),
        # airway responsiveness before and after: Fagerland et al. (2013),
        # doi:10.1186/1471-2288-13-91
        ([[1, 1], [7, 12]], "mcnemar-exact", "two-sided", 0.0703, 4),
        # vaccine trial: Mehta and Senchaudhuri (2003), Conditional versus unconditional exact tests
        ([[7, 8], [12, 3]], "barnard", "less", 0.0341, 4),
        ([[7, 8], [12, 3]], "fisher", "less", 0.0641, 4),
    ],
)
def test_p_values_match_published_examples(table, method, alternative, expected, digits):
    assert round(p_value(table, method, alternative), digits) == expected


def largest_chance(table, extremeness):
    """Largest chance, over a fine grid of rates, of a table at least as extreme."""
    (a, b), (c, d) = table
    first, second = np.arange(a + b + 1), np.arange(c + d + 1)
    statistic = np.array([[extremeness(x, y) for y in second.tolist()] for x in first.tolist()])
    within = statistic >= statistic[a, c] - 1e-9 * abs(statistic[a, c])
    rates = np.sin(np.linspace(0, np.pi / 2, 2001)) ** 2
    x, y = (binom.pmf(n[:, None], n[-1], rates) for n in (first, second))
    return ((within @ y) * x).sum(axis=0).max()


@given(SMALL_TABLES, st.sampled_from(["less", "greater"]))
@example([[7, 8], [12, 3]], "less")
@example([[17, 10], [18, 30]], "greater")  # SciPy's search misses the rate and says 0.0193
def test_boschloo_agrees_with_brute_force(table, side):
    """Groups are rows, of unequal size: reading columns as groups would give another value."""
    (a, b), (c, d) = table

    def extremeness(x, y):
        return -p_value([[x, a + b - x], [y, c + d - y]], "fisher", side)

    expected = largest_chance(table, extremeness)
    assert p_value(table, "boschloo", side) == pytest.approx(expected, rel=1e-4)


@given(SMALL_TABLES, st.sampled_from(["two-sided", "less", "greater"]))
@example([[7, 8], [12, 3]], "less")
def test_barnard_agrees_with_brute_force(table, side):
    (a, b), (c, d) = table

    def extremeness(x, y):
        """Difference over its pooled error."""
        rate = (x + y) / (a + b + c + d)
        error = (rate * (1 - rate) * (1 / (a + b) + 1 / (c + d))) ** 0.5
        z = (x / (a + b) - y / (c + d)) / error if error else 0.0
        return {"two-sided": abs(z), "greater": z, "less": -z}[side]

    expected = largest_chance(table, extremeness)
    assert p_value(table, "barnard", side) == pytest.approx(expected, rel=1e-4)


@pytest.mark.parametrize("method", ["boschloo", "barnard"])
def test_of_a_trial_of_many_thousands_no_pairs_of_counts_are_ordered(method):
    """The audit of a vaccine trial, whose printed P value no other test gives, took minutes."""
    assert isnan(p_value([[8, 21712], [162, 21566]], method))
    assert p_value([[8, 1992], [30, 1970]], method) < 0.001


@pytest.mark.parametrize("side", ["two-sided", "less", "greater"])
def test_scipy_finds_nearly_the_same_and_never_a_larger_chance(side):
    for table in ([[2, 9], [16, 6]], [[7, 8], [12, 3]], [[1, 9], [6, 8]]):
        columns = np.array(table).T  # SciPy reads groups as columns
        for name, theirs in (("boschloo", boschloo_exact), ("barnard", barnard_exact)):
            expected = theirs(columns, alternative=side, n=128).pvalue
            assert expected * (1 - 1e-6) <= p_value(table, name, side) <= expected * 1.01, name


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("table", [[[0, 12], [0, 9]], [[0, 0], [4, 5]], [[0, 0], [0, 0]]])
def test_an_empty_margin_leaves_the_test_undefined(table, method):
    """As in R: NaN, but 1 for Fisher's test, which has one possible table left."""
    p = p_value(table, method)

    if method in ("fisher", "fisher-doubled"):
        assert p == 1
    elif method in PAIRED and table[0][1] + table[1][0]:
        assert 0 < p <= 1  # a pair's margins may be empty; it needs one discordant pair
    else:
        assert isnan(p)


@given(TABLES, st.sampled_from(IN_R[:-3]))
def test_naming_groups_or_outcomes_the_other_way_changes_nothing(table, method):
    (a, b), (c, d) = table
    p = pytest.approx(p_value(table, method), nan_ok=True, rel=1e-9)

    assert p_value([[c, d], [a, b]], method) == p
    assert p_value([[b, a], [d, c]], method) == p
    assert p_value([[a, c], [b, d]], method) == p


@given(TABLES, st.sampled_from(ONE_SIDED))
def test_swapping_the_groups_swaps_the_sides(table, method):
    (a, b), (c, d) = table
    swapped = [[a, c], [b, d]] if method == "mcnemar-exact" else [[c, d], [a, b]]

    assert p_value(swapped, method, "greater") == pytest.approx(
        p_value(table, method, "less"), nan_ok=True
    )


@pytest.mark.parametrize(
    ("first", "second", "printed", "discordant"),
    [(33, 22, "0.0074", (13, 2)), (30, 15, "0.0015", (18, 3)), (8, 19, "0.019", (4, 15))],
)
def test_printed_margins_and_p_leave_one_set_of_discordant_pairs(
    first, second, printed, discordant
):
    """Of 35 matched pairs: every table that the margins allow, by McNemar's exact test."""
    prints = [
        (b, c)
        for b, c in discordant_pairs(first, second, 35)
        if Printed(printed).admits(p_value([[0, b], [c, 0]], "mcnemar-exact"))
    ]

    assert prints == [discordant]


@given(TABLES)
def test_corrections_only_raise_p_and_halving_only_lowers_it(table):
    if isnan(p_value(table, "chi2")):
        return
    assert p_value(table, "chi2-yates") >= p_value(table, "chi2")
    assert p_value(table, "mid-p") < p_value(table, "fisher")
    assert p_value(table, "mid-p") >= 0
    assert p_value(table, "fisher") <= 1


@pytest.mark.parametrize(
    ("table", "method", "alternative", "message"),
    [
        ([[1, 2, 3], [4, 5]], "fisher", "two-sided", "two rows of two counts"),
        ([[1, 2, 3], [4, 5, 6]], "chi2-yates", "two-sided", "of a larger table there is chi2 g"),
        ([[1, 2, 3], [4, 5, 6]], "fisher", "less", "of a larger table there is chi2 g"),
        ([[1, 2, 3]] * 3, "trend", "two-sided", "a trend needs two groups"),
        ([[1, 2]], "fisher", "two-sided", "two rows of two counts"),
        ([[1, -2], [3, 4]], "fisher", "two-sided", "whole number, zero or more"),
        ([[0.73, 0.27], [3, 4]], "fisher", "two-sided", "whole number, zero or more"),
        ([[1, 2], [3, 4]], "fischer", "two-sided", "'fischer' is unknown; did you mean fisher"),
        ([[1, 2], [3, 4]], "fisher", "lower", "alternative 'lower' is unknown"),
        ([[1, 2], [3, 4]], "g", "less", "'g' is two-sided only"),
    ],
)
def test_what_is_no_table_or_test_is_refused(table, method, alternative, message):
    with pytest.raises(ValueError, match=message):
        p_value(table, method, alternative)
