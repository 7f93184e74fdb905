"""Check a ledger as a whole: names, printed texts and expressions, each fault by file and row."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import fields
from functools import cache
from math import inf

from numbercheck.errors import did_you_mean, unknown, unknown_family
from numbercheck.ledger import rows
from numbercheck.ledger.expressions import Expression, ExpressionError
from numbercheck.ledger.grammar import comparisons
from numbercheck.ledger.records import Ledger, printed_faults
from numbercheck.ledger.sources import ARTICLE, SOURCE_KINDS
from numbercheck.ledger.texts import confidence_level
from numbercheck.statistics.proportions import SIDES
from numbercheck.words import METHODS, ONE_SIDED, SIGNS, STATISTICS

KINDS = (
    *("count", "quantity", "survival", "incidence", "rate", "comparison", "design", "external"),
)
TYPES = ("integer", "category", "flag", "grade", "decimal")
DESIGNS = ("matched", "paired")
LATER = ("fixed", "rises", "falls", "changes")
TIMES = ("days", "weeks", "months", "years")
RELATIONS = ("sum", "subset", "order", "arithmetic")
BOUNDED = {  # each kind of row in bounds.csv, and the kinds of measure that it can be about
    "patients": ("",),
    "statistic": ("count", "quantity", "survival", "comparison"),
    "at_risk": ("survival",),
    "survival": ("survival",),
    "event_days": ("survival",),
    "event_types": ("survival",),
}
# for each column with a choice: the names to choose from, or the file that has them as slugs
CHOICES: dict[str, dict[str, str | Iterable[str]]] = {
    "measures": {
        **{"kind": KINDS, "family": "families", "later": LATER},
        **{"sides": SIDES, "method": METHODS, "design": DESIGNS},
    },
    "claims": {"measure": "measures", "statistic": STATISTICS, "verbal": ("yes",)},
    "sources": {"kind": SOURCE_KINDS},
    "families": {"method": METHODS, "alternatives": METHODS},
    "variables": {"type": TYPES},
    "relations": {"kind": RELATIONS},
    "assumptions": {"switchable": ("yes", "no"), "use": ("model", "shown")},
    "expected_findings": {"claim": "claims", "verdict": SIGNS},
    "bounds": {"kind": BOUNDED, "measure": "measures"},
    "digitized": {"unit": TIMES},
}
NEEDED = ("kind", "type", "statistic", "verdict", "unit")  # columns whose cell may not be empty
WORDS = {"alternatives": "method"}  # others are called by the column
EFFECTS = ("difference", "odds_ratio", "risk_ratio", "hazard_ratio")
OF_QUANTITY = ("median", "p25", "p75", "min", "max", "mean", "sd")
FOREIGN = {  # statistics that a kind of measure cannot have
    "count": (*OF_QUANTITY, *EFFECTS, "n_event", "at_risk"),
    "comparison": (*(s for s in OF_QUANTITY if s != "sd"), "percent", "at_risk"),
    "quantity": (*EFFECTS, "n_event", "at_risk", "p_value", "percent"),
    "survival": (*EFFECTS, "mean", "sd", "percent"),
    "incidence": (*EFFECTS, *OF_QUANTITY, "percent"),
    "rate": (*EFFECTS, *OF_QUANTITY, "percent", "estimate", "at_risk"),
}


def ledger_faults(ledger: Ledger, lines: Mapping[str, list[int]]) -> Iterator[str]:
    """Say what is wrong with each row, given the other files.

    Parameters
    ----------
    ledger : Ledger
    lines : mapping of str to list of int
        For each file the line of each record, in the ledger's order; records derived from others
        come last and have no line.
    """
    related = _measure_names(ledger)
    for name, numbers in lines.items():
        records, known = getattr(ledger, name), related if name == "relations" else ledger.variables
        named = records.items() if isinstance(records, Mapping) else (("", row) for row in records)
        for (slug, row), line in zip(named, numbers, strict=False):
            where = f"{name}.csv row {line}" + (f" ({slug})" if slug else "")
            for column, options in CHOICES.get(name, {}).items():
                yield from _choice_faults(getattr(row, column), column, options, ledger, where)
            for column in _expressions(type(row)):  # type: ignore[arg-type]
                yield from _names(getattr(row, column), known, f"{where}, column {column}")
            if name in OWN:
                yield from OWN[name](row, ledger, where)


@cache
def _expressions(kind: type) -> tuple[str, ...]:
    """Columns that hold expressions."""
    return tuple(f.name for f in fields(kind) if f.type is Expression)


def _choice_faults(
    cell: str, column: str, options: str | Iterable[str], ledger: Ledger, where: str
) -> Iterator[str]:
    """Say which names of a cell are not among those to choose from."""
    known = getattr(ledger, options) if isinstance(options, str) else tuple(options)
    what = WORDS.get(column, column)
    where = where if what == column else f"{where}, column {column}"
    for given in cell.split("|") if column == "alternatives" else [cell]:
        if given not in known and (given or column in NEEDED):
            if isinstance(options, str):
                is_family = options == "families"
                told = unknown_family(given, known) if is_family else unknown(what, given, known)
                yield f"{where}: {told}"
            else:
                near = did_you_mean(given, known if len(known) > 2 else ())
                yield f"{where}: unknown {what} {given!r}{near}; {_one_of(known)}"


def _one_of(options: Iterable[str]) -> str:
    """List the names that can be written; one-sided tests are left out as variants."""
    return f"one of {' '.join(o for o in options if not o.endswith(tuple(ONE_SIDED)))}"


def _claim_faults(claim: rows.Claim, ledger: Ledger, where: str) -> Iterator[str]:
    measure = ledger.measures.get(claim.measure)
    if measure is None:  # an unknown name is a wrong choice, which is reported already
        if not claim.measure:
            yield f"{where}: the measure is missing"
        return
    known = {ARTICLE, *ledger.sources}
    if claim.source and claim.source not in known:
        yield f"{where}, column source: {unknown('source', claim.source, known)}"
    yield from printed_faults(claim, ledger.measures, where)
    if claim.statistic in FOREIGN.get(measure.kind, ()):
        what = STATISTICS[claim.statistic]
        yield f"{where}: a {measure.kind} has no {what}; give {measure.measure} another kind"
    other = [s for s in EFFECTS if s != claim.statistic and ledger.find(measure.measure, s)]
    if claim.statistic in EFFECTS and other:
        yield f"{where}: {claim.statistic} and {other[0]} need a measure each, for their limits"


def _measure_faults(measure: rows.Measure, ledger: Ledger, where: str) -> Iterator[str]:
    if measure.kind in ("survival", "incidence") and not _is_number(measure.horizon):
        yield f"{where}: the horizon {measure.horizon!r} is not a number of days"
    if measure.design in DESIGNS and measure.kind != "comparison":
        yield f"{where}: the design {measure.design!r} is for a comparison, not a {measure.kind}"
    if measure.level:
        yield from _refusal(confidence_level, measure.level, f"{where}, column level")
    known = {**ledger.measures, **ledger.sources}
    if measure.against and measure.against not in known:
        yield f"{where}, column against: {unknown('measure', measure.against, known)}"
    compares_values = measure.kind == "comparison" and measure.where.text in ledger.variables
    selects = measure.kind in ("count", "comparison") and not compares_values
    for column in ["among", "where"] if selects else ["among"]:
        yield from _condition_faults(getattr(measure, column), ledger, f"{where}, column {column}")


def _variable_faults(variable: rows.Variable, ledger: Ledger, where: str) -> Iterator[str]:
    if variable.type not in TYPES:
        return
    try:
        if not variable.domain:
            yield f"{where}: the values {variable.values!r} list nothing"
    except ValueError:
        yield (
            f"{where}: the values {variable.values!r} do not fit the type {variable.type}; "
            "write 15..65 or 0.5..300 or CR|CRi|NR or 0|1|3"
        )


def _assumption_faults(assumption: rows.Assumption, ledger: Ledger, where: str) -> Iterator[str]:
    """Compare a parameter with the cell of another file that it repeats."""
    yield from _condition_faults(assumption.expression, ledger, f"{where}, column expression")
    if assumption.parameter == "level":
        yield from _refusal(confidence_level, assumption.value, f"{where}, column value")
    if assumption.parameter == "days_per_month" and not _is_number(assumption.value):
        yield f"{where}: {assumption.value!r} is not a number of days"
    owner, dot, column = assumption.parameter.partition(".")
    record = (
        ledger.measures.get(owner) if column in ("where", "among") else ledger.families.get(owner)
    )
    stands = getattr(record, column, None) if dot else assumption.value
    stands = stands.text if isinstance(stands, Expression) else stands
    if stands != assumption.value:
        yield (
            f"{where}: {assumption.parameter} is {stands!r} in its file, {assumption.value!r} here"
        )


def _relation_faults(relation: rows.Relation, ledger: Ledger, where: str) -> Iterator[str]:
    if not any(comparisons(relation.expression.tree)):
        text = relation.expression.text
        yield f"{where}: {text!r} compares nothing; write a comparison, such as a == b + c"


def _dose_faults(dose: rows.Dose, ledger: Ledger, where: str) -> Iterator[str]:
    first, last = dose.first_day, dose.last_day
    given = first or last
    if given and not (first.isdecimal() and last.isdecimal() and int(first) <= int(last)):
        yield f"{where}: {first!r} to {last!r} are not days; write whole numbers, such as 8 and 14"


def _bound_faults(row: rows.Unprinted, ledger: Ledger, where: str) -> Iterator[str]:
    """Say why a row of bounds.csv asks for something that cannot be bounded."""
    if row.kind not in BOUNDED or (row.measure and row.measure not in ledger.measures):
        return
    about = ledger.measures[row.measure].kind if row.measure else ""
    if about not in BOUNDED[row.kind]:
        wanted = " or ".join(BOUNDED[row.kind])
        yield f"{where}: the kind {row.kind} is about {wanted or 'an expression, not a measure'}"
    if (row.kind == "statistic") != (row.statistic in STATISTICS):
        yield f"{where}: the statistic {row.statistic!r} does not go with the kind {row.kind}"
    if not all(month == "0" or _is_number(month) for month in filter(None, row.months.split("|"))):
        yield f"{where}: the months {row.months!r} are not numbers; write them as 3|6|9"
    for column in ("expression", "among"):
        yield from _condition_faults(getattr(row, column), ledger, f"{where}, column {column}")


def _source_faults(source: rows.Source, ledger: Ledger, where: str) -> Iterator[str]:
    """Say why a source could not be found by a reader, or its date not be compared."""
    for column in ("citation", "seen", "retrieved"):
        if not getattr(source, column):
            yield f"{where}, column {column}: it is empty; {SOUGHT[column]}"
    if source.date and not re.fullmatch(r"\d{4}(-\d{2}){0,2}", source.date):
        yield f"{where}, column date: {source.date!r} is not a date; write 2024-09-02 or 2024"
    if (source.kind == ARTICLE) != (source.source == ARTICLE):
        yield f"{where}: one source is the article; give it the name and the kind {ARTICLE!r}"


def _digitized_faults(row: rows.Digitized, ledger: Ledger, where: str) -> Iterator[str]:
    """Say why a digitized curve cannot be read, or is of no endpoint."""
    sources = {v.source for v in ledger.variables.values()}
    if not {f"ADTTE.{row.endpoint} days", f"ADTTE.{row.endpoint} event"} <= sources:
        yield (
            f"{where}, column endpoint: no variables hold the days and events of "
            f"{row.endpoint!r}; give variables.csv the sources 'ADTTE.{row.endpoint} days' and "
            f"'ADTTE.{row.endpoint} event'"
        )
    for column, example in (("tolerance", "1 (percentage point)"), ("time_tolerance", "0.2")):
        if not _is_number(getattr(row, column)):
            yield (
                f"{where}, column {column}: {getattr(row, column)!r} is not a number above 0; "
                f"say how far a point may be off, such as {example}"
            )
    for column in ("locus", "file"):
        if not getattr(row, column):
            yield f"{where}, column {column}: it is empty; write {POINTED[column]}"
    yield from _condition_faults(row.among, ledger, f"{where}, column among")


OWN: dict[str, Callable[..., Iterator[str]]] = {
    "measures": _measure_faults,
    "claims": _claim_faults,
    "variables": _variable_faults,
    "relations": _relation_faults,
    "assumptions": _assumption_faults,
    "regimen": _dose_faults,
    "bounds": _bound_faults,
    "sources": _source_faults,
    "digitized": _digitized_faults,
}
SOUGHT = {
    "citation": "write what a reader would look up, such as authors, title and year",
    "seen": "write what was read of it: full text, abstract, reprint or record",
    "retrieved": "write where it was read, such as a URL or a PMID",
}
POINTED = {"locus": "which figure it is, such as Figure 2A", "file": "the CSV file of its points"}


def _is_number(text: str) -> bool:
    try:
        return 0 < float(text) < inf
    except ValueError:
        return False


def _refusal(read: Callable[[str], object], text: str, where: str) -> Iterator[str]:
    """Say why a text cannot be read."""
    try:
        read(text)
    except ValueError as error:
        yield f"{where}: {error}"


def _measure_names(ledger: Ledger) -> set[str]:
    """Names that a relation may use: measures, their statistics, first and last day of a date."""
    parameters = {a.parameter for a in ledger.assumptions.values() if a.parameter}
    attributes = {f"{m}.{a}" for m in ledger.measures for a in STATISTICS}
    dates = [m.measure for m in ledger.measures.values() if m.unit == "date"]
    return {*ledger.measures, *parameters, *attributes} | {
        f"{date}.{end}" for date in dates for end in ("first", "last")
    }


def _names(
    expression: Expression, known: Mapping[str, rows.Variable] | set[str], where: str
) -> Iterator[str]:
    try:
        expression.require(known)
        if isinstance(known, Mapping):
            expression.fit(_domains(expression, known))
            decimal = [name for name in expression.names if known[name].type == "decimal"]
            if decimal and expression.text not in known:
                yield f"{where}: {decimal[0]} has decimals; select patients by a flag of its own"
    except ExpressionError as error:
        yield f"{where}: {error}"


def _condition_faults(expression: Expression, ledger: Ledger, where: str) -> Iterator[str]:
    """Say that an expression selects nobody, such as a bare ``age``, where it should."""
    if set(expression.names) <= set(ledger.variables):
        try:
            expression.require_condition(_domains(expression, ledger.variables))
        except ExpressionError as error:
            yield f"{where}: {error}"


def _domains(expression: Expression, variables: Mapping[str, rows.Variable]) -> dict[str, tuple]:
    """Values of each column that an expression reads, but for columns that have faults."""
    read = {name: variables[name] for name in expression.names}
    return {
        name: variable.domain
        for name, variable in read.items()
        if variable.type in TYPES and not any(_variable_faults(variable, None, ""))  # type: ignore[arg-type]
    }
