"""Read one cell of a table by its form, its row's label and its column's heading."""

import re
from dataclasses import dataclass
from math import nan

from numbercheck.draft.findings import (
    LIMITED,
    LIMITS,
    Finding,
    Number,
    as_printed,
    level_named,
    limits_named,
    signed,
)
from numbercheck.draft.groups import landmark, name_time
from numbercheck.draft.naming import number
from numbercheck.draft.numerals import DASH, UNIT, N
from numbercheck.draft.patterns import EFFECTS, UNREACHED
from numbercheck.draft.shares import is_share

SIZE = re.compile(r"[,;]?\s*[(\[]?\s*\b[Nn]o?\.?\s*=\s*(\d[\d,]*)\s*[)\]]?")
MARK = r"\s*[*†‡§¶‖#ᵃ-ᶻ]*(?:(?<=\d)[a-e])?\s*"
CI = r"(?:95\s*%?\s*CI[:,]?\s*)?"
BETWEEN = rf"(?P<low>{N})\s*%?(?:{DASH}|,\s*|;\s*)(?P<high>{N}|{UNREACHED})\s*%?"
END = rf"(?:[)\]]|(?=(?:;\s*|,\s+){CI}{N}\s*%?{DASH}))"  # or limits in the same brackets
PLAIN = re.compile(rf"\s*(?P<a>{N}|{UNREACHED})\s*(?P<sign>%?){MARK}")
MEAN = re.compile(rf"\s*(?P<mean>{N})\s*(?:±|\+/-)\s*(?P<sd>{N}){MARK}")
FRACTION = re.compile(
    rf"\s*(?P<n>\d[\d,]*)\s*(?:/|of)\s*(?P<N>\d[\d,]*)\s*(?:[(\[,]?\s*(?P<percent>{N})\s*%?\s*{END}?)?"
    rf"\s*(?:[(\[;,]\s*{CI}{BETWEEN}\s*[)\]])?{MARK}"
)
BESIDE = re.compile(
    rf"\s*(?P<a>{N})\s*(?P<sign>%?)\s*[(\[]\s*(?P<b>(?:<\s*)?{N})\s*(?P<percent>%?)\s*{END}\s*"
    rf"(?:[(\[;,]\s*{CI}{BETWEEN}\s*[)\]]?)?{MARK}"
)
SPREAD = re.compile(
    rf"\s*(?P<a>{N}|{UNREACHED})\s*(?P<sign>%?)\s*[(\[]\s*{CI}{BETWEEN}\s*[)\]]{MARK}"
)
RANGE = re.compile(rf"\s*[(\[]?\s*{BETWEEN}\s*[)\]]?{MARK}")
P_VALUE = re.compile(rf"\s*(?:[Pp]\s*)?(?P<relation>[=<>≤≥]?)\s*(?P<p_value>{N}){MARK}")
IS_P = re.compile(r"\b[Pp][\s-]*([Vv]alues?)?\b\W*$|^\W*[Pp]\b(?!-(?![Vv]al))(?!.*=)")
TEST_STATISTIC = re.compile(
    r"(?:[χΧ]\s?[²2]|\b[Cc]hi[\s-]*squared?|\b[tFz][\s-](?:values?|tests?|statistics?)|"
    r"[Dd]ifference\W+[tFzZ])\W*$"
)
IS_RATE = re.compile(
    r"\([^()%]*\brates?\b[^()%]*\)|\bperson[-‐ ](?:\w+[-‐ ])?(?:years|months|weeks|days)",
    re.IGNORECASE,
)
IN_UNIT = re.compile(rf"(?:[,(\[]|\bin)\s*({UNIT})\s*(?:[,;)\]]|$)", re.MULTILINE)
IS_SD = re.compile(r"\W*(SD|S\.D\.|[Ss]tandard deviation)\W*")
OF_ANOTHER = re.compile(  # `(n, range)`
    r"\b[Pp]\b[\s-]*([Vv]alues?)?\W*[(\[]|\([Nn]\s*,|\bSDs?\W*\((?:\d\d\s*%\s*)?CI\b"
)
QUANTILE = re.compile(r"\b(min|max)(imum)?\b(?!/)|quartile|percentile|\bQ[13]\b", re.IGNORECASE)
NUMBER = r"([Nn]o\.?|[Nn]|[Nn]umber)"
NUMBER_AND_PERCENT = re.compile(rf"\b{NUMBER}\b[^()\n]{{0,30}}\(\s*%(?:\s+[a-z][^()]*)?\s*\)")
PERCENT_AND_NUMBER = re.compile(rf"(%|\b[Pp]ercent(age)?)\s*\(\s*{NUMBER}\s*\)")
BOTH = re.compile(f"{NUMBER_AND_PERCENT.pattern}|{PERCENT_AND_NUMBER.pattern}")
LEAST = 0.75  # of a column's patients, whom its cells may be out of instead
NEAR = "guess: a count and its percentage, as they are near each other"
BELOW = 10  # percentage points that values below one heading may differ by, as some are missing
STABLE_DISEASE = re.compile(r"^(?:[Ss]table disease\W*)?\bSD\b\W*$", re.MULTILINE)
COUNTS = re.compile(rf"{NUMBER_AND_PERCENT.pattern}|%\)|^n$|\bNo\.\W*$|,\s*[Nn]\W*$")


@dataclass(frozen=True)
class Setting:
    """What is known of a cell beside its text.

    ``heading`` and ``label`` are the words of its column and row, ``stub`` those above the row,
    ``far`` those of the caption and the notes; ``size`` is how many patients its column or section
    has; ``has_percents`` says that a row of the table has whole percentages alone,
    and ``has_counts`` that another cell of the row is a count with its percentage of its column.
    """

    name: str
    heading: str
    label: str
    stub: str
    far: str
    size: str
    arm: str
    has_percents: bool = False
    has_counts: bool = False

    @property
    def near(self) -> str:
        """The words of its row and column."""
        return f"{self.heading}\n{self.label}\n{self.stub}"

    def finding(self, kind: str, numbers: list[Number], ending: str = "") -> Finding:
        """A finding in this cell's arm."""
        label = f"{self.name}, {ending}" if ending else self.name
        arm = "" if ending else self.arm
        found = Finding(kind, label, numbers, arm=arm, topic=self.name, size=self.size)
        found.level = level_named(self.near) or level_named(self.far)
        name_time(found, self.near)
        named = map(IN_UNIT.search, (self.label, self.stub, self.heading))
        if kind == "quantity" and not found.unit:
            found.unit = next((unit[1] for unit in named if unit), "")
        return found


def parses(cell: str) -> bool:
    """Whether a cell has the form of a value."""
    return any(form.fullmatch(cell) for form in (SIZE, *READ))


def is_count_of(cell: str, size: str) -> bool:
    """Whether a cell is a count with its percentage of so many patients."""
    m = BESIDE.fullmatch(cell.strip())
    share = 100 * number(m["a"]) / max(number(size), 1) if m and size else nan
    return bool(m) and abs(share - number(m["b"])) <= 1  # type: ignore[index]


def is_of_fewer(cell: str, size: str) -> bool:
    """Whether a cell can be a count with its percentage of somewhat fewer patients."""
    m = BESIDE.fullmatch(cell.strip())
    if not m or not m["a"].isdecimal() or not number(m["b"]) > 0:
        return False
    return LEAST * number(size) <= 100 * number(m["a"]) / number(m["b"]) < number(size)


def read_cell(text: str, at: Setting) -> Finding | None:
    """The finding of a cell; None where its form and its labels leave its meaning open."""
    m = P_VALUE.fullmatch(text) if IS_P.search(at.heading) else None
    if m and 0 <= number(m["p_value"]) <= 1:
        (found,) = _numbers(m, p_value="p_value")
        found.printed = signed(m["relation"], found.printed)
        return at.finding("comparison", [found], "P value")
    if len(_effects(at.heading)) > 1 or TEST_STATISTIC.search(at.heading):
        return None  # either of them, as the row tells a reader, or what P is computed from
    for form, read in READ.items():
        if m := form.fullmatch(text):
            return read(m, at)
    return None


def _numbers(match: re.Match[str], **statistics: str) -> list[Number]:
    """The numbers in groups of a match that are there, each as the statistic it is."""
    found = []
    for group, statistic in statistics.items():
        if printed := re.sub(r"\s+", "", as_printed(match.groupdict().get(group) or "")):
            is_percent = statistic in ("percent", "estimate")
            sign = "%" * (is_percent and match.string[match.end(group) :].lstrip()[:1] == "%")
            found.append(Number(statistic, printed + sign, match.start(group)))
    return found


def _mean(m: re.Match[str], at: Setting) -> Finding:
    return at.finding("quantity", _numbers(m, mean="mean", sd="sd"))


def _fraction(m: re.Match[str], at: Setting) -> Finding | None:
    more = number(m["n"]) > number(m["N"])
    if "/" in m[0] and (more or "/" in re.sub(r"\bn/N\b", "", at.name, flags=re.IGNORECASE)):
        return None  # men/women
    if as_printed(m["percent"] or "").startswith("-"):
        return None  # a range, as in 3/1–7
    if number(m["n"]) + number(m["N"]) in (number(m["percent"] or ""), number(at.size)) and number(
        m["n"]
    ):
        return None  # two counts, as men/women, and their sum
    if m["low"] and not m["percent"] and number(m["low"]) <= number(m["n"]) <= number(m["high"]):
        return None  # a score, and limits of its mean or median
    if m["low"] and m["percent"] and _is_outside(m, "percent", at):
        return None
    is_rate = number(m["percent"] or "") > 100 or IS_RATE.search(at.near)  # in a thousand
    shown = {} if is_rate else {"percent": "percent", **LIMITED}
    return at.finding("count", _numbers(m, n="n", N="N", **shown))


def _beside(m: re.Match[str], at: Setting) -> Finding | None:
    """Two numbers, the second in brackets: a count and its percentage, or a mean and its SD."""
    whole = bool(re.fullmatch(r"\d[\d,]*", m["a"]))
    said = _said(STABLE_DISEASE.sub("", at.near))
    if IS_RATE.search(f"{at.near} {at.far}") and not m["percent"]:
        return None
    if m["low"] and _is_outside(m, "b", at):
        return None
    if said == "n" and not whole:
        said = ""  # of other rows below one heading
    is_told = bool(NUMBER_AND_PERCENT.search(f"{at.heading} {at.label}"))
    if is_told and said == "mean" and not m["percent"]:  # `Mean (SD) or n (%)`
        is_told = _fits(m, at)
        if not is_told and _fits(m, at, BELOW):
            return None
    is_center = _said(at.label) in ("mean", "median")
    if not (is_told or is_center) and NUMBER_AND_PERCENT.search(at.stub if said else at.far):
        is_told = not at.size or _fits(m, at, BELOW) or (at.has_counts and _said(at.far) == "n")
    is_near = not is_told and said in ("n", "") and _fits(m, at)
    if not is_told and said in ("n", ""):  # not `Body fat (%)`, the mean and SD of a percentage
        is_told = is_near or (said == "n" and not at.size)
    if _is_percent_first(m, at):
        return at.finding("count", _numbers(m, a="percent", b="n", **LIMITED))
    if whole and (m["percent"] or (is_told and not m["sign"])):
        found = at.finding("count", _numbers(m, a="n", b="percent", **LIMITED))
        found.is_near = (
            is_near and not m["percent"] and not is_share(found, number(at.size), slip=0)
        )
        if found.is_near and m["b"].isdecimal() and not (at.has_counts or said):
            found.note = NEAR
        return found
    by_notes = not said and re.search(r"[Mm]eans?\s*[(±]|\bSD\b", at.far)
    if said == "mean" or by_notes:
        found = at.finding("quantity", _numbers(m, a="mean", b="sd"))
        found.note = "guess: mean and SD, by the caption or notes" if by_notes else ""
        return found
    return None


def _is_outside(m: re.Match[str], center: str, at: Setting) -> bool:
    """Whether two numbers are no limits of what is before them, and no word tells what they are."""
    is_between = number(m["low"]) <= number(m[center]) <= number(m["high"])
    return not is_between and limits_named(f"{at.near} {at.far}") != LIMITS


def _is_percent_first(m: re.Match[str], at: Setting) -> bool:
    """Whether a sign, the labels, or else the caption and notes say that a percentage is first."""
    labels = at.near if _said(at.near) or "%" in at.near else at.far
    is_told = PERCENT_AND_NUMBER.search(labels) and not m["percent"]
    if not (m["sign"] or is_told) or not re.fullmatch(r"\d[\d,]*", m["b"]):
        return False
    is_one_of_two = _said(labels) in ("mean", "median")  # `mean (SD) or % (n)`, or `mean % (SD)`
    return number(m["a"]) <= 100 and (not is_one_of_two or _fits(m, at, count="b"))


def says_percent(words: str) -> bool:
    """Whether words announce percentages alone."""
    return bool(re.search(r"\(%\)|\s%", words)) and not BOTH.search(words)


def _said(text: str) -> str:
    """What words say of the first number of a cell: a median, a mean or a count."""
    if re.search(r"\b[Mm]edians?\b", text):
        return "median"
    if re.search(r"\b[Mm]eans?\b|±|\bSD\b", text):
        return "mean"
    return "n" if COUNTS.search(text) else ""


def _fits(m: re.Match[str], at: Setting, near: float = 1, count: str = "a") -> bool:
    """Whether one of two numbers is near the percentage of the other in the column's size."""
    if not at.size:
        return _said(at.far) == "n"
    n, percent = number(m[count]), number(m["b" if count == "a" else "a"])
    return abs(100 * n / max(float(at.size), 1) - percent) <= near


def _effect(*texts: str) -> str:
    """The effect that words name first; empty where they name none."""
    one = (text for text in texts if not re.search(r"β|(?<!-)\bbeta\b(?!-)|[Cc]oefficient", text))
    return next((name for text in one for name in _effects(text)), "")


def _effects(text: str) -> list[str]:
    return [name for name, pattern in EFFECTS.items() if re.search(pattern, text)]


def _spread(m: re.Match[str], at: Setting) -> Finding | None:
    """A number with two limits: an effect, an estimate or a median."""
    if OF_ANOTHER.search(f"{at.heading}\n{at.label}"):
        return None  # and the limits of something else: of the mean, beside its deviation
    if effect := _effect(at.heading, at.near):
        if effect != "difference" and as_printed(m["low"]).startswith("-"):
            return None  # no ratio is negative
        return at.finding("comparison", _numbers(m, a=effect, **LIMITED), effect.replace("_", " "))
    said, near = _said(at.near), limits_named(at.near)
    if not near and re.search(r"±|\bSD\b", at.near):
        return None
    pair = near or limits_named(at.far)
    found = _survival(m, at) if pair == LIMITS and said != "median" else None
    has_share = pair == LIMITS and said in ("", "n") and (m["sign"] or "%" in _without_level(at))
    if not found and has_share:
        if not all(0 <= number(m[g]) <= 100 for g in ("a", "low", "high")):
            return None  # a change, or a ratio in percent
        found = at.finding("count", _numbers(m, a="percent", **LIMITED))
    elif not found and pair and (pair != LIMITS or said in ("median", "mean")):
        center = "mean" if "mean" in (said, not near and _said(at.far)) else "median"
        found = at.finding("quantity", _numbers(m, a=center, low=pair[0], high=pair[1]))
    if found and not near:
        found.note = "guess: what the limits are, by the caption or notes"
    return found


def _survival(m: re.Match[str], at: Setting) -> Finding | None:
    """An estimate of a curve, where the labels name its endpoint and the time."""
    endpoint, horizon = landmark(f"{at.stub}\n{at.heading}\n{at.label}")
    if not endpoint:
        return None
    found = at.finding("survival", _numbers(m, a="estimate", **LIMITED))
    found.endpoint, found.horizon = endpoint, horizon
    return found


def _without_level(at: Setting) -> str:
    """Words of the cell's name and heading, without those on the confidence level."""
    return re.sub(r"\d+\s*%\s*(?=CI|[Cc]onf)", "", f"{at.name} {at.heading}")


def _range(m: re.Match[str], at: Setting) -> Finding | None:
    pair = limits_named(at.near)
    if not pair or IS_P.search(at.heading) or re.fullmatch(r"\d+,\d+", m[0].strip()):
        return None  # a decimal comma
    return at.finding("quantity", _numbers(m, low=pair[0], high=pair[1]))


def _plain(m: re.Match[str], at: Setting) -> Finding | None:
    """One number: a median or mean, a percentage, or a count where counts are announced."""
    said = _said(at.near)
    if not m["a"][-1].isdigit():
        found = at.finding("quantity", _numbers(m, a="median"))
        return found if said == "median" and found.endpoint else None  # else: not reported
    if effect := _effect(at.heading):
        return at.finding("comparison", _numbers(m, a=effect), effect.replace("_", " "))
    if said in ("median", "mean"):
        return at.finding("quantity", _numbers(m, a="sd" if IS_SD.fullmatch(at.label) else said))
    if QUANTILE.search(at.name):
        return None
    in_percent = re.search(r"(^|\s|\()(%|[Pp]ercent)\W*$", at.heading)
    if m["sign"] or in_percent or says_percent(at.near):
        if re.search(rf", {UNIT}\s*$", at.name) or not 0 <= number(m["a"]) <= 100:
            return None  # a change in percent
        return _survival(m, at) or at.finding("count", _numbers(m, a="percent"))
    counted = "n" in (said, _said(at.name), _said(at.far)) or (
        re.search(r"\b(n|no|number)\b", at.heading, re.I) and not at.has_percents
    )
    whole = re.fullmatch(r"\d[\d,]*", m["a"])
    return at.finding("count", _numbers(m, a="n")) if counted and whole else None


READ = {MEAN: _mean, FRACTION: _fraction, BESIDE: _beside, SPREAD: _spread, RANGE: _range,
        PLAIN: _plain}  # fmt: skip
