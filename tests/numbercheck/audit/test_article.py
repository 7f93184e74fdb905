"""What the audit must say of this article; each number was worked out apart from the audit."""

import re
from pathlib import Path

import pytest

from companion.project import ROOT
from numbercheck.audit import audit, coverage, explain, family_fits, method_table
from numbercheck.ledger.reading import read_ledger
from numbercheck.statistics.risk_sets import km_limits


@pytest.fixture(scope="module")
def ledger():
    return read_ledger(ROOT / "data/published")


@pytest.fixture(scope="module")
def verdicts(ledger):
    return {v.claim: v for v in audit(ledger)}


def test_every_claim_has_one_verdict_and_a_sentence_in_the_ledgers_order(ledger, verdicts):
    assert list(verdicts) == list(ledger.claims)
    assert all(v.reason.endswith((".", ")")) for v in verdicts.values())
    assert all(bool(v.basis) == (v.verdict in ("match", "mismatch")) for v in verdicts.values())


def test_the_mismatches_are_these(verdicts):
    """16/35 = 45.714%, cut to 45; 8/35 v 37%; 0/35 v 2 to 10%; 19/35 v 37/267; cited numbers."""
    found = {v.claim: v.kind for v in verdicts.values() if v.verdict == "mismatch"}

    assert found == {
        "table1_crs_g12_percent": "rounding-slip",
        "text6_infections_v_mdacc_p_value": "claim-not-supported",
        "text6_early_deaths_v_intensive_p_value": "claim-not-supported",
        "text6_crs_v_tower_p_value": "claim-not-supported",
        "text1_conventional_cr_max": "comparator-differs",
        "text6_conventional_neutrophil_recovery_max": "comparator-differs",
    }


def test_the_slip_is_told_in_a_sentence_for_clinicians(verdicts):
    verdict = verdicts["table1_crs_g12_percent"]

    assert verdict.reason.startswith("16 of 35 is 45.7%, which rounds to 46%, not 45%")
    assert verdict.value == pytest.approx(100 * 16 / 35)
    assert [c.method for c in verdict.candidates if c.fits] == ["truncated"]


def test_every_other_percentage_follows_from_its_counts(ledger, verdicts):
    percents = [v for v in verdicts.values() if ledger.claims[v.claim].statistic == "percent"]
    others = {v.verdict for v in percents if v.kind not in ("rounding-slip", "possible-counts")}

    assert others == {"match"}
    assert len(percents) > 40


def test_wilson_alone_prints_every_interval_of_a_proportion(ledger, verdicts):
    limits = [
        v
        for v in verdicts.values()
        if v.kind == "interval" and ledger.claims[v.claim].statistic.startswith("conf")
    ]

    assert family_fits(ledger)["proportion_interval"] == ("wilson",)
    assert {v.method for v in limits} == {"wilson"}
    assert len(limits) == 20  # eight intervals, two of them printed twice


def test_the_p_value_is_pearsons_with_yates_correction(ledger, verdicts):
    """[[16, 6], [2, 9]]: 0.00944 in R's chisq.test, 0.0078 in fisher.test."""
    verdict = verdicts["text6_crs_by_blasts_p_value"]
    values = {c.method: c.value for c in verdict.candidates}

    assert (verdict.verdict, verdict.method) == ("match", "chi2-yates")
    assert verdict.value == pytest.approx(0.00944, abs=5e-6)
    assert values["fisher"] == "0.00780"
    assert family_fits(ledger)["two_group_test"] == ("chi2-yates",)


def test_the_percentages_by_blasts_can_only_be_16_and_2_patients(verdicts):
    assert "16 patients" in verdicts["text6_crs_blasts_ge5_percent"].reason
    assert "2 patients" in verdicts["text6_crs_blasts_lt5_percent"].reason


def test_infections_are_lower_than_a_fixed_rate_by_some_tests_only(verdicts):
    """R: binom.test(8, 35, 0.37) gives 0.114, less 0.056; fisher.test with 14 of 38 0.213."""
    reason = verdicts["text6_infections_v_mdacc_p_value"].reason

    tried = {c.method: c.value for c in verdicts["text6_infections_v_mdacc_p_value"].candidates}

    assert "not supported by 8 of 12 tests: the exact binomial test (P 0.114)" in reason
    assert tried["exact-binomial-less"] == "0.056"
    assert "against 14 of 38, not supported by any of 13 tests (P 0.097 to 0.296)" in reason


def test_no_deaths_differ_from_ten_per_cent_at_most(verdicts):
    """0.98^35 = 0.49: the lower end is not excluded; 1 - 0.05^(1/35) = 8.2%; 0.98^149 < 0.05."""
    reason = verdicts["text6_early_deaths_v_intensive_p_value"].reason

    assert "against a fixed 2%, not supported by any of 10 tests" in reason
    assert "not supported by 6 of 13 tests: Fisher's exact test (P 0.070)" in reason
    assert "the exact binomial test with the one-sided P doubled (P 0.0501)" in reason
    assert "0 of 35 is 8.2%; to exclude 2% takes 149 patients" in reason
    assert "age 60 or older" in reason


@pytest.mark.parametrize(
    ("claim", "fixed"),
    [
        ("text6_early_deaths_v_intensive_p_value", "a fixed 10%"),
        ("text6_infections_v_mdacc_p_value", "a fixed 37%"),
    ],
)
def test_the_findings_say_by_how_many_tests(ledger, verdicts, claim, fixed):
    """R: prop.test(0, 35, 0.1) has P 0.091, and twice the one-sided exact P is 0.0501."""
    number = re.search(rf"against {fixed}, supported by (\d+ of \d+ tests)", verdicts[claim].reason)

    assert f"below {fixed}" in ledger.expected_findings[claim].reason
    assert f"by {number[1]} tried" in ledger.expected_findings[claim].reason


def test_survival_has_log_limits_with_one_death_and_with_five_events(ledger, verdicts):
    assert family_fits(ledger)["survival_interval"] == ("log",)
    for claim, verdict, text in (
        ("text5_os_12m_conf_high", "match", "1 at-risk sequence of 35 patients, with 1 event"),
        ("text5_pfs_12m_conf_high", "given", "23 at-risk sequences of 35 patients, with 5"),
    ):
        assert verdicts[claim].verdict == verdict
        assert verdicts[claim].reason.startswith(text)


def test_a_lower_limit_of_survival_is_a_premise_and_no_evidence(verdicts):
    """One death at 34 at risk prints 97.1, too, with 91.5 below it."""
    survival, lower, _ = km_limits((34,))

    assert (round(100 * survival, 1), round(100 * lower, 1)) == (97.1, 91.5)
    assert verdicts["text5_os_12m_conf_low"].verdict == "given"


def test_subgroup_claims_are_judged_over_every_table_the_margins_leave(verdicts):
    """9 of 35 with high counts, 33 responses: two failures among the 9 give Fisher 0.0605."""
    assert verdicts["text4_crc_by_risk_p_value"].verdict == "match"
    for name, least in (("wbc", "0.061"), ("blasts", "0.104")):
        found = verdicts[f"text4_crc_by_{name}_p_value"]
        assert (found.verdict, found.kind) == ("unchecked", "depends-on-test")
        assert {c.method: c.value for c in found.candidates}["fisher"] == f"{least} to 1"
        assert re.search("undecided, .*tests: the chi-squared test", found.reason)
    assert verdicts["text4_mrd_by_wbc_p_value"].kind == "depends-on-cells"
    for name in ("crc_by_sex", "mrd_by_sex", "crc_by_age", "mrd_by_age"):
        assert verdicts[f"text4_{name}_p_value"].kind == "not-expressible"


def test_whole_follows_from_parts_and_the_parts_stay_premises(verdicts):
    """33 = 28 + 5: counting all three as confirmed would count one fact three times."""
    assert verdicts["table1_crc_2w_n"].verdict == "match"
    assert verdicts["table1_cr_2w_n"].verdict == "given"
    assert verdicts["table1_cri_2w_n"].verdict == "given"


def test_days_of_the_regimen_follow_on_one_side_only(verdicts):
    """22 = 7 + 14 + 1."""
    assert verdicts["text2_response_day_value"].verdict == "match"
    assert verdicts["abstract_blinatumomab_weeks_value"].verdict == "given"


def test_what_nothing_determines_is_unchecked_with_the_reason(verdicts):
    verdict = verdicts["text5_transplant_n"]

    assert verdict.verdict == "unchecked"
    assert verdict.reason.startswith("No other printed number determines it")


def test_cited_numbers_are_judged_by_what_their_sources_print(ledger, verdicts):
    """Kantarjian 2004 and Bassan 2023, O'Brien 2008 by age, Larson 1998 with and without G-CSF."""
    others = [c for c in ledger.claims.values() if ledger.measures[c.measure].kind == "external"]
    found = {c.claim: verdicts[c.claim].verdict for c in others}

    assert {claim for claim, verdict in found.items() if verdict == "match"} == {
        "text6_intensive_mortality_min",
        "text6_intensive_mortality_max",
        "text6_conventional_neutrophil_recovery_min",
    }
    assert all(
        text in verdicts["text1_conventional_cr_max"].reason for text in ("92%", "91%", "(seen)")
    )
    assert "22 (seen)" in verdicts["text6_conventional_neutrophil_recovery_max"].reason
    assert found["text6_mdacc_infections_value"] == "unchecked"


def test_cytokine_release_is_not_similar_but_severe_cases_are(verdicts):
    """R: fisher.test of 19 of 35 v 37 of 267 is 3e-7, of 3 of 35 v 13 of 267 0.411."""
    any_grade, severe = (verdicts[f"text6_crs{g}_v_tower_p_value"] for g in ("", "_g34"))

    assert (any_grade.verdict, severe.verdict) == ("mismatch", "match")
    assert "Fisher's exact test (P 3e-07)" in any_grade.reason
    assert "Fisher's exact test (P 0.411)" in severe.reason


def test_coverage_counts_verdicts_and_adds_up(ledger, verdicts):
    counted = coverage(ledger, verdicts.values())

    assert counted.claims == len(ledger.claims) == sum(counted.verdicts.values())
    assert (
        counted.checked + counted.fitted == counted.verdicts["match"] + counted.verdicts["mismatch"]
    )
    assert sum(counted.kinds.values()) == counted.claims


def test_every_digit_of_every_percentage_and_limit_is_guarded(ledger):
    """The last printed digit moved by one, up in every other number, is always found.

    Takes 4 seconds: the whole article is judged for each number.
    """
    kinds = ("percent", "conf_low", "conf_high")
    before = {v.claim for v in audit(ledger) if v.verdict == "mismatch"}
    counted = [c for c in ledger.claims.values() if ledger.measures[c.measure].kind == "count"]
    missed = set()
    for at, claim in enumerate(counted):
        if claim.statistic in kinds and claim.claim not in before:
            number = int(claim.value.value) + (-1, 1)[at % 2]
            changed = ledger.constrain(printed={claim.claim: f"{number}{claim.value.unit}"})
            verdicts = {v.claim: v.verdict for v in audit(changed)}
            missed |= {claim.claim} if verdicts[claim.claim] != "mismatch" else set()
    assert missed <= {"text6_crs_blasts_lt5_percent", "text6_crs_blasts_ge5_percent"}


@pytest.mark.parametrize(
    "claim",
    ["table1_crs_g12_percent", "text6_crs_by_blasts_p_value", "text5_pfs_12m_conf_high"],
)
def test_an_explanation_fits_a_screen_and_shows_what_is_printed(ledger, verdicts, claim):
    text = explain(ledger, claim, list(verdicts.values()))

    assert len(text.splitlines()) <= 24
    assert max(map(len, text.splitlines())) <= 100
    assert ledger.claims[claim].printed in text
    assert ledger.claims[claim].locus in text
    assert verdicts[claim].kind in text


def test_every_explanation_fits_a_screen(ledger, verdicts):
    for claim in ledger.claims:
        assert len(explain(ledger, claim, list(verdicts.values())).splitlines()) <= 24


def test_the_method_table_has_the_five_types_for_each_survival_interval(ledger):
    rows = [r for r in method_table(ledger) if r.family == "survival_interval"]

    assert len(rows) == 10
    assert {r.method for r in rows if r.fits} == {"log"}


def test_nothing_in_the_audit_knows_this_paper():
    """No slug of the ledger's measures or claims stands in its code."""
    code = "".join(p.read_text() for p in Path(ROOT, "src/numbercheck/audit").glob("*.py"))
    ledger = read_ledger(ROOT / "data/published")

    assert [c for c in ledger.claims if c in code] == []
    assert [m for m in ledger.measures if "_" in m and m in code] == []
