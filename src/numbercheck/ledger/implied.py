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


def with_variables(ledger: Ledger) -> Ledger:
    """Ledger with the arm that article.json declares, and with events that are only themselves.

    A measure that counts an event of its own name, as `response` where `response`, needs no row
    in variables.csv.
    """
    implied = {}
    if arms := ledger.article.get("arms"):
        implied[ARM] = _variable(ARM, "category", "|".join(map(str, arms)))  # type: ignore[call-overload]
    for name, measure in ledger.measures.items():
        if measure.kind in ("count", "comparison") and measure.where.text == name:
            implied[name] = _variable(name, "flag")
    added = {name: v for name, v in implied.items() if name not in ledger.variables}
    return replace(ledger, variables={**ledger.variables, **added})


def with_families(ledger: Ledger) -> Ledger:
    """Ledger whose measures without a family are of the family that is named like their kind."""
    measures = {
        name: replace(m, family=m.kind)
        if not m.family and m.kind in BY_KIND and m.kind in ledger.families
        else m
        for name, m in ledger.measures.items()
    }
    return replace(ledger, measures=measures)


def _variable(name: str, kind: str, values: str = "") -> Variable:
    return Variable(name, name, kind, values, "", Expression(""), "")
