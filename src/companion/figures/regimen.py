"""Fig. S1: the regimen on one axis of days, with the branch that the response decides."""

from collections.abc import Sequence
from itertools import groupby

from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from companion.captions import UNSTATED, Provenance
from companion.figures.style import (
    BLACK,
    DOUBLE,
    INK,
    SKY,
    SMALL,
    YELLOW,
    DescribedFigure,
    sheet,
    styled,
    text_width,
    wrap,
)
from numbercheck.ledger.records import Dose

ALL = "all"
LANE, BAR, AXIS, HEAD = 8.5, 5.8, 9.0, 7.5  # mm
CHEMOTHERAPY, ANTIBODY, BRANCH = "#B5B5B5", SKY, YELLOW
IMMUNOTHERAPY = "Blinatumomab"


@styled()
def regimen(
    doses: Sequence[Dose], n: int | None = None, provenance: Provenance = UNSTATED
) -> DescribedFigure:
    """Schema of the regimen.

    Parameters
    ----------
    doses : sequence of Dose
        ``ledger.regimen``: one drug on consecutive days each; ``branch`` is ``all`` or the
        condition under which the dose is given.
    n : int, optional
        Patients enrolled, for the title.
    provenance : Provenance
        What the footnote says of the data.
    """
    lanes = [list(group) for _, group in groupby(doses, key=lambda d: (d.drug, d.branch))]
    names = max(text_width(lane[0].drug) for lane in lanes) + 3
    height = AXIS + LANE * len(lanes) + HEAD
    notes = (
        "Days count from the first of treatment. A bar names no route where the article names none."
    )
    title = "Induction regimen" if n is None else f"Induction regimen, N = {n}"
    page = sheet(DOUBLE, height, title, provenance.footnote(notes), provenance.label)
    axes = page.axes(names, AXIS, page.width - names - 2, height - AXIS)
    days = sorted({int(d.first_day) for d in doses} | {max(int(d.last_day) for d in doses)})
    axes.set(
        xlim=(0.5, days[-1] + 0.5), ylim=(0, height - AXIS), xlabel="Day", xticks=days, yticks=[]
    )
    axes.spines["left"].set_visible(False)
    per_mm = days[-1] / (page.width - names - 2)
    for i, lane in enumerate(lanes):
        middle = LANE * (len(lanes) - i - 0.5)
        axes.text(0.5 - 2 * per_mm, middle, lane[0].drug, ha="right", va="center_baseline")
        for dose in lane:
            _bar(axes, dose, middle, per_mm)
    _branches(axes, doses, LANE * len(lanes), per_mm)
    page.figure.alt_text = _alt(doses)
    return page.figure


def color(dose: Dose) -> str:
    """Color of a dose: chemotherapy, antibody, or antibody that depends on the response."""
    if dose.branch != ALL:
        return BRANCH
    return ANTIBODY if dose.drug == IMMUNOTHERAPY else CHEMOTHERAPY


def amount(dose: Dose) -> str:
    """Dose, cap and route in words."""
    parts = [f"{dose.dose} {dose.unit}", f"up to {dose.cap}" if dose.cap else "", dose.route]
    return ", ".join(filter(None, parts))


def span(first_day: int | str, last_day: int | str) -> str:
    """Days in words.

    Examples
    --------
    >>> span(8, 14), span("1", "1")
    ('days 8–14', 'day 1')
    """
    one = str(first_day) == str(last_day)
    return f"day {first_day}" if one else f"days {first_day}–{last_day}"


def _bar(axes: Axes, dose: Dose, middle: float, per_mm: float) -> None:
    """Draw one dose, its text inside, or beside it where it is too short."""
    left, right = int(dose.first_day) - 0.5, int(dose.last_day) + 0.5
    line = (0, (3, 2)) if dose.branch != ALL else "solid"
    place = (left, middle - BAR / 2), right - left, BAR
    axes.add_patch(
        Rectangle(
            *place,
            facecolor=color(dose),
            edgecolor=BLACK,
            linewidth=0.6,
            linestyle=line,
            clip_on=False,
        )
    )
    lines = amount(dose), span(dose.first_day, dose.last_day)
    if max(text_width(line, SMALL) for line in lines) < (right - left) / per_mm - 1:
        for text, offset in zip(lines, (1.35, -1.35), strict=True):
            at = (left + right) / 2, middle + offset
            axes.text(*at, text, ha="center", va="center_baseline", size=SMALL)
    else:
        text = ", ".join(lines)
        axes.text(right + per_mm, middle, text, va="center_baseline", size=SMALL)


def _branches(axes: Axes, doses: Sequence[Dose], top: float, per_mm: float) -> None:
    """Write above the lanes who is given what follows, and mark the day that decides."""
    for condition in dict.fromkeys(d.branch for d in doses):
        left = min(int(d.first_day) for d in doses if d.branch == condition) - 0.5
        right = max(int(d.last_day) for d in doses if d.branch == condition) + 0.5
        arrow = {"arrowstyle": "<->", "color": INK, "linewidth": 0.7, "shrinkA": 0, "shrinkB": 0}
        axes.annotate("", (left, top + 1), (right, top + 1), arrowprops=arrow)
        who = "All patients" if condition == ALL else f"Only with {condition}"
        for line, text in enumerate(reversed(wrap(who, (right - left) / per_mm - 1))):
            at = (left + right) / 2, top + 3.4 + 2.9 * line
            axes.text(*at, text, ha="center", va="center_baseline")
        if condition != ALL:
            axes.vlines(left, 0, top + 2, color=INK, linewidth=0.8, linestyle=(0, (2, 2)))


def _alt(doses: Sequence[Dose]) -> str:
    given = "; ".join(
        f"{d.drug} {amount(d)}, {span(d.first_day, d.last_day)}"
        + ("" if d.branch == ALL else f" only with {d.branch}")
        for d in doses
    )
    return f"Schema of the induction regimen on one axis of days. {given}."
