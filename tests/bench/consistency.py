"""What the questions to the solver cost: this article, and trials of more patients and claims."""

import sys
from collections.abc import Iterable, Iterator
from dataclasses import replace

from measuring import NUMBERCHECK, Row, Section, below, peak_memory, process, seconds, timed

from companion.project import ROOT
from numbercheck.consistency import UndecidedError, conflicts, reconstruct
from numbercheck.consistency.search import Search
from numbercheck.ledger.reading import read_ledger
from numbercheck.ledger.records import Ledger
from numbercheck.ledger.rows import Claim
from numbercheck.recount import Cohorts
from numbercheck.statistics.rounding import format_rounded

PUBLISHED = ROOT / "data" / "published"
EVERYTHING = f"""
from pathlib import Path
from numbercheck.consistency.document import document
if __name__ == "__main__":
    document(Path({str(PUBLISHED)!r}))
"""
SHARES = (0.25, 0.5, 1)
PATIENCE = 20.0


def measure() -> Section:
    """Ask for a cohort, a conflict, all bounds and everything else of this article."""
    ledger = read_ledger(PUBLISHED)
    rebuilt = reconstruct(ledger)
    kept = {k: c for k, c in ledger.claims.items() if k not in rebuilt.given_up}
    whole = replace(ledger, claims=kept)
    everything, peak = timed(lambda: peak_memory([sys.executable, "-c", EVERYTHING]))
    return Section(
        "Consistency",
        "First cohort and conflict with imports done; the rest as whole processes, everything "
        "once. For growth the reconstructed patients are copied and their numbers printed anew, "
        "or a share of the claims is kept; once each, undecided after the solver's count of "
        f"{PATIENCE:g} s of work.",
        (
            below("first cohort that satisfies all but one claim", seconds(lambda: ask(whole)), 1),
            below("one minimal conflict, certified", seconds(lambda: conflicts(ledger)), 5),
            below("all standard bounds", seconds(lambda: process([NUMBERCHECK, "bounds"]), 3), 20),
            below("bounds, leave-one-out and digit test", everything, 180),
            below("peak memory of that", peak, 1024, "MB"),
            *_claims(whole),
        ),
    )


def ask(ledger: Ledger) -> str:
    """Ask for a first cohort, and say nothing where there is one."""
    search = Search(ledger, PATIENCE)
    try:
        return "" if search.feasible(search.rows) else ", infeasible"
    except UndecidedError:
        return ", undecided"


def _once(what: str, ledger: Ledger) -> Row:
    taken, answer = timed(lambda: ask(ledger))
    return Row(what, f"{taken:.2f} s{answer}")


def copied(ledger: Ledger, columns: dict[str, list], times: int) -> Ledger:
    """What would be printed of as many patients, some times over."""
    table = Cohorts(ledger, [{k: v * times for k, v in columns.items()}])
    return replace(ledger, claims={c.claim: c for c in _anew(ledger, table)})


def _anew(ledger: Ledger, table: Cohorts) -> Iterable[Claim]:
    """Each number of the model as it would be printed of other patients."""
    for slug in sorted(Search(ledger).claims):
        claim = ledger.claims[slug]
        value = float(table.statistic(ledger.measures[claim.measure], claim.statistic)[0])
        yield replace(claim, printed=format_rounded(value, claim.value.decimals))


def _claims(ledger: Ledger) -> Iterator[Row]:
    """First cohort by a share of the claims, evenly through the article."""
    listed = sorted(Search(ledger).claims)
    for share in SHARES:
        some = {slug: ledger.claims[slug] for slug in listed[:: round(1 / share)]}
        yield _once(f"first cohort, {len(some)} claims", replace(ledger, claims=some))
