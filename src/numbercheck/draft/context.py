"""A pattern's match in its sentence, and the words around it."""

import re
from dataclasses import dataclass

from numbercheck.draft.arms import Arms
from numbercheck.draft.findings import Number
from numbercheck.draft.labels import CUT, label_around, trimmed
from numbercheck.draft.numerals import IN_WORDS


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

    def number(self, statistic: str, group: str = "") -> list[Number]:
        """The number in a group of the match, if it is there."""
        name = group or statistic
        printed = self.match[name]
        if not printed:
            return []
        spelled = IN_WORDS.get(printed.lower(), 0 if printed.lower() in ("no", "none") else None)
        printed = printed if spelled is None else str(spelled)
        start, end = self.match.span(name)
        percent = re.match(r"\s*%", self.text[end : end + 2])
        if statistic in ("min", "max", "mean", "again", "estimate", "difference") and percent:
            printed += "%"
        return [
            Number(
                statistic, re.sub(r"\s+%", "%", printed).replace("−", "-").replace("–", "-"), start
            )
        ]

    def group(self, name: str) -> str:
        """Text of a group; empty where the pattern has none of that name."""
        return self.match.groupdict().get(name) or ""

    def label(self) -> str:
        """What the words around the match say is measured."""
        without = self.arms.without
        before = without(self.before)
        label = label_around(before, without(self.after), self.lead)
        return label or trimmed(CUT.split(before)[0])
