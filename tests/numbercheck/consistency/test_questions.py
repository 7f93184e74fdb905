"""Standard questions of tiny trials against all their cohorts, and the answers of this ledger."""

from collections import defaultdict
from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
from tiny_trials import OS, PFS, SHORT, Tiny, claim, draw, keyed, measure, rule, variable

from companion.project import ROOT
from numbercheck.consistency import bounds, conflicts, scope
from numbercheck.consistency.event_types import event_types, kinds
from numbercheck.consistency.histories import infer
from numbercheck.consistency.questions import asked_of
from numbercheck.consistency.sharp_bounds import Bounds
from numbercheck.ledger.expressions import Expression
from numbercheck.ledger.reading import read_ledger
from numbercheck.ledger.records import Ledger
from numbercheck.ledger.rows import Family, Unprinted
from numbercheck.statistics.risk_sets import CONF_TYPES, at_risk_sequences, km_limits
from numbercheck.statistics.rounding import Printed

SEEDS = range(4)
UNCOUNTED = (6, 35, 44, 58)  # with some cohorts in which a death is not counted


@pytest.fixture(scope="module")
def ledger():
    return read_ledger(ROOT / "data" / "published")


def curves(tiny):
    return [m for m in tiny.ledger.measures.values() if m.kind == "survival"]


def ends(values):
    return pytest.approx((values.min(), values.max()))


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("scheme", ["times", "endpoints", "unrelated endpoints"])
def test_every_curve_and_risk_set_has_the_ends_that_all_cohorts_have(seed, scheme):
    """Days are asked from the ends inward, so that equal neighbors settle those between."""
    tiny = draw(seed, scheme.split()[-1])
    if scheme.startswith("unrelated"):
        tiny = replace(tiny, ledger=replace(tiny.ledger, assumptions={}))
    asked, lawful = Bounds(tiny.ledger, given_up=()), tiny.consistent(tiny.satisfied)
    for about in curves(tiny):
        for day in (int(float(about.horizon)), 1, 2):
            on = tiny.survival_on(about, day)[lawful]
            bound, risk = asked.survival(about, day), asked.at_risk(about, day)
            assert (bound.low, bound.high) == ends(on)
            assert (risk.low, risk.high) == ends(tiny.survival_on(about, day, "at_risk")[lawful])
            assert bound.certified
            assert risk.certified


@pytest.mark.parametrize("overall", [True, False], ids=["with OS", "OS only in assumptions"])
def test_who_has_no_event_leaves_early_only_where_no_assumption_says_otherwise(overall):
    """One event in two patients leaves nobody just when the other was gone before it."""
    about = [
        measure("all"),
        measure("fu", "quantity", "os", family="order"),
        measure("os", "survival", endpoint="OS", horizon="3", family="curve"),
        measure("pfs", "survival", endpoint="PFS", horizon="3", family="curve"),
    ]
    told = [
        ("all", "n", "2"),
        ("fu", "min", "3"),
        ("pfs", "n_event", "1"),
        ("pfs", "estimate", "0"),
    ]
    ledger = draw(0, "endpoints").ledger
    about = [m for m in about if overall or m.measure != "os"]
    ledger = replace(ledger, measures=keyed(about), claims=keyed(claim(*c) for c in told))
    free = {name: rule for name, rule in ledger.assumptions.items() if name != "followed"}

    assert conflicts(replace(ledger, assumptions=free)) is None
    assert "followed" in conflicts(ledger).assumptions


K, L = variable("k", "integer", "1..4"), variable("l", "integer", "1..5", evaluable="a")
RESPONSES = (
    *SHORT,
    variable("a", "flag"),
    variable("t", "integer", "1..3", evaluable="a", source="ADTTE.TTCR days"),
)
CATEGORIES = (*RESPONSES, variable("c", "category", "x|y|z"))
NUMBERS = (variable("a", "flag"), K, L)


@pytest.mark.parametrize(
    ("columns", "rules", "asked"),
    [
        (NUMBERS, ["k <= l"], "k == 2 and l > 3"),
        (NUMBERS, ["not a or k < l"], "k >= 3 and l <= 4"),
        ((*SHORT, *PFS), ["not died or failed", "failed or pfs == os"], "pfs < os"),
        ((*SHORT, *PFS), ["failed or os == pfs"], "failed and pfs <= 2"),
        ((*SHORT, *PFS), ["pfs <= os", "1 < pfs <= 2 or died"], "1 < os <= 2 and not died"),
        ((*SHORT, *PFS), ["pfs <= os", "(pfs < 2) == died"], "os in [1, 3] and died"),
        (
            (*SHORT, *PFS),
            ["failed != (pfs >= 2)", "pfs <= os"],
            "pfs not in [2] and died != failed",
        ),
        (RESPONSES, ["not died or os > t", "os <= 2 or a"], "t <= os and died"),
        (RESPONSES, ["died == (t < 2)", "t <= os"], "not (t > 1) and os == 3"),
        (RESPONSES, ["t == 2 or os != t"], "a and os in [2, 3]"),
        (CATEGORIES, ["t <= os", '(t <= 2) == (c != "x")'], "t <= 2 and died"),
        (CATEGORIES, ["t <= os", '(os <= 2) != (c == "x") or died'], 'c == "y" and os > 2'),
    ],
)
def test_columns_compared_with_each_other_have_the_ends_that_all_cohorts_have(
    columns, rules, asked
):
    """Also times, where no claim is about a curve."""
    told = {"claims": keyed([claim("all", "n", "2")]), "measures": keyed([measure("all")])}
    stated = keyed(rule(f"rule_{i}", text) for i, text in enumerate(rules))
    ledger = replace(draw(0).ledger, variables=keyed(columns), assumptions=stated, **told)
    tiny = Tiny("", ledger, 2)

    found = bounds(ledger, asked)

    counts = tiny.count(Expression(asked))[tiny.consistent(tiny.satisfied)]
    assert (found.low, found.high) == ends(counts)


@pytest.mark.parametrize("seed", UNCOUNTED)
@pytest.mark.parametrize("switchable", ["yes", "no"])
def test_how_many_deaths_an_endpoint_counts_has_the_ends_that_all_cohorts_have(seed, switchable):
    """Where that deaths count is only assumed, the question sets it aside."""
    tiny = draw(seed, "endpoints")
    rules = tiny.ledger.assumptions
    rules = rules | {"death": replace(rules["death"], switchable=switchable)}
    trial = replace(tiny, ledger=replace(tiny.ledger, assumptions=rules))

    asked = Bounds(trial.ledger, given_up=())
    (found,) = event_types(asked, trial.ledger.measures["pfs_3"])

    kept = trial.satisfied.keys() - ({"death"} if switchable == "yes" else set())
    counted = trial.count(trial.ledger.selection("failed and died"))[trial.consistent(kept)]
    assert (found.low, found.high) == ends(counted)
    assert found.certified


def test_the_kinds_of_event_are_read_off_the_assumptions(ledger):
    """A death is an event by definition, a relapse because we assume so."""
    found = [(k.column, k.value, k.assumed) for k in kinds(ledger, "pfs_event")]

    types = [v for v in ledger.variables["relapse"].domain if v != "none"]
    assert found == [("os_event", True, False), *(("relapse", kind, True) for kind in types)]
    assert kinds(ledger, "os_event") == []


@pytest.mark.parametrize("conf_type", CONF_TYPES)
def test_limits_without_their_estimate_list_every_history_that_prints_them(conf_type):
    """The limits leave the estimate a narrow range, which no history with them lies outside."""
    whole = [h for k in range(5) for h in combinations(range(12, 0, -1), k)]
    limits = {h: km_limits(h, conf_type)[1:] for h in whole}
    for lower, upper in {(round(100 * a), round(100 * b)) for a, b in limits.values() if a == a}:
        low, high = Printed(str(lower)), Printed(str(upper))
        listed = at_risk_sequences(12, Printed(">=0"), low, high, conf_type, events=(0, 4))
        assert set(listed) == {
            h for h, (a, b) in limits.items() if low.admits(100 * a) and high.admits(100 * b)
        }


@pytest.mark.parametrize("most_counted", [0, scope.MOST_COUNTED])
def test_each_history_leaves_the_numbers_at_risk_of_its_cohorts(most_counted, monkeypatch):
    """Among five patients, two of them at risk on the last day, with every cohort listed."""
    monkeypatch.setattr(scope, "MOST_COUNTED", most_counted)
    about = [measure("all"), measure("os", "survival", endpoint="OS", horizon="3", family="curve")]
    claims = [claim("all", "n", "5"), claim("os", "estimate", ">=47"), claim("os", "at_risk", "2")]
    families = keyed([Family("curve", "log", "", "", "")])
    tiny = Tiny("", Ledger(keyed(about), keyed(claims), families, keyed(OS)), 5)
    month, none = tiny.ledger.days_per_month, Expression("")
    months = [f"{(day - 0.1) / month:.3f}" for day in (2, 3)]
    asked = Unprinted("at_risk", "", "os", "", none, none, "|".join(["0", *months, "1"]))
    tiny = replace(tiny, ledger=replace(tiny.ledger, bounds=(asked,)))

    by_history = defaultdict(list)
    at_risk = [tiny.survival_on(about[1], day, "at_risk") for day in (2, 3)]
    days, died = (np.array(tiny.profiles[name]) for name in ("os", "died"))
    for cohort in tiny.consistent(tiny.satisfied).nonzero()[0]:
        who = tiny.cohorts[cohort]
        history = []
        for day in (1, 2, 3):
            left, events = (days[who] >= day).sum(), (died & (days == day))[who].sum()
            history += range(left, left - events, -1)
        by_history[tuple(history)].append([of[cohort] for of in at_risk])
    (found,) = infer(tiny.ledger, ())

    assert len(by_history) > 5
    assert set(found.joint) == set(by_history)
    assert list(found.at_risk) == [f"{float(m):g}" for m in months]
    for place, history in enumerate(found.joint):
        listed = np.array(by_history[history])
        ranges = [found.at_risk[m][place] for m in found.at_risk]
        assert ranges == [
            (low, high) for low, high in zip(listed.min(0), listed.max(0), strict=True)
        ]


def test_a_question_without_an_answer_has_none_and_is_no_accident():
    """No test, no groups, no numbers: for each kind of measure what cannot be bounded."""
    ledger = draw(0, "times").ledger
    about = [
        measure("no_test", "comparison", "died", by="a"),
        measure("no_groups", "comparison", "died", family="test"),
        measure("no_method", where="a"),
        measure("no_number", "quantity", "a", family="order"),
        measure("no_curve", "survival", endpoint="PFS", horizon="3", family="curve"),
    ]
    ledger = replace(ledger, measures=ledger.measures | keyed(about))
    asked = Bounds(ledger, given_up=())
    rows = [("no_test", "p_value"), ("no_groups", "p_value"), ("no_method", "conf_low"),
            ("no_number", "median"), ("no_curve", "estimate")]  # fmt: skip

    assert [asked.statistic(ledger.measures[m], s) for m, s in rows] == [None] * len(rows)
    assert all(row.measure != "no_curve" for row in asked_of(asked))
