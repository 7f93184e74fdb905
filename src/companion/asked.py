"""Which parameters make sense for these patients; others are refused before any computation."""

from collections.abc import Collection, Iterator, Mapping
from itertools import chain

from companion.cohort import Cohort
from companion.errors import CompanionError
from numbercheck.ledger.records import Ledger
from numbercheck.statistics import contingency, proportions, survival
from numbercheck.statistics.quantiles import KINDS
from numbercheck.statistics.scales import CONF_TYPES

OPTIONS: Mapping[str, Collection] = {
    "interval_method": proportions.METHODS,
    "conf_type": CONF_TYPES,
    "test": [m for m in contingency.METHODS if not m.startswith("mcnemar")],  # those need pairs
    "follow_up_method": survival.FOLLOW_UP,
    "quantile_kind": list(KINDS),
}
NUMBERS = ("level", "early_days", "age_cut", "horizon_months")


class MeaninglessError(CompanionError, ValueError):
    """Parameters that mean nothing for these patients, one sentence each."""


def require_meaning(parameters: Mapping[str, object], cohort: Cohort, ledger: Ledger) -> None:
    """Refuse what cannot be: a level of 2, an age that nobody has, a month beyond follow-up.

    A horizon beyond follow-up at which the article prints an estimate is not refused: its
    claims stay unchecked.

    Raises
    ------
    MeaninglessError
        With a sentence for each such parameter.
    """
    found = [_faults(name, value, cohort, ledger) for name, value in parameters.items()]
    if faults := list(chain.from_iterable(found)):
        raise MeaninglessError("\n".join(faults))


def _faults(name: str, value: object, cohort: Cohort, ledger: Ledger) -> Iterator[str]:
    if name in OPTIONS and value not in OPTIONS[name]:
        yield f"{name} is {value!r}; it must be one of {', '.join(map(str, OPTIONS[name]))}"
    if name not in NUMBERS:
        return
    if not isinstance(value, int | float):
        yield f"{name} is {value!r}; it must be a number"
        return
    number = float(value)
    days = cohort.adtte["AVAL"].max()
    if name == "level" and not 0 < number < 1:
        yield f"level is {number:g}; it must be between 0 and 1, such as 0.95"
    if name == "early_days" and not 0 <= number <= days:
        yield f"early_days is {number:g}; it must be from 0 to {days:g}, the end of follow-up"
    ages = cohort.adsl["AGE"].dropna()
    if name == "age_cut" and len(ages) and not ages.min() < number <= ages.max():
        yield f"age_cut is {number:g}; it must divide the ages, from {ages.min()} to {ages.max()}"
    month = ledger.days_per_month
    printed = {round(float(m.horizon) / month, 6) for m in ledger.measures.values() if m.horizon}
    if name == "horizon_months" and not (0 < number <= days / month or round(number, 6) in printed):
        last = f"at most {days / month:.1f}, the end of follow-up"
        yield f"horizon_months is {number:g}; it must be above 0 and {last}"
