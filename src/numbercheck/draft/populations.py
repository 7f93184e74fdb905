"""Say who is counted, and out of whom, as far as the article says it."""

from math import floor, isfinite, nan

from numbercheck.draft.groups import OTHER_GROUP
from numbercheck.draft.naming import Drafted, number, plain

UNCLEAR = "out of how many is not clear: say it in among"
NEAR = 1.5  # percentage points: farther off, a percentage is of other patients, not a slip


def give_populations(measures: list[Drafted], crude: bool) -> None:
    """Write the expressions of all measures.

    A count or percentage that no known population fits is left without one, so that no
    denominator is guessed into a mismatch. ``crude`` says that the article adjusts nothing: then
    a comparison is one of the arms as they are.
    """
    populations = [m for m in measures if m.first.kind == "population"]
    whole = _whole(populations)
    several = any(m.first.arm for m in measures)
    for measure in measures:
        kind, arm = measure.first.kind, _arm(measure)
        if kind == "population":
            measure.where = "" if measure is whole else arm or measure.variable
        elif kind in ("quantity", "survival", "count"):
            measure.among = arm
        other = several or measure.first.note == OTHER_GROUP
        if kind == "survival" and other and not arm:
            measure.among, measure.note = f"{measure.variable}_known", UNCLEAR
    for measure in measures:
        if measure.first.kind == "count":
            measure.where = measure.variable
            _give_denominator(measure, populations, whole, several)
    if crude and len({m.first.arm for m in populations if m.first.arm}) == 2:
        for measure in measures:
            _compare(measure, measures)


def _arm(measure: Drafted) -> str:
    return f'arm == "{measure.first.arm}"' if measure.first.arm else ""


def _give_denominator(
    measure: Drafted, populations: list[Drafted], whole: Drafted | None, several: bool
) -> None:
    """Find out of whom a count is: its arm or section, everyone, or the one group that fits."""
    first = measure.first
    home = None if first.arm else whole
    for population in populations:
        labels = {e.finding.label for e in population.entries}
        if population.first.arm == first.arm != "" or (first.section and first.section in labels):
            home = population
    if home and not first.arm:
        measure.among = home.where
    alone = several and not first.arm and not measure.printed("n")
    if measure.printed("N") or (_possible(measure, _size(home)) and not alone):
        return
    others = [p for p in populations if p is not home and _possible(measure, _size(p))]
    if len(others) == 1 and measure.printed("n") and measure.printed("percent"):
        measure.among, measure.note = others[0].where, f"guess: out of {others[0].first.label}"
    else:
        measure.among, measure.note = f"{measure.variable}_known", UNCLEAR


def _compare(measure: Drafted, measures: list[Drafted]) -> None:
    """Say that a comparison is of the two arms whose counts stand before it."""
    pair = [
        m
        for f in measure.first.compared
        for m in measures
        if any(e.finding is f for e in m.entries)
    ]
    if len(pair) == 2 and "" != pair[0].first.arm != pair[1].first.arm != "":
        measure.where, measure.by = pair[0].where, pair[0].among
        measure.note = "guess: compares the arms as they are, unadjusted"


def _size(population: Drafted | None) -> float:
    counts = population.printed("n") if population else []
    return number(counts[0]) if counts else nan


def _whole(populations: list[Drafted]) -> Drafted | None:
    """Everyone: those randomized, else the largest population; no smaller than the arms together."""
    arms = sum(_size(m) for m in populations if m.first.arm)
    everyone = [m for m in populations if not m.first.arm and _size(m) >= arms]
    random = [m for m in everyone if any("random" in e.finding.label for e in m.entries)]
    return max(random or everyone, key=lambda m: _size(m), default=None)


def _possible(measure: Drafted, size: float) -> bool:
    """Whether count and percentage can be of so many patients, perhaps with a slip."""
    counts, percents = measure.printed("n"), measure.printed("percent")
    if counts and number(counts[0]) > size:
        return False
    if not percents or measure.first.note.startswith("guess: the other"):
        return bool(counts) and not percents
    percent = number(percents[0])
    if not (size > 0 and isfinite(percent)):
        return False
    if counts:
        return abs(100 * number(counts[0]) / size - percent) <= NEAR
    decimals = len(plain(percents[0]).partition(".")[2])
    nearest = floor(percent / 100 * size + 0.5)
    return abs(100 * nearest / size - percent) <= 0.5000001 / 10**decimals
