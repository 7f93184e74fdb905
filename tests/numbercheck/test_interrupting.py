"""Ctrl-C ends a command at once and leaves nothing running."""

import os
import shutil
import signal
import subprocess
import sys
import time

import pytest
from places import ROOT

CODE = "from numbercheck.cli import main; print('starts', flush=True); main()"


@pytest.mark.skipif(sys.platform == "win32", reason="it has no process groups")
@pytest.mark.parametrize("seconds", [0.5, 5])
def test_ctrl_c_ends_a_report_and_its_workers_without_a_word(tmp_path, seconds):
    """As from a terminal, while modules are imported and while the solver works."""
    folder = shutil.copytree(ROOT / "data" / "published", tmp_path / "mine")
    command = [sys.executable, "-c", CODE, "report", str(folder)]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, **pipes, start_new_session=True) as report:
        assert report.stdout.readline() == "starts\n"
        time.sleep(seconds)
        os.killpg(report.pid, signal.SIGINT)
        _, told = report.communicate(timeout=30)  # until its last process ends

    assert report.returncode == -signal.SIGINT
    assert "Traceback" not in told
    assert "Warning" not in told
    assert not (folder / "report.html").exists()
