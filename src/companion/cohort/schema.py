"""Columns and codes of the four ADaM tables, and what a wrong cell should hold instead.

CDISC's own columns and codes are in ``adam.csv``, from the ADaM Implementation Guide 1.3 and
its guides for occurrence data and time to event. What one trial adds comes from its ledger
(``fields.csv`` and the sources in ``variables.csv``).
"""

import csv
import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd

from companion.cohort.sources import parse_all
from companion.formats.raw_tables import look_up
from numbercheck import errors
from numbercheck.ledger.records import Ledger

WHOLE = re.compile(r"-?[0-9]{1,15}(\.0*)?", re.ASCII)
NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,3})?", re.ASCII)
DATE = re.compile(r"[0-9]{4}(-[0-9]{2}){0,2}", re.ASCII)
SERIAL = re.compile(r"[0-9]{5}(\.0*)?", re.ASCII)
ORIGINS = {  # day 0; Excel's 1900 system, after its false leap day
    "SAS": date(1960, 1, 1),
    "Excel": date(1899, 12, 30),
    "Unix": date(1970, 1, 1),
}
YEARS = (1900, 2100)
MISSING = re.compile(r"|NA|NaN|\.[A-Z_]?", re.IGNORECASE)  # R's, Python's, SAS's with special ones
LARGEST = 1e15  # of any number, so that none is infinite


@dataclass(frozen=True)
class AdamColumn:
    """A column of a table; an empty cell is a missing value unless the column must be filled.

    ``kind`` is text, identifier, code, date, whole or number.
    """

    name: str
    kind: str = "text"
    codes: tuple[str, ...] = ()
    low: float = 0
    high: float = math.inf
    required: bool = False
    filled: bool = False

    def fits(self, cell: str) -> bool:
        """Whether a cell is valid in this column."""
        if not cell:
            return not self.filled
        if self.kind == "identifier":
            return cell == cell.strip()
        if self.kind == "code":
            return cell in self.codes
        if self.kind == "date":
            return is_date(cell)
        pattern = {"whole": WHOLE, "number": NUMBER}.get(self.kind)
        return pattern is None or bool(
            pattern.fullmatch(cell) and self.low <= float(cell) <= min(self.high, LARGEST)
        )

    def right(self, cell: str) -> str:
        """What a cell that does not fit should hold instead."""
        if self.kind == "code":
            return one_of(cell, self.codes)
        if self.kind == "date":
            return "write a date as 2024-04-15, or 2024-04 if the day is unknown" + _serial(cell)
        if self.name == "CNSR":
            return "write 0 for an event, 1 or more for a reason for censoring"
        limit = f", from {self.low:g} to {self.high:g}" if self.high < math.inf else ""
        limit = limit or ("" if self.low else ", zero or more")
        return {
            "whole": f"write a whole number{limit}",
            "number": f"write a number with a decimal point{limit}",
            "identifier": f"write {self.name}, without spaces around it",
        }.get(self.kind, f"write {self.name}")

    def numbers(self, cells: pd.Series) -> pd.Series:
        """Numbers of a column; NaN where a cell is empty or does not fit."""
        known = {c: float(c) for c in cells.unique() if c and self.fits(c)}
        return look_up(cells, known).astype(float)


def _standard() -> dict[str, tuple[AdamColumn, ...]]:
    """Columns of each table, from ``adam.csv`` beside this module."""
    tables: dict[str, tuple[AdamColumn, ...]] = {}
    with Path(__file__).with_name("adam.csv").open(newline="", encoding="utf-8") as handle:
        for row in csv.DictReader(handle):
            limits = float(row["low"] or 0), float(row["high"] or "inf")
            must = row["required"] == "yes", row["filled"] == "yes"
            column = AdamColumn(row["column"], row["kind"], _listed(row["codes"]), *limits, *must)
            tables[row["table"]] = (*tables.get(row["table"], ()), column)
    return tables


def _listed(codes: str) -> tuple[str, ...]:
    return tuple(filter(None, codes.split("|")))


STANDARD = _standard()
COLUMNS = {column.name: column for columns in STANDARD.values() for column in columns}
STUDY_DAY, TIME = COLUMNS["ADY"], COLUMNS["AVAL"]
YES_NO = COLUMNS["DTHFL"].codes
GROUPS = {  # groups of CTCAE grades: (1, 2) for "1-2", (5,) for "5"
    code: tuple(range(int(code[0]), int(code[-1]) + 1)) for code in COLUMNS["AETOXGRG"].codes
}
GROUP_OF = {grade: group for group, grades in GROUPS.items() for grade in grades}
FREE = {name for name, c in COLUMNS.items() if c.kind == "text" and not c.required}
KEYS = {  # columns that say what a record is about
    "ADRS": ["PARAMCD", "AVISIT"],
    "ADTTE": ["PARAMCD"],
    "ADAE": ["AEDECOD"],
}


class Schema:
    """What the tables of one trial can hold.

    Parameters
    ----------
    ledger : Ledger
        Its variables say where they are in the tables, its fields which codes occur there.

    Attributes
    ----------
    sources : dict of str to VariableSource
        By variable.
    tables : dict of str to tuple of AdamColumn
    visits : dict of str to list of str
        Visits that the variables read, for each parameter of ADRS.
    endpoints, events : list of str
        Parameters of ADTTE, and those recorded for everyone, with or without the event.
    terms : list of str
        Adverse events.
    first : set of str
        Parameters of ADRS of which the first of several records counts, not the last.
    first_day, cutoff : date or None
        First day of accrual and last of follow-up, as far as they are printed.
    days_per_month : float
    """

    def __init__(self, ledger: Ledger) -> None:
        self.fields = {f.field: f for f in ledger.fields}
        self.sources = parse_all(ledger.variables)
        self.visits: dict[str, list[str]] = {}
        for source in self.sources.values():
            if source.table == "ADRS" and source.visit not in self.visits.get(source.name, []):
                self.visits.setdefault(source.name, []).append(source.visit)
        self.terms, self.endpoints = self._names("ADAE"), self._names("ADTTE")
        self.events = [n for n in self.endpoints if self._has("ADTTE", n, "event")]
        self.first = {f.name for f in self.fields.values() if f.of_several == "first"}
        self.first_day, self.cutoff = ledger.days("accrual_start")[0], ledger.days("data_cutoff")[1]
        self.days_per_month = ledger.days_per_month
        own = [n for n in self._names("ADSL") if n not in {c.name for c in STANDARD["ADSL"]}]
        self.tables = STANDARD | {"ADSL": STANDARD["ADSL"] + tuple(map(self._column, own))}

    @property
    def names(self) -> dict[str, list[str]]:
        """Terms and parameters of the ledger, by table, whose first key column holds them."""
        return {"ADRS": [*self.visits], "ADTTE": self.endpoints, "ADAE": self.terms}

    def codes(self, table: str, name: str) -> tuple[str, ...]:
        """Codes of a column or parameter; none where any value is allowed."""
        field = self.fields.get(f"{table}.{name}")
        return field.listed if field else ()

    def _names(self, table: str) -> list[str]:
        """Names in a table, in the order of ``fields.csv``."""
        listed = [f.name for f in self.fields.values() if f.table == table]
        read = [s.name for s in self.sources.values() if s.table == table]
        return list(dict.fromkeys(listed + read))

    def _has(self, table: str, name: str, how: str) -> bool:
        """Whether a variable is read from here in this way."""
        return (table, name, how) in {(s.table, s.name, s.how) for s in self.sources.values()}

    def _column(self, name: str) -> AdamColumn:
        """Column of ADSL that is this trial's own: a flag, other codes, or a whole number."""
        codes = self.codes("ADSL", name) or (YES_NO if self._has("ADSL", name, "flag") else ())
        kind = "code" if codes else "whole"
        return AdamColumn(name, kind, codes)


def nearest(name: str, known: Iterable[str], like: float = 0.6) -> str:
    """Return the known name closest to this one; empty if none is close."""
    folded = {plain(k): k for k in sorted(known)}
    close = errors.nearest(plain(name)[:99], folded, like)
    return folded[close[0]] if close else ""


def plain(name: str) -> str:
    """Return the name without case and with single spaces."""
    return " ".join(name.casefold().split())


def one_of(cell: str, codes: Iterable[str]) -> str:
    """Say which codes there are, and which one the cell may mean."""
    codes = list(codes)
    near = "" if MISSING.fullmatch(cell) else nearest(cell, codes)
    return f"write one of {', '.join(codes)}" + (f"; did you mean {near}?" if near else "")


def is_date(cell: str) -> bool:
    """Whether a cell is a date of ISO 8601, of which the day or the month may be unknown."""
    try:
        year = date.fromisoformat((cell + "-01-01")[:10]).year if DATE.fullmatch(cell) else 0
    except ValueError:
        return False
    return YEARS[0] <= year < YEARS[1]


def dates(cells: pd.Series) -> pd.Series:
    """Whole dates; NaT where one is missing or partial, since nothing is imputed."""
    codes, distinct = pd.factorize(cells, use_na_sentinel=False)
    days = [c if len(c) == 10 and is_date(c) else "NaT" for c in distinct]
    return pd.Series(np.array(days, dtype="datetime64[s]")[codes], cells.index)


def _serial(cell: str) -> str:
    if not SERIAL.fullmatch(cell):
        return ""
    return f"; a spreadsheet stores {ORIGINS['Excel'] + timedelta(days=int(cell[:5]))} so"
