"""What a ledger's rows and a question read: which claims, and which columns together."""

import ast
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cached_property
from math import ceil, prod

from numbercheck.consistency import domains as columns
from numbercheck.consistency.domains import Domain, is_whole
from numbercheck.consistency.modeled import modeled, unmodeled
from numbercheck.ledger.expressions import Expression
from numbercheck.ledger.grammar import comparisons
from numbercheck.ledger.records import Ledger, LedgerError
from numbercheck.ledger.rows import Measure
from numbercheck.recount import endpoint_columns

MOST_COUNTED = 1_000  # combinations of days, and of what is read with them, to count patients by
TIME = re.compile(r"ADTTE\.\w+ days")  # source of a column of times
Question = tuple[Expression, ...]  # expressions that are read together


class Scope:
    """Columns that are read together, by the claims, the assumptions and a question.

    Parameters
    ----------
    ledger : Ledger
        Its claims and assumptions are the rows.
    extra : iterable of tuple of Expression
        Expressions that a question counts together.
    """

    def __init__(self, ledger: Ledger, extra: Iterable[Question] = ()) -> None:
        self.ledger = ledger
        self.claims = [c for c in ledger.claims.values() if not modeled(c, ledger)]
        self.rules = [a.expression for a in ledger.assumptions.values() if a.expression.text]
        read = [reads(ledger, ledger.measures[c.measure]) for c in self.claims]
        self.questions = [*map(tuple, extra), *read, *((rule,) for rule in self.rules)]

    @cached_property
    def times(self) -> tuple[str, ...]:
        """Columns of times that each patient has one of: `days`, unless they are few."""
        return () if self._are_few else self.days

    @cached_property
    def _are_few(self) -> bool:
        """Whether days are so few that patients are counted by them, like by other columns."""
        known = self.ledger.variables
        return prod(len(known[c].domain) + 1 for c in self._read_with(self.days)) <= MOST_COUNTED

    def _read_with(self, times: Iterable[str]) -> set[str]:
        """Columns that some question reads together with times."""
        times = {*times}
        read = ({n for e in question for n in e.names} for question in self.questions)
        return times.union(*(names for names in read if names & times))

    @cached_property
    def days(self) -> tuple[str, ...]:
        """Columns of times to events, that of follow-up (a quantity) first."""
        measures = self.ledger.measures.values()
        endpoints = {m.endpoint for m in measures if m.kind == "survival"}
        curves = {endpoint_columns(self.ledger, endpoint)[0] for endpoint in endpoints}
        used = {name for question in self.questions for e in question for name in e.names}
        summarized = {m.where.text for m in measures if m.kind == "quantity"}
        whole = {time for time in curves & used if is_whole(self.ledger.variables[time])}
        known = self._compared(whole)
        partial = {t for t in known if self.ledger.variables[t].evaluable.text}
        return tuple(sorted(known, key=lambda t: (t in partial, t not in summarized, t)))

    def _compared(self, times: set[str]) -> set[str]:
        """Times, with those that an expression compares with one of them, or with each other."""
        known = self.ledger.variables.values()
        days = {v.variable for v in known if TIME.fullmatch(v.source) and is_whole(v)}
        pairs = [
            {side.id for side in (left, right) if isinstance(side, ast.Name)}
            for question in self.questions
            for e in question
            for left, _, right in comparisons(e.tree)
        ]
        grown = times.union(
            *(pair & days for pair in pairs if pair & times or len(pair & days) > 1)
        )
        return grown if grown == times else self._compared(grown)

    @cached_property
    def links(self) -> tuple[str, ...]:
        """Columns that are related to times: events, categories, who is in a curve."""
        related = {n for e in self.linked for n in e.names}
        return tuple(sorted(related - set(self.times)))

    @cached_property
    def domains(self) -> Mapping[str, Domain]:
        """Every column that some expression reads, or that says who is evaluable."""
        expressions = [e for question in self.questions for e in question]
        expressions += self._every_value()
        grown = columns.domains(self.ledger.variables, expressions)
        known: Mapping[str, Domain] = {}
        while grown.keys() != known.keys():  # who is evaluable reads columns of its own
            known = grown
            evaluable = [d.variable.evaluable for d in known.values()]
            grown = columns.domains(self.ledger.variables, [*expressions, *evaluable])
        return grown

    def _every_value(self) -> list[Expression]:
        """Tell all values apart of days that are counted, and of a column summarized twice."""
        measures = self.ledger.measures.values()
        populations = {(m.where.text, m.among) for m in measures if m.kind == "quantity"}
        several = Counter(column for column, _ in populations)
        read = {n for question in self.questions for e in question for n in e.names}
        told = {c for c, n in several.items() if n > 1 and c in read}
        counted = set() if self.times else set(self.days)
        return [Expression(f"{c} == {c}") for c in sorted(told | counted)]

    @property
    def groups(self) -> list[set[str]]:
        """Columns that are counted together, which times of single patients never are.

        Raises
        ------
        LedgerError
            If who is evaluable depends on the time of a curve.
        """
        times, days = set(self.times), set(self.days)
        for name, domain in self.domains.items():
            if days & set(domain.variable.evaluable.names):
                raise LedgerError([f"variable {name}, evaluable: must not read a curve's time"])
        groups = [{n for e in question for n in e.names} - times for question in self.questions]
        groups += [
            {name, *d.variable.evaluable.names}
            for name, d in self.domains.items()
            if name not in times
        ]
        return [*groups, set(self.links) if self.times else self._read_with(self.days)]

    @property
    def linked(self) -> list[Expression]:
        """Expressions that are read together with times, or say who has one, and their flags."""
        known = self.ledger.variables
        read = [e for question in self.questions if self.is_timed(*question) for e in question]
        read += [known[t].evaluable for t in self.times if known[t].evaluable.text]
        flags = sorted({n for e in read for n in e.names if known[n].type == "flag"})
        return [*read, *map(Expression, flags), *self._averaged({e.text for e in read})]

    def _averaged(self, read: set[str]) -> list[Expression]:
        """Tell the intervals apart of numbers that are averaged among patients of some time."""
        numbers = sorted(read & self.domains.keys() - set(self.times))
        return [
            Expression(f"{name} <= {upper}")
            for name in numbers
            if is_whole(self.domains[name].variable)
            for upper in self.domains[name].upper[:-1]
        ]

    def is_timed(self, *expressions: Expression) -> bool:
        """Whether one of some expressions reads a time."""
        return any(set(e.names) & set(self.times) for e in expressions)

    @cached_property
    def untimed(self) -> Ledger:
        """Ledger with the rows that read no time."""
        measures, rules = self.ledger.measures, self.ledger.assumptions.items()
        read = {c.claim: reads(self.ledger, measures[c.measure]) for c in self.claims}
        claims = {c.claim: c for c in self.claims if not self.is_timed(*read[c.claim])}
        static = {name: rule for name, rule in rules if not self.is_timed(rule.expression)}
        return replace(self.ledger, claims=claims, assumptions=static)


def reads(ledger: Ledger, measure: Measure) -> Question:
    """Expressions that a measure reads together; of a curve also its days and events.

    Of a category that makes groups each group is read, since its name alone tells none apart.
    An average is of those who have a value, so what says who has one is read with it.
    """
    averaged = ledger.variables.get(measure.where.text) if measure.kind == "quantity" else None
    evaluable = (averaged.evaluable,) if averaged else ()
    endpoint = filter(None, endpoint_columns(ledger, measure.endpoint) if measure.endpoint else ())
    groups = ledger.groups(measure.by) if measure.by.text else ()
    return (measure.where, measure.among, *groups, *evaluable, *map(Expression, endpoint))


def followed(ledger: Ledger, measure: Measure) -> Expression:
    """Patients still under observation at a curve's horizon."""
    time, _ = endpoint_columns(ledger, measure.endpoint)
    return Expression(f"{time} >= {ceil(float(measure.horizon))}")


def named(measure: Measure) -> str:
    """Name of a curve: its endpoint and its population."""
    return (
        f"{measure.endpoint} among {measure.among.text}" if measure.among.text else measure.endpoint
    )


def modeled_curves(ledger: Ledger) -> Iterator[Measure]:
    """Each survival measure of the model."""
    for measure in ledger.measures.values():
        if measure.kind == "survival" and not unmodeled(ledger, measure):
            yield measure


def negated(expression: Expression) -> Expression:
    """The opposite of an expression, unknown where it is unknown."""
    return Expression(f"not ({expression.text})")


def both(*expressions: Expression) -> Expression:
    """The expression that is true where all are."""
    return Expression(" and ".join(f"({e.text})" for e in expressions if e.text))
