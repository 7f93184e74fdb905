"""The audit: each printed number against the others, with no patient data.

``audit(read_ledger(directory))`` gives one verdict for each claim; ``explain`` shows one of them
whole, ``method_table`` what every method gives.

Which module judges what, asked by ``judge``:

- ``percentages``: a percentage by its count. ``intervals``: limits of anything, of which those of
  proportions need ``cases`` (what each method gives) and ``misprints`` (what else would give them).
- ``p_values``: P values, by the tests of ``comparisons`` (groups and pairs) and ``other_trials``.
- ``computed``: numbers that follow by one of several methods: ``effects`` of two groups, ``means``,
  and in ``shares`` the spread of a percentage and rates per person-time.
- ``symmetry``: limits and P values of effects whose data are not printed, such as hazard ratios.
- ``kaplan_meier``: survival, by the at-risk sequences of ``curves``. ``widths``: too narrow or wide
  limits of survival and incidence. ``medians``: median survival and its limits beside the curve.
- ``orders``: what must rise or fall. ``sums``: relations, over the ``ranges`` of printed numbers.
- ``sources``: another publication's numbers, with ``definitions`` that could explain a difference.

All of them look up printed numbers in ``evidence``, which compares populations by ``selections``.
"""

from numbercheck.audit.explain import explain, to_json, told
from numbercheck.audit.judge import audit
from numbercheck.audit.methods import MethodRow, family_fits, method_table
from numbercheck.audit.sources import Agreement, agreements
from numbercheck.audit.verdicts import (
    Candidate,
    Verdict,
    VerdictCounts,
    coverage,
    distinct,
    drift,
    tally,
)

__all__ = [
    "Agreement",
    "Candidate",
    "MethodRow",
    "Verdict",
    "VerdictCounts",
    "agreements",
    "audit",
    "coverage",
    "distinct",
    "drift",
    "explain",
    "family_fits",
    "method_table",
    "tally",
    "to_json",
    "told",
]
