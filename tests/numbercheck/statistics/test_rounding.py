"""Promises of numbercheck.statistics.rounding: what is printed, and what could have been."""

from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from numbercheck.statistics.rounding import Printed, format_rounded, roundings, shift

DECIMALS = st.integers(0, 4)
FRACTIONS = st.fractions(-1000, 1000, max_denominator=400)


@pytest.mark.parametrize(
    ("text", "value", "decimals", "relation", "unit"),
    [
        ("94%", 94, 0, "=", "%"),
        ("94 %", 94, 0, "=", "%"),
        ("69.0", 69, 1, "=", ""),
        ("<0.05", 0.05, 2, "<", ""),
        ("< 0.001", 0.001, 3, "<", ""),
        (">=0.05", 0.05, 2, ">=", ""),
        ("≥0.05", 0.05, 2, ">=", ""),
        ("≤ 5%", 5, 0, "<=", "%"),
        (">30", 30, 0, ">", ""),
        ("100", 100, 0, "=", ""),
        ("0.0094", 0.0094, 4, "=", ""),
        (".05", 0.05, 2, "=", ""),
        ("0·05", 0.05, 2, "=", ""),
        ("−1.2", -1.2, 1, "=", ""),
        ("-0.5%", -0.5, 1, "=", "%"),
        ("1,234", 1234, 0, "=", ""),
        ("1 234", 1234, 0, "=", ""),
        ("1\u202f234", 1234, 0, "=", ""),
        ("94\u00a0%", 94, 0, "=", "%"),
        ("0·0004", 0.0004, 4, "=", ""),
        ("0⋅05", 0.05, 2, "=", ""),
        ("1.2e-4", 0.00012, 5, "=", ""),
        ("<1.0 × 10−4", 0.0001, 5, "<", ""),
        ("P<0.001", 0.001, 3, "<", ""),
        ("p = .04", 0.04, 2, "=", ""),
        ("⩽0.05", 0.05, 2, "<=", ""),
        ("07", 7, 0, "=", ""),
        ("1,234,567.8", 1234567.8, 1, "=", ""),
    ],
)
def test_what_articles_print_is_read(text, value, decimals, relation, unit):
    printed = Printed(text)

    assert (printed.value, printed.decimals) == (value, decimals)
    assert (printed.relation, printed.unit, printed.text) == (relation, unit, text)


@pytest.mark.parametrize(
    "text", ["", "abc", "%", "94%%", "1.2.3", "1e5", "5.", "P0.05", "<", "nan", "1 2345", "0 234"]
)
def test_what_is_no_number_is_refused_with_the_right_form(text):
    with pytest.raises(ValueError, match=r"is not a printed number; write digits .* as in 94%"):
        Printed(text)


@pytest.mark.parametrize(
    ("text", "advice"),
    [
        ("94,3", "write a decimal comma as a point"),
        ("0,043", "write a decimal comma as a point"),
        ("<0,001", "write a decimal comma as a point"),
        ("NS", "write >=0.05, with yes in the column verbal"),
        ("not significant", "write >=0.05"),
        ("1 (07)", "give each of its numbers a row of its own"),
        ("33 (94%)", "give each of its numbers a row of its own"),
        ("81–98", "give each of its numbers a row of its own"),
        ("33/35", "give each of its numbers a row of its own"),
    ],
)
def test_what_is_printed_otherwise_is_refused_with_what_to_write(text, advice):
    """A thousand and a decimal comma, or two numbers in one cell, are never guessed apart."""
    with pytest.raises(ValueError, match=advice):
        Printed(text)


@pytest.mark.parametrize(
    "text", ["NE", "NR", "NA", "n/a", "–", "-", "not reached", "Not estimable"]
)
def test_a_limit_that_was_not_reached_admits_no_number(text):
    """As articles print it; a limit that R gives as NaN prints so."""
    printed = Printed(text)

    assert printed.relation == "unreached"
    assert not printed.admits(94.0)
    assert printed.admits(float("nan"))
    assert printed.fractions() == (0, 1)


def test_a_number_instead_of_its_text_is_refused():
    """The decimals printed are in the text only."""
    with pytest.raises(ValueError, match="94 is not a printed number"):
        Printed(94)


@pytest.mark.parametrize(
    ("text", "inside", "outside"),
    [
        ("94%", [93.5, 94, 94.49, 94.5, Fraction(3300, 35)], [93.49, 94.51, 0.94]),
        ("45%", [44.5, 45.49], [45.5, 44.49, 1600 / 35]),  # half to even sends 45.5 to 46 too
        ("46%", [45.5, 46.5, 1600 / 35], [45.49, 46.51]),
        ("69.0", [68.95, 69.05], [68.949, 69.051]),
        ("0.0094", [0.00935, 0.00944], [0.0095, 0.00934]),
        ("<0.05", [0.049, 0, -1], [0.05, 0.051]),
        ("≤0.05", [0.05], [0.0501]),
        (">=0.05", [0.05, 1], [0.0499]),
        (">30", [31], [30]),
        ("−1.2", [-1.2, -1.25, -1.15], [-1.26, -1.149, 1.2]),
    ],
)
def test_a_printed_number_admits_what_rounds_to_it(text, inside, outside):
    """Half up or, at an exact tie, half to even; a bound admits what satisfies it."""
    printed = Printed(text)

    assert [value for value in inside if not printed.admits(value)] == []
    assert [value for value in outside if printed.admits(value)] == []


def test_the_last_bit_of_a_product_may_round_a_tie_either_way():
    """R's survfit prints 37 for a survival of 0.375 at the end of seven factors."""
    assert not Printed("37").admits(37.5)
    assert [text for text in ("36", "37", "38", "39") if Printed(text).admits_computed(37.5)] == [
        "37",
        "38",
    ]


@pytest.mark.parametrize(
    ("k", "n", "printed"), [(115, 200, "57|58"), (3, 8, "38"), (1, 8, "12|13")]
)
def test_a_percentage_rounds_as_programs_compute_it(k, n, printed):
    """Python: 115 / 200 * 100 is 57.49999999999999; 3 / 8 * 100 is 37.5, and no program cuts it."""
    possible = printed.split("|")
    texts = map(str, range(int(possible[0]) - 1, int(possible[-1]) + 2))
    assert [text for text in texts if Printed(text).admits_percent(k, n)] == possible


def test_a_mean_rounds_as_programs_divide():
    """Python's f"{643 / 40:.2f}" is 16.07, since 643 / 40 is a little less than 16.075."""
    assert [text for text in ("16.07", "16.08") if Printed(text).admits_mean(643, 40)] == [
        "16.07",
        "16.08",
    ]
    assert not Printed("1.37").admits_mean(11, 8)


@pytest.mark.parametrize("value", [0.5, 0.49999999999999994, 0.5000000000000001, np.float64(0.5)])
def test_binary_noise_does_not_decide_a_tie(value):
    """0.5 rounds half up to 1, half to even to 0: both are admitted, whatever the last bit."""
    assert Printed("0").admits(value)
    assert Printed("1").admits(value)
    assert format_rounded(value, 0) == "1"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (Fraction(1, 2) - Fraction(1, 10**30), "0"),
        (Fraction(1, 2), "1"),
        (Decimal("0.4999999999999999999999"), "0"),
    ],
)
def test_an_exact_number_is_taken_at_its_word(value, expected):
    """Only floats carry noise."""
    assert format_rounded(value, 0) == expected
    assert Printed("1").admits(value) == (expected == "1")


@pytest.mark.parametrize("value", [0.04999999999999999, 0.05, 0.05000000000000001])
def test_binary_noise_does_not_decide_a_bound(value):
    assert not Printed("<0.05").admits(value)
    assert Printed(">=0.05").admits(value)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf")])
@pytest.mark.parametrize("text", ["94%", "<0.05", ">30"])
def test_no_printed_number_admits_what_is_not_finite(text, value):
    """An undefined test is never a match."""
    assert not Printed(text).admits(value)


@given(FRACTIONS, DECIMALS)
def test_what_shown_prints_is_admitted_and_its_neighbors_are_not(value, decimals):
    """Off a tie exactly one printed number admits a value; at a tie at most two do."""
    printed = Printed(format_rounded(value, decimals))
    neighbors = [shift(printed, k) for k in (-2, -1, 1, 2)]
    tie = (value * 10**decimals) % 1 == Fraction(1, 2)

    assert printed.admits(value)
    assert printed.admits(float(value))
    assert sum(other.admits(value) for other in neighbors) <= int(tie)


@given(st.decimals(-1000, 1000, places=3), st.integers(0, 2))
def test_rounding_agrees_with_the_decimal_module(value, decimals):
    """Python's decimal module is the second route to both conventions."""
    unit = Decimal(1).scaleb(-decimals)
    ways = {"half-up": ROUND_HALF_UP, "half-even": ROUND_HALF_EVEN}

    for name, way in ways.items():
        expected = value.quantize(unit, rounding=way)
        assert Decimal(roundings(float(value), decimals)[name]) == expected
        assert Printed(str(expected)).admits(float(value))


@given(FRACTIONS, DECIMALS)
def test_the_interval_is_what_could_print_so(value, decimals):
    """Closed, one unit of the last digit wide, and nothing outside it is admitted."""
    printed = Printed(format_rounded(value, decimals))
    low, high = printed.interval()
    hair = Fraction(1, 10**30)

    assert low <= value <= high
    assert high - low == Fraction(1, 10**decimals)
    assert not printed.admits(low - hair)
    assert not printed.admits(high + hair)
    assert printed.admits(low + hair)
    assert printed.admits(high - hair)


def test_a_bound_has_no_interval():
    with pytest.raises(ValueError, match=r"'<0.05' is a bound"):
        Printed("<0.05").interval()


@pytest.mark.parametrize(
    ("value", "decimals", "expected"),
    [
        (Fraction(1600, 35), 0, ("46", "46", "45", "46", "46")),  # the article prints 45%
        (44.5, 0, ("45", "44", "44", "45", "45")),
        (44.46, 0, ("44", "44", "44", "45", "45")),  # 44.46 -> 44.5 -> 45
        (57.0, 0, ("57", "57", "57", "57", "57")),
        (0.57 * 100, 0, ("57", "57", "57", "57", "57")),  # 56.99999999999999 in binary
        (-1.25, 1, ("-1.3", "-1.2", "-1.2", "-1.3", "-1.3")),
        (0.04, 1, ("0.0", "0.0", "0.0", "0.1", "0.0")),
        (-0.04, 1, ("0.0", "0.0", "0.0", "-0.1", "0.0")),
    ],
)
def test_each_convention_prints_its_own_way(value, decimals, expected):
    names = ("half-up", "half-even", "truncated", "up", "double")

    assert roundings(value, decimals) == dict(zip(names, expected, strict=True))


@pytest.mark.parametrize(
    ("text", "k", "expected"),
    [
        ("45%", 1, "46%"),
        ("69.0", -1, "68.9"),
        ("0.0094", 6, "0.0100"),
        ("<0.05", 1, "<0.06"),
        ("≥0.05", -1, ">=0.04"),
        ("−1.2", 3, "-0.9"),
        ("1,999", 1, "2000"),
    ],
)
def test_a_shifted_digit_keeps_decimals_relation_and_unit(text, k, expected):
    assert shift(Printed(text), k) == Printed(expected)


@pytest.mark.parametrize("digits", [16, 400])
def test_a_number_that_no_float_can_hold_is_refused(digits):
    """A finger left on a key ends in a sentence, not in an overflow."""
    with pytest.raises(ValueError, match="more than 15 digits"):
        Printed("9" * digits)
