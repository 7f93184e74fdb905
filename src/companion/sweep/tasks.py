"""The work of one process: construct a cohort, or evaluate some.

Each function takes and gives plain values, so that it runs as well on another machine.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from companion.sweep.grid import Variant
from companion.sweep.vectorized import Found, evaluate, stack
from numbercheck.ledger.records import Ledger

Columns = Mapping[str, Sequence]


def construct(ledger: Ledger, cohort: Variant) -> dict[str, Any]:
    """Columns of one reconstructed cohort, and the claims that it had to give up.

    Raises
    ------
    RuntimeError
        If the solver did not decide in time, or the cohort fails its check.
    """
    from numbercheck.consistency.construction import reconstruct

    made = reconstruct(ledger.constrain(dict(cohort.claims)), cohort.seed or 0)
    return {"columns": {k: list(v) for k, v in made.columns.items()}, "given_up": made.given_up}


def evaluate_block(
    ledger: Ledger, cohorts: Sequence[Columns], settings: Sequence[Mapping[str, object]]
) -> list[list[Found]]:
    """Results of some cohorts under each setting."""
    return evaluate(ledger, stack(cohorts, ledger.variables), settings)
