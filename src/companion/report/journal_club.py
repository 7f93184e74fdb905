"""The journal club's page: live numbers for its questions, and its break-it exercises.

The questions are about one article. Its page is left out where a ledger has not their claims.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from companion.report.computed import Computed
from companion.report.what_if import Variant, WhatIf
from numbercheck.ledger.records import Ledger

QUESTIONED = (
    *("text4_crc_2w_n", "text4_crc_2w_N", "text4_crc_2w_percent", "text4_crc_2w_conf_low"),
    *("text4_crc_2w_conf_high", "text5_follow_up_median", "text5_os_12m_estimate"),
    *("text5_pfs_12m_estimate", "text5_pfs_12m_conf_low", "text5_pfs_12m_conf_high"),
    *("text5_relapse_n", "text5_relapse_mrd_n", "text5_deaths_n", "text5_transplant_n"),
    *("text6_infections_g34_n", "text6_infections_g34_N", "text6_mdacc_infections_value"),
    *("text6_infections_v_mdacc_p_value", "text6_early_deaths_v_intensive_p_value"),
    *("table1_crs_g12_percent", "table1_crs_g12_n", "text4_cr_4w_n", "text4_mrd_negative_4w_n"),
)


class Exercise(NamedTuple):
    """A number printed otherwise, what the reader shall expect, and the claims that then conflict.

    ``conflict`` is empty where nothing would notice.
    """

    claim: str
    printed: str
    expect: str
    conflict: tuple[str, ...] = ()

    @property
    def command(self) -> str:
        """What to type; the article's own conflict is set aside first."""
        drop = "numbercheck conflicts --drop table1_crs_g12_percent"
        return f"{drop} --set {self.claim}={self.printed}"


EXERCISES = (
    Exercise(
        "text5_relapse_n",
        "5",
        "The three kinds of relapse are counted, too, and no longer add up.",
        (
            *("text5_relapse_cns_n", "text5_relapse_hematologic_n", "text5_relapse_mrd_n"),
            "text5_relapse_n",
        ),
    ),
    Exercise(
        "text6_crs_n",
        "18",
        "Table 1 counts mild and severe cases apart; their sum is another.",
        ("table1_crs_g12_n", "text6_crs_g3_n", "text6_crs_n"),
    ),
    Exercise(
        "text5_pfs_12m_estimate",
        "84.2%",
        "Nothing but the abstract is needed: the same number is printed there.",
        ("abstract_pfs_12m_estimate", "text5_pfs_12m_estimate"),
    ),
    Exercise(
        "text3_age_median",
        "43",
        "Nobody would notice: no other printed number depends on it.",
    ),
)


def journal_club(
    ledger: Ledger, choices: WhatIf, together: Mapping[str, Any], results: Sequence[Computed]
) -> dict[str, Any]:
    """Gather what the page on the journal club shows; empty for another article's ledger."""
    asked = (*QUESTIONED, *(e.claim for e in EXERCISES))
    if any(claim not in ledger.claims for claim in asked):
        return {}
    return {
        "exercises": EXERCISES,
        "results": {(r.measure, r.statistic): r.value for r in results},
        "bounds": {b["label"]: b for b in together.get("bounds", ())},
        "pfs": _line(choices.survival, "text5_pfs_12m_conf_low"),
        "infections": _line(choices.tests, "text6_infections_v_mdacc_p_value"),
        "level": choices.first["level"],
        "names": choices.choices,
    }


def _line(variants: Sequence[Variant], claim: str) -> Variant | None:
    return next((v for v in variants if any(c.claim == claim for c in v.claims)), None)
