"""What is still open in a drafted ledger: numerals covered, set aside, and to do."""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from numbercheck.draft.article import DraftError
from numbercheck.ledger.reading import read_ledger
from numbercheck.ledger.rows import PrintedNumber

TO_DO = "Give each a row in claims.csv, or a reason in printed_numbers.csv, column set_aside."
CONFIRM = "which the note names; where the row is right, delete it from the note"


@dataclass(frozen=True)
class Coverage:
    """The numerals of a ledger by what has become of them."""

    covered: int
    aside: Counter[str]
    todo: tuple[PrintedNumber, ...]
    guesses: int

    def __str__(self) -> str:
        aside, todo = self.aside.total(), len(self.todo)
        every = self.covered + aside + todo
        lines = [
            f"{every} numeral{'s' * (every != 1)}: {self.covered} in claims, "
            f"{aside} set aside, {todo} to do"
        ]
        lines += [f"  set aside: {count:3} {why}" for why, count in self.aside.most_common()]
        lines += [f"  to do: {n.part}, {n.order}: {n.numeral} … {n.context} …" for n in self.todo]
        if todo:
            lines.append(TO_DO)
        if self.guesses:
            rest = "claim rests" if self.guesses == 1 else "claims rest"
            lines.append(f"{self.guesses} {rest} on a guess, {CONFIRM}")
        return "\n".join(lines)


def coverage(directory: Path | str) -> Coverage:
    """Compare the numerals of printed_numbers.csv with the claims that cover them.

    Raises
    ------
    DraftError
        If the ledger lists no numerals.
    """
    ledger = read_ledger(directory)
    if not ledger.printed_numbers:
        raise DraftError(
            f"{directory}: printed_numbers.csv lists no numerals; draft the ledger first"
        )
    rest = ledger.unclaimed
    aside = Counter(n.set_aside for n in rest if n.set_aside)
    todo = tuple(n for n in rest if not n.set_aside)
    guesses = sum(c.is_guess for c in ledger.claims.values())
    return Coverage(len(ledger.printed_numbers) - len(rest), aside, todo, guesses)
