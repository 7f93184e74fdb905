"""Trials at the edges of the constraint model, against all their cohorts."""

from contextlib import suppress
from dataclasses import replace
from itertools import chain, product

import pytest
from tiny_trials import (
    ARM,
    FAMILIES,
    ORIGIN,
    OS,
    PFS,
    SHORT,
    A,
    K,
    Tiny,
    claim,
    keyed,
    measure,
    rule,
    variable,
)

from numbercheck.consistency import UndecidedError, conflicts, fourfold, reconstruct
from numbercheck.consistency.fourfold import first_events
from numbercheck.consistency.search import Search
from numbercheck.consistency.sharp_bounds import Bounds
from numbercheck.consistency.solving import UndefinedError
from numbercheck.consistency.tabulated import (
    Limits,
    parts,
    percent_ends,
    percent_or_limit,
    unprinted_ties,
)
from numbercheck.ledger.expressions import Expression
from numbercheck.ledger.records import Ledger, LedgerError
from numbercheck.statistics.contingency import METHODS as TESTS
from numbercheck.statistics.contingency import p_value
from numbercheck.statistics.proportions import METHODS as PROPORTIONS
from numbercheck.statistics.rounding import Printed


def curve(name, endpoint, horizon="3"):
    return measure(name, "survival", endpoint=endpoint, horizon=horizon, family="curve")


def trial(n, columns, measures, claims, rules=(), conf_type="log"):
    families = keyed(replace(f, method=conf_type) if f.family == "curve" else f for f in FAMILIES)
    told = keyed([claim("all", "n", str(n)), *(claim(*c) for c in claims)])
    ledger = Ledger(
        measures=keyed([measure("all"), *measures]),
        claims=told,
        families=families,
        variables=keyed(columns),
        article={},
        assumptions=keyed(rules),
    )
    return Tiny("", ledger, n)


def feasible(tiny):
    return Search(tiny.ledger).feasible([*tiny.ledger.claims, *tiny.ledger.assumptions])


def quantity(name, column, among=""):
    return measure(name, "quantity", column, among, family="order")


@pytest.mark.parametrize("column", ["os", "pfs", "k"])
def test_the_least_value_is_not_above_the_largest(column):
    """Of follow-up, of the times of a second endpoint, and of those who have a value."""
    about = [curve("c", "OS"), curve("d", "PFS"), quantity("os", "os"), quantity("q", column)]
    told = [("c", "n_event", "1"), ("d", "n_event", "1"), ("q", "min", "2")]

    for largest in (1, 2, 3):
        tiny = trial(3, (*OS, *PFS, A, K), about, [*told, ("q", "max", str(largest))], ORIGIN)
        assert feasible(tiny) == (largest >= 2)


BY_DAY_1 = [
    ([quantity("last", "pfs")], ("last", "max", "3"), ORIGIN, "PFS"),
    ([quantity("last", "os", "died")], ("last", "median", "3"), (), "OS"),
]


@pytest.mark.parametrize(
    ("measures", "late", "rules", "endpoint"), BY_DAY_1, ids=["column", "among"]
)
def test_the_times_that_are_summarized_are_those_of_the_curve(measures, late, rules, endpoint):
    """All have their event on the first day, so no summary of these days is later."""
    of_all = quantity("follow_up", "os")
    for printed, expected in ((late[2], False), ("1", True)):
        told = [("curve", "n_event", "2"), (*late[:2], printed)]
        about = [curve("curve", endpoint, "1"), of_all, *measures]
        tiny = trial(2, (*SHORT, *PFS) if rules else SHORT, about, told, rules)
        assert feasible(tiny) is expected
        assert tiny.consistent(tiny.satisfied).any() == expected


def test_rules_that_leave_nobody_are_a_conflict_and_no_accident():
    rules = (rule("all_died", "died"), rule("none_died", "not died"))
    found = conflicts(trial(3, OS, [curve("c", "OS")], [("c", "n_event", "1")], rules).ledger)

    assert found.certified
    assert set(found.assumptions) & {"all_died", "none_died"}


@pytest.mark.parametrize("n", [8, 16, 20])
@pytest.mark.parametrize("printed", ["0", "0.0", "<5"])
def test_a_curve_may_end_at_zero(n, printed):
    """Also where histories are too many to list."""
    told = [("c", "estimate", printed), ("c", "n_event", str(n))]

    assert conflicts(trial(n, OS, [curve("c", "OS")], told).ledger) is None


@pytest.mark.parametrize("conf_type", ["plain", "log", "log-log", "logit", "arcsin"])
def test_an_upper_limit_alone_is_no_conflict(conf_type):
    """Some curve of 15 patients has it. Of 21 there are too many to try all: undecided at most."""
    told = [("c", "conf_high", "68.7")]

    assert conflicts(trial(15, OS, [curve("c", "OS")], told, conf_type=conf_type).ledger) is None
    with suppress(UndecidedError):
        larger = trial(21, OS, [curve("c", "OS")], told, conf_type=conf_type)
        assert conflicts(larger.ledger, seconds=0.2) is None


@pytest.mark.parametrize("conf_type", ["plain", "log", "log-log", "logit", "arcsin"])
@pytest.mark.parametrize("printed", ["<0", "101", ">=101"])
def test_a_survival_that_cannot_be_contradicts_by_itself(printed, conf_type):
    told = [("c", "estimate", printed)]
    found = conflicts(trial(3, OS, [curve("c", "OS", "2")], told, conf_type=conf_type).ledger)

    assert found.certified
    assert "c_estimate" in found.claims


EVENT = variable("died", "flag", evaluable="a", source="ADTTE.OS event")
NO_VALUE = "measure c: some patients have no value of died"
LATE = "variable b, evaluable: must not read a curve's time"
LATER = variable("b", "flag", evaluable="os >= 2")


@pytest.mark.parametrize(
    ("columns", "name", "told", "must"),
    [
        ((A, OS[0], EVENT), "died", [("c", "n_event", "1"), ("m", "n", "1")], NO_VALUE),
        ((A, OS[0], EVENT), "died", [], NO_VALUE),
        ((*OS, LATER), "b", [("c", "n_event", "1"), ("m", "n", "1")], LATE),
    ],
    ids=["event", "event of which nothing is printed", "time"],
)
def test_who_is_evaluable_may_not_hang_on_a_curve(columns, name, told, must):
    """The model has neither events that are missing nor tables of times."""
    ledger = trial(2, columns, [curve("c", "OS"), measure("m", where=name)], told).ledger

    with pytest.raises(LedgerError, match=must):
        Bounds(ledger, given_up=()).survival(ledger.measures["c"], 3)


@pytest.mark.parametrize("printed", ["0%", "37.5%", "33%", "8.33%", "100%", "<5%", "150%"])
def test_every_count_that_prints_a_percentage_is_allowed(printed):
    """Of a size that is known a span of counts; of any size the ends of the share, tie by tie."""
    value = Printed(printed)
    pairs = [(k, n) for n in range(1, 61) for k in range(n + 1) if value.admits_percent(k, n)]
    (least, most), ties = percent_ends(value), unprinted_ties(value, 60)

    known = [(k, n) for n in range(61) for k in parts(value, "percent", Limits("wilson"), n)]
    between = ((k, n) for n in range(1, 61) for k in range(n + 1) if least * n <= k <= most * n)
    assert known == pairs == [pair for pair in between if pair not in ties]


@pytest.mark.parametrize("printed", ["0", "12", "99.9", ">90", "<=50"])
@pytest.mark.parametrize("method", PROPORTIONS)
def test_every_count_that_prints_a_limit_is_in_one_span(method, printed):
    value, limits = Printed(printed), Limits(method)

    for name, n in product(("conf_low", "conf_high"), (1, 7, 40)):
        every = (k for k in range(n + 1) if value.admits(percent_or_limit(k, n, name, limits)))
        assert [*parts(value, name, limits, n)] == [*every]


@pytest.mark.parametrize("method", [m for m in TESTS if m not in ("barnard", "boschloo")])
@pytest.mark.parametrize("printed", ["<0.05", ">=0.5", "0.03", "0.5", "1.0"])
def test_every_table_that_prints_a_p_value_is_in_one_of_two_spans(method, printed):
    """Also tables with an empty margin, or without discordant pairs, which have no P value.

    A P value at a tie, such as 0.55, may be printed either way, as a cohort's is.
    """
    value = Printed(printed)

    sizes = ((m, k, e) for m, k in product(range(8), (0, 3, 8)) for e in range(m + k + 1))
    for first, second, events in sizes:
        tables = {
            a: [[a, first - a], [events - a, second - events + a]]
            for a in range(max(0, events - second), min(first, events) + 1)
            if first + second
        }
        fits = [a for a, t in tables.items() if value.admits_computed(p_value(t, method))]
        assert [*chain(*first_events(value, method, (first, second, events)))] == fits


@pytest.mark.parametrize(("printed", "consistent"), [("0.10", True), ("0.11", False)])
@pytest.mark.parametrize("most", [0, 10**6])
def test_a_p_value_of_open_margins_is_listed_or_learned(monkeypatch, printed, consistent, most):
    """Of five patients P is 0.10 for 2 of 2 against 0 of 3, and 0.11 for no table at all."""
    monkeypatch.setattr(fourfold, "MOST_TRIED", most)
    by = measure("p", "comparison", "a", by='arm == "x"', family="fisher")
    tiny = trial(5, (A, ARM), [by], [("p", "p_value", printed)])
    exact = replace(FAMILIES[0], family="fisher", method="fisher")
    families = {**tiny.ledger.families, "fisher": exact}

    assert feasible(replace(tiny, ledger=replace(tiny.ledger, families=families))) == consistent


@pytest.mark.parametrize(("number", "consistent"), [("0", False), ("1", True)])
def test_nobody_has_no_p_value(number, consistent):
    """Fisher's test has P = 1 for a table with an empty margin, and none for an empty table."""
    measures = [
        measure("a", where="a"),
        measure("p", "comparison", "died", "a", by="os >= 2", method="fisher"),
    ]
    tiny = trial(3, (*OS, A), measures, [("a", "n", number), ("p", "p_value", "1.00")])

    assert feasible(tiny) == consistent


def test_what_nobody_has_is_undefined_and_not_bounded():
    """Of a group without patients there is neither a curve nor a P value."""
    measures = [
        measure("a", where="a"),
        replace(curve("s", "OS"), among=Expression("a")),
        measure("p", "comparison", "died", "a", by="os >= 2", method="fisher"),
    ]
    tiny = trial(3, (*OS, A), measures, [("a", "n", "0")])
    asked = Bounds(tiny.ledger, given_up=())

    assert asked.p_value(tiny.ledger.measures["p"]) is None
    with pytest.raises(UndefinedError, match="OS among a survival on day 2: no consistent"):
        asked.survival(tiny.ledger.measures["s"], 2)


@pytest.mark.parametrize("printed", [">2", ">=2.5", "<2", "<=3", ">4", "<1"])
@pytest.mark.parametrize("column", ["os", "k"])
def test_an_average_may_be_printed_as_a_bound(printed, column):
    """Half of four patients were followed for more than 24 months, say."""
    days = variable("k", "integer", "1..4")
    told = [("middle", "median", printed)]
    tiny = trial(4, (*OS,) if column == "os" else (days,), [quantity("middle", column)], told)
    lawful = tiny.consistent(tiny.satisfied)

    assert feasible(tiny) == lawful.any()
    if lawful.any():
        counts = tiny.count(Expression(f"{column} >= 3"))[lawful]
        found = Bounds(tiny.ledger, given_up=()).count(Expression(f"{column} >= 3"))
        assert (found.low, found.high) == (counts.min(), counts.max())


@pytest.mark.parametrize("printed", ["1", "2.5", "4"])
def test_an_average_may_be_of_those_of_a_group_who_have_a_value(printed):
    """Neither the group nor who has a value says anything of the other."""
    days = variable("k", "integer", "1..3", evaluable="a")
    group = variable("arm", "category", "x|y")
    told = [("middle", "median", printed), ("x", "n", "2")]
    measures = [quantity("middle", "k", 'arm == "x"'), measure("x", where='arm == "x"')]
    tiny = trial(3, (A, group, days), measures, told)
    lawful = tiny.consistent(tiny.satisfied)

    assert feasible(tiny) == lawful.any()
    if lawful.any():
        counts = tiny.count(Expression("a"))[lawful]
        found = Bounds(tiny.ledger, given_up=()).count(Expression("a"))
        assert (found.low, found.high) == (counts.min(), counts.max())


def test_an_average_of_a_group_is_bounded_though_nothing_printed_reads_it():
    """Who has a value is read together with who is in the group."""
    columns = [variable("g", "flag"), variable("m", "flag"), variable("x", "integer", "1..3", "m")]
    of_group = measure("x_g", "quantity", "x", among="g")
    asked = trial(2, columns, [measure("g", "count", "g"), measure("m", "count", "m"), of_group],
                  [("g", "n", "1"), ("m", "n", "2")])  # fmt: skip
    bound = Bounds(asked.ledger).statistic(of_group, "min")

    assert (bound.low, bound.high) == (1, 3)


@pytest.mark.parametrize("values", ["0|1|4", "4|0|1"])
@pytest.mark.parametrize("told", [("p75", "2"), ("p75", "1.5"), ("max", "4"), ("median", "0.5")])
@pytest.mark.parametrize("days", [(), SHORT], ids=["", "among those with a time"])
def test_a_value_that_a_column_does_not_list_is_nobodys(values, told, days):
    """Nobody has a grade between two that are listed, in whichever order they are."""
    graded = measure("m", where="g >= 1")
    late = quantity("late", "os", "g >= 0"), ("late", "max", "3")
    about, printed = ([late[0]], [late[1]]) if days else ([], [])
    tiny = trial(3, (variable("g", "grade", values), *days), [quantity("q", "g"), graded, *about],
                 [("q", *told), ("m", "n", "1"), *printed])  # fmt: skip
    lawful = tiny.consistent(tiny.satisfied)

    assert feasible(tiny) == lawful.any() == (told[1] in ("2", "4"))


@pytest.mark.parametrize("column", ["g", "os"])
def test_what_is_open_is_bounded_and_drawn_among_listed_values(column):
    """Three patients, one of them above the least value; visits are days far apart."""
    listed = (
        variable("g", "grade", "1|2|6"),
        replace(SHORT[0], type="grade", values="1|2|6"),
        SHORT[1],
    )
    about = [quantity("q", column), measure("m", where=f"{column} >= 2"), curve("c", "OS", "2")]
    tiny = trial(3, listed, about, [("m", "n", "1"), ("c", "n_event", "0")])
    lawful = tiny.consistent(tiny.satisfied)
    found = Bounds(tiny.ledger, given_up=()).statistic(about[0], "p75")

    assert lawful.any()
    assert (found.low, found.high, found.certified) == (1.5, 3.5, True)
    for seed in range(5):
        assert {*reconstruct(tiny.ledger, seed).columns[column]} <= {1, 2, 6}


TOLD = [  # what two of three patients are, and of what as many as that may be
    ("k + 1 >= 4", "k >= 3", (2, 2)),
    ("-k < -2", "2 * k > 7", (0, 2)),
    ("k - j >= 1", "k > 2 * 1", (0, 3)),
    ("(k > 2) == a", "a", (0, 3)),
]


@pytest.mark.parametrize(("told", "asked", "ends"), TOLD)
def test_a_sum_takes_every_value_that_matters(told, asked, ends):
    whole = variable("k", "integer", "1..4"), variable("j", "integer", "1..3")
    tiny = trial(3, (*whole, A), [measure("m", where=told)], [("m", "n", "2")])
    found = Bounds(tiny.ledger, given_up=()).count(Expression(asked))

    assert conflicts(tiny.ledger) is None
    assert (found.low, found.high, found.certified) == (*ends, True)


def test_a_column_of_decimals_is_not_counted_by():
    """Between its least and its greatest value there are more than can be listed."""
    asked = Bounds(trial(3, (A, variable("w", "decimal", "0..3")), [], []).ledger, given_up=())

    with pytest.raises(LedgerError, match="w has decimals; select patients by a flag of its own"):
        asked.count(Expression("1 < w < 2"))


def test_days_with_decimals_are_not_modeled():
    """Events between the first and the last possible day are no contradiction."""
    os = replace(OS[0], type="decimal", values="0.5..9.5")
    told = [("c", "n_event", "1"), ("d", "n_event", "2")]
    tiny = trial(3, (os, OS[1]), [curve("c", "OS", "2"), curve("d", "OS", "5")], told)

    assert conflicts(tiny.ledger) is None


@pytest.mark.parametrize("label", ["weighted by propensity", "bootstrap", "Bayesian model"])
@pytest.mark.parametrize(
    ("about", "told"),
    [
        (curve("m", "OS", "2"), ("estimate", "62.4%")),
        (measure("m", where="a", family="limits"), ("conf_low", "1.2%")),
        (measure("m", "comparison", where="a", by="died", family="test"), ("p_value", "0.007")),
    ],
)
def test_what_is_said_to_be_adjusted_contradicts_nothing(label, about, told):
    """No three patients give these numbers, which is no contradiction where others do."""
    plain = trial(3, (*OS, A), [about], [("m", *told)])
    adjusted = trial(3, (*OS, A), [replace(about, label=label)], [("m", *told)])

    assert conflicts(plain.ledger) is not None
    assert conflicts(adjusted.ledger) is None
