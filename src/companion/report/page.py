"""Put the companion's page together: that of its ledger, and what was made from patients."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from companion.report.computed import Computed, computed
from companion.report.displays import Links, PageDisplay, figures, tables
from companion.report.notebooks import notebooks
from companion.report.patients import Patients
from numbercheck.ledger.records import Ledger
from numbercheck.ledger.rows import Claim
from numbercheck.report.environment import slug
from numbercheck.report.journal_club import read_journal_club
from numbercheck.report.page import JudgedLedger, Values, ledger_content, write_html
from numbercheck.words import STATISTICS

SECTIONS = {
    "overview": "Overview",
    "ledger": "Ledger",
    "what-if": "What if",
    "tables": "Tables",
    "figures": "Figures",
    "consistency": "Consistency",
    "sources": "Sources",
    "notebooks": "Notebooks",
    "data": "Results",
    "methods": "Methods",
    "club": "Journal club",
}
NOBODY = Patients()
COMMAND = ".venv/bin/numbercheck {}"  # where `make` puts it


def write_report(
    output: Path,
    published: Path,
    known: JudgedLedger,
    label: str = "",
    patients: Patients = NOBODY,
    late: Callable[[], Mapping[str, str]] = dict,
) -> None:
    """Write ``index.html``, which needs no other file, no network and no server.

    Parameters
    ----------
    output : Path
        Folder of a build: results, tables, figures, executed notebooks.
    published : Path
        Folder of the ledger. Its tables of the journal club, if there are any, are shown.
    known : JudgedLedger
        What is printed, with the verdict on every claim.
    label : str
        What must be seen wherever numbers of patients are, such as that they are
        reconstructed; empty for a trial's own data.
    patients : Patients
        The patients that may be shown.
    late : callable
        Waits for figures that are still being drawn, and returns their descriptions by name.
    """
    ledger, results = known.ledger, computed(output)
    values = {(r.measure, r.statistic): r.value for r in results}
    content = {
        "name": "Companion",
        "title": f"Companion to {ledger.article.get('title', 'an article')}",
        "label": label,
        "command": COMMAND,
        **ledger_content(published, known, read_json(output / "consistency.json"), values),
        **_computed(ledger, results),
        "patients": patients,
        "club": read_journal_club(published, ledger),
        "statistics": _statistics(ledger, values),
        **_displayed(output, Links(ledger, values), late),
    }
    write_html(content, SECTIONS, output / "index.html", "companion.report")


def read_json(path: Path) -> dict[str, Any]:
    """Content of a file that not every build makes; empty where there is none."""
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}


def _displayed(output: Path, links: Links, late: Callable[[], Mapping[str, str]]) -> dict[str, Any]:
    """Tables, figures and notebooks, and which of them show a measure."""
    shown_tables = tables(output, links)
    shown_figures = figures(output, read_json(output / "figures" / "alt.json"), links)
    shown_figures += figures(output, late(), links)
    shown_figures.sort()
    return {
        "tables": shown_tables,
        "figures": shown_figures,
        "shown": _shown(shown_tables, shown_figures),
        "notebooks": notebooks(output, links, shown_figures),
    }


def _computed(ledger: Ledger, results: Sequence[Computed]) -> dict[str, Any]:
    """Results, the cells that computed them, and the claims that each cell computes."""
    cells = {(r.measure, r.statistic): r for r in results if r.cell}
    made: dict[str, list[Claim]] = {}
    for claim in ledger.claims.values():
        if result := cells.get((claim.measure, claim.statistic)):
            made.setdefault(result.cell_id, []).append(claim)
    return {"results": results, "cells": cells, "made": made}


def _shown(
    shown_tables: Iterable[PageDisplay], shown_figures: Iterable[PageDisplay]
) -> Mapping[str, list[tuple[str, str]]]:
    """Id and title of each table and figure that shows a measure."""
    found: dict[str, list[tuple[str, str]]] = {}
    for kind, displays in (("table", shown_tables), ("figure", shown_figures)):
        for display in displays:
            for measure in display.measures:
                at = f"{kind}-{slug(display.name)}", display.title
                found.setdefault(measure, []).append(at)
    return found


def _statistics(ledger: Ledger, values: Values) -> dict[str, list[str]]:
    """The statistics of each measure that are printed or computed."""
    return {
        measure: [s for s in STATISTICS if ledger.find(measure, s) or (measure, s) in values]
        for measure in ledger.measures
    }
