"""The ledger at a glance: every printed number as a cell, colored by verdict and basis."""

from collections.abc import Sequence
from math import fsum
from typing import Any, NamedTuple

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from companion.captions import UNSTATED, Provenance, result_id
from companion.figures import lettering, style
from companion.figures.key import KeyEntry, draw_key, flow, key_height

CELL, LEADING, PAD, APART, LEAST = 3.6, 4.5, 1.0, 1.0, 6.0  # mm
PLACE = 22.0  # mm for the names of places
LOOKS: dict[tuple[str, str], dict[str, Any]] = {
    ("match", "arithmetic"): {"facecolor": "#8CC5EC", "edgecolor": "#8CC5EC"},
    ("match", "fitted"): {"facecolor": "white", "edgecolor": "#8CC5EC"},
    ("match", "constructed"): {"facecolor": "white", "edgecolor": "#0072B2"},
    ("match", "data"): {"facecolor": "#7FD6BB", "edgecolor": "#7FD6BB"},
    ("given", ""): {"facecolor": "#E4E4E4", "edgecolor": "#E4E4E4"},
    ("mismatch", ""): {"facecolor": "#F5A46B", "edgecolor": style.BLACK, "linewidth": 1.2},
    ("unchecked", ""): {"facecolor": "white", "edgecolor": "#666666", "linestyle": (0, (1.5, 1.5))},
}
MEANINGS = {
    ("match", "arithmetic"): "match: follows from other printed numbers",
    ("match", "fitted"): "match, by a method chosen to fit it",
    ("match", "constructed"): "match, but built into the reconstructed cohort",
    ("match", "data"): "match: recomputed from patient data",
    ("given", ""): "given: a premise, not evidence",
    ("mismatch", ""): "mismatch",
    ("unchecked", ""): "unchecked",
}


class ClaimCell(NamedTuple):
    """A claim as it is drawn: its text, its verdict and basis, and the id of its mark."""

    text: str
    kind: tuple[str, str]
    mark: str | None


@style.styled()
def ledger_at_a_glance(
    rows: pd.DataFrame, provenance: Provenance = UNSTATED
) -> style.DescribedFigure:
    """Every claim as a cell in its place.

    Parameters
    ----------
    rows : pandas.DataFrame
        Verdicts, in ledger order: ``claim``, ``locus``, ``printed``, ``verdict``, ``basis``.
    provenance : Provenance
        What the footnote says of the data.
    """
    places: dict[str, list[ClaimCell]] = {}
    for row in rows.itertuples():
        text = _short(str(row.printed).replace(">=", "≥").replace("<=", "≤"))
        mark = result_id(str(row.claim), "claim")
        cell = ClaimCell(text, _kind(str(row.verdict), str(row.basis)), mark)
        places.setdefault(place(str(row.locus)), []).append(cell)
    kinds = [cell.kind for cells in places.values() for cell in cells]
    counts = {kind: kinds.count(kind) for kind in LOOKS}
    entries = [
        KeyEntry(f"{MEANINGS[kind]} ({n})", fill=LOOKS[kind]) for kind, n in counts.items() if n
    ]
    inner = style.DOUBLE - 2 * style.EDGE
    key = key_height(entries, inner) + 2
    blocks = {name: _lay_out(cells) for name, cells in places.items()}
    heights = [LEADING * (1 + max(line for line, _ in at)) + APART for at in blocks.values()]
    notes = provenance.footnote("Counts of different bases are not added. Order: the article's.")
    title = f"Every claim and its verdict, N = {len(rows)}"
    page = style.sheet(style.DOUBLE, fsum(heights) + key, title, notes, provenance.label)
    axes = page.canvas
    draw_key(axes, entries, 0, page.height, page.width)
    top = page.height - key
    for (name, cells), height in zip(places.items(), heights, strict=True):
        _block(axes, name, cells, blocks[name], top)
        top -= height
    told = "; ".join(f"{MEANINGS[kind]}: {n}" for kind, n in counts.items() if n)
    page.figure.alt_text = f"{len(rows)} claims by verdict. {told}. {provenance.label}".strip()
    return page.figure


def place(locus: str) -> str:
    """Part of the article that a locus lies in: its paragraph, its abstract or its table.

    Examples
    --------
    >>> place("Table 1 · Anemia"), place("Text ¶4")
    ('Table 1', 'Text ¶4')
    """
    return locus.split(" · ")[0]


def _kind(verdict: str, basis: str) -> tuple[str, str]:
    """Look of a cell; a pair of verdict and basis without a color is refused."""
    kind = (verdict, basis if verdict == "match" else "")
    if kind not in LOOKS:
        raise ValueError(f"verdict {verdict!r} with basis {basis!r} has no color")
    return kind


def _lay_out(cells: Sequence[ClaimCell]) -> list[tuple[int, float]]:
    return flow(
        [_width(cell.text) + APART for cell in cells], style.DOUBLE - 2 * style.EDGE - PLACE
    )


def _width(text: str) -> float:
    return max(lettering.text_width(text, style.SMALL) + 2 * PAD, LEAST)


def _short(text: str) -> str:
    return lettering.shorten(text, 40, style.SMALL)


def _block(
    axes: Axes,
    name: str,
    cells: Sequence[ClaimCell],
    at: Sequence[tuple[int, float]],
    top: float,
) -> None:
    """Draw the cells of one place, its name to their left."""
    axes.text(
        0,
        top - LEADING / 2,
        lettering.shorten(name, PLACE - 2),
        va="center_baseline",
        weight="bold",
    )
    for (text, kind, mark), (line, offset) in zip(cells, at, strict=True):
        left, middle, across = PLACE + offset, top - LEADING * (line + 0.5), _width(text)
        look = {"linewidth": 0.7, "gid": mark, **LOOKS[kind]}
        axes.add_artist(Rectangle((left, middle - CELL / 2), across, CELL, **look))
        center = left + across / 2, middle
        weight = "bold" if kind[0] == "mismatch" else "normal"
        axes.text(*center, text, ha="center", va="center_baseline", size=style.SMALL,
                  weight=weight, gid=mark)  # fmt: skip
