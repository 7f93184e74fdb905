"""Find a cohort of many patients: their kinds by the solver, their days by local search.

A model with a variable for each patient in time is too large for some hundred patients. Here
lawful days are drawn for each kind of patient and raked, which says about how many patients of a
kind there should be; the solution nearest to that of the rows that read no time says how many
there are. Their days are then changed, for some patients at a time, by simulated annealing [1]_,
until every number prints as printed. That nothing is found proves nothing.

References
----------
.. [1] Kirkpatrick, Gelatt and Vecchi (1983), doi:10.1126/science.220.4598.671
"""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from itertools import combinations
from math import ceil, floor, log
from random import Random
from typing import NamedTuple

import numpy as np

from numbercheck.consistency.conditions import kinds
from numbercheck.consistency.domains import Domain
from numbercheck.consistency.energies import Energy, energies
from numbercheck.consistency.model import Model
from numbercheck.consistency.raking import aims, linear, rake
from numbercheck.consistency.relaxation import untimed
from numbercheck.consistency.scope import Question, Scope
from numbercheck.consistency.solving import in_time
from numbercheck.consistency.witness import assemble
from numbercheck.ledger.kleene import Masked
from numbercheck.ledger.records import Ledger
from numbercheck.recount import printed_unit

ROWS = 3_000  # combinations of days that are tried for each kind of patient
ROUNDINGS = 50
STEPS = 20_000  # of one attempt
SECONDS = 5.0  # for the solver, to find the nearest kinds of patients
LEAST = 1e-9  # weight of a candidate
HOT, COLD = 1.0, 0.05  # units of the last digit by which a step may be worse, first and last
WIDEST = 900  # days around one day
SPAN = 10**6  # more than any number of days
Columns = dict[str, list]


def search(ledger: Ledger, n: int, extra: Iterable[Question], attempts: int) -> Columns | None:
    """Columns of a cohort that prints as printed, or None when none is found.

    Parameters
    ----------
    ledger : Ledger
        Its claims and assumptions are the rows; some of them read times.
    n : int
        Number of patients.
    extra : iterable of tuple of Expression
        Expressions that a question counts together.
    attempts : int
        How often it starts anew.
    """
    scope = Scope(ledger, extra)
    tried = (_attempt(untimed(ledger, n, extra), scope, seed) for seed in range(attempts))
    return next(filter(None, tried), None)


def _attempt(model: Model, scope: Scope, seed: int) -> Columns | None:
    """Rake all candidates, give each patient a kind, rake again, and round to whole patients."""
    links = model.counts.margin(scope.links) if scope.links else {(): [model.n]}
    alike = kinds(scope.links, links, scope.linked, set(scope.times))
    known = sorted(set(alike.values()), key=repr)
    candidates = Candidates(scope, known, np.random.default_rng(seed))
    kind, frame = candidates.frame["kind"].values, candidates.frame
    if not len(kind):
        return None
    everyone = linear(np.ones(len(kind)), model.n)
    wanted, terms = [everyone, *aims(scope, frame)], energies(scope, frame)
    raked = rake(np.full(len(kind), model.n / len(kind)), wanted)
    counts = [sum(v for key in links if alike[key] == k for v in links[key]) for k in known]
    columns = _nearest(model, counts, np.bincount(kind, raked, len(known)), set(kind))
    if columns is None:
        return None
    told = [_starts(model.scope.domains[c], columns[c]) for c in scope.links]
    rows = [alike[key] for key in zip(*told, strict=True)] if told else [()] * model.n
    each = np.array([known.index(row) for row in rows])
    sizes = np.bincount(each, minlength=len(known))
    held = [linear(kind == k, size, 0.1) for k, size in enumerate(sizes)]
    even = sizes / np.maximum(np.bincount(kind, minlength=len(known)), 1)
    weights = rake(np.maximum(even[kind], LEAST), [*wanted, *held])
    rounded = (candidates.rounded(weights, each) for _ in range(ROUNDINGS))
    start = min(rounded, key=lambda chosen: sum(term.of(chosen) for term in terms))
    chosen = _anneal(terms, candidates, _groups(rows), start, Random(seed))  # noqa: S311
    return None if chosen is None else columns | candidates.days(chosen)


def _nearest(model: Model, counts: list, sizes: np.ndarray, lawful: set) -> Columns | None:
    """Patients without times, about so many of each kind; none of a kind without lawful times."""
    farthest = model.cp.new_int_var(0, model.n, "")
    for k, (count, size) in enumerate(zip(counts, sizes, strict=True)):
        aim = round(min(size, model.n))
        model.cp.add(count - aim <= farthest)
        model.cp.add(aim - count <= farthest)
        if k not in lawful:
            model.cp.add(count == 0)
    model.cp.minimize(farthest)
    solution = model.solve(SECONDS)
    seeded = Random(0)  # noqa: S311 - keeps no secret
    return assemble(model, solution.solver, seeded) if solution.status == "feasible" else None


def _starts(domain: Domain, values: list) -> list:
    """The values that stand for the intervals in which some values are."""
    if domain.variable.type != "integer":
        return values
    starts = [start for start in domain.values if start is not None]
    return [v if v is None else starts[bisect_right(starts, v) - 1] for v in values]


def _groups(rows: list[tuple]) -> list[np.ndarray]:
    """Everyone, and the patients of each kind and of each value."""
    traits = [[row == kind for row in rows] for kind in sorted(set(rows), key=repr)]
    for values in zip(*rows, strict=True):
        traits += [[v == value for v in values] for value in sorted(set(values), key=repr)]
    return [np.arange(len(rows)), *map(np.flatnonzero, traits)]


class Change(NamedTuple):
    """How to change a time: rows that are alike, and all rows ordered by that and the time."""

    time: str
    alike: np.ndarray
    keys: np.ndarray
    order: np.ndarray


class Candidates:
    """Lawful times of each kind of patient: one row of ``frame`` each.

    All combinations of some days, which are drawn at random for each kind.
    """

    def __init__(self, scope: Scope, known: list[tuple], generator: np.random.Generator) -> None:
        self.generator, self.times = generator, scope.times
        ledger = scope.ledger
        domains = [ledger.variables[time].domain for time in scope.times]
        every = range(max(min(d[0] for d in domains), 0), max(d[-1] for d in domains) + 1)
        drawn = min(int(ROWS ** (1 / len(scope.times))), len(every))
        pools = [
            np.union1d(generator.choice(every, drawn, replace=False), _quantiles(scope))
            for _ in known
        ]
        grids = [np.stack(np.meshgrid(*[pool] * len(domains))).reshape(len(domains), -1)
                 for pool in pools]  # fmt: skip
        kind = np.repeat(np.arange(len(known)), [grid.shape[1] for grid in grids])
        frame = {
            name: _column([key[place] for key in known], kind)
            for place, name in enumerate(scope.links)
        }
        lawful = np.ones(len(kind), dtype=bool)
        for time, domain, days in zip(scope.times, domains, np.hstack(grids), strict=True):
            lawful &= (domain[0] <= days) & (days <= domain[-1])
            has = ledger.variables[time].evaluable.select(frame, len(kind))
            frame[time] = Masked(days, has)
        for rule in filter(scope.is_timed, scope.rules):
            lawful &= np.logical_not(rule.evaluate(frame).is_false)
        frame["kind"] = Masked(kind, lawful)
        self.frame = {c: Masked(v[lawful], k[lawful]) for c, (v, k) in frame.items()}
        alike = [self.frame["kind"].values]
        alike += [self._alike(others) for others in combinations(self.times, len(self.times) - 1)]
        self.ways = [self._way(time, same) for time in self.times for same in alike]

    def _alike(self, times: tuple[str, ...]) -> np.ndarray:
        """A number for each row, equal where the kind and some times are."""
        columns = [self.frame[name].values for name in ("kind", *times)]
        return np.unique(np.stack(columns), axis=1, return_inverse=True)[1].ravel()

    def _way(self, time: str, alike: np.ndarray) -> Change:
        key = alike * SPAN + self.frame[time].values
        order = np.argsort(key, kind="stable")
        return Change(time, alike, key[order], order)

    def rounded(self, weights: np.ndarray, kind: np.ndarray) -> np.ndarray:
        """A row for each patient, so that each row is taken about as often as it weighs."""
        rows = np.zeros(len(kind), dtype=int)
        order = self.ways[0].order
        for k in np.unique(kind):
            own = order[self.frame["kind"].values[order] == k]
            until, who = np.cumsum(weights[own]), np.flatnonzero(kind == k)
            places = (np.arange(len(who)) + self.generator.random()) / len(who) * until[-1]
            rows[who] = own[np.searchsorted(until, places)]
        return rows

    def days(self, rows: np.ndarray) -> Columns:
        """Days in some rows, for every column of times."""
        found = {name: self.frame[name] for name in self.times}
        return {
            name: [int(day) if known else None for day, known in zip(v[rows], k[rows], strict=True)]
            for name, (v, k) in found.items()
        }

    def near(self, way: Change, rows: np.ndarray, day: int, width: int) -> np.ndarray:
        """For each row one that is alike, of a time near a day; itself where there is none."""
        middle = way.alike[rows] * SPAN + day
        low, high = (np.searchsorted(way.keys, end) for end in (middle - width, middle + width + 1))
        places = low + (self.generator.random(len(rows)) * (high - low)).astype(int)
        return np.where(low < high, way.order[np.minimum(places, len(way.keys) - 1)], rows)


def _quantiles(scope: Scope) -> np.ndarray:
    """Days at which quantiles of times print as printed."""
    found: list[int] = []
    for claim in scope.claims:
        measure = scope.ledger.measures[claim.measure]
        if measure.where.text in scope.times and claim.value.relation == "=":
            unit = printed_unit(scope.ledger, measure) or 1.0
            low, high = (float(end) * unit for end in claim.value.interval())
            found += range(ceil(low), floor(high) + 1)
    return np.array(found, dtype=int)


def _column(values: list, places: np.ndarray) -> Masked:
    known = np.array([v is not None for v in values])
    empty = next((type(v)() for v in values if v is not None), 0)
    return Masked(np.array([empty if v is None else v for v in values])[places], known[places])


def _anneal(
    terms: Sequence[Energy],
    candidates: Candidates,
    groups: list[np.ndarray],
    rows: np.ndarray,
    random: Random,
) -> np.ndarray | None:
    """Rows of the patients, or None where not all terms come to nothing."""
    energy = sum(term.of(rows) for term in terms)
    for step in range(STEPS):
        if not energy:
            return rows
        changed = _changed(rows, candidates, groups, random)
        warmth = HOT * (COLD / HOT) ** (step / STEPS)
        most = energy - warmth * log(1 - random.random())
        found = _sum(terms, changed, most)
        if found <= most and in_time():
            rows, energy = changed, found
    return None


def _sum(terms: Sequence[Energy], rows: np.ndarray, most: float) -> float:
    """Sum of all terms, or of the first ones where those are already more than ``most``."""
    total = 0.0
    for term in terms:
        total += term.of(rows)
        if total > most:
            break
    return total


def _changed(
    rows: np.ndarray, candidates: Candidates, groups: list[np.ndarray], random: Random
) -> np.ndarray:
    """Give some patients of a group, mostly few, a time near some day, within a width."""
    group, way = random.choice(groups), random.choice(candidates.ways)
    size = int(len(group) ** random.random() ** 2)
    who = group[candidates.generator.integers(0, len(group), size)]
    days = candidates.frame[way.time].values
    day = days[random.choice((rows[random.choice(who)], random.randrange(len(days))))]
    width = max(int(WIDEST ** random.random()), size)
    changed = rows.copy()
    changed[who] = candidates.near(way, rows[who], day, width)
    return changed
