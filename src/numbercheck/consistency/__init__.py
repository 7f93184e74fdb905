"""Whether one cohort can satisfy every printed number, and what all such cohorts agree on.

Its modules from the largest question down; each imports only modules that are named after it:

- everything in one document: document
- a question each: leave_one_out, histories, questions, event_types, readings, construction, words
- the ends of what is not printed: sharp_bounds, chain, curve_bounds, asking
- whether some rows can hold together: conflict_sets, search, sizes, deciding
- many patients, whom no variable stands for: between, many_patients, whole_patients,
  pushing, raking, goals, fall, intervals, logarithm, patient_kinds
- the exact model, and what is made of it: relaxation, witness, model, daily, fourfold, steps,
  region, structure, slots, times, interval_cells, candidates, counts, junction
- what the ledger says, and asking the solver: scope, modeled, domains, conditions, tabulated,
  order, recheck, curve_times, solving
"""

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
