"""Read the reported numbers of a sentence: patterns in order, each number used once."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from numbercheck.draft.arms import NO_ARMS, Arms
from numbercheck.draft.assigning import give_arms
from numbercheck.draft.comparing import is_another
from numbercheck.draft.context import Context
from numbercheck.draft.findings import (
    LIMITED,
    OTHER,
    OTHER_GROUP,
    Finding,
    Number,
    add_note,
    base_label,
    level_named,
    limits_named,
    signed,
)
from numbercheck.draft.groups import ENDPOINT, HORIZON, landmark, name_time, respectively
from numbercheck.draft.labels import trimmed
from numbercheck.draft.naming import PAIRS, are_near, number
from numbercheck.draft.numerals import NUMERAL, UNIT, WORD, N, set_aside
from numbercheck.draft.patterns import EFFECTS, NUMBERS, OF_ALL, PATTERNS
from numbercheck.draft.shares import is_share

SEXES = re.compile(r"\b(women|men|children|adults|infants|participants)$", re.IGNORECASE)
PERSONS = r"patients?|participants?|subjects?|people|persons?|individuals|cases?"
OF_THEM = re.compile(r"\W*(?:Of|Among|Out of)\b")
AGAIN_LAST = re.compile(r"\b(?:and|versus|vs\.?|v\.?|compared with|than)\s*$")
COMPLETES = re.compile(r"[^.;]{0,40}(?:[(\[,]|\s[–—-])\s*")  # a percentage after its count
ENDED = re.compile(r"\s*(?:[(),;.:\]]|$)")
JOINS = re.compile(r"[\s)\]]*[,;]?\s*(?:and|versus|vs\.?|v\.?|(?:as )?compared with)?\s*")
ASSIGNED = re.compile(r"randomi[sz]|assign|allocat", re.IGNORECASE)
TREATED = re.compile(
    r"\b(treated|received|evaluable|analy[sz]ed|completed|withdr\w+|excluded|not)\b", re.IGNORECASE
)
CHANGES = (
    r"reductions?|increases?|decreases?|efficacy|improvements?|changes?|differences?|higher|lower"
)
CHANGE = re.compile(rf"\b(?:{CHANGES}|reduced|increased|rose|fell|declined)\b[^.;()]{{0,25}}$")
CHANGED = re.compile(rf"\s*(?:(?:relative|absolute)\s+)?(?:{CHANGES}|fewer|more|less|greater)\b")
FEWER = re.compile(r"[^().;\d]{0,40}\b(?:minus|excluding|less the)\b")  # than those named as all
OF_A_GROUP = re.compile(  # of patients, within the arms
    r"\b(?:responders?|respond(?:ed|ing)|sub(?:group|set|population)s?|those|who(?:se|m)?|without|if|"
    r"(?:among|in|for|with)\s+(?!an?\s|all\b|(?:the|this|our)\s+(?:whole|entire|overall|total|"
    r"study|trial|ITT|intent)|\d))\b",
    re.IGNORECASE,
)
AGAINST = re.compile(r"\b(vs\.?|v\.?|versus|compared with)\s*$")
ROW = re.compile(r"[\s)]*(,|,?\s*and)\s*$")
HAVE_LIMITS = ("count", "survival")
NO_LIMITS = ("design", "external", "population")
THE_RANGE = "guess: the range; could be quartiles"
CITED = re.compile(r"[^.;]{0,50}(\[\d|\breported\b|\bhistorical\b|\bprevious)")
CITED_LAST = re.compile(r"(\[\s*\d[\d\s,–-]*\]|[⁰¹²³⁴-⁹][⁰¹²³⁴-⁹⁻,]*)\W*$")
OWN = re.compile(r"\b(we|our)\b", re.IGNORECASE)
OTHER_STUDY = re.compile(
    r"\b(reported|historical|previous|stud(?:y|ies)|trial|literature|than|conventional)\b"
)
PARTIAL = re.compile(
    rf"\b(?:approximately|about|nearly|almost|up to|at least|minimum of|target(?:ed)?(?: of)?|planned|which|"
    rf"(?:\d|{WORD})\s+(?:[\w-]+\s+){{1,3}}and)\s*$",
    re.IGNORECASE,
)
SEVERAL = re.compile(
    r"\b(?:or|either|versus|vs|groups|arms|regimens|treatments|one|two|three|four)\b"
)
FOR_ENTRY = re.compile(r"\s*for\s+(?:[\w-]+\s+){0,3}(?:inclusion|eligib|particip|enrol|entry)")
SHARE = re.compile(OF_ALL)  # what follows a percentage of all that were counted before it
POWER = re.compile(r"\s*[×x·]\s*10[⁻⁰¹²³⁴-⁹^]")
UNREAD = re.compile(  # a number just before its limits, but for a time
    rf"{N}(?:\s+(?!(?:years?|months?|weeks?|days?|hours?|minutes?)\b)[a-z]+)?\s*[(\[,;]\s*(?:\d\d\s*%\s*)?$"
)
RELATIVE = re.compile(r"\([^()]*\brelative\b[^()]*\)\W*(?:\d\d\s*%\W*)?$")  # set between, no limits
NO_SIZE = re.compile(
    r"\s*(?:vs\.?|versus|v\.?|(?:as )?compared (?:with|to)|(?:\w+ )?(?:groups|arms|treatments))\b"
)
BETWEEN = re.compile(rf"[^\d;.]*\bbetween\s+(?:[A-Za-z]+\s+)?{N}\s+and")
OTHER_NULL = re.compile(r"\bfor\s+(?:the\s+)?(?:non-?\s?inferiority|interaction|trend|equivalence)")
BESIDE = 5  # words between an effect and its P value
EPISODES = re.compile(r"\b(?:episodes?|events?|lesions?|eyes?|teeth|visits?|shocks?)\b", re.I)
ROUGHLY = re.compile(r"(?:\b(?:approximately|about|around|roughly|nearly|almost)|[~≈])\s*$", re.I)
PLANNED = re.compile(r"\b(?:[Ss]ample size|% power|power (?:of|to)|powered|to detect|"
                     r"[Aa]ssum(?:ing|ed)(?: that)? (?:an?|the))\b|% power\b")  # fmt: skip
TO_EVENT = re.compile(
    r"Kaplan|actuarial|life.table|cumulative|hazard ratio|\bHRs?\b", re.IGNORECASE
)
OF_EVENTS = re.compile(
    r"\b(?:rates?|incidences?|risks?|probabilit\w+) of\b|"
    r"\b(?:event|mortality|death|relapse|recurrence|failure|infection|fracture)[ -]rates?\b",
    re.IGNORECASE,
)

ENTRIES = {
    **dict.fromkeys(("random", "assigned", "allocated", "distributed"), "Patients randomized"),
    "enrol": "Patients enrolled",
} | dict.fromkeys(
    ("included", "recruited", "divided", "selected", "participated", "took", "conducted", "compris"),
    "Patients enrolled",
)  # fmt: skip


class Modeled(NamedTuple):
    """What an article models, so that a percentage that is not that of n/N may come from a model.

    Several episodes of a patient, or the time to an event.
    """

    episodes: bool = False
    times: bool = False


NO_MODEL = Modeled()


def read_prose(
    text: str, arms: Arms = NO_ARMS, modeled: Modeled = NO_MODEL
) -> tuple[list[Finding], dict[int, str]]:
    """What a paragraph reports, and the reasons to set numerals aside, by their place."""
    aside = set_aside(text)
    for start, end in _sentences(text):
        if PLANNED.search(text, start, end):
            aside |= dict.fromkeys(range(start, end), "design of the analysis")
    spelled = (m.span() for m in NUMERAL.finditer(text) if m[0][0].isalpha() and m.start() in aside)
    words = {i for span in spelled for i in range(*span)}
    words |= {i for i in aside if text[i].isdigit()}
    masked = "".join("¤" if i in words else c for i, c in enumerate(text))
    found: list[Finding] = []
    for start, end in _sentences(text):
        found += _sentence(masked, text, start, end, arms, modeled.times)
    episodes = [f for f in found if modeled.episodes and EPISODES.search(f.label)]
    return found + [_estimate(f) for f in episodes if _is_other_share(f, slip=0)], aside


def _sentences(text: str) -> Iterator[tuple[int, int]]:
    start = 0
    for stop in re.finditer(
        r"(?<!\bvs)(?<!\bFig)(?<!\bNo)(?<!\be\.g)(?<!\bi\.e)(?<!\bal)[.!?]\)?(?:[⁰¹²³⁴-⁹⁻,]*)\s+(?=[A-Z0-9(\[])",
        text,
    ):
        yield start, stop.end()
        start = stop.end()
    yield start, len(text)


def _sentence(
    masked: str, text: str, start: int, end: int, arms: Arms, has_times: bool
) -> list[Finding]:
    """Findings of one sentence, limits and P values given to the one that they follow."""
    taken: list[tuple[str, re.Match[str]]] = []
    used: set[int] = set()
    sizes = [("size", pattern, text) for pattern in arms.sizes(text[start:end])]
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
        gap = slice(before, match.start())
        if kind == "interval" and (re.search(r"\d", masked[gap]) or UNREAD.search(text[gap])):
            continue  # of a number that no pattern has read
        if kind == "interval" and RELATIVE.search(text, start, match.start()):
            continue  # of the absolute change before it
        context = Context(
            text, start, end, min(before, match.start()), match, past, max(after, past), arms, found
        )
        found += READ[kind](context)
    respectively(found, text[start:end], start, arms)
    give_arms(found, text[start:end], start, arms)
    for finding in found:
        name_time(finding, finding.unit)
        if finding.endpoint and OF_A_GROUP.search(arms.without(text[start:end])):
            add_note(finding, "guess: of all, not of some of them")
    whole = next((f for f in found if f.kind == "population" and not f.arm), None)
    for finding in found if whole and OF_THEM.match(text[start:end]) else ():
        if finding.kind == "count" and not finding.arm:
            finding.section = whole.label  # type: ignore[union-attr]
    for finding in found:
        if any(
            "." not in n.printed and ROUGHLY.search(text, start, n.start) for n in finding.numbers
        ):
            add_note(finding, "guess: exactly so many")
    if TO_EVENT.search(text, start, end) or (has_times and OF_EVENTS.search(text, start, end)):
        found += [_estimate(f) for f in found if _is_other_share(f, slip=1)]
    return [f for f in found if f.numbers]


def _is_other_share(finding: Finding, slip: int) -> bool:
    """Whether the percentage of n/N is not printed, but for so many last digits."""
    total = number(finding.value("N"))
    return total > 0 and bool(finding.value("percent")) and not is_share(finding, total, slip)


def _estimate(count: Finding) -> Finding:
    """Set apart from n/N the percentage that may be an estimate, such as Kaplan and Meier's."""
    beside = [n for n in count.numbers if n.statistic not in ("n", "N")]
    count.numbers = [n for n in count.numbers if n not in beside]
    return Finding("design", f"{count.label}, estimated", beside, count.arm, unit="%")


def _p_value(at: Context) -> list[Finding]:
    found = at.numbers("p_value")
    if number(found[0].printed) > 1 or POWER.match(at.text, at.match.end("p_value")):
        return []  # with a power of ten, which a numeral does not hold
    found[0].printed = signed(at.match["sign"], found[0].printed)
    is_beside = len(re.findall(r"[A-Za-z]{2,}", at.before)) <= BESIDE
    is_other = OTHER_NULL.search(at.match[0] + at.after[:40])
    if (
        is_beside
        and not is_other
        and at.last
        and at.last.kind == "comparison"
        and not at.last.value("p_value")
    ):
        at.last.numbers += found
        return []
    return [_comparison(at, found, "P value")]


def _interval(at: Context) -> list[Finding]:
    last = at.last
    limits = at.numbers(**LIMITED)
    if (
        last
        and last.kind not in NO_LIMITS
        and not (last.kind == "count" and number(limits[0].printed) < 0)
        and not re.search(r"\bwithin\b", at.before)
        and not last.value("conf_low")
        and are_near(last, limits)
        and not _is_mirrored(last, limits)
    ):
        last.numbers += limits
        last.level = level_named(at.text[at.left : at.match.start("low")])
    return []


def _is_mirrored(last: Finding, limits: list[Number]) -> bool:
    """Whether the words tell the sign of a number, as in `3.4 points lower (-5.9 to -1.0)`."""
    center = number(last.numbers[0].printed)
    low, high = (number(n.printed) for n in limits)
    return not low <= center <= high and low <= -center <= high


def _rate(at: Context) -> list[Finding]:
    return [Finding("rate", at.label() or "Rate", at.numbers("rate"))]


def _mean(at: Context) -> list[Finding]:
    numbers = at.numbers("mean", "sd")
    if not _in_one_unit(at, "mean", "sd"):
        return []  # a date, and how far off it may be
    if at.last and at.last.value("mean") and AGAIN_LAST.search(at.before):
        return [_other(at.last, numbers)]
    return [Finding("quantity", _summarized(at, "mean"), numbers, unit=_unit(at, "mean"))]


def _median(at: Context) -> list[Finding]:
    spread, note = _spread(at, at.group("what") or at.group("before") or at.group("named"))
    numbers = at.numbers("median") + spread
    unit = _unit(at, "median")
    return [Finding("quantity", _summarized(at, "median"), numbers, unit=unit, note=note)]


def _spread(
    at: Context, what: str, like: tuple[str, str] | None = None
) -> tuple[list[Number], str]:
    """The two numbers beside a median, and a note where the article does not say what they are."""
    named = limits_named(what) or like
    low, high = named or ("min", "max")
    numbers = at.numbers(low=low, high=high)
    center = number(at.group("median") or at.group("again"))
    if numbers and not named and not number(at.match["low"]) <= center <= number(at.match["high"]):
        return [], ""  # limits of a difference
    if not _in_one_unit(at, "median", "again", "low", "high"):
        return [], ""  # from months to years
    return numbers, "" if named or not numbers else THE_RANGE


def _other(last: Finding, numbers: list[Number]) -> Finding:
    """The same of another group, until it is known which."""
    label = f"{base_label(last)}{OTHER}"
    return Finding(last.kind, label, numbers, unit=last.unit, note=OTHER_GROUP)


def _summarized(at: Context, center: str) -> str:
    """What a median or mean is of: the words between it and the number, or before both."""
    inner = at.text[at.match.start() : at.match.start(center)]
    inner = re.sub(r"^[A-Za-z]+|[(\[][^)\]]*[)\]]?", " ", inner) if inner[:1].isalpha() else ""
    return trimmed(at.arms.without(inner)) or at.label()


def _in_one_unit(at: Context, *groups: str) -> bool:
    return len({_unit(at, group)[:1] for group in groups if at.group(group)} - {""}) < 2


def _unit(at: Context, center: str) -> str:
    unit = re.search(UNIT, at.text[at.match.end(center) : at.match.end() + 12])
    return unit[0] if unit else ""


def _effect(at: Context) -> list[Finding]:
    statistic = next(s for s, p in EFFECTS.items() if re.fullmatch(p, at.match["effect"]))
    is_time = re.match(rf"\s*{UNIT}", at.text[at.match.end("value") :])
    if statistic != "difference" and (is_time or number(at.match["value"].replace("−", "-")) < 0):
        return []  # what the ratio is of, or HR for heart rate
    if statistic == "difference" and NO_SIZE.match(at.text, at.match.end()):
        return []  # what was no different, or between how many groups
    if BETWEEN.match(at.text, at.match.start("effect"), at.match.end() + 4):
        return []  # the first of two times
    for_what = re.search(r"\bfor\s+([^,;(\d]+)", at.match[0])
    topic = trimmed(for_what[1]) if for_what else ""
    numbers = at.numbers(value=statistic, **LIMITED)
    if numbers[0].printed.endswith("%") and statistic != "difference":
        return [Finding("design", f"{at.label()}, relative", at.numbers("value"), unit="%")]
    return [_comparison(at, numbers, statistic.replace("_", " "), topic)]


def _comparison(at: Context, numbers: list[Number], ending: str, topic: str = "") -> Finding:
    """A comparison, of the two arms whose counts the sentence gives before it if there are two."""
    near = base_label(at.last) if at.last else trimmed(at.arms.without(at.before))
    topic = topic or near or at.label()
    counts = [f for f in at.found if f.kind != "comparison"][-2:]
    alike = len(counts) == 2 and all(f.value("n") or f.value("sd") for f in counts)
    alike = alike and not is_another(at.text[at.start : at.end])
    pair = tuple(counts) if alike and base_label(counts[0]) == base_label(counts[1]) else ()
    label = f"{topic}, {ending}".removeprefix(", ")
    return Finding("comparison", label, numbers, topic=topic, compared=pair)


def _fraction(at: Context) -> list[Finding]:
    numbers, last = at.numbers("n", "N", "percent"), at.last
    is_more = bool(at.group("N")) and number(at.match["n"]) > number(at.match["N"])
    if is_more and ("/" in at.match[0] or not at.group("percent")):
        return []  # men/women, systolic/diastolic; 150 eyes of 88 patients
    if FEWER.match(at.text, at.match.end(), at.end):
        return []  # out of a difference of two numbers
    if at.group("percent") and re.search(r"\b(?:average|mean)\b", at.before):
        return []  # a mean of percentages
    pair = at.text[at.match.start("n") : at.match.end("N")] if at.group("N") else ""
    is_again = "/" in pair and at.text.count(pair) > 1
    if (
        is_again
        and at.group("percent")
        and not is_share(Finding("count", "", numbers), number(at.match["N"]), slip=9)
    ):
        return []  # an arm named by its doses, as 15/92
    thing = trimmed(at.group("thing"))
    joins = ROW if "respectively" in at.text[at.match.end() : at.end] else AGAINST
    if last and not thing and last.value("percent") and joins.search(at.before):
        return [_other(last, numbers)]
    around = at.label()
    thing = around if around and SEXES.fullmatch(thing) else thing
    label = thing or around or (base_label(last) if last else "")
    return [Finding("count", label, numbers)]


def _size(at: Context) -> list[Finding]:
    verb = at.group("verb").lower()
    arm = at.arms.named(at.group("arm"))
    if arm:
        sentence = at.text[at.start : at.end]
        label = "Assigned" if ASSIGNED.search(sentence) and not TREATED.search(sentence) else ""
    elif re.search(r"\bwill\b", at.match[0]):
        label = "Patients planned"
    elif CITED_LAST.search(at.text[at.past : at.end]) and not OWN.search(at.text, at.start, at.end):
        label = "Part of another study"
    elif PARTIAL.search(at.lead):
        label = "Part of the patients"
    elif _is_one_group(at, verb):
        label = trimmed(f"assigned {at.after.strip()[:40]}")
    elif "those" in at.match.re.groupindex:
        who = re.split(r"[,(\[]", at.after)[0]
        label = trimmed(f"{at.group('those')} {at.arms.without(who)}") or "Patients"
    elif FOR_ENTRY.match(at.after):
        label = "Screened"
    elif verb.startswith(("eval", "analy", "treat", "complet")):
        label = f"Patients {verb}"
    elif verb:
        label = next((w for part, w in ENTRIES.items() if part in verb), "Patients")
    else:
        label = trimmed(re.split(r"[():]", at.before.rstrip(" ([,;"))[-1]) or at.label()
    return [Finding("population", label, at.numbers("n"), arm=arm)]


def _is_one_group(at: Context, verb: str) -> bool:
    """Whether so many were assigned to one of the groups."""
    rest = at.text[at.past : at.end]
    is_assigned = "random" in at.match[0] + rest[:10] or verb in ("assigned", "allocated")
    return is_assigned and bool(re.match(r"\s+to\s", rest)) and not SEVERAL.search(rest)


def _range(at: Context) -> list[Finding]:
    percent = at.match["max"].endswith("%")
    other = percent or re.search(r"\b(than|compared|historical|conventional)\b", at.lead + at.after)
    aged = re.match(r"[Aa]ge", at.match[0]) or re.match(r"\s*of age\b", at.after)
    label = "Age for eligibility" if aged else at.label() or "Range"
    unit = "%" if percent else at.group("unit")
    kind = "external" if other and not aged else "design"
    return [Finding(kind, label, at.numbers("min", "max"), unit=unit)]


def _is_share(at: Context) -> bool:
    """Whether a percentage is that of the count before it."""
    is_own = SHARE.match(at.text, at.match.end("percent"))
    is_next = at.before.rstrip().endswith(",") and not ENDED.match(at.after)
    is_whole = ENDED.match(at.after) or not (at.last and at.last.value("N"))
    return bool(is_own and is_whole and COMPLETES.fullmatch(at.before) and not is_next)


def _percent(at: Context) -> list[Finding]:
    """A percentage; numbers in brackets are its limits where the one before it has limits."""
    like = next((f for f in reversed(at.found) if f.kind in HAVE_LIMITS), None)
    limits, found = at.numbers(**LIMITED), _percentage(at)
    for each in found if like and like.value("conf_low") and limits else ():
        if each.kind in HAVE_LIMITS and are_near(each, limits, reach=0):
            each.numbers, each.level = each.numbers + limits, like.level  # type: ignore[union-attr]
    return found


def _percentage(at: Context) -> list[Finding]:
    percent, last = at.numbers("percent"), at.last
    has_percent = bool(last and last.value("percent"))
    endpoint, horizon = landmark(at.lead, at.text[at.match.end() : at.end][:80])
    if last and (spread := re.search(r"\b(SE|SD)\W*$", at.before)):
        last.numbers += at.numbers(percent=spread[1].lower())
        if last.kind == "count" and spread[1] == "SD":
            last.kind, last.numbers[0].statistic = "quantity", "mean"
    elif endpoint and horizon:
        return [_survival(at, endpoint, horizon)]
    elif last and last.value("mean").endswith("%") and not last.value("sd"):
        return [_other(last, at.numbers(percent="mean"))]
    elif CITED.match(at.after) and OTHER_STUDY.search(at.lead[-60:] + at.after):
        return [Finding("external", at.label(), at.numbers(percent="value"), unit="%")]
    elif (
        not 0 <= number(percent[0].printed) <= 100
        or CHANGE.search(at.before)
        or CHANGED.match(at.after)
    ):
        label = at.label() or "Change"
        return [Finding("design", label, at.numbers(percent="value"), unit="%")]
    elif _is_share(at) and last and last.kind == "count" and not has_percent:
        last.numbers += percent
    elif last and has_percent and not last.value("n") and JOINS.fullmatch(at.before):
        return [_other(last, percent)]
    else:
        return [Finding("count", at.label() or (last.label if last else ""), percent)]
    return []


def _survival(at: Context, endpoint: str, horizon: float) -> Finding:
    """A survival estimate; another of the same name right after it is of another group."""
    label, number = f"{endpoint} at {horizon:g} days", at.numbers(percent="estimate")
    found = Finding("survival", label, number, endpoint=endpoint, horizon=horizon, unit="%")
    named_once = len(ENDPOINT.findall(at.lead)) < 2 and len(HORIZON.findall(at.lead)) < 2
    if at.last and at.last.label == label and named_once and JOINS.fullmatch(at.before):
        found.note = OTHER_GROUP
    return found


def _again(at: Context) -> list[Finding]:
    """The same mean or median once more, in another group."""
    last = at.last
    statistic = next((s for s in ("median", "mean", "rate") if last and last.value(s)), "")
    if not last or not statistic or (at.group("sd") and statistic != "mean"):
        return []
    like = next((pair for pair in PAIRS if last.value(pair[0])), None)
    beside, note = ([], "") if statistic == "rate" else _spread(at, at.group("what"), like)
    found = _other(last, at.numbers(again=statistic) + at.numbers("sd") + beside)
    if statistic != "rate":
        found.unit = _unit(at, "again") or last.unit
        last.unit = last.unit or found.unit  # told once, behind both
    add_note(found, note or (THE_RANGE if beside and THE_RANGE in last.note else ""))
    return [found]


def _count(at: Context) -> list[Finding]:
    thing, number, last = at.group("thing"), at.numbers("n"), at.last
    if re.search(r"(sites?|cent(er|re)s|hospitals|countries)$", thing):
        return [Finding("design", trimmed(thing), at.numbers(n="value"))]
    persons = re.fullmatch(rf"(.*\s)?({PERSONS})", thing)
    women = SEXES.search(thing)
    label = "" if persons else trimmed(thing)
    label = at.label() or label if women or not label else label
    if persons and at.arms.names and re.match(r"\s*(?:were treated|received)\b", at.after):
        return [Finding("population", "Patients", number)]
    if not label and last and last.value("n") and JOINS.fullmatch(at.arms.without(at.before)):
        return [_other(last, number)]
    return [Finding("count", label, number)] if label else []


def _duration(at: Context) -> list[Finding]:
    role, unit = "Within" if at.match["role"] == "within" else "Time:", at.match["unit"]
    number = at.numbers("value")
    return [Finding("design", f"{role} {number[0].printed} {unit}", number, unit=unit)]


READ = {
    **{"duration": _duration, "p_value": _p_value, "interval": _interval, "mean": _mean},
    **{"rate": _rate, "median": _median, "effect": _effect, "fraction": _fraction},
    **{"size": _size, "range": _range, "percent": _percent, "again": _again, "count": _count},
}
