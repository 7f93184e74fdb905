"""The sweep's table as Parquet: one part for each finished block, and all of them joined."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from companion.sweep.grid import Block, Grid, Variant
from companion.sweep.vectorized import Found

if TYPE_CHECKING:
    import pyarrow as pa

KEY = ["measure", "statistic", "method"]


def part(
    grid: Grid, block: Block, cohorts: Sequence[Variant], found: Sequence[Sequence[Found]]
) -> "pa.Table":
    """Rows of one block: each run with its settings, and each of its results.

    Parameters
    ----------
    grid : Grid
        The grid.
    block : Block
        Where its runs stand in the grid.
    cohorts : sequence of Variant
        The block's cohorts.
    found : sequence
        For each of the block's settings the results of these cohorts.
    """
    import pyarrow as pa

    places = np.array(block.cohorts) * grid.settings + block.skipped
    seeds = np.array([np.nan if c.seed is None else c.seed for c in cohorts])
    changes = pd.DataFrame([dict(c.claims) for c in cohorts], columns=list(grid.claims))
    columns: dict[str, list] = defaultdict(list)
    for offset, (chosen, given) in enumerate(zip(block.settings, found, strict=True)):
        results = sorted(given, key=attrgetter(*KEY))
        every = np.repeat(np.arange(len(cohorts)), len(results))  # cohorts first, then results
        about = {"run": places[every] + offset, "seed": seeds[every]}
        about |= {name: np.full(len(every), chosen[name]) for name in chosen}
        about |= {name: changes[name].to_numpy()[every] for name in changes}
        about |= {k: np.tile([getattr(f, k) for f in results], len(cohorts)) for k in KEY}
        about["value"] = np.stack([f.values for f in results], axis=1).ravel()
        for name, values in about.items():
            columns[name].append(values)
    rows = pd.DataFrame({name: np.concatenate(values) for name, values in columns.items()})
    rows["seed"] = rows["seed"].astype("Int64")
    rows = rows.dropna(subset="value").sort_values("run", kind="stable", ignore_index=True)
    return pa.Table.from_pandas(rows, preserve_index=False).replace_schema_metadata()


def write(table: "pa.Table", path: Path) -> None:
    """Write a part, whole or not at all."""
    import pyarrow.parquet as pq

    partial = path.with_suffix(".new")
    pq.write_table(table, partial)
    partial.replace(path)


def join(parts: Iterable[Path], path: Path) -> None:
    """Join parts, in the order of the runs, to one table; it is replaced as a whole."""
    import pyarrow.parquet as pq

    partial, writer = path.with_suffix(".new"), None
    for each in parts:
        table = pq.read_table(each)
        writer = writer or pq.ParquetWriter(partial, table.schema)
        writer.write_table(table)
    if writer is None:
        path.unlink(missing_ok=True)
        return
    writer.close()
    partial.replace(path)


def summary(path: Path, settings: Sequence[str]) -> pd.DataFrame:
    """Sum up what differs between the cohorts.

    Parameters
    ----------
    path : Path
        The joined table; there may be none.
    settings : sequence of str
        Columns of parameters and claims.

    Returns
    -------
    pandas.DataFrame
        For each setting, measure and statistic the least and the largest value over all
        cohorts, how many cohorts define it, and its mean.
    """
    import pyarrow.parquet as pq

    by = [*settings, *KEY]
    if not path.is_file():
        return pd.DataFrame(columns=[*by, "low", "high", "cohorts", "mean"])
    sums = []
    with pq.ParquetFile(path) as file:
        for i in range(file.num_row_groups):
            rows = file.read_row_group(i).to_pandas()
            values = rows.groupby(by, sort=False, dropna=False)["value"]
            sums.append(values.agg(low="min", high="max", cohorts="count", total="sum"))
    how = {"low": "min", "high": "max", "cohorts": "sum", "total": "sum"}
    whole = pd.concat(sums).groupby(level=by, sort=True, dropna=False).agg(how)
    whole["mean"] = whole["total"] / whole["cohorts"]
    return whole.drop(columns="total").reset_index()
