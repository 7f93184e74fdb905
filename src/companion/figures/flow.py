"""Fig. S2: the flow of patients through a single-arm trial."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from math import fsum
from typing import Any, NamedTuple

from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from companion.captions import UNSTATED, Layout, Provenance
from companion.figures.style import (
    BLACK,
    BODY,
    EDGE,
    INK,
    SINGLE,
    DescribedFigure,
    sheet,
    styled,
    wrap,
)

LEADING, PAD, APART, BESIDE = 3.4, 1.6, 6.0, 3.0  # mm


class FlowBox(NamedTuple):
    """One box: its heading, and each line of it with the id of its mark."""

    heading: str
    lines: tuple[tuple[str, str | None], ...]
    n: int
    beside: bool = False


class BoxLine(NamedTuple):
    """One line as it is drawn."""

    text: str
    weight: str
    mark: str | None


@styled()
def patient_flow(
    layout: Layout,
    counts: Sequence[int],
    n_patients: int,
    provenance: Provenance = UNSTATED,
    width: float = SINGLE,
) -> DescribedFigure:
    """Flow of patients from enrollment to the last follow-up.

    Parameters
    ----------
    layout : Layout
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
    inner = width - 2 * EDGE
    wrapped = [[_wrap(box, _across(len(row), inner)) for box in row] for row in rows]
    heights = [max(LEADING * len(lines) for lines in row) + 2 * PAD for row in wrapped]
    notes = provenance.footnote(
        "Single arm. At the last follow-up one patient can be in several lines.", layout.note
    )
    height = fsum(heights) + APART * (len(rows) - 1)
    page = sheet(width, height, f"Patient flow, N = {n_patients}", notes, provenance.label)
    top = height
    for i, (row, tall) in enumerate(zip(wrapped, heights, strict=True)):
        _row(page.canvas, row, top, tall, inner)
        if i + 1 < len(rows):
            _arrows(page.canvas, len(row), len(wrapped[i + 1]), top - tall, inner)
        top -= tall + APART
    told = ". ".join(
        ", ".join(f"{box.heading}: {'; '.join(text for text, _ in box.lines)}" for box in row)
        for row in rows
    )
    page.figure.alt_text = f"Patient flow. {told}. {provenance.label}".strip()
    return page.figure


def stages(layout: Layout, counts: Sequence[int], n_patients: int) -> list[list[FlowBox]]:
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
            row.append(FlowBox("Not evaluated", ((f"n = {absent}", None),), absent))
    return rows


def _boxes(layout: Layout, counts: Sequence[int]) -> Iterator[FlowBox]:
    counted = zip(layout.rows, counts, strict=True)
    for heading, part in groupby(counted, key=lambda pair: pair[0].group):
        lines = list(part)
        texts = tuple(
            (f"n = {n}" if row.label == "n" else f"{row.label}: {n}", row.mark) for row, n in lines
        )
        yield FlowBox(heading, texts, lines[0][1], lines[0][0].note == "beside")


def _across(boxes: int, inner: float) -> float:
    """Width of each of some boxes side by side."""
    return (inner - BESIDE * (boxes - 1)) / boxes


def _wrap(box: FlowBox, across: float) -> list[BoxLine]:
    room = across - 2 * PAD
    heading = [BoxLine(line, "bold", None) for line in wrap(box.heading, room, BODY, "bold")]
    return heading + [
        BoxLine(line, "normal", mark) for text, mark in box.lines for line in wrap(text, room)
    ]


def _row(
    axes: Axes, row: Sequence[Sequence[BoxLine]], top: float, tall: float, inner: float
) -> None:
    across = _across(len(row), inner)
    look: dict[str, Any] = {
        "facecolor": "white",
        "edgecolor": BLACK,
        "linewidth": 0.7,
        "clip_on": False,
    }
    for i, lines in enumerate(row):
        left = i * (across + BESIDE)
        axes.add_patch(Rectangle((left, top - tall), across, tall, **look))
        start = top - (tall - LEADING * len(lines)) / 2
        for k, line in enumerate(lines):
            at = left + across / 2, start - LEADING * (k + 0.5)
            axes.text(*at, line.text, ha="center", va="center_baseline", weight=line.weight,
                      gid=line.mark)  # fmt: skip


def _arrows(axes: Axes, above: int, below: int, bottom: float, inner: float) -> None:
    """Connect each box with those of the next row."""
    for i in range(max(above, below)):
        start = inner * ((i if above > 1 else 0) + 0.5) / above
        end = inner * ((i if below > 1 else 0) + 0.5) / below
        look = {"arrowstyle": "-|>", "color": INK, "linewidth": 0.7, "shrinkA": 0, "shrinkB": 0}
        axes.annotate("", (end, bottom - APART), (start, bottom), arrowprops=look)
