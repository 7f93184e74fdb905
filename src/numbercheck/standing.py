"""What is known of each number that the reconstructed cohort shows; no other place decides it.

``determined``: printed, or the same in every cohort that fits the article. ``bounded``: between
two ends that stand beside it. ``open``: this one cohort's choice, an illustration only.
"""

from collections.abc import Iterable, Mapping
from typing import NamedTuple, Protocol

from numbercheck.audit.comparisons import SLOW
from numbercheck.audit.evidence import Evidence, MissingError
from numbercheck.audit.p_values import compare
from numbercheck.ledger.records import Ledger
from numbercheck.ledger.rows import Measure
from numbercheck.statistics.proportions import interval
from numbercheck.statistics.rounding import format_number

NAME = "standing.csv"
Ends = tuple[float, float]


class ComputedNumber(Protocol):
    """What a notebook computed of a measure."""

    @property
    def measure(self) -> str: ...  # noqa: D102
    @property
    def statistic(self) -> str: ...  # noqa: D102
    @property
    def value(self) -> float: ...  # noqa: D102
    @property
    def method(self) -> str: ...  # noqa: D102
    @property
    def basis(self) -> str: ...  # noqa: D102


class Standing(NamedTuple):
    """One result, what is known of it, and the ends between which it lies."""

    measure: str
    statistic: str
    value: str
    standing: str
    low: str = ""
    high: str = ""


def standings(
    ledger: Ledger, results: Iterable[ComputedNumber], document: Mapping
) -> list[Standing]:
    """Say of each result of a reconstructed cohort whether it is determined, bounded or open.

    Parameters
    ----------
    ledger : Ledger
        What is printed.
    results : iterable of ComputedNumber
        Results of the notebooks; those from supplied data are left out.
    document : mapping
        Document on consistency, with what the solver bounded; empty where there is none.
    """
    known = _Known(ledger, document)
    return sorted(known.standing(r) for r in results if r.basis == "constructed")


class _Known:
    """What the printed numbers, the audit and the solver say of a number."""

    def __init__(self, ledger: Ledger, document: Mapping) -> None:
        set_aside = document.get("given_up", ())
        self.ledger = ledger.constrain(drop=[c for c in set_aside if c in ledger.claims])
        self.evidence = Evidence(self.ledger)
        self.bounds: dict[tuple[str, str], Ends] = {
            (b["measure"], b["statistic"]): (b["low"], b["high"])
            for b in document.get("bounds", ())
            if b.get("measure")
        }

    def standing(self, result: ComputedNumber) -> Standing:
        """Standing of one result."""
        shown = result.measure, result.statistic, format_number(result.value)
        measure = self.ledger.measures.get(result.measure)
        if measure and self.ledger.find(*shown[:2]):
            return Standing(*shown, "determined")
        ends = self._ends(measure, result) if measure else None
        if ends is None:
            return Standing(*shown, "open")
        low, high = map(format_number, ends)
        return Standing(*shown, "determined" if low == high else "bounded", low, high)

    def _ends(self, measure: Measure, result: ComputedNumber) -> Ends | None:
        """Least and largest value that the other printed numbers allow."""
        own_method = result.method == self.ledger.method(measure)
        if own_method or result.statistic != "p_value":
            bound = self.bounds.get((measure.measure, result.statistic))
            if bound:
                return bound
        if measure.kind == "count":
            return self._of_count(measure, result)
        return self._of_tests(measure, result) if measure.kind == "comparison" else None

    def _of_count(self, measure: Measure, result: ComputedNumber) -> Ends | None:
        """Ends of a count, or of the percentage or limit that follows from it."""
        count, total = self.evidence.count(measure), self.evidence.total(measure)
        part, whole = (
            (min(known.values), max(known.values))
            if known
            else self.bounds.get((measure.measure, name))
            for known, name in ((count, "n"), (total, "N"))
        )
        if result.statistic in ("n", "N"):
            return part if result.statistic == "n" else whole
        if not part or not whole or whole[0] != whole[1] or not whole[0]:
            return None
        if part[0] == part[1]:
            return result.value, result.value
        n, at = int(whole[0]), int(result.statistic == "conf_high")
        if result.statistic == "percent":
            low, high = (100 * k / n for k in part)
        else:
            level = self.ledger.level(measure)
            low, high = (100 * interval(int(k), n, result.method, level)[at] for k in part)
        return (low, high) if low <= result.value <= high else None

    def _of_tests(self, measure: Measure, result: ComputedNumber) -> Ends | None:
        """Ends of a P value, over every table that the printed counts allow."""
        try:
            tests = compare(measure, self.evidence, SLOW if result.method in SLOW else ()).tests
        except MissingError:
            return None
        values = next((test.values for test in tests if test.name == result.method), ())
        if measure.against and result.value in values:  # the larger, against a range of rates
            return result.value, result.value
        return (min(values), max(values)) if values else None
