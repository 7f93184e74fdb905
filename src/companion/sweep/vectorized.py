"""The results table of many cohorts at once, straight from the ledger's measures.

The notebooks compute the same numbers from the ADaM tables, one cohort at a time; a test compares
the two.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from companion.asked import OPTIONS
from numbercheck.ledger.records import Ledger
from numbercheck.ledger.rows import Measure
from numbercheck.recount import Cohorts
from numbercheck.statistics.quantiles import SHARES

FAMILIES: Mapping[str, str] = {  # the family whose method a parameter chooses
    "interval_method": "proportion_interval",
    "conf_type": "survival_interval",
    "test": "two_group_test",
    "quantile_kind": "quantiles",
}
PARAMETERS: Mapping[str, Sequence] = {  # values of each; a level is any number from 0 to 1
    **{name: tuple(OPTIONS[name]) for name in FAMILIES},
    "level": (),
}
# Statistics of each kind of measure, and how the notebooks name their method.
STATISTICS: Mapping[str, Mapping[str, str]] = {
    "count": {"n": "count", "N": "count", "percent": "n / N", "conf_low": "{}", "conf_high": "{}"},
    "quantity": dict.fromkeys(SHARES, "{}"),
    "survival": {
        "estimate": "kaplan-meier",
        "conf_low": "km-{}",
        "conf_high": "km-{}",
        "n_event": "count",
    },
    "comparison": {"p_value": "{}"},
}


class CohortValues(NamedTuple):
    """One statistic of every cohort, shape (c,); NaN where a cohort does not define it."""

    measure: str
    statistic: str
    method: str
    values: np.ndarray


def evaluate(
    cohorts: Cohorts, settings: Iterable[Mapping[str, object]]
) -> list[list[CohortValues]]:
    """Every statistic of every measure that patients decide, under each setting.

    Parameters
    ----------
    cohorts : Cohorts
        Patients of each cohort, and the ledger with the measures.
    settings : iterable of mapping
        Values of some of ``PARAMETERS``; the ledger's methods where they choose none.
    """
    kept: dict[tuple, CohortValues] = {}
    return [list(_results(cohorts, chosen, kept)) for chosen in settings]


def _results(
    cohorts: Cohorts, chosen: Mapping[str, object], kept: dict[tuple, CohortValues]
) -> Iterator[CohortValues]:
    for measure in cohorts.ledger.measures.values():
        level = float(str(chosen.get("level", cohorts.ledger.level(measure))))
        method = _method(cohorts.ledger, measure, chosen)
        for name, label in STATISTICS.get(measure.kind, {}).items():
            if "{}" in label and not method:
                continue  # the ledger names no method, and no parameter chooses one
            key = measure.measure, name, method, level if name.startswith("conf_") else None
            if key not in kept:
                values = cohorts.statistic(measure, name, method, level)
                kept[key] = CohortValues(measure.measure, name, label.format(method), values)
            yield kept[key]


def _method(ledger: Ledger, measure: Measure, chosen: Mapping[str, object]) -> str:
    """Method that a parameter chooses for the measure's family, else the ledger's."""
    for name, family in FAMILIES.items():
        if family == measure.family and name in chosen:
            return f"quantile-{chosen[name]}" if name == "quantile_kind" else str(chosen[name])
    return ledger.method(measure)
