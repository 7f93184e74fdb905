"""Fig. S3: response in subgroups, one panel for each outcome."""

from collections.abc import Callable, Iterator, Mapping, Sequence

import numpy as np
import pandas as pd

from companion.captions import UNSTATED, Provenance, interval_name, p_range
from companion.figures.forest import ALL, Forest, ForestLine, draw_forest
from companion.figures.style import DescribedFigure, styled
from companion.layouts import DisplayLayout

EXPLORATORY = "Exploratory. Dashed line: all patients. Larger squares: more patients."
BOUNDED = "Gray bars and ranges: all that the article allows; hollow squares: this cohort."
CHOSEN = "Counts within subgroups"
TESTED = "P: Fisher's exact test."
ROWS = ["outcome", "factor", "level", "measure", "n", "N", "n_min", "n_max", "p_min", "p_max"]
NAMES = 46.0  # mm, most for the names of subgroups


@styled()
def subgroups(
    rows: pd.DataFrame,
    interval_method: str = "wilson",
    level: float = 0.95,
    provenance: Provenance = UNSTATED,
) -> DescribedFigure:
    """Forest of response in subgroups.

    Parameters
    ----------
    rows : pandas.DataFrame
        As ``subgroup_rows`` makes them. A row without ``n`` is shown as absent.
    interval_method, level : str, float
        How the limits are computed.
    provenance : Provenance
        What the footnote says of the data.
    """
    parts = rows.groupby("outcome", sort=False)
    panels = {str(outcome): _lines(part, provenance.unknown) for outcome, part in parts}
    forest = Forest(panels, interval_method, level)
    bounded = any(line.bounded for panel in panels.values() for line in panel)
    open_cells = BOUNDED if bounded else provenance.chosen(CHOSEN)
    method = f"{interval_name(interval_method, level)}."
    total = rows.loc[rows["factor"] == ALL, "N"].max()
    title = f"Response in subgroups, N = {total:.0f}"
    said = method, EXPLORATORY, open_cells, TESTED
    about = "Forest plot of response in subgroups"
    return draw_forest(forest, about, title, NAMES, provenance, *said)


def subgroup_rows(
    outcomes: Mapping[str, pd.Series],
    factors: Mapping[str, pd.Series],
    layout: DisplayLayout,
    bounds: Callable[[str], Sequence[Sequence[float]]] = lambda measure: (),
    p_values: Callable[[str], tuple[float, float]] = lambda measure: (np.nan, np.nan),
) -> pd.DataFrame:
    """Count responders among all patients and in each subgroup.

    Parameters
    ----------
    outcomes : mapping of str to pandas.Series of bool
        Whether each patient reached an outcome, by panel; a missing value counts as not.
    factors : mapping of str to pandas.Series
        Level of each patient, missing where unknown.
    layout : DisplayLayout
        Factors in order with their levels, and a measure for each outcome. A factor whose
        level is unknown for every patient gives one row without counts.
    bounds : callable
        For a measure, the fewest and most responders in each level; empty where unknown.
    p_values : callable
        For a measure, the least and largest P value of its test; NaN where unknown.

    Returns
    -------
    pandas.DataFrame
        ``outcome``, ``factor``, ``level``, ``measure``, ``n``, ``N``, ``n_min``, ``n_max``,
        ``p_min``, ``p_max``.
    """
    levels: dict[str, list[str]] = {}
    measures = {row.group: row.measures or [""] * len(outcomes) for row in layout.rows}
    for row in layout.rows:
        levels.setdefault(row.group, []).append(row.label)
    found = []
    for i, (outcome, reached) in enumerate(outcomes.items()):
        for factor, of in measures.items():
            for level, n, total in _counts(reached, factor, factors):
                ends = dict(zip(levels[factor], bounds(of[i]), strict=False))
                low, high = ends.get(level, (np.nan, np.nan)) if level else (np.nan, np.nan)
                p = p_values(of[i])
                found.append((outcome, factor, level, of[i], n, total, low, high, *p))
    return pd.DataFrame(found, columns=ROWS)


def _counts(
    hit: pd.Series, factor: str, factors: Mapping[str, pd.Series]
) -> Iterator[tuple[str, float, float]]:
    """Level, responders and members of each level of a factor."""
    known = factors[factor].dropna() if factor in factors else pd.Series()
    if hit.isna().all():  # nobody's outcome was recorded
        yield "", np.nan, np.nan
        return
    hit = hit.fillna(False).astype(bool)
    if factor == ALL:
        yield "", float(hit.sum()), float(len(hit))
    elif known.empty:
        yield "", np.nan, np.nan
    for name, members in known.groupby(known, observed=True):
        yield str(name), float(hit[members.index].sum()), float(len(members))


def _lines(rows: pd.DataFrame, absent: str) -> list[ForestLine]:
    lines: list[ForestLine] = []
    for factor, part in rows.groupby("factor", sort=False):
        if not part["level"].astype(bool).any():
            lines.append(_line(part.iloc[0], str(factor), absent, level=False))
            continue
        ends = part[["p_min", "p_max"]].iloc[0]
        lines.append(ForestLine(str(factor), note="" if ends.isna().any() else p_range(*ends)))
        lines += [_line(row, row["level"], absent, level=True) for _, row in part.iterrows()]
    return lines


def _line(row: pd.Series, label: str, absent: str, level: bool) -> ForestLine:
    n, total, low, high = (float(row[column]) for column in ("n", "N", "n_min", "n_max"))
    line = ForestLine(label, n, total, low, high, level=level, measure=row["measure"])
    return line if line.counted else line._replace(note=absent)
