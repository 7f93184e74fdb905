"""Whole-number tables of patients, and how many of them are of each kind that matters for times.

There is one variable for each cell of each joint table.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from ortools.sat.python import cp_model

from numbercheck.consistency.conditions import timeless, truths
from numbercheck.consistency.domains import Cells, Domain
from numbercheck.consistency.junction import Table, join
from numbercheck.consistency.scope import Scope
from numbercheck.ledger.expressions import Expression


class Counts:
    """How many patients are in each cell, for all columns that are counted together.

    Parameters
    ----------
    model : cp_model.CpModel
        Where variables and constraints go.
    n : int
        Most patients that there can be.
    size : int or IntVar
        Number of patients.
    known : mapping of str to Domain
        The columns.
    groups : iterable of iterable of str
        Columns that some expression reads together.
    rules : iterable of Expression
        What is never false of a patient.
    """

    def __init__(
        self,
        model: cp_model.CpModel,
        n: int,
        size: int | cp_model.IntVar,
        known: Mapping[str, Domain],
        groups: Iterable[Iterable[str]],
        rules: Iterable[Expression],
    ) -> None:
        self.size = size
        self.tables = join(sorted({tuple(sorted(g)) for g in groups if g}))
        self.cells = [Cells(table.columns, known) for table in self.tables]
        for rule in rules:
            for cells in self.cells:
                if cells.holds(rule):
                    cells.forbid_unless(rule)
        self.variables = [
            [
                model.new_int_var(0, n, f"cell_{t}_{i}") if keep else None
                for i, keep in enumerate(cells.keep)
            ]
            for t, cells in enumerate(self.cells)
        ]
        for index, table in enumerate(self.tables):
            self._tie(model, index, table)

    def _tie(self, model: cp_model.CpModel, index: int, table: Table) -> None:
        """A table counts all patients, and agrees with its parent on what they share."""
        if table.parent is None:
            model.add(sum(v for v in self.variables[index] if v is not None) == self.size)
            return
        here, there = (self._margin(i, table.shared) for i in (index, table.parent))
        for key in here | there:
            model.add(sum(here.get(key, [])) == sum(there.get(key, [])))

    def _margin(self, index: int, columns: tuple[str, ...]) -> dict[tuple, list]:
        margin = defaultdict(list)
        for key, variable in zip(self.cells[index].keys, self.variables[index], strict=True):
            if variable is not None:
                margin[tuple(key[c] for c in columns)].append(variable)
        return dict(margin)

    def margin(self, columns: tuple[str, ...]) -> dict[tuple, list]:
        """Variables that count the patients with each combination of some columns' values."""
        return self._margin(self._table(set(columns)), columns)

    def _table(self, columns: set[str]) -> int:
        fitting = (i for i, cells in enumerate(self.cells) if columns <= set(cells.columns))
        return next(fitting)

    def count(self, *expressions: Expression) -> cp_model.LinearExprT:
        """Number of patients for whom all expressions are true."""
        columns = {name for expression in expressions for name in expression.names}
        if not columns:
            return self.size
        index = self._table(columns)
        chosen = self.cells[index].select(*expressions)
        return sum(
            v for v, c in zip(self.variables[index], chosen, strict=True) if c and v is not None
        )


class Alike(NamedTuple):
    """Kinds of patients: those of one kind answer everything alike that is asked with times.

    Attributes
    ----------
    kind : dict of tuple to tuple
        For each combination of the link columns' values, the one that stands for its kind.
    kinds : list of tuple
    sizes : list of LinearExpr
        How many patients there are of each kind.
    """

    kind: dict[tuple, tuple]
    kinds: list[tuple]
    sizes: list[cp_model.LinearExprT]


def alike(scope: Scope, counts: Counts) -> Alike:
    """The kinds of patients that questions tell apart, by what they read besides times."""
    links = counts.margin(scope.links) if scope.links else {(): [counts.size]}
    keys, times = sorted(links, key=repr), set(scope.times)
    told = [truths(node, scope.links, keys) for e in scope.linked for node in timeless(e, times)]
    first: dict[tuple, tuple] = {}
    kind = {key: first.setdefault(tuple(a[k] for a in told), key) for k, key in enumerate(keys)}
    kinds = sorted(first.values(), key=repr)
    sizes = [sum(v for key in links if kind[key] == k for v in links[key]) for k in kinds]
    return Alike(kind, kinds, sizes)
