"""Whether a count and a percentage can be those of so many patients."""

from math import ceil, floor, isfinite

from numbercheck.draft.findings import Finding
from numbercheck.draft.naming import SLIP, Drafted, number, plain
from numbercheck.statistics.rounding import Printed

FEW, MOST = 5, 1000  # a count that may be a name, as a grade; totals that are tried


def is_share_of(measure: Drafted, size: float, near: float = SLIP) -> bool:
    """Whether count and percentage can be of so many patients.

    ``near`` is how many percentage points a slip may be; 0 admits no more than rounding.
    """
    counts, percents = measure.printed("n"), measure.printed("percent")
    if counts and number(counts[0]) > size:
        return False
    if not percents or measure.first.note.startswith("guess: the other"):
        return bool(counts) and not percents
    percent = number(percents[0])
    if not (size > 0 and isfinite(percent)):
        return False
    share = 100 * (number(counts[0]) if counts else floor(percent / 100 * size + 0.5)) / size
    if counts and near:
        slip = max(percent / 4, float(Printed(plain(percents[0])).step))
        return abs(share - percent) <= min(near, slip)
    return Printed(plain(percents[0]).lstrip("<>=")).admits_computed(share)


def is_share(finding: Finding, size: float, slip: int = 1) -> bool:
    """Whether a count with its percentage is of so many patients, but for some last digits."""
    n, percent = number(finding.value("n")), finding.value("percent")
    if not (percent and isfinite(n) and size > 0):
        return False
    printed = Printed(plain(percent))
    if not slip:
        return printed.admits_percent(int(n), int(size))
    return abs(100 * n / size - printed.value) <= (0.5 + slip) * float(printed.step)


def can_be_share(measure: Drafted, everyone: float) -> bool:
    """Whether some number of patients gives a percentage; `grade 3 (29.1%)` is no count.

    Of larger counts it is a slip to be found.
    """
    percents, counts = measure.printed("percent"), measure.printed("n")
    if measure.first.kind != "count" or not percents or measure.printed("N"):
        return True
    if counts and number(counts[0]) > FEW:
        return True
    percent = Printed(plain(percents[0]))
    for total in range(1, int(min(everyone, MOST)) + 1):
        share = percent.value / 100 * total
        near = map(number, counts[:1]) if counts else (floor(share), ceil(share))
        if any(k <= total and percent.admits_percent(int(k), total) for k in near):
            return True
    return everyone > MOST and not counts
