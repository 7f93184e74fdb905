"""A number with what is known of it, as a notebook shows it."""

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape

from companion.results import Result
from numbercheck.audit import Verdict
from numbercheck.ledger.records import Ledger
from numbercheck.words import STATISTICS, called


@dataclass(frozen=True)
class Card:
    """A heading, and what is known under it, by what it is."""

    heading: str
    facts: Mapping[str, str]

    def __repr__(self) -> str:
        return "\n".join([self.heading, *(f"  {term}: {text}" for term, text in self._known)])

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr><th scope='row'>{escape(term)}</th><td>{escape(text)}</td></tr>"
            for term, text in self._known
        )
        return f"<table><caption>{escape(self.heading)}</caption><tbody>{rows}</tbody></table>"

    @property
    def _known(self) -> list[tuple[str, str]]:
        return [(term, text) for term, text in self.facts.items() if text]


def claim_card(ledger: Ledger, verdict: Verdict) -> Card:
    """What is known of a printed number: verdict, basis, arithmetic and place."""
    claim = ledger.claims[verdict.claim]
    facts = {
        "printed": f"{claim.printed}, {claim.locus}",
        "verdict": verdict.verdict,
        "basis": verdict.basis,
        "recomputed": verdict.recomputed,
        "method": called(verdict.method),
        "because": verdict.reason,
        "by the other printed numbers": verdict.arithmetic,
    }
    return Card(_heading(ledger, claim.measure, claim.statistic), facts)


def result_card(ledger: Ledger, result: Result) -> Card:
    """What is known of a computed number: method, basis, cell, and what the article prints."""
    printed = ledger.find(result.measure, result.statistic)
    facts = {
        "value": f"{result.value:.6g}",
        "method": called(result.method),
        "basis": result.basis,
        "cell": result.cell,
        "printed": "; ".join(f"{claim.printed}, {claim.locus}" for claim in printed),
    }
    return Card(_heading(ledger, result.measure, result.statistic), facts)


def _heading(ledger: Ledger, measure: str, statistic: str) -> str:
    label = ledger.measures[measure].label if measure in ledger.measures else measure
    return f"{label}, {STATISTICS.get(statistic, statistic)}"
