"""Doses, days, dates and other numbers of the design: claims that nothing is checked against."""

import datetime
import re
from collections.abc import Iterator
from contextlib import suppress

from numbercheck.draft.findings import Finding, Number
from numbercheck.draft.numerals import DASH, DRUG_UNIT, MONTH, N
from numbercheck.ledger.texts import MONTHS

DATE = re.compile(
    rf"(?<!\d )\b(?P<month>{MONTH})\s+(?:(?P<day>\d{{1,2}}),?\s+)?(?P<year>(?:19|20)\d\d)\b"
)
DAY_FIRST = re.compile(rf"\b(?P<day>\d{{1,2}})\s+(?P<month>{MONTH})\s+(?P<year>(?:19|20)\d\d)\b")
DOSE = re.compile(rf"(?P<value>{N})\s*(?P<unit>{DRUG_UNIT})")
DAYS = re.compile(rf"\b[Dd]ays?\s*(?P<min>{N})(?:{DASH}(?P<max>{N}))?(?!\d)")
DRUG = re.compile(
    r"\b([A-Z]?[a-z]+(?:mab|nib|cin|bin|sine|sone|lone|ine|ide|ate|tin|xel|mib|lin|zole|vir|platin|relix|stat|ron|xate|urea|ase|ban|gliptin|flozin|tide|pril|sartan|olol|dipine|statin|mide|xaban|trel|lamide|cept))\b"
)
ENDS = ((r"\b([Ff]rom|[Bb]etween|[Ss]tarted)\W*(\w+\s){0,3}$", "First day or month of the period"),
        (r"(cut-?\s?off|follow-up)[^.;]{0,40}$", "Data cutoff"),
        (r"\b(to|through|until|and|[–-])\W*$", "Last day or month of the period"))  # fmt: skip


def read_designs(text: str, used: set[int]) -> Iterator[Finding]:
    """Doses with their drugs, days of the schedule and dates of a paragraph."""
    for found in [*DATE.finditer(text), *DAY_FIRST.finditer(text)]:
        with suppress(ValueError):  # February 30
            yield _date(found, text)
    for found in DOSE.finditer(text):
        if found.start("value") not in used and _drug(text, found.start()):
            label = f"Dose: {_drug(text, found.start())} {found[0]}"
            number = Number("value", found["value"], found.start("value"))
            yield Finding("design", label, [number], unit=re.sub(r"\s", "", found["unit"]))
    for found in DAYS.finditer(text):
        if found.start("min") not in used:
            named = {"min": "min", "max": "max"} if found["max"] else {"min": "value"}
            numbers = [Number(s, found[g], found.start(g)) for g, s in named.items()]
            words = " ".join(filter(None, (_drug(text, found.start(), 80), found[0])))
            yield Finding("design", f"Schedule: {words}", numbers, unit="day")


def _drug(text: str, place: int, reach: int = 120) -> str:
    """The drug named last before a place."""
    named = DRUG.findall(text[max(0, place - reach) : place])
    return named[-1].lower() if named else ""


def _date(found: re.Match[str], text: str) -> Finding:
    month = next(m for m in MONTHS if m.startswith(found["month"][:3]))
    printed = f"{month} {found['day']}, " if found["day"] else f"{month} "
    printed += found["year"]
    datetime.date(int(found["year"]), MONTHS.index(month) + 1, int(found["day"] or 1))
    before = text[max(0, found.start() - 60) : found.start()]
    label = next((label for pattern, label in ENDS if re.search(pattern, before)), "Date")
    start = found.start("day") if found["day"] else found.start("year")
    return Finding("design", f"{label}: {printed}", [Number("value", printed, start)], unit="date")
