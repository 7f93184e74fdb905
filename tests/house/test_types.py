"""The types, as pyproject.toml sets them: what `make lint` checks, beside the other tests."""

import subprocess
import sys

from places import ROOT


def test_mypy_finds_nothing():
    """Takes 7 seconds where no earlier run has left a cache: the libraries' types are read."""
    command = [sys.executable, "-m", "mypy", "--no-error-summary"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    assert (done.returncode, done.stdout + done.stderr) == (0, "")
