"""Numbers of published trials, in the places where journals set them: what follows is not wrong.

Each case holds the numbers of the article that its identifier at PubMed Central names, in words of
our own, with the reason for which a draft once made the audit call them wrong.
"""

import pytest

from numbercheck.audit import audit
from numbercheck.draft.arms import find_arms
from numbercheck.draft.article import Article, Paragraph, PrintedTable
from numbercheck.draft.drafting import draft_article
from numbercheck.draft.writing import write_draft
from numbercheck.ledger.reading import read_ledger


def judged(folder, text="", *tables, notes=""):
    """Verdicts on a drafted article, a paragraph a line."""
    printed = [PrintedTable(f"Table {i}", rows, notes=notes, part=f"Table {i}")
               for i, rows in enumerate(tables, 1)]  # fmt: skip
    paragraphs = (Paragraph("Text", f"Text ¶{i}", t) for i, t in enumerate(text.splitlines(), 1))
    article = Article(tuple(paragraphs), tuple(printed))
    write_draft(draft_article(article), folder / "ledger")
    return audit(read_ledger(folder / "ledger"))


def fitting(*sizes):
    """Rows of counts whose percentages are right, out of the sizes of their columns."""
    counts = ([size // i for size in sizes] for i in range(2, 12))
    return [["Sign", *(f"{n} ({100 * n / size:.1f}%)" for n, size in zip(row, sizes, strict=True))]
            for row in counts]  # fmt: skip


def wrong(*given):
    """Printed values of the mismatches of a drafted article."""
    return [v.printed for v in judged(*given) if v.verdict == "mismatch"]


@pytest.mark.parametrize(
    "text",
    [
        # grades are no fraction: PMC4907713
        "They differed in 3/4 grade nausea (30% vs 14%) and 3/4 grade mucositis (8% vs 10%).",
        # a blood pressure, and a change of it: PMC3659156
        "We enrolled 93 patients. A blood pressure of 155/93 mmHg fell by 4/3 mmHg.",
        # degrees of freedom are no difference: PMC5604064
        "After control for BMI the groups had differences [F(2, 58) = 8.07, p = 0.001].\n"
        "After control for BMI the groups had differences [F(2, 58) = 5.56, p = 0.006].",
        "After control for BMI there was a difference, t (20) = 8.07, p = 0.001.\n"
        "After control for BMI there was a difference, t (20) = 5.56, p = 0.006.",
        # the difference is named before the hazard ratio: PMC5362536
        "There was no difference in PFS (HR 1.03, 95% CI 0.71-1.41, P = 0.98).",
        # the interval is of the mean, not of the months: PMC4574984
        "Mean quality of life after 12 months was 69.27 (95% CI 66.45–72.14).",
        # the ratio is of the time that precedes its value: PMC4569275
        "The hazard ratio over 503 days of follow-up was 1.52 (95% CI 1.08–2.15, p = 0.02).",
        # relapses at other sites, not survival: PMC5555437
        "Survival at 5 years was 26%, at the cost of thoracic relapse (36% vs 52%).",
        # two groups at one time, not a curve that rises: PMC2361806
        "Survival at 2 years ranged from 9% (ELF) to 20% (FUP).",
        # episodes, not patients, of whom more had none: PMC2836470
        "We enrolled 925 patients. There were seven episodes of syncope (1.7%).",
        # 26 of the 27 were measured: PMC5015758
        "We assigned 27 patients to therapy and 27 to control. In the control group, worsening"
        " (n = 2 (8%)) and recovery (n = 3 (12%)) were rare.",
        # those who stayed, of everyone: PMC4545275
        "236 patients were randomly assigned; 104 were assigned to zolimab and 104 to placebo.",
        # of 79 deaths, and of 65 patients: PMC4893237
        "We enrolled 65 patients. Dementia (23%) was common. Dementia was seen in 18 of 65.",
        # the heart's rate: PMC3575357
        "The mean HR value was (−3.75 vs. -4.5, p = 0.05).",
        # an arm called P: PMC3882495
        "The resistance in cannula P was 73% higher.",
        # the P value is of another comparison: PMC4106715
        "It was higher (OR 3.23, 95% CI 0.98–10.67), and no dose differed from others (p >0.84).",
        # with powers of ten: PMC4330076, PMC2291568
        "It was lower (P = 2.0×10⁻⁵; P < 5 × 10⁻⁸), and gains were larger (p = 10⁻¹¹).",
        # lower, so the number is negative: PMC1175098
        "The mean score was 3.43 points lower; the confidence interval (-5.87 to -0.99) is narrow.",
        # the limits are of the difference, which is not read: PMC4115605
        "They had a mean score improvement of 1.83 vs 0.93 units, a difference of 0.90 units (95% "
        "confidence interval [CI] 0.30–1.48).",
        # a day that does not exist, as printed: PMC3101755
        "The trial began on February 30, 2003.",
        # more than all is a change: PMC4889182
        "We enrolled 50 patients. Traffic to the website of 289% was seen.",
        # the percentages are estimates of curves: PMC1891439, PMC2755038
        "We enrolled 400 patients. Relapse (HR 0.19, 95% CI 0.04–0.92) was seen in 12.4% (6/51) and"
        " in 35 of 344 patients (10.9%).",
        # what the number of patients was planned for: PMC4949758
        "Assuming a 1-year survival of 40%, the 12-week death rate is 19.1%.",
        # deaths, not survival: PMC4949758
        "Survival at 1 year was 40%, with a survival of 9 months and a 12-week death rate of 19%.",
        # two periods, not one: PMC1913177
        "It was removed after a median period of 94 days (range: 30–262 days). Relapse came after a"
        " mean period of 7 months.",
        # babies who lived elsewhere: PMC5656139
        "Neonatal mortality was 39/1000 live births, 94% of babies were born at home.",
        # the P value is of a test against 1.185: PMC1994017
        "It was as good (HR 1.01, 95% CI 0.90–1.13; p=0.007 for noninferiority).",
        # the limits are of the difference: PMC4928948
        "Complications were 4.1% (20/493) with a midwife and 6.1% (29/472) with a doctor (95%CI; "
        "-0.7–5%, p = 0.14).",
        # the limits are of another trial: PMC4191553
        "Patients were assigned to zolanib (n = 251) or placebo (n = 511). The HR for fracture of "
        "zolanib v placebo (0.641) was within the range of 95% CI (0.41–0.68) seen before.",
        # means of percentages: PMC4867750
        "Completion was greater than attendance (135.2/267, 50.6%; 95% CI = 46.8%-55.6%). Across "
        "modules, the average completion was 85.4% (34/40) of modules (95% CI = 74.5%-96.4%).",
        # with a decimal comma: PMC5307758
        "Estrogen receptors were seen in 101 out of 105 patients (96,2%) with cancer.",
        # with a hyphen of its own: PMC5740257
        "We enrolled 47 patients. Forty\u2010two of the 47 randomized (89%) completed the study.",
        # medians, which were not different: PMC4461648
        "No significant difference was found in pressure (26 (18–28) vs 22 (19, 27), p = 0.177).",
        # the range begins in months: PMC1828728
        "The median age was 2.0 years (range 6 months to 16 years).",
        # of one year, then of another: PMC5506593
        "It was 10% in 2006 (466/4467), 7% in 2007 (459/6274) and 14% in 2012 (623/4335).",
        # P of one side: PMC3427491
        "OS was alike (HR 0.927 (95% CI 0.65, 1.292; p = 0.292)).",
        # patients who were not all measured, as the limits say: PMC3634976
        "Patients received zolimab (n = 274) or placebo (n = 95). In the zolimab group, pain was "
        "seen in six patients (2.3% [95% CI 0.8; 4.9]).",
        # patients of another number than those enrolled: PMC5654157
        "We randomly assigned 59 patients. Of 77 assessable patients, none had been treated.",
        # of those who answered: PMC2744923
        "Patients were assigned to zolimab (n = 422) or placebo (n = 209). The questions were "
        "answered by 371 of 422 (87.9%) patients in the zolimab group; three (0.8%) in the zolimab "
        "group had missed a dose.",
        # a subscore of 0 or 1: PMC5049645
        "Few of those with a subscore = 0/1 (21%) were well.",
        # a dilution: PMC5654031
        "They gave 0.25% zolicaine added to 1/200,000 adrenaline.",
        # doses, and the percentages of three of them: PMC4845107
        "It rose with double the dose, Z10 and ZX 10/20 (24.3%, 42.4%, and 52.6%, respectively).",
        # the level stands after CI: PMC1079947
        "Pressure was 6.0 ± 0.9 kPa and fell by 0.9 ± 0.5 kPa (CI 95 % -1.3, -0.5; p = 0.004).",
        # the third of the visits, not a difference: PMC5572237
        "There was no difference in speed between visits 4 and 5 (p = 0.272).\n"
        "There was no difference in score between visits 4 and 5 (p = 0.100).",
        # words between the level and the interval: PMC4360612
        "The difference was 56.6% (95% posterior credible interval 41.4-70.0%).",
        # tolerances of dates: PMC3107164
        "The window is 4 weeks ± 5 days.\nThe window is 4 months ± 2 weeks.",
        # standard deviations, and errors: PMC5986584
        "The loss of weight was −1.6 ± 2.3 kg.\nThe loss of weight was −1.6 ± 0.5 kg.",
        # Wilcoxon's P value in 14 patients: PMC4807034
        "Fat fell (difference -0.94 kg, 95%CI -0.48 to -1.41, p = 0.003).",
        # one of those assigned was lost: PMC4114185
        "Subjects were randomized to zolimab (7 subjects), sham (8 subjects) and placebo (7 "
        "subjects). Twenty-one subjects completed the study.",
        # the larger quartile of a fall is printed first: PMC4701182
        "The median change at week 48 was −3.27 (IQR: −2.77, −3.62).",
        # those of all but the ten who left at once: PMC5324269
        "We randomized 279 participants. Ten left. The study was completed by 229; 40 (15%) were "
        "lost.\nA sample was taken from 269 participants.",
        # the P value of another difference, behind a thin space: PMC5324269
        "It was lower (mean difference −42.0 (CI, −56.5 to −27.6, p\u2009<\u20090.001) and −38.5 "
        "(CI, −70.6 to −6.5, p\u2009=\u20090.02), respectively).",
        # women among 79: PMC4704894
        "We enrolled 79 participants. Participants (N=79, 20% female, mean age 20.8) were young.",
        # about a quarter: PMC3659156
        "Almost 1/4 (22.0%) had a balanced profile.",
        "Approximately nine of 10 patients on either drug (89.2%) were relieved.",  # PMC1974799
        "About two out of three (64.1%) of the patients were women.",
        # eyes of patients: PMC3544352
        "The number of eyes in this study was 150 of 88 patients.",
        # doses: PMC2948428
        "The goal was reached by 72% (20/20-mg group) and 53% (20/30 mg) of them.",
        # 14,542, with its comma too early: PMC5861900
        "The median was 5,118.8 (IQR 1,470.0, 1,4542).",
        # exact limits, and the P value of an exact test: PMC1087200
        "Parasites were rarer (odds ratio = 42; 95% CI, 2.4–2,061; Fisher's exact p = 0.002).",
        # arms that are named by their doses: PMC4392900
        "A response was seen with 7.5/46 (22.4%) and 15/92 (27.6%); in the 15/92 group, it lasted.",
        # two were not assigned: PMC5729492
        "In all, 47 patients were recruited. Then 45 patients were enrolled and randomly allocated "
        "to the control group (n = 23) or feedback group (n = 22).",
        # a standard deviation in percent, and the limits of the mean: PMC1261533
        "The mean loss was 9.3% (SD, 11.5%; 95% CI, 7.7% to 10.9%) compared with 6.7% (SD, 11.4%; "
        "95% CI, 5.1 to 8.3%).",
        # the same median in two parts of a trial: PMC2967052
        "The median time from the first dose to the last was 71 days (range 22–233 days).\n"
        "The median time from the first dose to the last was 71 days (range 1–239 days).",
        # how many groups: PMC3775615
        "There was no significant difference between these 2 groups (P = 0.879).\n"
        "There was no significant difference between these 2 groups (P = 0.668).",
        # percentages before their fractions: PMC4450858
        "It was likelier in some women (67 % 8/12) than in others (17 % 6/36).",
        # five of six months, and the percentages of those: PMC1619408
        "More filled five of the six prescriptions (80% vs. 73%).",
        # a part of a fluid: PMC3995601
        "Samples are fixed with 1/3 carbowax (20% polyethylene glycol in ethanol).",
        # about two thirds: PMC3409545
        "We enrolled 18 patients. Approximately 66% (N = 12) were female.",
        # how long they stayed, and who was alive then: PMC3412848
        "We assigned 47 patients to zolimab and 17 to placebo. Treatment (median 3 vs. 4 days), the"
        " share of days with fever (8% vs. 12%), length of stay (median 19 vs. 15 days) and "
        "survival at discharge (85% vs. 81%) did not differ between zolimab and placebo, "
        "respectively.",
        # of episodes, adjusted for several of one patient: PMC2836470
        "The method of generalized estimating equations was used. In the long arm, 59 out of 250 "
        "episodes (22%) required a shock.",
        # those who know him, and those who stayed: PMC5808396
        "A total of 405 women were randomized: 157 were assigned to therapy and 248 were assigned "
        "to support. Across the arms, 40 women (10%) reported knowing him. Then 141 women (90%) in "
        "therapy completed it. In the support arm, 182 women (73%) met us at least once.",
        # no Cox model, but observed over expected events: PMC4226329
        "We assigned 27 patients to zolimab and 27 to placebo. Stays were longer with zolimab than "
        "with placebo (hazard ratio 0.38, 95% confidence interval 0.174–0.647).",
        # rates by a model of the time to an event, as is not said beside them: PMC3215881
        "A Cox regression model was used.\nThe rate of new hip fractures was 2.0% (23/1,065) with "
        "zolimab and 3.5% (33/1,062) with placebo (P = 0.18).",
        # out of 5,596: PMC2769033
        "Participation was 19.5% (1089/5913 invited minus 317 returned to sender).",
        # some did not answer: PMC3496516, PMC2725036
        "We enrolled 215 patients. Cancer in the family was the reason of many (74%, n = 158).\n"
        "Most expected to be told the risk of developing cancer (56%, n = 119).",
        # of everyone, then of the survivors: PMC2725036
        "AQoL did not differ (median improvement 0.01; 95%CI 0.00–0.01; P = 0.170).\n"
        "Survivors had a small increase (median improvement 0.01; 95%CI 0.00–0.03; P = 0.003).",
    ],
)
def test_a_sentence_of_a_published_trial_has_nothing_wrong(tmp_path, text):
    """Every number is read as what it is, or left to do."""
    assert wrong(tmp_path, text) == []


@pytest.mark.parametrize(
    "rows",
    [
        # a column says it: PMC3635594
        [["", "Statistic", "Weight", "Sex"], ["Placebo (n = 6)", "Mean", "80.5", ""],
         ["Placebo (n = 6)", "SD", "11.6", ""]],
        # the heading leaves it open: PMC4213554
        [["", "Zolimab (n = 361) Mean (SD) or n (%)"], ["Weight, kg", "80.5 (11.6)"]],
        [["", "Zolimab (n = 361) Mean (SD) or n (%)"], ["Weight, kg", "80 (12)"]],
    ],
)  # fmt: skip
def test_a_standard_deviation_is_no_mean_and_a_mean_no_count(tmp_path, rows):
    found = [v.claim.rpartition("_")[2] for v in judged(tmp_path, "", rows)]
    assert [statistic for statistic in found if statistic != "n"] == ["mean", "sd"]


def test_limits_by_the_logit_are_no_slips(tmp_path):
    """Of the logit with quantiles of Student's t, as Stata gives them: PMC5960495."""
    heads = ["", "A, N (%)", "95% CI A", "B, N (%)", "95% CI B"]
    rows = [["Worse", "7/126 (5.6)", "2.7–11.3", "3/129 (2.3)", "0.7–7.0"],
            ["Better", "101/126 (80.2)", "72.2–86.3", "111/129 (86.0)", "78.9–91.1"]]  # fmt: skip
    found = judged(tmp_path, "", [heads, *rows])
    assert {v.printed for v in found} >= {"72.2", "86.3"}
    assert not [v.printed for v in found if v.verdict == "mismatch"]


@pytest.mark.parametrize(
    ("text", "tables"),
    [
        ("We enrolled 40 patients. Response was seen in 20 (50.0%; 90% CI 37.4–62.6).", ()),
        ("", [[["", "All (n = 40)", "90% CI"], ["Response, n (%)", "20 (50.0)", "37.4–62.6"]]]),
    ],
)
def test_limits_are_held_against_their_own_confidence_level(tmp_path, text, tables):
    """Of 40, Wilson's."""
    verdicts = {v.printed: v.verdict for v in judged(tmp_path, text, *tables)}
    assert verdicts["37.4"] == "match", verdicts


def test_the_size_of_a_cited_study_is_not_that_of_the_trial(tmp_path):
    """30 took part, and another study had 20: PMC1805771."""
    text = "That study, however, included 20 subjects, three of them without experience [ 14 ]."
    rows = [["", "Mean (SD)", "95% CI"], ["S1", "1.97 (0.67)", "(1.72, 2.22)"],
            ["S2", "2.17 (0.70)", "(1.91, 2.43)"]]  # fmt: skip
    assert wrong(tmp_path, text, rows) == []


def test_a_range_behind_a_median_is_no_fraction(tmp_path):
    """1 to 7, around 1: PMC3195393."""
    rows = [["", "No. of diagnoses"], ["Control site", "1/1–7"]]
    assert wrong(tmp_path, "We enrolled 50 patients.", rows) == []


def test_events_of_part_of_an_arm_may_be_more_than_the_arm(tmp_path):
    """461 consultations of 213 of its 280 patients: PMC3503752."""
    text = "Patients were assigned to lay educator (n = 280) or nurse (n = 287)."
    rows = [["", "Lay educator (n = 213, London = 165)", "Nurse (n = 205, London = 159)"],
            ["Consultations", "461", "3"]]  # fmt: skip
    assert wrong(tmp_path, text, rows) == []


def test_a_percentage_may_be_of_those_in_the_columns(tmp_path):
    """Of 80, since three of the 83 enrolled were withdrawn: PMC3191394."""
    text = (
        "83 women were enrolled; 42 women were randomized to reiki, and 41 to the control group. "
        "Data were missing for 16 patients (20%)."
    )
    rows = [["", "Reiki (n = 40)", "Control (n = 40)"], ["Bruises", "6 (15%)", "8 (20%)"]]
    assert wrong(tmp_path, text, rows) == []


def test_mean_and_median_of_two_rows_are_of_one_thing_only_below_one_heading(tmp_path):
    """Areas and doses, and scores in movement and in rest: PMC3191394."""
    rows = [
        ["", "Reiki (n = 40) Mean ± SD", "Control (n = 40) Mean ± SD"],
        ["Area under the curve", "", ""],
        ["Day 1", "74.2 ± 39.6", "79.7 ± 42.9"],
        ["Dose of codeine", "", ""],
        ["Day 1 (median, IQR)", "0.7 (0 to 1.4)", "1.1 (0 to 2.0)"],
        ["Score", "", ""],
        ["Days 1–3 (in movement)", "3.1 ± 1.5", "3.3 ± 1.7"],
        ["Days 1–3 (in rest) (median, IQR)", "1.1 (0.4 to 1.7)", "1.4 (0.6 to 2.1)"],
    ]
    assert wrong(tmp_path, "", rows) == []


def test_two_things_together_are_not_the_first_of_them(tmp_path):
    """Eleven had both, of 31 with chemotherapy: PMC2361515."""
    text = "We enrolled 94 patients, of whom 11 (12%) had received chemotherapy and radiotherapy."
    rows = [["", "Arm A (n = 48)", "Arm B (n = 46)"], ["Chemotherapy", "14 (29%)", "17 (37%)"]]
    assert wrong(tmp_path, text, rows) == []


SIZES = ["", "Intervention N = 326", "No Intervention N = 326"]


@pytest.mark.parametrize(
    "table",
    [
        # the nutrition of 13 and 10 is not known: PMC4574984
        [SIZES, ["Risk for malnutrition", "83 (26.5%)", "77 (24.4%)"],
         ["Malnourished", "8 (2.6%)", "9 (2.8%)"]],
        # the sexes add up to one less than the column: PMC3774725
        [["", "Navigation N=494", "Control N=545"],
         ["Female", "490 (99.2%)", "537 (98.7%)"], ["Male", "4 (0.8%)", "7 (1.3%)"]],
        # safety in 134 of the 135, throughout the column: PMC4815882
        [["", "Placebo (n=135)", "Simvastatin (n=134)"],
         ["Diarrhoea", "8 (6.0)", "9 (6.7)"], ["Stomatitis", "6 (4.5)", "4 (3.0)"],
         ["Response, n (%)", "90 (67.2)", "91 (67.9)"]],
        # the three days add up to less than the column: PMC4164149
        [["", "Prolutex (n = 400)", "Endometrin (n = 400)"],
         ["Day of transfer, number (% in the timeframe)", "", ""],
         ["Day 2", "168 (42.9)", "171 (43.8)"], ["Day 4", "9 (2.3)", "8 (2.1)"],
         ["Day 6", "215 (54.8)", "211 (54.1)"]],
        # a mean with its SD, below the heading of counts: PMC4937273
        [["", "A (n = 24)", "B (n = 24)"], ["Race, n (%)", "", ""], ["Black", "1 (4.2)", "0 (0)"],
         ["Age", "48 (12)", "49 (10)"]],
        # coefficients, where some are odds ratios: PMC5982050
        [["", "β or OR", "95% CI"], ["Sitting", "−9.0", "−17.7 to −0.2"]],
        # a correlation: PMC4546110
        [["Severity", "p(rho)", "p"], ["Impulsiveness", "-0.14", "0.53"]],
        # of 52 of the 53, in two rows: PMC5176312
        [["", "EC (n = 53)", "IC (n = 50)"], ["Rigid, n (%)", "30 (57.7)", "25 (50)"],
         ["Wheel locks, n (%)", "48 (90.6)", "20 (40)"], ["Sling, n (%)", "39 (73.6)", "10 (20)"],
         ["Foam, n (%)", "9 (17.0)", "5 (10)"], ["Bag, n (%)", "19 (36.5)", "10 (20)"]],
        # limits from the larger to the smaller: PMC5493377
        [["", "Difference (95% CI)"], ["Pain", "-41.4 (-30.7, -52.2)"]],
        # how many have a value, in the row's label: PMC4893237
        [["", "All cases (n = 199)"], ["Depression (n = 197), n (%)", "78 (40%)"]],
        # men and women, not men of women: PMC5883519
        [["", "rhGH (n = 23)", "Control (n = 20)"], ["Male/Female (n)", "21/2", "19/1"]],
        # changes in percent: PMC5707413
        [["", "WPRT (n = 386)", "PORT (n = 61)"],
         ["Minimum", "−96.5%", "−53.4%"], ["Maximum", "173.1%", "120.0%"]],
        # ratios in percent: PMC4771973
        [["", "Metformin v placebo (95% CI)"], ["Insulin, relative", "107% (87% to 131%)"]],
        # per 1000 weeks: PMC3424202
        [["", "DP n/N (%)", "AM n/N (%)"], ["Fever-days", "260/695 (374.1)", "125/334 (374.3)"]],
        # labels in two columns, the second one numbers: PMC5555437
        [["", "", "Twice-daily (n=274)", "Once-daily (n=273)"],
         ["ECOG, no. (%)", "0", "147 (54%)", "150 (55%)"], ["", "1", "120 (44%)", "118 (43%)"],
         ["Sex, no. (%)", "Female", "127 (46%)", "123 (45%)"],
         ["", "Male", "147 (54%)", "150 (55%)"]],
        # one label in two sections: PMC3641298
        [["", "Overall (n = 108)", "Education (n = 54)", "Monitoring (n = 54)"],
         ["Site, n (%)", "", "", ""],
         ["Lung", "–", "15 (28)", "8 (15)"], ["Disease, n (%)", "", "", ""],
         ["Lung", "3 (3)", "2 (4)", "1 (2)"]],
        # subgroups whose sizes are not printed: PMC3598551
        [["", "AL (n = 603) % (95% CI)", "DP (n = 610) % (95% CI)"],
         ["Asia", "88.9 (81.5, 96.3)", "97.2 (93.0, 99.9)"]],
        # a heading of two effects: PMC5404992
        [["", "Odds Ratio or Mean Difference", "95% CI"], ["Ever outdoors", "1.71", "1.04–2.80"],
         ["Mean times a day (SD)", "-.09", "-.46–.28"]],
        # percentages, as one row says: PMC1501010
        [["", "Zolimab N = 57", "Control N = 41", "Total N = 98"],
         ["Employed (%)", "29", "33", "31"], ["Housing", "", "", ""],
         ["Alone", "6", "15", "10"], ["With others", "94", "85", "90"]],
        # the growth of 3 of the 96 is not known, as in the other column: PMC5494175
        [["", "A (n = 96) by birth", "B (n = 422) by now"], ["Short, n (%)", "", ""],
         ["No", "79 (85.0)", "347 (84.0)"], ["Yes", "14 (15.0)", "66 (16.0)"], *fitting(96, 422)],
        # in week 2, of 105: PMC4359699
        [["", "A (n = 104)", "B (n = 106)"], *fitting(104, 106),
         ["ACR20 in week 2, n (%)", "15 (14.4)", "30 (28.6)"],
         ["LDA in week 2, n (%)", "8 (7.7)", "13 (12.4)"],
         ["LDA in week 8, n (%)", "15 (14.4)", "32 (30.2)"],
         ["Remission in week 2, n (%)", "1 (1.0)", "1 (1.0)"]],
        # a mean below a heading of counts, near a percentage by chance: PMC5529957
        [["", "A (n = 173)", "B (n = 88)"], *fitting(173, 88), ["Race, n (%)", "", ""],
         ["White", "120 (69.4)", "65 (73.9)"], ["Mean BMI (SD), kg/m²", "27 (6)", "28 (5)"]],
        # the smallest value, not how many: PMC3375426
        [["", "A (n = 12)", "B (n = 14)", "Total (n = 26)"], ["Score (points)", "", "", ""],
         ["Minimum value", "4", "1", "4"], ["Maximum value", "9", "8", "9"]],
        # other patients below a heading with their numbers: PMC5741924
        [["", "A (n = 198)", "B (n = 396)"], *fitting(198, 396),
         ["All sessions", "n = 23", "n = 396"],
         ["Term, n (%)", "21 (9.3)", "348 (87.9)"]],
        # one not known in each, in two rows: PMC5406030
        [["", "A (n = 151)", "B (n = 168)"], *fitting(151, 168),
         ["Dutch, n (%)", "114 (76.0)", "118 (70.2)"],
         ["Schooled, n (%)", "118 (78.1)", "129 (77.2)"]],
        # heart rates: PMC5498709
        [["", "A (n = 35)", "B (n = 38)"], ["Minimum HR (beats/min)", "92 (99–92)", "88 (95–88)"]],
        # scores of 20 with their limits, which are no percentages: PMC4786378
        [["", "A, median (95% CI)"], ["Knowledge", "14/20 (13.5–15)"]],
        # a test's result beside a range: PMC3877985
        [["", "MW: Z, p"], ["OT range, n = 36", "3.61, 0.0003"]],
        # waves, not P values: PMC4829247
        [["", "P-wave duration, mean (SD)", "P-wave dispersion, difference", "P-wave, 95% CI"],
         ["AP", "114.3 (10.2)", "0.4", "-2.3, 3.1"]],
        # how many tests, and from how many to how many of a patient: PMC5807510
        [["", "Cases (n = 32)"], ["Tests (n, range)", "22 (0–2)"]],
        # per 1000 weeks, of which few had a fever: PMC3424202
        [["", "DP n/N (%)", "AM n/N (%)"], ["Person-fever-weeks", "18/814 (22.1)", "0/391 (0)"]],
        # percentages without counts: PMC5850179, PMC5336430
        [["", "All Patients (n=967)", "Morphine (n=554)", "No Morphine (n=413)"],
         ["Male sex, %", "82", "82", "82"]],
        [["", "Total (n=163)", "Active (n=82)", "Sham (n=81)"],
         ["Race, Caucasian (%)", "100", "100", "100"]],
        # the limits are not of the P value: PMC4917725
        [["", "Difference in tertiles, P (95% CI)"], ["Vitality", ".004 (0.11 to 0.54)"]],
        # the limits are of a difference that the table does not print: PMC3647147
        [["", "Mean difference", "Rate", "95% CI"], ["Diarrhoea", "1·06", "0·56", "−0·08, 0·19"]],
        # decimal commas: PMC4769147
        [["", "Standard (n = 50)", "Early (n = 50)"], ["3 quartile", "92,5", "90,5"]],
        # a test's result in the heading: PMC3837325
        [["", "P for χ² test = 0.04", ""], ["Smokers", "40", "20"]],
        # events before and after discharge, and their sum: PMC2639329
        [["", "Active", "Control"], ["All events", "20/20 (40)", "19/19 (38)"]],
        # a standard deviation, and the limits of the mean: PMC2972641
        [["", "A (n = 65)", "B (n = 65)"], ["SD (95% CI)", "2.4 (−1.4, −0.2)", "2.3 (−1.4, −0.3)"]],
        # the days on which it began: PMC5768281
        [["", "Drug (N = 55)", "Placebo (N = 17)"], ["Rash", "5 (9%)", "2 (12%)(2, 9)"]],
        # out of the 27 and 26 whose values are known: PMC3822756
        [["", "Placebo (N=28)", "Ramipril (N=24)"],
         ["White, n (%)", "26 (96.3)", "24 (100)"], ["Diabetes, n (%)", "9 (32.1)", "4 (16.7)"],
         ["Statin, n (%)", "17 (60.7)", "14 (58.3)"], ["Diuretic, n (%)", "17 (60.7)", "10 (41.7)"],
         ["Calcium blocker, n (%)", "5 (19.2)", "7 (29.2)"]],
        # living and dead donors of 46 and 47: PMC5762965
        [["Characteristic", "A (n = 46)", "B (n = 47)", "P value"],
         ["Donor (live/deceased)", "9/37", "11/36", "0.05"], ["Female", "20/46", "20/47", "0.93"]],
        # of 67 and 64 whose tumors were graded, which no words of the table say: PMC5131536
        [["", "RT (%) n = 68", "CRT (%) n = 72"], ["ypN0", "43 (64.2)", "54 (75)"],
         ["ypN1", "19 (27.9)", "18 (25)"], ["G1", "6 (9)", "5 (7.8)"],
         ["G2", "56 (83.5)", "51 (79.7)"], ["G3", "5 (7.5)", "8 (12.5)"]],
        # the education of some men is not known, so that another value may be missing: PMC2759981
        [["", "Trained (n = 530)", "Standard (n = 534)"],
         ["First baby, n (%)", "480 (91)", "480 (90)"], ["Married, n (%)", "515 (97)", "520 (98)"],
         ["Born here, n (%)", "492 (93)", "502 (94)"], ["Highest education, n (%)", "", ""],
         ["Elementary school", "29 (6)", "29 (6)"], ["High school", "283 (54)", "306 (58)"],
         ["College", "213 (41)", "197 (37)"]],
        # of the 55 and 52 whose answer is known, of which two are rounded twice: PMC5019463
        [["", "Group 1 (n=53)", "Group 2 (n=57)"], ["Education, n (%)", "", ""],
         ["<12 years", "12 (22.6)", "12 (21.8)"], ["12–16 years", "38 (71.7)", "41 (74.6)"],
         [">16 years", "3 (5.7)", "2 (3.6)"], ["Difficulty to pay, n (%)", "", ""],
         ["Not at all", "22 (42.3)", "26 (45.6)"], ["Not very", "8 (15.4)", "9 (15.8)"],
         ["Somewhat", "15 (28.9)", "19 (33.3)"], ["Very", "7 (13.5)", "3 (5.3)"],
         ["Right eye", "20 (37.7)", "21 (36.8)"], ["Left eye", "33 (62.3)", "36 (63.2)"]],
        # what a test computes is no difference: PMC5070060
        [["", "Ill N=1008 n(%)", "Well N=336 n(%)", "Group difference χ²", "Group difference P"],
         ["Divorce of the parents", "408 (40.5)", "103 (30.7)", "11.894", "0.02"]],
        # a heading over two columns, and a percentage that is near by chance: PMC2409966
        [["", "First n = 1309", "First n = 1309", "Later n = 1007", "Later n = 1007"],
         ["", "Circ", "Uncirc", "Circ", "Uncirc"], ["Unprotected:", "", "", "", ""],
         ["Yes", "31 (5)", "44 (6)", "9 (2)", "12 (2)"]],
    ],
)  # fmt: skip
def test_a_table_of_a_published_trial_has_nothing_wrong(tmp_path, table):
    """A percentage of patients whom the table does not count is not judged by those it counts."""
    assert wrong(tmp_path, "", table) == []


@pytest.mark.parametrize(
    "text",
    [
        "An ECOG performance status of 0 to 1 (83.5%) was required.",  # PMC5362536
        "The score was higher in those with a value of 0 (47.5%).",  # PMC5830087
        "HbA1c changed from baseline, in the placebo group 0.02%.",  # PMC3606470
    ],
)
def test_what_no_number_of_patients_gives_is_no_claim(tmp_path, text):
    """It is left to do, so that no cohort is asked for it."""
    found = judged(tmp_path, f"We enrolled 92 patients. {text}")
    assert not {"0", "1", "3", "0.02%"} & {v.printed for v in found}


def test_a_total_above_an_arm_s_size_is_not_of_that_arm(tmp_path):
    """38 of all 547, whichever arm the sentence names: PMC5555437."""
    text = "We assigned 274 patients to zolimab and 273 to placebo. With zolimab 38 of 547 died."
    found = judged(tmp_path, text)
    assert not [v.claim for v in found if v.verdict == "mismatch" or "died_zolimab" in v.claim]


def test_a_column_that_names_an_arm_and_a_grade_is_of_that_arm(tmp_path):
    """Whether or not a size stands there."""
    text = "We assigned 40 patients to zolimab and 41 to placebo."
    heads = ["", "Zolimab any grade", "Zolimab grade 3–4", "Placebo any grade", "Placebo grade 3–4"]
    row = ["Nausea, n (%)", "20 (50)", "4 (10)", "10 (24)", "2 (5)"]
    cells = [v for v in judged(tmp_path, text, [heads, row]) if v.locus.startswith("Table")]
    assert [v.verdict for v in cells if "percent" in v.claim] == ["match"] * 4


def test_a_cell_among_counts_is_one_however_wrong(tmp_path):
    """44 of 124 are 35%; only the notes say what the cells are."""
    rows = [["", "Zolimab (N=124)", "Placebo (N=124)"], *fitting(124, 124),
            ["Anemia", "74 (35)", "20 (16)"]]  # fmt: skip
    found = judged(tmp_path, "", rows, notes="Number of patients (%).")
    assert [v.printed for v in found if v.verdict == "mismatch"] == ["35"]


def test_one_word_of_a_text_and_a_table_may_be_two_things(tmp_path):
    """Hypertension during anesthesia, and before it: PMC5809703."""
    text = "We randomly assigned 94 patients. Hypertension occurred in 2/94 patients."
    rows = [["", "A (n = 47)", "B (n = 47)"], ["Hypertension (n)", "11", "21"]]
    assert wrong(tmp_path, text, rows) == []


def test_events_and_those_who_left_with_them_are_two_counts(tmp_path):
    """Both are 11.7%, of 892 events and of 529 patients: PMC1619408."""
    text = (
        "We enrolled 1076 patients, 547 in the I group and 529 in the A group. A higher proportion "
        "of adverse events were considered related to treatment in the I group [155/904 (17.1%)] "
        "compared with the A group [104/892 (11.7%)]."
    )
    table = [["", "I (n = 547)", "A (n = 529)"], ["Adverse event, n (%)", "65 (11.9)", "62 (11.7)"]]
    assert wrong(tmp_path, text, table) == []


def test_two_tables_with_one_label_print_two_things(tmp_path):
    """A baseline of weight, and a baseline of lipids, of which one number is the same."""
    first = [["", "LFD n = 31", "LCD n = 30"], ["Baseline, mean (SD)", "1.41 (0.4)", "1.12 (0.4)"]]
    other = [["", "LFD n = 31", "LCD n = 30"], ["Baseline, mean (SD)", "1809 (0.4)", "1690 (0.4)"]]
    assert wrong(tmp_path, "", first, other) == []


def test_an_arm_s_patients_are_all_that_were_assigned(tmp_path):
    """A smaller number that the text prints first, as of events, is no arm's size: PMC4832354."""
    text = "Cure was seen in 4 of 10 in the control group. The control group (n = 8) was followed."
    sizes = [["", "Control Group (n = 36)", "Exercise Group (n = 38)"], ["Age, mean", "55", "56"]]
    assert wrong(tmp_path, text, sizes) == []


@pytest.mark.parametrize(
    ("text", "slips"),
    [
        # the other arm is of all its patients
        ("We randomly assigned 230 patients to zolimab and 229 to placebo. A rash occurred in 14 "
         "patients (9.1%) in the zolimab group and 16 (7.0%) in the placebo group.", ["9.1%"]),
        # those assigned in one sentence are those randomized
        ("A total of 268 patients underwent randomization; 124 were assigned to zolimab and 124 "
         "were assigned to placebo.", ["268"]),
    ],
)  # fmt: skip
def test_a_slip_in_a_sentence_on_two_arms_is_found(tmp_path, text, slips):
    assert wrong(tmp_path, text) == slips


@pytest.mark.parametrize(
    ("table", "slips"),
    [
        # rounded twice, and cut off: PMC3598549 and PMC3641298
        ([["", "DTIC+IFN (N=52)", "DTIC (N=54)"], ["Nausea, n (%)", "33 (64)", "40 (74)"],
          ["Fever, n (%)", "6 (12)", "11 (20)"], ["Lung, n (%)", "4 (8)", "15 (27)"]],
         ["64", "27"]),
        # arms that do not add up: PMC5362536
        ([["", "Total (n = 160)", "Nimotuzumab (n = 80)", "Control (n = 80)"],
          ["Negative", "84 (52.5%)", "39 (48.8%)", "38 (47.5%)"]], ["84"]),
        # 2 of 20 or fewer are at least 10%, where all others are of 20: PMC3658914
        ([["", "Placebo (n = 20)", "TGD (n = 20)"], ["Insulin, n (%)", "3 (15)", "2 (10)"],
          ["Metformin, n (%)", "5 (25)", "7 (35)"], ["Glitazone, n (%)", "5 (25)", "5 (25)"],
          ["Sulfonylurea, n (%)", "13 (65)", "12 (60)"], ["Two, n (%)", "11 (55)", "11 (55)"],
          ["None, n (%)", "2 (4)", "1 (5)"]], ["4"]),
    ],
)  # fmt: skip
def test_a_slip_of_a_published_trial_is_found(tmp_path, table, slips):
    """The cells around it do not explain it."""
    assert wrong(tmp_path, "", table) == slips


@pytest.mark.parametrize(
    "table",
    [
        [["", "BMI < 40 (n = 42)", "BMI ≥ 40 (n = 40)"], ["Cure, n (%)", "21 (50)", "20 (50)"]],
        [["", "All (n = 41)", "10⁷ VP (n = 20)", "10⁸ VP (n = 21)"],
         ["Fever, n (%)", "5 (12)", "2 (10)", "3 (14)"]],
        [["", "SC\u2028(n = 20)", "No SC\u2028(n = 21)"], ["Fever, n (%)", "2 (10)", "3 (14)"]],
        [["", "SC (n = 20)", "No SC (n = 21)"], ["Fever, n (%)", "2 (10)", "3 (14)"]],
        # PMC4324646
        [["", "mean (SD); n = 20", "mean(SD); n = 21", "Difference"],
         ["Pain", "2 (1)", "3 (1)", "1"]],
    ],
)  # fmt: skip
def test_whatever_the_columns_are_called_the_ledger_can_be_read(tmp_path, table):
    """Names that differ in signs, raised digits, a line separator, and a time for a ratio."""
    text = "Patients were treated at 12:00."
    assert wrong(tmp_path, text, table) == []


def test_arms_that_differ_in_signs_only_are_one(tmp_path):
    """PMC3913208, and PMC4710681 with a thin space."""
    one = "Of 26 patients enrolled, 14 were treated with PC and 12 were treated with PC\u2009."
    assert find_arms(one, []).names == ()
    text = "We assigned 20 patients to zolimab+ketamine, 21 patients to zolimab/ketamine daily and"
    text += (
        " 22 patients to placebo. We assigned 20 patients to zolimab/ketamine and 22 to placebo."
    )
    assert wrong(tmp_path, text) == []


def test_no_measure_is_named_as_another_within_an_arm(tmp_path):
    """Arms called 1 and 2, and a label that stands in two tables: PMC65514."""
    arms = ["", "1 group (N = 22)", "2 group (N = 21)"]
    before = [arms, ["Cholesterol", "259.30 ± 31.83", "254.40 ± 33.47"]]
    after = [arms, ["Cholesterol", "231.10 ± 40.02", "228.41 ± 39.44"]]
    assert "231.10" in [verdict.printed for verdict in judged(tmp_path, "", before, after)]


def test_a_decimal_comma_in_a_column_of_p_values_is_left_to_do(tmp_path):
    """PMC4231047."""
    table = [["", "A (N = 20)", "B (N = 22)", "P value"], ["Fever", "3 (15%)", "4 (18%)", "1,000"]]
    assert "1,000" not in [verdict.printed for verdict in judged(tmp_path, "", table)]


def test_cells_whose_form_only_a_note_tells_are_read_with_their_neighbors(tmp_path):
    """323 (19) is no slip: beside it stand 1,393 (81), and both are out of 1,716: PMC2949642."""
    rows = [
        ["", "In this study (n = 912)", "Original cohort (n = 1,780)"],
        ["Diameter", "", ""],
        ["\u2003≤20 mm", "697 (79)", "1,393 (81)"],
        ["\u2003>20 mm", "189 (21)", "323 (19)"],
        ["\u2003Not stated", "26", "64"],
    ]
    table = PrintedTable("Table 1", rows, notes="Given as number of patients (%).", part="Table 1")
    write_draft(draft_article(Article((), (table,))), tmp_path / "ledger")
    ledger = read_ledger(tmp_path / "ledger")

    assert {"697", "79", "1,393", "81"} <= {claim.printed for claim in ledger.claims.values()}
    assert not [v.printed for v in audit(ledger) if v.verdict == "mismatch"]


@pytest.mark.parametrize(
    ("notes", "rows"),
    [
        # a geometric mean, with quartiles: PMC3898240
        ("Mean (SEM) or geometric mean (interquartile range).",
         [["", "After"], ["SAA", "1579 (214,1188)"]]),
        # a decimal point printed as a dash, where SD stands: PMC5362210
        ("Median (interquartile range) unless stated.",
         [["", "After"], ["Age, mean (SD)", "27.7 (1–0)"]]),
        # 0.15 to 0.155, and 0.15 to 0.25: PMC5588713
        ("Median (range).", [["", "After"], ["MIP", "0.15 (0.2–8.5)"]]),
    ],
)  # fmt: skip
def test_limits_that_a_note_names_are_in_no_wrong_order(tmp_path, notes, rows):
    table = PrintedTable("Table 1", rows, notes=notes, part="Table 1")
    write_draft(draft_article(Article((), (table,))), tmp_path / "ledger")

    assert not [v for v in audit(read_ledger(tmp_path / "ledger")) if v.verdict == "mismatch"]


def test_a_lost_minus_is_told_once_in_a_table(tmp_path):
    """A negative limit is that of a difference, no fraction of anything: PMC3575357."""
    rows = [["", "Mean change (95% CI)"], ["General health", "3.50 (−7.58 to 0.58)"],
            ["Vitality", "2.25 (−4.75 to 0.25)"]]  # fmt: skip
    told = [v.reason for v in judged(tmp_path, "", rows) if v.verdict == "mismatch"]
    assert told == [
        "The estimate, 3.50, is outside its own interval, -7.58–0.58; with the opposite sign it "
        "would be inside."
    ]


def test_limits_that_leave_out_their_estimate_are_one_finding(tmp_path):
    """The lower and the upper one are not two: PMC3405220."""
    text = "The median OS was 156 days (95% CI, 174.1–269.3 days)."
    assert wrong(tmp_path, text) == ["174.1"]
