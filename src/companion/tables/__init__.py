"""The article's tables, rebuilt: each a `DisplayTable`, and `write_table`."""

from companion.captions import Provenance as Provenance
from companion.tables.adverse_events import adverse_events as adverse_events
from companion.tables.baseline import baseline as baseline
from companion.tables.baseline import sites as sites
from companion.tables.comparisons import comparisons as comparisons
from companion.tables.comparisons import trials as trials
from companion.tables.efficacy import efficacy as efficacy
from companion.tables.table import DisplayTable as DisplayTable
from companion.tables.table import Row as Row
from companion.tables.table import write_table as write_table
