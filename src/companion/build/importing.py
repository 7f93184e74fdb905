"""Import what a process will need, without the collector looking through it again and again."""

import gc
from collections.abc import Iterable
from importlib import import_module


def import_all(names: Iterable[str]) -> None:
    """Import modules that stay for good: garbage collection is off meanwhile, and skips them later.

    Forked processes share what is skipped, since nothing in them touches it.
    """
    gc.disable()
    try:
        for name in names:
            import_module(name)
    finally:
        gc.freeze()
        gc.enable()
