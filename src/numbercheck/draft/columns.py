"""Percentages of a table that are of fewer patients than their column has.

Where values are missing, a percentage is of those known, whom a table rarely counts. A cell that
does not fit its column's size is one of these, not a slip, where other cells say the same.
"""

from collections.abc import Callable, Iterator
from itertools import combinations, pairwise
from math import ceil, floor, isfinite
from typing import NamedTuple

from numbercheck.draft.cells import LEAST
from numbercheck.draft.naming import Drafted, number, plain
from numbercheck.statistics.rounding import Printed

NEARLY, MOST = 0.98, 1.25  # of a column's patients, whom its cells may be out of instead
MOST_ROWS = 12  # of one characteristic
CONFIRM, WITHIN = 4, 5  # cells that a column's size is right for, and for each that is not


class PercentCell(NamedTuple):
    """A count with its percentage in a table, and the size that its column has."""

    drafted: Drafted
    locus: str  # of a paragraph, or a table's row
    part: str
    row: int
    column: int
    n: int
    percent: Printed
    size: float
    is_partial: bool  # the table says that values are missing

    def is_of(self, total: float) -> bool:
        """Whether the percentage is that of the count out of a total."""
        return self.percent.admits_percent(self.n, int(total))

    def is_near(self, total: float) -> bool:
        """Whether some rounding of the percentage out of a total is the printed one."""
        return abs(100 * self.n / total - self.percent.value) <= float(self.percent.step)

    @property
    def is_far(self) -> bool:
        """Whether the percentage is far from that out of the column's size."""
        return not self.is_near(self.size)

    def is_of_fewer(self, least: float = LEAST) -> bool:
        """Whether the percentage can only be of fewer than the column has, but not far fewer."""
        return not self.is_of(self.size) and bool(_totals(self, least=least))

    @property
    def may_miss(self) -> bool:
        """Whether a value is sooner missing than a digit wrong."""
        least = least_known(self.size)
        return self.is_of_fewer() if self.is_partial else self.is_far and self.is_of_fewer(least)


def least_known(size: float) -> float:
    """Share of so many patients whose values are known, where one or a few may be missing."""
    return min(NEARLY, 1 - 0.9 / size)


def read_columns(
    measures: list[Drafted], size: Callable[[Drafted], float]
) -> tuple[set[int], set[int]]:
    """Identities of measures out of a number of patients that is not printed, and of those with a slip.

    A percentage is a slip where no number of the column's patients gives it, and the other cells
    tell that the column's size is right.
    """
    cells = [cell for drafted in measures for cell in _cells(drafted, size)]
    rows: dict[tuple[str, int], list[PercentCell]] = {}
    columns: dict[tuple[str, int], list[PercentCell]] = {}
    for cell in sorted(cells, key=lambda cell: cell.row):
        rows.setdefault((cell.part, cell.row), []).append(cell)
        columns.setdefault((cell.part, cell.column), []).append(cell)
    pairs = (pair for line in (*rows.values(), *columns.values()) for pair in pairwise(line))
    found: list[tuple[PercentCell, ...]] = [pair for pair in pairs if _are_of_others(*pair)]
    found += [(cell,) for cell in cells if cell.may_miss]
    for column in columns.values():
        found += [*_parts(column), *_of_one_other(column)]
    known = {(cell.part, cell.row) for each in found for cell in each}  # of some patients
    found += [(c,) for c in cells if (c.part, c.row) in known and not c.is_of(c.size)]
    missing = {(c.part, c.column) for c in cells if c.may_miss}
    found += [(c,) for c in cells if (c.part, c.column) in missing and c.is_far and c.is_of_fewer()]
    missing |= {(c.part, c.column) for each in found for c in each}
    few = (c for c in cells if (c.part, c.column) in missing)
    found += [(c,) for c in few if c.is_of_fewer(least_known(c.size))]
    measures_at: dict[tuple[str, str], list[PercentCell]] = {}
    for cell in cells:
        measures_at.setdefault((cell.drafted.slug, cell.locus), []).append(cell)
    wrong = {id(c.drafted) for line in columns.values() for c in _slips(line, CONFIRM, WITHIN, 0)}
    wrong |= {id(c.drafted) for line in measures_at.values() for c in _slips(line, 1, 1, LEAST)}
    return {id(cell.drafted) for each in found for cell in each}, wrong


def _slips(
    line: list[PercentCell], confirm: int, within: int, least: float
) -> Iterator[PercentCell]:
    """Cells that no number of patients gives, from a least share of all of whom enough others are."""
    misfits = [cell for cell in line if not cell.is_of(cell.size)]
    if len(line) - len(misfits) >= max(confirm, within * len(misfits)):
        yield from (
            c for c in misfits if c.is_far and c.n <= c.size and not _totals(c, least=least)
        )


def _cells(drafted: Drafted, size: Callable[[Drafted], float]) -> Iterator[PercentCell]:
    """Cells of a table, or the counts of a paragraph and arm as if they were a column."""
    for entry in drafted.entries if drafted.first.kind == "count" else ():
        found, total = entry.finding, size(drafted)
        n, percent = number(found.value("n")), found.value("percent")
        if percent and not found.value("N") and isfinite(n) and total > 0:
            printed = Printed(plain(percent))
            place = f"{entry.part} {found.row}", entry.part, found.row, found.column
            if not found.column:  # a paragraph, one arm in it
                place = entry.locus, f"{entry.locus} {found.arm}", found.numbers[0].start, 1
            yield PercentCell(drafted, *place, int(n), printed, total, found.is_partial)


def _are_of_others(first: PercentCell, second: PercentCell) -> bool:
    """Whether neighbors are each out of fewer than their columns have, or both of one other total."""
    if first.is_of(first.size) or second.is_of(second.size):
        return False
    if first.column == second.column and first.is_far and second.is_far:
        return bool(_totals(first, second, least=LEAST, most=MOST))
    return first.is_of_fewer() and second.is_of_fewer()


def _of_one_other(column: list[PercentCell]) -> Iterator[tuple[PercentCell, ...]]:
    """Cells that are out of another number, which two that are far off have in common."""
    misfits = [cell for cell in column if not cell.is_of(cell.size)]
    for pair in combinations([cell for cell in misfits if cell.is_far], 2):
        for total in _totals(*pair, least=LEAST):
            yield tuple(cell for cell in misfits if cell.is_of(total))


def _parts(column: list[PercentCell]) -> Iterator[tuple[PercentCell, ...]]:
    """Cells of a column that are out of another number together."""
    misfits = [cell for cell in column if not cell.is_of(cell.size)]
    if len(misfits) > max(1, len(column) / 2) or (len(misfits) > 1 and _totals(*column)):
        yield tuple(column)
    for start in range(len(column)):
        for end in range(start + 2, min(start + MOST_ROWS, len(column)) + 1):
            rows = column[start:end]
            known = sum(cell.n for cell in rows)
            if 0 < known < rows[0].size and _are_of(rows, known):
                yield tuple(rows)


def _are_of(rows: list[PercentCell], known: int) -> bool:
    """Whether the categories of one characteristic are of those in them, but for some rounded twice."""
    fit = [cell for cell in rows if cell.is_of(known)]
    is_told = len(fit) == len(rows) or not all(cell.is_of(cell.size) for cell in fit)
    return is_told and 2 * len(fit) > len(rows) and all(cell.is_near(known) for cell in rows)


def _totals(*cells: PercentCell, least: float = 0, most: float = 1) -> list[int]:
    """Other numbers that all of these cells can be out of, as shares of their column's size."""
    low, high = max(int(least * cells[0].size), 1), int(most * cells[0].size) - 1
    for cell in cells:
        first, last = cell.percent.fractions()
        low = max(low, cell.n, floor(cell.n / last) if last else 0)
        high = min(high, ceil(cell.n / first) if first else high)
    return [m for m in range(low, high + 1) if all(cell.is_of(m) for cell in cells)]
