"""A figure's key: symbols and their meanings, on as many lines as needed."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle

from companion.figures.lettering import text_width
from companion.figures.style import FigureSheet

SYMBOL, GAP, LEADING = 6.0, 4.0, 4.0  # mm: room for the symbol, between entries, between lines


class KeyEntry(NamedTuple):
    """A symbol with its meaning: a marker, or a patch when ``fill`` is given."""

    text: str
    fill: dict[str, Any] | None = None
    line: dict[str, Any] | None = None


def flow(widths: Sequence[float], across: float) -> list[tuple[int, float]]:
    """Line and left edge of items that follow one another like words."""
    places, line, x = [], 0, 0.0
    for width in widths:
        if x > 0 and x + width > across:
            line, x = line + 1, 0.0
        places.append((line, x))
        x += width
    return places


def key_height(entries: Sequence[KeyEntry], across: float) -> float:
    """Height that a key takes, mm."""
    places = flow([_width(e) for e in entries], across)
    return LEADING * (1 + max((line for line, _ in places), default=-1))


def draw_key(page: FigureSheet, entries: Sequence[KeyEntry], top: float) -> None:
    """Draw a key over the width of a sheet, downward from ``top`` mm."""
    places = flow([_width(e) for e in entries], page.width)
    for entry, (line, left) in zip(entries, places, strict=True):
        middle = top - LEADING * (line + 0.5)
        if entry.fill is not None:
            page.canvas.add_patch(Rectangle((left, middle - 1.1), SYMBOL - 1.5, 2.2, **entry.fill))
        if entry.line is not None:
            at = [left + 0.2, left + (SYMBOL - 1.5) / 2, left + SYMBOL - 1.7]
            page.canvas.add_line(Line2D(at, [middle] * 3, markevery=[1], **entry.line))
        page.write(left + SYMBOL, middle, entry.text)


def _width(entry: KeyEntry) -> float:
    return SYMBOL + text_width(entry.text) + GAP
