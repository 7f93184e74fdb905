"""The results of a build, each with its cell and with what the article determines of it."""

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from companion.report.notebooks import cell_id

LEAVES = {"fixed": "fixes it", "bounded": "bounds it", "free": "leaves it open"}
LEFT = ("shows", "low", "high")


class Computed(NamedTuple):
    """One result; ``shows`` is empty for supplied data, of which the article decides nothing."""

    measure: str
    statistic: str
    value: str
    method: str
    basis: str
    cell: str
    shows: str
    low: str
    high: str

    @property
    def leaves(self) -> str:
        """What the article does to the number, in words."""
        return LEAVES.get(self.shows, "")

    @property
    def cell_id(self) -> str:
        """Id on the page of the notebook cell that computed it; empty where it is not known."""
        return cell_id(self.cell)


def computed(output: Path) -> list[Computed]:
    """Every row of ``results.csv``; none where nothing was computed from patients."""
    left = {(r["measure"], r["statistic"]): r for r in _rows(output / "determined.csv")}
    return [
        Computed(
            **{"cell": ""} | row,
            **{k: left.get((row["measure"], row["statistic"]), {}).get(k, "") for k in LEFT},
        )
        for row in _rows(output / "results.csv")
    ]


def _rows(path: Path) -> Iterator[dict[str, str]]:
    if path.is_file():
        with path.open(newline="", encoding="utf-8") as handle:
            yield from csv.DictReader(handle)
