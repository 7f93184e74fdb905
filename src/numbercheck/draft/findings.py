"""What a sentence or a cell reports: numbers of one thing measured, with their places."""

from dataclasses import dataclass, field

OTHER, OTHER_GROUP = ", other group", "guess: the other group"


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
    compared: tuple["Finding", ...] = ()

    def value(self, statistic: str) -> str:
        """The number as printed; empty where there is none."""
        return next((n.printed for n in self.numbers if n.statistic == statistic), "")


def base_label(finding: Finding) -> str:
    """Label without the mark of another group."""
    return finding.topic or finding.label.removesuffix(OTHER)
