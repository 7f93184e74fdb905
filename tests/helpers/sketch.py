"""Small ledgers, written line by line, for tests of the audit."""

from collections import Counter

from numbercheck.ledger.expressions import Expression
from numbercheck.ledger.records import Ledger
from numbercheck.ledger.rows import (
    Assumption,
    Claim,
    Comparator,
    Family,
    Measure,
    Relation,
    Variable,
)

EXPRESSIONS = ("where", "among", "by")
PLAIN = (
    *("label", "kind", "against", "endpoint", "horizon", "family", "unit"),
    *("level", "sides", "method", "design"),
)


class Sketch:
    """A ledger in the making."""

    def __init__(self):
        self.measures, self.claims, self.families = {}, {}, {}
        self.relations, self.variables, self.assumptions = {}, {}, {}
        self.comparators, self._printings = [], Counter()

    def measure(self, name, kind="count", **cells):
        """Add a thing measured."""
        texts = {column: cells.get(column, "") for column in PLAIN} | {"kind": kind}
        trees = {column: Expression(cells.get(column, "")) for column in EXPRESSIONS}
        self.measures[name] = Measure(measure=name, **texts, **trees)
        return name

    def print(self, measure, statistic, printed, locus="Table 1 · row", verbal=""):
        """Add a printed number and return its slug."""
        number = self._printings[measure, statistic]
        self._printings[measure, statistic] += 1
        slug = f"{measure}_{statistic}" + (f"_{number + 1}" if number else "")
        self.claims[slug] = Claim(slug, locus, measure, statistic, str(printed), verbal)
        return slug

    def everyone(self, n, name="enrolled", where=""):
        """Add a population with its printed n."""
        self.measure(name, where=where)
        return self.print(name, "n", n)

    def count(self, name, where, n=None, percent=None, among="", limits=(), family=""):
        """Add a count with what is printed of it; return the last slug."""
        self.measure(name, where=where, among=among, family=family)
        slugs = []
        for statistic, value in (
            ("n", n),
            ("percent", percent),
            *zip(("conf_low", "conf_high"), limits, strict=False),
        ):
            if value is not None:
                slugs.append(self.print(name, statistic, value))
        return slugs[-1]

    def family(self, name, method, status="stated"):
        """Add measures that one method serves."""
        self.families[name] = Family(name, method, status, "", "")
        return name

    def relate(self, kind, expression, source="Table 1"):
        """Add what must hold between measures."""
        name = f"relation_{len(self.relations)}"
        self.relations[name] = Relation(name, kind, Expression(expression), source, "")

    def variable(self, name, source="", evaluable="", codes=""):
        """Add a column of the patient table, a flag where it has no codes."""
        kind = "category" if codes else "flag"
        known = Expression(evaluable)
        self.variables[name] = Variable(name, "", kind, codes, "", known, source)

    def number(self, name, values="0..100", unit="", kind="integer"):
        """Add a column of numbers, whole ones unless ``kind`` is decimal."""
        self.variables[name] = Variable(name, "", kind, values, unit, Expression(""), "")

    def comparator(self, claim, n="", total="", percent=""):
        """Add what another trial's own report says of a number that the article cites."""
        row = ("Other trial", "", "", str(n), str(total), percent, "", "", claim, "seen")
        self.comparators.append(Comparator(*row))

    def parameter(self, name, value):
        """Add an assumed parameter."""
        self.assumptions[name] = Assumption(name, "", Expression(""), name, value, "", "no")

    @property
    def ledger(self):
        """The ledger so far."""
        return Ledger(
            self.measures,
            self.claims,
            self.families,
            self.variables,
            relations=self.relations,
            assumptions=self.assumptions,
            comparators=tuple(self.comparators),
        )
