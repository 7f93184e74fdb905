"""Name what a number measures by the words around it, and tell when two names are one."""

import re

LINK = (
    r"occurred|was|were|is|are|has|have|had|been|observed|reported|seen|noted|achieved|recorded|"
    r"documented|developed|found|present|reached|in|of|by|for|among|at|only|limited|to|be|"
    r"approximately|about|estimated|with|the|a|an|all|and|respectively|included|including|total|"
    r"did|as|less|more|fewer|common|frequent|rarer|often|likely|significantly"
)
PERSONS = (
    r"eligible|evaluable|treated|enrolled|assigned|allocated|randomi[sz]ed|patients?|participants?|subjects?|persons?|people|"
    r"individuals|who|whom|moreover|notably|achieve|achieving|having|experienced|experiencing|"
    r"underwent|undergoing|received|receiving|showed|showing|rates?|that|these|those|this|from|"
    r"there|cases?|events?"
)
ENDS = re.compile(rf"(?:\s|^)(?:{LINK}|rates?|{PERSONS})$", re.IGNORECASE)
BEGINS = re.compile(rf"^(?:{LINK}|{PERSONS})(?:\s|$)", re.IGNORECASE)
CUT = re.compile(
    r"[,;:]|\s(?:and|with|while|whereas|but|including|included|compared|versus|vs\.?|than|which|"
    r"after|during|within|before|based)\s",
    re.IGNORECASE,
)
BOTH = re.compile(r"\sand\s(?=[\w-]+(?:\s[\w-]+)?\s*[.;)])")  # of two together
GRADE = re.compile(r"\bgrades?\s*[≥>]?\s*\d(?:\s*[-–—/]\s*\d|\s*or\s*\w+)?", re.IGNORECASE)


def label_around(before: str, after: str, lead: str = "") -> str:
    """Name of what a number counts, from the words on both sides of it.

    Examples
    --------
    >>> label_around("Grade 3–4 neutropenia occurred in ", " patients and ")
    'Grade 3–4 neutropenia'
    >>> label_around("Moreover, ", " achieved MRD negativity (Table 1).")
    'MRD negativity'
    """
    named = re.search(
        r"\b(?:incidence|rate|proportion|frequency|risk)s? of ([^,;:()]+?)(?: (?:was|were|than|compared|in|with|between)\b|$)",
        _bare(before),
    )
    if named and trimmed(named[1]):
        return trimmed(named[1])
    left = CUT.split(f" {_bare(before)} ")[-1].strip()
    listed = re.split(r"\b(?:were|was)\b", left)[-1]
    if before.rstrip().endswith(("(", "[")) and trimmed(listed):
        left = listed
    joined = BOTH.sub(" & ", re.sub(r"^\s*(?:with|who|and)\b", "", _bare(after)))
    right = re.split(r"\breported\b", CUT.split(f"{joined} ")[0])[0].strip(" .")
    right = right.replace(" & ", " and ")
    name = trimmed(left)
    after_first = not name or (
        not ENDS.search(left) and bool(right) and not before.rstrip().endswith(("(", "["))
    )
    label = (trimmed(right) or name) if after_first else name
    inherited = GRADE.search(lead) if "included" in lead or "were" in lead else None
    if inherited and label and not GRADE.search(label) and re.search(r"events|toxicit", lead):
        label = f"{label}, {inherited[0]}"
    return label


def trimmed(words: str) -> str:
    """Words without what only links them to the number, at most ten."""
    words = re.sub(r"[\s¤]+", " ", re.sub(r"\([^)]*\)?|\[[^\]]*\]?|[().\[\]]", " ", words)).strip(
        " ,;:-–"
    )
    previous = None
    while words != previous:
        previous = words
        words = BEGINS.sub("", ENDS.sub("", words)).strip(" ,;:-–")
    words = " ".join(words.split()[:10])
    return words[:1].upper() + words[1:]


def _bare(text: str) -> str:
    """Text without what stands in brackets, and without an opening bracket at its end."""
    return re.sub(
        r"\([^()]*\)|\[[^\[\]]*\]|[(\[]\s*$", " ", re.sub(r"^[^()\[\]]*[)\]]", " ", text, count=1)
    )


WORD = re.compile(r"[\w≥<>≤.%+]+")
STEMS = {
    "negativity": "negative",
    "positivity": "positive",
    "randomised": "randomized",
    "followed": "follow",
}
EMPTY = re.compile(
    r"an?|the|of|in|with|to|at|by|for|and|or|was|were|had|patients?|rates?|groups?|no?|number|"
    r"achiev(ed|ing)|after|during|weeks?|treatment|related|any|up|time"
)


def tokens(label: str, abbreviations: dict[str, str]) -> frozenset[str]:
    """Words of a label that tell it from others, abbreviations by their long forms."""
    long = " ".join(abbreviations.get(word, word) for word in WORD.findall(label)).lower()
    found = (re.sub(r"(?<=\w{3})s$", "", STEMS.get(w, w)) for w in WORD.findall(long))
    return frozenset(word for word in found if not EMPTY.fullmatch(word))


def abbreviations(text: str) -> dict[str, str]:
    """Abbreviations that a text explains in brackets after their words.

    Examples
    --------
    >>> abbreviations("cytokine release syndrome (CRS) occurred")
    {'CRS': 'cytokine release syndrome'}
    """
    found: dict[str, str] = {}
    for match in re.finditer(r"((?:[\w-]+\s+){1,7})\(([A-Z][A-Za-z]{1,6})[,;)]", text):
        words, short = match[1].split(), match[2]
        for size in range(len(short) - 2, len(short) + 3):
            initials = "".join(p[0] for w in words[-size:] for p in w.split("-") if p).lower()
            letters = iter(initials)
            begins = size > 0 and initials[:1] == short[0].lower()
            if begins and all(letter in letters for letter in short.lower().rstrip("s")):
                found.setdefault(short, " ".join(words[-size:]).lower())
    return found
