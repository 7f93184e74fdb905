"""The records of a ledger: how printed numbers, populations and dates are found."""

from datetime import date

import pytest

from companion.project import ROOT
from numbercheck.errors import unknown
from numbercheck.ledger.expressions import Expression, ExpressionError
from numbercheck.ledger.reading import read_ledger
from numbercheck.ledger.records import Ledger, LedgerError
from numbercheck.ledger.rows import Claim, Measure, Variable
from numbercheck.ledger.texts import day_range


@pytest.fixture(scope="module")
def ledger():
    """Read the article's ledger once."""
    return read_ledger(ROOT / "data" / "published")


@pytest.mark.parametrize(
    ("printed", "first", "last"),
    [
        ("April 15, 2024", date(2024, 4, 15), date(2024, 4, 15)),
        ("February 2024", date(2024, 2, 1), date(2024, 2, 29)),
        ("February 2023", date(2023, 2, 1), date(2023, 2, 28)),
        ("December 2023", date(2023, 12, 1), date(2023, 12, 31)),
    ],
)
def test_a_month_is_every_day_that_it_can_mean(printed, first, last):
    """Leap years and the turn of the year included."""
    assert day_range(printed) == (first, last)


@pytest.mark.parametrize("printed", ["2024-04-15", "April", "April 31, 2024", "", "Sept 2022"])
def test_what_is_no_date_is_refused_with_an_example(printed):
    """A date is never guessed."""
    with pytest.raises(ValueError, match="write it as April 15, 2024 or as April 2024"):
        day_range(printed)


def test_a_claim_in_words_is_no_printing_of_a_number(ledger):
    """`>=0.05` stands for words, so nothing may be computed from it."""
    assert ledger.find("crc_by_sex", "p_value") == []
    assert ledger.find("crs_by_blasts", "p_value")


def test_what_is_not_printed_is_none_and_never_zero(ledger):
    """The article prints no count of deaths out of a number."""
    assert ledger.printed("deaths", "N") is None
    assert ledger.printed("early_deaths", "n").value == 0


def test_a_parameter_falls_back_to_its_default(ledger):
    """An assumption sets it, or nobody does."""
    assert float(ledger.parameter("days_per_month")) == 365.25 / 12
    assert ledger.parameter("level", "0.95") == "0.95"


@pytest.mark.parametrize(
    ("locus", "part"),
    [("Abstract", "Abstract"), ("Text ¶4", "Text"), ("Table 1 · CRi", "Table 1")],
)
def test_a_place_lies_in_its_part(locus, part):
    """The numerals are listed by part."""
    assert Claim("c", locus, "m", "n", "1").part == part


@pytest.mark.parametrize(
    ("kind", "values", "domain"),
    [
        ("flag", "", (False, True)),
        ("integer", "15..18", (15, 16, 17, 18)),
        ("grade", "0|1|3", (0, 1, 3)),
        ("category", "CR|CRi|NR", ("CR", "CRi", "NR")),
    ],
)
def test_a_variable_lists_every_value_that_a_patient_can_have(kind, values, domain):
    """The solver's domains are these."""
    assert Variable("v", "", kind, values, "", Expression(""), "").domain == domain


def test_a_changed_ledger_leaves_the_first_as_it_was(ledger):
    """What-if questions are asked of copies."""
    changed = ledger.constrain(
        {"text5_relapse_n": "5"}, ["table1_crs_g12_percent"], ["followed_to_cutoff"]
    )

    assert changed.claims["text5_relapse_n"].value.value == 5
    assert ledger.claims["text5_relapse_n"].value.value == 4
    assert set(ledger.claims) - set(changed.claims) == {"table1_crs_g12_percent"}
    assert set(ledger.assumptions) - set(changed.assumptions) == {"followed_to_cutoff"}
    assert changed.printed("relapse", "n").value == 5


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"printed": {"text5_relaps_n": "5"}}, "unknown claim 'text5_relaps_n'; did you mean"),
        ({"printed": {"text5_relapse_n": "five"}}, "'five' is not a printed number"),
        ({"printed": {"text2_data_cutoff_value": "5"}}, "'5' is not a date"),
        ({"drop": ["text5_relaps_n"]}, "did you mean text5_relapse_n"),
        ({"without": ["followed_to_cut"]}, "unknown assumption .* did you mean followed_to_cutoff"),
        ({"without": ["month"]}, "'month' cannot be switched off"),
        ({"without": ["death_ends_pfs"]}, "'death_ends_pfs' cannot be switched off"),
    ],
)
def test_a_what_if_with_a_wrong_name_or_value_is_refused(ledger, change, message):
    """The nearest real names are offered."""
    with pytest.raises(LedgerError, match=message):
        ledger.constrain(**change)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("crs > 1", "names no known column: 'crs'"),
        ('response_2w == "cr"', "response_2w is never 'cr'"),
        ("response_2w == 1", "response_2w is never 1"),
        ("os.system('x')", "Call, which is not allowed"),
    ],
)
def test_a_selection_that_could_never_be_meant_is_refused(ledger, text, message):
    """A user's own expression is checked against the patient table before anything runs."""
    with pytest.raises(ExpressionError, match=message):
        ledger.selection(text)


def test_a_ledger_of_measures_and_claims_is_enough():
    """Families, variables and the rest may be absent, as for another article."""
    none = Expression("")
    measure = Measure("m", "M", "count", none, none, none, "", "", "", "", "patients")
    ledger = Ledger({"m": measure}, {"c": Claim("c", "Abstract", "m", "n", "3")})

    assert ledger.method(measure) == ""
    assert ledger.printed("m", "n").value == 3
    assert ledger.selection("").names == ()


def test_an_unknown_name_without_a_near_one_gets_no_guess_but_names_that_there_are():
    """No hint is better than a wrong one; what would be right is said all the same."""
    assert unknown("claim", "zzz", []) == "unknown claim 'zzz'; none is known"
    assert unknown("arm", "zzz", ["a", "b"]) == "unknown arm 'zzz'; the known ones are a, b"
    assert unknown("arm", "zzz", "abcdefg").endswith("known ones are a, b, c, d, e and 2 more")
