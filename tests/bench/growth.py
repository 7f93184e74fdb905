"""How cost grows with the work: claims audited, patients read and checked, runs of a sweep."""

import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from statistics import linear_regression

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import NullLocator
from measuring import Measured, Row, Section, seconds
from synthetic import trial, write_csv
from test_growth import many
from test_sweep import LEDGER, columns

from companion.cohort import read_folder
from companion.figures.style import BLUE, GREEN, INK, VERMILION, styled
from companion.project import ROOT
from companion.sweep.vectorized import evaluate
from numbercheck.audit import audit
from numbercheck.recount import Cohorts

DRAWN = ROOT / "docs" / "growth.svg"
LINEAR = 1.15  # exponents up to this one count as linear: caches fill, machines are warm
SLOW = 2.0  # seconds; a call that takes longer is timed once
SIZES = {
    "claims audited": (100, 1_000, 10_000, 100_000),
    "patients read and checked": (100, 1_000, 10_000, 100_000),
    "runs of a sweep": (10, 100, 1_000, 10_000),
}


def measure() -> Section:
    """Time each kind of work at four sizes, and draw all of them in one figure."""
    with tempfile.TemporaryDirectory() as name:
        made = dict(zip(SIZES, (_audits(), _tables(Path(name)), _sweeps()), strict=True))
        taken = {what: {n: _seconds(work) for n, work in works} for what, works in made.items()}
    _draw(taken)
    return Section(
        "Growth",
        "Imports done; calls of more than two seconds once. The exponent is the slope between the "
        f"two largest sizes: 1 is linear.\n\n![Seconds by size, both on log scales]({DRAWN.name})",
        [row for what, each in taken.items() for row in _rows(what, each)],
    )


Works = Iterator[tuple[int, Callable[[], object]]]


def _audits() -> Works:
    for n in SIZES["claims audited"]:
        ledger = many(n)
        yield n, lambda ledger=ledger: audit(ledger)


def _tables(folder: Path) -> Works:
    for n in SIZES["patients read and checked"]:
        tables = folder / str(n)
        tables.mkdir()
        write_csv(trial(n), tables)
        yield n, lambda tables=tables: read_folder(tables, LEDGER)


def _sweeps() -> Works:
    cohort = Cohorts(LEDGER, [columns()])
    for n in SIZES["runs of a sweep"]:
        settings = [{"level": 0.5 + i / (2 * n + 1)} for i in range(n)]
        yield n, lambda settings=settings: evaluate(cohort, settings)


def _seconds(work: Callable[[], object]) -> Measured:
    once = seconds(work, 1)
    return once if once > SLOW else seconds(work)


def _rows(what: str, taken: Mapping[int, Measured]) -> Iterator[Row]:
    for n, each in taken.items():
        yield Row(f"{n:,} {what}", f"{each:.3g} s")
    slope = _slope(taken)
    yield Row(f"exponent, {what}", f"{slope:.2f}", f"at most {LINEAR}", slope <= LINEAR)


def _slope(taken: Mapping[int, Measured]) -> float:
    last = dict(list(taken.items())[-2:])
    return linear_regression(np.log10(list(last)), np.log10(list(last.values()))).slope


@styled()
def _draw(taken: Mapping[str, Mapping[int, Measured]]) -> None:
    figure = Figure(figsize=(5, 3.4), layout="constrained")
    axes = figure.add_subplot(xscale="log", yscale="log", xlabel="size", ylabel="seconds")
    least = min(map(min, (each.values() for each in taken.values())))
    axes.plot(
        [10, 100_000], [least / 3, 10_000 * least / 3], color=INK, linewidth=0.5, label="linear"
    )
    for color, (what, each) in zip((BLUE, VERMILION, GREEN), taken.items(), strict=True):
        label = f"{what}: exponent {_slope(each):.2f}"
        axes.plot(list(each), list(each.values()), "o-", color=color, markersize=3, label=label)
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter("{x:,.6g}")
        axis.set_minor_locator(NullLocator())
    axes.legend(frameon=False)
    figure.savefig(DRAWN, metadata={"Date": None, "Creator": None})
