"""Two groups with and without an event whose P value prints as printed.

With the margins of the table given, P rises with the events in the first group to a peak and
falls again, whatever the test: two spans of whole numbers say all. Spans of some thousand margins
are listed for the solver. Of more margins it learns those that its own solutions have.
"""

from functools import cache, lru_cache
from itertools import product
from math import prod

from ortools.sat.python import cp_model

from numbercheck.consistency.solving import Solvable, in_time
from numbercheck.consistency.tabulated import side, span
from numbercheck.statistics.contingency import p_value
from numbercheck.statistics.rounding import Printed

MOST_MARGINS = 20_000  # listed at once
MOST_TRIED = 1_000_000  # to tell which of them are possible
Margins = tuple[int, int, int]


class PrintedP:
    """Constraint that a comparison of two groups prints its P value as printed.

    Parameters
    ----------
    model : Solvable
        Where constraints go.
    cells : list of count
        Patients with and without the event, in the first group and in the second.
    printed : Printed
    method : str
        The test.
    """

    def __init__(
        self, model: Solvable, cells: list[cp_model.LinearExprT], printed: Printed, method: str
    ) -> None:
        self.cp, self.printed, self.method = model.cp, printed, method
        a, b, c, d = cells
        self.first = model.variable(a)
        self.margins = [model.variable(sum(margin)) for margin in ((a, b), (c, d), (a, c))]

    def list_spans(self, model: Solvable, ends: list[range]) -> bool:
        """List the spans of all margins, and of their total, between two ends, if they are few."""
        *margins, total = ends
        if prod(map(len, margins)) > MOST_TRIED:
            return False
        every = [(m, k, e) for m, k, e in product(*margins) if m + k in total and e <= m + k]
        if len(every) > MOST_MARGINS:
            return False
        spans = [(m, s) for m in every for s in first_events(self.printed, self.method, m)]
        model.within_spans(self.margins, self.first, spans)
        return True

    def refuse(self, solver: cp_model.CpSolver) -> bool:
        """Require the spans of a solution's margins, unless it is in one of them."""
        margins = tuple(map(solver.value, self.margins))
        spans = first_events(self.printed, self.method, margins)
        if any(solver.value(self.first) in s for s in spans):
            return False
        fitting = [[s[0], s[-1]] for s in spans if s]
        within = cp_model.Domain.from_intervals(fitting)
        others = [cp_model.Domain(n, n).complement() for n in margins]
        terms = zip([self.first, *self.margins], [within, *others], strict=True)
        self.cp.add_bool_or([self._implying(*term) for term in terms])
        return True

    def _implying(self, count: cp_model.IntVar, domain: cp_model.Domain) -> cp_model.IntVar:
        literal = self.cp.new_bool_var("")
        self.cp.add_linear_expression_in_domain(count, domain).only_enforce_if(literal)
        return literal


@lru_cache(maxsize=65536)
def first_events(printed: Printed, method: str, margins: Margins) -> tuple[range, range]:
    """Events in the first of two groups for which the P value of a comparison prints as printed.

    With the margins given P rises to a peak and falls again, so that there are two spans.

    Parameters
    ----------
    margins : tuple of int
        Sizes of both groups, and events in both together.
    """
    first, second, events = margins
    low, high = max(0, events - second), min(first, events)

    @cache
    def p(a: int) -> float:
        return p_value([[a, first - a], [events - a, second - events + a]], method)

    def at(a: int) -> int:
        return side(printed, p(a), in_time() and printed.admits_computed(p(a)))

    if first + second == 0 or p(high) != p(high):  # nobody; or pairs, none of them discordant
        high -= 1
    peak = min(max(first * events // max(first + second, 1), low), high)
    for step in (-1, 1):
        while low <= peak + step <= high and p(peak + step) > p(peak):
            peak += step
    return span(at, low, peak), span(lambda a: -at(a), peak + 1, high)
