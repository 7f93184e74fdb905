"""Fig. S2: the flow of patients through a single-arm trial."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from math import fsum
from typing import NamedTuple

from matplotlib.patches import Rectangle

from companion.captions import UNSTATED, Provenance, ResultNumber, Text
from companion.figures import lettering, style
from companion.layouts import DisplayLayout, LayoutRow

LEADING, PAD, APART, BESIDE = 3.4, 1.6, 6.0, 3.0  # mm
ARROW = {"arrowstyle": "-|>", **style.ARROW}
SINGLE_ARM = "Single arm. At the last follow-up one patient can be in several lines."
EXIT = "exit"


class FlowBox(NamedTuple):
    """One box: its heading, its other lines, its number of patients, and its place.

    ``n`` is None where the number is not known.
    """

    heading: str
    lines: tuple[str, ...]
    n: int | None
    place: str = ""


@style.styled()
def patient_flow(
    layout: DisplayLayout,
    counts: Sequence[int | None],
    n_patients: int,
    provenance: Provenance = UNSTATED,
) -> style.DescribedFigure:
    """Flow of patients from enrollment to the last follow-up.

    Parameters
    ----------
    layout : DisplayLayout
        A row for each line of a box, the box being its group. A box whose note is ``beside``
        stands to the right of the one before it; so does one whose note is ``exit``, which no
        arrow leaves. Where boxes side by side count fewer than everyone, another says how
        many were not evaluated.
    counts : sequence of int or None
        Patients in each line; None where they are not known.
    n_patients : int
        Patients enrolled.
    provenance : Provenance
        What the footnote says of the data.
    """
    rows = stages(layout, counts, n_patients, provenance.absent)
    inner = style.inside(style.SINGLE)
    wrapped = [[_wrap(box, _across(len(row), inner)) for box in row] for row in rows]
    heights = [max(LEADING * len(lines) for lines in row) + 2 * PAD for row in wrapped]
    title = f"Patient flow, N = {n_patients}"
    height = fsum(heights) + APART * (len(rows) - 1)
    page = style.FigureSheet(style.SINGLE, height, title, provenance, SINGLE_ARM, layout.note)
    top = page.height
    for i, (row, tall) in enumerate(zip(wrapped, heights, strict=True)):
        _row(page, row, top, tall)
        if i + 1 < len(rows):
            _connect(page, rows[i], rows[i + 1], top - tall)
        for k, box in enumerate(rows[i]):
            if box.place == EXIT:
                end = k * (_across(len(rows[i]), inner) + BESIDE)
                _arrow(page, (end - BESIDE, top - tall / 2), (end, top - tall / 2))
        top -= tall + APART
    told = ". ".join(
        ", ".join(f"{box.heading}: {'; '.join(box.lines)}" for box in row) for row in rows
    )
    return page.described(f"Patient flow. {told}.")


def stages(
    layout: DisplayLayout, counts: Sequence[int | None], n_patients: int, absent: str = ""
) -> list[list[FlowBox]]:
    """Boxes of the flow, row by row; ``absent`` replaces an unknown number."""
    rows: list[list[FlowBox]] = []
    for box in _boxes(layout, counts, absent):
        if box.place:
            rows[-1].append(box)
        else:
            rows.append([box])
    for row in rows:
        parts = [box.n for box in row if box.place != EXIT]
        missing = n_patients - sum(n or 0 for n in parts)
        if len(parts) > 1 and missing:
            row.append(FlowBox("Not evaluated", (f"n = {missing}",), missing))
    return rows


def _boxes(layout: DisplayLayout, counts: Sequence[int | None], absent: str) -> Iterator[FlowBox]:
    counted = zip(layout.rows, counts, strict=True)
    for heading, part in groupby(counted, key=lambda pair: pair[0].group):
        rows = list(part)
        lines = tuple(_line(row, n, absent) for row, n in rows)
        yield FlowBox(heading, lines, rows[0][1], rows[0][0].note)


def _line(row: LayoutRow, n: int | None, absent: str) -> Text:
    name = row.label + (" = " if row.label == "n" else ": ")
    if n is None:
        return Text(absent if row.label == "n" else name + absent)
    return Text(name, ResultNumber(f"{n}", row.measure, "n"))


def _across(boxes: int, inner: float) -> float:
    """Width of each box of a row."""
    return (inner - BESIDE * (boxes - 1)) / boxes


def _wrap(box: FlowBox, across: float) -> list[tuple[str, str]]:
    """Lines of a box with their weights."""
    room = across - 2 * PAD
    lines = [(line, "bold") for line in lettering.wrap(box.heading, room, weight="bold")]
    return lines + [(line, "normal") for text in box.lines for line in lettering.wrap(text, room)]


def _row(
    page: style.FigureSheet, row: Sequence[list[tuple[str, str]]], top: float, tall: float
) -> None:
    across = _across(len(row), page.width)
    for i, lines in enumerate(row):
        left, start = i * (across + BESIDE), top - (tall - LEADING * len(lines)) / 2
        box = Rectangle((left, top - tall), across, tall, facecolor="white", edgecolor=style.BLACK,
                        linewidth=0.7, clip_on=False)  # fmt: skip
        page.canvas.add_patch(box)
        for k, (text, weight) in enumerate(lines):
            y = start - LEADING * (k + 0.5)
            page.write(left + across / 2, y, text, ha="center", weight=weight)


def _connect(
    page: style.FigureSheet, above: Sequence[FlowBox], below: Sequence[FlowBox], bottom: float
) -> None:
    """Draw arrows from the boxes of a row to those of the next, apart from exits."""
    starts, ends = (_middles(page, row) for row in (above, below))
    for i in range(max(len(starts), len(ends))):
        start, end = (at[i if len(at) > 1 else 0] for at in (starts, ends))
        start = end if len(above) == 1 else start  # a box over the whole width has it anywhere
        end = start if len(below) == 1 else end
        _arrow(page, (start, bottom), (end, bottom - APART))


def _arrow(page: style.FigureSheet, start: tuple[float, float], end: tuple[float, float]) -> None:
    page.canvas.annotate("", end, start, arrowprops=ARROW)


def _middles(page: style.FigureSheet, row: Sequence[FlowBox]) -> list[float]:
    """Centers of the boxes from which patients go on."""
    kept = [i for i, box in enumerate(row) if box.place != EXIT]
    return [page.width * (i + 0.5) / len(row) for i in kept]
