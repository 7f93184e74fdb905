"""The audit of this article as a whole process, and of tables in print and far beyond."""

from measuring import NUMBERCHECK, Row, Section, below, process, seconds
from test_growth import many

from numbercheck.audit import audit


def measure() -> Section:
    """Audit this article, 1,000 claims and 10,000 claims."""
    small, large = many(1_000), many(10_000)
    thousand, ten = seconds(lambda: audit(small)), seconds(lambda: audit(large), 1)
    return Section(
        "Audit",
        "`numbercheck audit --json` as a whole process; ledgers of percentages, limits and sums, "
        "imports done (10,000 claims: once).",
        (
            below("this article", seconds(lambda: process([NUMBERCHECK, "audit", "--json"])), 0.25),
            Row("1,000 claims", f"{thousand:.2f} s"),
            below("10,000 claims", ten, 3),
            Row(
                "10 times as many claims",
                f"{ten / thousand:.1f} times the time",
                "linear",
                ten < 20 * thousand,
            ),
        ),
    )
