"""Numbers in a row: which endpoint, horizon or group each one is of."""

import re

from numbercheck.draft.arms import Arms
from numbercheck.draft.findings import OTHER_GROUP, UNCLEAR_ARM, Finding, base_label
from numbercheck.draft.labels import trimmed
from numbercheck.draft.numerals import WORD, in_words

SURVIVAL = (
    r"(?:\b[\w-]+-free|\boverall|\bdisease-specific|\bcancer-specific)\s+survival\b|"
    r"\b(?:OS|[PDERIL]FS|survival)\b"
)
ENDPOINT = re.compile(SURVIVAL, re.IGNORECASE)
TO_EVENT = re.compile(  # a time whose median is that of a curve
    rf"(?:estimated\s+)?(?P<name>{SURVIVAL}|times? to (?:disease )?progression|TTP|DO[RC]R?|"
    r"duration of (?:(?:complete|overall|objective|clinical) )?(?:response|remission))(?:\s+times?|\s+duration)?(?:[\s,(]+(?:in\s+)?[a-z]+\)?)?",
    re.IGNORECASE,
)
TIME = re.compile(
    r"\b(?:(?P<day>days?)|(?P<week>weeks?|wks?)|(?P<month>months?|mos?)|(?P<year>years?|yrs?))\b",
    re.IGNORECASE,
)
OTHER_OUTCOME = re.compile(
    r"\b(relapses?|recurrences?|deaths?|incidence|responses?|remissions?|mortality|toxicit\w+)\b",
    re.IGNORECASE,
)
COMPARED = re.compile(r"\b(?:vs\.?|versus|median|mean)\W*$")
HORIZON = re.compile(
    rf"\b(\d+(?:[.·]\d+)?|{WORD})[\s-]*(year|yr|month|mo|week|wk|day)s?\b", re.IGNORECASE
)

DAYS = dict.fromkeys(("year", "yr"), 365.25) | dict.fromkeys(("month", "mo"), 365.25 / 12)
DAYS |= {"week": 7, "wk": 7, "day": 1}
LEAD = re.compile(
    r"^(?:(?:In|Of|Among|After|At|Overall|During|\w+ly)\b[^,]*,\s*)?(?:the\s+)?"
    r"(?:(?:median|mean|average)s?\b[\s(]*(?:(?:and|±)\s*)?(?:standard deviations?\b|SDs?\b)?[\s)]*"
    r"(?:of\s+)?)?"
    r"(?:(?:\w+\s+)?(?:rates?|incidences?|proportions?|values?)\s+(?:of|for)\s+)?(?:the\s+)?",
    re.IGNORECASE,
)
MOST_WORDS = 5  # of a name
NAMED_IN_ROWS = ("count", "quantity")
VERB = re.compile(r"\b(?:was|were|is|are|occurred|developed|differed|had)\b")
ADJECTIVE = re.compile(
    r"complete|partial|overall|mild|moderate|severe|early|late|acute|chronic|\S+-(?:day|week|month|year)",
    re.IGNORECASE,
)


def endpoint_name(name: str) -> str:
    """Initials of an endpoint, as OS for overall survival."""
    name = re.sub(r"^times? to (disease )?", "time to ", name.lower())
    initials = "".join(part[0] for part in re.split(r"[\s-]+", name)) if len(name) > 4 else name
    return {"s": "OS", "survival": "OS"}.get(initials, initials.upper())


def landmark(before: str, after: str = "") -> tuple[str, float]:
    """Endpoint and days of the estimate between these words; empty and 0 where it is of no curve."""
    named = list(ENDPOINT.finditer(before))
    endpoints = named or list(ENDPOINT.finditer(after))[:1]
    horizons = list(HORIZON.finditer(before)) or list(HORIZON.finditer(after))[:1]
    horizons = [h for h in horizons if not COMPARED.search(h.string, 0, h.start())]
    is_other = named and OTHER_OUTCOME.search(before, named[-1].end())
    if not endpoints or not horizons or is_other:
        return "", 0.0
    return endpoint_name(endpoints[-1][0]), days(horizons[-1])


def name_time(finding: Finding, words: str) -> None:
    """Write into a median time its endpoint, as its label names it, and the unit in these words.

    An ``Increase in survival`` is another thing.
    """
    named = TO_EVENT.fullmatch(base_label(finding).removesuffix(UNCLEAR_ARM))
    unit, median = TIME.search(words), finding.value("median")
    if finding.kind == "quantity" and median and named and (unit or not median[-1].isdigit()):
        finding.endpoint = endpoint_name(named["name"])
        finding.unit = f"{unit.lastgroup}s" if unit else finding.unit


def days(horizon: re.Match[str]) -> float:
    """Days of a horizon that ``HORIZON`` has found."""
    count = in_words(horizon[1]) or float(horizon[1].replace("·", "."))
    return round(count * DAYS[horizon[2].lower()], 2)


def respectively(found: list[Finding], sentence: str, start: int, arms: Arms) -> None:
    """Give numbers in one row the names, endpoints or horizons that a sentence gives in that order."""
    if "respectively" not in sentence:
        return
    _name_curves([f for f in found if f.kind == "survival"], found, sentence)
    mentioned = {m.arm for m in arms.mentions(sentence)}
    rows: dict[tuple[str, ...], list[Finding]] = {}
    for finding in found:
        key = finding.kind, *(n.statistic for n in finding.numbers)
        rows.setdefault(key, []).append(finding)
    for (kind, *statistics), row in rows.items():
        names = _subjects(sentence[: row[0].numbers[0].start - start], arms)
        is_test = statistics == ["p_value"]
        if is_test and len(row) == len(mentioned) > 1:  # perhaps of a change within each arm
            for finding in row:
                finding.compared, finding.note = (), "guess: of both arms, not of one"
        elif len(names) == len(row) != len(mentioned) and (is_test or kind in NAMED_IN_ROWS):
            for name, finding in zip(names, row, strict=True):
                finding.topic = name if is_test else ""
                finding.label = f"{name}, P value" if is_test else name
                finding.note = "" if finding.note == OTHER_GROUP else finding.note


def _name_curves(curves: list[Finding], found: list[Finding], sentence: str) -> None:
    """Give estimates in one row their endpoints or horizons."""
    head = sentence[: sentence.find(curves[0].numbers[0].printed)] if len(curves) > 1 else ""
    endpoints = [endpoint_name(m[0]) for m in ENDPOINT.finditer(head)]
    times = {n.printed for f in found for n in f.numbers}  # such as a median before them
    horizons = [days(m) for m in HORIZON.finditer(head) if m[1] not in times]
    for i, curve in enumerate(curves if head else ()):
        curve.endpoint = endpoints[i] if len(endpoints) == len(curves) else curve.endpoint
        curve.horizon = horizons[i] if len(horizons) == len(curves) else curve.horizon
        curve.label = f"{curve.endpoint} at {curve.horizon:g} days"


def _subjects(head: str, arms: Arms) -> list[str]:
    """The things that a sentence names before its verb; an adjective shares the last one's noun."""
    subject = VERB.split(LEAD.sub("", head))[0]
    names = [trimmed(name) for name in re.split(r",\s*(?:and\s+)?|\s+and\s+", subject)]
    is_named = all(0 < len(name.split()) <= MOST_WORDS for name in names)
    if len(names) < 2 or not is_named or any(arms.mentions(subject)):
        return []
    noun = names[-1].partition(" ")[2]
    return [f"{name} {noun}" if noun and ADJECTIVE.fullmatch(name) else name for name in names]
