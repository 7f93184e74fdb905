"""Tables of this trial beside those it cites: rates with intervals, and what each test says."""

from math import isnan
from typing import Any

import pandas as pd

from companion.captions import (
    DASH,
    NO_N,
    UNSTATED,
    Provenance,
    ResultNumber,
    Text,
    interval_name,
    limits,
    n_percent,
    p_text,
)
from companion.tables.table import DisplayTable, Row
from numbercheck.statistics.proportions import interval
from numbercheck.words import called


def trials(
    rows: pd.DataFrame,
    interval_method: str = "wilson",
    level: float = 0.95,
    provenance: Provenance = UNSTATED,
    note: str = "",
) -> DisplayTable:
    """Rates of several trials side by side.

    Parameters
    ----------
    rows : pandas.DataFrame
        ``quantity``, ``trial``, ``measure`` (empty for numbers of other trials), ``n``,
        ``N`` and ``percent``. Without ``n`` only the percentage is known, as the measure's
        value; it has no interval.
    interval_method, level : str, float
        How the limits are computed.
    provenance : Provenance
        What the footnote says of the data.
    note : str
        What the footnote says of the trials.
    """
    body = [
        Row(str(r.quantity), str(r.trial), _rate(r, interval_method, level))
        for r in rows.itertuples(index=False)
    ]
    method = (
        f"{interval_name(interval_method, level)}, computed from each trial's own counts; a "
        "trial that prints only a percentage has none. Populations and definitions differ."
    )
    columns = ("n (%)", "N", f"{100 * level:g}% CI, %")
    title, notes = "This trial beside the trials it cites", provenance.footnote(method, note)
    return DisplayTable(title, "Trial", columns, tuple(body), notes, provenance.label)


def comparisons(
    rows: pd.DataFrame, alpha: float = 0.05, provenance: Provenance = UNSTATED
) -> DisplayTable:
    """What "significantly lower" and "similar" amount to under each test.

    Parameters
    ----------
    rows : pandas.DataFrame
        ``claim`` (a sentence), ``counted`` (the measure of this trial's ``n`` of ``N``),
        ``against`` and ``statistic`` (the published rate), ``rate`` (what it is taken for),
        ``method``, ``p_value``, NaN where the test is undefined, and ``similar``, whether the
        claim is that the rates do not differ.
    alpha : float
        Level below which a P value supports the claim.
    provenance : Provenance
        What the footnote says of the data.
    """
    body = [
        Row(
            str(r.claim),
            called(str(r.method)),
            (
                Text(
                    ResultNumber(f"{r.n}", r.counted, "n"),
                    " of ",
                    ResultNumber(f"{r.N}", r.counted, "N"),
                ),
                Text(ResultNumber(str(r.rate), r.against, r.statistic)),
                p_text(r.p_value),
                _support(r.p_value, alpha, r.similar),
            ),
        )
        for r in rows.itertuples(index=False)
    ]
    note = (
        f"P values are of the test named and not adjusted for multiplicity. A difference is "
        f"supported where P < {alpha:g}, and then rates are not similar; a larger P does not show "
        "that they are. The article names no test."
    )
    title, notes = "What the comparisons in words amount to", provenance.footnote(note)
    columns = "This trial", "Compared with", "P value", "Supports the claim"
    return DisplayTable(title, "Test", columns, tuple(body), notes, provenance.label)


def _rate(row: Any, method: str, level: float) -> tuple[str, str, str]:
    if isnan(row.n) or isnan(row.N):
        total = NO_N if isnan(row.N) else f"{row.N:.0f}"
        return Text(ResultNumber(f"{row.percent:g}%", row.measure, "value")), total, DASH
    n, of, measure = int(row.n), int(row.N), row.measure
    low, high = (100 * end for end in interval(n, of, method, level))
    total = Text(ResultNumber(f"{of}", measure, "N"))
    return n_percent(n, of, measure), total, limits(low, high, measure=measure)


def _support(p: float, alpha: float, similar: bool) -> str:
    if isnan(p):
        return "undefined"
    if similar:
        return "no" if p < alpha else "not contradicted"
    return "yes" if p < alpha else "no"
