"""Say of which arms a comparison is, where the numbers before it are theirs."""

from numbercheck.draft.naming import Drafted, number


def compare(measure: Drafted, measures: list[Drafted]) -> None:
    """Say that a comparison is of the two arms whose counts stand before it."""
    first = measure.first
    pair = [m for f in first.compared for m in measures if any(e.finding is f for e in m.entries)]
    if len(pair) != 2 or not all(m.first.arm for m in pair) or len({m.slug for m in pair}) != 1:
        return
    if {m.first.arm for m in pair} == set(first.arm.split("|")):
        measure.where, measure.among = pair[0].where, pair[0].among
        measure.note = "guess: compares the arms as they are, unadjusted"
        shares = {m.first.arm: _share(m) for m in pair}
        one, other = first.arm.split("|")
        if (shares[one] - shares[other]) * _direction(measure) < 0:
            first.arm = f"{other}|{one}"


def _share(measure: Drafted) -> float:
    return number(next(iter(measure.printed("percent") or measure.printed("mean")), "nan"))


def _direction(measure: Drafted) -> float:
    """Above 0 where the effect is larger in the first arm; 0 where nothing tells."""
    for statistic, neutral in (("difference", 0), ("odds_ratio", 1), ("risk_ratio", 1)):
        if printed := measure.printed(statistic):
            return number(printed[0]) - neutral
    return 0
