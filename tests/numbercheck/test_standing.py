"""What the article fixes, bounds or leaves open of the numbers that the cohort shows."""

import json
from pathlib import Path

from companion.project import ROOT
from companion.results import Result
from numbercheck.ledger.reading import read_ledger
from numbercheck.standing import determine

LEDGER = read_ledger(ROOT / "data" / "published")


def shows(measure, statistic, value=1.0, method="", document=None, basis="constructed"):
    """What one result is said to show."""
    result = Result(measure, statistic, value, method, basis)
    return [row.shows for row in determine(LEDGER, [result], document or {})]


def test_a_printed_count_fixes_what_follows_from_it():
    """The interval of a printed n is not this cohort's choice, though no limit is printed."""
    assert shows("rash_g12", "n") == ["fixed"]
    assert shows("rash_g12", "conf_low", method="wilson") == ["fixed"]


def test_what_is_not_printed_is_one_cohorts_choice():
    """The article prints the median time to remission and no range."""
    assert shows("time_to_cr", "median") == ["fixed"]
    assert shows("time_to_cr", "max") == ["free"]


def test_a_subgroup_p_value_is_bounded_where_its_cells_are_open():
    """The least and the largest P value of any consistent cohort stand beside it."""
    label = f"{LEDGER.measures['mrd_by_wbc'].label}, fisher"
    document = {"bounds": [{"label": label, "low": 0.1, "high": 1.0, "fixed": False}]}
    assert shows("mrd_by_wbc", "p_value", method="fisher", document=document) == ["bounded"]
    document["bounds"][0] |= {"low": 1.0, "fixed": True}
    assert shows("mrd_by_wbc", "p_value", method="fisher", document=document) == ["fixed"]


def test_supplied_data_are_not_in_the_list():
    """What was recomputed from patients is determined by them."""
    assert shows("rash_g12", "n", basis="data") == []


def test_the_committed_bounds_reach_the_committed_list():
    """A label that no longer fits would silently call a bounded number free."""
    rows = Path(ROOT / "outputs" / "determined.csv").read_text(encoding="utf-8").splitlines()
    document = json.loads((ROOT / "outputs" / "consistency.json").read_text(encoding="utf-8"))
    open_ones = [b for b in document["bounds"] if b["unit"] == "P" and not b["fixed"]]
    assert open_ones
    assert sum(",bounded," in row for row in rows) == len(open_ones)
