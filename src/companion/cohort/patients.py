"""The patient table that the ledger's expressions see: one row for each patient."""

import re
from collections.abc import Callable, Iterator, Mapping

import pandas as pd

from companion.cohort.reading import Cohort
from companion.cohort.schema import KEYS
from companion.cohort.sources import VariableSource, parse_all
from numbercheck.ledger.kleene import Masked
from numbercheck.ledger.records import Ledger, LedgerError
from numbercheck.ledger.rows import Measure, Variable

UNTIL = re.compile(r"(\w+) <=? (\d+)")

Records = Callable[[VariableSource], pd.DataFrame]  # what a source reads, by patient


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
        text. A value is missing where it is unknown or the variable is not evaluable, where a
        category has a code that the variable does not list (unknown sex), and where a time was
        censored and no variable holds the event.

    Raises
    ------
    LedgerError
        If a source is not of the grammar, or names no column of the tables.
    """
    table = _recorded(cohort, variables, _records(cohort))
    for name in table:
        if (evaluable := variables[name].evaluable).text:
            columns = masked(table[list(evaluable.names)])
            table[name] = table[name].where(evaluable.select(columns, len(table)))
    return table


def _recorded(cohort: Cohort, variables: Mapping[str, Variable], records: Records) -> pd.DataFrame:
    """Patient table before the values that are not evaluable are blanked."""
    sources = parse_all(variables)
    timed = {s.name for s in sources.values() if s.how == "event"}
    table = pd.DataFrame(index=pd.Index(cohort.adsl["USUBJID"], name="USUBJID"))
    for name, source in sources.items():
        if source.table == "ADSL" and source.name not in cohort.adsl:
            raise LedgerError([f"variables.csv, variable {name}: ADSL has no {source.name}"])
        found = records(source)
        if source.how == "days" and source.name not in timed:
            found = found[found["CNSR"] == 0]
        table[name] = _column(found, source, variables[name], table.index)
    return table


def masked(table: pd.DataFrame) -> dict[str, Masked]:
    """Columns of a patient table as expressions take them: values, and which are known."""
    return {str(name): _masked(column) for name, column in table.items()}


def _masked(column: pd.Series) -> Masked:
    kind, empty = (object, "") if column.dtype == "str" else (column.dtype.type, 0)
    known = column.notna().to_numpy(dtype=bool)
    return Masked(column.to_numpy(dtype=kind, na_value=empty), known)


def _records(cohort: Cohort) -> Records:
    """Split the tables once by parameter, visit and term: faster than a filter per variable."""
    whole = {name: getattr(cohort, name.lower()).set_index("USUBJID") for name in ("ADSL", *KEYS)}
    parts = {
        (name, *key): rows
        for name, columns in KEYS.items()
        for key, rows in whole[name].groupby(columns, sort=False)
    }

    def records(source: VariableSource) -> pd.DataFrame:
        table = whole[source.table]
        if source.table == "ADSL":
            return table
        key = (source.name, source.visit) if source.visit else (source.name,)
        return parts.get((source.table, *key), table.iloc[:0])

    return records


def _column(
    records: pd.DataFrame, source: VariableSource, variable: Variable, patients: pd.Index
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


def unrecorded(cohort: Cohort, ledger: Ledger) -> dict[str, str]:
    """Measures whose source has no usable record in the tables, and what is missing.

    A count is 0 only where the tables say so: a column that is empty for everyone, a visit, a
    parameter or an adverse event without any record (unless ``mapping.csv`` says that nobody
    had it) leaves the count unknown.
    """
    sources, records = parse_all(ledger.variables), _records(cohort)
    recorded = _recorded(cohort, ledger.variables, records)
    why = {n: _gap(cohort, sources[n], records(sources[n]), c) for n, c in recorded.items()}
    found = {}
    for measure in ledger.measures.values():
        names = {*measure.where.names, *measure.among.names, *measure.by.names}
        names |= {
            n for n, s in sources.items() if s.table == "ADTTE" and s.name == measure.endpoint
        }
        for name in tuple(names):
            names |= set(ledger.variables[name].evaluable.names)
        gaps = [why[name] for name in ledger.variables if name in names and why.get(name)]
        gaps += _unfollowed(cohort, measure, sources)
        if gaps:
            found[measure.measure] = gaps[0]
    return found


def _gap(cohort: Cohort, source: VariableSource, records: pd.DataFrame, values: pd.Series) -> str:
    """What is missing for a variable with these records and values; empty if nothing is."""
    if source.table == "ADSL":
        is_empty = records[source.name].isna().all()
        what = "is empty for everyone" if is_empty else "has no code of the ledger"
        return f"{source.name} {what} in ADSL" if values.isna().all() else ""
    place = f"{source.table} has no record of {source.name}"
    place += f" at {source.visit}" if source.visit else ""
    if records.empty:
        is_zero = source.name in cohort.nobody and (source.table == "ADAE" or source.default)
        return "" if is_zero else f"{place} that is analyzed"
    if source.how == "worst" and (unknown := records.index[records["AETOXGR"].isna()]).size:
        n = unknown.nunique()
        return f"{source.name} of {n} patient{'s' * (n > 1)} has no grade in ADAE"
    return f"{place} with a {source.how.removesuffix('s')}" if values.isna().all() else ""


def _unfollowed(
    cohort: Cohort, measure: Measure, sources: Mapping[str, VariableSource]
) -> Iterator[str]:
    """Why a measure cannot be counted: nobody is followed up to its day."""
    text = " ".join(e.text for e in (measure.where, measure.among, measure.by))
    timed = {n: s.name for n, s in sources.items() if s.how == "days"}
    until = [(timed[n], float(day)) for n, day in UNTIL.findall(text) if n in timed]
    if measure.horizon:
        until.append((measure.endpoint, float(measure.horizon)))
    for endpoint, day in until:
        last = cohort.adtte["AVAL"][cohort.adtte["PARAMCD"] == endpoint].max()
        if last < day:
            yield f"nobody is followed for {endpoint} to day {day:g}; the last is day {last:g}"
