"""A pattern's match in its sentence, and the words around it."""

import re
from dataclasses import dataclass

from numbercheck.draft.arms import Arms
from numbercheck.draft.findings import Finding, Number, as_printed
from numbercheck.draft.labels import CUT, label_around, trimmed
from numbercheck.draft.numerals import in_words


@dataclass(frozen=True)
class Context:
    """A match in its sentence, from the match before it to the one after it."""

    text: str
    start: int
    end: int
    left: int
    match: re.Match[str]
    past: int
    right: int
    arms: Arms
    found: list[Finding]

    @property
    def before(self) -> str:
        """The words since the match before."""
        return self.text[self.left : self.match.start()]

    @property
    def after(self) -> str:
        """The words until the match after it and its limits."""
        return self.text[self.past : self.right]

    @property
    def lead(self) -> str:
        """The sentence up to the match."""
        return self.text[self.start : self.match.start()]

    @property
    def last(self) -> Finding | None:
        """What the sentence reports before the match."""
        return self.found[-1] if self.found else None

    def numbers(self, *same: str, **statistics: str) -> list[Number]:
        """The numbers in groups of the match that are there, each as the statistic it is."""
        named = dict(zip(same, same, strict=True)) | statistics
        return [
            self._number(group, statistic)
            for group, statistic in named.items()
            if self.group(group)
        ]

    def _number(self, group: str, statistic: str) -> Number:
        printed, (start, end) = self.match[group], self.match.span(group)
        spelled = in_words(printed)
        printed = as_printed(printed) if spelled is None else str(spelled)
        percent = group in ("min", "max", "mean", "again", "value") and statistic != "value"
        if percent and re.match(r"\s*%", self.text[end : end + 2]):
            printed += "%"
        return Number(statistic, re.sub(r"\s+%", "%", printed), start)

    def group(self, name: str) -> str:
        """Text of a group; empty where the pattern has none of that name."""
        return self.match.groupdict().get(name) or ""

    def label(self) -> str:
        """What the words around the match say is measured."""
        without = self.arms.without
        before = without(self.before)
        label = label_around(before, without(self.after), self.lead)
        return label or trimmed(CUT.split(before)[0])
