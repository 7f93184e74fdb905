"""Run several notebooks at once, each in a process of its own, forked from a warm one.

The processes come from multiprocessing's fork server: a fresh interpreter with a fixed
environment, which imports once what all notebooks import. Nothing of the calling process (its
threads, its hash seed, its user's settings) reaches a notebook, and no notebook reaches another.
"""

import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing import forkserver, get_context
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from companion.build.progress import Watch
from companion.build.reading import VARIABLE, Asked, hand_over
from companion.errors import CompanionError
from numbercheck.commands import end_with_parent
from numbercheck.errors import NumbercheckError

ENVIRONMENT: Mapping[str, str] = {
    "PYTHONHASHSEED": "0",
    "TZ": "UTC",
    "LC_ALL": "C.UTF-8",
    "LANG": "C.UTF-8",
    "COLUMNS": "80",
    "MPLBACKEND": "module://matplotlib_inline.backend_inline",
    "MATPLOTLIBRC": os.devnull,  # the library's own settings, not the user's
    "OPENBLAS_NUM_THREADS": "1",
    "PYDEVD_DISABLE_FILE_VALIDATION": "1",  # or Jupyter's debugger warns at every start
}
ENGINE = "companion.build.engine"  # what the fork server imports
CONTEXT = get_context("forkserver")
STARTED: set[str] = set()  # holds the engine once the fork server has been started


@dataclass(frozen=True)
class Job:
    """One notebook to run, where the executed copy goes, and its parameters.

    ``reads`` is what it opens, which may have been read already; ``before`` is the folder of
    figures of the same packages, if there is one: where an SVG is the same, so is the PNG.
    """

    notebook: Path
    executed: Path
    parameters: Mapping[str, object]
    reads: Asked | None = None
    before: Path | None = None


def warm_up(reads: tuple[Path, Path, str] | None = None) -> None:
    """Start the fork server, which also reads what is named; returns while it still imports.

    It changes the environment for a moment, so no thread may run that reads it.
    """
    before = dict(os.environ)
    os.environ.update(ENVIRONMENT)
    if reads:
        os.environ[VARIABLE] = json.dumps(list(map(str, reads)))
    try:
        CONTEXT.set_forkserver_preload([ENGINE])
        forkserver.ensure_running()
        STARTED.add(ENGINE)
    finally:
        os.environ.clear()
        os.environ.update(before)


@contextmanager
def beside(work: Callable[..., None], *given: object) -> Iterator[Callable[[], Any]]:
    """Do work in a forked process, or here and now if there is no fork server.

    Parameters
    ----------
    work : callable
        A function of a module; its first argument is a function to call with each thing it made.
    *given : object
        Its other arguments.

    Yields
    ------
    callable
        Waits for the next thing that the work made, and returns it.

    Raises
    ------
    CompanionError, OSError, RuntimeError
        If the work failed.
    """
    if not STARTED:
        made: list[object] = []
        work(made.append, *given)
        yield iter(made).__next__
        return
    ours, theirs = CONTEXT.Pipe(duplex=False)
    process = CONTEXT.Process(target=_work_beside, args=(work, theirs, *given))
    process.start()
    theirs.close()

    def wait() -> Any:
        try:
            message = ours.recv()
        except EOFError:
            process.join()
            status = f"its process was ended (status {process.exitcode})"
            raise RuntimeError(f"{work.__name__}: {status}") from None
        if isinstance(message, Exception):
            raise message
        return message

    try:
        yield wait
        wait()  # for its end
    finally:
        process.join()


def _work_beside(work: Callable[..., None], messages: Connection, *given: object) -> None:
    end_with_parent()
    try:
        work(messages.send, *given)
        messages.send(None)  # its end; two threads that start processes can spoil an exit status
    except OSError as error:
        messages.send(error)
    except (CompanionError, NumbercheckError) as error:
        messages.send(CompanionError(str(error)))  # others may need more than a text to be made


def run_all(jobs: Sequence[Job], at_once: int, watch: Watch) -> dict[str, str]:
    """Run notebooks, after `warm_up`.

    Parameters
    ----------
    jobs : sequence of Job
        The slowest first.
    at_once : int
        How many run at a time.
    watch : Watch
        Told of each step.

    Returns
    -------
    dict of str to str
        For each notebook that failed, by its stem, one sentence.
    """
    pool = ThreadPoolExecutor(at_once)
    started: list[BaseProcess] = []
    try:
        faults = pool.map(lambda job: _run(job, watch, started), jobs)
        return {job.notebook.stem: fault for job, fault in zip(jobs, faults, strict=True) if fault}
    finally:  # after Ctrl-C, notebooks are still running
        pool.shutdown(wait=False, cancel_futures=True)
        for process in started:
            process.kill()


def _run(job: Job, watch: Watch, started: list[BaseProcess]) -> str:
    """Run one notebook in a process of its own; what failed, or nothing."""
    ours, theirs = CONTEXT.Pipe(duplex=False)
    process = CONTEXT.Process(target=_work, args=(job, theirs))
    watch.starts(job.notebook.stem)
    process.start()
    started.append(process)
    theirs.close()
    fault = None
    with ours, suppress(EOFError):
        while fault is None:
            message = ours.recv()
            if isinstance(message, str):
                fault = message
            else:
                watch.step(job.notebook.stem, *message)
    process.join()
    if fault is None:
        fault = f"{job.notebook.name}: its process was ended (status {process.exitcode})"
    watch.ends(job.notebook.stem, fault)
    return fault


def _work(job: Job, messages: Connection) -> None:
    """Run one notebook, report each cell, then how it ended; all that its process does."""
    from companion.build.execute import NotebookError, execute

    end_with_parent()
    fault = ""
    try:
        if job.reads:
            from companion.figures import writing

            hand_over(job.reads)
            writing.BEFORE = job.before
        execute(
            job.notebook,
            job.executed,
            job.parameters,
            lambda done, total: messages.send((done, total)),
        )
    except NotebookError as error:
        fault = str(error)
    except OSError as error:
        where = f"{job.notebook.name}: {error.filename or 'the disk'}"
        fault = f"{where}: {error.strerror}; nothing was changed"
    messages.send(fault)
    messages.close()
    os._exit(0)  # no atexit handlers, no wait for threads
