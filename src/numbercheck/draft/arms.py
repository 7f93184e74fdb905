"""The arms that an article names, and where a sentence names them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

from numbercheck.draft.numerals import COUNTED, GROUP, WORD, in_words
from numbercheck.ledger.arms import as_slug
from numbercheck.ledger.texts import MONTHS

NOT_IN_A_NAME = (
    r"and|or|groups?|arms?|in|for|with|at|on|by|of|once|twice|daily|every|vs|versus|were|was|had|"
    r"the|a|an|as|after|before|during|until|from|who|that|between|than|compared|patients|"
    r"participants|receive|received|either|assigned|randomized|randomised|allocated|respectively|to"
)
WORDS = rf"(?:(?<![\w-])(?!(?:{NOT_IN_A_NAME})\b)[A-Za-z0-9][\w/+–-]*(?:\s+|(?=[\W]|$)))"
NAME = rf"(?:the\s+)?(?P<name>{WORDS}{{1,6}})(?:groups?|arms?)?(?:\((?P<short>[A-Z]\w*)\))?"
COUNT = rf"(?P<n>\d+(?:{GROUP}\d{{3}})*|(?i:{WORD}))(?!{GROUP}?\d|\s*%|\s*\()"
TO = (
    r"(?:(?:were\s+)?(?:randomly\s+)?(?:assigned|allocated|randomi[sz]ed|treated)\s+)?"
    r"(?:to|received|with|in)\s+(?:receive\s+)?(?:the\s+)?"
)
ASSIGNS = re.compile(r"assign|randomi[sz]|allocat|receive|treated|enrol", re.IGNORECASE)
SIZED = re.compile(
    rf"(?:the\s+)?(?P<name>{WORDS}{{1,7}})(?:groups?|arms?)?\s*"
    rf"[(\[,]\s*(?:(?P<short>[A-Z][\w+-]*)\s*[;,:]\s*)?(?:[Nn]\s*=\s*(?P<n>\d[\d,]*)"
    rf"|(?P<m>\d[\d,]*)\s+(?:{COUNTED})\s*[)\]])"
)
COUNTED_TO = re.compile(rf"{COUNT}(?:\s+(?:{COUNTED}))?\s+{TO}{NAME}")
GROUPED = re.compile(
    rf"\b(?:[Tt]he|[Ii]n|[Tt]o|[Oo]r|[Aa]nd|[Ww]ith)\s+(?P<name>{WORDS}{{1,3}})(?:group|arm)\b"
)
LETTERED = re.compile(r"(?P<name>\b(?:[Aa]rm|[Gg]roup)\s+(?:[A-Z]|[1-4]|I{1,3}))\b")
CHOICE = re.compile(
    rf"(?:assigned|randomi[sz]ed|allocated)\b[^.;]*?\bto\s+(?:receive\s+)?(?:either\s+)?{NAME}"
    rf"\s*(?:\([^)]*\)\s*)?(?:or|versus|vs\.?)\s+(?P<other>{WORDS}{{1,4}})"
)
NO_ARM = re.compile(
    r"\b(?:each|both|two|three|either|this|that|which|study|other|same|per|by|between|age|risk|"
    r"single|one|every|whole|entire|all|any|comparison|respective|total|overall|younger|older|"
    r"subgroup|second|first|working|intention|safety|population)\b|^(?:"
    rf"{COUNTED})$|^(?:{'|'.join(MONTHS)})\b",  # from May 1999 to June 2000
    re.IGNORECASE,
)
CONTROL = re.compile(r"placebo|control|usual|standard|alone|observation|\bno\b|sham", re.IGNORECASE)

PREPOSITIONS = (
    r"(?:\b(?:in|with|to|for|among|on|of|by|receiving|received|receive|given|those|the|patients|"
    r"participants|assigned|randomized|allocated|treated|who|were)\s+)*"
)
FIRM = re.compile(r"\b(?:in|with|to|for|among|on|receiving|received|given)\s+(?:the\s+)?$")
NEGATED = re.compile(rf"\b(?:not|without|before|after|no|failed|beyond)\s+{PREPOSITIONS}$", re.I)


@dataclass(frozen=True)
class Mention:
    """Where a sentence names an arm; ``firm`` says that it speaks of the arm's patients."""

    start: int
    end: int
    arm: str
    firm: bool


@dataclass(frozen=True)
class Arms:
    """Names of the arms, none where an article has fewer than two, and other words for them."""

    names: tuple[str, ...] = ()
    aliases: dict[str, str] = field(default_factory=dict)

    @cached_property
    def _any(self) -> str:
        words = sorted({*self.names, *self.aliases}, key=len, reverse=True)
        return "|".join(r"[\s–-]+".join(map(re.escape, re.split(r"[\s–-]+", w))) for w in words)

    def named(self, text: str) -> str:
        """The arm that a text names, whatever its case and signs."""
        key = _key(text)
        known = {_key(word): arm for word, arm in self.aliases.items()}
        return next((name for name in self.names if _key(name) == key), known.get(key, ""))

    def leading(self, text: str) -> str:
        """The arm's name that a text begins with, as written there; empty where it compares arms."""
        found = [m for m in self.mentions(text) if not m.start]
        others = {m.arm for m in self.mentions(text)}
        return text[: found[0].end] if found and len(others) == 1 else ""

    @property
    def pair(self) -> str:
        """The two arms of a trial of two, the control last."""
        return "|".join(sorted(self.names, key=in_control)
                        if len(self.names) == 2 else ())  # fmt: skip

    def mentions(self, text: str) -> Iterator[Mention]:
        """Every place that names an arm, but for those that speak of patients outside it."""
        if not self.names:
            return
        for found in self._pattern.finditer(text):
            before = text[: found.start()]
            if not NEGATED.search(before):
                firm = found["group"] or FIRM.search(before) or text[found.end() :][:1] == ":"
                yield Mention(*found.span(), self.named(found["arm"]), bool(firm))

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        return re.compile(
            rf"(?<![\w-])(?P<arm>{self._any})"
            r"(?P<group>(?:[\s-]+(?:groups?|arms?|patients|participants|recipients)\b)+)?(?![\w-])",
            re.IGNORECASE,
        )

    def without(self, text: str) -> str:
        """Text without the phrases that only name an arm."""
        if not self.names:
            return text
        prepositions = r"(?:\b(?:in|with|to|for|among|on|receiving|given|of|than|who received)\s+)?"
        return re.sub(rf"{prepositions}(?:\bthe\s+)?{self._pattern.pattern}", " ", text,
                      flags=re.IGNORECASE)  # fmt: skip

    def sizes(self, sentence: str) -> Iterator[re.Pattern[str]]:
        """Patterns of an arm's size, in a sentence on who was assigned to which."""
        is_told = ASSIGNS.search(sentence) or (
            re.search(r"[Nn]\s*=", sentence) and "%" not in sentence
        )
        if self.names and is_told:
            arm = rf"(?P<arm>(?i:{self._any}))\b"
            short = r"(?:[A-Z][\w+-]*\s*[;,:]\s*)?"
            group = r"(?:[\s-]+(?:groups?|arms?))?"
            sized = rf"[(\[][^()\[\]]*(?:[Nn]\s*=|\d\s+(?:{COUNTED}))"
            alone = rf"(?!{group}\s*(?:or\s|versus\s|vs\.?\s|{sized}))"
            n = r"(?P<n>\d[\d,]*)"
            yield re.compile(rf"(?<!\d and ){COUNT}(?:\s+(?:{COUNTED}))?\s+{TO}{arm}{alone}")
            yield re.compile(rf"{arm}{group}\s*[(\[,]\s*{short}[Nn]\s*=\s*{n}")
            yield re.compile(rf"{arm}{group}\s*[(\[]\s*{n}(?:\s+(?:{COUNTED}))?\s*[)\]]")


NO_ARMS = Arms()


def in_control(name: str) -> bool:
    """Whether an arm's name says that it is the control."""
    return bool(CONTROL.search(name))


def _key(name: str) -> str:
    return re.sub(r"\W+|_", "", name.lower())


Named = dict[str, tuple[str, str]]  # name of an arm: its size and abbreviation


def find_arms(text: str, tables: list[Named]) -> Arms:
    """Arms by what the text assigns patients to, and by the headings of columns with sizes.

    A table whose columns are not those of the arms, as one by sex, names none.
    """
    told = list(_told(text))
    fitting = [t for t in tables if any(_agree(t, found) for found in told)]
    is_sized = any(size for found in told for size, _ in found.values())
    base = (fitting or ([] if is_sized else tables))[:1]
    named: Named = {}
    for table in tables if base else ():
        if set(map(_key, table)) & set(map(_key, base[0])):
            named |= {n: found for n, found in table.items() if _key(n) not in map(_key, named)}
    if len({as_slug(name) for name in named}) < len(named):
        named = {}  # of a table by values above and below a limit
    names = tuple(named) or next((tuple(found) for found in told if len(found) > 1), ())[:6]
    names = tuple({_key(name): name for name in names}.values())  # of several spellings one
    names = names if len(names) > 1 else ()
    arms = Arms(names)
    for found in told if names else ():
        for name, (size, short) in found.items():
            near = [n for n in names if _is_part(n, name)]
            near = near if len(near) == 1 else [n for n, each in named.items() if each[0] == size]
            own = arms.named(name) or arms.named(short) or (near[0] if len(near) == 1 else "")
            letter = [f"group {short}", f"arm {short}"] if short else []
            words = [name, short] if len(short) > 1 else [name, *letter]
            arms.aliases.update({w: own for w in words if own and w and not arms.named(w)})
    return Arms(names, {**_shortened(names), **arms.aliases})


def _is_part(name: str, words: str) -> bool:
    return _key(words).startswith(_key(name)) or _key(words).endswith(_key(name))


def _agree(table: Named, told: Named) -> bool:
    """Whether a table's columns are the arms that the text tells, by name or by size."""
    sizes = sorted(size for size, _ in table.values()) == sorted(size for size, _ in told.values())
    return sizes or any(_is_part(n, words) or _is_part(words, n) for n in table for words in told)


def _told(text: str) -> Iterator[Named]:
    """What the text calls arms, with size and abbreviation, by one way of naming them at a time."""
    for pattern in (SIZED, COUNTED_TO):
        for sentence in re.split(r"(?<=\.)\s+(?=[A-Z])", text):
            found = {}
            for m in pattern.finditer(sentence) if ASSIGNS.search(sentence) else ():
                if name := _name(m["name"]):
                    found[name] = m["n"] or m.groupdict().get("m") or "", m["short"] or ""
            if len(found) > 1:
                yield found
    counts: dict[str, int] = {}
    for m in [*LETTERED.finditer(text), *GROUPED.finditer(text)]:
        if name := _name(m["name"]):
            counts[name] = counts.get(name, 0) + 1
    yield {name: ("", "") for name, times in counts.items() if times > 1 or len(counts) == 2}
    for m in CHOICE.finditer(text):
        yield {name: ("", "") for word in ("name", "other") if (name := _name(m[word]))}


def _name(words: str) -> str:
    """The name of an arm; empty for words that name none."""
    name = re.sub(
        r"^(?:arm|group)\b",
        lambda m: m[0].lower(),
        " ".join(words.split()).strip(" ,;:"),
        flags=re.I,
    )
    is_none = NO_ARM.search(name) or in_words(name) is not None or not re.search("[A-Za-z].", name)
    return "" if is_none else name


def _shortened(names: tuple[str, ...]) -> dict[str, str]:
    """The names without a last word that they share, and with their first word before `group`."""
    last, first = [n.split()[-1] for n in names], [n.split()[0] for n in names]
    found = {}
    for name in names:
        words = name.split()
        if len(words) > 1 and last.count(words[-1]) > 1:
            found[" ".join(words[:-1])] = name
        elif len(words) > 1 and first.count(words[0]) == 1:
            found |= {f"{words[0]} group": name, f"{words[0]} arm": name}
    return {w: n for w, n in found.items() if w not in names and re.search("[A-Za-z]{2}", w)}
