"""What `numbercheck bounds` takes and tells."""

import json

import pytest
from typer.testing import CliRunner

from companion.project import ROOT
from numbercheck.cli import UnusableError, app

LEDGER = str(ROOT / "data" / "published")


def run(*arguments):
    return CliRunner().invoke(app, ["bounds", *arguments])


def test_a_population_alone_is_bounded():
    found = run("--among", "blasts_ge5", "--json")

    (bound,) = json.loads(found.stdout)["bounds"]
    assert (bound["label"], bound["low"], bound["high"]) == ("blasts_ge5", 22, 22)


def test_the_claim_that_was_set_aside_is_named():
    found = run("crs_grade >= 1", LEDGER, "--among", "blasts_ge5")

    assert "table1_crs_g12_percent" in found.stdout
    assert "crs_grade >= 1 among blasts_ge5: 16 patients" in found.stdout


@pytest.mark.parametrize("empty", ["", "  "])
def test_an_empty_expression_is_refused(empty):
    assert isinstance(run(empty).exception, UnusableError)
