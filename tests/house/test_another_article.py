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


def test_the_rows_that_a_new_ledger_shows_hold_a_curve_with_its_numbers_at_risk(run, tmp_path):
    """Copied as they stand, with one number at risk, they let `bounds` count patients by day."""
    assert run("numbercheck new mine")[0] == 0
    shown = (tmp_path / "mine" / "README.md").read_text(encoding="utf-8")
    time, event, six = re.findall(r"^  `(\w+,.*)`$", shown, re.MULTILINE)
    rows = {
        "variables": [time, event],
        "measures": ["enrolled,Patients,count,,,,,,,,patients,,,,,", six],
        "claims": ["n,Text ¶1,enrolled,n,35,,,,,", "six,Figure 1,pfs_6,at_risk,20,,,,,"],
    }
    for name, lines in rows.items():
        with (tmp_path / "mine" / f"{name}.csv").open("a", encoding="utf-8") as handle:
            handle.write("\n".join([*lines, ""]))

    assert "pfs_time >= 183: 20 patients" in run("numbercheck bounds 'pfs_time >= 183' mine")[1]


def test_a_curve_without_variables_is_told_what_it_lacks(run, tmp_path):
    """The message names both sources, as `variables.csv` spells them."""
    for name in ("variables.csv", "bounds.csv"):
        (tmp_path / "data" / "examples" / "at-risk" / name).unlink()
    _, told = run("numbercheck conflicts data/examples/at-risk")

    assert "holds the days or the events of OS (sources ADTTE.OS days and ADTTE.OS event)" in told
