"""Numbers in a row: which endpoint, horizon or group each one is of."""

import re

from numbercheck.draft.findings import UNCLEAR_ARM, Finding, base_label
from numbercheck.draft.numerals import WORD, in_words

SURVIVAL = (
    r"(?:\b[\w-]+-free|\boverall|\bdisease-specific|\bcancer-specific)\s+survival\b|"
    r"\b(?:OS|[PDERIL]FS|survival)\b"
)
ENDPOINT = re.compile(SURVIVAL, re.IGNORECASE)
TO_EVENT = re.compile(  # a time whose median is that of a curve
    rf"(?:estimated\s+)?(?P<name>{SURVIVAL}|time to (?:disease )?progression|TTP|DO[RC]R?|"
    r"duration of (?:(?:complete|overall|objective|clinical) )?(?:response|remission))(?:\s+times?|\s+duration)?(?:[\s,(]+(?:in\s+)?[a-z]+\)?)?",
    re.IGNORECASE,
)
TIME = re.compile(
    r"\b(?:(?P<day>days?)|(?P<week>weeks?|wks?)|(?P<month>months?|mos?)|(?P<year>years?|yrs?))\b",
    re.IGNORECASE,
)
HORIZON = re.compile(
    rf"\b(\d+(?:[.·]\d+)?|{WORD})[\s-]*(year|yr|month|mo|week|wk|day)s?\b", re.IGNORECASE
)

DAYS = dict.fromkeys(("year", "yr"), 365.25) | dict.fromkeys(("month", "mo"), 365.25 / 12)
DAYS |= {"week": 7, "wk": 7, "day": 1}


def endpoint_name(name: str) -> str:
    """Initials of an endpoint, as OS for overall survival."""
    name = name.lower().replace("to disease progression", "to progression")
    initials = "".join(part[0] for part in re.split(r"[\s-]+", name)) if len(name) > 4 else name
    return {"s": "OS", "survival": "OS"}.get(initials, initials.upper())


def name_time(finding: Finding, words: str) -> None:
    """Write into a median time its endpoint, as its label names it, and the unit in these words.

    An ``Increase in survival`` is another thing.
    """
    named = TO_EVENT.fullmatch(base_label(finding).removesuffix(UNCLEAR_ARM))
    unit = TIME.search(words)
    if finding.kind == "quantity" and finding.value("median") and named and unit:
        finding.endpoint = endpoint_name(named["name"])
        finding.unit = f"{unit.lastgroup}s"


def days(horizon: re.Match[str]) -> float:
    """Days of a horizon that ``HORIZON`` has found."""
    count = in_words(horizon[1]) or float(horizon[1].replace("·", "."))
    return round(count * DAYS[horizon[2].lower()], 2)


def respectively(found: list[Finding], sentence: str) -> list[Finding]:
    """Give estimates in one row the endpoints or horizons named in the same order."""
    curves = [f for f in found if f.kind == "survival"]
    if "respectively" in sentence and len(curves) > 1:
        head = sentence[: sentence.find(curves[0].numbers[0].printed)]
        endpoints = [endpoint_name(m[0]) for m in ENDPOINT.finditer(head)]
        times = {n.printed for f in found for n in f.numbers}  # such as a median before them
        horizons = [days(m) for m in HORIZON.finditer(head) if m[1] not in times]
        for i, curve in enumerate(curves):
            curve.endpoint = endpoints[i] if len(endpoints) == len(curves) else curve.endpoint
            curve.horizon = horizons[i] if len(horizons) == len(curves) else curve.horizon
            curve.label = f"{curve.endpoint} at {curve.horizon:g} days"
    return found
