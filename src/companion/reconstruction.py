"""Write a reconstructed cohort as ADaM tables that say that no row describes a real person.

The same patients give the same bytes.
"""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from companion.cohort.files import DATASET
from companion.cohort.schema import GROUP_OF, GROUPS, YES_NO, Schema
from companion.cohort.sources import VariableSource, parse_all
from companion.errors import CompanionError
from companion.origin import LABEL
from numbercheck.ledger.records import Ledger
from numbercheck.tables import write_table

if TYPE_CHECKING:
    from numbercheck.consistency.construction import Construction

MADE = (DATASET, "adsl.csv", "adrs.csv", "adae.csv", "adtte.csv")
Row = dict[str, object]
Values = Mapping[str, Mapping[str, object]]  # by variable and patient
LEFT_OUT = ("ADY", "ANL01FL")  # columns that choose between several records of a visit


def check_target(ledger: Ledger, directory: Path | str) -> None:
    """Refuse, before any work, what cannot be written or must not be overwritten; make the folder.

    Raises
    ------
    CompanionError
        If the ledger does not say where its variables stand in the tables, or the folder has
        tables that are not those of an earlier reconstruction, or a ledger.
    """
    missing = [v.variable for v in ledger.variables.values() if not v.source]
    if missing or not ledger.variables:
        which = f"{', '.join(missing)} have no source" if missing else "there are none"
        raise CompanionError(
            f"no tables can be written for this ledger's variables: {which}; say in variables.csv, "
            "column source, where each stands, as in ADSL.AGE"
        )
    parse_all(ledger.variables)
    directory = Path(directory)
    if directory.exists() and not directory.is_dir():
        raise CompanionError(f"{directory} is a file; choose a folder")
    if (directory / "claims.csv").exists():
        raise CompanionError(f"{directory} holds a ledger; choose another folder for the patients")
    there = [name for name in MADE if (directory / name).exists()]
    if there and not _is_reconstruction(directory):
        raise CompanionError(
            f"{directory} has {', '.join(there)}, not made by a reconstruction; choose another "
            "folder, so that nothing is overwritten"
        )
    directory.mkdir(parents=True, exist_ok=True)


def _is_reconstruction(directory: Path) -> bool:
    try:
        dataset = json.loads((directory / DATASET).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(dataset, dict) and dataset.get("origin") == "reconstructed"


def write_reconstruction(
    ledger: Ledger, construction: "Construction", directory: Path | str, seed: int
) -> None:
    """Write a construction as ADaM tables and the ``dataset.json`` that says what they are."""
    check_target(ledger, directory)
    n = construction.size
    index = pd.Index([f"R{i:0{len(str(n))}d}" for i in range(1, n + 1)], name="USUBJID")
    frame = pd.DataFrame(dict(construction.columns), index=index, dtype=object)
    dataset = {
        "origin": "reconstructed",
        "label": LABEL,
        "study": str(ledger.article.get("registration", "")),
        "source": f"constructed from the numbers printed in doi:{ledger.article.get('doi', '?')}",
        "method": "constraint model of numbercheck.consistency; see data/README.md",
        "seed": seed,
        "shown": list(construction.preferences),
        "given_up": [
            {
                "claim": slug,
                "printed": ledger.claims[slug].printed,
                "reason": construction.reason(ledger, slug),
            }
            for slug in construction.given_up
        ],
    }
    write_cohort(frame, ledger, directory, dataset)


def write_cohort(
    table: pd.DataFrame, ledger: Ledger, directory: Path | str, dataset: Mapping
) -> None:
    """Write the four tables and dataset.json: the inverse of `patient_table`.

    Parameters
    ----------
    table : pandas.DataFrame
        A row for each patient, indexed by ``USUBJID``; a column for each variable, missing
        where it is not evaluable. A flag that stands for several codes is written as the
        first; a grade that is the lowest of its group is written as the group alone, since
        the group may be all that is known.
    ledger : Ledger
        Its variables, and the labels and codes of its fields.
    directory : path
        Where to write; made if it does not exist.
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
    schema, study = Schema(ledger), str(dataset.get("study", ""))
    values = {
        name: {p: _plain(v) for p, v in table[name].astype(object).items()}
        for name in schema.sources
    }
    directory = Path(directory)
    directory.mkdir(parents=True, exist_ok=True)
    for name, rows in (("ADSL", _adsl), ("ADRS", _adrs), ("ADAE", _adae), ("ADTTE", _adtte)):
        columns = [c.name for c in schema.tables[name] if c.name not in LEFT_OUT]
        cells = (
            {"STUDYID": study, "USUBJID": patient, **row}
            for patient in table.index
            for row in rows(patient, schema, values)
        )
        written = ([str(row.get(c, "")) for c in columns] for row in cells)
        write_table(columns, written, directory / f"{name.lower()}.csv")
    text = json.dumps(dict(dataset), ensure_ascii=False, indent=2, sort_keys=True)
    (directory / DATASET).write_bytes(text.encode() + b"\n")


def _plain(value: object) -> object:
    """Return a number without a needless fraction, and None for whatever is missing."""
    if pd.isna(value):
        return None
    value = value.item() if hasattr(value, "item") else value
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _of(
    table: str, patient: str, schema: Schema, values: Values
) -> Iterator[tuple[str, VariableSource, object]]:
    """Each variable of a table with its value for one patient."""
    for name, source in schema.sources.items():
        if source.table == table:
            yield name, source, values[name][patient]


def _adsl(patient: str, schema: Schema, values: Values) -> Iterator[Row]:
    row: Row = {"SUBJID": patient, "SAFFL": "Y", "FASFL": "Y"}
    for _, source, value in _of("ADSL", patient, schema, values):
        row[source.name] = _code(value, source, schema)
    row["AGEU"] = "YEARS" if row.get("AGE", "") != "" else ""
    for _, source, died in _of("ADTTE", patient, schema, values):
        if (source.name, source.how) == ("OS", "event"):
            row["DTHFL"] = "Y" if died else ""
    yield row


def _code(value: object, source: VariableSource, schema: Schema) -> object:
    """Write a value; a flag by the first code that stands for it."""
    if value is None or source.how != "flag":
        return "" if value is None else value
    others = schema.codes(source.table, source.name) or YES_NO
    return source.codes[0] if value else next(c for c in others if c not in source.codes)


def _adrs(patient: str, schema: Schema, values: Values) -> Iterator[Row]:
    found: dict[tuple[str, str], object] = {}
    for name, source, value in _of("ADRS", patient, schema, values):
        if source.default and value is None:
            raise ValueError(f"{name} of {patient} is missing, which ADRS cannot say")
        if source.how != "present" and value is not None and value != source.default:
            found[source.visit, source.name] = _code(value, source, schema)
    for name, source, value in _of("ADRS", patient, schema, values):
        if source.how == "present" and bool(value) != ((source.visit, source.name) in found):
            raise ValueError(f"{name} of {patient} is {value}, but no variable agrees")
    visits = list(dict.fromkeys(s.visit for s in schema.sources.values() if s.visit))
    parameters = [f.name for f in schema.fields.values() if f.table == "ADRS"]
    for visit, name in sorted(found, key=lambda k: (visits.index(k[0]), parameters.index(k[1]))):
        row: Row = {"PARAMCD": name, "PARAM": schema.fields[f"ADRS.{name}"].label}
        at: Row = {"AVISIT": visit, "AVISITN": visits.index(visit) + 1}
        yield row | at | {"AVALC": found[visit, name]}


def _adae(patient: str, schema: Schema, values: Values) -> Iterator[Row]:
    for _, source, grade in _of("ADAE", patient, schema, values):
        if grade != 0:
            field = schema.fields.get(f"ADAE.{source.name}")
            row: Row = {"AEDECOD": source.name, "AECAT": field.group if field else ""}
            yield row | {"TRTEMFL": "Y"} | _grade(grade)


def _grade(grade: Any) -> Row:
    """Write a grade; one that is unknown is left empty."""
    group = GROUP_OF.get(grade, "")
    exact = "" if not group or grade == GROUPS[group][0] else grade
    return {"AETOXGR": exact, "AETOXGRG": group}


def _adtte(patient: str, schema: Schema, values: Values) -> Iterator[Row]:
    found: dict[str, dict[str, object]] = defaultdict(dict)
    for _, source, value in _of("ADTTE", patient, schema, values):
        found[source.name][source.how] = value
    for name in schema.endpoints:
        if (time := found[name].get("days")) is not None:
            row: Row = {"PARAMCD": name, "PARAM": schema.fields[f"ADTTE.{name}"].label}
            event = found[name].get("event", True)
            yield row | {"AVAL": time, "AVALU": "DAYS", "CNSR": 0 if event else 1}
