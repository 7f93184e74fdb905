"""The solver against trials whose truth is known; `oracle` says what is asked of each."""

from dataclasses import replace

import pytest
from article import LEDGER
from oracle import as_many, contained, exact, planted, ruled
from tiny_trials import claim, draw, keyed, measure

from numbercheck.consistency import (
    bounds,
    conflicts,
    deciding,
    reconstruct,
    risk_histories,
    scope,
    search,
)
from numbercheck.consistency.conflict_sets import Conflict, find_conflicts
from numbercheck.consistency.leave_one_out import leave_one_out
from numbercheck.consistency.questions import answers, asked_of
from numbercheck.consistency.search import UnsizedError
from numbercheck.consistency.sharp_bounds import Bounds
from numbercheck.consistency.solving import UndecidedError
from numbercheck.consistency.words import sentence


@pytest.mark.parametrize("seed", [*range(8), 17])  # `make bench ONLY=truth` tries many more
def test_bounds_are_the_ends_over_every_cohort_that_can_be_listed(seed):
    assert list(exact(seed)) == []


@pytest.mark.parametrize("seed", range(8))
def test_random_rules_leave_what_the_list_of_all_cohorts_says(seed):
    assert list(ruled(seed)) == []


@pytest.mark.parametrize("seed", [*range(12), 214])
def test_bounds_contain_the_truth_of_larger_trials(seed):
    assert list(contained(seed)) == []


@pytest.mark.parametrize("seed", [40, 103, 105, 152])
def test_bounds_contain_the_truth_where_days_are_hundreds(seed):
    """Too many to count patients by."""
    assert list(contained(seed, step=100)) == []


@pytest.mark.parametrize("seed", [19, 69, 225])
def test_curves_of_arms_are_bounded_also_where_days_are_many(seed, monkeypatch):
    """As of days that are too many to count patients by."""
    monkeypatch.setattr(scope, "MOST_COUNTED", 0)

    assert list(contained(seed)) == []


@pytest.mark.parametrize("seed", [27, 106, 133, 156, *range(6)])
def test_intervals_of_days_refute_no_trial_that_some_cohort_prints(seed, monkeypatch):
    """As if seven patients were many, and no cohort were found but by the exact model."""
    for module in (deciding, search):
        monkeypatch.setattr(module, "MANY", 0)
    monkeypatch.setattr(scope, "MOST_COUNTED", 0)
    monkeypatch.setattr(deciding, "cohorts", lambda *_: iter(()))
    assert list(ruled(seed)) == []


@pytest.mark.parametrize("seed", [3, 5, 7])
def test_bounds_of_many_patients_hold_the_ends_of_all_cohorts(seed):
    assert list(as_many(seed)) == []


@pytest.mark.parametrize("seed", range(6))
def test_a_planted_contradiction_is_found_and_certified(seed):
    assert list(planted(seed)) == []


@pytest.mark.parametrize("method", ["survivors", "reverse-km"])
def test_follow_up_that_the_model_does_not_know_constrains_nothing(method):
    """Better no constraint than that of another definition."""
    family = replace(LEDGER.families["follow_up"], method=method)
    other = replace(LEDGER, families={**LEDGER.families, "follow_up": family})
    changed = other.constrain({"text5_follow_up_median": "3.0"}, drop=["table1_crs_g12_percent"])

    assert conflicts(changed) is None


def test_a_measure_without_a_family_constrains_by_its_counts_alone():
    bare = {k: replace(m, family="") for k, m in LEDGER.measures.items()}
    ledger = replace(LEDGER, measures=bare)

    assert [c.claims for c in find_conflicts(ledger)] == [("table1_crs_g12_percent",)]
    comparison = next(m for m in bare.values() if m.measure == "crs_by_blasts")
    with pytest.raises(ValueError, match="crs_by_blasts has no family"):
        Bounds(ledger).p_value(comparison)


def test_one_number_against_an_assumption_is_told_in_the_singular():
    (slug, *_), (rule, *_) = LEDGER.claims, LEDGER.assumptions

    assert sentence(LEDGER, Conflict((slug,), (rule,), True)).startswith("this number cannot hold")
    assert sentence(LEDGER, Conflict((), (rule,), True)).startswith("what we assumed cannot")


def test_days_are_bounded_of_events_that_every_cohort_has():
    """Where the number of events is open, the later ones may not be."""
    ledger = draw(3, "times").ledger
    claims = keyed([claim("all", "n", "4")])
    curve = next(m for m in ledger.measures.values() if m.kind == "survival")
    asked = Bounds(replace(ledger, claims=claims, measures={"all": measure("all"), "c": curve}))

    assert asked.event_days(curve) == []


def test_a_reconstruction_that_the_solver_did_not_decide_says_so():
    """A thousandth of a second is not enough for the article's ledger."""
    told = r"within 0\.001 s; more time \(--seconds\) or a printed number at risk would help"
    with pytest.raises(UndecidedError, match=told):
        reconstruct(LEDGER, seconds=0.001)


def test_the_histories_of_a_printed_estimate_are_listed():
    """PFS of this article: five deaths or relapses each way."""
    found = risk_histories(LEDGER, "pfs_12m")

    assert found
    assert {len(history) for history in found} == {5}


def test_every_standard_question_has_an_answer_for_tiny_trials():
    """No scheme of columns makes one fail."""
    for scheme in ("counts", "grades", "numbers", "times", "endpoints"):
        for seed in range(3):
            asked = Bounds(draw(seed, scheme).ledger, given_up=())
            for row in asked_of(asked):
                list(answers(asked, row))


def unsized():
    """Print nothing that says how many patients there are."""
    tiny = draw(3, "counts")
    kept = {slug: c for slug, c in tiny.ledger.claims.items() if slug != "all_n"}
    return tiny.ledger, replace(tiny.ledger, claims=kept)


@pytest.mark.parametrize("ask", [conflicts, reconstruct, lambda ledger: bounds(ledger, "a")])
def test_a_ledger_that_prints_no_number_of_patients_is_refused_in_words(ask):
    with pytest.raises(UnsizedError, match="no claim prints how many patients there are"):
        ask(unsized()[1])


def test_the_others_imply_nothing_of_the_only_number_of_patients():
    (implied,) = (i for i in leave_one_out(unsized()[0], ()) if i.measure == "all")

    assert (implied.implied, implied.kept) == ("nothing", None)
