"""Everything that is wrong with ADaM tables, all at once: cell by cell, then across the tables."""

from collections.abc import Collection, Iterator, Mapping

import pandas as pd

from companion.cohort.files import parse
from companion.cohort.layout import (
    GROUP_OF,
    GROUPS,
    STUDY_DAY,
    Layout,
    dates,
    nearest,
    one_of,
    plain,
)
from companion.cohort.sheets import Fault, RawTable, Reading, look_up
from companion.cohort.times import absent, time_faults
from numbercheck.ledger.records import Ledger

LIKE = 0.85  # how similar to a known name an unknown one must be to count as a misspelling
NO_ADSL = RawTable("adsl", pd.DataFrame())
ONE_RECORD = ("USUBJID", "PARAMCD", "AVISIT")


def examine(files: Mapping[str, bytes], ledger: Ledger) -> Reading:
    """Read the tables of a folder's files, and check them.

    Parameters
    ----------
    files : mapping of str to bytes
        Content of each file by its name.
    ledger : Ledger
        What the tables can hold, the data cut-off, and the days of a month.

    Returns
    -------
    Reading
        Its tables hold the records of known parameters and visits; the faults are in order of
        file, row and column.
    """
    reading, layout = parse(files), Layout(ledger)
    tables = reading.tables
    found = list(reading.faults)
    for name, table in tables.items():
        found += _columns(name, table, layout)
        found += _misspelled(name, table, layout)
        tables[name] = _known(name, table, layout)
        found += _cells(name, tables[name], layout)
    adsl = tables.get("ADSL", NO_ADSL)
    found += _patients(adsl)
    for name in tables.keys() - {"ADSL"} if "ADSL" in tables else ():
        found += _unknown_patients(tables[name], adsl)
    if "ADRS" in tables:
        found += _responses(tables["ADRS"], layout)
    if "ADAE" in tables:
        found += _grades(tables["ADAE"])
    if "ADTTE" in tables:
        found += time_faults(tables["ADTTE"], adsl, *ledger.time_limits)
        found += absent(tables["ADTTE"], population(adsl)["USUBJID"], layout.events)
    reading.faults = sorted(set(found))
    return reading


def flagged(flags: pd.Series) -> pd.Series:
    """Whether each record is in: its flag is Y, or no record has a flag at all."""
    return (flags == "Y") | (flags == "").all()


def population(adsl: RawTable) -> RawTable:
    """Patients of the full analysis set."""
    return adsl.only(flagged(adsl["FASFL"]))


def analyzed(adrs: RawTable, layout: Layout) -> RawTable:
    """Keep the record that is analyzed for each patient, parameter and visit.

    With ANL01FL only its Y are. Of several records the last by ADY is, or the first of an event
    that can happen again, such as a relapse; one without a day comes after all others.
    """
    chosen = adrs.only(flagged(adrs["ANL01FL"]))
    day = STUDY_DAY.numbers(chosen["ADY"])
    day = day.where(~chosen["PARAMCD"].isin(layout.first), -day).fillna(-float("inf"))
    best = day.groupby([chosen[c] for c in ONE_RECORD]).transform("max")
    return chosen.only(day == best)


def _columns(name: str, table: RawTable, layout: Layout) -> Iterator[Fault]:
    columns = {c.name: c.required for c in layout.tables[name]}
    for column in columns:
        if columns[column] and column not in table.cells:
            near = nearest(column, set(table.cells) - set(columns))
            hint = f"; is it {near[:60]!r}?" if near else ""
            yield Fault(table.file, 0, column, "", f"the column is missing{hint}")
    if name == "ADAE" and not {"AETOXGR", "AETOXGRG"} & set(table.cells):
        right = "the column is missing; give the grade, or its group in AETOXGRG"
        yield Fault(table.file, 0, "AETOXGR", "", right)


def _misspelled(name: str, table: RawTable, layout: Layout) -> Iterator[Fault]:
    if name == "ADAE":
        yield from _near_misses(table, "AEDECOD", layout.terms)
    if name == "ADTTE":
        yield from _near_misses(table, "PARAMCD", layout.endpoints)
    if name == "ADRS":
        yield from _near_misses(table, "PARAMCD", layout.visits)
        for parameter, visits in layout.visits.items():
            yield from _near_misses(table.only(table["PARAMCD"] == parameter), "AVISIT", visits)


def _known(name: str, table: RawTable, layout: Layout) -> RawTable:
    """Records of known parameters and visits, and those that do not say of which they are."""
    if name == "ADTTE":
        return table.only(table["PARAMCD"].isin(["", *layout.endpoints]))
    if name == "ADRS":
        known = {(p, v) for p, visits in layout.visits.items() for v in ("", *visits)}
        pairs = zip(table["PARAMCD"], table["AVISIT"], strict=True)
        keep = [not parameter or (parameter, visit) in known for parameter, visit in pairs]
        return table.only(pd.Series(keep, table.cells.index, dtype=bool))
    return table


def _near_misses(table: RawTable, column: str, known: Collection[str]) -> Iterator[Fault]:
    """Names that differ from a known one by case or spaces, or are like one that is never used.

    Other names are extra parameters, visits or terms, which are left out.
    """
    present = set(table[column])
    meant = {}
    for name in present - set(known):
        near = nearest(name, known, LIKE)
        same_digits = [c for c in name if c.isdigit()] == [c for c in near if c.isdigit()]
        if near and (plain(name) == plain(near) or (near not in present and same_digits)):
            meant[name] = f"write {near}"
    yield from table.mark(column, look_up(table[column], meant))


def _cells(name: str, table: RawTable, layout: Layout) -> Iterator[Fault]:
    for column in layout.tables[name]:
        if column.name in table.cells:
            cells = table[column.name]
            wrong = {c: column.right(c) for c in cells.unique() if not column.fits(c)}
            wrong |= {c: "leave out what is no text" for c in cells.unique() if not _is_text(c)}
            yield from table.mark(column.name, look_up(cells, wrong))


def _is_text(cell: str) -> bool:
    return "\0" not in cell and not any("\ud800" <= c <= "\udfff" for c in cell)


def _patients(adsl: RawTable) -> Iterator[Fault]:
    full, safety, start = adsl["FASFL"], adsl["SAFFL"], adsl["TRTSDT"]
    inside = flagged(full)
    twice = adsl.repeated("USUBJID").map({True: "give each patient one row"})
    yield from adsl.mark("USUBJID", twice)
    blank = (full == "") & (full != "").any()
    yield from adsl.mark("FASFL", blank.map({True: "write Y or N, as for the other patients"}))
    other = ~blank & (safety != "") & ((safety == "Y") != inside)
    right = "write the same as in FASFL: as in the article, one population is analyzed"
    yield from adsl.mark("SAFFL", other.map({True: right}))
    right = "give a day from TRTSDT " + start + " on"
    early = dates(adsl["LSTALVDT"]) < dates(start)
    yield from adsl.mark("LSTALVDT", right.where(early))
    if len(adsl.cells) and not inside.any():
        yield Fault(adsl.file, 0, "FASFL", "", "write Y for the patients analyzed; nobody has it")


def _unknown_patients(table: RawTable, adsl: RawTable) -> Iterator[Fault]:
    unknown = ~table["USUBJID"].isin(["", *adsl["USUBJID"]])
    right = f"there is no such patient in {adsl.file}"
    yield from table.mark("USUBJID", unknown.map({True: right}))


def _responses(adrs: RawTable, layout: Layout) -> Iterator[Fault]:
    for parameter in layout.visits:
        codes = layout.codes("ADRS", parameter)
        values = adrs["AVALC"][adrs["PARAMCD"] == parameter]
        wrong = {c: one_of(c, codes) for c in values.unique() if codes and c and c not in codes}
        yield from adrs.mark("AVALC", look_up(values, wrong))
    used = analyzed(adrs, layout)
    right = "give each record its own ADY, or mark the one to analyze with Y in ANL01FL"
    twice = used.repeated(*ONE_RECORD).map({True: right})
    yield from used.mark("PARAMCD", twice, used["PARAMCD"] + " @ " + used["AVISIT"])


def _grades(adae: RawTable) -> Iterator[Fault]:
    grade, group = adae["AETOXGR"], adae["AETOXGRG"]
    own = look_up(grade, {str(g): name for g, name in GROUP_OF.items()})
    right = "write the group of grade " + grade
    yield from adae.mark("AETOXGRG", right.where(own.notna() & group.isin(GROUPS) & (group != own)))
