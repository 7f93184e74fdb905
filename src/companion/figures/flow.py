"""Fig. S2: the flow of patients through a single-arm trial."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from math import fsum
from typing import NamedTuple

from matplotlib.patches import Rectangle

from companion.captions import UNSTATED, DisplayLayout, Number, Provenance, Text
from companion.figures import lettering, style

LEADING, PAD, APART, BESIDE = 3.4, 1.6, 6.0, 3.0  # mm


class FlowBox(NamedTuple):
    """One box: its heading and its other lines, and the patients in it."""

    heading: str
    lines: tuple[str, ...]
    n: int
    beside: bool = False


@style.styled()
def patient_flow(
    layout: DisplayLayout,
    counts: Sequence[int],
    n_patients: int,
    provenance: Provenance = UNSTATED,
    width: float = style.SINGLE,
) -> style.DescribedFigure:
    """Flow of patients from enrollment to the last follow-up.

    Parameters
    ----------
    layout : DisplayLayout
        A row for each line of a box, the box being its group. A box whose note is ``beside``
        stands to the right of the one before it; where boxes side by side count fewer than
        everyone, another says how many were not evaluated.
    counts : sequence of int
        Patients in each line.
    n_patients : int
        Patients enrolled.
    provenance : Provenance
        What the footnote says of the data.
    width : float
        Printed width, mm.
    """
    rows = stages(layout, counts, n_patients)
    inner = width - 2 * style.EDGE
    wrapped = [[_wrap(box, _across(len(row), inner)) for box in row] for row in rows]
    heights = [max(LEADING * len(lines) for lines in row) + 2 * PAD for row in wrapped]
    notes = provenance.footnote(
        "Single arm. At the last follow-up one patient can be in several lines.", layout.note
    )
    height = fsum(heights) + APART * (len(rows) - 1)
    page = style.sheet(width, height, f"Patient flow, N = {n_patients}", notes, provenance.label)
    top = height
    for i, (row, tall) in enumerate(zip(wrapped, heights, strict=True)):
        _row(page, row, top, tall)
        if i + 1 < len(rows):
            _arrows(page, len(row), len(wrapped[i + 1]), top - tall)
        top -= tall + APART
    told = ". ".join(
        ", ".join(f"{box.heading}: {'; '.join(box.lines)}" for box in row) for row in rows
    )
    page.figure.alt_text = f"Patient flow. {told}. {provenance.label}".strip()
    return page.figure


def stages(layout: DisplayLayout, counts: Sequence[int], n_patients: int) -> list[list[FlowBox]]:
    """Boxes of the flow, row by row."""
    rows: list[list[FlowBox]] = []
    for box in _boxes(layout, counts):
        if box.beside:
            rows[-1].append(box)
        else:
            rows.append([box])
    for row in rows:
        absent = n_patients - sum(box.n for box in row)
        if len(row) > 1 and absent:
            row.append(FlowBox("Not evaluated", (f"n = {absent}",), absent))
    return rows


def _boxes(layout: DisplayLayout, counts: Sequence[int]) -> Iterator[FlowBox]:
    counted = zip(layout.rows, counts, strict=True)
    for heading, part in groupby(counted, key=lambda pair: pair[0].group):
        rows = list(part)
        lines = tuple(
            Text("n = " if row.label == "n" else f"{row.label}: ", Number(f"{n}", row.measure, "n"))
            for row, n in rows
        )
        yield FlowBox(heading, lines, rows[0][1], rows[0][0].note == "beside")


def _across(boxes: int, inner: float) -> float:
    """Width of each of some boxes side by side."""
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


def _arrows(page: style.FigureSheet, above: int, below: int, bottom: float) -> None:
    """Connect each box with those of the next row."""
    look = {"arrowstyle": "-|>", **style.ARROW}
    for i in range(max(above, below)):
        start = page.width * ((i if above > 1 else 0) + 0.5) / above
        end = page.width * ((i if below > 1 else 0) + 0.5) / below
        page.canvas.annotate("", (end, bottom - APART), (start, bottom), arrowprops=look)
