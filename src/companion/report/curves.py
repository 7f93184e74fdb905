"""Kaplan-Meier curves as paths of an SVG that a slide stretches to its own shape."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

import pandas as pd

from companion.workbench import Workbench
from numbercheck.ledger.rows import Measure
from numbercheck.statistics.survival import at_risk_table, kaplan_meier

TICKS = (1, 3, 6, 12, 24, 60)  # months between ticks


class Tick(NamedTuple):
    """A month of the axis, its place in percent of the width, and how many are at risk."""

    month: int
    place: float
    at_risk: int


class DrawnCurve(NamedTuple):
    """One endpoint: paths in months from the left and percent from the top, and its axis.

    ``envelope`` holds all curves that the printed numbers allow; empty where that is not known.
    """

    label: str
    measure: str
    month: str
    end: float
    events: int
    line: str
    band: str
    envelope: str
    ticks: list[Tick]


def curves(bench: Workbench) -> Iterator[DrawnCurve]:
    """The curve of each endpoint that the ledger prints an estimate of."""
    survival = [m for m in bench.ledger.measures.values() if m.kind == "survival"]
    first = {m.endpoint: m for m in reversed(survival) if not m.among.text}
    for measure in reversed(first.values()):
        times = bench.cohort.adtte[bench.cohort.adtte["PARAMCD"] == measure.endpoint]
        if len(times):
            label = measure.label.partition(" at ")[0]
            yield _curve(bench, measure, label, times)


def _curve(bench: Workbench, measure: Measure, label: str, times: pd.DataFrame) -> DrawnCurve:
    found = kaplan_meier(times["AVAL"] / bench.month, times["CNSR"] == 0)
    end = float(found.index[-1])
    step = next(s for s in TICKS if end / s <= 7)
    months = range(0, int(end) + 1, step)
    at_risk = at_risk_table(found, list(months))["n_risk"]
    ticks = [Tick(m, 100 * m / end, int(n)) for m, n in zip(months, at_risk, strict=True)]
    lower, upper = (_steps(found.index, found[c]) for c in ("lower", "upper"))
    bounds = bench.consistency.envelope(measure.endpoint)
    envelope = ""
    if bounds is not None:
        until = bounds["time"].clip(upper=end)
        envelope = _area(*(_steps(until, bounds[c]) for c in ("lower", "upper")))
    month = f"{float(measure.horizon) / bench.month:.3g}"
    events, line = int(found["n_event"].sum()), _path(_steps(found.index, found["survival"]))
    band = _area(lower, upper)
    return DrawnCurve(label, measure.measure, month, end, events, line, band, envelope, ticks)


def _steps(times: Iterable[float], shares: Iterable[float]) -> list[tuple[float, float]]:
    """Corners of a step function from 100% at month 0, with percent counted from the top."""
    corners, height = [(0.0, 0.0)], 0.0
    for month, share in zip(times, shares, strict=True):
        corners += [(month, height), (month, 100 - 100 * share)]
        height = corners[-1][1]
    return corners


def _path(corners: Iterable[tuple[float, float]]) -> str:
    return "M" + "L".join(f"{month:.4g} {height:.4g}" for month, height in corners)


def _area(lower: list[tuple[float, float]], upper: list[tuple[float, float]]) -> str:
    return _path([*upper, *reversed(lower)]) + "Z"
