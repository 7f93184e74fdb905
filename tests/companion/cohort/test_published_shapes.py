"""Promises on tables in the shape of published ADaM sets, from first sight to verdicts.

``shapes/oncology`` has the columns and codes of pharmaverseadam's adsl, adae, adrs_onco and
adtte_onco, ``shapes/pilot`` those of the CDISC pilot's adtte; every value was invented here.
"""

import csv
import shutil
from pathlib import Path

import pandas as pd
import pytest
from article import LEDGER
from called import called

from companion.cohort import read_folder
from companion.validation import write_mapping_draft

SHAPES = Path(__file__).with_name("shapes")
CONFIRMED = {  # what the ledger calls it: what the tables do
    "After RDC": "WEEK 3",
    "After 2 weeks": "WEEK 6",
    "Up to 4 weeks": "WEEK 9",
    "Fever": "PYREXIA",
}
ADDED = (
    *(("OVRLRESP", theirs, "NR") for theirs in ("PR", "SD", "PD")),
    ("OVRLRESP", "NE", ""),  # not evaluable
    ("ADAE", "ASEVN", "AETOXGR"),  # mild, moderate, severe: whoever maps it so answers for it
)
DRAFTED = {
    ("OVR", "OVRLRESP"),
    ("DIARRHOEA", "Diarrhea"),
    ("FATIGUE", "Fatigue"),
    ("NAUSEA", "Nausea or vomiting"),
    ("VOMITING", "Nausea or vomiting"),
    ("RASH", "Rash"),
}


def confirm(path):
    """Answer the draft as somebody would who knows the trial."""
    rows = list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))
    answers = [
        (r["variable"], r["theirs"] or CONFIRMED.get(r["ours"], ""), r["ours"]) for r in rows
    ]
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("variable", "theirs", "ours"), *answers, *ADDED])
    return {(r["theirs"], r["ours"]) for r in rows if r["theirs"]}


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """Validate, draft, confirm and build; the folder of the outputs, and what was said.

    Takes 4 seconds: the counts come from the real notebooks.
    """
    place = tmp_path_factory.mktemp("oncology")
    tables, outputs = place / "tables", place / "outputs"
    shutil.copytree(SHAPES / "oncology", tables)
    asked = called("companion", "validate", tables, "--write-mapping")
    assert asked.returncode == 2  # RASH is no Rash yet
    assert confirm(tables / "mapping.csv") == DRAFTED
    run = called("companion", "build", "--cohort", tables, "--output", outputs)
    assert run.returncode == 1, run.stderr  # these patients are not the article's
    return outputs, run.stdout


def results(outputs):
    """Value of each result that is a count."""
    frame = pd.read_csv(outputs / "results.csv")
    return frame[frame["statistic"] == "n"].set_index("measure")["value"]


def test_counts_are_those_of_ten_lines_of_pandas(built):
    """From the raw files, in their own codes: nothing of the companion reads them here."""
    adsl, adrs, adae, adtte = (
        pd.read_csv(SHAPES / "oncology" / f"{n}.csv") for n in ("adsl", "adrs", "adae", "adtte")
    )
    found = results(built[0])

    adae = adae[adae["TRTEMFL"] == "Y"]
    response = adrs[adrs["PARAMCD"] == "OVR"].set_index("USUBJID")
    sick = adae[adae["AEDECOD"].isin(["NAUSEA", "VOMITING"])].groupby("USUBJID")["ASEVN"].max()
    rash = adae[adae["AEDECOD"] == "RASH"].groupby("USUBJID")["ASEVN"].max()
    assert found["enrolled"] == (adsl["SAFFL"] == "Y").sum()
    assert found["cr_2w"] == (response["AVISIT"].eq("WEEK 6") & response["AVALC"].eq("CR")).sum()
    assert found["nausea_vomiting_g12"] == (sick <= 2).sum()
    assert found["nausea_vomiting_g34"] == (sick == 3).sum()
    assert found["rash_g12"] == (rash <= 2).sum()
    assert found["fever_g12"] == adae[adae["AEDECOD"] == "PYREXIA"]["USUBJID"].nunique()
    assert found["deaths"] == (adtte["PARAMCD"].eq("OS") & adtte["CNSR"].eq(0)).sum()
    assert found["fatigue_g12"] == adae[adae["AEDECOD"] == "FATIGUE"]["USUBJID"].nunique()
    assert found["diarrhea_g12"] == adae[adae["AEDECOD"] == "DIARRHOEA"]["USUBJID"].nunique()
    assert found["cr_4w"] == (response["AVISIT"].eq("WEEK 9") & response["AVALC"].eq("CR")).sum()


def test_what_the_set_does_not_record_is_unchecked(built):
    """No marrow, no transplantation, no laboratory event: nothing of them matches the data."""
    verdicts = pd.read_csv(built[0] / "verification.csv").set_index("claim")
    absent = [c for c, x in LEDGER.claims.items() if x.measure in ("transplant", "anemia_g34")]

    assert absent
    assert not verdicts.loc[absent, "basis"].eq("data").any()
    assert "Counted are 10 of 12 patients of ADSL: SAFFL is Y" in built[1]


def test_a_set_without_survival_says_so_and_maps_nothing_to_it(tmp_path):
    """TTDE of the CDISC pilot, a time to a skin event, is neither OS nor a time to remission."""
    place = tmp_path / "tables"
    shutil.copytree(SHAPES / "oncology", place)
    shutil.copy(SHAPES / "pilot" / "adtte.csv", place)
    path = write_mapping_draft(place, read_folder(place, LEDGER), LEDGER)
    confirm(path)
    said = [f.right.partition(";")[0] for f in read_folder(place, LEDGER).faults]

    assert "TTDE" not in path.read_text(encoding="utf-8")
    assert [right.partition(";")[0] for right in said] == [
        "no record is of OS",
        "no record is of PFS",
    ]
