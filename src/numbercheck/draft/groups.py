"""Numbers in a row: which endpoint, horizon or group each one is of."""

import re

from numbercheck.draft.arms import Arms
from numbercheck.draft.findings import Finding
from numbercheck.draft.numerals import IN_WORDS, WORD

ENDPOINT = re.compile(
    r"(?:\b[\w-]+-free|\boverall|\bdisease-specific|\bcancer-specific)\s+survival\b|"
    r"\b(?:OS|[PDERIL]FS|survival)\b",
    re.IGNORECASE,
)
HORIZON = re.compile(
    rf"\b(\d+(?:[.·]\d+)?|{WORD})[\s-]*(year|yr|month|mo|week|wk|day)s?\b", re.IGNORECASE
)

OTHER, OTHER_GROUP = ", other group", "guess: the other group"
DAYS = {
    "year": 365.25,
    "yr": 365.25,
    "month": 365.25 / 12,
    "mo": 365.25 / 12,
    "wk": 7,
    "week": 7,
    "day": 1,
}


def endpoint_name(name: str) -> str:
    """Initials of an endpoint, as OS for overall survival."""
    name = name.lower()
    initials = "".join(part[0] for part in re.split(r"[\s-]+", name)) if len(name) > 4 else name
    return {"s": "OS", "survival": "OS"}.get(initials, initials.upper())


def days(horizon: re.Match[str]) -> float:
    """Days of a horizon that ``HORIZON`` has found."""
    count = IN_WORDS.get(horizon[1].lower()) or float(horizon[1].replace("·", "."))
    return round(count * DAYS[horizon[2].lower()], 2)


def base_label(finding: Finding) -> str:
    """Label without the mark of another group."""
    return finding.topic or finding.label.removesuffix(OTHER)


def in_order(found: list[Finding], sentence: str, arms: Arms) -> None:
    """Give numbers that follow each other, one for each arm, the arms in the order named."""
    loose = [f for f in found if f.kind in ("count", "quantity", "survival")]
    for i, last in enumerate(loose[1:], 1):
        group = loose[max(0, i + 1 - len(arms.names)) : i + 1]
        if last.note != OTHER_GROUP or len(group) < len(arms.names) or any(f.arm for f in group):
            continue
        named = sorted(arms.names, key=lambda name: sentence.lower().find(name.lower()))
        here = all(name.lower() in sentence.lower() for name in arms.names)
        for finding, arm in zip(group, named if here else arms.names, strict=True):
            finding.arm, finding.note = arm, "guess: the arms in the order named"
    for finding in loose:
        if finding.arm:
            finding.label = base_label(finding)
            finding.note = finding.note if finding.note != OTHER_GROUP else ""


def respectively(found: list[Finding], sentence: str) -> list[Finding]:
    """Give estimates in one row the endpoints or horizons named in the same order."""
    curves = [f for f in found if f.kind == "survival"]
    if "respectively" in sentence and len(curves) > 1:
        head = sentence[: sentence.find(curves[0].numbers[0].printed)]
        endpoints = [endpoint_name(m[0]) for m in ENDPOINT.finditer(head)]
        horizons = [days(m) for m in HORIZON.finditer(head)]
        for i, curve in enumerate(curves):
            curve.endpoint = endpoints[i] if len(endpoints) == len(curves) else curve.endpoint
            curve.horizon = horizons[i] if len(horizons) == len(curves) else curve.horizon
            curve.label = f"{curve.endpoint} at {curve.horizon:g} days"
    return found
