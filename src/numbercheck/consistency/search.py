"""Ask whether a set of rows can hold together, one independent part of the ledger at a time.

Rows that share no column, directly or through others, cannot conflict: each such part is a
model of its own, and its answer is remembered for the rows that were in it.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from random import Random

from numbercheck.consistency.model import InfeasibleError, Model, size
from numbercheck.consistency.recheck import broken_rules, recheck
from numbercheck.consistency.scope import endpoint_column, modeled
from numbercheck.consistency.witness import assemble
from numbercheck.errors import NumbercheckError
from numbercheck.ledger.expressions import Expression
from numbercheck.ledger.records import Ledger, LedgerError

Rows = frozenset[str]
Columns = dict[str, list]


class UndecidedError(NumbercheckError):
    """The solver did not decide in the time given; nothing follows from that."""


class UnsizedError(LedgerError):
    """No claim prints how many patients there are, and without that nothing can be asked."""

    def __init__(self) -> None:
        super().__init__(
            ["no claim prints how many patients there are: a count of everyone, which has neither"
             " where nor among (statistic n), or the N of a count without among"]
        )  # fmt: skip


class Search:
    """Feasibility of subsets of a ledger's rows.

    Parameters
    ----------
    ledger : Ledger
        Its claims about patients and its assumptions are the rows, by slug.
    seconds : float
        Most time for one answer.
    extra : iterable of tuple of Expression
        Expressions that a question counts together.

    Raises
    ------
    UnsizedError
        If no claim prints the size of the cohort.
    """

    def __init__(
        self, ledger: Ledger, seconds: float = 60.0, extra: Iterable[tuple[Expression, ...]] = ()
    ) -> None:
        self.ledger, self.seconds, self.extra = ledger, seconds, list(extra)
        self.claims = frozenset(c.claim for c in ledger.claims.values() if not modeled(c, ledger))
        self.assumptions = frozenset(
            a.assumption for a in ledger.assumptions.values() if a.expression.text
        )
        self.fixed = frozenset(
            a for a in self.assumptions if ledger.assumptions[a].switchable != "yes"
        )
        self.n = _usual_size(ledger)
        self.parts = self._parts()
        self._answers: dict[tuple[int, Rows, int], Columns | None] = {}
        self._found: list[tuple[int, int, Columns]] = []

    @property
    def rows(self) -> Rows:
        """Every row."""
        return self.claims | self.assumptions

    def restricted(self, active: Iterable[str]) -> Ledger:
        """Ledger that holds only the active rows."""
        active = set(active)
        return replace(
            self.ledger,
            claims={k: c for k, c in self.ledger.claims.items() if k in active},
            assumptions={
                k: a for k, a in self.ledger.assumptions.items() if k in active or a.parameter
            },
        )

    def feasible(self, active: Iterable[str]) -> bool:
        """Whether some cohort satisfies all active rows.

        Raises
        ------
        UndecidedError
            If the solver did not find out in time.
        """
        return self.witness(active) is not None

    def witness(self, active: Iterable[str]) -> Columns | None:
        """Columns of a cohort that satisfies all active rows, or None when there is none."""
        active = frozenset(active)
        try:
            n = size(self.restricted(active), self.n)
        except InfeasibleError:
            return None
        columns: Columns = {}
        for index, (part, _) in enumerate(self.parts):
            found = self._answer(index, part & active, n)
            if found is None:
                return None
            columns |= found
        return columns

    def models(self, active: Iterable[str]) -> Iterator[Model]:
        """A fresh model of each part, for questions that have a goal."""
        n = size(self.restricted(active), self.n)
        for part, extra in self.parts:
            yield Model(self.restricted(part & frozenset(active)), n, extra)

    def infeasible_part(self, active: Iterable[str]) -> Rows:
        """Rows of a part that no cohort satisfies; those on the cohort's size if they clash."""
        active = frozenset(active)
        try:
            n = size(self.restricted(active), self.n)
        except InfeasibleError:
            return frozenset(c for c in active & self.claims if self.states_size(c))
        return next(
            part & active
            for index, (part, _) in enumerate(self.parts)
            if self._answer(index, part & active, n) is None
        )

    def states_size(self, claim: str) -> bool:
        """Whether a claim prints the size of the whole cohort."""
        one = replace(self.ledger, claims={claim: self.ledger.claims[claim]})
        return size(one, -1) != -1

    def _answer(self, index: int, rows: Rows, n: int) -> Columns | None:
        """Answer for one part: remembered, known from a cohort already found, or solved."""
        if not (rows or self.parts[index][1]):
            return {}  # nothing is said of these columns
        key = index, rows, n
        if key not in self._answers:
            known = (
                c for i, m, c in self._found if c and (i, m) == (index, n) and self.suits(c, rows)
            )
            self._answers[key] = next(known, None) or self._ask(index, rows, n)
        return self._answers[key]

    def suits(self, columns: Columns, rows: Rows) -> bool:
        """Whether a cohort found for other rows satisfies these too, checked from outside."""
        if not set().union(*map(self._columns, rows)) <= columns.keys():
            return False  # a column that the cohort does not have would pass for missing values
        n = len(next(iter(columns.values()))) if columns else size(self.restricted(rows), self.n)
        padded = {v: columns.get(v, [None] * n) for v in self.ledger.variables}
        if broken_rules(self.ledger, padded, rows & self.assumptions):
            return False
        return all(c.holds for c in recheck(self.ledger, padded, rows & self.claims))

    def _ask(self, index: int, rows: Rows, n: int) -> Columns | None:
        try:
            model = Model(self.restricted(rows), n, self.parts[index][1])
        except InfeasibleError:
            return None
        solution = model.solve(self.seconds)
        if solution.status == "undecided":
            raise UndecidedError(f"undecided within {self.seconds:g} s")
        if solution.status == "infeasible":
            return None
        columns = assemble(model, solution.solver, Random(0))  # noqa: S311 - keeps no secret
        self._found.append((index, n, columns))
        return columns

    def _parts(self) -> list[tuple[Rows, list[tuple[Expression, ...]]]]:
        """Rows, and questions, that share columns with each other."""
        members: list[tuple[set[str], set[str], list]] = []
        for slug in sorted(self.rows):
            _merge(members, (self._columns(slug), {slug}, []))
        for question in self.extra:
            columns = {name for e in question for name in e.names}
            _merge(members, (self._with_evaluable(columns), set(), [question]))
        return [(frozenset(rows), extra) for _, rows, extra in members]

    def _columns(self, slug: str) -> set[str]:
        if slug in self.assumptions:
            return self._with_evaluable(set(self.ledger.assumptions[slug].expression.names))
        measure = self.ledger.measures[self.ledger.claims[slug].measure]
        columns = {n for e in (measure.where, measure.among, measure.by) for n in e.names}
        if measure.kind == "survival":
            columns |= {
                endpoint_column(self.ledger, measure.endpoint, w) for w in ("days", "event")
            }
        return self._with_evaluable(columns)

    def _with_evaluable(self, columns: set[str]) -> set[str]:
        grown = set(columns)
        for column in columns:
            grown |= set(self.ledger.variables[column].evaluable.names)
        return grown if grown == columns else self._with_evaluable(grown)


def _merge(members: list[tuple[set, set, list]], new: tuple[set, set, list]) -> None:
    """Put a row together with all the parts that it shares a column with."""
    touching = [m for m in members if m[0] & new[0]] if new[0] else [m for m in members if not m[0]]
    for part in touching:
        members.remove(part)
        new = (new[0] | part[0], new[1] | part[1], part[2] + new[2])
    members.append(new)


def _usual_size(ledger: Ledger) -> int:
    """Size that most claims state, for sets of rows in which none does."""
    stated = []
    for slug, claim in ledger.claims.items():
        if not modeled(claim, ledger) and claim.statistic in ("n", "N"):
            one = size(replace(ledger, claims={slug: claim}), 0)
            stated += [one] if one else []
    if not stated:
        raise UnsizedError
    return max(stated, key=lambda n: (stated.count(n), -n))
