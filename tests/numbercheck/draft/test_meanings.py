"""What a drafted number is of: kind of measure, endpoint or name, unit, arm and statistic.

The sentences and tables are made up in the forms that the named articles at PubMed Central have.
"""

import pytest

from numbercheck.draft.article import Article, Paragraph, PrintedTable
from numbercheck.draft.drafting import draft_article

ARMS = "We randomly assigned 120 patients to dasatinib (n=60) or placebo (n=60)."
MONTHS_2, MONTHS_36 = "OS at 730.5 days", "PFS at 1095.75 days"


def drafted(text="", rows=(), caption="Table 1. Outcomes"):
    """Each finding but sizes: kind, name, endpoint, unit, arm, and its numbers."""
    tables = (PrintedTable(caption, [list(row) for row in rows], part="Table 1"),) if rows else ()
    measures = draft_article(Article((Paragraph("Text", "Text ¶1", text),), tables)).measures
    return [
        (m.first.kind, m.first.label, m.first.endpoint, m.first.unit, m.first.arm,
         " ".join(f"{n.statistic} {n.printed}" for n in e.finding.numbers))
        for m in measures for e in m.entries if m.first.kind != "population"
    ]  # fmt: skip


def curve(name, unit, arm, numbers, label=None):
    return "quantity", label or name, name, unit, arm, numbers


@pytest.mark.parametrize(
    ("sentence", "found"),
    [
        # PMC5301372
        ("Median PFS (95% CI) was 5.5 (3.8–14.0) months with dasatinib vs 5.6 (3.5–10.7) months "
         "with placebo.",
         [curve("PFS", "months", "dasatinib", "median 5.5 conf_low 3.8 conf_high 14.0"),
          curve("PFS", "months", "placebo", "median 5.6 conf_low 3.5 conf_high 10.7")]),
        # the unit is told once: PMC2990616
        ("Median times to progression were 15.2 and 9.2 months with dasatinib and placebo, "
         "respectively.",
         [curve("TTP", "months", "dasatinib", "median 15.2", "Times to progression"),
          curve("TTP", "months", "placebo", "median 9.2", "Times to progression")]),
        # PMC3672778
        ("Median OS was not reached with dasatinib and was 12.5 months (95% CI 9–15) with placebo.",
         [curve("OS", "months", "dasatinib", "median not reached"),
          curve("OS", "months", "placebo", "median 12.5 conf_low 9 conf_high 15")]),
        # PMC5124485
        ("Median OS has not been reached with dasatinib.",
         [curve("OS", "", "dasatinib", "median not reached")]),
        # PMC5856890
        ("Median OS time for the dasatinib group was 26.5 months and the median OS time for the "
         "placebo group was 14.1 months.",
         [curve("OS", "months", "dasatinib", "median 26.5", "OS time"),
          curve("OS", "months", "placebo", "median 14.1", "OS time")]),
        # quartiles stay quartiles
        ("Median stay was 6 days (IQR 4–9) with dasatinib and 8 (5–12) days with placebo.",
         [("quantity", "Stay", "", "days", "dasatinib", "median 6 p25 4 p75 9"),
          ("quantity", "Stay", "", "days", "placebo", "median 8 p25 5 p75 12")]),
        # only the first limits have a name: PMC3010035
        ("The 3-year PFS was 35·9% (95% CI 25·9–45·9) with dasatinib versus 64·6% (54·2–73·2) with "
         "placebo.",
         [("survival", MONTHS_36, "PFS", "%", "dasatinib",
           "estimate 35·9% conf_low 25·9 conf_high 45·9"),
          ("survival", MONTHS_36, "PFS", "%", "placebo",
           "estimate 64·6% conf_low 54·2 conf_high 73·2")]),
    ],
)  # fmt: skip
def test_a_median_or_estimate_of_a_curve_is_told_with_its_endpoint_unit_and_arm(sentence, found):
    assert drafted(f"{ARMS} {sentence}") == found


@pytest.mark.parametrize(
    ("sentence", "found"),
    [
        # PMC3456942
        ("The median OS and PFS were 30.8 and 19.6 months, respectively.",
         [curve("OS", "months", "", "median 30.8"), curve("PFS", "months", "", "median 19.6")]),
        ("Median age and weight were 54 years and 72 kg, respectively.",
         [("quantity", "Age", "", "years", "", "median 54"),
          ("quantity", "Weight", "", "kg", "", "median 72")]),
        # PMC3984795
        ("Similarly, mean ± SD age and weight were 54.1 ± 3.2 and 72.5 ± 8.4, respectively.",
         [("quantity", "Age", "", "", "", "mean 54.1 sd 3.2"),
          ("quantity", "Weight", "", "", "", "mean 72.5 sd 8.4")]),
        # PMC3536989
        ("Molars and premolars were treated in 64 (30.2%) and 148 (69.8%), respectively.",
         [("count", "Molars", "", "", "", "n 64 percent 30.2%"),
          ("count", "Premolars", "", "", "", "n 148 percent 69.8%")]),
        # PMC5856919
        ("Resolution rates for rash, fever and nail psoriasis were 71%, 81% and 65%, respectively.",
         [("count", "Rash", "", "", "", "percent 71%"),
          ("count", "Fever", "", "", "", "percent 81%"),
          ("count", "Nail psoriasis", "", "", "", "percent 65%")]),
        ("Complete and partial response was seen in 20% and 31%, respectively.",
         [("count", "Complete response", "", "", "", "percent 20%"),
          ("count", "Partial response", "", "", "", "percent 31%")]),
        ("The 1-year and 2-year OS rates were 85% and 75%, respectively.",
         [("survival", "OS at 365.25 days", "OS", "%", "", "estimate 85%"),
          ("survival", MONTHS_2, "OS", "%", "", "estimate 75%")]),
    ],
)  # fmt: skip
@pytest.mark.parametrize("told", ["We enrolled 212 patients.", ARMS])
def test_respectively_gives_each_number_the_thing_that_is_named_in_its_place(sentence, found, told):
    """Where the sentence names no arms, numbers in a row are of none."""
    assert drafted(f"{told} {sentence}") == found


def test_respectively_gives_each_number_the_arm_that_is_named_in_its_place():
    text = "Nausea occurred in 12 (20%) and 8 (13%) with dasatinib and placebo, respectively."
    assert drafted(f"{ARMS} {text}") == [
        ("count", "Nausea", "", "", "dasatinib", "n 12 percent 20%"),
        ("count", "Nausea", "", "", "placebo", "n 8 percent 13%"),
    ]


def test_p_values_of_each_arm_compare_no_counts():
    """PMC3634264: they are of the change in each."""
    text = (
        "The score fell in 20 (33%) with dasatinib and in 18 (30%) with placebo (P = 0.80 and "
        "P = 0.59, respectively)."
    )
    draft = draft_article(Article((Paragraph("Text", "Text ¶1", f"{ARMS} {text}"),), ()))
    found = [m for m in draft.measures if m.first.kind == "comparison"]

    assert [(m.where, "of both arms, not of one" in m.first.note) for m in found] == 2 * [
        ("", True)
    ]


HEADS = ["Outcome", "Drug (n = 60)", "Placebo (n = 60)"]


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        ([HEADS, ["Overall survival", "", ""],
          ["Median, months (95% CI)", "NR", "15.0 (11.2–NE)"],
          ["24-month rate, %", "48.1", "30.2"]],
         [curve("OS", "months", "Drug", "median NR", "Overall survival"),
          curve("OS", "months", "Placebo", "median 15.0 conf_low 11.2 conf_high NE",
                "Overall survival"),
          ("survival", "24-month rate, %", "OS", "", "Drug", "estimate 48.1"),
          ("survival", "24-month rate, %", "OS", "", "Placebo", "estimate 30.2")]),
        ([HEADS, ["Response, n/N (%; 95% CI)", "27/60 (45; 32–58)", "18/60 (30; 19–43)"],
          ["Died, n/N (%, 95% CI)", "27/60 (45.0%, 32.1–58.4)", "—"],
          ["Cured, n (%; 95% CI)", "28 (46.7; 33.7–60.0)", "—"]],
         [("count", "Response", "", "", "Drug", "n 27 N 60 percent 45 conf_low 32 conf_high 58"),
          ("count", "Response", "", "", "Placebo", "n 18 N 60 percent 30 conf_low 19 conf_high 43"),
          ("count", "Died", "", "", "Drug",
           "n 27 N 60 percent 45.0% conf_low 32.1 conf_high 58.4"),
          ("count", "Cured", "", "", "Drug", "n 28 percent 46.7 conf_low 33.7 conf_high 60.0")]),
        # the limits of each arm in a column of their own
        ([["Outcome", HEADS[1], "95% CI", HEADS[2], "95% CI"],
          ["Response, n (%)", "27 (45.0)", "32.1–58.4", "18 (30.0)", "18.8–43.2"],
          ["Median OS, months", "22.3", "18.1–NE", "15.0", "11.2–18.9"]],
         [("count", "Response", "", "", "Drug", "n 27 percent 45.0 conf_low 32.1 conf_high 58.4"),
          ("count", "Response", "", "", "Placebo",
           "n 18 percent 30.0 conf_low 18.8 conf_high 43.2"),
          curve("OS", "months", "Drug", "median 22.3 conf_low 18.1 conf_high NE", "OS, months"),
          curve("OS", "months", "Placebo", "median 15.0 conf_low 11.2 conf_high 18.9",
                "OS, months")]),
        ([["Time", "Overall survival, %", "95% CI"], ["12 months", "75.0", "62.0–84.1"]],
         [("survival", "12 months, overall survival, %", "OS", "", "",
           "estimate 75.0 conf_low 62.0 conf_high 84.1")]),
        ([HEADS, ["Age (years), median [IQR]", "61 [54, 70]", "62 [55, 71]"],
          ["Stay in days, median (IQR)", "6 (4–9)", "8 (5–12)"]],
         [("quantity", "Age", "", "years", "Drug", "median 61 p25 54 p75 70"),
          ("quantity", "Age", "", "years", "Placebo", "median 62 p25 55 p75 71"),
          ("quantity", "Stay in days", "", "days", "Drug", "median 6 p25 4 p75 9"),
          ("quantity", "Stay in days", "", "days", "Placebo", "median 8 p25 5 p75 12")]),
    ],
)  # fmt: skip
def test_a_cell_is_of_the_curve_arm_and_unit_that_its_labels_name(rows, found):
    assert drafted(rows=rows) == found


def test_a_cell_that_says_nr_reports_no_median_but_of_a_curve():
    """Elsewhere it means that nothing was reported."""
    assert drafted(rows=[HEADS, ["Median age, years", "NR", "NR"]]) == []
