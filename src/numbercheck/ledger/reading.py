"""Read a ledger, a folder of CSV files that ``data/README.md`` describes, and check it whole."""

import json
import re
from collections.abc import Iterator
from dataclasses import MISSING, fields, replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

from numbercheck.errors import missing_columns, nearest, unknown
from numbercheck.ledger.arms import arm_faults, expanded
from numbercheck.ledger.checking import ledger_faults
from numbercheck.ledger.digitized import read_steps
from numbercheck.ledger.expressions import Expression, ExpressionError
from numbercheck.ledger.implied import with_variables
from numbercheck.ledger.records import Ledger, LedgerError
from numbercheck.ledger.rows import FILES, UNKEYED, columns_of
from numbercheck.ledger.sources import ARTICLE, of_sources, with_cited
from numbercheck.ledger.tables import TableError, read_table, read_text

Record = TypeVar("Record")

REQUIRED = ("measures", "claims")


def read_ledger(directory: Path | str) -> Ledger:
    """Read and check a ledger.

    Parameters
    ----------
    directory : path
        Folder with ``measures.csv``, ``claims.csv`` and, where there is need, the others; or a
        spreadsheet (.xlsx) with these tables as sheets.

    Raises
    ------
    LedgerError
        With all faults at once: a missing file or column, a repeated slug, an unknown
        measure, a printed text that is not a number, an expression that names no column.
    """
    directory = Path(directory)
    if not directory.exists():
        raise LedgerError(
            [f"there is no {directory}; name a ledger, or start one: numbercheck new my-ledger"]
        )
    if directory.suffix.lower() == ".xlsx":
        return _read_workbook(directory)
    if not directory.is_dir():
        raise LedgerError([f"{directory} is neither a folder of tables nor a spreadsheet (.xlsx)"])
    return _read_folder(directory, directory)


def _read_folder(directory: Path, points: Path) -> Ledger:
    """Read the tables of one folder; the points of digitized curves may be in another."""
    faults: list[str] = []
    tables = {name: _read(directory, name, faults) for name in FILES}
    if faults:
        raise LedgerError(faults)
    keyed = {name: _keyed(name, found, faults) for name, found in tables.items()}
    records = {name: of for name, (of, _) in keyed.items()}
    lines = {name: at for name, (_, at) in keyed.items()}
    article = _article(directory / "article.json", faults)
    ledger = with_variables(Ledger(**records, article=article))  # type: ignore[arg-type]
    wrong_arms = list(arm_faults(ledger, lines["claims"]))
    if not wrong_arms:
        ledger = expanded(ledger)
    faults += wrong_arms or ledger_faults(ledger, lines)
    steps = () if faults else tuple(read_steps(ledger, points, faults))
    if faults:
        raise LedgerError(faults)
    ledger = replace(ledger, steps=steps)
    return of_sources(with_cited(ledger), [ARTICLE]).apart()


def _read_workbook(path: Path) -> Ledger:
    from numbercheck.ledger.workbook import unpack_workbook

    with TemporaryDirectory() as folder:
        unpack_workbook(path, Path(folder))
        try:
            return _read_folder(Path(folder), path.parent)
        except LedgerError as error:
            file = re.compile(rf"({re.escape(folder)}/)?(\w+)\.(csv|json)")
            told = (file.sub(rf"{path.name}, sheet \2", fault, count=1) for fault in error.faults)
            raise LedgerError(f.replace("no such file", "no such sheet") for f in told) from None


def _read(directory: Path, name: str, faults: list[str]) -> list[tuple[int, object]]:
    """Line and record of each row of one of the ledger's own files."""
    path = directory / f"{name}.csv"
    spelled = (p for p in directory.glob("*") if p.name.lower() == path.name)  # also Claims.CSV
    path = path if path.is_file() else next(spelled, path)
    if name in REQUIRED and not path.is_file():
        faults.append(f"{path}: there is no such file; a ledger needs {' and '.join(REQUIRED)}")
    return read_records(path, FILES[name], faults)


def read_records(path: Path, kind: type[Record], faults: list[str]) -> list[tuple[int, Record]]:
    """Line and record of each row of a CSV file; none where there is no such file.

    Parameters
    ----------
    path : Path
    kind : type
        A dataclass whose fields, of type str or Expression, are the columns.
    faults : list of str
        Everything that is wrong with the file is appended.
    """
    if not path.is_file():
        return []
    try:
        header, rows = read_table(path, [f.name for f in fields(kind)], faults)  # type: ignore[arg-type]
    except TableError as error:
        faults.append(str(error))
        return []
    except OSError as error:
        faults.append(f"{path}: cannot be read ({error.strerror})")
        return []
    if wrong := list(_header_faults(kind, header)):
        faults += [f"{path.name}: {fault}" for fault in wrong]
        return []
    return [
        (line, record)
        for line, row in rows
        if (record := _record(kind, row, f"{path.name} row {line}", faults))
    ]


def _header_faults(kind: type, header: list[str]) -> Iterator[str]:
    """Say which columns are missing, misspelled, or there twice."""
    known = [f.name for f in fields(kind)]
    needed = [f.name for f in fields(kind) if f.default is MISSING]
    if missing := [c for c in needed if c not in header]:
        yield missing_columns(missing, needed)
    for column in dict.fromkeys(c for c in header if header.count(c) > 1):
        yield f"the column {column} is there twice; keep one of them"
    for column in header:
        absent = [c for c in nearest(column, known, 0.75) if c not in header]
        if column not in known and absent and not missing:
            yield unknown("column", column, absent)


_parsed = cache(Expression)  # most texts, such as the empty one, occur in many rows


def _record(
    kind: type[Record], row: dict[str, str], where: str, faults: list[str]
) -> Record | None:
    values: dict[str, object] = {}
    for column in fields(kind):  # type: ignore[arg-type]
        text = row.get(column.name, "").strip()
        values[column.name] = text
        if column.type is Expression:
            try:
                values[column.name] = _parsed(text)
            except ExpressionError as error:
                faults.append(f"{where}, column {column.name}: {error}")
                return None
    return kind(**values)


def _article(path: Path, faults: list[str]) -> dict[str, object]:
    """What is published and where, when the ledger says so."""
    if not path.is_file():
        return {}
    try:
        article = json.loads(read_text(path))
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else error
        faults.append(f"{path.name}: cannot be read as JSON ({why})")
        return {}
    if not isinstance(article, dict):
        faults.append(f'{path.name}: it must be one object, like {{"title": …, "doi": …}}')
        return {}
    return article


def _keyed(
    name: str, found: list[tuple[int, object]], faults: list[str]
) -> tuple[object, list[int]]:
    """Records of a file, by slug where they have one, and the line of each."""
    if name in UNKEYED:
        return tuple(record for _, record in found), [line for line, _ in found]
    slug = columns_of(name)[0]
    keyed: dict[str, tuple[int, object]] = {}
    for line, record in found:
        key = getattr(record, slug)
        where = f"{name}.csv row {line}: the {slug} {key!r}"
        if key in keyed:
            faults.append(f"{where} is there already; give each row its own slug")
        elif not key.replace("_", "").isalnum():
            faults.append(f"{where} must be letters, digits and _ only")
        keyed[key] = line, record
    return {k: record for k, (_, record) in keyed.items()}, [line for line, _ in keyed.values()]
