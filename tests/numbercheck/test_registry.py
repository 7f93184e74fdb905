"""Drafting from a registry's record; the trial is invented."""

import json

import pytest

from numbercheck.audit import agreements, audit
from numbercheck.ledger.reading import read_ledger
from numbercheck.ledger.sources import of_sources
from numbercheck.registry import RegistryError, draft, write_draft

RECORD = {
    "protocolSection": {
        "identificationModule": {"nctId": "NCT00000001", "briefTitle": "An Invented Trial"},
        "statusModule": {
            "startDateStruct": {"date": "2017-03", "type": "ACTUAL"},
            "completionDateStruct": {"date": "2030-06-30", "type": "ESTIMATED"},
            "lastUpdatePostDateStruct": {"date": "2018-01-15", "type": "ACTUAL"},
        },
        "designModule": {"enrollmentInfo": {"count": 50, "type": "ESTIMATED"}},
        "armsInterventionsModule": {
            "armGroups": [{"label": "Exampline, then Testicin"}],
            "interventions": [
                {"type": "DRUG", "name": "Exampline", "description": "9 ug/d, then 28 mcg/day IV"},
                {"type": "DRUG", "name": "Testicin", "description": "8 mg on days 1 to 3"},
            ],
        },
        "outcomesModule": {
            "primaryOutcomes": [
                {"measure": "Response", "timeFrame": "28 days"},
                {"measure": "Survival", "timeFrame": "1 year"},
            ]
        },
        "eligibilityModule": {"minimumAge": "18 Years", "maximumAge": "60 Years"},
    }
}
MEASURES = """measure,label,kind,where,among,by,against,endpoint,horizon,family,unit,later
enrolled,Patients enrolled,count,,,,,,,,patients,fixed
eligible_age,Age for eligibility,design,,,,,,,,years,fixed
accrual_start,Start,design,,,,,,,,date,fixed
exampline_step1_dose,First step,design,,,,,,,,µg/day,fixed
exampline_step2_dose,Second step,design,,,,,,,,µg/day,fixed
testicin_dose,Dose,design,,,,,,,,mg/m²,fixed
"""
CLAIMS = """claim,locus,measure,statistic,printed
enrolled,Abstract,enrolled,n,42
age_min,Text,eligible_age,min,18
age_max,Text,eligible_age,max,65
start,Text,accrual_start,value,March 2017
step1,Text,exampline_step1_dose,value,9
step2,Text,exampline_step2_dose,value,18
testicin,Text,testicin_dose,value,6
"""


@pytest.fixture
def folder(tmp_path):
    path = tmp_path / "ledger"
    path.mkdir()
    (path / "measures.csv").write_text(MEASURES, encoding="utf-8")
    (path / "claims.csv").write_text(CLAIMS, encoding="utf-8")
    (path / "article.json").write_text('{"registration": "NCT00000001"}', encoding="utf-8")
    return path


@pytest.fixture
def record(tmp_path):
    path = tmp_path / "record.json"
    path.write_text(json.dumps(RECORD), encoding="utf-8")
    return path


def drafted(record, folder):
    copy = folder.parent / "draft"
    write_draft(draft(record, read_ledger(folder)), folder, copy)
    return read_ledger(copy)


def test_a_record_is_compared_with_the_article(record, folder):
    """Planned and enrolled, ages, start, two dose steps; what is the record's alone says so."""
    rows = agreements(drafted(record, folder))
    told = {row.claim.removeprefix("registry_"): row for row in rows}

    assert {c: (r.printed, r.against_printed, r.agreement) for c, r in told.items()} == {
        "planned_value": ("50", "42", "may-change"),
        "arms_value": ("1", "", "alone"),
        "eligible_age_min": ("18", "18", "agrees"),
        "eligible_age_max": ("60", "65", "differs"),
        "accrual_start_value": ("March 2017", "March 2017", "agrees"),
        "planned_completion_value": ("June 30, 2030", "", "alone"),
        "primary_outcome_value": ("Response", "", "alone"),
        "primary_outcome_2_value": ("Survival", "", "alone"),
        "exampline_step1_dose_value": ("9", "9", "agrees"),
        "exampline_step2_dose_value": ("28", "18", "differs"),
        "registry_testicin_dose_value": ("8", "", "alone"),  # mg, where the article has mg/m²
    }


def test_only_what_differs_is_a_finding_and_the_article_keeps_its_verdicts(record, folder):
    ledger = drafted(record, folder)
    found = audit(of_sources(ledger))

    assert [v for v in found if v.claim in ledger.claims] == audit(read_ledger(folder))
    assert {v.claim for v in found if v.verdict == "mismatch"} == {
        "registry_eligible_age_max",
        "registry_exampline_step2_dose_value",
    }


def test_enrollment_that_is_complete_is_that_of_the_article(record, folder):
    done = json.loads(json.dumps(RECORD))
    done["protocolSection"]["designModule"]["enrollmentInfo"] = {"count": 42, "type": "ACTUAL"}
    record.write_text(json.dumps(done), encoding="utf-8")

    (row,) = (r for r in agreements(drafted(record, folder)) if r.measure == "enrolled")
    assert (row.printed, row.agreement) == ("42", "agrees")


def test_a_record_starts_a_ledger_that_has_only_its_article(record, folder):
    (folder / "measures.csv").write_text(MEASURES.partition("\n")[0] + "\n", encoding="utf-8")
    (folder / "claims.csv").write_text(CLAIMS.partition("\n")[0] + "\n", encoding="utf-8")

    ledger = drafted(record, folder)
    assert ledger.measures["eligible_age"].unit == "years"
    assert ledger.elsewhere["registry_eligible_age_min"].printed == "18"


@pytest.mark.parametrize("text", ["[]", '{"protocolSection": {}}', '{"study": 1}'])
def test_what_is_not_a_record_is_refused(record, folder, text):
    record.write_text(text, encoding="utf-8")

    with pytest.raises(
        RegistryError, match=r"record\.json: this is not a record of ClinicalTrials"
    ):
        draft(record, read_ledger(folder))


@pytest.mark.parametrize(
    ("module", "content"),
    [
        ("designModule", '{"enrollmentInfo": [1]}'),
        ("armsInterventionsModule", '{"armGroups": 3}'),
        ("outcomesModule", '{"primaryOutcomes": ["a"]}'),
    ],
)
def test_a_record_of_another_structure_is_refused(record, folder, module, content):
    own = '"identificationModule": {"nctId": "NCT00000001"}'
    record.write_text(f'{{"protocolSection": {{{own}, "{module}": {content}}}}}', "utf-8")

    with pytest.raises(RegistryError, match=r"record\.json: it is not built as the records of"):
        draft(record, read_ledger(folder))


def test_the_record_of_another_trial_is_refused(record, folder):
    record.write_text(record.read_text().replace("NCT00000001", "NCT00000002"))

    with pytest.raises(RegistryError, match=r"record of NCT00000002, but article\.json, key reg"):
        draft(record, read_ledger(folder))


def test_a_record_is_not_drafted_twice_nor_over_a_folder(record, folder):
    ledger = drafted(record, folder)

    with pytest.raises(RegistryError, match="the source registry is there already"):
        draft(record, ledger)
    with pytest.raises(RegistryError, match="draft: it is there already; name a new folder"):
        drafted(record, folder)


def test_a_ledger_saved_with_semicolons_is_copied_as_it_is_read(record, folder):
    """The copy is read by the rules by which the ledger was."""
    path = folder / "measures.csv"
    before = drafted(record, folder)
    path.write_text(path.read_text("utf-8").replace(",", ";"), "utf-8")
    again = folder.parent / "again"
    write_draft(draft(record, read_ledger(folder)), folder, again)

    assert read_ledger(again).measures == before.measures


def test_a_copy_of_a_spreadsheet_is_refused_with_what_to_do(tmp_path):
    """Its sheets cannot be copied as files."""
    path = tmp_path / "my.xlsx"
    path.write_bytes(b"")
    with pytest.raises(RegistryError, match="folder of CSV files"):
        write_draft({}, path, tmp_path / "new")
    assert not (tmp_path / "new").exists()
