"""The results table of many cohorts at once, by NumPy, straight from the ledger's measures.

A second path beside the notebooks, which compute from the ADaM tables: the two agree on every
number that both give. The formulas and their sources are those of `numbercheck.statistics`, whose
scalars are called once for each distinct table of counts.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from numbercheck.ledger.expressions import Expression, Masked
from numbercheck.ledger.records import Ledger, Measure, Variable
from numbercheck.recount import _quantiles, kaplan_meier_tables
from numbercheck.statistics import contingency, proportions
from numbercheck.statistics.contingency import p_value
from numbercheck.statistics.proportions import exact_binomial, interval
from numbercheck.statistics.quantiles import KINDS
from numbercheck.statistics.scales import CONF_TYPES

FAMILIES: Mapping[str, str] = {  # the family whose method a parameter chooses
    "interval_method": "proportion_interval",
    "conf_type": "survival_interval",
    "test": "two_group_test",
    "quantile_kind": "quantiles",
}
PARAMETERS: Mapping[str, Sequence] = {  # each with its values; a level is any number from 0 to 1
    "interval_method": proportions.METHODS,
    "conf_type": CONF_TYPES,
    "test": contingency.METHODS,
    "quantile_kind": tuple(KINDS),
    "level": (),
}
QUARTILES = {"min": 0.0, "p25": 0.25, "median": 0.5, "p75": 0.75, "max": 1.0}


class Found(NamedTuple):
    """One statistic of every cohort, shape (c,); NaN where a cohort does not define it."""

    measure: str
    statistic: str
    method: str
    values: np.ndarray


def stack(cohorts: Sequence[Mapping[str, Sequence]], variables: Mapping[str, Variable]) -> dict:
    """Join patient tables of equal size to masked columns of shape (cohorts, patients).

    Raises
    ------
    ValueError
        If two cohorts have different numbers of patients.
    """
    return {name: _stacked([c[name] for c in cohorts], v) for name, v in variables.items()}


def _stacked(columns: Sequence[Sequence], variable: Variable) -> Masked:
    raw = np.array([list(column) for column in columns], dtype=object)
    known = raw != None  # noqa: E711 - element by element
    empty: object = "" if variable.type == "category" else 0
    filled = np.where(known, raw, np.array(empty, dtype=object))
    kinds: dict[str, type] = {"category": str, "flag": bool}
    return Masked(filled.astype(kinds.get(variable.type, float)), known)


def evaluate(
    ledger: Ledger, columns: Mapping[str, Masked], settings: Iterable[Mapping[str, object]]
) -> list[list[Found]]:
    """Every statistic of every measure that patients decide, under each setting.

    Parameters
    ----------
    ledger : Ledger
        Measures, and the methods of those families that no parameter chooses.
    columns : mapping of str to Masked
        For each variable its values, shape (cohorts, patients).
    settings : iterable of mapping
        The notebooks' parameters that are among ``PARAMETERS``.
    """
    trials = _Trials(ledger, columns)
    return [list(trials.results(chosen)) for chosen in settings]


class _Trials:
    """Some cohorts, and what was found of them: for each measure once for each way to find it."""

    def __init__(self, ledger: Ledger, columns: Mapping[str, Masked]) -> None:
        self.ledger, self.columns = ledger, columns
        self.shape = next(iter(columns.values())).known.shape
        self._kept: dict[tuple, Any] = {}

    def results(self, chosen: Mapping[str, object]) -> Iterator[Found]:
        """Every statistic under one setting."""
        level = float(str(chosen.get("level", 0.95)))
        for measure in self.ledger.measures.values():
            method = self.method(measure, chosen)
            if measure.kind == "count":
                yield from self.once(self.counts, measure)
                yield from self.once(self.limits, measure, method, level) if method else ()
            elif measure.kind == "quantity":
                yield from self.once(self.quartiles, measure, method)
            elif measure.kind == "survival":
                yield from self.once(self.survival, measure, method, level)
            elif measure.kind == "comparison":
                yield from self.once(self.test, measure, method)

    def method(self, measure: Measure, chosen: Mapping[str, object]) -> str:
        """Method that a parameter chooses for the measure's family, else the ledger's."""
        for name, family in FAMILIES.items():
            if family == measure.family and name in chosen:
                value = chosen[name]
                return f"quantile-{value}" if name == "quantile_kind" else str(value)
        return self.ledger.method(measure)

    def once(self, find: Callable[..., Any], measure: Measure, *given: object) -> Any:
        """What a function finds of a measure, kept."""
        key = find.__name__, measure.measure, *given
        if key not in self._kept:
            self._kept[key] = find(measure, *given)
        return self._kept[key]

    def select(self, *expressions: Expression) -> np.ndarray:
        """Patients for whom all expressions are known to be true, shape (cohorts, patients)."""
        chosen = np.ones(self.shape, dtype=bool)
        for expression in expressions:
            chosen &= expression.evaluate(self.columns).is_true
        return chosen

    def counted(self, measure: Measure) -> "_Counts":
        """Patients with the event and patients in all, of each cohort."""
        part = self.select(measure.where, measure.among).sum(axis=1)
        return _Counts(part, self.select(measure.among).sum(axis=1))

    def counts(self, measure: Measure) -> list[Found]:
        """Counts and percentages."""
        part, whole = self.once(self.counted, measure).columns
        with np.errstate(invalid="ignore", divide="ignore"):
            percent = 100 * part / whole
        return [
            Found(measure.measure, "n", "count", part.astype(float)),
            Found(measure.measure, "N", "count", whole.astype(float)),
            Found(measure.measure, "percent", "n / N", percent),
        ]

    def limits(self, measure: Measure, method: str, level: float) -> list[Found]:
        """Limits of a percentage."""
        found = self.once(self.counted, measure).once(
            lambda k, n: interval(k, n, method, level) if n else (np.nan, np.nan)
        )
        low, high = 100 * found.T
        name = measure.measure
        return [Found(name, "conf_low", method, low), Found(name, "conf_high", method, high)]

    def quartiles(self, measure: Measure, method: str) -> list[Found]:
        """Extremes and quartiles, in the measure's unit."""
        if method not in ("observed", *(f"quantile-{kind}" for kind in KINDS)):
            return []  # follow-up by a method that only the survival notebook has
        kind = int(method.removeprefix("quantile-")) if method.startswith("quantile-") else 7
        values, known = self.columns[measure.where.text]
        known = known & self.select(measure.among)
        month = self.ledger.days_per_month
        unit = month if measure.unit == "months" else 1.0
        ordered, sizes = np.sort(np.where(known, values, np.inf) / unit, axis=1), known.sum(axis=1)
        return [
            Found(measure.measure, statistic, method, _quantiles(ordered, sizes, p, kind))
            for statistic, p in QUARTILES.items()
        ]

    def survival(self, measure: Measure, conf_type: str, level: float) -> list[Found]:
        """Kaplan-Meier estimate and limits at the measure's horizon, and events until then."""
        source = {v.source: v.variable for v in self.ledger.variables.values()}
        time = self.columns[source[f"ADTTE.{measure.endpoint} days"]].values
        event = self.columns[source[f"ADTTE.{measure.endpoint} event"]].values.astype(bool)
        horizon, name = float(measure.horizon), measure.measure
        ordered, *curves = kaplan_meier_tables(time, event, conf_type, level)
        last = (ordered <= horizon).sum(axis=1)
        found = []
        for statistic, curve in zip(("estimate", "conf_low", "conf_high"), curves, strict=True):
            start = np.ones((len(curve), 1))
            read = np.take_along_axis(np.hstack([start, curve]), last[:, None], axis=1)[:, 0]
            method = "kaplan-meier" if statistic == "estimate" else f"km-{conf_type}"
            found.append(Found(name, statistic, method, 100 * read))
        until = (event & (time <= horizon)).sum(axis=1).astype(float)
        return [*found, Found(name, "n_event", "count", until)]

    def test(self, measure: Measure, method: str) -> list[Found]:
        """P value of two groups, or of one against the rates that another trial printed."""
        if measure.against:
            found = self._against(measure)
        elif measure.by.text:
            found = _Counts(*self._cells(measure)).once(lambda *cells: (_tested(cells, method),))
        else:
            return []  # the article does not say how the groups were divided
        return [Found(measure.measure, "p_value", method, found[:, 0])]

    def _cells(self, measure: Measure) -> list[np.ndarray]:
        event, group = (part.evaluate(self.columns) for part in (measure.where, measure.by))
        rows, columns = (group.is_true, group.is_false), (event.is_true, event.is_false)
        among = self.select(measure.among)
        return [(among & g & e).sum(axis=1) for g in rows for e in columns]

    def _against(self, measure: Measure) -> np.ndarray:
        """Largest two-sided P value over the rates that the other trial's claim admits."""
        printed = (self.ledger.find(measure.against, s)[:1] for s in ("min", "max", "value"))
        rates = [claim.value.value / 100 for claims in printed for claim in claims]
        return self.counted(measure).once(
            lambda k, n: (max(exact_binomial(k, n, rate, "two-sided") for rate in rates),)
        )


class _Counts:
    """Whole numbers of each cohort, and their distinct rows, for which a function is called."""

    def __init__(self, *columns: np.ndarray) -> None:
        self.columns = columns
        self._rows, at = np.unique(np.stack(columns, axis=1), axis=0, return_inverse=True)
        self._at = at.ravel()

    def once(self, of: Callable[..., Sequence[float]]) -> np.ndarray:
        """Values of a function for each row, called once for each distinct one."""
        return np.array([of(*map(int, row)) for row in self._rows], dtype=float)[self._at]


def _tested(cells: Sequence[int], method: str) -> float:
    a, b, c, d = cells
    return p_value([[a, b], [c, d]], method) if sum(cells) else np.nan
