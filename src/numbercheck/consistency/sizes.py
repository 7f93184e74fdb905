"""How many patients there are: printed as a total, or the sum of a partition's printed parts."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from itertools import islice
from math import prod
from typing import NamedTuple

import numpy as np

from numbercheck.consistency.domains import Cells, domains
from numbercheck.consistency.structure import both
from numbercheck.ledger.expressions import Expression
from numbercheck.ledger.records import Claim, Ledger

MOST_CELLS = 1_000  # combinations of values that a partition may divide
MOST_PARTITIONS = 50  # of the same columns; more are copies of the same numbers


class Size(NamedTuple):
    """Claims that together print the size of the cohort, and that size."""

    claims: frozenset[str]
    n: int


def sizes(ledger: Ledger, claims: frozenset[str]) -> list[Size]:
    """Every size that some of the claims print, totals before sums of parts."""
    totals, parts = [], defaultdict(list)
    for slug in ledger.claims:
        counted = _counted(ledger, ledger.claims[slug]) if slug in claims else None
        if counted is None:
            continue
        if counted.names:
            parts[counted.names].append((slug, counted))
        else:
            totals.append(Size(frozenset([slug]), _number(ledger.claims[slug])))
    sums = (size for group in parts.values() for size in _sums(ledger, group))
    return [size for size in (*totals, *sums) if size.n > 0]


def _counted(ledger: Ledger, claim: Claim) -> Expression | None:
    """Which patients a claim prints the number of; None where it prints something else."""
    measure = ledger.measures[claim.measure]
    if measure.kind != "count" or claim.statistic not in ("n", "N") or claim.value.value < 0:
        return None
    selected = [measure.among] if claim.statistic == "N" else [measure.where, measure.among]
    return both(*selected)


def _number(claim: Claim) -> int:
    return round(claim.value.value)


def _sums(ledger: Ledger, parts: list[tuple[str, Expression]]) -> Iterator[Size]:
    """Sums of the parts that together select every patient exactly once."""
    known = domains(ledger.variables, [expression for _, expression in parts])
    if len(parts) < 2 or prod(len(d.values) for d in known.values()) > MOST_CELLS:
        return
    cells = Cells(parts[0][1].names, known)
    selected = {slug: cells.select(expression) for slug, expression in parts}
    for cover in islice(_covers(cells.keep, selected), MOST_PARTITIONS):
        yield Size(cover, sum(_number(ledger.claims[slug]) for slug in cover))


def _covers(left: np.ndarray, selected: Mapping[str, np.ndarray]) -> Iterator[frozenset[str]]:
    """Sets of disjoint selections that cover the cells left."""
    if not left.any():
        yield frozenset()
        return
    first = left.argmax()
    for slug, chosen in selected.items():
        if chosen[first] and not (chosen & ~left).any():
            for others in _covers(left & ~chosen, selected):
                yield others | {slug}
