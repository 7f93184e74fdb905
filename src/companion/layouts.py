"""What a table or figure shows besides numbers: its title, footnote and rows, from displays.csv."""

from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from numbercheck.errors import unknown
from numbercheck.ledger.reading import read_records
from numbercheck.ledger.records import Ledger, LedgerError


@dataclass(frozen=True)
class LayoutRow:
    """One row of a table or figure: its group, its label, and what it shows.

    Attributes
    ----------
    measure, statistic : str
        Measures of its cells, separated by a bar, and what of them it shows, ``n`` if empty.
    where : str
        Which patients, days or rates it shows: a code such as ``SEX = F``, a column each of
        whose codes counts, an expression of the ledger, a span of days, a quantity.
    note : str
        Footnote of the display, on the row without a group, whose label is the title.
    """

    display: str
    group: str
    label: str
    measure: str = ""
    statistic: str = ""
    where: str = ""
    note: str = ""

    @property
    def measures(self) -> tuple[str, ...]:
        """Measures of its cells, in order."""
        return tuple(filter(None, self.measure.split("|")))

    @property
    def mark(self) -> str | None:
        """Id of the row's mark in a figure."""
        return "--".join(f"{m}.{self.statistic or 'n'}" for m in self.measures) or None

    @property
    def column(self) -> str:
        """Column of the patients' table that it reads."""
        return self.where.partition(" = ")[0]

    @property
    def code(self) -> str:
        """Code of the patients counted."""
        return self.where.partition(" = ")[2]


@dataclass(frozen=True)
class DisplayLayout:
    """What a table or figure shows besides numbers: its title, its footnote and its rows."""

    title: str
    note: str = ""
    rows: tuple[LayoutRow, ...] = ()

    def mark(self, group: str, label: str) -> str | None:
        """Id of the mark of one row; None where there is no such row."""
        found = (row.mark for row in self.rows if (row.group, row.label) == (group, label))
        return next(found, None)

    def levels(self, codes: pd.DataFrame) -> dict[str, pd.Series]:
        """Level of each patient, by factor; missing where unknown.

        Parameters
        ----------
        codes : pandas.DataFrame
            One row per patient, with the columns that the rows name.
        """
        names: dict[tuple[str, str], dict[str, str]] = {}
        for row in self.rows:
            names.setdefault((row.group, row.column), {})[row.code] = row.label
        return {
            factor: codes[column].map(levels).astype(pd.CategoricalDtype(list(levels.values())))
            for (factor, column), levels in names.items()
            if column
        }


def read_layouts(path: Path, ledger: Ledger) -> dict[str, DisplayLayout]:
    """Layouts by display; none where there is no such file.

    Raises
    ------
    LedgerError
        If a column is missing or a measure unknown; all faults at once.
    """
    faults: list[str] = []
    layouts: dict[str, DisplayLayout] = {}
    for line, row in read_records(path, LayoutRow, faults):
        faults += [
            f"{path.name} row {line}, column measure: {unknown('measure', m, ledger.measures)}"
            for m in row.measures
            if m not in ledger.measures
        ]
        layout = layouts.get(row.display, DisplayLayout(row.display))
        if row.group:
            layouts[row.display] = replace(layout, rows=(*layout.rows, row))
        else:
            layouts[row.display] = replace(layout, title=row.label, note=row.note)
    if faults:
        raise LedgerError(faults)
    return layouts


def event_rows(display: str, ledger: Ledger, adae: pd.DataFrame) -> tuple[LayoutRow, ...]:
    """A row for each adverse event, by category: those of the ledger, then others seen."""
    groups = {f.name: f.group or "Other" for f in ledger.fields if f.table == "ADAE"}
    seen = adae.drop_duplicates("AEDECOD")[["AEDECOD", "AECAT"]].fillna("")
    for term, group in seen.itertuples(index=False):
        groups.setdefault(term, group or "Other")
    names = {
        v.source.removeprefix("ADAE."): v.variable.removesuffix("_grade")
        for v in ledger.variables.values()
    }
    for term in [t for t in groups if t not in names]:
        name = "".join(c if c.isalnum() else "_" for c in term.lower())
        while name in names.values():
            name += "_"
        names[term] = name
    order = list(dict.fromkeys(groups.values()))
    return tuple(
        LayoutRow(display, groups[t], t, f"{names[t]}_g12|{names[t]}_g34")
        for t in sorted(groups, key=lambda t: order.index(groups[t]))
    )
