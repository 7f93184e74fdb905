"""The part on consistency: what ``consistency.json`` of a build says, with nothing missing."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

ROWS: Mapping[str, Mapping[str, Any]] = {
    "conflicts": {"claims": (), "assumptions": (), "sentence": "", "certified": False},
    "given_up": {"claim": "", "printed": "", "reason": ""},
    "bounds": {"label": "", "low": None, "high": None, "fixed": False, "unit": ""},
    "leave_one_out": {"claim": "", "printed": "", "implied": "nothing", "low": None, "high": None},
    "risk_histories": {},
}
DIGITS: Mapping[str, Any] = {"changed": 0, "caught": 0, "missed": ()}


def consistency(output: Path) -> dict[str, Any]:
    """Read what was found of all claims together; empty when it was not computed."""
    path = output / "consistency.json"
    if not path.is_file():
        return {}
    found = json.loads(path.read_text(encoding="utf-8"))
    parts: dict[str, Any] = {
        name: [_row(row, empty) for row in found.get(name, ())] for name, empty in ROWS.items()
    }
    missed = [_row(row, ROWS["given_up"]) for row in found.get("digit_test", {}).get("missed", ())]
    return parts | {"digit_test": {**DIGITS, **found.get("digit_test", {}), "missed": missed}}


def _row(row: Any, empty: Mapping[str, Any]) -> dict[str, Any]:
    """One record; a claim may stand for itself."""
    return {**empty, **(row if isinstance(row, Mapping) else {"claim": str(row)})}
