"""Whether tables hold a trial's own patients or a cohort reconstructed from its article."""

from collections.abc import Mapping

LABEL = "Reconstructed cohort: consistent with the article, not its patients"


def label_of(dataset: Mapping) -> str:
    """What every display says of a reconstructed cohort; empty for a trial's own data.

    Parameters
    ----------
    dataset : mapping
        Content of ``dataset.json``; without an ``origin`` the data are a trial's own.
    """
    return str(dataset.get("label") or LABEL) if dataset.get("origin") == "reconstructed" else ""
