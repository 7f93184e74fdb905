"""`numbercheck audit --watch` judges at each save and ends at Ctrl-C."""

import queue
import shutil
import signal
import subprocess
import sys
import threading

import pytest
from places import ROOT

COMMAND = [sys.executable, "-c", "from numbercheck.cli import main; main()", "audit", "--watch"]
WAIT = 60


@pytest.fixture
def watched(tmp_path):
    """Start a watch of a copy of the two-arm example; give its folder, process and lines."""
    folder = shutil.copytree(ROOT / "data" / "examples" / "two-arm", tmp_path / "mine")
    with subprocess.Popen(
        [*COMMAND, str(folder)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        lines = queue.Queue()
        reader = threading.Thread(target=lambda: list(map(lines.put, process.stdout)))
        reader.start()
        yield folder, process, lines
        process.kill()
        reader.join()


def until_waiting(lines):
    """Text up to the sentence that the next save is awaited."""
    text = ""
    while "Waiting for the next save" not in text:
        text += lines.get(timeout=WAIT)
    return text


def test_each_save_is_judged_and_ctrl_c_ends_cleanly(watched):
    """A file saved in part is a fault in a sentence, and judged once it is whole."""
    folder, process, lines = watched
    claims = folder / "claims.csv"
    whole = claims.read_text(encoding="utf-8")
    assert "1  mismatch" in until_waiting(lines)

    claims.write_text(whole[:400] + '"', encoding="utf-8")
    assert "claims.csv row" in until_waiting(lines)

    claims.write_text(whole.replace("42%", "41%"), encoding="utf-8")
    assert "0  mismatch" in until_waiting(lines)

    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=WAIT) == 0
    assert "Traceback" not in "".join(lines.queue)
