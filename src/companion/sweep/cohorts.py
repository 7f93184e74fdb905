"""Construct the cohorts of a sweep on a Dask cluster, on this machine or elsewhere.

A cohort takes seconds, its results under one setting about a millisecond: only the construction
is worth distributing.
"""

import logging
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import dask
from distributed import Client, as_completed

from companion.errors import CompanionError
from companion.sweep.grid import Scenario
from numbercheck.ledger.records import Ledger

# A worker holds one task at a time, so that one that ends its process takes no other along.
ONE_EACH = {"distributed.scheduler.worker-saturation": 1.0}
# Any port: Dask's own choice is one port, and a second sweep on this machine would be warned.
NO_DASHBOARD = {"dashboard": False, "dashboard_address": "127.0.0.1:0"}
PATIENCE = 5.0  # seconds until a scheduler answers


class SchedulerError(CompanionError):
    """The Dask scheduler cannot be reached."""


class Constructed(NamedTuple):
    """A cohort as plain values, or why it could not be constructed."""

    scenario: Scenario
    cohort: dict[str, Any]
    fault: str = ""


def construct_all(
    ledger: Ledger, scenarios: Sequence[Scenario], jobs: int = 2, scheduler: str = ""
) -> Iterator[Constructed]:
    """Construct every cohort, in the order in which they are ready.

    Parameters
    ----------
    ledger : Ledger
        What the article prints.
    scenarios : sequence of Scenario
        Seed and changed claims of each cohort.
    jobs : int
        Worker processes on this machine.
    scheduler : str, optional
        Address of a running Dask scheduler, whose workers are used instead.

    Raises
    ------
    SchedulerError
        If there is no scheduler at the address.
    """
    with dask.config.set(ONE_EACH), _client(min(jobs, len(scenarios)), scheduler) as client:
        # not pure: hashing the ledger for each task would take longer than sending it
        waiting = {client.submit(construct, ledger, s, pure=False): s for s in scenarios}
        for future in as_completed(list(waiting)):
            scenario = waiting.pop(future)
            if future.status == "finished":
                yield Constructed(scenario, future.result())
            else:
                error = future.exception()
                yield Constructed(scenario, {}, f"{type(error).__name__}: {error}")


def construct(ledger: Ledger, scenario: Scenario) -> dict[str, Any]:
    """Columns of one reconstructed cohort, and the claims that it had to give up.

    What only shapes the shown cohort is left out: it would narrow what the seeds can be.
    """
    from numbercheck.consistency.construction import reconstruct

    printed = replace(ledger, preferences={}).constrain(dict(scenario.claims))
    made = reconstruct(printed, scenario.seed or 0)
    return {"columns": {k: list(v) for k, v in made.columns.items()}, "given_up": made.given_up}


def _client(jobs: int, scheduler: str) -> Client:
    if not scheduler:
        return Client(
            n_workers=jobs,
            threads_per_worker=1,
            scheduler_kwargs=NO_DASHBOARD,
            silence_logs=logging.CRITICAL,
        )
    try:
        return Client(scheduler, timeout=PATIENCE)
    except (OSError, ValueError) as error:
        raise SchedulerError(f"no Dask scheduler at {scheduler} ({error})") from None
