"""``mapping.csv``, which translates the codes of a trial's own tables into the ledger's."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import pandas as pd

from companion.cohort.files import MAPPING as FILE
from companion.cohort.files import FolderReading
from companion.cohort.schema import FREE, MISSING, Schema, one_of
from companion.formats.parsers import read_table
from companion.formats.raw_tables import RawTable, reword
from numbercheck.errors import missing_columns

COLUMNS = ("variable", "theirs", "ours")
STATUS, DRAFT = "status", "draft"
NOBODY = "nobody"  # in place of their code: the tables say that no patient had it
UNCONFIRMED = f"rows are drafts and not applied; confirm a row by emptying its {STATUS}"
UNMET = (
    "rows have no code of the tables; write it, or nobody where no patient had what the row names"
)


@dataclass(frozen=True)
class MappedCode:
    """One row of ``mapping.csv``.

    ``theirs`` is NOBODY where no patient had what ``ours`` names: it counts as 0, not as
    missing. ``ours`` is empty where ``theirs`` means that the value is missing. ``variable`` is
    a column, a parameter of ADRS (for its AVALC), or a table (for the names of its columns).
    """

    variable: str
    theirs: str
    ours: str
    row: int = 0


def read_mapping(
    files: Mapping[str, bytes], schema: Schema, reading: FolderReading
) -> list[MappedCode]:
    """Confirmed rows of ``mapping.csv``; drafts are noted and not applied."""
    raw = read_table(FILE, files[FILE], reading) if FILE in files else None
    if raw is None:
        return []
    if missing := [c for c in COLUMNS if c not in raw.cells]:
        reading.fault(FILE, missing_columns(missing, COLUMNS), 1)
        return []
    cells = pd.DataFrame({c: raw[c].str.strip() for c in (*COLUMNS, STATUS)})
    drafts = cells[STATUS].str.lower() == DRAFT
    if drafts.any():
        reading.notes.append(f"{FILE}: {drafts.sum()} {UNCONFIRMED}")
    if (blank := ~drafts & (cells["theirs"] == "") & (cells["ours"] != "")).any():
        reading.notes.append(f"{FILE}: {blank.sum()} {UNMET}")
    entries = [
        MappedCode(row.variable, row.theirs, row.ours, int(row.Index))
        for row in cells[~drafts & (cells["theirs"] != "")].itertuples()
    ]
    usable: list[MappedCode] = []
    for entry in entries:
        if wrong := _wrong(entry, usable, schema, reading):
            column, right = wrong
            reading.fault(FILE, right, entry.row, column, getattr(entry, column))
        else:
            usable.append(entry)
    return usable


def _wrong(
    entry: MappedCode, earlier: Iterable[MappedCode], schema: Schema, reading: FolderReading
) -> tuple[str, str] | None:
    """Column that is wrong in a row, and what would be right there."""
    known = vocabulary(schema)
    variable, theirs, ours = entry.variable, entry.theirs, entry.ours
    if variable not in known:
        return "variable", one_of(variable, sorted(known))
    if ours and known[variable] and ours not in known[variable]:
        return "ours", one_of(ours, known[variable])
    same = [e for e in earlier if e.variable == variable]
    if theirs != NOBODY and any(e.theirs == theirs and e.ours != ours for e in same):
        return "theirs", "map each code once"
    if variable in reading.tables:
        there = {*reading.tables[variable].cells} - {e.theirs for e in same}
        taken = ours in there or ours in {e.ours for e in same if e.theirs != theirs}
        if theirs in there and taken:
            return "ours", f"{reading.tables[variable].file} has a column {ours} already"
    return None


def vocabulary(schema: Schema) -> dict[str, list[str]]:
    """The ledger's codes for every name that can be mapped; empty where any value is allowed."""
    known: dict[str, list[str]] = {}
    for name, columns in schema.tables.items():
        known[name] = [c.name for c in columns]
        known |= {c.name: list(c.codes) for c in columns}
    known |= {p: list(schema.codes("ADRS", p)) for p in schema.visits}
    known |= {"AEDECOD": schema.terms, "PARAMCD": [*schema.visits, *schema.endpoints]}
    return known | {"AVISIT": sorted({v for visits in schema.visits.values() for v in visits})}


def translate(table: str, raw: RawTable, entries: Iterable[MappedCode], schema: Schema) -> RawTable:
    """Translate a table into the ledger's codes; codes for missing values become empty cells."""
    entries = [e for e in entries if e.theirs != NOBODY]
    cells = raw.cells.rename(columns={e.theirs: e.ours for e in entries if e.variable == table})
    typed = (c for column in cells if column not in FREE for c in cells[column].unique())
    if any(c and MISSING.fullmatch(c) for c in typed):  # then a missing text is written so, too
        cells = cells.map(lambda c: "" if MISSING.fullmatch(c) else c)
    for variable in dict.fromkeys(e.variable for e in entries):
        column = "AVALC" if variable in schema.visits else variable
        if column in cells:
            words = {e.theirs: e.ours for e in entries if e.variable == variable}
            here = RawTable(raw.file, cells)["PARAMCD"].isin([variable]) | (column == variable)
            written = reword(cells[column], words).where(here, cells[column])
            cells = cells.assign(**{column: written})
    return RawTable(raw.file, cells)
