"""Fig. 1b and 1c: a Kaplan-Meier curve with its band, censor ticks and at-risk table."""

from collections.abc import Mapping
from math import ceil, isnan
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from companion.captions import DASH, UNSTATED, Provenance, ResultNumber, Text, result_id
from companion.figures import lettering, style
from companion.figures.key import KeyEntry, draw_key, key_height
from numbercheck.statistics.rounding import format_rounded
from numbercheck.statistics.survival import at_risk_table, median, median_interval, survival_at

Look = dict[str, Any]
PLOT, TABLE_LINE, AXIS = 46.0, 3.4, 9.0  # mm
CURVE: Look = {"color": style.BLUE, "linewidth": 1.3}
TICK: Look = {"color": style.BLUE, "marker": "|", "markersize": 5, "markeredgewidth": 0.8}
TICK |= {"linestyle": "none"}
BAND: Look = {"facecolor": style.BLUE, "alpha": 0.18, "edgecolor": "none"}
ENVELOPE: Look = {"facecolor": "none", "edgecolor": "#6E6E6E", "linewidth": 0.6, "hatch": "/////"}
ENDS = ("time", "lower", "upper")
LIMITS = ("conf_low", "conf_high")
ROWS = {"At risk": "n_risk", "Events": "cumulative_events", "Censored": "cumulative_censored"}

CHOSEN = "Days of events and of censoring"
POSSIBLE = "Possible"
AT_RISK = "At risk: still under observation at that time; events and censored are cumulative."
AROUND = (
    "Hatched: no curve compatible with every printed number leaves this range. Possible: fewest "
    "and most patients at risk in any compatible cohort."
)


@style.styled()
def survival(
    curve: pd.DataFrame,
    endpoint: str = "Overall survival",
    horizon: float = 12.0,
    conf_type: str = "log",
    level: float = 0.95,
    envelope: pd.DataFrame | None = None,
    possible: Mapping[float, tuple[int, int]] = MappingProxyType({}),
    provenance: Provenance = UNSTATED,
    measure: str = "",
) -> style.DescribedFigure:
    """Kaplan-Meier curve of one group.

    Parameters
    ----------
    curve : pandas.DataFrame
        From ``numbercheck.statistics.survival.kaplan_meier``, its times in months.
    endpoint : str
        Name of the endpoint, for the title and the axis.
    horizon : float
        Month at which the estimate is written out.
    conf_type, level : str, float
        How the limits were computed, for the footnote.
    envelope : pandas.DataFrame, optional
        ``time`` (months) from which ``lower`` and ``upper`` hold: the range of all curves
        compatible with the printed numbers. An infinite time is the end of the axis.
    possible : mapping of float to (int, int), optional
        By month, fewest and most patients at risk in any compatible cohort.
    provenance : Provenance
        What the footnote says of the data.
    measure : str
        Measure of the ledger that the curve is read for.
    """
    entries = _entries(level, envelope is not None)
    ticks = _ticks(float(curve.index[-1]), horizon)
    summary = _summary(curve, horizon, level, measure)
    inner = style.inside(style.SINGLE)
    said = [line for text in summary for line in lettering.wrap(text, inner, weight="bold")]
    above = key_height(entries, inner) + TABLE_LINE * len(said) + 3
    rows = _rows(curve, ticks, possible)
    below = AXIS + TABLE_LINE * (len(rows) + 1)
    method = f"Kaplan–Meier estimate; pointwise {100 * level:g}% CI, {conf_type} type (Greenwood)."
    around = AROUND if envelope is not None else ""
    said_below = method, AT_RISK, around, provenance.chosen(CHOSEN)
    n = f"{int(curve['n_risk'].iloc[0])}"
    title = f"{endpoint}, N = {n}"
    page = style.FigureSheet(style.SINGLE, PLOT + below + above, title, provenance, *said_below)
    left = lettering.text_width("Censored") + lettering.text_width(n) / 2 + 2.5
    axes = page.axes(left, below, page.width - left - 4, PLOT)
    _frame(axes, ticks, endpoint, horizon)
    _draw(axes, curve, envelope, measure)
    _write_rows(page, rows, axes, left, below)
    for line, text in enumerate(said):
        weight = "normal" if line else "bold"
        page.write(0, page.height - TABLE_LINE * (line + 0.5), text, weight=weight)
    draw_key(page, entries, page.height - TABLE_LINE * len(said) - 0.5)
    return page.described(f"{_alt(curve, endpoint)} {'. '.join(summary)}.")


def steps(curve: pd.DataFrame) -> tuple[np.ndarray, ...]:
    """Time, survival and limits from time zero, ready for a step plot."""
    times = np.append(0.0, curve.index.to_numpy(dtype=float))
    values = (
        np.append(1.0, curve[c].to_numpy(dtype=float)) for c in ("survival", "lower", "upper")
    )
    return (times, *values)


def _draw(axes: Axes, curve: pd.DataFrame, envelope: pd.DataFrame | None, measure: str) -> None:
    if envelope is not None:
        month, low, high = (envelope[c].to_numpy(dtype=float) for c in ENDS)
        month = np.minimum(month, axes.get_xlim()[1])
        axes.fill_between(month, low, high, step="post", **ENVELOPE)
    times, survived, lower, upper = steps(curve)
    axes.fill_between(times, lower, upper, step="post", **BAND, gid=result_id(measure, *LIMITS))
    axes.step(times, survived, where="post", **CURVE, gid=result_id(measure, "estimate"))
    censored = curve[curve["n_censor"] > 0]
    axes.plot(censored.index, censored["survival"], gid="censored", clip_on=False, **TICK)


def _frame(axes: Axes, ticks: np.ndarray, endpoint: str, horizon: float) -> None:
    axes.set(xlim=(0, ticks[-1]), ylim=(0, 1.02), xlabel="Months since start of treatment")
    axes.set_xticks(ticks, [f"{t:g}" for t in ticks])
    axes.set_yticks(np.linspace(0, 1, 6), [f"{p}" for p in range(0, 101, 20)])
    axes.set_ylabel(f"{endpoint}, %")
    axes.spines["left"].set_bounds(0, 1)
    dashes: Look = {"linewidth": 0.6, "linestyle": (0, (2, 2)), "clip_on": False}
    axes.axvline(horizon, ymax=1 / 1.02, color=style.INK, **dashes)


def _rows(
    curve: pd.DataFrame, ticks: np.ndarray, possible: Mapping[float, tuple[int, int]]
) -> dict[str, list[str]]:
    """Numbers at risk, with events and censored at each tick, by the name of the row."""
    counts = at_risk_table(curve, ticks)
    rows = {name: [f"{n}" for n in counts[column]] for name, column in ROWS.items()}
    if not possible:
        return rows
    ends = [possible.get(tick) for tick in ticks]
    ranges = [_range(*of) if of else "" for of in ends]
    return {"At risk": rows.pop("At risk"), POSSIBLE: ranges, **rows}


def _range(low: int, high: int) -> str:
    return f"{low}" if low == high else f"{low}–{high}"


def _write_rows(
    page: style.FigureSheet, rows: Mapping[str, list[str]], axes: Axes, left: float, below: float
) -> None:
    """Write the rows under the axis, each number under its tick."""
    ticks, across = axes.get_xticks(), page.width - left - 4
    for line, (name, texts) in enumerate(rows.items()):
        y = below - AXIS - TABLE_LINE * (line + 0.9)
        look = {"size": style.SMALL, "color": style.INK} if name == POSSIBLE else {}
        page.write(0, y, name, **look)
        for tick, text in zip(ticks, texts, strict=True):
            page.write(left + across * tick / ticks[-1], y, text, ha="center", **look)


def _ticks(last: float, horizon: float) -> np.ndarray:
    """Ticks from 0 past the last time and the horizon, at most seven intervals."""
    end = max(last, horizon, 1.0)
    step = style.month_step(end, 7)
    return np.arange(0, ceil(end / step - 1e-9) + 1) * float(step)


def _entries(level: float, enveloped: bool) -> list[KeyEntry]:
    entries = [
        KeyEntry("Estimate", line=CURVE),
        KeyEntry(f"{100 * level:g}% CI", fill=BAND),
        KeyEntry("Censored", line=TICK),
    ]
    return [*entries, KeyEntry("Range of all compatible curves", fill=ENVELOPE)][: 3 + enveloped]


def _summary(curve: pd.DataFrame, horizon: float, level: float, measure: str) -> tuple[str, str]:
    """Estimate at the horizon and median, each with its interval, in words."""
    at, interval = survival_at(curve, horizon).iloc[0], f"{100 * level:g}% CI "
    middle = f"Median {_months(median(curve))}"
    ends = median_interval(curve)
    if not all(map(isnan, ends)):
        middle += f" ({interval}{_months(ends[0])} to {_months(ends[1])})"
    if horizon > curve.index[-1] and at["survival"] > 0:
        return f"Follow-up ends before {horizon:g} months", middle
    estimate = ResultNumber(f"{_hundred(at['survival'])}%", measure, "estimate")
    low, high = (
        ResultNumber(_hundred(at[end]), measure, s) for end, s in zip(ENDS[1:], LIMITS, strict=True)
    )
    around = Text("CI undefined") if isnan(at["lower"]) else Text(interval, low, DASH, high)
    return Text(f"At {horizon:g} months ", estimate, " (", around, ")"), middle


def _months(time: float) -> str:
    return "not reached" if isnan(time) else f"{format_rounded(time, 1)} months"


def _hundred(share: float) -> str:
    """Percentage with one decimal; a bound of 100 has none, as articles print it."""
    return "100" if share == 1 else "" if isnan(share) else format_rounded(100 * share, 1)


def _alt(curve: pd.DataFrame, endpoint: str) -> str:
    events, censored = int(curve["n_event"].sum()), int(curve["n_censor"].sum())
    return (
        f"Kaplan-Meier curve of {endpoint[:1].lower()}{endpoint[1:]} among "
        f"{int(curve['n_risk'].iloc[0])} patients followed for up to "
        f"{format_rounded(float(curve.index[-1]), 1)} months: "
        f"{events} event{'s' * (events != 1)}, {censored} censored."
    )
