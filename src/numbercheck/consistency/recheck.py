"""Recompute every claim from a patient table, by a path that shares nothing with the solver.

It reads the table with the ledger's expressions, and the textbook statistics of the ground
floor; counts, histories and slots of the constraint model play no part.
"""

from collections.abc import Iterable, Mapping, Sequence
from math import nan
from typing import NamedTuple

import numpy as np

from numbercheck.ledger.expressions import Masked
from numbercheck.ledger.records import Ledger, Measure, Variable
from numbercheck.statistics.contingency import p_value
from numbercheck.statistics.proportions import interval
from numbercheck.statistics.quantiles import SHARES, quantile, quantile_kind
from numbercheck.statistics.survival import kaplan_meier, survival_at


class Checked(NamedTuple):
    """A claim, what the patients give for it, and whether that prints as printed."""

    claim: str
    value: float
    holds: bool


class Table:
    """A patient table as masked columns.

    Parameters
    ----------
    columns : mapping of str to sequence
        For each variable its values, None where missing.
    variables : mapping of str to Variable
        The ledger's variables.
    """

    def __init__(self, columns: Mapping[str, Sequence], variables: Mapping[str, Variable]) -> None:
        self.n = len(next(iter(columns.values()), []))
        self.columns = {name: _mask(columns[name], v) for name, v in variables.items()}

    def select(self, *expressions) -> np.ndarray:  # noqa: ANN002
        """Patients for whom all expressions are known to be true."""
        chosen = np.ones(self.n, dtype=bool)
        for expression in expressions:
            chosen &= expression.select(self.columns, self.n)
        return chosen


def recheck(
    ledger: Ledger, columns: Mapping[str, Sequence], claims: Iterable[str]
) -> list[Checked]:
    """Value of each claim in a patient table, and whether it prints as printed."""
    table = Table(columns, ledger.variables)
    checked = []
    for slug in claims:
        claim = ledger.claims[slug]
        value = statistic(ledger, table, ledger.measures[claim.measure], claim.statistic)
        checked.append(Checked(slug, value, claim.value.admits(value)))
    return checked


def broken_rules(
    ledger: Ledger, columns: Mapping[str, Sequence], rules: Iterable[str]
) -> list[str]:
    """Assumptions that some patient contradicts."""
    table = Table(columns, ledger.variables)
    broken = []
    for rule in rules:
        if np.any(ledger.assumptions[rule].expression.evaluate(table.columns).is_false):
            broken.append(rule)
    return broken


def statistic(ledger: Ledger, table: Table, measure: Measure, name: str) -> float:
    """One statistic of one measure, in the printed unit; NaN where it is not defined."""
    if measure.kind == "count":
        return _count(ledger, table, measure, name)
    if measure.kind == "quantity":
        return _quantity(ledger, table, measure, name)
    if measure.kind == "survival":
        return _survival(ledger, table, measure, name)
    return p_value(two_by_two(table, measure), ledger.method(measure))


def _count(ledger: Ledger, table: Table, measure: Measure, name: str) -> float:
    whole = int(table.select(measure.among).sum())
    part = int(table.select(measure.where, measure.among).sum())
    if name in ("n", "N"):
        return {"n": part, "N": whole}[name]
    if not whole:
        return nan
    if name == "percent":
        return 100 * part / whole
    return 100 * interval(part, whole, ledger.method(measure))[name == "conf_high"]


def _quantity(ledger: Ledger, table: Table, measure: Measure, name: str) -> float:
    values, known = table.columns[measure.where.text]
    chosen = [float(v) for v in values[known & table.select(measure.among)]]
    if not chosen:
        return nan
    unit = ledger.days_per_month if measure.unit == "months" else 1.0
    return quantile(chosen, SHARES[name], quantile_kind(ledger.method(measure))) / unit


def _survival(ledger: Ledger, table: Table, measure: Measure, name: str) -> float:
    source = {v.source: v.variable for v in ledger.variables.values()}
    time = table.columns[source[f"ADTTE.{measure.endpoint} days"]].values
    event = table.columns[source[f"ADTTE.{measure.endpoint} event"]].values.astype(bool)
    horizon = float(measure.horizon)
    if name == "n_event":
        return float((event & (time <= horizon)).sum())
    curve = kaplan_meier(time, event, conf_type=ledger.method(measure))
    column = {"estimate": "survival", "conf_low": "lower", "conf_high": "upper"}[name]
    return 100 * float(survival_at(curve, [horizon])[column].iloc[0])


def two_by_two(table: Table, measure: Measure) -> list[list[int]]:
    """With and without the event (columns), in the group and outside it (rows)."""
    event, group = (part.evaluate(table.columns) for part in (measure.where, measure.by))
    among = table.select(measure.among)
    return [
        [int((among & g & e).sum()) for e in (event.is_true, event.is_false)]
        for g in (group.is_true, group.is_false)
    ]


def _mask(values: Sequence, variable: Variable) -> Masked:
    known = np.array([v is not None for v in values], dtype=bool)
    if variable.type == "category":
        return Masked(np.array(values, dtype=object), known)
    return Masked(np.array([0 if v is None else v for v in values]), known)
