"""Numbers of patients that differ: which of them is wrong is found out like any other number."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tiny_trials import A, claim, keyed, measure

from numbercheck.consistency import conflicts
from numbercheck.consistency.conflict_sets import find_all, give_up
from numbercheck.consistency.leave_one_out import digit_test, leave_one_out
from numbercheck.consistency.search import Search
from numbercheck.consistency.sharp_bounds import Bounds
from numbercheck.consistency.words import tell
from numbercheck.ledger.expressions import Expression
from numbercheck.ledger.records import Ledger
from numbercheck.statistics.rounding import Printed

MEASURES = keyed([measure("all"), measure("response", where="a")])


def printed(*numbers, sizes=(), total=""):
    """A ledger of sizes, and of the count and percentage of a response."""
    claims = [claim("all", "n", str(n), f"_{at}") for at, n in enumerate(sizes)]
    told = zip(("n", "percent", "N"), (*numbers, total), strict=False)
    claims += [claim("response", statistic, str(text)) for statistic, text in told if text != ""]
    return Ledger(MEASURES, keyed(claims), variables=keyed([A]))


def fewest_wrong(n, percent, sizes):
    """Claims that the most fitting cohort of a printed size contradicts."""
    return min(
        sum(size != whole for size in sizes)
        + (n != part)
        + (not Printed(percent).admits_percent(part, whole))
        for whole, part in product(set(sizes), range(41))
        if part <= whole
    )


SIZES = st.lists(st.integers(30, 40), min_size=2, max_size=3)


@given(st.integers(20, 40), st.integers(40, 100), SIZES)
def test_as_few_numbers_are_set_aside_as_any_size_allows(n, percent, sizes):
    given_up, found = give_up(Search(printed(n, f"{percent}%", sizes=sizes)))

    assert len(given_up) == fewest_wrong(n, f"{percent}%", sizes)
    assert all(conflict.certified for conflict in found)


def test_a_percentage_of_the_other_size_is_not_called_impossible():
    """30 of 35 is 86%; of 34 it is not."""
    ledger = printed(30, "86%", sizes=(34, 35))
    search = Search(ledger)

    assert conflicts(ledger).claims == ("all_n_0", "all_n_1")
    assert search.feasible(["response_n", "response_percent"])
    assert Bounds(ledger).count(Expression("a")).low == 30


def test_a_percentage_of_no_printed_size_is_told_without_naming_one():
    """17 of 34 and 18 of 36 are 50%."""
    ledger = printed("", "51%", sizes=(34, 36))
    told = tell(ledger, list(find_all(search := Search(ledger), search.rows))[1])

    assert "51%" in told
    assert "which no cohort can print" in told


def test_a_changed_size_is_noticed_by_what_it_is_the_size_of():
    """30 of 35 are 86%, 30 of 36 are 83%."""
    noticed = {c.changed: c.kept for c in digit_test(printed(30, "86%", sizes=(35,)), ())}

    assert (noticed["34"], noticed["36"]) == (True, True)


def test_without_any_size_a_change_is_not_decided():
    """The only denominator is set aside with the other numbers of its measure."""
    ledger = printed(30, "86%", total=35)

    assert {c.aside for c in digit_test(ledger, ()) if c.statistic == "percent"} == {None}
    assert {c.kept for c in digit_test(ledger, ()) if c.statistic == "percent"} == {True}


@pytest.mark.parametrize("sizes", [(34, 35), (35, 34)])
def test_what_is_set_aside_gives_no_size(sizes):
    """86% of 35 are 30, whichever size is printed first; of 34 none are."""
    ledger = printed(30, "86%", sizes=sizes)
    given_up, _ = give_up(Search(ledger))
    implied = {i.statistic: i.kept for i in leave_one_out(ledger, given_up)}

    assert [ledger.claims[slug].printed for slug in given_up] == ["34"]
    assert implied["percent"] == (pytest.approx(100 * 30 / 35),) * 2
