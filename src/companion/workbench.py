"""What every notebook opens with: patients, ledger, results, and a place for what it makes."""

import json
from pathlib import Path

import pandas as pd

from companion import figures, tables
from companion.captions import Provenance, provenance
from companion.cohort import Cohort, read_cohort
from companion.project import ROOT
from companion.results import Results
from numbercheck.ledger.reading import read_ledger

# Six digits, as in the report, and labels as long as they are.
READABLE = {"display.float_format": "{:.6g}".format, "display.max_colwidth": None}


class Workbench:
    """One notebook's inputs and outputs; relative paths start at the repository.

    Parameters
    ----------
    cohort_dir, published_dir, output_dir : str
        Folders of the ADaM tables, of the ledger, and for what the notebook makes.
    consistency_file : str
        Document on consistency; what depends on it is left out where there is none.

    Attributes
    ----------
    cohort : Cohort
    ledger : Ledger
    results : Results
    provenance : Provenance
        Data cut-off and label for tables and figures.
    """

    def __init__(
        self, cohort_dir: str, published_dir: str, output_dir: str, consistency_file: str = ""
    ) -> None:
        for option, value in READABLE.items():
            pd.set_option(option, value)
        self.ledger = read_ledger(ROOT / published_dir)
        self.month = self.ledger.time_limits[1]
        self.cohort: Cohort = read_cohort(ROOT / cohort_dir, self.ledger)
        self.results = Results("constructed" if self.cohort.label else "data")
        self.provenance: Provenance = provenance(self.ledger, self.cohort.label)
        self.output = ROOT / output_dir
        self._document = _read(ROOT / consistency_file) if self.cohort.label else {}

    def show(self, display: figures.Display | tables.Table, name: str):  # noqa: ANN201
        """Save a table or figure under a name, and return it to be shown."""
        if isinstance(display, tables.Table):
            tables.save(display, self.output / "tables", name)
        else:
            figures.save(display, self.output / "figures", name)
        return display

    def printed(self, *measures: str) -> pd.DataFrame:
        """Show what the article prints of some measures, with its places."""
        claims = [c for c in self.ledger.claims.values() if c.measure in measures and not c.verbal]
        columns = ("locus", "measure", "statistic", "printed")
        return pd.DataFrame([[getattr(c, f) for f in columns] for c in claims], columns=columns)

    def bounds(self, *words: str) -> pd.DataFrame:
        """Bounds whose label holds one of the words: what all consistent cohorts agree on."""
        rows = [b for b in self._document.get("bounds", []) if any(w in b["label"] for w in words)]
        columns = ["label", "low", "high", "unit", "certified"]
        return pd.DataFrame(rows, columns=columns)

    def envelope(self, endpoint: str) -> pd.DataFrame | None:
        """Least and largest survival of all consistent curves, by month; None where unknown.

        Survival never rises, so until the next month it lies between this month's largest
        and the next one's least.
        """
        rows = self._document.get("envelopes", {}).get(endpoint)
        if not rows:
            return None
        frame = pd.DataFrame(rows, columns=["time", "lower", "upper"])
        least = frame["lower"].shift(-1).fillna(frame["lower"].iloc[-1])
        return frame.assign(lower=least / 100, upper=frame["upper"] / 100)

    def subgroup_bounds(self, measure: str) -> list[list[float]]:
        """Fewest and most with the event, in the group and outside it; empty where unknown."""
        return self._document.get("subgroups", {}).get(measure, [])

    def histories(self) -> pd.DataFrame:
        """Risk-set histories that print each survival estimate, by type of interval."""
        rows = [
            {
                "measure": h["measure"],
                **h["alone"],
                "with all other claims": len(h["joint"]),
                "events": ", ".join(map(str, h["events"])),
            }
            for h in self._document.get("risk_histories", [])
        ]
        return pd.DataFrame(rows)

    def finish(self, name: str) -> pd.DataFrame:
        """Save the results under the notebook's name, and return them to be shown."""
        path = self.output / "results" / f"{name}.csv"
        self.results.save(path)
        return pd.read_csv(path)


def _read(path: Path) -> dict:
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
