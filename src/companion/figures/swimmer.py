"""Fig. 1a: one lane per patient, from the first day of treatment to the end of follow-up.

Induction has its own scale, in days, because it is short compared with the follow-up, which is in
months. Results that the article gives without a day are in columns, never on an invented day.
"""

from collections.abc import Sequence
from math import ceil

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection

from companion.captions import UNSTATED, Provenance
from companion.figures import lettering, marks, style
from companion.figures.key import KeyEntry, draw_key, key_height
from companion.figures.regimen import PlannedDose
from companion.layouts import DisplayLayout
from numbercheck.ledger.records import DAYS_PER_MONTH
from numbercheck.statistics.rounding import format_rounded

LANES, LANE, LABEL = 185.0, 3.4, 2.7  # mm: most for all lanes, for one, least for a label
INDUCTION, COLUMN, GAP, AXIS, HEAD = 46.0, 8.6, 3.0, 9.5, 8.0  # mm
NAMES = 24.0  # mm, most for patients' identifiers
MOST = 250  # lanes; more could not be told apart
MOST_EVENTFUL = 500  # patients with an event, up to which each of them has a lane
AFTER = 7  # days of follow-up that the induction scale still shows
NOTES = (
    "Lanes in descending order of follow-up. The scale changes from days to months. Treatment "
    "is drawn as planned, up to the end of follow-up. A blank column: not evaluated."
)
NUMBERED = "No.: place in the patient table, where an identifier cannot be shown in full."

LaneColumn = tuple[str, np.ndarray, marks.Mark, str | None]  # heading, which lanes, look, id
ON_LANES, HSCT = "Lanes", "Transplantation (HSCT)"
CHOSEN = "Days, lengths of lanes, and which marks one patient has together"


@style.styled()
def swimmer(
    patients: pd.DataFrame,
    planned: Sequence[PlannedDose],
    layout: DisplayLayout,
    transplant_day: pd.Series | None = None,
    days_per_month: float = DAYS_PER_MONTH,
    provenance: Provenance = UNSTATED,
) -> style.DescribedFigure:
    """Swimmer plot of treatment, response, transplantation, relapse and death.

    Parameters
    ----------
    patients : pandas.DataFrame
        Patient table, indexed by patient: ``os_time``, ``os_event``, ``pfs_time``,
        ``relapse``, ``extended``, ``time_to_cr``, ``transplant``, and what the layout reads;
        times in days.
    planned : sequence of PlannedDose
        As ``plan`` makes them; their days make the treatment blocks.
    layout : DisplayLayout
        A row for each code of a column beside the lanes, and under ``Lanes`` one for each
        mark on them, with what they show.
    transplant_day : pandas.Series, optional
        Day of transplantation by patient. A transplantation without a day is marked beside
        the lane, as undated.
    days_per_month : float
        Length of a month.
    provenance : Provenance
        What the footnote says of the data.
    """
    everyone = _ordered(patients, transplant_day)
    lanes, left_out = _with_lanes(everyone)
    undated = _flag(lanes, "transplant") & np.isnan(_time(lanes, "transplant_day"))
    columns, events = _columns(lanes, layout, undated), _events(lanes)
    split = max(dose.days[1] for dose in planned) + AFTER + 0.5
    lane = min(LANE, LANES / len(lanes))
    date = provenance.unknown if undated.any() else ""
    entries = _entries(events, planned, layout, date)
    below = key_height(entries, style.inside(style.DOUBLE)) + AXIS
    apart = f"{HSCT} stands in a column where its date is {date}." if date else ""
    numbered = NUMBERED if everyone.index.str.startswith("No. ").any() else ""
    said = NOTES, layout.note, left_out, apart, numbered, provenance.chosen(CHOSEN)
    title = f"Treatment, response and follow-up of each patient, N = {len(everyone)}"
    height = lane * len(lanes) + below + HEAD
    page = style.FigureSheet(style.DOUBLE, height, title, provenance, *said)
    count = len({heading for heading, *_ in columns})
    beside, induction, later = _panels(page, lanes, below, lane, count)
    _scale(induction, later, lanes, split, days_per_month)
    size = max(0.5 * lane / lettering.POINT, 2.0)  # of a mark that fits its lane, but can be seen
    _draw_columns(beside, columns, size)
    for axes, unit in ((induction, 1.0), (later, days_per_month)):
        until = (_time(lanes, "os_time") + 0.5) / unit
        _bars(axes, 0.5 / unit, until, marks.FOLLOWED, layout.mark(ON_LANES, "Follow-up"))
    _treatment(induction, lanes, planned, layout)
    for name, days, mark in events:
        look = _look(mark, size) | {"gid": layout.mark(ON_LANES, name), "zorder": 3}
        _plot(induction, days, days < split, look)
        _plot(later, days / days_per_month, days >= split, look)
    draw_key(page, entries, below - AXIS)
    return page.described(_alt(everyone, days_per_month))


def _ordered(patients: pd.DataFrame, transplant_day: pd.Series | None) -> pd.DataFrame:
    """Everyone by length of follow-up, with labels that fit and the day of transplantation."""
    labels = lettering.distinct([*map(str, patients.index)], NAMES, style.SMALL)
    given = np.nan if transplant_day is None else transplant_day.reindex(patients.index)
    dated = patients.assign(transplant_day=given).set_axis(labels)
    return dated.sort_values("os_time", ascending=False, kind="stable")


def _with_lanes(everyone: pd.DataFrame) -> tuple[pd.DataFrame, str]:
    """Patients who have a lane, and a sentence on those who have none.

    Everyone with an event has one; if there is no space for all the others, every k-th of them.
    If even those with an event are too many, every k-th of them has one, too.
    """
    eventful = _flag(everyone, "os_event") | everyone["relapse"].isin(marks.RELAPSES).to_numpy()
    step = max(ceil(eventful.sum() / MOST_EVENTFUL), 1)
    room = max(MOST - eventful.sum() // step, 1)
    others = max(ceil((~eventful).sum() / room), 1)
    rank = np.where(eventful, np.cumsum(eventful), np.cumsum(~eventful)) - 1
    lanes = everyone[rank % np.where(eventful, step, others) == 0]
    whose = "Every patient" if step == 1 else f"One in {step} patients"
    left_out = (
        f"{whose} with a relapse or death has a lane; of the others, for space, one in "
        f"{others}, by length of follow-up."
    )
    return lanes, left_out if len(lanes) < len(everyone) else ""


def _time(lanes: pd.DataFrame, column: str) -> np.ndarray:
    return pd.to_numeric(lanes[column]).to_numpy(dtype=float, na_value=np.nan)


def _flag(lanes: pd.DataFrame, column: str) -> np.ndarray:
    return lanes[column].fillna(False).to_numpy(dtype=bool)


def _is(lanes: pd.DataFrame, column: str, code: str) -> np.ndarray:
    return (lanes[column] == code).fillna(False).to_numpy(dtype=bool)


def _panels(
    page: style.FigureSheet, lanes: pd.DataFrame, below: float, lane: float, count: int
) -> tuple[Axes, Axes, Axes]:
    """Columns, induction and later follow-up, side by side, with one lane per patient."""
    left = max(lettering.text_width(name, style.SMALL) for name in lanes.index) + 1.5
    height = lane * len(lanes)
    start = left + COLUMN * count + 1
    begin, n = start + INDUCTION + GAP, len(lanes)
    across = {"xlim": (-0.5, count - 0.5), "xticks": []}
    columns = page.lanes(left, below, COLUMN * count, height, n, **across)
    columns.set_axis_off()
    induction = page.lanes(start, below, INDUCTION, height, n)
    later = page.lanes(begin, below, page.width - begin - 3, height, n)
    for i in range(0, n, ceil(LABEL / lane)):
        y = below + height - lane * (i + 0.5)
        page.write(left - 1, y, lanes.index[i], ha="right", size=style.SMALL)
    return columns, induction, later


def _columns(lanes: pd.DataFrame, layout: DisplayLayout, undated: np.ndarray) -> list[LaneColumn]:
    """Columns beside the lanes; transplantation is one only where a date is missing."""
    found: list[LaneColumn] = [
        (row.group, _is(lanes, row.column, row.code), marks.GLYPHS[row.code], row.mark)
        for row in layout.rows
        if row.column
    ]
    transplants = "HSCT", undated, marks.TRANSPLANT, layout.mark(ON_LANES, HSCT)
    return [*found, transplants] if undated.any() else found


def _draw_columns(axes: Axes, columns: Sequence[LaneColumn], size: float) -> None:
    headings = list(dict.fromkeys(heading for heading, *_ in columns))
    for heading, which, mark, gid in columns:
        y = np.flatnonzero(which)
        axes.plot(np.full(len(y), headings.index(heading)), y, gid=gid, **_look(mark, size))
    for column, heading in enumerate(headings):
        axes.annotate(
            heading.replace(" ", "\n", 1), (column, 1), (0, 4), xycoords=("data", "axes fraction"),
            size=style.SMALL, textcoords="offset points", ha="center", va="bottom", linespacing=1.1,
        )  # fmt: skip


def _look(mark: marks.Mark, size: float) -> marks.Mark:
    """Mark at a size, with an edge thin enough for it."""
    edge = min(mark.get("markeredgewidth", 1.0), size / 5)
    return {"linestyle": "none", **mark, "markersize": size, "markeredgewidth": edge}


def _plot(axes: Axes, x: np.ndarray, shown: np.ndarray, look: marks.Mark) -> None:
    """Mark the lanes for which a mark is shown."""
    y = np.flatnonzero(shown)
    axes.plot(x[y], y, clip_on=False, **look)


def _treatment(
    axes: Axes, lanes: pd.DataFrame, planned: Sequence[PlannedDose], layout: DisplayLayout
) -> None:
    """Treatment blocks, cut at the end of each patient's follow-up."""
    end = _time(lanes, "os_time") + 0.5
    for block in dict.fromkeys(dose.block for dose in planned):
        doses = [dose for dose in planned if dose.block == block]
        first = min(dose.days[0] for dose in doses) - 0.5
        last = np.minimum(max(dose.days[1] for dose in doses) + 0.5, end)
        given = np.full(len(lanes), True) if doses[0].is_for_all else _flag(lanes, "extended")
        until = np.where(given & (last > first), last, np.nan)
        _bars(axes, first, until, _planned(doses[0].color), layout.mark(ON_LANES, block))


def _planned(color: str) -> marks.Mark:
    """Look of planned treatment, whether or not it was given: hatched."""
    return {"facecolor": "white", "edgecolor": color, "hatch": "//////", "linewidth": 0.6}


def _bars(axes: Axes, left: float, right: np.ndarray, look: marks.Mark, mark: str | None) -> None:
    rows = np.flatnonzero(np.isfinite(right))
    corners = [
        [(left, y - 0.4), (right[y], y - 0.4), (right[y], y + 0.4), (left, y + 0.4)] for y in rows
    ]
    bars = PolyCollection(corners, gid=mark, **look)
    axes.add_collection(bars, autolim=False)


def _scale(
    induction: Axes, later: Axes, lanes: pd.DataFrame, split: float, days_per_month: float
) -> None:
    induction.set(xlim=(0.5, split), xlabel="Day of treatment")
    induction.set_xticks([1, *range(7, int(split), 7)])
    start = split / days_per_month
    end = max(1.04 * np.nanmax(_time(lanes, "os_time")) / days_per_month, start + 1)
    step = style.month_step(end, 10)
    later.set(xlim=(start, end), xlabel="Months since start of treatment")
    later.set_xticks(np.arange(ceil(start / step) * step, end, step))


def _events(lanes: pd.DataFrame) -> list[tuple[str, np.ndarray, marks.Mark]]:
    """Name of each kind of mark on the lanes, its day for each patient, and its look."""
    end, dead = _time(lanes, "os_time"), _flag(lanes, "os_event")
    relapsed = _time(lanes, "pfs_time")
    relapses = [
        (f"{kind[:1].upper()}{kind[1:]} relapse", _is(lanes, "relapse", kind), mark)
        for kind, mark in marks.RELAPSES.items()
    ]
    return [
        ("Alive at last follow-up", np.where(dead, np.nan, end), marks.ONGOING),
        ("First remission", _time(lanes, "time_to_cr"), marks.REMISSION),
        (HSCT, _time(lanes, "transplant_day"), marks.TRANSPLANT),
        *((name, np.where(which, relapsed, np.nan), mark) for name, which, mark in relapses),
        ("Death", np.where(dead, end, np.nan), marks.DEATH),
    ]


def _entries(
    events: Sequence[tuple[str, np.ndarray, marks.Mark]],
    planned: Sequence[PlannedDose],
    layout: DisplayLayout,
    date: str,
) -> list[KeyEntry]:
    """Meaning of each symbol that can occur; ``date`` says how dates of HSCT are missing."""
    named = {HSCT: f"{HSCT}, date {date}"} if date else {}
    alive, *others = [(named.get(name, name), mark) for name, _, mark in events]
    beside = {row.label: marks.GLYPHS[row.code] for row in layout.rows if row.column}
    blocks = {f"{dose.block}, planned": _planned(dose.color) for dose in planned}
    return [
        *(KeyEntry(name, fill=fill) for name, fill in blocks.items()),
        KeyEntry("Follow-up", fill=marks.FOLLOWED),
        *(KeyEntry(name, line=_look(mark, 5.0)) for name, mark in beside.items()),
        *(KeyEntry(name, line=_look(mark, 5.0)) for name, mark in (*others, alive)),
    ]


def _alt(lanes: pd.DataFrame, days_per_month: float) -> str:
    months = _time(lanes, "os_time") / days_per_month
    kinds = ", ".join(f"{(lanes['relapse'] == kind).sum()} {kind}" for kind in marks.RELAPSES)
    shortest, longest = (format_rounded(of(months), 1) for of in (np.nanmin, np.nanmax))
    return (
        f"Swimmer plot of {len(lanes)} patients, followed for {shortest} to {longest} months: "
        f"{(lanes['response_2w'] == 'CR').sum()} CR and "
        f"{(lanes['response_2w'] == 'CRi').sum()} CRi after 2 weeks of blinatumomab, "
        f"{_flag(lanes, 'extended').sum()} extended; {_flag(lanes, 'transplant').sum()} "
        f"transplanted; relapses: {kinds}; {_flag(lanes, 'os_event').sum()} died."
    )
