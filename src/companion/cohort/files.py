"""Read a folder of ADaM tables as text, with the ``dataset.json`` that says what they are."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from companion.cohort.schema import STANDARD, nearest
from companion.formats.parsers import FORMATS, parsed_json, read_table
from companion.formats.raw_tables import Fault, FaultLog, RawTable

DATASET, MAPPING = "dataset.json", "mapping.csv"
FILES = {f"{table.lower()}.{form}" for table in STANDARD for form in FORMATS}


@dataclass
class FolderReading(FaultLog):
    """What was read from one folder, and what was wrong.

    Attributes
    ----------
    translated : dict of str to RawTable
        Every record, in the ledger's codes.
    tables : dict of str to RawTable
        Of these, the records of the ledger's parameters and visits, which are checked.
    dataset : dict
        Content of ``dataset.json``.
    nobody : frozenset of str
        Terms and parameters that no patient has, according to ``mapping.csv``.
    population : str
        Flag of the patients who are counted.
    """

    translated: dict[str, RawTable] = field(default_factory=dict)
    tables: dict[str, RawTable] = field(default_factory=dict)
    dataset: dict = field(default_factory=dict)
    nobody: frozenset[str] = frozenset()
    population: str = ""


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


def _dataset(data: bytes, reading: FolderReading) -> None:
    try:
        dataset = parsed_json(data)
    except (ValueError, RecursionError) as error:
        reading.fault(DATASET, f"cannot be read as JSON ({type(error).__name__})")
        return
    origin = dataset.get("origin") if isinstance(dataset, dict) else None
    if origin in ("reconstructed", "supplied"):
        reading.dataset.update(dataset)
        return
    right = "give an object whose origin is reconstructed or supplied"
    reading.fault(DATASET, right, column="origin", value="" if origin is None else str(origin))
