"""Table 1, second part: adverse events by worst grade, in the article's order or by frequency."""

from collections.abc import Mapping
from dataclasses import replace
from math import isnan
from types import MappingProxyType

from companion.captions import (
    UNSTATED,
    Layout,
    LayoutRow,
    Number,
    Provenance,
    Text,
    n_percent,
    percent,
)
from companion.results import Results
from companion.tables.table import DisplayTable, Row, share

GROUPS = {
    "ungraded": "Grade not recorded",
    "g12": "Grade 1–2",
    "g34": "Grade 3–4",
    "g5": "Grade 5",
}
PRINTED = ("g12", "g34")
ANY_SEVERE = "any_event_g34"
ORDERS = {
    "article": "Categories and terms in the article's order.",
    "descending": "Terms in descending order of patients with any grade, then with the higher "
    "grades.",
}


def adverse_events(
    results: Results,
    layout: Layout,
    order: str = "article",
    any_event: tuple[int, int] | None = None,
    provenance: Provenance = UNSTATED,
    printed: Mapping[tuple[str, str], str] = MappingProxyType({}),
) -> DisplayTable:
    """Patients with each adverse event, n (%), by the group of its worst grade.

    Parameters
    ----------
    results : Results
        Proportions of the measures ``fever_g12``, ``fever_g34`` and so on; where some have
        them, also of ``fever_g5`` and ``fever_ungraded``.
    layout : Layout
        A row for each term, with its category and its first measure (``fever_g12``).
    order : {"article", "descending"}
        As in the layout, or by patients with any grade.
    any_event : tuple of int, optional
        Fewest and most patients who can have had a grade 3–4 event of any term, where the
        results do not count them (``any_event_g34``).
    provenance : Provenance
        What the footnote says of the data.
    printed : mapping of (str, str) to str
        What the article prints of a measure and statistic where that is another number; it
        stands beside the result.
    """
    if order not in ORDERS:
        raise ValueError(f"order is {order!r}; it must be {' or '.join(ORDERS)}")
    found = [g for g in GROUPS if g in PRINTED or any(_has(results, r, g) for r in layout.rows)]
    rows = list(layout.rows)
    columns = {g: GROUPS[g] for g in found}
    if order == "descending":
        rows.sort(key=lambda row: _severity(results, row, found), reverse=True)
        rows = [replace(row, group="") for row in rows]
        columns = {"any": "Any grade", **columns}
    body = [
        Row(row.group, row.label, tuple(_cell(results, row, g, found, printed) for g in columns))
        for row in rows
    ]
    first = layout.rows[0].measures[0] if layout.rows else ""
    total = results.get(first, "N")
    severe = share(results, ANY_SEVERE) or _bound(any_event, total) or provenance.absent
    severe_cells = tuple(severe if g == "g34" else "" for g in columns)
    group = "Any event" if order == "article" else ""
    fatal = "" if "g5" in found else "No grade 5 event is recorded."
    return DisplayTable(
        layout.title,
        Text("Adverse event, N = ", Number(f"{total:.0f}", first, "N"))
        if first
        else "Adverse event",
        tuple(columns.values()),
        (Row(group, "Any grade 3–4 event", severe_cells), *body),
        provenance.footnote(DATA, ORDERS[order], fatal, layout.note),
        provenance.label,
    )


DATA = (
    "Data are patients, n (%), at their worst grade, each counted once per term; the denominator "
    "is every patient enrolled."
)


def _measure(row: LayoutRow, group: str) -> str:
    stem = row.measure.partition("|")[0].rpartition("_")[0]
    return f"{stem}_{group}" if group != "any" else stem


def _has(results: Results, row: LayoutRow, group: str) -> bool:
    return not isnan(results.get(_measure(row, group), "n"))


def _counts(results: Results, row: LayoutRow, groups: list[str]) -> list[float]:
    return [results.get(_measure(row, g), "n") for g in groups]


def _severity(results: Results, row: LayoutRow, groups: list[str]) -> tuple[float, ...]:
    counts = _counts(results, row, groups)
    return (sum(counts), *reversed(counts))


def _cell(
    results: Results,
    row: LayoutRow,
    group: str,
    groups: list[str],
    printed: Mapping[tuple[str, str], str],
) -> Text:
    measure = _measure(row, group)
    total = results.get(_measure(row, PRINTED[0]), "N")
    if group == "any":  # a result of its own for few terms; the grades are disjoint
        shown = measure if _has(results, row, group) else ""
        return n_percent(sum(_counts(results, row, groups)), total, shown)
    count = n_percent(results.get(measure, "n"), total, measure)
    others = [printed[measure, s] for s in ("n", "percent") if (measure, s) in printed]
    return Text(count, f" [printed: {', '.join(others)}]") if others else count


def _bound(bound: tuple[int, int] | None, total: float) -> str:
    if bound is None:
        return ""
    low, high = bound
    if low == high:
        return n_percent(low, total)
    return f"between {low} and {high} ({percent(low, total).rstrip('%')}–{percent(high, total)})"
