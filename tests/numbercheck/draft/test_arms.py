"""Which arm a number is of: sure where the sentence says so, else a guess, else of none."""

import pytest

from numbercheck.audit import audit
from numbercheck.draft.article import Article, Paragraph, PrintedTable
from numbercheck.draft.drafting import draft_article
from numbercheck.draft.writing import write_draft
from numbercheck.ledger.reading import read_ledger

ASSIGNED = "We randomly assigned 110 patients to receive zelatinib (n=60) or placebo (n=50). "


def arms_of(text):
    """Arm of each number of a text by its numeral; with a question mark where it is a guess."""
    draft = draft_article(Article((Paragraph("Text", "Text ¶1", ASSIGNED + text),), ()))
    return {
        number.printed: measure.first.arm + "?" * ("guess" in entry.finding.note)
        for measure in draft.measures
        for entry in measure.entries
        for number in entry.finding.numbers
        if number.start >= len(ASSIGNED)
    }


@pytest.mark.parametrize(
    ("text", "first", "second"),
    [
        ("Fever occurred in 12 patients in the zelatinib group and in 5 in the placebo group.",
         "zelatinib", "placebo"),
        ("Fever occurred in 5 patients in the placebo group and in 12 in the zelatinib group.",
         "zelatinib", "placebo"),
        ("In the zelatinib group, 12 patients had fever; in the placebo group, 5 patients had it.",
         "zelatinib", "placebo"),
        ("Fever was seen in 12 patients (20%) on zelatinib vs 5 patients (10%) on placebo.",
         "zelatinib", "placebo"),
        ("Among patients receiving zelatinib, 12 had fever, whereas 5 patients had fever among "
         "those receiving placebo.", "zelatinib", "placebo"),
        ("Fever was more common with zelatinib (12/60) than with placebo (5/50).",
         "zelatinib", "placebo"),
        ("Fever was reported in 12/60 and 5/50 patients in the zelatinib and placebo groups, "
         "respectively.", "zelatinib", "placebo"),
        ("In the zelatinib and placebo groups, fever was seen in 12 (20%) and 5 (10%) patients, "
         "respectively.", "zelatinib", "placebo"),
        ("Of the 60 patients in the zelatinib group, 12 (20%) had fever, as compared with 5 (10%) "
         "of the 50 patients in the placebo group.", "zelatinib", "placebo"),
        ("The median time was 12 months in the zelatinib arm and 5 months in the placebo arm.",
         "zelatinib", "placebo"),
        ("Zelatinib group: fever in 12 (20%). Placebo group: fever in 5 (10%).",
         "zelatinib", "placebo"),
        ("Mean pain was 12 (SD 2) in patients given zelatinib compared with 5 (SD 3) in those "
         "given placebo.", "zelatinib", "placebo"),
        ("Fever was seen in 12 patients on zelatinib (20%) and 5 patients on placebo (10%).",
         "zelatinib", "placebo"),
        ("Anemia was seen in 20% of patients in the zelatinib arm (n = 12) and 10% (n = 5) in the "
         "placebo arm.", "zelatinib", "placebo"),
        ("In the placebo arm 12 of 50 and in the zelatinib arm 5 of 60 patients had fever.",
         "placebo", "zelatinib"),
    ],
)  # fmt: skip
def test_a_number_is_of_the_arm_that_the_sentence_says(text, first, second):
    """Before or after the number, in either order, in the words of several journals."""
    arms = arms_of(text)
    assert (arms["12"].rstrip("?"), arms["5"].rstrip("?")) == (first, second)


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("Fever occurred in 12 (20%) and 5 (10%) patients.", "?"),
        ("Fever (12 v 5 patients) was no rarer with placebo than with zelatinib.", "placebo?"),
        ("12 patients had nausea and vomiting in the zelatinib group, 5 had fever.", "zelatinib"),
        ("Zelatinib was well tolerated: 12 patients had fever.", "?"),
        ("Of those who did not receive zelatinib, 12 had fever.", "?"),
        ("After zelatinib, 12 patients received surgery.", "?"),
        ("Fever was rarer in the placebo group than in the zelatinib group (12 patients).", "?"),
        ("Fever was seen in 12 patients, of whom 5 were in the placebo group.", "?"),
        ("Compared with placebo, 12 patients had fever.", "?"),
        ("In each group, 12 patients had fever.", "?"),
        ("There were 12 deaths (all in the zelatinib group).", "zelatinib"),
        (
            "Fever (zelatinib 9 [15%], placebo 1 [2%]) and rash (12 [20%] and 6 [12%]) were seen.",
            "?",
        ),
        ("In both the zelatinib group and the placebo group, 12 patients had fever.", "?"),
        ("Before placebo was stopped, fever was seen in 12 patients given zelatinib.", "zelatinib"),
        ("Twelve of the patients who crossed over from placebo to zelatinib had fever.", "?"),
    ],
)
def test_an_arm_that_is_not_certain_is_a_guess_or_none(text, right):
    """No arm is better than a wrong one; a guess says that it is one."""
    arm = arms_of(text).get("12", "")
    assert arm in ("", right) or arm.endswith("?")


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Patients were randomized 1:1 to rituximab (N = 40) or observation (N = 41).",
         ["rituximab", "observation"]),
        ("Of 90 women, 45 were assigned to the early-induction group and 45 to the "
         "expectant-management group.", ["early-induction", "expectant-management"]),
        ("Patients were assigned to drug A plus radiotherapy (n=50), drug A (n=48), or "
         "radiotherapy alone (n=51).",
         ["drug A plus radiotherapy", "drug A", "radiotherapy alone"]),
        ("The response was 30% in arm A and 20% in arm B. Arm A was better than arm B.",
         ["arm A", "arm B"]),
        ("Fever was seen in 12 in the surgery group and 5 in the control group.",
         ["surgery", "control"]),
        ("Patients were randomly assigned to varenicol or counselling.",
         ["varenicol", "counselling"]),
        ("Patients were assigned to ravulimab (150 patients) or placebo (50 patients).",
         ["ravulimab", "placebo"]),
        ("Of these, 146 were randomly assigned: 74 to surgery and 72 to conservative treatment.",
         ["surgery", "conservative treatment"]),
        ("Adults (N = 301) were randomized to drug A (n = 150) or drug B (n = 151).",
         ["drug A", "drug B"]),
        ("In this single-arm study, 35 patients received drug A (n=35).", []),
        ("The high-risk group (n=20) and the low-risk group (n=15) did not differ.", []),
        ("We enrolled 35 patients, and 33 responded.", []),
    ],
)  # fmt: skip
def test_arms_are_what_patients_are_assigned_to(text, names):
    """Named with their sizes, as groups, by letters, or by the choice between them."""
    arms = draft_article(Article((Paragraph("Text", "Text ¶1", text),), ())).arms
    assert list(arms.names) == names


def test_columns_of_subgroups_are_no_arms():
    """Men and women are in both arms, so their counts are out of the men and the women."""
    rows = [["", "Men (n = 57)", "Women (n = 53)"], ["Response, n (%)", "20 (35)", "25 (47)"]]
    table = PrintedTable("Table 2. Outcomes by sex", rows, part="Table 2")
    draft = draft_article(Article((Paragraph("Text", "Text ¶1", ASSIGNED),), (table,)))
    found = {m.slug: (m.first.arm, m.among) for m in draft.measures if m.first.kind == "count"}
    assert draft.arms.names == ("zelatinib", "placebo")
    assert found == {"response_men": ("", "men"), "response_women": ("", "women")}


def test_a_p_value_beside_the_first_category_may_be_that_of_all():
    """It is of its own row where each row has one; else of all rows, of which none were merged."""
    head = ["", "A (n = 60)", "B (n = 50)", "P value"]
    rows = [
        [head, ["Stage, n (%)", "", "", ""], ["I", "20 (33)", "25 (50)", last],
         ["II", "40 (67)", "25 (50)", other]]
        for last, other in (("0.07", ""), ("0.07", "0.07"))
    ]  # fmt: skip
    for table, is_own in zip(rows, (False, True), strict=True):
        printed = PrintedTable("Table 1. Characteristics", table, part="Table 1")
        draft = draft_article(Article((), (printed,)))
        p_values = [m for m in draft.measures if m.first.kind == "comparison"]
        assert [len(m.codes) for m in p_values] == ([0, 0] if is_own else [2])
        assert ["guess" in m.note for m in p_values] == ([False] * 2 if is_own else [True])
        assert all(m.where for m in p_values)


@pytest.mark.parametrize(
    ("row", "verdict"),
    [
        # chi-squared gives 0.077: PMC4306068
        (["Motor vehicle crash", "51 (51.5%)", "42 (39.3%)", "0.621"], "mismatch"),
        (["Motor vehicle crash", "51 (51.5%)", "42 (39.3%)", "0.077"], "match"),
        # another test, or few missing values, can give it: PMC4306068
        (["Severe pain", "33 (33.3%)", "41 (38.3%)", "0.492"], "unchecked"),
        # 1 that is printed as the largest number below: PMC4590707
        (["Drugs", "2 (2.0%)", "2 (1.9%)", "0.99"], "unchecked"),
        # 0.2051, where 0.2 would do
        (["Fever", "10 (10.1%)", "17 (15.9%)", "0.2051"], "unchecked"),
    ],
)
def test_a_p_value_of_a_table_of_characteristics_is_far_from_every_test_or_no_slip(
    tmp_path, row, verdict
):
    """The tests are of the arms as they are, but the table does not say which."""
    text = "Results were adjusted for age."
    head = ["", "Control (n = 99)", "Trial (n = 107)", "P value"]
    table = PrintedTable("Table 1. Characteristics", [head, row], part="Table 1")
    article = Article((Paragraph("Text", "Text ¶1", text),), (table,))
    write_draft(draft_article(article), tmp_path / "l")
    ledger = read_ledger(tmp_path / "l")
    found = [v.verdict for v in audit(ledger) if ledger.claims[v.claim].statistic == "p_value"]
    assert found == [verdict]


def test_a_p_value_of_the_sexes_is_of_no_other_categories(tmp_path):
    """Fisher gives 0.35, chi-squared 0.16: PMC5742508. Stages may be parts of those compared."""
    head = ["", "Experimental (n = 10)", "Control (n = 10)", "p"]
    found = []
    for name, labels in (("Sex", ("Men", "Women")), ("Stage", ("I", "II"))):
        rows = [[name, "", "", ""], [labels[0], "2 (20%)", "5 (50%)", "0.674"],
                [labels[1], "8 (80%)", "5 (50%)", ""]]  # fmt: skip
        table = PrintedTable("Table 1. Characteristics", [head, *rows], part="Table 1")
        write_draft(draft_article(Article((), (table,))), tmp_path / name)
        found.append(
            [v.printed for v in audit(read_ledger(tmp_path / name)) if v.verdict == "mismatch"]
        )
    assert found == [["0.674"], []]


@pytest.mark.parametrize(
    ("rows", "are_compared"),
    [
        # of three stages together: PMC5397544
        ([["I, n (%)", "7 (13)", "6 (12)", "0.921"], ["II, n (%)", "29 (53)", "30 (59)", "0.921"],
          ["III, n (%)", "19 (35)", "15 (29)", "0.921"]], [False, False, False]),
        # of three classes of antibodies, whose unit stands for their heading: PMC5519461
        ([["antibody <24, n (%)", "20 (36)", "15 (29)", "0.514"],
          ["24 to 46", "18 (33)", "20 (39)", ""],
          ["above 46", "17 (31)", "16 (31)", ""]], [False]),
        # the row before is one of several categories, whose P value is their heading's
        ([["Smoking, n (%)", "", "", "0.90"], ["\u2003Never", "30 (55)", "30 (59)", ""],
          ["\u2003Ever", "25 (45)", "21 (41)", ""], ["Asthma, n (%)", "7 (13)", "6 (12)", "0.88"]],
         [True, True]),
        # nothing ends the categories of race: PMC4859374
        ([["Race", "", "", ""], ["White", "44 (80)", "39 (76)", "0.64"],
          ["Nonwhite", "11 (20)", "12 (24)", ""], ["Hispanic", "9 (16)", "10 (20)", "0.80"],
          ["Aortic atresia", "34 (62)", "33 (65)", "0.84"], ["Asthma", "7 (13)", "6 (12)", "0.88"]],
         [False, False, True, True]),
    ],
)  # fmt: skip
def test_a_p_value_is_of_its_own_row_where_nothing_says_otherwise(rows, are_compared):
    head = ["", "A (n = 55)", "B (n = 51)", "P value"]
    printed = PrintedTable("Table 1. Characteristics", [head, *rows], part="Table 1")
    measures = draft_article(Article((), (printed,))).measures
    found = [bool(m.where) for m in measures if m.first.kind == "comparison"]
    assert found == are_compared


def test_a_p_value_is_of_its_row_below_a_heading_of_either_statistic():
    """The P value's column has no such heading: PMC4859374."""
    rows = [
        ["", "A (n = 102)", "B (n = 228)", "P value"],
        ["", "N (%) or median (IQR)", "N (%) or median (IQR)", ""],
        ["Male", "66 (64.7)", "145 (63.6)", "0.85"],
    ]
    printed = PrintedTable("Table 1. Characteristics", rows, heads=2, part="Table 1")
    measures = draft_article(Article((), (printed,))).measures
    assert all(m.where for m in measures if m.first.kind == "comparison")


def test_a_p_value_beside_means_and_counts_may_be_of_either():
    """PMC4005035 prints how often a service was used, by how many, and 0.57."""
    rows = [
        ["", *["A (n = 41)"] * 2, *["B (n = 42)"] * 2, "P value"],
        ["", "Mean (SD)", "n (%)", "Mean (SD)", "n (%)", "P value"],
        ["Hospital", "1.81 (3.40)", "16 (39)", "1.31 (4.46)", "8 (19)", "0.57"],
    ]
    printed = PrintedTable("Table 1. Characteristics", rows, heads=2, part="Table 1")
    measures = draft_article(Article((), (printed,))).measures
    assert [m.where for m in measures if m.first.kind == "comparison"] == [""]


@pytest.mark.parametrize(("percent", "is_open"), [("7.8%", True), ("7.7%", False), ("8.2%", False)])
def test_a_percentage_of_another_printed_total_is_not_of_the_whole_arm(percent, is_open):
    """12 of the 154 treated are 7.8%; of all 156 they are 7.7%, and 8.2% is of neither."""
    text = (
        "A total of 312 patients were assigned: 156 to zolimab and 156 to placebo. Events occurred "
        "in 27 of 154 patients (17.5%) in the zolimab group. Twelve patients "
        f"({percent}) in the zolimab group discontinued."
    )
    draft = draft_article(Article((Paragraph("Text", "Text ¶1", text),), ()))
    (stopped,) = [m for m in draft.measures if "discontinued" in m.slug]
    assert stopped.among.endswith("_known") is is_open


def test_a_total_and_the_counts_of_arms_are_of_one_row():
    """Two rows have one name, and a slip in the text is given it first: PMC5809875."""
    text = f"{ASSIGNED} Ninety-four percent were not married (53/110)."
    head = ["", "Zelatinib (n = 57), % (n)", "Placebo (n = 53), % (n)", "All (n = 110), % (n)"]
    rows = [head, ["not-married", "93.0 (53)", "94.3 (50)", "93.6 (103)"],
            ["not married", "84.2 (48)", "88.7 (47)", "86.4 (95)"]]  # fmt: skip
    table = PrintedTable("Table 1. Baseline", rows, part="Table 1")
    draft = draft_article(Article((Paragraph("Text", "Text ¶1", text),), (table,)))
    printed = {}
    for measure in draft.measures:
        if measure.first.kind == "count":
            printed.setdefault(measure.slug, set()).update(measure.printed("n"))
    assert not any({"103", "48"} <= counts or {"95", "53"} <= counts for counts in printed.values())


def test_a_date_after_to_is_no_arm():
    """From 1999 to June 2000 are not 1,999 patients; the 48 are of a trial of one arm."""
    text = (
        "From May 1999 to June 2000, a total of 48 patients with MBC and measurable disease were "
        "enrolled. A response was seen in 34 of 48 patients (71%)."
    )
    draft = draft_article(Article((Paragraph("Text", "Text ¶1", text),), ()))

    assert draft.arms.names == ()
