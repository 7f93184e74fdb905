"""Split a long `or` into steps, so that no table of counts grows large."""

import ast
from dataclasses import replace

from numbercheck.ledger.expressions import Expression
from numbercheck.ledger.records import Ledger
from numbercheck.ledger.rows import Assumption, Variable

MOST_PARTS = 4  # of an `or` whose columns are counted in one table


def chain(ledger: Ledger, expression: Expression) -> tuple[Ledger, Expression]:
    """Ledger with a flag for each step of a long `or`, and the flag of its last step.

    Step k is true when one of the first k parts is; a table then holds two flags and one
    part's columns, where all parts together would have the product of their values.
    """
    tree = expression.tree
    if not (isinstance(tree, ast.BoolOp) and isinstance(tree.op, ast.Or)):
        return ledger, expression
    if len(tree.values) <= MOST_PARTS:
        return ledger, expression
    flags, rules, so_far = {}, {}, ast.unparse(tree.values[0])
    for k, part in enumerate(tree.values[1:], start=1):
        name = f"any_{k}_"
        flags[name] = Variable(name, name, "flag", "", "", Expression(""), "")
        rule = Expression(f"{name} == (({so_far}) or ({ast.unparse(part)}))")
        rules[name] = Assumption(name, "", rule, "", "", "", "no")
        so_far = name
    grown = replace(
        ledger,
        variables={**ledger.variables, **flags},
        assumptions={**ledger.assumptions, **rules},
    )
    return grown, Expression(so_far)
