"""`numbercheck audit --watch` judges at each save and ends at Ctrl-C."""

import shutil
import sys

from places import ROOT
from waiting import save, waiting

COMMAND = [sys.executable, "-c", "from numbercheck.cli import main; main()", "audit", "--watch"]


def test_each_save_is_judged_and_ctrl_c_ends_cleanly(tmp_path):
    """A file saved in part is a fault in a sentence, and judged once it is whole."""
    folder = shutil.copytree(ROOT / "data" / "examples" / "two-arm", tmp_path / "mine")
    claims = folder / "claims.csv"
    whole = claims.read_text(encoding="utf-8")
    with waiting([*COMMAND, str(folder)]) as audit:
        assert "1  mismatch" in audit.told()

        save(claims, whole[:400] + '"')
        assert "claims.csv row" in audit.told()

        save(claims, whole.replace("42%", "41%"))
        assert "0  mismatch" in audit.told()

        assert audit.interrupted() == 0
