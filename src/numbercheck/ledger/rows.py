"""One row of each file of a ledger; every cell is a text, but for expressions.

Values are parsed from the printed string, never typed a second time.
"""

from dataclasses import dataclass, fields
from functools import cached_property

from numbercheck.ledger.expressions import Expression
from numbercheck.statistics.rounding import Printed

OF_PATIENTS = ("n", "N", "n_event", "at_risk")  # statistics that are numbers of patients


@dataclass(frozen=True)
class Measure:
    """One thing measured; for a quantity ``where`` is the variable that it summarizes.

    ``level`` to ``design`` say how its numbers were computed, where that is known; empty cells
    leave it to the family, or open. ``later`` says how a later source may print it: ``fixed``,
    ``rises``, ``falls`` or ``changes``.
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
    later: str = ""


@dataclass(frozen=True)
class Claim:
    """One printed number, with its place; a claim in words has ``verbal`` = yes.

    ``source`` is a row of sources.csv, empty for the article;
    ``arm`` names the arm that it is about, or two arms that it compares, as ``A|B``.
    """

    claim: str
    locus: str
    measure: str
    statistic: str
    printed: str
    verbal: str = ""
    numerals: str = ""
    note: str = ""
    source: str = ""
    arm: str = ""

    @property
    def part(self) -> str:
        """Abstract, Text, Table 1, …: the locus up to its paragraph or row."""
        return self.locus.split(" ¶")[0].split(" · ")[0]

    @property
    def is_guess(self) -> bool:
        """Whether its note says that a draft guessed what it is, and nobody has confirmed that."""
        return "guess:" in self.note

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
        if self.type == "decimal":  # only its least and greatest value
            low, _, high = (self.values or "-inf..inf").partition("..")
            return float(low), float(high)
        values = tuple(self.values.split("|"))
        return tuple(sorted(map(int, values))) if self.type == "grade" else values


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
    """What we had to assume: true of every patient, or the value of a parameter.

    One whose ``use`` is ``shown`` only shapes the reconstructed cohort.
    """

    assumption: str
    statement: str
    expression: Expression
    parameter: str
    value: str
    alternatives: str
    switchable: str
    use: str = "model"


@dataclass(frozen=True)
class ExpectedFinding:
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

    @property
    def number(self) -> Printed | None:
        """What the row prints; None for several numbers, or a size alone, which is not a rate."""
        try:
            return Printed(self.percent or ("" if self.N else self.printed))
        except ValueError:
            return None


@dataclass(frozen=True)
class Source:
    """A publication or record that prints numbers of the trial, or of patients beside it.

    ``population`` names its patients where they are not those of the article; ``seen`` says what
    of it was read, ``retrieved`` where.
    """

    source: str
    kind: str
    population: str
    citation: str
    date: str
    seen: str
    retrieved: str


@dataclass(frozen=True)
class Digitized:
    """A survival curve read off a figure with a tool such as WebPlotDigitizer.

    ``file`` has its points, time and survival; ``tolerance``, in percentage points of survival,
    and ``time_tolerance``, in the unit of time, say how far a point may be off.
    """

    curve: str
    locus: str
    file: str
    endpoint: str
    among: Expression
    unit: str
    tolerance: str
    time_tolerance: str
    note: str = ""


@dataclass(frozen=True)
class PrintedNumber:
    """A numeral that the article prints, by its order in that part.

    ``set_aside`` is why it needs no claim: it names a grade, a dose, a citation.
    """

    part: str
    order: str
    numeral: str
    set_aside: str = ""
    context: str = ""


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


FILES: dict[str, type] = {
    "measures": Measure,
    "claims": Claim,
    "families": Family,
    "variables": Variable,
    "fields": Field,
    "relations": Relation,
    "assumptions": Assumption,
    "expected_findings": ExpectedFinding,
    "regimen": Dose,
    "comparators": Comparator,
    "printed_numbers": PrintedNumber,
    "bounds": Unprinted,
    "sources": Source,
    "digitized": Digitized,
}
UNKEYED = ("fields", "regimen", "comparators", "printed_numbers", "bounds")


def columns_of(name: str) -> list[str]:
    """Columns of a file of the ledger; the first is its slug, unless it has none."""
    return [column.name for column in fields(FILES[name])]
