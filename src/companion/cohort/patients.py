"""The patient table that the ledger's expressions see: one row for each patient."""

from collections.abc import Mapping

import pandas as pd

from companion.cohort.reading import Cohort
from companion.cohort.sources import Source, parse_all
from numbercheck.ledger.expressions import Masked
from numbercheck.ledger.records import LedgerError, Variable


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
    parts = _Parts(cohort, timed)
    table = pd.DataFrame(
        {name: parts.column(name, source, variables[name]) for name, source in sources.items()},
        index=parts.patients,
    )
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


class _Parts:
    """The tables cut by parameter, visit and term, for the columns of the patient table."""

    def __init__(self, cohort: Cohort, timed: set[str]) -> None:
        self.patients = pd.Index(cohort.adsl["USUBJID"], name="USUBJID")
        self.timed = timed
        self.adsl = cohort.adsl.set_index("USUBJID")
        self.adrs = dict(list(cohort.adrs.set_index("USUBJID").groupby(["PARAMCD", "AVISIT"])))
        self.adtte = dict(list(cohort.adtte.set_index("USUBJID").groupby("PARAMCD")))
        worst = cohort.adae.groupby(["AEDECOD", "USUBJID"])["AETOXGR"].max()
        self.worst = {term: g.droplevel(0) for term, g in worst.groupby(level=0)}

    def column(self, name: str, source: Source, variable: Variable) -> pd.Series:
        """One variable of every patient."""
        if source.table == "ADSL" and source.name not in self.adsl:
            raise LedgerError([f"variables.csv, variable {name}: ADSL has no {source.name}"])
        return getattr(self, f"_{source.table.lower()}")(source, variable)

    def _adsl(self, source: Source, variable: Variable) -> pd.Series:
        return self._value(self.adsl[source.name], source, variable)

    def _adrs(self, source: Source, variable: Variable) -> pd.Series:
        records = self.adrs.get((source.name, source.visit))
        found = pd.Series(dtype="str") if records is None else records["AVALC"]
        if source.how == "present":
            return pd.Series(self.patients.isin(found.index), self.patients, dtype="boolean")
        found = found.reindex(self.patients, fill_value=source.default or None)
        return self._value(found, source, variable)

    def _value(self, found: pd.Series, source: Source, variable: Variable) -> pd.Series:
        if source.how == "flag":
            return found.isin(source.codes).astype("boolean").where(found.notna())
        if variable.type == "category":
            return found.where(found.isin(variable.domain)).astype("str")
        return found.astype("Int64")

    def _adae(self, source: Source, variable: Variable) -> pd.Series:
        found = self.worst.get(source.name, pd.Series(dtype="Int64"))
        return found.reindex(self.patients, fill_value=0).astype("Int64")

    def _adtte(self, source: Source, variable: Variable) -> pd.Series:
        records = self.adtte.get(source.name)
        if records is None:
            kind = "boolean" if source.how == "event" else "Float64"
            return pd.Series(pd.NA, self.patients, dtype=kind)
        event = (records["CNSR"] == 0).astype("boolean")
        if source.how == "event":
            return event.reindex(self.patients)
        times = records["AVAL"].astype("Float64")
        times = times if source.name in self.timed else times.where(event)
        return times.reindex(self.patients)
