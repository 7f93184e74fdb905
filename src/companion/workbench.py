"""What every notebook starts with: patients, ledger, results, and a folder for its outputs."""

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cached_property
from math import isnan
from pathlib import Path

import pandas as pd

from companion import figures, other_trials, tables
from companion.asked import MeaninglessError, require_meaning
from companion.captions import Provenance, provenance
from companion.cards import Card, claim_card, result_card
from companion.cohort import Cohort, masked, patient_table, read_cohort, unrecorded
from companion.consistency import Consistency, read_consistency
from companion.layouts import DisplayLayout, LayoutRow, event_rows, read_layouts
from companion.project import ROOT
from companion.results import Results, write_results
from companion.verify import verify
from numbercheck.audit import Verdict, audit, family_fits, method_table
from numbercheck.errors import unknown
from numbercheck.ledger.kleene import Masked
from numbercheck.ledger.printing import prints_as
from numbercheck.ledger.reading import read_ledger
from numbercheck.ledger.records import Ledger

# Six digits, as in the report, and labels as long as they are.
READABLE = {"display.float_format": "{:.6g}".format, "display.max_colwidth": None}

Inputs = tuple[Cohort, Ledger, dict[str, str]]  # the last: what is missing, by measure

# What a build has read for all notebooks, by cohort, ledger and population.
READ: dict[tuple[Path, Path, str], Inputs] = {}


class Workbench:
    """One notebook's inputs and outputs; relative paths start at the repository.

    Parameters
    ----------
    cohort_dir, published_dir, output_dir : str
        Folders of the ADaM tables, of the ledger, and for what the notebook makes.
    consistency_file : str
        Consistency document of this ledger; empty where there is none.
    population : str
        Flag of the patients who are counted, as `read_cohort` takes it.
    parameters : object
        The notebook's other parameters, refused if they make no sense for these patients.

    Attributes
    ----------
    cohort : Cohort
    ledger : Ledger
    consistency : Consistency
        What all consistent cohorts agree on; empty for supplied data.
    month : float
        Days of a month.
    results : Results
    provenance : Provenance
        Data cut-off and label for tables and figures.
    printed_only : Provenance
        The same without the label, for displays that show no patient.
    """

    def __init__(
        self,
        cohort_dir: str,
        published_dir: str,
        output_dir: str,
        consistency_file: str = "",
        population: str = "",
        **parameters: object,
    ) -> None:
        for option, value in READABLE.items():
            pd.set_option(option, value)
        folders = ROOT / cohort_dir, ROOT / published_dir
        self.cohort, self.ledger, missing = _read(*folders, population)
        self._layouts = read_layouts(ROOT / published_dir / "displays.csv", self.ledger)
        self.month = self.ledger.days_per_month
        require_meaning(parameters, self.cohort, self.ledger)
        basis = "constructed" if self.cohort.label else "data"
        self.results = Results(basis, missing)
        self.provenance: Provenance = provenance(self.ledger, self.cohort.label)
        self.printed_only = provenance(self.ledger, "")
        self.output = _writable(ROOT / output_dir)
        wanted = consistency_file if self.cohort.label else ""
        read = read_consistency(ROOT / wanted, self.ledger) if wanted else None
        self.consistency = read or Consistency({}, self.ledger)

    @cached_property
    def patients(self) -> pd.DataFrame:
        """One row for each patient, one column for each variable of the ledger."""
        return patient_table(self.cohort, self.ledger.variables)

    @cached_property
    def _columns(self) -> dict[str, Masked]:
        return masked(self.patients)

    def number(self, row: LayoutRow) -> int | None:
        """Number of patients in a row of a display; None if what it counts was not recorded.

        They are chosen by a code of ADSL, an expression, or a measure.
        """
        if row.code:
            return int((self.cohort.adsl[row.column] == row.code).sum())
        if not (row.where or row.measure):
            return None
        text = row.where or self.ledger.measures[row.measure].where.text
        where = self.ledger.selection(text)
        return int(where.select(self._columns, len(self.patients)).sum())

    def p_values(self, measure: str) -> tuple[float, float]:
        """Least and largest P value over all consistent cohorts, else that of these patients."""
        p = self.results.get(measure, "p_value")
        return self.consistency.range(measure, "p_value") or (p, p)

    def claim(self, slug: str) -> Card:
        """What is known of a printed number, given the notebook's results so far."""
        if slug not in self.ledger.claims:
            raise MeaninglessError(unknown("claim", slug, self.ledger.claims))
        rows = verify(self.ledger, self.results, self._audited, missing=self.results.missing)
        return claim_card(self.ledger, next(row for row in rows if row.claim == slug))

    @cached_property
    def _audited(self) -> list[Verdict]:
        return audit(self.ledger)

    def result(self, measure: str, statistic: str) -> Card:
        """What is known of a number that this notebook has recorded."""
        found = {f"{r.measure}.{r.statistic}": r for r in self.results}
        name = f"{measure}.{statistic}"
        if name not in found:
            raise MeaninglessError(unknown("result", name, found))
        return result_card(self.ledger, found[name])

    def counter(self, method: str, level: float) -> Callable[..., None]:
        """Return a function that counts patients and records the proportion with its interval.

        ``count(measure, hit)`` counts those hit among all, ``count(measure, hit, among)`` those
        hit among some; both are columns of true and false.
        """

        def count(measure: str, hit: pd.Series, among: pd.Series | bool = True) -> None:
            n = len(hit) if isinstance(among, bool) else int(among.sum())
            self.results.proportion(measure, int((hit & among).sum()), n, method, level)

        return count

    def layout(self, display: str, rows: tuple[LayoutRow, ...] | None = None) -> DisplayLayout:
        """Title, footnote and rows of a table or figure, from ``displays.csv``."""
        layout = self._layouts.get(display, DisplayLayout(display))
        return layout if rows is None else replace(layout, rows=rows)

    def show(self, display: figures.DescribedFigure | tables.DisplayTable, name: str):  # noqa: ANN201
        """Save a table or figure under a name, and return it to be shown."""
        if isinstance(display, tables.DisplayTable):
            tables.write_table(display, self.output / "tables", name)
        else:
            figures.write_figure(display, self.output / "figures", name)
        return display

    def printed(self, *measures: str) -> pd.DataFrame:
        """What the article prints of some measures, with its places."""
        claims = [c for c in self.ledger.claims.values() if c.measure in measures and not c.verbal]
        columns = ("locus", "measure", "statistic", "printed")
        return pd.DataFrame([[getattr(c, f) for f in columns] for c in claims], columns=columns)

    def printed_otherwise(self) -> dict[tuple[str, str], str]:
        """What the article prints of each result that does not round to it."""
        claims = (c for c in self.ledger.claims.values() if not c.verbal)
        values = ((c, self.results.get(c.measure, c.statistic)) for c in claims)
        return {
            (c.measure, c.statistic): c.printed
            for c, value in values
            if not isnan(value) and not prints_as(c, self.ledger.measures[c.measure], value)
        }

    def methods(self, family: str) -> pd.DataFrame:
        """Every method tried on every printed number of a family, and whether it reproduces it."""
        columns = ["family", "claim", "method", "value", "fits"]
        return pd.DataFrame(method_table(self.ledger, family), columns=columns)

    def fitting(self, family: str) -> tuple[str, ...]:
        """Methods that reproduce every printed number of a family."""
        return family_fits(self.ledger, family)[family]

    def against_published(
        self, claimed: Mapping[str, tuple[str, str, int]], total: int
    ) -> pd.DataFrame:
        """Each comparison with a published rate by every test, as `other_trials.compared`."""
        recorded = {m: of for m, of in claimed.items() if m not in self.results.missing}
        return other_trials.compared(recorded, total, self.ledger)

    def cited(self, measure: str, statistic: str) -> list[tuple[str, float]]:
        """A rate as the article cites it, and as each source prints it, in percent."""
        return other_trials.cited(measure, statistic, self.ledger)

    def rates(self, display: str) -> pd.DataFrame:
        """Rates of this trial beside those of the trials that it cites, in a display's order."""
        return other_trials.rates(self.layout(display), self.results, self.ledger)

    def event_layout(self, display: str) -> DisplayLayout:
        """Layout with a row for each adverse event: those of the ledger, then others seen."""
        return self.layout(display, event_rows(display, self.ledger, self.cohort.adae))

    def levels(self, display: str, codes: pd.DataFrame) -> dict[str, pd.Series]:
        """Level of each patient, by factor, as a display names it; missing where unknown."""
        return self.layout(display).levels(codes)

    def finish(self, name: str) -> pd.DataFrame:
        """Save the results under the notebook's name, and return them to be shown."""
        path = self.output / "results" / f"{name}.csv"
        write_results(self.results.of(name), path)
        missing = {} if self.cohort.label else self.results.missing
        path.with_suffix(".json").write_text(json.dumps(missing), encoding="utf-8")
        return pd.read_csv(path)


def _read(folder: Path, published: Path, population: str) -> Inputs:
    if known := READ.get((folder.resolve(), published.resolve(), population)):
        return known
    ledger = read_ledger(published)
    cohort = read_cohort(folder, ledger, population)
    return cohort, ledger, unrecorded(cohort, ledger)


def _writable(folder: Path) -> Path:
    """Make a folder for outputs, or say why that cannot be."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        what = f"output_dir {folder} cannot be written ({error.strerror})"
        raise MeaninglessError(f"{what}; name another") from None
    return folder
