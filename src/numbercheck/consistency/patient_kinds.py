"""The kinds of patients that matter for times, and patients without times of so many kinds."""

from bisect import bisect_right

import numpy as np

from numbercheck.consistency.candidates import Columns
from numbercheck.consistency.conditions import truths
from numbercheck.consistency.counts import alike
from numbercheck.consistency.domains import Domain
from numbercheck.consistency.relaxation import untimed_model
from numbercheck.consistency.scope import Scope, reads
from numbercheck.consistency.witness import assemble
from numbercheck.ledger.rows import Measure

SECONDS = 5.0  # of the solver's work, to find the nearest numbers of each kind


class Kinds:
    """Kinds of patients: those of one kind answer everything alike that is asked with times.

    Parameters
    ----------
    scope, n
        As for ``Structure``.

    Attributes
    ----------
    model : Model
        The rows that read no time.
    alike : Alike
    """

    def __init__(self, scope: Scope, n: int) -> None:
        self.scope, self.model = scope, untimed_model(scope, n)
        self.alike = alike(scope, self.model.counts)

    def tell(self, measure: Measure) -> bool:
        """Whether kinds and times tell which patients a measure counts."""
        read = reads(self.scope.ledger, measure)
        if self.scope.is_timed(*read):
            return True
        if measure.kind != "count" or not {n for e in read for n in e.names} <= {*self.scope.links}:
            return False
        answers = (truths(e.tree, self.scope.links, [*self.alike.kind]) for e in read)
        told: dict[tuple, tuple] = {}
        pairs = zip(self.alike.kind.values(), zip(*answers, strict=True), strict=True)
        return all(told.setdefault(kind, answer) == answer for kind, answer in pairs)

    def nearest(self, sizes: np.ndarray, lawful: set[int]) -> Columns | None:
        """Patients without times, about so many of each kind; none but of the lawful kinds."""
        cp, n = self.model.cp, self.model.n
        with self.model.only_now() as now:
            farthest = cp.new_int_var(0, n, "")
            for k, (count, size) in enumerate(zip(self.alike.sizes, sizes, strict=True)):
                aim = round(min(size, n))
                cp.add(count - aim <= farthest).only_enforce_if(now)
                cp.add(aim - count <= farthest).only_enforce_if(now)
                if k not in lawful:
                    cp.add(count == 0).only_enforce_if(now)
            cp.minimize(farthest)
            solution = self.model.solve(SECONDS)
        if solution.status != "feasible":
            return None
        return assemble(self.model, solution.solver)

    def of(self, columns: Columns) -> np.ndarray:
        """Place of each patient's kind."""
        if not self.scope.links:
            return np.zeros(self.model.n, dtype=int)
        told = [_starts(self.model.scope.domains[c], columns[c]) for c in self.scope.links]
        place = {kind: k for k, kind in enumerate(self.alike.kinds)}
        return np.array([place[self.alike.kind[key]] for key in zip(*told, strict=True)])

    def rows(self, columns: Columns) -> np.ndarray:
        """The place of each patient's kind, and each patient's times (0 where there is none)."""
        times = [[day or 0 for day in columns[time]] for time in self.scope.times]
        return np.vstack([self.of(columns), *times])


def _starts(domain: Domain, values: list) -> list:
    """The values that stand for the intervals in which some values are."""
    if domain.variable.type != "integer":
        return values
    starts = [start for start in domain.values if start is not None]
    return [v if v is None else starts[bisect_right(starts, v) - 1] for v in values]
