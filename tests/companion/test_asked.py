"""Promises of a notebook's parameters: what means nothing for these patients is refused."""

from dataclasses import replace

import pytest
from article import COHORT, LEDGER

from companion.asked import MeaninglessError, require_meaning
from companion.workbench import Workbench

MEANINGLESS = [
    ("level", 2.0, "between 0 and 1"),
    ("level", 0.0, "between 0 and 1"),
    ("level", "abc", "a number"),
    ("early_days", None, "a number"),
    ("horizon_months", 0.0, "above 0"),
    ("horizon_months", 36.0, "the end of follow-up"),
    ("early_days", -1, "from 0 to"),
    ("age_cut", 99, "divide the ages, from 15 to"),
    ("test", "mcnemar", "one of fisher"),
    ("interval_method", "willson", "one of wilson"),
    ("conf_type", "loglog", "one of log"),
    ("quantile_kind", 12, "one of"),
    ("follow_up_method", "median", "one of observed"),
]


@pytest.mark.parametrize(("name", "value", "right"), MEANINGLESS)
def test_a_parameter_that_means_nothing_is_refused_with_what_would(name, value, right):
    """Before anything is computed, and a notebook shows the sentence without a traceback."""
    with pytest.raises(MeaninglessError, match=right) as refusal:
        require_meaning({name: value}, COHORT, LEDGER)

    assert str(refusal.value).startswith(f"{name} is {value!r}".replace(".0", ""))
    assert refusal.value._render_traceback_() == [f"MeaninglessError: {refusal.value}"]


def test_a_printed_horizon_is_not_refused():
    """Beyond follow-up its claims stay unchecked; the parameters of the notebooks are usable."""
    usual = {"level": 0.95, "horizon_months": 36.0, "early_days": 28, "age_cut": 40}
    later = replace(LEDGER.measures["os_12m"], measure="os_36m", horizon="1095.75")
    printed = replace(LEDGER, measures={**LEDGER.measures, "os_36m": later})

    assert COHORT.adtte["AVAL"].max() < 1095.75
    with pytest.raises(MeaninglessError, match=r"horizon_months is 36"):
        require_meaning(usual | {"test": "fisher", "conf_type": "log"}, COHORT, LEDGER)
    require_meaning(usual | {"test": "fisher", "conf_type": "log"}, COHORT, printed)


@pytest.mark.parametrize("content", [None, "", "{", "[]", '{"bounds": [], "subgroups": {"x": []}}'])
def test_a_consistency_file_that_is_not_this_ledgers_is_refused(tmp_path, content):
    """Bounds of one ledger say nothing of another."""
    path = tmp_path / "consistency.json"
    if content is not None:
        path.write_text(content)

    with pytest.raises(MeaninglessError, match="consistency_file"):
        Workbench("data/cohort", "data/published", str(tmp_path), str(path))


def test_a_folder_that_cannot_be_written_is_refused(tmp_path):
    """Before anything is computed."""
    (tmp_path / "file").touch()

    with pytest.raises(MeaninglessError, match=r"output_dir .*/file/out cannot be written"):
        Workbench("data/cohort", "data/published", str(tmp_path / "file" / "out"))
