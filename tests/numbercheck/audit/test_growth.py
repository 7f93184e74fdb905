"""The audit's work stays in proportion to the numbers; ``make bench`` measures its time."""

import os
import subprocess
import sys
from cProfile import Profile

import pytest
from sketch import Sketch

from companion.project import ROOT
from numbercheck.audit import audit
from numbercheck.audit.cases import limits
from numbercheck.statistics.proportions import interval
from numbercheck.statistics.rounding import format_rounded

WHOLE = """
import sys
from numbercheck.audit import audit, to_json
from numbercheck.ledger.reading import read_ledger
ledger = read_ledger(sys.argv[1])
to_json(ledger, audit(ledger))
print(*(m for m in ("pandas", "matplotlib", "ortools", "scipy.stats") if m in sys.modules))
"""


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
    limits.cache_clear()  # what another ledger had computed would count for nothing
    ledger, profile = many(claims, off=off), Profile()
    verdicts = profile.runcall(audit, ledger)
    assert len(verdicts) == len(ledger.claims) >= claims
    return sum(row.callcount for row in profile.getstats())


def test_this_article_is_audited_without_a_heavy_library():
    """Importing one would take longer than the audit."""
    command = [sys.executable, "-c", WHOLE, str(ROOT / "data/published")]
    environment = os.environ | {"PYTHONPATH": str(ROOT / "src")}
    run = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)

    assert run.stdout.split() == []


@pytest.mark.parametrize("off", [0, 20])
def test_work_grows_with_the_claims_and_not_faster(off):
    """Four times the claims take about four times the calls; a square law would take 16."""
    assert calls(1_000, off) < 4.5 * calls(250, off)
