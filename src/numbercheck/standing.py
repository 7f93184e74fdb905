"""What the article determines of each number that the reconstructed cohort shows.

``fixed`` follows from what is printed, to its printed digits; ``bounded`` has the least and
largest value of any consistent cohort beside it; ``free`` is this one cohort's choice.
"""

import csv
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple, Protocol

from numbercheck.ledger.records import Ledger
from numbercheck.statistics.rounding import format_number

OF_COUNT = ("n", "N", "percent", "conf_low", "conf_high")


class Result(Protocol):
    """What a notebook computed of a measure."""

    @property
    def measure(self) -> str: ...  # noqa: D102
    @property
    def statistic(self) -> str: ...  # noqa: D102
    @property
    def value(self) -> float: ...  # noqa: D102
    @property
    def method(self) -> str: ...  # noqa: D102
    @property
    def basis(self) -> str: ...  # noqa: D102


class Determined(NamedTuple):
    """One result, and what the article leaves of it."""

    measure: str
    statistic: str
    value: str
    shows: str
    low: str = ""
    high: str = ""


def determine(ledger: Ledger, results: Iterable[Result], document: Mapping) -> list[Determined]:
    """Say of each constructed result whether the article fixes, bounds or leaves it.

    Parameters
    ----------
    ledger : Ledger
        What is printed.
    results : iterable of Result
        Results of the notebooks; those from supplied data are left out.
    document : mapping
        Document on consistency: its ``bounds`` are labeled by measure and method.
    """
    bounds = {bound["label"]: bound for bound in document.get("bounds", ())}
    return [_determine(ledger, r, bounds) for r in results if r.basis == "constructed"]


def _determine(ledger: Ledger, result: Result, bounds: Mapping[str, Mapping]) -> Determined:
    shown = result.measure, result.statistic, format_number(result.value)
    measure = ledger.measures.get(result.measure)
    if measure is None:
        return Determined(*shown, "free")
    bound = bounds.get(f"{measure.label}, {result.method}")
    if bound is not None and result.statistic == "p_value":
        ends = format_number(bound["low"]), format_number(bound["high"])
        return Determined(*shown, "fixed" if bound["fixed"] else "bounded", *ends)
    counted = result.statistic in OF_COUNT and measure.kind == "count"
    sources = ledger.find(result.measure, "n" if counted else result.statistic)
    printed = sources or ledger.find(result.measure, result.statistic)
    return Determined(*shown, "fixed" if printed else "free")


def write(rows: Iterable[Determined], path: Path) -> None:
    """Write as CSV, in order of measure and statistic."""
    with path.open("w", newline="", encoding="utf-8") as handle:
        writer = csv.writer(handle, lineterminator="\n")
        writer.writerow(Determined._fields)
        writer.writerows(sorted(rows))
