"""The audit: each printed number against the others, with no patient data.

``audit(read_ledger(directory))`` gives one verdict for each claim; ``explain`` shows one of them
whole, ``method_table`` what every method gives.
"""

from companion.audit.explain import explain, to_json
from companion.audit.judge import audit
from companion.audit.methods import MethodRow, family_fits, method_table
from companion.audit.start import new_ledger
from companion.audit.verdicts import Candidate, Coverage, Verdict, coverage

__all__ = [
    "Candidate",
    "Coverage",
    "MethodRow",
    "Verdict",
    "audit",
    "coverage",
    "explain",
    "family_fits",
    "method_table",
    "new_ledger",
    "to_json",
]
