"""Promises of ``numbercheck.audit`` on ledgers of a few lines."""

import json
from dataclasses import replace

import pytest
from sketch import Sketch

from companion.project import ROOT
from numbercheck.audit import audit, explain, to_json
from numbercheck.audit.cases import limits
from numbercheck.ledger.new import new_ledger
from numbercheck.ledger.reading import read_ledger
from numbercheck.ledger.records import LedgerError
from numbercheck.ledger.rows import Comparator
from numbercheck.statistics.contingency import discordant_pairs, p_value
from numbercheck.statistics.proportions import interval


def verdict(sketch, slug):
    return next(v for v in audit(sketch.ledger) if v.claim == slug)


def test_two_printings_that_agree_are_no_evidence_for_each_other():
    s = Sketch()
    s.everyone(35)
    again = s.print("enrolled", "n", 35, "Abstract")

    assert verdict(s, again).verdict == "unchecked"


def test_more_decimals_of_the_same_number_do_not_disagree():
    s = Sketch()
    s.everyone(35)
    s.count("response", "response", 33, "94%")
    again = s.print("response", "percent", "94.3%", "Abstract")

    assert verdict(s, again).verdict == "match"


@pytest.mark.parametrize(
    ("statistic", "printed", "again", "agrees"),
    [("percent", "95%", "<95%", True), ("percent", "95%", "<94%", False), ("n", "6", "<6", False)],
)
def test_a_bound_agrees_with_what_rounds_to_it_but_with_no_other_count(
    statistic, printed, again, agrees
):
    """94.7 is below 95 and rounds to it; no number of patients below 6 is 6."""
    s = Sketch()
    s.measure("response", where="response")
    s.print("response", statistic, printed)
    found = verdict(s, s.print("response", statistic, again, "Abstract"))

    assert (found.kind != "printings-disagree") == agrees


@pytest.mark.parametrize("printed", ["<5", "≤4", ">=1"])
def test_a_count_may_be_printed_as_a_bound(printed):
    """Few patients are often printed so, lest anybody be recognized; their percentage is open."""
    s = Sketch()
    s.everyone(300)
    s.count("relapse", "relapse", printed, "1%")

    assert verdict(s, "relapse_n").verdict == "unchecked"
    assert verdict(s, "relapse_percent").kind == "possible-counts"


@pytest.mark.parametrize(("printed", "verdict_"), [(">49", "unchecked"), (">50", "mismatch")])
def test_more_than_all_patients_are_no_count(printed, verdict_):
    s = Sketch()
    s.everyone(50)

    assert verdict(s, s.count("relapse", "relapse", printed)).verdict == verdict_


@pytest.mark.parametrize(
    ("first", "second", "is_wrong"),
    [
        ("<0.05", ">0.05", True),
        (">=0.05", "<0.05", True),
        ("<0.01", ">0.05", True),
        ("≤0.05", "≥0.05", False),
        ("<0.05", ">0.01", False),
        ("<0.05", "<0.001", False),
    ],
)
def test_bounds_of_one_p_value_must_leave_a_number(first, second, is_wrong):
    s = Sketch()
    s.measure("by_arm", "comparison")
    s.print("by_arm", "p_value", first, "Abstract")
    found = verdict(s, s.print("by_arm", "p_value", second))

    assert (found.kind == "printings-disagree") == is_wrong


def test_the_later_printing_is_not_blamed_for_the_first_ones_fault():
    """33 of 35 is 94%: the abstract's 49 is wrong, the table's 94 is not."""
    s = Sketch()
    s.everyone(35)
    s.measure("response", where="response")
    first = s.print("response", "percent", "49%", "Abstract")
    s.print("response", "n", 33)
    second = s.print("response", "percent", "94%", "Table 1")

    assert verdict(s, first).verdict == "mismatch"
    assert verdict(s, second).verdict == "match"


def test_a_tie_is_right_when_rounded_up_and_when_rounded_to_even():
    """1 of 8 is 12.5%: half up prints 13, half to even 12."""
    for printed in ("13%", "12%"):
        s = Sketch()
        s.everyone(8)
        assert verdict(s, s.count("response", "response", 1, printed)).verdict == "match"


@pytest.mark.parametrize(
    ("label", "verdicts"),
    [
        ("Survival at a year, weighted by propensity", {"unchecked"}),
        ("Survival at a year, bootstrap limits", {"unchecked"}),
        ("Survival at a year after dose-adjusted EPOCH", {"mismatch"}),
    ],
)
def test_a_share_that_is_said_to_be_adjusted_is_not_judged_by_counts(label, verdicts):
    """10 of 20 are 50%, and no limits of so few patients are so narrow."""
    s = Sketch()
    s.everyone(20)
    s.measure("os", "survival", endpoint="OS", horizon="365", unit="%", label=label)
    s.measure("cured", where="cured", label=label)
    s.print("cured", "n", 10)
    printed = {
        "cured": {"percent": "51.2%", "conf_low": "50.1", "conf_high": "52.1"},
        "os": {"estimate": "50.0%", "conf_low": "49.1", "conf_high": "50.9"},
    }
    slugs = [s.print(name, *cell) for name, cells in printed.items() for cell in cells.items()]
    found = [verdict(s, slug) for slug in slugs]

    assert {v.verdict for v in found if v.verdict != "given"} == verdicts, found


@pytest.mark.parametrize(
    "limits",
    [
        ("6.01", "15.81"),  # mid-P, as in Newcombe (1998)
        ("5.80", "16.01"),  # Blaker's, by his program
        ("6.3", "16.1"),  # Bayes, uniform prior
        ("5.2", "15.1"),  # of a mean, as SPSS has them
        ("5.9", "15.6"),  # log-log, as of a curve without censoring
    ],
)
@pytest.mark.parametrize(
    ("others", "verdict"), [((), "unchecked"), (("3", "40"), "mismatch"), (("stated",), "mismatch")]
)
def test_limits_by_a_rare_method_are_wrong_only_beside_those_of_another(limits, others, verdict):
    """15 of 148; by Clopper and Pearson's method, the others are right."""
    s = Sketch()
    s.everyone(148)
    family = s.family("all", "clopper-pearson") if others == ("stated",) else ""
    slug = s.count("response", "response", 15, limits=limits, family=family)
    for k in map(int, others if not family else ()):
        ends = (f"{100 * x:.2f}" for x in interval(k, 148, "clopper-pearson"))
        s.count(f"event{k}", f"event{k}", k, limits=[*ends])

    assert next(v.verdict for v in audit(s.ledger) if v.claim == slug) == verdict


def test_a_percentage_without_denominator_is_unchecked():
    s = Sketch()
    slug = s.count("response", "response", 3, "30%")

    assert (verdict(s, slug).verdict, verdict(s, slug).kind) == ("unchecked", "no-denominator")


def test_without_a_family_every_method_that_prints_the_limits_is_named():
    """5 of 10: Wilson and Agresti-Coull both give 23.7 to 76.3."""
    s = Sketch()
    s.everyone(10)
    slug = s.count("response", "response", 5, "50%", limits=("23.7", "76.3"))
    found = verdict(s, slug)

    assert found.verdict == "match"
    assert [c.method for c in found.candidates if c.fits] == ["wilson", "agresti-coull"]


@pytest.mark.parametrize(
    ("k", "n", "limits", "level"),
    [
        (3, 31, ("0.00", "20.09"), ""),  # Wald: 9.677 + 10.408 is 20.085
        (143, 200, ("64.88", "77.31"), ""),  # Wilson; 77.30499 by 1.959964
        (26, 100, ("18.78", "33.22"), "0.9"),  # Wald: 26 + 1.645 x 4.386 is 33.2155
    ],
)
def test_limits_may_be_computed_with_the_deviates_of_tables(k, n, limits, level):
    """1.96 for 1.959964 and 1.645 for 1.644854, as online calculators have them."""
    s = Sketch()
    s.everyone(n)
    slug = s.count("response", "response", k, limits=limits)
    s.measures["response"] = replace(s.measures["response"], level=level)

    assert {verdict(s, slug).verdict, verdict(s, "response_conf_low").verdict} == {"match"}


def test_a_typing_error_in_one_limit_does_not_stain_the_other():
    s = Sketch()
    s.everyone(35)
    s.family("proportions", "wilson")
    s.count("response", "response", 33, "94%", limits=("81", "89"), family="proportions")
    s.constrained = s.ledger.constrain(printed={"response_conf_high": "97"})
    found = {v.claim: v.verdict for v in audit(s.constrained)}

    assert found["response_conf_low"] == "match"
    assert found["response_conf_high"] == "mismatch"


def test_a_circle_of_sums_proves_only_as_many_numbers_as_there_are_equations():
    """All = a + b and a = all - b are one fact: one number follows from it, not two."""
    s = Sketch()
    for name, n in (("whole", 30), ("a", 10), ("b", 20)):
        s.count(name, name, n)
    s.relate("sum", "whole == a + b")
    s.relate("sum", "a == whole - b")
    matches = [v.claim for v in audit(s.ledger) if v.verdict == "match"]

    assert matches == ["whole_n"]


def test_a_relation_that_only_we_assume_never_makes_a_mismatch():
    s = Sketch()
    s.count("before", "before", 31)
    s.count("after", "after", 30)
    s.relate("order", "before <= after", "assumption kept")
    found = verdict(s, "before_n")

    assert found.verdict == "unchecked"
    assert "contradicts an assumption of ours" in found.reason


def test_rounded_numbers_are_compared_as_the_ranges_they_stand_for():
    """7.4 and 7.4 can be in strict order, 7.5 and 7.4 cannot."""
    for later, expected in (("7.4", "unchecked"), ("7.3", "mismatch")):
        s = Sketch()
        for name, value in (("first", "7.4"), ("second", later)):
            s.measure(name, "quantity", where=name)
            s.print(name, "median", value)
        s.relate("order", "first.median < second.median")
        assert verdict(s, "first_median").verdict == expected


def test_comparisons_joined_by_and_are_each_judged():
    s = Sketch()
    for name, n in (("small", 5), ("middle", 9), ("large", 7)):
        s.count(name, name, n)
    s.relate("subset", "small <= middle and middle <= large")
    found = {v.claim: v.verdict for v in audit(s.ledger)}

    assert found == {"small_n": "unchecked", "middle_n": "mismatch", "large_n": "given"}


@pytest.mark.parametrize(
    ("measure", "statistic", "printed", "cells"),
    [
        ("when", "value", "April 2024", {"kind": "design", "unit": "date"}),
        ("when", "median", "April 2024", {"kind": "quantity", "unit": "date"}),
        ("rate", "percent", "<1%", {}),
        ("rate", "percent", "140%", {}),
        ("rate", "conf_low", ">90", {}),
        ("rate", "n", "1.5", {}),
        ("os", "estimate", ">90%", {"kind": "survival", "endpoint": "OS", "horizon": "9"}),
        ("os", "conf_high", "99", {"kind": "survival", "endpoint": "OS", "horizon": "9"}),
        ("test", "p_value", "0.000", {"kind": "comparison", "by": "old"}),
        ("test", "p_value", "<0.05", {"kind": "comparison", "against": "nothing"}),
        ("mean", "conf_low", "4", {"kind": "quantity"}),
    ],
)
def test_odd_claims_get_a_verdict_and_no_exception(measure, statistic, printed, cells):
    for total in (None, 0, 7):
        s = Sketch()
        if total is not None:
            s.everyone(total)
        s.measure(measure, **({"where": "rate"} | cells))
        slug = s.print(measure, statistic, printed)
        assert verdict(s, slug).reason


def paired(before, after, n, printed):
    s = Sketch()
    s.everyone(n)
    s.count("was_positive", "before", before)
    s.count("is_positive", "after", after)
    s.measure("change", "comparison", where="after", against="was_positive")
    return verdict(s, s.print("change", "p_value", printed))


def test_paired_counts_are_judged_by_the_discordant_pairs_they_leave():
    """20 and 11 of 30: McNemar's P is at most that of 9 lost and 0 gained, 2 / 2^9 = 0.0039."""
    assert (9, 0) in discordant_pairs(20, 11, 30)
    assert p_value(((0, 9), (0, 0)), "mcnemar-exact") == pytest.approx(2 / 2**9)
    assert (paired(20, 11, 30, "0.0039").verdict, paired(20, 11, 30, "0.0039").kind) == (
        "unchecked",
        "possible-p",
    )
    assert paired(20, 11, 30, "0.0011").verdict == "mismatch"


def test_discordant_pairs_are_all_and_only_those_that_fit():
    """Every table of four cells with these margins, counted out."""
    n, before, after = 12, 7, 4
    expected = {
        (before - both, after - both)
        for both in range(n + 1)
        if min(before - both, after - both, n - before - after + both) >= 0
    }

    assert set(discordant_pairs(before, after, n)) == expected


def test_the_last_resort_tests_are_tried_before_a_p_value_is_called_wrong():
    """SciPy's boschloo_exact of [[7, 5], [2, 10]]; Fisher's two-sided P is 0.089."""
    s = Sketch()
    s.variable("old")
    s.everyone(12, "old", "old")
    s.everyone(12, "young", "not old")
    s.count("old_response", "response", 7, among="old")
    s.count("young_response", "response", 2, among="not old")
    s.measure("by_age", "comparison", where="response", by="old")
    p = p_value([[7, 5], [2, 10]], "boschloo")
    found = verdict(s, s.print("by_age", "p_value", f"{p:.4f}"))

    assert (found.verdict, found.method) == ("match", "boschloo")


def test_a_number_of_another_trial_is_compared_with_the_row_of_its_measure():
    s = Sketch()
    s.measure("history", "external")
    slug = s.print("history", "value", "37%")
    row = ("Other trial", "history", "39%", "", "", "", "", "https://example.org")
    ledger = s.ledger
    object.__setattr__(ledger, "comparators", (Comparator(*row),))
    found = next(v for v in audit(ledger) if v.claim == slug)

    assert (found.verdict, found.kind) == ("mismatch", "comparator-differs")


def test_survival_printed_as_a_fraction_is_read_as_one():
    s = Sketch()
    s.everyone(35)
    s.measure("os", "survival", endpoint="OS", horizon="365")
    for statistic, value in (("estimate", "0.971"), ("conf_low", "0.918"), ("conf_high", "1.000")):
        slug = s.print("os", statistic, value)
    assert verdict(s, slug).verdict == "match"


def test_an_undecided_search_is_unchecked_and_never_a_match():
    """Four decimals of 61 patients' limits: the work ends before all histories are excluded."""
    s = Sketch()
    s.everyone(61)
    s.measure("os", "survival", endpoint="OS", horizon="365", unit="%")
    limits = (("estimate", "71.4312"), ("conf_low", "60.2127"), ("conf_high", "84.7398"))
    for statistic, value in limits:
        slug = s.print("os", statistic, value)

    assert (verdict(s, slug).verdict, verdict(s, slug).kind) == ("unchecked", "undecided")


def test_json_is_one_document_without_nan():
    s = Sketch()
    s.everyone(35)
    s.count("response", "response", 33, "94%", limits=("81", "98"))
    document = json.loads(to_json(s.ledger), parse_constant=pytest.fail)

    assert document["coverage"]["claims"] == len(document["verdicts"]) == 5
    assert document["verdicts"][0]["value"] is None
    assert {"claim", "printed", "locus", "verdict", "reason"} <= set(document["verdicts"][0])


def test_an_unknown_claim_is_refused_with_the_nearest_name():
    s = Sketch()
    s.everyone(35)

    with pytest.raises(LedgerError, match="did you mean enrolled_n"):
        explain(s.ledger, "enroled_n")


def test_a_new_ledger_is_empty_and_can_be_audited(tmp_path):
    new_ledger(tmp_path / "next")

    assert audit(read_ledger(tmp_path / "next")) == []


def test_a_new_ledger_overwrites_nothing(tmp_path):
    (tmp_path / "claims.csv").write_text("mine")

    with pytest.raises(LedgerError, match=r"claims\.csv is there already"):
        new_ledger(tmp_path)
    assert [p.name for p in tmp_path.iterdir()] == ["claims.csv"]
    assert (tmp_path / "claims.csv").read_text() == "mine"


def test_the_example_in_a_new_ledger_can_be_pasted_and_matches(tmp_path):
    new_ledger(tmp_path)
    lines = [line.strip() for line in (tmp_path / "README.md").read_text().splitlines()]
    for name in ("measures", "claims", "variables"):
        start = lines.index(f"{name}.csv") + 1
        header = (tmp_path / f"{name}.csv").read_text().strip()
        assert lines[start] == header
        stop = next(
            i for i in range(start, len(lines) + 1) if i == len(lines) or "," not in lines[i]
        )
        (tmp_path / f"{name}.csv").write_text("\n".join(lines[start:stop]) + "\n")
    found = [v.verdict for v in audit(read_ledger(tmp_path))]

    assert found == ["given", "given", "match", "match", "match"]


def test_a_value_in_json_has_no_digit_in_which_processors_differ():
    """A browser's erfc and a server's differ in the last one."""
    rows = json.loads(to_json(read_ledger(ROOT / "data" / "published")))["verdicts"]
    values = [row["value"] for row in rows if row["value"] is not None]

    assert len(values) > 50
    assert values == [float(f"{value:.12g}") for value in values]


def test_limits_that_thousands_fewer_patients_would_give_are_found_without_trying_each():
    """Tried one by one, the totals from 3,304 down to 1,126 take 100,000 intervals."""
    s = Sketch()
    s.everyone(3305)
    slug = s.count("survived", "survived", None, "77%", limits=("74", "80"))
    limits.cache_clear()

    assert "867 of 1126" in verdict(s, slug).reason
    assert limits.cache_info().misses < 10_000


def by_age(old, young, printed, verbal="", method=""):
    """Verdict on the P value of events among the old against those among the young."""
    s = Sketch()
    s.variable("old")
    s.everyone(old[1], "old", "old")
    s.everyone(young[1], "young", "not old")
    s.count("old_event", "event", old[0], among="old")
    s.count("young_event", "event", young[0], among="not old")
    s.measure("by_age", "comparison", where="event", by="old", method=method)
    return verdict(s, s.print("by_age", "p_value", printed, verbal=verbal))


@pytest.mark.parametrize(
    ("printed", "expected", "says"),
    [
        ("0.0081", ("unchecked", "depends-on-test"), "Boschloo's test or Barnard's test, too slow"),
        ("0.0055", ("unchecked", "depends-on-test"), "too slow to try"),  # half of Fisher's P
        ("0.20", ("mismatch", "no-test-fits"), "no other test that was tried gives that"),
    ],
)
def test_of_many_thousands_only_a_p_value_far_from_every_test_is_called_wrong(
    printed, expected, says
):
    """10 and 26 of 2,100 each: R's fisher.test has P = 0.0110, its chisq.test 0.0120 or 0.0074."""
    found = by_age((10, 2100), (26, 2100), printed)

    assert (found.verdict, found.kind) == expected
    assert says in found.reason


@pytest.mark.parametrize(("printed", "verbal"), [("0.20", ""), ("<0.05", "fewer")])
@pytest.mark.parametrize("method", ["boschloo", "barnard", "boschloo-less"])
def test_a_named_test_that_takes_too_long_leaves_a_p_value_unchecked(method, printed, verbal):
    found = by_age((10, 2100), (26, 2100), printed, verbal, method)

    assert (found.verdict, found.kind) == ("unchecked", "not-expressible")
    assert "takes too long for so many patients" in found.reason


@pytest.mark.parametrize(
    ("printed", "method"),
    [
        ("0.0045", "mid-p-doubled"),  # epitools and OpenEpi
        ("0.0085", "fisher-doubled"),
        ("0.0078", "fisher"),
    ],
)
def test_a_p_value_may_be_twice_a_one_sided_one(printed, method):
    """2 of 11 v 16 of 22: R has 0.0078 for Fisher's test, and twice 0.0042 one-sided."""
    found = by_age((2, 11), (16, 22), printed)

    assert (found.verdict, found.method) == ("match", method), found.reason


def against_another_trial(own, printed, rate="", theirs=("", ""), method=""):
    """Verdict on the P value of events against a rate, or against another trial's patients."""
    s = Sketch()
    s.everyone(own[1])
    s.count("healed", "healed", own[0])
    s.measure("history", "external", unit="%")
    slug = s.print("history", "value", rate) if rate else "history"
    if theirs[1]:
        s.comparator(slug, *theirs)
    s.measure("better", "comparison", where="healed", against="history", method=method)
    return verdict(s, s.print("better", "p_value", printed))


@pytest.mark.parametrize(
    ("printed", "method"),
    [
        ("0.8388", "binomial-score-cc"),  # R's prop.test(16, 74, 0.2)
        ("0.8172", "exact-binomial-doubled"),  # PROC FREQ
        ("0.7116", "binomial-mid-p-doubled"),
        ("0.7710", "exact-binomial"),
    ],
)
def test_a_p_value_against_a_rate_may_be_that_of_r_or_of_sas(printed, method):
    found = against_another_trial((16, 74), printed, "20%")

    assert (found.verdict, found.method) == ("match", method), found.reason


@pytest.mark.parametrize(
    ("printed", "method", "kind"),
    [
        ("0.72", "exact-binomial", "p-value"),
        ("0.596", "", "depends-on-rounding"),
        ("0.596", "exact-binomial", "depends-on-rounding"),
        ("0.92", "exact-binomial", "no-test-fits"),
    ],
)
def test_a_rate_may_be_rounded_before_it_is_printed(printed, method, kind):
    """R's binom.test(25, 35, 2 / 3) has 0.5964, and 0.7197 against 0.67."""
    assert against_another_trial((25, 35), printed, "67%", method=method).kind == kind


@pytest.mark.parametrize("rate", ["", "1.2%"])
@pytest.mark.parametrize(
    ("own", "theirs", "printed", "verdict", "says"),
    [
        ((2, 11), (16, 22), "0.0040", "match", "Boschloo's test"),
        ((10, 2100), (26, 2100), "0.0081", "unchecked", "Boschloo's test or Barnard's test, too"),
        ((10, 2100), (26, 2100), "0.40", "mismatch", "no other test that was tried gives that"),
    ],
)
def test_another_trial_may_be_compared_by_a_test_that_is_a_last_resort(
    own, theirs, printed, verdict, says, rate
):
    """Whether the article cites the other trial's rate, or its report is known alone."""
    rate = rate and f"{100 * theirs[0] / theirs[1]:.1f}%"
    found = against_another_trial(own, printed, rate, theirs)

    assert found.verdict == verdict, found.reason
    assert says in found.reason


@pytest.mark.parametrize(
    ("old", "young", "printed", "verdict"),
    [
        ((3, 7), (0, 3), "0.47", "match"),
        ((3, 7), (0, 3), "0.48", "match"),
        ((3, 7), (0, 3), "0.49", "mismatch"),
        ((3, 3), (0, 3), "<0.1", "mismatch"),
        ((3, 3), (0, 3), "0.1", "match"),
    ],
)
def test_a_p_value_at_a_tie_may_be_printed_either_way(old, young, printed, verdict):
    """Fisher's P is 19/40, which binary numbers make a little less, or 1/10, not less than 0.1."""
    assert by_age(old, young, printed, method="fisher").verdict == verdict


def test_tests_that_take_long_are_left_out_of_many_possible_counts_of_another_trial():
    """37% of 1,000 are ten counts: 14 seconds by Boschloo's and Barnard's tests."""
    found = against_another_trial((33, 100), "0.9", "37%", ("", 1000))

    assert found.kind == "depends-on-test"
    assert "Boschloo's test or Barnard's test, too slow to try" in found.reason
