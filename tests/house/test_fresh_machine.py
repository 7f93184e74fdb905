"""A machine with Python and make alone: no browser, and reading the tests starts nothing."""

import os
import re
import subprocess
import sys
from fnmatch import fnmatch
from pathlib import Path

import pytest
from places import TESTS
from reading import reading

from companion.project import ROOT


def test_reading_the_tests_starts_no_process_and_no_server():
    """Every run, this one too, reads its files under this rule: see `conftest.py`."""
    with reading(), pytest.raises(RuntimeError, match="while the tests were read"):
        subprocess.run([sys.executable, "--version"])

    subprocess.run([sys.executable, "--version"], check=True, capture_output=True)


def test_no_folder_of_tests_is_left_out(pytestconfig):
    """By default pytest leaves out every folder named build."""
    files = (path.relative_to(TESTS) for path in TESTS.rglob("test_*.py"))
    folders = {name for file in files for name in file.parent.parts}

    assert "build" in folders
    for pattern in pytestconfig.getini("norecursedirs"):
        assert [name for name in folders if fnmatch(name, pattern)] == []


def test_without_a_browser_its_tests_are_skipped_and_say_what_is_missing(tmp_path):
    """One file of them, in a run of its own."""
    alone = os.environ | {"PATH": str(Path(sys.executable).parent), "TMPDIR": str(tmp_path)}
    command = [sys.executable, "-m", "pytest", "--quiet", "-m", "browser", "-p", "no:xdist"]
    file = TESTS / "companion" / "report" / "test_deck.py"
    done = subprocess.run(
        [*command, file], cwd=ROOT, env=alone, capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stdout + done.stderr
    assert "there is no Chromium on PATH" in done.stdout
    assert re.search(r"^\d+ skipped, \d+ deselected", done.stdout, flags=re.MULTILINE)
