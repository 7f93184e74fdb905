"""The sweep's table as Parquet: one part for each finished block, and all of them joined."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from companion.sweep.grid import Block, Cohort, Grid
from companion.sweep.vectorized import Found

if TYPE_CHECKING:
    import pyarrow as pa

KEY = ["measure", "statistic", "method"]


def part(
    grid: Grid, block: Block, cohorts: Sequence[Cohort], found: Sequence[Sequence[Found]]
) -> "pa.Table":
    """Rows of one block: each run with its settings, and each of its results.

    Parameters
    ----------
    grid : Grid
        The grid.
    block : Block
        Where its runs stand in the grid.
    cohorts : sequence of Cohort
        The block's cohorts.
    found : sequence
        For each of the block's settings the results of these cohorts.
    """
    import pyarrow as pa

    places = np.array(block.cohorts) * grid.settings + block.skipped
    seeds = pd.array([c.seed for c in cohorts], dtype="Int64")
    changes = pd.DataFrame([dict(c.claims) for c in cohorts], columns=list(grid.claims))
    frames = []
    for offset, (chosen, results) in enumerate(zip(block.settings, found, strict=True)):
        every = np.repeat(np.arange(len(cohorts)), len(results))  # cohorts first, then results
        about = {"run": places[every] + offset, "seed": seeds[every], **chosen}
        about |= {name: changes[name].to_numpy()[every] for name in changes}
        for part in ("measure", "statistic", "method"):
            about[part] = [getattr(f, part) for f in results] * len(cohorts)
        values = np.stack([f.values for f in results], axis=1).ravel()
        frames.append(pd.DataFrame(about | {"value": values}, index=range(len(every))))
    rows = pd.concat(frames, ignore_index=True).dropna(subset="value")
    rows = rows.sort_values(["run", *KEY], ignore_index=True)
    return pa.Table.from_pandas(rows, preserve_index=False).replace_schema_metadata()


def write(table: "pa.Table", path: Path) -> None:
    """Write a part, whole or not at all."""
    import pyarrow.parquet as pq

    partial = path.with_suffix(".new")
    pq.write_table(table, partial)
    partial.replace(path)


def join(parts: Iterable[Path], path: Path, settings: Sequence[str]) -> pd.DataFrame:
    """Join parts to one table, and sum up what differs between the cohorts.

    Parameters
    ----------
    parts : iterable of Path
        In the order of the runs.
    path : Path
        The joined table; replaced as a whole.
    settings : sequence of str
        Columns of parameters and claims.

    Returns
    -------
    pandas.DataFrame
        For each setting, measure and statistic the least and the largest value over all
        cohorts, how many cohorts define it, and its mean.
    """
    import pyarrow.parquet as pq

    partial, writer, sums = path.with_suffix(".new"), None, []
    for each in parts:
        table = pq.read_table(each)
        writer = writer or pq.ParquetWriter(partial, table.schema)
        writer.write_table(table)
        by = table.to_pandas().groupby([*settings, *KEY], sort=False, dropna=False)["value"]
        sums.append(by.agg(low="min", high="max", cohorts="count", total="sum"))
    if writer is None:
        return pd.DataFrame(columns=[*settings, *KEY, "low", "high", "cohorts", "mean"])
    writer.close()
    partial.replace(path)
    how = {"low": "min", "high": "max", "cohorts": "sum", "total": "sum"}
    whole = pd.concat(sums).groupby(level=[*settings, *KEY], sort=True, dropna=False).agg(how)
    whole["mean"] = whole["total"] / whole["cohorts"]
    return whole.drop(columns="total").reset_index()
