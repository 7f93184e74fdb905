"""Hand tasks out to processes of this machine, or to a Dask cluster, and take what comes back."""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing import get_context
from typing import Any, NamedTuple

from companion.errors import CompanionError

RETRIES = 3  # of a task whose worker was lost, on a cluster
AHEAD = 4  # tasks handed out for each process, so that none waits


class SchedulerError(CompanionError):
    """The cluster cannot be reached."""


class Ended(NamedTuple):
    """Position of a task, and what it gave or why it failed."""

    position: int
    value: Any
    fault: str


def spread(
    work: Callable, tasks: Sequence[tuple], jobs: int = 2, scheduler: str = ""
) -> Iterator[Ended]:
    """Run every task, in any order.

    Parameters
    ----------
    work : callable
        What each task does; importable, since other processes call it.
    tasks : sequence of tuple
        Its arguments.
    jobs : int
        Processes, on this machine.
    scheduler : str, optional
        Address of a Dask scheduler, whose workers then do the work.

    Yields
    ------
    Ended
        Each task once. A task fails alone: with its own error, or when its process was ended
        and was so again with no other task beside it.

    Raises
    ------
    SchedulerError
        If there is no scheduler at the address.
    """
    waiting, suspects = deque(range(len(tasks))), deque[int]()
    while waiting or suspects:
        alone = bool(suspects)  # a task that ends its process shall not take others along
        queue = suspects if alone else waiting
        jobs_now = 1 if alone else jobs
        with _cluster(scheduler) if scheduler else _processes(jobs_now) as (executor, width):
            yield from _drain(executor, 1 if alone else width, work, tasks, queue, suspects)


def _drain(
    executor: Executor,
    width: int,
    work: Callable,
    tasks: Sequence[tuple],
    queue: deque[int],
    suspects: deque[int],
) -> Iterator[Ended]:
    """Work until nothing waits, or until the process of a task ends: then some are suspects."""
    running: dict[Future, int] = {}
    broken = False
    while running or (queue and not broken):
        while queue and not broken and len(running) < width:
            position = queue.popleft()
            running[executor.submit(work, *tasks[position])] = position
        for future in wait(running, return_when=FIRST_COMPLETED).done:
            position = running.pop(future)
            error = future.exception()
            broken |= isinstance(error, BrokenProcessPool)
            if isinstance(error, BrokenProcessPool) and width > 1:
                suspects.append(position)
            elif error:
                yield Ended(position, None, f"{type(error).__name__}: {error}")
            else:
                yield Ended(position, future.result(), "")


@contextmanager
def _processes(jobs: int) -> Iterator[tuple[Executor, int]]:
    from companion.build.workers import end_with_parent

    pool = ProcessPoolExecutor(jobs, get_context("spawn"), initializer=end_with_parent)
    try:
        yield pool, AHEAD * jobs
    finally:
        pool.shutdown(cancel_futures=True)


@contextmanager
def _cluster(address: str) -> Iterator[tuple[Executor, int]]:
    from distributed import Client

    try:
        client = Client(address, timeout=10, set_as_default=False)
    except (OSError, ValueError) as error:
        raise SchedulerError(f"no Dask scheduler at {address} ({error})") from None
    with client:
        yield client.get_executor(retries=RETRIES), AHEAD * max(sum(client.ncores().values()), 1)
