"""What two sources print of the same patients; the trials here are invented."""

from dataclasses import replace

import pytest

from companion.project import ROOT
from numbercheck.audit import agreements, audit, coverage, drift, explain
from numbercheck.audit.sources import joint
from numbercheck.ledger.reading import read_ledger
from numbercheck.ledger.records import LedgerError
from numbercheck.ledger.sources import of_sources

EXAMPLE = ROOT / "data/examples/two-sources"


@pytest.fixture
def trial(tmp_path):
    """Make the example's ledger with other rows of other sources beside the article's."""

    def make(*rows, **changes):
        texts = {path.stem: path.read_text(encoding="utf-8") for path in EXAMPLE.glob("*.csv")}
        texts.pop("expected_findings")
        lines = [line for line in texts["claims"].splitlines() if line.endswith((",", "source"))]
        for measure, statistic, printed, *more in rows:
            source, note = (*more, "", "")[:2]
            slug = f"{source or 'article'}_{measure}_{statistic}"
            lines.append(f'{slug},Abstract,{measure},{statistic},"{printed}",{note},{source}')
        texts["claims"] = "\n".join(lines) + "\n"
        for name, text in texts.items():
            old, new = changes.get(name, ("", ""))
            (tmp_path / f"{name}.csv").write_text(text.replace(old, new), encoding="utf-8")
        return read_ledger(tmp_path)

    return make


def beside(ledger, claim):
    return next(row for row in agreements(ledger) if row.claim == claim)


def verdict(ledger, claim):
    return next(v for v in audit(of_sources(ledger)) if v.claim == claim)


@pytest.mark.parametrize(
    ("measure", "statistic", "printed", "agreement"),
    [
        ("response", "n", "30", "agrees"),
        ("response", "percent", "75%", "agrees"),
        ("response", "percent", "75.0%", "agrees"),
        ("rash_severe", "percent", "10%", "agrees"),  # 4 of 40, of which only the count is printed
        ("follow_up", "median", "11", "within-rounding"),
        ("response", "percent", "60%", "differs"),
        ("enrolled", "n", "37", "differs"),
        ("rash_severe", "n", "7", "differs"),
        ("deaths", "n", "5", "in-order"),
        ("deaths", "n", "1", "differs"),
        ("deaths", "percent", "13%", "in-order"),
        ("deaths", "percent", "3%", "differs"),  # after 2 of 40, 5%
        ("in_remission", "n", "20", "in-order"),
        ("in_remission", "n", "28", "differs"),
        ("follow_up", "median", "60", "in-order"),
        ("follow_up", "median", "9", "differs"),
        ("os_1y", "estimate", "94.2%", "may-change"),
        ("infection", "n", "9", "undeclared"),
        ("start", "value", "March 5, 2017", "agrees"),
        ("start", "value", "May 2017", "differs"),
        ("outcome", "value", "response  at Day 28", "agrees"),
        ("outcome", "value", "Progression-free survival", "to-read"),
        ("follow_up", "median", ">10", "agrees"),
        ("response", "n", "<5", "differs"),
    ],
)
def test_a_later_source_is_compared_as_the_measure_allows(
    trial, measure, statistic, printed, agreement
):
    """By order where time may change a measure, by equality where it is fixed."""
    known = [("enrolled", "n", "40", "later")] * (measure != "enrolled")
    ledger = trial(*known, (measure, statistic, printed, "later"))

    assert beside(ledger, f"later_{measure}_{statistic}").agreement == agreement
    mismatch = verdict(ledger, f"later_{measure}_{statistic}").verdict == "mismatch"
    assert mismatch == (agreement == "differs")


@pytest.mark.parametrize(("printed", "agreement"), [("10%", "agrees"), ("12%", "differs")])
def test_without_a_total_of_its_own_a_percentage_is_of_the_articles_patients(
    trial, printed, agreement
):
    """The article prints 4 patients of 40 and no percentage."""
    ledger = trial(("rash_severe", "percent", printed, "later"))

    assert beside(ledger, "later_rash_severe_percent").agreement == agreement


def test_a_count_is_not_compared_with_a_percentage_of_an_unknown_total(trial):
    """90% of the patients with known results, whose number is not printed."""
    row = "known,Response where known,count,response,rash == 0,,,,,,patients,,fixed\n"
    ledger = trial(
        *(("known", "percent", "90%", ""), ("known", "n", "36", "later")),
        measures=("\ninfection,", f"\n{row}infection,"),
    )

    assert beside(ledger, "later_known_n").agreement == "alone"


def test_a_claim_in_words_is_beside_the_same_claim(trial):
    """The fixture prints P values as numbers; here both are words."""
    ledger = trial(*CONTROLS, ("unmatched", "p_value", "<0.05", "later"))
    words = {k: replace(c, verbal="yes") for k, c in of_sources(ledger).claims.items()}
    article = replace(words["later_unmatched_p_value"], claim="article_p", source="")
    both = {"article_p": article, "later_p": replace(article, claim="later_p", source="later")}
    ledger = replace(ledger, claims={**ledger.claims, **both})

    assert beside(ledger, "later_p").agreement == "agrees"


def test_the_record_registered_before_may_expect_fewer_deaths_but_not_more(trial):
    """Its date, not its place in the file, says which source is earlier."""
    for printed, agreement in (("1", "in-order"), ("3", "differs")):
        ledger = trial(("deaths", "n", printed, "record"))
        assert beside(ledger, "record_deaths_n").agreement == agreement


def test_without_dates_nothing_is_said_of_the_order(trial):
    ledger = trial(("deaths", "n", "3", "record"), sources=("2018-01-15", ""))

    assert beside(ledger, "record_deaths_n").agreement == "undated"
    assert verdict(ledger, "record_deaths_n").verdict == "unchecked"


def test_planned_and_enrolled_numbers_are_compared(trial):
    row = beside(trial(("planned", "value", "50", "record")), "record_planned_value")

    assert (row.printed, row.against_printed, row.agreement) == ("50", "40", "may-change")


def test_evaluable_patients_explain_another_count(trial):
    """30 of 40 and 28 of 37: three were left out, two of them with a response."""
    ledger = trial(("response", "n", "28", "later"), ("response", "N", "37", "later"))

    row = beside(ledger, "later_response_n")
    assert row.agreement == "other-definition"
    assert "37 patients, not 40" in row.explanation
    assert {verdict(ledger, f"later_response_{s}").verdict for s in "nN"} == {"unchecked"}


def test_patients_left_out_do_not_explain_every_count(trial):
    """Of 40 with 30 responses, 37 cannot have 25."""
    ledger = trial(("response", "n", "25", "later"), ("response", "N", "37", "later"))

    assert verdict(ledger, "later_response_n").kind == "sources-differ"


def test_another_grade_explains_a_percentage(trial):
    """Rash of any grade is 6 and 4 of 40, 25%."""
    ledger = trial(("enrolled", "n", "40", "later"), ("rash_severe", "percent", "25%", "later"))

    row = beside(ledger, "later_rash_severe_percent")
    assert row.agreement == "other-definition"
    assert "Rash, grade 1-2 and Rash, grade 3-4 together, 10 of 40" in row.explanation


def test_both_numbers_and_both_intervals_are_shown_with_the_note_of_the_source(trial):
    """R, binom::binom.wilson: 30 of 40 has 59.8 to 85.8, 24 of 40 has 44.6 to 73.7."""
    note = "whom it counts is not said"
    ledger = trial(("enrolled", "n", "40", "later"), ("response", "percent", "60%", "later", note))

    row = beside(ledger, "later_response_percent")
    assert (row.interval, row.against_interval) == ("44.6 to 73.7%", "59.8 to 85.8%")
    assert row.explanation == "Whom it counts is not said."
    reason = verdict(ledger, "later_response_percent").reason
    assert reason.startswith("60% (interval 44.6 to 73.7%) is printed here, 75% (interval 59")


def test_a_percentage_of_no_count_says_of_how_many_it_could_be(trial):
    """41% of 40 is no count; 16 of 39 is 41.03%."""
    ledger = trial(("enrolled", "n", "40", "later"), ("response", "percent", "41%", "later"))

    explanation = beside(ledger, "later_response_percent").explanation
    assert (
        "No count out of 40 rounds to 41%: 16 of 40 is 40.00% and 17 of 40 is 42.50%" in explanation
    )
    assert "Perhaps one patient was not evaluable: 16 of 39 is 41.03%" in explanation


def test_controls_are_other_patients_of_their_own_number(trial):
    ledger = trial(
        *(("enrolled", "n", "20", "controls"), ("response", "n", "5", "controls")),
        ("response", "percent", "25%", "controls"),
    )

    assert beside(ledger, "controls_response_n").agreement == "other-patients"
    assert verdict(ledger, "controls_response_percent").verdict == "match"


CONTROLS = (
    *(("enrolled", "n", "40", "later"), ("response", "n", "30", "later")),
    *(("enrolled", "n", "40", "controls"), ("response", "percent", "50%", "controls")),
)


@pytest.mark.parametrize(
    ("printed", "kind"),
    [
        ("0.0063", "possible-p"),
        ("0.031", "possible-p"),
        ("0.90", "no-test-fits"),
    ],
)
def test_matched_controls_are_tested_as_pairs(trial, printed, kind):
    """R: binom.test(11, 12)$p.value is 0.00635, binom.test(14, 18)$p.value 0.0309."""
    found = verdict(trial(*CONTROLS, ("compared", "p_value", printed, "later")), CLAIM)

    assert found.kind == kind


CLAIM = "later_compared_p_value"


def test_matched_controls_may_have_been_tested_as_two_groups(trial):
    """R: chisq.test of 30 and 20 of 40, corrected, gives 0.0377; no number of pairs does."""
    found = verdict(trial(*CONTROLS, ("compared", "p_value", "0.0377", "later")), CLAIM)

    assert (found.verdict, found.method) == ("match", "chi2-yates")


def test_unmatched_controls_are_two_groups(trial):
    """R: fisher.test of 30 and 20 of 40 gives 0.0368."""
    ledger = trial(*CONTROLS, ("unmatched", "p_value", "0.0368", "later"))
    found = verdict(ledger, "later_unmatched_p_value")

    assert (found.verdict, found.method) == ("match", "fisher")
    assert "mcnemar-exact" not in {c.method for c in found.candidates}


def test_limits_by_another_method_are_no_difference_of_the_data(trial):
    """R: 30 of 40 has 59.8 to 85.8 by Wilson, 58.8 to 87.3 by binom.test."""
    rows = [("enrolled", "n", "40"), ("response", "n", "30")]
    rows += [("response", "conf_low", "59"), ("response", "conf_high", "87")]
    article = [("response", "conf_low", "60"), ("response", "conf_high", "86")]
    ledger = trial(*article, *((*row, "later") for row in rows))

    for claim in ("later_response_conf_low", "later_response_conf_high"):
        row = beside(ledger, claim)
        assert row.agreement == "other-definition"
        assert "by the Clopper–Pearson (exact) method" in row.explanation
        assert verdict(ledger, claim).verdict == "match"


def test_another_test_of_the_same_patients_is_no_difference_of_the_data(trial):
    """R: 30 and 20 of 40 have P = 0.0368 by fisher.test and 0.0377 by chisq.test."""
    later = "later,follow-up,,The trial at five years (2023),2023-05,abstract,PMID 2\n"
    ledger = trial(
        *CONTROLS,
        *(("unmatched", "p_value", "0.0368", "later"), ("unmatched", "p_value", "0.0377", "last")),
        sources=(later, later + later.replace("later,", "last,")),
    )

    row = beside(ledger, "last_unmatched_p_value")
    assert (row.against, row.agreement) == ("later", "other-definition")
    assert "Yates" in row.explanation


def test_two_curves_are_not_tested_without_the_patients(trial):
    ledger = trial(*CONTROLS, ("curves", "p_value", "<0.001", "later"))

    assert verdict(ledger, "later_curves_p_value").kind == "not-expressible"


@pytest.mark.parametrize(
    ("printed", "kind"), [("37%", "comparator"), ("39%", "comparator-differs")]
)
def test_a_cited_source_is_a_comparator(trial, printed, kind):
    """14 of 38 is 37%, 15 of 38 39%; R: fisher.test of 30 of 40 v 14 of 38 gives 0.0012."""
    measures = (
        "history,Response elsewhere,external,,,,,,,,%,,\n"
        "better,Response against it,comparison,response,,,history,,,,,,\n"
    )
    other = "other,cited,its patients,Another trial (2015),2015,full text,doi:3\n"
    ledger = trial(
        *(("history", "value", "37%"), ("better", "p_value", "0.0012")),
        *(("history", "value", printed, "other"), ("history", "n", "14", "other")),
        ("history", "N", "38", "other"),
        measures=("\nplanned,", f"\n{measures}planned,"),
        sources=("\nrecord,", f"\n{other}record,"),
    )

    assert verdict(ledger, "article_history_value").kind == kind
    assert verdict(ledger, "article_better_p_value").method == "fisher"


def test_a_source_changes_no_verdict_of_the_article(trial):
    alone = audit(trial())
    ledger = trial(("response", "n", "29", "later"), ("deaths", "n", "0", "later"))

    assert audit(ledger) == alone
    assert [v for v in audit(of_sources(ledger)) if v.claim.startswith("article_")] == alone


def test_what_may_change_later_is_no_part_of_the_joint_cohort(trial):
    rows = [("response", "n", "30"), ("deaths", "n", "5"), ("infection", "n", "9")]
    ledger = trial(*((*row, "later") for row in rows), ("response", "n", "9", "controls"))

    assert set(joint(ledger).claims) - set(ledger.claims) == {"later_response_n"}
    assert set(joint(ledger, ["article"]).claims) == set(ledger.claims)


def test_another_definition_is_no_part_of_the_joint_cohort(trial):
    """28 of 37 evaluable patients do not contradict 30 of 40."""
    ledger = trial(("response", "n", "28", "later"), ("response", "N", "37", "later"))

    assert set(joint(ledger).claims) == set(ledger.claims)


@pytest.mark.parametrize(
    ("name", "old", "new", "fault"),
    [
        (
            "claims",
            ",later\n",
            ",latter\n",
            r"claims\.csv row 16 .*, column source: unknown source 'latter'",
        ),
        ("sources", "The trial (2020)", "", r"sources\.csv row 2 .*, column citation: it is empty"),
        ("sources", "PMID 2", "", r"sources\.csv row 3 .*, column retrieved: it is empty"),
        ("sources", ",follow-up,", ",sequel,", r"sources\.csv row 3 .*: unknown kind 'sequel'"),
        ("sources", "2023-05", "May 2023", r"sources\.csv row 3 .*, column date: 'May 2023'"),
        (
            "sources",
            "article,article",
            "paper,article",
            r"sources\.csv row 2 .*: one source is the art",
        ),
        ("measures", ",rises", ",grows", r"measures\.csv row 7 .*: unknown later 'grows'"),
        ("measures", ",controls,", ",contrls,", r"measures\.csv row 14 .*, column against: unk"),
    ],
)
def test_a_fault_of_a_source_is_a_sentence_with_file_row_and_column(
    trial, tmp_path, name, old, new, fault
):
    trial(("response", "n", "30", "later"))
    path = tmp_path / f"{name}.csv"
    path.write_text(path.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")

    with pytest.raises(LedgerError, match=fault) as refused:
        read_ledger(tmp_path)
    assert len(refused.value.faults) == 1


def test_an_unknown_source_is_refused_with_the_nearest(trial):
    with pytest.raises(LedgerError, match="unknown source 'latter'; did you mean later"):
        of_sources(trial(), ["latter"])


def test_the_example_has_the_finding_that_is_planted_in_it():
    ledger = of_sources(read_ledger(EXAMPLE))
    verdicts = audit(ledger)

    assert [v.claim for v in verdicts if v.verdict == "mismatch"] == ["later_rash_severe_percent"]
    assert drift(ledger, verdicts) == []


# the follow-up of this article


@pytest.fixture(scope="module")
def ledger():
    return read_ledger(ROOT / "data/published")


@pytest.fixture(scope="module")
def every(ledger):
    return {v.claim: v for v in audit(of_sources(ledger))}


def test_each_source_of_the_article_is_counted_apart(ledger, every):
    """22 facts of the follow-up's abstract, of which poor risk is a count and a percentage."""
    article = [v for v in every.values() if v.claim in ledger.claims]
    others = [v for v in every.values() if v.claim in ledger.elsewhere]

    assert article == audit(ledger)
    assert coverage(ledger, article).claims == 243
    assert len(others) == 24


def test_thrombocytopenia_differs_and_nothing_else(ledger, every):
    """The follow-up prints 62% where the article prints 8 of 35."""
    found = [v for v in every.values() if v.kind == "sources-differ"]

    assert [v.claim for v in found] == ["follow_up_thrombocytopenia_g34_percent"]
    for text in ("62% (", "23% (interval 12.1 to 39.0%)", "21 of 34 is 61.76%", "17 of 35"):
        assert text in found[0].reason
    assert "Perhaps 22 of 35 was cut off, not rounded; or one patient was" in found[0].reason
    assert drift(of_sources(ledger), every.values()) == []


@pytest.mark.parametrize(
    ("name", "pairs"),
    [
        ("crc", "13 and 2 discordant pairs"),
        ("mrd", "18 and 3 discordant pairs"),
        ("infections", "4 and 15 discordant pairs"),
        ("thrombocytopenia", "1 and 10 discordant pairs (22 and 31 with the event)"),
    ],
)
def test_every_p_value_of_the_follow_up_fits_mcnemars_exact_test(every, name, pairs):
    """2 P(X <= b), X binomial of b + c and one half: 0.0074, 0.0015, 0.0192, 0.0117."""
    found = every[f"follow_up_{name}_v_controls_p_value"]

    assert (found.kind, found.method) == ("possible-p", "mcnemar-exact")
    assert pairs in found.reason


def test_no_other_test_of_two_sides_fits_all_of_them(every):
    names = ("crc", "mrd", "infections", "thrombocytopenia")
    found = [every[f"follow_up_{name}_v_controls_p_value"].candidates for name in names]
    fitting = [{c.method for c in candidates if c.fits} for candidates in found]

    assert set.intersection(*fitting) == {"mcnemar-exact"}


def test_an_explanation_says_where_a_number_was_read(ledger):
    text = explain(of_sources(ledger), "follow_up_crc_2w_percent")

    assert "the follow-up, abstract, PMID 39984805, reprinted at" in text
