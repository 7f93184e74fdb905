"""Tables S1 and S2: the patients at enrollment, and where they were enrolled."""

from collections.abc import Iterator
from itertools import groupby
from math import isnan

import pandas as pd

from companion.captions import DASH, UNSTATED, Provenance, ResultNumber, Text, n_percent
from companion.layouts import DisplayLayout, LayoutRow
from companion.results import Results
from companion.tables.table import DisplayTable, Row, share


def baseline(
    results: Results, adsl: pd.DataFrame, layout: DisplayLayout, provenance: Provenance = UNSTATED
) -> DisplayTable:
    """Table S1: age and the groups at enrollment, as far as the data have them.

    Parameters
    ----------
    results : Results
        Median and range of a row's measure, or its proportion.
    adsl : pandas.DataFrame
        ADaM ADSL, one row per patient, for groups that are not measures. An empty column is
        shown as absent, single empty cells as missing.
    layout : DisplayLayout
        Rows in order, ``where`` being like ``SEX = F`` for a code and ``RACE`` for every code
        found. A row with neither ``where`` nor measure appears only for a reconstructed cohort,
        as absent.
    provenance : Provenance
        What the footnote says of the data.
    """
    rows: list[Row] = []
    for group, part in groupby(layout.rows, key=lambda row: row.group):
        listed = list(part)
        if listed[0].where:
            rows += _coded(results, adsl, group, listed, provenance.absent)
        else:
            asked = (r for r in listed if r.measure or provenance.label)
            rows += [
                Row(group, r.label, (_median(results, r.measure) or provenance.absent,))
                for r in asked
            ]
    said = "Data are n (%) unless stated; all patients enrolled.", layout.note
    return _table(layout, "Characteristic", adsl, rows, provenance, *said)


def sites(
    results: Results,
    adsl: pd.DataFrame,
    layout: DisplayLayout,
    n_sites: float | None = None,
    provenance: Provenance = UNSTATED,
) -> DisplayTable:
    """Table S2: patients at each site, or only the number of sites where that is all we know."""
    known, absent = _present(adsl, "SITEID"), provenance.absent
    counted = results.get("sites", "value")
    n = n_sites if isnan(counted) else counted
    count = absent if n is None else Text(ResultNumber(f"{n:.0f}", "sites", "value"))
    rows = [Row("", "Study sites", (count,))]
    if known.empty:
        rows.append(Row("", "Patients at each site", (absent,)))
    else:
        rows += [
            Row("", f"Site {site}", (n_percent(k, len(adsl)),))
            for site, k in known.value_counts().sort_index().items()
        ]
        rows += _missing("", len(adsl) - len(known), len(adsl))
    return _table(layout, "Site", adsl, rows, provenance, layout.note)


def _table(
    layout: DisplayLayout,
    stub: str,
    adsl: pd.DataFrame,
    rows: list[Row],
    provenance: Provenance,
    *sentences: str,
) -> DisplayTable:
    """Table with one column, of everyone."""
    everyone = Text("N = ", ResultNumber(f"{len(adsl)}", "enrolled", "n"))
    notes = provenance.footnote(*sentences)
    return DisplayTable(layout.title, stub, (everyone,), tuple(rows), notes, provenance.label)


def _present(adsl: pd.DataFrame, column: str) -> pd.Series:
    if column not in adsl:
        return pd.Series(dtype=object)
    return adsl[column][adsl[column].notna() & (adsl[column].astype(str) != "")].astype(str)


def _median(results: Results, measure: str) -> Text | None:
    """Median (range) of a quantity."""
    values = {s: results.get(measure, s) for s in ("median", "min", "max")}
    if any(map(isnan, values.values())):
        return None
    middle, low, high = (ResultNumber(f"{v:g}", measure, s) for s, v in values.items())
    return Text(middle, " (", low, DASH, high, ")")


def _coded(
    results: Results, adsl: pd.DataFrame, group: str, listed: list[LayoutRow], absent: str
) -> Iterator[Row]:
    """Rows of the codes of one column: those listed, then others that were found."""
    known, total = _present(adsl, listed[0].column), len(adsl)
    if known.empty:
        yield Row(group, "All groups", (absent,))
        return
    counts = known.value_counts()
    named = {row.code: row for row in listed if row.code}
    others = sorted(set(counts.index) - set(named))
    for code in (*(c for c in named if c in counts), *others):
        row = named.get(code, LayoutRow("", group, code))
        count = share(results, row.measure) or n_percent(counts[code], total)
        yield Row(group, row.label, (count,))
    yield from _missing(group, total - len(known), total)


def _missing(group: str, n: int, total: int) -> list[Row]:
    return [Row(group, "Missing", (n_percent(n, total),))] if n else []
