"""The journal club: questions with answers, and exercises that change one printed number."""

import json
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from numbercheck.ledger.reading import read_records
from numbercheck.ledger.records import Ledger, LedgerError
from numbercheck.report.numbers import text_faults


@dataclass(frozen=True)
class Discussion:
    """A question for the group, what it needs to know, and the answer.

    ``about`` is the claim, or the question of ``questions.csv``, whose finding it discusses.
    """

    question: str
    setting: str
    answer: str
    about: str = ""


@dataclass(frozen=True)
class Exercise:
    """One number printed differently, claims to leave out, and what the reader should expect.

    ``conflict`` names the claims that then contradict each other; empty where nothing would notice.
    """

    claim: str
    printed: str
    drop: str
    expect: str
    conflict: str

    @property
    def conflicting(self) -> tuple[str, ...]:
        """The claims in conflict."""
        return tuple(filter(None, self.conflict.split("|")))

    @property
    def arguments(self) -> str:
        """What to type in a terminal after ``numbercheck``."""
        drop = f" --drop {self.drop}" if self.drop else ""
        return f"conflicts --sources article{drop} --set {self.claim}={self.printed}"

    @property
    def edits(self) -> str:
        """The change as the live page takes it behind ``#edits=``."""
        edits = {"printed": {self.claim: self.printed}, "drop": list(filter(None, [self.drop]))}
        return quote(json.dumps(edits))


@dataclass(frozen=True)
class JournalClub:
    """All that the journal club's part of the page holds; false where there is nothing."""

    discussions: tuple[Discussion, ...] = ()
    exercises: tuple[Exercise, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.discussions or self.exercises)


def read_journal_club(published: Path, ledger: Ledger) -> JournalClub:
    """Read ``journal_club.csv`` and ``exercises.csv``; either may be absent.

    Raises
    ------
    LedgerError
        With all faults: a column that is missing, a claim that is not in the ledger.
    """
    faults: list[str] = []
    discussions = read_records(published / "journal_club.csv", Discussion, faults)
    exercises = read_records(published / "exercises.csv", Exercise, faults)
    for line, row in discussions:
        faults += text_faults(f"journal_club.csv row {line}", row.setting + row.answer, ledger)
    for line, exercise in exercises:
        claims = (exercise.claim, *filter(None, [exercise.drop]), *exercise.conflicting)
        named = "".join(f"{{{claim}}}" for claim in claims)
        faults += text_faults(f"exercises.csv row {line}", named, ledger)
    if faults:
        raise LedgerError(faults)
    return JournalClub(tuple(d for _, d in discussions), tuple(e for _, e in exercises))
