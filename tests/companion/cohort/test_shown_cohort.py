"""Promises of the cohort that is shown: clinically plausible, as far as the article allows.

Each is counted by pandas in the files that `companion reconstruct` writes.
"""

import filecmp
import json

import pandas as pd
import pytest
from article import LEDGER
from called import called
from places import ROOT

from numbercheck.consistency.modeled import modeled

PREFERENCES = LEDGER.preferences
COMMITTED = ROOT / "data" / "cohort"


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Folder of a reconstruction, and what the command said."""
    folder = tmp_path_factory.mktemp("shown") / "cohort"
    ended = called("companion", "reconstruct", "--output", folder)
    assert ended.returncode == 0, ended.stderr
    return folder, ended.stdout


@pytest.mark.locked
def test_the_committed_cohort_is_the_one_that_the_command_writes(made):
    """The same bytes, table by table."""
    names = sorted(path.name for path in COMMITTED.iterdir())

    assert sorted(path.name for path in made[0].iterdir()) == names
    assert filecmp.cmpfiles(COMMITTED, made[0], names, shallow=False)[0] == names


def test_it_says_which_claims_it_satisfies_and_which_were_never_asked(made):
    """Statements in words and what no module models hold in this cohort or not."""
    asked = [c for c in LEDGER.claims.values() if not modeled(c, LEDGER)]
    given_up = json.loads((made[0] / "dataset.json").read_text())["given_up"]
    held = f"{len(asked) - len(given_up)} of the {len(asked)} claims that the solver takes in"

    assert held in made[1].splitlines()[0]
    assert "\n  a claim in words; the test is not named (" in made[1]


@pytest.fixture(scope="module")
def patients(made):
    """One row for each patient: cells of ADSL, responses, times, events and worst groups."""
    adsl, adrs, adae, adtte = (
        pd.read_csv(made[0] / f"{name}.csv", index_col="USUBJID", dtype={"AETOXGRG": str})
        for name in ("adsl", "adrs", "adae", "adtte")
    )
    place = adrs["PARAMCD"] + " " + adrs["AVISIT"]
    columns = [adsl]
    columns += [adrs["AVALC"][place == name].rename(name) for name in place.unique()]
    columns += [adae["AETOXGRG"][adae["AEDECOD"] == n].rename(n) for n in adae["AEDECOD"].unique()]
    for name in adtte["PARAMCD"].unique():
        rows = adtte[adtte["PARAMCD"] == name]
        columns += [rows["AVAL"].rename(name), rows["CNSR"].rename(f"{name} CNSR")]
    return pd.concat(columns, axis=1)


def test_every_preference_of_this_article_is_kept_and_recorded(made):
    """The article allows all of them together; the data set says so."""
    assert json.loads((made[0] / "dataset.json").read_text())["shown"] == list(PREFERENCES)


def test_the_command_says_which_preferences_it_kept(made):
    """In the words of the ledger."""
    said = made[1]

    assert said.count("  kept: ") == len(PREFERENCES) > 0
    assert "  kept: Grade 3–4 neutropenia goes with grade 3–4 leukopenia" in said


def test_remission_is_dated_by_an_assessment(patients):
    """Marrow is looked at on days 8, 22 and 36."""
    assert set(patients["TTCR"]) <= {22, 36}


def test_many_blasts_go_with_much_residual_disease(patients):
    """Flow cytometry finds what the microscope finds."""
    many = patients[patients["BLASTGR After RDC"] == ">=5%"]

    assert len(many) == 22
    assert set(many["MRDGR After RDC"]) == {">=1%"}


def test_nobody_without_remission_is_mrd_negative(patients):
    """After 2 weeks of blinatumomab, and up to 4."""
    for visit in ("After 2 weeks", "Up to 4 weeks"):
        without = patients[patients[f"OVRLRESP {visit}"] == "NR"]
        assert set(without[f"MRDRESP {visit}"]) <= {"positive"}


def test_a_relapse_comes_after_induction(patients):
    """Of four relapses none is before the last assessment, on day 36."""
    relapsed = patients[patients["RELTYPE Relapse"].notna()]

    assert len(relapsed) == 4
    assert relapsed["PFS"].min() > 36


def test_a_transplanted_patient_was_followed_long_enough(patients):
    """A transplantation takes preparation, and is not the last day of follow-up."""
    assert patients["OS"][patients["HSCTFL"] == "Y"].min() >= 120


def test_the_death_comes_after_a_first_consolidation(patients):
    """As the article tells it (Text ¶5)."""
    assert patients["OS"][patients["OS CNSR"] == 0].min() >= 50


def test_neutropenia_goes_with_leukopenia(patients):
    """Neutrophils are white cells."""
    assert set(patients["Leukopenia"][patients["Neutropenia"] == "3-4"]) == {"3-4"}


def test_follow_up_is_spread_over_the_window(patients):
    """Patients enter one by one, so nearly everyone has a last day of their own."""
    assert patients["OS"].nunique() >= 30
