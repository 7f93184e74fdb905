"""Fig. S1: the regimen on one axis of days, with the branch that the response decides."""

from collections.abc import Sequence
from itertools import groupby
from typing import Any, NamedTuple

from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from companion.captions import UNSTATED, Provenance
from companion.figures import lettering, style
from companion.layouts import DisplayLayout, LayoutRow
from numbercheck.ledger.rows import Dose

ALL = "all"
LANE, BAR, AXIS, HEAD = 8.5, 5.8, 9.0, 7.5  # mm
ASSUMED = " Hollow: the article does not print the day."
COLORS = ("#B5B5B5", style.SKY, style.YELLOW)  # of the blocks, in order


class PlannedDose(NamedTuple):
    """One drug on consecutive days, with the block it is part of, its color and its mark."""

    dose: Dose
    block: str
    color: str
    mark: str | None

    @property
    def days(self) -> tuple[int, int]:
        """First and last day."""
        return int(self.dose.first_day), int(self.dose.last_day)

    @property
    def is_for_all(self) -> bool:
        """Whether every patient receives it, whatever the response."""
        return self.dose.branch == ALL


def plan(doses: Sequence[Dose], layout: DisplayLayout) -> list[PlannedDose]:
    """Doses of ``ledger.regimen`` with their blocks.

    The layout names for each drug and span of days, such as ``days 8–14``, its block (the
    group). A dose that it does not name is a block of its own.
    """
    rows = {(row.label, row.where): row for row in layout.rows}
    found = [(dose, rows.get((dose.drug, span(dose)))) for dose in doses]
    named = [(dose, row.group if row else dose.drug, row) for dose, row in found]
    blocks = list(dict.fromkeys(block for _, block, _ in named))
    return [
        PlannedDose(
            dose, block, COLORS[blocks.index(block) % len(COLORS)], row.mark if row else None
        )
        for dose, block, row in named
    ]


@style.styled()
def regimen(
    planned: Sequence[PlannedDose],
    n: int | None = None,
    provenance: Provenance = UNSTATED,
    visits: Sequence[LayoutRow] = (),
) -> style.DescribedFigure:
    """Schema of the regimen.

    Parameters
    ----------
    planned : sequence of PlannedDose
        As ``plan`` makes them.
    n : int, optional
        Patients enrolled, for the title.
    provenance : Provenance
        What the footnote says of the data.
    visits : sequence of LayoutRow
        Visits, all named alike, each on a day (``day 22``) that is printed or, by its note,
        ``assumed``.
    """
    lanes = [list(g) for _, g in groupby(planned, key=lambda p: (p.dose.drug, p.dose.branch))]
    drugs = [lane[0].dose.drug for lane in lanes]
    rows = [*drugs, *dict.fromkeys(visit.label for visit in visits)]
    names = max(map(lettering.text_width, rows)) + 3
    height = AXIS + LANE * len(rows) + HEAD
    notes = "Days count from the first of treatment. A route is named where the article names one."
    notes += ASSUMED if any(visit.note for visit in visits) else ""
    title = "Induction regimen" if n is None else f"Induction regimen, N = {n}"
    page = style.FigureSheet(style.DOUBLE, height, title, provenance, notes)
    axes = page.axes(names, AXIS, page.width - names - 2, height - AXIS)
    seen = [int(visit.where.removeprefix("day ")) for visit in visits]
    last = max(*(p.days[1] for p in planned), *seen)
    days = sorted({p.days[0] for p in planned} | {*seen, last})
    limits = {"xlim": (0.5, last + 0.5), "ylim": (0, height - AXIS)}
    axes.set(**limits, xlabel="Day", xticks=days, yticks=[])
    axes.spines["left"].set_visible(False)
    per_mm = last / (page.width - names - 2)
    for i, name in enumerate(rows):
        middle = LANE * (len(rows) - i - 0.5)
        axes.text(0.5 - 2 * per_mm, middle, name, ha="right", va="center_baseline")
        for dose in lanes[i] if i < len(lanes) else ():
            _bar(axes, dose, middle, per_mm)
    for visit, day in zip(visits, seen, strict=True):
        fill = "white" if visit.note else style.BLACK
        look: dict[str, Any] = {"color": style.BLACK, "markerfacecolor": fill, "gid": visit.mark}
        axes.plot([day], [LANE / 2], "D", markersize=4.5, clip_on=False, **look)
    _branches(axes, planned, LANE * len(rows), per_mm)
    told = ", ".join(f"{visit.where}{' (assumed)' * bool(visit.note)}" for visit in visits)
    return page.described(_alt(planned) + (f" {visits[0].label}: {told}." if visits else ""))


def amount(dose: Dose) -> str:
    """Dose, cap and route in words."""
    parts = [f"{dose.dose} {dose.unit}", f"up to {dose.cap}" if dose.cap else "", dose.route]
    return ", ".join(filter(None, parts))


def span(dose: Dose) -> str:
    """Days in words: ``day 1`` or ``days 8–14``."""
    one = dose.first_day == dose.last_day
    return f"day {dose.first_day}" if one else f"days {dose.first_day}–{dose.last_day}"


def _bar(axes: Axes, planned: PlannedDose, middle: float, per_mm: float) -> None:
    """Draw one dose with its text inside, or beside it if the bar is too short."""
    left, right = planned.days[0] - 0.5, planned.days[1] + 0.5
    line = "solid" if planned.is_for_all else (0, (3, 2))
    look: dict[str, Any] = {
        "facecolor": planned.color,
        "edgecolor": style.BLACK,
        "linewidth": 0.6,
        "linestyle": line,
    }
    place = (left, middle - BAR / 2), right - left, BAR
    axes.add_patch(Rectangle(*place, clip_on=False, gid=planned.mark, **look))
    lines = amount(planned.dose), span(planned.dose)
    text_look: dict[str, Any] = {"va": "center_baseline", "size": style.SMALL, "gid": planned.mark}
    if max(lettering.text_width(line, style.SMALL) for line in lines) < (right - left) / per_mm - 1:
        for text, offset in zip(lines, (1.35, -1.35), strict=True):
            axes.text((left + right) / 2, middle + offset, text, ha="center", **text_look)
    else:
        axes.text(right + per_mm, middle, ", ".join(lines), **text_look)


def _branches(axes: Axes, planned: Sequence[PlannedDose], top: float, per_mm: float) -> None:
    """Write above the lanes which patients receive what follows, and mark the decision day."""
    for condition in dict.fromkeys(p.dose.branch for p in planned):
        days = [day for p in planned if p.dose.branch == condition for day in p.days]
        left, right = min(days) - 0.5, max(days) + 0.5
        arrow = {"arrowstyle": "<->", **style.ARROW}
        axes.annotate("", (left, top + 1), (right, top + 1), arrowprops=arrow)
        who = "All patients" if condition == ALL else f"Only with {condition}"
        for line, text in enumerate(reversed(lettering.wrap(who, (right - left) / per_mm - 1))):
            at = (left + right) / 2, top + 3.4 + 2.9 * line
            axes.text(*at, text, ha="center", va="center_baseline")
        if condition != ALL:
            axes.vlines(left, 0, top + 2, color=style.INK, linewidth=0.8, linestyle=(0, (2, 2)))


def _alt(planned: Sequence[PlannedDose]) -> str:
    given = "; ".join(
        f"{p.dose.drug} {amount(p.dose)}, {span(p.dose)}"
        + ("" if p.is_for_all else f" only with {p.dose.branch}")
        for p in planned
    )
    return f"Schema of the induction regimen on one axis of days. {given}."
