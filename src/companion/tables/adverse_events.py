"""Table 1, second part: adverse events by worst grade, in the article's order or by frequency."""

from collections.abc import Mapping
from math import isnan
from types import MappingProxyType

from companion.captions import DASH, UNSTATED, Provenance, ResultNumber, Text, n_percent, percent
from companion.layouts import DisplayLayout, LayoutRow
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
    layout: DisplayLayout,
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
    layout : DisplayLayout
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
    terms = [_Term(results, row) for row in layout.rows]
    found = {g: GROUPS[g] for g in GROUPS if g in PRINTED or any(g in t.counts for t in terms)}
    columns, by_category = found, order == "article"
    if not by_category:
        terms.sort(key=lambda term: term.severity, reverse=True)
        columns = {"any": "Any grade", **found}
    body = []
    for term in terms:
        cells = tuple(term.cell(g, printed, provenance.absent) for g in columns)
        body.append(Row(term.row.group if by_category else "", term.row.label, cells))
    counted = [f"{term.stem}_{PRINTED[0]}" for term in terms if not isnan(term.total)]
    first = counted[0] if counted else ""
    total = results.get(first, "N")
    severe = share(results, ANY_SEVERE) or _bound(any_event, total) or provenance.absent
    severe_cells = tuple(severe if g == "g34" else "" for g in columns)
    group = "Any event" if by_category else ""
    fatal = "" if "g5" in found else "No grade 5 event is recorded."
    size = DASH if isnan(total) else f"{total:.0f}"
    stub = Text("Adverse event, N = ", ResultNumber(size, first, "N"))
    rows = (Row(group, "Any grade 3–4 event", severe_cells), *body)
    notes = provenance.footnote(DATA, ORDERS[order], fatal, layout.note)
    headings = tuple(columns.values())
    return DisplayTable(layout.title, stub, headings, rows, notes, provenance.label)


DATA = (
    "Data are patients, n (%), at their worst grade, each counted once per term; the denominator "
    "is every patient enrolled."
)


class _Term:
    """One row of the table: its counts by grade group, where the results have them."""

    def __init__(self, results: Results, row: LayoutRow) -> None:
        self.row = row
        self.stem = row.measure.partition("|")[0].rpartition("_")[0]
        self.total = results.get(f"{self.stem}_{PRINTED[0]}", "N")
        counts = {g: results.get(f"{self.stem}_{g}", "n") for g in GROUPS}
        self.counts = {g: n for g, n in counts.items() if not isnan(n)}
        self.own = "" if isnan(results.get(self.stem, "n")) else self.stem  # any grade, too

    @property
    def severity(self) -> tuple[float, ...]:
        """Sort key of the order by frequency."""
        return (sum(self.counts.values()), *(self.counts[g] for g in reversed(self.counts)))

    def cell(self, group: str, printed: Mapping[tuple[str, str], str], absent: str) -> Text:
        """Count and percentage of a grade group, and what is printed otherwise."""
        if isnan(self.total):  # the tables do not record the term
            return Text(absent)
        if group == "any":
            return n_percent(sum(self.counts.values()), self.total, self.own)
        measure = f"{self.stem}_{group}"
        count = n_percent(self.counts[group], self.total, measure)
        others = [printed[measure, s] for s in ("n", "percent") if (measure, s) in printed]
        return Text(count, f" [printed: {', '.join(others)}]") if others else count


def _bound(bound: tuple[int, int] | None, total: float) -> str:
    if bound is None:
        return ""
    low, high = bound
    if low == high:
        return n_percent(low, total)
    return f"between {low} and {high} ({percent(low, total).rstrip('%')}–{percent(high, total)})"
