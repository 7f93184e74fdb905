"""A wrong value in the data is found: by the claims that depend on it, and by no others."""

import pytest
from tampering import MEASURED_CLAIMS, changes, comparable, watch

WANTED = {
    ("ADSL", "WBCGR1"), ("ADSL", "SEX"), ("ADSL", "HSCTFL"), ("ADRS", "BLASTGR"),
    ("ADRS", "OVRLRESP"), ("ADRS", "RELCD19"), ("ADRS", "RELTYPE"), ("ADAE", "Pneumonia"),
    ("ADAE", "Cytokine release syndrome"), ("ADTTE", "TTCR"), ("ADTTE", "PFS"),
    ("ADSL", "FASFL"),
}  # fmt: skip
UNPRINTED = {("ADSL", "SEX"), ("ADRS", "RELCD19"), ("ADTTE", "TTCR")}  # changes no printed number


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """Folder of a change, beside the unchanged tables."""
    return tmp_path_factory.mktemp("detection") / "changed"


def first(table, name):
    """Return a change of the variable, of a patient in the middle of the tables."""
    found = [c for c in changes() if (c.source.table, c.source.name) == (table, name)]
    return found[len(found) // 2]


@pytest.mark.parametrize(("table", "name"), sorted(WANTED))
def test_one_changed_value_moves_the_claims_that_depend_on_it_and_no_others(place, table, name):
    """Cells of the notebooks on one side, expressions of the ledger on the other."""
    seen = watch(first(table, name), place)

    assert not seen.refused
    assert bool(seen.due) == ((table, name) not in UNPRINTED)
    assert seen.moved & comparable() == seen.due
    assert seen.moved <= seen.due | set(MEASURED_CLAIMS)


def test_nearly_every_measured_claim_is_compared_by_both_paths():
    """What is not, docs/detection.md lists."""
    left = set(MEASURED_CLAIMS) - comparable()

    assert all("_v_" in c or "_by_age_" in c for c in left)
