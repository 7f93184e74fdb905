"""Read a folder of ADaM tables as a typed cohort, or report every fault."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from companion.cohort.checks import EVERYONE, analyzed, counted_patients, examine, flagged
from companion.cohort.files import FolderReading, load
from companion.cohort.schema import GROUP_OF, GROUPS, AdamColumn, Schema
from companion.cohort.times import lengths
from companion.errors import CompanionError
from companion.formats.raw_tables import Fault, RawTable, grouped
from companion.origin import label_of
from numbercheck.ledger.records import Ledger


class CohortError(CompanionError, ValueError):
    """The tables cannot be used; the message groups all faults."""

    def __init__(self, faults: list[Fault]) -> None:
        self.faults = faults
        super().__init__("\n".join(grouped(faults)))


@dataclass(frozen=True, eq=False)
class Cohort:
    """The patients who are counted, for efficacy and safety alike, as in the article.

    The tables have the columns of the schema and no others, sorted by patient. ``adsl`` has one
    row per patient. ``adrs`` has the record analyzed for each patient, parameter and visit: of
    those flagged Y, if ANL01FL is used, the last by ADY, or the first for relapses. ``adae`` has
    the treatment-emergent events (TRTEMFL is Y, or empty for everyone), possibly several per
    patient and term; where AETOXGR or AETOXGRG is empty, it is derived from the other, the grade
    as the lowest of its group. ``adtte`` has AVAL in days. Dates are ISO 8601 text, whole or
    partial. ``label`` is what every display says of a reconstructed cohort; ``population`` says
    who is counted; for terms and parameters in ``nobody``, no record means no patient.
    """

    adsl: pd.DataFrame
    adrs: pd.DataFrame
    adae: pd.DataFrame
    adtte: pd.DataFrame
    label: str = ""
    population: str = ""
    nobody: frozenset[str] = frozenset()


def read_cohort(directory: Path | str, ledger: Ledger, population: str = "") -> Cohort:
    """Read and check a folder of ADaM tables; the parameters are those of `read_folder`.

    Raises
    ------
    CohortError
        With all faults at once.
    """
    return cohort_of(read_folder(directory, ledger, population), ledger)


def read_folder(directory: Path | str, ledger: Ledger, population: str = "") -> FolderReading:
    """Read and check a folder of ADaM tables.

    Parameters
    ----------
    directory : path
        Folder with adsl, adrs, adae and adtte, each as .csv, .xpt, .json or .ndjson, and
        ``mapping.csv`` where the tables have other codes than the ledger.
    ledger : Ledger
        It says what the tables can hold, the last day on which a time can end, and the days
        in a month of ``AVALU``.
    population : {"", "FASFL", "ITTFL", "SAFFL", "all"}
        Flag of the patients who are counted; by default the first that is in use.
    """
    files = load(directory)
    if isinstance(files, Fault):
        return FolderReading(faults=[files])
    return examine(files, ledger, population)


def cohort_of(reading: FolderReading, ledger: Ledger) -> Cohort:
    """Make a cohort of what was read, or raise `CohortError` with its faults."""
    if reading.faults:
        raise CohortError(reading.faults)
    schema, raw, flag = Schema(ledger), dict(reading.tables), reading.population
    everyone = len(raw["ADSL"].cells)
    raw["ADSL"] = counted_patients(raw["ADSL"], flag)
    raw["ADRS"] = analyzed(raw["ADRS"], schema)
    raw["ADAE"] = raw["ADAE"].only(flagged(raw["ADAE"]["TRTEMFL"]))
    patients = raw["ADSL"]["USUBJID"]
    for name, table in raw.items():
        raw[name] = table.only(table["USUBJID"].isin(patients))
    frames = {name: _frame(schema.tables[name], table) for name, table in raw.items()}
    frames["ADAE"] = _graded(frames["ADAE"])
    days = lengths(raw["ADTTE"], schema.days_per_month).reset_index(drop=True)
    frames["ADTTE"] = frames["ADTTE"].assign(AVAL=days, AVALU="DAYS")
    label, who = label_of(reading.dataset), "everyone" if flag == EVERYONE else f"{flag} is Y"
    return Cohort(
        **{name.lower(): _sorted(frame) for name, frame in frames.items()},
        label=label,
        population=f"{len(patients)} of {everyone} patients of ADSL: {who}",
        nobody=reading.nobody | set().union(*schema.names.values() if label else ()),
    )


def _frame(columns: Iterable[AdamColumn], table: RawTable) -> pd.DataFrame:
    """Give every column of the schema its type."""
    frame = pd.DataFrame({c.name: _typed(c, table[c.name]) for c in columns})
    return frame.reset_index(drop=True)


def _typed(column: AdamColumn, cells: pd.Series) -> pd.Series:
    if column.kind == "whole" or column.name == "AETOXGR":
        known = {c: int(float(c)) for c in cells.unique() if c}
        return cells.map(known).astype("Int64")
    if column.kind == "number":
        return column.numbers(cells)
    return cells.where(cells != "", None).astype("str")


def _graded(adae: pd.DataFrame) -> pd.DataFrame:
    """Derive the grade from its group, and the group from its grade."""
    lowest = {group: grades[0] for group, grades in GROUPS.items()}
    given = adae["AETOXGR"]
    return adae.assign(
        AETOXGR=given.fillna(adae["AETOXGRG"].map(lowest).astype("Int64")),
        AETOXGRG=adae["AETOXGRG"].fillna(given.map(GROUP_OF).astype("str")),
    )


def _sorted(frame: pd.DataFrame) -> pd.DataFrame:
    keys = [k for k in ("USUBJID", "AVISITN", "AVISIT", "PARAMCD") if k in frame]
    return frame.sort_values(keys, kind="stable", ignore_index=True)
