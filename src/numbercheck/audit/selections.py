"""Selections of patients compared by meaning, not by spelling.

``a and b`` selects the same patients as ``b and a``, and ``not arm == "A"`` the same as
``arm == "B"`` where there are two arms.
"""

import ast
from itertools import product
from math import ceil, floor, prod

from numbercheck.ledger.expressions import Expression
from numbercheck.ledger.grammar import comparisons, constants_of, names_in, parsed
from numbercheck.ledger.kleene import Masked, evaluated
from numbercheck.ledger.records import Ledger

MOST = 20_000  # combinations of values; beyond that only the same text is the same selection
Key = tuple[tuple[str, ...], frozenset]


class Selections:
    """The columns of a ledger with the values that its expressions tell apart."""

    def __init__(self, ledger: Ledger) -> None:
        self._variables = ledger.variables
        self._keys: dict[tuple[str, ...], Key] = {}
        self._constants: dict[str, set] = {}
        read = [e for m in ledger.measures.values() for e in (m.where, m.among, m.by)]
        read += [v.evaluable for v in ledger.variables.values()]
        trees = {expression.text: expression.tree for expression in read}
        for left, _, right in (found for tree in trees.values() for found in comparisons(tree)):
            for column, other in ((left, right), (right, left)):
                if isinstance(column, ast.Name):
                    self._constants.setdefault(column.id, set()).update(constants_of(other))

    def key(self, *parts: Expression) -> Key:
        """One value for all ways to write the selection of those whom every part selects.

        Whoever is selected by a column is among those for whom the column is known.
        """
        texts = tuple(part.text for part in parts if part.text)
        if texts not in self._keys:
            names = (name for part in parts for name in part.names if name in self._variables)
            known = (self._variables[name].evaluable.text for name in names)
            every = dict.fromkeys((*texts, *filter(None, known)))
            self._keys[texts] = self._key(parsed(" and ".join(f"({t})" for t in every)))
        return self._keys[texts]

    def _key(self, tree: ast.expr) -> Key:
        names = list(names_in(tree))
        values = [self._values(name) for name in names]
        if prod(map(len, values)) > MOST or _is_calculated(tree):
            return (ast.unparse(tree),), frozenset()
        columns = [[Masked(value, known=True) for value in domain] for domain in values]
        rows = (dict(zip(names, row, strict=True)) for row in product(*columns))
        chosen = {
            tuple(cell.values for cell in row.values())
            for row in rows
            if evaluated(tree, row).values
        }
        for at in reversed(range(len(names))):
            rest = {row[:at] + row[at + 1 :] for row in chosen}
            if len(rest) * len(values[at]) == len(chosen):  # the column makes no difference
                chosen = rest
                del names[at]
        return tuple(names), frozenset(chosen)

    def _values(self, name: str) -> tuple:
        """Values of a column, or one for each interval between those that it is compared with."""
        variable = self._variables.get(name)
        if variable and variable.type != "integer":
            return variable.domain
        constants = self._constants.get(name, set())
        texts = {c for c in constants if isinstance(c, str)}
        if texts:
            return (*sorted(texts), "")
        near = {x for c in constants for x in (floor(c) - 1, floor(c), ceil(c), ceil(c) + 1)}
        if variable:
            near &= set(variable.domain)
        return tuple(sorted(near)) or ((0,) if variable else (False, True))


def _is_calculated(tree: ast.expr) -> bool:
    """Whether something other than one column and constants is compared."""
    for left, _, right in comparisons(tree):
        nodes = [*ast.walk(left), *ast.walk(right)]
        several = sum(isinstance(node, ast.Name) for node in nodes) > 1
        is_plain = isinstance(left, ast.Name) or isinstance(right, ast.Name)
        if several or not is_plain or any(isinstance(node, ast.BinOp) for node in nodes):
            return True
    return False
