"""Read the reported numbers of a sentence: patterns in order, each number used once."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from numbercheck.draft.arms import NO_ARMS, Arms
from numbercheck.draft.numerals import (
    COUNTED,
    DASH,
    IN_WORDS,
    NOBODY,
    NUMERAL,
    TO,
    UNIT,
    WORD,
    N,
    set_aside,
)

EFFECTS = {
    "hazard_ratio": r"\b[Hh]azard ratios?\b|\b[as]?HRs?\b",
    "odds_ratio": r"\b[Oo]dds ratios?\b|\ba?ORs?\b",
    "risk_ratio": r"\b(?:[Rr]elative risks?|[Rr]isk ratios?|[Rr]ate ratios?)\b|\ba?RRs?\b",
    "difference": r"\b(?:[Rr]isk |[Mm]ean |[Aa]bsolute |[Tt]reatment )?[Dd]ifferences?\b|\bRDs?\b",
}
ENDPOINT = re.compile(
    r"(?:\b[\w-]+-free|\boverall|\bdisease-specific|\bcancer-specific)\s+survival\b|"
    r"\b(?:OS|[PDERIL]FS|survival)\b",
    re.IGNORECASE,
)
HORIZON = re.compile(
    rf"\b(\d+(?:[.·]\d+)?|{WORD})[\s-]*(year|yr|month|week|day)s?\b", re.IGNORECASE
)
DAYS = {"year": 365.25, "yr": 365.25, "month": 365.25 / 12, "week": 7, "day": 1}
WHOLE = r"(?:\d+(?:[,\u00a0\u2009\u202f]\d{3})*)(?![.·]?\d)"
COUNT = rf"(?:{WHOLE}|(?i:{WORD})|{NOBODY})"
PERCENT = rf"{N}\s*%"
LIMITS = rf"(?P<low>{N})\s*%?(?:\s*{UNIT})?{TO}(?P<high>{N}|NE|NR|NA|not (?:reached|estimable|evaluable))\s*%?"
OPEN = r"\s*[(\[]\s*"
WORDS = r"(?:\s+[A-Za-z][\w'’/-]*)"
OWNERS = rf"(?:\s+(?:of\s+)?(?:the\s+|all\s+)?(?:[\w-]+\s+)?(?:{COUNTED}))"
SPREAD = r"(?:interquartile range|inter-quartile range|IQR|Q1\s*[-–,]\s*Q3|quartiles|range|min(?:imum)?\s*[-–,]\s*max(?:imum)?|(?P<level>\d\d)\s*%\s*(?:CI|confidence interval))"
PATTERNS = [
    (kind, re.compile(pattern))
    for kind, pattern in (
        ("p_value", rf"\b[Pp](?:\s*-?\s*[Vv]alues?)?(?:\s+for\s+[^()=<>;.]{{1,40}}?)?\s*(?P<p>[=<>≤≥]|of|was)\s*(?P<p_value>{N}(?:\s*[×x]\s*10[⁻⁰-⁹¹²³]+)?)"),
        ("interval", rf"(?:\b(?:95|90|99|80|97[.·]5|¤+(?:[.·]¤+)?)\s*%?[\s-]*)(?:CrI|CI|[Cc]onfidence [Ii]nterval|[Cc]redible [Ii]nterval|[Cc]onfidence [Ll]imits)(?:\s*[(\[]C[Ir]I?[)\]])?[\s:,;=]*(?:of |from )?[(\[]?\s*{LIMITS}"),
        ("interval", rf"\bCI[\s:,;=]*[(\[]?\s*{LIMITS}"),
        ("mean", rf"(?P<mean>{N})\s*%?(?:\s*{UNIT})?\s*[(]?\s*(?:±|\+/-|\+/−)\s*(?P<sd>{N})"),
        ("mean", rf"\b[Mm]ean\b(?:\s*[(\[]\s*±?\s*SD\s*[)\]])?[^.\d;()]{{0,70}}?(?P<mean>{N})(?:\s*%|\s*{UNIT})?{OPEN}(?:±\s*|SD\s*[:,=]?\s*|standard deviation\s*[:,=]?\s*)?(?P<sd>{N})\s*[)\]]"),
        ("mean", rf"\b[Mm]ean\b[^.\d;()]{{0,70}}?(?P<mean>{N})"),
        ("median", rf"\b[Mm]edian\b(?:\s*[(\[]\s*(?P<before>IQR|range|[Ii]nterquartile range|¤+%?\s*CI)\s*[)\]])?[^\d;()¤]{{0,90}}?(?:\([A-Za-z-]+\)[^\d;()¤]{{0,40}}?)?(?P<median>{N})(?:\s*{UNIT})?(?:\s*[,;(\[]\s*(?P<what>{SPREAD.replace('(?P<level>', '(?:')})?\s*[\s:,;=(\[]*{LIMITS})?"),
        ("effect", rf"(?P<effect>{'|'.join(EFFECTS.values())})(?:\s*[(\[]\s*[A-Z]{{1,4}}\s*[)\]])?(?:\s+for\b[^.\d;]{{0,60}}?)?[^\d;.¤]{{0,40}}?(?P<value>{N})(?:\s*%|\s*percentage points|\s*{UNIT})?(?:{OPEN}{LIMITS}\s*[)\]])?"),
        ("fraction", rf"(?P<percent>{PERCENT}){OWNERS}?\s*[,;(\[]+\s*(?:n\s*=\s*)?(?P<n>{WHOLE})(?:\s*/\s*|\s+of\s+|\s+out of\s+)(?P<N>{WHOLE})"),
        ("fraction", rf"(?P<n>{WHOLE})\s*/\s*(?P<N>{WHOLE}){OWNERS}?(?:\s*[,;(\[]+\s*(?P<percent>{PERCENT}))?"),
        ("fraction", rf"(?P<n>{COUNT})\s+(?:out\s+)?of\s+(?:the\s+|all\s+)?(?P<N>{COUNT}){OWNERS}?{WORDS}{{0,3}}?{OPEN}(?P<percent>{PERCENT})"),
        ("fraction", rf"(?P<n>{COUNT})\s+(?:out\s+)?of\s+(?:the\s+|all\s+)?(?P<N>{COUNT})(?={OWNERS}|\s*[),;.]|\s+(?:in|with|had|were|was|died|achieved)\b)"),
        ("fraction", rf"(?P<n>{COUNT}){WORDS}{{0,4}}?{OPEN}(?P<percent>{PERCENT})"),
        ("fraction", rf"(?P<percent>{PERCENT}){OWNERS}?\s*[,;(\[]+\s*n\s*=\s*(?P<n>{WHOLE})(?!\d)"),
        ("size", rf"\b[Nn]\s*=\s*(?P<n>{WHOLE})"),
        ("size", rf"(?P<n>{COUNT})(?:\s+(?:eligible|consecutive|adult|new|newly diagnosed|enrolled|[\w-]+))?{OWNERS}\s+(?:(?:were|was|had been|underwent)\s+)?(?:randomly\s+)?(?P<verb>enrolled|randomi[sz]ed|included|recruited|assigned|randomi[sz]ation)"),
        ("size", rf"(?P<n>{COUNT})\s+(?P<verb>enrolled|randomi[sz]ed|included){OWNERS}"),
        ("size", rf"\b(?P<verb>[Ee]nrolled|[Rr]andomi[sz]ed|[Rr]andomly assigned|[Rr]ecruited|[Ii]ncluded)\s+(?:a total of\s+)?(?P<n>{COUNT}){OWNERS}"),
        ("range", rf"\b[Aa]ge[ds]?\s*(?:of|from|between|range)?\W*(?P<min>{N}){TO}(?P<max>{N})"),
        ("range", rf"(?P<min>{N})\s*%?{DASH}(?P<max>{PERCENT})"),
        ("range", rf"(?P<min>{N}){DASH}(?P<max>{N})\s+(?P<unit>{UNIT}|[a-z]+)"),
        ("percent", rf"(?P<percent>{PERCENT})"),
        ("again", rf"\b(?:and|versus|vs\.?|v\.?|compared with|as compared with|than)\s+(?P<again>{N})(?:\s*{UNIT})?(?=\s*[(\[,;.]|\s+(?:in|with|for|among)\b)(?:{OPEN}(?:(?P<what>{SPREAD.replace('(?P<level>', '(?:')})\s*[\s:,;=]*)?{LIMITS}\s*[)\]])?"),
        ("count", rf"(?P<n>{COUNT})\s+(?P<thing>(?:[A-Za-z][\w/-]*\s+){{0,4}}?(?:{COUNTED}|sites?|cent(?:er|re)s|hospitals|countries|CRc?))\b"),
        ("count", rf"(?P<n>{COUNT})(?=\s+(?:was|were|had|died|relapsed|achieved|developed|received|underwent|discontinued|withdrew|completed)\b)"),
        ("count", rf"(?:\boccurred in|\bobserved in|\breported in|\bseen in|\bassigned|\bin)\s+(?P<n>{WHOLE})(?=\s*[,;.)]|\s+and\s)"),
        ("duration", rf"\b(?P<role>over|for|within|another|additional|to|after|either|of|by|first|through|until|with|at least)\s+(?P<value>{N}|{WORD})(?:\s+or\s+(?:{N}|{WORD}))?\s+(?P<unit>{UNIT})"),
        ("duration", rf"\b(?P<role>or)\s+(?P<value>{N}|{WORD})\s+(?P<unit>{UNIT})"),
    )
]  # fmt: skip
STATISTICS = ("n", "N", "percent", "mean", "sd", "median", "min", "max", "p_value")


@dataclass
class Number:
    """One number of a finding: what it is, as printed, and its numeral's place in the text."""

    statistic: str
    printed: str
    start: int


@dataclass
class Finding:
    """Numbers of one thing measured, as a sentence or a cell prints them."""

    kind: str
    label: str
    numbers: list[Number] = field(default_factory=list)
    arm: str = ""
    endpoint: str = ""
    horizon: float = 0.0
    unit: str = ""
    note: str = ""
    level: str = ""
    section: str = ""

    def value(self, statistic: str) -> str:
        """The number as printed; empty where there is none."""
        return next((n.printed for n in self.numbers if n.statistic == statistic), "")


def read_prose(text: str, arms: Arms = NO_ARMS) -> tuple[list[Finding], dict[int, str]]:
    """What a paragraph reports, and the reasons to set numerals aside, by their place."""
    aside = set_aside(text)
    masked = "".join("¤" if i in aside and c.isdigit() else c for i, c in enumerate(text))
    masked = _mask_words(masked, text, aside)
    found: list[Finding] = []
    for start, end in _sentences(text):
        found += _sentence(masked, text, start, end, arms)
    return found, aside


def _mask_words(masked: str, text: str, aside: dict[int, str]) -> str:
    for word in NUMERAL.finditer(text):
        if word.start() in aside and word[0].isalpha():
            masked = masked[: word.start()] + "¤" * len(word[0]) + masked[word.end() :]
    return masked


def _sentences(text: str) -> Iterator[tuple[int, int]]:
    start = 0
    for stop in re.finditer(
        r"(?<!\bvs)(?<!\bFig)(?<!\bNo)(?<!\be\.g)(?<!\bi\.e)(?<!\bal)[.!?]\)?\s+(?=[A-Z0-9(\[])",
        text,
    ):
        yield start, stop.end()
        start = stop.end()
    yield start, len(text)


def _sentence(masked: str, text: str, start: int, end: int, arms: Arms) -> list[Finding]:
    """Findings of one sentence, limits and P values given to the one that they follow."""
    taken: list[tuple[str, re.Match[str]]] = []
    used: set[int] = set()
    for kind, pattern in (*arms.sizes(text[start:end]), *PATTERNS):
        for match in pattern.finditer(masked, start, end):
            spans = [
                match.span(g)
                for g in match.groupdict()
                if match[g]
                and g
                not in ("effect", "what", "verb", "thing", "unit", "before", "p", "role", "arm")
            ]
            places = {place for low, high in spans for place in range(low, high)}
            if places and not places & used:
                used |= places
                taken.append((kind, match))
    taken.sort(key=lambda pair: pair[1].start())
    found: list[Finding] = []
    for i, (kind, match) in enumerate(taken):
        before = taken[i - 1][1].end() if i else start
        j = i + 1
        while j < len(taken) and taken[j][0] == "interval" and kind not in ("interval", "p_value"):
            j += 1
        after = taken[j][1].start() if j < len(taken) else end
        past = taken[j - 1][1].end()
        context = Context(
            text, start, end, min(before, match.start()), match, past, max(after, past), arms
        )
        fresh = READ[kind](context, found)
        for finding in fresh:
            if finding.kind not in ("design", "external", "comparison"):
                finding.arm = finding.arm or arms.of(context.before, match[0], context.after)
        found += fresh
    return [f for f in _respectively(found, text[start:end]) if f.numbers]


@dataclass(frozen=True)
class Context:
    """A match in its sentence, from the match before it to the one after it."""

    text: str
    start: int
    end: int
    left: int
    match: re.Match[str]
    past: int
    right: int
    arms: Arms

    @property
    def before(self) -> str:
        """The words since the match before."""
        return self.text[self.left : self.match.start()]

    @property
    def after(self) -> str:
        """The words until the match after it and its limits."""
        return self.text[self.past : self.right]

    @property
    def lead(self) -> str:
        """The sentence up to the match."""
        return self.text[self.start : self.match.start()]

    def number(self, statistic: str, group: str = "") -> list[Number]:
        """The number in a group of the match, if it is there."""
        name = group or statistic
        printed = self.match[name]
        if not printed:
            return []
        spelled = IN_WORDS.get(printed.lower(), 0 if printed.lower() in ("no", "none") else None)
        printed = printed if spelled is None else str(spelled)
        start, end = self.match.span(name)
        percent = re.match(r"\s*%", self.text[end : end + 2])
        if statistic in ("min", "max", "mean", "estimate", "difference") and percent:
            printed += "%"
        return [
            Number(
                statistic, re.sub(r"\s+%", "%", printed).replace("−", "-").replace("–", "-"), start
            )
        ]

    def label(self) -> str:
        """What the words around the match say is measured."""
        from numbercheck.draft.labels import label_around

        without = self.arms.without
        return label_around(without(self.before), without(self.after), self.lead)


def _p_value(at: Context, found: list[Finding]) -> list[Finding]:
    number = at.number("p_value")
    sign = at.match["p"]
    if sign in "<>≤≥":
        number[0].printed = {"≤": "<=", "≥": ">="}.get(sign, sign) + number[0].printed
    last = found[-1] if found else None
    if last and last.kind == "comparison" and not last.value("p_value"):
        last.numbers += number
        return []
    label = f"{last.label}, comparison" if last else at.label()
    return [Finding("comparison", label, number)]


def _interval(at: Context, found: list[Finding]) -> list[Finding]:
    low, high = at.number("conf_low", "low"), at.number("conf_high", "high")
    last = found[-1] if found else None
    if last and last.kind not in ("design", "external") and not last.value("conf_low"):
        last.numbers += low + high
        level = re.match(r"\W*(\d\d(?:[.·]\d+)?)\s*%", at.text[at.match.start() :])
        last.level = level[1].replace("·", ".") if level and level[1] != "95" else ""
    return []


def _mean(at: Context, found: list[Finding]) -> list[Finding]:
    sd = at.number("sd") if "sd" in at.match.re.groupindex else []
    label = _summarized(at)
    return [Finding("quantity", label, at.number("mean") + sd, unit=_unit(at))]


def _spread(at: Context, what: str) -> tuple[list[Number], str]:
    """The two numbers beside a median, and a note where the article does not say what they are."""
    if not at.match["low"]:
        return [], ""
    what = what.lower()
    if "ci" in re.split(r"\W+", what) or "confidence" in what:
        pair, note = ("conf_low", "conf_high"), ""
    elif "q" in what or "quartile" in what:
        pair, note = ("p25", "p75"), ""
    else:
        note = "" if "range" in what or "min" in what else "guess: the range; could be quartiles"
        pair = ("min", "max")
    return at.number(pair[0], "low") + at.number(pair[1], "high"), note


def _median(at: Context, found: list[Finding]) -> list[Finding]:
    spread, note = _spread(at, at.match["what"] or at.match["before"] or "")
    numbers = at.number("median") + spread
    return [Finding("quantity", _summarized(at), numbers, unit=_unit(at), note=note)]


def _summarized(at: Context) -> str:
    """What a median or mean is of: the words between it and the number, or before both."""
    from numbercheck.draft.labels import trimmed

    inner = re.sub(
        r"\([^)]*\)?|¤",
        "",
        at.match[0].split(at.match["median" if "median" in at.match.re.groupindex else "mean"])[0],
    )
    inner = re.sub(r"^\w+", "", inner) if inner[:1].isalpha() else ""
    return trimmed(inner) or at.label()


def _unit(at: Context) -> str:
    number = at.match["median"] if "median" in at.match.re.groupindex else at.match["mean"]
    tail = at.text[at.match.start() : at.match.end() + 12].split(number, 1)[-1]
    unit = re.search(UNIT, tail)
    return unit[0] if unit else ""


def _effect(at: Context, found: list[Finding]) -> list[Finding]:
    from numbercheck.draft.labels import trimmed

    statistic = next(s for s, p in EFFECTS.items() if re.fullmatch(p, at.match["effect"]))
    limits = (
        at.number("conf_low", "low") + at.number("conf_high", "high") if at.match["low"] else []
    )
    for_what = re.search(r"\bfor\s+([^,;(\d]+)", at.match[0])
    last = found[-1].label if found else ""
    label = trimmed(for_what[1]) if for_what else trimmed(at.before) or last or at.label()
    return [
        Finding(
            "comparison",
            f"{label}, {statistic.replace('_', ' ')}",
            at.number(statistic, "value") + limits,
        )
    ]


def _fraction(at: Context, found: list[Finding]) -> list[Finding]:
    groups = at.match.re.groupindex
    numbers = [n for s in ("n", "N", "percent") if s in groups for n in at.number(s)]
    last = found[-1] if found else None
    if last and last.kind == "count" and _continues(at, last):
        last.numbers += numbers
        return []
    label = at.label() or (last.label if last else "")
    return [Finding("count", label, numbers)]


def _continues(at: Context, last: Finding) -> bool:
    """Whether a fraction in brackets gives more of the percentage before it, or the reverse."""
    has = {n.statistic for n in last.numbers}
    new = {s for s in ("n", "N", "percent") if s in at.match.re.groupindex and at.match[s]}
    return not (has & new) and bool(re.fullmatch(r"\s*[,;(\[]+\s*(?:¤+%?\s*)?", at.before))


def _size(at: Context, found: list[Finding]) -> list[Finding]:
    from numbercheck.draft.labels import trimmed

    if "arm" in at.match.re.groupindex:
        return [Finding("population", "", at.number("n"), arm=at.arms.named(at.match["arm"]))]
    verb = (at.match["verb"] if "verb" in at.match.re.groupindex else "") or ""
    if verb:
        label = (
            "Patients randomized"
            if re.search("random|assign", verb.lower())
            else "Patients enrolled"
        )
        return [Finding("population", label, at.number("n"))]
    label = (
        trimmed(at.before.split("(")[-2] if "(" in at.before else at.before) if at.before else ""
    )
    return [Finding("population", label or at.label(), at.number("n"))]


def _range(at: Context, found: list[Finding]) -> list[Finding]:
    percent = at.match["max"].endswith("%")
    other = percent or re.search(r"\b(than|compared|historical|conventional)\b", at.lead + at.after)
    aged = re.search(r"\b(aged?|ages?)\W*(of|from|between)?\W*$", at.before)
    label = "Age for eligibility" if aged else at.label()
    unit = (at.match["unit"] if "unit" in at.match.re.groupindex else "%") or ""
    kind = "external" if other and not aged else "design"
    return [Finding(kind, label or "Range", at.number("min") + at.number("max"), unit=unit)]


def _percent(at: Context, found: list[Finding]) -> list[Finding]:
    number = at.number("percent")
    endpoint, horizon = _landmark(at)
    if endpoint and horizon:
        number[0].statistic = "estimate"
        label = f"{endpoint} at {horizon:g} days"
        return [Finding("survival", label, number, endpoint=endpoint, horizon=horizon, unit="%")]
    last = found[-1] if found else None
    if (
        last
        and last.kind == "count"
        and not last.value("percent")
        and re.fullmatch(r"[^.;]{0,40}[(\[,]\s*", at.before)
    ):
        last.numbers += number
        return []
    if re.match(
        r"[^.;]{0,50}(\[¤|¤|\breported\b|\bhistorical\b|\bprevious)", at.after
    ) and re.search(
        r"\b(reported|historical|previous|stud(?:y|ies)|trial|literature|than|conventional)\b",
        at.lead[-60:] + at.after,
    ):
        number[0].statistic = "value"
        return [Finding("external", at.label(), number, unit="%")]
    again = (
        bool(re.search(r"\b(versus|vs\.?|v\.?|compared with|and)\s*$", at.before))
        and last
        and last.value("percent")
        and not last.value("n")
    )
    label = last.label if again and last else at.label() or (last.label if last else "")
    note = "guess: the other group" if again else ""
    return [Finding("count", label + (", other group" if again else ""), number, note=note)]


def _landmark(at: Context) -> tuple[str, float]:
    """Endpoint and horizon in days of a survival estimate; empty and 0 for anything else."""
    before, after = at.lead, at.text[at.match.end() : min(at.end, at.match.end() + 80)]
    endpoints = list(ENDPOINT.finditer(before)) or list(ENDPOINT.finditer(after))[:1]
    horizons = list(HORIZON.finditer(before)) or list(HORIZON.finditer(after))[:1]
    if not endpoints or not horizons:
        return "", 0.0
    return _endpoint(endpoints[-1][0]), _days(horizons[-1])


def _endpoint(name: str) -> str:
    name = name.lower()
    initials = "".join(part[0] for part in re.split(r"[\s-]+", name)) if len(name) > 4 else name
    return {"s": "OS", "survival": "OS"}.get(initials, initials.upper())


def _days(horizon: re.Match[str]) -> float:
    count = IN_WORDS.get(horizon[1].lower()) or float(horizon[1].replace("·", "."))
    return round(count * DAYS[horizon[2].lower()], 2)


def _respectively(found: list[Finding], sentence: str) -> list[Finding]:
    """Give estimates in one row the endpoints or horizons named in the same order."""
    curves = [f for f in found if f.kind == "survival"]
    if "respectively" in sentence and len(curves) > 1:
        head = sentence[: sentence.find(curves[0].numbers[0].printed)]
        endpoints = [_endpoint(m[0]) for m in ENDPOINT.finditer(head)]
        horizons = [_days(m) for m in HORIZON.finditer(head)]
        for i, curve in enumerate(curves):
            curve.endpoint = endpoints[i] if len(endpoints) == len(curves) else curve.endpoint
            curve.horizon = horizons[i] if len(horizons) == len(curves) else curve.horizon
            curve.label = f"{curve.endpoint} at {curve.horizon:g} days"
    return found


def _again(at: Context, found: list[Finding]) -> list[Finding]:
    last = found[-1] if found else None
    statistic = next((s for s in ("median", "mean") if last and last.value(s)), "")
    if not last or not statistic:
        return []
    spread = _spread(at, at.match["what"] or "")[0] if at.match["low"] else []
    note = "guess: the other group"
    return [
        Finding(
            last.kind,
            f"{last.label}, other group",
            at.number(statistic, "again") + spread,
            unit=last.unit,
            note=note,
        )
    ]


def _count(at: Context, found: list[Finding]) -> list[Finding]:
    from numbercheck.draft.labels import trimmed

    thing = (at.match["thing"] if "thing" in at.match.re.groupindex else "") or ""
    if re.search(r"(sites?|cent(er|re)s|hospitals|countries)$", thing):
        number = at.number("value", "n")
        return [Finding("design", trimmed(thing), number)]
    label = (
        ""
        if not thing
        or re.fullmatch(
            r"(.*\s)?(patients?|participants?|women|men|subjects?|children|adults|people|persons?|individuals|cases?)",
            thing,
        )
        else trimmed(thing)
    )
    return [Finding("count", label or at.label(), at.number("n"))]


def _duration(at: Context, found: list[Finding]) -> list[Finding]:
    role = "Within" if at.match["role"] == "within" else "Time:"
    number = at.number("value")
    return [
        Finding(
            "design",
            f"{role} {number[0].printed} {at.match['unit']}",
            number,
            unit=at.match["unit"],
        )
    ]


READ = {
    "duration": _duration,
    "p_value": _p_value,
    "interval": _interval,
    "mean": _mean,
    "median": _median,
    "effect": _effect,
    "fraction": _fraction,
    "size": _size,
    "range": _range,
    "percent": _percent,
    "again": _again,
    "count": _count,
}
