"""Read ADaM tables as text from CSV, SAS transport or Dataset-JSON, and say what cannot be read.

Sources: RFC 4180; CDISC Dataset-JSON 1.1.
"""

import csv
import io
import json
import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, cast

import pandas as pd

from companion.cohort.encodings import decode, encoding_of
from companion.cohort.schema import STANDARD, nearest
from companion.cohort.sheets import LONGEST, Fault, FolderReading, FormatError, RawTable
from companion.cohort.xport import read_xport

FORMATS = ("csv", "xpt", "json", "ndjson")
DATASET, MAPPING = "dataset.json", "mapping.csv"
FILES = {f"{table.lower()}.{form}" for table in STANDARD for form in FORMATS}
WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")

Records = Iterator[tuple[int, list]]  # the row of the file, and its cells


def load(directory: Path | str) -> Mapping[str, bytes] | Fault:
    """Bytes of every file that may be a table, or why the folder cannot be read."""
    directory = Path(directory)
    try:
        files = sorted(p for p in directory.iterdir() if p.is_file())
        wanted = {p for p in files if p.name.lower() in FILES or p.name in (DATASET, MAPPING)}
        return {p.name: p.read_bytes() if p in wanted else b"" for p in files}
    except OSError as error:
        place = str(error.filename or directory)
        return Fault(place, 0, "", "", f"cannot be read ({error.strerror})")


def parse(files: Mapping[str, bytes]) -> FolderReading:
    """Read the four tables and dataset.json from the bytes of a folder's files."""
    reading = FolderReading()
    for table in STANDARD:
        stem = table.lower()
        found = [f for f in files if f.lower() in {f"{stem}.{form}" for form in FORMATS}]
        if len(found) == 1:
            before = len(reading.faults)
            raw = read_table(found[0], files[found[0]], reading)
            if raw and raw.cells.empty and len(reading.faults) == before:
                reading.fault(found[0], "the table is empty; it needs a row for each record")
            reading.tables |= {table: raw} if raw else {}
        elif found:
            reading.fault(found[0], f"keep one of {', '.join(found)}: a table has one file")
        else:
            near = nearest(f"{stem}.csv", [f for f in files if f.lower() not in FILES])
            hint = f"; {near!r} is there" if near else ""
            reading.fault(f"{stem}.csv", f"there is no such file (nor .xpt, .json){hint}")
    if DATASET in files:
        _dataset(files[DATASET], reading)
    return reading


def read_table(file: str, data: bytes, reading: FolderReading) -> RawTable | None:
    """Read one table as text, in the format of its file's suffix; None if it cannot be read."""
    parsers = {"csv": _csv, "xpt": _xpt, "json": _json, "ndjson": _ndjson}
    try:
        header, records = parsers[file.lower().rpartition(".")[2]](file, data, reading)
        return _raw_table(file, header, records, reading)
    except FormatError as error:
        reading.fault(file, str(error))
    except Exception as error:  # whatever malformed bytes make a parser raise
        reading.fault(file, f"cannot be read ({type(error).__name__}: {str(error)[:LONGEST]!r})")
    return None


def _raw_table(file: str, header: list[str], records: Records, reading: FolderReading) -> RawTable:
    """Make a table in which every record has as many cells as the header."""
    for name in sorted({h for h in header if h and header.count(h) > 1}):
        reading.fault(file, "give each column its own name", 1, value=name)
    rows, kept = [], []
    for row, record in records:
        if len(record) != len(header):
            counts = f"the row has {len(record)} cells, the header {len(header)}"
            reading.fault(file, f"{counts}; put quotes around a text with a comma", row)
            record = (record + [""] * len(header))[: len(header)]
        rows.append(row)
        kept.append(record)
    cells = pd.DataFrame(kept, rows, header, dtype=object)
    return RawTable(file, cells.loc[:, ~cells.columns.duplicated("last")])


def _csv(file: str, data: bytes, reading: FolderReading) -> tuple[list[str], Records]:
    if data.startswith(WORKBOOKS):
        raise FormatError("this is a workbook; save it as CSV in UTF-8")
    text, encoding = decode(data)
    reading.notes += [f"{file}: read as {encoding}"] if encoding else []
    records = _lines(file, text, reading)
    _, header = next(records, (0, []))
    if not header:
        raise FormatError("the file is empty or cannot be read; it needs a header and rows")
    if len(header) == 1 and (found := [d for d in ";\t|" if d in header[0]]):
        reading.fault(file, "put commas between the cells", 1, value=found[0])
        raise FormatError("the cells of a row cannot be told apart")
    return header, records


def _lines(file: str, text: str, reading: FolderReading) -> Records:
    """Line and cells of each record that is not blank, as far as the file can be read."""
    reader = csv.reader(io.StringIO(text, newline=None), strict=True)
    try:
        for record in reader:
            if record:
                yield reader.line_num, record
    except csv.Error as error:
        reading.fault(file, f"cannot be read as CSV from here on ({error})", reader.line_num)


def _xpt(file: str, data: bytes, reading: FolderReading) -> tuple[list[str], Records]:
    names, records = read_xport(data)
    texts = [v for record in records for v in record if isinstance(v, bytes) and not v.isascii()]
    encoding = encoding_of(texts)
    reading.notes += [f"{file}: read as {encoding}"] if encoding else []
    decoded = [
        [v.decode(encoding or "utf-8") if isinstance(v, bytes) else v for v in record]
        for record in records
    ]
    return names, _as_text(file, names, decoded, reading)


def _json(file: str, data: bytes, reading: FolderReading) -> tuple[list[str], Records]:
    return _dataset_json(file, _parsed(data), reading)


def _ndjson(file: str, data: bytes, reading: FolderReading) -> tuple[list[str], Records]:
    """Read the form that has the description on its first line, and a record on each other."""
    head, *rows = [_parsed(line) for line in data.splitlines() if line.strip()] or [None]
    return _dataset_json(file, head | {"rows": rows} if isinstance(head, dict) else head, reading)


def _parsed(data: bytes) -> Any:
    return json.loads(data, parse_constant=_refuse)


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is no JSON")


def _dataset_json(file: str, document: object, reading: FolderReading) -> tuple[list[str], Records]:
    given = document if isinstance(document, dict) else {}
    columns, records = _all(dict, given.get("columns")), _all(list, given.get("rows"))
    names = _all(str, [column.get("name") for column in columns or ()])
    is_known = str(given.get("datasetJSONVersion")).startswith("1.1")
    if not (is_known and names and records is not None):
        form = "datasetJSONVersion, columns with a name each, rows"
        raise FormatError(f"write Dataset-JSON 1.1: {form}")
    return names, _as_text(file, names, records, reading)


def _all(kind: type, values: object) -> list | None:
    """Values of a list that are all of one kind; None otherwise."""
    is_list = isinstance(values, list) and all(isinstance(value, kind) for value in values)
    return cast("list", values) if is_list else None


def _as_text(file: str, names: list[str], records: list[list], reading: FolderReading) -> Records:
    """Convert typed records to text, numbered from 1."""
    for row, record in enumerate(records, start=1):
        columns = names + [""] * (len(record) - len(names))
        yield row, [_cell(file, v, row, c, reading) for c, v in zip(columns, record, strict=False)]


def _cell(file: str, value: object, row: int, column: str, reading: FolderReading) -> str:
    """Convert a value to the text that a CSV file would hold."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if not isinstance(value, str | int | float):
        reading.fault(file, "write a text or a number", row, column, str(value))
        return ""
    text = str(value)
    try:
        text.encode()
    except UnicodeEncodeError:  # JSON can escape what no file can hold
        reading.fault(file, "write whole characters, not half of a pair", row, column, text)
        return ""
    return text


def _dataset(data: bytes, reading: FolderReading) -> None:
    try:
        dataset = _parsed(data)
    except (ValueError, RecursionError) as error:
        reading.fault(DATASET, f"cannot be read as JSON ({type(error).__name__})")
        return
    origin = dataset.get("origin") if isinstance(dataset, dict) else None
    if origin in ("reconstructed", "supplied"):
        reading.dataset.update(dataset)
        return
    right = "give an object whose origin is reconstructed or supplied"
    reading.fault(DATASET, right, column="origin", value="" if origin is None else str(origin))
