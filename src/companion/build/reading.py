"""Read ledger and patients once for a whole build, where its processes are forked from."""

import json
import os
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from companion.build.cache import digest, files_digest, tree
from companion.errors import CompanionError
from numbercheck.errors import NumbercheckError

if TYPE_CHECKING:
    from companion.cohort import Cohort, FolderReading
    from numbercheck.ledger.records import Ledger

VARIABLE = "COMPANION_READ"  # of the environment, for the process that is forked from


class Asked(NamedTuple):
    """Folders of cohort and ledger, whom to count, and a hash of all that the folders hold."""

    cohort: Path
    published: Path
    population: str
    content: str


def asked(cohort: Path, published: Path, population: str) -> Asked:
    """What to read, as it is now."""
    folders = cohort.resolve(), published.resolve()
    return Asked(*folders, population, digest(*(files_digest(tree(f), f) for f in folders)))


def read_ahead() -> None:
    """Read what the environment asks for; faults are told by whoever reads it next."""
    if given := os.environ.get(VARIABLE):
        cohort, published, population = json.loads(given)
        with suppress(CompanionError, NumbercheckError, OSError):
            missing(asked(Path(cohort), Path(published), population))


@cache
def read(what: Asked) -> "tuple[Ledger, FolderReading, Cohort]":
    """Ledger and patients, read once as long as their content is the same.

    Raises
    ------
    CompanionError, NumbercheckError
        With all faults of the patient tables, or of the ledger.
    """
    from companion.cohort import cohort_of, read_folder
    from numbercheck.ledger.reading import read_ledger

    ledger = read_ledger(what.published)
    reading = read_folder(what.cohort, ledger, what.population)
    return ledger, reading, cohort_of(reading, ledger)


@cache
def missing(what: Asked) -> dict[str, str]:
    """What the tables do not record, by the measure that needs it; found once, like all else."""
    from companion.cohort import unrecorded

    ledger, _, cohort = read(what)
    return unrecorded(cohort, ledger)


def read_patients(
    tell: Callable[[object], None], what: Asked, parameters: Mapping[str, object]
) -> None:
    """Refuse parameters that make no sense; tell who is counted, then the report's patients."""
    from companion.asked import require_meaning
    from companion.report.patients import patients_of

    ledger, reading, cohort = read(what)
    require_meaning(parameters, cohort, ledger)
    tell([f"Counted are {cohort.population}", *reading.notes])
    tell(patients_of(cohort, ledger))


def hand_over(what: Asked) -> None:
    """Let the notebook of this process take over what was read, whenever it opens the folders.

    Where something cannot be read, the notebook says so, at the cell that opens the folders.
    """
    from companion import workbench

    with suppress(CompanionError, NumbercheckError):
        ledger, _, cohort = read(what)
        workbench.READ[what[:3]] = cohort, ledger, missing(what)
