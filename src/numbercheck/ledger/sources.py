"""Which sources' claims a ledger includes: the article's alone, or others as well."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from numbercheck.errors import unknown
from numbercheck.ledger.records import Ledger, LedgerError
from numbercheck.ledger.rows import Claim, Comparator
from numbercheck.words import STATISTICS

ARTICLE = "article"
SOURCE_KINDS = (ARTICLE, "follow-up", "registry", "cited")


def source_of(claim: Claim) -> str:
    """Source of a claim; an empty cell is the article."""
    return claim.source or ARTICLE


def every_source(ledger: Ledger) -> list[str]:
    """Sources that print a claim, the article first, then in the order of sources.csv."""
    printing = {source_of(claim) for claim in (*ledger.claims.values(), *ledger.elsewhere.values())}
    return [source for source in {ARTICLE: None, **ledger.sources} if source in printing]


def of_sources(ledger: Ledger, names: Iterable[str] | None = None) -> Ledger:
    """Ledger with the claims of some sources, by default of all.

    Raises
    ------
    LedgerError
        If a name is not a source of the ledger; the nearest are offered.
    """
    known = {ARTICLE, *ledger.sources}
    wanted = known if names is None else set(names)
    if wrong := [unknown("source", name, known) for name in sorted(wanted - known)]:
        raise LedgerError(wrong)
    claims = {**ledger.claims, **ledger.elsewhere}
    return replace(
        ledger,
        claims={k: c for k, c in claims.items() if source_of(c) in wanted},
        elsewhere={k: c for k, c in claims.items() if source_of(c) not in wanted},
    )


def population(ledger: Ledger, source: str) -> str:
    """Name of a source's patients; empty for the article's own."""
    return ledger.sources[source].population if source in ledger.sources else ""


def with_cited(ledger: Ledger) -> Ledger:
    """Ledger whose comparators include what sources of the kind ``cited`` print.

    Each is about the article's claim of the same measure, or else about the measure.
    """
    rows = tuple(_as_comparators(ledger))
    return replace(ledger, comparators=(*ledger.comparators, *rows))


def _as_comparators(ledger: Ledger) -> Iterator[Comparator]:
    counts = {(c.source, c.measure, c.statistic): c.printed for c in ledger.claims.values()}
    for claim in ledger.claims.values():
        row = ledger.sources.get(claim.source)
        if row and row.kind == "cited" and claim.statistic not in ("n", "N"):
            found = ledger.find(claim.measure, claim.statistic)
            named = [c.claim for c in found if source_of(c) == ARTICLE] or [claim.measure]
            label = ledger.measures[claim.measure].label
            n, total = (counts.get((claim.source, claim.measure, s), "") for s in ("n", "N"))
            told = (claim.printed, n, total, claim.printed.strip(" %"), claim.note, row.retrieved)
            for about in named:
                yield Comparator(row.citation, label, *told, about, row.seen)


def name_of(source: str, ledger: Ledger) -> str:
    """What a sentence calls a source, such as ``the follow-up``; its slug where two are alike."""
    if source in ledger.digitized:
        return "digitized"
    if source not in ledger.sources:
        return "the article"
    row, every = ledger.sources[source], ledger.sources.values()
    alike = sum((s.kind, s.population) == (row.kind, row.population) for s in every)
    name = f"the {row.kind}" if alike == 1 else f"the {row.kind} {source}"
    return f"{name} ({row.population})" if row.population else name


def what(claim: Claim, ledger: Ledger) -> str:
    """Say what a claim is: its measure, and the statistic where that adds anything."""
    label = ledger.measures[claim.measure].label
    return label if claim.statistic == "value" else f"{label}, {STATISTICS[claim.statistic]}"


def place(claim: Claim, ledger: Ledger) -> str:
    """Where a number is printed; the source comes first where it is not the article."""
    source = source_of(claim)
    return claim.locus if source == ARTICLE else f"{name_of(source, ledger)}, {claim.locus}"


def provenance(claim: Claim, ledger: Ledger) -> str:
    """Source of a claim, what of it was read, and where."""
    source = source_of(claim)
    name, row = name_of(source, ledger), ledger.sources.get(source)
    return f"{name}, {row.seen}, {row.retrieved}" if row else name
