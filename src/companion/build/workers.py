"""Several notebooks at once, each in a process of its own, forked from a warm one.

The processes come from multiprocessing's fork server: a fresh interpreter with a fixed
environment, which imports once what all notebooks import. Nothing of the calling process (its
threads, its hash seed, its user's settings) reaches a notebook, nor one notebook another.
"""

import os
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import connection, forkserver, get_context, parent_process
from multiprocessing.connection import Connection
from pathlib import Path
from typing import NamedTuple

from companion.build.progress import Watch
from companion.build.run import NotebookError, execute

ENVIRONMENT: Mapping[str, str] = {
    "PYTHONHASHSEED": "0",
    "TZ": "UTC",
    "LC_ALL": "C.UTF-8",
    "LANG": "C.UTF-8",
    "COLUMNS": "80",
    "MPLBACKEND": "module://matplotlib_inline.backend_inline",
    "MATPLOTLIBRC": os.devnull,  # the library's own settings, nobody's
    "OPENBLAS_NUM_THREADS": "1",
    "PYDEVD_DISABLE_FILE_VALIDATION": "1",  # else Jupyter's debugger speaks at every start
}
PRELOADED = {"forked": "companion.build.warm", "kernel": "papermill"}
WARM: set[str] = set()  # engines whose process was started


@dataclass(frozen=True)
class Job:
    """One notebook to run, and where the executed copy goes."""

    notebook: Path
    executed: Path
    parameters: Mapping[str, object]
    root: Path
    engine: str = "forked"


class Ended(NamedTuple):
    """How a worker ended; ``fault`` is empty when all went well."""

    fault: str = ""


def warm_up(engine: str) -> None:
    """Start the process that workers are forked from; returns while it still imports."""
    get_context("forkserver").set_forkserver_preload([PRELOADED[engine]])
    with _environment():
        forkserver.ensure_running()
    WARM.add(engine)


def beside(work: Callable[..., None], *given: object) -> Callable[[], None]:
    """Do work in a process forked from the warm one, or here and now where there is none.

    Parameters
    ----------
    work : callable
        A function of a module, which a process can be told of.
    *given : object
        Its arguments.

    Returns
    -------
    callable
        Waits until the work is done; raises RuntimeError if it failed.
    """
    if not WARM:
        work(*given)
        return lambda: None
    process = get_context("forkserver").Process(target=_mortal, args=(work, *given))
    with _environment():
        process.start()

    def wait() -> None:
        process.join()
        if process.exitcode:
            raise RuntimeError(f"{work.__name__}: its process was ended ({process.exitcode})")

    return wait


def _mortal(work: Callable[..., None], *given: object) -> None:
    end_with_parent()
    work(*given)


@contextmanager
def _environment() -> Iterator[None]:
    before = dict(os.environ)
    os.environ.update(ENVIRONMENT)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def run_all(jobs: Sequence[Job], at_once: int, watch: Watch) -> list[str]:
    """Run notebooks, some at a time.

    Parameters
    ----------
    jobs : sequence of Job
        The notebooks, the longest first.
    at_once : int
        How many at a time.
    watch : Watch
        Told of each step.

    Returns
    -------
    list of str
        What failed, one sentence each; empty when all notebooks ran.
    """
    running: dict = {}
    waiting, faults = list(jobs), []
    try:
        while waiting or running:
            while waiting and len(running) < at_once:
                job = waiting.pop(0)
                watch.starts(job.notebook.stem)
                process, messages = _start(job)
                running[messages] = job, process
            for messages in connection.wait(list(running)):
                job, process = running[messages]
                ended = _hear(messages, job, process, watch)
                if ended:
                    del running[messages]
                    faults += [ended.fault] if ended.fault else []
    finally:
        for _, process in running.values():
            process.kill()
    return faults


def _start(job: Job) -> tuple:
    context = get_context("forkserver")
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_work, args=(job, theirs), name=job.notebook.stem)
    with _environment():
        process.start()
    theirs.close()
    return process, ours


def _hear(messages, job: Job, process, watch: Watch) -> Ended | None:  # noqa: ANN001 - untyped in typeshed
    """Take one message; tell how the worker ended, or None while it works."""
    try:
        message = messages.recv()
    except EOFError:
        process.join()
        return Ended(f"{job.notebook.name}: its process was ended (status {process.exitcode})")
    if not isinstance(message, Ended):
        watch.step(job.notebook.stem, *message)
        return None
    process.join()
    messages.close()
    watch.ends(job.notebook.stem, message.fault)
    return message


def _work(job: Job, messages: Connection) -> None:
    """Run one notebook; this is all that its process does."""
    end_with_parent()
    try:
        execute(
            job.notebook,
            job.executed,
            job.parameters,
            job.root,
            job.engine,
            lambda done, total: messages.send((done, total)),
        )
    except NotebookError as error:
        messages.send(Ended(str(error)))
    except OSError as error:
        told = f"{error.filename or 'the disk'}: {error.strerror}; outputs are as they were"
        messages.send(Ended(f"{job.notebook.name}: {told}"))
    else:
        messages.send(Ended())
    messages.close()
    os._exit(0)  # no atexit handlers, no wait for the threads of a kernel


def end_with_parent() -> None:
    """Let this process end when its parent does: who is killed takes its workers along."""
    threading.Thread(target=_outlive_no_parent, daemon=True).start()


def _outlive_no_parent() -> None:
    parent = parent_process()
    if parent:
        connection.wait([parent.sentinel])
        os._exit(1)
