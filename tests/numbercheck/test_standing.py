"""What is known of the numbers that the cohort shows: asked in one place, and told alike by all."""

import csv
import json
import re

import pytest
from article import LEDGER

from companion.project import ROOT
from companion.results import Result, read_results
from numbercheck.standing import standings

PUBLISHED, OUTPUTS = ROOT / "data" / "published", ROOT / "outputs"
REFERENCE = re.compile(r"\{(?:[a-z ]+: )?(\w+)\.(\w+)\}")


def stands(measure, statistic, value=1.0, method="", bounds=(), basis="constructed", given_up=()):
    """What is known of one result, beside some bounds of the solver."""
    keys = ("measure", "statistic", "low", "high")
    document = {
        "bounds": [dict(zip(keys, bound, strict=True)) for bound in bounds],
        "given_up": list(given_up),
    }
    rows = standings(LEDGER, [Result(measure, statistic, value, method, basis)], document)
    return [row.standing for row in rows]


def document():
    """Read the committed document on consistency."""
    return json.loads((OUTPUTS / "consistency.json").read_text(encoding="utf-8"))


def committed():
    """Read the committed standings, by measure and statistic."""
    with (OUTPUTS / "standing.csv").open(newline="", encoding="utf-8") as handle:
        return {(r["measure"], r["statistic"]): r for r in csv.DictReader(handle)}


def test_a_printed_count_determines_what_follows_from_it():
    """The interval of a printed n is not this cohort's choice, though no limit is printed."""
    assert stands("rash_g12", "n") == ["determined"]
    assert stands("rash_g12", "conf_low", method="wilson") == ["determined"]


@pytest.mark.parametrize(
    ("measure", "counts"), [("crs_blasts_ge5", (16, 22)), ("crs_blasts_lt5", (2, 11))]
)
def test_a_printed_percentage_determines_the_count_behind_it(measure, counts):
    """72.7% of 22 can only be 16, and 18.2% of 11 only 2: counts and limits follow."""
    for statistic, value in (("n", counts[0]), ("N", counts[1])):
        assert stands(measure, statistic, value) == ["determined"]
    for statistic in ("conf_low", "conf_high"):
        assert stands(measure, statistic, 50.0, "wilson") == ["determined"]


def test_a_p_value_whose_counts_are_printed_is_determined():
    """0 of 35 against 2 to 10%, 8 of 35 against 37%: nothing is left to choose."""
    assert stands("early_deaths_v_intensive", "p_value", 1.0, "exact-binomial") == ["determined"]
    p = 0.113622049425
    assert stands("infections_v_mdacc", "p_value", p, "exact-binomial") == ["determined"]


@pytest.mark.parametrize(
    ("ends", "standing"), [((15.0, 42.0), "bounded"), ((27.0, 27.0), "determined")]
)
def test_what_the_solver_bounds_is_never_called_open(ends, standing):
    """Where both ends meet, every consistent cohort agrees."""
    assert stands("age", "p25", 27.0, "quantile-7") == ["open"]
    assert stands("age", "p25", 27.0, "quantile-7", [("age", "p25", *ends)]) == [standing]


def test_a_bound_by_one_test_says_nothing_of_another():
    """The solver bounded P by the family's test; the printed counts still bound the other."""
    bound = [("crc_by_wbc", "p_value", 1.0, 1.0)]
    assert stands("crc_by_wbc", "p_value", 1.0, "fisher", bound) == ["determined"]
    assert stands("crc_by_wbc", "p_value", 1.0, "chi2", bound) != ["determined"]


def test_a_printed_number_that_was_given_up_determines_nothing():
    """Table 1 prints 45% for 16 of 35: only the count speaks for the 45.7% that is shown."""
    given_up = ["table1_crs_g12_percent"]
    assert stands("crs_g12", "percent", 1600 / 35, given_up=given_up) == ["determined"]
    every = [claim.claim for claim in LEDGER.find("os_12m", "estimate")]
    assert stands("os_12m", "estimate", 97.1, given_up=every) == ["open"]


def test_supplied_data_are_not_in_the_list():
    """What was recomputed from patients is determined by them."""
    assert stands("rash_g12", "n", basis="data") == []


def test_no_number_shown_is_open_and_these_are_bounded():
    """Arithmetic and the solver settle every number of this article that the cohort shows."""
    found = {key: row["standing"] for key, row in committed().items()}
    bounded = {key for key, standing in found.items() if standing == "bounded"}

    assert "open" not in found.values()
    assert bounded >= {("age", "p25"), ("age", "p75"), ("time_to_cr", "min"), ("time_to_cr", "max")}
    assert {"crs_blasts_ge5", "crs_blasts_lt5"}.isdisjoint(measure for measure, _ in bounded)
    assert found["os_12m", "n_event"] == found["pfs_12m", "n_event"] == "determined"


def test_the_list_is_what_the_committed_results_and_bounds_give():
    """A name that no longer fits would silently call a bounded number open."""
    rows = standings(LEDGER, read_results(OUTPUTS / "results.csv"), document())

    assert {(r.measure, r.statistic): r._asdict() for r in rows} == committed()


def test_every_number_shown_lies_between_its_ends():
    """The cohort that is shown is one of those that the ends were taken over."""
    for row in committed().values():
        if row["low"]:
            assert float(row["low"]) <= float(row["value"]) <= float(row["high"]), row


def test_page_bounds_and_notebooks_say_the_same_of_a_number():
    """The page's labels, the solver's bounds, and the cells of subgroups that a notebook draws."""
    found, content = committed(), document()
    page = (OUTPUTS / "index.html").read_text(encoding="utf-8")
    rows = re.findall(r'<tr id="result-.*?</tr>', page, flags=re.DOTALL)

    assert len(rows) > 300
    for row in rows:
        name = re.search(r'id="result-([\w-]+)"', row)[1]
        key = next(k for k in found if "-".join(k) == name)
        assert re.findall(r"\b(determined|bounded|open)</span>", row) == [found[key]["standing"]]
    for bound in content["bounds"]:
        key = bound["measure"], bound["statistic"]
        if key in found and not LEDGER.find(*key):
            fixed = bound["low"] == bound["high"]
            assert found[key]["standing"] == ("determined" if fixed else "bounded"), key
    for measure, cells in content["subgroups"].items():
        if all(low == high for low, high in cells):
            assert found[measure, "p_value"]["standing"] == "determined"


def test_the_journal_club_states_only_what_is_determined():
    """Its answers take numbers from the results; what other cohorts have otherwise is no answer."""
    names = ("journal_club", "questions", "exercises")
    texts = [(PUBLISHED / f"{name}.csv").read_text(encoding="utf-8") for name in names]
    stated = {key for text in texts for key in REFERENCE.findall(text)} & committed().keys()

    assert stated
    assert {committed()[key]["standing"] for key in stated} == {"determined"}
