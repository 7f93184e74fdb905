"""Check a cohort by counting its patients, without the constraint model."""

from collections.abc import Iterable, Mapping, Sequence

from numbercheck.consistency.curve_times import bounds_of
from numbercheck.ledger.curve_times import is_of_curve
from numbercheck.ledger.printing import prints_as
from numbercheck.ledger.records import Ledger
from numbercheck.ledger.rows import Claim, Measure
from numbercheck.recount import Cohorts


def unsatisfied(
    ledger: Ledger, columns: Mapping[str, Sequence], rows: Iterable[str], size: int = 0
) -> list[str]:
    """Claims that a cohort does not print as printed, and assumptions that it violates.

    Parameters
    ----------
    ledger : Ledger
        Where claims and assumptions are defined.
    columns : mapping of str to sequence
        For each variable its values, None where missing; a variable left out is missing.
    rows : iterable of str
        Slugs of claims and assumptions.
    size : int
        Number of patients, where there are no columns.
    """
    cohort = Cohorts(ledger, [columns], size)
    return sorted(row for row in rows if not _holds(ledger, cohort, row))


def _holds(ledger: Ledger, cohort: Cohorts, row: str) -> bool:
    if row in ledger.assumptions:
        return not cohort.breaks(ledger.assumptions[row].expression)[0]
    claim = ledger.claims[row]
    if is_of_curve(ledger.measures[claim.measure]):
        return all(_prints(cohort, *said) for said in bounds_of(claim, ledger))
    return _prints(cohort, ledger.measures[claim.measure], claim)


def _prints(cohort: Cohorts, measure: Measure, claim: Claim) -> bool:
    """Whether a cohort has a number that can be printed so."""
    return prints_as(claim, measure, float(cohort.statistic(measure, claim.statistic)[0]))
