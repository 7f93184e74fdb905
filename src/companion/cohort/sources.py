"""Where each variable of the patient table comes from in the ADaM tables: a small grammar.

::

    ADSL.AGE                           the column's value; of a flag, Y
    ADSL.WBCGR1 = >30                  a flag: one of the codes, with | between them
    ADRS.MRDGR @ After RDC             AVALC of a parameter at a visit
    ADRS.OVRLRESP @ After RDC = CR|CRi a flag
    ADRS.BLASTGR @ After RDC present   a flag: there is such a record
    ADRS.RELTYPE @ Relapse else none   the value where there is no record
    ADAE.Pneumonia                     worst grade, 0 without such an event
    ADTTE.OS days                      time in days
    ADTTE.OS event                     a flag: CNSR is 0
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from numbercheck.ledger.records import LedgerError
from numbercheck.ledger.rows import Variable

FORMS = (
    re.compile(r"(?P<table>ADSL)\.(?P<name>\w+)(?: = (?P<codes>.+))?"),
    re.compile(
        r"(?P<table>ADRS)\.(?P<name>\w+) @ (?P<visit>.+?)"
        r"(?: = (?P<codes>.+)| (?P<how>present)| else (?P<default>.+))?"
    ),
    re.compile(r"(?P<table>ADAE)\.(?P<name>.+)"),
    re.compile(r"(?P<table>ADTTE)\.(?P<name>\w+) (?P<how>days|event)"),
)


@dataclass(frozen=True)
class VariableSource:
    """Where a variable comes from; ``how`` is value, flag, present, worst, days or event."""

    table: str
    name: str
    how: str
    visit: str = ""
    codes: tuple[str, ...] = ()
    default: str = ""


def parse(variable: Variable) -> VariableSource:
    """Read a variable's source.

    Raises
    ------
    LedgerError
        If the text is not of the grammar.
    """
    for form in FORMS:
        if match := form.fullmatch(variable.source.strip()):
            return _source(variable, {k: v or "" for k, v in match.groupdict().items()})
    raise LedgerError(
        [
            f"variables.csv, variable {variable.variable}: the source {variable.source!r} is not "
            "like ADSL.AGE, ADSL.WBCGR1 = >30, ADRS.MRDGR @ After RDC, ADAE.Fever or ADTTE.OS days"
        ]
    )


def parse_all(variables: Mapping[str, Variable]) -> dict[str, VariableSource]:
    """Read the source of each variable that has one, by its name."""
    return {name: parse(v) for name, v in variables.items() if v.source}


def _source(variable: Variable, found: Mapping[str, str]) -> VariableSource:
    codes = tuple(filter(None, found.get("codes", "").split("|")))
    how = found.get("how") or ("worst" if found["table"] == "ADAE" else "value")
    if how == "value" and variable.type == "flag":
        how, codes = "flag", codes or ("Y",)
    return VariableSource(**{**found, "how": how, "codes": codes})  # type: ignore[arg-type]
