"""What ``companion validate`` reports besides faults: codes in use, and a draft mapping."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from companion.cohort.files import MAPPING, FolderReading
from companion.cohort.mapping import COLUMNS, DRAFT, STATUS, MappedCode, vocabulary
from companion.cohort.schema import KEYS, Schema, plain
from companion.errors import CompanionError
from companion.formats.raw_tables import RawTable
from numbercheck.ledger.records import Ledger
from numbercheck.tables import write_table

PLACES = [(table, column) for table, columns in KEYS.items() for column in columns]
VAGUE = frozenset(
    (  # words that do not tell names apart
        *("after", "and", "at", "by", "count", "decreased", "elevation", "increased", "of", "or"),
        *("other", "overall", "reaction", "the", "time", "to", "up", "with"),
    )
)
SPELLING = {"ae": "e", "oe": "e", "leuco": "leuko"}


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


def code_lines(reading: FolderReading, ledger: Ledger) -> list[str]:
    """Codes of the tables and of the ledger as lines of text: used, not used, never seen."""
    codes = used_codes(reading.translated, Schema(ledger))
    rows = [(c.variable, c.code[:40], str(c.records), c.status) for c in codes]
    lines = [("variable", "code", "records", "in the ledger"), *rows]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    text = ["  ".join(map(str.ljust, line, widths)).rstrip() for line in lines]
    return ["", *text] if rows else []


def write_mapping_draft(directory: Path | str, reading: FolderReading, ledger: Ledger) -> Path:
    """Write a draft ``mapping.csv`` beside the tables.

    Raises
    ------
    CompanionError
        If the folder has one already.
    """
    path = Path(directory) / MAPPING
    if path.exists():
        raise CompanionError(f"{path} is there already; nothing was written over it")
    schema = Schema(ledger)
    drafts = draft(used_codes(reading.translated, schema), schema)
    write_table((*COLUMNS, STATUS), ((e.variable, e.theirs, e.ours, DRAFT) for e in drafts), path)
    return path


def draft(codes: Iterable[Code], schema: Schema) -> list[MappedCode]:
    """Match the ledger's codes with likely counterparts among the tables' other codes.

    A counterpart has the same words in any spelling, or every distinctive word of the ledger's
    name among others, so alanine aminotransferase never matches aspartate aminotransferase. A
    code without a counterpart gets an empty ``theirs``.
    """
    codes = list(codes)
    entries = []
    for place in dict.fromkeys((c.table, c.variable) for c in codes):
        here = [c for c in codes if (c.table, c.variable) == place]
        ours = [c for c in here if c.known]
        found = [(*_partner(c, ours, schema), c.code) for c in here if not c.known]
        likely = {o: min(x for x, name, _ in found if name == o) for _, o, _ in found}
        several = place[1] == "AEDECOD"  # a parameter or visit is one of theirs, the likeliest
        entries += [
            MappedCode(place[1], theirs, partner)
            for extra, partner, theirs in found
            if partner and (several or extra == likely[partner])
        ]
        if place in PLACES:
            unmet = (c.code for c in ours if not c.records and c.code not in likely)
            entries += [MappedCode(place[1], "", code) for code in unmet]
    return entries


def _partner(code: Code, ours: Iterable[Code], schema: Schema) -> tuple[int, str]:
    """How many extra words a code has, and the ledger's code that it most likely means."""
    theirs = [_words(code.code), _words(code.label)]
    found: list[tuple[int, int, str]] = []
    for candidate in ours:
        if plain(code.code) == plain(candidate.code):
            return 0, candidate.code
        field = schema.fields.get(f"{candidate.table}.{candidate.code}")
        names = f"{candidate.code} or {field.label if field else ''}".split(" or ")
        for words in filter(None, map(_words, names)):
            extra = [len(name - words) for name in theirs if words <= name]
            found += [(-len(words), min(extra), candidate.code)] if extra else []
    return min(found, default=(0, 0, ""))[1:]


def _words(name: str) -> frozenset[str]:
    """Distinctive words of a name, with spelling and number normalized."""
    text = plain(name)
    for british, american in SPELLING.items():
        text = text.replace(british, american)
    return frozenset(w.removesuffix("s") for w in re.findall(r"\w+", text) if w not in VAGUE)


def used_codes(tables: Mapping[str, RawTable], schema: Schema) -> list[Code]:
    """Codes found in the tables or in the ledger, the ledger's first."""
    known = vocabulary(schema)
    found: list[Code] = []
    for table, column in PLACES:
        if table in tables:
            raw = tables[table]
            labels = dict(zip(raw[column], raw["PARAM"], strict=True))
            ours = schema.names[table] if column == KEYS[table][0] else known[column]
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
