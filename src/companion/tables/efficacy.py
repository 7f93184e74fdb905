"""Table 1, first part: response, each group of rows among those who were evaluated."""

from itertools import groupby
from math import isnan

from companion.captions import UNSTATED, Provenance, ResultNumber, Text, interval_name, limits
from companion.layouts import DisplayLayout, LayoutRow
from companion.results import Results
from companion.tables.table import DisplayTable, Row, share


def efficacy(
    results: Results,
    layout: DisplayLayout,
    interval_method: str = "wilson",
    level: float = 0.95,
    provenance: Provenance = UNSTATED,
) -> DisplayTable:
    """Response, n (%) [interval], from the results.

    Parameters
    ----------
    results : Results
        Proportions; a measure without one is shown as absent.
    layout : DisplayLayout
        Rows in order, each with its measure; those of one group share a denominator.
    interval_method, level : str, float
        How the limits were computed, for the footnote.
    provenance : Provenance
        What the footnote says of the data.
    """
    rows: list[Row] = []
    for group, part in groupby(layout.rows, key=lambda row: row.group):
        members = list(part)
        heading = _heading(results, group, members)
        rows += [
            Row(heading, row.label, (_cell(results, row.measure) or provenance.absent,))
            for row in members
        ]
    data = f"Data are n (%) [{interval_name(interval_method, level)}]."
    columns, notes = (f"n (%) [{100 * level:g}% CI]",), provenance.footnote(data, layout.note)
    return DisplayTable(layout.title, "Outcome", columns, tuple(rows), notes, provenance.label)


def _heading(results: Results, group: str, rows: list[LayoutRow]) -> str:
    """Name of the group with its denominator, where a measure has one."""
    for row in rows:
        if not isnan(total := results.get(row.measure, "N")):
            return Text(group, ", N = ", ResultNumber(f"{total:.0f}", row.measure, "N"))
    return group


def _cell(results: Results, measure: str) -> Text | None:
    count = share(results, measure)
    low, high = (results.get(measure, end) for end in ("conf_low", "conf_high"))
    return count and Text(count, " [", limits(low, high, measure=measure), "]")
