"""What every table and figure says of itself: patients, methods, data cut-off, provenance."""

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from numbercheck.statistics.rounding import format_rounded
from numbercheck.words import called

if TYPE_CHECKING:
    from numbercheck.ledger.records import Ledger

NOT_REPORTED = "not reported in the article"
DASH = "–"


@dataclass(frozen=True)
class Provenance:
    """Where the patients shown come from.

    Attributes
    ----------
    cutoff : str
        Last follow-up, in words.
    label : str
        What the reader must not miss, such as that the cohort is reconstructed; empty for a
        trial's own data.
    notes : tuple of str
        Further sentences for the footnote.
    """

    cutoff: str = ""
    label: str = ""
    notes: tuple[str, ...] = ()

    def footnote(self, *sentences: str) -> tuple[str, ...]:
        """Sentences of the display, then the notes, then the data cut-off."""
        cutoff = f"Data cut-off: {self.cutoff or 'not stated'}."
        return (*filter(None, sentences), *self.notes, cutoff)

    def chosen(self, what: str) -> str:
        """Sentence on what a reconstructed cohort could as well have otherwise."""
        return f"{what}: one choice among many that fit the article." if self.label else ""

    @property
    def absent(self) -> str:
        """What stands in place of a value that nobody has."""
        return NOT_REPORTED if self.label else "not recorded"


UNSTATED = Provenance()


def provenance(ledger: "Ledger", label: str) -> Provenance:
    """Data cut-off as the article prints it, and what must be said of the patients."""
    cutoffs = ledger.find("data_cutoff", "value")
    return Provenance(cutoffs[0].printed if cutoffs else "", label)


def percent(n: float, total: float, decimals: int = 0) -> str:
    """``n`` of ``total`` as a percentage, rounded half up; a dash where there is nobody.

    Examples
    --------
    >>> percent(30, 35)
    '86%'
    """
    return f"{format_rounded(100 * n / total, decimals)}%" if total else DASH


def n_percent(n: float, total: float) -> str:
    """Count and percentage; a zero stands alone, as articles print it.

    Examples
    --------
    >>> n_percent(30, 35), n_percent(0, 35)
    ('30 (86%)', '0')
    """
    return f"{n:.0f} ({percent(n, total)})" if n else "0"


def limits(low: float, high: float, decimals: int = 0) -> str:
    """Two limits, in the unit given; a dash alone where one of them is undefined.

    Examples
    --------
    >>> limits(70.62, 93.7)
    '71–94'
    """
    if math.isnan(low) or math.isnan(high):
        return DASH
    return f"{format_rounded(low, decimals)}{DASH}{format_rounded(high, decimals)}"


def interval_name(method: str, level: float) -> str:
    """Name an interval for a footnote.

    Examples
    --------
    >>> interval_name("wilson", 0.95)
    '95% CI by the Wilson score method'
    """
    return f"{format_rounded(100 * level, 1).removesuffix('.0')}% CI by {called(method)}"
