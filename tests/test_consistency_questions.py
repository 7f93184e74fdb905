"""Standard questions of tiny trials against all their cohorts, and the answers of this ledger."""

import numpy as np
import pytest
from tiny_trials import draw

from companion.consistency.sharp_bounds import Bounds
from companion.project import ROOT
from companion.published import read_ledger

SEEDS = range(6)


@pytest.fixture(scope="module")
def ledger():
    return read_ledger(ROOT / "data" / "published")


def curves(tiny):
    return [m for m in tiny.ledger.measures.values() if m.kind == "survival"]


def ends(values):
    return pytest.approx((values.min(), values.max()))


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("scheme", ["times", "endpoints"])
def test_every_curve_and_risk_set_has_the_ends_that_all_cohorts_have(seed, scheme):
    """Days are asked from the ends inward, so that equal neighbors settle those between."""
    tiny = draw(seed, scheme)
    asked, lawful = Bounds(tiny.ledger, given_up=()), tiny.consistent(tiny.satisfied)
    for about in curves(tiny):
        followed = [
            who for who, keep in zip(tiny.followed(about.endpoint), lawful, strict=True) if keep
        ]
        for day in (int(float(about.horizon)), 1, 2):
            on = tiny.survival_on(about, day)[lawful]
            bound, risk = asked.survival(about, day), asked.at_risk(about, day)
            assert (bound.low, bound.high) == ends(on)
            at = np.array([sum(t >= day for t, _ in who) for who in followed])
            assert (risk.low, risk.high) == ends(at)
            assert bound.certified
            assert risk.certified
