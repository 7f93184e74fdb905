"""What the printed numbers leave to ask: readings of them, and questions for the authors."""

from dataclasses import dataclass
from pathlib import Path

from numbercheck.ledger.expressions import Expression
from numbercheck.ledger.reading import read_records
from numbercheck.ledger.records import Ledger, LedgerError
from numbercheck.report.numbers import printed_values, text_faults


@dataclass(frozen=True)
class AuthorQuestion:
    """A question, shown while ``holds`` is true of the printed numbers.

    ``kind`` is ``reading`` for a number that holds under one reading of it, and ``ask`` for what
    only the authors know.
    """

    question: str
    kind: str
    text: str
    holds: Expression


def read_questions(published: Path, ledger: Ledger) -> list[AuthorQuestion]:
    """Read ``questions.csv``, if there is one, and keep what the printed numbers raise.

    Raises
    ------
    LedgerError
        With all faults, such as a claim that is not in the ledger.
    """
    faults: list[str] = []
    found = read_records(published / "questions.csv", AuthorQuestion, faults)
    for line, row in found:
        named = f"{row.text} {{value: {row.holds.text or True}}}"
        faults += text_faults(f"questions.csv row {line}", named, ledger)
    if faults:
        raise LedgerError(faults)
    return [row for _, row in found if row.holds.truth(printed_values(row.holds, ledger))]
