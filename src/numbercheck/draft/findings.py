"""What a sentence or a cell reports: numbers of one thing measured, with their places."""

import re
from dataclasses import dataclass, field

from numbercheck.draft.numerals import LEVEL

LIMITS = ("conf_low", "conf_high")
LIMITED = {"low": "conf_low", "high": "conf_high"}  # groups of patterns
SIGNS = {"≤": "<=", "≥": ">=", "<": "<", ">": ">"}
ROW, COLUMN = 100_000_000, 100_000  # a place in a table is row * ROW + column * COLUMN + offset
OTHER, OTHER_GROUP = ", other group", "guess: the other group"
UNCLEAR_ARM = ", arm not clear"


@dataclass
class Number:
    """One number of a finding: what it is, as printed, and its numeral's place in the text."""

    statistic: str
    printed: str
    start: int


@dataclass
class Finding:
    """Numbers of one thing measured, as a sentence or a cell prints them."""

    kind: str
    label: str
    numbers: list[Number] = field(default_factory=list)
    arm: str = ""
    endpoint: str = ""
    horizon: float = 0.0
    unit: str = ""
    note: str = ""
    level: str = ""
    section: str = ""
    size: str = ""  # of the column or section, as printed
    topic: str = ""
    column: int = 0  # of a table
    is_near: bool = False  # read as a count with its percentage because they nearly agree
    is_partial: bool = False  # the table says that values are missing
    compared: tuple["Finding", ...] = ()
    is_of_two: bool = False  # compares two categories that have none within them, as the sexes
    is_crude: bool = False  # of a table of characteristics, or of tests that adjust for nothing

    @property
    def row(self) -> int:
        """Row of a table; 0 in a text."""
        return self.numbers[0].start // ROW

    def value(self, statistic: str) -> str:
        """The number as printed; empty where there is none."""
        return next((n.printed for n in self.numbers if n.statistic == statistic), "")


def add_note(finding: Finding, note: str) -> None:
    """Write one more note into a finding."""
    finding.note = "; ".join(filter(None, (finding.note, note)))


def base_label(finding: Finding) -> str:
    """Label without the mark of another group."""
    return finding.topic or finding.label.removesuffix(OTHER)


def as_printed(text: str) -> str:
    """A number as a ledger holds it: with a hyphen for a minus, or `not reached`."""
    return text.replace("−", "-").replace("–", "-").replace("been ", "")


def signed(sign: str, printed: str) -> str:
    """A P value with its sign, if that is more than the equals sign."""
    return SIGNS.get(sign, "") + printed


def level_named(words: str) -> str:
    """Confidence level that words name last; empty for 95% or where they name none."""
    named = re.findall(r"[89]\d(?:[.·]\d+)?", " ".join(re.findall(LEVEL, words)))
    return named[-1].replace("·", ".") if named and named[-1] != "95" else ""


def limits_named(words: str) -> tuple[str, str] | None:
    """What words say of two numbers beside another: quartiles, a range or confidence limits."""
    if re.search(r"\bIQR\b|quartile|\bQ1\b", words, re.IGNORECASE):
        return "p25", "p75"
    if re.search(r"\brange\b|\bmin(imum)?\W{1,3}max", words, re.IGNORECASE):
        return "min", "max"
    return LIMITS if re.search(r"\bCI\b|confidence", words) else None
