"""Twenty thousand damaged folders of patient tables, and not one traceback."""

from random import Random

from measuring import Row, Section
from mutations import mutate, survive

TRIES = 20_000


def measure() -> Section:
    """Try each; the first that raises stops the run, and says which it was."""
    accepted = 0
    for number in range(TRIES):
        try:
            accepted += survive(mutate(Random(number)))  # noqa: S311 - a test's mutations
        except Exception as error:
            error.add_note(f"mutated input {number}")
            raise
    told = f"{TRIES - accepted} refused, {accepted} accepted"
    return Section(
        "Damaged input",
        "`companion validate` on mutated CSV, SAS transport and Dataset-JSON folders, seeded.",
        (Row(f"{TRIES} inputs", told, "no traceback"),),
    )
