"""Smallest sets of rows that no cohort can satisfy, and the fewest claims to give up.

A conflict is found by QuickXplain [1]_ and certified: the set is infeasible, and without any
one of its rows a cohort is found and checked again by ``recheck``. The fewest claims to give up
are a smallest set that meets every conflict [2]_.

References
----------
.. [1] Junker (2004), QUICKXPLAIN, AAAI-04:167-172.
.. [2] Davies and Bacchus (2011), doi:10.1007/978-3-642-23786-7_19
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

from numbercheck.consistency.search import Columns, Rows, Search
from numbercheck.consistency.solving import UndecidedError
from numbercheck.errors import NumbercheckError
from numbercheck.ledger.records import Ledger
from numbercheck.ledger.rows import OF_PATIENTS

CHEAPEST = ("percent", "conf_low", "conf_high", "p_value", "estimate")  # given up before counts


@dataclass(frozen=True)
class Conflict:
    """A minimal set of rows that cannot all hold.

    Attributes
    ----------
    claims, assumptions : tuple of str
        The rows: numbers of the article, and what we assumed.
    certified : bool
        The set was found infeasible, and each set with one row less has a cohort that was
        checked again outside the solver.
    """

    claims: tuple[str, ...]
    assumptions: tuple[str, ...]
    certified: bool

    @property
    def rows(self) -> Rows:
        """Claims and assumptions together."""
        return frozenset(self.claims + self.assumptions)


def conflicts(ledger: Ledger, seconds: float = 60.0) -> Conflict | None:
    """Find one minimal conflict among the ledger's claims and assumptions.

    Returns
    -------
    Conflict or None
        None when one cohort satisfies them all. Assumptions take part only where the claims
        alone do not conflict.

    Raises
    ------
    UndecidedError
        If the solver did not decide in ``seconds`` for one question.
    """
    return next(find_conflicts(ledger, seconds), None)


def find_conflicts(ledger: Ledger, seconds: float = 60.0) -> Iterator[Conflict]:
    """Conflicts, the claims of each set aside before the next is sought."""
    search = Search(ledger, seconds)
    return find_all(search, search.rows)


def find_all(search: Search, active: Rows) -> Iterator[Conflict]:
    """Conflicts among some rows, the claims of each set aside before the next is sought."""
    while conflict := find(search, active):
        yield conflict
        active -= frozenset(conflict.claims or conflict.assumptions)


def find(search: Search, active: Rows) -> Conflict | None:
    """One minimal conflict among some rows of a search, or None."""
    for slug in search.ledger.claims:
        if slug in active and _is_negative(search.ledger, slug):
            return Conflict((slug,), (), certified=True)
    if search.feasible(active):
        return None
    needed = active - (search.assumptions - search.fixed)
    rows = search.infeasible_part(needed if _known_infeasible(search, needed) else active)
    if search.refuted(rows):
        rows = minimal(search.refuted, _in_order(search, rows))
    core = minimal(lambda kept: _known_infeasible(search, kept), _in_order(search, rows))
    return Conflict(
        tuple(sorted(core & search.claims)),
        tuple(sorted(core & search.assumptions)),
        certify(search, core),
    )


def _is_negative(ledger: Ledger, slug: str) -> bool:
    """Whether a claim prints a negative number of patients, wrong whatever else is printed."""
    claim = ledger.claims[slug]
    counted = claim.statistic in OF_PATIENTS
    return counted and ">" not in claim.value.relation and claim.value.exact < 0


def minimal(infeasible: Callable[[Rows], bool], rows: list[str]) -> Rows:
    """Reduce an infeasible list of rows to a minimal one by QuickXplain."""

    def explain(background: Rows, changed: bool, left: list[str]) -> Rows:
        if changed and infeasible(background):
            return frozenset()
        if len(left) == 1:
            return frozenset(left)
        half = len(left) // 2
        first, second = left[:half], left[half:]
        of_second = explain(background | frozenset(first), bool(first), second)
        of_first = explain(background | of_second, bool(of_second), first)
        return of_first | of_second

    return explain(frozenset(), False, rows)


def _known_infeasible(search: Search, rows: Rows) -> bool:
    """Treat undecided as feasible: the conflict is still valid, though perhaps not minimal."""
    try:
        return not search.feasible(rows)
    except UndecidedError:
        return False


def certify(search: Search, core: Rows) -> bool:
    """Whether a core is infeasible, and every set with one row less has a checked cohort."""
    fresh = Search(search.ledger, search.seconds)
    try:
        if fresh.feasible(core):
            return False
        return all(checked_witness(fresh, core - {row}) is not None for row in core)
    except UndecidedError:
        return False


def checked_witness(search: Search, active: Rows) -> Columns | None:
    """A cohort that satisfies the rows, if the check outside the solver agrees."""
    columns = search.witness(active)
    return columns if columns is not None and search.suits(columns, active) else None


def give_up(search: Search) -> tuple[list[str], list[Conflict]]:
    """Fewest claims without which all others can hold, and the conflicts that they settle.

    Among equally few, what was read off a figure goes before percentages, those before limits,
    those before counts, then by slug.
    """
    found = [*find_unsettled(search)]
    return sorted(settling(search.ledger, found)), found


def find_unsettled(search: Search) -> Iterator[Conflict]:
    """Conflicts, each of what is left when those before it are settled."""
    found: list[Conflict] = []
    while conflict := find(search, search.rows - settling(search.ledger, found)):
        found.append(conflict)
        yield conflict


def settling(ledger: Ledger, found: Sequence[Conflict]) -> Rows:
    """Fewest claims of which each conflict has one."""
    sets = [frozenset(conflict.claims) for conflict in found]
    members = sorted(frozenset().union(*sets), key=lambda slug: _cost(ledger, slug))
    for count in range(len(sets) + 1):
        hitting = [c for c in combinations(members, count) if all(s & set(c) for s in sets)]
        if hitting:
            return frozenset(min(hitting, key=lambda c: sorted(_cost(ledger, s) for s in c)))
    raise NumbercheckError("the assumptions contradict each other, whatever the claims print")


def _cost(ledger: Ledger, slug: str) -> tuple[int, str]:
    statistic = ledger.claims[slug].statistic
    if ledger.claims[slug].source in ledger.digitized:
        return -1, slug
    rank = CHEAPEST.index(statistic) if statistic in CHEAPEST else len(CHEAPEST)
    return rank, slug


def _in_order(search: Search, rows: Iterable[str]) -> list[str]:
    """Claims before assumptions, counts before estimates: a conflict prefers the earlier rows."""
    claims, assumptions = search.ledger.claims, [*search.ledger.assumptions]

    def rank(row: str) -> tuple[int, int]:
        if row not in claims:
            return 2, assumptions.index(row)
        return int(claims[row].statistic not in ("n", "N")), [*claims].index(row)

    return sorted(rows, key=rank)
