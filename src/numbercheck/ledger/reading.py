"""Read a ledger, a folder of CSV files that ``data/README.md`` describes, and check it whole."""

import csv
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import MISSING, fields
from pathlib import Path
from typing import TypeVar

from numbercheck.errors import nearest, unknown
from numbercheck.ledger.expressions import Expression, ExpressionError
from numbercheck.ledger.records import (
    Assumption,
    Claim,
    Comparator,
    Dose,
    Family,
    Field,
    Finding,
    Ledger,
    LedgerError,
    Measure,
    Numeral,
    Relation,
    Unprinted,
    Variable,
    confidence_level,
    unreadable,
)
from numbercheck.statistics.proportions import SIDES
from numbercheck.words import METHODS, ONE_SIDED, STATISTICS

Record = TypeVar("Record")
KINDS = ("count", "quantity", "survival", "comparison", "design", "external")
TYPES = ("integer", "category", "flag", "grade")
DESIGNS = ("matched", "paired")

FILES: dict[str, type] = {
    "measures": Measure,
    "claims": Claim,
    "families": Family,
    "variables": Variable,
    "fields": Field,
    "relations": Relation,
    "assumptions": Assumption,
    "expected_findings": Finding,
    "regimen": Dose,
    "comparators": Comparator,
    "printed_numbers": Numeral,
    "bounds": Unprinted,
}
REQUIRED = ("measures", "claims")
UNKEYED = ("fields", "regimen", "comparators", "printed_numbers", "bounds")
BOUNDED = {  # each kind of row in bounds.csv, and the kinds of measure that it can be about
    "patients": ("",),
    "statistic": ("count", "quantity", "survival", "comparison"),
    "at_risk": ("survival",),
    "survival": ("survival",),
    "event_days": ("survival",),
    "event_types": ("survival",),
}


def read_ledger(directory: Path | str) -> Ledger:
    """Read and check a ledger.

    Parameters
    ----------
    directory : path
        Folder with ``measures.csv``, ``claims.csv`` and, where there is need, the others.

    Raises
    ------
    LedgerError
        With all faults at once: a missing file or column, a repeated slug, an unknown
        measure, a printed text that is no number, an expression that names no column.
    """
    directory = Path(directory)
    faults: list[str] = []
    tables = {name: _read(directory, name, faults) for name in FILES}
    if faults:
        raise LedgerError(faults)
    records = {name: _keyed(name, rows, faults) for name, rows in tables.items()}
    ledger = Ledger(**records, article=_article(directory / "article.json", faults))  # type: ignore[arg-type]
    faults += _check(ledger, {name: _lines(name, rows) for name, rows in tables.items()})
    if faults:
        raise LedgerError(faults)
    return ledger


def _read(directory: Path, name: str, faults: list[str]) -> list[tuple[int, object]]:
    """Line and record of each row of one of the ledger's own files."""
    path = directory / f"{name}.csv"
    if name in REQUIRED and not path.is_file():
        faults.append(
            f"{path}: there is no such file; a ledger needs {' and '.join(REQUIRED)} as .csv"
        )
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
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        faults.append(f"{path}: cannot be read as UTF-8 text ({error})")
        return []
    reader = csv.DictReader(text.splitlines())
    wrong = list(_header_faults(kind, list(reader.fieldnames or ())))
    if wrong:
        faults += [f"{path.name}: {fault}" for fault in wrong]
        return []
    rows = _rows(reader, path.name, faults)
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
        yield f"the column {', '.join(missing)} is missing; it needs {','.join(needed)}"
    for column in dict.fromkeys(c for c in header if header.count(c) > 1):
        yield f"the column {column} is there twice; keep one of them"
    for column in header:
        absent = [c for c in nearest(column, known, 0.75) if c not in header]
        if column not in known and absent and not missing:
            yield unknown("column", column, absent)


def _rows(
    reader: csv.DictReader, name: str, faults: list[str]
) -> Iterator[tuple[int, dict[str, str]]]:
    try:
        for row in reader:
            if None in row or None in row.values():
                faults.append(
                    f"{name} row {reader.line_num}: it has not the header's number of cells; "
                    "put quotes around a text with a comma"
                )
            else:
                yield reader.line_num, row
    except csv.Error as error:
        faults.append(f"{name} row {reader.line_num}: cannot be read as CSV ({error})")


def _record(
    kind: type[Record], row: dict[str, str], where: str, faults: list[str]
) -> Record | None:
    values: dict[str, object] = {}
    for column in fields(kind):  # type: ignore[arg-type]
        text = row.get(column.name, "").strip()
        values[column.name] = text
        if column.type is Expression:
            try:
                values[column.name] = Expression(text)
            except ExpressionError as error:
                faults.append(f"{where}, column {column.name}: {error}")
                return None
    return kind(**values)


def _article(path: Path, faults: list[str]) -> dict[str, object]:
    """What is published and where, when the ledger says so."""
    if not path.is_file():
        return {}
    try:
        article = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        faults.append(f"{path.name}: cannot be read as JSON ({error})")
        return {}
    if not isinstance(article, dict):
        faults.append(f'{path.name}: it must be one object, like {{"title": …, "doi": …}}')
        return {}
    return article


def _keyed(name: str, rows: list[tuple[int, object]], faults: list[str]) -> object:
    if name in UNKEYED:
        return tuple(record for _, record in rows)
    slug = fields(FILES[name])[0].name
    keyed: dict[str, object] = {}
    for line, record in rows:
        key = getattr(record, slug)
        if key in keyed:
            faults.append(
                f"{name}.csv row {line}: the {slug} {key!r} is there already; "
                "give each row its own slug"
            )
        elif not key.replace("_", "").isalnum():
            faults.append(
                f"{name}.csv row {line}: the {slug} {key!r} must be letters, digits and _ only"
            )
        keyed[key] = record
    return keyed


def _lines(name: str, rows: list[tuple[int, object]]) -> list[int]:
    """Line of each record that was kept, in the order of the records."""
    if name in UNKEYED:
        return [line for line, _ in rows]
    slug = fields(FILES[name])[0].name
    return list({getattr(record, slug): line for line, record in rows}.values())


def _check(ledger: Ledger, lines: Mapping[str, list[int]]) -> Iterator[str]:
    """Faults that only show when the files are seen together."""
    for (slug, claim), line in zip(ledger.claims.items(), lines["claims"], strict=False):
        yield from _claim_faults(claim, ledger, f"claims.csv row {line} ({slug})")
    for (slug, measure), line in zip(ledger.measures.items(), lines["measures"], strict=False):
        yield from _measure_faults(measure, ledger, f"measures.csv row {line} ({slug})")
    for (slug, variable), line in zip(ledger.variables.items(), lines["variables"], strict=False):
        yield from _variable_faults(variable, f"variables.csv row {line} ({slug})")
        yield from _names(
            variable.evaluable, ledger.variables, f"variables.csv row {line}, column evaluable"
        )
    for family, line in zip(ledger.families.values(), lines["families"], strict=False):
        for column, names in (("method", [family.method]), ("alternatives", family.methods[1:])):
            for name in names:
                if name not in METHODS:
                    where = f"families.csv row {line}, column {column}"
                    yield f"{where}: {unknown('method', name, METHODS)}; {_one_of(METHODS)}"
    for assumption, line in zip(ledger.assumptions.values(), lines["assumptions"], strict=False):
        where = f"assumptions.csv row {line}"
        yield from _names(assumption.expression, ledger.variables, f"{where}, column expression")
        yield from _parameter_faults(assumption, ledger, where)
    for relation, line in zip(ledger.relations.values(), lines["relations"], strict=False):
        yield from _names(
            relation.expression,
            _measure_names(ledger),
            f"relations.csv row {line}, column expression",
        )
    for row, line in zip(ledger.bounds, lines["bounds"], strict=False):
        yield from _bound_faults(row, ledger, f"bounds.csv row {line}")
    for slug in ledger.expected_findings:
        if slug not in ledger.claims:
            yield f"expected_findings.csv: {unknown('claim', slug, ledger.claims)}"


def _claim_faults(claim: Claim, ledger: Ledger, where: str) -> Iterator[str]:
    if claim.measure not in ledger.measures:
        yield f"{where}: {unknown('measure', claim.measure, ledger.measures)}"
        return
    if claim.statistic not in STATISTICS:
        sentence = unknown("statistic", claim.statistic, STATISTICS)
        yield f"{where}: {sentence}; one of {' '.join(STATISTICS)}"
    yield from unreadable(claim, ledger.measures, where)


def _measure_faults(measure: Measure, ledger: Ledger, where: str) -> Iterator[str]:
    if measure.kind not in KINDS:
        yield f"{where}: {unknown('kind', measure.kind, KINDS)}; one of {' '.join(KINDS)}"
    if measure.family and measure.family not in ledger.families:
        yield f"{where}: {unknown('family', measure.family, ledger.families)}"
    if measure.against and measure.against not in ledger.measures:
        yield f"{where}: {unknown('measure', measure.against, ledger.measures)} in column against"
    if measure.kind == "survival" and not _is_number(measure.horizon):
        yield f"{where}: the horizon {measure.horizon!r} is no number of days"
    for column in ("where", "among", "by"):
        yield from _names(getattr(measure, column), ledger.variables, f"{where}, column {column}")
    yield from _method_faults(measure, where)


def _method_faults(measure: Measure, where: str) -> Iterator[str]:
    """Say what is wrong with how a measure's numbers are said to be computed."""
    for column, options in (("sides", SIDES), ("method", METHODS), ("design", DESIGNS)):
        given = getattr(measure, column)
        if given and given not in options:
            yield f"{where}: {unknown(column, given, options)}; {_one_of(options)}"
    if measure.design in DESIGNS and measure.kind != "comparison":
        yield f"{where}: the design {measure.design!r} is for a comparison, not a {measure.kind}"
    if measure.level:
        try:
            confidence_level(measure.level)
        except ValueError as error:
            yield f"{where}, column level: {error}"


def _bound_faults(row: Unprinted, ledger: Ledger, where: str) -> Iterator[str]:
    """Say why a row of bounds.csv asks for nothing that can be bounded."""
    if row.kind not in BOUNDED:
        yield f"{where}: {unknown('kind', row.kind, BOUNDED)}; one of {' '.join(BOUNDED)}"
        return
    if row.measure and row.measure not in ledger.measures:
        yield f"{where}: {unknown('measure', row.measure, ledger.measures)}"
        return
    about = ledger.measures[row.measure].kind if row.measure else ""
    if about not in BOUNDED[row.kind]:
        wanted = " or ".join(BOUNDED[row.kind])
        yield f"{where}: the kind {row.kind} is about {wanted or 'an expression, no measure'}"
    if (row.kind == "statistic") != (row.statistic in STATISTICS):
        yield f"{where}: the statistic {row.statistic!r} does not go with the kind {row.kind}"
    if not all(map(_is_month, filter(None, row.months.split("|")))):
        yield f"{where}: the months {row.months!r} are no numbers; write them as 3|6|9"
    for column in ("expression", "among"):
        yield from _names(getattr(row, column), ledger.variables, f"{where}, column {column}")


def _is_month(text: str) -> bool:
    return text == "0" or _is_number(text)


def _one_of(options: Iterable[str]) -> str:
    """List the names that can be written; of one-sided tests the two-sided name is enough."""
    return f"one of {' '.join(o for o in options if not o.endswith(tuple(ONE_SIDED)))}"


def _is_number(text: str) -> bool:
    try:
        return float(text) > 0
    except ValueError:
        return False


def _variable_faults(variable: Variable, where: str) -> Iterator[str]:
    if variable.type not in TYPES:
        yield f"{where}: {unknown('type', variable.type, TYPES)}; one of {' '.join(TYPES)}"
        return
    try:
        if not variable.domain:
            yield f"{where}: the values {variable.values!r} are none"
    except ValueError:
        yield (
            f"{where}: the values {variable.values!r} do not fit the type {variable.type}; "
            "write 15..65 or CR|CRi|NR or 0|1|3"
        )


def _parameter_faults(assumption: Assumption, ledger: Ledger, where: str) -> Iterator[str]:
    """Compare a parameter with the cell of another file that it repeats."""
    owner, dot, column = assumption.parameter.partition(".")
    record = (
        ledger.measures.get(owner) if column in ("where", "among") else ledger.families.get(owner)
    )
    if not dot:
        return
    stands = getattr(record, column, None)
    stands = stands.text if isinstance(stands, Expression) else stands
    if stands != assumption.value:
        yield (
            f"{where}: {assumption.parameter} is {stands!r} in its file, {assumption.value!r} here"
        )


def _measure_names(ledger: Ledger) -> set[str]:
    attributes = (*STATISTICS, "first", "last")
    parameters = {a.parameter for a in ledger.assumptions.values() if a.parameter}
    return (
        set(ledger.measures)
        | parameters
        | {f"{m}.{a}" for m in ledger.measures for a in attributes}
    )


def _names(
    expression: Expression, known: Mapping[str, Variable] | set[str], where: str
) -> Iterator[str]:
    try:
        expression.require(known)
        if isinstance(known, Mapping):
            sound = {
                n: known[n] for n in expression.names if not any(_variable_faults(known[n], ""))
            }
            expression.fit({name: variable.domain for name, variable in sound.items()})
    except ExpressionError as error:
        yield f"{where}: {error}"
