"""Rates with intervals on one axis, their counts and percentages beside them."""

from collections.abc import Mapping, Sequence
from math import isnan
from typing import Any, NamedTuple

from matplotlib.axes import Axes

from companion.captions import Number, Provenance, Text, limits, percent, result_id, text_id
from companion.figures.style import (
    BLUE,
    BODY,
    DOUBLE,
    INK,
    VERMILION,
    FigureSheet,
    sheet,
    shorten,
    text_width,
)
from numbercheck.statistics.proportions import interval

LANE, AXIS, HEAD, INDENT = 4.4, 9.0, 5.5, 3.0  # mm
BOUND = "#BDBDBD"
NAN = float("nan")
LIMITS = ("conf_low", "conf_high")


class ForestLine(NamedTuple):
    """One line of a forest.

    Attributes
    ----------
    label : str
        What it names; a heading has neither count nor ``share`` nor ``note``.
    n, total : float
        Count, NaN where unknown.
    low, high : float
        Fewest and most that the count can be, NaN where it is known.
    share : float
        Percentage that is printed without a count.
    note : str
        Text in place of a rate.
    level, ours : bool
        Whether it stands under a heading; whether it is set off by color.
    measure : str
        What it counts; empty where that is no measure of the ledger.
    """

    label: str
    n: float = NAN
    total: float = NAN
    low: float = NAN
    high: float = NAN
    share: float = NAN
    note: str = ""
    level: bool = False
    ours: bool = False
    measure: str = ""

    @property
    def counted(self) -> bool:
        """Whether there is a count, of someone."""
        return not isnan(self.n) and self.total > 0

    @property
    def bounded(self) -> bool:
        """Whether the count is only known to lie in a range."""
        return self.counted and self.low < self.high

    @property
    def center(self) -> float:
        """Percentage."""
        return 100 * self.n / self.total if self.counted else self.share

    def text(self, method: str, level: float) -> Text:
        """Count, percentage and interval, or the range of both."""
        if self.bounded:
            shares = limits(100 * self.low / self.total, 100 * self.high / self.total)
            counts = self._number(f"{self.low:.0f}–{self.high:.0f}", "n")
            return Text(counts, f"/{self.total:.0f}  {shares}%")
        if self.counted:
            n, total = self._number(f"{self.n:.0f}", "n"), self._number(f"{self.total:.0f}", "N")
            share = self._number(percent(self.n, self.total), "percent")
            ends = limits(*self.limits(method, level), measure=self.measure)
            return Text(n, "/", total, "  ", share, " (", ends, ")")
        return Text(self.note if isnan(self.share) else self._number(f"{self.share:g}%", "value"))

    def _number(self, text: str, statistic: str) -> Number:
        return Number(text, self.measure, statistic)

    def limits(self, method: str, level: float) -> tuple[float, float]:
        """Interval of the percentage."""
        low, high = interval(int(self.n), int(self.total), method, level)
        return 100 * low, 100 * high


def open_page(
    title: str, lines: Sequence[ForestLine], notes: Sequence[str], provenance: Provenance
) -> FigureSheet:
    """Open a sheet that is high enough for the lines."""
    height = AXIS + LANE * len(lines) + HEAD
    return sheet(DOUBLE, height, title, notes, provenance.label)


def write_names(page: FigureSheet, lines: Sequence[ForestLine], most: float) -> float:
    """Write what the lines name, and return the width that this took, at most ``most`` mm."""
    canvas, widest = page.canvas, 0.0
    for i, line in enumerate(lines):
        weight = "normal" if line.level else "bold"
        indent = INDENT if line.level else 0.0
        text = shorten(line.label, most - indent - 2, BODY, weight)
        widest = max(widest, indent + text_width(text, BODY, weight))
        y = page.height - HEAD - LANE * (i + 0.5)
        canvas.text(indent, y, text, va="center_baseline", weight=weight)
    return widest + 3


def draw_panel(
    page: FigureSheet,
    lines: Sequence[ForestLine],
    heading: str,
    left: float,
    across: float,
    interval_method: str,
    level: float,
    reference: float = NAN,
) -> None:
    """Draw one panel: squares with intervals, and the text of each to the right."""
    texts = [line.text(interval_method, level) for line in lines]
    head = f"n/N  % ({100 * level:g}% CI)"
    room = max(text_width(head, BODY, "bold"), *map(text_width, texts)) + 2
    axes = page.axes(left, AXIS, across - room - 4, LANE * len(lines))
    axes.set(xlim=(0, 100), ylim=(len(lines) - 0.5, -0.5), yticks=[], xlabel="Patients, %")
    axes.set_xticks(range(0, 101, 25))
    axes.spines["left"].set_visible(False)
    if not isnan(reference):
        axes.axvline(reference, color=INK, linewidth=0.7, linestyle=(0, (3, 2)), zorder=0)
    canvas, most = page.canvas, max((x.total for x in lines if x.counted), default=1.0)
    for i, (line, text) in enumerate(zip(lines, texts, strict=True)):
        _mark(axes, line, i, interval_method, level, most)
        y = page.height - HEAD - LANE * (i + 0.5)
        canvas.text(left + across - room - 1, y, text, va="center_baseline", gid=text_id(text))
    top = page.height - HEAD / 2
    title = shorten(heading, across - room - 5, BODY, "bold")
    canvas.text(left, top, title, va="center_baseline", weight="bold")
    canvas.text(left + across - room - 1, top, head, va="center_baseline", weight="bold")


def describe(panels: Mapping[str, Sequence[ForestLine]], interval_method: str, level: float) -> str:
    """Every line of every panel in words."""
    told = []
    for name, lines in panels.items():
        heading = ""
        for line in lines:
            text = line.text(interval_method, level).replace("  ", ", ")
            heading = heading if line.level else line.label
            where = f"{heading}, {line.label}" if line.level else line.label
            if text:
                told.append(f"{name}, {where}: {text}")
    return "; ".join(told)


def _mark(axes: Axes, line: ForestLine, y: int, method: str, level: float, most: float) -> None:
    color = VERMILION if line.ours else BLUE
    solid = line.counted and not line.bounded
    size = 2.6 + 2.6 * (line.total / most) ** 0.5 if line.counted else 4.0
    look: dict[str, Any] = {"marker": "s", "markersize": size, "color": color, "clip_on": False}
    if not solid:
        look |= {"markerfacecolor": "white", "markeredgewidth": 0.9}
    if line.bounded:
        ends = 100 * line.low / line.total, 100 * line.high / line.total
        bounds = result_id(line.measure, "n")
        axes.hlines(y, *ends, color=BOUND, linewidth=5, clip_on=False, zorder=1, gid=bounds)
    elif line.counted:
        ends, interval_id = line.limits(method, level), result_id(line.measure, *LIMITS)
        axes.hlines(y, *ends, color=color, linewidth=1.1, clip_on=False, gid=interval_id)
    shown = "percent" if line.counted else "value"
    axes.plot([line.center], [y], zorder=3, gid=result_id(line.measure, shown), **look)
