"""Join what is found to measures: repeated numbers are one where label and statistic agree."""

import re
from collections.abc import Container, Iterable
from dataclasses import dataclass, field
from keyword import iskeyword

from numbercheck.draft.findings import LIMITS, OTHER, Finding, Number
from numbercheck.draft.labels import GRADE, tokens
from numbercheck.ledger.arms import as_slug

NO_CENTER = {"n", "N", "sd", "p_value", *LIMITS}  # what need not lie between the limits
PAIRS = (LIMITS, ("p25", "p75"), ("min", "max"))
BESIDE = 100  # characters at most between two numbers that are compared
SLIP = 1.5  # percentage points: farther off, numbers are of other patients or another measure


@dataclass
class Entry:
    """A finding with its place, and the order of each number's numerals in its part."""

    finding: Finding
    part: str
    locus: str
    orders: list[str]
    joined: str = "the same as"  # a guess unless it has the same words


@dataclass
class Drafted:
    """One measure in one arm or in all, and what the article prints of it.

    Those of one slug are one measure of the ledger, whose claims name the arms.
    """

    slug: str
    first: Finding
    words: frozenset[str]
    grade: str
    entries: list[Entry] = field(default_factory=list)
    among: str = ""
    where: str = ""
    note: str = ""
    codes: tuple[str, ...] = ()  # categories whose counts a comparison compares

    def printed(self, statistic: str) -> list[str]:
        """Every printing of a statistic."""
        return [value for e in self.entries if (value := e.finding.value(statistic))]


class Measures:
    """Measures in the order of their first printing; ``arms`` are those that claims may name."""

    def __init__(self, abbreviations: dict[str, str], arms: Iterable[str] = ()) -> None:
        self.abbreviations = abbreviations
        self.endings = [f"_{as_slug(arm)}" for arm in arms]
        self.all: list[Drafted] = []
        self.owners: dict[str, tuple] = {"arm": ()}  # slug: words and kind that it stands for

    def add(self, entry: Entry) -> None:
        """Join an entry to the measure that it repeats, or begin another."""
        finding = entry.finding
        if not finding.numbers:
            return
        words, grade = self._key(finding)
        beside = self._beside(entry, words, grade)
        for drafted in self.all:
            is_apart = beside and drafted.slug not in beside
            if not is_apart and self._same(drafted, entry, words, grade):
                is_named_so = words == drafted.words and not self._may_differ(drafted, finding)
                if not is_named_so and finding.kind != "population":
                    entry.joined = "guess: the same as"
                drafted.entries.append(entry)
                return
        for drafted in self.all:
            if self._all_but_one(drafted, entry, words, grade):
                entry.joined = "guess: the same as"
                drafted.entries.append(entry)
                return
        key = (words or finding.label or len(self.all), grade, finding.kind)
        wanted = _slugged(finding.label) or finding.kind
        taken = {
            d.slug
            for d in self.all
            if d.first.arm == finding.arm or any(_in_rows(e, entry) for e in d.entries)
        }
        slug = self.new_slug(wanted, key, taken)
        self.all.append(Drafted(slug, finding, words, grade, [entry]))

    def new_slug(self, wanted: str, key: tuple = (), taken: Container[str] = ()) -> str:
        """A slug for what the key stands for, with a number where another has it already."""
        key, wanted = key or (wanted, len(self.owners)), _slugged(wanted)
        slug, number = wanted, 2
        while (
            self.owners.get(slug, key) != key
            or slug in taken
            or iskeyword(slug)
            or self._is_of_an_arm(slug)
        ):
            slug, number = f"{wanted}_{number}", number + 1
        self.owners[slug] = key
        return slug

    def _is_of_an_arm(self, slug: str) -> bool:
        """Whether a slug is another measure's within an arm, or the other is this one's."""
        ends = self.endings
        is_part = any(slug.endswith(e) and slug.removesuffix(e) in self.owners for e in ends)
        return is_part or any(f"{slug}{e}" in self.owners for e in ends)

    def _key(self, finding: Finding) -> tuple[frozenset[str], str]:
        grade = GRADE.search(finding.label)
        bare = GRADE.sub("", finding.label) if grade else finding.label
        return tokens(bare, self.abbreviations), _grade(grade[0]) if grade else ""

    def _beside(self, entry: Entry, words: frozenset[str], grade: str) -> set[str]:
        """Measures of the other arms with which a sentence compares an entry, by their slugs."""
        finding = entry.finding
        found = {
            d.slug
            for d in self.all
            if (d.first.kind, d.words, d.grade) == (finding.kind, words, grade)
            and d.first.arm not in ("", finding.arm)
            and any(_is_compared(e, entry) for e in d.entries)
        }
        return found if finding.arm else set()

    def _same(self, drafted: Drafted, entry: Entry, words: frozenset[str], grade: str) -> bool:
        first, finding = drafted.first, entry.finding
        if (first.kind, first.arm, drafted.grade) != (finding.kind, finding.arm, grade):
            return False
        values = {n.statistic: plain(n.printed) for n in finding.numbers}
        shared = {s for s in values if drafted.printed(s)}
        agree = {s for s in shared if values[s] in map(plain, drafted.printed(s))}
        if shared - agree and self._is_other(drafted, entry, shared - agree):
            return False  # of two groups, not one number printed in two ways
        shared, agree = shared - {"N"}, agree - {"N"}
        if finding.kind in ("design", "external"):
            return (
                drafted.words == words
                and first.label == finding.label
                and agree == shared == set(values)
            )
        if finding.kind == "survival":
            return (first.endpoint, first.horizon) == (finding.endpoint, finding.horizon) and (
                bool(agree) or not shared
            )
        if finding.kind == "population":
            return bool(agree)
        table = entry.part.startswith("Table")
        if table and any(e.part == entry.part for e in drafted.entries):
            return False
        if table and drafted.entries[0].part.startswith("Table") and not agree == shared > set():
            return False  # two tables print two things
        if max(map(len, words), default=0) > 1 and words == drafted.words:
            center = [s for s in values if s in shared][: None if finding.kind == "count" else 1]
            return (
                bool(agree & set(center))
                if shared
                else finding.kind == "count" and _agree(values, drafted)
            )
        nested = bool(words and drafted.words) and (
            words <= drafted.words or drafted.words <= words
        )
        if nested and agree and agree == shared:
            return len(agree) > 1 or finding.kind != "count" or len(values) == 1
        return len(agree) > 2 and agree == shared and bool(words & drafted.words)

    def _all_but_one(
        self, drafted: Drafted, entry: Entry, words: frozenset[str], grade: str
    ) -> bool:
        """Whether another place prints a result with all its numbers but one, perhaps a slip."""
        first, finding = drafted.first, entry.finding
        if (first.kind, first.arm, drafted.grade) != (finding.kind, finding.arm, grade):
            return False
        if any(e.part == entry.part for e in drafted.entries) or not words & drafted.words:
            return False
        values = {n.statistic: plain(n.printed) for n in finding.numbers}
        shared = {s for s in values if drafted.printed(s)}
        agree = {s for s in shared if values[s] in map(plain, drafted.printed(s))}
        return len(agree) > 2 and len(shared - agree) == 1

    @staticmethod
    def _may_differ(drafted: Drafted, finding: Finding) -> bool:
        """Whether one word names two numbers, whose limits tell them apart."""
        limits = {s: plain(finding.value(s)) for s in LIMITS if drafted.printed(s)}
        differ = any(v and v not in map(plain, drafted.printed(s)) for s, v in limits.items())
        return differ and len(drafted.words) < 2

    @staticmethod
    def _is_other(drafted: Drafted, entry: Entry, differ: set[str]) -> bool:
        """Whether an entry with other numbers than a measure's is of another group."""
        beside = any(e.locus == entry.locus for e in drafted.entries)
        of_others = {"N", "sd"} & differ or any(set(pair) <= differ for pair in PAIRS)
        total, known = entry.finding.size, drafted.printed("N")
        is_apart = bool(total and known) and total not in map(plain, known)
        return bool(beside or of_others or is_apart or entry.finding.label.endswith(OTHER))


def _is_compared(first: Entry, second: Entry) -> bool:
    """Whether two entries stand side by side in a text."""
    starts = (e.finding.numbers[0].start for e in (second, first))
    in_text = first.locus == second.locus and not first.part.startswith("Table")
    return in_text and 0 < next(starts) - next(starts) < BESIDE


def _in_rows(first: Entry, second: Entry) -> bool:
    """Whether two entries are of two rows of tables, which count two things."""
    in_tables = first.part.startswith("Table") and second.part.startswith("Table")
    is_one = first.part == second.part and first.finding.row == second.finding.row
    return in_tables and not is_one


def _agree(values: dict[str, str], drafted: Drafted) -> bool:
    """Whether a count, its total and its percentage can be of one measure, perhaps with a slip."""
    first = {s: next(iter(drafted.printed(s)), "") for s in ("n", "N", "percent")}
    n, total, percent = (number(values.get(s) or printed) for s, printed in first.items())
    return not (total and abs(100 * n / total - percent) > SLIP)


def _slugged(label: str) -> str:
    words = re.findall(r"[a-z0-9]+", label.lower().replace("≥", " ge ").replace("<", " lt "))
    slug = "_".join(words[:6])[:40].strip("_")
    return f"n_{slug}" if slug[:1].isdigit() else slug


def _grade(text: str) -> str:
    """Grades as one text: 3–4, 3 or 4 and 3 or higher are grades from 3 on."""
    digits = re.findall(r"\d", text)
    if digits[0] == "3" and (len(digits) > 1 or re.search(r"[≥>]|or\s+[a-z]", text)):
        return "3+"
    return "-".join(digits) + ("+" if re.search(r"[≥>]|or\s+[a-z]", text) else "")


def are_near(finding: Finding, limits: list[Number], reach: float = 1) -> bool:
    """Whether limits can be those of a finding, at most so many of their widths away from it."""
    center = next((number(n.printed) for n in finding.numbers if n.statistic not in ("n", "N")), 0)
    low, high = sorted(number(n.printed) for n in limits)
    far = reach * (high - low)
    return not (center < low - far or center > high + far)


def order_limits(finding: Finding) -> None:
    """Tell the lower limit from the upper where the larger one is printed first.

    Limits that leave their estimate out in either order stay so: a sign may be missing.
    """
    found = {n.statistic: n for n in finding.numbers}
    for pair in PAIRS[:2]:
        low, high = (found.get(s) for s in pair)
        beside = [number(n.printed) for s, n in found.items() if s not in (*NO_CENTER, *pair)]
        if low and high:
            ends = number(high.printed), number(low.printed)
            if ends[0] < ends[1] and all(ends[0] <= value <= ends[1] for value in beside):
                low.statistic, high.statistic = high.statistic, low.statistic


def plain(printed: str) -> str:
    """A printed number without its separators and sign of percentage."""
    return re.sub("[·∙⋅]", ".", re.sub(r"[\s,%\u00a0\u2009\u202f]", "", printed))


def number(printed: str) -> float:
    """A printed number as a float; NaN for one that is none."""
    try:
        return float(re.sub(r"^[<>=]+", "", plain(printed)))
    except ValueError:
        return float("nan")
