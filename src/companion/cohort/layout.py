"""The layout of the four ADaM tables: columns, codes, and what is right where a cell is not.

Names and codes are those of CDISC's ADaM Implementation Guide 1.3 and its guides for occurrence
data and time to event; the groups are those in which the article prints its results.
"""

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from difflib import get_close_matches
from functools import lru_cache

WHOLE = re.compile(r"-?[0-9]{1,15}(\.0*)?", re.ASCII)
NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,3})?", re.ASCII)
DATE = re.compile(r"[0-9]{4}(-[0-9]{2}){0,2}", re.ASCII)
SERIAL = re.compile(r"[0-9]{5}(\.0*)?", re.ASCII)
SPREADSHEET_ORIGIN = date(1899, 12, 30)  # day 0 of Excel's 1900 system after its false leap day
YEARS = (1900, 2100)
LARGEST = 1e15  # of any number, so that none is infinite
LIKE = 0.85  # how like a known name another must be to be taken for a slip of the pen


@dataclass(frozen=True)
class Column:
    """A column of a table; an empty cell is a missing value unless it must be filled."""

    name: str
    kind: str = "text"
    codes: tuple[str, ...] = ()
    low: float = 0
    high: float = math.inf
    required: bool = False
    filled: bool = False

    def fits(self, cell: str) -> bool:
        """Whether a cell can stand in this column."""
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
        """What would be right instead of a cell that does not fit."""
        if self.kind == "code":
            return one_of(cell, self.codes)
        if self.kind == "date":
            return "write a date as 2024-04-15, or 2024-04 where the day is unknown" + _serial(cell)
        if self.name == "CNSR":
            return "write 0 for an event, 1 or more for a reason of censoring"
        limit = f", from {self.low:g} to {self.high:g}" if self.high < math.inf else ""
        limit = limit or ("" if self.low else ", zero or more")
        return {
            "whole": f"write a whole number{limit}",
            "number": f"write a number with a decimal point{limit}",
            "identifier": f"write {self.name}, without spaces around it",
        }.get(self.kind, f"write {self.name}")


@dataclass(frozen=True)
class Parameter:
    """What is measured, its codes, and the visits at which it is analyzed."""

    label: str
    codes: tuple[str, ...] = ()
    visits: tuple[str, ...] = ()


ADRS = {
    "BLASTGR": Parameter("Marrow blasts, group", ("<5%", ">=5%"), ("After RDC",)),
    "MRDGR": Parameter(
        "MRD by flow cytometry, group", ("<0.01%", "0.01-1%", ">=1%"), ("After RDC",)
    ),
    "OVRLRESP": Parameter(
        "Overall response", ("CR", "CRi", "NR"), ("After RDC", "After 2 weeks", "Up to 4 weeks")
    ),
    "MRDRESP": Parameter(
        "MRD response", ("negative", "positive"), ("After 2 weeks", "Up to 4 weeks")
    ),
    "RELTYPE": Parameter("Relapse, by type", ("CNS", "hematologic", "MRD"), ("Relapse",)),
    "RELCD19": Parameter("CD19 at relapse", ("positive", "negative"), ("Relapse",)),
}
ADTTE = {
    "OS": Parameter("Overall survival"),
    "PFS": Parameter("Progression-free survival"),
    "TTCR": Parameter("Time to complete remission"),
    "TTANC": Parameter("Time to neutrophil recovery"),
}
PARAMETERS = {"ADRS": ADRS, "ADTTE": ADTTE}
FOR_EVERYONE = ("OS", "PFS")  # every patient has a time, with or without the event
VISITS = ("After RDC", "After 2 weeks", "Up to 4 weeks", "Relapse")

GRADES = ("1", "2", "3", "4", "5")
GROUPS = {"1-2": (1, 2), "3-4": (3, 4), "5": (5,)}
CATEGORIES = {
    "Hematologic": (
        *("Leukopenia", "Neutropenia", "Febrile neutropenia", "Anemia", "Thrombocytopenia"),
    ),
    "Blinatumomab related": ("Cytokine release syndrome", "ICANS"),
    "Other non-hematologic": (
        *("Pneumonia", "Sepsis", "Other infections", "Fatigue"),
        *("Alanine aminotransferase elevation", "Fever", "Nausea or vomiting", "Rash"),
        *("Edema", "Purpura", "Mucositis", "Diarrhea"),
    ),
}
TERMS = {term: category for category, terms in CATEGORIES.items() for term in terms}

YES_NO = ("Y", "N")
STUDY = Column("STUDYID")
PATIENT = Column("USUBJID", "identifier", required=True, filled=True)
TABLES: dict[str, tuple[Column, ...]] = {
    "ADSL": (
        STUDY,
        PATIENT,
        Column("SUBJID"),
        Column("SITEID"),
        Column("AGE", "whole", high=120, required=True),
        Column("AGEU", "code", ("YEARS",)),
        Column("SEX", "code", ("F", "M", "U", "UNDIFFERENTIATED"), required=True),
        Column("RACE"),
        Column("TRT01A"),
        Column("SAFFL", "code", YES_NO),
        Column("FASFL", "code", YES_NO),
        Column("TRTSDT", "date"),
        Column("LSTALVDT", "date"),
        Column("DTHFL", "code", YES_NO),
        Column("WBCGR1", "code", (">30", "<=30"), required=True),
        Column("RISKGR1", "code", ("poor", "other"), required=True),
        Column("EXTENDFL", "code", YES_NO, required=True),
        Column("HSCTFL", "code", YES_NO, required=True),
        Column("HSCTDY", "whole"),
    ),
    "ADRS": (
        STUDY,
        PATIENT,
        Column("PARAMCD", "identifier", required=True, filled=True),
        Column("PARAM"),
        Column("AVISIT", "identifier", required=True, filled=True),
        Column("AVISITN", "number"),
        Column("ADY", "whole", low=-math.inf),
        Column("AVALC", required=True, filled=True),
        Column("ANL01FL", "code", YES_NO),
    ),
    "ADAE": (
        STUDY,
        PATIENT,
        Column("AEDECOD", "identifier", required=True, filled=True),
        Column("AECAT"),
        Column("AETOXGR", "code", GRADES),
        Column("AETOXGRG", "code", tuple(GROUPS)),
        Column("TRTEMFL", "code", YES_NO),
    ),
    "ADTTE": (
        STUDY,
        PATIENT,
        Column("PARAMCD", "identifier", required=True, filled=True),
        Column("PARAM"),
        Column("AVAL", "number", high=1e6, required=True),
        Column("AVALU", "code", ("DAYS", "WEEKS", "MONTHS"), required=True),
        Column("CNSR", "whole", high=999, required=True, filled=True),
        Column("EVNTDESC"),
        Column("STARTDT", "date"),
        Column("ADT", "date"),
    ),
}


def nearest(name: str, known: Iterable[str], like: float = 0.6) -> str:
    """Return the known name that this one most likely stands for; empty when none is like it."""
    folded = {plain(k): k for k in sorted(known)}
    close = get_close_matches(plain(name)[:99], folded, n=1, cutoff=like)
    return folded[close[0]] if close else ""


def plain(name: str) -> str:
    """Return the name without case and without more than single spaces."""
    return " ".join(name.casefold().split())


def one_of(cell: str, codes: Iterable[str]) -> str:
    """Say which codes there are, the nearest one first when one is like the cell."""
    codes = list(codes)
    near = nearest(cell, codes) if cell else ""
    return f"write one of {', '.join(codes)}" + (f"; did you mean {near}?" if near else "")


def is_date(cell: str) -> bool:
    """Whether a cell is a date of ISO 8601, of which the day or the month may be unknown."""
    return bool(DATE.fullmatch(cell)) and whole_date((cell + "-01-01")[:10]) is not None


@lru_cache(maxsize=10_000)
def whole_date(cell: str) -> date | None:
    """Return the date, or None when it is missing or partial: nothing is imputed."""
    if len(cell) != 10 or not DATE.fullmatch(cell):
        return None
    try:
        found = date.fromisoformat(cell)
    except ValueError:
        return None
    return found if YEARS[0] <= found.year < YEARS[1] else None


def before(day: str, other: str) -> bool:
    """Whether both are whole dates, and the first is earlier."""
    first, second = whole_date(day), whole_date(other)
    return bool(first and second and first < second)


def _serial(cell: str) -> str:
    if not SERIAL.fullmatch(cell):
        return ""
    return f"; a spreadsheet stores {SPREADSHEET_ORIGIN + timedelta(days=int(cell[:5]))} so"
