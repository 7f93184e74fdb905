"""What every notebook imports, for the process that the others are forked from.

Importing this module is all that is done with it. Libraries that ask while they are imported
whether they are in a notebook (pandas does, for the columns that it shows) are told that they are.
"""

import builtins
import contextlib
from types import SimpleNamespace

import companion.pipeline.engine

builtins.get_ipython = lambda: SimpleNamespace(kernel=None)  # type: ignore[attr-defined]
with contextlib.suppress(ImportError):  # a notebook says so where a reader can see it
    import scipy.stats  # for two exact tests that three notebooks try

    import companion.audit
    import companion.workbench

    _ = companion, scipy
del builtins.get_ipython  # type: ignore[attr-defined]
