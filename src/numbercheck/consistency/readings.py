"""Which printed numbers conflict under another reading of an assumption."""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass

from numbercheck.consistency.conflict_sets import Conflict, find_all
from numbercheck.consistency.modeled import modeled
from numbercheck.consistency.search import Search
from numbercheck.consistency.solving import UndecidedError
from numbercheck.ledger.records import Ledger
from numbercheck.ledger.rereading import reread

NOT_ASSUMED = ""


@dataclass(frozen=True)
class Reading:
    """Another reading of an assumption, and the conflicts under it.

    Attributes
    ----------
    assumption : str
    reading : str
        Another expression, or value of its parameter; empty where it is not assumed.
    conflicts : tuple of Conflict
        Beyond those that the ledger has as it is read.
    unmodeled : tuple of str
        Claims that the model knows as the ledger is read, but not under this reading.
    """

    assumption: str
    reading: str
    conflicts: tuple[Conflict, ...]
    unmodeled: tuple[str, ...]

    def ledger(self, ledger: Ledger) -> Ledger:
        """The ledger under this reading."""
        if self.reading == NOT_ASSUMED:
            return ledger.constrain(without=[self.assumption])
        return reread(ledger, self.assumption, self.reading)


def readings(ledger: Ledger, given_up: Iterable[str], seconds: float = 60.0) -> Iterator[Reading]:
    """Try every other reading of every assumption.

    An assumption that is not made rules nothing out, so that it needs no search.

    Parameters
    ----------
    ledger : Ledger
        Its assumptions say which alternatives they have, and whether they can be left out.
    given_up : iterable of str
        Claims that cannot hold with the others as the ledger is read.
    seconds : float
        Most time for one question to the solver.
    """
    given_up, read = frozenset(given_up), Search(ledger, seconds)
    if any(a.alternatives for a in ledger.assumptions.values()):
        with suppress(UndecidedError):
            read.feasible(read.rows - given_up)  # a cohort that often suits another reading, too
    for name, assumption in ledger.assumptions.items():
        for alternative in filter(None, assumption.alternatives.split("|")):
            yield _read(read, Reading(name, alternative, (), ()), given_up)
        if assumption.switchable == "yes":
            yield _read(read, Reading(name, NOT_ASSUMED, (), ()), given_up)


def _read(read: Search, reading: Reading, given_up: frozenset[str]) -> Reading:
    ledger, other = read.ledger, reading.ledger(read.ledger)
    known = {c.claim for c in ledger.claims.values() if not modeled(c, ledger)}
    still = {c.claim for c in other.claims.values() if not modeled(c, other)}
    found: list[Conflict] = []
    if reading.reading != NOT_ASSUMED:
        search = read.reread(other)
        found = list(find_all(search, search.rows - given_up))
    return Reading(reading.assumption, reading.reading, tuple(found), tuple(sorted(known - still)))
