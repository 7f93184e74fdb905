"""While pytest reads the tests nothing may start: no process, no server, no browser."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

REFUSED = ("subprocess.Popen", "os.fork", "os.posix_spawn", "os.exec", "os.system", "socket.bind")
_reading = [False]


def _refuse(event: str, arguments: tuple) -> None:
    if _reading[0] and event in REFUSED:
        raise RuntimeError(f"{event}{arguments} while the tests were read")


sys.addaudithook(_refuse)


@contextmanager
def reading() -> Iterator[None]:
    """Refuse whatever starts something."""
    _reading[0] = True
    try:
        yield
    finally:
        _reading[0] = False
