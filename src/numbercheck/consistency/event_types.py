"""How many events of each kind an endpoint must have counted, without assuming that it did.

The kinds are read off the assumptions: a value of a column for which a rule fails unless the
endpoint's event is set. Where that rule can be switched off, it is, with the other rules on the
column that restrict patients without the event; the printed curve then decides.
"""

import ast
from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

from numbercheck.consistency.asking import Bound
from numbercheck.consistency.sharp_bounds import Bounds
from numbercheck.ledger.expressions import Expression
from numbercheck.ledger.records import Ledger
from numbercheck.ledger.rows import Assumption, Measure
from numbercheck.recount import endpoint_columns


class Kind(NamedTuple):
    """One kind of event: a column, one of its values, and whether we only assume that it counts."""

    column: str
    value: object
    assumed: bool

    @property
    def text(self) -> str:
        """The patients who had it, in the ledger's grammar."""
        return self.column if self.value is True else f"{self.column} == {self.value!r}"


def event_types(asked: Bounds, measure: Measure) -> Iterator[Bound]:
    """Bound, for each kind of event of a curve's endpoint, how many the endpoint counts."""
    _, event = endpoint_columns(asked.ledger, measure.endpoint)
    found = kinds(asked.ledger, event)
    open_ = Bounds(_unassumed(asked.ledger, event, found), asked.seconds, asked.given_up)
    for kind in found:
        label = asked.ledger.variables[kind.column].label
        label += "" if kind.value is True else f", {kind.value}"
        note = " (also without assuming that it is one)" if kind.assumed else ""
        where = Expression(f"{event} and {kind.text}")
        yield open_.count(where, label=f"{measure.endpoint} events: {label}{note}")


def kinds(ledger: Ledger, event: str) -> list[Kind]:
    """Kinds of event that some rule of two columns makes an event of the endpoint."""
    found = []
    for rule in ledger.assumptions.values():
        others = [n for n in rule.expression.names if n != event]
        if event in rule.expression.names and len(others) == 1 and _has_kinds(ledger, others[0]):
            column = others[0]
            found += [
                Kind(column, value, rule.switchable == "yes")
                for value in _entailing(ledger, rule.expression, event, column)
            ]
    return found


def _has_kinds(ledger: Ledger, column: str) -> bool:
    return ledger.variables[column].type in ("flag", "category")


def _entailing(ledger: Ledger, rule: Expression, event: str, column: str) -> list:
    """Values of a column with which the rule fails unless the event is set."""
    values = ledger.variables[column].domain
    return [v for v in values if rule.truth({column: v, event: False}) is False]


def _unassumed(ledger: Ledger, event: str, found: list[Kind]) -> Ledger:
    """Ledger without the assumptions that these kinds count as events."""
    columns = {kind.column for kind in found if kind.assumed}
    kept = {
        name: rule
        for name, rule in ledger.assumptions.items()
        if not (columns & set(rule.expression.names) and _presumes(rule, event))
    }
    return replace(ledger, assumptions=kept)


def _presumes(rule: Assumption, event: str) -> bool:
    """Whether a rule can be switched off and restricts patients without the event."""
    tree = rule.expression.tree
    parts = tree.values if isinstance(tree, ast.BoolOp) and isinstance(tree.op, ast.Or) else [tree]
    return rule.switchable == "yes" and f"not {event}" not in map(ast.unparse, parts)
