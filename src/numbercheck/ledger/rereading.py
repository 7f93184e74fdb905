"""A ledger under another reading of one assumption."""

from dataclasses import replace

from numbercheck.ledger.arms import with_measures_of_arms
from numbercheck.ledger.expressions import Expression
from numbercheck.ledger.records import Ledger


def reread(ledger: Ledger, name: str, reading: str) -> Ledger:
    """Ledger with another expression, or another parameter value, for an assumption."""
    assumption = ledger.assumptions[name]
    if not assumption.parameter:
        other = replace(assumption, expression=Expression(reading))
        return replace(ledger, assumptions={**ledger.assumptions, name: other})
    assumptions = {**ledger.assumptions, name: replace(assumption, value=reading)}
    owner, _, column = assumption.parameter.partition(".")
    if column == "method":
        family = replace(ledger.families[owner], method=reading)
        ledger = replace(ledger, families={**ledger.families, owner: family})
    elif column:
        selection = {column: Expression(reading)}
        measure = replace(ledger.measures[owner], **selection)  # type: ignore[arg-type]
        ledger = replace(ledger, measures={**ledger.measures, owner: measure})
        ledger = with_measures_of_arms(ledger)
    return replace(ledger, assumptions=assumptions)
