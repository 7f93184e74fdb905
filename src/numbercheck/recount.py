"""Recount measures from patient columns: what some patients give for each printed number.

It takes one cohort, or many of equal size at once. Selections come from the ledger's own
evaluator. The constraint model plays no part, so this checks the cohorts that it finds; what both
use are the formulas of `numbercheck.statistics`, which are tested against R, and its rounding.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from numbercheck.ledger.expressions import Expression
from numbercheck.ledger.kleene import Masked
from numbercheck.ledger.records import Ledger
from numbercheck.ledger.rows import Measure, Variable
from numbercheck.statistics.contingency import p_value
from numbercheck.statistics.proportions import exact_binomial, interval
from numbercheck.statistics.quantiles import KINDS, SHARES, quantile_kind, quantile_weights
from numbercheck.statistics.scales import survival_limits, two_sided_level


class Cohorts:
    """Patient tables of equal size, as masked columns of shape (cohorts, patients).

    Parameters
    ----------
    ledger : Ledger
        Its variables are the columns.
    tables : sequence of mapping
        For each cohort the values of each variable, None where missing. A variable that a
        cohort lacks is missing for all its patients.
    size : int, optional
        Number of patients, for a ledger without variables.

    Raises
    ------
    ValueError
        If two cohorts differ in size.
    """

    def __init__(
        self, ledger: Ledger, tables: Sequence[Mapping[str, Sequence]], size: int = 0
    ) -> None:
        sizes = {len(column) for table in tables for column in table.values()} or {size}
        if len(sizes) > 1:
            raise ValueError(f"cohorts of {sorted(sizes)} patients; they need one size")
        self.ledger, self.shape = ledger, (len(tables), *sizes)
        absent = [None] * self.shape[1]
        self.columns = {
            name: _stack([table.get(name, absent) for table in tables], variable)
            for name, variable in ledger.variables.items()
        }
        self._kept: dict[tuple, Any] = {}

    def select(self, *expressions: Expression) -> np.ndarray:
        """Patients for whom all expressions are known to be true, shape (cohorts, patients)."""
        chosen = np.ones(self.shape, dtype=bool)
        for expression in expressions:
            chosen &= expression.evaluate(self.columns).is_true
        return chosen

    def count(self, *expressions: Expression) -> np.ndarray:
        """Number of patients for whom all expressions are known to be true, in each cohort."""
        return self.select(*expressions).sum(axis=1)

    def breaks(self, rule: Expression) -> np.ndarray:
        """Whether some patient of a cohort is known to contradict a rule."""
        broken = rule.evaluate(self.columns).is_false
        return np.asarray(np.broadcast_to(broken, self.shape).any(axis=1))

    def statistic(
        self, measure: Measure, name: str, method: str = "", level: float | None = None
    ) -> np.ndarray:
        """One statistic in the printed unit, shape (cohorts,); NaN where it is not defined.

        Parameters
        ----------
        measure : Measure
            A count, quantity, survival or comparison.
        name : str
            Statistic, as in ``claims.csv``.
        method : str
            By default that of the measure's family.
        level : float, optional
            Confidence level of limits; by default that of the measure.
        """
        find = {
            "count": self._count,
            "quantity": self._quantity,
            "survival": self._survival,
            "comparison": self._comparison,
        }[measure.kind]
        level = self.ledger.level(measure) if level is None else level
        return find(measure, name, method or self.ledger.method(measure), level)

    def cells(self, measure: Measure) -> np.ndarray:
        """Patients of each group with and without the event, shape (cohorts, 2 x groups)."""
        event = measure.where.evaluate(self.columns)
        groups = (self.select(g, measure.among) for g in self.ledger.groups(measure.by))
        columns = [(g & e).sum(axis=1) for g in groups for e in (event.is_true, event.is_false)]
        return np.stack(columns, axis=1)

    def curve(self, measure: Measure, conf_type: str, level: float) -> tuple[np.ndarray, ...]:
        """Kaplan-Meier tables of the patients in ``among``; others leave before the first day."""
        time, event = (self.columns[c] for c in endpoint_columns(self.ledger, measure.endpoint))
        inside = self.select(measure.among) & time.known & event.known
        times = np.where(inside, time.values, -np.inf)
        return kaplan_meier_tables(times, event.values.astype(bool) & inside, conf_type, level)

    def _once(self, find: Callable[..., Any], *given: object) -> Any:
        """Value of a method, kept, since several statistics are read off it."""
        key = find.__name__, *given
        if key not in self._kept:
            self._kept[key] = find(*given)
        return self._kept[key]

    def _undefined(self) -> np.ndarray:
        return np.full(self.shape[0], np.nan)

    def _counted(self, measure: Measure) -> np.ndarray:
        part, whole = self.count(measure.where, measure.among), self.count(measure.among)
        return np.stack([part, whole], axis=1)

    def _count(self, measure: Measure, name: str, method: str, level: float) -> np.ndarray:
        counted = self._once(self._counted, measure)
        part, whole = counted.T.astype(float)
        if name in ("n", "N"):
            return part if name == "n" else whole
        if name == "percent":
            with np.errstate(invalid="ignore"):
                return 100 * part / whole
        if not method:
            return self._undefined()
        limits = self._once(self._limits, measure, method, level)
        return limits[:, int(name == "conf_high")]

    def _limits(self, measure: Measure, method: str, level: float) -> np.ndarray:
        sides = measure.sides or "two"
        limits = _of_rows(
            lambda k, n: interval(k, n, method, level, sides) if n else (np.nan, np.nan),
            self._once(self._counted, measure),
        )
        return 100 * limits

    def _quantity(self, measure: Measure, name: str, method: str, level: float) -> np.ndarray:
        known = measure.where.text in self.columns
        if not known or method not in ("", "observed", *(f"quantile-{k}" for k in KINDS)):
            return self._undefined()  # such as follow-up by survivors or reverse Kaplan-Meier
        ordered, sizes = self._once(self._ordered, measure)
        return _quantiles(ordered, sizes, SHARES[name], quantile_kind(method))

    def _ordered(self, measure: Measure) -> tuple[np.ndarray, np.ndarray]:
        """Known values in ascending order, in the printed unit, and how many there are."""
        values, known = self.columns[measure.where.text]
        known = known & self.select(measure.among)
        unit = printed_unit(self.ledger, measure) or np.nan
        return np.sort(np.where(known, values, np.inf) / unit, axis=1), known.sum(axis=1)

    def _survival(self, measure: Measure, name: str, method: str, level: float) -> np.ndarray:
        time, event = endpoint_columns(self.ledger, measure.endpoint)
        if not (time and event):
            return self._undefined()
        horizon = float(measure.horizon)
        if name == "n_event":
            until = np.asarray(self.columns[time].values <= horizon)
            return (self.select(Expression(event), measure.among) & until).sum(axis=1).astype(float)
        if name == "at_risk":
            followed = np.asarray(self.columns[time].values >= horizon) & self.columns[time].known
            return (self.select(measure.among) & followed).sum(axis=1).astype(float)
        level = two_sided_level(level, measure.sides)
        return self.survival_at(measure, horizon, name, method or "log", level)

    def survival_at(
        self, measure: Measure, day: float, name: str, conf_type: str = "log", level: float = 0.95
    ) -> np.ndarray:
        """Estimate or limit in percent on a day; limits are NaN where R's are."""
        times, *curves = self._once(self.curve, measure, conf_type, level)
        column = ("estimate", "conf_low", "conf_high").index(name)
        before = (1.0, *survival_limits(1.0, 0.0, conf_type, level))[column]
        read = np.hstack([np.full((self.shape[0], 1), before), curves[column]])
        last = (times <= day).sum(axis=1)
        value = 100 * np.take_along_axis(read, last[:, None], axis=1)[:, 0]
        return np.where(np.isfinite(times).any(axis=1), value, np.nan)

    def event_days(self, measure: Measure) -> list[float]:
        """Days of the events of the first cohort, in order."""
        time, event = endpoint_columns(self.ledger, measure.endpoint)
        had = self.select(Expression(event), measure.among)[0]
        return sorted(self.columns[time].values[0][had].tolist())

    def _comparison(self, measure: Measure, name: str, method: str, level: float) -> np.ndarray:
        if measure.against:
            return self._against(measure, method)
        if measure.design or not (measure.by.text and method):
            return self._undefined()  # pairs, or groups that the article does not define
        cells = self._once(self.cells, measure)
        return _of_rows(lambda *table: (_tested(table, method),), cells)[:, 0]

    def _against(self, measure: Measure, method: str) -> np.ndarray:
        """Largest two-sided P value over the rates, or counts, of the other trial."""
        printed = (self.ledger.find(measure.against, s)[:1] for s in ("min", "max", "value"))
        rates = [claim.value.value / 100 for claims in printed for claim in claims]
        rows = [r for r in self.ledger.comparators if r.claim == measure.against]
        theirs = [(int(r.n), int(r.N)) for r in rows if r.n.isdigit() and r.N.isdigit()]

        def largest(k: int, n: int) -> tuple[float]:
            if rates:
                return (max(exact_binomial(k, n, rate, "two-sided") for rate in rates),)
            return (max(_tested((k, n - k, x, m - x), method) for x, m in theirs),)

        if not (rates or (theirs and method)):
            return self._undefined()
        return _of_rows(largest, self._once(self._counted, measure))[:, 0]


def endpoint_columns(ledger: Ledger, endpoint: str) -> tuple[str, str]:
    """Columns of an endpoint's days and events; empty where the ledger has none."""
    sources = {v.source: v.variable for v in ledger.variables.values()}
    return sources.get(f"ADTTE.{endpoint} days", ""), sources.get(f"ADTTE.{endpoint} event", "")


def printed_unit(ledger: Ledger, measure: Measure) -> float | None:
    """How many units of its variable a quantity is printed in; None where that is not known."""
    variable, printed = ledger.variables[measure.where.text], measure.unit.rstrip("s")
    is_time = variable.source.startswith("ADTTE.") or printed == "month"
    own = variable.unit.rstrip("s") or ("day" if is_time else printed)
    if own == printed or not printed:
        return 1.0
    days, of_own = ledger.days_per(printed), ledger.days_per(own)
    return days / of_own if days and of_own else None


def kaplan_meier_tables(
    time: np.ndarray, event: np.ndarray, conf_type: str = "log", level: float = 0.95
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Kaplan-Meier curves of many cohorts.

    Parameters
    ----------
    time, event : ndarray, shape (c, n)
        Time and whether the event was seen, for each of n patients of c cohorts.
    conf_type, level
        As for `numbercheck.statistics.survival.kaplan_meier`.

    Returns
    -------
    tuple of four ndarray, shape (c, n)
        The patients' times in order, and survival and its limits after each. Of tied times
        the last has the value of the curve: one death after the other gives the estimate
        and Greenwood's sum of all at once, since 1/(n(n-1)) adds up to d/(n(n-d)).
    """
    order = np.lexsort((~event, time), axis=1)
    time, event = (np.take_along_axis(a, order, axis=1) for a in (time, event))
    at_risk = np.arange(time.shape[1], 0, -1, dtype=float)
    survival = np.cumprod(np.where(event, 1 - 1 / at_risk, 1.0), axis=1).astype(np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        terms = np.where(event, 1 / (at_risk * (at_risk - 1.0)), 0.0)
        variance = np.cumsum(terms, axis=1).astype(np.float64)
    lower, upper = np.vectorize(survival_limits, otypes=[float, float])(
        survival, variance, conf_type, level
    )
    return time, survival, lower, upper


def _stack(columns: Sequence[Sequence], variable: Variable) -> Masked:
    raw = np.array([list(column) for column in columns], dtype=object)
    known = raw != None  # noqa: E711 - element by element
    empty: object = "" if variable.type == "category" else 0
    filled = np.where(known, raw, np.array(empty, dtype=object))
    kinds: dict[str, type] = {"category": str, "flag": bool}
    return Masked(filled.astype(kinds.get(variable.type, float)), known)


def _of_rows(of: Callable[..., Sequence[float]], counts: np.ndarray) -> np.ndarray:
    """Values of a function for each cohort's row of counts, called once for equal rows."""
    rows = [tuple(map(int, row)) for row in counts.tolist()]
    found = {row: of(*row) for row in dict.fromkeys(rows)}
    return np.array([found[row] for row in rows], dtype=float)


def _quantiles(ordered: np.ndarray, n: np.ndarray, p: float, kind: int) -> np.ndarray:
    """Quantile of each row's first n values, by the rules of `numbercheck.statistics.quantiles`."""
    places = _of_rows(lambda size: _place(size, p, kind), n[:, None])
    low, high = (
        np.take_along_axis(ordered, places[:, side].astype(int)[:, None], axis=1)[:, 0]
        for side in (0, 1)
    )
    between = places[:, 2]
    with np.errstate(invalid="ignore"):
        value = np.where(low == high, low, (1 - between) * low + between * high)
    return np.where(n > 0, value, np.nan)


def _place(size: int, p: float, kind: int) -> tuple[float, float, float]:
    """Lower and upper position, from 0, and the weight of the upper one."""
    terms = quantile_weights(max(size, 1), p, kind)
    return terms[0][0], terms[-1][0], float(terms[-1][1])


def _tested(cells: Sequence[int], method: str) -> float:
    table = [list(cells[at : at + 2]) for at in range(0, len(cells), 2)]
    return p_value(table, method) if sum(cells) else np.nan
