"""The part on sources: what each prints of one measure, and whether they agree."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from numbercheck.audit import Verdict, audit
from numbercheck.audit.sources import ALIKE, Agreement
from numbercheck.ledger.records import Ledger
from numbercheck.ledger.sources import ARTICLE, every_source, of_sources
from numbercheck.words import STATISTICS


class SourcesRow(NamedTuple):
    """One number: what each source prints, by its name, and how the later printing is judged.

    ``said`` is how it stands to the earlier one, or the verdict where there is none; ``why`` is
    empty where they agree.
    """

    label: str
    statistic: str
    printed: Mapping[str, str]
    claim: str
    verdict: str
    said: str
    why: str


def elsewhere(ledger: Ledger) -> list[Verdict]:
    """Verdicts on the claims of sources other than the article."""
    names = [name for name in every_source(ledger) if name != ARTICLE]
    return audit(of_sources(ledger, names)) if names else []


def sources(
    ledger: Ledger, found: Sequence[Agreement], verdicts: Iterable[Verdict]
) -> dict[str, Any]:
    """Format what the sources print; empty where the article is the only one.

    ``found`` are the ledger's agreements, ``verdicts`` those of `elsewhere`.
    """
    own = [row for row in found if row.source in ledger.sources]
    cited = [row for row in found if row.source not in ledger.sources]
    if not found:
        return {}
    judged = {v.claim: v for v in verdicts}
    return {
        "columns": every_source(ledger),
        "rows": [_row(rows, judged) for rows in _by_number(own).values()],
        "cited": cited,
        "shared": sum(bool(row.against) for row in own),
        "beside": _by_number(row for row in own if row.against == ARTICLE),
    }


def _by_number(rows: Iterable[Agreement]) -> dict[tuple[str, str], list[Agreement]]:
    """Group the agreements by measure and statistic."""
    found: dict[tuple[str, str], list[Agreement]] = {}
    for row in rows:
        found.setdefault((row.measure, row.statistic), []).append(row)
    return found


def _row(rows: list[Agreement], judged: Mapping[str, Verdict]) -> SourcesRow:
    """What all sources print of one number; a difference if there is one, else the first."""
    first = next((row for row in rows if row.agreement == "differs"), rows[0])
    printed = {row.source: row.printed for row in rows}
    printed |= {row.against: row.against_printed for row in rows if row.against}
    verdict = judged[first.claim]
    said = first.agreement.replace("-", " ") if first.against else verdict.verdict
    why = "" if first.agreement in ALIKE else first.explanation or verdict.reason
    named = first.label, STATISTICS[first.statistic]
    return SourcesRow(*named, printed, first.claim, verdict.verdict, said, why)
