"""The audit: each printed number against the others, with no patient data.

``audit(read_ledger(directory))`` gives one verdict for each claim.
"""

from companion.audit.judge import audit
from companion.audit.verdicts import Candidate, Coverage, Verdict, coverage

__all__ = ["Candidate", "Coverage", "Verdict", "audit", "coverage"]
