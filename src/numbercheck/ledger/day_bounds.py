"""A bound on the estimate of a survival curve on a day, as a measure and a claim of its own."""

from numbercheck.ledger.expressions import Expression
from numbercheck.ledger.rows import Claim, Measure


def on_day(
    day: int,
    relation: str,
    percent: float,
    name: str,
    endpoint: str,
    among: Expression,
    locus: str,
    source: str = "",
) -> tuple[Measure, Claim]:
    """Say that an estimate is at least (``>=``) or at most (``<=``) so many percent on a day.

    Slugs begin with ``name``.
    """
    slug, none = f"{name}_day_{day}", Expression("")
    label = f"{endpoint} on day {day}"
    measure = Measure(slug, label, "survival", none, among, none, "", endpoint, str(day), "", "%")
    side = "least" if relation == ">=" else "most"
    printed = f"{relation}{percent:.6g}%"
    return measure, Claim(f"{slug}_{side}", locus, slug, "estimate", printed, source=source)
