"""Claims by trial arm: denominators, comparisons and sums follow from the arm alone."""

import json

import pytest

from numbercheck.audit import audit
from numbercheck.ledger.notes import notes
from numbercheck.ledger.reading import read_ledger
from numbercheck.ledger.records import LedgerError
from numbercheck.ledger.rereading import reread

MEASURES = """\
measure,label,kind,where,among,by,against,endpoint,horizon,family,unit
randomized,Patients randomized,count,,,,,,,,patients
response,Response,count,response,,,,,,,patients
response_by_arm,Response by arm,comparison,response,,arm,,,,,
"""
CLAIMS = """\
claim,locus,measure,statistic,printed,arm
all_n,Results,randomized,n,120,
a_n,Results,randomized,n,{a},A
b_n,Results,randomized,n,{b},B
a_response_n,Results,response,n,37,A
a_response_percent,Results,response,percent,{percent},A
b_response_n,Results,response,n,24,B
b_response_percent,Results,response,percent,41%,B
response_p,Results,response,p_value,{p},A|B
"""


@pytest.fixture
def write(tmp_path):
    """Write a small ledger of two arms, with some cells as given."""

    def written(a="62", b="58", percent="60%", p="0.045", article=None, claims=CLAIMS, extra=""):
        article = {"arms": ["A", "B"]} if article is None else article
        (tmp_path / "article.json").write_text(json.dumps(article), encoding="utf-8")
        (tmp_path / "measures.csv").write_text(MEASURES, encoding="utf-8")
        text = claims.format(a=a, b=b, percent=percent, p=p) + extra
        (tmp_path / "claims.csv").write_text(text, encoding="utf-8")
        return tmp_path

    return written


def judged(folder):
    """Give the verdict of each claim."""
    return {v.claim: v.verdict for v in audit(read_ledger(folder))}


def test_claims_by_arm_are_judged_by_the_sizes_of_their_arms(write):
    """37 of 62 and 24 of 58; no measure and no variable for each arm or event is written."""
    found = judged(write())

    assert found["a_response_percent"] == found["b_response_percent"] == "match"
    assert found["response_p"] == "match"
    assert "mismatch" not in found.values()


def test_a_percentage_of_the_wrong_arm_is_a_finding(write):
    """37 of 58 would be 64%."""
    assert judged(write(percent="64%"))["a_response_percent"] == "mismatch"


def test_arms_that_do_not_add_up_to_the_whole_are_a_finding(write):
    """62 and 59 are 121, and 120 were randomized."""
    found = {v.claim: v for v in audit(read_ledger(write(b="59")))}

    assert (found["all_n"].verdict, found["all_n"].kind) == ("mismatch", "sum-differs")
    assert judged(write())["all_n"] == "match"


def test_two_of_three_arms_are_compared(write):
    """The third arm has no part in it: R's fisher.test gives 0.0032 for 30/40 v 16/40."""
    sizes = "".join(f"{arm}_n,Results,randomized,n,40,{arm}\n" for arm in "ABC")
    events = zip("ABC", (30, 16, 29), strict=True)
    rows = "".join(f"{arm}_e,Results,response,n,{n},{arm}\n" for arm, n in events)
    claims = CLAIMS.partition("\n")[0] + f"\n{sizes}{rows}p,Results,response,p_value,"
    three = {"arms": {"A": "Low dose", "B": "Placebo", "C": "High dose"}}

    assert judged(write(article=three, claims=f"{claims}0.003,A|B\n"))["p"] == "match"
    assert judged(write(article=three, claims=f"{claims}0.003,A|C\n"))["p"] == "mismatch"


def test_spaces_around_the_arms_that_are_compared_do_not_count(write):
    """A spreadsheet's user writes them."""
    assert judged(write(extra="x,Results,response,p_value,0.045,A | B\n"))["x"] == "match"


def test_survival_is_compared_by_arm(write):
    """A hazard ratio of two arms is a comparison of their curves, with its limits and P value."""
    folder = write()
    with (folder / "measures.csv").open("a", encoding="utf-8") as handle:
        handle.write('os,"Overall survival, log-rank test",quantity,,,,,OS,,,months\n')
    with (folder / "claims.csv").open("a", encoding="utf-8") as handle:
        for statistic, printed in (
            ("hazard_ratio", "0.65"),
            ("conf_low", "0.45"),
            ("conf_high", "0.94"),
            ("p_value", "0.2"),
        ):
            handle.write(f"os_{statistic},Results,os,{statistic},{printed},A|B\n")
    ledger = read_ledger(folder)

    assert ledger.measures["os_A_v_B"].endpoint == "OS"
    assert {v.claim: v.verdict for v in audit(ledger)}["os_p_value"] == "mismatch"


def test_another_reading_of_a_measure_holds_in_each_arm(write):
    """An assumption about whom `response` counts is one about `response_A`, too."""
    folder = write()
    text = (folder / "measures.csv").read_text(encoding="utf-8")
    text = text.replace("response,Response,count,response", "response,Response,count,best_is_cr")
    text = text.replace("comparison,response", "comparison,best_is_cr")
    (folder / "measures.csv").write_text(text, encoding="utf-8")
    (folder / "variables.csv").write_text(
        "variable,label,type,values,unit,evaluable,source\n"
        "best_is_cr,CR,flag,,,,\nbest_is_pr,PR,flag,,,,\n"
    )
    (folder / "assumptions.csv").write_text(
        "assumption,statement,expression,parameter,value,alternatives,switchable\n"
        "is_cr,A response is CR,,response.where,best_is_cr,best_is_cr or best_is_pr,yes\n"
    )
    ledger = read_ledger(folder)
    other = reread(ledger, "is_cr", "best_is_cr or best_is_pr")

    assert other.measures["response_A"].where.text == "best_is_cr or best_is_pr"
    assert other.measures["response_A"].among.text == 'arm == "A"'
    kept = ledger.constrain(without=["is_cr"]).claims
    assert set(kept) == {"all_n", "a_n", "b_n"}


def test_an_arm_is_a_category_of_the_patient_table_just_as_well(write):
    """With `arm` in variables.csv, article.json need not name the arms."""
    folder = write(article={})
    (folder / "variables.csv").write_text(
        "variable,label,type,values,unit,evaluable,source\narm,Arm,category,A|B,,,\n"
    )

    assert "mismatch" not in judged(folder).values()


@pytest.mark.parametrize(
    ("article", "extra", "fault"),
    [
        ({}, "", r"claims\.csv row 3 \(a_n\), column arm: there are no arms; write \"arms\""),
        ({"arms": "A"}, "", r"article\.json: arms must be a list of names, like"),
        ({"arms": 3}, "", r"article\.json: arms must be a list of names, like"),
        ({"arms": ["A", "C"]}, "", r"claims\.csv row 4 \(b_n\), column arm: unknown arm 'B'"),
        (None, "x,Results,response,n,1,A|A\n", r"row 10 \(x\), column arm: 'A\|A' must be one arm"),
        ({"arms": ["A", "B", "B+", "B-"]}, "", r"the arms A, B, B\+, B- differ in signs only"),
        (
            {"arms": ["A", "B"], "randomization": "2:1:1"},
            "",
            r"article\.json: the randomization '2:1:1' must have a number for each arm",
        ),
        (
            None,
            "x,Results,response,odds_ratio,1.4,A|B\ny,Results,response,risk_ratio,1.3,A|B\n",
            r"row 10 \(x\): odds_ratio and risk_ratio need a measure each",
        ),
    ],
)
def test_an_arm_that_cannot_be_is_told(write, article, extra, fault):
    """By file, row and column, with what would be right."""
    with pytest.raises(LedgerError, match=fault):
        read_ledger(write(article=article, extra=extra))


@pytest.mark.parametrize(
    ("a", "b", "ratio", "is_told"),
    [
        ("62", "58", "1:1", False),
        ("80", "40", "2:1", False),
        ("80", "40", "1:1", True),
        ("40", "80", "2:1", True),
        ("70", "50", "1:1", False),
    ],
)
def test_sizes_far_from_the_stated_ratio_get_a_note_and_no_verdict(write, a, b, ratio, is_told):
    """Chance alone moves 120 patients by more than 18 from 60:60 once in a thousand trials."""
    folder = write(a=a, b=b, article={"arms": ["A", "B"], "randomization": ratio}, p="0.5")
    ledger = read_ledger(folder)

    assert bool(notes(ledger)) is is_told
    assert {v.claim: v.verdict for v in audit(ledger)}["a_n"] != "mismatch"
