"""What is still open in a drafted ledger: numerals covered, set aside, and to do."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from numbercheck.draft.article import DraftError
from numbercheck.ledger.reading import read_ledger
from numbercheck.ledger.rows import PrintedNumber


@dataclass(frozen=True)
class Coverage:
    """The numerals of a ledger by what has become of them."""

    covered: tuple[PrintedNumber, ...]
    aside: Mapping[str, int]
    todo: tuple[PrintedNumber, ...]
    guesses: int

    def __str__(self) -> str:
        total = len(self.covered) + sum(self.aside.values()) + len(self.todo)
        lines = [
            f"{total} numerals: {len(self.covered)} in claims, "
            f"{sum(self.aside.values())} set aside, {len(self.todo)} to do"
        ]
        lines += [f"  set aside: {count:3} {reason}" for reason, count in self.aside.items()]
        lines += [f"  to do: {n.part}, {n.order}: {n.numeral} … {n.context} …" for n in self.todo]
        if self.guesses:
            lines.append(f"{self.guesses} claims rest on a guess; their note says which")
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
    claimed = {(c.part, order) for c in ledger.claims.values() for order in c.numerals.split()}
    covered, todo = [], []
    aside: dict[str, int] = {}
    for numeral in ledger.printed_numbers:
        if (numeral.part, numeral.order) in claimed:
            covered.append(numeral)
        elif numeral.set_aside:
            aside[numeral.set_aside] = aside.get(numeral.set_aside, 0) + 1
        else:
            todo.append(numeral)
    ordered = dict(sorted(aside.items(), key=lambda pair: -pair[1]))
    guesses = sum(c.is_guess for c in ledger.claims.values())
    return Coverage(tuple(covered), ordered, tuple(todo), guesses)
