"""Where the tests, their helpers and the repository are."""

from pathlib import Path

HELPERS = Path(__file__).parent
TESTS = HELPERS.parent
ROOT = TESTS.parent

# Before 3.13 Python reads the path of an editable install in the encoding of the locale.
PLAIN_LOCALE = "C" if str(ROOT).isascii() else "C.UTF-8"
