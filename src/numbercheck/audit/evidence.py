"""What other printed numbers say about a count: its value, or the values that it can have."""

import re
from collections import Counter
from collections.abc import Callable, Container, Iterable
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from math import ceil, floor, inf, prod
from typing import NamedTuple

from numbercheck.audit.selections import Key, Selections
from numbercheck.ledger.expressions import Expression
from numbercheck.ledger.records import Ledger
from numbercheck.ledger.rows import Claim, Measure
from numbercheck.ledger.sources import of_sources
from numbercheck.ledger.texts import confidence_level
from numbercheck.statistics.rounding import Printed

MOST_TABLES = 5_000
UNKNOWN = re.compile(
    r"unknown|missing|not (known|available|evaluable|done)|\bN/?A\b", re.IGNORECASE
)
LEAST_KNOWN = 0.9  # of a group, where no percentage tells how many
EVERYONE = Expression("")
MISSING = "depends-on-missing"  # kind of a number that fewer patients would give
Table = tuple[tuple[int, ...], ...]


class MissingError(LookupError):
    """The article does not print what a check needs; the message says what."""


@dataclass(frozen=True)
class Count:
    """Values that a count can have, out of how many, and the claims that say so."""

    values: tuple[int, ...]
    total: int | None
    claims: tuple[str, ...]


class Tables(NamedTuple):
    """Tables that the printed counts allow, one row for each group, and their claims."""

    tables: list[Table]
    claims: tuple[str, ...]


class Expected(NamedTuple):
    """Methods that numbers are expected to have, and how many numbers speak for them."""

    names: tuple[str, ...]
    number: int


class Choice(NamedTuple):
    """How methods are inferred: by numbers of a kind of measure, and of which methods each is.

    ``methods`` gives a name for a number, so that it counts once, and the methods that give it.
    """

    kind: str
    statistics: tuple[str, ...]
    methods: "Callable[[Claim, Evidence], tuple[object, list[str]]]"


class Evidence:
    """A ledger's counts, by measure and by the patients that they select."""

    def __init__(self, ledger: Ledger, beside: "Evidence | None" = None) -> None:
        self.ledger = ledger
        self.level = confidence_level(ledger.parameter("level", "0.95"))
        self.key: Callable[..., Key] = beside.key if beside else Selections(ledger).key
        self._of: dict[str, Evidence] = beside._of if beside else {}
        self._inferred: dict[tuple[Choice, str], Expected] = {}

    def of(self, source: str) -> "Evidence":
        """The same for what one source prints."""
        if source not in self._of:
            self._of[source] = Evidence(of_sources(self.ledger, [source]), self)
        return self._of[source]

    @cached_property
    def _counted(self) -> dict[Key, list[Measure]]:
        """Measures that print how many a selection has, those that print the count first."""
        found: dict[Key, list[Measure]] = {}
        for statistic in ("n", "percent"):
            for measure in self.ledger.measures.values():
                if measure.kind == "count" and self.ledger.find(measure.measure, statistic):
                    found.setdefault(self.key(measure.where, measure.among), []).append(measure)
        return found

    @cached_property
    def _denominators(self) -> dict[Key, list[Claim]]:
        """Printed sizes of populations: the n of those who are counted, else an N."""
        found: dict[Key, list[Claim]] = {}
        for key, measures in self._counted.items():
            found[key] = [c for m in measures for c in self.ledger.find(m.measure, "n")]
        for measure in self.ledger.measures.values():
            if measure.kind == "count" and measure.among.text:
                claims = self.ledger.find(measure.measure, "N")
                found.setdefault(self.key(measure.among), []).extend(claims)
        return found

    @cached_property
    def quantities(self) -> dict[tuple[str, Key], list[Measure]]:
        """Measures that summarize a variable, by its name and the patients."""
        found: dict[tuple[str, Key], list[Measure]] = {}
        for measure in self.ledger.measures.values():
            if measure.kind == "quantity" and measure.where.text:
                found.setdefault((measure.where.text, self.key(measure.among)), []).append(measure)
        return found

    @cached_property
    def columns(self) -> dict[tuple[tuple[str, ...], Key], list[Measure]]:
        """Measures that count, by the columns that they read and the patients."""
        found: dict[tuple[tuple[str, ...], Key], list[Measure]] = {}
        for measure in self.ledger.measures.values():
            if measure.kind == "count" and measure.where.text:
                key = measure.where.names, self.key(measure.among)
                found.setdefault(key, []).append(measure)
        return found

    @cached_property
    def sums(self) -> dict[str, list[list[str]]]:
        """By measure, the other measures of each sum that it is in."""
        found: dict[str, list[list[str]]] = {}
        for relation in self.ledger.relations.values():
            names = relation.expression.names if relation.kind == "sum" else ()
            for name in names:
                found.setdefault(name, []).append([other for other in names if other != name])
        return found

    @cached_property
    def totals(self) -> tuple[int, ...]:
        """Every printed number of patients that can be a whole: N, or n without a percentage.

        In ascending order.
        """
        find = self.ledger.find
        counted = [m for m in self.ledger.measures.values() if m.kind == "count"]
        whole = [c for m in counted for c in self._wholes(m)]
        whole += [
            c for m in counted if not find(m.measure, "percent") for c in find(m.measure, "n")
        ]
        return tuple(sorted({int(c.value.value) for c in whole if is_count(c.value)}))

    def _wholes(self, measure: Measure) -> list[Claim]:
        own = self.ledger.find(measure.measure, "N")
        return own or self._denominators.get(self.key(measure.among), [])

    def total(self, measure: Measure, locus: str = "") -> Count | None:
        """Denominator of a measure, as printed at this place if it is."""
        claim = same_place([c for c in self._wholes(measure) if is_count(c.value)], locus)
        if claim is None:
            return None
        total = int(claim.value.value)
        return Count((total,), total, (claim.claim,))

    def are_all_known(self, measure: Measure, total: Count) -> bool:
        """Whether a total counts those whose value is known, not all of a population.

        It does where it is the measure's own N, or its population is evaluable by definition.
        """
        known = self.evaluable(measure.where)
        is_own = self.ledger.claims[total.claims[0]].measure == measure.measure
        is_evaluable = known.text and self.key(measure.among) == self.key(measure.among, known)
        return bool(is_own or is_evaluable)

    def fewer(self, measure: Measure, total: Count) -> range:
        """Numbers below a total that may be meant, largest first; none where all are known."""
        return range(0 if self.are_all_known(measure, total) else total.values[0] - 1, 1, -1)

    def beside(self, claim: Claim, statistic: str) -> Claim | None:
        """The claim of a statistic that is printed where a claim is, else the first one."""
        if claim.statistic == statistic:
            return claim
        return same_place(self.ledger.find(claim.measure, statistic), claim.locus)

    def limits(self, claim: Claim) -> tuple[Printed | None, Printed | None]:
        """The limits printed where a claim is, itself among them; None where unreached."""
        found = [self.beside(claim, statistic) for statistic in ("conf_low", "conf_high")]
        low, high = (c.value if c and c.value.relation != "unreached" else None for c in found)
        return low, high

    def count(self, measure: Measure, locus: str = "") -> Count | None:
        """Count of a measure: printed, at this place if it is, or left open by its percentage."""
        total = self.total(measure, locus)
        size, sources = (total.total, total.claims) if total else (None, ())
        printed = [c for c in self.ledger.find(measure.measure, "n") if is_count(c.value)]
        if claim := same_place(printed, locus):
            return Count((int(claim.value.value),), size, (claim.claim, *sources))
        percents = self.ledger.find(measure.measure, "percent")
        if size and percents:
            values = possible_counts(percents[0].value, size)
            return Count(values, size, (percents[0].claim, *sources)) if values else None
        return None

    def nearest(self, measure: Measure, locus: str = "") -> Count | None:
        """Count of a measure; the two on either side where its percentage is that of none."""
        count, total = self.count(measure, locus), self.total(measure, locus)
        percents = self.ledger.find(measure.measure, "percent")
        if count or not (total and total.total and percents):
            return count
        share = percents[0].value.value * total.total / 100
        values = tuple(k for k in (floor(share), ceil(share)) if 0 <= k <= total.total)
        return Count(values, total.total, (percents[0].claim, *total.claims)) if values else None

    def selected(self, *parts: Expression) -> Count | None:
        """Count of those whom every part selects."""
        measures = self._counted.get(self.key(*parts))
        return self.count(measures[0]) if measures else None

    def nearest_selected(self, *parts: Expression) -> Count | None:
        """As `nearest`, for those whom every part selects."""
        measures = self._counted.get(self.key(*parts))
        return self.nearest(measures[0]) if measures else None

    def size(self, *parts: Expression) -> Count | None:
        """Number of those whom every part selects, also where it is only printed as an N."""
        claims = self._denominators.get(self.key(*parts), [])
        claim = next((c for c in claims if is_count(c.value)), None)
        if claim is None:
            return self.selected(*parts)
        total = int(claim.value.value)
        return Count((total,), total, (claim.claim,))

    def evaluable(self, expression: Expression) -> Expression:
        """Population in which the variables of an expression are known."""
        known = self.ledger.variables
        texts = {known[name].evaluable.text for name in expression.names if name in known} - {""}
        return Expression(texts.pop()) if len(texts) == 1 else EVERYONE

    def tables(self, measure: Measure) -> Tables:
        """Every table of a comparison that the printed counts allow, and their claims.

        One row for each group that ``by`` makes, columns with and without the event. Cells
        that are not printed are limited by the margins; patients whose group is not known may
        have had events, too.

        Raises
        ------
        MissingError
            If the size of the groups, or every count of events, is not printed.
        """
        if not measure.by.text:
            raise MissingError("the article does not say how the groups were divided")
        if not measure.where.text:
            raise MissingError(
                "no where in measures.csv says what it compares; counts do not give a comparison "
                "of times"
            )
        groups = self.ledger.groups(measure.by)
        codes = self.ledger.groups(measure.where) if self.is_category(measure.where) else ()
        if codes:
            return self._by_category(measure, groups, codes)
        events = [self.selected(measure.where, measure.among, group) for group in groups]
        sizes = self._sizes(measure, groups)
        whole = None if all(events) else self.selected(measure.where, measure.among)
        if not all(events) and not whole:
            raise MissingError("how many had the event is not printed")
        used = [c for part in (*events, *sizes, whole) if part for c in part.claims]
        tables = _fill(events, [size.values[0] for size in sizes], whole)
        if not tables:
            raise MissingError("the printed counts contradict each other")
        return Tables(tables, tuple(dict.fromkeys(used)))

    def tables_of_known(self, measure: Measure) -> list[Table]:
        """Tables of the most and the fewest patients of each group who can be evaluable.

        They have the printed counts, and the percentages that are printed with them.
        """
        groups = self.ledger.groups(measure.by)
        return list(product(*(self._known_rows(measure, group) for group in groups)))

    def _known_rows(self, measure: Measure, group: Expression) -> list[tuple[int, int]]:
        """Events of a group, and the most and the fewest others whose value can be known."""
        for counted in self._counted.get(self.key(measure.where, measure.among, group), [])[:1]:
            count, total = self.count(counted), self.total(counted)
            if count and total and self.ledger.find(counted.measure, "n"):
                k, n = count.values[0], total.values[0]
                percent = self.ledger.printed(counted.measure, "percent")
                least = max(k, 0 if percent else LEAST_KNOWN * n)
                known = (m for m in (n, *self.fewer(counted, total)) if m >= least)
                fits = [m for m in known if not percent or percent.admits_percent(k, m)]
                return [(k, m - k) for m in dict.fromkeys((*fits[:1], *fits[-1:]))]
        return []

    def is_category(self, where: Expression) -> bool:
        """Whether an expression is a column alone whose codes are compared."""
        variable = self.ledger.variables.get(where.text.strip())
        return variable is not None and variable.type in ("category", "grade")

    def _by_category(
        self, measure: Measure, groups: tuple[Expression, ...], codes: tuple[Expression, ...]
    ) -> Tables:
        """Table of groups by codes, of which each count is printed; also without those unknown."""
        cells = [[self.selected(code, measure.among, group) for code in codes] for group in groups]
        if not all(cell and len(cell.values) == 1 for row in cells for cell in row):
            raise MissingError("how many of each group have each code is not printed")
        used = dict.fromkeys(c for row in cells for cell in row if cell for c in cell.claims)
        known = [not UNKNOWN.search(code.text) for code in codes]
        tables = [
            tuple(
                tuple(c.values[0] for c, k in zip(row, kept, strict=True) if c and k)
                for row in cells
            )
            for kept in ([True] * len(codes), known)
            if sum(kept) > 1
        ]
        return Tables(list(dict.fromkeys(tables)), tuple(used))

    def _sizes(self, measure: Measure, groups: tuple[Expression, ...]) -> list[Count]:
        """How many patients each group has; the last missing one is what the others leave."""
        known = self.evaluable(measure.by)
        sizes = [self.size(measure.among, group) for group in groups]
        missing = [at for at, size in enumerate(sizes) if size is None]
        if len(missing) == 1:
            rest = [size for size in sizes if size]
            whole = self._divided(measure, groups, known)
            if whole and whole.total and all(len(size.values) == 1 for size in rest):
                left = whole.total - sum(size.values[0] for size in rest)
                claims = (*whole.claims, *(c for size in rest for c in size.claims))
                sizes[missing[0]] = Count((left,), left, claims) if left >= 0 else None
        found = [size for size in sizes if size and len(size.values) == 1]
        if len(found) < len(groups):
            raise MissingError("the sizes of the groups are not printed")
        return found

    def _divided(
        self, measure: Measure, groups: tuple[Expression, ...], known: Expression
    ) -> Count | None:
        """Patients who are divided into the groups: a group's own N, else the population."""
        for group in groups:
            for counted in self._counted.get(self.key(measure.among, group), []):
                if self.ledger.find(counted.measure, "N"):
                    return self.total(counted)
        return self.size(measure.among, known) or self.size(measure.among)

    def method(self, measure: Measure) -> str:
        """Method that a measure or its family has; empty also where a family's is assumed only."""
        family = self.ledger.families.get(measure.family)
        is_assumed = not measure.method and family is not None and family.status == "assumed"
        return "" if is_assumed else self.ledger.method(measure)

    def expected(self, measure: Measure, known: Container[str], choice: Choice) -> Expected:
        """Methods that a number must have: declared, or those that give most of its family."""
        own, family = self.method(measure), self.ledger.families.get(measure.family)
        is_declared = measure.method or (family and family.status != "inferred")
        if own in known and is_declared:
            return Expected((own,), 2)
        key = choice, measure.family
        if key not in self._inferred:
            self._inferred[key] = self._infer(*key)
        names, number = self._inferred[key]
        return Expected((own,) if own in known else names, number)

    def _infer(self, choice: Choice, family: str) -> Expected:
        """Methods that give most numbers of a family whose measures declare none themselves."""
        found: dict[object, list[str]] = {}
        for measure in self.ledger.measures.values():
            if measure.method or measure.family != family or choice.kind not in ("", measure.kind):
                continue
            for statistic in choice.statistics:
                for claim in self.ledger.find(measure.measure, statistic):
                    with suppress(MissingError):
                        found.setdefault(*choice.methods(claim, self))
        names, most = _commonest(found.values())
        others = [methods for methods in found.values() if not set(methods) & set(names)]
        also, number = _commonest(others)  # two numbers by another method are no slip
        return Expected((*names, *(also if number > 1 else ())), most)


def _commonest(found: Iterable[list[str]]) -> tuple[tuple[str, ...], int]:
    """Methods that give most of some numbers, and how many."""
    fits = Counter(method for methods in found for method in methods)
    most = max(fits.values(), default=0)
    return tuple(m for m, number in fits.items() if number == most), most


def _fill(events: list[Count | None], sizes: list[int], whole: Count | None) -> list[Table]:
    """Tables whose cells and margins are as known."""
    cells = [part.values if part else range(n + 1) for part, n in zip(events, sizes, strict=True)]
    outside = whole.total - sum(sizes) if whole and whole.total else inf
    if prod(map(len, cells)) > 10 * MOST_TABLES:
        raise MissingError("the printed numbers leave too many tables")
    found: list[Table] = []
    for row in product(*cells):
        if any(k > n for k, n in zip(row, sizes, strict=True)):
            continue
        left = [e - sum(row) for e in whole.values] if whole else [0]
        if any(0 <= rest <= outside for rest in left):
            found.append(tuple((k, n - k) for k, n in zip(row, sizes, strict=True)))
    if len(found) > MOST_TABLES:
        raise MissingError(f"the printed numbers leave more than {MOST_TABLES:,} tables")
    return found


def is_count(printed: Printed) -> bool:
    """Whether a printed number can be a number of patients."""
    return printed.relation == "=" and printed.decimals == 0 and printed.value >= 0


def possible_counts(printed: Printed, total: int) -> tuple[int, ...]:
    """Counts out of ``total`` that print as this percentage."""
    if printed.relation != "=":
        return tuple(k for k in range(total + 1) if printed.admits_percent(k, total))
    low, high = (float(x) * total / 100 for x in printed.interval())
    near = range(max(0, floor(low)), min(total, ceil(high)) + 1)
    return tuple(k for k in near if printed.admits_percent(k, total))


def same_place(claims: list[Claim], locus: str) -> Claim | None:
    """The claim printed at a place, else the first one."""
    return next((c for c in claims if c.locus == locus), claims[0] if claims else None)
