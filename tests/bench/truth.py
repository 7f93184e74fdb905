"""Hundreds of random trials whose truth is known, against what the solver says of them."""

from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context

from measuring import Row, Section
from oracle import as_many, contained, exact, many, planted, ruled, timed

from numbercheck.consistency import UndecidedError

EXACT, CONTAINED, LONG, PLANTED, RULED, TIMED, MANY = 100, 240, 60, 50, 500, 300, 24


def measure() -> Section:
    """Ask of every trial; undecided is counted, wrong is not admitted."""
    return Section(
        "Truth",
        "Random trials: tiny ones whose every cohort is listed, trials of ten to forty patients, "
        "tiny ones with changed numbers, and tiny ones under random rules, with limits on every "
        "scale; and trials of 100 to 1,000 patients. Undecided is an answer of its own, and never "
        "counted as right.",
        (
            _row("bounds equal to those over all cohorts", exact, EXACT),
            _row("consistent, and every bound contains the truth", contained, CONTAINED),
            _row("the same, where each day is a hundred", partial(contained, step=100), LONG),
            _row("bounds as of many patients, near those over all cohorts", as_many, EXACT),
            _row("feasible or not, and bounds, under random rules", ruled, RULED),
            _row("the same, with medians and quartiles of a curve", timed, TIMED),
            _row("planted contradictions found and certified", planted, PLANTED),
            _row("consistent, 100 to 1,000 patients in one or two arms", many, MANY),
        ),
    )


def _row(what: str, check: Callable[[int], Iterator[str]], trials: int) -> Row:
    with ProcessPoolExecutor(mp_context=get_context("fork")) as pool:
        found = list(pool.map(partial(_ask, check), range(trials)))
    for seed, wrong in enumerate(found):
        if wrong:
            print(f"{what}, seed {seed}: {'; '.join(wrong)}", flush=True)
    right, undecided = found.count([]), found.count(None)
    told = f"{right} of {trials}, {undecided} undecided"
    return Row(what, told, "none wrong", right + undecided == trials)


def _ask(check: Callable[[int], Iterator[str]], seed: int) -> list[str] | None:
    """What is wrong; None where the solver did not decide."""
    try:
        return list(check(seed))
    except UndecidedError:
        return None
