"""The patient table that the ledger's expressions see: one row for each patient."""

from collections.abc import Mapping

import pandas as pd

from companion.cohort.reading import Cohort
from companion.cohort.sources import Source, parse_all
from numbercheck.ledger.kleene import Masked
from numbercheck.ledger.records import LedgerError, Variable

KEYS = {"ADRS": "PARAMCD", "ADAE": "AEDECOD", "ADTTE": "PARAMCD"}


def patient_table(cohort: Cohort, variables: Mapping[str, Variable]) -> pd.DataFrame:
    """One row for each patient, one column for each variable.

    Parameters
    ----------
    cohort : Cohort
        Its tables, by the variables' ``source``.
    variables : mapping of str to Variable
        The ledger's variables.

    Returns
    -------
    pandas.DataFrame
        Indexed by ``USUBJID``; flags are boolean, numbers Int64 (times Float64), categories
        text. A value is missing where it is not known or the variable not evaluable, where a
        category has a code that the variable has not (unknown sex), and where a time was
        censored and no variable holds the event.

    Raises
    ------
    LedgerError
        If a source is not of the grammar, or names no column of the tables.
    """
    sources = parse_all(variables)
    timed = {s.name for s in sources.values() if s.how == "event"}
    table = pd.DataFrame(index=pd.Index(cohort.adsl["USUBJID"], name="USUBJID"))
    for name, source in sources.items():
        if source.table == "ADSL" and source.name not in cohort.adsl:
            raise LedgerError([f"variables.csv, variable {name}: ADSL has no {source.name}"])
        found = _records(cohort, source)
        if source.how == "days" and source.name not in timed:
            found = found[found["CNSR"] == 0]
        table[name] = _column(found, source, variables[name], table.index)
    for name in sources:
        if (evaluable := variables[name].evaluable).text:
            columns = masked(table[list(evaluable.names)])
            table[name] = table[name].where(evaluable.select(columns, len(table)))
    return table


def masked(table: pd.DataFrame) -> dict[str, Masked]:
    """Columns of a patient table as expressions take them: values, and which are known."""
    return {str(name): _masked(column) for name, column in table.items()}


def _masked(column: pd.Series) -> Masked:
    kind, empty = (object, "") if column.dtype == "str" else (column.dtype.type, 0)
    known = column.notna().to_numpy(dtype=bool)
    return Masked(column.to_numpy(dtype=kind, na_value=empty), known)


def _records(cohort: Cohort, source: Source) -> pd.DataFrame:
    """Rows of a table that a source reads, by patient."""
    table = getattr(cohort, source.table.lower())
    if source.table in KEYS:
        table = table[table[KEYS[source.table]] == source.name]
    if source.visit:
        table = table[table["AVISIT"] == source.visit]
    return table.set_index("USUBJID")


def _column(
    records: pd.DataFrame, source: Source, variable: Variable, patients: pd.Index
) -> pd.Series:
    """One variable of every patient."""
    if source.how == "present":
        return pd.Series(patients.isin(records.index), patients, dtype="boolean")
    if source.how == "worst":
        worst = records["AETOXGR"].groupby(level=0).max()
        return worst.reindex(patients, fill_value=0).astype("Int64")
    if source.how == "event":
        return (records["CNSR"] == 0).astype("boolean").reindex(patients)
    if source.how == "days":
        return records["AVAL"].astype("Float64").reindex(patients)
    found = records["AVALC" if source.table == "ADRS" else source.name]
    found = found.reindex(patients, fill_value=source.default or None)
    if source.how == "flag":
        return found.isin(source.codes).astype("boolean").where(found.notna())
    if variable.type == "category":
        return found.where(found.isin(variable.domain)).astype("str")
    return found.astype("Int64")
