"""Ledgers whose numbers some cohort prints, although a careless reading calls them a conflict.

Each is the smallest that shows one kind; beside it, one that is a conflict.
"""

from dataclasses import replace

import pytest
from tiny_trials import FAMILIES, OS, claim, keyed, measure, rule, variable

from numbercheck.consistency import bounds, conflicts, reconstruct, risk_histories
from numbercheck.consistency.conflict_sets import find_conflicts
from numbercheck.consistency.search import Search
from numbercheck.consistency.sharp_bounds import Bounds
from numbercheck.consistency.solving import UndecidedError, within
from numbercheck.consistency.words import sentence
from numbercheck.ledger.expressions import Expression
from numbercheck.ledger.reading import read_ledger
from numbercheck.ledger.records import Ledger
from numbercheck.statistics.proportions import interval
from numbercheck.statistics.rounding import format_rounded
from numbercheck.statistics.survival import CONF_TYPES

ARM = variable("arm", "category", "A|B")
LONG = (variable("os", "integer", "1..2000", source="ADTTE.OS days"), OS[1])
ARMS = [("A", 'arm == "A"'), ("B", 'arm == "B"')]


def ledger(measures, told, columns=(ARM, *OS), **changed):
    families = keyed(replace(f, **changed.get(f.family, {})) for f in FAMILIES)
    return Ledger(
        keyed(measures), keyed(claim(*c) for c in told), families, keyed(columns), article={}
    )


def by_arm(**printed):
    """Ten patients, five in each arm, and each arm's survival on day 3."""
    sizes = [measure(f"n_{arm}", where=who) for arm, who in ARMS]
    curves = [
        measure(f"os_{arm}", "survival", "", who, endpoint="OS", horizon="3", family="curve")
        for arm, who in ARMS
    ]
    told = [("n_A", "n", "5"), ("n_B", "n", "5")]
    told += [(f"os_{arm}", "estimate", text) for arm, text in printed.items()]
    return ledger([*sizes, *curves], told)


def test_the_arms_of_a_trial_may_survive_differently():
    assert conflicts(by_arm(A="80", B="40")) is None


def test_an_arm_that_no_five_patients_can_print_is_a_conflict():
    """86% is 6 of 7 at least, and the arms together have 10 patients."""
    printed = by_arm(A="80", B="86")
    found = conflicts(printed)

    assert found.certified
    assert "os_B_estimate" in found.claims
    assert set(found.claims) & {"n_A_n", "n_B_n"}
    assert "among 10 patients, the sum of the printed groups" in sentence(printed, found)


def test_the_answer_to_printed_numbers_is_not_taken_for_that_to_changed_ones():
    printed = by_arm(A="80", B="40")
    search = Search(printed)
    changed = search.changed(printed.constrain({"os_B_estimate": "86"}))

    assert search.feasible(search.rows)
    assert not changed.feasible(changed.rows)
    assert changed.changed(printed).feasible(search.rows)


def test_a_cohort_of_all_columns_does_not_answer_for_some_of_them():
    """With ``both`` left out ``x`` and ``y`` are apart: three of ``y`` no longer answer."""
    columns = [variable(name, "flag") for name in "xy"]
    about = [measure(m, where=e) for m, e in [("all", ""), ("both", "x and y"), ("first", "y")]]
    told = [("all", "n", "5"), ("both", "n", "2"), ("first", "n", "3"), ("last", "n", "3")]
    printed = ledger([*about, measure("last", where="x")], told, columns)
    search = Search(printed)
    search.feasible(search.rows)
    apart = search.changed(printed.constrain({"first_n": "4"}, drop=["both_n"]))

    assert sum(apart.witness(apart.rows)["y"]) == 4


def test_the_size_of_the_whole_is_the_sum_of_a_partition():
    """No total is printed: 5 and 5 are 10, and 11 women and men are one too many."""
    sex = variable("sex", "category", "F|M")
    sexes = [("f", 'sex == "F"'), ("m", 'not sex == "F"')]
    about = [measure(name, where=who) for name, who in [*ARMS, *sexes]]
    told = [("A", "n", "5"), ("B", "n", "5"), ("f", "n", "4"), ("m", "n", "7")]
    columns = (ARM, sex)

    assert Search(ledger(about, told[:2], columns)).n == 10
    assert bounds(ledger(about, told[:3], columns), 'sex == "M"').low == 6
    found = conflicts(ledger(about, told, columns))
    assert set(found.claims) == {"A_n", "B_n", "f_n", "m_n"}
    assert found.certified


def test_a_curve_without_columns_of_its_own_says_nothing():
    """A ledger with a survival family and no variables of times."""
    about = [
        measure("all"),
        measure("pfs", "survival", endpoint="PFS", horizon="3", family="curve"),
    ]
    told = [("all", "n", "5"), ("pfs", "estimate", "93"), ("pfs", "n_event", "9")]

    assert conflicts(ledger(about, told)) is None
    assert bounds(ledger(about, told), 'arm == "A"').high == 5


def test_a_curve_of_those_who_have_a_time_says_nothing():
    """The model has no curve of responders alone, such as of the duration of response."""
    responders = [replace(v, evaluable=Expression('arm == "A"')) for v in OS]
    about = [measure("all"), measure("os", "survival", endpoint="OS", horizon="3", family="curve")]
    told = [("all", "n", "5"), ("os", "estimate", "33")]

    assert conflicts(ledger(about, told, (ARM, *responders))) is None


def test_a_ledger_that_prints_only_a_total_has_a_cohort():
    made = reconstruct(ledger([measure("all")], [("all", "n", "3")], ()))

    assert made.size == 3
    assert not made.columns


@pytest.mark.parametrize("conf_type", ["log-log", "logit", "arcsin"])
@pytest.mark.parametrize("statistic", ["conf_low", "conf_high"])
def test_a_limit_of_100_is_no_limit_of_a_curve_without_events(conf_type, statistic):
    """R gives NaN there, also where nobody has left before the horizon."""
    about = [measure("all"), measure("os", "survival", endpoint="OS", horizon="3", family="curve")]
    told = [("all", "n", "4"), ("os", "n_event", "0"), ("os", statistic, "100")]

    assert conflicts(ledger(about, told, curve={"method": conf_type})) is not None
    assert conflicts(ledger(about, told, curve={"method": "log"})) is None


@pytest.mark.parametrize(
    ("level", "sides", "method"),
    [("0.9", "", "wilson"), ("99", "", "clopper-pearson"), ("0.95", "lower", "wilson"),
     ("0.9", "upper", "clopper-pearson"), ("0.95", "", "jeffreys")],
)  # fmt: skip
def test_limits_are_those_of_the_level_sides_and_method_that_the_ledger_says(level, sides, method):
    about = measure("m", where="died", family="limits")
    about = replace(about, level=level, sides=sides, method=method)
    number = float(level) if float(level) < 1 else float(level) / 100
    low, high = (100 * x for x in interval(4, 9, method, number, sides or "two"))
    told = [("all", "n", "9"), ("m", "n", "4")]
    told += [("m", "conf_low", format_rounded(low, 1)), ("m", "conf_high", format_rounded(high, 1))]

    assert conflicts(ledger([measure("all"), about], told)) is None
    assert conflicts(ledger([measure("all"), replace(about, level="0.8")], told)) is not None


def test_a_preference_shapes_the_shown_cohort_and_constrains_nothing_else(tmp_path):
    """Nobody in arm A should have died; that as many died as there are patients forbids it."""
    for name, text in {
        "measures": "measure,label,kind,where,among,by,against,endpoint,horizon,family,unit\n"
        "all,,count,,,,,,,,\ndied,,count,died,,,,,,,\n",
        "claims": "claim,locus,measure,statistic,printed,verbal,position,note\n"
        "all_n,T,all,n,3,,,\ndied_n,T,died,n,2,,,\n",
        "variables": "variable,label,type,values,unit,evaluable,source\n"
        "arm,Arm,category,A|B,,,\ndied,Died,flag,,,,\n",
        "assumptions": "assumption,statement,expression,parameter,value,alternatives,switchable,use"
        '\nin_b,,"not died or arm == ""B""",,,,yes,shown\nnone,,not died,,,,yes,shown\n',
    }.items():
        (tmp_path / f"{name}.csv").write_text(text, encoding="utf-8")
    printed = read_ledger(tmp_path)
    made = reconstruct(printed)

    assert made.preferences == ("in_b",)
    assert made.given_up == ()
    assert all(
        a == "B" for a, d in zip(made.columns["arm"], made.columns["died"], strict=True) if d
    )
    assert bounds(printed, 'died and arm == "A"').high == 2


@pytest.mark.parametrize("sides", ["", "lower"])
@pytest.mark.parametrize("conf_type", CONF_TYPES)
def test_limits_of_a_curve_are_those_of_the_level_that_the_ledger_says(conf_type, sides):
    """One death among five, at 80% confidence; one-sided limits are two-sided ones of 60%."""
    from numbercheck.statistics.survival import kaplan_meier

    level = 0.6 if sides else 0.8
    row = kaplan_meier([1, 4, 4, 4, 4], [1, 0, 0, 0, 0], conf_type, level).iloc[0]
    about = measure("os", "survival", endpoint="OS", horizon="3", family="curve")
    about = replace(about, level="0.8", sides=sides)
    told = [("all", "n", "5"), ("os", "estimate", "80.0")]
    told += [("os", "conf_low", format_rounded(100 * row["lower"], 1))]
    printed = ledger([measure("all"), about], told, curve={"method": conf_type})

    assert conflicts(printed) is None


def test_a_number_at_risk_decides_which_history_an_estimate_has():
    """67% is one of three, or two of six; with four at risk on day 3 it cannot be the former."""
    curve = measure("os", "survival", endpoint="OS", horizon="3", family="curve")
    about, told = [measure("all"), curve], [("all", "n", "6"), ("os", "estimate", "67")]
    histories = [
        risk_histories(ledger(about, [*told, *more]), "os")
        for more in ([], [("os", "at_risk", "4")], [("os", "at_risk", "3")])
    ]

    assert histories == [[(6, 5), (3,)], [(6, 5)], [(6, 5), (3,)]]
    too_many = ledger(about, [*told, ("os", "n_event", "1"), ("os", "at_risk", "4")])
    found = conflicts(too_many)
    assert found.claims == ("os_at_risk", "os_estimate", "os_n_event")
    assert found.certified
    one_death = Bounds(too_many.constrain(drop=["os_at_risk"]), given_up=())
    assert one_death.statistic(curve, "at_risk").high == 3


def test_wald_limits_may_be_printed_beyond_0():
    about = replace(measure("m", where="died", family="limits"), method="wald")
    told = [
        ("all", "n", "12"),
        ("m", "n", "2"),
        ("m", "conf_low", "−4.4"),
        ("m", "conf_high", "37.8"),
    ]

    assert conflicts(ledger([measure("all"), about], told)) is None


@pytest.mark.parametrize("printed", ["NE", "not reached", "–"])
def test_what_was_not_reached_says_nothing(printed):
    curve = measure("os", "survival", endpoint="OS", horizon="3", family="curve")
    days = measure("days", "quantity", "os", family="order")
    told = [("all", "n", "5"), ("os", "conf_high", printed), ("days", "median", printed)]

    assert conflicts(ledger([measure("all"), curve, days], told)) is None


def test_survival_may_be_printed_as_a_fraction():
    about = measure("os", "survival", endpoint="OS", horizon="3", family="curve", unit="")
    told = [("all", "n", "5"), ("os", "estimate", "0.80"), ("os", "conf_low", "0.52")]

    assert conflicts(ledger([measure("all"), about], told)) is None


def test_matched_pairs_are_not_two_independent_groups():
    about = replace(
        measure("p", "comparison", "died", by='arm == "A"', family="test"), design="matched"
    )
    told = [("all", "n", "4"), ("p", "p_value", "0.0001")]

    assert conflicts(ledger([measure("all"), about], told)) is None


@pytest.mark.parametrize(
    ("by", "printed", "consistent"),
    [("arm", "0.0476", True), ("arm", "0.9", False), ("many", "0.9", True)],
)
def test_groups_may_be_the_codes_of_a_category(by, printed, consistent):
    """All five died in one arm and none of two in the other: Fisher gives 1/21."""
    columns = (ARM, variable("many", "category", "x|y|z"), *OS)
    about = [measure(name, where=who) for name, who in ARMS]
    about += [measure("died", where="died"), measure("d", where="died", among=ARMS[0][1])]
    about += [measure("p", "comparison", "died", by=by, family="test")]
    told = [("A", "n", "5"), ("B", "n", "2"), ("died", "n", "5"), ("d", "n", "5")]
    told += [("p", "p_value", printed)]
    found = conflicts(ledger(about, told, columns, test={"method": "fisher"}))

    assert (found is None) == consistent


@pytest.mark.parametrize(
    ("unit", "printed", "consistent"),
    [
        ("years", "2.0", True),
        ("weeks", "104.4", True),
        ("days", "731", True),
        ("months", "24.0", True),
        ("quarters", "8", True),
        ("days", "2.0", False),
    ],
)
def test_times_may_be_printed_in_other_units_than_days(unit, printed, consistent):
    """All were followed for 731 days; a unit that is not known says nothing."""
    days = variable("os", "integer", "1..900", source="ADTTE.OS days")
    about = [measure("all"), measure("fu", "quantity", "os", family="order", unit=unit)]
    exact = measure("exact", "quantity", "os", family="order", unit="days")
    told = [("all", "n", "3"), ("fu", "median", printed), ("exact", "min", "731")]
    told += [("exact", "max", "731")]
    found = conflicts(ledger([*about, exact], told, (days, OS[1])))

    assert (found is None) == consistent


def test_two_populations_have_summaries_of_one_column():
    """Ages 1 to 9 of three patients in one arm and two in the other."""
    columns = (ARM, variable("age", "integer", "1..9"))
    about = [measure("all"), measure("a", where=ARMS[0][1]), measure("age", "quantity", "age")]
    about += [measure("age_a", "quantity", "age", ARMS[0][1])]
    about = [replace(m, family="order") if m.kind == "quantity" else m for m in about]
    told = [("all", "n", "5"), ("a", "n", "3"), ("age", "median", "4"), ("age", "max", "8")]

    both = ledger(about, [*told, ("age_a", "median", "7"), ("age_a", "min", "2")], columns)
    assert reconstruct(both).given_up == ()
    found = conflicts(ledger(about, [*told, ("age_a", "min", "5")], columns))
    assert set(found.claims) == {"all_n", "a_n", "age_median", "age_a_min"} - {"all_n"}
    assert found.certified


def test_a_summary_may_be_of_those_who_lived_long_enough():
    """A landmark: the values of patients who are followed past day 2."""
    columns = (variable("k", "integer", "1..5"), *OS)
    about = [
        measure("all"),
        measure("os", "survival", endpoint="OS", horizon="3", family="curve"),
        measure("k", "quantity", "k", "os > 2", family="order"),
    ]
    told = [("all", "n", "4"), ("os", "n_event", "2"), ("k", "median", "3"), ("k", "max", "4")]

    assert reconstruct(ledger(about, told, columns)).given_up == ()


@pytest.mark.parametrize("where", ["arm", "", "died and os > 1"])
def test_a_summary_of_what_is_no_number_says_nothing(where):
    told = [("all", "n", "4"), ("k", "median", "3"), ("k", "min", "2")]
    about = [measure("all"), measure("k", "quantity", where, family="order")]

    assert conflicts(ledger(about, told)) is None


def test_quartiles_by_a_rule_that_is_not_known_say_nothing():
    """1, 2, 3 and 9 have the lower quartile 1.75, 1.25 or 1.5."""
    about = [measure("all"), measure("k", "quantity", "k")]
    told = [("all", "n", "4"), ("k", "p25", "1.25"), ("k", "min", "1"), ("k", "max", "3")]
    columns = (variable("k", "integer", "1..3"),)
    by_seven = replace(about[1], family="order")

    assert conflicts(ledger(about, told, columns)) is None
    told[1] = ("k", "p25", "1.1")
    assert conflicts(ledger([about[0], by_seven], told, columns)) is not None


def test_fewer_than_no_patients_are_a_finding_of_their_own_before_any_other():
    about = [
        measure("all"),
        measure("died", where="died", family="limits"),
        measure("a", where=ARMS[0][1]),
    ]
    told = [("all", "n", "4"), ("died", "percent", "33"), ("a", "n", "-5")]
    found = [*find_conflicts(ledger(about, told))]

    assert [conflict.claims for conflict in found] == [("a_n",), ("died_percent",)]
    assert all(conflict.certified for conflict in found)


def test_no_question_outlasts_the_time_that_the_command_was_given():
    """Each has its own limit as well, so the sum of many could be as long as one likes."""
    many = [variable(f"g{i}", "grade", "0|1|3") for i in range(4)]
    about = [measure("all"), *(measure(v.variable, where=f"{v.variable} >= 1") for v in many)]
    told = [("all", "n", "30"), *((v.variable, "n", "9") for v in many)]
    printed = ledger(about, told, many)

    with within(0), pytest.raises(UndecidedError, match="in the time that the command was given"):
        bounds(printed, "g0 >= 3")
    assert bounds(printed, "g0 >= 3").high == 9


def test_a_survival_at_a_rounding_tie_may_be_printed_either_way():
    """Eight patients, five events, nobody censored: 0.375, which R prints as 37% or 38%."""
    about = [
        measure("all"),
        measure("os", "survival", "", endpoint="OS", horizon="3", family="curve"),
    ]
    told = [("all", "n", "8"), ("os", "n_event", "5"), ("os", "estimate", "37")]

    assert conflicts(ledger(about, told, OS)) is None
    assert conflicts(ledger(about, [*told[:2], ("os", "estimate", "36")], OS))


def test_numbers_averaged_among_patients_followed_for_some_days_are_told_apart():
    """Scores 2 and 3, both followed to day 2: the lower quartile is 2, and one has just 2."""
    score = variable("score", "integer", "1..3")
    about = [
        measure("all"),
        measure("curve", "survival", "", endpoint="OS", horizon="3", family="curve"),
        measure("two", where="score <= 2 and (died or score == 2)"),
        measure("late", "quantity", "score", "died or os >= 2", method="quantile-2"),
    ]
    told = [("all", "n", "2"), ("two", "n", "1"), ("late", "p25", "2")]

    assert conflicts(ledger(about, told, (score, *OS))) is None
    told[1:] = [("two", "n", "2"), ("late", "min", "3")]
    assert conflicts(ledger(about, told, (score, *OS)))


def test_a_limit_at_a_rounding_tie_may_be_printed_either_way():
    """The upper limit of none of one patient is 97.5% by Clopper and Pearson."""
    about = [measure("all"), measure("died", where="died", method="clopper-pearson")]
    for printed, is_conflict in (("97", False), ("98", False), ("96", True)):
        told = [("all", "n", "1"), ("died", "conf_high", printed)]
        assert bool(conflicts(ledger(about, told))) is is_conflict


@pytest.mark.parametrize("who", ["age >= 60", "59 < age <= 70", "age in [60, 61]"])
def test_a_curve_may_be_of_the_older_though_nothing_else_reads_the_age(who):
    """Few events of few patients are possible, however the ages are cut."""
    about = [measure("all"), measure("os", "survival", "", who, endpoint="OS", horizon="3")]
    columns = [variable("age", "integer", "18..90"), *LONG]

    assert conflicts(ledger(about, [("all", "n", "4"), ("os", "estimate", "50")], columns)) is None


def test_a_bound_on_a_number_of_patients_is_no_size_of_the_cohort():
    """More than 3 are 4; more than 4 are not, and the size has no part in that."""
    told = [("all", "n", "4"), ("died", "n", "4"), ("died", "N", ">3"), ("died", "N", "<5", "_2")]
    about = [measure("all"), measure("died", where="died")]

    assert conflicts(ledger(about, told)) is None
    found = conflicts(ledger(about, [*told, ("died", "n", ">4", "_2")]))
    assert found.certified
    assert found.claims == ("died_n_2",)


@pytest.mark.parametrize("who", ['arm == "A"', 'arm != "A"', 'not arm in ["A", "B"] or died'])
def test_a_category_may_be_missing_beside_a_curve(who):
    """Who was not randomized is in neither arm."""
    columns = [variable("arm", "category", "A|B", "a"), variable("a", "flag"), *LONG]
    about = [measure("all"), measure("os", "survival", "", who, endpoint="OS", horizon="3")]

    assert conflicts(ledger(about, [("all", "n", "4"), ("os", "estimate", "50")], columns)) is None


def test_a_category_may_be_missing_of_everybody_beside_a_curve():
    """Of many patients, where nobody whom a rule leaves has one."""
    columns = [variable("arm", "category", "A|B", "a"), variable("a", "flag"), *LONG]
    about = [measure("all"), measure("b", "count", 'arm != "A"')]
    about += [measure("os", "survival", "", 'arm != "B"', endpoint="OS", horizon="3")]
    none = rule("none", 'not (arm in ["A", "B"])')
    told = [("all", "n", "300"), ("b", "n", "0"), ("os", "at_risk", "0")]
    asked = replace(ledger(about, told, columns), assumptions=keyed([none]))

    assert conflicts(asked) is None


@pytest.mark.parametrize("told", ["1.1", "1.2"])
def test_an_average_in_months_at_a_tie_may_be_printed_either_way(told):
    """Days 34 and 35 average to 1.15 months of 30, which is a little less in binary."""
    about = [measure("all"), measure("t", "quantity", "t", family="order", unit="months")]
    columns = [variable("t", "integer", "1..90", source="ADTTE.T days")]
    printed = [("all", "n", "2"), ("t", "min", "1.13"), ("t", "max", "1.17"), ("t", "median", told)]
    month = rule("month", "", "no")
    month = replace(month, parameter="days_per_month", value="30")
    asked = replace(ledger(about, printed, columns), assumptions=keyed([month]))

    assert conflicts(asked) is None


@pytest.mark.parametrize(("by", "printed"), [("arm", "0.08"), ('arm == "A"', "0.08")])
def test_groups_may_be_compared_by_how_long_patients_were_followed(by, printed):
    """One patient in A past day 99 and two in B before it: chi-squared 3, P = 0.083."""
    about = [
        measure("all"),
        measure("late", "comparison", "os >= 99", by=by, family="test"),
        measure("os", "survival", endpoint="OS", horizon="342", family="curve"),
    ]
    told = [("all", "n", "3"), ("late", "p_value", printed), ("os", "estimate", "33")]

    assert conflicts(ledger(about, told, (ARM, *LONG))) is None
    assert conflicts(ledger(about, [told[0], ("late", "p_value", "0.07"), told[2]], (ARM, *LONG)))
