"""Clinical links that the article's ledger assumes, each of which can be switched off."""

from dataclasses import replace

import pytest
from article import LEDGER

from numbercheck.consistency import conflicts
from numbercheck.consistency.sharp_bounds import Bounds
from numbercheck.ledger.expressions import Expression

KNOWN = ["table1_crs_g12_percent"]


def most(expression, without=()):
    """Most patients that some consistent cohort has, what is printed of their number aside."""
    ledger = LEDGER.constrain(without=without)
    kept = {k: c for k, c in ledger.claims.items() if c.measure != expression}
    asked = Bounds(replace(ledger, claims=kept), given_up=KNOWN)
    return asked.count(Expression(expression)).high


@pytest.mark.parametrize(
    ("links", "expression", "with_link", "without"),
    [
        (["crc_needs_few_blasts"], "crc_after_rdc", 11, 17),
        (["relapse_after_remission"], 'relapse != "none" and pfs_time <= 22', 0, 1),
        (["remission_from_day_8"], "time_to_cr < 8", 0, 2),
        (["response_on_day_22"], 'response_2w == "NR" and time_to_cr <= 22', 0, 2),
        (["remission_by_day_36"], "time_to_cr > 36", 0, 2),
        (["crc_needs_few_blasts", "remission_after_rdc_by_day_8"], "crc_after_rdc", 11, 33),
    ],
)
def test_a_link_bounds_what_could_be_otherwise(links, expression, with_link, without):
    assert most(expression) == with_link
    assert most(expression, links) == without


def test_more_remissions_than_marrows_with_few_blasts_conflict():
    """11 of the 33 marrows have fewer than 5% blasts, so 20 are not in CRc."""
    found = conflicts(LEDGER.constrain({"text4_crc_after_rdc_n": "20"}, drop=KNOWN))

    assert found.certified
    assert {LEDGER.claims[slug].measure for slug in found.claims} == {
        "blasts_lt5", "crc_after_rdc",
    }  # fmt: skip
    assert found.assumptions == ("crc_needs_few_blasts",)
