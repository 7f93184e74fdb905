"""Table 1, second part: adverse events by worst grade, in the article's order or by frequency."""

from collections.abc import Sequence

import pandas as pd

from companion.captions import UNSTATED, Provenance, n_percent, percent
from companion.tables.table import Row, Table

CATEGORIES = ("Hematologic", "Blinatumomab related", "Other non-hematologic")
PRINTED_GROUPS = ("1-2", "3-4")
UNGRADED, OTHER = "not recorded", "Other"
TITLES = {
    "article": "Table 1b. Adverse events during induction, in the article's order",
    "descending": "Table 1c. Adverse events during induction, by frequency",
}


def adverse_events(
    adae: pd.DataFrame,
    adsl: pd.DataFrame,
    order: str = "article",
    any_event: tuple[int, int] | None = None,
    terms: Sequence[str] = (),
    provenance: Provenance = UNSTATED,
) -> Table:
    """Patients with each adverse event, n (%), by the group of its worst grade.

    Parameters
    ----------
    adae : pandas.DataFrame
        ADaM ADAE, any number of rows per patient and term: ``USUBJID``, ``AEDECOD``,
        ``AECAT``, ``AETOXGRG`` and, where there is one, ``TRTEMFL``.
    adsl : pandas.DataFrame
        ADaM ADSL: its patients are the denominator, for those without an event have no row in
        ``adae``; events of others are left out.
    order : {"article", "descending"}
        Categories and terms as the article has them, or by patients with any grade.
    any_event : tuple of int, optional
        Fewest and most patients who can have had a grade 3–4 event of any term. By default it
        is counted, and absent for a reconstructed cohort, which does not determine it.
    terms : sequence of str
        Terms in the article's order; one without an event is a row too. By default those
        seen, in the order of ``adae``.
    provenance : Provenance
        What the footnote says of the data.
    """
    if order not in TITLES:
        raise ValueError(f"order is {order!r}; it must be {' or '.join(TITLES)}")
    n_patients = len(adsl)
    events = adae[adae["USUBJID"].isin(adsl["USUBJID"])]
    if any_event is None and not provenance.label:
        any_event = (_severe(events),) * 2
    counts = worst_grade_counts(events, terms)
    groups = [c for c in counts.columns if c != "category"]
    counts["total"] = counts[groups].sum(axis=1)
    if order == "descending":
        severity = ["total", *reversed(groups)]
        counts = counts.sort_values(severity, ascending=False, kind="stable")
        counts["category"] = ""
        groups = ["total", *groups]
    rows = [_any_row(groups, n_patients, any_event, order, provenance)]
    rows += [
        Row(r["category"], term, tuple(n_percent(r[g], n_patients) for g in groups))
        for term, r in counts.iterrows()
    ]
    columns = tuple("Any grade" if g == "total" else _heading(g) for g in groups)
    return Table(
        TITLES[order],
        f"Adverse event, N = {n_patients}",
        columns,
        tuple(rows),
        provenance.footnote(*_notes(groups, order)),
        provenance.label,
    )


def worst_grade_counts(adae: pd.DataFrame, terms: Sequence[str] = ()) -> pd.DataFrame:
    """Count patients per term and group of worst grade, each patient once per term.

    Returns
    -------
    pandas.DataFrame
        Indexed by term: ``category``, then a column for each grade group, mildest first. The
        two that the article prints are always there.
    """
    events = _emergent(adae)
    events = events.assign(group=events["AETOXGRG"].astype(object).where(_graded(events), UNGRADED))
    found = {str(g) for g in events["group"]} | set(PRINTED_GROUPS)
    groups = sorted(found, key=_severity)
    events = events.assign(rank=events["group"].map(groups.index).astype(int))
    worst = events.groupby(["AEDECOD", "USUBJID"], observed=True)["rank"].max()
    category = {**dict.fromkeys(terms, OTHER), **_first(events)}
    listed = sorted(category, key=lambda term: _place(term, category[term], list(category)))
    counts = pd.DataFrame({"category": pd.Series(category, dtype=object)}).reindex(listed)
    for rank, group in enumerate(groups):
        n = worst[worst == rank].groupby(level="AEDECOD", observed=True).size()
        counts[group] = n.reindex(listed, fill_value=0).astype(int)
    return counts


def _emergent(adae: pd.DataFrame) -> pd.DataFrame:
    return adae[adae["TRTEMFL"] != "N"] if "TRTEMFL" in adae else adae


def _severe(adae: pd.DataFrame) -> int:
    """Patients with an event of grade 3–4."""
    events = _emergent(adae)
    return int(events.loc[events["AETOXGRG"] == "3-4", "USUBJID"].nunique())


def _graded(events: pd.DataFrame) -> pd.Series:
    return events["AETOXGRG"].notna() & (events["AETOXGRG"].astype(str) != "")


def _severity(group: str) -> tuple[int, str]:
    """Place of a grade group, mildest first; without a grade comes before them all."""
    first = group.split("-")[0]
    return (int(first), group) if first.isdigit() else (-1, group)


def _first(events: pd.DataFrame) -> dict[str, str]:
    pairs = events.drop_duplicates("AEDECOD")
    category = pairs["AECAT"].astype(object).where(pairs["AECAT"].notna(), "").replace("", OTHER)
    return dict(zip(pairs["AEDECOD"], category, strict=True))


def _place(term: str, category: str, seen: list[str]) -> tuple[int, int]:
    known = CATEGORIES.index(category) if category in CATEGORIES else len(CATEGORIES)
    return known, seen.index(term)


def _heading(group: str) -> str:
    return f"Grade {group.replace('-', '–')}"


def _any_row(
    groups: list[str],
    n_patients: int,
    any_event: tuple[int, int] | None,
    order: str,
    provenance: Provenance,
) -> Row:
    text = _bound(any_event, n_patients) if any_event else provenance.absent
    cells = tuple(text if g == "3-4" else "" for g in groups)
    return Row("" if order == "descending" else "Any event", "Any grade 3–4 event", cells)


def _bound(bound: tuple[int, int], n_patients: int) -> str:
    low, high = bound
    if low == high:
        return n_percent(low, n_patients)
    shares = f"{percent(low, n_patients).rstrip('%')}–{percent(high, n_patients)}"
    return f"between {low} and {high} ({shares})"


def _notes(groups: list[str], order: str) -> list[str]:
    ordering = {
        "article": "Categories and terms in the article's order.",
        "descending": "Terms in descending order of patients with any grade, "
        "then with the higher grades.",
    }
    fatal = "" if "5" in groups else "No grade 5 event is recorded."
    return [
        "Data are patients, n (%), at their worst grade, each counted once per term; the "
        "denominator is every patient enrolled.",
        ordering[order],
        fatal,
        "ICANS, immune effector cell-associated neurotoxicity syndrome.",
    ]
