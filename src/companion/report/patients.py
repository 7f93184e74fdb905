"""The reconstructed patients behind each count; a trial's own patients stay out of the page."""

from collections import defaultdict
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from numbercheck.ledger.kleene import Masked
from numbercheck.ledger.records import Ledger
from numbercheck.ledger.rows import Claim, Measure

if TYPE_CHECKING:
    from companion.cohort import Cohort

DASH = "–"


class Patients(NamedTuple):
    """Headings of the table of patients, its rows, and what is made of them.

    ``counted`` has the patients of each count and ``counts`` one claim on each count by patient,
    ``reads`` the columns behind each measure and ``feeds`` the claims on each column.
    """

    columns: tuple[tuple[str, str], ...] = ()
    rows: tuple[tuple[str, tuple[str, ...]], ...] = ()
    counted: Mapping[str, tuple[str, ...]] = {}
    counts: Mapping[str, tuple[Claim, ...]] = {}
    reads: Mapping[str, tuple[str, ...]] = {}
    feeds: Mapping[str, tuple[Claim, ...]] = {}


def patients_of(cohort: "Cohort", ledger: Ledger) -> Patients:
    """Make the patients ready that may be shown: a trial's own are nobody's to publish.

    The ledger's variables are the columns; its counts select patients.
    """
    from companion.cohort import masked, patient_table

    if not (cohort.label and ledger.variables):
        return Patients()
    table = patient_table(cohort, ledger.variables)
    names = [str(name) for name in table.index]
    columns = masked(table)
    texts = [_texts(columns[name]) for name in ledger.variables]
    rows = tuple(zip(names, zip(*texts, strict=True), strict=True))
    headings = tuple((v.variable, v.label) for v in ledger.variables.values())
    reads = {m.measure: _reads(m, ledger) for m in ledger.measures.values()}
    counted = _counted(ledger, names, columns)
    counts = {name: _counts(ledger, counted, name) for name in names}
    return Patients(headings, rows, counted, counts, reads, _feeds(ledger, reads))


def _reads(measure: Measure, ledger: Ledger) -> tuple[str, ...]:
    """Columns that a measure is computed from."""
    named = {*measure.where.names, *measure.among.names, *measure.by.names}
    timed = f"ADTTE.{measure.endpoint} "
    return tuple(
        v.variable
        for v in ledger.variables.values()
        if v.variable in named or (measure.endpoint and v.source.startswith(timed))
    )


def _feeds(ledger: Ledger, reads: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[Claim, ...]]:
    """Claims by the columns that they are computed from."""
    found: defaultdict[str, list[Claim]] = defaultdict(list)
    for claim in ledger.claims.values():
        for variable in reads[claim.measure]:
            found[variable].append(claim)
    return {variable: tuple(claims) for variable, claims in found.items()}


def _counted(
    ledger: Ledger, names: list[str], columns: Mapping[str, Masked]
) -> dict[str, tuple[str, ...]]:
    """Who is selected by each count."""
    counted = {}
    for measure in ledger.measures.values():
        if measure.kind == "count":
            inside = measure.where.select(columns, len(names))
            inside = inside & measure.among.select(columns, len(names))
            counted[measure.measure] = tuple(n for n, yes in zip(names, inside, strict=True) if yes)
    return counted


def _counts(ledger: Ledger, counted: Mapping[str, tuple[str, ...]], name: str) -> tuple[Claim, ...]:
    """One claim on each count that includes a patient: the number itself where it is printed."""
    own = (m for m, names in counted.items() if name in names)
    printed = ((*ledger.find(m, "n"), *ledger.find(m, "percent")) for m in own)
    return tuple(claims[0] for claims in printed if claims)


def _texts(column: Masked) -> list[str]:
    pairs = zip(column.values.tolist(), column.known.tolist(), strict=True)
    return [_text(value) if known else DASH for value, known in pairs]


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value) if isinstance(value, str) else f"{value:g}"
