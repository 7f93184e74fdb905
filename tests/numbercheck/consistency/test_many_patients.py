"""Trials too large for an exact model of times: cohorts found by trial, contradictions proved."""

from dataclasses import replace

import large_trials
import numpy as np
import pandas as pd
import pytest
from scipy.stats import fisher_exact
from tiny_trials import claim, keyed, measure

from numbercheck.consistency import (
    Bound,
    UndecidedError,
    between,
    conflicts,
    many_patients,
    sharp_bounds,
    solving,
    structure,
)
from numbercheck.consistency.intervals import Intervals
from numbercheck.consistency.model import Model
from numbercheck.consistency.patient_kinds import Kinds
from numbercheck.consistency.scope import Scope
from numbercheck.consistency.search import Search
from numbercheck.consistency.sharp_bounds import Bounds
from numbercheck.consistency.solving import UndefinedError, within
from numbercheck.ledger.expressions import Expression
from numbercheck.ledger.records import Ledger
from numbercheck.ledger.rows import Variable

N = 280
MONTH = 365.25 / 12
COLUMNS = (
    Variable("os", "Survival time", "integer", "1..900", "days", Expression(""), "ADTTE.OS days"),
    Variable("died", "Death", "flag", "", "", Expression(""), "ADTTE.OS event"),
    Variable("pfs", "Progression", "integer", "1..900", "days", Expression(""), "ADTTE.PFS days"),
    Variable("failed", "Failure", "flag", "", "", Expression(""), "ADTTE.PFS event"),
)
MEASURES = (
    measure("all"),
    measure("deaths", where="died"),
    measure("failures", where="failed"),
    measure("early", where="died and os <= 60"),
    measure("follow_up", "quantity", where="os", unit="months", method="quantile-7"),
    measure("os_year", "survival", endpoint="OS", horizon="365", unit="%", method="log-log"),
    measure("pfs_year", "survival", endpoint="PFS", horizon="365", unit="%", method="log"),
)


def printed_of(patients: pd.DataFrame) -> dict[str, str]:
    """What such an article prints of some patients, computed here."""
    printed = {"all_n": f"{len(patients)}", "deaths_n": f"{patients.died.sum()}"}
    printed["failures_n"] = f"{patients.failed.sum()}"
    printed["early_n"] = f"{(patients.died & (patients.os <= 60)).sum()}"
    for name, share in (("p25", 0.25), ("median", 0.5), ("p75", 0.75)):
        printed[f"follow_up_{name}"] = f"{patients.os.quantile(share) / MONTH:.1f}"
    for about, time, event in (("os_year", "os", "died"), ("pfs_year", "pfs", "failed")):
        curve = kaplan_meier(patients[time], patients[event])
        for statistic, value in zip(
            ("estimate", "conf_low", "conf_high"), curve(about), strict=True
        ):
            printed[f"{about}_{statistic}"] = f"{100 * value:.1f}"
    return printed


def kaplan_meier(time: pd.Series, event: pd.Series):
    """Survival at a year with Greenwood's limits, on the scale of each measure."""
    days = sorted(set(time[event & (time <= 365)]))
    at_risk = np.array([(time >= day).sum() for day in days])
    died = np.array([(event & (time == day)).sum() for day in days])
    survival = np.prod(1 - died / at_risk)
    error = np.sqrt(np.sum(died / (at_risk * (at_risk - died))))
    reach = 1.959963984540054 * error

    def with_limits(about: str) -> tuple[float, float, float]:
        if about == "pfs_year":
            return survival, survival * np.exp(-reach), min(survival * np.exp(reach), 1)
        wide = np.exp(reach / np.log(survival))
        return survival, survival ** (1 / wide), survival**wide

    return with_limits


def patients(seed: int = 0) -> pd.DataFrame:
    """Draw patients: a third progress, some of them die, the others are followed to the end."""
    random = np.random.default_rng(seed)
    end, fail, die = (random.exponential(scale, N) for scale in (1500, 1100, 2500))
    end = np.minimum(random.integers(150, 900, N), end + 20)
    os, pfs = np.ceil(np.minimum(end, die)), np.ceil(np.minimum.reduce([end, fail, die]))
    table = pd.DataFrame({"os": os.astype(int), "died": die <= end, "pfs": pfs.astype(int)})
    return table.assign(failed=table.died | (fail <= end))


def ledger(printed: dict[str, str]) -> Ledger:
    names = {m.measure for m in MEASURES}
    about = {slug: next(m for m in names if slug.startswith(f"{m}_")) for slug in printed}
    rows = [claim(m, slug.removeprefix(f"{m}_"), printed[slug]) for slug, m in about.items()]
    return Ledger(
        keyed(MEASURES), keyed(rows), {}, keyed(COLUMNS), assumptions=keyed(large_trials.RULES)
    )


@pytest.fixture(scope="module")
def printed() -> dict[str, str]:
    return printed_of(patients())


def test_a_cohort_of_many_patients_prints_what_is_printed(printed):
    asked = Search(ledger(printed))
    found = pd.DataFrame(asked.witness(asked.rows))
    assert printed_of(found) == printed
    assert (found.pfs <= found.os).all()
    assert (found.failed | ~found.died).all()


def test_a_cohort_of_two_arms_is_found_for_the_curves_of_each():
    told = large_trials.printed_of(large_trials.draw(140, 2, seed=20), 2, seed=20)
    asked = Search(told)
    found = pd.DataFrame(asked.witness(asked.rows))
    assert {a: len(g) for a, g in found.groupby("arm")} == {"A": 70, "B": 70}
    again = large_trials.printed_of(found, 2, seed=20)
    assert {k: c.printed for k, c in again.claims.items()} == {
        k: c.printed for k, c in told.claims.items()
    }


def test_bounds_of_many_patients_are_proved_and_nearly_reached(printed):
    """Each end has a cohort within two percent of all patients, or within a point of survival."""
    asked, drawn = Bounds(ledger(printed)), patients()
    curve = asked.ledger.measures["os_year"]
    at_risk, survival = asked.at_risk(curve, 200), asked.survival(curve, 200)

    assert at_risk.low <= (drawn.os >= 200).sum() <= at_risk.high
    died = drawn.os[drawn.died & (drawn.os <= 200)]
    truth = np.prod([1 - 1 / (drawn.os >= day).sum() for day in died])
    assert survival.low <= 100 * truth <= survival.high
    for bound, gap in ((at_risk, 0.02 * N), (survival, 1.0)):
        low, high = bound.reached or (bound.low, bound.high)
        assert bound.low <= low <= bound.low + gap
        assert bound.high - gap <= high <= bound.high
        assert [printed_of(pd.DataFrame(columns)) for columns in bound.witnesses] == [printed] * 2
    ends = [(pd.DataFrame(columns).os >= 200).sum() for columns in at_risk.witnesses]
    assert tuple(ends) == (at_risk.reached or (at_risk.low, at_risk.high))


@pytest.fixture(scope="module")
def of_b():
    """Patients of arm B, and questions about what is printed of both arms."""
    drawn = large_trials.draw(120, 2, seed=0)
    asked = Bounds(large_trials.printed_of(drawn, 2, seed=0), given_up=())
    return drawn[drawn.arm == "B"], asked, asked.ledger.measures["OS_B_12"]


def test_the_events_of_a_curve_tell_how_many_are_at_risk_between_printed_days(of_b):
    """One patient fewer at risk half a year on would show in the limits of a year on."""
    patients, asked, curve = of_b
    found = asked.at_risk(curve, 181)
    at_risk = (patients.os >= 181).sum()
    assert (found.low, found.high, found.certified) == (at_risk, at_risk, True)


def test_survival_of_many_patients_that_is_settled_is_told_as_one_number(of_b):
    """The proof is to a millionth: 85% to 85% is no range."""
    patients, asked, curve = of_b
    found = asked.survival(curve, 180)
    died = patients.os[patients.died & (patients.os <= 180)]
    truth = 100 * np.prod([1 - 1 / (patients.os >= day).sum() for day in died])
    assert found.fixed
    assert str(found).endswith(f": {truth:.4g}%")


def test_a_number_at_risk_that_is_printed_is_no_question_for_the_solver(of_b, monkeypatch):
    patients, asked, curve = of_b
    monkeypatch.setattr(between, "Intervals", None)
    for day in (180, 360):
        found, at_risk = asked.at_risk(curve, day), (patients.os >= day).sum()
        assert (found.low, found.high, found.certified) == (at_risk, at_risk, True)


def test_a_number_at_risk_that_a_draft_guesses_bounds_nothing():
    """Forty at risk in arm B where the others leave 51."""
    drawn = large_trials.draw(120, 2, seed=0)
    ledger = large_trials.printed_of(drawn, 2, seed=0)
    guessed = replace(ledger.claims["OS_B_6_at_risk"], printed="40", note="guess: of arm B")
    asked = Bounds(replace(ledger, claims=ledger.claims | {guessed.claim: guessed}), given_up=())
    at_risk = ((drawn.arm == "B") & (drawn.os >= 180)).sum()
    found = asked.at_risk(ledger.measures["OS_B_12"], 180)
    assert found.low <= at_risk <= found.high


def test_what_the_exact_model_does_not_decide_is_bounded_by_intervals():
    """Of sixty patients, whose times it would settle in some minutes."""
    drawn = large_trials.draw(60, 1, seed=3)
    asked = Bounds(large_trials.printed_of(drawn, 1, seed=3), seconds=0.01, given_up=())
    curve = asked.ledger.measures["PFS_A_18"]
    found = asked.at_risk(curve, 270)
    assert found.low <= (drawn.pfs >= 270).sum() <= found.high
    assert found.certified or found.reached
    assert found.high - found.low < len(drawn)


@pytest.mark.parametrize("is_printed", [True, False])
def test_a_p_value_is_bounded_by_the_counts_of_many_patients(is_printed):
    """Exactly where the deaths of both arms are printed; without those of one, around the truth."""
    drawn = large_trials.draw(140, 2, seed=20)
    told = large_trials.printed_of(drawn, 2, seed=20)
    kept = {k: c for k, c in told.claims.items() if is_printed or "died_B" not in k}
    by = measure("p", "comparison", "died", by="arm", method="fisher")
    bound = Bounds(replace(told, claims=kept, measures=told.measures | {"p": by})).p_value(by)

    truth = fisher_exact(pd.crosstab(drawn.arm, drawn.died)).pvalue
    assert bound.certified == is_printed
    assert bound.low <= truth * (1 + 1e-9)
    assert truth <= bound.high * (1 + 1e-9)
    ends = (bound.low, bound.high) if is_printed else bound.reached
    assert [printed_p(columns) for columns in bound.witnesses] == pytest.approx(list(ends))
    assert bound.fixed == is_printed


def test_a_p_value_of_more_tables_than_can_be_tried_is_left_open(monkeypatch):
    told = large_trials.printed_of(large_trials.draw(140, 2, seed=20), 2, seed=20)
    kept = {k: c for k, c in told.claims.items() if "died" not in k}
    by = measure("p", "comparison", "died", by="arm", method="fisher")
    asked = Bounds(replace(told, claims=kept, measures=told.measures | {"p": by}), given_up=())
    monkeypatch.setattr(sharp_bounds, "MOST_TABLES", 100)
    with pytest.raises(UndecidedError, match="more than 100 tables are left"):
        asked.p_value(by)


def printed_p(columns) -> float:
    patients = pd.DataFrame(columns)
    return fisher_exact(pd.crosstab(patients.arm, patients.died)).pvalue


def test_no_cohort_is_taken_that_does_not_print_as_printed(printed, monkeypatch):
    others = patients(seed=1).to_dict("list")
    monkeypatch.setattr(many_patients.Start, "cohorts", lambda _: iter([others]))
    monkeypatch.setattr(structure, "MOST_SEATS", 0)
    asked = Search(ledger(printed), seconds=1.0)
    with pytest.raises(UndecidedError, match="undecided within 1 s"):
        asked.witness(asked.rows)


def test_more_deaths_than_failures_are_a_contradiction(printed):
    asked = Search(ledger(printed | {"deaths_n": f"{int(printed['failures_n']) + 1}"}))
    assert not asked.feasible(asked.rows)


def test_fewer_deaths_than_the_curve_needs_are_a_contradiction(printed):
    asked = Search(ledger(printed | {"deaths_n": "3"}))
    assert not asked.feasible(asked.rows)


def test_limits_too_near_for_so_few_patients_are_a_contradiction(printed):
    near = {"pfs_year_conf_low": f"{float(printed['pfs_year_estimate']) - 0.3:.1f}"}
    asked = Search(ledger(printed | near))
    assert not asked.feasible(asked.rows)


def test_limits_too_wide_for_those_still_followed_are_a_contradiction(printed):
    """Three quarters are followed for 600 days, but the limits are those of fewer patients."""
    told = {"follow_up_p25": f"{600 / MONTH:.1f}", "deaths_n": "28"}
    told |= {"os_year_estimate": "94.0", "os_year_conf_low": "84.5", "os_year_conf_high": "97.8"}
    some = {k: v for k, v in (printed | told).items() if k in ("all_n", *told)}
    asked = Search(ledger(some))
    assert not asked.feasible(asked.rows)
    wide = Search(ledger({k: v for k, v in some.items() if k != "follow_up_p25"}))
    assert wide.feasible(wide.rows)


def test_without_time_left_a_count_may_be_anything():
    died = Expression("died")
    model = Model(Scope(ledger({"all_n": "280"}), [(died,)]), N)
    with within(0):
        assert model.extremes(model.count(died)) == range(N + 1)


def test_a_solver_that_had_no_time_to_search_proves_no_end(printed, monkeypatch):
    """It then names 0 as its bound, which is no bound on what is to be large."""
    model = Intervals(Kinds(Scope(ledger(printed)), N)).model
    died = model.count(Expression("died"))
    monkeypatch.setattr(solving, "WORK", 1e-9)
    assert model.extremes(died) == range(N + 1)
    with pytest.raises(UndecidedError):
        model.end(died, largest=True, seconds=1)


def test_a_conflict_among_many_patients_is_smallest_and_certified(printed):
    found = conflicts(ledger(printed | {"deaths_n": "3"}), seconds=20)
    assert found.certified
    assert set(found.claims) == {"deaths_n", "os_year_estimate", "os_year_conf_low"}


def test_a_model_too_large_for_memory_is_not_built(printed, monkeypatch):
    monkeypatch.setattr(structure, "MOST_SEATS", 1000)
    with pytest.raises(UndecidedError, match="280 patients have too many events"):
        Model(Scope(ledger(printed)), N)


def test_a_count_by_age_and_time_is_found_beside_a_printed_median_age():
    """Ages are counted in intervals, while each patient of the cohort has one age."""
    age = Variable("age", "Age", "integer", "18..90", "years", Expression(""), "")
    asked = (
        measure("all"),
        measure("old", where="age >= 65 and os <= 60"),
        measure("age", "quantity", where="age", unit="years", method="quantile-7"),
        measure("year", "survival", endpoint="OS", horizon="365", unit="%", method="log"),
    )
    printed = (claim("all", "n", "100"), claim("old", "n", "20"), claim("age", "median", "61"))
    columns = keyed((*COLUMNS[:2], age))
    asked = Search(Ledger(keyed(asked), keyed(printed), {}, columns))
    found = pd.DataFrame(asked.witness(asked.rows))
    assert ((found.age >= 65) & (found.os <= 60)).sum() == 20
    assert 60.5 <= found.age.median() <= 61.5


def test_nobody_has_no_survival_among_many_patients():
    """With no woman printed, women have no estimate; 0 of them are at risk."""
    woman = Variable("woman", "Woman", "flag", "", "", Expression(""), "")
    curve = measure("women_year", "survival", among="woman", endpoint="OS", horizon="365")
    year = measure("year", "survival", endpoint="OS", horizon="365", unit="%", method="log")
    about = keyed((measure("all"), measure("women", where="woman"), curve, year))
    printed = (claim("all", "n", "100"), claim("women", "n", "0"), claim("year", "estimate", "50"))
    asked = Bounds(Ledger(about, keyed(printed), {}, keyed((*COLUMNS[:2], woman))))

    with pytest.raises(UndefinedError, match="no consistent cohort defines it"):
        asked.survival(curve, 300)
    assert asked.at_risk(curve, 300).high == 0


def test_a_percentage_says_in_percent_how_near_to_its_ends_cohorts_were_found():
    """3 of 10 patients are 30%, where 2 to 4 are proved possible at most."""
    deaths = measure("deaths", where="died", method="wilson")
    columns, printed = keyed(COLUMNS[:2]), keyed([claim("all", "n", "10")])
    about = keyed((measure("all"), deaths))
    asked = Bounds(Ledger(about, printed, {}, columns), given_up=())
    few = Bound("", 2, 4, certified=False, reached=(3, 3))
    asked._counts[deaths.where, deaths.among] = few

    found = asked.statistic(deaths, "percent")
    assert (found.low, found.high, found.reached) == (20, 40, (30, 30))
    assert "20 to 40% (cohorts were found for 30 to 30)" in str(found)
