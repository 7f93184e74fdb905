"""The arms that an article names, and which arm a number belongs to."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from numbercheck.draft.numerals import COUNTED, IN_WORDS, WORD

NAME = r"[A-Za-z][\w/+–-]*(?:\s+plus\s+[A-Za-z][\w/+–-]*)?"
GROUPED = re.compile(
    rf"\b(?:[Tt]he|[Ii]n|[Tt]o|[Oo]r|[Aa]nd|[Ww]ith)\s+({NAME}(?:\s[a-z][\w/+–-]*)?)[\s-]+(?:group|arm)\b"
)
LETTERED = re.compile(r"\b([Aa]rm|[Gg]roup)\s+([A-D]|[1-4]|I{1,3})\b")
NO_ARM = re.compile(
    r"\b(?:each|both|two|three|either|this|that|which|study|other|same|per|by|between|age|risk|"
    r"single|one|every|whole|entire|all|any|patient|patients|comparison|treatment and|same|"
    r"respective|total|overall|younger|older|high-risk|low-risk|subgroup|second|first|working)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Arms:
    """Names of the arms; none where an article has fewer than two."""

    names: tuple[str, ...] = ()

    @property
    def _any(self) -> str:
        return "|".join(re.escape(name) for name in sorted(self.names, key=len, reverse=True))

    def named(self, text: str) -> str:
        """The arm that a text names, whatever its case and signs."""
        return next((name for name in self.names if _key(name) == _key(text)), "")

    def of(self, before: str, match: str, after: str) -> str:
        """Arm of a number: named after it, within it, or before it."""
        if not self.names:
            return ""
        group = rf"(?:\bthe\s+)?\b({self._any})(?:[\s-]+(?:group|arm))?\b"
        for text, pattern in (
            (after, rf"^[^.;]{{0,60}}?\b(?:in|with|to|for|among|on|receiving|of)\s+{group}"),
            (after, rf"^[\s)]*{group}"),
            (match, group),
            (before, rf"{group}[^)]*$"),
        ):
            found = re.search(pattern, text, re.IGNORECASE | re.DOTALL)
            if found and not (text is before and re.search(r"\band\b", found[0])):
                return self.named(found[1])
        return ""

    def without(self, text: str) -> str:
        """Text without the phrases that only name an arm."""
        if not self.names:
            return text
        return re.sub(
            rf"\b(?:(?:in|with|to|for|among|on|receiving|of|than)\s+)?(?:the\s+)?(?<![\w-])(?:{self._any})"
            r"(?:[\s-]+(?:group|arm))?(?![\w-])", " ", text, flags=re.IGNORECASE)  # fmt: skip

    def sizes(self, sentence: str) -> Iterator[tuple[str, re.Pattern[str]]]:
        """Patterns of an arm's size, in a sentence on who was assigned to which."""
        if self.names and re.search(r"assign|randomi[sz]|allocat|enrol|[Nn]\s*=", sentence):
            count = rf"(?P<n>\d[\d,]*|(?i:{WORD}))(?!\d|\s*%|\s*\()"
            to = r"(?:(?:were\s+)?(?:randomly\s+)?(?:assigned|allocated|randomi[sz]ed)\s+)?(?:to|in|received)\s+(?:receive\s+)?(?:the\s+)?"
            arm = rf"(?P<arm>(?i:{self._any}))\b"
            yield "size", re.compile(rf"{count}(?:\s+(?:{COUNTED}))?\s+{to}{arm}")
            yield (
                "size",
                re.compile(
                    rf"{arm}(?:[\s-]+(?:group|arm))?\s*[(\[,]\s*(?:[Nn]\s*=\s*)?(?P<n>\d[\d,]*)(?!\d|\s*%|\s*/|\s*\()"
                ),
            )


NO_ARMS = Arms()


def _key(name: str) -> str:
    return re.sub(r"\W+", "", name.lower())


def find_arms(text: str, columns: list[str]) -> Arms:
    """Arms by the headings of sized columns, or else by what the text calls a group or an arm."""
    if len(columns) > 1:
        return Arms(tuple({_key(name): name for name in reversed(columns)}.values())[::-1])
    named: dict[str, int] = {}
    for found in LETTERED.finditer(text):
        name = f"{found[1].lower()} {found[2]}"
        named[name] = named.get(name, 0) + 1
    for found in GROUPED.finditer(text):
        name = re.sub(r"^(?:the|in|to|or|and|with)\s+", "", found[1], flags=re.IGNORECASE)
        if not NO_ARM.search(name) and name.lower() not in IN_WORDS:
            named[name] = named.get(name, 0) + 1
    names = tuple(name for name, times in named.items() if times > 1 or len(named) == 2)
    return Arms(names[:6]) if len(names) > 1 else NO_ARMS
