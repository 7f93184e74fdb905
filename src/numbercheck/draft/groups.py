"""Numbers in a row: which endpoint, horizon or group each one is of."""

import re

from numbercheck.draft.findings import Finding
from numbercheck.draft.numerals import WORD, in_words

ENDPOINT = re.compile(
    r"(?:\b[\w-]+-free|\boverall|\bdisease-specific|\bcancer-specific)\s+survival\b|"
    r"\b(?:OS|[PDERIL]FS|survival)\b",
    re.IGNORECASE,
)
HORIZON = re.compile(
    rf"\b(\d+(?:[.·]\d+)?|{WORD})[\s-]*(year|yr|month|mo|week|wk|day)s?\b", re.IGNORECASE
)

DAYS = dict.fromkeys(("year", "yr"), 365.25) | dict.fromkeys(("month", "mo"), 365.25 / 12)
DAYS |= {"week": 7, "wk": 7, "day": 1}


def endpoint_name(name: str) -> str:
    """Initials of an endpoint, as OS for overall survival."""
    name = name.lower()
    initials = "".join(part[0] for part in re.split(r"[\s-]+", name)) if len(name) > 4 else name
    return {"s": "OS", "survival": "OS"}.get(initials, initials.upper())


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
        horizons = [days(m) for m in HORIZON.finditer(head)]
        for i, curve in enumerate(curves):
            curve.endpoint = endpoints[i] if len(endpoints) == len(curves) else curve.endpoint
            curve.horizon = horizons[i] if len(horizons) == len(curves) else curve.horizon
            curve.label = f"{curve.endpoint} at {curve.horizon:g} days"
    return found
