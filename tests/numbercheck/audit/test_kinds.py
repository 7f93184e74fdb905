"""Each kind of number: a right set matches, a planted slip is found, and what is open stays so."""

import csv

import pytest
from places import TESTS
from sketch import Sketch

from numbercheck.audit import audit
from numbercheck.consistency.modeled import modeled

ARMS = {'arm == "A"': "a", 'arm == "B"': "b"}


def judged(sketch):
    return {v.claim: v for v in audit(sketch.ledger)}


def arms():
    s = Sketch()
    s.variable("arm", codes="A|B")
    s.variable("cured")
    return s


def counts(cells=((18, 30), (9, 30))):
    s = arms()
    for (among, name), (k, n) in zip(ARMS.items(), cells, strict=True):
        s.everyone(n, f"arm_{name}", among)
        s.count(f"cured_{name}", "cured", k, among=among)
    return s


def effect(s, statistic, printed, limits=(), p="", label="Cure by arm", **cells):
    """A comparison of the arms; verdicts by the statistic that is printed."""
    given = {"where": "cured", "by": 'arm == "A"', "label": label} | cells
    s.measure("by_arm", "comparison", **given)
    s.print("by_arm", statistic, printed)
    for name, limit in zip(("conf_low", "conf_high"), limits, strict=False):
        s.print("by_arm", name, limit)
    if p:
        s.print("by_arm", "p_value", p)
    return {c.removeprefix("by_arm_"): v for c, v in judged(s).items() if c.startswith("by_arm_")}


def test_nothing_that_r_prints_is_called_wrong():
    """Programs iterate, interpolate and correct: R at its defaults, rounded to two digits."""
    with (TESTS / "reference/printed_effects.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    wrong = []
    for row in rows:
        cells = [(int(row["k1"]), int(row["n1"])), (int(row["k2"]), int(row["n2"]))]
        limits = (row["conf_low"], row["conf_high"])
        found = effect(counts(cells), row["effect"], row["estimate"], limits, row["p_value"])
        wrong += [(row, v.reason) for v in found.values() if v.verdict == "mismatch"]
    assert len(rows) == 90
    assert not wrong


def told(found):
    return {name: (v.verdict, v.kind) for name, v in found.items()}


# effects of counts: 18 of 30 against 9 of 30, limits as R gives them (tests/reference/effects.csv)

RIGHT = [
    ("difference", "30%", ("6", "54"), "wald"),
    ("difference", "0.300", ("0.049", "0.504"), "newcombe"),
    ("difference", "0.300", ("0.027", "0.573"), "wald-cc"),
    ("odds_ratio", "3.50", ("1.2", "10.6"), "profile"),
    ("odds_ratio", "3.50", ("1.2", "10.2"), "woolf"),
    ("odds_ratio", "3.42", ("1.1", "12"), "fisher-exact"),
    ("odds_ratio", "3.40", ("1.18", "10.42"), "mid-p"),
    ("risk_ratio", "2.00", ("1.08", "3.72"), "katz"),
    ("risk_ratio", "2.00", ("1.11", "3.80"), "koopman"),
]


@pytest.mark.parametrize(("statistic", "printed", "limits", "method"), RIGHT)
def test_an_effect_and_its_limits_follow_from_the_counts(statistic, printed, limits, method):
    found = effect(counts(), statistic, printed, limits)

    assert {v.verdict for v in found.values()} == {"match"}
    assert found["conf_low"].method == method
    assert found["conf_low"].basis == "fitted"  # one interval cannot show its own method


@pytest.mark.parametrize(
    ("statistic", "printed", "limits"),
    [("odds_ratio", "0.04", ("0.00", "0.67")), ("risk_ratio", "0.05", ("0.00", "0.87"))],
)
def test_a_group_without_events_may_have_half_an_event(statistic, printed, limits):
    """By hand: 0.5 of 31 against 9.5 of 31."""
    found = effect(counts(((0, 30), (9, 30))), statistic, printed, limits)

    assert {v.verdict for v in found.values()} == {"match"}


def test_a_stated_method_makes_limits_evidence():
    found = effect(counts(), "odds_ratio", "3.50", ("1.2", "10.2"), method="woolf")

    assert {v.basis for v in found.values()} == {"arithmetic"}


@pytest.mark.parametrize(
    ("statistic", "printed", "limits", "wrong", "kind"),
    [
        ("difference", "33%", ("6", "54"), "difference", "difference-differs"),
        ("odds_ratio", "3.05", ("1.20", "10.20"), "odds_ratio", "odds-ratio-differs"),
        ("odds_ratio", "0.29", ("0.10", "0.83"), "odds_ratio", "groups-reversed"),
        ("odds_ratio", "3.50", ("1.20", "12.20"), "conf_high", "no-method-fits"),
        ("risk_ratio", "2.00", ("1.19", "3.36"), "conf_low", "other-level"),
        ("risk_ratio", "2.00", ("1.80", "3.72"), "conf_low", "no-method-fits"),
        ("odds_ratio", "3.50", ("4.20", "10.20"), "conf_low", "estimate-outside"),
    ],
)
def test_a_slip_in_an_effect_is_found(statistic, printed, limits, wrong, kind):
    found = effect(counts(), statistic, printed, limits)

    assert told(found)[wrong] == ("mismatch", kind)


@pytest.mark.parametrize(
    ("statistic", "printed", "limits"),
    [
        ("difference", "30.0%", ("5.1", "54.9")),  # Student's t of zeros and ones, SciPy
        ("difference", "30.0%", ("5.6", "54.4")),  # Wald's with n - 1
        ("difference", "30.0%", ("4.8", "55.2")),  # by the variance of the test, of 27 of 60
        ("risk_ratio", "2.00", ("0.76", "3.24")),  # symmetric, 2 x 1.96 x 0.316
        ("risk_ratio", "2.00", ("0.90", "4.45")),  # of two Poisson counts, exp(1.96 x 0.408)
        ("risk_ratio", "2.00", ("1.12", "3.58")),  # Miettinen's, 2^(1 -+ 1.96 / 2.335)
        ("odds_ratio", "3.50", ("1.22", "10.02")),  # the same
        ("odds_ratio", "3.50", ("1.21", "10.10")),  # by the test of Mantel and Haenszel
    ],
)
def test_limits_of_an_effect_may_be_those_of_a_rarer_method(statistic, printed, limits):
    """Left open, unless a method is stated."""
    stated_by = {"difference": "newcombe", "risk_ratio": "katz", "odds_ratio": "woolf"}
    found = effect(counts(), statistic, printed, limits)
    stated = effect(counts(), statistic, printed, limits, method=stated_by[statistic])

    assert [found[name].verdict for name in ("conf_low", "conf_high")] == ["unchecked"] * 2
    assert stated["conf_low"].verdict == "mismatch"


def test_limits_of_a_difference_may_be_computed_with_1_96():
    """By hand: 81.073 + 1.96 x 6.366 is 93.550; 1.959964 x 6.366 is a little less."""
    found = effect(counts(((33, 38), (3, 52))), "difference", "81.1%", ("68.6", "93.6"))

    assert told(found)["conf_high"] == ("unchecked", "possible-value")


def test_a_one_sided_limit_may_be_computed_with_1_645():
    """By hand: 14.7450 - 1.645 x 11.5387 is -4.2362; with 1.644854 it is -4.2345."""
    given = {"limits": ("-4.24",), "sides": "lower"}
    found = effect(counts(((7, 22), (7, 41))), "difference", "14.75%", **given)

    assert told(found)["conf_low"] == ("unchecked", "possible-value")


def test_a_limit_of_a_fraction_may_be_above_1():
    """By hand: 24 of 26 less 1 of 14, -+ 1.96 x 0.086, for Agresti and Caffo's 23/24 and 0/12."""
    found = effect(counts(((23, 24), (0, 12))), "difference", "0.96", ("0.68", "1.02"))

    assert {v.verdict for v in found.values()} == {"match"}


@pytest.mark.parametrize(
    "label", ["Adjusted odds ratio", "Stratified by center", "Firth regression"]
)
def test_an_adjusted_effect_is_not_compared_with_the_counts(label):
    found = effect(counts(), "odds_ratio", "2.71", ("0.98", "7.51"), "0.054", label=label)

    assert "mismatch" not in {v.verdict for v in found.values()}
    assert found["odds_ratio"].verdict != "match"


@pytest.mark.parametrize("label", ["Response, unadjusted", "Response (not adjusted)"])
def test_an_effect_that_is_said_to_be_unadjusted_is_compared(label):
    found = effect(counts(), "odds_ratio", "3.50", ("1.2", "10.2"), label=label)

    assert {v.verdict for v in found.values()} == {"match"}


def test_an_effect_without_counts_is_not_judged():
    found = effect(arms(), "odds_ratio", "2.71", ("0.98", "9.51"))

    assert {v.verdict for v in found.values()} <= {"unchecked", "given"}


# hazard ratios


def hazard(printed="0.65", limits=("0.45", "0.94"), p="", events="", **cells):
    s = arms()
    if events:
        s.measure("by_arm", "comparison")
    given = {"where": "", "endpoint": "OS", **cells}
    if events:
        s.print("by_arm", "n_event", events)
    return effect(s, "hazard_ratio", printed, limits, p, **given)


def test_limits_of_a_hazard_ratio_are_symmetric_on_the_log_scale():
    """0.65 / 0.45 is 1.444, and 0.65 x 1.444 is 0.939: with what is rounded, 0.91 to 0.96."""
    found = told(hazard(p="0.02", events="118"))

    assert found["conf_high"] == found["p_value"] == ("unchecked", "possible-value")
    assert told(hazard(p="<0.05"))["p_value"] == ("match", "p-value")
    assert told(hazard("0.650", ("0.450", "0.9")))["conf_high"] == ("match", "symmetric")
    assert found["conf_low"] == found["hazard_ratio"] == ("unchecked", "stands-alone")


@pytest.mark.parametrize(
    ("printed", "limits"),
    [
        ("0.92", ("0.27", "4.20")),  # few events: PMC5830087
        ("0.57", ("0.38", "0.91")),  # PMC4518214
        ("0.81", ("0.59", "1.01")),  # symmetric about the ratio itself: PMC3488187
    ],
)
def test_limits_that_a_likelihood_or_the_delta_method_gives_are_not_wrong(printed, limits):
    """Profile likelihood skews limits by up to z² / 3I, as a few published ones are."""
    assert told(hazard(printed, limits))["conf_high"] == ("unchecked", "not-determined")


def test_limits_per_unit_of_a_score_may_be_more_skewed():
    """Their skewness has no bound, unlike that of two groups: PMC5797014."""
    assert told(hazard("1.446", ("1.160", "1.852"), by=""))["conf_high"][0] == "unchecked"


@pytest.mark.parametrize(
    ("given", "wrong", "kind"),
    [
        ({"limits": ("0.45", "1.04")}, "conf_high", "limits-asymmetric"),
        ({"limits": ("0.45", "0.49")}, "conf_low", "estimate-outside"),
        ({"p": "0.20", "method": "log-rank"}, "p_value", "p-contradicts-limits"),
        ({"p": "0.30", "label": "OS, log-rank P"}, "p_value", "p-contradicts-limits"),
        ({"p": "0.05", "method": "cox"}, "p_value", "p-differs"),
        ({"events": "81"}, "conf_high", "too-narrow"),
        ({"printed": "−0.65"}, "hazard_ratio", "impossible-ratio"),
    ],
)
def test_a_slip_in_a_hazard_ratio_is_found(given, wrong, kind):
    """(log 0.94 - log 0.45) / 3.92 is 0.188; at least 4 / 0.188 ** 2, 113 events, give that."""
    assert told(hazard(**given))[wrong] == ("mismatch", kind)


def test_a_log_rank_test_finds_more_than_limits_of_few_events_show():
    """Simulated: 14 deaths of 15, the log-rank P 0.00021, and Wald's P of the Cox model 0.006."""
    given = {"method": "log-rank", "limits": ("2.4", "177.3")}

    assert hazard("20.5", p="0.0002", **given)["p_value"].verdict == "unchecked"
    assert hazard("20.5", p="0.6", **given)["p_value"].kind == "p-contradicts-limits"


def test_limits_of_a_risk_ratio_contradict_no_p_value():
    """By hand: 9 of 10 against 1 of 10, Katz's limits, and P of the chi-squared test."""
    given = {"where": "relapsed", "limits": ("1.39", "58.4"), "p": "0.0003"}

    found = effect(arms(), "risk_ratio", "9.0", **given)
    assert found["p_value"].verdict == "unchecked"


@pytest.mark.parametrize(
    ("given", "claim"),
    [
        ({"p": "0.04"}, "p_value"),  # the log-rank test can give it
        ({"p": "0.011"}, "p_value"),  # one-sided
        ({"p": "0.20"}, "p_value"),  # a weighted or a stratified test can give it
        ({"p": "0.0002", "method": "log-rank"}, "p_value"),  # with ties, as SAS treats them
        ({"limits": ("0.45", "1.04"), "label": "Adjusted, by profile likelihood"}, "conf_high"),
        ({"limits": ("0.45", "1.04"), "method": "profile"}, "conf_high"),
        ({"p": "0.20", "label": "Hazard ratio, Gehan's test"}, "p_value"),
        ({"p": "0.20", "label": "Stratified hazard ratio, unstratified log-rank test"}, "p_value"),
    ],
)
def test_what_another_model_can_give_stays_unchecked(given, claim):
    assert hazard(**given)[claim].verdict == "unchecked"


# more than two groups or categories; tests/reference/tables.csv: chi2 0.0235, g 0.0207


def table(printed, cells=((10, 20), (15, 15), (5, 25)), **given):
    s = Sketch()
    s.variable("arm", codes="A|B|C")
    s.variable("cured")
    for code, (k, rest) in zip("ABC", cells, strict=True):
        s.everyone(k + rest, f"arm_{code}", f'arm == "{code}"')
        s.count(f"cured_{code}", "cured", k, among=f'arm == "{code}"')
    s.measure("by_arm", "comparison", where="cured", by="arm", **given)
    slug = s.print("by_arm", "p_value", printed)
    return judged(s)[slug]


def test_three_groups_are_compared():
    assert (table("0.024").verdict, table("0.024").method) == ("match", "chi2")
    assert (table("0.74").verdict, table("0.74").kind) == ("mismatch", "no-test-fits")
    assert table("0.030").kind == "depends-on-test"  # merged groups, or an order of them


def test_an_exact_test_that_takes_too_long_is_not_replaced_by_another():
    """The three arms are too large for the named test; R's chisq.test has P = 0.0043."""
    cells = ((100, 2000), (120, 1980), (150, 1950))

    assert table("0.05", cells, method="fisher").kind == "not-expressible"
    assert table("0.008", cells).kind == "depends-on-test"


def categories(printed, skip="", codes=("0", "1", "2")):
    s = arms()
    s.variable("grade", codes="|".join(codes))
    for arm, row in zip("AB", ((3, 9, 4), (8, 5, 2)), strict=True):
        s.everyone(sum(row), f"arm_{arm}", f'arm == "{arm}"')
        for at, (code, k) in enumerate(zip(codes, row, strict=True)):
            if code != skip:
                s.count(f"g{at}_{arm}", f'grade == "{code}"', k, among=f'arm == "{arm}"')
    s.measure("by_arm", "comparison", where="grade", by="arm")
    slug = s.print("by_arm", "p_value", printed)
    return judged(s)[slug]


def test_categories_are_compared():
    """R: fisher.test(matrix(c(3, 9, 4, 8, 5, 2), 2, byrow = TRUE)) gives 0.1358."""
    assert (categories("0.136").verdict, categories("0.136").method) == ("match", "fisher")
    assert categories("0.58").verdict == "mismatch"
    assert categories("0.136", skip="1").kind == "not-expressible"


def test_a_category_that_is_unknown_may_be_left_out():
    """R: chisq.test(matrix(c(3, 9, 8, 5), 2, byrow = TRUE), correct = FALSE) gives 0.0660."""
    found = categories("0.066", codes=("low", "high", "unknown"))

    assert (found.verdict, found.kind) == ("unchecked", "possible-p")


# means: 54.2 ± 10.1 of 40 against 49.0 ± 9.5 of 38


def means(printed, sds=("10.1", "9.5"), sizes=(40, 38), are_all_measured=True, **given):
    s = arms()
    s.number("age", "18..90", "years", "decimal")
    rows = zip(ARMS.items(), ("54.2", "49.0"), sds, sizes, strict=True)
    for (among, name), mean, sd, n in rows:
        s.everyone(n, f"arm_{name}", among)
        s.measure(f"age_{name}", "quantity", where="age", among=among, unit="years")
        if are_all_measured:
            s.print(f"age_{name}", "N", n)
        s.print(f"age_{name}", "mean", mean)
        s.print(f"age_{name}", "sd", sd)
    s.measure("by_arm", "comparison", where="age", by='arm == "A"', **given)
    slugs = {name: s.print("by_arm", name, text) for name, text in printed.items()}
    found = judged(s)
    return {name: found[slug] for name, slug in slugs.items()}


def test_a_difference_of_means_follows_from_those_of_the_groups():
    """R: the pooled error is 2.223, t = 2.339 with 76 degrees of freedom, P = 0.0219."""
    printed = {"difference": "5.2", "conf_low": "0.8", "conf_high": "9.6", "p_value": "0.022"}
    found = means(printed)

    assert {v.kind for v in found.values()} == {"possible-value"}  # the means are rounded
    assert found["p_value"].method in ("student", "welch")
    assert told(means({"difference": "5"}))["difference"] == ("match", "difference")


def test_limits_of_a_difference_of_means_may_be_those_of_the_normal_distribution():
    """By hand: 5.2 -+ 1.96 x 5.27; Student's t with 12 degrees of freedom gives -6.4 to 16.8."""
    printed = {"difference": "5.2", "conf_low": "-5.1", "conf_high": "15.5"}
    found = means(printed, sizes=(8, 6))

    assert {v.kind for v in found.values()} == {"possible-value"}
    assert found["conf_low"].method == "wald"


@pytest.mark.parametrize("effect", ["odds_ratio", "risk_ratio", "hazard_ratio"])
def test_limits_of_a_ratio_for_a_year_of_age_are_none_of_a_difference_of_means(effect):
    """PMC3580425 prints an odds ratio of 0.98 (0.95 to 1.01) beside mean ages of 59.8 and 60.8."""
    found = means({effect: "0.98", "conf_low": "0.95", "conf_high": "1.01"})

    assert {v.kind for v in found.values()} <= {"limit-exists", "possible-value", "stands-alone"}


@pytest.mark.parametrize(
    ("printed", "given", "wrong", "kind"),
    [
        ({"difference": "5.9"}, {}, "difference", "difference-differs"),
        ({"difference": "-5.2"}, {}, "difference", "groups-reversed"),
        ({"difference": "5.2", "conf_low": "2.8", "conf_high": "9.6"}, {}, "conf_low", None),
        ({"p_value": "0.22"}, {"method": "student"}, "p_value", "p-value-differs"),
        ({"p_value": "0.022"}, {"sds": ("1.6", "1.5")}, "p_value", "se-for-sd"),
    ],
)
def test_a_slip_in_a_comparison_of_means_is_found(printed, given, wrong, kind):
    found = means(printed, **given)[wrong]

    assert found.verdict == "mismatch"
    assert found.kind == (kind or found.kind)


def test_a_test_of_ranks_is_not_judged_by_means():
    assert means({"p_value": "0.2"})["p_value"].kind == "depends-on-test"


@pytest.mark.parametrize(
    ("label", "verdict"),
    [
        ("Difference by analysis of covariance", "unchecked"),
        ("Difference of multiply imputed ages", "unchecked"),
        ("Difference in medians", "unchecked"),
        ("Difference, not adjusted for multiplicity", "mismatch"),
        ("Difference in those of mixed race", "mismatch"),
    ],
)
def test_a_difference_of_means_may_be_said_to_be_another(label, verdict):
    """54.2 less 49.0 is 5.2, not 4.1."""
    assert means({"difference": "4.1"}, label=label)["difference"].verdict == verdict


def test_paired_means_leave_the_correlation_open():
    found = means({"p_value": "0.03"}, design="paired")["p_value"]

    assert found.verdict == "unchecked"


def test_several_means_are_compared_by_analysis_of_variance():
    """R: oneway.test of such values; here anova([5, 6.2, 5.9], ...) as in its docstring."""
    s = Sketch()
    s.variable("arm", codes="A|B|C")
    s.number("score", "0..20", kind="decimal")
    rows = zip("ABC", ("5.00", "6.20", "5.90"), ("2.00", "2.40", "2.10"), (30, 30, 28), strict=True)
    for code, mean, sd, n in rows:
        s.measure(f"score_{code}", "quantity", where="score", among=f'arm == "{code}"')
        for name, text in (("mean", mean), ("sd", sd), ("N", n)):
            s.print(f"score_{code}", name, text)
    s.measure("by_arm", "comparison", where="score", by="arm", method="anova")
    right, wrong = s.print("by_arm", "p_value", "<0.1"), s.print("by_arm", "p_value", "0.9")
    found = judged(s)

    assert (found[right].verdict, found[right].method) == ("match", "anova")
    assert found[wrong].verdict == "mismatch"


# one mean


def mean(printed, n=20, kind="integer", values="1..7", unit="", are_all_measured=True, **more):
    s = Sketch()
    s.number("score", values, unit, kind)
    s.everyone(n)
    s.measure("score", "quantity", where="score", unit=unit)
    size = {"N": n} if are_all_measured else {}
    for name, text in (size | {"mean": printed} | more).items():
        s.print("score", name, text)
    found = judged(s)
    return {name: found[f"score_{name}"] for name in ("mean", *more)}


@pytest.mark.parametrize(
    ("printed", "given", "wrong", "kind"),
    [
        ("3.47", {}, "mean", "impossible-mean"),
        ("3.47", {"kind": "decimal"}, "mean", None),
        ("3.45", {}, "mean", None),
        ("7.45", {}, "mean", "out-of-order"),
        ("3.44", {"n": 18, "sd": "2.47"}, "sd", "impossible-sd"),  # Anaya's example of GRIMMER
        ("3.44", {"n": 18, "sd": "2.48"}, "sd", None),
        ("6.5", {"sd": "2.5", "kind": "decimal"}, "sd", "impossible-sd"),  # at most 1.69
        ("6.5", {"sd": "1.6", "kind": "decimal"}, "sd", None),
        ("6.5", {"sd": "1.6", "kind": "decimal", "median": "4.0"}, "sd", "impossible-sd"),
        ("3.4", {"median": "3.3"}, "median", "impossible-median"),
        ("3.4", {"median": "3.5"}, "median", None),
        ("0.0", {"values": "0..7", "n": 6}, "mean", None),  # everybody has 0
        ("1.4", {"values": "0..7", "n": 7, "median": "0"}, "median", None),
    ],
)
def test_a_mean_or_deviation_that_cannot_be_is_found(printed, given, wrong, kind):
    found = mean(printed, **given)[wrong]

    assert (found.kind if found.verdict == "mismatch" else None) == kind


@pytest.mark.parametrize(
    ("printed", "given", "wrong", "says"),
    [
        ("3.47", {}, "mean", "Those of 19 can"),  # 66 / 19
        ("3.44", {"n": 18, "sd": "2.49"}, "sd", None),  # nor can those of 16 or 9
        ("3.44", {"n": 18, "sd": "2.42"}, "sd", "Those of 16 can"),
        ("3.4", {"median": "3.3"}, "median", None),  # of whole numbers it is never so
        ("6.5", {"sd": "2.5", "kind": "decimal"}, "sd", None),
        ("3.5", {"kind": "decimal", "sd": "1.20", "se": "0.31"}, "se", "fewer patients"),
        ("3.5", {"kind": "decimal", "sd": "1.20", "se": "0.22"}, "se", None),  # of 30
        ("3.5", {"kind": "decimal", "sd": "1.2", "conf_low": "2.5"}, "conf_low", "fewer patients"),
    ],
)
def test_a_number_that_fewer_patients_would_give_is_not_called_wrong(printed, given, wrong, says):
    """The size of a population says not how many were measured; what none of them give is wrong."""
    found = mean(printed, are_all_measured=False, **given)[wrong]

    assert found.verdict == ("unchecked" if says else "mismatch")
    assert (says or "") in found.reason
    assert not says or found.kind == "depends-on-missing"


@pytest.mark.parametrize("own", [False, True])
def test_a_percentage_without_count_may_be_of_fewer_patients(own):
    """48% is none of 36, and 16 of 33; 33.6 to 66.4 are Wilson's limits of 16 of 32, also 50%."""
    s = Sketch()
    s.everyone(36)
    s.count("cured", "cured", percent="48%")
    if own:
        s.print("cured", "N", 36)
    s.count("improved", "improved", percent="50%", limits=("33.6", "66.4"))
    found = judged(s)
    kinds = found["cured_percent"].kind, found["improved_conf_low"].kind

    assert kinds[0] == ("rounding-slip" if own else "depends-on-missing")  # 17 of 36 is 47.2%
    assert kinds[1] == "depends-on-missing"
    assert ("16 of 33" in found["cured_percent"].reason) != own


def test_a_percentage_that_its_count_contradicts_names_the_patients_of_whom_it_would_be():
    """16 of 35 is 45.7%; 48% is 16 of 33, which the article would have to print."""
    s = Sketch()
    s.everyone(35)
    slug = s.count("cured", "cured", 16, "48%")
    found = judged(s)[slug]

    assert found.verdict == "mismatch"
    assert found.reason.endswith("It would be 16 of 33, if the others were not evaluable.")


@pytest.mark.parametrize("unknown", [None, 2])
def test_percentages_of_the_patients_who_are_known_are_not_called_wrong(unknown):
    """16, 12 and 5 are 48%, 36% and 15% of 33, their sum; beside 17 (53%) they are of no total."""
    s = Sketch()
    s.everyone(35)
    s.variable("ecog", codes="0|1|2|unknown")
    for code, k, percent in (("0", 16, "48%"), ("1", 12, "36%"), ("2", 5, "15%")):
        s.count(f"ecog{code}", f'ecog == "{code}"', k, percent)
    if unknown:
        s.count("unknown", 'ecog == "unknown"', unknown)
    kinds = {v.kind for c, v in judged(s).items() if c.endswith("percent")}
    s.count("ecog_worse", 'ecog != "0"', 17, "53%")

    assert kinds == {"depends-on-missing"}
    assert told(judged(s))["ecog0_percent"][0] == "mismatch"


@pytest.mark.parametrize(
    ("percents", "own", "p", "verdict"),
    [
        (("28%", "49%"), (), "0.046", "unchecked"),  # chi-square of 15 of 54 v 17 of 35
        ((None, None), (), "0.046", "unchecked"),
        (("28%", "49%"), (54, 36), "0.046", "mismatch"),  # everybody is said to be counted
        (("27.8%", "47.2%"), (), "0.046", "mismatch"),  # of 54 and of 36
        (("28%", "49%"), (), "0.12", "mismatch"),
    ],
)
def test_a_p_value_may_be_of_the_patients_who_are_known(percents, own, p, verdict):
    """R: of 15 of 54 v 17 of 36, chi-square gives 0.059 and Fisher's test 0.074."""
    s = counts(((54, 54), (36, 36)))
    for (among, name), k, percent, n in zip(
        ARMS.items(), (15, 17), percents, own or (None, None), strict=True
    ):
        s.count(f"marked_{name}", "marked", k, percent, among=among)
        if n:
            s.print(f"marked_{name}", "N", n)
    s.variable("marked")
    s.measure("by_arm", "comparison", where="marked", by="arm")
    slug = s.print("by_arm", "p_value", p)

    assert judged(s)[slug].verdict == verdict


def test_a_comparison_that_fewer_patients_would_give_is_not_called_wrong():
    """With fewer patients P is larger and the interval wider, and the difference stays."""
    limits = {"difference": "5.2", "conf_low": "0.2", "conf_high": "10.2"}
    found = means({"p_value": "0.04"} | limits, are_all_measured=False, method="student")

    assert found["p_value"].kind == found["conf_low"].kind == "depends-on-missing"
    found = means({"p_value": "0.002"}, are_all_measured=False, method="student")
    assert found["p_value"].kind == "p-value-differs"
    found = means({"difference": "5.9"}, are_all_measured=False)
    assert found["difference"].kind == "difference-differs"


def test_limits_of_a_mean_follow_from_its_deviation():
    """R: qt(0.975, 19) is 2.093; 2.093 x 1.2 / sqrt(20) is 0.562."""
    given = {"kind": "decimal", "sd": "1.20", "conf_low": "2.9", "conf_high": "4.1"}
    found = mean("3.50", **given)

    assert [found[n].verdict for n in ("conf_low", "conf_high")] == ["match", "match"]
    assert found["conf_low"].method == "student"


def test_a_limit_of_a_mean_may_be_one_sided():
    """R: qt(0.95, 19) is 1.729; 1.729 x 1.2 / sqrt(20) is 0.464."""
    s = Sketch()
    s.number("score", "1..7", kind="decimal")
    s.measure("score", "quantity", where="score", sides="lower")
    for name, text in {"N": 20, "mean": "3.50", "sd": "1.20", "conf_low": "3.0"}.items():
        s.print("score", name, text)

    assert judged(s)["score_conf_low"].verdict == "match"


@pytest.mark.parametrize(
    ("more", "wrong", "kind"),
    [
        ({"sd": "1.20", "se": "0.72"}, "se", "se-differs"),
        ({"sd": "1.20", "half_width": "0.65"}, "half_width", "half-width-differs"),
        ({"sd": "0.27", "conf_low": "2.94", "conf_high": "4.06"}, "conf_low", "se-for-sd"),
        ({"sd": "1.20", "conf_low": "2.49", "conf_high": "4.06"}, "conf_low", "no-method-fits"),
    ],
)
def test_a_slip_in_the_spread_of_a_mean_is_found(more, wrong, kind):
    found = mean("3.50", kind="decimal", **more)

    assert told(found)[wrong] == ("mismatch", kind)


def test_a_mean_without_its_size_is_not_judged():
    s = Sketch()
    s.number("score", "1..7")
    s.measure("score", "quantity", where="score")
    for name, text in {"mean": "3.47", "sd": "1.2", "conf_low": "2.9", "conf_high": "4.0"}.items():
        s.print("score", name, text)

    assert {v.verdict for v in judged(s).values()} == {"unchecked"}


# a percentage with ±, a rate, an incidence, a median of a curve


def test_the_spread_of_a_percentage_follows_from_its_count():
    """20 of 50: the error is sqrt(0.4 x 0.6 / 50), 6.93%, and its half-width 13.58%."""
    s = Sketch()
    s.everyone(50)
    s.count("cured", "cured", 20, "40%")
    right, half = s.print("cured", "se", "6.9"), s.print("cured", "half_width", "13.6")
    wrong = s.print("cured", "se", "13.6", "Abstract")
    found = judged(s)

    assert found[right].verdict == found[half].verdict == "match"
    assert (found[wrong].verdict, found[wrong].kind) == ("mismatch", "se-for-half-width")


def rate(limits=("1.8", "6.2"), printed="3.5", events=12, time="340", **cells):
    s = Sketch()
    given = {"endpoint": "stroke", "unit": "per 100 patient-years"} | cells
    s.measure("stroke", "rate", **given)
    given = {"n_event": events, "person_time": time, "rate": printed}
    for name, text in given.items():
        s.print("stroke", name, text)
    for name, text in zip(("conf_low", "conf_high"), limits, strict=False):
        if text:
            s.print("stroke", name, text)
    return {c.removeprefix("stroke_"): v for c, v in judged(s).items()}


def test_a_rate_and_its_limits_follow_from_events_and_time():
    """R: poisson.test(12, 340) gives 0.0182 to 0.0617."""
    found = rate()

    assert found["rate"].verdict == found["conf_low"].verdict == found["conf_high"].verdict
    assert (found["conf_low"].verdict, found["conf_low"].method) == ("match", "poisson-exact")


def test_a_rate_of_a_model_is_not_judged_by_events_and_time():
    """Of events that recur; none is called wrong where the ledger says so."""
    for cells in ({"label": "Exacerbations, negative binomial model"}, {"method": "adjusted"}):
        found = rate(("2.1", "8.0"), printed="4.1", **cells)
        assert {v.verdict for v in found.values()} == {"unchecked"}


def test_limits_of_a_rate_may_be_wider_where_events_recur():
    """By a robust variance, 1.2 to 7.2; but not on one side only, nor where a method is stated."""
    assert rate(("1.2", "7.2"))["conf_low"].verdict == "unchecked"
    assert rate(("1.2", "6.2"))["conf_low"].verdict == "mismatch"
    assert rate(("1.2", "7.2"), method="poisson-exact")["conf_low"].verdict == "mismatch"


def test_a_limit_of_a_rate_may_be_one_sided():
    """R: poisson.test(7, 350, alternative = "less") gives 0.0376."""
    given = {"printed": "2.0", "events": 7, "time": "350", "sides": "upper"}

    assert rate((None, "3.8"), **given)["conf_high"].verdict == "match"
    assert rate((None, "4.1"), **given)["conf_high"].verdict == "mismatch"


@pytest.mark.parametrize(
    ("given", "wrong", "kind"),
    [
        ({"printed": "5.3"}, "rate", "rate-differs"),
        ({"printed": "35", "limits": ()}, "rate", "other-unit"),
        ({"limits": ("1.8", "7.2")}, "conf_high", "no-method-fits"),
    ],
)
def test_a_slip_in_a_rate_is_found(given, wrong, kind):
    assert told(rate(**given))[wrong] == ("mismatch", kind)


def test_a_patient_can_have_an_event_again():
    s = Sketch()
    s.everyone(10)
    s.measure("infection", "rate", endpoint="infection", unit="per 100 patient-years")
    slug = s.print("infection", "n_event", 24)

    assert slug not in judged(s) or judged(s)[slug].verdict != "mismatch"


def test_a_rate_without_its_time_is_not_judged():
    s = Sketch()
    s.measure("stroke", "rate", endpoint="stroke", unit="per 100 patient-years")
    slug = s.print("stroke", "rate", "3.5")

    assert judged(s)[slug].verdict == "unchecked"


def incidence(limits, printed="24%", n=120):
    s = Sketch()
    s.everyone(n)
    s.measure("relapse", "incidence", endpoint="relapse", horizon="730.5", unit="%")
    s.print("relapse", "estimate", printed)
    for name, text in zip(("conf_low", "conf_high"), limits, strict=True):
        s.print("relapse", name, text)
    return {c.removeprefix("relapse_"): v for c, v in judged(s).items() if c[0] == "r"}


def test_limits_of_an_incidence_are_as_wide_as_its_patients_allow():
    """The binomial error of 24% of 120 is 3.9%; 24 x exp(-+1.96 x 3.9 / 24) is 17.5 to 33.0."""
    assert told(incidence(("17.5", "33.0")))["conf_high"] == ("unchecked", "possible-value")
    assert told(incidence(("17.50", "33"), "24.0%"))["conf_high"] == ("match", "symmetric")
    assert told(incidence(("22.0", "26.2")))["conf_high"] == ("mismatch", "too-narrow")
    assert told(incidence(("17.5", "53.0")))["conf_high"] == ("mismatch", "limits-asymmetric")
    assert incidence(("17.5", "38.0"))["conf_high"].verdict == "unchecked"


@pytest.mark.parametrize(
    ("median", "unit", "verdict"),
    [
        ("23.1", "months", "unchecked"),
        ("11.0", "months", "mismatch"),
        ("2.1", "years", "unchecked"),
        ("0.9", "years", "mismatch"),
        ("NR", "months", "mismatch"),
    ],
)
def test_a_median_agrees_with_its_curve(median, unit, verdict):
    """60% at 12 months and 41% at 36: half are left somewhere between."""
    s = Sketch()
    for months, printed in (("12", "60%"), ("36", "41%")):
        days = str(int(months) * 30.4375)
        s.measure(f"os_{months}", "survival", endpoint="OS", horizon=days, unit="%")
        s.print(f"os_{months}", "estimate", printed)
    s.measure("os", "quantity", endpoint="OS", unit=unit)
    slug = s.print("os", "median", median)
    found = judged(s)[slug]

    assert found.verdict == verdict
    assert verdict != "mismatch" or found.kind == "median-contradicts-curve"


def test_an_incidence_never_falls():
    s = Sketch()
    for days, printed in (("365", "24%"), ("730", "21%")):
        s.measure(f"r{days}", "incidence", endpoint="relapse", horizon=days, unit="%")
        s.print(f"r{days}", "estimate", printed)

    assert told(judged(s))["r730_estimate"] == ("mismatch", "incidence-falls")


def large(limits=("68.5", "74.8"), events="", method="log-log"):
    """800 patients, by R's survfit with log-log limits, 221 events before the estimate."""
    s = Sketch()
    s.everyone(800)
    s.measure("os", "survival", endpoint="OS", horizon="450", unit="%", method=method)
    for name, text in zip(("estimate", "conf_low", "conf_high"), ("71.8", *limits), strict=True):
        s.print("os", name, text)
    if events:
        s.print("os", "n_event", events)
    return {c.removeprefix("os_"): v for c, v in judged(s).items()}


def test_a_large_curve_is_judged_by_bounds_on_its_events():
    found = large()

    assert told(found)["conf_high"] == ("given", "history-exists")
    assert "between 213 and 225 events" in found["conf_high"].reason
    assert told(large(("70.8", "72.8")))["conf_high"] == ("mismatch", "no-history")
    assert told(large(events="180"))["estimate"] == ("mismatch", "too-few-events")


def curve_of(n, estimate, limits, method=""):
    """Verdicts on survival of some patients, by statistic."""
    s = Sketch()
    s.everyone(n)
    s.measure("os", "survival", endpoint="OS", horizon="365", unit="%", method=method)
    for name, text in zip(("estimate", "conf_low", "conf_high"), (estimate, *limits), strict=False):
        s.print("os", name, text)
    return {c.removeprefix("os_"): v.verdict for c, v in judged(s).items() if "os_" in c}


@pytest.mark.parametrize(
    ("n", "estimate", "limits"),
    [
        (11, "91.3", ("76.4", "100.0")),  # R's survfit, aml, stype = 2: exp(-1 / 11)
        (11, "63.2", ("28.9", "84.4")),  # the same with log-log limits, at 24 weeks
        (12, "61.2", ("39.5", "94.6")),
        (50, "53.1", ("38.3", "65.8")),  # a life table of lung, 23 of 50 - 2 / 2, log-log
        (11, "90.9", ("62.3", "98.4")),  # Rothman's: Wilson's for S (1 - S) / V patients
        (23, "54.7", ("34.6", "73.3")),
        (23, "27.6", ("12.7", "50.0")),
        (12, "19.4", ("5.6", "49.6")),
        (12, "48.6", ("18.1", "79.2")),  # Peto's, with 5 at risk
        (11, "36.8", ("3.7", "69.9")),
    ],
)
def test_survival_may_be_that_of_another_estimator(n, estimate, limits):
    """R's numbers, or R's estimate with the textbook's variance; of no history is no slip here."""
    assert "mismatch" not in curve_of(n, estimate, limits).values()


def test_survival_that_no_estimator_gives_is_found():
    """Of 23 patients an estimate of 73.9 has an error of at least 8.9%, of 50 of 53.1 7%."""
    assert curve_of(23, "73.9", ("53.5", "78.5"))["conf_high"] == "mismatch"
    assert curve_of(50, "53.1", ("44.1", "61.5"))["conf_high"] == "mismatch"
    assert curve_of(11, "93.1", ())["estimate"] == "mismatch"  # more than exp(-1 / 11)
    assert curve_of(23, "73.9", ("120", "130"))["conf_low"] == "mismatch"
    assert curve_of(11, "91.3", ("76.4", "100.0"), "log")["conf_low"] == "mismatch"


@pytest.mark.parametrize(
    ("estimate", "limits"),
    [("<=0", ("1", "5")), ("-3", ("-5", "-1")), ("0", ("-5", "-1")), ("50", ("-5", "-1"))],
)
def test_survival_that_is_no_share_is_judged_without_an_error(estimate, limits):
    """A lost digit or a stray sign is a finding, and stops no audit."""
    assert set(curve_of(30, estimate, limits).values()) <= {"mismatch", "unchecked", "given"}


def test_a_large_curve_shows_which_type_its_limits_have():
    """That no sequence has limits of the declared type is proved; of another type one is known."""
    assert told(large(method="plain"))["conf_high"] == ("mismatch", "method-differs")


@pytest.mark.parametrize(
    ("statistic", "printed", "verdict"),
    [
        ("se", "1.5%", "unchecked"),
        ("se", "0.9%", "mismatch"),
        ("half_width", "3.0%", "unchecked"),
        ("half_width", "2.0%", "mismatch"),
    ],
)
def test_the_spread_of_a_curve_is_wide_enough_for_its_patients(statistic, printed, verdict):
    """86.2% of 600: sqrt(0.862 x 0.138 / 600) is 1.41%, and 2.76% by 1.96."""
    s = Sketch()
    s.everyone(600)
    s.measure("efs", "survival", endpoint="EFS", horizon="1826", unit="%")
    s.print("efs", "estimate", "86.2%")
    slug = s.print("efs", statistic, printed)
    found = judged(s)[slug]

    assert found.verdict == verdict
    assert verdict != "mismatch" or found.kind == "too-narrow"


def test_a_ratio_for_each_year_of_age_is_not_one_of_two_groups():
    found = hazard("1.00", ("1.00", "1.01"), events="61", by="")

    assert "mismatch" not in {v.verdict for v in found.values()}


@pytest.mark.parametrize(
    ("cells", "method"),
    [
        ({"where": "age"}, "student"),
        ({"where": "cured"}, "kruskal-wallis"),
        ({"where": "", "endpoint": "OS"}, "log-rank"),
    ],
)
def test_the_model_of_patients_leaves_out_what_it_cannot_hold(cells, method):
    s = counts()
    s.number("age", "18..90", "years")
    s.measure("by_arm", "comparison", by='arm == "A"', method=method, **cells)
    slug = s.print("by_arm", "p_value", "0.02")

    assert "no model of" in modeled(s.ledger.claims[slug], s.ledger)


@pytest.mark.parametrize(("longest", "verdict"), [("20.3", "mismatch"), ("26.3", "unchecked")])
def test_an_estimate_is_within_the_longest_follow_up(longest, verdict):
    """24 months are 730.5 days."""
    s = Sketch()
    s.measure("follow_up", "quantity", unit="months", method="observed")
    s.print("follow_up", "max", longest)
    s.measure("os", "survival", endpoint="OS", horizon="730.5", unit="%")
    slug = s.print("os", "estimate", "60%")
    found = judged(s)[slug]

    assert found.verdict == verdict
    assert verdict != "mismatch" or found.kind == "beyond-follow-up"


def test_limits_that_all_miss_in_one_way_are_of_another_size():
    """Means of 30 beside limits that are those of 30, in a group whose size is given as 10.

    Limits of one mean alone are a slip of these.
    """
    rows = {
        "s1": ("1.97", "0.67", "1.72", "2.22"),
        "s2": ("1.93", "0.69", "1.68", "2.19"),
        "s3": ("1.93", "0.79", "1.64", "2.23"),
        "s4": ("1.97", "0.81", "1.66", "2.27"),
    }

    def found(names):
        s = Sketch()
        s.everyone(10, "all")
        for name in names:
            s.measure(name, "quantity", unit="points")
            for statistic, text in zip(
                ("mean", "sd", "conf_low", "conf_high"), rows[name], strict=True
            ):
                s.print(name, statistic, text)
        return {v.verdict for c, v in judged(s).items() if "_conf_" in c}

    assert found(rows) == {"unchecked"}
    assert found(["s1"]) == {"mismatch"}


@pytest.mark.parametrize(
    ("limits", "wrong", "says"),
    [  # Clopper and Pearson: 59.2962 to 93.1691
        (("59.2", "93.2"), {"low"}, "it was cut off"),  # PMC5787508
        (("59.3", "93.1"), {"high"}, "it was cut off"),
        (("59.2", "93.1"), {"low", "high"}, "they were cut off"),
        (("59.3", "93.2"), set(), ""),
    ],
)
def test_a_slip_in_one_limit_is_not_held_against_the_other(limits, wrong, says):
    """The method that names the slip prints the other limit as it should."""
    s = Sketch()
    s.everyone(25)
    s.count("cured", "cured", 20, "80%", limits=limits)
    found = {end: judged(s)[f"cured_conf_{end}"] for end in ("low", "high")}

    assert {end for end, v in found.items() if v.verdict == "mismatch"} == wrong
    assert all(says in found[end].reason for end in wrong)
