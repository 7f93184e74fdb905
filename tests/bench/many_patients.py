"""How long the questions to the solver take as trials grow, in one arm and in two."""

import resource
from collections.abc import Callable, Iterator
from dataclasses import replace

from consistency import PATIENCE, PUBLISHED, ask, copied
from large_trials import draw, printed_of
from matplotlib.figure import Figure
from matplotlib.ticker import NullLocator
from measuring import Row, Section, below, timed

from companion.figures.style import BLUE, GREEN, INK, VERMILION, styled
from companion.project import ROOT
from numbercheck.consistency import UndecidedError, conflicts, reconstruct
from numbercheck.consistency.asking import FEW, Bound
from numbercheck.consistency.questions import curves
from numbercheck.consistency.scope import named
from numbercheck.consistency.sharp_bounds import Bounds
from numbercheck.ledger.reading import read_ledger
from numbercheck.ledger.records import Ledger
from numbercheck.ledger.rows import Claim
from numbercheck.statistics.rounding import format_rounded

DRAWN = ROOT / "docs" / "many-patients.svg"
COPIES = (1, 2, 4, 8, 16, 32)
ARMS, SEED = (120, 500, 1_000), 0  # patients in two arms, and how they are drawn
MOST = {  # seconds that each may take
    "first cohort": 3,
    "contradiction of counts": 2,
    "contradiction of a curve": 15,
    "bound": 5,
}
GAP, POINTS = 1.0, 0.5  # between ends proved and reached: % of all patients, points of survival
FROM = 280  # patients from which the gap is promised; up to FEW there is none
MEMORY = 600
Taken = dict[str, dict[int, float]]


def measure() -> Section:
    """Ask each trial for a cohort, for two planted contradictions, and for bounds."""
    rows: list[Row] = []
    one, two = ({what: {} for what in MOST} for _ in range(2))
    for name, n, ledger in _trials():
        taken = two if "×" in name else one
        for what, question in _questions(ledger).items():
            seconds, answer = timed(question)
            taken[what][n] = seconds
            told = f"{what}, {name} patients"
            row = below(told, seconds, MOST[what])
            rows.append(replace(row, measured=f"{row.measured}{answer}"))
        rows += _gaps(name, ledger)
    _draw(one, two)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return Section(
        "Many patients",
        "The reconstructed patients of this article, copied, and random trials in two arms; their "
        "numbers printed anew, once each, imports done. Planted: a count that its percentage "
        "contradicts, and a curve's lower limit twice as near to the estimate. A bound is that of "
        "survival at half the first curve's horizon; the gap is the larger one between a proved "
        "end and the nearest cohort that was found."
        f"\n\n![Seconds by number of patients, both on log scales]({DRAWN.name})",
        (*rows, below("most memory of all that", peak, MEMORY, "MB")),
    )


def _trials() -> Iterator[tuple[str, int, Ledger]]:
    ledger = read_ledger(PUBLISHED)
    rebuilt = reconstruct(ledger)
    kept = {k: c for k, c in ledger.claims.items() if k not in rebuilt.given_up}
    size = len(next(iter(rebuilt.columns.values())))
    for times in COPIES:
        n = times * size
        yield f"{n}", n, copied(replace(ledger, claims=kept), rebuilt.columns, times)
    for n in ARMS:
        yield f"2 × {n // 2}", n, printed_of(draw(n, 2, SEED), 2, SEED)


def _questions(ledger: Ledger) -> dict[str, Callable[[], str]]:
    asked = Bounds(ledger, PATIENCE, given_up=())
    curve = curves(ledger)[0]
    return {
        "first cohort": lambda: ask(ledger),
        "contradiction of counts": lambda: _conflict(_miscounted(ledger)),
        "contradiction of a curve": lambda: _conflict(_narrowed(ledger)),
        "bound": lambda: _told(asked.survival(curve, _half(curve))),
    }


def _half(curve) -> int:
    return int(float(curve.horizon)) // 2


def _conflict(ledger: Ledger) -> str:
    try:
        found = conflicts(ledger, seconds=PATIENCE)
    except UndecidedError:
        return ", undecided"
    return ", not found" if found is None else "" if found.certified else ", not certified"


def _told(bound: Bound) -> str:
    return "" if bound.certified or bound.reached else ", no cohort"


def _miscounted(ledger: Ledger) -> Ledger:
    count, _ = _printed(ledger, "count", "n", "percent")
    return _changed(ledger, count, count.value.value // 2)


def _narrowed(ledger: Ledger) -> Ledger:
    limit, estimate = _printed(ledger, "survival", "conf_low", "estimate")
    return _changed(ledger, limit, (estimate.value.value + limit.value.value) / 2)


def _printed(ledger: Ledger, kind: str, *statistics: str) -> list[Claim]:
    """A claim on each of some statistics, of the first measure that prints all."""
    measures = (m.measure for m in ledger.measures.values() if m.kind == kind)
    of_each = ([ledger.find(m, statistic) for statistic in statistics] for m in measures)
    return next([claims[0] for claims in found] for found in of_each if all(found))


def _changed(ledger: Ledger, claim: Claim, value: float) -> Ledger:
    """The ledger with another value of a statistic, wherever it is printed."""
    printed = format_rounded(value, claim.value.decimals)
    same = ledger.find(claim.measure, claim.statistic)
    changed = {c.claim: replace(c, printed=printed) for c in same}
    return replace(ledger, claims=ledger.claims | changed)


def _gaps(name: str, ledger: Ledger) -> Iterator[Row]:
    """How far proved ends are from those that cohorts take, at half a curve's horizon."""
    asked = Bounds(ledger, PATIENCE, given_up=())
    for curve in curves(ledger):
        day = _half(curve)
        about = f"{named(curve)}, {name} patients"
        gap = 100 * _gap(asked.at_risk(curve, day + 1)) / asked.n
        yield _promised(f"gap of patients at risk, {about}", gap, asked.n, GAP, "%")
        gap = _gap(asked.survival(curve, day))
        yield _promised(f"gap of survival, {about}", gap, asked.n, POINTS, "points")


def _promised(what: str, gap: float, n: int, most: float, unit: str) -> Row:
    """A gap, of which something is promised for few patients and for many."""
    if n <= FEW:
        return Row(what, f"{gap:.3g} {unit}", "0", gap == 0)
    return below(what, gap, most, unit) if n >= FROM else Row(what, f"{gap:.3g} {unit}")


def _gap(bound: Bound) -> float:
    if bound.certified:
        return 0.0
    low, high = bound.reached or (bound.high, bound.low)
    return max(low - bound.low, bound.high - high)


@styled()
def _draw(one: Taken, two: Taken) -> None:
    figure = Figure(figsize=(5, 3.8), layout="constrained")
    axes = figure.add_subplot(xscale="log", yscale="log", xlabel="patients", ylabel="seconds")
    for color, what in zip((BLUE, VERMILION, GREEN, INK), MOST, strict=True):
        axes.plot(*_line(one[what]), "o-", color=color, markersize=3, label=what)
        axes.plot(*_line(two[what]), "s:", color=color, markersize=3)
    axes.plot([], [], "s:", color=INK, markersize=3, label="the same, in two arms")
    axes.set_xticks([*one["bound"]])
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter("{x:,.6g}")
        axis.set_minor_locator(NullLocator())
    figure.legend(loc="outside lower center", ncols=3, frameon=False)
    figure.savefig(DRAWN, metadata={"Date": None, "Creator": None})


def _line(taken: dict[int, float]) -> tuple[list[int], list[float]]:
    return list(taken), list(taken.values())
