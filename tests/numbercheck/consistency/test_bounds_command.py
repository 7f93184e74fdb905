"""What `numbercheck bounds` takes and tells."""

import json

import pytest

from companion.project import ROOT
from numbercheck.cli import main
from numbercheck.consistency import document
from numbercheck.ledger.reading import read_ledger

KNOWN = ["table1_crs_g12_percent"]
LEDGER = str(ROOT / "data" / "published")


@pytest.fixture
def run(capsys, monkeypatch):
    """Status, output and errors of one command line."""

    def called(*arguments):
        monkeypatch.setattr("sys.argv", ["numbercheck", "bounds", *arguments])
        try:
            main()
            status = 0
        except SystemExit as stop:
            status = stop.code or 0
        shown = capsys.readouterr()
        return status, shown.out, shown.err

    return called


def test_a_population_alone_is_bounded(run):
    _, told, _ = run("--among", "blasts_ge5", "--json")

    (bound,) = json.loads(told)["bounds"]
    assert (bound["label"], bound["low"], bound["high"]) == ("blasts_ge5", 22, 22)


def test_the_claim_that_was_set_aside_is_named(run):
    _, told, _ = run("crs_grade >= 1", LEDGER, "--among", "blasts_ge5")

    assert "table1_crs_g12_percent" in told
    assert "crs_grade >= 1 among blasts_ge5: 16 patients" in told


@pytest.mark.parametrize("empty", ["", "  "])
def test_an_empty_expression_is_refused(run, empty):
    status, told, error = run(empty)

    assert (status, told) == (2, "")
    assert "the expression is empty" in error


def test_what_was_not_decided_in_time_is_named_beside_what_was():
    """One question too many for its time costs the others nothing."""
    ledger = read_ledger(LEDGER)
    asked = [row for row in ledger.bounds if row.kind not in document.BY_MONTH]
    answered, _, undecided = document._half(ledger, KNOWN, by_month=False, seconds=0.02)

    assert len(answered) + len(undecided) == len(asked)
    assert answered
    assert undecided
    assert all("undecided within 0.02 s" in text for text in undecided)
