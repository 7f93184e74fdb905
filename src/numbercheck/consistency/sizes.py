"""How many patients there are: printed as a total, or the sum of a partition's printed parts."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import islice
from math import prod
from typing import NamedTuple

import numpy as np

from numbercheck.consistency.domains import Cells, domains
from numbercheck.consistency.scope import both
from numbercheck.ledger.expressions import Expression
from numbercheck.ledger.records import Ledger
from numbercheck.ledger.rows import Claim, Variable

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
    if measure.kind != "count" or claim.statistic not in ("n", "N"):
        return None
    if claim.value.relation != "=" or claim.value.value < 0:
        return None  # "more than 3" is no size
    selected = [measure.among] if claim.statistic == "N" else [measure.where, measure.among]
    return both(*selected)


def _number(claim: Claim) -> int:
    return round(claim.value.value)


def _sums(ledger: Ledger, parts: list[tuple[str, Expression]]) -> Iterator[Size]:
    """Sums of the parts that together select every patient exactly once."""
    slugs, expressions = zip(*parts, strict=True)
    variables = tuple(ledger.variables[name] for name in expressions[0].names)
    for cover in _partitions(expressions, variables):
        numbers = (_number(ledger.claims[slugs[place]]) for place in cover)
        yield Size(frozenset(slugs[place] for place in cover), sum(numbers))


@lru_cache(maxsize=4096)
def _partitions(
    parts: tuple[Expression, ...], variables: tuple[Variable, ...]
) -> list[tuple[int, ...]]:
    """Places of the parts of each partition, as far as they are looked for."""
    known = domains({v.variable: v for v in variables}, parts)
    if len(parts) < 2 or prod(len(d.values) for d in known.values()) > MOST_CELLS:
        return []
    cells = Cells(parts[0].names, known)
    selected = [cells.select(part) for part in parts]
    return [*islice(_covers(cells.keep, selected), MOST_PARTITIONS)]


def _covers(left: np.ndarray, selected: Sequence[np.ndarray]) -> Iterator[tuple[int, ...]]:
    """Sets of disjoint selections that cover the cells left, by place."""
    if not left.any():
        yield ()
        return
    first = left.argmax()
    for place, chosen in enumerate(selected):
        if chosen[first] and not (chosen & ~left).any():
            for others in _covers(left & ~chosen, selected):
                yield (place, *others)
