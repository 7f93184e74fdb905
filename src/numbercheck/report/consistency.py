"""The part on consistency: what holds for all claims at once, formatted for the page."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from numbercheck.ledger.records import Ledger
from numbercheck.ledger.rows import Claim
from numbercheck.statistics.rounding import format_rounded

Row = Mapping[str, Any]


def consistency(found: Row, ledger: Ledger) -> dict[str, Any]:
    """Format a document on consistency; empty when there is none."""
    if not found:
        return {}
    reasons = {claim: c["sentence"] for c in found["conflicts"] for claim in c["claims"]}
    return {
        "conflicts": found["conflicts"],
        "given_up": [{"claim": c, "reason": reasons.get(c, "")} for c in found["given_up"]],
        "bounds": [
            {**b, "low": _short(b["low"]), "high": _short(b["high"])} for b in found["bounds"]
        ],
        "implied": {
            claim.claim: {**row, "text": _implied(row, claim)}
            for row in found["leave_one_out"]
            if row["implied"] != "undecided"
            for claim in ledger.find(row["measure"], row["statistic"])
        },
        "left_out": Counter(row["implied"] for row in found["leave_one_out"]),
        "digit_test": _digits(found["digit_test"], ledger),
        "risk_histories": [_history(row, ledger) for row in found["risk_histories"]],
    }


def _short(value: float) -> float | int:
    """Four digits, and no point for a whole number."""
    rounded = float(f"{value:.4g}")
    return int(rounded) if rounded == int(rounded) else rounded


def _implied(row: Row, claim: Claim) -> str:
    """What the other numbers leave of one, with one decimal more than is printed."""
    if row["implied"] == "nothing":
        return "nothing"
    decimals = claim.value.decimals + 1
    ends = [
        "–" if end is None else f"{end:g}" if end == int(end) else format_rounded(end, decimals)
        for end in row["kept"]
    ]
    return " to ".join(dict.fromkeys(ends))


def _digits(rows: Iterable[Row], ledger: Ledger) -> dict[str, Any]:
    rows = list(rows)
    missed = [row for row in rows if row["kept"] is False]
    return {
        "changed": len(rows),
        "caught": sum(row["kept"] is True for row in rows),
        "caught_aside": sum(row["aside"] is True for row in rows),
        "undecided": sum(row["kept"] is None for row in rows),
        "missed": len(missed),
        "unnoticed": [
            (claim, row["changed"])
            for row in missed
            for claim in ledger.find(row["measure"], row["statistic"])[:1]
        ],
    }


def _history(row: Row, ledger: Ledger) -> dict[str, Any]:
    """Number of at-risk sequences by type of interval, and those that hold with all claims."""
    alone = [f"{'too many to list' if n is None else n} by {k}" for k, n in row["alone"].items()]
    return {**row, "label": ledger.measures[row["measure"]].label, "alone": ", ".join(alone)}
