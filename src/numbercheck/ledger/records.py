"""The records of a ledger: what is measured, what is printed, and what had to be assumed.

``numbercheck.ledger.reading`` reads them from their files. Values are parsed from the printed
string, never typed a second time.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cached_property

from numbercheck.errors import NumbercheckError, unknown
from numbercheck.ledger.expressions import Expression
from numbercheck.statistics.rounding import Printed

MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)


REACHED = ("conf_low", "conf_high", "median", "p25", "p75")  # or not, as by a survival curve
DAYS_PER_MONTH = 365.25 / 12


class LedgerError(NumbercheckError, ValueError):
    """The ledger cannot be used; the message lists every fault by file and row."""

    def __init__(self, faults: Iterable[str]) -> None:
        self.faults = list(faults)
        super().__init__("\n".join(self.faults))


@dataclass(frozen=True)
class Measure:
    """One thing measured; for a quantity ``where`` is the variable that it summarizes.

    The last four say how its numbers were computed, where that is known; empty cells leave it to
    the family, or open.
    """

    measure: str
    label: str
    kind: str
    where: Expression
    among: Expression
    by: Expression
    against: str
    endpoint: str
    horizon: str
    family: str
    unit: str
    level: str = ""
    sides: str = ""
    method: str = ""
    design: str = ""


@dataclass(frozen=True)
class Claim:
    """One printed number, with its place; a claim in words has ``verbal`` = yes."""

    claim: str
    locus: str
    measure: str
    statistic: str
    printed: str
    verbal: str = ""
    numerals: str = ""
    note: str = ""

    @property
    def part(self) -> str:
        """Abstract, Text, Table 1, …: the locus up to its paragraph or row."""
        return self.locus.split(" ¶")[0].split(" · ")[0]

    @cached_property
    def value(self) -> Printed:
        """The printed number; dates have ``days`` instead."""
        return Printed(self.printed)


@dataclass(frozen=True)
class Family:
    """Measures that one statistical method serves."""

    family: str
    method: str
    status: str
    alternatives: str
    note: str

    @property
    def methods(self) -> tuple[str, ...]:
        """The method, then its alternatives."""
        return (self.method, *filter(None, self.alternatives.split("|")))


@dataclass(frozen=True)
class Variable:
    """One column of the patient table."""

    variable: str
    label: str
    type: str
    values: str
    unit: str
    evaluable: Expression
    source: str

    @cached_property
    def domain(self) -> tuple:
        """Every value that a patient can have."""
        if self.type == "flag":
            return (False, True)
        if self.type == "integer":
            low, high = self.values.split("..")
            return tuple(range(int(low), int(high) + 1))
        values = tuple(self.values.split("|"))
        return tuple(int(v) for v in values) if self.type == "grade" else values


@dataclass(frozen=True)
class Field:
    """What a place in the patient tables, named like ``ADRS.RELTYPE``, can hold.

    ``of_several`` is ``first`` where the first of a patient's records counts, not the last.
    """

    field: str
    label: str
    group: str
    codes: str
    of_several: str

    @property
    def table(self) -> str:
        """The table's name."""
        return self.field.partition(".")[0]

    @property
    def name(self) -> str:
        """The column, parameter or term within the table."""
        return self.field.partition(".")[2]

    @property
    def listed(self) -> tuple[str, ...]:
        """The codes, none where any value can stand."""
        return tuple(filter(None, self.codes.split("|")))


@dataclass(frozen=True)
class Relation:
    """What must hold between measures: a sum, a subset, an order, a count of days."""

    relation: str
    kind: str
    expression: Expression
    source: str
    note: str


@dataclass(frozen=True)
class Assumption:
    """What we had to assume: true of every patient, or the value of a parameter."""

    assumption: str
    statement: str
    expression: Expression
    parameter: str
    value: str
    alternatives: str
    switchable: str


@dataclass(frozen=True)
class Finding:
    """A claim that is known not to match, and why."""

    claim: str
    verdict: str
    reason: str


@dataclass(frozen=True)
class Dose:
    """One drug on consecutive days of the regimen."""

    drug: str
    dose: str
    unit: str
    cap: str
    route: str
    first_day: str
    last_day: str
    branch: str


@dataclass(frozen=True)
class Comparator:
    """A number of another trial, with its source.

    ``claim`` is the article's claim about that number; ``status`` how the source was read.
    """

    trial: str
    quantity: str
    printed: str
    n: str
    N: str
    percent: str
    note: str
    source: str
    claim: str = ""
    status: str = ""


@dataclass(frozen=True)
class Numeral:
    """A numeral that the article prints, by its order in that part."""

    part: str
    order: str
    numeral: str


@dataclass(frozen=True)
class Unprinted:
    """What the article does not print and the solver bounds over all consistent cohorts."""

    kind: str
    label: str
    measure: str
    statistic: str
    expression: Expression
    among: Expression
    months: str

    @property
    def listed_months(self) -> tuple[float, ...]:
        """The months after the start at which a curve is read."""
        return tuple(float(month) for month in filter(None, self.months.split("|")))


@dataclass(frozen=True)
class Ledger:
    """All records, by slug in the order of their files."""

    measures: Mapping[str, Measure]
    claims: Mapping[str, Claim]
    families: Mapping[str, Family] = field(default_factory=dict)
    variables: Mapping[str, Variable] = field(default_factory=dict)
    fields: tuple[Field, ...] = ()
    relations: Mapping[str, Relation] = field(default_factory=dict)
    assumptions: Mapping[str, Assumption] = field(default_factory=dict)
    expected_findings: Mapping[str, Finding] = field(default_factory=dict)
    regimen: tuple[Dose, ...] = ()
    comparators: tuple[Comparator, ...] = ()
    printed_numbers: tuple[Numeral, ...] = ()
    bounds: tuple[Unprinted, ...] = ()
    article: Mapping[str, object] = field(default_factory=dict)

    def find(self, measure: str, statistic: str) -> list[Claim]:
        """Every printing of one number, verbal claims left out."""
        return self._by_number.get((measure, statistic), [])

    @cached_property
    def _by_number(self) -> dict[tuple[str, str], list[Claim]]:
        found: dict[tuple[str, str], list[Claim]] = {}
        for claim in self.claims.values():
            if not claim.verbal:
                found.setdefault((claim.measure, claim.statistic), []).append(claim)
        return found

    def printed(self, measure: str, statistic: str) -> Printed | None:
        """Return the number as printed first, or None when the article does not print it."""
        claims = self.find(measure, statistic)
        return claims[0].value if claims else None

    def selection(self, text: str) -> Expression:
        """Expression that selects patients.

        Raises
        ------
        ExpressionError
            If it is none, names no column of the patient table, compares a column with a
            value that it can never have, or is no condition, such as a bare ``age``.
        """
        expression = Expression(text)
        expression.require(self.variables)
        domains = {name: self.variables[name].domain for name in expression.names}
        expression.fit(domains)
        expression.require_condition(domains)
        return expression

    def groups(self, by: Expression) -> tuple[Expression, ...]:
        """Groups that ``by`` makes: those it selects and the rest, or one for each category."""
        variable = self.variables.get(by.text.strip())
        if variable and variable.type in ("category", "grade"):
            return tuple(Expression(f"{by.text} == {code!r}") for code in variable.domain)
        return by, Expression(f"not ({by.text})")

    def population(self, measure: Measure) -> list[Claim]:
        """Find the claims that give a denominator: the measure's N, else its population's n."""
        return self.find(measure.measure, "N") or self.find(
            self._population.get(measure.among.text, ""), "n"
        )

    @cached_property
    def _population(self) -> dict[str, str]:
        """Measure that counts each selection of patients, the first one where there are two."""
        counted = [
            m for m in self.measures.values() if m.kind == "count" and self.find(m.measure, "n")
        ]
        return {m.where.text: m.measure for m in reversed(counted)}

    def method(self, measure: Measure) -> str:
        """Return a measure's own method, else its family's; empty where neither is known."""
        family = self.families[measure.family].method if measure.family else ""
        return measure.method or family

    def level(self, measure: Measure) -> float:
        """Confidence level of a measure's interval: its own, else the ledger's, else 0.95."""
        return confidence_level(measure.level or self.parameter("level", "0.95"))

    def parameter(self, name: str, default: str = "") -> str:
        """Value of a parameter that an assumption sets."""
        for assumption in self.assumptions.values():
            if assumption.parameter == name:
                return assumption.value
        return default

    @property
    def time_limits(self) -> tuple[date | None, float]:
        """Data cut-off, after which no time can end, and the days of a month."""
        printed = self.find("data_cutoff", "value")
        return day_range(printed[0].printed)[1] if printed else None, self.days_per_month

    @property
    def days_per_month(self) -> float:
        """Length of a month in days: what an assumption says, else a twelfth of 365.25."""
        return float(self.parameter("days_per_month", str(DAYS_PER_MONTH)))

    def depends(self, claim: Claim, assumption: Assumption) -> bool:
        """Whether a claim means nothing without the value that an assumption gives a parameter."""
        owner, _, column = assumption.parameter.partition(".")
        measure = self.measures[claim.measure]
        if column != "method":
            return bool(column) and measure.measure == owner
        curve = measure.kind == "survival" and claim.statistic == "estimate"
        counted = claim.statistic in ("n", "N", "percent", "n_event")
        return measure.family == owner and not (measure.method or curve or counted)

    def constrain(
        self,
        printed: Mapping[str, str] | None = None,
        drop: Iterable[str] = (),
        without: Iterable[str] = (),
        methods: Mapping[str, str] | None = None,
        levels: Mapping[str, str] | None = None,
    ) -> "Ledger":
        """Ledger with some numbers printed otherwise, claims left out, other methods assumed.

        Parameters
        ----------
        printed : mapping of str to str, optional
            Claim to what it shall print instead.
        drop : iterable of str
            Claims to leave out.
        without : iterable of str
            Assumptions to leave out, with the claims that mean nothing without them.
        methods, levels : mapping of str to str, optional
            Family to its method, or to the confidence level of its intervals.

        Raises
        ------
        LedgerError
            If a name is unknown (the nearest real ones are offered), a number cannot be
            read, or an assumption cannot be switched off.
        """
        printed, drop, without = dict(printed or {}), set(drop), set(without)
        faults = [
            unknown("claim", c, self.claims) for c in (*printed, *drop) if c not in self.claims
        ]
        faults += [
            unknown("assumption", a, self.assumptions) for a in without if a not in self.assumptions
        ]
        unmade = [self.assumptions[name] for name in sorted(without & set(self.assumptions))]
        faults += [
            f"assumption {a.assumption!r} cannot be switched off: the model needs it"
            for a in unmade
            if a.switchable != "yes"
        ]
        claims = {}
        for slug, claim in self.claims.items():
            if slug not in drop and not any(self.depends(claim, a) for a in unmade):
                claims[slug] = replace(claim, printed=printed.get(slug, claim.printed))
                faults += printed_faults(claims[slug], self.measures, f"claim {slug!r}")
        methods, levels = dict(methods or {}), dict(levels or {})
        faults += self._method_faults(methods, levels)
        if faults:
            raise LedgerError(faults)
        kept = {k: a for k, a in self.assumptions.items() if k not in without}
        families = {
            k: replace(f, method=methods.get(k, f.method)) for k, f in self.families.items()
        }
        measures = {
            k: replace(m, level=levels.get(m.family, m.level)) for k, m in self.measures.items()
        }
        return replace(self, claims=claims, assumptions=kept, families=families, measures=measures)

    def _method_faults(
        self, methods: Mapping[str, str], levels: Mapping[str, str]
    ) -> Iterator[str]:
        """Say which families, methods and levels cannot be."""
        for family in (*methods, *levels):
            if family not in self.families:
                yield unknown("family", family, self.families)
        for family, method in methods.items():
            known = self.families[family].methods if family in self.families else (method,)
            if method not in known:
                yield f"{unknown('method', method, known)}; {family} is one of {' '.join(known)}"
        for level in levels.values():
            try:
                confidence_level(level)
            except ValueError as error:
                yield str(error)


def confidence_level(text: str) -> float:
    """Confidence level that ``0.9``, ``90`` or ``90%`` stands for, as a fraction.

    Raises
    ------
    ValueError
        If it is no number, or not between 50 % and 100 %.
    """
    try:
        value = float(text.strip().removesuffix("%"))
    except ValueError:
        value = 0.0
    level = value / 100 if value > 1 else value
    if not 0.5 <= level < 1:
        raise ValueError(f"{text!r} is not a confidence level; write it as 0.95 or as 95")
    return level


def day_range(printed: str) -> tuple[date, date]:
    """First and last day that a printed date can mean.

    Raises
    ------
    ValueError
        If it is neither like ``April 15, 2024`` nor like ``September 2022``.
    """
    words = printed.replace(",", " ").split()
    try:
        month = MONTHS.index(words[0]) + 1
        if len(words) == 3:
            day = date(int(words[2]), month, int(words[1]))
            return day, day
        first = date(int(words[1]), month, 1)
    except (ValueError, IndexError):
        raise ValueError(
            f"{printed!r} is no date; write it as April 15, 2024 or as April 2024"
        ) from None
    following = date(first.year + month // 12, month % 12 + 1, 1)
    return first, following - timedelta(days=1)


def printed_faults(claim: Claim, measures: Mapping[str, Measure], where: str) -> Iterator[str]:
    """Say why a printed text is neither a number nor, for a date, a date."""
    try:
        if measures[claim.measure].unit == "date":
            day_range(claim.printed)
        elif Printed(claim.printed).relation == "unreached" and claim.statistic not in REACHED:
            yield (
                f"{where}, column printed: {claim.printed!r} is no number, and only a limit, a "
                "median or a quartile can be unreached; leave out what is not printed"
            )
    except ValueError as error:
        yield f"{where}, column printed: {error}"
