"""What every notebook imports, for the process that the others are forked from.

Importing this module is all that is done with it.
"""

import contextlib

import companion.pipeline.engine

with contextlib.suppress(ImportError):  # a notebook says so where a reader can see it
    import companion.cohort
    import companion.figures
    import companion.results
    import companion.tables

    _ = companion
