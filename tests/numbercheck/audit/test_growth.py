"""The audit's work stays in proportion to the numbers; ``make bench`` measures its time."""

from cProfile import Profile

import pytest
from sketch import Sketch

from numbercheck.audit import audit
from numbercheck.audit.cases import limits
from numbercheck.statistics.proportions import interval
from numbercheck.statistics.rare_limits import rare_limits
from numbercheck.statistics.rounding import format_rounded


def many(claims, are_right=False, off=0):
    """Percentages with limits, and parts of sums, all of different counts.

    Limits that no method gives, and percentages that are ``off`` by some points, make the audit
    look for a misprint, which takes longest.
    """
    s = Sketch()
    s.family("proportions", "wilson")
    number = 0
    while len(s.claims) < claims:
        n, k = 40 + number % 200, 1 + number % 37
        limits = [format_rounded(100 * limit, 0) for limit in interval(k, n)]
        s.everyone(n, f"arm{number}", f"arm{number}")
        s.count(
            f"response{number}",
            "response",
            k,
            f"{format_rounded(100 * k / n + off, 0)}%",
            among=f"arm{number}",
            limits=limits if are_right else ("1", "99"),
            family="proportions",
        )
        s.count(f"rest{number}", f"not response{number}", n - k, among=f"arm{number}")
        s.relate("sum", f"arm{number} == response{number} + rest{number}")
        number += 1
    return s.ledger


def calls(claims, off):
    """How often the audit of a ledger calls a function: the same on every machine."""
    for cached in (limits, rare_limits):
        cached.cache_clear()  # what another ledger had computed would count for nothing
    ledger, profile = many(claims, off=off), Profile()
    verdicts = profile.runcall(audit, ledger)
    assert len(verdicts) == len(ledger.claims) >= claims
    return sum(row.callcount for row in profile.getstats())


@pytest.mark.parametrize("off", [0, 20])
def test_work_grows_with_the_claims_and_not_faster(off):
    """Four times the claims take about four times the calls; a square law would take 16."""
    assert calls(1_000, off) < 4.5 * calls(250, off)
