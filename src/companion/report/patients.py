"""The reconstructed patients behind each count; a trial's own patients stay out of the page."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from companion.expressions import Masked
from companion.ledger import Ledger

DASH = "–"


class Patients(NamedTuple):
    """Headings of the table of patients, its rows, and who is counted by each measure."""

    columns: tuple[tuple[str, str], ...] = ()
    rows: tuple[tuple[str, tuple[str, ...]], ...] = ()
    counted: Mapping[str, tuple[str, ...]] = {}


def patients(directory: Path | None, ledger: Ledger) -> Patients:
    """Read the patients that may be shown.

    Parameters
    ----------
    directory : Path or None
        Folder of the ADaM tables. Supplied patients are nobody's to publish, so only a
        reconstructed cohort is shown.
    ledger : Ledger
        Its variables are the columns; its counts select patients.
    """
    if directory is None or not ledger.variables:
        return Patients()
    from companion.cohort import masked, patient_table, read_cohort

    cohort = read_cohort(directory)
    if not cohort.label:
        return Patients()
    table = patient_table(cohort, ledger.variables)
    names = [str(name) for name in table.index]
    columns = masked(table)
    texts = [list(map(_text, *columns[name])) for name in ledger.variables]
    rows = tuple(zip(names, zip(*texts, strict=True), strict=True))
    headings = tuple((v.variable, v.label) for v in ledger.variables.values())
    return Patients(headings, rows, _counted(ledger, names, columns))


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


def _text(value: Any, known: bool) -> str:
    if not known:
        return DASH
    if isinstance(value, bool | np.bool_):
        return "yes" if value else "no"
    return str(value) if isinstance(value, str) else f"{value:g}"
