"""Build again whenever a notebook, the ledger, a patient table or a module is saved."""

import os
import sys
from collections.abc import Callable
from pathlib import Path

from companion.build.cache import tree
from companion.build.request import BuildRequest
from companion.build.workers import warm_up
from companion.errors import CompanionError
from companion.project import ROOT
from numbercheck.watching import stamps, watch


def watch_builds(request: BuildRequest, build: Callable[[], object]) -> None:
    """Build at once and after each save, in processes that have imported everything already.

    A module that is saved starts the program again, since it is imported by then.
    """
    warm_up(request.reads)
    started_with = stamps(tree(ROOT / "src"))

    def again() -> None:
        if stamps(tree(ROOT / "src")) != started_with:
            os.execv(sys.executable, sys.orig_argv)  # noqa: S606 - this command, once more
        build()

    def files() -> list[Path]:
        folders = (*request.sources.values(), ROOT / "src")
        return [path for folder in folders for path in tree(folder)]

    watch(request.folder, files, again, CompanionError)
