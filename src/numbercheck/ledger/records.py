"""A whole ledger: look up its printed numbers, populations and methods, and change them.

``numbercheck.ledger.reading`` reads it; ``numbercheck.ledger.rows`` has the row of each file.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property

from numbercheck.errors import NumbercheckError, did_you_mean, unknown, unknown_family
from numbercheck.ledger import rows
from numbercheck.ledger.expressions import Expression
from numbercheck.ledger.texts import confidence_level, day_range
from numbercheck.statistics.rounding import Printed

REACHED = ("conf_low", "conf_high", "median", "p25", "p75")  # or not, as by a survival curve
MOST_PATIENTS = 10_000_000  # far more than any trial has, and still a cohort to be written down
DAYS_PER_MONTH = 365.25 / 12


class LedgerError(NumbercheckError, ValueError):
    """The ledger cannot be used; the message lists every fault by file and row."""

    def __init__(self, faults: Iterable[str]) -> None:
        self.faults = list(faults)
        super().__init__("\n".join(self.faults))

    def __reduce__(self) -> tuple:
        """Rebuild the error from its faults when a worker process passes it on."""
        return LedgerError, (self.faults,)


@dataclass(frozen=True)
class Ledger:
    """All records, by slug in the order of their files.

    ``claims`` are the article's, unless `numbercheck.ledger.sources` adds those of other sources
    from ``elsewhere``; ``of_arms`` has, for each measure that `numbercheck.ledger.arms` made, the
    measure that it restricts and the arms. ``steps`` are what digitized curves say, each bound
    with its measure; `numbercheck.ledger.digitized` adds them where a cohort is asked for.
    """

    measures: Mapping[str, rows.Measure]
    claims: Mapping[str, rows.Claim]
    families: Mapping[str, rows.Family] = field(default_factory=dict)
    variables: Mapping[str, rows.Variable] = field(default_factory=dict)
    fields: tuple[rows.Field, ...] = ()
    relations: Mapping[str, rows.Relation] = field(default_factory=dict)
    assumptions: Mapping[str, rows.Assumption] = field(default_factory=dict)
    preferences: Mapping[str, rows.Assumption] = field(default_factory=dict)  # whose use is shown
    expected_findings: Mapping[str, rows.ExpectedFinding] = field(default_factory=dict)
    regimen: tuple[rows.Dose, ...] = ()
    comparators: tuple[rows.Comparator, ...] = ()
    printed_numbers: tuple[rows.PrintedNumber, ...] = ()
    bounds: tuple[rows.Unprinted, ...] = ()
    article: Mapping[str, object] = field(default_factory=dict)
    sources: Mapping[str, rows.Source] = field(default_factory=dict)
    elsewhere: Mapping[str, rows.Claim] = field(default_factory=dict)
    of_arms: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    digitized: Mapping[str, rows.Digitized] = field(default_factory=dict)
    steps: tuple[tuple[rows.Measure, rows.Claim], ...] = ()

    def apart(self) -> "Ledger":
        """Ledger with assumptions that only shape the shown cohort kept apart, as preferences."""
        shown = {k: a for k, a in self.assumptions.items() if a.use == "shown"}
        kept = {k: a for k, a in self.assumptions.items() if k not in shown}
        return replace(self, assumptions=kept, preferences=shown)

    @property
    def unclaimed(self) -> list[rows.PrintedNumber]:
        """Numerals that no claim covers: set aside, or still to do."""
        claimed = {(c.part, order) for c in self.claims.values() for order in c.numerals.split()}
        return [n for n in self.printed_numbers if (n.part, n.order) not in claimed]

    def find(self, measure: str, statistic: str) -> list[rows.Claim]:
        """Every printing of one number, verbal claims left out."""
        return self._by_number.get((measure, statistic), [])

    @cached_property
    def _by_number(self) -> dict[tuple[str, str], list[rows.Claim]]:
        found: dict[tuple[str, str], list[rows.Claim]] = {}
        for claim in self.claims.values():
            if not claim.verbal:
                found.setdefault((claim.measure, claim.statistic), []).append(claim)
        return found

    @cached_property
    def notes(self) -> dict[str, list[str]]:
        """What is noted of each measure's numbers, verbal claims left out."""
        found: dict[str, list[str]] = {}
        for claim in self.claims.values():
            if claim.note and not claim.verbal:
                found.setdefault(claim.measure, []).append(claim.note)
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
            value that it can never have, or is not a condition, such as a bare ``age``.
        """
        expression = Expression(text)
        expression.require(self.variables)
        domains = {name: self.variables[name].domain for name in expression.names}
        expression.fit(domains)
        expression.require_condition(domains)
        return expression

    def groups(self, by: Expression) -> tuple[Expression, ...]:
        """Groups that ``by`` defines: those it selects and the rest, or one for each category."""
        variable = self.variables.get(by.text.strip())
        if variable and variable.type in ("category", "grade"):
            return tuple(Expression(f"{by.text} == {code!r}") for code in variable.domain)
        return by, Expression(f"not ({by.text})")

    def method(self, measure: rows.Measure) -> str:
        """Return a measure's own method, else its family's; empty where neither is known."""
        family = self.families[measure.family].method if measure.family else ""
        return measure.method or family

    def level(self, measure: rows.Measure) -> float:
        """Confidence level of a measure's interval: its own, else the ledger's, else 0.95."""
        return confidence_level(measure.level or self.parameter("level", "0.95"))

    def parameter(self, name: str, default: str = "") -> str:
        """Value of a parameter that an assumption sets."""
        for assumption in self.assumptions.values():
            if assumption.parameter == name:
                return assumption.value
        return default

    def days(self, measure: str) -> tuple[date | None, date | None]:
        """First and last day that a printed date can mean; None where it is not printed."""
        claims = self.find(measure, "value")
        return day_range(claims[0].printed) if claims else (None, None)

    @property
    def days_per_month(self) -> float:
        """Length of a month in days: what an assumption says, else a twelfth of 365.25."""
        return float(self.parameter("days_per_month", str(DAYS_PER_MONTH)))

    def days_per(self, unit: str) -> float | None:
        """Days in a unit of time, such as ``months``; None for any other unit."""
        month = self.days_per_month
        days = {"day": 1.0, "week": 7.0, "month": month, "year": 12 * month}
        return days.get(unit.rstrip("s"))

    def depends(self, claim: rows.Claim, assumption: rows.Assumption) -> bool:
        """Whether a claim has no meaning without the parameter that an assumption sets."""
        owner, _, column = assumption.parameter.partition(".")
        measure = self.measures[claim.measure]
        if column != "method":
            restricted, _ = self.of_arms.get(measure.measure, (measure.measure, ""))
            return bool(column) and owner in (measure.measure, restricted)
        curve = measure.kind == "survival" and claim.statistic == "estimate"
        counted = claim.statistic in ("n", "N", "percent", "n_event", "at_risk")
        return measure.family == owner and not (measure.method or curve or counted)

    def constrain(
        self,
        printed: Mapping[str, str] | None = None,
        drop: Iterable[str] = (),
        without: Iterable[str] = (),
        methods: Mapping[str, str] | None = None,
        levels: Mapping[str, str] | None = None,
    ) -> "Ledger":
        """Ledger with some printed numbers changed, claims left out, or other methods assumed.

        Parameters
        ----------
        printed : mapping of str to str, optional
            New printed text by claim.
        drop : iterable of str
            Claims to leave out.
        without : iterable of str
            Assumptions to leave out, with the claims that mean nothing without them.
        methods, levels : mapping of str to str, optional
            Method, or confidence level of the intervals, by family.

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
                claims[slug] = claim
                if slug in printed:
                    claims[slug] = replace(claim, printed=printed[slug])
                    faults += printed_faults(claims[slug], self.measures, f"claim {slug!r}")
        methods, levels = dict(methods or {}), dict(levels or {})
        faults += self._method_faults(methods, levels)
        if faults:
            raise LedgerError(faults)
        kept = {k: a for k, a in self.assumptions.items() if k not in without}
        families = {
            k: replace(f, method=methods[k]) if k in methods else f
            for k, f in self.families.items()
        }
        measures = {
            k: replace(m, level=levels[m.family]) if m.family in levels else m
            for k, m in self.measures.items()
        }
        return replace(self, claims=claims, assumptions=kept, families=families, measures=measures)

    def _method_faults(
        self, methods: Mapping[str, str], levels: Mapping[str, str]
    ) -> Iterator[str]:
        """Say which families, methods and levels are not possible."""
        for family in (*methods, *levels):
            if family not in self.families:
                yield unknown_family(family, self.families)
        for family, method in methods.items():
            known = self.families[family].methods if family in self.families else (method,)
            if method not in known:
                near = did_you_mean(method, known)
                yield f"unknown method {method!r}{near}; {family} is one of {' '.join(known)}"
        for level in levels.values():
            try:
                confidence_level(level)
            except ValueError as error:
                yield str(error)


def _is_beyond(claim: rows.Claim) -> bool:
    """Whether more patients are printed than a cohort can have here."""
    return claim.statistic in rows.OF_PATIENTS and claim.value.value > MOST_PATIENTS


def printed_faults(
    claim: rows.Claim, measures: Mapping[str, rows.Measure], where: str
) -> Iterator[str]:
    """Say why a printed text is no date where it should be one, or no number that can be used."""
    try:
        kind, unit = measures[claim.measure].kind, measures[claim.measure].unit
        if unit == "date":
            day_range(claim.printed)
        elif unit == "text":
            return
        elif Printed(claim.printed).relation == "unreached" and claim.statistic not in REACHED:
            yield (
                f"{where}, column printed: {claim.printed!r} is not a number, and only a limit, a "
                "median or a quartile can be unreached; leave out what is not printed"
            )
        elif _is_beyond(claim) and kind not in ("design", "external"):
            yield (
                f"{where}, column printed: {claim.printed} patients are more than can be counted "
                f"here ({MOST_PATIENTS:,}); where they are not the trial's, give the measure the "
                "kind external"
            )
    except ValueError as error:
        yield f"{where}, column printed: {error}"
