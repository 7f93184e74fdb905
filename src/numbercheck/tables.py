"""Tables of outputs: named tuples as CSV, one row each."""

import csv
from collections.abc import Iterable
from pathlib import Path


def write_table(columns: Iterable[str], rows: Iterable[Iterable[str]], path: Path) -> None:
    """Write rows below the names of their columns."""
    with path.open("w", newline="", encoding="utf-8") as handle:
        writer = csv.writer(handle, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(rows)
