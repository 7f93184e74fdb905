"""Damaged folders of patient tables: no traceback, and no match that a recount denies."""

from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from measuring import Row, Section
from mutations import mutate, recount, survive

TRIES, RECOUNTED = 20_000, 300


def measure() -> Section:
    """Try each; the first that raises stops the run, and says which it was."""
    accepted = matches = 0
    for number in range(TRIES):
        try:
            accepted += survive(mutate(Random(number)))  # noqa: S311 - a test's mutations
        except Exception as error:
            error.add_note(f"mutated input {number}")
            raise
    with TemporaryDirectory() as folder:
        for number in range(RECOUNTED):
            matches += recount(number, Path(folder))
    told = f"{TRIES - accepted} refused, {accepted} accepted"
    return Section(
        "Damaged input",
        "`companion validate` on mutated CSV, SAS transport and Dataset-JSON folders, and the "
        "notebooks' cells on tables with columns blanked or coded otherwise, seeded.",
        (
            Row(f"{TRIES} inputs", told, "no traceback"),
            Row(f"{RECOUNTED} rewritten tables", f"{matches} matches with the data",
                "each given by a recount in pandas"),
        ),
    )  # fmt: skip
