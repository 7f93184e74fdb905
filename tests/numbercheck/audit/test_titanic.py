"""A second ledger, of a table of 1912 that has nothing to do with the trial."""

import pytest
from places import TESTS

from numbercheck.audit import audit, coverage
from numbercheck.ledger.reading import read_ledger

TITANIC = TESTS / "ledgers" / "titanic"


@pytest.fixture(scope="module")
def verdicts():
    return {v.claim: v for v in audit(read_ledger(TITANIC))}


def test_the_courts_three_wrong_percentages_are_found_and_named(verdicts):
    """499/1316 = 37.918, 97/494 = 19.636 and 20/23 = 86.957 per cent."""
    wrong = {v.claim: v.kind for v in verdicts.values() if v.verdict == "mismatch"}

    assert wrong == {
        "passengers_percent": "impossible-percent",
        "crew_victualling_percent": "rounding-slip",
        "crew_women_percent": "rounding-slip",
    }


def test_every_class_and_department_adds_up(verdicts):
    sums = {v.claim for v in verdicts.values() if v.kind == "sum"}

    wholes = ("second_class", "third_class", "crew", "aboard")
    assert sums == {f"{whole}_{s}" for whole in wholes for s in ("n", "N")}


def test_every_number_of_the_table_is_checked_or_a_premise(verdicts):
    """Each of the four wholes and fifteen percentages follows; the other numbers carry them."""
    counted = coverage(read_ledger(TITANIC), verdicts.values())

    assert counted.verdicts == {"mismatch": 3, "match": 20, "given": 26, "unchecked": 0}
