"""The fixtures from R are what the script beside them writes."""

import filecmp
import shutil
import subprocess

import pytest
from places import TESTS

REFERENCE = TESTS / "reference"


@pytest.mark.skipif(not shutil.which("Rscript"), reason="there is no R (Rscript) on PATH")
def test_the_script_writes_its_fixtures_in_place_from_the_root(tmp_path):
    """The command that CONTRIBUTING.md gives, run in a copy; base R and survival are enough.

    Takes R 4 seconds: every other test that names R stands on these files.
    """
    copy = tmp_path / "tests" / "reference"
    copy.mkdir(parents=True)
    shutil.copy(REFERENCE / "make_reference.R", copy)
    subprocess.run(["Rscript", "tests/reference/make_reference.R"], cwd=tmp_path, check=True)

    names = sorted(path.name for path in REFERENCE.glob("*.csv"))
    assert filecmp.cmpfiles(REFERENCE, copy, names, shallow=False) == (names, [], [])
