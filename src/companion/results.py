"""The analysis results: one long table of measure, statistic, value, method, basis and cell.

Every number that a table, a caption or the report shows is a row of it; values are in the
printed unit (94 for 94%). ``cell`` is the notebook cell that computed it, such as
``2-efficacy [7]``: the number that Jupyter shows beside the cell.
"""

import csv
import math
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from io import StringIO
from pathlib import Path
from types import MappingProxyType

from companion.errors import CompanionError
from numbercheck.errors import missing_columns
from numbercheck.statistics.proportions import interval
from numbercheck.statistics.quantiles import SHARES, quantile
from numbercheck.statistics.rounding import format_number
from numbercheck.tables import write_table

BASES = ("constructed", "data")
COLUMNS = ("measure", "statistic", "value", "method", "basis")

CELL = "cell"  # empty, or no column at all, where it is not known


class ResultsError(CompanionError, ValueError):
    """Results that cannot be read, or that contradict each other."""


@dataclass(frozen=True)
class Result:
    """One analysis result; results that differ in their cell alone are equal."""

    measure: str
    statistic: str
    value: float
    method: str
    basis: str
    cell: str = field(default="", compare=False)

    def __post_init__(self) -> None:
        if self.basis not in BASES:
            raise ResultsError(f"the basis {self.basis!r} is neither 'constructed' nor 'data'")
        if not math.isfinite(self.value):
            raise ResultsError(f"the value '{self.value}' is not a number")


class Results:
    """Results of one notebook, each (measure, statistic) once.

    Parameters
    ----------
    basis : {"constructed", "data"}
        Whether the patients were reconstructed from the article or supplied.
    missing : mapping of str to str, optional
        Measures that the tables do not record, and why; nothing is recorded of them.
    """

    def __init__(self, basis: str, missing: Mapping[str, str] = MappingProxyType({})) -> None:
        if basis not in BASES:
            raise ResultsError(f"the basis {basis!r} is neither 'constructed' nor 'data'")
        self.basis = basis
        self.missing = dict(missing)
        self._rows: dict[tuple[str, str], Result] = {}

    def add(self, measure: str, statistic: str, value: float, method: str = "") -> None:
        """Record one result; what is missing or not defined (NaN) is left out.

        Raises
        ------
        ValueError
            If the result is there already with another value.
        """
        key = measure, statistic
        if measure in self.missing or math.isnan(value):
            return
        if key in self._rows and self._rows[key].value != float(value):
            raise ResultsError(f"{measure}.{statistic} is {self._rows[key].value}, now {value}")
        self._rows[key] = Result(*key, float(value), method, self.basis, running_cell())

    def proportion(
        self, measure: str, k: int, n: int, method: str = "wilson", level: float = 0.95
    ) -> None:
        """Record k of n: both counts, the percentage, and its interval where n is not 0."""
        self.add(measure, "n", k, "count")
        self.add(measure, "N", n, "count")
        if n:
            lower, upper = interval(int(k), int(n), method, level)
            self.add(measure, "percent", 100 * int(k) / int(n), "n / N")
            self.add(measure, "conf_low", 100 * lower, method)
            self.add(measure, "conf_high", 100 * upper, method)

    def quantiles(self, measure: str, values: Iterable[float], kind: int, *statistics: str) -> None:
        """Record the median, quartiles or extremes of a column; none where it has no value."""
        values = list(values)
        for statistic in statistics if values else ():
            value = quantile(values, SHARES[statistic], kind)
            self.add(measure, statistic, value, f"quantile-{kind}")

    def __iter__(self) -> Iterator[Result]:
        """Results in order of measure and statistic."""
        return (self._rows[key] for key in sorted(self._rows))

    def get(self, measure: str, statistic: str) -> float:
        """Value of a result, NaN where there is none."""
        result = self._rows.get((measure, statistic))
        return result.value if result else math.nan

    def of(self, notebook: str) -> list[Result]:
        """Results of a notebook, each with the notebook and the number of its cell."""
        return [replace(r, cell=f"{notebook} [{r.cell}]" if r.cell else "") for r in self]


def running_cell() -> str:
    """Number that Jupyter shows beside the cell that is running; empty outside a notebook."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    running = shell and shell.displayhook.exec_result  # the shell's own counter is ahead by one
    return str(running.execution_count) if running else ""


def write_results(results: Iterable[Result], path: Path | str) -> None:
    """Write results as CSV, values with 12 significant digits, in order of their keys."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    ordered = sorted(results, key=lambda r: (r.measure, r.statistic))
    rows = (
        (r.measure, r.statistic, format_number(r.value), r.method, r.basis, r.cell) for r in ordered
    )
    write_table((*COLUMNS, CELL), rows, path)


def read_results(path: Path | str) -> list[Result]:
    """Read results.

    Raises
    ------
    ValueError
        If it is not text, a column is missing, a value is not a number, or a key occurs twice.
    """
    path = Path(path)
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise ResultsError(f"{path.name}: this is not a CSV file in UTF-8") from None
    reader = csv.DictReader(StringIO(text, newline=""))
    if missing := [c for c in COLUMNS if c not in (reader.fieldnames or [])]:
        raise ResultsError(f"{path.name}: {missing_columns(missing, COLUMNS)}")
    return unique(_result(row, f"{path.name} row {reader.line_num}") for row in reader)


def unique(results: Iterable[Result]) -> list[Result]:
    """Results in order, refusing a (measure, statistic) that two notebooks give differently."""
    kept: dict[tuple[str, str], Result] = {}
    for result in results:
        key = result.measure, result.statistic
        if key in kept and format_number(kept[key].value) != format_number(result.value):
            values = f"{format_number(kept[key].value)} and {format_number(result.value)}"
            raise ResultsError(f"{'.'.join(key)} has two values, {values}")
        kept.setdefault(key, result)
    return [kept[key] for key in sorted(kept)]


def _result(row: dict[str, str], where: str) -> Result:
    try:
        value = float(row["value"])
    except (TypeError, ValueError):
        raise ResultsError(f"{where}: the value {row['value']!r} is not a number") from None
    try:
        cell = row.get(CELL) or ""
        return Result(row["measure"], row["statistic"], value, row["method"], row["basis"], cell)
    except ResultsError as error:
        raise ResultsError(f"{where}: {error}") from None
