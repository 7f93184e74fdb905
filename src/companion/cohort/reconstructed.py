"""Write a reconstructed cohort as ADaM tables that say that no row describes a real person."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from companion.cohort.files import DATASET
from companion.cohort.sources import parse_all
from companion.cohort.writing import write_cohort
from companion.errors import CompanionError
from companion.origin import LABEL
from numbercheck.ledger.records import Ledger

if TYPE_CHECKING:
    from numbercheck.consistency.construction import Construction


MADE = (DATASET, "adsl.csv", "adrs.csv", "adae.csv", "adtte.csv")


def check_target(ledger: Ledger, directory: Path | str) -> None:
    """Refuse, before any work, what cannot be written or must not be overwritten.

    Raises
    ------
    CompanionError
        If the ledger does not say where its variables stand in the tables, or the folder has
        tables that are not those of an earlier reconstruction.
    """
    missing = [v.variable for v in ledger.variables.values() if not v.source]
    if missing or not ledger.variables:
        which = f"{', '.join(missing)} have no source" if missing else "there are none"
        raise CompanionError(
            f"no tables can be written for this ledger's variables: {which}; say in variables.csv, "
            "column source, where each stands, as in ADSL.AGE"
        )
    parse_all(ledger.variables)
    directory = Path(directory)
    if directory.exists() and not directory.is_dir():
        raise CompanionError(f"{directory} is a file; choose a folder")
    there = [name for name in MADE if (directory / name).exists()]
    if there and not _is_reconstruction(directory):
        raise CompanionError(
            f"{directory} has {', '.join(there)}, not made by a reconstruction; choose another "
            "folder, so that nothing is overwritten"
        )


def _is_reconstruction(directory: Path) -> bool:
    try:
        dataset = json.loads((directory / DATASET).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(dataset, dict) and dataset.get("origin") == "reconstructed"


def write_reconstruction(
    ledger: Ledger, construction: "Construction", directory: Path | str, seed: int
) -> None:
    """Write a construction as ADaM tables and the ``dataset.json`` that says what they are."""
    check_target(ledger, directory)
    n = construction.size
    index = pd.Index([f"R{i:0{len(str(n))}d}" for i in range(1, n + 1)], name="USUBJID")
    frame = pd.DataFrame(dict(construction.columns), index=index, dtype=object)
    dataset = {
        "origin": "reconstructed",
        "label": LABEL,
        "study": str(ledger.article.get("registration", "")),
        "source": f"constructed from the numbers printed in doi:{ledger.article.get('doi', '?')}",
        "method": "constraint model of numbercheck.consistency; see data/README.md",
        "seed": seed,
        "shown": list(construction.preferences),
        "given_up": [
            {
                "claim": slug,
                "printed": ledger.claims[slug].printed,
                "reason": construction.reason(ledger, slug),
            }
            for slug in construction.given_up
        ],
    }
    write_cohort(frame, ledger, directory, dataset)
