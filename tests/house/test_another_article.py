"""The README's section on another article: its text, its commands and what they find."""

import csv
import re
import shlex
import shutil

import pytest
from called import called
from places import ROOT

SECTION = (ROOT / "README.md").read_text(encoding="utf-8").partition("## Another article")[2]
SECTION = SECTION.partition("\n## ")[0]


@pytest.fixture
def run(tmp_path):
    """Give a function that runs a README line in a folder that has the examples."""
    shutil.copytree(ROOT / "data" / "examples", tmp_path / "data" / "examples")

    def run(line):
        ended = called(*shlex.split(line.removeprefix(".venv/bin/")), cwd=tmp_path)
        return ended.returncode, ended.stdout + ended.stderr

    return run


def test_the_text_is_that_of_the_example():
    """What the README shows is what `draft` reads."""
    article = (ROOT / "data" / "examples" / "two-arm" / "article.md").read_text(encoding="utf-8")
    shown = re.sub(r"^    ", "", SECTION, flags=re.MULTILINE)

    assert article.strip() in shown
    assert len(article.splitlines()) == 8


def test_its_commands_find_the_slip_and_leave_no_number_open(run, tmp_path):
    """Run as written; the tally is the one that the README tells."""
    draft, audit, report = re.findall(r"^    (\.venv/bin/numbercheck .*)$", SECTION, re.MULTILINE)
    slip = re.search(r"^    (24 of 58 .*)$", SECTION, re.MULTILINE)[1]

    assert run(draft)[0] == 0
    with (tmp_path / "my-ledger" / "claims.csv").open(newline="", encoding="utf-8") as handle:
        assert len(list(csv.DictReader(handle))) == 20
    status, told = run(audit)
    assert status == 1
    assert slip in told
    for tally in ("1  mismatch", "1  by a method that was chosen to fit", "0  unchecked"):
        assert tally in told
    assert run(report)[0] == 0
