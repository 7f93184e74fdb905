"""The part on consistency: what ``consistency.json`` of a build says, ready to be shown."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from numbercheck.ledger.records import Ledger

Record = Mapping[str, Any]


def consistency(output: Path, ledger: Ledger) -> dict[str, Any]:
    """Read what was found of all claims together; empty when it was not computed."""
    path = output / "consistency.json"
    if not path.is_file():
        return {}
    found = json.loads(path.read_text(encoding="utf-8"))
    reasons = {claim: c["sentence"] for c in found["conflicts"] for claim in c["claims"]}
    return {
        "conflicts": found["conflicts"],
        "given_up": [{"claim": c, "reason": reasons.get(c, "")} for c in found["given_up"]],
        "bounds": [
            {**b, "low": _short(b["low"]), "high": _short(b["high"])} for b in found["bounds"]
        ],
        "leave_one_out": [_implied(row, ledger) for row in found["leave_one_out"]],
        "digit_test": _digits(found["digit_test"], ledger),
        "risk_histories": [_history(row, ledger) for row in found["risk_histories"]],
    }


def _short(value: float) -> float | int:
    """Four digits, and no point for a whole number."""
    rounded = float(f"{value:.4g}")
    return int(rounded) if rounded == int(rounded) else rounded


def _claim(row: Record, ledger: Ledger) -> str:
    """First printing of a number."""
    copies = ledger.find(row["measure"], row["statistic"])
    return copies[0].claim if copies else f"{row['measure']}, {row['statistic']}"


def _implied(row: Record, ledger: Ledger) -> dict[str, Any]:
    low, high = (_short(end) for end in row["kept"]) if row["kept"] else (None, None)
    shown = {"printed": row["printed"], "implied": row["implied"], "low": low, "high": high}
    return {"claim": _claim(row, ledger), **shown}


def _digits(rows: Iterable[Record], ledger: Ledger) -> dict[str, Any]:
    rows = list(rows)
    unnoticed = [row for row in rows if row["kept"] is False]
    return {
        "changed": len(rows),
        "caught": sum(row["kept"] is True for row in rows),
        "caught_aside": sum(row["aside"] is True for row in rows),
        "undecided": sum(row["kept"] is None for row in rows),
        "unnoticed": [
            {"claim": _claim(row, ledger), "printed": f"{row['printed']}, as {row['changed']}"}
            for row in unnoticed
        ],
        "missed": len(unnoticed),
    }


def _history(row: Record, ledger: Ledger) -> dict[str, Any]:
    """Number of histories by type of interval, and those that hold with all other claims."""
    alone = [f"{'too many to list' if n is None else n} by {k}" for k, n in row["alone"].items()]
    return {**row, "label": ledger.measures[row["measure"]].label, "alone": ", ".join(alone)}
