"""Whether one cohort can satisfy every printed number, and what all such cohorts agree on."""

from numbercheck.consistency.asking import Bound
from numbercheck.consistency.conflict_sets import Conflict, conflicts
from numbercheck.consistency.construction import Construction, reconstruct
from numbercheck.consistency.histories import risk_histories
from numbercheck.consistency.sharp_bounds import bounds
from numbercheck.consistency.solving import UndecidedError

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
