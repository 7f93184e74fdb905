"""What every notebook imports, for the process that the others are forked from.

Importing this module is all that is done with it. Libraries that ask while they are imported
whether they are in a notebook (pandas does, for the columns that it shows) are told that they are.
"""

import builtins
import contextlib
from types import SimpleNamespace

from companion.build.importing import import_all

import_all(["companion.build.engine"])
builtins.get_ipython = lambda: SimpleNamespace(kernel=None)  # type: ignore[attr-defined]
with contextlib.suppress(ImportError):  # a notebook says so where a reader can see it
    import_all(["numbercheck.audit", "companion.workbench"])
del builtins.get_ipython  # type: ignore[attr-defined]
