"""Read ADaM tables as text from CSV, SAS transport or Dataset-JSON, and say what cannot be read.

Sources: RFC 4180; CDISC Dataset-JSON 1.1.
"""

import csv
import io
import json
import math
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

from companion.cohort.layout import TABLES, nearest
from companion.cohort.sheets import LONGEST, Fault, Reading, Sheet
from companion.cohort.xport import read_xport

SAS_ORIGIN = date(1960, 1, 1)
CHUNK = 10_000  # rows that are held twice, as records and in their columns
FORMATS = ("csv", "xpt", "json", "ndjson")
DATASET = "dataset.json"
NAMES = {f"{table.lower()}.{form}" for table in TABLES for form in FORMATS}
DATES = {c.name for columns in TABLES.values() for c in columns if c.kind == "date"}


def load(directory: Path | str) -> Mapping[str, bytes] | Fault:
    """Bytes of every file that may be a table, or why the folder cannot be read."""
    directory = Path(directory)
    try:
        files = sorted(p for p in directory.iterdir() if p.is_file())
        near = {p.name: b"" for p in files}
        return near | {
            p.name: p.read_bytes() for p in files if p.name.lower() in NAMES or p.name == DATASET
        }
    except OSError as error:
        return Fault(
            str(error.filename or directory), 0, "", "", f"cannot be read ({error.strerror})"
        )


def parse(files: Mapping[str, bytes]) -> Reading:
    """Read the four tables and dataset.json from the bytes of a folder's files."""
    reading = Reading()
    for table in TABLES:
        stem = table.lower()
        found = [f for f in files if f.lower() in {f"{stem}.{form}" for form in FORMATS}]
        if len(found) == 1:
            _table(table, found[0], files[found[0]], reading)
        elif found:
            reading.fault(found[0], f"keep one of {', '.join(found)}: a table has one file")
        else:
            near = nearest(f"{stem}.csv", [f for f in files if f.lower() not in NAMES])
            hint = f"; {near!r} is there" if near else ""
            reading.fault(f"{stem}.csv", f"there is no such file (nor .xpt, .json){hint}")
    if DATASET in files:
        _dataset(files[DATASET], reading)
    return reading


def _table(table: str, file: str, data: bytes, reading: Reading) -> None:
    parsers = {"csv": _csv, "xpt": _xpt, "json": _json, "ndjson": _ndjson}
    before = len(reading.faults)
    try:
        sheet = parsers[file.lower().rpartition(".")[2]](file, data, reading)
    except Exception as error:  # whatever a parser makes of hostile bytes is the file's fault
        reading.fault(file, f"cannot be read ({type(error).__name__}: {str(error)[:LONGEST]!r})")
        return
    if sheet is None:
        return
    if not sheet.rows and len(reading.faults) == before:
        reading.fault(file, "the table is empty; it needs a row for each record")
    reading.sheets[table] = sheet


def _csv(file: str, data: bytes, reading: Reading) -> Sheet | None:
    if data.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"\xff\xfe", b"\xfe\xff")):
        reading.fault(file, "this is a workbook or UTF-16; save it as CSV in UTF-8")
        return None
    reader = csv.reader(io.StringIO(_text(file, data, reading), newline=None), strict=True)
    records = _numbered(file, reader, reading)
    _, header = next(records, (0, []))
    if header:
        return _sheet(file, header, records, reading)
    if not any(fault.file == file for fault in reading.faults):
        reading.fault(file, "the file is empty; it needs a header and rows")
    return None


def _numbered(file: str, reader: Any, reading: Reading) -> Iterator[tuple[int, list[str]]]:
    """Line and cells of each record that is not blank, as far as the file can be read."""
    try:
        for record in reader:
            if record:
                yield reader.line_num, record
    except csv.Error as error:
        reading.fault(file, f"cannot be read as CSV from here on ({error})", reader.line_num)


def _text(file: str, data: bytes, reading: Reading) -> str:
    """Decode UTF-8; where it is not, say in which line and go on as if it were Latin-1."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        for row, line in enumerate(data.split(b"\n"), start=1):
            try:
                line.decode("utf-8")
            except UnicodeDecodeError as error:
                bad = line[error.start : error.end].decode("latin-1")
                reading.fault(file, "save the file as UTF-8; this is Latin-1", row, value=bad)
        return data.decode("latin-1")


def _sheet(
    file: str, header: list[str], numbered: Iterator[tuple[int, list[str]]], reading: Reading
) -> Sheet | None:
    if len(header) == 1 and (found := [d for d in ";\t|" if d in header[0]]):
        reading.fault(file, "put commas between the cells", 1, value=found[0])
        return None
    for name in sorted({h for h in header if h and header.count(h) > 1}):
        reading.fault(file, "give each column its own name", 1, value=name)
    columns: list[list[str]] = [[] for _ in header]
    rows: list[int] = []
    while chunk := list(islice(numbered, CHUNK)):
        for row, record in chunk:
            _square(file, row, record, len(header), reading)
        rows += [row for row, _ in chunk]
        for column, cells in zip(columns, zip(*(r for _, r in chunk), strict=True), strict=True):
            column.extend(cells)
    return Sheet(file, dict(zip(header, columns, strict=True)), rows)


def _square(file: str, row: int, record: list[str], width: int, reading: Reading) -> None:
    """Give a record as many cells as the header has."""
    if len(record) != width:
        right = f"the row has {len(record)} cells, the header {width}; quote a text with a comma"
        reading.fault(file, right, row)
        record[:] = (record + [""] * width)[:width]


def _xpt(file: str, data: bytes, reading: Reading) -> Sheet | None:
    names, records = read_xport(data)
    return _typed_sheet(file, names, records, reading)


def _json(file: str, data: bytes, reading: Reading) -> Sheet | None:
    document = json.loads(data, parse_constant=_refuse)
    records = document.get("rows") if isinstance(document, dict) else None
    return _dataset_json(file, document, records, reading)


def _ndjson(file: str, data: bytes, reading: Reading) -> Sheet | None:
    lines = [json.loads(x, parse_constant=_refuse) for x in data.splitlines() if x.strip()]
    return _dataset_json(file, lines[0] if lines else None, lines[1:], reading)


def _dataset_json(file: str, document: object, records: object, reading: Reading) -> Sheet | None:
    names = _names(document)
    if not names or not isinstance(records, list) or not all(isinstance(r, list) for r in records):
        right = "write Dataset-JSON 1.1: datasetJSONVersion, columns with a name each, rows"
        reading.fault(file, right)
        return None
    return _typed_sheet(file, names, records, reading)


def _typed_sheet(
    file: str, names: list[str], records: list[list], reading: Reading
) -> Sheet | None:
    """Write typed records, counted from 1, as text; what is too much stays to be found."""
    return _sheet(file, names, _as_text(file, names, records, reading), reading)


def _as_text(
    file: str, names: list[str], records: list[list], reading: Reading
) -> Iterator[tuple[int, list[str]]]:
    for row, record in enumerate(records, start=1):
        cells = zip(names, record, strict=False)
        extra = [""] * (len(record) - len(names))
        yield row, [_cell(file, value, row, name, reading) for name, value in cells] + extra


def _names(document: object) -> list[str]:
    """Names of the columns; none when the document is not of version 1.1."""
    if not isinstance(document, dict):
        return []
    version, columns = document.get("datasetJSONVersion"), document.get("columns")
    if not str(version).startswith("1.1") or not isinstance(columns, list):
        return []
    names = [c.get("name") if isinstance(c, dict) else None for c in columns]
    return [n for n in names if isinstance(n, str)] if None not in names else []


def _cell(file: str, value: object, row: int, column: str, reading: Reading) -> str:
    """Write any value as the text that a CSV file would hold."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    if isinstance(value, bytes):
        try:
            return value.decode("utf-8")
        except UnicodeDecodeError:
            text = value.decode("latin-1")
            reading.fault(file, "write the text in UTF-8; this is Latin-1", row, column, text)
            return text
    if column in DATES and isinstance(value, int | float):
        return _sas_date(value)
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if not isinstance(value, str | int | float):
        reading.fault(file, "write a text or a number", row, column, str(value))
        return ""
    return str(value)


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is no JSON")


def _sas_date(days: float) -> str:
    """Write days since 1960, as SAS counts them, as a date; as they stand when they are none."""
    try:
        return str(SAS_ORIGIN + timedelta(days=int(days))) if days == int(days) else str(days)
    except OverflowError:
        return str(days)


def _dataset(data: bytes, reading: Reading) -> None:
    try:
        dataset = json.loads(data, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        reading.fault(DATASET, f"cannot be read as JSON ({type(error).__name__})")
        return
    origin = dataset.get("origin") if isinstance(dataset, dict) else None
    if origin not in ("reconstructed", "supplied"):
        right = "give an object whose origin is reconstructed or supplied"
        reading.fault(DATASET, right, column="origin", value="" if origin is None else str(origin))
        return
    reading.dataset.update(dataset)
