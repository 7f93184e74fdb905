"""Read ADaM tables into typed ones, or name every fault."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pandas as pd

from companion.cohort.checks import analyzed, examine, flagged
from companion.cohort.files import load
from companion.cohort.layout import GROUPS, TABLES, Column
from companion.cohort.sheets import Fault, Reading, Sheet
from companion.cohort.times import days, records
from companion.errors import CompanionError
from companion.origin import label_of
from numbercheck.ledger.records import DAYS_PER_MONTH


class CohortError(CompanionError, ValueError):
    """The tables cannot be used; the message has a line for every fault."""

    def __init__(self, faults: list[Fault]) -> None:
        self.faults = faults
        super().__init__("\n".join(map(str, faults)))


@dataclass(frozen=True, eq=False)
class Cohort:
    """Patients of the full analysis set, for efficacy and safety alike, as in the article.

    The tables have every column of the layout, extra ones left out, sorted by patient.
    ``adsl`` has one row a patient. ``adrs`` has the record that is analyzed for each patient,
    parameter and visit: with ANL01FL its Y, and the last by ADY, of relapses the first.
    ``adae`` has the treatment-emergent events (TRTEMFL is Y, or nobody has one), several a
    patient and term; of AETOXGR and AETOXGRG the one that is empty is derived, a group's
    grade being its lowest. ``adtte`` has AVAL in days. Dates are text of ISO 8601, whole or
    partial.
    """

    adsl: pd.DataFrame
    adrs: pd.DataFrame
    adae: pd.DataFrame
    adtte: pd.DataFrame
    dataset: dict

    @property
    def origin(self) -> str:
        """Either reconstructed or supplied; without dataset.json it is supplied."""
        return str(self.dataset.get("origin", "supplied"))

    @property
    def label(self) -> str:
        """What every display says of a reconstructed cohort; empty for a supplied one."""
        return label_of(self.dataset)

    @property
    def n(self) -> int:
        """Number of patients."""
        return len(self.adsl)


def faults(
    directory: Path | str,
    data_cutoff: date | None = None,
    days_per_month: float = DAYS_PER_MONTH,
) -> list[Fault]:
    """Everything that is wrong with a folder of ADaM tables, all at once; never raises.

    Parameters
    ----------
    directory : path
        Folder with adsl, adrs, adae and adtte, each as .csv, .xpt, .json or .ndjson.
    data_cutoff : date, optional
        Last day on which an event or the end of follow-up can lie.
    days_per_month : float
        Days in a month of ``AVALU``.

    Returns
    -------
    list of Fault
        In order of file, row and column; empty when the tables can be used.
    """
    with _uncollected():
        return _examine(directory, data_cutoff, days_per_month).faults


def read_cohort(
    directory: Path | str,
    data_cutoff: date | None = None,
    days_per_month: float = DAYS_PER_MONTH,
) -> Cohort:
    """Read and check a folder of ADaM tables; the parameters are those of `faults`.

    Raises
    ------
    CohortError
        With all faults at once.
    """
    with _uncollected():
        return cohort_of(_examine(directory, data_cutoff, days_per_month), days_per_month)


def cohort_of(reading: Reading, days_per_month: float = DAYS_PER_MONTH) -> Cohort:
    """Make a cohort of what was read, or raise `CohortError` with its faults."""
    if reading.faults:
        raise CohortError(reading.faults)
    sheets = dict(reading.sheets)
    sheets["ADSL"] = sheets["ADSL"].only(flagged(sheets["ADSL"].cells("FASFL")))
    sheets["ADRS"] = sheets["ADRS"].only(analyzed(sheets["ADRS"]))
    sheets["ADAE"] = sheets["ADAE"].only(flagged(sheets["ADAE"].cells("TRTEMFL")))
    frames = {name: _frame(name, sheet) for name, sheet in sheets.items()}
    frames["ADAE"] = _graded(frames["ADAE"])
    frames["ADTTE"] = _in_days(frames["ADTTE"], sheets["ADTTE"], days_per_month)
    patients = set(frames["ADSL"]["USUBJID"])
    return Cohort(
        **{name.lower(): _sorted(frame, patients) for name, frame in frames.items()},
        dataset=reading.dataset or {"origin": "supplied"},
    )


@contextmanager
def _uncollected() -> Iterator[None]:
    """Pause the garbage collector: millions of cells hold no cycle, and it walks them all."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _examine(directory: Path | str, data_cutoff: date | None, days_per_month: float) -> Reading:
    files = load(directory)
    if isinstance(files, Fault):
        return Reading(faults=[files])
    return examine(files, data_cutoff, days_per_month)


def _frame(table: str, sheet: Sheet) -> pd.DataFrame:
    """Give every column of the layout its type."""
    return pd.DataFrame({c.name: _typed(c, sheet.cells(c.name)) for c in TABLES[table]})


def _typed(column: Column, cells: list[str]) -> pd.Series:
    known: dict[str, object] = {"": None}
    if column.kind == "whole" or column.name == "AETOXGR":
        known |= {c: int(float(c)) for c in set(cells) if c}
        return pd.Series([known[c] for c in cells], dtype="Int64")
    if column.kind == "number":
        known |= {c: float(c) for c in set(cells) if c}
        return pd.Series([known[c] for c in cells], dtype="float64")
    return pd.Series([c or None for c in cells], dtype="str")


def _graded(adae: pd.DataFrame) -> pd.DataFrame:
    """Derive the grade from its group, and the group from its grade."""
    lowest = {group: grades[0] for group, grades in GROUPS.items()}
    group = {grade: group for group, grades in GROUPS.items() for grade in grades}
    given = adae["AETOXGR"]
    return adae.assign(
        AETOXGR=given.fillna(adae["AETOXGRG"].map(lowest).astype("Int64")),
        AETOXGRG=adae["AETOXGRG"].fillna(given.map(group).astype("str")),
    )


def _in_days(adtte: pd.DataFrame, sheet: Sheet, days_per_month: float) -> pd.DataFrame:
    return adtte.assign(AVAL=[days(r, days_per_month) for r in records(sheet)], AVALU="DAYS")


def _sorted(frame: pd.DataFrame, patients: set[str]) -> pd.DataFrame:
    keys = [k for k in ("USUBJID", "AVISITN", "AVISIT", "PARAMCD") if k in frame]
    kept = frame[frame["USUBJID"].isin(patients)]
    return kept.sort_values(keys, kind="stable", ignore_index=True)
