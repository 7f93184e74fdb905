"""Say who is counted, and out of whom, as far as the article says it."""

import re
from dataclasses import replace
from itertools import groupby
from math import ceil, inf, isnan, nan

from numbercheck.draft.columns import least_known, read_columns
from numbercheck.draft.comparing import compare
from numbercheck.draft.findings import OTHER_GROUP, add_note
from numbercheck.draft.naming import SLIP, Drafted, Entry, Measures, number, plain
from numbercheck.draft.shares import MOST, can_be_share, is_share, is_share_of
from numbercheck.draft.sizes import ENROLLED, LOST, Sizes, is_told, rank_of, size_of, whole

WHOM = "guess: whom it counts"
UNCLEAR = "out of how many is not clear: say it in among"
SAME_SENTENCE = 200  # characters
NOT_ENROLLED = re.compile(r"screen|eligib|declined|\bexcluded", re.IGNORECASE)


def give_populations(measures: Measures) -> None:
    """Write the expressions of all measures.

    A count or percentage that no known population fits is left without one, so that no
    denominator is guessed into a mismatch.
    """
    groups = Populations(measures)
    everyone = size_of(groups.whole) if groups.whole else MOST
    measures.all = [d for d in measures.all if can_be_share(d, everyone)]
    groups.fewer, groups.wrong = read_columns(measures.all, lambda drafted: groups.of(drafted)[1])
    several = any(d.first.arm for d in measures.all)
    for drafted in measures.all:
        if groups.is_outside(drafted):
            for found in (entry.finding for entry in drafted.entries):
                found.kind = "design"
                found.numbers = [replace(n, statistic="value") for n in found.numbers]
        if any(number(n) > groups.main.get(drafted.first.arm, inf) for n in drafted.printed("N")):
            drafted.first.arm, drafted.slug = "", measures.new_slug(f"{drafted.slug}_in_all")
        kind, first = drafted.first.kind, drafted.first
        if kind == "count":
            drafted.where = drafted.slug
            drafted.among, drafted.note = groups.denominator(drafted)
            if id(drafted) in groups.fewer:
                drafted.among, drafted.note = _unclear(drafted)
        elif kind in ("quantity", "survival", "rate"):
            of_variable = kind == "quantity" and first.arm and not first.endpoint
            drafted.where = drafted.slug if of_variable else ""
            drafted.among = groups.of(drafted)[0]
            if first.endpoint and (several or first.note == OTHER_GROUP) and not first.arm:
                drafted.among, drafted.note = _unclear(drafted)
    _agree(measures)
    _set_curves_apart(measures.all)
    for drafted in measures.all:
        if drafted.first.kind == "comparison":
            compare(drafted, measures.all, groups.main)
        _mark_guesses(drafted, groups)


def _mark_guesses(drafted: Drafted, groups: "Populations") -> None:
    """Note whom the draft has guessed, unless another printing of the number bears it out."""
    read = [e for e in drafted.entries if groups.is_read(drafted, e)]
    sure = [e for e in read if is_told(e)]
    for entry in drafted.entries:
        if entry not in sure and any(_repeats(entry, other) for other in sure):
            entry.finding.note = ""
        elif entry not in read:
            add_note(entry.finding, WHOM)


def _repeats(entry: Entry, other: Entry) -> bool:
    """Whether two entries of one name have the percentage in common, or the count if it is alone."""
    statistic = "percent" if entry.finding.value("percent") else "n"
    ours, theirs = (plain(e.finding.value(statistic)) for e in (entry, other))
    return bool(ours) and ours == theirs and "guess:" not in entry.joined + other.joined


class Populations:
    """The groups of patients that an article counts: everyone, its arms, and others of a table."""

    def __init__(self, measures: Measures) -> None:
        self.measures = measures
        found = [d for d in measures.all if d.first.kind == "population"]
        self.main: Sizes = {}
        entered = {size_of(d) for d in found if not d.first.arm and rank_of(d) >= ENROLLED}
        for drafted in found:
            told = [e for e in drafted.entries if is_told(e)]
            if size_of(drafted) in entered:  # not of one arm, unless a table says so
                told = [e for e in told if e.part.startswith("Table")]
            if drafted.first.arm and told:
                known = self.main.get(drafted.first.arm, 0)
                self.main[drafted.first.arm] = max(known, size_of(drafted))
        self.whole = whole(found, self.main)
        self.printed = {number(n) for d in measures.all for n in d.printed("N")}  # totals
        self.printed |= set(map(size_of, found))
        counts = (d for d in measures.all if d.first.kind == "count" and not d.printed("percent"))
        self.printed |= {number(n) for d in counts for n in d.printed("n")}
        self.counted: dict[str, set[float]] = {}  # locus: how many are counted in the paragraph
        for entry in (e for d in measures.all for e in d.entries if d.first.kind == "count"):
            self.counted.setdefault(entry.locus, set()).add(_printed(entry))
        self.others = [d for d in found if not (d.first.arm or self.is_outside(d))]
        self.odd: dict[str, tuple[str, Sizes]] = {}  # part: population of its table
        self.overlap = False  # the arms are not parts of everyone, as in a crossover
        self.fewer: set[int] = set()  # identities of measures out of fewer than their column has
        self.wrong: set[int] = set()  # of those with a slip
        self.home = ""  # the expression for everyone whose arm is known
        self._set_arms_apart([d for d in found if d.first.arm])
        for drafted in self.others:
            drafted.where = "" if drafted is self.whole else drafted.slug

    def _set_arms_apart(self, arms: list[Drafted]) -> None:
        """Join the sizes of arms to everyone's, but for those of other patients, as for safety."""
        if not arms:
            return
        in_one_place = False
        for part in dict.fromkeys(e.part for d in arms for e in d.entries):
            sizes = {d.first.arm: size_of(d) for d in reversed(arms) for e in d.entries
                     if e.part == part}  # fmt: skip
            self.printed.add(sum(sizes.values()))
            in_one_place |= sizes == self.main
            if part.startswith("Table") and any(self.main.get(a) != n for a, n in sizes.items()):
                known = next((odd for odd in self.odd.values() if odd[1] == sizes), None)
                self.odd[part] = known or (self.measures.new_slug(f"patients_{part}"), sizes)
        parts = self._are_parts(arms)
        together = sum(self.main.values())
        larger = max(map(size_of, self.others), default=0) > together
        self.overlap = not parts and (
            together > size_of(self.whole) if self.whole else larger or not in_one_place
        )
        if self.whole and parts:
            slug = self.whole.slug
        else:
            slug = self.measures.new_slug("patients_by_arm" if self.whole else "patients")
            self.home = slug if self.whole else ""
        rest: list[Drafted] = []
        for drafted in arms:
            entries, drafted.entries = drafted.entries, []
            for entry in entries:
                at = self.odd[entry.part][0] if entry.part in self.odd else slug
                sizes = self.odd[entry.part][1] if entry.part in self.odd else self.main
                if _printed(entry) != sizes.get(drafted.first.arm):
                    at = self.measures.new_slug(f"patients_{entry.part}")
                rest.append(Drafted(at, entry.finding, frozenset(), "", [entry]))
        self.measures.all = [d for d in self.measures.all if d.entries]
        for (at, _), same in groupby(sorted(rest, key=_by_arm), _by_arm):
            first, *more = same
            first.entries += [e for d in more for e in d.entries]
            first.where = self.home if at == slug else at
            first.first.label = "Patients" if at == slug else f"Patients, {first.entries[0].part}"
            self.measures.all.append(first)

    def _are_parts(self, arms: list[Drafted]) -> bool:
        """Whether the arms are all of everyone, or were assigned in one paragraph with them."""
        if not self.whole or sum(self.main.values()) == size_of(self.whole):
            return bool(self.whole)
        rest = size_of(self.whole) - sum(self.main.values())
        if abs(rest) > LOST * size_of(self.whole):
            return False  # those who stayed
        told = [d.entries[0] for d in arms if size_of(d) == self.main.get(d.first.arm)]
        loci = {e.locus for e in told}
        near = [e for e in self.whole.entries if e.locus in loci and not e.part.startswith("Table")]
        others = (e for d in self.measures.all for e in d.entries if e.locus in loci)
        return (
            bool(near)
            and len(loci) == 1
            and all(e.finding.label == "Assigned" for e in told)
            and all(abs(_start(e) - _start(near[0])) < SAME_SENTENCE for e in told)
            and not any(_printed(e) == rest for e in others)  # who is left out is told
        )

    def is_outside(self, drafted: Drafted) -> bool:
        """Whether a count is of patients who were not enrolled, as those screened."""
        first = drafted.first
        is_one = (
            first.kind in ("count", "population")
            and not first.arm
            and all([n.statistic for n in e.finding.numbers] == ["n"] for e in drafted.entries)
        )
        counts = drafted.printed("n")
        more = bool(counts) and number(counts[0]) > size_of(self.whole)
        told = first.kind == "count" and bool(NOT_ENROLLED.search(first.label))
        return is_one and bool(counts) and (more or told)

    def is_read(self, drafted: Drafted, entry: Entry) -> bool:
        """Whether the article says whom an entry counts: by a column's head, or a total that fits."""
        first, found = drafted.first, entry.finding
        in_table = entry.part.startswith("Table")
        if first.kind == "population":
            is_size = drafted is self.whole or _printed(entry) == self.main.get(first.arm)
            return (in_table or is_size) and is_told(entry) and not (first.arm and self.overlap)
        if first.kind != "count":
            return True
        among, size = self.of(drafted)
        is_unknown = first.arm and (self.overlap or first.arm not in self.main)
        is_counted = bool(found.value("n"))  # else a percentage may be a mean or a change
        is_more = number(found.value("n")) > size
        if is_unknown or not is_counted or is_more or id(drafted) in self.fewer:
            return False
        if in_table and (found.size or first.arm):
            return True
        if total := found.value("N"):
            return number(total) == size
        is_another = not is_share(found, size, slip=0) and any(
            is_share(found, other, slip=0) for other in self.printed | self.counted[entry.locus]
        )
        is_prose = not in_table and size > 0
        nearly = range(ceil(least_known(size) * size), int(size)) if is_prose else ()
        may_miss = any(is_share(found, fewer, slip=0) for fewer in nearly)
        slip = 0 if found.value("conf_low") or may_miss else 1  # those may be of fewer patients
        is_its = is_share(found, size, slip) or id(drafted) in self.wrong
        return drafted.among == among and is_its and not is_another

    def of(self, drafted: Drafted) -> tuple[str, float]:
        """Population of a measure within its arm, and its size, if it is that of its column."""
        among, size = self._of(drafted)
        is_another = drafted.first.size and number(drafted.first.size) != size
        return among, nan if is_another else size

    def _of(self, drafted: Drafted) -> tuple[str, float]:
        first, part = drafted.first, drafted.entries[0].part
        if part in self.odd and (first.arm or not self.others):
            slug, sizes = self.odd[part]
            return slug, sizes.get(first.arm, nan)
        if first.arm:
            return self.home, self.main.get(first.arm, nan)
        home = self.whole
        for other in self.others:
            if first.section and first.section in {e.finding.label for e in other.entries}:
                home = other
        return home.where if home else "", size_of(home)

    def totals(self, arm: str) -> set[float]:
        """Denominators that are printed anywhere of an arm, or of everyone."""
        printed = (d.printed("N") for d in self.measures.all if d.first.arm == arm)
        safety = {sizes[arm] for _, sizes in self.odd.values() if arm in sizes}
        return safety | {number(n) for numbers in printed for n in numbers}

    def denominator(self, drafted: Drafted) -> tuple[str, str]:
        """Out of whom a count is, in an expression, with a note where that is a guess or open."""
        among, size = self.of(drafted)
        first = drafted.first
        lost = "arm is not clear" in first.note
        others = [p for p in self.others if p.where != among and not (first.arm or lost)]
        exact = [p for p in others if is_share_of(drafted, size_of(p), near=0)]
        sure = drafted.printed("n") and drafted.printed("percent")
        if drafted.printed("N") and not lost:
            total = number(drafted.printed("N")[0])
            same = [p for p in others if size_of(p) == total and not first.arm]
            if total != size and len(same) == 1:
                return same[0].where, f"guess: out of {same[0].first.label}"
            return (among if total == size else f"{drafted.slug}_known"), ""
        told = exact or any(is_share_of(drafted, n, near=0) for n in self.totals(first.arm))
        near = 0 if sure and told else SLIP
        lost = lost or (first.size != "" and isnan(size))  # not of its column
        if not lost and (is_share_of(drafted, size, near) or id(drafted) in self.wrong):
            return among, ""
        if sure and len(exact) == 1:
            return exact[0].where, f"guess: out of {exact[0].first.label}"
        return _unclear(drafted)


def _unclear(drafted: Drafted) -> tuple[str, str]:
    """A population of its own, whose size nothing says, and the note on that."""
    return f"{drafted.slug}_known", UNCLEAR


def _by_arm(drafted: Drafted) -> tuple[str, str]:
    return drafted.slug, drafted.first.arm


def _agree(measures: Measures) -> None:
    """Set apart what is of all arms but may not be their sum; give arms one denominator."""
    slugs: dict[str, list[Drafted]] = {}
    for drafted in measures.all:
        if drafted.first.kind in ("count", "quantity", "survival", "rate"):
            slugs.setdefault(drafted.slug, []).append(drafted)
    for slug, group in slugs.items():
        arms = [d for d in group if d.first.arm]
        for drafted in group if arms else ():
            is_apart = drafted.note or drafted.among == f"{slug}_known" or _is_other(drafted, arms)
            if not drafted.first.arm and is_apart:
                drafted.slug = measures.new_slug(f"{slug}_in_all")
                drafted.where = drafted.where and drafted.slug
                drafted.among = f"{drafted.slug}_known" if drafted.note else drafted.among
        group = [d for d in group if d.slug == slug]
        if len({d.among for d in group}) > 1:
            for drafted in group:
                drafted.among, drafted.note = _unclear(drafted)


def _is_other(drafted: Drafted, arms: list[Drafted]) -> bool:
    """Whether a word names one count in the text and others, of the arms, in a table."""
    elsewhere = not {e.part for e in drafted.entries} & {e.part for d in arms for e in d.entries}
    return len(drafted.words) < 2 and elsewhere and size_of(drafted) != sum(map(size_of, arms))


def _set_curves_apart(measures: list[Drafted]) -> None:
    """Leave open whose survival it is where one arm has several values at one time, or medians."""
    at: dict[tuple[str, float, str], list[Drafted]] = {}
    for drafted in measures:
        first = drafted.first
        if first.kind in ("survival", "quantity") and first.endpoint:
            at.setdefault((first.endpoint, first.horizon, first.arm), []).append(drafted)
    for same in at.values():
        for drafted in same if len(same) > 1 else ():
            drafted.among, drafted.note = _unclear(drafted)


def _start(entry: Entry) -> int:
    return entry.finding.numbers[0].start


def _printed(entry: Entry) -> float:
    return number(entry.finding.value("n"))
