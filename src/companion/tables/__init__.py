"""The article's tables, rebuilt: each a `Table` that says what it shows, and one `save`."""

from companion.captions import Provenance
from companion.tables.adverse_events import adverse_events
from companion.tables.baseline import baseline, sites
from companion.tables.comparisons import comparisons, trials
from companion.tables.efficacy import efficacy
from companion.tables.table import Row, Table, save

__all__ = [
    "Provenance",
    "Row",
    "Table",
    "adverse_events",
    "baseline",
    "comparisons",
    "efficacy",
    "save",
    "sites",
    "trials",
]
