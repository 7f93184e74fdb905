"""Many analyses at once: any grid of parameters, cohorts and printed numbers, in one table.

``grid`` reads what to run, ``vectorized`` evaluates cohorts by NumPy, ``tasks`` is the work of
one process, ``spread`` hands tasks out, ``table`` keeps what is done, ``runs`` joins them.
"""

from companion.sweep.grid import GridError, read_grid
from companion.sweep.runs import Request, sweep

__all__ = ["GridError", "Request", "read_grid", "sweep"]
