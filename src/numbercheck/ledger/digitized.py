"""Survival curves read off a figure, and what each point says of the estimate on some days.

A point at time t and survival s, within tolerances of both, says that the curve is still at s or
above until the earliest time that t can stand for, and at s or below from the latest one on. Of
these bounds, those that others imply are left out.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from math import ceil, floor
from pathlib import Path
from typing import NamedTuple

from numbercheck.ledger.day_bounds import on_day
from numbercheck.ledger.records import Ledger
from numbercheck.ledger.rows import Claim, Digitized, Measure
from numbercheck.ledger.tables import TableError, read_numbers

HIGHEST = 1.1  # highest survival of a curve in fractions, with some noise; above are percentages
COLUMNS = "write two columns, time and survival, and each curve in a file of its own"


class CurvePoint(NamedTuple):
    """A point of a curve: where it stands in the file, its day, and survival in percent."""

    row: int
    day: float
    survival: float


class DayBound(NamedTuple):
    """The least (``>=``) or largest (``<=``) estimate on a day, in percent, and a point's row."""

    day: int
    relation: str
    percent: float
    row: int


def with_digitized(ledger: Ledger) -> Ledger:
    """Ledger that also holds what digitized curves say, each bound as a claim of its own."""
    measures = {measure.measure: measure for measure, _ in ledger.steps}
    claims = {claim.claim: claim for _, claim in ledger.steps}
    return replace(
        ledger, measures={**ledger.measures, **measures}, claims={**ledger.claims, **claims}
    )


def read_steps(ledger: Ledger, folder: Path, faults: list[str]) -> Iterator[tuple[Measure, Claim]]:
    """Measures and claims of each digitized curve.

    Parameters
    ----------
    ledger : Ledger
        Its rows of digitized.csv have no faults.
    folder : Path
        Where the files of points are.
    faults : list of str
        Everything that is wrong with such a file is appended.
    """
    for row in ledger.digitized.values():
        days = ledger.days_per(row.unit) or 1.0
        bounds = list(_bounds(row, _points(row, folder, days, faults), days))
        if fault := _rise(row, bounds):
            faults.append(fault)
        else:
            yield from (_as_claim(row, bound) for bound in bounds)


def _points(row: Digitized, folder: Path, days: float, faults: list[str]) -> list[CurvePoint]:
    """Points of a file; none where something is wrong with one of them."""
    wrong: list[str] = []
    rows = _rows(row, folder, wrong)
    highest = max((numbers[1] for _, numbers in rows if len(numbers) > 1), default=HIGHEST)
    scale = 100 if highest <= HIGHEST else 1
    points = []
    for line, numbers in rows:
        if len(numbers) == 2:
            time, survival = numbers[0], scale * numbers[1]
            wrong += _point_faults(row, line, time, survival)
            points.append(CurvePoint(line, time * days, survival))
        else:
            wrong.append(f"{row.file} row {line}: it has {len(numbers)} numbers; {COLUMNS}")
    faults += wrong
    return [] if wrong else points


def _rows(row: Digitized, folder: Path, faults: list[str]) -> list[tuple[int, list[float]]]:
    """Line and numbers of each row of a file of points."""
    path = folder / row.file
    if not path.is_file():
        faults.append(f"digitized.csv ({row.curve}), column file: there is no {path}")
        return []
    try:
        heading, rows = read_numbers(path)
    except (TableError, OSError) as error:
        faults.append(f"digitized.csv ({row.curve}): {error}")
        return []
    if heading and "surv" in heading[0].casefold():
        faults.append(f"{row.file}: its columns are {', '.join(heading)}; {COLUMNS}")
    elif not rows:
        faults.append(f"{row.file}: there are no points; {COLUMNS}")
    return rows


def _point_faults(row: Digitized, line: int, time: float, survival: float) -> Iterator[str]:
    """Say that a point is before the start, or not between 0 and 100%."""
    where, off = f"{row.file} row {line}", float(row.tolerance)
    if time < -float(row.time_tolerance):
        yield f"{where}, column time: {time:g} {row.unit} is before the start"
    if not -off <= survival <= 100 + off:
        yield (
            f"{where}, column survival: {survival:g}% is not between 0 and 100%, give or take "
            f"{row.tolerance}; write percentages or fractions"
        )


def _bounds(row: Digitized, points: list[CurvePoint], days: float) -> Iterator[DayBound]:
    """The least estimates from the last day back, then the largest from the first day on."""
    apart, off = float(row.time_tolerance) * days, float(row.tolerance)
    least = [
        DayBound(ceil(_settled(p.day - apart)) - 1, ">=", _outward(floor, p.survival - off), p.row)
        for p in points
    ]
    most = [
        DayBound(floor(_settled(p.day + apart)), "<=", _outward(ceil, p.survival + off), p.row)
        for p in points
    ]
    last = 0.0
    for bound in sorted(least, key=lambda b: (-b.day, -b.percent)):
        if bound.percent > last and bound.day >= 0:
            last = bound.percent
            yield bound
    last = 100.0
    for bound in sorted(most, key=lambda b: (b.day, b.percent)):
        if bound.percent < last:
            last = bound.percent
            yield bound


def _outward(rule: Callable[[float], int], percent: float) -> float:
    """Round to hundredths."""
    return rule(_settled(100 * percent)) / 100


def _settled(value: float) -> float:
    """A number of days, or of hundredths, without the noise of a float."""
    return round(value, 6)


def _rise(row: Digitized, bounds: list[DayBound]) -> str:
    """Say where the points rise more than tolerances allow; empty where they do not."""
    pairs = (
        (low, high)
        for low in bounds
        for high in bounds
        if low.relation == ">=" and high.relation == "<=" and high.day <= low.day
    )
    low, high = max(pairs, key=lambda p: p[0].percent - p[1].percent, default=(None, None))
    if low is None or high is None or low.percent <= high.percent:
        return ""
    return (
        f"{row.file} row {low.row}, column survival: it is higher than in row {high.row}, which is "
        f"earlier, by more than tolerances of {row.tolerance} points and {row.time_tolerance} "
        f"{row.unit} allow; a survival curve never rises: correct the points, or give larger "
        "tolerances in digitized.csv"
    )


def _as_claim(row: Digitized, bound: DayBound) -> tuple[Measure, Claim]:
    locus = f"{row.locus} ({row.file} row {bound.row})"
    return on_day(*bound[:3], row.curve, row.endpoint, row.among, locus, row.curve)
