"""Rates of this trial beside those that its article cites, and tests against them."""

from collections.abc import Iterator, Mapping
from math import isnan, nan

import pandas as pd

from companion.layouts import DisplayLayout, LayoutRow
from companion.results import Results
from numbercheck.audit.comparisons import RARE_TESTS, Rate
from numbercheck.audit.evidence import Count, Evidence
from numbercheck.audit.other_trials import rate_tests
from numbercheck.ledger.records import Ledger
from numbercheck.ledger.rows import Comparator, Measure

COMPARED = [
    *("measure", "claim", "counted", "n", "N", "against", "statistic", "rate", "method"),
    *("p_value", "similar"),
]
RATES = ["quantity", "trial", "measure", "n", "N", "percent"]


def compared(
    claimed: Mapping[str, tuple[str, str, int]], total: int, ledger: Ledger
) -> pd.DataFrame:
    """Each comparison with a published rate by every test of the audit, also one-sided.

    Parameters
    ----------
    claimed : mapping of str to (str, str, int)
        For each comparison what was counted, in words, its measure, and the count.
    total : int
        Patients among whom it was counted.
    ledger : Ledger
        What is printed, also of other trials.

    Returns
    -------
    pandas.DataFrame
        The columns that ``tables.comparisons`` wants. A published range gives rows for each
        end. Where a rate can be several counts, the largest P value stands.
    """
    rows, evidence = [], Evidence(ledger)
    for name, (what, counted, k) in claimed.items():
        measure = ledger.measures[name]
        said = next(c for c in ledger.claims.values() if c.measure == name)
        similar = said.value.relation == ">="
        for test in rate_tests(measure, Count((k,), total, ()), evidence, RARE_TESTS).tests:
            if test.name.endswith("-greater") or (similar and test.is_one_sided):
                continue
            for rate, values in test.ends.items():
                published = _published(measure, rate, ledger)
                claim = f"{what}: {'similar to' if similar else 'lower than'} {published[0]}"
                row = (name, claim, counted, k, total, *published[1:], test.name, max(values))
                rows.append((*row, similar))
    return pd.DataFrame(rows, columns=COMPARED).sort_values("claim", kind="stable")


def _published(measure: Measure, rate: Rate, ledger: Ledger) -> tuple[str, str, str, str]:
    """What a count is compared with: in words, its measure and statistic, and the rate."""
    if rate.claim:
        cited = ledger.claims[rate.claim]
        printed = f"{cited.printed.removesuffix('%')}%"  # of 2–10%, the lower end is printed as 2
        return printed, cited.measure, cited.statistic, rate.text
    row = next(r for r in ledger.comparators if r.claim == measure.against)
    return f"{row.percent}% in {_trial(row)}", "", "", f"{row.n} of {row.N}"


def cited(measure: str, statistic: str, ledger: Ledger) -> list[tuple[str, float]]:
    """A rate as the article cites it, and as each source prints it, in percent."""
    claim = ledger.find(measure, statistic)[0]
    linked = (row for row in ledger.comparators if row.claim == claim.claim)
    return [
        (f"{claim.locus}, as cited", float(claim.value.value)),
        *((_trial(row), float(row.percent)) for row in linked if row.percent),
    ]


def rates(layout: DisplayLayout, results: Results, ledger: Ledger) -> pd.DataFrame:
    """Rates of this trial, of the trials that it cites, and of those cited without counts.

    Returns
    -------
    pandas.DataFrame
        ``quantity``, ``trial``, ``measure`` (empty for a cited trial's own number), ``n``,
        ``N`` and ``percent``; ``n`` is NaN where only a percentage is printed. Of a trial
        with two arms, the first.
    """
    rows = [
        (row.group, *rate)
        for row in layout.rows
        for rate in (*_ours(row, results, ledger), *_of_others(row, ledger))
    ]
    return pd.DataFrame(rows, columns=RATES)


def _ours(row: LayoutRow, results: Results, ledger: Ledger) -> Iterator[tuple]:
    """Trial, measure, count, total and percentage of a measure, as far as they are known."""
    if ledger.measures[row.measure].kind == "external":
        if printed := ledger.printed(row.measure, "value"):
            yield row.label, row.measure, nan, nan, printed.value
    elif row.measure not in results.missing:
        counts = (results.get(row.measure, s) for s in ("n", "N", "percent"))
        yield "This trial", row.measure, *counts


def _of_others(row: LayoutRow, ledger: Ledger) -> Iterator[tuple]:
    """The same of each other trial that prints the quantity."""
    for other in ledger.comparators:
        n, total = (float(text.split(";")[0] or "nan") for text in (other.n, other.N))
        alone = float(other.percent) if other.percent.isdigit() else nan
        share = alone if isnan(n) else 100 * n / total
        if other.quantity == row.where and not isnan(share):
            yield _trial(other), "", n, total, share


def _trial(row: Comparator) -> str:
    """Name of a trial, without its size."""
    return row.trial.split(" (")[0]
