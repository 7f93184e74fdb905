"""Join column groups into a tree of tables whose counts always come from real patients.

Groups of columns that are counted together span a graph. Filling it in by elimination (smallest
fill first) makes it chordal; its maximal cliques form a tree in which the columns that two
tables share lie on every table between them. Whole-number tables on such a tree that agree on
what they share are the margins of one set of patients [1]_, so no patient variables are needed.

References
----------
.. [1] Lauritzen and Spiegelhalter (1988), doi:10.1111/j.2517-6161.1988.tb01721.x
"""

from collections.abc import Iterable
from itertools import combinations
from typing import NamedTuple


class Table(NamedTuple):
    """Columns counted jointly, and the table's parent in the tree."""

    columns: tuple[str, ...]
    parent: int | None
    shared: tuple[str, ...]


def join(groups: Iterable[Iterable[str]]) -> list[Table]:
    """Tables that hold every group, each after its parent.

    Parameters
    ----------
    groups : iterable of iterables of str
        Columns that occur together in one expression.

    Returns
    -------
    list of Table
        Deterministic for the same groups, in whatever order they come.
    """
    neighbors: dict[str, set[str]] = {}
    for group in groups:
        for column in group:
            neighbors.setdefault(column, set()).update(set(group) - {column})
    cliques = _maximal(_eliminate(neighbors))
    return _tree(cliques)


def _eliminate(neighbors: dict[str, set[str]]) -> list[frozenset[str]]:
    left = {column: set(near) for column, near in neighbors.items()}
    cliques = []
    while left:
        column = min(left, key=lambda c: (_fill(left, c), len(left[c]), c))
        near = left.pop(column)
        cliques.append(frozenset(near | {column}))
        for other in near:
            left[other] |= near - {other}
            left[other].discard(column)
    return cliques


def _fill(left: dict[str, set[str]], column: str) -> int:
    return sum(b not in left[a] for a, b in combinations(sorted(left[column]), 2))


def _maximal(cliques: list[frozenset[str]]) -> list[frozenset[str]]:
    ordered = sorted(set(cliques), key=lambda c: (-len(c), sorted(c)))
    return [c for i, c in enumerate(ordered) if not any(c < other for other in ordered[:i])]


def _tree(cliques: list[frozenset[str]]) -> list[Table]:
    """Heaviest spanning tree by Prim's rule: add next the table that shares most with the tree."""
    tables: list[Table] = []
    hung: list[frozenset[str]] = []
    waiting = list(cliques)
    while waiting:
        shared, clique, parent = max(
            ((len(c & h), c, i) for c in waiting for i, h in enumerate(hung)),
            key=lambda x: x[0],
            default=(0, waiting[0], 0),
        )
        tables.append(
            Table(tuple(sorted(clique)), parent, tuple(sorted(clique & hung[parent])))
            if shared
            else Table(tuple(sorted(clique)), None, ())
        )
        hung.append(clique)
        waiting.remove(clique)
    return tables
