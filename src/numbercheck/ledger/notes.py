"""What deserves a second look in a ledger without being a fault: sizes of arms, units of time."""

import re
from collections.abc import Iterator
from math import sqrt

from numbercheck.ledger.arms import arms, as_slug
from numbercheck.ledger.records import DAYS_PER_MONTH, Ledger

UNLIKELY = 3.29  # standard deviations: chance exceeds them once in a thousand trials
SHORT = 24  # days; a horizon up to here may have been meant in months
IN_DAYS = re.compile(r"day|week", re.IGNORECASE)


def notes(ledger: Ledger) -> list[str]:
    """One sentence for each thing that deserves a second look; none changes a verdict."""
    return [*_ratio_notes(ledger), *_horizon_notes(ledger)]


def _horizon_notes(ledger: Ledger) -> Iterator[str]:
    """Ask whether a horizon is meant in days, if it is short or its label says otherwise."""
    for name, measure in ledger.measures.items():
        if measure.kind in ("survival", "incidence"):
            horizon, said = measure.horizon, f"{name} {measure.label}".replace("_", " ")
            in_months = re.search(rf"\b{re.escape(horizon)}[ -]?(mo|m\b|y)", said, re.IGNORECASE)
            if in_months or (float(horizon) <= SHORT and not IN_DAYS.search(said)):
                yield (
                    f"{name} has a horizon of {horizon}: {horizon} days? "
                    f"{horizon} months are {float(horizon) * DAYS_PER_MONTH:g} days."
                )


def _ratio_notes(ledger: Ledger) -> Iterator[str]:
    """Say where the arms' sizes are far from the randomization ratio, though chance can do that.

    Far is more than 3.29 binomial standard deviations from an arm's share.
    """
    ratio, codes = ledger.article.get("randomization"), arms(ledger)
    sizes = next(_sizes(ledger, codes), None)
    if not ratio or not sizes:
        return
    shares = [int(part) for part in str(ratio).split(":")]
    total = sum(sizes)
    far = [
        abs(size - total * share / sum(shares))
        > UNLIKELY * sqrt(total * share * (sum(shares) - share)) / sum(shares)
        for size, share in zip(sizes, shares, strict=True)
    ]
    if any(far):
        yield (
            f"{':'.join(map(str, sizes))} patients in the arms {', '.join(codes)} are further from "
            f"{ratio} than chance is likely to bring them; is the ratio, or its order, as printed?"
        )


def _sizes(ledger: Ledger, codes: tuple[str, ...]) -> Iterator[list[int]]:
    """Printed sizes of all arms, of each measure that counts everyone in an arm."""
    for name, measure in ledger.measures.items():
        if measure.kind == "count" and not measure.where.text:
            printed = [ledger.printed(f"{name}_{as_slug(code)}", "n") for code in codes]
            if printed and all(p and p.relation == "=" and not p.decimals for p in printed):
                yield [int(p.value) for p in printed if p]
