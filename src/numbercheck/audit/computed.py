"""Numbers that follow from other printed numbers by one of several methods, judged in one way.

A kind of number says what it needs and what each method gives (``Computation``); this module
compares that with what is printed. Inputs that are rounded leave a range, and inputs that are
open leave several.
"""

from collections.abc import Callable, Iterable, Mapping
from functools import cache, partial
from math import inf, isfinite, isnan, nan
from typing import NamedTuple

from numbercheck.audit.evidence import MISSING, Choice, Evidence
from numbercheck.audit.verdicts import Candidate, Verdict, verdict_on
from numbercheck.ledger.rows import Claim
from numbercheck.statistics.rounding import Printed, format_rounded
from numbercheck.words import EFFECTS, STATISTICS, called

FARTHEST = 1000.0  # times a P value; tests of the same values do not differ so much
Ends = tuple[float, float]


class Way(NamedTuple):
    """What one method gives for each statistic: the ends that the printed inputs leave."""

    method: str
    values: Mapping[str, Ends]


class Computation(NamedTuple):
    """What every method gives, from which claims.

    Attributes
    ----------
    setting : str
        The inputs, in words.
    inputs : tuple of str
        Claims that they are.
    ways : tuple of Way
        Several of one method where the inputs leave several sets of counts.
    slips : callable
        Kinds, words and ways of what a slip would have given.
    other : str
        Why a number that no method gives may still be right; empty where it may not.
    fewer : iterable of tuple of Way
        The ways for fewer and fewer patients, where not all may have been measured.
    rare : tuple of Way
        Those of methods that few articles name, each called what its limits are.
    """

    setting: str
    inputs: tuple[str, ...]
    ways: tuple[Way, ...]
    slips: Callable[[], Iterable[tuple[str, str, Way]]] = tuple
    other: str = ""
    fewer: Iterable[tuple[Way, ...]] = ()
    rare: tuple[Way, ...] = ()

    @property
    def methods(self) -> tuple[str, ...]:
        """The methods, once each."""
        return tuple(dict.fromkeys(way.method for way in self.ways))


Build = Callable[[Claim, Evidence], Computation | None]


class Beside(NamedTuple):
    """A claim, with what is printed at its place of the statistics that a method gives together."""

    claim: Claim
    printed: Mapping[str, Printed]

    def fits(self, way: Way, names: Iterable[str]) -> bool:
        """Whether a method gives these statistics."""
        return all(may_be(self.printed[n], way.values[n]) for n in names if n in self.printed)


def ends_of(printed: Printed) -> Ends:
    """Lowest and highest value that a printed number stands for."""
    if printed.relation == "=":
        low, high = printed.interval()
        return float(low), float(high)
    return (-inf, printed.value) if "<" in printed.relation else (printed.value, inf)


def may_be(printed: Printed, ends: Ends) -> bool:
    """Whether a value between these ends could have been printed so."""
    low, high = ends
    if isnan(low) or isnan(high):
        return False
    if printed.admits_computed(low) or printed.admits_computed(high):
        return True
    first, last = ends_of(printed)
    return low < last and first < high


def must_be(printed: Printed, ends: Ends) -> bool:
    """Whether every value between these ends is printed so."""
    return not any(map(isnan, ends)) and all(map(printed.admits, ends))


def in_words(ends: Ends, decimals: int) -> str:
    """A value, or the range that it has."""
    low, high = (format_rounded(x, decimals) if isfinite(x) else str(x) for x in ends)
    return low if low == high else f"between {low} and {high}"


def method_name(method: str) -> str:
    """What a method of an effect is called; others share their slugs."""
    return EFFECTS.get(method) or called(method)


def judge(claim: Claim, computation: Computation, evidence: Evidence, build: Build) -> Verdict:
    """Compare a claim with what each method gives."""
    beside = _beside(claim, computation, evidence)
    measure, name = evidence.ledger.measures[claim.measure], claim.statistic
    alone = [w for w in computation.ways if beside.fits(w, [name])]
    together = [w for w in alone if beside.fits(w, beside.printed)]
    known = computation.methods
    expected, number = evidence.expected(measure, known, _choice(build))
    own = evidence.method(measure)
    is_declared = own in known and expected == (own,)
    if is_declared:
        chosen = next((w for w in (*together, *alone) if w.method == own), None)
    else:
        chosen = next((w for w in together if w.method in expected), None)
        chosen = chosen or next(iter(together), None)
        every = len({w.method for w in alone}) == len(known)
        chosen = chosen or (alone[0] if alone and every else None)
    if chosen is None:
        if is_declared or number > 1:
            computation = computation._replace(rare=())
        return _unfit(beside, computation, alone, own if is_declared else "")
    is_choice = len({w.method for w in alone}) < len(known) and not is_declared
    is_choice = is_choice and (number < 2 or chosen.method not in expected)
    return _fit(beside, computation, chosen, len(known) * is_choice)


def _fit(beside: Beside, computation: Computation, way: Way, chosen_among: int) -> Verdict:
    claim, ends = beside.claim, way.values[beside.claim.statistic]
    says = f"{_gives(computation, way, claim)}"
    verdict, kind = "match", claim.statistic.replace("_", "-")
    kind = "interval" if kind.startswith("conf-") else kind
    own = [w for w in computation.ways if w.method == way.method]
    if not all(beside.fits(w, [claim.statistic]) for w in own):
        verdict, kind = "unchecked", "not-determined"
        says += f"; others of the {len(own)} sets of counts that are possible do not give it."
    elif not must_be(claim.value, ends):
        verdict, kind = "unchecked", "possible-value"
        says += f"; {claim.printed} is possible, and so are other values."
    else:
        says += f", as printed: {claim.printed}."
    return _verdict(beside, computation, (verdict, kind, says), way, chosen_among)


def _unfit(beside: Beside, computation: Computation, alone: list[Way], own: str) -> Verdict:
    """Say what else would give a number that no method, or not the declared one, gives."""
    claim = beside.claim
    first = next((w for w in computation.ways if w.method == own), computation.ways[0])
    says = f"{_gives(computation, first, claim)}, not {claim.printed}"
    if own and alone:
        says += f"; {method_name(alone[0].method)} would give it."
        return _verdict(beside, computation, ("mismatch", "method-differs", says), alone[0])
    if alone:
        says = "A method gives this number, but none gives those printed beside it as well."
        return _verdict(beside, computation, ("unchecked", "not-determined", says), alone[0])
    if _may_be_of_fewer(beside, computation):
        says += "; fewer patients would give it, if the others were not measured"
        return _verdict(beside, computation, ("unchecked", MISSING, f"{says}."), first)
    if rare := next((w for w in computation.rare if beside.fits(w, beside.printed)), None):
        says += f"; the limits can be {rare.method}."
        return _verdict(beside, computation, ("unchecked", "not-determined", says), first)
    unfit = [n for n in beside.printed if not any(beside.fits(w, [n]) for w in computation.ways)]
    for kind, why, way in computation.slips():
        if beside.fits(way, unfit) and (own or not computation.other or _is_far(claim, first)):
            return _verdict(beside, computation, ("mismatch", kind, f"{says}: {why}."), way)
    if computation.other and not own:
        says += f"; {computation.other}."
        return _verdict(beside, computation, ("unchecked", "depends-on-test", says), first)
    more = "" if len(computation.methods) == 1 else ", nor does any other method tried"
    kind = f"{claim.statistic.replace('_', '-')}-differs"
    kind = "no-method-fits" if claim.statistic in ("conf_low", "conf_high") else kind
    return _verdict(beside, computation, ("mismatch", kind, f"{says}{more}."), first)


def _may_be_of_fewer(beside: Beside, computation: Computation) -> bool:
    """Whether fewer patients could give a number, with the other limit if it is one."""
    limits = ("conf_low", "conf_high")
    names = limits if beside.claim.statistic in limits else (beside.claim.statistic,)
    before = computation.ways
    for ways in computation.fewer:
        if any(beside.fits(_between(a, b), names) for a, b in zip(before, ways, strict=False)):
            return True
        before = ways
    return False


def _between(one: Way, other: Way) -> Way:
    """What a method gives for numbers of patients between two."""
    pairs = {name: (ends, other.values[name]) for name, ends in one.values.items()}
    return Way(one.method, {n: (min(a[0], b[0]), max(a[1], b[1])) for n, (a, b) in pairs.items()})


def _is_far(claim: Claim, way: Way) -> bool:
    """Whether a number is so far from what a method gives that no method like it explains it."""
    low, high = way.values[claim.statistic]
    return not low / FARTHEST <= claim.value.value <= high * FARTHEST


def _gives(computation: Computation, way: Way, claim: Claim) -> str:
    value = in_words(way.values[claim.statistic], claim.value.decimals + 1)
    by = f" by {method_name(way.method)}" if way.method else ""
    return f"{computation.setting}: the {STATISTICS[claim.statistic]} is {value}{by}"


def _verdict(
    beside: Beside,
    computation: Computation,
    found: tuple[str, str, str],
    way: Way,
    chosen_among: int = 0,
) -> Verdict:
    claim, name = beside.claim, beside.claim.statistic
    ends, decimals = way.values[name], claim.value.decimals + 1
    value = ends[0] if ends[0] == ends[1] else nan
    tried = [
        Candidate(w.method, in_words(w.values[name], decimals), beside.fits(w, beside.printed))
        for w in computation.ways[:20]
    ]
    return verdict_on(
        claim, *found, way.method, value, tried, computation.inputs, chosen_among=chosen_among
    )


def _beside(claim: Claim, computation: Computation, evidence: Evidence) -> Beside:
    """The claim and those that its methods give with it, where they are plain numbers."""
    names = [name for name in computation.ways[0].values if name != claim.statistic]
    others = {name: evidence.beside(claim, name) for name in names}
    plain = {n: c.value for n, c in others.items() if c and c.value.relation != "unreached"}
    return Beside(claim, {claim.statistic: claim.value, **plain})


@cache
def _choice(build: Build) -> Choice:
    """How the methods of numbers of one kind are inferred."""
    return Choice("", ("conf_low", "half_width", "p_value"), partial(_methods, build))


def _methods(build: Build, claim: Claim, evidence: Evidence) -> tuple[object, list[str]]:
    """Methods that give a number; none where all of them do, which tells nothing."""
    computation, number = build(claim, evidence), (claim.measure, claim.statistic)
    if computation is None or claim.statistic not in computation.ways[0].values:
        return number, []
    beside = _beside(claim, computation, evidence)
    fits = dict.fromkeys(w.method for w in computation.ways if beside.fits(w, beside.printed))
    return number, list(fits) if len(fits) < len(computation.methods) else []
