"""What the solver says of random trials, against the cohorts that they were printed from.

Each check gives what is wrong, in words; nothing when all is right. ``make bench ONLY=truth``
asks hundreds of trials, the tests a few.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import wraps
from itertools import pairwise, product
from random import Random
from unittest.mock import patch

import numpy as np
import tiny_trials
from large_trials import draw as draw_patients
from large_trials import printed_of
from tiny_trials import (
    AMONG,
    SELECTIONS,
    Tiny,
    claim,
    draw,
    draw_large,
    keyed,
    rule,
    spoil,
    stretched,
)

from numbercheck.consistency import asking, bounds, conflicts, deciding, scope, search
from numbercheck.consistency.search import Search
from numbercheck.consistency.sharp_bounds import Bounds
from numbercheck.ledger.expressions import Expression
from numbercheck.ledger.records import Ledger
from numbercheck.statistics.risk_sets import CONF_TYPES

NEAR = 1e-6
Check = Callable[[int], Iterator[str]]


def either_way(check: Check) -> Check:
    """Count patients by day in even trials; model each one's times, as of many days, in odd."""

    @wraps(check)
    def checked(seed: int) -> Iterator[str]:
        most = 0 if seed % 2 else scope.MOST_COUNTED
        with patch.object(scope, "MOST_COUNTED", most):
            yield from check(seed)

    return checked


@either_way
def exact(seed: int) -> Iterator[str]:
    """A tiny trial whose every cohort is listed: its bounds are the ends of the list."""
    tiny = draw(seed)
    lawful = tiny.consistent(tiny.satisfied)
    if not Search(tiny.ledger).feasible(tiny.satisfied):
        yield "the numbers of a cohort are called inconsistent"
        return
    for text in _asked(tiny, seed):
        counts = tiny.count(Expression(text))[lawful]
        found = bounds(tiny.ledger, text)
        if (found.low, found.high) != (counts.min(), counts.max()):
            yield f"{text}: {found.low} to {found.high}, not {counts.min()} to {counts.max()}"
    yield from _inexact_curves(tiny, lawful)


def _inexact_curves(tiny: Tiny, lawful: np.ndarray) -> Iterator[str]:
    """Estimates of survival whose bounds are not the ends of the list."""
    asked = Bounds(tiny.ledger, given_up=())
    curves = (m for m in tiny.ledger.measures.values() if m.kind == "survival")
    for measure, day in product(curves, (1, 2)):
        listed = tiny.survival_on(measure, day)[lawful]
        if np.isfinite(listed).any():
            least, most = np.nanmin(listed), np.nanmax(listed)
            found = asked.survival(measure, day)
            if abs(found.low - least) + abs(found.high - most) > NEAR:
                yield f"{found.label}: {found.low} to {found.high}, not {least} to {most}"


@either_way
def ruled(seed: int) -> Iterator[str]:
    """A tiny trial under rules drawn at random, half with changed numbers, against its list."""
    random = Random(seed)  # noqa: S311 - draws rules
    scheme = random.choice(list(SELECTIONS))
    rules = [rule(f"random_{k}", _random_rule(scheme, random)) for k in range(2)]
    tiny = draw(seed, scheme, rules, random.choice(CONF_TYPES))
    tiny = spoil(tiny, seed) if random.random() < 0.5 else tiny
    lawful = tiny.consistent(tiny.satisfied)
    if Search(tiny.ledger).feasible(tiny.satisfied) != lawful.any():
        yield f"{lawful.sum()} cohorts are consistent, but the solver says otherwise"
        return
    asked = Bounds(tiny.ledger, given_up=())
    for text in _asked(tiny, seed) if lawful.any() else ():
        counts = tiny.count(Expression(text))[lawful]
        found = asked.count(Expression(text))
        if (found.low, found.high) != (counts.min(), counts.max()):
            yield f"{text}: {found.low} to {found.high}, not {counts.min()} to {counts.max()}"


TIMED = {"times": "os", "endpoints": "pfs", "arms": "os"}


@either_way
def timed(seed: int) -> Iterator[str]:
    """A tiny trial that also prints medians and quartiles of a curve, true or not."""
    random = Random(seed)  # noqa: S311 - draws numbers
    scheme = random.choice(list(TIMED))
    tiny = draw(seed, scheme)
    tiny = replace(tiny, ledger=_with_times(tiny.ledger, scheme, random))
    lawful = tiny.consistent(tiny.satisfied)
    if Search(tiny.ledger).feasible(tiny.satisfied) != lawful.any():
        yield f"{lawful.sum()} cohorts are consistent, but the solver says otherwise"
    elif lawful.any():
        yield from _inexact_curves(tiny, lawful)


def _with_times(ledger: Ledger, scheme: str, random: Random) -> Ledger:
    """A ledger that also prints up to three times that a curve gives."""
    name, among = TIMED[scheme], random.choice(AMONG[scheme])
    about = tiny_trials.measure("time", "quantity", among=among, endpoint=name.upper(), unit="days")
    told = random.sample(("median", "p25", "p75"), random.randint(1, 3))
    times = ("1", "2", "3", "1.5", "2.0", "2.50", ">2", "<=3", "NR")
    claims = keyed(claim("time", statistic, random.choice(times)) for statistic in told)
    measures = {**ledger.measures, "time": about}
    return replace(ledger, measures=measures, claims={**ledger.claims, **claims})


def as_many(seed: int) -> Iterator[str]:
    """A tiny trial bounded as if it were of many patients: near its list, on either side."""
    tiny = draw(seed, ("times", "endpoints")[seed % 2])
    lawful = tiny.consistent(tiny.satisfied)
    limits = [patch.object(of, "MANY", 0) for of in (deciding, search)]
    limits.append(patch.object(asking, "FEW", 0))
    with limits[0], limits[1], limits[2], patch.object(scope, "MOST_COUNTED", 0):
        asked = Bounds(tiny.ledger, given_up=())
        counted = map(Expression, _asked(tiny, seed))
        found = [(asked.count(e), tiny.count(e)[lawful]) for e in counted]
        curves = [m for m in tiny.ledger.measures.values() if m.kind == "survival"]
        for measure, day in product(curves, (1, 2)):
            listed = tiny.survival_on(measure, day)[lawful]
            found.append((asked.survival(measure, day), listed[np.isfinite(listed)]))
        for measure, day in product(curves, (2, 4, 3, 1)):
            at_risk = tiny.survival_on(measure, day, "at_risk")[lawful]
            found.append((asked.at_risk(measure, day), at_risk))
    for bound, listed in found:
        near = bound.reached or (bound.low, bound.high)
        order = [bound.low, listed.min(), *near, listed.max(), bound.high]
        if any(less > more + NEAR for less, more in pairwise(order)):
            yield f"{bound}, but it is {listed.min()} to {listed.max()}"


def _random_rule(scheme: str, random: Random) -> str:
    """Two conditions of a scheme, joined in one of the ways that the grammar has."""
    one, other = (f"({text})" for text in random.sample(SELECTIONS[scheme], 2))
    ways = (f"not {one} or {other}", f"{one} or {other}", f"not ({one} and {other})")
    return random.choice((*ways, f"not {one} or not {other}", f"not (not {one} and {other})"))


def contained(seed: int, seconds: float = 3.0, step: int = 1) -> Iterator[str]:
    """A trial of ten to forty patients: consistent, and every bound contains the truth.

    Each of its three or four days counts as ``step`` days, which the solver does not know.
    """
    trial = draw_large(seed, step)
    if not Search(trial.ledger, seconds).feasible(
        [*trial.ledger.claims, *trial.ledger.assumptions]
    ):
        yield "the numbers of a cohort are called inconsistent"
        return
    asked = Bounds(trial.ledger, seconds, given_up=())
    counted = [stretched(text, step) for text in _asked(trial, seed)]
    found = [(asked.count(e), trial.count(e)) for e in counted]
    for measure in trial.ledger.measures.values():
        if measure.kind == "survival":
            days = (step, 2 * step)
            found += [(asked.survival(measure, d), trial.survival_on(measure, d)) for d in days]
    for bound, truth in found:
        if not bound.low - NEAR <= truth[0] <= bound.high + NEAR:
            yield f"{bound.label}: {bound.low} to {bound.high}, but it is {truth[0]}"
        if not (bound.certified or bound.reached):  # of many days, ends may be proved alone
            yield f"{bound}, since a cohort that takes an end is not consistent"


@either_way
def many(seed: int, seconds: float = 20.0) -> Iterator[str]:
    """A trial of 100 to 1,000 patients in one or two arms: consistent, with a cohort to show."""
    random = Random(seed)  # noqa: S311 - draws a size
    n, arms = random.choice((100, 140, 250, 500, 1000)), random.choice((1, 2))
    trial = printed_of(draw_patients(n, arms, seed), arms, seed)
    if not Search(trial, seconds).feasible([*trial.claims, *trial.assumptions]):
        yield "the numbers of a cohort are called inconsistent"


def planted(seed: int) -> Iterator[str]:
    """A tiny trial whose printed numbers were changed until no cohort has them."""
    tiny = contradiction(seed)
    found = conflicts(tiny.ledger)
    if found is None:
        yield "the contradiction is not found"
    elif not found.certified:
        yield f"{found} is not certified"
    elif tiny.consistent(found.rows).any():
        yield f"{found} can hold together"
    else:
        search = Search(tiny.ledger)
        for row in found.rows:
            if row in search.sizing:
                continue  # the cohorts listed are all of one size
            if not tiny.consistent(found.rows - {row}).any():
                yield f"{found} is no smallest set: {row} may go"


def contradiction(seed: int) -> Tiny:
    """The first trial from a seed on that can be spoiled."""
    for attempt in range(1000):
        tiny = draw(100 * seed + attempt)
        spoiled = spoil(tiny, attempt)
        if not spoiled.consistent(spoiled.satisfied).any():
            return spoiled
    raise AssertionError("no contradiction was drawn")


def _asked(tiny: Tiny, seed: int) -> list[str]:
    random = Random(seed)  # noqa: S311 - draws questions
    return random.sample(SELECTIONS[tiny.scheme], 3)
