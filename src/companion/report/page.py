"""Put the page together from a folder of outputs and write it."""

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from companion.report.claims import following, printed, reason, token, what
from companion.report.computed import Computed, computed
from companion.report.consistency import consistency
from companion.report.displays import Links, PageDisplay, figures, tables
from companion.report.journal_club import JournalClub, read_journal_club
from companion.report.markup import slug
from companion.report.notebooks import notebooks
from companion.report.numbers import Numbers
from companion.report.patients import patients
from companion.report.questions import read_questions
from companion.report.what_if import CHOICES, what_if
from companion.verify import WORDS, tally
from numbercheck.audit import Verdict
from numbercheck.ledger.reading import read_records
from numbercheck.ledger.records import Claim, Ledger, LedgerError
from numbercheck.statistics.rounding import Printed, format_rounded
from numbercheck.words import SIGNS, STATISTICS, UNCHECKED, called

SECTIONS = (
    ("overview", "Overview"),
    ("ledger", "Ledger"),
    ("what-if", "What if"),
    ("tables", "Tables"),
    ("figures", "Figures"),
    ("consistency", "Consistency"),
    ("notebooks", "Notebooks"),
    ("data", "Results"),
    ("methods", "Methods"),
    ("club", "Journal club"),
)
CODE = re.compile(r"(<code>.*?</code>)", re.DOTALL)
DASH = re.compile(r"(?<=[\d%>])–(?=[\d<])")


@dataclass(frozen=True)
class SameMeaning:
    """Words, separated by a bar, of which a search for one finds the others."""

    words: str


def write_report(
    output: Path,
    ledger: Ledger,
    verdicts: Sequence[Verdict],
    label: str = "",
    cohort: Path | None = None,
    published: Path | None = None,
    drawn: Callable[[], None] = lambda: None,
) -> None:
    """Write ``index.html``, which needs no other file, no network and no server.

    Parameters
    ----------
    output : Path
        Folder of a build: results, tables, figures, executed notebooks.
    ledger : Ledger
        What is printed.
    verdicts : sequence of Verdict
        The verdict on every claim.
    label : str
        What must be seen wherever numbers of patients are, such as that they are
        reconstructed; empty for a trial's own data.
    cohort : Path, optional
        Folder of the patient tables. Their rows are shown if they are reconstructed.
    published : Path, optional
        Folder of the ledger. Its tables of the journal club, if there are any, are shown.
    drawn : callable
        Returns when all figures are there; called when everything else is known.
    """
    content = _content(output, ledger, verdicts, label, drawn)
    content["patients"] = patients(cohort, ledger)
    content["club"] = club = read_journal_club(published, ledger) if published else JournalClub()
    content["synonyms"] = _synonyms(published)
    content["questions"] = read_questions(published, ledger) if published else []
    content["sections"] = _sections(content["consistency"], club)
    page = unbroken(environment().get_template("page.html").render(content))
    (output / "index.html").write_text(page, encoding="utf-8", newline="\n")


def unbroken(html: str) -> str:
    """HTML whose intervals a narrow screen does not break at the dash; code stays as it is."""
    parts = CODE.split(html)
    parts[::2] = [DASH.sub("–\N{WORD JOINER}", part) for part in parts[::2]]
    return "".join(parts)


@cache
def environment() -> Environment:
    """The compiled templates; every value that they insert is escaped."""
    environment = Environment(
        loader=PackageLoader("companion.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "slug": slug,
        "rounded": rounded,
        "called": called,
        "what": what,
        "statistic": lambda name: STATISTICS.get(name, name),
        "token": token,
        "printed": printed,
        "reason": reason,
        "sign": SIGNS.get,
    }
    for name in environment.list_templates():
        environment.get_template(name)
    return environment


def _content(
    output: Path,
    ledger: Ledger,
    verdicts: Sequence[Verdict],
    label: str,
    drawn: Callable[[], None],
) -> dict[str, Any]:
    results, together = computed(output), consistency(output, ledger)
    cells = {(r.measure, r.statistic): r for r in results if r.cell}
    values = {(r.measure, r.statistic): r.value for r in results}
    links = Links(ledger, values)
    choices = what_if(ledger)
    verbal = [claim.claim for claim in ledger.claims.values() if claim.verbal]
    shown_tables = tables(output, links)
    drawn()
    shown_figures = figures(output, links)
    return {
        "label": label,
        "article": ledger.article,
        "ledger": ledger,
        "verdicts": verdicts,
        "follows": following(verdicts, ledger),
        "cells": cells,
        "findings": [v for v in verdicts if v.verdict == "mismatch"],
        "counts": _counts(verdicts),
        "unchecked": _unchecked(verdicts),
        "parts": list(dict.fromkeys(claim.part for claim in ledger.claims.values())),
        "numbers": sum(not claim.verbal for claim in ledger.claims.values()),
        "verbal": verbal,
        "following": sum(_follows(v) and v.claim not in verbal for v in verdicts),
        "what_if": choices,
        "choices": CHOICES,
        "tables": shown_tables,
        "figures": shown_figures,
        "shown": _shown(shown_tables, shown_figures),
        "notebooks": notebooks(output, links),
        "made": _made(ledger, cells),
        "results": results,
        "fill": Numbers(ledger, verdicts, results, together, choices).fill,
        "values": values,
        "statistics": _statistics(ledger, values),
        "consistency": together,
        "implied": together.get("implied", {}),
    }


def _sections(together: dict[str, Any], club: JournalClub) -> list[tuple[str, str]]:
    """Parts of the page; two of them only where there is something to show."""
    optional = {"consistency": together, "club": club}
    return [(id_, title) for id_, title in SECTIONS if optional.get(id_, True)]


def _counts(verdicts: Sequence[Verdict]) -> list[tuple[str, str, int, str]]:
    """Verdict, basis, how many, and in words; in the order of ``WORDS``, none left out."""
    found = tally(verdicts)
    keys = [*(k for k in WORDS if k in found), *(k for k in found if k not in WORDS)]
    return [(*key, found[key], WORDS.get(key, " ".join(key))) for key in keys]


def _follows(verdict: Verdict) -> bool:
    return (verdict.verdict, verdict.basis) == ("match", "arithmetic")


def _unchecked(verdicts: Sequence[Verdict]) -> list[tuple[str, int]]:
    """Why claims could not be checked, most frequent first."""
    kinds = Counter(v.kind for v in verdicts if v.verdict == "unchecked")
    return [(UNCHECKED.get(kind, kind), n) for kind, n in kinds.most_common()]


def _made(ledger: Ledger, cells: Mapping[tuple[str, str], Computed]) -> dict[str, list[Claim]]:
    """Claims by the cell that computes them."""
    by_cell: dict[str, list[Claim]] = {}
    for claim in ledger.claims.values():
        if result := cells.get((claim.measure, claim.statistic)):
            by_cell.setdefault(result.cell_id, []).append(claim)
    return by_cell


def _shown(
    shown_tables: Iterable[PageDisplay], shown_figures: Iterable[PageDisplay]
) -> dict[str, list[tuple[str, str]]]:
    """Id and title of each table and figure that shows a measure."""
    found: dict[str, list[tuple[str, str]]] = {}
    for kind, displays in (("table", shown_tables), ("figure", shown_figures)):
        for display in displays:
            for measure in display.measures:
                at = f"{kind}-{slug(display.name)}", display.title
                found.setdefault(measure, []).append(at)
    return found


def rounded(value: str, printed: Printed | None) -> str:
    """A value with one decimal more than is printed, else three digits; the tooltip has all."""
    try:
        number = float(value)
        short = f"{number:.0f}" if number == int(number) else f"{number:.3g}"
    except (ValueError, OverflowError):
        return value
    if printed and number != int(number):
        short = format_rounded(number, printed.decimals + 1)
    return short if short == value else Markup('<span title="{}">{}</span>').format(value, short)


def _statistics(ledger: Ledger, values: Collection[tuple[str, str]]) -> dict[str, list[str]]:
    """The statistics of each measure that are printed or computed."""
    return {
        measure: [s for s in STATISTICS if ledger.find(measure, s) or (measure, s) in values]
        for measure in ledger.measures
    }


def _synonyms(published: Path | None) -> list[list[str]]:
    """Groups of words that mean the same to whoever searches the ledger."""
    faults: list[str] = []
    rows = read_records(published / "synonyms.csv", SameMeaning, faults) if published else []
    if faults:
        raise LedgerError(faults)
    return [row.words.split("|") for _, row in rows]
