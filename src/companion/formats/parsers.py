"""Read one table as text, and say what cannot be read.

Sources: RFC 4180; CDISC Dataset-JSON 1.1.
"""

import csv
import io
import json
import math
from collections.abc import Iterator
from typing import Any, cast

import pandas as pd

from companion.formats.encodings import decode, encoding_of
from companion.formats.raw_tables import LONGEST, FaultLog, FormatError, RawTable
from companion.formats.xport import read_xport

FORMATS = ("csv", "xpt", "json", "ndjson")
WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")

Records = Iterator[tuple[int, list]]  # the row of the file, and its cells


def read_table(file: str, data: bytes, log: FaultLog) -> RawTable | None:
    """Read one table as text, in the format of its file's suffix; None if it cannot be read."""
    parsers = {"csv": _csv, "xpt": _xpt, "json": _json, "ndjson": _ndjson}
    try:
        header, records = parsers[file.lower().rpartition(".")[2]](file, data, log)
        return _raw_table(file, header, records, log)
    except FormatError as error:
        log.fault(file, str(error))
    except Exception as error:  # whatever malformed bytes make a parser raise
        log.fault(file, f"cannot be read ({type(error).__name__}: {str(error)[:LONGEST]!r})")
    return None


def _raw_table(file: str, header: list[str], records: Records, log: FaultLog) -> RawTable:
    """Make a table in which every record has as many cells as the header."""
    for name in sorted({h for h in header if h and header.count(h) > 1}):
        log.fault(file, "give each column its own name", 1, value=name)
    rows, kept = [], []
    for row, record in records:
        if len(record) != len(header):
            counts = f"the row has {len(record)} cells, the header {len(header)}"
            log.fault(file, f"{counts}; put quotes around a text with a comma", row)
            record = (record + [""] * len(header))[: len(header)]
        rows.append(row)
        kept.append(record)
    cells = pd.DataFrame(kept, rows, header, dtype=object)
    return RawTable(file, cells.loc[:, ~cells.columns.duplicated("last")])


def _csv(file: str, data: bytes, log: FaultLog) -> tuple[list[str], Records]:
    if data.startswith(WORKBOOKS):
        raise FormatError("this is a workbook; save it as CSV in UTF-8")
    text, encoding = decode(data)
    log.notes += [f"{file}: read as {encoding}"] if encoding else []
    records = _lines(file, text, log)
    _, header = next(records, (0, []))
    if not header:
        raise FormatError("the file is empty or cannot be read; it needs a header and rows")
    if len(header) == 1 and (found := [d for d in ";\t|" if d in header[0]]):
        log.fault(file, "put commas between the cells", 1, value=found[0])
        raise FormatError("the cells of a row cannot be told apart")
    return header, records


def _lines(file: str, text: str, log: FaultLog) -> Records:
    """Line and cells of each record that is not blank, as far as the file can be read."""
    reader = csv.reader(io.StringIO(text, newline=None), strict=True)
    try:
        for record in reader:
            if record:
                yield reader.line_num, record
    except csv.Error as error:
        log.fault(file, f"cannot be read as CSV from here on ({error})", reader.line_num)


def _xpt(file: str, data: bytes, log: FaultLog) -> tuple[list[str], Records]:
    names, records = read_xport(data)
    texts = [v for record in records for v in record if isinstance(v, bytes) and not v.isascii()]
    encoding = encoding_of(texts)
    log.notes += [f"{file}: read as {encoding}"] if encoding else []
    decoded = [
        [v.decode(encoding or "utf-8") if isinstance(v, bytes) else v for v in record]
        for record in records
    ]
    return names, _as_text(file, names, decoded, log)


def _json(file: str, data: bytes, log: FaultLog) -> tuple[list[str], Records]:
    return _dataset_json(file, parsed_json(data), log)


def _ndjson(file: str, data: bytes, log: FaultLog) -> tuple[list[str], Records]:
    """Read the form that has the description on its first line, and a record on each other."""
    head, *rows = [parsed_json(line) for line in data.splitlines() if line.strip()] or [None]
    return _dataset_json(file, head | {"rows": rows} if isinstance(head, dict) else head, log)


def parsed_json(data: bytes) -> Any:
    """Content of JSON, without the constants that only Python allows, such as NaN."""
    return json.loads(data, parse_constant=_refuse)


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is not JSON")


def _dataset_json(file: str, document: object, log: FaultLog) -> tuple[list[str], Records]:
    given = document if isinstance(document, dict) else {}
    columns, records = _all(dict, given.get("columns")), _all(list, given.get("rows"))
    names = _all(str, [column.get("name") for column in columns or ()])
    is_known = str(given.get("datasetJSONVersion")).startswith("1.1")
    if not (is_known and names and records is not None):
        form = "datasetJSONVersion, columns with a name each, rows"
        raise FormatError(f"write Dataset-JSON 1.1: {form}")
    return names, _as_text(file, names, records, log)


def _all(kind: type, values: object) -> list | None:
    """Values of a list that are all of one kind; None otherwise."""
    is_list = isinstance(values, list) and all(isinstance(value, kind) for value in values)
    return cast("list", values) if is_list else None


def _as_text(file: str, names: list[str], records: list[list], log: FaultLog) -> Records:
    """Convert typed records to text, numbered from 1."""
    for row, record in enumerate(records, start=1):
        columns = names + [""] * (len(record) - len(names))
        yield row, [_cell(file, v, row, c, log) for c, v in zip(columns, record, strict=False)]


def _cell(file: str, value: object, row: int, column: str, log: FaultLog) -> str:
    """Convert a value to the text that a CSV file would hold."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if not isinstance(value, str | int | float):
        log.fault(file, "write a text or a number", row, column, str(value))
        return ""
    text = str(value)
    try:
        text.encode()
    except UnicodeEncodeError:  # JSON can escape what no file can hold
        log.fault(file, "write whole characters, not half of a pair", row, column, text)
        return ""
    return text
