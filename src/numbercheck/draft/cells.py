"""Read one cell of a table by its form, its row's label and its column's heading."""

import re
from dataclasses import dataclass

from numbercheck.draft.findings import Finding, Number
from numbercheck.draft.groups import ENDPOINT, HORIZON, days, endpoint_name
from numbercheck.draft.numerals import DASH, N
from numbercheck.draft.patterns import EFFECTS, UNREACHED

SIZE = re.compile(r"[,;]?\s*\(?\s*\b[Nn]o?\.?\s*=\s*(\d[\d,]*)\s*\)?")
MARK = r"\s*[*†‡§¶‖#ᵃ-ᶻ]*(?:(?<=\d)[a-e])?\s*"
CI = r"(?:95\s*%?\s*CI[:,]?\s*)?"
BETWEEN = rf"(?P<low>{N})\s*%?(?:{DASH}|,\s*|;\s*)(?P<high>{N}|{UNREACHED})\s*%?"
PLAIN = re.compile(rf"\s*(?P<a>{N})\s*(?P<sign>%?){MARK}")
MEAN = re.compile(rf"\s*(?P<mean>{N})\s*(?:±|\+/-)\s*(?P<sd>{N}){MARK}")
FRACTION = re.compile(
    rf"\s*(?P<n>\d[\d,]*)\s*(?:/|of)\s*(?P<N>\d[\d,]*)\s*(?:[(\[,]?\s*(?P<percent>{N}\s*%?)\s*[)\]]?)?"
    rf"\s*(?:[(\[]\s*{CI}{BETWEEN}\s*[)\]])?{MARK}"
)
BESIDE = re.compile(
    rf"\s*(?P<a>{N})\s*(?P<sign>%?)\s*[(\[]\s*(?P<b>{N})\s*(?P<percent>%?)\s*[)\]]\s*"
    rf"(?:[(\[;,]\s*{CI}{BETWEEN}\s*[)\]]?)?{MARK}"
)
SPREAD = re.compile(
    rf"\s*(?P<a>{N}|{UNREACHED})\s*(?P<sign>%?)\s*[(\[]\s*{CI}{BETWEEN}\s*[)\]]{MARK}"
)
RANGE = re.compile(rf"\s*[(\[]?\s*{BETWEEN}\s*[)\]]?{MARK}")
P_VALUE = re.compile(rf"\s*(?:[Pp]\s*)?(?P<relation>[=<>≤≥]?)\s*(?P<p_value>{N}){MARK}")
IS_P = re.compile(r"\b[Pp][\s-]*([Vv]alues?)?\b\W*$|^\W*[Pp]\b")
COUNTS = re.compile(r"\b([Nn]o\.?|[Nn]|[Nn]umber)\b[^()]{0,30}\(\s*%\s*\)|%\)|^n$|\bNo\.\W*$")
LIMITS = ("conf_low", "conf_high")


@dataclass(frozen=True)
class Setting:
    """What is known of a cell beside its text.

    ``near`` are the words of its row and column, ``far`` those of the caption and the notes;
    ``size`` is how many patients its column or section has.
    """

    name: str
    heading: str
    near: str
    far: str
    size: str
    arm: str

    def finding(self, kind: str, numbers: list[Number], ending: str = "") -> Finding:
        """A finding in this cell's arm."""
        label = f"{self.name}, {ending}" if ending else self.name
        arm = "" if ending else self.arm
        return Finding(kind, label, numbers, arm=arm, topic=self.name, size=self.size)


def parses(cell: str) -> bool:
    """Whether a cell has the form of a value."""
    forms = (PLAIN, MEAN, FRACTION, BESIDE, SPREAD, RANGE, SIZE)
    return any(form.fullmatch(cell) for form in forms)


def read_cell(text: str, at: Setting) -> Finding | None:
    """The finding of a cell; None where its form and its labels leave its meaning open."""
    if IS_P.search(at.heading) and (m := P_VALUE.fullmatch(text)):
        number = _number("p_value", m)
        number.printed = {"≤": "<=", "≥": ">=", "=": ""}.get(m["relation"], m["relation"]) + (
            number.printed
        )
        return at.finding("comparison", [number], "P value")
    if m := MEAN.fullmatch(text):
        return at.finding("quantity", [_number("mean", m), _number("sd", m)])
    if m := FRACTION.fullmatch(text):
        numbers = [_number(s, m) for s in ("n", "N", "percent") if m[s]]
        return at.finding("count", numbers + _limits(m))
    for form, read in ((BESIDE, _beside), (SPREAD, _spread), (RANGE, _range), (PLAIN, _plain)):
        if m := form.fullmatch(text):
            return read(m, at)
    return None


def _number(statistic: str, match: re.Match[str], group: str = "") -> Number:
    group = group or statistic
    printed = re.sub(r"\s+", "", match[group]).replace("−", "-").replace("–", "-")
    return Number(statistic, printed, match.start(group))


def _percent(match: re.Match[str], group: str, sign: str) -> Number:
    number = _number("percent", match, group)
    return Number("percent", number.printed + match[sign], number.start)


def _limits(match: re.Match[str], pair: tuple[str, str] = LIMITS) -> list[Number]:
    return [_number(s, match, g) for s, g in zip(pair, ("low", "high"), strict=True) if match[g]]


def _beside(m: re.Match[str], at: Setting) -> Finding | None:
    """Two numbers, the second in brackets: a count and its percentage, or a mean and its SD."""
    whole = bool(re.fullmatch(r"\d[\d,]*", m["a"]))
    said = _said(at.near)
    if whole and (m["percent"] or (said == "n" and not m["sign"]) or (not said and _fits(m, at))):
        numbers = [_number("n", m, "a"), _percent(m, "b", "percent"), *_limits(m)]
        return at.finding("count", numbers)
    if m["sign"] and re.fullmatch(r"\d[\d,]*", m["b"]):
        return at.finding("count", [_percent(m, "a", "sign"), _number("n", m, "b"), *_limits(m)])
    by_notes = not said and re.search(r"[Mm]eans?\s*[(±]|\bSD\b", at.far)
    if said == "mean" or by_notes:
        found = at.finding("quantity", [_number("mean", m, "a"), _number("sd", m, "b")])
        found.note = "guess: mean and SD, by the caption or notes" if by_notes else ""
        return found
    return None


def _said(text: str) -> str:
    """What words say of the first number of a cell: a median, a mean or a count."""
    if re.search(r"\b[Mm]edian\b", text):
        return "median"
    if re.search(r"\b[Mm]ean\b|±|\bSD\b", text):
        return "mean"
    return "n" if COUNTS.search(text) else ""


def _fits(m: re.Match[str], at: Setting) -> bool:
    """Whether the number in brackets is the percentage of the first in the column's size."""
    if not at.size:
        return _said(at.far) == "n"
    a, b = (float(m[g].replace(",", "").replace("·", ".")) for g in "ab")
    return abs(100 * a / max(float(at.size), 1) - b) <= 1


def _pair(text: str) -> tuple[str, str] | None:
    """What words say of two limits: quartiles, a range or confidence limits."""
    if re.search(r"\bIQR\b|quartile|\bQ1\b", text, re.I):
        return "p25", "p75"
    if re.search(r"\brange\b|\bmin\b|\bminimum\b", text, re.I):
        return "min", "max"
    return LIMITS if re.search(r"\bCI\b|confidence", text) else None


def _spread(m: re.Match[str], at: Setting) -> Finding | None:
    """A number with two limits: an effect, an estimate or a median."""
    effect = next(
        (s for text in (at.heading, at.near) for s, p in EFFECTS.items() if re.search(p, text)), ""
    )
    if effect:
        numbers = [_number(effect, m, "a"), *_limits(m)]
        return at.finding("comparison", numbers, effect.replace("_", " "))
    pair = _pair(at.near) or _pair(at.far)
    endpoint, horizon = ENDPOINT.search(at.near), HORIZON.search(at.near)
    found = None
    if pair == LIMITS and endpoint and horizon and _said(at.near) != "median":
        numbers = [Number("estimate", *_text(_percent(m, "a", "sign"))), *_limits(m)]
        found = at.finding("survival", numbers)
        found.endpoint, found.horizon = endpoint_name(endpoint[0]), days(horizon)
    elif pair == LIMITS and (m["sign"] or "%" in at.name or "%" in at.heading):
        found = at.finding("count", [_percent(m, "a", "sign"), *_limits(m)])
    elif pair and (pair != LIMITS or _said(at.near) in ("median", "mean")):
        center = "mean" if _said(at.near) == "mean" else "median"
        found = at.finding("quantity", [_number(center, m, "a"), *_limits(m, pair)])
    if found and not _pair(at.near):
        found.note = "guess: what the limits are, by the caption or notes"
    return found


def _text(number: Number) -> tuple[str, int]:
    return number.printed, number.start


def _range(m: re.Match[str], at: Setting) -> Finding | None:
    pair = _pair(at.near)
    return at.finding("quantity", _limits(m, pair)) if pair else None


def _plain(m: re.Match[str], at: Setting) -> Finding | None:
    """One number: a median or mean, a percentage, or a count where counts are announced."""
    said = _said(at.near)
    effect = next((s for s, p in EFFECTS.items() if re.search(p, at.heading)), "")
    if effect:
        return at.finding("comparison", [_number(effect, m, "a")], effect.replace("_", " "))
    if said in ("median", "mean"):
        return at.finding("quantity", [_number(said, m, "a")])
    if m["sign"] or re.search(r"(^|\s|\()(%|[Pp]ercent)\W*$", at.heading):
        return at.finding("count", [_percent(m, "a", "sign")])
    counted = "n" in (said, _said(at.far)) or re.search(r"\b(n|no|number)\b", at.heading, re.I)
    if counted and re.fullmatch(r"\d[\d,]*", m["a"]):
        return at.finding("count", [_number("n", m, "a")])
    return None
