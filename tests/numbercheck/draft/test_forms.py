"""Each form in which journals print a number, read from one sentence or one cell."""

import pytest

from numbercheck.audit import audit
from numbercheck.draft.article import Article, Paragraph, PrintedTable
from numbercheck.draft.drafting import draft_article
from numbercheck.draft.writing import write_draft
from numbercheck.ledger.reading import read_ledger


def read(text):
    """Statistics and printed values of a text, in its order; numerals to do as ``to do``."""
    draft = draft_article(Article((Paragraph("Text", "Text ¶1", text),), ()))
    claimed = {
        order: (number.statistic, number.printed)
        for measure in draft.measures
        for entry in measure.entries
        for number, order in zip(entry.finding.numbers, entry.orders, strict=True)
    }
    rows = [claimed.get(str(r.order), ("aside" if r.set_aside else "to do", r.numeral))
            for r in draft.rows]  # fmt: skip
    return [f"{statistic} {printed}" for statistic, printed in rows]


def read_cell(cell, label="Response", heading="Patients (N=40)", caption="Table 1. Outcomes"):
    """Statistics and printed values of one cell of a table."""
    table = PrintedTable(caption, [["", heading], [label, cell]], part="Table 1")
    draft = draft_article(Article((), (table,)))
    return [
        f"{number.statistic} {number.printed}"
        for measure in draft.measures
        if measure.first.kind != "population"
        for entry in measure.entries
        for number in entry.finding.numbers
    ]


@pytest.mark.parametrize("point", ".·∙⋅")
@pytest.mark.parametrize("space", ["", " ", "\u00a0", "\u2009", "\u202f"])
def test_a_percentage_is_read_with_any_decimal_point_and_space(space, point):
    text = "The response rate was 41.4% (95% CI 28.1%–56.2%), with fever in 12.5%"
    found = read(text.replace(".", point).replace("%", f"{space}%"))
    assert [each.replace(point, ".") for each in found] == read(text)


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("A response was seen in 33 of 35 patients (94%).", ["n 33", "N 35", "percent 94%"]),
        ("Responses: 33/35 (94.3%).", ["n 33", "N 35", "percent 94.3%"]),
        ("The rate was 94% (33/35).", ["percent 94%", "n 33", "N 35"]),
        ("Forty\u2010two of the 47 patients (89%) had fever.", ["n 42", "N 47", "percent 89%"]),
        ("Seventeen (49%) had fever.", ["n 17", "percent 49%"]),
        ("One thousand two hundred eighty-four were enrolled.", ["aside 284"]),  # PMC3714019
        ("We enrolled 14,458,236 patients.", ["to do 14,458,236"]),  # too many: PMC5405916
        ("Rash (41 [8%] of 536 patients).", ["n 41", "percent 8%", "N 536"]),
        ("The rate was 47.8% (86 patients).", ["percent 47.8%", "n 86"]),
        (
            "Death was rarer (relative risk reduction, 85.7%; 95% CI, 69 to 93).",
            ["value 85.7%", "aside 95", "to do 69", "to do 93"],
        ),
        (
            "The absolute risk reduction was 6.0% (95% CI, 4.1 to 7.9).",
            ["difference 6.0%", "aside 95", "conf_low 4.1", "conf_high 7.9"],
        ),
        (
            "An absolute reduction of 5.8% (a 14% relative reduction) (95% CI, 0.9 to 10.7).",
            ["value 5.8%", "percent 14%", "aside 95", "to do 0.9", "to do 10.7"],
        ),
        ("Mean time to 36°C was 4.1 (SD 1.2) hours.", ["aside 36", "mean 4.1", "sd 1.2"]),
        ("The rate was 2.10 (95% CI, 1.84 to 2.39) per year.",
         ["rate 2.10", "aside 95", "conf_low 1.84", "conf_high 2.39"]),
        ("Two of 12 responders relapsed.", ["n 2", "N 12"]),
        ("Nobody died: no deaths were seen.", ["n 0"]),
        (
            "It was seen in 1,072 of 2,144 patients (50%).",
            ["n 1,072", "N 2,144", "percent 50%"],
        ),
        (
            "The response rate was 60% (95% CI, 47 to 71).",
            ["percent 60%", "aside 95", "conf_low 47", "conf_high 71"],
        ),
        (
            "The response rate was 60·1% (95% CI 47·2–71·0).",
            ["percent 60·1%", "aside 95", "conf_low 47·2", "conf_high 71·0"],
        ),
        (
            "The rate was 60% [90% confidence interval: 47%, 71%].",
            ["percent 60%", "aside 90", "conf_low 47", "conf_high 71"],
        ),
        ("Response differed (P = .03).", ["p_value .03"]),
        ("Response differed (p<0·0001).", ["p_value <0·0001"]),
        ("Response differed (P≤0.05).", ["p_value <=0.05"]),
        ("The median age was 52 years (IQR 44–61).", ["median 52", "p25 44", "p75 61"]),
        ("The median age was 52 years [IQR 44–61].", ["median 52", "p25 44", "p75 61"]),
        ("The median age was 52 years (range, 18 to 80).", ["median 52", "min 18", "max 80"]),
        ("Median (IQR) age was 52 (44-61) years.", ["median 52", "p25 44", "p75 61"]),
        (
            "Median survival was 14.2 months (95% CI, 11.0 to NE).",
            ["median 14.2", "aside 95", "conf_low 11.0"],
        ),
        ("The mean age was 54.3 ± 10.2 years.", ["mean 54.3", "sd 10.2"]),
        ("The mean age was 54.3 years (SD 10.2).", ["mean 54.3", "sd 10.2"]),
        ("Mean (SD) change was −1.2 (0.4).", ["mean -1.2", "sd 0.4"]),
        # PMC5066860
        ("Cholesterol fell by a mean of 10.4% and LDL cholesterol fell on average 12.9%.",
         ["mean 10.4%", "mean 12.9%"]),
        (
            "Death was rarer (hazard ratio, 0.66; 95% CI, 0.52 to 0.84; P<0.001).",
            [
                *("hazard_ratio 0.66", "aside 95", "conf_low 0.52", "conf_high 0.84"),
                "p_value <0.001",
            ],
        ),
        ("Odds were higher (OR 1.77 [1.33–2.36]).", ["odds_ratio 1.77", "conf_low 1.33",
                                                      "conf_high 2.36"]),
        (
            "The risk difference was −0.9 (95% CI, −1.4 to −0.4).",
            ["difference -0.9", "aside 95", "conf_low -1.4", "conf_high -0.4"],
        ),
        (
            "Overall survival at 24 months was 54.1% (95% CI, 48.2–59.6).",
            ["aside 24", "estimate 54.1%", "aside 95", "conf_low 48.2", "conf_high 59.6"],
        ),
        (
            "The 1-year overall and progression-free survival were 97% and 82%, respectively.",
            ["aside 1", "estimate 97%", "estimate 82%"],
        ),
    ],
)  # fmt: skip
def test_a_sentence_is_read_as_journals_print_it(text, numbers):
    """Brackets, dashes, decimal signs, spaces and words as NEJM, Lancet, JAMA and JCO set them."""
    assert read(text) == numbers


@pytest.mark.parametrize(
    "text",
    [
        "Adverse events of grade 3 or higher, grade ≥2 or grades 1–2.",
        "It was a phase 3 trial (NCT01234567) in stage IV disease.",
        "As reported [1,2], and again [3–5].",
        "As reported.¹² Then again.³",
        "Antibodies to CD19 and CD22 and IL-6 were given.",
        "Patients had an ECOG score of 0 or 1 and were 18 years or older.",
        "Seen in Table 2, Figure 3 and Additional file 1.",
        "Assigned in a 2:1 ratio, with 80% power and a two-sided alpha of 0.05.",
        "Blasts were above 5% or platelets <50 × 10⁹/L.",
        "The 2-year rate at 12 months and the 5-year rate.",
        "After 5-fluorouracil (5-FU), 6\u2010mercaptopurine or 2,4-dihydroxypyridine.",
    ],
)
def test_numerals_that_name_something_are_set_aside(text):
    """Grades, phases, citations, names, definitions and time points report nothing."""
    assert {number.split()[0] for number in read(text)} == {"aside"}


def test_what_no_form_fits_is_left_to_do():
    """A number whose meaning the rules do not know is neither guessed nor lost."""
    assert read("The index rose to 17 afterwards.") == ["to do 17"]


@pytest.mark.parametrize(
    ("cell", "label", "numbers"),
    [
        ("26 (65%)", "Response", ["n 26", "percent 65%"]),
        ("26 (65.0)", "Response, no. (%)", ["n 26", "percent 65.0"]),
        ("26 (65)", "Response", ["n 26", "percent 65"]),  # 65% of the column's 40
        ("26/40 (65)", "Response", ["n 26", "N 40", "percent 65"]),
        ("26 (65) [48–79]", "Response, n (%) [95% CI]",
         ["n 26", "percent 65", "conf_low 48", "conf_high 79"]),
        ("0", "Response, no. (%)", ["n 0"]),
        ("65.0 (26)", "Response, % (n)", ["percent 65.0", "n 26"]),
        ("65 (26)", "Response, % (No.)", ["percent 65", "n 26"]),
        ("96% (12)", "Mean number of days, % (SD)", ["mean 96", "sd 12"]),
        ("26 (65%)", "Response, % (n)", ["n 26", "percent 65%"]),  # as the sign says
        ("54.3±10.2", "Age, yr", ["mean 54.3", "sd 10.2"]),
        ("54.3 (10.2)", "Age, mean (SD)", ["mean 54.3", "sd 10.2"]),
        ("55 (23–78)", "Age, median (range)", ["median 55", "min 23", "max 78"]),
        ("55 [44, 61]", "Age, median [IQR]", ["median 55", "p25 44", "p75 61"]),
        ("14.2 (11.0–NE)", "Median OS (95% CI)", ["median 14.2", "conf_low 11.0", "conf_high NE"]),
        ("-3.8 (-1.0,-6.5)", "Difference (95% CI)",
         ["difference -3.8", "conf_high -1.0", "conf_low -6.5"]),
        ("-1.7 (29.5; 26.1)", "Difference (95% CI)",
         ["difference -1.7", "conf_low 29.5", "conf_high 26.1"]),
        ("20.1 (19.0–21.2)", "Mean (95% CI)", ["mean 20.1", "conf_low 19.0", "conf_high 21.2"]),
        ("0.80 (0.52–1.25)", "Index (95% CI)", []),
        ("119 (86 to 152)", "Walking (min/week), change (95% CI)", []),  # in minutes
        ("55 (12)", "Age", []),  # 55 of 40 patients?
        ("—", "Response", []),
    ],
)  # fmt: skip
def test_a_cell_is_read_by_its_labels_and_its_form(cell, label, numbers):
    """What neither label nor form tells stays to do."""
    assert read_cell(cell, label) == numbers


@pytest.mark.parametrize("caption", ["Table 1. Data are % (n)", "Table 1. Percent (number)"])
def test_a_caption_that_gives_percentages_first(caption):
    """It holds where the row itself says nothing else."""
    assert read_cell("65 (26)", "Response", caption=caption) == ["percent 65", "n 26"]
    assert read_cell("26 (65)", "Response, n (%)", caption=caption) == ["n 26", "percent 65"]


def test_a_row_of_missing_values_under_percentages_counts():
    """Its own label ends in ``n``; that of the rows beside it says ``% (n)``."""
    rows = [["", "Patients (N=40)"], ["Smoking status, % (n)", ""]]
    rows += [["Never", "75 (27)"], ["Ever", "25 (9)"], ["Missing, n", "4"]]
    draft = draft_article(Article((), (PrintedTable("Table 1. Baseline", rows, part="Table 1"),)))
    printed = [
        (number.statistic, number.printed)
        for measure in draft.measures
        for entry in measure.entries
        for number in entry.finding.numbers
    ]
    assert {("n", "4"), ("percent", "75")} <= set(printed)
    assert ("percent", "4") not in printed


def drafted(*rows, heads=1):
    """Measure, arm and printed values of each finding of one table, but for sizes."""
    rows = [list(row) for row in rows]
    repeats = {
        (0, c) for c in range(1, len(rows[0])) if rows[0][c] and rows[0][c] == rows[0][c - 1]
    }
    table = PrintedTable("Table 1. Results", rows, heads, part="Table 1", repeats=repeats)
    return [
        (d.first.label, d.first.arm, *(n.printed for n in d.first.numbers))
        for d in draft_article(Article((), (table,))).measures
        if d.first.kind != "population"
    ]


@pytest.mark.parametrize("above", [False, True], ids=["", "a heading over all"])
@pytest.mark.parametrize("label", ["", "Adverse event"])
def test_columns_without_a_heading_are_of_the_arm_before_them(label, above):
    """Grades stand under each arm, which is named once, above the first (PMC5514953, Table 3)."""
    rows = [["", "Drug (n = 29)", "", "Placebo (n = 29)", ""]]
    rows = [["", *["No. (%)"] * 4]] * above + rows
    rows += [[label, "Any grade", "Grade 3 or 4", "Any grade", "Grade 3 or 4"]]
    rows += [["Anemia", "12 (41.4)", "1 (3.4)", "2 (6.9)", "0"]]

    assert drafted(*rows, heads=1 + above) == [
        ("Anemia", "Drug", "12", "41.4"),
        ("Anemia, grade 3 or 4", "Drug", "1", "3.4"),
        ("Anemia", "Placebo", "2", "6.9"),
        ("Anemia, grade 3 or 4", "Placebo", "0"),
    ]


def test_a_median_with_its_limits_is_named_by_the_heading_above_it():
    """Neither the level nor the unit is a name (PMC5514953, Table 2)."""
    rows = [["", "Drug (n = 29)", "Placebo (n = 29)"], ["PFS", "", ""]]
    rows += [["Median (95% CI), months", "3.2 (1.4 to 5.0)", "3.6 (1.7 to 5.5)"]]

    assert [found[:3] for found in drafted(*rows)] == [
        ("PFS", "Drug", "3.2"),
        ("PFS", "Placebo", "3.6"),
    ]


def test_limits_beside_an_effect_are_its_own():
    """The column's heading says what the numbers are."""
    heading = "Hazard Ratio (95% CI)"
    assert read_cell("0.75 (0.40–1.40)", "Death", heading) == [
        *("hazard_ratio 0.75", "conf_low 0.40", "conf_high 1.40"),
    ]


def test_a_percentage_that_no_count_of_the_known_patients_gives_has_no_denominator():
    """12 of 35 is not 57%: of whom it is must be said, rather than found to be wrong."""
    text = "We enrolled 35 patients. Of those with fever, 12 (57%) had a culture."
    draft = draft_article(Article((Paragraph("Text", "Text ¶1", text),), ()))
    culture = draft.measures[-1]
    assert culture.among
    assert "not clear" in culture.note


def test_a_slip_in_a_percentage_is_kept_to_be_found():
    """16 of 35 is 46%, and 45% is near enough to be a slip rather than other patients."""
    text = "We enrolled 35 patients. Fever was seen in 16 (45%) of them."
    draft = draft_article(Article((Paragraph("Text", "Text ¶1", text),), ()))
    assert not draft.measures[-1].among


def test_repeated_numbers_are_one_measure_and_marked_as_a_guess():
    """An abbreviation stands for the words that it was introduced with."""
    text = "Cytokine release syndrome (CRS) occurred in 19 (54%) patients. CRS was seen in 54%."
    draft = draft_article(Article((Paragraph("Text", "Text ¶1", text),), ()))
    assert [len(measure.entries) for measure in draft.measures] == [2]


def test_an_arm_of_a_subgroup_is_not_the_arm_of_all_that_has_the_same_number():
    """One of two numbers that a sentence compares differs from before, so both are of others."""
    of_all = "Median PFS was 3.2 months with zelatinib and 3.6 months with placebo."
    of_some = (
        "With low values, median PFS was 1.9 months with zelatinib and 3.6 months with placebo."
    )
    arms = "We randomly assigned 58 patients to receive zelatinib (n=29) or placebo (n=29)."
    texts = [arms, of_all, of_some]
    pieces = tuple(Paragraph("Text", f"Text ¶{i}", t) for i, t in enumerate(texts, 1))
    found = [
        (d.slug, d.first.arm, [n.printed for e in d.entries for n in e.finding.numbers])
        for d in draft_article(Article(pieces, ())).measures
        if d.first.kind == "quantity"
    ]
    assert found == [
        *(("pfs", "zelatinib", ["3.2"]), ("pfs", "placebo", ["3.6"])),
        *(("pfs_2", "zelatinib", ["1.9"]), ("pfs_2", "placebo", ["3.6"])),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "Cure was seen in 38 of 43 (88%) and 30 of 43 (70%).",
        "Cure was seen in 38/43 (88%) v 30/43 (70%).",
        "We enrolled 50 patients. Survival at 5 years was 78% (SE 6%).",
        "We enrolled 43 patients. Seventy-eight percent were content.",
    ],
)
def test_two_groups_are_never_one_number_printed_in_two_ways(tmp_path, text):
    """What stands beside each other differs because it is of others; audit finds nothing."""
    write_draft(
        draft_article(Article((Paragraph("Text", "Text ¶1", text),), ())), tmp_path / "ledger"
    )
    verdicts = audit(read_ledger(tmp_path / "ledger"))
    assert [v.claim for v in verdicts if v.verdict == "mismatch"] == []


def labels(rows):
    """Labels of what a table prints in its last column, in its order."""
    table = PrintedTable("Table 1", [["", "A (n=40)", "B (n=40)"], *rows], part="Table 1")
    draft = draft_article(Article((), (table,)))
    found = [m.first.label for m in draft.measures if m.first.arm == "B"]
    return [label for label in found if not label.startswith("Patients")]


@pytest.mark.parametrize("heading", ["Hypertension", "Hypertension, n (%)"])
@pytest.mark.parametrize("level", ["{}", "- {}", "{} (%)", "{}, n (%)", "{} (n, %)", "\u2003{}"])
def test_levels_below_a_heading_keep_their_level_in_the_label(heading, level):
    """`No` is a level; only `No.` is a number."""
    cells = ["12 (30%)", "10 (25%)"]
    rows = [[heading, "", ""], *([level.format(word), *cells] for word in ("Yes", "No"))]
    assert labels(rows) == ["Hypertension: Yes", "Hypertension: No"]


def test_a_level_is_named_below_each_of_two_headings():
    cells = ["12 (30%)", "10 (25%)"]
    rows = [["Pain", "", ""], ["Yes", *cells], ["Grade", "", ""], ["II", *cells],
            ["Smoker", "", ""], ["Yes", *cells], ["Rash", "", ""], ["No. (%)", *cells]]  # fmt: skip
    assert labels(rows) == ["Pain: Yes", "Grade: II", "Smoker: Yes", "Rash"]


def judged(folder, text, *tables):
    """What the audit says of a drafted article: printed value and kind of each verdict."""
    paragraphs = (Paragraph("Text", f"Text ¶{i}", t) for i, t in enumerate(text.splitlines(), 1))
    printed = (PrintedTable(f"Table {i}", rows, part=f"Table {i}")
               for i, rows in enumerate(tables, 1))  # fmt: skip
    write_draft(draft_article(Article(tuple(paragraphs), tuple(printed))), folder / "ledger")
    return [(v.printed, v.kind) for v in audit(read_ledger(folder / "ledger"))]


TWO_ARMS = "We assigned 40 patients to zolimab and 41 to placebo."
CONTRADICTED = "median-contradicts-curve"


@pytest.mark.parametrize(
    ("text", "median"),
    [
        ("Median PFS was 12.3 months. PFS at 24 months was 60%.", "12.3"),
        ("Median progression-free survival was 12.3 months. PFS at 24 months was 60%.", "12.3"),
        ("The median survival time was 90 weeks. Overall survival at 1 year was 30%.", "90"),
        (f"{TWO_ARMS} Median OS was 9.1 months with zolimab and 12.3 months with placebo. Overall "
         "survival at 24 months was 28% with zolimab and 60% with placebo.", "12.3"),
        # a slip that was printed: PMC5844373
        (f"{TWO_ARMS} Median OS was 41.9 months with zolimab. 2-year survival was 31.5% with "
         "zolimab.", "41.9"),
    ],
)  # fmt: skip
def test_a_median_is_held_against_the_curve_of_its_endpoint(tmp_path, text, median):
    assert (median, CONTRADICTED) in judged(tmp_path, f"We enrolled 81 patients.\n{text}")


def test_a_median_in_a_table_is_held_against_the_curve_of_its_endpoint(tmp_path):
    rows = [["", "Patients (N=81)"], ["Median OS (95% CI), months", "14.2 (11.0–NE)"],
            ["Overall survival at 24 months, % (95% CI)", "72 (62–82)"]]  # fmt: skip
    assert ("14.2", CONTRADICTED) in judged(tmp_path, "", rows)


@pytest.mark.parametrize(
    "text",
    [
        "Median OS was 20.3 months in responders. Survival at 12 months was 30%.",
        "Median PFS was 12.3 months. Overall survival at 24 months was 60%.",
        "The median increase in survival was 2.3 months. Survival at 12 months was 60%.",
        "Median OS was 6.1 months in women. Median OS was 9.1 months in men. OS at 1 year was 60%.",
        "Median follow-up for survival was 6 months. Overall survival at 24 months was 60%.",
        f"{TWO_ARMS} Median OS was 9.1 months with zolimab. OS at 24 months was 60% with placebo.",
    ],
)
def test_a_median_of_others_or_of_another_time_contradicts_no_curve(tmp_path, text):
    told = judged(tmp_path, f"We enrolled 81 patients.\n{text}")
    assert CONTRADICTED not in {kind for _, kind in told}


def test_a_median_that_was_not_reached_is_a_claim_without_a_numeral(tmp_path):
    """It stands at the end, since no numeral says where."""
    text = "We enrolled 35 patients. Median survival was not reached."
    write_draft(draft_article(Article((Paragraph("Text", "Text ¶1", text),), ())), tmp_path / "l")
    claims = read_ledger(tmp_path / "l").claims.values()
    assert [(c.statistic, c.printed, c.numerals) for c in claims] == [
        ("n", "35", "1"),
        ("median", "not reached", ""),
    ]


def test_estimates_in_one_row_are_at_the_times_named_for_them():
    """A median before them is in months too: both were drafted at two years (PMC8100565)."""
    text = (
        "The median progression-free survival was 16.1 months (95% CI, 10.3–21.0 months), "
        "with 1-year and 2-year progression-free survival rates of 60% and 35%, respectively."
    )
    draft = draft_article(Article((Paragraph("Text", "Text ¶1", text),), ()))
    curves = [m.first for m in draft.measures if m.first.kind == "survival"]

    assert [(c.horizon, c.value("estimate")) for c in curves] == [(365.25, "60%"), (730.5, "35%")]


@pytest.mark.parametrize("label", ["SD", "Stable disease (SD)"])
def test_stable_disease_is_no_standard_deviation(label):
    """41 of 58 patients (70%) became a mean of 41 with a deviation of 70 (PMC8100565)."""
    assert read_cell("41 (70)", label, "n (%)") == ["n 41", "percent 70"]
    assert read_cell("41 (7.0)", "Age, mean (SD)", "n (%)") != ["n 41", "percent 7.0"]


def test_stable_disease_below_a_heading_keeps_its_name():
    """Stable disease became the best overall response itself, and lost its name."""
    rows = (
        ["", "Drug (n = 57)", "Control (n = 57)"],
        ["Best overall response, n (%)", "", ""],
        ["PR", "1 (1.8)", "4 (7.0)"],
        ["SD", "18 (31.6)", "23 (40.4)"],
    )
    table = PrintedTable("Table 2. Activity", list(rows), part="Table 2")
    found = [m.first for m in draft_article(Article((), (table,))).measures]

    assert [f.label for f in found if f.value("n") == "18"] == ["SD"]
