"""What every notebook starts with: patients, ledger, results, and a folder for its outputs."""

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cached_property
from math import isnan
from pathlib import Path

import pandas as pd

from companion import figures, tables
from companion.asked import MeaninglessError, require_meaning
from companion.captions import DisplayLayout, LayoutRow, Provenance, provenance
from companion.cards import Card, claim_card, result_card
from companion.cohort import Cohort, masked, patient_table, read_cohort, unrecorded
from companion.consistency import Consistency, read_consistency
from companion.project import ROOT
from companion.results import Results, write_results
from companion.verify import prints_as, verify
from numbercheck.audit import Verdict, audit, family_fits, method_table
from numbercheck.audit.comparisons import Rate
from numbercheck.audit.evidence import Count, Evidence
from numbercheck.audit.other_trials import rate_tests
from numbercheck.errors import unknown
from numbercheck.ledger.expressions import Expression
from numbercheck.ledger.reading import read_ledger, read_records
from numbercheck.ledger.records import Ledger, LedgerError
from numbercheck.ledger.rows import Comparator, Measure

# Six digits, as in the report, and labels as long as they are.
READABLE = {"display.float_format": "{:.6g}".format, "display.max_colwidth": None}
COMPARED = [
    *("measure", "claim", "counted", "n", "N", "against", "statistic", "rate", "method"),
    *("p_value", "similar"),
]
RATES = ["quantity", "trial", "measure", "n", "N", "percent"]


class Workbench:
    """One notebook's inputs and outputs; relative paths start at the repository.

    Parameters
    ----------
    cohort_dir, published_dir, output_dir : str
        Folders of the ADaM tables, of the ledger, and for what the notebook makes.
    consistency_file : str
        Document on consistency, made of this ledger; empty where there is none.
    population : str
        Flag of the patients who are counted, as `read_cohort` takes it.
    parameters : object
        The notebook's other parameters, which must mean something for these patients.

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
        The same for what shows no patient: without the label.
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
        self.ledger = read_ledger(ROOT / published_dir)
        self._layouts = read_layouts(ROOT / published_dir / "displays.csv", self.ledger)
        self.month = self.ledger.time_limits[1]
        self.cohort: Cohort = read_cohort(ROOT / cohort_dir, self.ledger, population)
        require_meaning(parameters, self.cohort, self.ledger)
        basis = "constructed" if self.cohort.label else "data"
        self.results = Results(basis, unrecorded(self.cohort, self.ledger))
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

    def number(self, row: LayoutRow) -> int | None:
        """Number of patients in a row of a display; None if what it counts was not recorded.

        They are chosen by a code of ADSL, an expression, or a measure.
        """
        if row.code:
            return int((self.cohort.adsl[row.column] == row.code).sum())
        if not (row.where or row.measure):
            return None
        text = row.where or self.ledger.measures[row.measure].where.text
        where = self.ledger.selection(text) if text else Expression("")
        return int(where.select(masked(self.patients), len(self.patients)).sum())

    def p_values(self, measure: str) -> tuple[float, float]:
        """Least and largest P value over all consistent cohorts, else that of these patients."""
        p = self.results.get(measure, "p_value")
        return self.consistency.range(measure, "p_value") or (p, p)

    def claim(self, slug: str) -> Card:
        """What is known of a printed number, by the results that this notebook has so far."""
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
            if not isnan(value) and not prints_as(self.ledger, c, value)
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
        """Each comparison with a published rate by every test of the audit, also one-sided.

        Parameters
        ----------
        claimed : mapping of str to (str, str, int)
            For each comparison what was counted, in words, its measure, and the count.
        total : int
            Patients among whom it was counted.

        Returns
        -------
        pandas.DataFrame
            The columns that ``tables.comparisons`` wants. A published range gives rows for each
            end. Where a rate can be several counts, the largest P value stands.
        """
        rows, evidence = [], Evidence(self.ledger)
        recorded = {m: of for m, of in claimed.items() if m not in self.results.missing}
        for name, (what, counted, k) in recorded.items():
            measure = self.ledger.measures[name]
            said = next(c for c in self.ledger.claims.values() if c.measure == name)
            similar = said.value.relation == ">="
            for test in rate_tests(measure, Count((k,), total, ()), evidence).tests:
                if test.name.endswith("-greater") or (similar and test.is_one_sided):
                    continue
                for rate, values in test.ends.items():
                    published = self._published(measure, rate)
                    claim = f"{what}: {'similar to' if similar else 'lower than'} {published[0]}"
                    row = (name, claim, counted, k, total, *published[1:], test.name, max(values))
                    rows.append((*row, similar))
        return pd.DataFrame(rows, columns=COMPARED).sort_values("claim", kind="stable")

    def _published(self, measure: Measure, rate: Rate) -> tuple[str, str, str, str]:
        """What a count is compared with: in words, its measure and statistic, and the rate."""
        if rate.claim:
            cited = self.ledger.claims[rate.claim]
            return cited.printed, cited.measure, cited.statistic, rate.text
        row = next(r for r in self.ledger.comparators if r.claim == measure.against)
        return f"{row.percent}% in {_trial(row)}", "", "", f"{row.n} of {row.N}"

    def cited(self, measure: str, statistic: str) -> list[tuple[str, float]]:
        """A rate as the article cites it, and as each source prints it, in percent."""
        claim = self.ledger.find(measure, statistic)[0]
        rows = [(f"{claim.locus}, as cited", float(claim.value.value))]
        linked = (row for row in self.ledger.comparators if row.claim == claim.claim)
        return rows + [(_trial(row), float(row.percent)) for row in linked if row.percent]

    def rates(self, display: str) -> pd.DataFrame:
        """Rates of this trial, of the trials that it cites, and of those cited without counts.

        Returns
        -------
        pandas.DataFrame
            ``quantity``, ``trial``, ``measure`` (empty for a cited trial's own number), ``n``,
            ``N`` and ``percent``; ``n`` is NaN where only a percentage is printed. Of a trial
            with two arms, the first.
        """
        rows = [rate for row in self.layout(display).rows for rate in self._rates(row)]
        return pd.DataFrame(rows, columns=RATES)

    def _rates(self, row: LayoutRow) -> list[tuple]:
        if self.ledger.measures[row.measure].kind == "external":
            printed = self.ledger.printed(row.measure, "value")
            named = (row.group, row.label, row.measure, float("nan"), float("nan"))
            return [(*named, printed.value)] if printed else []
        ours = (self.results.get(row.measure, s) for s in ("n", "N", "percent"))
        known = row.measure not in self.results.missing
        rates = [(row.group, "This trial", row.measure, *ours)] if known else []
        for c in self.ledger.comparators:
            n, total = (float(text.split(";")[0] or "nan") for text in (c.n, c.N))
            alone = float(c.percent) if c.percent.isdigit() else float("nan")
            share = alone if isnan(n) else 100 * n / total
            if c.quantity == row.where and not isnan(share):
                rates.append((row.group, _trial(c), "", n, total, share))
        return rates

    def event_layout(self, display: str) -> DisplayLayout:
        """Layout with a row for each adverse event: those of the ledger, then others seen."""
        groups = {f.name: f.group or "Other" for f in self.ledger.fields if f.table == "ADAE"}
        seen = self.cohort.adae.drop_duplicates("AEDECOD")[["AEDECOD", "AECAT"]].fillna("")
        for term, group in seen.itertuples(index=False):
            groups.setdefault(term, group or "Other")
        names = {
            v.source.removeprefix("ADAE."): v.variable.removesuffix("_grade")
            for v in self.ledger.variables.values()
        }
        for term in groups:
            name = "".join(c if c.isalnum() else "_" for c in term.lower())
            while term not in names and name in names.values():
                name += "_"
            names.setdefault(term, name)
        order = list(dict.fromkeys(groups.values()))
        rows = [
            LayoutRow(display, groups[t], t, f"{names[t]}_g12|{names[t]}_g34")
            for t in sorted(groups, key=lambda t: order.index(groups[t]))
        ]
        return self.layout(display, tuple(rows))

    def levels(self, display: str, codes: pd.DataFrame) -> dict[str, pd.Series]:
        """Level of each patient, by factor, as a display names it; missing where unknown.

        Parameters
        ----------
        display : str
            Its rows name a factor, a level, and its column and code.
        codes : pandas.DataFrame
            One row per patient, with these columns.
        """
        names: dict[tuple[str, str], dict[str, str]] = {}
        for row in self.layout(display).rows:
            names.setdefault((row.group, row.column), {})[row.code] = row.label
        return {
            factor: codes[column].map(levels).astype(pd.CategoricalDtype(list(levels.values())))
            for (factor, column), levels in names.items()
            if column
        }

    def finish(self, name: str) -> pd.DataFrame:
        """Save the results under the notebook's name, and return them to be shown."""
        path = self.output / "results" / f"{name}.csv"
        write_results(self.results.of(name), path)
        missing = {} if self.cohort.label else self.results.missing
        path.with_suffix(".json").write_text(json.dumps(missing), encoding="utf-8")
        return pd.read_csv(path)


def _trial(row: Comparator) -> str:
    """Name of a trial, without its size."""
    return row.trial.split(" (")[0]


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
        change = (
            {"rows": (*layout.rows, row)} if row.group else {"title": row.label, "note": row.note}
        )
        layouts[row.display] = replace(layout, **change)  # type: ignore[arg-type]
    if faults:
        raise LedgerError(faults)
    return layouts


def _writable(folder: Path) -> Path:
    """Make a folder for outputs, or say why that cannot be."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        what = f"output_dir {folder} cannot be written ({error.strerror})"
        raise MeaninglessError(f"{what}; name another") from None
    return folder
