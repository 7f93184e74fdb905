"""How many patients there are: everyone, of all the sizes that an article tells."""

import re
from math import nan

from numbercheck.draft.naming import Drafted, Entry, number

# labels of sizes, the last ones surely everyone's
EVERYONE = ("", "planned", r"(?i)^(patients|participants|total|all|overall|whole|both)\b|sample\b",
            "enrolled", "randomized")  # fmt: skip
STAYED = re.compile(r"complet|eval|analy")
ENROLLED, RANDOMIZED = 3, 4
FEW = 2  # patients, told in passing
LOST = 0.1  # of everyone, where the arms' sizes may be a slip
Sizes = dict[str, float]  # patients by arm; by "" in all


def is_told(entry: Entry) -> bool:
    """Whether the article says of whom a size is, and no draft has guessed it."""
    return "guess:" not in entry.finding.note


def whole(populations: list[Drafted], arms: Sizes) -> Drafted | None:
    """Everyone: those randomized, else enrolled, else the largest group that is told.

    No smaller than the arms together, unless they overlap, or a paragraph tells them with it.
    """
    most, together = max(arms.values(), default=0), sum(arms.values())
    told = {e.locus for d in populations if d.first.arm for e in d.entries}
    sized = []
    for drafted in populations:
        rank, size = rank_of(drafted), size_of(drafted)
        beside = told & {
            e.locus for e in drafted.entries
            if not e.part.startswith("Table") and not STAYED.search(e.finding.label)
        }  # fmt: skip
        fits = (
            size >= together
            or (rank == RANDOMIZED and size >= most)
            or set(arms.values()) == {size}
            or (beside and size >= (1 - LOST) * together)
        )
        if rank and fits and size > FEW and not drafted.first.arm:
            sized.append((size >= together, rank, size == together, size, drafted))
    return max(sized, key=lambda each: each[:4], default=(None,))[-1]


def rank_of(drafted: Drafted) -> int:
    """How surely a size is everyone's: of those randomized, enrolled, a total, planned; 0 for none."""
    labels = [e.finding.label for e in drafted.entries]
    return max(rank for label in labels
               for rank, words in enumerate(EVERYONE) if re.search(words, label))  # fmt: skip


def size_of(population: Drafted | None) -> float:
    """How many patients a population has; NaN where nothing tells."""
    counts = population.printed("n") if population else []
    return number(counts[0]) if counts else nan
