"""`companion build --watch` builds at each save and ends at Ctrl-C."""

import sys

from places import HELPERS
from small_trial import trial
from waiting import waiting

CODE = f"""\
import sys, pathlib
sys.path.insert(0, {str(HELPERS)!r})
from small_trial import Trial
from companion.build.build import build
from companion.build.progress import Watch
from companion.build.watching import watch_builds
request = Trial(*map(pathlib.Path, sys.argv[1:])).request()
watch_builds(request, lambda: print(build(request, Watch()).summary))
"""


def test_each_save_is_built_and_ctrl_c_ends_cleanly(tmp_path):
    """Only the saved notebook runs; a failing cell is a sentence, and built once it is mended."""
    small = trial(tmp_path)
    places = [str(getattr(small, name)) for name in small.__dataclass_fields__]
    with waiting([sys.executable, "-c", CODE, *places]) as watched:
        assert "4-survival: runs, it has not run here before" in watched.told()

        small.change("4-survival", "print(interval_method)", "print(undefined)")
        assert "NameError: name 'undefined'" in watched.told()

        small.change("4-survival", "print(undefined)", "print(2 * 21)")
        told = watched.told()
        assert "4-survival: runs, changed: code" in told
        assert "3-safety: kept" in told
        assert "42" in str(small.executed("4-survival"))

        assert watched.interrupted() == 0
