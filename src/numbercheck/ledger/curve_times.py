"""Times that a survival curve gives: its median and quartiles."""

from math import inf

from numbercheck.ledger.rows import Claim, Measure

SLACK = 1.03  # months of 30 days and of 31


def is_of_curve(measure: Measure) -> bool:
    """Whether a measure is the time to an endpoint, whose quantiles a curve gives."""
    return measure.kind == "quantity" and bool(measure.endpoint) and not measure.where.text


def days_of(claim: Claim, unit: float) -> tuple[float, float]:
    """First and last day that a printed time, in units of so many days, can stand for.

    A time that was not reached is after every day.
    """
    printed = claim.value
    if printed.relation == "unreached":
        return inf, inf
    low, high = (float(end) * unit for end in printed.ends)
    first = 0.0 if "<" in printed.relation else low / SLACK
    return first, inf if ">" in printed.relation else high * SLACK
