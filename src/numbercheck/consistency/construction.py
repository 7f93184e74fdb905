"""Construct one cohort that satisfies as many claims as can hold together.

Its patients are not real: of all cohorts that print the article's numbers, the seed picks one. A
random goal pulls each part of the model toward a point of its own, so that two seeds differ.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import pairwise
from random import Random

from numbercheck.consistency.conflict_sets import Conflict, give_up
from numbercheck.consistency.model import Model
from numbercheck.consistency.order import Sorted
from numbercheck.consistency.recheck import unsatisfied
from numbercheck.consistency.search import Search
from numbercheck.consistency.solving import undecided
from numbercheck.consistency.witness import assemble
from numbercheck.consistency.words import sentence
from numbercheck.errors import NumbercheckError
from numbercheck.ledger.records import Ledger

FARTHEST = 9  # weight of a cell in the random goal
APART = 100  # days from its sample that a value may go, to differ from the one before it


@dataclass(frozen=True)
class Construction:
    """A reconstructed patient table, and what it could not satisfy.

    Attributes
    ----------
    columns : dict of str to list
        For each variable one value for each patient, None where missing or not reported.
    given_up : tuple of str
        Claims that do not hold, as few as possible.
    conflicts : tuple of Conflict
        Why they were given up.
    size : int
        Number of patients.
    preferences : tuple of str
        Which of the ledger's preferences it satisfies.
    """

    columns: Mapping[str, list]
    given_up: tuple[str, ...]
    conflicts: tuple[Conflict, ...]
    size: int
    preferences: tuple[str, ...] = ()

    def reason(self, ledger: Ledger, slug: str) -> str:
        """Why a claim was given up, in one sentence."""
        return next(sentence(ledger, c) for c in self.conflicts if slug in c.claims)


def reconstruct(ledger: Ledger, seed: int = 0, seconds: float = 60.0) -> Construction:
    """Construct a cohort from the ledger; the same seed gives the same cohort.

    Parameters
    ----------
    ledger : Ledger
        Claims and assumptions.
    seed : int
        Which of the cohorts that satisfy the same claims.
    seconds : float
        Most time for one question to the solver.

    Raises
    ------
    UndecidedError
        If the solver did not decide in time.
    NumbercheckError
        If the cohort fails the check outside the solver.
    """
    given_up, found = give_up(Search(ledger, seconds))
    ledger, preferences = _with_preferences(ledger, frozenset(given_up), seconds)
    search = Search(ledger, seconds)
    active = search.rows - frozenset(given_up)
    random = Random(seed)  # noqa: S311 - draws patients, keeps no secret
    columns: dict[str, list] = {}
    for model in search.models(active):
        _pull(model, random)
        solution = model.solve(seconds)
        if solution.status != "feasible":
            raise undecided(seconds, model.timed is not None, "a cohort")
        columns |= assemble(model, solution.solver, random)
    n = search.size(active)
    if failed := unsatisfied(ledger, columns, active, n):
        raise NumbercheckError(
            f"the cohort fails the check outside the solver: {', '.join(failed)}"
        )
    table = {v: columns.get(v, [None] * n) for v in ledger.variables}
    return Construction(table, tuple(given_up), tuple(found), n, preferences)


def _with_preferences(
    ledger: Ledger, given_up: frozenset[str], seconds: float
) -> tuple[Ledger, tuple[str, ...]]:
    """Assume each preference in turn that the claims and the earlier ones allow."""
    kept: tuple[str, ...] = ()
    for name, preference in ledger.preferences.items():
        tried = replace(ledger, assumptions={**ledger.assumptions, name: preference})
        search = Search(tried, seconds)
        if search.feasible(search.rows - given_up):
            ledger, kept = tried, (*kept, name)
    return ledger, kept


def _pull(model: Model, random: Random) -> None:
    """Set a random goal: times near a random sample, cells by random weights."""
    goal = []
    if model.timed is not None:
        (follow_up, *_) = model.scope.times
        goal += _spread(model, follow_up, model.timed.times[follow_up], random, gap=14)
    for (name, _), vector in model.vectors.items():
        is_follow_up = isinstance(vector, Sorted) and name == model.scope.times[0]
        if isinstance(vector.size, int) and not is_follow_up:
            values = [vector.at(rank) for rank in range(1, vector.size + 1)]
            goal += _spread(model, name, values, random)
    for cells in model.counts.variables if model.timed is None else ():
        goal += [random.randint(-FARTHEST, FARTHEST) * v for v in cells if v is not None]
    model.cp.minimize(sum(goal))


def _spread(model: Model, column: str, values: list, random: Random, gap: int = 1) -> list:
    """Distances of ordered values from a random sample, less what a gap between two is worth."""
    domain = model.ledger.variables[column].domain
    sample = sorted(random.choice(domain) for _ in values)
    near = [_distance(model, value, target) for value, target in zip(values, sample, strict=True)]
    apart = [model.cp.new_bool_var("") for _ in values[1:]]
    for differ, (value, following) in zip(apart, pairwise(values), strict=True):
        model.cp.add(following >= value + random.randint(1, gap)).only_enforce_if(differ)
    return near + [-APART * differ for differ in apart]


def _distance(model: Model, variable, target: int):  # noqa: ANN001, ANN202
    distance = model.cp.new_int_var(0, 10_000, "")
    model.cp.add(distance >= variable - target)
    model.cp.add(distance >= target - variable)
    return distance
