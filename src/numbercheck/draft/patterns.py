"""The forms in which a sentence reports numbers, the more telling ones first."""

import re

from numbercheck.draft.numerals import COUNTED, DASH, GROUP, NOBODY, TO, UNIT, WORD, N

EFFECTS = {
    "hazard_ratio": r"\b(?i:hazard ratios?)\b|\b[as]?HRs?\b(?![\s,(]*(?:beats|bpm|b/min))",
    "odds_ratio": r"\b(?i:odds ratios?)\b|\ba?ORs?\b",
    "risk_ratio": r"\b(?i:relative risks?(?! (?:reduction|increase|difference))|(?:risk|rate) ratios?)\b|\ba?RRs?\b",
    "difference": r"\b(?i:(?:(?:risk|mean|absolute|treatment|between-group)\s+)*differences?)\b|(?i:(?<!relative )\b(?:absolute )?risk (?:reduction|increase)s?\b)|\bA?RDs?\b",
}  # fmt: skip
GAP = rf"(?:(?!{'|'.join(EFFECTS.values())})[^\d;.¤])"
WHOLE = rf"(?:\b\d{{1,3}}(?: \d{{3}})+(?= (?:{COUNTED})\b)|(?<!\d[.·])\d+(?:{GROUP}\d{{3}})*)(?![.·]?\d)"
COUNT = rf"(?:(?:{WHOLE}|{WORD})(?!\s+per\s?cent)|{NOBODY})"
PERCENT = rf"(?<!\d,){N}\s*%"  # after a decimal comma there is but a part of one
UNREACHED = r"NE|NR|NA|not (?:reached|estimable|evaluable)"
LIMITS = rf"(?P<low>{N})\s*%?(?:\s*{UNIT})?{TO}(?P<high>{N}(?!\d|,\d)|{UNREACHED})\s*%?"
# after a percentage: it is none of several, nor of one arm alone, so it is that of the count before
OF_SEVERAL = (
    rf"(?!\s*,\s*{PERCENT}\s*,|\s+(?:and|vs\.?|v\.?|versus)\s+{PERCENT})"
    r"(?!\s+[A-Za-z][^();%]*?(?:,|\band|\bvs\.?|\bversus)\s+(?:in\s+)?[\d.·]+\s*%(?!\s*C))"
)
OF_ALL = OF_SEVERAL + r"(?!\s+(?:of|in)\s+the\s+(?:[\w-]+\s+){1,3}?(?:group|arm)\b)"
OPEN = r"\s*[(\[]\s*"
CLOSE = r"\s*[)\]]"
WORDS = r"(?:\s+[A-Za-z][\w'’/-]*)"
OWNERS = rf"(?:\s+(?:of\s+)?(?:the\s+|all\s+)?(?:[\w-]+\s+)?(?:{COUNTED}))"
SPREAD = (
    r"(?:[Ii]nter-?quartile range|IQR|Q1\s*[-–,]\s*Q3|quartiles|[Rr]ange|"
    r"min(?:imum)?\s*[-–,]\s*max(?:imum)?)"
)
BESIDE = rf"(?:\s*[,;(\[]\s*(?P<what>{SPREAD})?[\s:,;=(\[]*{LIMITS})?"
DEVIATION = rf"{OPEN}(?:±\s*|SD\s*[:,=]?\s*|standard deviation\s*[:,=]?\s*)?(?P<sd>{N}){CLOSE}"
AGAIN = r"\b(?:and(?: was)?|versus|vs\.?|v\.?|compared with|as compared with|than)\s+"
ROLE = r"over|for|within|another|additional|to|after|either|of|by|first|through|until|with|at least"
ASSIGNED = (
    r"enrolled|randomi[sz]ed|included|recruited|assigned|randomi[sz]ation|allocated|divided|"
    r"distributed|selected|participated|took part"
)
FIRST = r"(?P<first>(?<=[Tt]otal of )|(?<=[.:] )|^)?"
KIND_WORD = r"(?:\s+(?!(?:were|was|had|hours?|days?|weeks?|months?|years?)\b)[A-Za-z][\w-]*)"
KIND = rf"(?(first){KIND_WORD}{{0,9}}?|{KIND_WORD}{{0,2}}?)"  # of persons, before that word
WHO = (  # words between persons and the verb, without another subject
    r"(?:\s*\([^()]*\)|,?\s+(?!(?:and|but|were|was|will|not|screened|declined|excluded)\b)"
    rf"(?:[A-Za-z¤][\w¤/’'-]*|{N}(?:{TO}{N})?\s+{UNIT}|[A-Z]\w+\s+[\d¤]{{4}}\s+(?:and|to)\s+[A-Z]\w+\s+[\d¤]{{4}})"
    r"){0,18}?[,)]?"
)

PATTERNS = [
    (kind, re.compile(pattern))
    for kind, pattern in (
        ("p_value", rf"\b[Pp](?:\s*-?\s*[Vv]alues?)?(?:\s+for\s+[^()=<>;.]{{1,40}}?)?\s*(?P<sign>[=<>≤≥]|of|was)\s*(?P<p_value>{N}(?:\s*[×x]\s*10[⁻⁰¹²³⁴-⁹]+)?)(?![\d.·]|\s*(?:%|k?Pa\b))"),
        ("interval", rf"(?:CrI|CI|[Cc]onfidence [Ii]nterval|[Cc]redible [Ii]nterval|[Cc]onfidence [Ll]imits)s?(?:\s*[(\[]C[Ir]I?[)\]])?[\s:,;=]*(?:[(\[]?¤¤\s*%[\s:,;=]*)?(?:of |from )?[(\[]?\s*{LIMITS}(?![\d.·]|\s*[-–—]\s*\d)"),
        ("effect", rf"(?P<effect>{'|'.join(EFFECTS.values())})(?:{OPEN}[A-Z]{{1,4}}{CLOSE})?(?:\s+for\b{GAP}{{0,60}}?)?{GAP}{{0,40}}?(?P<value>{N})(?:\s*%|\s*percentage points|\s*{UNIT})?(?:{OPEN}{LIMITS}{CLOSE})?"),
        ("mean", rf"(?P<mean>{N})\s*%?(?:\s*{UNIT})?\s*[(]?\s*(?:±|\+/-|\+/−)\s*(?P<sd>{N})"),
        ("mean", rf"\b[Mm]ean\b(?:{OPEN}±?\s*SD{CLOSE})?[^.\d;()]{{0,70}}?(?P<mean>{N})(?:\s*%|\s*{UNIT})?{DEVIATION}"),
        ("mean", rf"\b[Mm]ean\b[^.\d;()]{{0,70}}?(?P<mean>{N})"),
        ("rate", rf"\b[Rr]ates?\b[^.;:\d()]{{0,60}}?\b(?P<rate>{N})(?=\s*(?:[(\[]|per\b|events?\b))"),
        ("median", rf"\b[Mm]edian\b(?:{OPEN}(?P<before>{SPREAD}){CLOSE})?[^\d;()]{{0,90}}?(?:{OPEN}(?P<named>[A-Za-z-]+|{SPREAD}|¤+\s*%\s*CI){CLOSE}[^\d;()]{{0,40}}?)?(?P<median>{N}|not (?:yet |been )*(?:reached|estimable))(?:\s*{UNIT}|\s+[a-z]+(?=\s*[(\[]))?{BESIDE}"),
        ("again", rf"{AGAIN}(?P<again>{N})\s*%?(?:\s*{UNIT})?{OPEN}(?:±\s*|SD\s*[:,=]?\s*)(?P<sd>{N}){CLOSE}"),
        ("again", rf"(?<=[)\]]),\s+(?P<again>{N})\s*(?:{UNIT})?{OPEN}(?:±\s*|SD\s*[:,=]?\s*)(?P<sd>{N}){CLOSE}"),
        ("fraction", rf"(?P<percent>{PERCENT}){OWNERS}?[\s,;(\[]+(?:n\s*=\s*)?(?P<n>{WHOLE})(?:\s*/\s*|\s+of\s+|\s+out of\s+)(?P<N>{WHOLE})(?!{OWNERS}?\s+in\b|[\s-]*(?:mg|µg|mL)\b)"),
        ("fraction", rf"(?P<n>{WHOLE})\s*/\s*(?P<N>{WHOLE})(?![\s-]*(?:mm\s?Hg|mg|µg|mL)\b){OWNERS}?(?:\s*[,;(\[]+\s*(?P<percent>{PERCENT})(?!\s+of\s){OF_ALL})?"),
        ("fraction", rf"(?P<n>{COUNT}){OPEN}(?P<percent>{PERCENT}){CLOSE}\s+(?:out\s+)?of\s+(?:the\s+)?(?P<N>{WHOLE})(?!\s*%)"),
        ("fraction", rf"(?P<n>{COUNT})\s+(?:out\s+)?of\s+(?:the\s+|all\s+)?(?P<N>{COUNT}){OWNERS}?(?P<thing>{WORDS}{{0,3}}?){OPEN}(?P<percent>{PERCENT}){OF_ALL}"),
        ("fraction", rf"(?P<n>{COUNT})\s+(?:out\s+)?of\s+(?:the\s+|all\s+)?(?P<N>{COUNT})(?={OWNERS}|{WORDS}?\s*[),;.]|\s+(?:and|in|with|had|were|was|died|achieved)\b|\s+[a-z]+\s+(?:events|deaths)\b)"),
        ("fraction", rf"(?P<n>{COUNT})(?P<thing>{WORDS}{{0,4}}?){OPEN}(?P<percent>{PERCENT}){OF_SEVERAL}(?!\s+(?:kcal|energy|less|more|or)\b)"),
        ("fraction", rf"(?P<percent>{PERCENT}){OWNERS}?\s*[,;(\[]+\s*n\s*=\s*(?P<n>{WHOLE})(?!\d)"),
        ("fraction", rf"(?P<percent>{PERCENT}){OWNERS}?\s*[(\[]\s*(?P<n>{WHOLE})\s+(?:{COUNTED})\s*[)\],;]"),
        ("fraction", rf"(?P<percent>{PERCENT})[^\d;.()%]{{0,60}}\(\s*[Nn]\s*=\s*(?P<n>{WHOLE})\s*\)"),
        ("fraction", rf"\b[Nn]\s*=\s*(?P<n>{WHOLE})\s*[,;(\[]+\s*(?P<percent>{PERCENT})(?!\s+[a-z])"),
        ("size", rf"\b[Nn]\s*=\s*(?P<n>{WHOLE})"),
        ("size", rf"{FIRST}(?P<n>{COUNT})(?:\s*\([^()]*\))?{KIND}{OWNERS}(?:{WHO}\s+(?:were|was|had been|underwent|will be)|{WHO}(?=\s+(?:participated|took))|,?)\s+(?:eligible and\s+)?(?:randomly\s+)?(?P<verb>{ASSIGNED}|treated|analy[sz]ed|evaluable|evaluated|completed)\b"),
        ("size", rf"\bwill\s+(?P<verb>recruit|include|enroll?|randomi[sz]e)\s+(?:a total of\s+)?(?P<n>{COUNT}){KIND_WORD}{{0,2}}?{OWNERS}"),
        ("size", rf"\b(?:trial|study)\s+(?:was|will be|(?=compris))\s*(?P<verb>conducted|performed|carried out|comprise[sd])\s+(?:(?:in|on|with|among)\s+)?(?P<n>{COUNT})(?:\s+[A-Za-z][\w-]*){{0,2}}?{OWNERS}"),
        ("size", rf"(?P<n>{COUNT})\s+(?:were\s+|underwent\s+)(?:randomly\s+)?(?P<verb>randomi[sz]ed|randomi[sz]ation|enrolled|(?<=randomly )assigned)\b"),
        ("size", rf"(?:\b(?P<verb>Of|Among)|(?:(?<=[,;] )|(?<=[,;] and ))of)\s+(?:the\s+|all\s+)?(?P<n>{COUNT})(?P<those>(?:\s+[\w-]+)?)\s+(?:patients|participants)(?=\s*[,(\[]|\s+(?:in|with|who|on|given|receiving|assigned)\b)"),
        ("size", rf"(?P<n>{COUNT})\s+(?:were|was)\s+(?P<verb>evaluable|analy[sz]ed|evaluated)\b"),
        ("size", rf"(?P<n>{COUNT})\s+(?P<verb>enrolled|randomi[sz]ed|included){OWNERS}"),
        ("size", rf"\b(?P<verb>[Ee]nrolled|[Rr]andomi[sz]ed|[Rr]andomly assigned|[Rr]ecruited|[Ii]ncluded)\s+(?:a total of\s+)?(?P<n>{COUNT}){OWNERS}"),
        ("range", rf"\b[Aa]ge[ds]?\s*(?:of|from|between|range)?\W*(?P<min>{N}){TO}(?P<max>{N})"),
        ("range", rf"(?P<min>{N})\s*%?{DASH}(?P<max>{PERCENT})"),
        ("range", rf"(?P<min>{N}){DASH}(?P<max>{N})\s+(?P<unit>{UNIT}|[a-z]+)"),
        ("percent", rf"(?P<percent>{PERCENT}){OPEN}{LIMITS}{CLOSE}"),
        ("percent", rf"(?P<percent>{PERCENT})"),
        ("again", rf"{AGAIN}(?P<again>{N})(?:\s*{UNIT})?{DEVIATION}"),
        ("again", rf"{AGAIN}(?P<again>{N})(?:\s*{UNIT})?(?=\s*[(\[,;.]|\s+(?:in|with|for|among|and|respectively)\b){BESIDE}"),
        ("count", rf"(?P<n>{COUNT})\s+(?P<thing>(?:[A-Za-z][\w/-]*\s+){{0,4}}?(?:{COUNTED}|sites?|cent(?:er|re)s|hospitals|countries|CRc?))\b"),
        ("count", rf"(?P<n>{COUNT})(?=\s+(?:was|were|had|died|relapsed|achieved|developed|received|underwent|discontinued|withdrew|completed)\b)"),
        ("count", rf"(?:\boccurred in|\bobserved in|\breported in|\bseen in|\bin)\s+(?P<n>{WHOLE})(?=\s*[,;.)]|\s+(?:and|in|with|on|given)\s)"),
        ("duration", rf"\b(?P<role>(?i:{ROLE}))\s+(?P<value>{N}|{WORD})(?:\s+or\s+(?:{N}|{WORD}))?\s+(?P<unit>{UNIT})"),
        ("duration", rf"\b(?P<role>or|and(?=\s+\w+\s+\w+\s+of\b))\s+(?P<value>{N}|{WORD})\s+(?P<unit>{UNIT})"),
    )
]  # fmt: skip
NUMBERS = {
    *("p_value", "low", "high", "value", "mean", "sd", "median", "percent", "n", "N"),
    *("min", "max", "again", "rate"),
}
