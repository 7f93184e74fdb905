"""What stays the same across many cohorts that all reproduce the article's numbers."""

import pandas as pd

from companion.captions import UNSTATED, Provenance
from companion.figures import lettering, style

LANE, AXIS, HEAD, NAMES, TEXT = 4.6, 9.0, 6.0, 93.0, 18.0  # mm
SAME, DIFFERS = "#8CC5EC", "#F5A46B"
NOTES = (
    "Each cohort reproduces every number of the article that can be reproduced.",
    "Blue: the same in every cohort; orange: differs.",
    "Bar: least to largest, dot: mean; not a probability.",
)
GROUPS = (
    ("Counts", ("n", "N", "n_event")),
    ("Percentages", ("percent",)),
    ("Limits of percentages", ("conf_low", "conf_high")),
    ("Survival estimates and limits", ("survival",)),
    ("Medians, quartiles, extremes", ("median", "p25", "p75", "min", "max")),
    ("P values", ("p_value",)),
)


@style.styled()
def stability(summary: pd.DataFrame, provenance: Provenance = UNSTATED) -> style.DescribedFigure:
    """How many results every cohort shares, and how far P values differ.

    Parameters
    ----------
    summary : pandas.DataFrame
        For each result under each setting ``label``, ``statistic``, ``method``, its ``low``,
        ``high`` and ``mean`` over the cohorts, and ``cohorts``, how many define it.
    provenance : Provenance
        What the footnote says of the data.
    """
    summary = summary.drop_duplicates(["label", "statistic", "method", "low", "high"])
    kinds = summary["statistic"].where(~_survival(summary), "survival")
    same = summary["low"] == summary["high"]
    groups = [
        (name, int(same[kinds.isin(of)].sum()), int(kinds.isin(of).sum())) for name, of in GROUPS
    ]
    groups = [group for group in groups if group[2]]
    tests = summary[summary["statistic"] == "p_value"].drop_duplicates(["label", "method"])
    n = int(summary["cohorts"].max()) if len(summary) else 0
    height = LANE * (len(groups) + len(tests)) + (2 * HEAD + AXIS if len(tests) else HEAD)
    title = f"What stays the same whatever the cohort, {n} cohorts"
    page = style.FigureSheet(style.DOUBLE, height, title, provenance, *NOTES)
    top = page.height - HEAD
    page.write(0, top + HEAD / 2, "Results", weight="bold")
    for i, (name, alike, total) in enumerate(groups):
        _share(page, name, alike, total, top - LANE * (i + 0.5))
    if len(tests):
        page.write(0, AXIS + LANE * len(tests) + HEAD / 2, "P values", weight="bold")
        _p_values(page, tests)
    told = "; ".join(f"{name}: {alike} of {total} the same" for name, alike, total in groups)
    ranges = "; ".join(f"P, {r.label}: {_range(r.low, r.high)}" for r in tests.itertuples())
    return page.described(f"{title}. {told}. {ranges}.")


def _survival(summary: pd.DataFrame) -> pd.Series:
    return (summary["statistic"] == "estimate") | summary["method"].str.startswith("km-")


def _share(page: style.FigureSheet, name: str, alike: int, total: int, y: float) -> None:
    """One bar: the part that is the same, and the part that differs."""
    across = page.width - NAMES - TEXT
    split = across * alike / total
    for left, length, color in ((NAMES, split, SAME), (NAMES + split, across - split, DIFFERS)):
        page.canvas.barh(y, length, left=left, height=0.6 * LANE, color=color)
    page.write(3, y, lettering.shorten(name, NAMES - 5))
    page.write(page.width - TEXT + 2, y, f"{alike} of {total}")


def _p_values(page: style.FigureSheet, tests: pd.DataFrame) -> None:
    """One line for each test: least to largest P value, and the mean."""
    across, height = page.width - NAMES - TEXT, LANE * len(tests)
    axes = page.lanes(NAMES, AXIS, across, height, len(tests), xlim=(0, 1), xlabel="P value")
    axes.axvline(0.05, color=style.INK, linewidth=0.7, linestyle=(0, (3, 2)), zorder=0)
    for i, row in enumerate(tests.itertuples()):
        y = AXIS + LANE * (len(tests) - i - 0.5)
        axes.hlines(i, row.low, row.high, color=style.BLUE, linewidth=3, clip_on=False)
        axes.plot([row.mean], [i], "o", color=style.INK, markersize=3, clip_on=False)
        page.write(3, y, lettering.shorten(str(row.label), NAMES - 5))
        page.write(page.width - TEXT + 2, y, _range(row.low, row.high))


def _range(low: float, high: float) -> str:
    return f"{low:.2g}" if low == high else f"{low:.2g}–{high:.2g}"
