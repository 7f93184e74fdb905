"""Draft a registry's rows of a ledger from a record of ClinicalTrials.gov, as its API prints it.

Source: the data structure of https://clinicaltrials.gov/api/v2/studies, version 2.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from shutil import copyfile
from typing import Any, NamedTuple

from numbercheck.errors import NumbercheckError
from numbercheck.ledger.records import Ledger
from numbercheck.ledger.rows import columns_of
from numbercheck.ledger.tables import CsvTable, read_table
from numbercheck.ledger.texts import MONTHS
from numbercheck.tables import write_table

SOURCE = "registry"
UNITS = r"(?:mg|g|µg|μg|ug|mcg|IU|U)(?:/m2|/m²|/kg)?(?:/(?:day|d|dose|week))?"
DOSE = re.compile(rf"(?<![\w.])(\d+(?:\.\d+)?)\s*({UNITS})(?![\w/])")
DATE = re.compile(r"\d{4}-(0[1-9]|1[0-2])(-\d{2})?")
DATES = {
    "startDateStruct": ("accrual_start", "start", "First day of accrual"),
    "primaryCompletionDateStruct": ("primary_completion", "primary_completion", "Last primary"),
    "completionDateStruct": ("completion", "completion", "End of the study"),
}
DOWNLOAD = "download the record from https://clinicaltrials.gov/api/v2/studies/NCT…"
Row = dict[str, str]


class RegistryError(NumbercheckError):
    """A record that is none, or of another trial."""


class Fact(NamedTuple):
    """A number, date or text of a record, as the measure that it is of."""

    measure: str
    statistic: str
    printed: str
    label: str
    unit: str
    note: str = ""
    against: str = ""

    @property
    def later(self) -> str:
        """What is planned may change, what is recorded may not."""
        return "changes" if self.measure.startswith("planned") else "fixed"


def read_record(path: Path) -> dict[str, Any]:
    """Protocol of a record.

    Raises
    ------
    RegistryError
        If it is no record of ClinicalTrials.gov, as ``/api/v2/studies/NCT…`` answers.
    """
    try:
        record = json.loads(path.read_text(encoding="utf-8-sig"))
        protocol = record["protocolSection"]
        protocol["identificationModule"]["nctId"]
    except OSError as error:
        raise RegistryError(f"{path}: cannot be read ({error.strerror})") from None
    except ValueError:
        raise RegistryError(f"{path}: this is not JSON; {DOWNLOAD}") from None
    except (KeyError, TypeError):
        raise RegistryError(
            f"{path}: this is not a record of ClinicalTrials.gov, which has protocolSection, "
            f"identificationModule and nctId; {DOWNLOAD}"
        ) from None
    return protocol


def draft(path: Path, ledger: Ledger) -> dict[str, list[Row]]:
    """Rows of ``sources.csv``, ``measures.csv`` and ``claims.csv`` that a record gives.

    Parameters
    ----------
    path : Path
        JSON of the record.
    ledger : Ledger
        Its measures are used where they have the same name; others are drafted.

    Raises
    ------
    RegistryError
        If the record is of another trial than ``article.json`` names, or there already.
    """
    protocol = read_record(path)
    number, own = _of(protocol, "identificationModule", "nctId"), ledger.article.get("registration")
    if own and number != own:
        raise RegistryError(
            f"{path}: it is the record of {number}, but article.json, key registration, says {own}"
        )
    if SOURCE in ledger.sources:
        raise RegistryError(f"sources.csv: the source {SOURCE} is there already")
    try:
        facts = _apart(_facts(protocol, ledger))
    except (AttributeError, TypeError, ValueError) as error:
        raise RegistryError(
            f"{path}: it is not built as the records of version 2 ({error}); {DOWNLOAD}"
        ) from None
    known = {f.measure: f for f in facts if f.measure not in ledger.measures}
    return {
        "sources": [_source(protocol, number)],
        "measures": [_measure(fact, ledger) for fact in known.values()],
        "claims": [_claim(fact) for fact in facts],
    }


def _facts(protocol: Mapping[str, Any], ledger: Ledger) -> Iterator[Fact]:
    enrollment = _of(protocol, "designModule", "enrollmentInfo") or {}
    if count := enrollment.get("count"):
        if enrollment.get("type") == "ACTUAL":
            yield Fact("enrolled", "n", str(count), "Patients enrolled", "patients")
        else:
            label, unit = "Patients planned", "patients"
            yield Fact("planned", "value", str(count), label, unit, "estimated", "enrolled")
    if arms := _of(protocol, "armsInterventionsModule", "armGroups"):
        labels = "; ".join(arm.get("label", "") for arm in arms)
        yield Fact("arms", "value", str(len(arms)), "Arms", "arms", labels)
    yield from _ages(_of(protocol, "eligibilityModule") or {})
    for key, (measure, short, label) in DATES.items():
        date = _of(protocol, "statusModule", key)
        if date and DATE.fullmatch(date.get("date", "")):
            yield _date(date, measure, short, label)
    for outcome in _of(protocol, "outcomesModule", "primaryOutcomes") or ():
        text, frame = outcome.get("measure", ""), outcome.get("timeFrame", "")
        yield Fact("primary_outcome", "value", text, "Primary outcome", "text", frame)
    for drug in _of(protocol, "armsInterventionsModule", "interventions") or ():
        yield from _doses(drug, ledger)


def _ages(eligibility: Mapping[str, str]) -> Iterator[Fact]:
    for key, statistic in (("minimumAge", "min"), ("maximumAge", "max")):
        number, _, unit = eligibility.get(key, "").partition(" ")
        if number.isdigit():
            unit = unit.lower().rstrip("s") + "s"
            measure = "eligible_age" + ("" if unit == "years" else f"_{unit}")
            yield Fact(measure, statistic, number, "Age for eligibility", unit)


def _date(date: Mapping[str, str], measure: str, short: str, label: str) -> Fact:
    """A date in words; one that is not past yet is a plan, beside the measure it is of."""
    year, month, *day = date["date"].split("-")
    words = f"{MONTHS[int(month) - 1]}{f' {int(day[0])},' if day else ''} {year}"
    if date.get("type") == "ESTIMATED":
        label = f"{label}, planned"
        return Fact(f"planned_{short}", "value", words, label, "date", "estimated", measure)
    return Fact(measure, "value", words, label, "date")


def _doses(drug: Mapping[str, str], ledger: Ledger) -> Iterator[Fact]:
    """Doses in the description of a drug, as the ledger's own if number and units agree."""
    name = drug.get("name", "")
    word = (re.findall(r"\w+", name.lower()) or ["drug"])[0]
    found = DOSE.findall(drug.get("description") or "")
    own = [m for m in ledger.measures.values() if m.measure.startswith(word)]
    own = [m for m in own if m.kind == "design" and m.measure.endswith("dose")]
    is_own = [_unit(m.unit) for m in own] == [_unit(unit) for _, unit in found]
    for at, (number, unit) in enumerate(found):
        slug = own[at].measure if is_own else f"{SOURCE}_{word}_dose"
        yield Fact(slug, "value", number, f"{name}, dose", unit, f"{number} {unit}")


def _unit(text: str) -> str:
    """A unit in one spelling.

    Examples
    --------
    >>> _unit("ug/d"), _unit("mg/m2")
    ('µg/day', 'mg/m²')
    """
    text = re.sub(r"^(ug|mcg|μg)", "µg", text).replace("m2", "m²")
    return re.sub(r"/d$", "/day", text)


def _source(protocol: Mapping[str, Any], number: str) -> Row:
    title = _of(protocol, "identificationModule", "briefTitle") or ""
    date = _of(protocol, "statusModule", "lastUpdatePostDateStruct", "date") or ""
    at = f"https://clinicaltrials.gov/api/v2/studies/{number}"
    told = {"citation": f"{number}, {title}".rstrip(", "), "date": date, "retrieved": at}
    return {"source": SOURCE, "kind": SOURCE, "population": "", **told, "seen": "record"}


def _measure(fact: Fact, ledger: Ledger) -> Row:
    against = fact.against if fact.against in ledger.measures else ""
    told = {"measure": fact.measure, "label": fact.label, "unit": fact.unit, "later": fact.later}
    return {**told, "kind": "count" if fact.statistic == "n" else "design", "against": against}


def _claim(fact: Fact) -> Row:
    slug = f"{SOURCE}_{fact.measure}_{fact.statistic}"
    told = {"measure": fact.measure, "statistic": fact.statistic, "printed": fact.printed}
    return {"claim": slug, "locus": "Record", **told, "note": fact.note, "source": SOURCE}


def _apart(facts: Iterable[Fact]) -> list[Fact]:
    """Facts without repetitions; another value of a measure is of a measure _2 of its own."""
    found: dict[tuple[str, str], Fact] = {}
    for fact in dict.fromkeys(facts):
        number, measure = 1, fact.measure
        while (measure, fact.statistic) in found:
            number += 1
            measure = f"{fact.measure}_{number}"
        found[measure, fact.statistic] = fact._replace(measure=measure)
    return list(found.values())


def _of(record: Mapping[str, Any], *keys: str) -> Any:
    """Value below some keys; None where one of them is missing."""
    found: Any = record
    for key in keys:
        found = found.get(key) if isinstance(found, Mapping) else None
    return found


def write_draft(rows: Mapping[str, list[Row]], ledger: Path, output: Path) -> None:
    """Write a copy of a ledger with drafted rows at the end of its files.

    Raises
    ------
    RegistryError
        If the ledger is a spreadsheet, or the folder is there already.
    """
    if not ledger.is_dir():
        raise RegistryError(
            f"{ledger}: --output copies a ledger that is a folder of CSV files; save the sheets as "
            "CSV files in one folder, or leave out --output and add the printed rows yourself"
        )
    if output.exists():
        raise RegistryError(f"{output}: it is there already; name a new folder")
    output.mkdir(parents=True)
    for path in sorted(p for p in ledger.iterdir() if p.suffix in (".csv", ".json", ".md")):
        copyfile(path, output / path.name)
    for name, drafted in rows.items():
        path = output / f"{name}.csv"
        known = columns_of(name)
        own = read_table(path, known, []) if path.is_file() else CsvTable([], [])
        columns = list(dict.fromkeys((*own.columns, *(c for row in drafted for c in row))))
        every = [*(cells for _, cells in own.rows), *drafted]
        write_table(columns, ([r.get(c, "") for c in columns] for r in every), path)
