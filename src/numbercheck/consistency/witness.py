"""Turn a solution, counts and ordered times, into a table with one row for each patient."""

from collections import defaultdict
from operator import itemgetter
from random import Random
from typing import Any

from ortools.sat.python import cp_model

from numbercheck.consistency.model import Model
from numbercheck.consistency.order import Ordered
from numbercheck.ledger.expressions import Expression

Patients = list[dict[str, Any]]


def assemble(
    model: Model, solver: cp_model.CpSolver, random: Random | None = None
) -> dict[str, list]:
    """One cohort with the counts, values and times of a solution.

    Parameters
    ----------
    model : Model
        What was solved.
    solver : cp_model.CpSolver
        Its answer.
    random : Random, optional
        What the solution leaves open, who is who, is drawn with it; by default always the same.

    Returns
    -------
    dict of str to list
        For each column that the model reads its n values, None where missing.
    """
    random = random or Random(0)  # noqa: S311 - draws patients, keeps no secret
    patients: Patients = [{} for _ in range(model.n)]
    for tree in _trees(model, solver, random):
        random.shuffle(tree)
        for patient, row in zip(patients, tree, strict=True):
            patient.update(row)
    return (
        {column: [p[column] for p in patients] for column in sorted(patients[0])}
        if patients
        else {}
    )


def _trees(model: Model, solver: cp_model.CpSolver, random: Random) -> list[Patients]:
    """Patients of each tree of joint tables, complete with ordered values and times."""
    trees: list[Patients] = []
    home: list[int] = []
    counts = model.counts
    for index, table in enumerate(counts.tables):
        if table.parent is None:
            home.append(len(trees))
            trees.append(_expand(model, solver, index))
        else:
            home.append(home[table.parent])
            _extend(trees[home[index]], _expand(model, solver, index), table.shared, random)
    if model.timed is not None:
        _time(trees, model, solver, random)
    for tree in trees:
        for (name, among), vector in model.vectors.items():
            _place(tree, model, solver, name, among, vector, random)
    return trees


def _expand(model: Model, solver: cp_model.CpSolver, index: int) -> Patients:
    cells = zip(model.counts.cells[index].keys, model.counts.variables[index], strict=True)
    return [dict(key) for key, v in cells if v is not None for _ in range(solver.value(v))]


def _extend(tree: Patients, rows: Patients, shared: tuple[str, ...], random: Random) -> None:
    """Give each patient the columns of a row that agrees on the shared ones."""
    waiting = defaultdict(list)
    random.shuffle(rows)
    for row in rows:
        waiting[tuple(row[c] for c in shared)].append(row)
    for patient in tree:
        patient.update(waiting[tuple(patient[c] for c in shared)].pop())


def _place(
    tree: Patients,
    model: Model,
    solver: cp_model.CpSolver,
    name: str,
    among: Expression,
    vector: Ordered,
    random: Random,
) -> None:
    """Deal the ordered values of a population to the patients whose interval they lie in."""
    if name not in tree[0] or name in model.scope.times:
        return
    population = [p for p in tree if p[name] is not None and among.truth(p)]
    random.shuffle(population)
    population.sort(key=itemgetter(name))
    values = vector.values(solver, [p[name] for p in population], random)
    for patient, value in zip(population, values, strict=True):
        patient[name] = value


def _time(trees: list[Patients], model: Model, solver: cp_model.CpSolver, random: Random) -> None:
    """Give times to patients with the same events."""
    timed = model.timed
    linked = [t for t in trees if set(timed.columns) <= set(t[0])]
    if not linked:  # nothing is counted of these columns: their patients come from the times
        kinds = [next(k for k, v in zip(timed.alike.kinds, row, strict=True) if solver.value(v))
                 for row in timed.link]  # fmt: skip
        linked = [[dict(zip(timed.columns, kind, strict=True)) for kind in kinds]]
        trees += linked
    tree = linked[0]
    waiting = defaultdict(list)
    random.shuffle(tree)
    for patient in tree:
        waiting[timed.alike.kind[tuple(patient[c] for c in timed.columns)]].append(patient)
    for i, row in enumerate(timed.link):
        kind = next(k for k, v in zip(timed.alike.kinds, row, strict=True) if solver.value(v))
        patient = waiting[kind].pop()
        for name, times in timed.times.items():
            known = timed.variables[name].evaluable.truth(patient)
            patient[name] = solver.value(times[i]) if known else None
