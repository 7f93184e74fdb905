"""Sweeps: the results of many cohorts under many methods, in one table.

``grid`` reads what to run, ``cohorts`` constructs the cohorts on a Dask cluster, ``vectorized``
evaluates them, ``table`` keeps and summarizes the results, ``runs`` ties these together.
"""

from companion.sweep.grid import GridError, read_grid
from companion.sweep.runs import SweepRequest, sweep

__all__ = ["GridError", "SweepRequest", "read_grid", "sweep"]
