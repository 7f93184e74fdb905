"""Text of tables and figures: numbers that know their results, methods, cut-off, provenance."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape

from numbercheck.ledger.records import Ledger
from numbercheck.statistics.rounding import format_rounded
from numbercheck.words import called

NOT_REPORTED = "not reported in the article"
DASH = "–"
NO_N = "not printed"


class ResultNumber(str):
    """The text of a number that knows which result it shows: a measure and a statistic."""

    def __new__(cls, text: str, measure: str, statistic: str) -> "ResultNumber":
        """Make the text: a str gets its value here, not in ``__init__``."""
        number = super().__new__(cls, text)
        number.measure, number.statistic = measure, statistic
        return number

    measure: str
    statistic: str


class Text(str):
    """Text that remembers which of its parts are numbers; otherwise a plain str.

    Examples
    --------
    >>> text = Text("CR: ", ResultNumber("28", "cr_2w", "n"))
    >>> text, text.html
    ('CR: 28', 'CR: <span data-measure="cr_2w" data-statistic="n">28</span>')
    """

    def __new__(cls, *parts: str) -> "Text":
        """Join the parts."""
        text = super().__new__(cls, "".join(parts))
        text.parts = tuple(p for part in parts for p in getattr(part, "parts", (part,)))
        return text

    parts: tuple[str, ...]

    @property
    def html(self) -> str:
        """The text as HTML, each number in an element that names its result."""
        return "".join(map(_element, self.parts))


def result_id(measure: str, *statistics: str) -> str | None:
    """Id of a figure's mark that names what it shows: ``crc_2w.n--crc_2w.N``."""
    return "--".join(f"{measure}.{s}" for s in statistics) if measure else None


def text_id(text: str) -> str | None:
    """Id of a figure's text that names the results in it."""
    return "--".join(dict.fromkeys(f"{n.measure}.{n.statistic}" for n in numbers(text))) or None


def numbers(*texts: str) -> Iterator[ResultNumber]:
    """Numbers in some texts, in order."""
    parts = (part for text in texts for part in getattr(text, "parts", (text,)))
    return (part for part in parts if isinstance(part, ResultNumber) and part.measure)


def _element(part: str) -> str:
    text = escape(part)
    if not any(numbers(part)):
        return text
    named = f'data-measure="{part.measure}" data-statistic="{part.statistic}"'  # type: ignore[attr-defined]
    return f"<span {named}>{text}</span>"


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
        """Sentence on what the article leaves open in a reconstructed cohort."""
        return f"{what}: one choice among many that fit the article." if self.label else ""

    @property
    def absent(self) -> str:
        """Text shown for a missing value."""
        return NOT_REPORTED if self.label else "not recorded"

    @property
    def unknown(self) -> str:
        """The same in few words."""
        return self.absent.removesuffix(" in the article")


UNSTATED = Provenance()


def provenance(ledger: Ledger, label: str) -> Provenance:
    """Data cut-off as the article prints it, and the label of the patients."""
    cutoffs = ledger.find("data_cutoff", "value")
    return Provenance(cutoffs[0].printed if cutoffs else "", label)


def percent(n: float, total: float) -> str:
    """``n`` of ``total`` as a percentage, rounded half up; a dash if there are no patients.

    Examples
    --------
    >>> percent(30, 35)
    '86%'
    """
    return f"{format_rounded(100 * n / total, 0)}%" if total else DASH


def n_percent(n: float, total: float, measure: str = "") -> Text:
    """Count and percentage of a measure; a zero stands alone, as articles print it.

    Examples
    --------
    >>> n_percent(30, 35), n_percent(0, 35)
    ('30 (86%)', '0')
    """
    count = ResultNumber(f"{n:.0f}", measure, "n")
    share = ResultNumber(percent(n, total), measure, "percent")
    return Text(count, " (", share, ")") if n else Text(count)


def limits(low: float, high: float, measure: str = "") -> Text:
    """Two limits, in the unit given; a dash alone where one of them is undefined.

    Examples
    --------
    >>> limits(70.62, 93.7)
    '71–94'
    """
    if math.isnan(low) or math.isnan(high):
        return Text(DASH)
    lower = ResultNumber(format_rounded(low, 0), measure, "conf_low")
    return Text(lower, DASH, ResultNumber(format_rounded(high, 0), measure, "conf_high"))


def p_text(p: float) -> str:
    """Format a P value as medical journals do.

    Examples
    --------
    >>> p_text(0.0094), p_text(0.0004), p_text(0.2471), p_text(1)
    ('0.009', '<0.001', '0.25', '1')
    """
    if math.isnan(p):
        return DASH
    if p < 0.001:
        return "<0.001"
    return format_rounded(p, 3 if p < 0.1 else 2).removesuffix(".00")


def p_range(low: float, high: float) -> str:
    """Format a P value or a range of P values.

    Examples
    --------
    >>> p_range(0.0605, 1), p_range(0.0094, 0.0094)
    ('P 0.061 to 1', 'P 0.009')
    """
    ends = dict.fromkeys((p_text(low), p_text(high)))
    return f"P {' to '.join(ends)}"


def interval_name(method: str, level: float) -> str:
    """Name an interval for a footnote.

    Examples
    --------
    >>> interval_name("wilson", 0.95)
    '95% CI by the Wilson score method'
    """
    return f"{format_rounded(100 * level, 1).removesuffix('.0')}% CI by {called(method)}"
