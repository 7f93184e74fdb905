"""Draft a ledger: every numeral of an article as a claim, set aside with a reason, or to do."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from numbercheck.draft.arms import NO_ARMS, Arms, find_arms
from numbercheck.draft.article import Article, Paragraph
from numbercheck.draft.designs import read_designs
from numbercheck.draft.findings import COLUMN, ROW, Finding, Number, add_note
from numbercheck.draft.grids import TableReader, one_label_column, sized_arms
from numbercheck.draft.labels import abbreviations
from numbercheck.draft.naming import Drafted, Entry, Measures, order_limits
from numbercheck.draft.numerals import numerals
from numbercheck.draft.populations import give_populations
from numbercheck.draft.prose import Modeled, read_prose
from numbercheck.ledger.records import MOST_PATIENTS, REACHED
from numbercheck.ledger.rows import OF_PATIENTS
from numbercheck.statistics.rounding import Printed
from numbercheck.words import NO_COX

GEE = re.compile(r"\bGEE\b|generali[sz]ed estimating equations", re.IGNORECASE)
COX = re.compile(r"\bCox\b|proportional[- ]hazard", re.IGNORECASE)


@dataclass
class ListedNumeral:
    """A numeral: where it is printed, and why it is no claim; empty while that is to do."""

    part: str
    order: int
    numeral: str
    place: int
    end: int
    set_aside: str
    context: str


@dataclass(frozen=True)
class Draft:
    """Measures with their claims, the arms' names, every numeral, and the ratio of randomization.

    ``front`` is what the article says of itself, as in `Article`.
    """

    measures: list[Drafted]
    arms: Arms
    rows: list[ListedNumeral]
    ratio: str
    front: dict[str, str | int]


def draft_article(article: Article) -> Draft:
    """Draft the ledger of an article."""
    text = "\n".join(p.text for p in article.paragraphs if p.is_own)
    notes = "\n".join(f"{t.caption}\n{t.notes}" for t in article.tables)
    printed = [one_label_column(table) for table in article.tables]
    arms = find_arms(text, list(filter(None, map(sized_arms, printed))))
    tables = [TableReader(table, arms) for table in printed]
    measures = Measures(abbreviations(f"{text}\n{notes}") | _listed(notes), arms.names)
    rows: list[ListedNumeral] = []
    counts: dict[str, int] = {}
    modeled = Modeled(bool(GEE.search(text)), bool(COX.search(text)))
    for paragraph in article.paragraphs:
        fresh, entries = _paragraph(paragraph, arms, counts, modeled)
        rows += fresh
        for entry in entries:
            measures.add(entry)
    for reader in tables:
        fresh = list(_table_rows(reader, counts))
        rows += fresh
        for finding in reader.findings:
            _rename(finding, arms)
            locus = _locus(finding, reader)
            measures.add(_placed(finding, reader.table.part, locus, fresh))
    give_populations(measures)
    for found in (e.finding for d in measures.all for e in d.entries if not modeled.times):
        if found.value("hazard_ratio"):
            add_note(found, NO_COX)
    ratios = set(re.findall(r"(?<![\d:])\d+(?::\d+)+(?![\d:])", text))
    ratio = ratios.pop() if len(ratios) == 1 else ""
    return Draft(measures.all, arms, rows, ratio, article.front)


def _rename(finding: Finding, arms: Arms) -> None:
    """Give an arm the name that it has in the article; other groups are named in the label."""
    named = [arms.named(name) for name in finding.arm.split("|")]
    if (all(named) and len(set(named)) == len(named)) or not finding.arm:
        finding.arm = "|".join(named)
        return
    if finding.kind != "comparison":
        finding.section = finding.arm
        finding.label = f"{finding.label}, {finding.arm}".removeprefix(f"{finding.arm}, ")
    finding.arm = ""


def _listed(notes: str) -> dict[str, str]:
    """Abbreviations that a table's notes list, as in ``MRD, measurable residual disease;``."""
    listed = re.findall(r"\b([A-Z][A-Za-z-]{1,9})[,:=] ([a-z][^;.:]{3,60})", notes)
    return {short: long.lower() for short, long in listed}


def _paragraph(
    paragraph: Paragraph, arms: Arms, counts: dict[str, int], modeled: Modeled
) -> tuple[list[ListedNumeral], list[Entry]]:
    part, text = paragraph.part, paragraph.text
    findings, aside = read_prose(text, arms if paragraph.is_own else NO_ARMS, modeled)
    rows = []
    for found in numerals(text):
        counts[part] = counts.get(part, 0) + 1
        context = " ".join(text[max(0, found.start - 25) : found.end + 20].split())
        reason = aside.get(found.start, "")
        rows.append(
            ListedNumeral(part, counts[part], found.digits, found.start, found.end, reason, context)
        )
    findings += read_designs(text, {n.start for f in findings for n in f.numbers})
    findings.sort(key=lambda f: min(n.start for n in f.numbers))
    for finding in findings if not paragraph.is_own else ():
        finding.kind, finding.note = "external", ""
    return rows, [_placed(f, part, paragraph.locus, rows) for f in findings]


def _placed(finding: Finding, part: str, locus: str, rows: list[ListedNumeral]) -> Entry:
    """A finding with the numerals that it covers; what is not printed just so is not claimed."""
    kept, orders = [], []
    for number in finding.numbers:
        parts = re.findall(r"\d+", number.printed)
        end = number.start + (22 if finding.unit == "date" else len(number.printed))
        covered = [r for r in rows if parts and r.place < end and r.end > number.start]
        covered = covered[: len(parts) if finding.unit == "date" else 1]
        as_printed = "".join(parts) == re.sub(r"\D", "", "".join(r.numeral for r in covered))
        if as_printed and (finding.unit == "date" or _readable(number)):
            kept.append(number)
            orders.append(" ".join(str(r.order) for r in covered))
    finding.numbers = kept
    order_limits(finding)
    return Entry(finding, part, locus, orders)


def _readable(number: Number) -> bool:
    """Whether a ledger can hold a number: no count of a whole country, ``NR`` only of a time."""
    try:
        printed = Printed(number.printed)
        if number.statistic in OF_PATIENTS and printed.value > MOST_PATIENTS:
            return False
        return printed.relation != "unreached" or number.statistic in REACHED
    except ValueError:
        return False


def _locus(finding: Finding, reader: TableReader) -> str:
    """Labels of row and column of a table's finding."""
    row, column = divmod(finding.numbers[0].start, ROW)
    column //= COLUMN
    table = reader.table
    if row < table.heads:
        heading = table.rows[row][column] if row >= 0 else ""
        return " · ".join(filter(None, (table.part, heading.strip())))
    names = (table.part, table.rows[row][0].strip(), reader.headings.get((row, column), ""))
    return " · ".join(filter(None, names))


def _table_rows(reader: TableReader, counts: dict[str, int]) -> Iterator[ListedNumeral]:
    part, rows = reader.table.part, reader.table.rows
    for place, digits, context, reason in reader.numerals():
        counts[part] = counts.get(part, 0) + 1
        where = f"{rows[place // ROW][0].strip()} | {context.strip()}" if place >= 0 else context
        yield ListedNumeral(
            part, counts[part], digits, place, place + len(digits), reason, where[:80]
        )
