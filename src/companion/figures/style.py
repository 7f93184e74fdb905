"""One look for every figure: journal widths, one font, Okabe-Ito colors, and a sheet in mm.

A sheet has its title and provenance above and its footnote below; the display stands between,
in millimeters at the printed width. ``house.mplstyle`` has the lines and the font. Paper is
white and opaque, so figures read the same on a light and on a dark page.

Colors: Okabe and Ito (2008), https://jfly.uni-koeln.de/color/.
"""

import base64
from contextlib import ContextDecorator
from html import escape
from io import BytesIO
from math import ceil, fsum
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text

from companion.captions import Provenance, text_id
from companion.figures.lettering import BODY, HOUSE, POINT, settle, wrap

SINGLE, DOUBLE = 85.0, 174.0  # column widths, mm
MM = 1 / 25.4
TITLE, SMALL = 8.0, 6.2  # pt
STEPS = (1, 2, 3, 6, 12, 24, 60, 120)  # months between ticks
LINE = 1.32  # line height, in font sizes
EDGE = 2.0  # mm of white around a sheet

BLACK, INK = "#000000", "#444444"
ORANGE, SKY, GREEN, YELLOW = "#E69F00", "#56B4E9", "#009E73", "#F0E442"
BLUE, VERMILION, PURPLE = "#0072B2", "#D55E00", "#CC79A7"
WARNING = "#A33F00"  # vermilion, darkened until small text has contrast 4.5 on white

ARROW = {"color": INK, "linewidth": 0.7, "shrinkA": 0, "shrinkB": 0}
SETTINGS = {name: value for name, value in HOUSE.items() if not name.startswith("backend")}


def inside(width: float) -> float:
    """Width of what a sheet holds between its white edges, mm."""
    return width - 2 * EDGE


def month_step(end: float, most: int) -> int:
    """Months between ticks of an axis that ends at a month, so that there are at most so many."""
    return next((step for step in STEPS if end / step <= most), ceil(end / most))


def styled() -> ContextDecorator:
    """Return a decorator that applies the house style, whatever the user's own settings."""
    return mpl.rc_context(SETTINGS)


class DescribedFigure(Figure):
    """A figure that carries its description and shows itself with it.

    Attributes
    ----------
    alt_text : str
        What the figure shows, in words, for a screen reader.
    """

    alt_text: str = ""
    _svg: bytes = b""

    def draw(self, renderer: Any) -> None:
        """Draw in the house style, in fonts that have every character; ticks exist only now."""
        with mpl.rc_context(SETTINGS):
            for text in self.findobj(Text):
                settle(text)
            super().draw(renderer)

    def svg(self, title: str = "Figure") -> bytes:
        """Draw it, once, as SVG."""
        if not self._svg:
            image = BytesIO()
            about = {"Title": title, "Description": self.alt_text}
            self.savefig(image, format="svg", metadata={**about, "Date": None, "Creator": None})
            self._svg = image.getvalue()
        return self._svg

    def _repr_html_(self) -> str:
        data = base64.b64encode(self.svg()).decode()
        width = f"{self.get_figwidth():.2f}in"
        return (
            f'<img alt="{escape(self.alt_text)}" src="data:image/svg+xml;base64,{data}" '
            f'style="width:100%;max-width:calc(1.4 * {width})">'
        )


class FigureSheet:
    """A figure, and the area of its display between title and footnote, in mm from its corner.

    Parameters
    ----------
    width, height : float
        Width of the figure and height of the display, mm.
    title : str
        Heading.
    provenance : Provenance
        Its label stands under the title, its notes and cut-off end the footnote.
    sentences : str
        Sentences of the footnote.

    Attributes
    ----------
    figure : DescribedFigure
        The figure.
    width, height : float
        Size of the display, mm.
    canvas : Axes
        Axes without ticks over the whole display, one unit being one mm.
    """

    def __init__(
        self, width: float, height: float, title: str, provenance: Provenance, *sentences: str
    ) -> None:
        inner, notes = inside(width), " ".join(provenance.footnote(*sentences))
        self.label, self.width, self.height = provenance.label, inner, height
        head = [(line, TITLE, BLACK, "bold") for line in wrap(title, inner, TITLE, "bold")]
        head += [(line, BODY, WARNING, "bold") for line in wrap(self.label, inner, BODY, "bold")]
        foot = [(line, SMALL, INK, "normal") for line in wrap(notes, inner, SMALL)]
        above = fsum(_leading(size) for _, size, *_ in head) + 1.5
        below = fsum(_leading(size) for _, size, *_ in foot) + 2.0
        total = height + above + below + 2 * EDGE
        self.bottom = EDGE + below
        self.figure = DescribedFigure(figsize=(width * MM, total * MM))
        FigureCanvasAgg(self.figure)
        _lines(self.figure, head, total - EDGE, total)
        _lines(self.figure, foot, self.bottom - 2.0, total)
        millimeters = {"xlim": (0, inner), "ylim": (0, height)}
        self.canvas = self.axes(0, 0, inner, height, **millimeters, xticks=[], yticks=[])
        self.canvas.set_axis_off()

    def write(self, x: float, y: float, text: str, **look: Any) -> None:
        """Write a text at a place in mm, its id naming the results in it."""
        self.canvas.text(x, y, text, **{"va": "center_baseline", "gid": text_id(text), **look})

    def axes(self, x: float, y: float, width: float, height: float, **kwargs: Any) -> Axes:
        """Axes at a place in mm from the display's lower left corner."""
        across, up = (side / MM for side in self.figure.get_size_inches())
        place = (EDGE + x) / across, (self.bottom + y) / up, width / across, height / up
        return self.figure.add_axes(place, **kwargs)

    def lanes(
        self, x: float, y: float, width: float, height: float, count: int, **kwargs: Any
    ) -> Axes:
        """Axes of lanes that are numbered from the top, without a line or ticks at the left."""
        axes = self.axes(x, y, width, height, ylim=(count - 0.5, -0.5), yticks=[], **kwargs)
        axes.spines["left"].set_visible(False)
        return axes

    def described(self, text: str) -> DescribedFigure:
        """Return the figure with its description, which ends in the provenance."""
        self.figure.alt_text = f"{text} {self.label}".strip()
        return self.figure


def _lines(figure: DescribedFigure, lines: list[tuple], top: float, total: float) -> None:
    across = figure.get_figwidth() / MM
    for text, size, color, weight in lines:
        top -= _leading(size)
        baseline = (top + 0.28 * size * POINT) / total
        figure.text(EDGE / across, baseline, text, size=size, color=color, weight=weight)


def _leading(size: float) -> float:
    return LINE * size * POINT
