"""The ledger at a glance: every printed number as a cell, colored by verdict and basis."""

from collections.abc import Sequence
from math import fsum
from typing import Any, NamedTuple

import pandas as pd
from matplotlib.patches import Rectangle

from companion.captions import UNSTATED, Provenance, result_id
from companion.figures import lettering, style
from companion.figures.key import KeyEntry, draw_key, flow, key_height

CELL, LEADING, PAD, APART, LEAST = 3.6, 4.5, 1.0, 1.0, 6.0  # mm
PLACE = 22.0  # mm for the names of places
INNER = style.inside(style.DOUBLE)
NOT_ADDED = "Counts of different bases are not added. Order: the article's."


def _look(meaning: str, face: str, edge: str, **line: Any) -> dict[str, Any]:
    return {"label": meaning, "facecolor": face, "edgecolor": edge, **line}


LOOKS = {  # by verdict and, of a match, its basis
    ("match", "arithmetic"): _look(
        "match: follows from other printed numbers", "#8CC5EC", "#8CC5EC"
    ),
    ("match", "fitted"): _look("match, by a method chosen to fit it", "white", "#8CC5EC"),
    ("match", "constructed"): _look(
        "match, but built into the reconstructed cohort", "white", style.BLUE
    ),
    ("match", "data"): _look("match: recomputed from patient data", "#7FD6BB", "#7FD6BB"),
    ("given", ""): _look("given: a premise, not evidence", "#E4E4E4", "#E4E4E4"),
    ("mismatch", ""): _look("mismatch", "#F5A46B", style.BLACK, linewidth=1.2),
    ("unchecked", ""): _look("unchecked", "white", "#666666", linestyle=(0, (1.5, 1.5))),
}


class ClaimCell(NamedTuple):
    """A claim as it is drawn: its text, its verdict and basis, and the id of its mark."""

    text: str
    kind: tuple[str, str]
    mark: str | None

    @property
    def width(self) -> float:
        """Width of the cell, mm."""
        return max(lettering.text_width(self.text, style.SMALL) + 2 * PAD, LEAST)


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
        printed = str(row.printed).replace(">=", "≥").replace("<=", "≤")
        text = lettering.shorten(printed, 40, style.SMALL)
        kind = _kind(str(row.verdict), str(row.basis))
        cell = ClaimCell(text, kind, result_id(str(row.claim), "claim"))
        places.setdefault(place(str(row.locus)), []).append(cell)
    kinds = [cell.kind for cells in places.values() for cell in cells]
    counts = {kind: kinds.count(kind) for kind in LOOKS if kind in kinds}
    entries = [KeyEntry(f"{LOOKS[kind]['label']} ({n})", LOOKS[kind]) for kind, n in counts.items()]
    blocks = {
        name: flow([cell.width + APART for cell in cells], INNER - PLACE)
        for name, cells in places.items()
    }
    heights = [LEADING * (1 + max(line for line, _ in at)) + APART for at in blocks.values()]
    key = key_height(entries, INNER) + 2
    title = f"Every claim and its verdict, N = {len(rows)}"
    page = style.FigureSheet(style.DOUBLE, fsum(heights) + key, title, provenance, NOT_ADDED)
    draw_key(page, entries, page.height)
    top = page.height - key
    for (name, cells), height in zip(places.items(), heights, strict=True):
        _block(page, name, cells, blocks[name], top)
        top -= height
    told = "; ".join(f"{LOOKS[kind]['label']}: {n}" for kind, n in counts.items())
    return page.described(f"{len(rows)} claims by verdict. {told}.")


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


def _block(
    page: style.FigureSheet,
    name: str,
    cells: Sequence[ClaimCell],
    at: Sequence[tuple[int, float]],
    top: float,
) -> None:
    """Draw the cells of one place, its name to their left."""
    page.write(0, top - LEADING / 2, lettering.shorten(name, PLACE - 2), weight="bold")
    for cell, (line, offset) in zip(cells, at, strict=True):
        left, middle = PLACE + offset, top - LEADING * (line + 0.5)
        look = {"linewidth": 0.7, "gid": cell.mark, **LOOKS[cell.kind]}
        page.canvas.add_artist(Rectangle((left, middle - CELL / 2), cell.width, CELL, **look))
        weight = "bold" if cell.kind[0] == "mismatch" else "normal"
        text_look = {"ha": "center", "size": style.SMALL, "weight": weight, "gid": cell.mark}
        page.write(left + cell.width / 2, middle, cell.text, **text_look)
