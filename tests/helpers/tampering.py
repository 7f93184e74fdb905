"""Change one value of one patient, run the notebooks' own cells, and see which verdicts change.

What should change comes from the ledger's expressions over the patient table, so by another
path than the cells that are tested.
"""

import ast
import csv
import json
import os
from collections.abc import Collection, Iterator
from copy import deepcopy
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import CodeType
from unittest.mock import patch

import pandas as pd
from article import LEDGER

from companion import workbench
from companion.cohort import CohortError, patient_table, read_cohort, unrecorded
from companion.cohort.schema import Schema
from companion.cohort.sources import VariableSource, parse_all
from companion.project import ROOT
from companion.results import Result, read_results, unique
from companion.verify import MEASURED, verify
from numbercheck.audit import Verdict, audit
from numbercheck.recount import Cohorts

SCHEMA = Schema(LEDGER)
MEASURED_CLAIMS = [
    c for c, x in LEDGER.claims.items() if LEDGER.measures[x.measure].kind in MEASURED
]
KEYS = {"ADRS": "PARAMCD", "ADAE": "AEDECOD", "ADTTE": "PARAMCD"}

Rows = list[dict[str, str]]


@dataclass(frozen=True)
class Change:
    """One value of one patient; an empty one takes the record away, or empties the cell.

    A time of overall survival takes progression-free survival along where that would end later.
    """

    source: VariableSource
    column: str
    patient: str
    value: str

    def __str__(self) -> str:
        visit = f" @ {self.source.visit}" if self.source.visit else ""
        name = f"{self.source.table}.{self.source.name}{visit}"
        return f"{name}, {self.column}: {self.value or 'left out'} for {self.patient}"


@cache
def supplied() -> dict[str, Rows]:
    """The committed cohort's tables, with a sex for everyone as real tables have."""
    tables = {}
    for name in SCHEMA.tables:
        path = ROOT / "data" / "cohort" / f"{name.lower()}.csv"
        with path.open(newline="", encoding="utf-8") as handle:
            tables[name] = list(csv.DictReader(handle))
    for i, row in enumerate(tables["ADSL"]):
        row["SEX"] = "FM"[i % 2]
        row["SAFFL"] = ""  # so that FASFL alone says who is analyzed
    return tables


@cache
def changes() -> tuple[Change, ...]:
    """Every other value of every variable, of every patient."""
    return tuple(_changes())


def _changes() -> Iterator[Change]:
    sources = parse_all(LEDGER.variables)
    for row in supplied()["ADSL"]:
        yield Change(VariableSource("ADSL", "FASFL", "flag"), "FASFL", row["USUBJID"], "N")
    seen = set()
    for name, source in sources.items():
        place = source.table, source.name, source.visit, source.how == "event"
        if place not in seen:
            seen.add(place)
            for row in supplied()["ADSL"]:
                yield from _of(source, row["USUBJID"], name)


def _of(source: VariableSource, patient: str, variable: str) -> Iterator[Change]:
    column, values = _values(source, variable)
    now = [r[column] for r in supplied()[source.table] if _is_at(r, source, patient)]
    for value in values:
        if value not in now and (value or now):
            yield Change(source, column, patient, value)


def _values(source: VariableSource, variable: str) -> tuple[str, tuple[str, ...]]:
    """Column to change, and what it can hold."""
    if source.table == "ADAE":
        return "AETOXGRG", ("", "1-2", "3-4")
    if source.table == "ADRS":
        return "AVALC", ("", *SCHEMA.codes("ADRS", source.name))
    if source.how == "event":
        return "CNSR", ("0", "1")
    if source.how == "days":
        return "AVAL", ("", "1", "14", "25", "60", "200", "420", "590")
    codes = next(c.codes for c in SCHEMA.tables["ADSL"] if c.name == source.name)
    return source.name, codes[:2] or tuple(str(v) for v in LEDGER.variables[variable].domain[::10])


def _is_at(row: dict[str, str], source: VariableSource, patient: str) -> bool:
    key = KEYS.get(source.table)
    return (
        row["USUBJID"] == patient
        and (key is None or row[key] == source.name)
        and (not source.visit or row["AVISIT"] == source.visit)
    )


def changed(change: Change) -> dict[str, Rows]:
    """The tables with that one value otherwise; a record that was not there is added."""
    source, table = change.source, change.source.table
    rows = [dict(row) for row in supplied()[table]]
    here = [row for row in rows if _is_at(row, source, change.patient)]
    if not here:
        row = dict.fromkeys(rows[0], "") | {"USUBJID": change.patient, KEYS[table]: source.name}
        row |= {"AVISIT": source.visit} if table == "ADRS" else {}
        row |= {"AVALU": "DAYS", "CNSR": "0"} if table == "ADTTE" else {}
        row |= {"TRTEMFL": "Y"} if table == "ADAE" else {}
        rows, here = [*rows, row], [row]
    for row in [*here, *_outliving(change, rows)]:
        row[change.column] = change.value
    if not change.value and table != "ADSL":
        rows = [row for row in rows if row not in here]
    return supplied() | {table: rows}


def _outliving(change: Change, adtte: Rows) -> Rows:
    """Times without progression that are longer than the new time of survival."""
    if change.source.name != "OS" or change.column != "AVAL" or not change.value:
        return []
    pfs = [r for r in adtte if (r["USUBJID"], r["PARAMCD"]) == (change.patient, "PFS")]
    return [row for row in pfs if float(row["AVAL"]) > float(change.value)]


def write(tables: dict[str, Rows], folder: Path) -> None:
    """Write tables as a trial's own: nothing says that they were reconstructed."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in tables.items():
        path = folder / f"{name.lower()}.csv"
        with path.open("w", newline="", encoding="utf-8") as handle:
            writer = csv.DictWriter(handle, list(supplied()[name][0]))
            writer.writeheader()
            writer.writerows(rows)


@cache
def _audited() -> list[Verdict]:
    return audit(LEDGER)


def judged(folder: Path) -> list[Verdict]:
    """Verdict on every claim, from the notebooks' cells run on the tables of a folder."""
    found = results(folder)
    files = sorted((folder / "made" / "results").glob("*.json"))
    missing = {k: why for file in files for k, why in json.loads(file.read_text()).items()}
    return verify(LEDGER, found, _audited(), missing=missing)


def verdicts(folder: Path) -> dict[str, str]:
    """Verdict on every claim by itself."""
    return {row.claim: row.verdict for row in judged(folder)}


def expected(folder: Path) -> dict[str, str]:
    """Verdict on the measured claims, by the ledger's expressions over the patient table."""
    compared = patients(folder)
    return {slug: _expected(compared, slug) for slug in MEASURED_CLAIMS}


def patients(folder: Path) -> Cohorts:
    """Read the patient table as the ledger's expressions see it."""
    table = patient_table(read_cohort(folder, LEDGER), LEDGER.variables)
    columns = {n: [None if pd.isna(x) else x for x in column] for n, column in table.items()}
    return Cohorts(LEDGER, [columns])


def _expected(table: Cohorts, slug: str) -> str:
    claim = LEDGER.claims[slug]
    measure = LEDGER.measures[claim.measure]
    try:
        value = float(table.statistic(measure, claim.statistic)[0])
    except (ValueError, ZeroDivisionError, KeyError, IndexError, TypeError):
        return "none"
    if value is None or value != value:
        return "none"
    return "match" if claim.value.admits(value) else "mismatch"


def results(folder: Path) -> list[Result]:
    """Results of the four notebooks, which read the tables and the ledger once together."""
    found: list[Result] = []
    given = {"cohort_dir": str(folder), "output_dir": str(folder / "made")}
    given["consistency_file"] = "no/such.json"
    cohort = read_cohort(folder, LEDGER)
    missing = unrecorded(cohort, LEDGER)
    once = {
        "read_ledger": lambda *_: LEDGER,
        "read_cohort": lambda *_: deepcopy(cohort),  # a notebook may change what it reads
        "unrecorded": lambda *_: dict(missing),
    }
    for stem, (parameters, rest) in _programs().items():
        names: dict[str, object] = {}
        exec(parameters, names)  # noqa: S102 - our own notebooks
        names |= given
        with patch.multiple(workbench, **once):
            exec(rest, names)  # noqa: S102
        found += read_results(folder / "made" / "results" / f"{stem}.csv")
    return unique(found)


@cache
def _programs() -> dict[str, list[CodeType]]:
    """Code of each notebook: its parameters, then every statement that a result depends on."""
    found = {}
    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        trees = [ast.parse("".join(c["source"])) for c in cells if c["cell_type"] == "code"]
        rest = _recording([node for tree in trees[1:] for node in tree.body])
        parts = (trees[0], ast.Module(rest, []))
        found[path.stem] = [compile(part, path.name, "exec") for part in parts]
    return found


def _recording(nodes: list[ast.stmt]) -> list[ast.stmt]:
    """Leave out what only shows something, which takes nearly all of the time."""
    kept: list[ast.stmt] = []
    needed: set[str] = set()
    for node in reversed(nodes):
        text = ast.unparse(node)
        if any(word in text for word in RECORDING) or _sets(node) & needed:
            kept.insert(0, node)
            needed |= {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}
    return kept


RECORDING = ("results.add(", "results.quantiles(", "results.proportion(", "bench.finish(", "count(")


def _sets(node: ast.stmt) -> set[str]:
    """Names that a statement binds, or whose parts it sets."""
    if isinstance(node, ast.Import | ast.ImportFrom):
        return {a.asname or a.name for a in node.names}
    if isinstance(node, ast.FunctionDef):
        return {node.name}
    stored = [n for n in ast.walk(node) if isinstance(getattr(n, "ctx", None), ast.Store)]
    return {n.id for s in stored for n in ast.walk(s) if isinstance(n, ast.Name)}


@dataclass(frozen=True)
class Seen:
    """What one change did: the claims whose verdict changed, and those that should have."""

    change: Change
    moved: frozenset[str]
    due: frozenset[str]
    refused: str = ""


def watch(change: Change, folder: Path) -> Seen:
    """Make a change and compare."""
    try:
        foreseen = due(change, folder)
    except CohortError as error:
        return Seen(change, frozenset(), frozenset(), str(error))
    before, after = baseline(folder.parent)[0], verdicts(folder)
    return Seen(change, frozenset(c for c in before if before[c] != after[c]), foreseen)


def due(change: Change, folder: Path) -> frozenset[str]:
    """Claims whose verdict should change, by the ledger's expressions."""
    write(changed(change), folder)
    before, after = baseline(folder.parent)[1], expected(folder)
    return frozenset(c for c in comparable() if before[c] != after[c])


def touching(claims: Collection[str]) -> Iterator[Change]:
    """Changes of variables that the expressions of these claims read."""
    sources, places = parse_all(LEDGER.variables), {("ADSL", "FASFL")}
    for measure in (LEDGER.measures[LEDGER.claims[c].measure] for c in claims):
        names = {*measure.where.names, *measure.among.names, *measure.by.names}
        names |= {v for v in sources if measure.endpoint and sources[v].name == measure.endpoint}
        places |= {(sources[name].table, sources[name].name) for name in names}
    return (c for c in changes() if (c.source.table, c.source.name) in places)


@cache
def comparable() -> frozenset[str]:
    """Measured claims that the ledger's expressions compute alone: no comparator, no open cut."""
    measures = LEDGER.measures
    return frozenset(
        c
        for c in MEASURED_CLAIMS
        if not (m := measures[LEDGER.claims[c].measure]).against
        and (m.kind != "comparison" or m.by.text)
    )


@cache
def baseline(folder: Path) -> tuple[dict[str, str], dict[str, str]]:
    """Verdicts before any change, by both paths."""
    place = folder / f"unchanged-{os.getpid()}"
    write(supplied(), place)
    return verdicts(place), expected(place)
