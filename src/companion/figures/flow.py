"""Fig. S2: the flow of patients through a single-arm trial, counted from one row per patient."""

from collections.abc import Sequence
from math import fsum

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from companion.captions import UNSTATED, Provenance
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

Box = tuple[str, ...]  # lines, the first a heading
LEADING, PAD, APART, BESIDE = 3.4, 1.6, 6.0, 3.0  # mm
CRC = ("CR", "CRi")


@styled()
def patient_flow(
    patients: pd.DataFrame,
    adsl: pd.DataFrame | None = None,
    provenance: Provenance = UNSTATED,
    width: float = SINGLE,
) -> DescribedFigure:
    """Flow of patients from enrollment to the last follow-up.

    Parameters
    ----------
    patients : pandas.DataFrame
        Patient table, one row per patient: ``marrow_after_rdc``, ``response_2w``,
        ``extended``, ``response_4w``, ``transplant``, ``relapse``, ``os_event``.
    adsl : pandas.DataFrame, optional
        ADaM ADSL, whose ``FASFL`` and ``SAFFL`` say who was analyzed.
    provenance : Provenance
        What the footnote says of the data.
    width : float
        Printed width, mm.
    """
    rows = stages(patients)
    if adsl is not None:
        rows.append([_analyzed(adsl)])
    inner = width - 2 * EDGE
    wrapped = [[_wrap(box, (inner - BESIDE * (len(row) - 1)) / len(row)) for box in row]
               for row in rows]  # fmt: skip
    heights = [max(LEADING * len(box) for box in row) + 2 * PAD for row in wrapped]
    notes = provenance.footnote(
        "Single arm. Counts are of one row per patient; at the last follow-up one patient can "
        "be in several lines. CRc: complete remission (CR) or CR with incomplete recovery (CRi)."
    )
    height = fsum(heights) + APART * (len(rows) - 1)
    page = sheet(width, height, f"Patient flow, N = {len(patients)}", notes, provenance.label)
    axes, top = page.canvas, height
    for i, (row, tall) in enumerate(zip(wrapped, heights, strict=True)):
        _row(axes, row, top, tall, inner)
        if i + 1 < len(rows):
            _arrows(axes, len(row), len(wrapped[i + 1]), top - tall, inner)
        top -= tall + APART
    told = ". ".join(", ".join(": ".join([b[0], "; ".join(b[1:])]) for b in row) for row in rows)
    page.figure.alt_text = f"Patient flow. {told}. {provenance.label}".strip()
    return page.figure


def stages(patients: pd.DataFrame) -> list[list[Box]]:
    """Boxes of the flow, row by row, each a heading and its counts."""
    n, marrow = len(patients), _count(patients["marrow_after_rdc"])
    late = int(patients["response_4w"].isin(CRC).sum())
    treated = (
        "Reduced-dose chemotherapy, then 2 weeks of blinatumomab",
        f"n = {n}",
        f"marrow evaluated after chemotherapy: {marrow}; not evaluated: {n - marrow}",
    )
    return [
        [("Enrolled", f"n = {n}")],
        [treated],
        _responses(patients),
        [("CRc with up to 4 weeks of blinatumomab", f"n = {late}")],
        [_outcome(patients)],
    ]


def _responses(patients: pd.DataFrame) -> list[Box]:
    first = patients["response_2w"]
    cr, cri, none = (_equal(first, response) for response in (*CRC, "NR"))
    extended, absent = _count(patients["extended"]), int(first.isna().sum())
    boxes: list[Box] = [
        ("CRc after 2 weeks", f"n = {cr + cri}", f"CR {cr}, CRi {cri}"),
        ("No CRc after 2 weeks", f"n = {none}", f"blinatumomab extended: {extended}"),
    ]
    return [*boxes, ("Not evaluated after 2 weeks", f"n = {absent}")] if absent else boxes


def _outcome(patients: pd.DataFrame) -> Box:
    relapsed = patients["relapse"].fillna("none") != "none"
    died = patients["os_event"].fillna(False).astype(bool)
    return (
        "At the last follow-up",
        f"transplanted: {_count(patients['transplant'])}",
        f"relapsed: {int(relapsed.sum())}",
        f"died: {int(died.sum())}",
        f"alive without relapse: {int((~relapsed & ~died).sum())}",
    )


def _analyzed(adsl: pd.DataFrame) -> Box:
    sets = {"efficacy": "FASFL", "safety": "SAFFL"}
    return ("Analyzed", *(f"{name}: n = {_equal(adsl[c], 'Y')}" for name, c in sets.items()))


def _count(flags: pd.Series) -> int:
    return int(flags.fillna(False).astype(bool).sum())


def _equal(values: pd.Series, value: str) -> int:
    return int((values == value).fillna(False).sum())


def _wrap(box: Box, across: float) -> list[tuple[str, str]]:
    """Lines of a box with their weights."""
    lines = [(line, "bold") for line in wrap(box[0], across - 2 * PAD, BODY, "bold")]
    return lines + [(line, "normal") for text in box[1:] for line in wrap(text, across - 2 * PAD)]


def _row(
    axes: Axes, row: Sequence[list[tuple[str, str]]], top: float, tall: float, inner: float
) -> None:
    across = (inner - BESIDE * (len(row) - 1)) / len(row)
    for i, lines in enumerate(row):
        left = i * (across + BESIDE)
        place = (left, top - tall), across, tall
        axes.add_patch(
            Rectangle(*place, facecolor="white", edgecolor=BLACK, linewidth=0.7, clip_on=False)
        )
        start = top - (tall - LEADING * len(lines)) / 2
        for k, (text, weight) in enumerate(lines):
            at = left + across / 2, start - LEADING * (k + 0.5)
            axes.text(*at, text, ha="center", va="center_baseline", weight=weight)


def _arrows(axes: Axes, above: int, below: int, bottom: float, inner: float) -> None:
    """Connect each box with those of the next row."""
    for i in range(max(above, below)):
        start = inner * ((i if above > 1 else 0) + 0.5) / above
        end = inner * ((i if below > 1 else 0) + 0.5) / below
        look = {"arrowstyle": "-|>", "color": INK, "linewidth": 0.7, "shrinkA": 0, "shrinkB": 0}
        axes.annotate("", (end, bottom - APART), (start, bottom), arrowprops=look)
