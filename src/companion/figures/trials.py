"""A figure of this trial beside the trials it cites: rates with intervals."""

from math import isnan

import pandas as pd

from companion.captions import UNSTATED, Provenance, interval_name
from companion.figures.forest import Forest, ForestLine, draw_forest
from companion.figures.style import DescribedFigure, styled

NAMES = 78.0  # mm, most for the names of trials
HOLLOW = "hollow: only a percentage is printed. Populations and definitions differ between trials."


@styled()
def trials(
    rows: pd.DataFrame,
    ours: str = "This trial",
    interval_method: str = "wilson",
    level: float = 0.95,
    provenance: Provenance = UNSTATED,
    note: str = "",
) -> DescribedFigure:
    """Rates of several trials side by side, by quantity.

    Parameters
    ----------
    rows : pandas.DataFrame
        ``quantity``, ``trial``, ``measure``, ``n``, ``N``, ``percent``: without ``n``, only
        the percentage is printed, and it has no interval.
    ours : str
        Trial that is set off by color.
    interval_method, level : str, float
        How the limits are computed.
    provenance : Provenance
        What the footnote says of the data.
    note : str
        What the footnote says of the trials.
    """
    forest = Forest({"Rates": _lines(rows, ours)}, interval_method, level)
    total = rows.loc[rows["trial"] == ours, "N"].max()
    method = f"{interval_name(interval_method, level)}, from each trial's own counts"
    title = "This trial beside the trials it cites" + ("" if isnan(total) else f", N = {total:.0f}")
    said = f"{method}; {HOLLOW}", note
    named = rows["quantity"].unique()
    about = f"{named[0] if len(named) == 1 else 'Rates'} in this trial and those it cites"
    return draw_forest(forest, about, title, NAMES, provenance, *said)


def _lines(rows: pd.DataFrame, ours: str) -> list[ForestLine]:
    lines: list[ForestLine] = []
    for quantity, part in rows.groupby("quantity", sort=False):
        lines.append(ForestLine(str(quantity)))
        for r in part.itertuples(index=False):
            counts = float(r.n), float(r.N)
            known = {"share": float(r.percent), "measure": r.measure, "ours": r.trial == ours}
            lines.append(ForestLine(str(r.trial), *counts, level=True, **known))
    return lines
