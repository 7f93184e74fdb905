"""Values in ascending order, and what a printed median, quartile or extreme says of them.

Only the values that are averaged are variables. The others follow from the counts: a value is at
most a cut just where as many patients as its rank are.
"""

from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise
from math import ceil, floor
from random import Random

from ortools.sat.python import cp_model

from numbercheck.consistency.solving import InfeasibleError
from numbercheck.statistics.quantiles import SHARES, quantile_kind, quantile_weights
from numbercheck.statistics.rounding import Printed

Rank = int | cp_model.IntVar  # from 1
Cut = tuple[int, cp_model.IntVar]  # a number, and how many of the values are at most that


class Ordered:
    """A population's values in ascending order.

    Parameters
    ----------
    model : cp_model.CpModel
        Where constraints go.
    domain : tuple of int
        Values that a patient can have, in ascending order.
    size : int or IntVar
        How many values there are.
    most : int
        The largest number of them.
    cuts : list of Cut
        In ascending order.
    """

    def __init__(
        self,
        model: cp_model.CpModel,
        domain: tuple[int, ...],
        size: Rank,
        most: int,
        cuts: list[Cut],
    ) -> None:
        self.model, self.domain, self.size, self.most, self.cuts = model, domain, size, most, cuts
        self.known: dict[int, tuple[cp_model.IntVar, cp_model.IntVar]] = {}  # ranks and values

    def at(self, rank: Rank) -> cp_model.IntVar:
        """The value at a rank."""
        rank = self.model.new_constant(rank) if isinstance(rank, int) else rank
        if rank.index not in self.known:
            self.known[rank.index] = rank, self._place(rank)
        return self.known[rank.index][1]

    def _place(self, rank: cp_model.IntVar) -> cp_model.IntVar:
        """A new value, in its place among the cuts and the values already known."""
        value = one_of(self.model, self.domain)
        for upper, count in self.cuts:
            below = just_if(self.model, value <= upper, value > upper)
            self.model.add(count >= rank).only_enforce_if(below)
            self.model.add(count < rank).only_enforce_if(~below)
        for other, theirs in self.known.values():
            self._arrange(other, theirs, rank, value)
        return value

    def _arrange(self, first, lower, second, upper) -> None:  # noqa: ANN001
        """Put two values in the order of their ranks; of one rank they are equal."""
        rises = just_if(self.model, first <= second, first > second)
        falls = just_if(self.model, first >= second, first < second)
        self.model.add(lower <= upper).only_enforce_if(rises)
        self.model.add(lower >= upper).only_enforce_if(falls)

    def require(self, statistic: str, printed: Printed, kind: str, scale: float) -> None:
        """Require that a statistic print as printed; ``scale`` converts the printed unit."""
        low, high, shares = self._neighbors(statistic, kind)
        lower, upper = self.at(low), self.at(high)
        for share, given in shares.items():
            unit = share.denominator
            total = (unit - share.numerator) * lower + share.numerator * upper
            least, most = _whole_numbers(printed, unit * Fraction(scale))
            if "<" not in printed.relation:
                self.model.add(total >= least).only_enforce_if(given)
            if ">" not in printed.relation:
                self.model.add(total <= most).only_enforce_if(given)

    def _neighbors(
        self, statistic: str, kind: str
    ) -> tuple[Rank, Rank, dict[Fraction, cp_model.IntVar]]:
        """Ranks of the values that a statistic averages; when the upper one has which share."""
        sizes = range(1, self.most + 1) if isinstance(self.size, cp_model.IntVar) else [self.size]
        if sizes == [0]:
            raise InfeasibleError("nobody has no median")
        rows = [(size, *_averaged(size, statistic, kind)) for size in sizes]
        shares = sorted({share for *_, share in rows})
        if len(rows) == 1:
            return rows[0][1], rows[0][2], {shares[0]: self.model.new_constant(1)}
        ranks = [self.model.new_int_var(1, self.most, "") for _ in range(2)]
        given = {share: self.model.new_bool_var("") for share in shares}
        listed = [(*row, *(share == s for s in shares)) for *row, share in rows]
        self.model.add_allowed_assignments([self.size, *ranks, *given.values()], listed)
        return ranks[0], ranks[1], given

    def values(self, solver: cp_model.CpSolver, lowest: list[int], random: Random) -> list[int]:
        """All values of a solution, by rank.

        Parameters
        ----------
        solver : cp_model.CpSolver
        lowest : list of int
            The lower end of the interval between cuts in which each value lies.
        random : Random
            What the solution leaves open is drawn with it.
        """
        fixed = sorted(
            (solver.value(rank), solver.value(value)) for rank, value in self.known.values()
        )
        least, most = self.domain[0], self.domain[-1]
        anchors = [(0, least), *fixed, (len(lowest) + 1, most)]
        upper = [cut for cut, _ in self.cuts] + [most]
        found: list[int] = []
        for (first, least), (second, most) in pairwise(anchors):
            for low in lowest[first : second - 1]:
                end = next(u for u in upper if u >= low)
                found.append(random.randint(max(low, least), min(end, most)))
            found += [most] if first < second else []
        return found[: len(lowest)]


class Sorted(Ordered):
    """Times in ascending order, each of them a variable.

    Parameters
    ----------
    model : cp_model.CpModel
        Where constraints go.
    times : list of IntVar
        In ascending order; the first ``size`` of them are the population's.
    size : int or IntVar
        How many of them there are.
    """

    def __init__(self, model: cp_model.CpModel, times: list, size: Rank) -> None:
        super().__init__(model, (), size, len(times), [])
        self.times = times

    def at(self, rank: Rank) -> cp_model.IntVar:
        """The time at a rank."""
        if isinstance(rank, int):
            return self.times[rank - 1]
        value = self.model.new_int_var(-(2**31), 2**31, "")
        self.model.add_element(rank, [0, *self.times], value)
        return value


def one_of(model: cp_model.CpModel, domain: Sequence[int]) -> cp_model.IntVar:
    """A new variable that takes one of some values."""
    return model.new_int_var_from_domain(cp_model.Domain.from_values(domain), "")


def just_if(model: cp_model.CpModel, true, false) -> cp_model.IntVar:  # noqa: ANN001
    """A literal that is true exactly when a constraint holds, of which the opposite is given."""
    literal = model.new_bool_var("")
    model.add(true).only_enforce_if(literal)
    model.add(false).only_enforce_if(~literal)
    return literal


def _averaged(size: int, statistic: str, kind: str) -> tuple[int, int, Fraction]:
    """Ranks of the two values that a statistic averages, and the share of the upper one."""
    (low, _), *more = positions(size, statistic, kind)
    return (low + 1, more[0][0] + 1, more[0][1]) if more else (low + 1, low + 1, Fraction(0))


def whole_ends(printed: Printed, unit: Fraction) -> tuple[int, int]:
    """Least whole number that is not below what is printed when divided by a unit, and the most.

    The least is greater than the most where an average of two numbers is between both.
    """
    low, high = printed.ends
    return ceil(low * unit), floor(high * unit)


def _whole_numbers(printed: Printed, unit: Fraction) -> tuple[int, int]:
    """Least and most whole number that prints as printed when divided by ``unit``.

    An end of the printed interval is itself admitted or not by the rule for ties.
    """
    least, most = whole_ends(printed, unit)
    least += not printed.admits_quotient(Fraction(least) / unit)
    most -= not printed.admits_quotient(Fraction(most) / unit)
    return least, most


def positions(size: int, statistic: str, kind: str) -> list[tuple[int, Fraction]]:
    """Positions (from 0) of the ordered values that a statistic averages, with their weights."""
    return quantile_weights(size, SHARES[statistic], quantile_kind(kind))
