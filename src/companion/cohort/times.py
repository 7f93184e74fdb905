"""Times to events in days, and what is wrong with them."""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import NamedTuple

from companion.cohort.layout import FOR_EVERYONE, Column, before, whole_date
from companion.cohort.sheets import Fault, Sheet

ROUNDING = 2.0  # days by which times written in different units may differ
LENGTH = Column("AVAL", "number")


class Record(NamedTuple):
    """One row of ADTTE, as text."""

    USUBJID: str
    PARAMCD: str
    AVAL: str
    AVALU: str
    STARTDT: str
    ADT: str
    CNSR: str

    @property
    def is_death(self) -> bool:
        """Whether it is the event of overall survival."""
        return self.PARAMCD == "OS" and self.CNSR == "0"


class Patient(NamedTuple):
    """What ADSL tells of a patient's dates, as text."""

    TRTSDT: str = ""
    LSTALVDT: str = ""
    DTHFL: str = ""


def days(record: Record, days_per_month: float) -> float | None:
    """Time in days: AVAL by its unit; without it the days from STARTDT to ADT, both counted.

    Without AVAL the study-day convention of the ADaM guide holds (ADY = ADT - TRTSDT + 1),
    so that an event on the first day has time 1. None when neither is known.
    """
    if record.AVAL:
        unit = {"DAYS": 1.0, "WEEKS": 7.0, "MONTHS": days_per_month}.get(record.AVALU)
        return float(record.AVAL) * unit if unit and LENGTH.fits(record.AVAL) else None
    first, last = whole_date(record.STARTDT), whole_date(record.ADT)
    return (last - first).days + 1.0 if first and last and first <= last else None


def records(adtte: Sheet) -> list[Record]:
    """Return every row."""
    return [Record(*cells) for cells in adtte.keys(*Record._fields)]


def time_faults(
    sheets: Mapping[str, Sheet], data_cutoff: date | None, days_per_month: float
) -> Iterator[Fault]:
    """Whatever is wrong with the times, within a row and across the tables."""
    adtte, adsl = sheets["ADTTE"], sheets.get("ADSL", Sheet("adsl", {}, []))
    rows = list(zip(adtte.rows, records(adtte), strict=True))
    patients = {
        patient: Patient(*rest) for patient, *rest in adsl.keys("USUBJID", *Patient._fields)
    }
    for row, (_, name) in adtte.repeated("USUBJID", "PARAMCD"):
        yield Fault(adtte.file, row, "PARAMCD", name, "give each patient one row of it")
    with_flag = any(adsl.cells("DTHFL"))
    for row, record in rows:
        patient = patients.get(record.USUBJID, Patient())
        for column, right in _dated(record, patient, data_cutoff, days_per_month):
            yield Fault(adtte.file, row, column, getattr(record, column), right)
        if record.is_death and with_flag and record.USUBJID in patients and patient.DTHFL != "Y":
            right = f"the patient has no Y in DTHFL of {adsl.file}, but a death here"
            yield Fault(adtte.file, row, "CNSR", record.CNSR, right)
    yield from _disordered(adtte.file, rows, days_per_month)


def absent(adtte: Sheet, patients: list[str]) -> Iterator[Fault]:
    """Patients without a time that everyone has."""
    present = set(adtte.keys("USUBJID", "PARAMCD"))
    for patient in patients if adtte.rows else ():
        for name in FOR_EVERYONE:
            if patient and (patient, name) not in present:
                right = f"give the patient a row of {name}, with or without the event"
                yield Fault(adtte.file, 0, "PARAMCD", patient, right)


def _dated(
    record: Record, patient: Patient, data_cutoff: date | None, days_per_month: float
) -> Iterator[tuple[str, str]]:
    """Column and what would be right there."""
    start = record.STARTDT or patient.TRTSDT
    if not record.AVAL and days(record, days_per_month) is None:
        yield "AVAL", "give the time, or whole dates in STARTDT and, not before it, in ADT"
    if record.AVAL and not record.AVALU:
        yield "AVALU", "write DAYS, WEEKS or MONTHS"
    if before(record.ADT, start):
        yield "ADT", f"give a day from the start {start} on"
    first, last = _end(record, start, days_per_month)
    column = "ADT" if record.ADT else "AVAL"
    alive = whole_date(patient.LSTALVDT)
    if record.is_death and last and alive and last < alive:
        yield column, f"a death cannot be before LSTALVDT {alive}"
    if data_cutoff and first and first > data_cutoff:
        yield column, f"end the time on the data cut-off {data_cutoff} or before"


def _end(record: Record, start: str, days_per_month: float) -> tuple[date | None, date | None]:
    """First and last day on which the time can have ended, its first day counted or not."""
    end, begin = whole_date(record.ADT), whole_date(start)
    length = days(record, days_per_month)
    if end or begin is None or length is None or length > 36525 or record.AVALU != "DAYS":
        return end, end
    return begin + timedelta(days=length - 1), begin + timedelta(days=length)


def _disordered(
    file: str, rows: list[tuple[int, Record]], days_per_month: float
) -> Iterator[Fault]:
    """Progression-free survival that ends after overall survival."""
    overall = {r.USUBJID: r for _, r in rows if r.PARAMCD == "OS"}
    for row, record in rows:
        if record.PARAMCD != "PFS" or record.USUBJID not in overall:
            continue
        other = overall[record.USUBJID]
        time, limit = days(record, days_per_month), days(other, days_per_month)
        slack = 0.0 if record.AVALU == other.AVALU else ROUNDING
        if time is not None and limit is not None and time > limit + slack:
            right = f"end it on the day {limit:g} of overall survival or before"
            yield Fault(file, row, "AVAL", record.AVAL, right)
