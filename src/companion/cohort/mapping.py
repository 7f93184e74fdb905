"""What a trial's tables call otherwise: the codes they use, and ``mapping.csv`` beside them."""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from companion.cohort.files import MAPPING as FILE
from companion.cohort.schema import Schema, one_of, plain
from companion.cohort.sheets import RawTable, Reading
from companion.errors import CompanionError
from numbercheck.ledger.records import Ledger

COLUMNS = ("variable", "theirs", "ours")
STATUS, DRAFT = "status", "draft"
MISSING = re.compile(r"NA|NaN|\.[A-Z_]?")  # R's, Python's, SAS's with its special ones
FREE = ("STUDYID", "SUBJID", "SITEID", "RACE", "TRT01A", "PARAM", "AECAT", "EVNTDESC")
PLACES = (("ADRS", "PARAMCD"), ("ADRS", "AVISIT"), ("ADTTE", "PARAMCD"), ("ADAE", "AEDECOD"))
VAGUE = frozenset(
    (  # words of names that tell nothing
        *("after", "and", "at", "by", "count", "decreased", "elevation", "increased", "of", "or"),
        *("other", "overall", "reaction", "the", "time", "to", "up", "with"),
    )
)
SPELLING = {"ae": "e", "oe": "e", "leuco": "leuko"}


@dataclass(frozen=True)
class Entry:
    """One row of ``mapping.csv``.

    ``theirs`` empty: none of the patients had what ``ours`` names, so that it counts as 0 and
    not as missing. ``ours`` empty: ``theirs`` means that the value is missing. ``variable`` is
    a column, a parameter of ADRS (for its AVALC), or a table (for the names of its columns).
    """

    variable: str
    theirs: str
    ours: str
    row: int = 0


@dataclass(frozen=True)
class Code:
    """A code of the tables or of the ledger, and how many records have it."""

    table: str
    variable: str
    code: str
    records: int
    known: bool
    label: str = ""

    @property
    def status(self) -> str:
        """Whether the ledger uses it, and the tables have it."""
        return ("used" if self.records else "never seen") if self.known else "not used"


def read_mapping(files: Mapping[str, bytes], schema: Schema, reading: Reading) -> list[Entry]:
    """Rows of ``mapping.csv`` that somebody has confirmed; drafts are noted and left out."""
    text = files.get(FILE, b"").decode("utf-8-sig", "replace")
    rows = csv.DictReader(io.StringIO(text))
    missing = [c for c in COLUMNS if c not in (rows.fieldnames or COLUMNS)]
    if missing:
        reading.fault(FILE, f"the column {missing[0]} is missing; it needs {','.join(COLUMNS)}", 1)
        return []
    entries, drafts = [], 0
    for row in rows:
        variable, theirs, ours = ((row[c] or "").strip() for c in COLUMNS)
        entry = Entry(variable, theirs, ours, rows.line_num)
        if (row.get(STATUS) or "").strip() == DRAFT:
            drafts += 1
        elif entry.variable or entry.theirs or entry.ours:
            entries.append(entry)
            _check(entry, schema, reading)
    if drafts:
        reading.notes.append(f"{FILE}: {drafts} rows are drafts and not applied; confirm a row by"
                             f" emptying its {STATUS}")  # fmt: skip
    return entries


def _check(entry: Entry, schema: Schema, reading: Reading) -> None:
    known = _vocabulary(schema)
    if entry.variable not in known:
        right = one_of(entry.variable, sorted(known))
        reading.fault(FILE, right, entry.row, "variable", entry.variable)
    elif entry.ours and known[entry.variable] and entry.ours not in known[entry.variable]:
        right = one_of(entry.ours, known[entry.variable])
        reading.fault(FILE, right, entry.row, "ours", entry.ours)


def _vocabulary(schema: Schema) -> dict[str, list[str]]:
    """Every name that can be mapped, with the ledger's codes; none where any can stand."""
    known: dict[str, list[str]] = {}
    for name, columns in schema.tables.items():
        known[name] = [c.name for c in columns]
        known |= {c.name: list(c.codes) for c in columns}
    known |= {p: list(schema.codes("ADRS", p)) for p in schema.visits}
    known |= {"AEDECOD": schema.terms, "PARAMCD": [*schema.visits, *schema.endpoints]}
    return known | {"AVISIT": sorted({v for visits in schema.visits.values() for v in visits})}


def translate(table: str, raw: RawTable, entries: Iterable[Entry], schema: Schema) -> RawTable:
    """Write a table in the ledger's words; whatever means that a value is missing is empty."""
    entries = [e for e in entries if e.theirs]
    cells = raw.cells.rename(columns={e.theirs: e.ours for e in entries if e.variable == table})
    typed = (c for column in cells if column not in FREE for c in cells[column].unique())
    if any(map(MISSING.fullmatch, typed)):  # then a missing text is written so, too
        cells = cells.map(lambda c: "" if MISSING.fullmatch(c) else c)
    for variable in dict.fromkeys(e.variable for e in entries):
        column = "AVALC" if variable in schema.visits else variable
        if column in cells:
            words = {e.theirs: e.ours for e in entries if e.variable == variable}
            here = RawTable(raw.file, cells)["PARAMCD"].isin([variable]) | (column == variable)
            written = pd.Series([words.get(c, c) for c in cells[column]], cells.index, dtype=object)
            cells = cells.assign(**{column: written.where(here, cells[column])})
    return RawTable(raw.file, cells)


def used_codes(tables: Mapping[str, RawTable], schema: Schema) -> list[Code]:
    """Codes that the tables or the ledger have, those of the ledger first."""
    known = _vocabulary(schema)
    known_of = {("ADRS", "PARAMCD"): [*schema.visits], ("ADTTE", "PARAMCD"): schema.endpoints}
    found: list[Code] = []
    for table, column in PLACES:
        if table in tables:
            raw = tables[table]
            labels = dict(zip(raw[column], raw["PARAM"], strict=True))
            ours = known_of.get((table, column), known[column])
            found += _counted(table, column, raw[column], ours, labels)
    for parameter in schema.visits if "ADRS" in tables else ():
        raw = tables["ADRS"]
        values = raw["AVALC"][(raw["PARAMCD"] == parameter) & raw["AVISIT"].isin(known["AVISIT"])]
        found += _counted("ADRS", parameter, values, known[parameter], {})
    coded = [c for c in schema.tables["ADSL"] if c.kind == "code" and "ADSL" in tables]
    for c in coded:
        found += _counted("ADSL", c.name, tables["ADSL"][c.name], c.codes, {})
    return found


def _counted(
    table: str, variable: str, cells: pd.Series, known: Iterable[str], labels: Mapping[str, str]
) -> Iterator[Code]:
    seen = Counter(filter(None, cells))
    for code in dict.fromkeys((*known, *sorted(seen))):
        yield Code(table, variable, code, seen[code], code in set(known), labels.get(code, ""))


def draft(codes: Iterable[Code], schema: Schema) -> list[Entry]:
    """Likely partners of the ledger's codes among those that it does not use.

    A partner has the same words, whatever the spelling, or all the telling ones of a ledger's
    name among others: alanine aminotransferase is never aspartate aminotransferase. What has
    no partner is written with ``theirs`` empty.
    """
    codes = list(codes)
    entries = []
    for place in dict.fromkeys((c.table, c.variable) for c in codes):
        here = [c for c in codes if (c.table, c.variable) == place]
        ours = [c for c in here if c.known]
        found = [(c.code, _partner(c, ours, schema)) for c in here if not c.known]
        entries += [Entry(place[1], theirs, partner) for theirs, partner in found if partner]
        met = {partner for _, partner in found}
        if place in PLACES:
            entries += [
                Entry(place[1], "", c.code) for c in ours if not c.records and c.code not in met
            ]
    return entries


def _partner(code: Code, ours: Iterable[Code], schema: Schema) -> str:
    """Code of the ledger that this one most likely means; empty when none is."""
    theirs = [_words(code.code), _words(code.label)]
    found: list[tuple[int, str]] = []
    for candidate in ours:
        if plain(code.code) == plain(candidate.code):
            return candidate.code
        field = schema.fields.get(f"{candidate.table}.{candidate.code}")
        names = f"{candidate.code} or {field.label if field else ''}".split(" or ")
        fitting = [w for w in map(_words, names) if w and any(w <= name for name in theirs)]
        found += [(len(words), candidate.code) for words in fitting]
    return max(found, default=(0, ""))[1]


def _words(name: str) -> frozenset[str]:
    """Telling words of a name, in one spelling and number."""
    text = plain(name)
    for british, american in SPELLING.items():
        text = text.replace(british, american)
    return frozenset(w.removesuffix("s") for w in re.findall(r"\w+", text) if w not in VAGUE)


def code_lines(reading: Reading) -> list[str]:
    """Codes of the tables and of the ledger as a table of text: used, not used, never seen."""
    lines = [("variable", "code", "records", "in the ledger")]
    lines += [(c.variable, c.code[:40], str(c.records), c.status) for c in reading.codes]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    text = ["  ".join(map(str.ljust, line, widths)).rstrip() for line in lines]
    return ["", *text] if reading.codes else []


def write_draft(directory: Path | str, reading: Reading, ledger: Ledger) -> Path:
    """Write ``mapping.csv`` of drafts into the folder of the tables.

    Raises
    ------
    CompanionError
        If the folder has one already.
    """
    path = Path(directory) / FILE
    if path.exists():
        raise CompanionError(f"{path} is there already; nothing was written over it")
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow((*COLUMNS, STATUS))
        drafts = draft(reading.codes, Schema(ledger))
        writer.writerows((e.variable, e.theirs, e.ours, DRAFT) for e in drafts)
    return path
