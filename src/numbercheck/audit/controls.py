"""Tests of the trial's patients against those of another source, such as matched controls."""

from numbercheck.audit.comparisons import Comparison, matched_tests, some, table_tests
from numbercheck.audit.evidence import Count, Evidence, MissingError
from numbercheck.ledger.rows import Measure


def control_tests(measure: Measure, evidence: Evidence, names: tuple[str, ...]) -> Comparison:
    """Every test of one count against the same count of another source's patients.

    ``names`` are the tests of two groups. A percentage that is no count stands for the counts on
    either side of it. Matched pairs are tested as pairs, and by the tests of two groups, which
    many articles use for them.

    Raises
    ------
    MissingError
        If it compares curves, or a count or a size is not printed.
    """
    if measure.endpoint or not measure.where.text:
        raise MissingError("a test of two curves needs the times of all patients")
    own, other = _count(measure, evidence), _count(measure, evidence.of(measure.against))
    tables = [
        ((k, (own.total or 0) - k), (m, (other.total or 0) - m))
        for k in own.values
        for m in other.values
    ]
    inputs, groups = (*own.claims, *other.claims), table_tests(tables, names)
    if not measure.design:
        return Comparison(groups, inputs, some(tables), len(tables) > 1)
    matched = matched_tests(tables, inputs)
    return matched._replace(tests=[*matched.tests, *groups])


def _count(measure: Measure, evidence: Evidence) -> Count:
    count = evidence.nearest_selected(measure.where, measure.among)
    if count is None or not count.total:
        raise MissingError("a count, or the number of patients, is not printed")
    return count
