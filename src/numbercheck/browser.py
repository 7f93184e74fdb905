"""What the live page asks of numbercheck: text in, JSON out, the answers of the command line.

The page runs these very files in the browser, under Pyodide without further packages, so this
module and all that it imports at import time use the standard library alone.
"""

import csv
import io
import json
import zipfile
from collections.abc import Callable, Mapping
from functools import lru_cache
from pathlib import Path, PurePosixPath
from typing import Any

from numbercheck.audit import audit, to_json
from numbercheck.errors import NumbercheckError
from numbercheck.ledger.reading import read_ledger
from numbercheck.ledger.records import Ledger
from numbercheck.ledger.rows import Family, columns_of
from numbercheck.ledger.sources import of_sources, what
from numbercheck.ledger.tables import read_table
from numbercheck.ledger.workbook import unpack_workbook

LARGEST = 50_000_000  # bytes that an archive may unpack to
Row = dict[str, str]

_read = lru_cache(maxsize=8)(read_ledger)  # an edit leaves the ledger's files as they are


def unpack(folder: str) -> str:
    """Unpack archives and spreadsheets where they are; JSON, with ``error`` if one is refused."""

    def answer() -> str:
        for archive in Path(folder).glob("*.zip"):
            _unpack(archive)
        for workbook in Path(folder).glob("*.xlsx"):
            unpack_workbook(workbook, Path(folder))
        return "{}"

    return _answer(answer)


def describe(folder: str) -> str:
    """What the page shows of a ledger before any edit.

    Returns
    -------
    str
        JSON with the ``claims`` in reading order, ``families``, ``assumptions`` and ``audit``;
        or with ``error``, one sentence.
    """
    return _answer(lambda: json.dumps(described(_read(folder)), ensure_ascii=False))


def judge(folder: str, edits: str) -> str:
    """Judge a ledger after edits.

    Parameters
    ----------
    folder : str
        Folder of a ledger.
    edits : str
        JSON of the keyword arguments of `Ledger.constrain`.

    Returns
    -------
    str
        The document of ``numbercheck audit --json``, or JSON with ``error``.
    """
    return _answer(lambda: to_json(_edited(folder, edits)))


def save(folder: str, edits: str, archive: str) -> str:
    """Write the edited ledger as an archive of its files; JSON, with ``error`` if it is refused."""

    def answer() -> str:
        ledger, changes = _edited(folder, edits), json.loads(edits)
        with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as saved:
            for path in sorted(p for p in Path(folder).iterdir() if p.suffix in (".csv", ".json")):
                saved.writestr(path.name, _changed(path, ledger, changes))
        return "{}"

    return _answer(answer)


def described(ledger: Ledger) -> dict[str, Any]:
    """Claims, families and assumptions of a ledger, with its audit."""
    claims = [
        {
            "claim": claim.claim,
            "locus": claim.locus,
            "place": claim.locus.partition(" · ")[0],
            "label": what(claim, ledger),
            "printed": claim.printed,
        }
        for claim in ledger.claims.values()
    ]
    return {
        "article": dict(ledger.article),
        "claims": claims,
        "families": [_family(ledger, family) for family in ledger.families.values()],
        "assumptions": [
            {"assumption": a.assumption, "statement": a.statement, "switchable": a.switchable}
            for a in ledger.assumptions.values()
        ],
        "audit": json.loads(to_json(ledger, audit(ledger))),
    }


def _family(ledger: Ledger, family: Family) -> dict[str, Any]:
    """A family with its methods; its level where its measures print limits."""
    members = [m for m in ledger.measures.values() if m.family == family.family]
    limits = [m for m in members if ledger.find(m.measure, "conf_low")]
    level = f"{ledger.level(limits[0]):g}" if limits else ""
    return {
        "family": family.family,
        "note": family.note,
        "method": family.method,
        "methods": list(family.methods),
        "levels": level,
    }


def _edited(folder: str, edits: str) -> Ledger:
    return _read(folder).constrain(**json.loads(edits))


def _answer(work: Callable[[], str]) -> str:
    """JSON that answers a question, or the one sentence that refuses it."""
    try:
        return work()
    except (NumbercheckError, zipfile.BadZipFile, UnicodeDecodeError) as error:
        return json.dumps({"error": str(error)}, ensure_ascii=False)


def _unpack(archive: Path) -> None:
    """Put an archive's files beside it, without the folders that they are in."""
    with zipfile.ZipFile(archive) as packed:
        files = [f for f in packed.infolist() if not f.is_dir()]
        if sum(f.file_size for f in files) > LARGEST:
            raise NumbercheckError(f"{archive.name} unpacks to more than {LARGEST:,} bytes")
        for file in files:
            name = PurePosixPath(file.filename).name
            if name.endswith((".csv", ".json")) and "__MACOSX" not in file.filename:
                (archive.parent / name).write_bytes(packed.read(file))


def _changed(path: Path, ledger: Ledger, edits: Mapping[str, Any]) -> bytes:
    """Bytes of a ledger's file after the edits."""
    every = of_sources(ledger).claims
    changes: dict[str, Callable[[Row], Row | None]] = {
        "claims.csv": lambda row: (
            row | {"printed": every[row["claim"]].printed} if row["claim"] in every else None
        ),
        "families.csv": lambda row: row | {"method": ledger.families[row["family"]].method},
        "measures.csv": lambda row: (
            row | {"level": edits["levels"][row["family"]]}
            if row.get("family") in edits.get("levels", {})
            else row
        ),
        "assumptions.csv": lambda row: row if row["assumption"] in ledger.assumptions else None,
    }
    return _rewritten(path, changes[path.name]) if path.name in changes else path.read_bytes()


def _rewritten(path: Path, change: Callable[[Row], Row | None]) -> bytes:
    header, given = read_table(path, columns_of(path.stem), [])
    rows = [row for row in (change(cells) for _, cells in given) if row is not None]
    columns = dict.fromkeys([*header, *(c for row in rows for c in row)])
    text = io.StringIO()
    writer = csv.DictWriter(text, list(columns), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()
