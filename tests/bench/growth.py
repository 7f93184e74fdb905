"""How cost grows with the work: claims audited, patients read and checked, runs of a sweep."""

import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from statistics import linear_regression

import numpy as np
from matplotlib.figure import Figure
from measuring import Measured, Row, Section, seconds
from synthetic import trial, write_csv
from test_growth import many
from test_sweep import LEDGER, columns

from companion.cohort import read_folder
from companion.figures.style import styled
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
    last = dict(list(taken.items())[-2:])
    slope = linear_regression(np.log10(list(last)), np.log10(list(last.values()))).slope
    yield Row(f"exponent, {what}", f"{slope:.2f}", f"at most {LINEAR}", slope <= LINEAR)


@styled()
def _draw(taken: Mapping[str, Mapping[int, Measured]]) -> None:
    figure = Figure(figsize=(5, 3.4), layout="constrained")
    axes = figure.add_subplot(xscale="log", yscale="log", xlabel="size", ylabel="seconds")
    for what, each in taken.items():
        axes.plot(list(each), list(each.values()), marker="o", markersize=3, label=what)
    axes.legend(frameon=False)
    figure.savefig(DRAWN, metadata={"Date": None, "Creator": None})
