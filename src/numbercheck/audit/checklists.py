"""Items of two checklists for the trustworthiness of trials that each kind of finding serves.

Sources: INSPECT-SR, domain 4, results in the study (Wilkinson et al. 2025,
doi:10.1101/2025.09.03.25334905; guidance at inspect.sr); TRACT (Mol et al. 2023,
doi:10.1186/s41073-023-00130-8), by domain, since its items do not name arithmetic.
"""

from typing import NamedTuple


class Items(NamedTuple):
    """What a finding is evidence for; empty where it is for nothing."""

    inspect_sr: str = ""
    tract: str = ""


EITHER = "6 Baseline characteristics, 7 Outcomes"
INSPECT_SR = {
    "4.6 inconsistent numbers of participants": (
        "count-exceeds-total not-a-count other-denominator part-exceeds-whole sum-differs "
        "too-few-events too-narrow too-wide"
    ),
    "4.8 impossible means or variances of integer data": (
        "impossible-mean impossible-median impossible-percent impossible-sd"
    ),
    "4.9 errors in statistical results": (
        "claim-not-supported complement-interval complement-percent decimal-point-lost "
        "difference-differs difference-of-percents estimate-outside groups-reversed "
        "half-width-differs impossible-estimate impossible-p impossible-ratio limit-exists "
        "limits-asymmetric limits-reversed method-differs no-history no-method-fits no-test-fits "
        "odds-ratio-differs one-sided opposite-sign other-level other-unit p-contradicts-limits "
        "p-differs p-value-differs percent-differs rate-differs risk-ratio-differs rounding-slip "
        "scale-switch se-differs se-for-half-width se-for-sd"
    ),
    "4.10 other contradictions in the data": (
        "beyond-follow-up comparator-differs days-differ incidence-falls median-contradicts-curve "
        "out-of-order printings-disagree relation-broken sources-differ survival-rises"
    ),
}
TRACT = {
    "1 Governance": "sources-differ",
    "7 Outcomes": (
        "beyond-follow-up claim-not-supported comparator-differs days-differ difference-differs "
        "groups-reversed impossible-estimate incidence-falls limit-exists limits-asymmetric "
        "median-contradicts-curve no-history odds-ratio-differs other-unit p-contradicts-limits "
        "p-differs rate-differs risk-ratio-differs survival-rises too-few-events too-narrow "
        "too-wide"
    ),
}
_TRACT = {kind: item for item, kinds in TRACT.items() for kind in kinds.split()}
ITEMS = {
    kind: Items(item, _TRACT.get(kind, EITHER))
    for item, kinds in INSPECT_SR.items()
    for kind in kinds.split()
}


def items_of(verdict: str, kind: str) -> Items:
    """Items that a verdict serves; only a mismatch serves any."""
    return ITEMS.get(kind, Items()) if verdict == "mismatch" else Items()
