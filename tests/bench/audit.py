"""The audit of this article as a whole process, and of tables in print and far beyond."""

import tempfile
from dataclasses import replace
from pathlib import Path

from measuring import NUMBERCHECK, Row, Section, below, process, seconds
from test_growth import many
from written import write_ledger

from numbercheck.audit import audit
from numbercheck.audit.cases import limits
from numbercheck.ledger.expressions import Expression
from numbercheck.ledger.records import Ledger
from numbercheck.ledger.rows import Variable


def measure() -> Section:
    """Audit this article, 1,000 claims and 10,000 claims."""
    small, large = many(1_000), many(10_000)
    thousand, ten = seconds(lambda: _cold(small)), seconds(lambda: _cold(large), 1)
    return Section(
        "Audit",
        "`numbercheck audit --json` as a whole process for this article and for a ledger of 2,000 "
        "percentages, limits and sums; then ledgers in memory whose limits are all wrong, imports "
        "done (10,000 claims: once).",
        (
            below("this article", seconds(lambda: process([NUMBERCHECK, "audit", "--json"])), 0.25),
            below("2,000 claims that hold, from their files", _whole(2_000), 2),
            Row("1,000 claims", f"{thousand:.2f} s"),
            below("10,000 claims", ten, 3),
            Row(
                "10 times as many claims",
                f"{ten / thousand:.1f} times the time",
                "linear",
                ten < 12 * thousand,
            ),
        ),
    )


def _cold(ledger: Ledger) -> None:
    """Audit a ledger as if no interval had been computed before."""
    limits.cache_clear()
    audit(ledger)


def _whole(claims: int) -> float:
    """Seconds of the command on a ledger that is read from its files."""
    with tempfile.TemporaryDirectory() as name:
        folder = write_ledger(_readable(claims), Path(name) / "ledger")
        return seconds(lambda: process([NUMBERCHECK, "audit", str(folder), "--json"]))


def _readable(claims: int) -> Ledger:
    """A ledger that declares the columns that its expressions read."""
    ledger = many(claims, are_right=True)
    names = {n for m in ledger.measures.values() for e in (m.where, m.among) for n in e.names}
    columns = {n: Variable(n, "", "flag", "", "", Expression(""), "") for n in sorted(names)}
    return replace(ledger, variables=columns)
