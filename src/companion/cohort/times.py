"""Event times in days, and checks on them."""

from collections.abc import Collection, Iterator
from datetime import date

import pandas as pd

from companion.cohort.schema import TIME, Schema, dates
from companion.formats.raw_tables import Fault, RawTable, look_up

ROUNDING = 2.0  # days by which times written in different units may differ
CENTURY = 36525  # days


def lengths(adtte: RawTable, days_per_month: float) -> pd.Series:
    """Times in days: AVAL by its unit; without it the days from STARTDT to ADT, both counted.

    Without AVAL the study-day convention of the ADaM guide holds (ADY = ADT - TRTSDT + 1),
    so that an event on the first day has time 1. Without a unit, AVAL is in days if both dates
    are known. NaN when the time is not known.
    """
    span = _span(adtte)
    given = TIME.numbers(adtte["AVAL"]) * _unit(adtte, days_per_month)
    return given.where(adtte["AVAL"] != "", span.where(span >= 1))


def _span(adtte: RawTable) -> pd.Series:
    return (dates(adtte["ADT"]) - dates(adtte["STARTDT"])).dt.days + 1.0


def _unit(adtte: RawTable, days_per_month: float) -> pd.Series:
    """Days of each row's unit; NaN where there is none."""
    unit = look_up(adtte["AVALU"], {"DAYS": 1.0, "WEEKS": 7.0, "MONTHS": days_per_month})
    unit[(adtte["AVALU"] == "") & _span(adtte).notna()] = 1.0
    return unit.astype(float)


def _slack(adtte: RawTable, days_per_month: float) -> pd.Series:
    """Days by which a time can be off because AVAL was rounded, in weeks or months."""
    unit = _unit(adtte, days_per_month)
    decimals = adtte["AVAL"].map(lambda text: len(text.partition(".")[2])).astype(float)
    return (1 + unit * 0.5 * 10.0**-decimals).where(unit > 1, 0.0)


def time_faults(adtte: RawTable, adsl: RawTable, schema: Schema) -> Iterator[Fault]:
    """Faults in event times, within rows and across tables."""
    length = lengths(adtte, schema.days_per_month)
    slack = _slack(adtte, schema.days_per_month)
    yield from _incomplete(adtte, length)
    yield from _misstated(adtte, length, slack, schema)
    yield from _outside(adtte, adsl, length, schema.cutoff)
    yield from _deaths(adtte, adsl)
    yield from _disordered(adtte, length, slack)


def absent(
    adtte: RawTable, patients: Collection[str], endpoints: Collection[str]
) -> Iterator[Fault]:
    """Endpoints without any record, and patients without a record of one."""
    for name in endpoints if len(patients) else ():
        timed = set(adtte["USUBJID"][adtte["PARAMCD"] == name])
        if not timed:
            right = f"no record is of {name}; if another parameter means it, map it in mapping.csv"
            yield Fault(adtte.file, 0, "PARAMCD", "", right)
            continue
        right = f"give the patient a row of {name}, with or without the event"
        for patient in sorted({p for p in patients if p} - timed):
            yield Fault(adtte.file, 0, "PARAMCD", patient, right)


def of_patient(table: RawTable, adsl: RawTable, column: str) -> pd.Series:
    """Cell of ADSL for the patient of each row; empty for unknown patients."""
    return look_up(table["USUBJID"], dict(zip(adsl["USUBJID"], adsl[column], strict=True)), "")


def _incomplete(adtte: RawTable, length: pd.Series) -> Iterator[Fault]:
    """Times without a length or a unit, or given twice."""
    given = adtte["AVAL"] != ""
    twice = adtte.repeated("USUBJID", "PARAMCD")
    yield from adtte.mark("PARAMCD", twice, "give each patient one row of it")
    right = "give the time, or whole dates in STARTDT and, not before it, in ADT"
    yield from adtte.mark("AVAL", ~given & length.isna(), right)
    unit = given & (adtte["AVALU"] == "") & _span(adtte).isna()
    yield from adtte.mark("AVALU", unit, "write DAYS, WEEKS or MONTHS")


def _misstated(
    adtte: RawTable, length: pd.Series, slack: pd.Series, schema: Schema
) -> Iterator[Fault]:
    """Times that differ from the days between STARTDT and ADT, or exceed the trial."""
    off = length - _span(adtte)
    whole = off[_unit(adtte, schema.days_per_month) == 1]
    uncounted = len(whole) > 0 and (whole.dropna() == -1).all()  # no time counts its first day
    wrong = (off + uncounted).abs() > slack + 1e-6
    right = "write the days from STARTDT to ADT, both counted, or the unit that AVAL has in AVALU"
    yield from adtte.mark("AVAL", wrong, right)
    if schema.first_day and schema.cutoff:
        longest = (schema.cutoff - schema.first_day).days + 1
        right = f"the trial lasted {longest} days, from {schema.first_day} to {schema.cutoff}"
        too_long = (adtte["ADT"] == "") & (length > longest + slack)
        yield from adtte.mark("AVAL", too_long, right)


def _outside(
    adtte: RawTable, adsl: RawTable, length: pd.Series, cutoff: date | None
) -> Iterator[Fault]:
    """Times that end before they start, after the data cut-off, or in a death before LSTALVDT."""
    begun = adtte["STARTDT"].where(adtte["STARTDT"] != "", of_patient(adtte, adsl, "TRTSDT"))
    alive = of_patient(adtte, adsl, "LSTALVDT")
    start, end = dates(begun), dates(adtte["ADT"])
    right = "give a day from the start " + begun + " on"
    yield from adtte.mark("ADT", end < start, right)

    days = length.where((adtte["AVALU"] == "DAYS") & (length <= CENTURY))
    first, last = (  # the first day is counted, or not
        end.fillna(start + pd.to_timedelta(days - counted, unit="D")) for counted in (1, 0)
    )
    late = first > pd.Timestamp(cutoff or date.max)
    death = (adtte["PARAMCD"] == "OS") & (adtte["CNSR"] == "0")
    right = "a death cannot be before LSTALVDT " + alive
    for column, here in (("ADT", adtte["ADT"] != ""), ("AVAL", adtte["ADT"] == "")):
        ended = f"end the time on the data cut-off {cutoff} or before"
        yield from adtte.mark(column, late & here, ended)
        yield from adtte.mark(column, death & (last < dates(alive)) & here, right)


def _deaths(adtte: RawTable, adsl: RawTable) -> Iterator[Fault]:
    """Deaths recorded in only one of ADSL and overall survival."""
    known = adtte["USUBJID"].isin(adsl["USUBJID"]) & (adsl["DTHFL"] != "").any()
    overall = known & (adtte["PARAMCD"] == "OS") & (adtte["CNSR"] != "")
    flag, died = of_patient(adtte, adsl, "DTHFL") == "Y", adtte["CNSR"] == "0"
    right = f"the patient has no Y in DTHFL of {adsl.file}, but a death here"
    yield from adtte.mark("CNSR", overall & died & ~flag, right)
    right = f"the patient has Y in DTHFL of {adsl.file}, but no death here"
    yield from adtte.mark("CNSR", overall & ~died & flag, right)


def _disordered(adtte: RawTable, length: pd.Series, slack: pd.Series) -> Iterator[Fault]:
    """Times that end after overall survival, and PFS that is censored on the day of death."""
    overall, event = adtte["PARAMCD"] == "OS", adtte["CNSR"] == "0"
    patients, progression = adtte["USUBJID"], adtte["PARAMCD"] == "PFS"

    def survival(column: pd.Series) -> pd.Series:
        return look_up(patients, dict(zip(patients[overall], column[overall], strict=True)))

    limit = survival(length).astype(float)
    unit = survival(adtte["AVALU"])
    slack = slack.where(adtte["AVALU"] != unit, 0.0) + (adtte["AVALU"] != unit) * ROUNDING
    after = (progression | event) & ~overall & (length > limit + slack)
    right = limit.map("end it on the day {:g} of overall survival or before".format)
    yield from adtte.mark("AVAL", after, right)
    died = survival(event).fillna(False).astype(bool)
    censored = progression & ~event & died & (length >= limit - slack)
    right = "write 0: the patient died that day, which ends progression-free survival"
    yield from adtte.mark("CNSR", censored, right)
