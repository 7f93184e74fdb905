"""Which methods an article must have used: those that print every number of a family."""

from collections.abc import Iterator
from typing import NamedTuple

from numbercheck.audit.cases import case_of, pair_at
from numbercheck.audit.comparisons import SLOW
from numbercheck.audit.curves import candidates_at
from numbercheck.audit.evidence import Evidence, MissingError
from numbercheck.audit.intervals import computed_verdict
from numbercheck.audit.p_values import compare
from numbercheck.audit.verdicts import Candidate
from numbercheck.ledger.records import Ledger
from numbercheck.ledger.rows import Claim


class MethodRow(NamedTuple):
    """What one method gives for one claim, and whether that prints so."""

    family: str
    claim: str
    method: str
    value: str
    fits: bool


def method_table(ledger: Ledger, *families: str) -> list[MethodRow]:
    """Every method tried on every interval and P value of some families, by default of all.

    An interval has one row for each method, named by its lower limit's claim, and fits where
    both limits do. Boschloo's and Barnard's tests are tried, too, which takes a second.
    """
    evidence = Evidence(ledger)
    family_of = {name: measure.family for name, measure in ledger.measures.items()}
    return [
        MethodRow(family_of[claim.measure], claim.claim, *candidate)
        for claim in ledger.claims.values()
        if not claim.verbal and (not families or family_of[claim.measure] in families)
        for candidate in _candidates(claim, evidence)
    ]


def family_fits(ledger: Ledger, *families: str) -> dict[str, tuple[str, ...]]:
    """For each family with a claim that can be computed, the methods that print all of them."""
    fitting: dict[str, dict[str, bool]] = {}
    for row in method_table(ledger, *families):
        methods = fitting.setdefault(row.family, {})
        methods[row.method] = methods.get(row.method, True) and row.fits
    return {
        family: tuple(m for m, fits in methods.items() if fits)
        for family, methods in fitting.items()
    }


def _candidates(claim: Claim, evidence: Evidence) -> Iterator[Candidate]:
    measure = evidence.ledger.measures[claim.measure]
    if claim.statistic == "conf_low" and measure.kind == "count":
        case = case_of(claim, measure, pair_at(claim, evidence), evidence)
        yield from case.candidates if case else ()
    elif claim.statistic == "conf_low" and measure.kind == "survival":
        yield from candidates_at(claim, evidence)
    elif claim.statistic == "p_value":
        try:
            comparison = compare(measure, evidence, SLOW)
        except MissingError:
            return
        yield from (test.candidate(claim.value) for test in comparison.tests)
    elif claim.statistic in ("conf_low", "half_width"):
        found = computed_verdict(claim, evidence)
        yield from found.candidates if found else ()
