"""The article's ledger and the committed cohort, read once for all tests of a process."""

from places import ROOT

from companion.cohort import read_cohort
from numbercheck.ledger.reading import read_ledger

LEDGER = read_ledger(ROOT / "data" / "published")
COHORT = read_cohort(ROOT / "data" / "cohort", LEDGER)
