"""Everything that is wrong with ADaM tables, all at once: cell by cell, then across the tables."""

import math
from collections.abc import Collection, Iterator, Mapping
from datetime import date

from companion.cohort.files import parse
from companion.cohort.layout import (
    ADRS,
    GRADES,
    GROUPS,
    LIKE,
    PARAMETERS,
    TABLES,
    TERMS,
    Column,
    before,
    nearest,
    one_of,
    plain,
)
from companion.cohort.sheets import Fault, Reading, Sheet
from companion.cohort.times import absent, time_faults
from numbercheck.ledger.records import DAYS_PER_MONTH

DAY = Column("ADY", "whole", low=-math.inf)


def examine(
    files: Mapping[str, bytes],
    data_cutoff: date | None = None,
    days_per_month: float = DAYS_PER_MONTH,
) -> Reading:
    """Read the tables of a folder's files, and check them.

    Parameters
    ----------
    files : mapping of str to bytes
        Content of each file by its name.
    data_cutoff : date, optional
        Last day on which an event or the end of follow-up can lie.
    days_per_month : float
        Days in a month of ``AVALU``.

    Returns
    -------
    Reading
        The sheets hold the records that are analyzed, of known parameters and visits; the
        faults are in order of file, row and column.
    """
    reading = parse(files)
    sheets = reading.sheets
    found = list(reading.faults)
    for table, sheet in sheets.items():
        found += _columns(table, sheet)
        sheets[table], near = _known(table, sheet)
        found += near
        found += _cells(table, sheets[table])
    if "ADSL" in sheets:
        found += _patients(sheets["ADSL"])
        found += _unknown_patients(sheets)
    if "ADRS" in sheets:
        found += _responses(sheets["ADRS"])
    if "ADAE" in sheets:
        found += _grades(sheets["ADAE"])
    if "ADTTE" in sheets:
        found += time_faults(sheets, data_cutoff, days_per_month)
    if "ADSL" in sheets and "ADTTE" in sheets:
        adsl = sheets["ADSL"]
        found += absent(sheets["ADTTE"], adsl.only(flagged(adsl.cells("FASFL"))).cells("USUBJID"))
    reading.faults = sorted(set(found))
    return reading


def flagged(flags: list[str]) -> list[bool]:
    """Whether each record is in: its flag is Y, or no record has a flag at all."""
    unused = not any(flags)
    return [unused or flag == "Y" for flag in flags]


def analyzed(adrs: Sheet) -> list[bool]:
    """Whether each record is the one analyzed for its patient, parameter and visit.

    With ANL01FL only its Y are. Of several records the last by ADY is; of several relapses
    the first, since a later one is another event.
    """
    chosen = flagged(adrs.cells("ANL01FL"))
    keys = adrs.keys("USUBJID", "PARAMCD", "AVISIT")
    number = {cell: _day(cell) for cell in set(adrs.cells("ADY"))}
    days = [number[cell] for cell in adrs.cells("ADY")]
    best: dict[tuple, float] = {}
    for key, day, keep in zip(keys, days, chosen, strict=True):
        if keep and (key not in best or _later(day, best[key], key[2])):
            best[key] = day
    return [k and d == best[key] for key, d, k in zip(keys, days, chosen, strict=True)]


def _day(cell: str) -> float:
    """Day to choose by; a record without one comes before all others."""
    return float(cell) if cell and DAY.fits(cell) else -math.inf


def _later(day: float, other: float, visit: str) -> bool:
    return (
        (-math.inf < day < other or other == -math.inf < day) if visit == "Relapse" else day > other
    )


def _columns(table: str, sheet: Sheet) -> Iterator[Fault]:
    for column in TABLES[table]:
        if column.required and column.name not in sheet.columns:
            near = nearest(column.name, set(sheet.columns) - {c.name for c in TABLES[table]})
            hint = f"; is it {near[:60]!r}?" if near else ""
            yield Fault(sheet.file, 0, column.name, "", f"the column is missing{hint}")
    if table == "ADAE" and not {"AETOXGR", "AETOXGRG"} & set(sheet.columns):
        right = "the column is missing; give the grade, or its group in AETOXGRG"
        yield Fault(sheet.file, 0, "AETOXGR", "", right)


def _known(table: str, sheet: Sheet) -> tuple[Sheet, list[Fault]]:
    """Records of known parameters and visits, and the names that were meant to be known."""
    if table == "ADAE":
        return sheet, list(_near_misses(sheet, "AEDECOD", TERMS))
    if table not in PARAMETERS:
        return sheet, []
    parameters = PARAMETERS[table]
    faults = list(_near_misses(sheet, "PARAMCD", parameters))
    if table != "ADRS":
        return sheet.only(not p or p in parameters for p in sheet.cells("PARAMCD")), faults
    for name, parameter in ADRS.items():
        faults += _near_misses(sheet, "AVISIT", parameter.visits, name)
    pairs = sheet.keys("PARAMCD", "AVISIT")
    kept = {
        (p, v) for p, v in set(pairs) if not p or (p in ADRS and (not v or v in ADRS[p].visits))
    }
    return sheet.only(pair in kept for pair in pairs), faults


def _near_misses(
    sheet: Sheet, column: str, known: Collection[str], parameter: str = ""
) -> Iterator[Fault]:
    """Names that differ from a known one by case or spaces, or are like one that is never used.

    Other names are extra parameters, visits or terms, which are kept out.
    """
    cells = list(zip(sheet.cells("PARAMCD"), sheet.cells(column), strict=True))
    present = {name for p, name in set(cells) if parameter in ("", p)}
    meant = {}
    for name in present - set(known):
        near = nearest(name, known, LIKE)
        same_digits = [c for c in name if c.isdigit()] == [c for c in near if c.isdigit()]
        if near and (plain(name) == plain(near) or (near not in present and same_digits)):
            meant[name] = near
    for row, (p, name) in zip(sheet.rows, cells, strict=True) if meant else ():
        if name in meant and parameter in ("", p):
            yield Fault(sheet.file, row, column, name, f"write {meant[name]}")


def _cells(table: str, sheet: Sheet) -> Iterator[Fault]:
    for column in TABLES[table]:
        if column.name not in sheet.columns:
            continue
        cells = sheet.columns[column.name]
        wrong = {c: column.right(c) for c in set(cells) if not column.fits(c)}
        wrong |= {c: "leave out what is no text" for c in set(cells) if not _is_text(c)}
        if wrong:
            for row, cell in zip(sheet.rows, cells, strict=True):
                if cell in wrong:
                    yield Fault(sheet.file, row, column.name, cell, wrong[cell])


def _is_text(cell: str) -> bool:
    return "\0" not in cell and not any("\ud800" <= c <= "\udfff" for c in cell)


def _patients(adsl: Sheet) -> Iterator[Fault]:
    for row, (patient,) in adsl.repeated("USUBJID"):
        yield Fault(adsl.file, row, "USUBJID", patient, "give each patient one row")
    full, safety = adsl.cells("FASFL"), adsl.cells("SAFFL")
    inside, used = flagged(full), any(full)
    dates = zip(adsl.cells("TRTSDT"), adsl.cells("LSTALVDT"), strict=True)
    rows = zip(adsl.rows, full, safety, inside, dates, strict=True)
    for row, flag, safe, is_in, (start, alive) in rows:
        if not flag and used:
            yield Fault(adsl.file, row, "FASFL", "", "write Y or N, as for the other patients")
        elif safe and (safe == "Y") != is_in:
            right = "write the same as in FASFL: as in the article, one population is analyzed"
            yield Fault(adsl.file, row, "SAFFL", safe, right)
        if before(alive, start):
            yield Fault(adsl.file, row, "LSTALVDT", alive, f"give a day from TRTSDT {start} on")
    if adsl.rows and not any(inside):
        yield Fault(adsl.file, 0, "FASFL", "", "write Y for the patients analyzed; nobody has it")


def _unknown_patients(sheets: Mapping[str, Sheet]) -> Iterator[Fault]:
    known = set(sheets["ADSL"].cells("USUBJID"))
    for table, sheet in sheets.items():
        for row, patient in zip(sheet.rows, sheet.cells("USUBJID"), strict=True):
            if table != "ADSL" and patient and patient not in known:
                right = f"there is no such patient in {sheets['ADSL'].file}"
                yield Fault(sheet.file, row, "USUBJID", patient, right)


def _responses(adrs: Sheet) -> Iterator[Fault]:
    pairs = zip(adrs.rows, adrs.cells("PARAMCD"), adrs.cells("AVALC"), strict=True)
    for row, name, value in pairs:
        if name in ADRS and value and value not in ADRS[name].codes:
            yield Fault(adrs.file, row, "AVALC", value, one_of(value, ADRS[name].codes))
    keys = {c: adrs.cells(c) for c in ("USUBJID", "PARAMCD", "AVISIT")}
    used = Sheet(adrs.file, keys, adrs.rows).only(analyzed(adrs))
    for row, (_, name, visit) in used.repeated(*keys):
        right = "give each record its own ADY, or mark the one to analyze with Y in ANL01FL"
        yield Fault(adrs.file, row, "PARAMCD", f"{name} @ {visit}", right)


def _grades(adae: Sheet) -> Iterator[Fault]:
    pairs = zip(adae.rows, adae.cells("AETOXGR"), adae.cells("AETOXGRG"), strict=True)
    for row, grade, group in pairs:
        if grade in GRADES and group in GROUPS and int(grade) not in GROUPS[group]:
            yield Fault(adae.file, row, "AETOXGRG", group, f"write the group of grade {grade}")
