"""Read the reported numbers of a sentence: patterns in order, each number used once."""

import re
from collections.abc import Iterator

from numbercheck.draft.arms import NO_ARMS, Arms, give_arms
from numbercheck.draft.context import Context
from numbercheck.draft.findings import OTHER, OTHER_GROUP, Finding, Number, base_label
from numbercheck.draft.groups import ENDPOINT, HORIZON, days, endpoint_name, respectively
from numbercheck.draft.labels import trimmed
from numbercheck.draft.numerals import NUMERAL, UNIT, set_aside
from numbercheck.draft.patterns import EFFECTS, NUMBERS, PATTERNS

PERSONS = r"patients?|participants?|subjects?|people|persons?|individuals|cases?"
OF_THEM = re.compile(r"\W*(?:Of|Among|Out of)\b")
AGAIN_LAST = re.compile(r"\b(?:and|versus|vs\.?|v\.?|compared with|than)\s*$")
COMPLETES = re.compile(r"[^.;]{0,40}[(\[,]\s*")  # a percentage after its count
JOINS = re.compile(r"[\s)\]]*[,;]?\s*(?:and|versus|vs\.?|v\.?|(?:as )?compared with)?\s*")
CITED = re.compile(r"[^.;]{0,50}(\[\d|\breported\b|\bhistorical\b|\bprevious)")
OTHER_STUDY = re.compile(
    r"\b(reported|historical|previous|stud(?:y|ies)|trial|literature|than|conventional)\b"
)
PLANNED = re.compile(r"\b(?:[Ss]ample size|% power|power (?:of|to)|powered|to detect)\b|% power\b")

ENTRIES = {
    "random": "Patients randomized",
    "assigned": "Patients randomized",
    "enrol": "Patients enrolled",
} | dict.fromkeys(("included", "recruited"), "Patients enrolled")


def read_prose(text: str, arms: Arms = NO_ARMS) -> tuple[list[Finding], dict[int, str]]:
    """What a paragraph reports, and the reasons to set numerals aside, by their place."""
    aside = set_aside(text)
    for start, end in _sentences(text):
        if PLANNED.search(text, start, end):
            aside |= dict.fromkeys(range(start, end), "design of the analysis")
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
        r"(?<!\bvs)(?<!\bFig)(?<!\bNo)(?<!\be\.g)(?<!\bi\.e)(?<!\bal)[.!?]\)?(?:[⁰¹²³⁴-⁹⁻,]*)\s+(?=[A-Z0-9(\[])",
        text,
    ):
        yield start, stop.end()
        start = stop.end()
    yield start, len(text)


def _sentence(masked: str, text: str, start: int, end: int, arms: Arms) -> list[Finding]:
    """Findings of one sentence, limits and P values given to the one that they follow."""
    taken: list[tuple[str, re.Match[str]]] = []
    used: set[int] = set()
    sizes = [(kind, pattern, text) for kind, pattern in arms.sizes(text[start:end])]
    for kind, pattern, words in (*sizes, *((*each, masked) for each in PATTERNS)):
        for match in pattern.finditer(words, start, end):
            spans = [match.span(g) for g in match.groupdict() if g in NUMBERS and match[g]]
            places = {place for low, high in spans for place in range(low, high)}
            if places and not places & used and not any(masked[i] == "¤" for i in places):
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
        found += READ[kind](context, found)
    give_arms(found, text[start:end], start, arms)
    whole = next((f for f in found if f.kind == "population" and not f.arm), None)
    for finding in found if whole and OF_THEM.match(text[start:end]) else ():
        if finding.kind == "count" and not finding.arm:
            finding.section = whole.label  # type: ignore[union-attr]
    return [f for f in respectively(found, text[start:end]) if f.numbers]


def _p_value(at: Context, found: list[Finding]) -> list[Finding]:
    number = at.number("p_value")
    sign = at.match["sign"]
    if sign in "<>≤≥":
        number[0].printed = {"≤": "<=", "≥": ">="}.get(sign, sign) + number[0].printed
    last = found[-1] if found else None
    if last and last.kind == "comparison" and not last.value("p_value"):
        last.numbers += number
        return []
    return [_comparison(at, found, number, "P value")]


def _interval(at: Context, found: list[Finding]) -> list[Finding]:
    low, high = at.number("conf_low", "low"), at.number("conf_high", "high")
    last = found[-1] if found else None
    if (
        last
        and last.kind not in ("design", "external", "population")
        and not last.value("conf_low")
    ):
        last.numbers += low + high
        level = re.match(r"\W*(\d\d(?:[.·]\d+)?)\s*%", at.text[at.match.start() :])
        last.level = level[1].replace("·", ".") if level and level[1] != "95" else ""
    return []


def _mean(at: Context, found: list[Finding]) -> list[Finding]:
    numbers = at.number("mean") + (at.number("sd") if at.group("sd") else [])
    last = found[-1] if found else None
    if last and last.value("mean") and AGAIN_LAST.search(at.before):
        return [_other(last, numbers)]
    return [Finding("quantity", _summarized(at), numbers, unit=_unit(at))]


def _rate(at: Context, found: list[Finding]) -> list[Finding]:
    return [Finding("rate", at.label() or "Rate", at.number("rate"))]


def _other(last: Finding, numbers: list[Number]) -> Finding:
    """The same of another group, until it is known which."""
    label = f"{base_label(last)}{OTHER}"
    return Finding(last.kind, label, numbers, unit=last.unit, note=OTHER_GROUP)


def _spread(at: Context, what: str) -> tuple[list[Number], str]:
    """The two numbers beside a median, and a note where the article does not say what they are."""
    if not at.group("low"):
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
    spread, note = _spread(at, at.group("what") or at.group("before"))
    numbers = at.number("median") + spread
    return [Finding("quantity", _summarized(at), numbers, unit=_unit(at), note=note)]


def _summarized(at: Context) -> str:
    """What a median or mean is of: the words between it and the number, or before both."""
    inner = at.text[at.match.start() : at.match.start(_center(at))]
    inner = re.sub(r"^[A-Za-z]+|[(\[][^)\]]*[)\]]?", " ", inner) if inner[:1].isalpha() else ""
    return trimmed(at.arms.without(inner)) or at.label()


def _center(at: Context) -> str:
    return "median" if at.group("median") else "mean"


def _unit(at: Context) -> str:
    unit = re.search(UNIT, at.text[at.match.end(_center(at)) : at.match.end() + 12])
    return unit[0] if unit else ""


def _effect(at: Context, found: list[Finding]) -> list[Finding]:
    statistic = next(s for s, p in EFFECTS.items() if re.fullmatch(p, at.match["effect"]))
    limits = (
        at.number("conf_low", "low") + at.number("conf_high", "high") if at.match["low"] else []
    )
    for_what = re.search(r"\bfor\s+([^,;(\d]+)", at.match[0])
    topic = trimmed(for_what[1]) if for_what else ""
    numbers = at.number(statistic, "value") + limits
    return [_comparison(at, found, numbers, statistic.replace("_", " "), topic)]


def _comparison(
    at: Context, found: list[Finding], numbers: list[Number], ending: str, topic: str = ""
) -> Finding:
    """A comparison, of the two arms whose counts the sentence gives before it if there are two."""
    last = found[-1] if found else None
    topic = (
        topic or (base_label(last) if last else trimmed(at.arms.without(at.before))) or at.label()
    )
    counts = [f for f in found if f.kind != "comparison"][-2:]
    alike = len(counts) == 2 and all(f.value("n") or f.value("sd") for f in counts)
    pair = tuple(counts) if alike and base_label(counts[0]) == base_label(counts[1]) else ()
    label = f"{topic}, {ending}".removeprefix(", ")
    return Finding("comparison", label, numbers, topic=topic, compared=pair)


def _fraction(at: Context, found: list[Finding]) -> list[Finding]:
    groups = at.match.re.groupindex
    numbers = [n for s in ("n", "N", "percent") if s in groups for n in at.number(s)]
    last = found[-1] if found else None
    if last and last.kind == "count" and _continues(at, last):
        last.numbers += numbers
        return []
    thing = trimmed(at.group("thing"))
    joins = r"\b(vs\.?|v\.?|versus|compared with)\s*$"
    if "respectively" in at.text[at.match.end() : at.end]:
        joins = r"[\s)]*(,|,?\s*and)\s*$"
    if last and not thing and last.value("percent") and re.search(joins, at.before):
        return [_other(last, numbers)]
    label = thing or at.label() or (base_label(last) if last else "")
    return [Finding("count", label, numbers)]


def _continues(at: Context, last: Finding) -> bool:
    """Whether a fraction in brackets gives more of the percentage before it, or the reverse."""
    has = {n.statistic for n in last.numbers}
    new = {s for s in ("n", "N", "percent") if s in at.match.re.groupindex and at.match[s]}
    return not (has & new) and bool(re.fullmatch(r"\s*[,;(\[]+\s*(?:¤+%?\s*)?", at.before))


def _size(at: Context, found: list[Finding]) -> list[Finding]:
    verb = at.group("verb").lower()
    if at.group("arm"):
        return [Finding("population", "", at.number("n"), arm=at.arms.named(at.match["arm"]))]
    if verb == "assigned" and "randomly" not in at.match[0]:
        label = trimmed(f"assigned {at.after.strip()[:40]}")
    elif "those" in at.match.re.groupindex:
        who = re.split(r"[,(\[]", at.after)[0]
        label = trimmed(f"{at.group('those')} {at.arms.without(who)}") or "Patients"
    elif verb.startswith(("eval", "analy", "treat")):
        label = f"Patients {verb}"
    elif verb:
        label = next((w for part, w in ENTRIES.items() if part in verb), "Patients")
    else:
        label = trimmed(re.split(r"[():]", at.before.rstrip(" ([,;"))[-1]) or at.label()
    return [Finding("population", label, at.number("n"))]


def _range(at: Context, found: list[Finding]) -> list[Finding]:
    percent = at.match["max"].endswith("%")
    other = percent or re.search(r"\b(than|compared|historical|conventional)\b", at.lead + at.after)
    aged = re.match(r"[Aa]ge", at.match[0]) or re.match(r"\s*of age\b", at.after)
    label = "Age for eligibility" if aged else at.label()
    unit = "%" if percent else at.group("unit")
    kind = "external" if other and not aged else "design"
    return [Finding(kind, label or "Range", at.number("min") + at.number("max"), unit=unit)]


def _percent(at: Context, found: list[Finding]) -> list[Finding]:
    number = at.number("percent")
    last = found[-1] if found else None
    endpoint, horizon = _landmark(at)
    if last and re.search(r"\bSE\W*$", at.before):
        last.numbers += at.number("se", "percent")
        return []
    if endpoint and horizon:
        return [_survival(at, number, last, endpoint, horizon)]
    if last and last.value("mean").endswith("%") and not last.value("sd"):
        number[0].statistic = "mean"
        return [_other(last, number)]
    if number[0].printed.startswith("-"):
        return []
    has_percent = bool(last and last.value("percent"))
    if last and last.kind == "count" and not has_percent and COMPLETES.fullmatch(at.before):
        last.numbers += number
        return []
    if CITED.match(at.after) and OTHER_STUDY.search(at.lead[-60:] + at.after):
        number[0].statistic = "value"
        return [Finding("external", at.label(), number, unit="%")]
    if last and has_percent and not last.value("n") and JOINS.fullmatch(at.before):
        return [_other(last, number)]
    return [Finding("count", at.label() or (last.label if last else ""), number)]


def _survival(
    at: Context, number: list[Number], last: Finding | None, endpoint: str, horizon: float
) -> Finding:
    """A survival estimate; another of the same name right after it is of another group."""
    label = f"{endpoint} at {horizon:g} days"
    number[0].statistic = "estimate"
    found = Finding("survival", label, number, endpoint=endpoint, horizon=horizon, unit="%")
    named_once = len(ENDPOINT.findall(at.lead)) < 2 and len(HORIZON.findall(at.lead)) < 2
    if last and last.label == label and named_once and JOINS.fullmatch(at.before):
        found.note = OTHER_GROUP
    return found


def _landmark(at: Context) -> tuple[str, float]:
    """Endpoint and horizon in days of a survival estimate; empty and 0 for anything else."""
    before, after = at.lead, at.text[at.match.end() : min(at.end, at.match.end() + 80)]
    endpoints = list(ENDPOINT.finditer(before)) or list(ENDPOINT.finditer(after))[:1]
    horizons = list(HORIZON.finditer(before)) or list(HORIZON.finditer(after))[:1]
    if not endpoints or not horizons:
        return "", 0.0
    return endpoint_name(endpoints[-1][0]), days(horizons[-1])


def _again(at: Context, found: list[Finding]) -> list[Finding]:
    """The same mean or median once more, in another group."""
    last = found[-1] if found else None
    statistic = next((s for s in ("median", "mean", "rate") if last and last.value(s)), "")
    if not last or not statistic or (at.group("sd") and statistic != "mean"):
        return []
    spread = at.number("sd") if at.group("sd") else _spread(at, at.group("what"))[0]
    numbers = at.number(statistic, "again") + spread
    return [_other(last, numbers)]


def _count(at: Context, found: list[Finding]) -> list[Finding]:
    thing = at.group("thing")
    if re.search(r"(sites?|cent(er|re)s|hospitals|countries)$", thing):
        number = at.number("value", "n")
        return [Finding("design", trimmed(thing), number)]
    persons = re.fullmatch(rf"(.*\s)?({PERSONS})", thing)
    women = re.search(r"\b(women|men|children|adults|infants|participants)$", thing)
    label = "" if persons else trimmed(thing)
    label = at.label() or label if women or not label else label
    last = found[-1] if found else None
    if persons and at.arms.names and re.match(r"\s*(?:were treated|received)\b", at.after):
        return [Finding("population", "Patients", at.number("n"))]
    if not label and last and last.value("n") and JOINS.fullmatch(at.arms.without(at.before)):
        return [_other(last, at.number("n"))]
    return [Finding("count", label, at.number("n"))] if label else []


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
    "rate": _rate,
    "median": _median,
    "effect": _effect,
    "fraction": _fraction,
    "size": _size,
    "range": _range,
    "percent": _percent,
    "again": _again,
    "count": _count,
}
