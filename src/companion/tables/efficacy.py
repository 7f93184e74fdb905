"""Table 1, first part: response after RDC and after two weeks of blinatumomab."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import pandas as pd

from companion.captions import UNSTATED, Provenance, interval_name, limits, n_percent
from companion.tables.table import Row, Table


class Section(NamedTuple):
    """Rows that share a denominator: heading, measure that counts it, and (measure, label)s."""

    heading: str
    population: str
    measures: tuple[tuple[str, str], ...]


TABLE_1 = (
    Section(
        "After RDC",
        "marrow_after_rdc",
        (
            ("blasts_lt5", "BM blasts < 5%"),
            ("blasts_ge5", "BM blasts ≥ 5%"),
            ("mrd_low_after_rdc", "0.01% < MFC MRD < 1%"),
            ("mrd_high_after_rdc", "MFC MRD ≥ 1%"),
        ),
    ),
    Section(
        "After RDC and 2 weeks of blinatumomab",
        "enrolled",
        (
            ("crc_2w", "Composite complete remission (CR or CRi)"),
            ("cr_2w", "CR"),
            ("cri_2w", "CRi"),
            ("mrd_negative_2w", "MFC MRD < 0.01%"),
        ),
    ),
    Section(
        "After up to 4 weeks of blinatumomab (in the text only)",
        "enrolled",
        (
            ("cr_4w", "Complete remission"),
            ("mrd_negative_4w", "MRD-negative remission"),
        ),
    ),
)
ABBREVIATIONS = (
    "BM, bone marrow; CR, complete remission; CRi, CR with incomplete recovery of blood counts; "
    "MFC, multiparameter flow cytometry; MRD, measurable residual disease; RDC, reduced-dose "
    "chemotherapy."
)


def efficacy(
    results: pd.DataFrame,
    interval_method: str = "wilson",
    level: float = 0.95,
    provenance: Provenance = UNSTATED,
    sections: Sequence[Section] = TABLE_1,
) -> Table:
    """Response, n (%) [interval], as the results table has it.

    Parameters
    ----------
    results : pandas.DataFrame
        Long table with ``measure``, ``statistic``, ``value``: ``n``, ``N``, ``conf_low`` and
        ``conf_high`` (percent) of each measure. A measure that is not there is shown as absent.
    interval_method, level : str, float
        How the limits were computed, for the footnote.
    provenance : Provenance
        What the footnote says of the data.
    sections : sequence of Section
        Rows in order.
    """
    value = {(m, s): v for m, s, v in results[["measure", "statistic", "value"]].to_numpy()}
    rows = [
        Row(_heading(section, value), label, (_cell(measure, value, provenance.absent),))
        for section in sections
        for measure, label in section.measures
    ]
    notes = provenance.footnote(
        f"Data are n (%) [{interval_name(interval_method, level)}].", ABBREVIATIONS
    )
    return Table(
        "Table 1a. Efficacy of induction treatment",
        "Outcome",
        (f"n (%) [{100 * level:g}% CI]",),
        tuple(rows),
        notes,
        provenance.label,
    )


def _heading(section: Section, value: Mapping[tuple[str, str], float]) -> str:
    known = [value.get((section.population, "n"))]
    known += [value.get((measure, "N")) for measure, _ in section.measures]
    total = next((n for n in known if n is not None), None)
    return section.heading if total is None else f"{section.heading}, N = {total:.0f}"


def _cell(measure: str, value: Mapping[tuple[str, str], float], absent: str) -> str:
    n, total = (value.get((measure, s)) for s in ("n", "N"))
    if n is None or total is None:
        return absent
    low, high = (value.get((measure, s), float("nan")) for s in ("conf_low", "conf_high"))
    return f"{n_percent(n, total)} [{limits(low, high)}]"
