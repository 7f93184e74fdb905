"""Fig. S3: response in subgroups, one panel for each outcome."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from companion.captions import UNSTATED, Provenance, interval_name
from companion.figures.forest import Line, describe, draw_panel, open_page, write_names
from companion.figures.style import Display, styled

ALL = "All patients"
EXPLORATORY = "Exploratory. Dashed line: all patients; a square's size: its patients."
BOUNDED = "Gray bar and range: all that the article allows; hollow square: in this cohort."
CHOSEN = "Counts within subgroups"
NAMES = 46.0  # mm, most for the names of subgroups


@styled()
def subgroups(
    rows: pd.DataFrame,
    interval_method: str = "wilson",
    level: float = 0.95,
    provenance: Provenance = UNSTATED,
) -> Display:
    """Forest of response in subgroups.

    Parameters
    ----------
    rows : pandas.DataFrame
        ``outcome``, ``factor``, ``level``, ``n``, ``N``, as ``subgroup_rows`` makes them; and,
        where the data do not determine a cell, ``n_min`` and ``n_max``. A row without ``n``
        is shown as absent.
    interval_method, level : str, float
        How the limits are computed.
    provenance : Provenance
        What the footnote says of the data.
    """
    panels = {
        str(outcome): _lines(part, provenance.absent.removesuffix(" in the article"))
        for outcome, part in rows.groupby("outcome", sort=False)
    }
    lines = next(iter(panels.values()))
    bounded = any(line.bounded for panel in panels.values() for line in panel)
    open_cells = BOUNDED if bounded else provenance.chosen(CHOSEN)
    notes = provenance.footnote(
        f"{interval_name(interval_method, level)}.", EXPLORATORY, open_cells
    )
    title = f"Response in subgroups, N = {_overall(lines).total:.0f}"
    page = open_page(title, lines, notes, provenance)
    names = write_names(page, lines, NAMES)
    across = (page.width - names) / len(panels)
    for i, (outcome, panel) in enumerate(panels.items()):
        left, reference = names + i * across, _overall(panel).center
        draw_panel(page, panel, outcome, left, across, interval_method, level, reference)
    told = describe(panels, interval_method, level)
    page.figure.alt_text = (
        f"Forest plot of response in subgroups. {told}. {provenance.label}".strip()
    )
    return page.figure


def subgroup_rows(
    patients: pd.DataFrame,
    outcomes: Mapping[str, pd.Series],
    factors: Mapping[str, pd.Series],
) -> pd.DataFrame:
    """Count responders among all patients and in each subgroup.

    Parameters
    ----------
    patients : pandas.DataFrame
        Patient table; its index names everyone counted.
    outcomes : mapping of str to pandas.Series of bool
        What is counted, by name of the panel; a missing outcome is one not reached.
    factors : mapping of str to pandas.Series
        Level of each patient, missing where unknown; a factor that is missing in all gives
        one row without counts.

    Returns
    -------
    pandas.DataFrame
        ``outcome``, ``factor``, ``level``, ``n``, ``N``: the first argument of ``subgroups``.
    """
    found: list[tuple] = []
    for outcome, reached in outcomes.items():
        hit = reached.reindex(patients.index).fillna(False).astype(bool)
        found.append((outcome, ALL, "", hit.sum(), len(hit)))
        for factor, levels in factors.items():
            known = levels.reindex(patients.index).dropna()
            for name, members in known.groupby(known, sort=False, observed=True):
                counts = hit[members.index].sum(), len(members)
                found.append((outcome, factor, str(name), *counts))
            if known.empty:
                found.append((outcome, factor, "", np.nan, np.nan))
    rows = pd.DataFrame(found, columns=["outcome", "factor", "level", "n", "N"])
    return rows.astype({"n": float, "N": float})


def _lines(rows: pd.DataFrame, absent: str) -> list[Line]:
    lines: list[Line] = []
    for factor, part in rows.groupby("factor", sort=False):
        if not part["level"].astype(bool).any():
            lines.append(_line(part.iloc[0], str(factor), absent, level=False))
            continue
        lines.append(Line(str(factor)))
        lines += [_line(row, row["level"], absent, level=True) for _, row in part.iterrows()]
    return lines


def _line(row: pd.Series, label: str, absent: str, level: bool) -> Line:
    low, high = (float(row.get(c, np.nan)) for c in ("n_min", "n_max"))
    line = Line(label, float(row["n"]), float(row["N"]), low, high, level=level)
    return line if line.counted else line._replace(note=absent)


def _overall(lines: list[Line]) -> Line:
    return next((line for line in lines if line.label == ALL), Line("", total=0))
