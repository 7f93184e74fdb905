"""Random trials of hundreds of patients, in one or two arms, and what an article prints of them."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from random import Random

import numpy as np
import pandas as pd
from tiny_trials import claim, keyed, measure, rule, variable

from numbercheck.ledger.records import Ledger
from numbercheck.ledger.rows import Claim, Measure
from numbercheck.recount import Cohorts
from numbercheck.statistics.rounding import format_rounded

LAST = 1500  # days
COLUMNS = (
    variable("os", "integer", f"1..{LAST}", source="ADTTE.OS days"),
    variable("died", "flag", source="ADTTE.OS event"),
    variable("pfs", "integer", f"1..{LAST}", source="ADTTE.PFS days"),
    variable("failed", "flag", source="ADTTE.PFS event"),
    variable("arm", "category", "A|B"),
)
RULES = (rule("order", "pfs <= os"), rule("deaths_fail", "not died or failed"))


def draw(n: int, arms: int, seed: int) -> pd.DataFrame:
    """Patients who die or progress at a constant hazard, and who entered at different times."""
    random, numbers = Random(seed), np.random.default_rng(seed)  # noqa: S311 - draws patients
    die = numbers.exponential(random.choice((600, 1200, 2500)), n)
    fail = np.minimum(die, numbers.exponential(random.choice((400, 900, 1800)), n))
    end = LAST - numbers.uniform(0, random.choice((0.5, 0.8, 0.95)) * LAST, n)
    end = np.minimum(end, numbers.exponential(random.choice((1, 3, 10)) * LAST, n))
    days = {
        name: np.clip(np.ceil(np.minimum(time, end)), 1, LAST).astype(int)
        for name, time in (("os", die), ("pfs", fail))
    }
    arm = np.where(np.arange(n) < n // 2, "A", "B") if arms == 2 else "A"
    return pd.DataFrame({**days, "died": die <= end, "failed": fail <= end, "arm": arm})


def printed_of(patients: pd.DataFrame, arms: int, seed: int) -> Ledger:
    """A ledger of what an article prints of some patients."""
    asked = {m.measure: (m, statistics) for m, statistics in _asked(arms, Random(seed))}  # noqa: S311
    ledger = Ledger(
        {name: m for name, (m, _) in asked.items()},
        {},
        {},
        keyed(COLUMNS),
        assumptions=keyed(RULES),
    )
    cohort = Cohorts(ledger, [patients.to_dict("list")])
    claims = (
        printed for m, statistics in asked.values() for printed in _told(cohort, m, statistics)
    )
    return replace(ledger, claims=keyed(claims))


def _asked(arms: int, random: Random) -> Iterator[tuple[Measure, Iterable[str]]]:
    """What is printed of everyone and of each arm, and of curves some months on."""
    yield measure("all"), ("n",)
    scale = random.choice(("log", "log-log", "plain"))
    months = sorted(random.sample((6, 12, 18, 24), random.choice((1, 2))))
    curve = ["estimate", "conf_low", "conf_high", *random.choice(((), ("at_risk",)))]
    for arm in "AB"[:arms]:
        among = f'arm == "{arm}"' if arms == 2 else ""
        if among:
            yield measure(f"size_{arm}", where=among), ("n",)
        yield measure(f"died_{arm}", where="died", among=among), ("n", "percent")
        for endpoint in ("OS", "PFS"):
            for month in months:
                asked = measure(
                    *(f"{endpoint}_{arm}_{month}", "survival", "", among),
                    **{"endpoint": endpoint, "horizon": str(30 * month), "method": scale},
                )
                yield asked, curve
    yield measure("follow_up", "quantity", "os", unit="days", method="quantile-7"), ("median",)


def _told(cohort: Cohorts, about: Measure, statistics: Iterable[str]) -> Iterator[Claim]:
    for name in statistics:
        value = float(cohort.statistic(about, name)[0])
        if np.isfinite(value):
            decimals = int(name in ("estimate", "conf_low", "conf_high", "percent"))
            yield claim(about.measure, name, format_rounded(value, decimals))
