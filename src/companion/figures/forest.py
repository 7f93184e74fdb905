"""Rates with intervals on one axis, their counts and percentages beside them."""

from collections.abc import Mapping, Sequence
from math import isnan
from typing import Any, NamedTuple

from matplotlib.axes import Axes

from companion.captions import NO_N, Provenance, ResultNumber, Text, limits, percent, result_id
from companion.figures import lettering, style
from numbercheck.statistics.proportions import interval

LANE, AXIS, HEAD, INDENT = 4.4, 9.0, 5.5, 3.0  # mm
BOUND, LIMITS = "#BDBDBD", ("conf_low", "conf_high")
NAN = float("nan")
ALL = "All patients"


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
        What it counts; empty where that is not a measure of the ledger.
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
        """Whether there is a count, among at least one patient."""
        return not isnan(self.n) and self.total > 0

    @property
    def bounded(self) -> bool:
        """Whether only a range is known of the count."""
        return self.counted and self.low < self.high

    @property
    def center(self) -> float:
        """Percentage."""
        return 100 * self.n / self.total if self.counted else self.share


class Forest(NamedTuple):
    """Panels of lines, by heading, and how the limits of the lines are computed."""

    panels: Mapping[str, Sequence[ForestLine]]
    method: str
    level: float

    def limits(self, line: ForestLine) -> tuple[float, float]:
        """Interval of a line's percentage."""
        low, high = interval(int(line.n), int(line.total), self.method, self.level)
        return 100 * low, 100 * high

    def text(self, line: ForestLine) -> Text:
        """Count, percentage and interval of a line, or the range of both."""

        def number(text: str, statistic: str) -> ResultNumber:
            return ResultNumber(text, line.measure, statistic)

        if line.bounded:
            shares = limits(100 * line.low / line.total, 100 * line.high / line.total)
            counts = number(f"{line.low:.0f}–{line.high:.0f}", "n")
            return Text(counts, f"/{line.total:.0f}  {shares}%")
        if line.counted:
            n, total = number(f"{line.n:.0f}", "n"), number(f"{line.total:.0f}", "N")
            share = number(percent(line.n, line.total), "percent")
            ends = limits(*self.limits(line), measure=line.measure)
            return Text(n, "/", total, "  ", share, " (", ends, ")")
        if isnan(line.share):
            return Text(line.note)
        whole = NO_N if isnan(line.total) else f"{line.total:.0f}"
        return Text(number(f"{line.share:g}%", "value"), f"  N {whole}")

    def told(self) -> str:
        """Every line of every panel in words."""
        told = []
        for name, lines in self.panels.items():
            heading = ""
            for line in lines:
                heading = heading if line.level else line.label
                where = f"{heading}, {line.label}" if line.level else line.label
                if text := self.text(line).replace("  ", ", "):
                    told.append(f"{name}, {where}: {text}")
        return "; ".join(told)


def draw_forest(
    forest: Forest, about: str, title: str, names: float, provenance: Provenance, *sentences: str
) -> style.DescribedFigure:
    """Draw the panels side by side, the names of their lines at the left.

    Parameters
    ----------
    forest : Forest
        Its panels all name the same lines; a panel alone has no heading. A line of all patients
        is drawn through its panel.
    about : str
        What the figure is, as its description begins.
    title : str
        Heading.
    names : float
        Most that the names of the lines can take, mm.
    provenance : Provenance
        What the footnote says of the data.
    sentences : str
        What else it says.
    """
    lines = next(iter(forest.panels.values()))
    height, alone = AXIS + LANE * len(lines) + HEAD, len(forest.panels) == 1
    page = style.FigureSheet(style.DOUBLE, height, title, provenance, *sentences)
    left = _write_names(page, lines, names)
    across = (page.width - left) / len(forest.panels)
    for i, (heading, panel) in enumerate(forest.panels.items()):
        _draw_panel(page, forest, panel, "" if alone else heading, left + i * across, across)
    return page.described(f"{about}. {forest.told()}.")


def _write_names(page: style.FigureSheet, lines: Sequence[ForestLine], most: float) -> float:
    """Write the names of the lines and return the width that they take, at most ``most`` mm."""
    widest = 0.0
    for i, line in enumerate(lines):
        weight = "normal" if line.level else "bold"
        indent = INDENT if line.level else 0.0
        text = lettering.shorten(line.label, most - indent - 2, lettering.BODY, weight)
        widest = max(widest, indent + lettering.text_width(text, lettering.BODY, weight))
        page.write(indent, page.height - HEAD - LANE * (i + 0.5), text, weight=weight)
    return widest + 3


def _draw_panel(
    page: style.FigureSheet,
    forest: Forest,
    lines: Sequence[ForestLine],
    heading: str,
    left: float,
    across: float,
) -> None:
    """Draw one panel: squares with intervals, and the text of each to the right."""
    texts = [forest.text(line) for line in lines]
    head = f"n/N  % ({100 * forest.level:g}% CI)"
    room = max(lettering.text_width(head, weight="bold"), *map(lettering.text_width, texts)) + 2
    axes = page.lanes(left, AXIS, across - room - 4, LANE * len(lines), len(lines))
    axes.set(xlim=(0, 100), xlabel="Patients, %", xticks=range(0, 101, 25))
    for line in lines:
        if line.label == ALL:
            dashes: dict[str, Any] = {"linewidth": 0.7, "linestyle": (0, (3, 2)), "zorder": 0}
            axes.axvline(line.center, color=style.INK, **dashes)
    most = max((x.total for x in lines if x.counted), default=1.0)
    for i, (line, text) in enumerate(zip(lines, texts, strict=True)):
        _mark(axes, forest, line, i, most)
        page.write(left + across - room - 1, page.height - HEAD - LANE * (i + 0.5), text)
    top = page.height - HEAD / 2
    title = lettering.shorten(heading, across - room - 5, weight="bold")
    page.write(left, top, title, weight="bold")
    page.write(left + across - room - 1, top, head, weight="bold")


def _mark(axes: Axes, forest: Forest, line: ForestLine, y: int, most: float) -> None:
    color = style.VERMILION if line.ours else style.BLUE
    size = 2.6 + 2.6 * (line.total / most) ** 0.5 if line.counted else 4.0
    look: dict[str, Any] = {"marker": "s", "markersize": size, "color": color, "clip_on": False}
    if line.bounded or not line.counted:
        look |= {"markerfacecolor": "white", "markeredgewidth": 0.9}
    if line.counted:
        low, high = forest.limits(line)
        bar: dict[str, Any] = {"color": color, "linewidth": 1.1}
        bar["gid"] = result_id(line.measure, *LIMITS)
        if line.bounded:
            low, high = 100 * line.low / line.total, 100 * line.high / line.total
            bar = {"color": BOUND, "linewidth": 5, "zorder": 1, "gid": result_id(line.measure, "n")}
        axes.hlines(y, low, high, clip_on=False, **bar)
    shown = "percent" if line.counted else "value"
    axes.plot([line.center], [y], zorder=3, gid=result_id(line.measure, shown), **look)
