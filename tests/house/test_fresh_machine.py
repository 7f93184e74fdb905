"""A machine with Python and make alone: no browser, and collecting tests starts nothing."""

import os
import re
import subprocess
import sys
from pathlib import Path

from places import TESTS

from companion.project import ROOT

REFUSED = ("subprocess.Popen", "os.fork", "os.posix_spawn", "os.exec", "os.system", "socket.bind")
RUN = f"""
import sys
import pytest

def refuse(event, arguments):
    if event in {REFUSED}:
        raise RuntimeError(f"{{event}}{{arguments}} while the tests were read")

class Listing:
    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_modifyitems(self, items):
        print("read", *sorted({{str(item.path) for item in items}}), sep="\\n")

sys.addaudithook(refuse)
sys.exit(pytest.main(["--quiet", "-m", "browser", "-p", "no:xdist"], [Listing()]))
"""


def test_without_a_browser_the_suite_is_read_and_its_browser_tests_are_skipped(tmp_path):
    """All of it is read, which starts no process and no server; skips say what is missing.

    Takes 4 seconds: whatever somebody adds at the top of a test file is seen here.
    """
    alone = os.environ | {"PATH": str(Path(sys.executable).parent), "TMPDIR": str(tmp_path)}
    command = [sys.executable, "-c", RUN]
    done = subprocess.run(command, cwd=ROOT, env=alone, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout + done.stderr
    assert "there is no Chromium on PATH" in done.stdout
    assert re.search(r"^\d+ skipped, \d+ deselected", done.stdout, flags=re.MULTILINE)
    assert {str(path) for path in TESTS.rglob("test_*.py")} <= set(done.stdout.splitlines())
