"""The forked engine: papermill runs a notebook's cells inside a process forked from a warm one.

It is kept by hand because of what it buys: a rebuild takes a quarter of the time of papermill's
command line, one notebook after the other, instead of 0.6 with two Jupyter kernels at a time. It
saves each notebook the start of a kernel and all imports. The kernel is Jupyter's own in-process
kernel, and nbclient turns its messages into outputs, so a notebook gets the outputs that an
ordinary kernel gives; a test holds that. One process runs one notebook and exits, which keeps
notebooks apart.

The fork server (`companion.build.workers`) imports this module, and so everything that notebooks
import. Nothing else does.
"""
# ruff: noqa: E402 - one import is turned off before the others

import atexit
import builtins
import contextlib
import gc
import os
import sys
import threading
from collections.abc import Callable
from importlib import import_module
from types import ModuleType, SimpleNamespace
from typing import Any

gc.disable()  # imports make no garbage, and looking for it takes time


class Later(ModuleType):
    """A module that is imported when something of it is needed."""

    def __getattr__(self, name: str) -> Any:
        return getattr(import_module(self.__name__), name)


# pandas and papermill import it if it is installed, which it is for sweeps alone.
sys.modules["pyarrow"] = None  # type: ignore[assignment]
STANDING_IN: dict[str, Any] = {
    "entrypoints": SimpleNamespace(get_group_all=lambda _: ()),  # no package extends papermill
    "requests": Later("requests"),  # papermill reads notebooks from the web with it
    "faicons": Later("faicons"),  # great_tables shows icons with it
}
sys.modules |= STANDING_IN

import ipykernel.debugger
import matplotlib.artist
from ipykernel.inprocess.ipkernel import InProcessInteractiveShell, InProcessKernel
from ipykernel.inprocess.manager import InProcessKernelManager
from ipykernel.iostream import IOPubThread
from nbclient.exceptions import CellExecutionComplete, CellExecutionError
from nbformat.validator import get_validator
from papermill.clientwrap import PapermillNotebookClient
from papermill.engines import Engine, papermill_engines
from traitlets import default
from traitlets.config import Config

from companion.build.reading import read_ahead

NAME = "forked"
# What every notebook would import for itself, once a kernel starts or shows something.
LATER = (
    "IPython.core.completerlib",
    "matplotlib.backends.backend_svg",
    "pandas.io.formats.html",
    "pandas.io.formats.string",
    "psutil",
    "tornado.platform.asyncio",
)
WAIT = 60  # seconds for a message that the kernel has already sent
# No file of past inputs, and no pause after each cell for messages that are still on their way.
SETTINGS = Config({"HistoryManager": {"enabled": False}, "Kernel": {"_execute_sleep": 0}})

ipykernel.debugger._is_debugpy_available = False  # no debugger attaches, and it costs a thread
matplotlib.artist.kwdoc = lambda artist: ""  # no lists of properties for help(): they take 0.1 s
# Some libraries ask at import whether they are in a notebook, as pandas does to size its tables.
builtins.get_ipython = lambda: SimpleNamespace(kernel=None)  # type: ignore[attr-defined]
import_module("pandas")
del sys.modules["pyarrow"]
with contextlib.suppress(ImportError):  # a notebook shows the error where a reader can see it
    for name in ("numbercheck.audit", "companion.workbench", *LATER):
        import_module(name)
for name in STANDING_IN:
    del sys.modules[name]  # a notebook may import it
del builtins.get_ipython  # type: ignore[attr-defined]
get_validator(4, 5)  # it compiles the notebook format's schema
read_ahead()
gc.freeze()  # forked processes share what is never touched
gc.enable()
atexit.register(os._exit, 0)  # the build waits for this process to end


class ZMQLikeShell(InProcessInteractiveShell):
    """Libraries such as pandas recognize a notebook by ``zmq`` in the name of its shell's class."""


class Kernel(InProcessKernel):
    """Jupyter's in-process kernel, which can also run a cell that awaits.

    Such a cell asks for the thread of the shell; with subshells, messages would go through it.
    """

    _supports_kernel_subshells = False
    shell_class = ZMQLikeShell
    shell_channel_thread = SimpleNamespace(parent_thread=threading.main_thread())

    @default("iopub_thread")
    def _unstarted_thread(self) -> IOPubThread:
        """Return the thread for messages before it starts, when they are sent without it."""
        return IOPubThread(self._underlying_iopub_socket, session=self.session)


class InProcessClient(PapermillNotebookClient):
    """Executes the cells of a notebook in an in-process kernel."""

    def __init__(self, nb_man: Any, tell: Callable[[int, int], None]) -> None:
        super().__init__(nb_man, record_timing=False)
        self._tell = tell

    def execute(self, **_: Any) -> Any:
        """Run all cells, up to the first that fails."""
        self.reset_execution_trackers()
        self._kernel = Kernel(config=SETTINGS)
        self._messages = InProcessKernelManager(kernel=self._kernel).client()
        self._messages.start_channels()
        self.papermill_execute_cells()
        return self.nb

    def execute_cell(self, cell: Any, cell_index: int, **_: Any) -> Any:
        """Run one cell and gather its outputs."""
        if cell.cell_type == "code" and cell.source.strip():
            self.clear_before_next_output = False
            self._messages.execute(cell.source)
            self._gather(cell, cell_index)
            reply = self._messages.shell_channel.get_msg(timeout=WAIT)["content"]
            if reply["status"] == "error":
                raise CellExecutionError.from_cell_and_msg(cell, reply)
        self._tell(cell_index + 1, len(self.nb.cells))
        return cell

    def _gather(self, cell: Any, cell_index: int) -> None:
        self._kernel.stdout.flush()
        self._kernel.stderr.flush()
        while True:
            message = self._messages.iopub_channel.get_msg(timeout=WAIT)
            try:
                self.process_message(message, cell, cell_index)
            except CellExecutionComplete:
                return


class ForkedEngine(Engine):
    """Papermill's way to the in-process client."""

    @classmethod
    def execute_managed_notebook(
        cls,
        nb_man: Any,
        kernel_name: str,
        tell: Callable[[int, int], None],
        **_: Any,
    ) -> None:
        """Execute the notebook that papermill manages."""
        InProcessClient(nb_man, tell).execute()


papermill_engines.register(NAME, ForkedEngine)
