"""What a median or quartile of a survival curve says of the curve on two days.

A median is the first time at which the curve is at one half or below, or the middle of the times
at which it is at one half, as R and SAS compute it (Brookmeyer and Crowley 1982,
doi:10.2307/2530286). Either way the curve is at one half or above on every day before, and at one
half or below from then on. If it was not reached, the curve ends at one half or above.
"""

from collections.abc import Iterator
from dataclasses import replace
from math import ceil, floor, inf

from numbercheck.ledger.curve_times import days_of, is_of_curve
from numbercheck.ledger.day_bounds import on_day
from numbercheck.ledger.records import Ledger
from numbercheck.ledger.rows import Claim, Measure
from numbercheck.recount import endpoint_columns
from numbercheck.statistics.quantiles import SHARES

NOISE = 0.0001  # percentage points, of an estimate that a program computes


def spelled_out(ledger: Ledger) -> Ledger:
    """Ledger that has, in place of each time that a curve gives, its bounds on the curve."""
    times = [c for c in ledger.claims.values() if is_of_curve(ledger.measures[c.measure])]
    if not times:
        return ledger
    said = [row for claim in times for row in bounds_of(claim, ledger)]
    gone = {claim.claim for claim in times}
    kept = {slug: claim for slug, claim in ledger.claims.items() if slug not in gone}
    return replace(
        ledger,
        measures={**ledger.measures, **{measure.measure: measure for measure, _ in said}},
        claims={**kept, **{claim.claim: claim for _, claim in said}},
    )


def bounds_of(claim: Claim, ledger: Ledger) -> Iterator[tuple[Measure, Claim]]:
    """Least estimate on the last day before a time, and largest one on the day of it."""
    measure = ledger.measures[claim.measure]
    time, _ = endpoint_columns(ledger, measure.endpoint)
    end = ledger.variables[time].domain[-1]
    first, last = days_of(claim, ledger.days_per(measure.unit) or 1.0)
    percent = 100 * (1 - SHARES[claim.statistic])
    about = claim.claim, measure.endpoint, measure.among, claim.locus
    if first > 0:
        yield on_day(ceil(min(first, end + 1)) - 1, ">=", percent - NOISE, *about)
    if last < inf:
        yield on_day(floor(min(last, end)), "<=", percent + NOISE, *about)
