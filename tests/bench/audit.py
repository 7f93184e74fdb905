"""The audit of this article as a whole process, and of tables in print and far beyond."""

from measuring import COMPANION, Row, Section, below, process, seconds
from test_audit_growth import many

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
            below("this article", seconds(lambda: process([COMPANION, "audit", "--json"])), 1.5),
            below("1,000 claims", thousand, 5),
            Row("10,000 claims", f"{ten:.2f} s", "linear in the claims", ten < 20 * thousand),
        ),
    )
