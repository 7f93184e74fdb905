"""A small model that every cohort satisfies: the rows that read no time, and enough events.

It has no variable of a patient in time, so its size hardly grows with their number. Where it
has no solution no cohort satisfies the rows; where it has one, there may still be none.
"""

import ast
from collections.abc import Iterator
from math import log, sinh

from numbercheck.consistency.conditions import timeless
from numbercheck.consistency.model import Model
from numbercheck.consistency.scope import Scope
from numbercheck.consistency.solving import InfeasibleError
from numbercheck.consistency.steps import are_bounds
from numbercheck.consistency.tabulated import limits_of, may_print, survival_claims
from numbercheck.ledger.expressions import Expression
from numbercheck.ledger.records import Ledger
from numbercheck.ledger.rows import Claim, Measure
from numbercheck.recount import endpoint_columns
from numbercheck.statistics.risk_sets import Target
from numbercheck.statistics.rounding import SLACK


def untimed_model(scope: Scope, n: int) -> Model:
    """Model of the rows that read no time, with as many events as each curve needs.

    Raises
    ------
    InfeasibleError
        If claims contradict each other before any search.
    """
    times = set(scope.times)
    told = (ast.unparse(node) for e in scope.linked for node in timeless(e, times))
    groups = [tuple(map(Expression, (*scope.links, *told))), *scope.questions]
    asked = [g for g in groups if not scope.is_timed(*g)]
    model = Model(Scope(scope.untimed, asked), n)
    for curve in printed_curves(scope):
        _require_events(model, scope.ledger, *curve)
    return model


def printed_curves(scope: Scope) -> Iterator[tuple[Measure, list[Claim]]]:
    """Each curve of patients whom no time selects, with what is printed of its estimate."""
    for measure in scope.ledger.measures.values():
        claims = [c for c in scope.claims if c.measure == measure.measure]
        is_curve = measure.kind == "survival" and not scope.is_timed(measure.among)
        if is_curve and any(survival_claims(claims)):
            yield measure, claims


def _require_events(model: Model, ledger: Ledger, measure: Measure, claims: list[Claim]) -> None:
    size = model.most(measure.among) if measure.among.text else model.n
    printed, limits = survival_claims(claims), limits_of(ledger, measure)
    target = Target(*printed.first, limits.method, limits.level)
    if not (are_bounds(printed) or may_print(size, printed, limits)):
        raise InfeasibleError("no history of numbers at risk prints so")
    event = Expression(endpoint_columns(ledger, measure.endpoint)[1])
    model.cp.add(model.count(event, measure.among) >= fewest_events(target, size))


def fewest_events(target: Target, n: int) -> int:
    """Fewest events of n patients that print a target; more than n where no number does.

    An event that multiplies survival by exp(-x) adds 4 sinh(x / 2)**2 to Greenwood's sum. That
    is convex, so by Jensen's inequality the sum is least where all events have equal shares.
    """
    high = target.survival[1] * (1 + SLACK)
    if high >= 1:
        return 0
    fall = -log(max(high, 1e-30))
    sums = (4 * k * sinh(fall / (2 * k)) ** 2 for k in range(1, n + 1))
    return next((k for k, least in enumerate(sums, 1) if least <= target.variance[1]), n + 1)
