"""The right verdict on numbers that a checker easily judges wrongly, each in a small ledger."""

import re

import pytest
from sketch import Sketch

from numbercheck.audit import audit
from numbercheck.statistics.risk_sets import km_limits


def judged(sketch, slug):
    return next(v for v in audit(sketch.ledger) if v.claim == slug)


def arms(cells, printed, by='arm == "A"', whole=None, codes="A|B", verbal=""):
    """Two arms of a trial; ``cells`` has events and size by the selection of an arm."""
    s = Sketch()
    s.variable("arm", codes=codes)
    s.variable("response")
    for at, (arm, (k, n)) in enumerate(cells.items()):
        s.everyone(n, f"arm_{at}", arm)
        s.count(f"response_{at}", "response", k, among=arm)
    if whole:
        s.everyone(whole[1])
        s.count("response_all", "response", whole[0])
    s.measure("by_arm", "comparison", where="response", by=by)
    return judged(s, s.print("by_arm", "p_value", printed, verbal=verbal))


# selections are compared by meaning


@pytest.mark.parametrize("by", ['arm == "A"', 'arm == "B"', 'not arm == "A"', 'arm != "B"', "arm"])
def test_two_arms_are_each_others_complement_however_they_are_written(by):
    """R: fisher.test(matrix(c(18, 12, 9, 21), 2)) gives 0.03699."""
    found = arms({'arm == "A"': (18, 30), 'arm == "B"': (9, 30)}, "0.037", by, (27, 60))

    assert found.verdict == "match"
    assert found.method == "fisher"
    assert "0.0370" in found.reason


def test_two_arms_need_no_printed_total():
    found = arms({'arm == "A"': (18, 30), 'arm == "B"': (9, 30)}, "0.037")

    assert (found.verdict, found.method) == ("match", "fisher")


def test_the_other_arm_is_what_the_whole_leaves():
    """25 of 99; R: chisq.test(matrix(c(40, 61, 25, 74), 2), correct = FALSE) gives 0.03005."""
    found = arms({'arm == "A"': (40, 101)}, "0.03", whole=(65, 200))

    assert (found.verdict, found.method) == ("match", "chi2")
    assert "40 of 101 v 25 of 99" in found.reason


def test_the_order_of_a_conjunction_makes_no_difference():
    s = Sketch()
    for name in ("old", "male", "response"):
        s.variable(name)
    s.everyone(40, "old_men", "old and male")
    slug = s.count("response", "response", 10, "25%", among="male and old")

    assert judged(s, slug).verdict == "match"


def test_a_population_is_never_another_one_of_the_same_event():
    """The responders of arm A are no denominator of all responders."""
    s = Sketch()
    s.variable("arm", codes="A|B")
    for name in ("response", "relapse"):
        s.variable(name)
    s.everyone(100)
    s.count("response_a", "response", 18, among='arm == "A"')
    s.count("response", "response", 40)
    slug = s.count("relapse", "relapse", 10, "25%", among="response")

    assert judged(s, slug).verdict == "match"


@pytest.mark.parametrize(
    ("population", "other"),
    [("2 * weight > 130", "2 * weight > 150"), ("-weight < -65", "-weight < -75")],
)
def test_a_population_that_is_calculated_is_not_looked_into(population, other):
    s = Sketch()
    s.number("weight", "40..120")
    s.variable("response")
    s.everyone(50, "some", population)
    slug = s.count("response", "response", 10, "25%", among=other)

    assert judged(s, slug).verdict == "unchecked"


# intervals


def interval(k, n, limits, percent=None, family="", **cells):
    s = Sketch()
    s.everyone(n)
    s.measure(
        "response", where="response", family=s.family(family, family) if family else "", **cells
    )
    s.print("response", "n", k)
    if percent:
        s.print("response", "percent", percent)
    slugs = [
        s.print("response", f"conf_{end}", limit)
        for end, limit in zip(("low", "high"), limits, strict=True)
        if limit
    ]
    return s, [judged(s, slug) for slug in slugs]


@pytest.mark.parametrize("limits", [("-4.4", "37.8"), ("0", "37.8"), ("−4.4", "37.8")])
def test_wald_limits_count_as_wald_cut_or_not(limits):
    """2 of 12: 1/6 -+ 1.96 sqrt(5 / 432) = -4.42% and 37.75%."""
    _, found = interval(2, 12, limits, family="wald")

    assert {v.verdict for v in found} == {"match"}
    assert ("-4.42%" in found[0].reason) == (limits[0] != "0")  # the form that was printed


@pytest.mark.parametrize("level", ["0.8", "0.9", "0.975", "0.99"])
def test_a_declared_level_is_the_expected_one(level):
    from scipy.stats import binomtest

    found = binomtest(20, 45).proportion_ci(float(level), "exact")
    texts = [f"{100 * x:.1f}" for x in (found.low, found.high)]

    assert {v.verdict for v in interval(20, 45, texts, level=level)[1]} == {"match"}
    undeclared = interval(20, 45, texts, family="clopper-pearson")[1]
    assert {v.kind for v in undeclared} == {"other-level"}
    assert f"{100 * float(level):g}%" in undeclared[0].reason


def test_a_declared_side_is_the_expected_one():
    """The upper 95% limit of 0 of 35 is 1 - 0.05^(1/35) = 8.2%."""
    _, (found,) = interval(0, 35, (None, "8.2"), sides="upper", method="clopper-pearson")
    assert found.verdict == "match"

    _, (by_hand,) = interval(3, 19, (None, "29.6"), sides="upper", method="wald")
    assert by_hand.verdict == "match"  # with 1.645; the exact deviate gives 29.5

    _, (undeclared,) = interval(0, 35, (None, "8.2"), method="clopper-pearson")
    assert undeclared.kind == "one-sided"
    assert "upper limit only" in undeclared.reason


def test_levels_can_be_mixed_in_one_ledger():
    from scipy.stats import binomtest

    s = Sketch()
    s.everyone(45)
    s.family("proportions", "clopper-pearson")
    for name, level in (("one", ""), ("two", "90")):
        limits = binomtest(20, 45).proportion_ci(0.9 if level else 0.95, "exact")
        s.measure(name, where=name, family="proportions", level=level)
        s.print(name, "n", 20)
        s.print(name, "conf_low", f"{100 * limits.low:.1f}")
        s.print(name, "conf_high", f"{100 * limits.high:.1f}")

    assert {v.verdict for v in audit(s.ledger) if "conf" in v.claim} == {"match"}


def test_limits_of_another_printed_denominator_are_named():
    """SciPy: binomtest(84, 251).proportion_ci(method="exact") is 27.65 to 39.67."""
    s, _ = interval(84, 247, ("27.7", "39.7"), family="clopper-pearson")
    s.everyone(251, "randomised", "randomised")
    found = judged(s, "response_conf_low")

    assert (found.verdict, found.kind) == ("mismatch", "other-denominator")
    assert "84 of 251" in found.reason


def test_limits_of_the_others_are_named_also_as_fractions():
    """SciPy: binomtest(39, 41).proportion_ci(method="exact") is 0.8347 to 0.9940."""
    _, found = interval(2, 41, ("0.83", "0.99"), "4.9%", family="clopper-pearson")

    assert {v.kind for v in found} == {"complement-interval"}
    assert "39 of 41" in found[0].reason


def test_a_limit_that_was_rounded_twice_is_named():
    """37.473 is 37, by way of 37.5 it is 38."""
    from scipy.stats import binomtest

    for n in range(60, 400):
        for k in range(10, n // 2):
            limits = binomtest(k, n).proportion_ci(method="wilson")
            low, high = 100 * limits.low, 100 * limits.high
            if 0.45 < high % 1 < 0.4999 and not 0.45 < low % 1 < 0.55:
                texts = f"{low:.0f}", str(int(high) + 1)
                _, found = interval(k, n, texts, family="wilson")
                assert [v.verdict for v in found] == ["match", "mismatch"]
                if found[1].kind == "rounding-slip":
                    assert "rounded twice" in found[1].reason
                    return
    pytest.fail("no such limit")


def test_without_a_family_intervals_share_a_method():
    """Three Clopper-Pearson intervals and a Wilson interval: the last one is the odd one out."""
    from scipy.stats import binomtest

    s = Sketch()
    s.everyone(60)
    for name, k, method in (
        ("a", 10, "exact"),
        ("b", 25, "exact"),
        ("c", 40, "exact"),
        ("d", 15, "wilson"),
    ):
        limits = binomtest(k, 60).proportion_ci(method=method)
        s.count(name, name, k, limits=(f"{100 * limits.low:.1f}", f"{100 * limits.high:.1f}"))
    found = {v.claim: v for v in audit(s.ledger) if "conf" in v.claim}

    assert {v.verdict for c, v in found.items() if c[0] != "d"} == {"match"}
    assert {v.basis for c, v in found.items() if c[0] != "d"} == {"arithmetic"}
    assert (found["d_conf_low"].verdict, found["d_conf_low"].kind) == ("mismatch", "method-differs")
    assert "Wilson" in found["d_conf_low"].reason


def test_two_intervals_by_another_method_are_no_slip():
    """An article can compute some by each, as the analysis of PMC3598551 does."""
    from scipy.stats import binomtest

    s = Sketch()
    s.everyone(60)
    exact, wilson = dict.fromkeys((10, 25, 40), "exact"), dict.fromkeys((15, 33), "wilson")
    for k, method in (exact | wilson).items():
        limits = binomtest(k, 60).proportion_ci(method=method)
        pair = f"{100 * limits.low:.1f}", f"{100 * limits.high:.1f}"
        s.count(f"n{k}", f"n{k}", k, limits=pair)

    assert {v.verdict for v in audit(s.ledger) if "conf" in v.claim} == {"match"}


def test_one_interval_without_a_family_chooses_its_own_method_and_says_so():
    _, found = interval(20, 45, ("30.9", "58.8"))

    assert {(v.verdict, v.basis) for v in found} == {("match", "fitted")}
    assert "chosen among 7" in found[0].reason


def test_a_limit_that_follows_is_not_blamed_for_a_wrong_percentage():
    """33 of 35 has 81 to 98; 49% beside it is the wrong one."""
    s, found = interval(33, 35, ("81", "98"), "49%", family="wilson")

    assert {v.verdict for v in found} == {"match"}
    assert judged(s, "response_percent").verdict == "mismatch"


# limits that are not reached


def survival(n, estimate, low, high, **cells):
    s = Sketch()
    s.everyone(n)
    s.measure("os", "survival", endpoint="OS", horizon="365", unit="%", **cells)
    for statistic, value in (("estimate", estimate), ("conf_low", low), ("conf_high", high)):
        if value:
            s.print("os", statistic, value)
    return {v.claim: v for v in audit(s.ledger)}


@pytest.mark.parametrize("text", ["NE", "NR", "not reached"])
def test_an_estimate_at_a_fixed_time_has_no_unreached_limit(text):
    found = survival(35, "82.2", "69.0", text)

    assert found["os_conf_high"].verdict == "mismatch"
    assert found["os_conf_low"].verdict != "mismatch"


@pytest.mark.parametrize("text", ["NA", "–"])
def test_a_missing_limit_is_not_judged(text):
    assert survival(35, "82.2", "69.0", text)["os_conf_high"].verdict == "unchecked"


def test_an_unreached_limit_of_a_median_is_not_judged():
    s = Sketch()
    s.measure("pfs", "quantity", where="pfs", unit="months")
    s.print("pfs", "median", "12.1")
    s.print("pfs", "conf_low", "8.0")
    slug = s.print("pfs", "conf_high", "NR")

    assert {v.verdict for v in audit(s.ledger)} == {"unchecked"}
    assert judged(s, slug).reason


@pytest.mark.parametrize(("level", "sides"), [("0.9", ""), ("0.975", "lower"), ("", "lower")])
def test_survival_limits_of_a_declared_level_and_side(level, sides):
    """Greenwood's limits after deaths at 30, 25 and 19 at risk."""
    confidence = float(level or 0.95)
    two_sided = 2 * confidence - 1 if sides else confidence
    value, low, high = (100 * x for x in km_limits((30, 25, 19), "log-log", two_sided))
    printed = f"{value:.1f}", f"{low:.1f}", "" if sides else f"{high:.1f}"
    found = survival(30, *printed, method="log-log", level=level, sides=sides)
    assert {v.verdict for v in found.values()} <= {"match", "given", "unchecked"}

    undeclared = survival(30, *printed, method="log-log")
    if not sides:
        assert undeclared["os_conf_high"].kind == "other-level"
        assert "90%" in undeclared["os_conf_high"].reason


# reasons are true


def percent(k, n, printed, *totals):
    s = Sketch()
    s.everyone(n)
    for at, total in enumerate(totals):
        s.everyone(total, f"set_{at}", f"set_{at}")
    return judged(s, s.count("response", "response", k, printed))


def test_a_bound_is_no_fraction():
    found = percent(4, 310, "<1")

    assert found.verdict == "mismatch"
    assert "fraction" not in found.reason
    assert "1.3%" in found.reason


def test_a_bound_that_holds_matches():
    assert percent(4, 310, "<2%").verdict == "match"


def test_another_printed_denominator_is_named_before_a_slip():
    """110 of 247 is 44.53%, cut off 44; 110 of 251 is 43.8%."""
    found = percent(110, 247, "44%", 251)

    assert found.kind == "other-denominator"
    assert "110 of 251" in found.reason
    assert "cut off" in found.reason


def test_a_slip_is_one_explanation_among_others():
    """16 of 35 is 45.7%; 45 can also be 54 less 9."""
    s = Sketch()
    s.everyone(35)
    s.count("any", "any", 19, "54%")
    s.count("severe", "severe", 3, "9%")
    slug = s.count("mild", "mild", 16, "45%")
    s.relate("sum", "any == mild + severe")
    found = judged(s, slug)

    assert found.kind == "rounding-slip"
    assert "cut off" in found.reason
    assert "54 − 9" in found.reason


@pytest.mark.parametrize(("k", "n", "printed"), [(1, 143, "07"), (1, 143, "07%"), (16, 35, "457")])
def test_a_lost_decimal_point_is_recognised(k, n, printed):
    found = percent(k, n, printed)

    assert (found.verdict, found.kind) == ("mismatch", "decimal-point-lost")


def test_a_p_value_above_a_bound_is_not_explained_by_one_side():
    """Every two-sided test of 28 of 30 against 14 of 30 gives less than 0.001."""
    found = arms({'arm == "A"': (28, 30), 'arm == "B"': (14, 30)}, ">0.05")

    assert (found.verdict, found.kind) == ("mismatch", "no-test-fits")
    assert "one-sided" not in found.reason


def test_a_p_value_is_told_with_more_digits_than_printed():
    """R: 0.03699 by Fisher's test, 0.02 by the chi-squared test."""
    found = arms({'arm == "A"': (18, 30), 'arm == "B"': (9, 30)}, "0.3000")

    assert found.verdict == "mismatch"
    assert "0.03699" in found.reason


def test_an_upper_limit_of_survival_is_within_the_range_that_is_told():
    """Whatever the rounding. The sequences of few patients are listed, and all give 100."""
    for history in ((35, 30, 21), (80, 71, 65, 40), (24, 20, 19, 11), (120, 90, 80, 75, 60)):
        value, low, high = (100 * x for x in km_limits(history, "log"))
        found = survival(history[0], f"{value:.0f}", f"{low:.0f}", f"{high:.0f}", method="log")
        first, last = map(
            float,
            re.search(r"is between ([\d.]+) and ([\d.]+)", found["os_conf_high"].reason).groups(),
        )

        assert first - 0.5 <= round(high) <= last + 0.5
        assert found["os_conf_high"].verdict == ("match" if history[0] < 80 else "given")


@pytest.mark.parametrize("high", ["97.8", "97.9", "98.0", "98.1"])
def test_a_limit_is_a_match_only_where_no_other_can_be_printed(high):
    """82.2% and 69.0 leave 97.74 to 98.12; one death of 35 leaves 100 alone."""
    found = survival(35, "82.2", "69.0", high, method="log")["os_conf_high"]
    only = survival(35, "97.1", "91.8", "100", method="log")["os_conf_high"]

    assert (found.verdict, found.kind) == ("given", "history-exists")
    assert "between 97.74 and 98.12; this limit could have been another" in found.reason
    assert only.verdict == "match"


# one wrong number does not silence others


def test_a_wrong_whole_does_not_silence_the_comparison_of_its_parts():
    found = arms({'arm == "A"': (18, 30), 'arm == "B"': (9, 30)}, "0.037", whole=(72, 60))

    assert (found.verdict, found.method) == ("match", "fisher")


def test_each_place_is_judged_by_its_own_denominator():
    """53 in the abstract is wrong; the table's 33 of 35 is 94%."""
    s = Sketch()
    s.measure("response", where="response")
    for place, n, total, value in (("Abstract", 33, 53, "94%"), ("Table 2 · CR", 33, 35, "94%")):
        for statistic, text in (("n", n), ("N", total), ("percent", value)):
            s.print("response", statistic, text, place)
    found = {v.claim: v.verdict for v in audit(s.ledger)}

    assert found["response_percent"] == "mismatch"
    assert found["response_percent_2"] == "match"


# pairs


@pytest.mark.parametrize(
    ("first", "second", "printed", "pair"),
    [(33, 22, "0.0074", "13 and 2"), (30, 15, "0.0015", "18 and 3"), (8, 19, "0.019", "4 and 15")],
)
def test_matched_groups_are_judged_by_every_possible_number_of_discordant_pairs(
    first, second, printed, pair
):
    """R: binom.test(2, 15), binom.test(3, 21) and binom.test(4, 19)."""
    s = Sketch()
    s.variable("arm", codes="A|B")
    for arm, k in (("A", first), ("B", second)):
        s.everyone(35, f"arm_{arm}", f'arm == "{arm}"')
        s.count(f"response_{arm}", "response", k, among=f'arm == "{arm}"')
    s.measure("by_arm", "comparison", where="response", by='arm == "A"', design="matched")
    found = judged(s, s.print("by_arm", "p_value", printed))

    assert (found.verdict, found.kind) == ("unchecked", "possible-p")
    assert f"{pair} discordant pairs" in found.reason


# matches that are told apart


def test_a_p_value_that_chose_its_test_is_told_apart():
    found = arms({'arm == "A"': (18, 30), 'arm == "B"': (9, 30)}, "0.037")

    assert (found.verdict, found.basis) == ("match", "fitted")
    assert "chosen among" in found.reason


def test_a_p_value_by_a_stated_test_is_no_choice():
    s = Sketch()
    s.variable("arm", codes="A|B")
    s.family("tests", "fisher")
    for arm, k in (("A", 18), ("B", 9)):
        s.everyone(30, f"arm_{arm}", f'arm == "{arm}"')
        s.count(f"response_{arm}", "response", k, among=f'arm == "{arm}"')
    s.measure("by_arm", "comparison", where="response", by='arm == "A"', family="tests")
    found = judged(s, s.print("by_arm", "p_value", "0.037"))

    assert (found.verdict, found.basis) == ("match", "arithmetic")


# denominators


def test_a_denominator_that_is_the_stated_population_follows():
    s = Sketch()
    s.everyone(35)
    s.count("response", "response", 33)
    slug = s.print("response", "N", 35)

    assert (judged(s, slug).verdict, judged(s, slug).kind) == ("match", "denominator")
    assert judged(s, slug).value == 35


def test_a_denominator_of_those_evaluated_is_no_mismatch():
    s = Sketch()
    s.everyone(35)
    s.count("response", "response", 30)
    slug = s.print("response", "N", 33)

    assert judged(s, slug).verdict != "mismatch"


# claims in words


@pytest.mark.parametrize(("status", "verdict"), [("inferred", "match"), ("assumed", "unchecked")])
def test_a_claim_in_words_says_which_tests_support_it(status, verdict):
    """Fisher's test cannot reach 0.05 here, the chi-squared test can: an assumption decides not."""
    s = Sketch()
    s.variable("high")
    s.family("tests", "fisher", status)
    s.everyone(35)
    s.count("high", "high", 9)
    s.count("response", "response", 33)
    s.measure("by_high", "comparison", where="response", by="high", family="tests")
    found = judged(s, s.print("by_high", "p_value", ">=0.05", verbal="yes"))

    assert found.verdict == verdict
    assert "supported by 4 of 8 tests: Fisher's exact test" in found.reason
    assert "by 4 of 8 tests: the chi-squared test" in found.reason


@pytest.mark.parametrize(
    ("status", "verdict"), [("stated", "mismatch"), ("inferred", "mismatch"), ("assumed", "match")]
)
def test_a_test_that_is_only_assumed_contradicts_no_p_value(status, verdict):
    """R: 18 of 30 v 9 of 30 have P 0.020 by the chi-squared test, and 0.037 by Fisher's."""
    s = Sketch()
    s.variable("arm", codes="A|B")
    s.family("tests", "fisher", status)
    for arm, k in (("A", 18), ("B", 9)):
        s.everyone(30, arm, f'arm == "{arm}"')
        s.count(f"in_{arm}", "response", k, among=f'arm == "{arm}"')
    s.measure("c", "comparison", where="response", by='arm == "A"', family="tests")
    found = judged(s, s.print("c", "p_value", "0.020"))

    assert (found.verdict, found.basis) == (
        verdict,
        "fitted" if verdict == "match" else "arithmetic",
    )


def rate(k, n, printed, total="", events=""):
    s = Sketch()
    s.everyone(n)
    s.count("response", "response", k)
    s.measure("history", "external", unit="%")
    for statistic, value in printed.items():
        slug = s.print("history", statistic, value)
        if total:
            s.comparator(slug, events, total)
    s.measure("compared", "comparison", where="response", against="history")
    return judged(s, s.print("compared", "p_value", "<0.05", verbal="yes"))


def test_a_rate_of_known_size_is_compared_as_a_second_group():
    """37% of 38 can only be 14; R: fisher.test gives 0.2135, alternative less 0.1478."""
    found = rate(8, 35, {"value": "37%"}, 38)

    assert (found.verdict, found.kind) == ("mismatch", "claim-not-supported")
    fixed, groups = found.reason.split("against 14 of 38, ")
    supports, against = fixed.split("not supported by")
    assert all(f"(P {text}" in supports for text in ("0.040", "0.046"))
    assert "(P 0.114)" in against
    assert groups.startswith("not supported by any of 13 tests")
    values = {c.method: c.value for c in found.candidates}
    assert values["fisher"] == "0.213"
    assert values["fisher-less"] == "0.148"


def test_a_fixed_rate_is_significantly_exceeded_only_by_every_test():
    """R: binom.test(0, 35, 0.1) gives 0.045, but prop.test 0.091; against 20% 0.0009 and 0.0060."""
    assert rate(0, 35, {"value": "10%"}).kind == "depends-on-test"
    assert rate(0, 35, {"value": "20%"}).kind == "claim-supported"


def test_a_fixed_rate_on_which_tests_differ_is_left_open():
    """Without a size and a named test nothing decides between 0.114 and 0.046."""
    found = rate(8, 35, {"value": "37%"})

    assert (found.verdict, found.kind) == ("unchecked", "depends-on-test")


# the tally


def test_the_tally_counts_facts_once_and_chosen_methods_apart():
    """4 = 2 + 2, printed four times, is one fact."""
    from numbercheck.audit import coverage

    s = Sketch()
    s.count("part_a", "a", 2)
    s.count("part_b", "b", 2)
    s.count("whole", "a or b", 4)
    for place in ("Abstract", "Text ¶1", "Text ¶2"):
        s.print("whole", "n", 4, place)
    s.relate("sum", "whole == part_a + part_b")
    counted = coverage(s.ledger, audit(s.ledger))

    assert counted.verdicts["match"] == 4
    assert counted.facts == 1


# what is no number of patients


def test_a_percentage_that_counts_nobody_is_not_judged_by_counts():
    """A power of 81% is no share of 35 patients, and a change of -12% no mistake."""
    s = Sketch()
    s.everyone(35)
    s.measure("power", "design")
    s.measure("change", "quantity", where="change")
    slugs = s.print("power", "percent", "81%"), s.print("change", "percent", "-12%")

    assert {judged(s, slug).verdict for slug in slugs} == {"unchecked"}


def test_a_curve_printed_as_fraction_and_as_percentage_does_not_rise():
    s = Sketch()
    for months, printed in (("365", "0.83"), ("730", "71%")):
        s.measure(f"os_{months}", "survival", endpoint="OS", horizon=months)
        s.print(f"os_{months}", "estimate", printed)

    assert "mismatch" not in {v.verdict for v in audit(s.ledger)}


def test_a_count_above_its_total_leaves_its_comparison_unchecked():
    found = rate(45, 35, {"value": "37%"})

    assert (found.verdict, found.kind) == ("unchecked", "not-expressible")
    assert "more than the total" in found.reason


# what follows, follows everywhere


def test_each_printing_of_a_whole_is_judged_by_its_own_number():
    """4 = 2 + 2; the abstract's 5 is wrong, the text's 4 is not."""
    s = Sketch()
    for name in ("part_a", "part_b"):
        s.count(name, name, 2)
    s.measure("whole", where="whole")
    first = s.print("whole", "n", 5, "Abstract")
    second = s.print("whole", "n", 4, "Text ¶1")
    s.relate("sum", "whole == part_a + part_b")

    assert judged(s, first).verdict == "mismatch"
    assert judged(s, second).verdict == "match"


def test_events_that_every_sequence_needs_enter_a_relation():
    """97.1 (91.8-100) among 35 is one death, so two deaths and no relapse are too many."""
    s = Sketch()
    s.everyone(35)
    s.measure("os", "survival", endpoint="OS", horizon="365", unit="%", method="log")
    for statistic, value in (("estimate", "97.1"), ("conf_low", "91.8"), ("conf_high", "100")):
        s.print("os", statistic, value)
    s.count("deaths", "death", 0)
    s.relate("order", "deaths >= os.n_event")

    assert judged(s, "deaths_n").verdict == "mismatch"
    assert "0 should be at least 1" in judged(s, "deaths_n").reason


@pytest.mark.parametrize(("whole", "verdict"), [("8", "match"), ("7.6", "unchecked")])
def test_a_sum_of_rounded_numbers_is_a_match_only_where_no_other_can_be_printed(whole, verdict):
    """2.3 and 5.3 are 7.5 to 7.7, so 8, but 7.5, 7.6 or 7.7."""
    s = Sketch()
    for name, text in (("whole", whole), ("a", "2.3"), ("b", "5.3")):
        s.measure(name, "quantity", where=name, unit="months")
        s.print(name, "median", text)
    s.relate("sum", "whole.median == a.median + b.median")
    found = judged(s, "whole_median")

    assert found.verdict == verdict
    assert verdict == "match" or found.kind == "possible-value"


def test_two_limits_printed_at_one_place_are_each_judged():
    """33 of 35 has 81 to 98; a second lower limit in the same row is wrong."""
    s, _ = interval(33, 35, ("81", "98"), family="wilson")
    again = s.print("response", "conf_low", "84")

    assert judged(s, "response_conf_low").verdict == "match"
    assert judged(s, again).verdict == "mismatch"


@pytest.mark.parametrize(
    ("limits", "verdict"), [((">60", "98"), "match"), ((">90", "98"), "mismatch")]
)
def test_a_limit_that_is_a_bound_is_judged_as_one(limits, verdict):
    """33 of 35 has 81.4 to 98.4."""
    _, found = interval(33, 35, limits, family="wilson")

    assert found[0].verdict == verdict


def test_a_rate_that_no_count_of_its_trial_gives_is_taken_as_fixed():
    """37% of 4 patients is no count."""
    assert "against" not in rate(8, 35, {"value": "37%"}, 4).reason


@pytest.mark.parametrize("estimate", [">0.5", "<99", "0", "100", "NE"])
def test_odd_estimates_of_survival_get_a_verdict_and_no_exception(estimate):
    assert all(v.reason for v in survival(35, estimate, "69.0", "98.0").values())


def test_every_kind_of_unchecked_claim_has_words():
    """Whatever is left open, the page can say why in a few words."""
    import re
    from pathlib import Path

    import numbercheck.audit
    from numbercheck.words import UNCHECKED

    folder = Path(numbercheck.audit.__file__).parent
    code = "".join(path.read_text(encoding="utf-8") for path in folder.glob("*.py"))
    kinds = set(re.findall(r'"unchecked",\s*"([a-z-]+)"', code))

    assert len(kinds) > 8
    assert kinds <= set(UNCHECKED)


@pytest.mark.parametrize(("printed", "told"), [("3.4%", "1 patient;"), ("6.9%", "2 patients;")])
def test_one_patient_is_told_of_in_the_singular(printed, told):
    s = Sketch()
    s.everyone(29)
    slug = s.count("rash", "rash", percent=printed)

    assert told in judged(s, slug).reason
