"""Which arm each number of a sentence belongs to: for certain, as a guess, or to none."""

import re
from itertools import pairwise

from numbercheck.draft.arms import PREPOSITIONS, TO, Arms, Mention, in_control
from numbercheck.draft.findings import OTHER_GROUP, Finding, base_label
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
IN_BRACKETS = re.compile(r"[(\[]\s*(?:all\s+|both\s+)?in\s+(?:the\s+)?$")
TIMES = re.compile(
    r"\d[\d.·]*[\s-]*(?:years?|months?|weeks?|days?|mg)\b|"
    r"\b(?:weeks?|months?|days?|years?|grades?)\s+\d+(?:\s*[-–]\s*\d+)?"
)
SUBSET = re.compile(r"\bof (?:whom|which|these|them)\b|\bincluding\b", re.IGNORECASE)
EACH = re.compile(r"\b(?:each|both|either)\s+(?:\w+\s+)?(?:groups?|arms?)\b", re.IGNORECASE)
ARMED = ("count", "quantity", "survival", "rate", "population")
ORDERED = "guess: the arms in the order named"
GUESSED = "guess: this arm"
UNCLEAR_ARM = ", arm not clear"


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
    rows = _rows(loose, spans, sentence) if loose else []
    for row in rows:
        _in_order([loose[i] for i in row], spans[row[0]], lists, sentence, arms)
    _shared(loose, spans, named, sentence, {i for row in rows for i in row})
    ends = [*(low for low, _ in spans[1:]), len(sentence)][: len(spans)]
    for finding, (_, low), high in zip(loose, spans, ends, strict=True):
        finding.arm = "" if finding.arm == "?" else finding.arm
        if finding.kind == "population":
            each = re.match(
                rf"\s*(?:{COUNTED})?[^,;.]{{0,40}}$", sentence[low:][: _each(sentence, low)]
            )
            finding.numbers = [] if each else finding.numbers
            continue
        if finding.arm:
            finding.label = base_label(finding)
        elif (
            (named or EACH.search(sentence, low))
            and not finding.value("N")
            and ":" not in sentence[low:high]
        ):
            finding.label = f"{base_label(finding)}{UNCLEAR_ARM}"
            finding.note = "guess: of which arm is not clear"
    _compared(found, named, arms)


def _each(sentence: str, start: int) -> int:
    """Where a sentence speaks of each arm after a place, from there; -1 where it does not."""
    found = EACH.search(sentence, start)
    return found.start() - start if found else -1


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
    elif before and (not ANEW.search(gap) or IN_BRACKETS.search(gap)):
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
    if re.search(r"\d", TIMES.sub("", gap)):  # of another number, which is not understood
        return
    own.arm = mention.arm if own.arm in ("", mention.arm) else "?"
    own.note = "" if mention.firm else GUESSED


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
    loose: list[Finding],
    spans: list[tuple[int, int]],
    named: list[Mention],
    text: str,
    in_rows: set[int],
) -> None:
    """Let numbers share the arm that the sentence begins with, or that it names alone."""
    leads = bool(named) and ANEW.fullmatch(f", {text[: named[0].start]}") is not None
    for i in range(1, len(loose)):
        gap, last = text[spans[i - 1][1] : spans[i][0]], loose[i - 1]
        between = [m for m in named if spans[i - 1][1] <= m.start < spans[i][0]]
        follows = last.arm and all(m.arm == last.arm for m in between)
        if (
            follows
            and i not in in_rows
            and not loose[i].arm
            and not re.search(rf"{VERSUS}|other\b", gap)
        ):
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
            finding.arm = "|".join(sorted(here, key=in_control))
            finding.note = finding.note or "guess: compares these arms"
