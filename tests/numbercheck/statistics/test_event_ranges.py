"""Ranges of events hold every history that enumeration finds, and are quick for large trials."""

from random import Random

import pytest

from numbercheck.statistics.event_ranges import event_range, history_of_two_runs
from numbercheck.statistics.risk_sets import Target, at_risk_sequences, km_limits
from numbercheck.statistics.rounding import Printed, format_rounded


def printed(history, conf_type="log", decimals=1):
    return [Printed(format_rounded(100 * x, decimals)) for x in km_limits(history, conf_type)]


def drawn(rng, n, events):
    """Numbers at risk of a trial whose patients leave at random between events."""
    return tuple(sorted(rng.sample(range(2, n + 1), events), reverse=True))


@pytest.mark.parametrize("conf_type", ["log", "log-log", "plain"])
def test_every_history_is_within_the_range(conf_type):
    """Enumerated for trials of 6 to 18 patients."""
    rng = Random(3)  # noqa: S311
    for _ in range(60):
        n = rng.randrange(6, 19)
        numbers = printed(drawn(rng, n, rng.randrange(1, 5)), conf_type)
        found = at_risk_sequences(n, *numbers, conf_type)
        least, most = event_range(n, Target(*numbers, conf_type))
        assert {len(history) for history in found} <= set(range(least, most + 1))


def test_no_range_means_no_history():
    """Limits that are drawn apart by chance; enumeration agrees where there is no range."""
    rng = Random(5)  # noqa: S311
    refuted = 0
    for _ in range(150):
        n = rng.randrange(6, 15)
        estimate, low, _ = printed(drawn(rng, n, rng.randrange(1, 4)))
        upper = Printed(format_rounded(min(float(estimate.exact) + rng.randrange(1, 30), 99), 1))
        if event_range(n, Target(estimate, low, upper)) is None:
            refuted += 1
            assert at_risk_sequences(n, estimate, low, upper) == []
    assert refuted > 40


@pytest.mark.parametrize("n", [140, 560, 1229])
def test_a_large_trial_has_a_history_within_its_range(n):
    """Patients who leave at random between events; one in eight may need more runs of events."""
    rng = Random(n)  # noqa: S311
    constructed = 0
    for _ in range(8):
        history = drawn(rng, n, rng.randrange(3, n // 3))
        target = Target(*printed(history))
        witness, (least, most) = history_of_two_runs(n, target), event_range(n, target)
        assert least <= len(history) <= most
        if witness is not None:
            constructed += 1
            assert least <= len(witness) <= most
            assert printed(witness) == printed(history)
            assert list(witness) == sorted(set(witness), reverse=True)
    assert constructed >= 7


def test_limits_too_narrow_for_the_patients_are_refuted():
    """A standard error of 0.5% takes more than 1,229 patients at 84.2%, of 1.04% at least."""
    assert event_range(1229, Target(Printed("84.2"), Printed("83.2"), Printed("85.2"))) is None
