"""Everything that is wrong with ADaM tables, all at once: cell by cell, then across the tables."""

from collections.abc import Iterator, Mapping
from datetime import date

from companion.cohort.files import Fault, Reading, Sheet, parse
from companion.cohort.layout import (
    ADRS,
    GROUPS,
    HEMATOLOGIC,
    PARAMETERS,
    RELATED,
    TABLES,
    Column,
    before,
    nearest,
    one_of,
    plain,
)
from companion.cohort.times import DAYS_PER_MONTH, absent, time_faults


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
        found += absent(sheets["ADTTE"], adsl.only(in_population(adsl)).cells("USUBJID"))
    reading.faults = sorted(set(found))
    return reading


def in_population(adsl: Sheet) -> list[bool]:
    """Whether each patient is of the full analysis set: FASFL is Y, or nobody has a FASFL."""
    flags = adsl.cells("FASFL")
    return [flag == "Y" or not any(flags) for flag in flags]


def analyzed(adrs: Sheet) -> list[bool]:
    """Whether each record is the one analyzed for its patient, parameter and visit.

    With ANL01FL only its Y are; of several records the last by ADY is.
    """
    flags = adrs.cells("ANL01FL")
    chosen = [flag == "Y" or not any(flags) for flag in flags]
    last: dict[tuple, float] = {}
    keyed = list(zip(adrs.keys("USUBJID", "PARAMCD", "AVISIT"), adrs.cells("ADY"), strict=True))
    for (key, day), keep in zip(keyed, chosen, strict=True):
        if keep:
            last[key] = max(last.get(key, -1.0), _number(day))
    return [k and _number(d) == last[key] for (key, d), k in zip(keyed, chosen, strict=True)]


def _number(cell: str) -> float:
    """A number to compare by; -1 when the cell holds none."""
    return float(cell) if cell and Column("", "number").fits(cell) else -1.0


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
        return sheet, list(_near_misses(sheet, "AEDECOD", (*HEMATOLOGIC, *RELATED)))
    if table not in PARAMETERS:
        return sheet, []
    parameters = PARAMETERS[table]
    faults = list(_near_misses(sheet, "PARAMCD", tuple(parameters)))
    sheet = sheet.only(not p or p in parameters for p in sheet.cells("PARAMCD"))
    if table == "ADRS":
        for name, parameter in ADRS.items():
            part = sheet.only(p == name for p in sheet.cells("PARAMCD"))
            faults += _near_misses(part, "AVISIT", parameter.visits)
        pairs = sheet.keys("PARAMCD", "AVISIT")
        sheet = sheet.only(not p or not v or v in ADRS[p].visits for p, v in pairs)
    return sheet, faults


def _near_misses(sheet: Sheet, column: str, known: tuple[str, ...]) -> Iterator[Fault]:
    """Names that differ from a known one by case or spaces, or stand where it is never used.

    Other names are extra parameters, visits or terms, which are kept out.
    """
    cells = sheet.cells(column)
    present = set(cells)
    meant = {}
    for name in present - set(known):
        near = nearest(name, known)
        same_digits = [c for c in name if c.isdigit()] == [c for c in near if c.isdigit()]
        if near and (plain(name) == plain(near) or (near not in present and same_digits)):
            meant[name] = near
    for row, name in zip(sheet.rows, cells, strict=True):
        if name in meant:
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
    dates = zip(adsl.cells("TRTSDT"), adsl.cells("LSTALVDT"), strict=True)
    rows = zip(adsl.rows, full, safety, in_population(adsl), dates, strict=True)
    for row, flag, safe, inside, (start, alive) in rows:
        if not flag and any(full):
            yield Fault(adsl.file, row, "FASFL", "", "write Y or N, as for the other patients")
        elif safe and (safe == "Y") != inside:
            right = "write the same as in FASFL: as in the article, one population is analyzed"
            yield Fault(adsl.file, row, "SAFFL", safe, right)
        if before(alive, start):
            yield Fault(adsl.file, row, "LSTALVDT", alive, f"give a day from TRTSDT {start} on")
    if adsl.rows and not any(in_population(adsl)):
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
    used = adrs.only(analyzed(adrs))
    for row, (_, name, visit) in used.repeated("USUBJID", "PARAMCD", "AVISIT"):
        right = "give each record its own ADY, or mark the one to analyze with Y in ANL01FL"
        yield Fault(adrs.file, row, "PARAMCD", f"{name} @ {visit}", right)


def _grades(adae: Sheet) -> Iterator[Fault]:
    pairs = zip(adae.rows, adae.cells("AETOXGR"), adae.cells("AETOXGRG"), strict=True)
    for row, grade, group in pairs:
        if grade.isdigit() and group in GROUPS and int(grade) not in GROUPS[group]:
            yield Fault(adae.file, row, "AETOXGRG", group, f"write the group of grade {grade}")
