"""The sweep's table as Parquet: one part for each finished block, and all of them joined."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from operator import attrgetter
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from companion.sweep.grid import Scenario
from companion.sweep.vectorized import CohortValues

KEY = ["measure", "statistic", "method"]


def part(
    scenarios: Sequence[Scenario],
    first_runs: Sequence[int],
    settings: Sequence[Mapping[str, object]],
    found: Sequence[Sequence[CohortValues]],
) -> pa.Table:
    """Rows of some runs: each with its scenario, its setting and one of its results.

    Parameters
    ----------
    scenarios : sequence of Scenario
        Cohorts that were evaluated, which change the same claims.
    first_runs : sequence of int
        For each of them the number of its run under the first setting.
    settings : sequence of mapping
        Settings under which they were evaluated.
    found : sequence
        For each setting the results of all these cohorts.
    """
    places = np.array(first_runs)
    seeds = np.array([np.nan if s.seed is None else s.seed for s in scenarios])
    columns: dict[str, list] = defaultdict(list)
    for offset, (chosen, given) in enumerate(zip(settings, found, strict=True)):
        results = sorted(given, key=attrgetter(*KEY))
        every = np.repeat(np.arange(len(scenarios)), len(results))  # cohorts first, then results
        about = {"run": places[every] + offset, "seed": seeds[every]}
        about |= {name: np.full(len(every), chosen[name]) for name in chosen}
        about |= {name: np.full(len(every), text) for name, text in scenarios[0].claims}
        about |= {k: np.tile([getattr(f, k) for f in results], len(scenarios)) for k in KEY}
        about["value"] = np.stack([f.values for f in results], axis=1).ravel()
        for name, values in about.items():
            columns[name].append(values)
    rows = pd.DataFrame({name: np.concatenate(values) for name, values in columns.items()})
    rows["seed"] = rows["seed"].astype("Int64")
    rows = rows.dropna(subset="value").sort_values("run", kind="stable", ignore_index=True)
    return pa.Table.from_pandas(rows, preserve_index=False).replace_schema_metadata()


def write_part(table: pa.Table, path: Path) -> None:
    """Write a part, whole or not at all."""
    partial = path.with_suffix(".new")
    pq.write_table(table, partial)
    partial.replace(path)


def join_parts(parts: Iterable[Path], path: Path) -> None:
    """Join parts, in the order of the runs, to one table; it is replaced as a whole."""
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
