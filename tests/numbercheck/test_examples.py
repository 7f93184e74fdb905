"""The example ledgers: the planted slips are found, exactly these, by every command."""

import json

import pytest
from called import called
from places import ROOT

from numbercheck.audit import audit, drift
from numbercheck.consistency.sharp_bounds import Bounds
from numbercheck.ledger.digitized import with_digitized
from numbercheck.ledger.reading import read_ledger
from numbercheck.ledger.sources import of_sources

EXAMPLES = ROOT / "data" / "examples"
NAMES = ("single-arm", "two-arm", "means", "two-sources", "at-risk", "digitized")


def run(*words):
    """Run a command; give its exit status and what it prints."""
    ended = called("numbercheck", *words)
    return ended.returncode, ended.stdout


@pytest.mark.parametrize("name", NAMES)
def test_exactly_the_planted_slips_are_found(name):
    """Each planted slip is told, and no number besides."""
    ledger = of_sources(read_ledger(EXAMPLES / name))
    verdicts = audit(ledger)
    found = {v.claim for v in verdicts if v.verdict == "mismatch"}

    assert found == set(ledger.expected_findings)
    assert drift(ledger, verdicts) == []


@pytest.mark.parametrize(
    ("name", "status", "sets"),
    [
        ("single-arm", 1, [{"died_percent"}, {"complete_n", "partial_n", "response_n"}]),
        ("two-arm", 1, [{"results_arm_a_n", "results_response_b_percent"}]),
        ("means", 0, []),
        ("two-sources", 1, [{"article_rash_severe_n", "later_rash_severe_percent"}]),
    ],
)
def test_conflicts_names_the_counts_that_no_cohort_has(name, status, sets):
    """Means are no part of the model: nobody's rows are built from them."""
    ended, shown = run("conflicts", EXAMPLES / name, "--all", "--json")
    found = [set(each["claims"]) for each in json.loads(shown)["conflicts"]]

    assert ended == status
    assert all(each in found for each in sets)


def test_one_source_can_be_asked_alone():
    """The article of the twice published trial is consistent."""
    folder = EXAMPLES / "two-sources"

    assert run("conflicts", folder, "--sources", "article")[0] == 0
    assert "the follow-up" in run("conflicts", folder)[1]


def test_bounds_answers_by_arm():
    """37 responses are printed for arm A."""
    ended, shown = run("bounds", "response", EXAMPLES / "two-arm", "--among", 'arm == "A"')

    assert ended == 0
    assert 'response among arm == "A": 37 patients' in shown


def test_numbers_at_risk_narrow_the_curve_between_two_estimates():
    """The page that explains the example has these ends."""
    ledger = read_ledger(EXAMPLES / "at-risk")
    without = ledger.constrain(drop=[c for c in ledger.claims if "at_risk" in c])
    ends = [Bounds(known).survival(ledger.measures["os_6"], 182) for known in (ledger, without)]

    assert [str(bound).partition(": ")[2] for bound in ends] == ["93.33%", "86.13 to 100%"]


def test_a_digitized_curve_bounds_what_the_article_leaves_open():
    """The page that explains the example has these ends."""
    ledger = with_digitized(read_ledger(EXAMPLES / "digitized"))
    asked, about = Bounds(ledger, given_up=()), ledger.measures["os_24"]

    assert str(asked.survival(about, 365)).endswith(": 69.44 to 73.33%")


def test_every_example_is_on_the_page_that_explains_them():
    """One page, with each folder and each slip."""
    text = (EXAMPLES / "README.md").read_text(encoding="utf-8")

    assert {path.name for path in EXAMPLES.iterdir() if path.is_dir()} == set(NAMES)
    for name in NAMES:
        assert f"`{name}/`" in text
        assert all(f"`{claim}`" in text for claim in read_ledger(EXAMPLES / name).expected_findings)
    assert len(text.splitlines()) <= 70
