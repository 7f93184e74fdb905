"""Whether one cohort can satisfy every printed number, and what all such cohorts agree on."""

from companion.consistency.conflict_sets import Conflict, conflicts
from companion.consistency.construction import Construction, reconstruct
from companion.consistency.histories import risk_histories
from companion.consistency.search import UndecidedError
from companion.consistency.sharp_bounds import Bound, bounds

__all__ = [
    "Bound",
    "Conflict",
    "Construction",
    "UndecidedError",
    "bounds",
    "conflicts",
    "reconstruct",
    "risk_histories",
]
