"""Convert grades and day numbers of other conventions to ADaM's."""

import re
from datetime import timedelta

import pandas as pd

from companion.cohort.files import FolderReading
from companion.cohort.schema import ORIGINS, Schema
from companion.formats.raw_tables import RawTable, reword

GRADE = re.compile(r"(?:grade ?)?([1-5])(?:\.0*)?", re.ASCII | re.IGNORECASE)
NUMBERED = re.compile(r"-?[0-9]{1,6}(\.0*)?", re.ASCII)


def normalized(name: str, table: RawTable, schema: Schema, reading: FolderReading) -> RawTable:
    """Convert day numbers to dates and grades to digits, noting each change."""
    cells = table.cells
    for column in schema.tables[name]:
        if column.kind == "date" and column.name in cells:
            cells = cells.assign(**{column.name: _dated(table, column.name, schema, reading)})
    if name == "ADAE":
        if "ATOXGR" in cells and "AETOXGR" not in cells:
            cells = cells.rename(columns={"ATOXGR": "AETOXGR"})
            reading.notes.append(f"{table.file}: the grade is read from ATOXGR")
        if "AETOXGR" in cells:
            found = {c: m[1] for c in cells["AETOXGR"].unique() if (m := GRADE.fullmatch(c))}
            cells = cells.assign(AETOXGR=reword(cells["AETOXGR"], found))
    return RawTable(table.file, cells)


def _dated(table: RawTable, column: str, schema: Schema, reading: FolderReading) -> pd.Series:
    """Dates of a column of day numbers, if only one origin puts all of them within the trial."""
    cells = table[column]
    numbers = {c: int(float(c)) for c in cells.unique() if NUMBERED.fullmatch(c) and len(c) > 4}
    if not numbers or not all(c in numbers or not c for c in cells.unique()):
        return cells
    fitting = [o for o in ORIGINS if all(_is_within(d, o, schema) for d in numbers.values())]
    if len(fitting) != 1 and table.file.lower().endswith(".csv"):
        return cells
    origin = fitting[0] if len(fitting) == 1 else "SAS"
    if table.file.lower().endswith(".csv") or origin != "SAS":
        reading.notes.append(f"{table.file}, column {column}: days are counted as {origin} does")
    return reword(cells, {c: _date(d, origin) or c for c, d in numbers.items()})


def _is_within(days: int, origin: str, schema: Schema) -> bool:
    if not schema.first_day or not schema.cutoff:
        return False
    return str(schema.first_day) <= _date(days, origin) <= str(schema.cutoff)


def _date(days: int, origin: str) -> str:
    try:
        return str(ORIGINS[origin] + timedelta(days=days))
    except OverflowError:
        return ""
