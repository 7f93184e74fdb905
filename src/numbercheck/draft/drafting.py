"""Draft a ledger: every numeral of an article as a claim, set aside with a reason, or to do."""

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

from numbercheck.draft.arms import Arms, find_arms
from numbercheck.draft.article import Article, Table
from numbercheck.draft.designs import read_designs
from numbercheck.draft.grids import read_table, table_numerals
from numbercheck.draft.labels import abbreviations
from numbercheck.draft.naming import Drafted, Entry, Measures, give_populations
from numbercheck.draft.numerals import numerals, set_aside
from numbercheck.draft.prose import Finding, read_prose

ADJUSTED = re.compile(
    r"adjust|stratif|regression|Mantel|multivaria|log-?rank|weight(ed|ing)|imput|one-sided|mixed model",
    re.IGNORECASE,
)


@dataclass
class Row:
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
    """Measures with their claims, the arms' names, and every numeral."""

    measures: list[Drafted]
    arms: Arms
    rows: list[Row]


def draft_article(article: Article) -> Draft:
    """Draft the ledger of an article."""
    text = "\n".join(p.text for p in article.paragraphs)
    notes = "\n".join(f"{t.caption}\n{t.notes}" for t in article.tables)
    read = [(table, *read_table(table)) for table in article.tables]
    arms = find_arms(text, [arm for _, _, _, sizes in read for arm in sizes])
    measures = Measures(abbreviations(f"{text}\n{notes}") | _listed(notes))
    rows: list[Row] = []
    counts: dict[str, int] = {}
    for paragraph in article.paragraphs:
        fresh, entries = _paragraph(paragraph.part, paragraph.locus, paragraph.text, arms, counts)
        rows += fresh
        for entry in entries:
            measures.add(entry)
    for table, findings, aside, _ in read:
        fresh = list(_table_rows(table, aside, counts))
        rows += fresh
        for finding in findings:
            measures.add(_placed(finding, table, fresh))
    give_populations(measures.all, not ADJUSTED.search(text))
    return Draft(measures.all, arms, rows)


def _listed(notes: str) -> dict[str, str]:
    """Abbreviations that a table's notes list, as in ``MRD, measurable residual disease;``."""
    listed = re.findall(r"\b([A-Z][A-Za-z-]{1,9})[,:=] ([a-z][^;.:]{3,60})", notes)
    return {short: long.lower() for short, long in listed}


def _paragraph(
    part: str, locus: str, text: str, arms: Arms, counts: dict[str, int]
) -> tuple[list[Row], list[Entry]]:
    findings, aside = read_prose(text, arms)
    rows = []
    for found in numerals(text):
        counts[part] = counts.get(part, 0) + 1
        context = " ".join(text[max(0, found.start - 25) : found.end + 20].split())
        reason = aside.get(found.start, "")
        rows.append(Row(part, counts[part], found.digits, found.start, found.end, reason, context))
    findings += read_designs(text, {n.start for f in findings for n in f.numbers})
    findings.sort(key=lambda f: min(n.start for n in f.numbers))
    return rows, [Entry(f, part, locus, list(_orders(f, rows, text))) for f in findings]


def _orders(finding: Finding, rows: list[Row], text: str) -> Iterator[str]:
    """Orders of the numerals that each number of a finding covers."""
    starts = [row.place for row in rows]
    for number in finding.numbers:
        end = number.start + max(len(number.printed), 1)
        if finding.unit == "date":
            covered = [r for r in rows if number.start <= r.place < end]
        else:
            first = max(bisect_right(starts, number.start) - 1, 0)
            covered = rows[first : first + 1]
            if not covered[0].place <= number.start < covered[0].end:  # a sign stands before it
                covered = rows[first + 1 : first + 2] if starts[first] < number.start else covered
        yield " ".join(str(r.order) for r in covered)


def _table_rows(
    table: Table, aside: dict[tuple[int, int], dict[int, str]], counts: dict[str, int]
) -> Iterator[Row]:
    part = table.part
    for text in (table.caption, table.notes):
        reasons = set_aside(text)
        for found in numerals(text):
            if not found.spelled:
                counts[part] = counts.get(part, 0) + 1
                reason = reasons.get(found.start, "caption or note of a table")
                yield Row(part, counts[part], found.digits, -1, -1, reason, text[:60])
    for where, digits, cell, r, c in table_numerals(table):
        counts[part] = counts.get(part, 0) + 1
        reason = aside.get((r, c), {}).get(where % 100_000, "")
        context = f"{table.rows[r][0].strip()} | {cell.strip()}" if c else cell.strip()
        yield Row(part, counts[part], digits, where, where + len(digits), reason, context)


def _placed(finding: Finding, table: Table, rows: list[Row]) -> Entry:
    row, column = divmod(finding.numbers[0].start // 100_000, 1000)
    heading = " ".join(
        dict.fromkeys(table.rows[r][column].strip() for r in range(table.heads) if r != row)
    )
    label = table.rows[row][0].strip()
    names = [table.part, label or finding.label, heading if column else ""]
    orders = list(_orders(finding, [r for r in rows if r.place >= 0], ""))
    return Entry(finding, table.part, " · ".join(n for n in names if n), orders)
