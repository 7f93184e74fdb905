"""The results of a build, each with its cell and with what the article determines of it."""

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from companion.report.notebooks import cell_id
from numbercheck import standing

KNOWN = ("standing", "low", "high")


class Computed(NamedTuple):
    """One result; ``standing`` is empty for supplied data, of which the article decides nothing."""

    measure: str
    statistic: str
    value: str
    method: str
    basis: str
    cell: str
    standing: str
    low: str
    high: str

    @property
    def cell_id(self) -> str:
        """Id on the page of the notebook cell that computed it; empty where it is not known."""
        return cell_id(self.cell)


def computed(output: Path) -> list[Computed]:
    """Every row of ``results.csv``; none where nothing was computed from patients."""
    known = {(r["measure"], r["statistic"]): r for r in _rows(output / standing.NAME)}
    return [
        Computed(
            **{"cell": ""} | row,
            **{k: known.get((row["measure"], row["statistic"]), {}).get(k, "") for k in KNOWN},
        )
        for row in _rows(output / "results.csv")
    ]


def _rows(path: Path) -> Iterator[dict[str, str]]:
    if path.is_file():
        with path.open(newline="", encoding="utf-8") as handle:
            yield from csv.DictReader(handle)
