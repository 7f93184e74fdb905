"""Write a patient table as ADaM tables in CSV, the same bytes for the same table."""

import csv
import json
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from companion.cohort.files import DATASET
from companion.cohort.layout import ADRS, ADTTE, GROUPS, TABLES, TERMS, VISITS
from companion.cohort.sources import Source, parse_all
from numbercheck.ledger.records import Variable

Row = dict[str, object]
Values = dict[str, list]
HIDDEN = {"ADRS": ("ADY", "ANL01FL"), "ADTTE": ()}  # columns of several records a visit


def write_cohort(
    table: pd.DataFrame, variables: Mapping[str, Variable], directory: Path | str, dataset: Mapping
) -> None:
    """Write the four tables and dataset.json: the inverse of `patient_table`.

    Parameters
    ----------
    table : pandas.DataFrame
        A row for each patient, indexed by ``USUBJID``; a column for each variable, missing
        where it is not evaluable. A flag that stands for several codes is written as the
        first; a grade that is the lowest of its group is written as the group alone, since
        the group may be all that is known.
    variables : mapping of str to Variable
        The ledger's variables.
    directory : path
        Where to write; made when it is not there.
    dataset : mapping
        Content of ``dataset.json``; its ``study`` becomes ``STUDYID``.

    Raises
    ------
    ValueError
        If the tables cannot express a value, or an index is repeated.
    """
    if not table.index.is_unique:
        raise ValueError("the patient table has a USUBJID twice; give each patient one row")
    table = table.set_axis([str(i) for i in table.index]).sort_index()
    sources, study = parse_all(variables), str(dataset.get("study", ""))
    values = {name: [_plain(v) for v in table[name].astype(object)] for name in sources}
    patients = list(table.index)
    rows = {
        "ADSL": _adsl(patients, sources, values, study),
        "ADRS": _adrs(patients, sources, values),
        "ADAE": _adae(patients, sources, values),
        "ADTTE": _adtte(patients, sources, values),
    }
    directory = Path(directory)
    directory.mkdir(parents=True, exist_ok=True)
    for name, content in rows.items():
        _write(directory / f"{name.lower()}.csv", name, study, content)
    text = json.dumps(dict(dataset), ensure_ascii=False, indent=2, sort_keys=True)
    (directory / DATASET).write_bytes(text.encode() + b"\n")


def _plain(value: object) -> object:
    """Return a number without a needless fraction, and None for whatever is missing."""
    if pd.isna(value):
        return None
    value = value.item() if hasattr(value, "item") else value
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _write(path: Path, table: str, study: str, rows: list[Row]) -> None:
    columns = [c.name for c in TABLES[table] if c.name not in HIDDEN.get(table, ())]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows({"STUDYID": study, **row} for row in rows)


def _of(sources: Mapping[str, Source], table: str) -> list[tuple[str, Source]]:
    return [(name, source) for name, source in sources.items() if source.table == table]


def _adsl(patients: list[str], sources: Mapping[str, Source], values: Values, study: str) -> list:
    rows: list[Row] = [
        {"USUBJID": p, "SUBJID": p.removeprefix(f"{study}-"), "SAFFL": "Y", "FASFL": "Y"}
        for p in patients
    ]
    codes = {c.name: c.codes for c in TABLES["ADSL"]}
    for name, source in _of(sources, "ADSL"):
        for row, value in zip(rows, values[name], strict=True):
            row[source.name] = _code(value, source, codes[source.name])
    for row in rows:
        row["AGEU"] = "" if row.get("AGE", "") == "" else "YEARS"
    for name, source in _of(sources, "ADTTE"):
        if (source.name, source.how) == ("OS", "event"):
            for row, died in zip(rows, values[name], strict=True):
                row["DTHFL"] = "Y" if died else ""
    return rows


def _code(value: object, source: Source, codes: tuple[str, ...]) -> object:
    """Write a value; a flag by the first code that stands for it."""
    if value is None or source.how != "flag":
        return "" if value is None else value
    return source.codes[0] if value else next(c for c in codes if c not in source.codes)


def _adrs(patients: list[str], sources: Mapping[str, Source], values: Values) -> list[Row]:
    found: dict[tuple[str, str], dict[str, object]] = defaultdict(dict)
    for name, source in _of(sources, "ADRS"):
        records = found[source.name, source.visit]
        for patient, value in zip(patients, values[name], strict=True):
            if source.how == "present":
                continue
            if source.default and value is None:
                raise ValueError(f"{name} of {patient} is missing, which ADRS cannot say")
            if value is not None and value != source.default:
                records[patient] = _code(value, source, ADRS[source.name].codes)
    for name, source in _of(sources, "ADRS"):
        records = found[source.name, source.visit]
        for patient, value in zip(patients, values[name], strict=True):
            if source.how == "present" and bool(value) != (patient in records):
                raise ValueError(f"{name} of {patient} is {value}, but no variable agrees")
    order = sorted(found, key=lambda key: (VISITS.index(key[1]), list(ADRS).index(key[0])))
    return [
        {
            **{"USUBJID": patient, "PARAMCD": name, "PARAM": ADRS[name].label, "AVISIT": visit},
            **{"AVISITN": VISITS.index(visit) + 1, "AVALC": found[name, visit][patient]},
        }
        for patient in patients
        for name, visit in order
        if patient in found[name, visit]
    ]


def _adae(patients: list[str], sources: Mapping[str, Source], values: Values) -> list[Row]:
    terms = [(source.name, values[name]) for name, source in _of(sources, "ADAE")]
    return [
        {"USUBJID": p, "AEDECOD": t, "AECAT": TERMS.get(t, ""), "TRTEMFL": "Y", **_grade(grades[i])}
        for i, p in enumerate(patients)
        for t, grades in terms
        if grades[i] != 0
    ]


def _grade(grade: object) -> Row:
    """Write a grade; one that is unknown is left empty, 0 has no row at all."""
    group = next((g for g, grades in GROUPS.items() if grade in grades), "")
    exact = "" if not group or grade == GROUPS[group][0] else grade
    return {"AETOXGR": exact, "AETOXGRG": group}


def _adtte(patients: list[str], sources: Mapping[str, Source], values: Values) -> list[Row]:
    found: dict[str, dict[str, list]] = defaultdict(dict)
    for name, source in _of(sources, "ADTTE"):
        found[source.name][source.how] = values[name]
    return [
        _time(patient, name, found[name]["days"][i], found[name].get("event"), i)
        for i, patient in enumerate(patients)
        for name in ADTTE
        if name in found and found[name]["days"][i] is not None
    ]


def _time(patient: str, name: str, time: object, events: list | None, i: int) -> Row:
    event = events is None or events[i]
    return {
        **{"USUBJID": patient, "PARAMCD": name, "PARAM": ADTTE[name].label},
        **{"AVAL": time, "AVALU": "DAYS", "CNSR": 0 if event else 1},
    }
