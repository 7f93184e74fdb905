"""Whole-number tables of patients: one variable for each cell of each joint table."""

from collections import defaultdict
from collections.abc import Iterable, Mapping

from ortools.sat.python import cp_model

from numbercheck.consistency.domains import Cells, Domain
from numbercheck.consistency.junction import Table, join
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
