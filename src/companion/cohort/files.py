"""Read ADaM tables as text from CSV, SAS transport or Dataset-JSON, and say what cannot be read.

Sources: RFC 4180; CDISC Dataset-JSON 1.1.
"""

import csv
import io
import json
import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import compress
from pathlib import Path

from companion.cohort.layout import TABLES, nearest
from companion.cohort.xport import read_xport

SAS_ORIGIN = date(1960, 1, 1)
FORMATS = ("csv", "xpt", "json", "ndjson")
DATASET = "dataset.json"
NAMES = {f"{table.lower()}.{form}" for table in TABLES for form in FORMATS}
DATES = {c.name for columns in TABLES.values() for c in columns if c.kind == "date"}
LONGEST = 60  # characters of a cell that a message shows


@dataclass(frozen=True, order=True)
class Fault:
    """One thing that is not right, where it stands, and what would be right.

    ``row`` is the line of a CSV file (the header is 1) or the record of another format;
    0 when the fault is of the whole file.
    """

    file: str
    row: int
    column: str
    value: str
    right: str

    def __str__(self) -> str:
        where = self.file + (f" row {self.row}" if self.row else "")
        where += f", column {self.column}" if self.column else ""
        shown = self.value if len(self.value) <= LONGEST else self.value[:LONGEST] + "…"
        return f"{where}: " + (f"{shown!r}: " if self.value else "") + self.right


@dataclass(frozen=True)
class Sheet:
    """One table as text: for each column its cells, and for each row its place in the file."""

    file: str
    columns: dict[str, list[str]]
    rows: list[int]

    def cells(self, column: str) -> list[str]:
        """Cells of a column; empty ones when the table has no such column."""
        return self.columns.get(column) or [""] * len(self.rows)

    def keys(self, *columns: str) -> list[tuple[str, ...]]:
        """Cells of some columns for each row."""
        return list(zip(*(self.cells(c) for c in columns), strict=True))

    def repeated(self, *columns: str) -> Iterator[tuple[int, tuple[str, ...]]]:
        """Row and key of each record whose key was there before."""
        seen = set()
        for row, key in zip(self.rows, self.keys(*columns), strict=True):
            if all(key) and key in seen:
                yield row, key
            seen.add(key)

    def only(self, keep: Iterable[bool]) -> "Sheet":
        """Return the rows that are kept."""
        keep = list(keep)
        columns = {name: list(compress(cells, keep)) for name, cells in self.columns.items()}
        return Sheet(self.file, columns, list(compress(self.rows, keep)))


@dataclass
class Reading:
    """What was read of one folder, and what was wrong."""

    sheets: dict[str, Sheet] = field(default_factory=dict)
    dataset: dict = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    def fault(self, file: str, right: str, row: int = 0, column: str = "", value: str = "") -> None:
        """Note one fault."""
        self.faults.append(Fault(file, row, column, value, right))


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
        return Fault(str(directory), 0, "", "", f"cannot be read ({error.strerror})")


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
    records: list[list[str]] = []
    rows: list[int] = []
    try:
        for record in filter(None, reader):
            records.append(record)
            rows.append(reader.line_num)
    except csv.Error as error:
        reading.fault(file, f"cannot be read as CSV from here on ({error})", reader.line_num)
        return _sheet(file, records[0], records[1:], rows[1:], reading) if records else None
    if not records:
        reading.fault(file, "the file is empty; it needs a header and rows")
        return None
    return _sheet(file, records[0], records[1:], rows[1:], reading)


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
    file: str, header: list[str], records: list[list[str]], rows: list[int], reading: Reading
) -> Sheet | None:
    if len(header) == 1 and (found := [d for d in ";\t|" if d in header[0]]):
        reading.fault(file, "put commas between the cells", 1, value=found[0])
        return None
    for name in sorted({h for h in header if h and header.count(h) > 1}):
        reading.fault(file, "give each column its own name", 1, value=name)
    width = len(header)
    for row, record in zip(rows, records, strict=True):
        if len(record) != width:
            right = (
                f"the row has {len(record)} cells, the header {width}; quote a text with a comma"
            )
            reading.fault(file, right, row)
            record[:] = (record + [""] * width)[:width]
    cells = zip(*records, strict=True) if records else [()] * width
    return Sheet(file, {h: list(c) for h, c in zip(header, cells, strict=True)}, rows)


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
    rows = list(range(1, len(records) + 1))
    texts = [
        [_cell(file, v, row, name, reading) for name, v in zip(names, record, strict=False)]
        + [""] * (len(record) - len(names))
        for row, record in zip(rows, records, strict=True)
    ]
    return _sheet(file, names, texts, rows, reading)


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
