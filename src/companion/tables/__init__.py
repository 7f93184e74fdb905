"""The article's tables, rebuilt: each a `DisplayTable`, and `write_table`."""

from companion.captions import Provenance
from companion.tables.adverse_events import adverse_events
from companion.tables.baseline import baseline, sites
from companion.tables.comparisons import comparisons, trials
from companion.tables.efficacy import efficacy
from companion.tables.table import DisplayTable, Row, write_table

__all__ = [
    "DisplayTable",
    "Provenance",
    "Row",
    "adverse_events",
    "baseline",
    "comparisons",
    "efficacy",
    "sites",
    "trials",
    "write_table",
]
