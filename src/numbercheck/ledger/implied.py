"""What the rows of a ledger imply without a row of their own: variables, and families by kind."""

from dataclasses import replace

from numbercheck.ledger.expressions import Expression
from numbercheck.ledger.records import Ledger
from numbercheck.ledger.rows import Variable

ARM = "arm"  # the variable
# kinds of measure that families.csv can give a method by their name, and what this prints
BY_KIND = {
    "count": ("conf_low", "conf_high"),
    "survival": ("conf_low", "conf_high"),
    "comparison": ("p_value",),
    "rate": ("conf_low", "conf_high"),
}
PRINTED_EFFECTS = ("difference", "odds_ratio", "risk_ratio", "hazard_ratio")  # of a comparison


def with_variables(ledger: Ledger) -> Ledger:
    """Ledger with the arm that article.json declares, and with events that are only themselves.

    A measure that counts an event of its own name, as `response` where `response`, needs no row
    in variables.csv.
    """
    implied = {}
    arms = ledger.article.get("arms")
    if arms and isinstance(arms, list | dict):
        implied[ARM] = _variable(ARM, "category", "|".join(map(str, arms)))
    for name, measure in ledger.measures.items():
        if measure.kind in ("count", "comparison") and measure.where.text == name:
            implied[name] = _variable(name, "flag")
    added = {name: v for name, v in implied.items() if name not in ledger.variables}
    return replace(ledger, variables={**ledger.variables, **added})


def with_families(ledger: Ledger) -> Ledger:
    """Ledger whose measures without a family are of one named like their effect or their kind."""
    measures = dict(ledger.measures)
    for name, measure in ledger.measures.items():
        named = [f for f in (printed_effect(name, ledger), measure.kind) if f in ledger.families]
        if named and not measure.family and measure.kind in BY_KIND:
            measures[name] = replace(measure, family=named[0])
    return replace(ledger, measures=measures)


def printed_effect(measure: str, ledger: Ledger) -> str:
    """The effect that a comparison prints; empty where it prints none."""
    return next((name for name in PRINTED_EFFECTS if ledger.find(measure, name)), "")


def _variable(name: str, kind: str, values: str = "") -> Variable:
    return Variable(name, name, kind, values, "", Expression(""), "")
