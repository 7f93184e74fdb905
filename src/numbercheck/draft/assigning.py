"""Which arm each number of a sentence belongs to: for certain, as a guess, or to none."""

import re
from dataclasses import dataclass
from itertools import pairwise

from numbercheck.draft.arms import PREPOSITIONS, TO, Arms, Mention, in_control
from numbercheck.draft.findings import OTHER_GROUP, UNCLEAR_ARM, Finding, add_note, base_label
from numbercheck.draft.numerals import COUNTED, UNIT

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
IS_NEXT = re.compile(r"\s*(?:was|were)\s+\d")  # an arm's number behind its name
IN_BRACKETS = re.compile(r"[(\[]\s*(?:all\s+|both\s+)?in\s+(?:the\s+)?$")
TIMES = re.compile(
    r"\d[\d.·]*[\s-]*(?:years?|months?|weeks?|days?|mg)\b|"
    r"\b(?:weeks?|months?|days?|years?|grades?)\s+\d+(?:\s*[-–]\s*\d+)?"
)
SUBSET = re.compile(r"\bof (?:whom|which|these|them)\b|\bincluding\b", re.IGNORECASE)
EACH = re.compile(r"\b(?:each|both|either)\s+(?:\w+\s+)?(?:groups?|arms?)\b", re.IGNORECASE)
Span = tuple[int, int]
ARMED = ("count", "quantity", "survival", "rate", "population")
ORDERED = "guess: the arms in the order named"
GUESSED = "guess: this arm"


def give_arms(found: list[Finding], text: str, start: int, arms: Arms) -> None:
    """Give the numbers of a sentence that begins at ``start`` their arms, sure ones or guesses."""
    if not arms.names:
        return
    sized = [_span(f, start) for f in found if f.kind == "population" and f.arm]
    named = [m for m in arms.mentions(text) if not _is_sized(m, sized, text)]
    loose = [f for f in found if f.kind in ARMED and f.numbers and not f.arm]
    if loose:
        _Sentence(text, arms, named, loose, [_span(f, start) for f in loose]).give()
    for i, finding in enumerate(found):
        if finding.kind == "comparison" and not finding.arm:
            _compare(finding, found[:i], named, arms)


def _is_sized(mention: Mention, sized: list[Span], text: str) -> bool:
    """Whether a mention only says of which arm a size is."""
    return any(
        re.fullmatch(r"\s*[(\[,][^()\[\]]{0,15}", text[mention.end : low])
        or re.fullmatch(rf"\s*(?:{COUNTED})?\s*{TO}", text[end : mention.start])
        for low, end in sized
    )


def _span(finding: Finding, start: int) -> Span:
    ends = [n.start + len(n.printed.lstrip("<>=")) for n in finding.numbers]
    return min(n.start for n in finding.numbers) - start, max(ends) - start


def _is_of(finding: Finding, arm: str, note: str = "") -> None:
    """Write an arm into a finding, and note if that is a guess."""
    finding.arm = arm
    finding.note = "" if finding.note == OTHER_GROUP else finding.note
    add_note(finding, note)


@dataclass(frozen=True)
class _Sentence:
    """A sentence with the places that name an arm, and the numbers that may be of one."""

    text: str
    arms: Arms
    named: list[Mention]
    loose: list[Finding]
    spans: list[Span]

    def give(self) -> None:
        """Give the numbers their arms."""
        lists, rows = self._lists(), self._rows()
        for mention in self.named:
            if not any(mention in each for each in lists):
                self._give(mention)
        for row in rows:
            self._in_order(row, lists)
        self._share({i for row in rows for i in row})
        for i, finding in enumerate(self.loose):
            self._finish(finding, i)

    def _gap(self, i: int) -> str:
        """The words between a number and the next one, or the end."""
        ends = [*(low for low, _ in self.spans), len(self.text)]
        return self.text[self.spans[i][1] : ends[i + 1]]

    def _lists(self) -> list[list[Mention]]:
        """Mentions in a row, as in `with A than with B`, each of another arm."""
        lists: list[list[Mention]] = []
        for first, second in pairwise(self.named):
            gap = self.text[first.end : second.start]
            divided = any(first.end <= low < second.start for low, _ in self.spans)
            follows = LISTED.fullmatch(gap) or AGAINST.search(gap)
            if first.arm == second.arm or divided or not follows:
                continue
            if lists and lists[-1][-1] is first:
                lists[-1].append(second)
            else:
                lists.append([first, second])
        return lists

    def _rows(self) -> list[list[int]]:
        """Numbers that follow each other with nothing but a conjunction between them."""
        rows = [[0]]
        for i in range(1, len(self.loose)):
            is_next = IN_A_ROW.fullmatch(self._gap(i - 1).rstrip(" (["))
            if is_next and self.loose[i].kind == self.loose[i - 1].kind:
                rows[-1].append(i)
            else:
                rows.append([i])
        return [row for row in rows if len(row) > 1]

    def _give(self, mention: Mention) -> None:
        """Give an arm to the number before its mention, or after where it begins anew."""
        own, gap = self._owner(mention)
        if own and not re.search(r"\d", TIMES.sub("", gap)):  # else: of a number not understood
            is_other = own.arm not in ("", mention.arm)
            _is_of(own, "?" if is_other else mention.arm, "" if mention.firm else GUESSED)

    def _owner(self, mention: Mention) -> tuple[Finding | None, str]:
        """The number that a mention is about, and the words between them."""
        low = max((m.end for m in self.named if m.end <= mention.start), default=0)
        high = min((m.start for m in self.named if m.start >= mention.end), default=len(self.text))
        spans = list(enumerate(self.spans))
        within = [i for i, (start, end) in spans if start < mention.start < end]
        before = [i for i, (start, end) in spans if low <= start and end <= mention.start]
        after = [i for i, (start, _) in spans if mention.end <= start < high]
        gap = self.text[self.spans[before[-1]][1] : mention.start] if before else ""
        gap = gap.lstrip(" %)]")
        if within:
            return self.loose[within[0]], ""
        is_anew = ANEW.search(gap) or (after and IS_NEXT.match(self.text, mention.end))
        if before and (not is_anew or IN_BRACKETS.search(gap)):
            own = self.loose[before[-1]]
            whole = own.kind == "population" and not OF_THE_ARM.fullmatch(gap)
            return (None if whole or SUBSET.search(gap) else own), gap
        if after and (before or not AGAINST.search(self.text[: mention.start])):
            own = self.loose[after[0]]
            return own, self.text[mention.end : self.spans[after[0]][0]]
        return None, ""

    def _in_order(self, places: list[int], lists: list[list[Mention]]) -> None:
        """Give the arms of a list to as many numbers in a row, in their order."""
        row, names = [self.loose[i] for i in places], self.arms.names
        given = [f.arm for f in row if f.arm]
        if len(row) == len(names) == 2 and len(given) == 1:
            other = next((name for name in names if name not in given), "?")
            _is_of(next(f for f in row if not f.arm), other, GUESSED)
        if given:
            return
        start = self.spans[places[0]][0]
        fitting = [each for each in lists if len(each) == len(row)]
        near = min(fitting, key=lambda each: abs(each[0].start - start), default=None)
        respectively = "respectively" in self.text
        alike = len({base_label(f) for f in row}) == 1 and (
            respectively or all(f.note == OTHER_GROUP for f in row[1:])
        )
        if near or (alike and len(row) == len(names)):
            for finding, arm in zip(row, [m.arm for m in near] if near else names, strict=True):
                _is_of(finding, arm, "" if near and respectively else ORDERED)

    def _share(self, in_rows: set[int]) -> None:
        """Let numbers share the arm that the sentence begins with, or that it names alone."""
        alone = len({m.arm for m in self.named}) == 1
        leads = alone and ANEW.fullmatch(f", {self.text[: self.named[0].start]}")
        for i, finding in enumerate(self.loose[1:], 1):
            last, (low, high) = self.loose[i - 1], (self.spans[i - 1][1], self.spans[i][0])
            follows = all(m.arm == last.arm for m in self.named if low <= m.start < high)
            is_other = i in in_rows or re.search(rf"{VERSUS}|other\b", self._gap(i - 1))
            if follows and last.arm and not finding.arm and not is_other:
                sure = leads and self.named[0].firm and "guess" not in last.note
                _is_of(finding, last.arm, "" if sure else GUESSED)
        last = self.loose[-1]
        if alone and last.arm and not re.search(VERSUS, self.text):
            for finding in self.loose[:-1]:
                if not finding.arm and finding.kind != "population" and not finding.value("N"):
                    _is_of(finding, last.arm, GUESSED)

    def _finish(self, finding: Finding, i: int) -> None:
        """Leave open what is of each arm, and say where the arm is not clear."""
        finding.arm = "" if finding.arm == "?" else finding.arm
        gap = self._gap(i)
        each = EACH.search(gap)
        if finding.kind == "population":
            finding.numbers = [] if each and "," not in gap[: each.start()] else finding.numbers
        elif finding.arm:
            finding.label = base_label(finding)
        elif (self.named or each) and not finding.value("N") and ":" not in gap:
            finding.label = f"{base_label(finding)}{UNCLEAR_ARM}"
            finding.note = "guess: of which arm is not clear"


def _compare(finding: Finding, before: list[Finding], named: list[Mention], arms: Arms) -> None:
    """Say which arms are compared: the two of the trial, or those that the sentence names."""
    here = dict.fromkeys(f.arm for f in before if f.arm and "|" not in f.arm)
    here = here or dict.fromkeys(m.arm for m in named)
    pair = arms.pair or ("|".join(sorted(here, key=in_control)) if len(here) == 2 else "")
    last = [f for f in before if f.kind in ARMED[:-1]][-2:]
    sure = len({base_label(f) for f in last}) == 1 and {f.arm for f in last} == set(pair.split("|"))
    if pair:
        _is_of(finding, pair, "" if sure else "guess: compares the arms")
