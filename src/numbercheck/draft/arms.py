"""The arms that an article names, and which arm each number of a sentence belongs to."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise

from numbercheck.draft.findings import OTHER_GROUP, Finding, base_label
from numbercheck.draft.numerals import COUNTED, IN_WORDS, UNIT, WORD

NOT_IN_A_NAME = (
    r"and|or|groups?|arms?|in|for|with|at|on|by|of|once|twice|daily|every|vs|versus|were|was|had|"
    r"the|a|an|as|after|before|during|until|from|who|that|between|than|compared|patients|"
    r"participants|receive|received|either|assigned|randomized|randomised|allocated|respectively|to"
)
WORDS = rf"(?:(?<![\w-])(?!(?:{NOT_IN_A_NAME})\b)[A-Za-z0-9][\w/+–-]*(?:\s+|(?=[\W]|$)))"
NAME = rf"(?:the\s+)?(?P<name>{WORDS}{{1,6}})(?:groups?|arms?)?(?:\((?P<short>[A-Z]\w*)\))?"
COUNT = rf"(?P<n>\d[\d,]*|(?i:{WORD}))(?!\d|\s*%|\s*\()"
TO = (
    r"(?:(?:were\s+)?(?:randomly\s+)?(?:assigned|allocated|randomi[sz]ed|treated)\s+)?"
    r"(?:to|received|with|in)\s+(?:receive\s+)?(?:the\s+)?"
)
ASSIGNS = re.compile(r"assign|randomi[sz]|allocat|receive|treated|enrol", re.IGNORECASE)
SIZED = re.compile(
    rf"(?:the\s+)?(?P<name>{WORDS}{{1,7}})(?:groups?|arms?)?\s*"
    rf"[(\[,]\s*(?:(?P<short>[A-Z][\w+-]*)\s*[;,:]\s*)?(?:[Nn]\s*=\s*(?P<n>\d[\d,]*)"
    rf"|\d[\d,]*\s+(?:{COUNTED})\s*[)\]])"
)
COUNTED_TO = re.compile(rf"{COUNT}(?:\s+(?:{COUNTED}))?\s+{TO}{NAME}")
GROUPED = re.compile(
    rf"\b(?:[Tt]he|[Ii]n|[Tt]o|[Oo]r|[Aa]nd|[Ww]ith)\s+(?P<name>{WORDS}{{1,3}})(?:group|arm)\b"
)
LETTERED = re.compile(r"(?P<name>\b(?:[Aa]rm|[Gg]roup)\s+(?:[A-D]|[1-4]|I{1,3}))\b")
CHOICE = re.compile(
    rf"(?:assigned|randomi[sz]ed|allocated)\b[^.;]*?\bto\s+(?:receive\s+)?(?:either\s+)?{NAME}"
    rf"\s*(?:\([^)]*\)\s*)?(?:or|versus|vs\.?)\s+(?P<other>{WORDS}{{1,4}})"
)
NO_ARM = re.compile(
    r"\b(?:each|both|two|three|either|this|that|which|study|other|same|per|by|between|age|risk|"
    r"single|one|every|whole|entire|all|any|comparison|respective|total|overall|younger|older|"
    r"subgroup|second|first|working|intention|safety|population)\b|^(?:"
    rf"{COUNTED})$",
    re.IGNORECASE,
)
CONTROL = re.compile(r"placebo|control|usual|standard|alone|observation|\bno\b|sham", re.IGNORECASE)

PREPOSITIONS = (
    r"(?:\b(?:in|with|to|for|among|on|of|by|receiving|received|receive|given|those|the|patients|"
    r"participants|assigned|randomized|allocated|treated|who|were)\s+)*"
)
FIRM = re.compile(r"\b(?:in|with|to|for|among|on|receiving|received|given)\s+(?:the\s+)?$")
NEGATED = re.compile(rf"\b(?:not|without|before|after|no|failed|beyond)\s+{PREPOSITIONS}$", re.I)
VERSUS = r"\b(?:than|versus|vs\.?|v\.?|(?:as )?compared (?:with|to)|over)\s+"
AGAINST = re.compile(rf"{VERSUS}{PREPOSITIONS}$", re.IGNORECASE)
LISTED = re.compile(rf"[\s,/)]*(?:(?:and|or)\s+|{VERSUS})?{PREPOSITIONS}", re.IGNORECASE)
ANEW = re.compile(
    rf"(?:[,;.:(\[]|\b(?:and|or|whereas|while|but)\s|{VERSUS})[\s,]*(?:and\s+|but\s+)?"
    rf"(?:{VERSUS})?{PREPOSITIONS}$",
    re.IGNORECASE,
)
OF_THE_ARM = re.compile(rf"\s*(?:{COUNTED})?\s*{PREPOSITIONS}")
IN_A_ROW = re.compile(
    rf"[\s%)\]]*(?:{UNIT}\s*)?[,;]?\s*"
    r"(?:and|versus|vs\.?|v\.?|(?:as )?compared with|than)?\s*(?:in\s+|to\s+)?"
)
SUBSET = re.compile(r"\bof (?:whom|which|these|those|them)\b|\bincluding\b", re.IGNORECASE)
ARMED = ("count", "quantity", "survival", "rate", "population")
ORDERED = "guess: the arms in the order named"
GUESSED = "guess: this arm"
UNCLEAR_ARM = ", arm not clear"


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

    @property
    def pair(self) -> str:
        """The two arms of a trial of two, the control last."""
        return "|".join(sorted(self.names, key=lambda n: bool(CONTROL.search(n)))
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

    def sizes(self, sentence: str) -> Iterator[tuple[str, re.Pattern[str]]]:
        """Patterns of an arm's size, in a sentence on who was assigned to which."""
        if self.names and (ASSIGNS.search(sentence) or re.search(r"[Nn]\s*=", sentence)):
            arm = rf"(?P<arm>(?i:{self._any}))\b"
            short = r"(?:[A-Z][\w+-]*\s*[;,:]\s*)?"
            group = r"(?:[\s-]+(?:groups?|arms?))?"
            sized = rf"[(\[][^()\[\]]*(?:[Nn]\s*=|\d\s+(?:{COUNTED}))"
            alone = rf"(?!{group}\s*(?:or\s|versus\s|vs\.?\s|{sized}))"
            yield "size", re.compile(rf"{COUNT}(?:\s+(?:{COUNTED}))?\s+{TO}{arm}{alone}")
            yield "size", re.compile(rf"{arm}{group}\s*[(\[,]\s*{short}[Nn]\s*=\s*(?P<n>\d[\d,]*)")
            yield (
                "size",
                re.compile(rf"{arm}{group}\s*[(\[]\s*(?P<n>\d[\d,]*)(?:\s+(?:{COUNTED}))?\s*[)\]]"),
            )


NO_ARMS = Arms()


def _key(name: str) -> str:
    return re.sub(r"\W+|_", "", name.lower())


def find_arms(text: str, columns: list[tuple[str, str]]) -> Arms:
    """Arms by the headings of sized columns, or else by what the text assigns patients to."""
    told = list(_told(text))
    if len({_key(name) for name, _ in columns}) > 1:
        keys = list(dict.fromkeys(_key(name) for name, _ in columns))
        names = tuple(next(name for name, _ in columns if _key(name) == key) for key in keys)
    else:
        names = next((tuple(found) for found in told if len(found) > 1), ())[:6]
    arms = Arms(names)
    if not names:
        return NO_ARMS
    sizes = {n: name for name, n in columns} if len({n for _, n in columns}) == len(names) else {}
    for found in told:
        for name, (size, short) in found.items():
            key = _key(name)
            part = [n for n in names if key.startswith(_key(n)) or key.endswith(_key(n))]
            near = part[0] if len(part) == 1 else sizes.get(size, "")
            own = arms.named(name) or arms.named(short) or near
            letter = [f"group {short}", f"arm {short}"] if short else []
            words = [name, short] if len(short) > 1 else [name, *letter]
            arms.aliases.update({w: own for w in words if own and w and not arms.named(w)})
    return Arms(names, {**_shortened(names), **arms.aliases})


def _told(text: str) -> Iterator[dict[str, tuple[str, str]]]:
    """What the text calls arms, with size and abbreviation, by one way of naming them at a time."""
    for pattern in (SIZED, COUNTED_TO):
        for sentence in re.split(r"(?<=\.)\s+(?=[A-Z])", text):
            found = {}
            for m in pattern.finditer(sentence) if ASSIGNS.search(sentence) else ():
                if name := _name(m["name"]):
                    found[name] = m["n"] or "", m["short"] or ""
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
    name = re.sub(r"^(?:arm|group)\b", lambda m: m[0].lower(), words.strip(" ,;:"), flags=re.I)
    is_none = NO_ARM.search(name) or name.lower() in IN_WORDS or not re.search("[A-Za-z]", name)
    return "" if is_none else name


def _shortened(names: tuple[str, ...]) -> dict[str, str]:
    """The names without a last word that they share, as low-dose for low-dose relvanib."""
    last = [name.split()[-1] for name in names if " " in name]
    short = {
        " ".join(n.split()[:-1]): n for n in names if " " in n and last.count(n.split()[-1]) > 1
    }
    return {word: name for word, name in short.items() if word not in names}


def give_arms(found: list[Finding], sentence: str, start: int, arms: Arms) -> None:
    """Give the numbers of a sentence that begins at ``start`` their arms, sure ones or guesses."""
    loose = [f for f in found if f.kind in ARMED]
    loose = [f for f in loose if f.numbers and not f.arm]
    if not arms.names:
        return
    spans = [_span(f, start) for f in loose]
    sized = [_span(f, start) for f in found if f.kind == "population" and f.arm]
    named = [m for m in arms.mentions(sentence) if not _is_sized(m, sized, sentence)]
    lists = _lists(named, spans, sentence)
    for mention in named:
        if not any(mention in each for each in lists):
            _give(mention, named, loose, spans, sentence)
    for row in _rows(loose, spans, sentence) if loose else ():
        _in_order([loose[i] for i in row], spans[row[0]], lists, sentence, arms)
    _shared(loose, spans, named, sentence)
    ends = [*(low for low, _ in spans[1:]), len(sentence)][: len(spans)]
    for finding, (_, low), high in zip(loose, spans, ends, strict=True):
        finding.arm = "" if finding.arm == "?" else finding.arm
        if finding.kind == "population":
            continue
        if finding.arm:
            finding.label = base_label(finding)
        elif named and not finding.value("N") and ":" not in sentence[low:high]:
            finding.label = f"{base_label(finding)}{UNCLEAR_ARM}"
            finding.note = "guess: of which arm is not clear"
    _compared(found, named, arms)


def _is_sized(mention: Mention, sized: list[tuple[int, int]], text: str) -> bool:
    """Whether a mention only says of which arm a size is."""
    return any(
        re.fullmatch(r"\s*[(\[,][^()\[\]]{0,15}", text[mention.end : low])
        or re.fullmatch(rf"\s*(?:{COUNTED})?\s*{TO}", text[end : mention.start])
        for low, end in sized
    )


def _span(finding: Finding, start: int) -> tuple[int, int]:
    ends = [n.start + len(n.printed.lstrip("<>=")) for n in finding.numbers]
    return min(n.start for n in finding.numbers) - start, max(ends) - start


def _lists(named: list[Mention], spans: list[tuple[int, int]], text: str) -> list[list[Mention]]:
    """Mentions in a row, as in `with A than with B`, each of another arm."""
    lists: list[list[Mention]] = []
    for first, second in pairwise(named):
        gap = text[first.end : second.start]
        divided = any(first.end <= low < second.start for low, _ in spans)
        if first.arm == second.arm or divided or not (LISTED.fullmatch(gap) or AGAINST.search(gap)):
            continue
        if lists and lists[-1][-1] is first:
            lists[-1].append(second)
        else:
            lists.append([first, second])
    return lists


def _give(
    mention: Mention, named: list[Mention], loose: list[Finding], spans: list[tuple[int, int]],
    text: str,
) -> None:  # fmt: skip
    """Give an arm to the number before its mention, or after it where the mention begins anew."""
    low = max((m.end for m in named if m.end <= mention.start), default=0)
    high = min((m.start for m in named if m.start >= mention.end), default=len(text))
    before = [i for i, (start, end) in enumerate(spans) if low <= start and end <= mention.start]
    after = [i for i, (start, _) in enumerate(spans) if mention.end <= start < high]
    within = [i for i, (start, end) in enumerate(spans) if start < mention.start < end]
    gap = text[spans[before[-1]][1] : mention.start].lstrip(" %)]") if before else ""
    if within:
        own, gap = loose[within[0]], ""
    elif before and not ANEW.search(gap):
        own = loose[before[-1]]
        if SUBSET.search(gap) or (own.kind == "population" and not OF_THE_ARM.fullmatch(gap)):
            return
    elif after and not AGAINST.search(text[: mention.start]):
        own = loose[after[0]]
        gap = text[mention.end : spans[after[0]][0]]
    elif after and before:
        own, gap = loose[after[0]], ""
    else:
        return
    own.arm = mention.arm if own.arm in ("", mention.arm) else "?"
    own.note = "" if mention.firm and not re.search(r"\d", gap) else GUESSED


def _rows(loose: list[Finding], spans: list[tuple[int, int]], text: str) -> list[list[int]]:
    """Numbers that follow each other with nothing but a conjunction between them."""
    rows = [[0]]
    for i in range(1, len(loose)):
        gap = text[spans[i - 1][1] : spans[i][0]]
        if IN_A_ROW.fullmatch(gap.rstrip(" ([")) and loose[i].kind == loose[i - 1].kind:
            rows[-1].append(i)
        else:
            rows.append([i])
    return [row for row in rows if len(row) > 1]


def _in_order(
    row: list[Finding], span: tuple[int, int], lists: list[list[Mention]], text: str, arms: Arms
) -> None:
    """Give the arms of a list to as many numbers in a row, in their order."""
    given = [f.arm for f in row if f.arm]
    if len(row) == len(arms.names) == 2 and len(given) == 1:
        missing = next(f for f in row if not f.arm)
        missing.arm = next((name for name in arms.names if name not in given), "?")
        missing.note = GUESSED
    if given:
        return
    fitting = [each for each in lists if len(each) == len(row)]
    near = min(fitting, key=lambda each: abs(each[0].start - span[0]), default=None)
    alike = len({base_label(f) for f in row}) == 1 and (
        "respectively" in text or all(f.note == OTHER_GROUP for f in row[1:])
    )
    if near is None and not (alike and len(row) == len(arms.names)):
        return
    for finding, arm in zip(row, [m.arm for m in near] if near else arms.names, strict=True):
        finding.arm = arm
        finding.note = "" if near and "respectively" in text else ORDERED


def _shared(
    loose: list[Finding], spans: list[tuple[int, int]], named: list[Mention], text: str
) -> None:
    """Let numbers share the arm that the sentence begins with, or that it names alone."""
    leads = bool(named) and ANEW.fullmatch(f", {text[: named[0].start]}") is not None
    for i in range(1, len(loose)):
        gap, last = text[spans[i - 1][1] : spans[i][0]], loose[i - 1]
        between = [m for m in named if spans[i - 1][1] <= m.start < spans[i][0]]
        follows = last.arm and all(m.arm == last.arm for m in between)
        if follows and not loose[i].arm and not re.search(rf"{VERSUS}|other\b", gap):
            loose[i].arm, loose[i].note = last.arm, last.note
            if not (leads and named[0].firm and len({m.arm for m in named}) == 1):
                loose[i].note = GUESSED
    if len({m.arm for m in named}) == 1 and len(loose) > 1 and not re.search(VERSUS, text):
        for finding in loose[:-1] if loose[-1].arm else ():
            if not finding.arm and finding.kind != "population" and not finding.value("N"):
                finding.arm, finding.note = loose[-1].arm, GUESSED


def _compared(found: list[Finding], named: list[Mention], arms: Arms) -> None:
    """Say which arms a comparison compares: the two of the trial, or of its sentence."""
    here = list(dict.fromkeys(f.arm for f in found if f.arm and "|" not in f.arm))
    here = here or list(dict.fromkeys(m.arm for m in named))
    for finding in found:
        if finding.kind != "comparison" or finding.arm:
            continue
        if arms.pair:
            finding.arm = arms.pair
            finding.note = finding.note or ("" if len(here) == 2 else "guess: compares the arms")
        elif len(here) == 2:
            finding.arm = "|".join(sorted(here, key=lambda n: bool(CONTROL.search(n))))
            finding.note = finding.note or "guess: compares these arms"
