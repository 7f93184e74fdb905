"""What a ledger's rows, and a question, read: which claims, and which columns together."""

import ast
import re
from collections.abc import Iterable, Mapping
from functools import cached_property

from numbercheck.consistency import domains as columns
from numbercheck.consistency.domains import Domain
from numbercheck.ledger.expressions import Expression, comparisons
from numbercheck.ledger.records import Claim, Ledger, LedgerError

COUNTED = ("n", "N", "percent", "conf_low", "conf_high")
ORDERED = ("median", "p25", "p75", "min", "max")
ESTIMATED = ("estimate", "conf_low", "conf_high", "n_event")
TIME = re.compile(r"ADTTE\.\w+ days")  # source of a column of times


class Scope:
    """Columns that are read together, by the claims, the assumptions and a question.

    Parameters
    ----------
    ledger : Ledger
        Its claims and assumptions are the rows.
    extra : iterable of tuple of Expression
        Expressions that a question will count together.
    """

    def __init__(self, ledger: Ledger, extra: Iterable[tuple[Expression, ...]] = ()) -> None:
        self.ledger, self.extra = ledger, [tuple(group) for group in extra]
        self.claims = [c for c in ledger.claims.values() if not modeled(c, ledger)]
        self.rules = [a.expression for a in ledger.assumptions.values() if a.expression.text]

    @cached_property
    def times(self) -> tuple[str, ...]:
        """Columns of times to events, that of follow-up (a quantity) first."""
        endpoints = {m.endpoint for m in self.ledger.measures.values() if m.kind == "survival"}
        times = [v for e in sorted(endpoints) if (v := endpoint_column(self.ledger, e, "days"))]
        summarized = {m.where.text for m in self.ledger.measures.values() if m.kind == "quantity"}
        used = {name for expressions in self.questions for e in expressions for name in e.names}
        used |= {t for c in self.claims for t in self._endpoint_columns(c)}
        known = self._compared({t for t in times if t in used})
        return tuple(sorted(known, key=lambda t: (t not in summarized, t)))

    def _compared(self, times: set[str]) -> set[str]:
        """Times, with those that an expression compares with one of them, or with each other."""
        days = {
            v.variable
            for v in self.ledger.variables.values()
            if TIME.fullmatch(v.source) and not v.evaluable.text
        }
        pairs = [
            {side.id for side in (left, right) if isinstance(side, ast.Name)}
            for group in self.questions
            for e in group
            for left, _, right in comparisons(e.tree)
        ]
        grown = times.union(
            *(pair & days for pair in pairs if pair & times or len(pair & days) > 1)
        )
        return grown if grown == times else self._compared(grown)

    def _endpoint_columns(self, claim: Claim) -> tuple[str, ...]:
        endpoint = self.ledger.measures[claim.measure].endpoint
        found = (endpoint_column(self.ledger, endpoint, what) for what in ("days", "event"))
        return tuple(c for c in found if endpoint and c)

    @cached_property
    def questions(self) -> list[tuple[Expression, ...]]:
        """Expressions that one row, or one question, reads together."""
        asked = list(self.extra)
        for claim in self.claims:
            measure = self.ledger.measures[claim.measure]
            asked.append((measure.where, measure.among, measure.by))
        return asked + [(rule,) for rule in self.rules]

    @cached_property
    def links(self) -> tuple[str, ...]:
        """Columns that are related to times: events and categories."""
        events = {e for c in self.claims for e in self._endpoint_columns(c)[1:]}
        related = {n for q in self.questions if self.is_timed(*q) for e in q for n in e.names}
        return tuple(sorted(related - set(self.times) | events))

    @cached_property
    def domains(self) -> Mapping[str, Domain]:
        """Every column that some expression reads, or that says who is evaluable."""
        expressions = [e for group in self.questions for e in group]
        expressions += map(Expression, self.links)
        grown = columns.domains(self.ledger.variables, expressions)
        known: Mapping[str, Domain] = {}
        while grown.keys() != known.keys():  # who is evaluable reads columns of its own
            known = grown
            evaluable = [d.variable.evaluable for d in known.values()]
            grown = columns.domains(self.ledger.variables, [*expressions, *evaluable])
        return grown

    @property
    def groups(self) -> list[set[str]]:
        """Columns that are counted together, which times never are.

        Raises
        ------
        LedgerError
            If who is evaluable depends on the time of a curve.
        """
        times = set(self.times)
        for name, domain in self.domains.items():
            if times & set(domain.variable.evaluable.names):
                raise LedgerError([f"variable {name}, evaluable: must not read a curve's time"])
        groups = [{n for e in group for n in e.names} - times for group in self.questions]
        groups += [
            {name, *d.variable.evaluable.names}
            for name, d in self.domains.items()
            if name not in times
        ]
        return [*groups, set(self.links)]

    @property
    def linked(self) -> list[Expression]:
        """Expressions that are read together with times, and flags, which events are."""
        read = [e for group in self.questions if self.is_timed(*group) for e in group]
        flags = [c for c in self.links if self.ledger.variables[c].type == "flag"]
        return [*read, *map(Expression, flags)]

    def is_timed(self, *expressions: Expression) -> bool:
        """Whether one of some expressions reads a time."""
        return any(set(e.names) & set(self.times) for e in expressions)


def modeled(claim: Claim, ledger: Ledger) -> str:
    """Say why a claim is not in the model; empty when it is."""
    measure = ledger.measures[claim.measure]
    if measure.kind in ("design", "external"):
        return "not a number of this trial's patients"
    if claim.verbal:
        return "a claim in words; the test is not named"
    if measure.kind == "comparison" and (not measure.by.text or measure.against):
        return "compared with a rate of another trial, or by groups that are not defined"
    fitting = {
        "count": COUNTED,
        "quantity": ORDERED,
        "survival": ESTIMATED,
        "comparison": ("p_value",),
    }
    if claim.statistic not in fitting[measure.kind]:
        return f"no model of a {claim.statistic}"
    method = ledger.method(measure)
    needy = measure.kind == "survival" or claim.statistic in ("conf_low", "conf_high", "p_value")
    if needy and not method:
        return "its measure has no family, so its method is not known"
    if measure.kind == "quantity" and method in ("survivors", "reverse-km"):
        return f"no model of follow-up by {method}"
    return ""


def endpoint_column(ledger: Ledger, endpoint: str, what: str) -> str:
    """Column of an endpoint's ``days`` or ``event``; empty when the ledger has none."""
    source = f"ADTTE.{endpoint} {what}"
    return next((v.variable for v in ledger.variables.values() if v.source == source), "")
