"""Write a reconstructed cohort as ADaM tables, marked as nobody's."""

from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from companion.cohort.writing import write_cohort
from companion.origin import LABEL
from numbercheck.ledger.records import Ledger

if TYPE_CHECKING:
    from numbercheck.consistency.construction import Construction


def write_reconstruction(
    ledger: Ledger, construction: "Construction", directory: Path | str, seed: int
) -> None:
    """Write a construction as ADaM tables and the ``dataset.json`` that says what they are."""
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
