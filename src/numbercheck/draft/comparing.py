"""Say of which arms a comparison is, where the numbers before it are theirs."""

import re

from numbercheck.draft.naming import Drafted, number
from numbercheck.ledger.adjusted import says_adjusted
from numbercheck.words import AS_THEY_ARE, NO_TEST

OTHER_TEST = re.compile(r"log-?rank|one-sided", re.IGNORECASE)
CRUDE = re.compile(
    r"characteristic|demograph|baseline (?:data|variable|feature)|chi[\s-]*square|[χΧ]\s?[²2]|\bFisher",
    re.IGNORECASE,
)
WITHIN = re.compile(
    r"follow|before|after|change|paired|within|McNemar|repeated|\bGEE\b|mixed", re.I
)


def is_another(said: str) -> bool:
    """Whether words speak of a test or an effect that numbers as they are do not give."""
    return says_adjusted(said) or bool(OTHER_TEST.search(said))


def compare(measure: Drafted, measures: list[Drafted], sizes: dict[str, float]) -> None:
    """Say that a comparison is of the two arms whose counts stand before it.

    Those of several rows are compared where they add up to the sizes of the arms: then they are
    the categories of one characteristic.
    """
    first = measure.first
    pair = [m for f in first.compared for m in measures if any(e.finding is f for e in m.entries)]
    if first.is_crude and len(pair) > 2 and set(sizes) == set(first.arm.split("|")):
        _compare_categories(measure, pair, sizes)
    if len(pair) != 2 or not all(m.first.arm for m in pair) or len({m.slug for m in pair}) != 1:
        return
    if {m.first.arm for m in pair} == set(first.arm.split("|")):
        measure.where, measure.among = pair[0].where, pair[0].among
        measure.note = NO_TEST if first.is_crude else AS_THEY_ARE
        shares = {m.first.arm: _share(m) for m in pair}
        one, other = first.arm.split("|")
        if (shares[one] - shares[other]) * _direction(measure) < 0:
            first.arm = f"{other}|{one}"


def _compare_categories(measure: Drafted, cells: list[Drafted], sizes: dict[str, float]) -> None:
    codes = tuple(dict.fromkeys(m.slug for m in cells))
    counts = [(m.first.arm, number(next(iter(m.printed("n")), "nan"))) for m in cells]
    sums = {arm: sum(n for each, n in counts if each == arm) for arm in sizes}
    if sums == sizes and len(cells) == 2 * len(codes) and len({m.among for m in cells}) == 1:
        measure.where = f"{measure.slug.removesuffix('_p_value')}_category"
        measure.among, measure.codes = cells[0].among, codes
        merged = "guess: compares these categories, of which none were merged"
        measure.note = NO_TEST if measure.first.is_of_two else merged
        for cell in cells:
            cell.where = f'{measure.where} == "{cell.slug}"'


def _share(measure: Drafted) -> float:
    return number(next(iter(measure.printed("percent") or measure.printed("mean")), "nan"))


def _direction(measure: Drafted) -> float:
    """Above 0 where the effect is larger in the first arm; 0 where nothing tells."""
    for statistic, neutral in (("difference", 0), ("odds_ratio", 1), ("risk_ratio", 1)):
        if printed := measure.printed(statistic):
            return number(printed[0]) - neutral
    return 0
