"""Times to events in days, and what is wrong with them."""

from collections.abc import Collection, Iterator
from datetime import date

import pandas as pd

from companion.cohort.layout import TIME, dates
from companion.cohort.sheets import Fault, RawTable, look_up

ROUNDING = 2.0  # days by which times written in different units may differ
CENTURY = 36525  # days


def lengths(adtte: RawTable, days_per_month: float) -> pd.Series:
    """Times in days: AVAL by its unit; without it the days from STARTDT to ADT, both counted.

    Without AVAL the study-day convention of the ADaM guide holds (ADY = ADT - TRTSDT + 1),
    so that an event on the first day has time 1. NaN when neither is known.
    """
    unit = adtte["AVALU"].map({"DAYS": 1.0, "WEEKS": 7.0, "MONTHS": days_per_month})
    span = (dates(adtte["ADT"]) - dates(adtte["STARTDT"])).dt.days + 1.0
    return (TIME.numbers(adtte["AVAL"]) * unit).where(adtte["AVAL"] != "", span.where(span >= 1))


def time_faults(
    adtte: RawTable, adsl: RawTable, cutoff: date | None, days_per_month: float
) -> Iterator[Fault]:
    """Whatever is wrong with the times, within a row and across the tables."""
    length = lengths(adtte, days_per_month)
    yield from _incomplete(adtte, length)
    yield from _outside(adtte, adsl, length, cutoff)
    yield from _disordered(adtte, length)


def absent(
    adtte: RawTable, patients: Collection[str], endpoints: Collection[str]
) -> Iterator[Fault]:
    """Patients without a time that everyone has."""
    for name in endpoints if len(adtte.cells) else ():
        timed = set(adtte["USUBJID"][adtte["PARAMCD"] == name])
        right = f"give the patient a row of {name}, with or without the event"
        for patient in sorted({p for p in patients if p} - timed):
            yield Fault(adtte.file, 0, "PARAMCD", patient, right)


def _incomplete(adtte: RawTable, length: pd.Series) -> Iterator[Fault]:
    """Times without a length or a unit, or given twice."""
    given = adtte["AVAL"] != ""
    twice = adtte.repeated("USUBJID", "PARAMCD")
    right = "give the time, or whole dates in STARTDT and, not before it, in ADT"
    yield from adtte.mark("PARAMCD", twice.map({True: "give each patient one row of it"}))
    yield from adtte.mark("AVAL", (~given & length.isna()).map({True: right}))
    unit = given & (adtte["AVALU"] == "")
    yield from adtte.mark("AVALU", unit.map({True: "write DAYS, WEEKS or MONTHS"}))


def _outside(
    adtte: RawTable, adsl: RawTable, length: pd.Series, cutoff: date | None
) -> Iterator[Fault]:
    """Times that end before they start, after the data cut-off, or in a death before its day."""

    def of_patient(column: str) -> pd.Series:
        found = dict(zip(adsl["USUBJID"], adsl[column], strict=True))
        return look_up(adtte["USUBJID"], found, "")

    begun = adtte["STARTDT"].where(adtte["STARTDT"] != "", of_patient("TRTSDT"))
    alive, flag = of_patient("LSTALVDT"), of_patient("DTHFL")
    start, end = dates(begun), dates(adtte["ADT"])
    right = "give a day from the start " + begun + " on"
    yield from adtte.mark("ADT", right.where(end < start))

    days = length.where((adtte["AVALU"] == "DAYS") & (length <= CENTURY))
    first, last = (  # the first day is counted, or not
        end.fillna(start + pd.to_timedelta(days - counted, unit="D")) for counted in (1, 0)
    )
    late = first > pd.Timestamp(cutoff or date.max)
    death = (adtte["PARAMCD"] == "OS") & (adtte["CNSR"] == "0")
    right = "a death cannot be before LSTALVDT " + alive
    for column, here in (("ADT", adtte["ADT"] != ""), ("AVAL", adtte["ADT"] == "")):
        ended = f"end the time on the data cut-off {cutoff} or before"
        yield from adtte.mark(column, (late & here).map({True: ended}))
        yield from adtte.mark(column, right.where(death & (last < dates(alive)) & here))
    known = adtte["USUBJID"].isin(adsl["USUBJID"]) & (adsl["DTHFL"] != "").any()
    right = f"the patient has no Y in DTHFL of {adsl.file}, but a death here"
    yield from adtte.mark("CNSR", (death & known & (flag != "Y")).map({True: right}))


def _disordered(adtte: RawTable, length: pd.Series) -> Iterator[Fault]:
    """Progression-free survival that ends after overall survival."""
    overall = adtte["PARAMCD"] == "OS"
    patients = adtte["USUBJID"]
    limit = patients.map(dict(zip(patients[overall], length[overall], strict=True)))
    unit = patients.map(dict(zip(patients[overall], adtte["AVALU"][overall], strict=True)))
    slack = (adtte["AVALU"] != unit) * ROUNDING
    after = (adtte["PARAMCD"] == "PFS") & (length > limit + slack)
    for row in adtte.cells.index[after]:
        right = f"end it on the day {limit[row]:g} of overall survival or before"
        yield Fault(adtte.file, int(row), "AVAL", adtte["AVAL"][row], right)
