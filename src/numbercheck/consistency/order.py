"""Values in ascending order, and what a printed median, quartile or extreme says of them."""

from fractions import Fraction
from math import ceil, floor

from ortools.sat.python import cp_model

from numbercheck.statistics.quantiles import SHARES, quantile_kind, quantile_weights
from numbercheck.statistics.rounding import Printed


class Sorted:
    """The first ``size`` of some variables are a population's values, in ascending order.

    Parameters
    ----------
    model : cp_model.CpModel
        Where constraints go.
    values : list of IntVar
        In ascending order.
    size : int or IntVar
        How many of them there are.
    """

    def __init__(self, model: cp_model.CpModel, values: list, size: int | cp_model.IntVar) -> None:
        self.model, self.values, self.size = model, values, size
        self._is_size: dict[int, cp_model.IntVar] = {}

    def ascend(self) -> None:
        """Put the values in order."""
        for lower, upper in zip(self.values, self.values[1:], strict=False):
            self.model.add(lower <= upper)

    def cut(self, upper: int, count: cp_model.IntVar) -> None:
        """Require that ``count`` of the values are at most ``upper``."""
        for position, value in enumerate(self.values, start=1):
            below = self.model.new_bool_var("")
            self.model.add(value <= upper).only_enforce_if(below)
            self.model.add(value > upper).only_enforce_if(~below)
            self.model.add(count >= position).only_enforce_if(below)
            self.model.add(count < position).only_enforce_if(~below)

    def require(self, statistic: str, printed: Printed, kind: str, scale: float) -> None:
        """Require that a statistic print as printed; ``scale`` converts the printed unit."""
        if isinstance(self.size, int):
            self._state(self.size, statistic, printed, kind, scale, [])
            return
        for size in range(len(self.values) + 1):
            self._state(size, statistic, printed, kind, scale, [self._size_is(size)])

    def _size_is(self, size: int) -> cp_model.IntVar:
        if not self._is_size:
            for k in range(len(self.values) + 1):
                self._is_size[k] = self.model.new_bool_var("")
                self.model.add(self.size == k).only_enforce_if(self._is_size[k])
            self.model.add_exactly_one(self._is_size.values())
        return self._is_size[size]

    def _state(
        self, size: int, statistic: str, printed: Printed, kind: str, scale: float, given: list
    ) -> None:
        if size == 0:
            self.model.add_bool_or([~g for g in given])  # nobody has no median
            return
        terms = positions(size, statistic, kind)
        unit = max(weight.denominator for _, weight in terms)
        total = sum(int(weight * unit) * self.values[i] for i, weight in terms)
        least, most = _whole_numbers(printed, unit * Fraction(scale))
        if "<" not in printed.relation:
            self.model.add(total >= least).only_enforce_if(given)
        if ">" not in printed.relation:
            self.model.add(total <= most).only_enforce_if(given)


def _whole_numbers(printed: Printed, unit: Fraction) -> tuple[int, int]:
    """Least and most whole number that prints as printed when divided by ``unit``.

    An end of the printed interval is itself admitted or not by the rule for ties.
    """
    low, high = printed.interval() if printed.relation == "=" else (printed.exact, printed.exact)
    least, most = ceil(low * unit), floor(high * unit)
    least += not printed.admits(Fraction(least) / unit)
    most -= not printed.admits(Fraction(most) / unit)
    return least, most


def positions(size: int, statistic: str, kind: str) -> list[tuple[int, Fraction]]:
    """Positions (from 0) of the ordered values that a statistic averages, with their weights."""
    return quantile_weights(size, SHARES[statistic], quantile_kind(kind))
