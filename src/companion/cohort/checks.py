"""Check ADaM tables, cell by cell and then across tables, and report every fault at once."""

from collections.abc import Collection, Iterator, Mapping

import pandas as pd

from companion.cohort.files import FolderReading, parse
from companion.cohort.mapping import NOBODY, read_mapping, translate
from companion.cohort.normal import normalized
from companion.cohort.schema import (
    GROUP_OF,
    GROUPS,
    KEYS,
    STUDY_DAY,
    Schema,
    dates,
    nearest,
    one_of,
    plain,
)
from companion.cohort.times import absent, time_faults
from companion.formats.raw_tables import Fault, RawTable, look_up
from numbercheck.ledger.records import Ledger

LIKE = 0.85  # how similar to a known name an unknown one must be to count as a misspelling
NO_ADSL = RawTable("adsl", pd.DataFrame())
NO_ADTTE = RawTable("adtte", pd.DataFrame())
POPULATIONS = ("FASFL", "ITTFL", "SAFFL")  # CDISC's flags: full analysis, intent to treat, safety
EVERYONE = "all"
ONE_RECORD = ("USUBJID", "PARAMCD", "AVISIT")


def examine(files: Mapping[str, bytes], ledger: Ledger, population: str = "") -> FolderReading:
    """Parse a folder's files, translate them into the ledger's codes, and check them.

    Parameters
    ----------
    files : mapping of str to bytes
        Content of each file by its name.
    ledger : Ledger
        What the tables can hold, the data cut-off, and the days of a month.
    population : str
        Flag of the patients who are counted; by default the first of `POPULATIONS` in use.

    Returns
    -------
    FolderReading
        Its tables hold the records of known parameters and visits; the faults are in order of
        file, row and column.
    """
    reading, schema = parse(files), Schema(ledger)
    entries = read_mapping(files, schema, reading)
    reading.nobody = frozenset(e.ours for e in entries if e.theirs == NOBODY)
    for name, table in reading.tables.items():
        own = normalized(name, translate(name, table, entries, schema), schema, reading)
        reading.translated[name], reading.tables[name] = own, _known(name, own, schema)
    reading.population = _flag(reading.tables.get("ADSL", NO_ADSL), population)
    reading.faults = sorted({*reading.faults, *_faults(reading, schema)})
    return reading


def _faults(reading: FolderReading, schema: Schema) -> Iterator[Fault]:
    """Faults of each table by itself, then of the tables together."""
    tables = reading.tables
    for name, table in tables.items():
        yield from _columns(name, reading.translated[name], schema)
        yield from _misspelled(name, reading.translated[name], schema)
        yield from _cells(name, table, schema)
    adsl, adtte = tables.get("ADSL", NO_ADSL), tables.get("ADTTE", NO_ADTTE)
    yield from _patients(adsl, reading.population)
    for name in tables.keys() - {"ADSL"} if "ADSL" in tables else ():
        yield from _unknown_patients(tables[name], adsl)
    if "ADRS" in tables:
        yield from _responses(tables["ADRS"], schema)
    if "ADAE" in tables:
        yield from _grades(tables["ADAE"])
        yield from _deadly(tables["ADAE"], adtte, adsl)
    if "ADTTE" in tables:
        counted = counted_patients(adsl, reading.population)
        yield from time_faults(adtte, adsl, schema)
        yield from absent(adtte, counted["USUBJID"], schema.events)


def flagged(flags: pd.Series) -> pd.Series:
    """Whether each record is included: its flag is Y, or no record has a flag."""
    return (flags == "Y") | (flags == "").all()


def _flag(adsl: RawTable, wanted: str) -> str:
    """Flag of the population analyzed; EVERYONE if no flag is used."""
    used = [name for name in POPULATIONS if (adsl[name] != "").any()]
    return wanted or (used or [EVERYONE])[0]


def counted_patients(adsl: RawTable, population: str) -> RawTable:
    """Patients in a population: those flagged Y; a blank flag means not in it."""
    return adsl if population == EVERYONE else adsl.only(adsl[population] == "Y")


def analyzed(adrs: RawTable, schema: Schema) -> RawTable:
    """Keep the record analyzed for each patient, parameter and visit.

    If ANL01FL is used, only records flagged Y qualify; records without a value never do. Of
    several, the latest by ADY is kept or, for an event that can recur such as a relapse, the
    earliest; records without a day are considered last.
    """
    chosen = adrs.only(flagged(adrs["ANL01FL"]) & (adrs["AVALC"] != ""))
    day = STUDY_DAY.numbers(chosen["ADY"])
    day = day.where(~chosen["PARAMCD"].isin(schema.first), -day).fillna(-float("inf"))
    best = day.groupby([chosen[c] for c in ONE_RECORD]).transform("max")
    return chosen.only(day == best)


def _columns(name: str, table: RawTable, schema: Schema) -> Iterator[Fault]:
    columns = schema.tables[name]
    for column in columns:
        if column.required and column.name not in table.cells:
            near = nearest(column.name, set(table.cells) - {c.name for c in columns})
            hint = f"; is it {near[:60]!r}?" if near else ""
            yield Fault(table.file, 0, column.name, "", f"the column is missing{hint}")


def _misspelled(name: str, table: RawTable, schema: Schema) -> Iterator[Fault]:
    if name in KEYS:
        yield from _near_misses(table, KEYS[name][0], schema.names[name])
    for parameter, visits in schema.visits.items() if name == "ADRS" else ():
        yield from _near_misses(table.only(table["PARAMCD"] == parameter), "AVISIT", visits)


def _known(name: str, table: RawTable, schema: Schema) -> RawTable:
    """Records of known parameters and visits, and records that leave them blank."""
    if name == "ADTTE":
        return table.only(table["PARAMCD"].isin(["", *schema.endpoints]))
    if name == "ADRS":
        known = {(p, v) for p, visits in schema.visits.items() for v in ("", *visits)}
        pairs = zip(table["PARAMCD"], table["AVISIT"], strict=True)
        keep = [not parameter or (parameter, visit) in known for parameter, visit in pairs]
        return table.only(pd.Series(keep, table.cells.index, dtype=bool))
    return table


def _near_misses(table: RawTable, column: str, known: Collection[str]) -> Iterator[Fault]:
    """Names that differ from a known one in case or spaces, or resemble one that never occurs.

    Other unknown names are extra parameters, visits or terms; they are ignored.
    """
    present = set(table[column])
    meant = {}
    for name in present - set(known):
        near = nearest(name, known, LIKE)
        same_digits = [c for c in name if c.isdigit()] == [c for c in near if c.isdigit()]
        if near and (plain(name) == plain(near) or (near not in present and same_digits)):
            meant[name] = f"write {near}"
    yield from table.mark_texts(column, meant)


def _cells(name: str, table: RawTable, schema: Schema) -> Iterator[Fault]:
    for column in schema.tables[name]:
        if column.name in table.cells:
            distinct = table[column.name].unique()
            wrong = {c: column.right(c) for c in distinct if not column.fits(c)}
            wrong |= {c: "leave out characters that are not text" for c in distinct if "\0" in c}
            yield from table.mark_texts(column.name, wrong)


def _patients(adsl: RawTable, population: str) -> Iterator[Fault]:
    yield from adsl.mark("USUBJID", adsl.repeated("USUBJID"), "give each patient one row")
    start = adsl["TRTSDT"]
    right = "give a day from TRTSDT " + start + " on"
    yield from adsl.mark("LSTALVDT", dates(adsl["LSTALVDT"]) < dates(start), right)
    if population not in (*POPULATIONS, EVERYONE):
        right = one_of(population, (*POPULATIONS, EVERYONE))
        yield Fault("--population", 0, "", population, right)
    elif len(adsl.cells) and counted_patients(adsl, population).cells.empty:
        right = "write Y for the patients who are counted; nobody has it"
        yield Fault(adsl.file, 0, population, "", right)


def _unknown_patients(table: RawTable, adsl: RawTable) -> Iterator[Fault]:
    unknown = ~table["USUBJID"].isin(["", *adsl["USUBJID"]])
    right = f"there is no such patient in {adsl.file}"
    yield from table.mark("USUBJID", unknown, right)


def _responses(adrs: RawTable, schema: Schema) -> Iterator[Fault]:
    for parameter in schema.visits:
        codes = schema.codes("ADRS", parameter)
        records = adrs.only(adrs["PARAMCD"] == parameter)
        others = {*records["AVALC"]} - {"", *codes} if codes else ()
        yield from records.mark_texts("AVALC", {c: one_of(c, codes) for c in others})
    used = analyzed(adrs, schema)
    right = "give each record its own ADY, or mark the one to analyze with Y in ANL01FL"
    place = used["PARAMCD"] + " @ " + used["AVISIT"]
    yield from used.mark("PARAMCD", used.repeated(*ONE_RECORD), right, place)


def _grades(adae: RawTable) -> Iterator[Fault]:
    grade, group = adae["AETOXGR"], adae["AETOXGRG"]
    own = look_up(grade, {str(g): name for g, name in GROUP_OF.items()})
    right = "write the group of grade " + grade
    yield from adae.mark("AETOXGRG", own.notna() & group.isin(GROUPS) & (group != own), right)


def _deadly(adae: RawTable, adtte: RawTable, adsl: RawTable) -> Iterator[Fault]:
    """Fatal (grade 5) events of patients whom another table reports alive."""
    fatal = ((adae["AETOXGR"] == "5") | (adae["AETOXGRG"] == "5")) & (adae["TRTEMFL"] != "N")
    overall = (adtte["PARAMCD"] == "OS") & (adtte["CNSR"] != "0")
    alive = set(adtte["USUBJID"][overall])
    if (adsl["DTHFL"] != "").any():
        alive |= set(adsl["USUBJID"][adsl["DTHFL"] != "Y"])
    right = "grade 5 is death, but the patient is alive in ADSL or ADTTE"
    yield from adae.mark("AETOXGR", fatal & adae["USUBJID"].isin(alive), right)
