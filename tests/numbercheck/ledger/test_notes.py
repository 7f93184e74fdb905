"""What a ledger makes one ask: units of time that may be meant otherwise."""

import pytest
from sketch import Sketch

from numbercheck.ledger.notes import notes


@pytest.mark.parametrize(
    ("label", "horizon", "is_asked"),
    [
        ("Overall survival", "12", True),
        ("Overall survival at 36 months", "36", True),
        ("Survival at 3 years", "3", True),
        ("Overall survival at 12 months", "365.25", False),
        ("Survival at 14 days", "14", False),
        ("Death within 2 weeks", "14", False),
        ("30-day mortality", "30", False),
        ("Survival at 3 months", "91.3", False),
    ],
)
def test_a_horizon_that_may_be_months_is_asked_about(label, horizon, is_asked):
    """A question, not a fault: nobody has to rename a survival at 14 days."""
    s = Sketch()
    s.measure("os", "survival", label=label, endpoint="OS", horizon=horizon)
    found = notes(s.ledger)

    assert bool(found) is is_asked
    assert all(f"{horizon} days?" in note for note in found)
