"""Find every numeral of a text, and set aside those that name something instead of reporting it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

SMALL = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"),
    *("eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen"),
    *("eighteen", "nineteen"),
)
TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
IN_WORDS = {word: value for value, word in enumerate(SMALL)}
IN_WORDS |= {word: 10 * value for value, word in enumerate(TENS, 2)}
HYPHEN = "[-\u2010\u2011– \u00a0]"
UNDER_100 = rf"(?:{'|'.join(TENS)})(?:{HYPHEN}(?:{'|'.join(SMALL[1:10])}))?|{'|'.join(SMALL[::-1])}"
WORD = (
    rf"(?i:\b(?:(?:{'|'.join(SMALL[1:10])}){HYPHEN}hundred(?:{HYPHEN}(?:and )?(?:{UNDER_100}))?|{UNDER_100})\b"
    rf"(?!{HYPHEN}(?:hundred|thousand)))"
)
COUNTED = (
    r"patients?|participants?|women|men|subjects?|children|adults|infants|cases?|persons?|people|"
    r"neonates|newborns|volunteers|students|males|females|adolescents|outpatients|"
    r"individuals|deaths?|relapses?|events?|recurrences?|responders?|survivors|failures?"
)
NOBODY = rf"\b[Nn]o\b(?=\s+(?:[\w-]+\s+){{0,2}}?(?:{COUNTED}|CRc?\b|remissions?|responses?))|\b[Nn]one\b(?=\s+(?:of|had|were|was|died|in)\b)"
GROUP = "[,\u00a0\u2008\u2009\u202f]"
DIGITS = rf"(?<![\d.·]\s)\b\d{{1,3}}(?: \d{{3}})+(?= (?:{COUNTED})\b)|(?:\d{{1,3}}(?:{GROUP}\d{{3}})+(?!\d)|\d+)(?:[.·∙⋅]\d+)?|(?<![\d.])[.·∙⋅]\d+"
RAISED = "[⁰¹²³⁴⁵⁶⁷⁸⁹]+"
NUMERAL = re.compile(rf"{DIGITS}|{RAISED}|{NOBODY}|(?i:{WORD})")

N = rf"(?:[-−–](?=[\d.·]))?(?:{DIGITS})"
TO = r"\s*(?:[-–—−‒‐]|to|through|and|,|;|/)\s*"
DASH = r"\s*(?:[-–—−‒‐]|to|through)\s*"
UNIT = r"(?:[a-zA-Zµμ]{1,6}/[a-zA-Z0-9²³¤.]{1,8}(?!\w)|(?:years?|yrs?|months?|mo|weeks?|wks?|days?|hours?|minutes?|mg/dL|g/dL|kg/m²|kg|cm|mm|ml|mL)\b)"
DRUG_UNIT = r"(?:mg|g|µg|μg|mcg|ug|ng|mL|ml|IU|U|units|Gy|mmol|MU|million)\b(?!\s*(?:/|per)\s*(?:dL|L|l|mol|deciliter|liter|litre|decilitre|milliliter)\b)(?:\s*/\s*(?:m²|m2|m|kg|d|day|h|dose|mL|min)(?!\w))*"
MONTH = (
    r"(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|"
    r"Sept?(?:ember)?|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)\.?"
)
CI = r"(?:[Cc]onfidence|[Cc]redible|CIs?\b|CrI\b)"
LEVEL = (
    rf"\b\d\d(?:[.·]\d+)?\s*%?[\s-]*(?={CI})|\b[89]\d(?:[.·]\d+)?\s*%\s+(?=(?:[\w-]+\s+){{1,3}}{CI})|"
    rf"(?:CIs?|CrI|[Ii]ntervals?)[\s:,=(\[]{{0,3}}9[059]\s*%[\s:,;=(\[]*(?={N}\s*%?{TO}{N})|[Cc]onfidence level of \d+"
)
LIST = rf"{N}(?:\s*(?:(?:[-–—/]|to|or)\s*{N}(?=\s*\(\d+(?:\.\d+)?%)|(?:[-–—/,]|to|or|and)\s*{N}(?!\d|\s*(?:[%(]|in\b|of\b|(?:{COUNTED})\b))))*"
SUBSTANCE = "fluoro|chloro|bromo|nitro|hydroxy|hydro|methyl|amino|mercapto|deoxy|thio|oxo|aza"
ASIDE: dict[str, re.Pattern[str]] = {
    reason: re.compile(pattern)
    for reason, pattern in {
        "registration number": r"\b(?:NCT|ISRCTN|ACTRN|ChiCTR|UMIN|CTRI|DRKS|jRCT|EudraCT)\W{0,3}(?:[Nn]umber|[Nn]o\.)?[\s:]*[\w/-]*\d[\w/-]*",
        "address on the web": r"(?:https?://|www\.|doi:)\S+|\b10\.\d{4,}/\S+",
        "citation": r"(?<![\d%)] )(?<![\d%)])\[\d+(?:\s*[,–—-]\s*\d+)*\]|\[\d+(?:\s*,\s*\d+)+\]|(?<=[a-z.,] )\[\d+\]|\[\d+\](?=[.;,])",
        "raised: a citation, footnote or unit": RAISED,
        "power of ten": r"(?<=[×x*] )10(?=[⁰-⁹⁻^])|(?<=[×x*])10(?=[⁰¹²³⁴-⁹⁻^])|\b10(?=[⁰¹²³⁴-⁹⁻]+/)",
        "confidence level": LEVEL,
        "grade": rf"\b[Gg]rades?[\s-]*(?:[≥>≤<]\s*)?{LIST}(?:\s+or\s+(?:higher|more|worse|above|greater))?|\b[1-5]\s*[/–-]\s*[1-5](?=\s+[Gg]rades?\b)",
        "name of a stage, phase, score or the like": rf"\b(?:[Ss]tages?|[Pp]hase|[Cc]lass|ECOG(?:\s+PS|\s+performance[- ]status)?(?:\s+score)?|(?:[Ss]ub)?[Ss]core|[Tt]ype|[Cc]ycles?|[Cc]ourses?|[Ll]ines?|[Ll]evels?|[Cc]ohort|[Pp]art|[Ss]tep|[Dd]ose level|[Ss]tatus|[Pp]erformance [Ss]tatus(?: score)?)\s*(?:of\s+|≥\s*|≤\s*|=\s*(?=\d/\d\b))?{LIST}",
        "name of an arm": rf"\b(?:[Aa]rms?|[Gg]roups?)\s+[1-4](?:(?:,\s*|\s+(?:and|or)\s+)[1-4])*\b(?!\s*%|[.·]\d|\s+of\b|\s+(?:{COUNTED})\b)",
        "dilution": r"\b1\s*/\s*\d{1,3}[, \u00a0]?000\b",
        "temperature": rf"{N}\s*°\s*[CF]\b",
        "part of a larger number in words": rf"(?i:\bthousand){HYPHEN}(?:and )?{WORD}",
        "version": r"\b[Vv]ersions?\s+\d+(?:\.\d+)*",
        "cross reference": rf"\b(?:[Tt]ables?|[Ff]ig(?:ure|s|ures)?\.?|[Aa]ppendix|[Aa]dditional file|[Ss]upplement\w*|[Rr]efs?\.|[Ss]ection|[Pp]ages?|[Pp]anel|[Bb]ox|[Cc]hapter|[Vv]ideo)\s*(?:(?:[Tt]able|[Ff]igure|[Aa]ppendix|[Ff]ile)\s*)?S?{LIST}",
        "randomization ratio": r"\b\d+\s*:\s*\d+(?:\s*:\s*\d+)*\b",
        "design of the analysis": rf"\b(?:alpha|α|power|significance|type I error)\b[^.;()]{{0,40}}?{N}\s*%?|{N}\s*%\s*power|\b(?:one|two|1|2)-(?:sided|tailed|stage|arm|group|way|sample)\b|\b(?:two|one|three)\b(?=\s+(?:\w+\s+)?(?:arms?|groups?|stages?)\b)",
        "dose": rf"\b{N}(?:{DASH}{N})?\s*{DRUG_UNIT}",
        "day of the schedule": rf"\b[Dd]ays?\s*[-–−+]?\s*{N}(?:(?:{DASH}|,\s*|\s+and\s+){N})*",
        "time point": rf"\b(?:[Ww]eeks?|[Mm]onths?|[Yy]ears?)\s+{N}|\b(?:{N}|{WORD})[-‐–]\s*(?:year|month|week|day|hour)s?\b|\b[Aa]t\s+(?:(?:{N}|{WORD})(?:,\s*|\s*,?\s*and\s+|\s+or\s+))*(?:{N}|{WORD})\s+(?:years?|months?|weeks?|days?|hours?)\b",
        "year or date": rf"\b(?:{MONTH}\s+)?(?:\d{{1,2}},?\s+)?(?:{MONTH}\s+)?(?:19|20)\d\d\b(?![.·]\d|\s*%)(?:-\d\d-\d\d)?|\b{MONTH}\s+\d{{1,2}}\b(?!\s*\()",
        "degrees of freedom": rf"\b[Ft]\s?\(\s*{N}(?:\s*[,;]\s*{N})?\s*\)(?=\s*[=<>≤≥])",
        "threshold in a definition": rf"(?<!\b[Pp]\s)(?<!\b[Pp])(?<!I\s)(?<!I)(?:[<>≤≥]\s*=?\s*|\b(?:at least|more than|less than|greater than|over(?! \d+ (?:day|week|month|year))|above|below|under|exceeding|exceeded|exceeds)\s+){N}\s*(?:%|×|x\s*10|{UNIT})?|{N}(?:[.·]\d+)?\s*%?\s*[<≤]\s*(?=[A-Z])|{N}\s*(?:%|{UNIT})?\s*(?:of age\s*)?or\s+(?:older|younger|more|less|greater|higher)",
        "frequency or course of treatment": rf"\b(?:every|each|once|twice|per|q)\s*(?:{N}|{WORD})\s*(?:{UNIT})?|(?<![Mm]edian of )\b(?:{N}|{WORD})\s+(?:\w+\s+)?(?:cycles?|courses?|lines?|doses|times|fractions)\b",
        "name of a substance": rf"\b\d(?:,\d)*[-‐](?:FU\b|[a-z]*(?:{SUBSTANCE})[a-z]+)",
        "part of a name": r"\b(?:PASI|EASI|ACR|ASAS|SRI|IGA|DAS)[\s-]?\d+|[A-Za-z]+(?:[-‐–/]?\d+(?:[.·]\d+)?)+[A-Za-z]*(?:\s+W\b)?|(?<=[A-Za-z]-)\d+|\b\d+(?:st|nd|rd|th|[A-Z]\w*|[pq])\b",
        "not a count": rf"\b(?:[Aa]lmost|[Aa]bout|[Nn]early|approximately|over|than|only)\s+[1-4]/[2-5]\b|(?i:\b(?:almost|about|nearly|approximately|around|roughly))\s+(?:{N}|{WORD})\s+(?:(?:out\s+)?of|in)\s+(?:(?:the|every|all)\s+)?(?:{N}|{WORD})\b(?!\s*%|[.·]\d)|{WORD}-(?:thirds?|quarters?|fifths?|fold)\b|\b[Oo]ne\b(?=\s+(?:of\b|or more|cycle|another|by one|hand|month|year|week|day))|\b(?:no|each|any|every) one\b|\bone\b(?=[-‐])",
    }.items()
}


@dataclass(frozen=True)
class Numeral:
    """A numeral in one text: where it stands, and its digits."""

    start: int
    end: int
    digits: str
    spelled: bool = False


def in_words(numeral: str) -> int | None:
    """Value of a number below 1000 in words, as ``WORD`` finds them, or of `no`; None for others.

    Examples
    --------
    >>> in_words("One hundred and seventy-one")
    171
    """
    if numeral.lower() in ("no", "none"):
        return 0
    words = re.sub(HYPHEN, " ", numeral.lower()).replace(" and ", " ")
    hundreds, _, rest = words.rpartition("hundred")
    try:
        return sum(
            [100 * IN_WORDS[w] for w in hundreds.split()] + [IN_WORDS[w] for w in rest.split()]
        )
    except KeyError:
        return None


def numerals(text: str) -> Iterator[Numeral]:
    """Every numeral of a text, in digits or in words, in order."""
    for found in NUMERAL.finditer(text):
        if (spelled := in_words(found[0])) is not None:
            yield Numeral(found.start(), found.end(), str(spelled), True)
        else:
            digits = found[0].translate(str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789"))
            yield Numeral(found.start(), found.end(), digits)


def set_aside(text: str) -> dict[int, str]:
    """Reason for each character of a text whose numerals only name something."""
    reasons: dict[int, str] = {}
    for reason, pattern in ASIDE.items():
        for found in pattern.finditer(text):
            for place in range(*found.span()):
                reasons.setdefault(place, reason)
    return reasons
