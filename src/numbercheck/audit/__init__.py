"""The audit: each printed number against the others, with no patient data.

``audit(read_ledger(directory))`` gives one verdict for each claim; ``explain`` shows one of them
whole, ``method_table`` what every method gives.
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
