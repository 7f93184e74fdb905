"""Tables S1 and S2: the patients at enrollment, and where they were enrolled."""

import pandas as pd

from companion.captions import UNSTATED, Provenance, n_percent
from companion.tables.table import Row, Table

WORDS = {
    "SEX": {"F": "Female", "M": "Male", "U": "Unknown"},
    "WBCGR1": {">30": "> 30 × 10⁹/L", "<=30": "≤ 30 × 10⁹/L"},
    "RISKGR1": {"poor": "Poor risk", "other": "Other"},
}
GROUPED = {
    "SEX": "Sex",
    "RACE": "Race",
    "WBCGR1": "White blood cells at diagnosis",
    "RISKGR1": "Genetic risk",
}
UNAVAILABLE = (
    "ECOG performance status",
    "Immunophenotype",
    "Bone marrow blasts at diagnosis",
    "Central nervous system involvement",
)


def baseline(adsl: pd.DataFrame, provenance: Provenance = UNSTATED) -> Table:
    """Table S1: age and the groups at enrollment, as far as ADSL has them.

    Parameters
    ----------
    adsl : pandas.DataFrame
        ADaM ADSL, one row per patient: ``AGE``, ``SEX``, ``RACE``, ``WBCGR1``, ``RISKGR1``;
        an empty column is shown as absent, single empty cells as missing. Of a reconstructed
        cohort, what it cannot have is listed too.
    provenance : Provenance
        What the footnote says of the data.
    """
    rows = [Row("Age, years", "Median (range)", (_age(adsl, provenance.absent),))]
    for column, heading in GROUPED.items():
        rows += _group(adsl, column, heading, provenance.absent)
    if provenance.label:
        rows += [Row("Further characteristics", text, (provenance.absent,)) for text in UNAVAILABLE]
    return Table(
        "Table S1. Baseline characteristics",
        "Characteristic",
        (f"N = {len(adsl)}",),
        tuple(rows),
        provenance.footnote("Data are n (%) unless stated; all patients enrolled."),
        provenance.label,
    )


def sites(
    adsl: pd.DataFrame, n_sites: int | None = None, provenance: Provenance = UNSTATED
) -> Table:
    """Table S2: patients per study site, or how many sites there were when that is all known."""
    known = _present(adsl, "SITEID")
    if known.empty:
        count = provenance.absent if n_sites is None else str(n_sites)
        rows = [
            Row("", "Study sites", (count,)),
            Row("", "Patients at each site", (provenance.absent,)),
        ]
    else:
        rows = [Row("", "Study sites", (str(known.nunique()),))]
        rows += [
            Row("", f"Site {site}", (n_percent(n, len(adsl)),))
            for site, n in known.value_counts().sort_index().items()
        ]
        rows += _missing("", len(adsl) - len(known), len(adsl))
    return Table(
        "Table S2. Study sites",
        "Site",
        (f"N = {len(adsl)}",),
        tuple(rows),
        provenance.footnote("Data are the number of sites, and patients, n (%)."),
        provenance.label,
    )


def _present(adsl: pd.DataFrame, column: str) -> pd.Series:
    if column not in adsl:
        return pd.Series(dtype=object)
    return adsl[column][adsl[column].notna() & (adsl[column].astype(str) != "")].astype(str)


def _age(adsl: pd.DataFrame, absent: str) -> str:
    ages = pd.to_numeric(adsl["AGE"]).dropna()
    return f"{ages.median():g} ({ages.min():g}–{ages.max():g})" if len(ages) else absent


def _group(adsl: pd.DataFrame, column: str, heading: str, absent: str) -> list[Row]:
    known = _present(adsl, column)
    if known.empty:
        return [Row(heading, "All groups", (absent,))]
    words = WORDS.get(column, {})
    counts = known.value_counts()
    rows = [
        Row(heading, words.get(code, code), (n_percent(counts[code], len(adsl)),))
        for code in sorted(counts.index, key=lambda code: _place(code, list(words)))
    ]
    return rows + _missing(heading, len(adsl) - len(known), len(adsl))


def _place(code: str, known: list[str]) -> tuple[int, str]:
    return (known.index(code), "") if code in known else (len(known), code)


def _missing(heading: str, n: int, total: int) -> list[Row]:
    return [Row(heading, "Missing", (n_percent(n, total),))] if n else []
