"""What a draft has guessed is never held against an article, until somebody confirms it.

Each case holds the numbers of the article that its identifier at PubMed Central names, in words of
our own, as in ``test_published.py``.
"""

import csv

import pytest

from numbercheck.audit import audit
from numbercheck.audit.explain import told
from numbercheck.consistency.conflict_sets import conflicts
from numbercheck.consistency.search import Search, UnsizedError
from numbercheck.consistency.words import not_modeled
from numbercheck.draft.article import Article, Paragraph, PrintedTable, read_article
from numbercheck.draft.drafting import draft_article
from numbercheck.draft.writing import write_draft
from numbercheck.ledger.reading import read_ledger

ARMS = "Patients were randomized to control (n = 40) or ketamine (n = 40). "


def drafted(folder, text, *tables):
    """Ledger of a drafted article, a paragraph a line, with some tables."""
    printed = [PrintedTable(f"Table {i}", rows, part=f"Table {i}")
               for i, rows in enumerate(tables, 1)]  # fmt: skip
    paragraphs = (Paragraph("Text", f"Text ¶{i}", t) for i, t in enumerate(text.splitlines(), 1))
    write_draft(draft_article(Article(tuple(paragraphs), tuple(printed))), folder / "ledger")
    return read_ledger(folder / "ledger")


def conflicting(ledger):
    """Printed values of the first conflict; none where no size is known."""
    try:
        found = conflicts(ledger, 20.0)
    except UnsizedError:
        return []
    return [ledger.claims[c].printed for c in found.claims] if found else []


@pytest.mark.parametrize(
    ("text", "tables"),
    [
        # a year: PMC1764008
        ("We assigned 197 women to epidural and 198 women to meperidine. Relief in labor began "
         "in 1847, as is told.", ()),
        # 25 of another number of physicians, in another protocol: PMC1904193
        ("Thirty-one subjects were randomized. With protocol B, 25 participants had a strategy.",
         ([["", "Protocol A N = 10", "Protocol B N = 11"], ["Women, n", "4", "5"]],)),
        # three sets of patients of one trial: PMC2430617
        ("Of 237 patients included in the analysis, 6/78 (7.7%) in the placebo group and 6/78 "
         "(7.7%) in the 60 µg group had converted, and 3/83 (3.6%) in the 30 µg group had a rash.",
         ([["", "Placebo group (N = 79)", "30 µg group (N = 83)", "60 µg group (N = 80)"],
           ["Fever", "2 (2.5)", "3 (3.6)", "4 (5.0)"]],)),
        # those of another study, and more than there are: PMC2666722
        ("We enrolled 281 patients. Elsewhere, 11 of 668 patients were seropositive.", ()),
        # two counts that no words name, in two sentences: PMC3253336
        ("Of 1066 patients, 529 were randomized to ketamine and 537 to control. Of the randomized "
         "patients, 1021 (95.8%) were included. Two patients (0.4%) in the ketamine group and "
         "eight (1.5%) in the control group had an event.", ()),
        # a size in a heading, and below it headings that have none: PMC2277487
        ("364 patients were randomized to surgery (n = 182) or chemotherapy (n = 182).",
         ([["", "Chemotherapy (n = 182)", "Surgery (n = 182)"], ["Women", "62 (34%)", "71 (39%)"]],
          [["", "Chemotherapy", "Surgery"], ["Before surgery (N = 171)", "", ""],
           ["Leukopenia", "", ""], ["Grade 3", "9 (5%)", ".."], ["Grade 4", "1 (1%)", ".."],
           ["Anemia", "", ""], ["Grade 3", "2 (1%)", ".."], ["Grade 4", "7 (4%)", ".."],
           ["Neutropenia", "", ""], ["Grade 3", "19 (11%)", ".."]])),
        # of everyone, and beside it the percentages of the arms: PMC115849
        ("Altogether 891 patients were randomized. Of these, 687 of the 891 patients (67.8% of the "
         "placebo group, 83.3% of the zolanib group) completed the trial.", ()),
        # in a village, before the trial: PMC3680242
        (f"{ARMS}A population of 8,000 people lives there.", ()),
        # no share of patients: PMC1475428
        ("Patients were assigned to training (n = 13) or control (n = 5). Age explained 68% of the "
         "variability.", ()),
        # everyone, beside one of the arms: PMC3597059
        ("Patients were assigned to control (n = 15), HES (n = 16) or RS (n = 16). Relapse was seen"
         " in 47 patients in the control group.", ()),
        # at two times: PMC4890862, PMC5622751
        ("In all, 233 participants were recruited, and 115 were assigned to the intervention group"
         " and 118 to the control group. A visit was made to 164 patients in the intervention "
         "group.", ()),
        # sizes of two arms, of which the second is another's: PMC5332489
        ("In all, 742 patients were randomized (369 and 373 in the FDC and WW groups). It rose "
         "in the FDC group (n = 369), the none group (n = 144) and the TAM group (n = 229).",
         ([["", "FDC (n = 369)", "TAM (n = 229)", "none (n = 144)"], ["Age", "1", "2", "3"]],)),
        # more than half of each: PMC4761605
        ("We randomized 50 patients. Women were 14/26 (54%) in the LD group, and pain was seen in "
         "16/26 (62%) in the SD group.", ()),
        # a percentage of others: PMC5655345
        ("Patients were assigned to NVP (n = 16) or control (n = 32). Exposure was lower (37%) in "
         "the NVP group.", ()),
        # of two groups together: PMC1626393
        ("We assigned 29 patients to remediation and 33 patients to control. Of 62 patients, 82% "
         "(26 of 29 in the remediation group and 25 of 33 in the control group) stayed.", ()),
        # a quarter of the calories: PMC4450462
        ("We enrolled 34 patients. In all, 8 reported a low-fat (25% kcal or less) diet.", ()),
        # a mean in a column of percentages: PMC4051747
        ("We enrolled 943 patients.",
         ([["", "All (N = 943), n", "%"], ["Age, years", "943", "26.5"]],)),
        # per 100 person-years: PMC5516151
        ("We assigned 184 patients to MI and 175 patients to LI.",
         ([["", "MI (n = 184), n (incidence rate)", "LI (n = 175), n (incidence rate)"],
           ["Late", "1 (0.63)", "1 (0.25)"]],)),
        # 256 985, with a space: PMC5762815
        ("We assigned 256\u2008985 people to control and 242\u2008749 people to intervention.",
         ([["", "Control", "Intervention"], ["School, n", "4855", "4700"]],)),
        # shares of a row, not of a column: PMC125315
        ("Patients received steroids (20 patients) or standard therapy (20 patients).",
         ([["", "Steroids (n = 20)", "Standard (n = 20)", "Total"],
           ["All patients, n (%)", "20 (50%)", "20 (50%)", "40"],
           ["Female, n (%)", "7 (43.8%)", "9 (56.3%)", "16"],
           ["Male, n (%)", "13 (54.2%)", "11 (45.8%)", "24"]],)),
        # changes in percent: PMC4237982
        ("We randomized 54 women.",
         ([["", "ILI (n = 28), %", "DSE (n = 26), %"], ["Fat", "15.4", "26.8"]],)),
        # a mean and its SD, in percent: PMC3412800
        ("We randomized 80 women.",
         ([["", "Run (n = 40)", "Rest (n = 40)"], ["Body fat (%)", "36 (7.7)", "35 (7.1)"]],)),
        # three quarters of them something else: PMC5845419
        ("We enrolled 41 patients. Forty patients were male, and the majority (75.6%) were white.",
         ([["", "Total (n = 41)"], ["Male, n (%)", "40 (97.6)"]],)),
        # three and six facilities, beside 905 residents: PMC3474842
        ("Facilities were studied.",
         ([["", "T facilities (n = 3)", "P facilities (n = 6)"], ["Beds", "80", "90"]],
          [["", "Residents (n = 905)"], ["Women, n", "600"]])),
        # out of another total that is printed: PMC4631431
        ("We assigned 452 patients to placebo and 953 patients to ibuprofen. Of 532 patients, "
         "three (0.6%) died in the placebo group.",
         ([["", "Placebo (N=452)", "Ibuprofen (N=953)"], ["Late, n", "1", "2"]],)),
        # of fewer patients, whom nothing counts: PMC5147234
        ("Of 1627 eligible patients, 268 (17.6%) had no exchange.", ()),
    ],
)  # fmt: skip
def test_whom_a_number_counts_is_never_guessed_into_a_conflict(tmp_path, text, tables):
    """These articles do not contradict themselves."""
    assert conflicting(drafted(tmp_path, text, *tables)) == []


@pytest.mark.parametrize(
    ("text", "tables", "conflict"),
    [
        # a percentage that no count of the column has: PMC4950806
        ("We enrolled 22 patients.",
         ([["", "Total (n=16)"], ["Hiatal hernia", "6 (37.6)"]],), "37.6"),
        # 21 of 282 is 7.4%: PMC5360174
        ("The sample comprised all patients (n = 282).",
         ([["", "n (%)"], ["Any other", "21 (7.5)"]],), "7.5"),
        # 268 of 1627 is 16.5%: a count with its own total
        ("We enrolled 1627 patients, and 268/1627 (17.6%) had no exchange.", (), "17.6%"),
        # 24 of 58 is 41%
        ("Of 120 patients, 62 were assigned to arm A and 58 to arm B. A response was seen in 24 of "
         "58 patients (42%) in arm B.", (), "42%"),
    ],
)  # fmt: skip
def test_what_the_article_says_itself_is_a_conflict(tmp_path, text, tables, conflict):
    """By the head of a column, or by a printed total."""
    assert conflict in conflicting(drafted(tmp_path, text, *tables))


def test_a_guess_counts_once_its_note_is_deleted(tmp_path):
    """Left out of conflicts and not judged before; both name the reason."""
    text = "We enrolled 35 patients. A cough was seen in 33 patients, and relapse in 45 patients."
    ledger = drafted(tmp_path, text.replace("45", "33"))
    claim = next(c for c in ledger.claims.values() if "cough" in c.measure)
    assert claim.is_guess
    assert any("guess" in reason for reason in not_modeled(ledger))

    path = tmp_path / "ledger" / "claims.csv"
    rows = list(csv.reader(path.read_text(encoding="utf-8").splitlines()))
    note, printed = rows[0].index("note"), rows[0].index("printed")
    for row in rows[1:]:
        row[printed] = "45" if row[0] == claim.claim else row[printed]
    _write(path, rows)
    ledger = read_ledger(tmp_path / "ledger")
    assert conflicting(ledger) == []
    assert [v.kind for v in audit(ledger) if v.claim == claim.claim] == ["guess"]
    findings, first_to_read = told(ledger, audit(ledger)).partition("guessed right:")[::2]
    assert claim.claim not in findings
    assert f"({claim.claim}) prints 45: If a guess" in first_to_read

    for row in rows[1:]:
        row[note] = ""
    _write(path, rows)
    ledger = read_ledger(tmp_path / "ledger")
    assert "45" in conflicting(ledger)
    assert [v.verdict for v in audit(ledger) if v.claim == claim.claim] == ["mismatch"]


def _write(path, rows):
    with path.open("w", encoding="utf-8", newline="") as handle:
        csv.writer(handle).writerows(rows)


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("One hundred seventy one adults were randomly assigned.", 171),  # PMC2752772
        ("In all, 171 patients (ages 18 to 65 yr) were recruited for this study.", 171),
        ("Eighteen ventilated patients (15 men, aged 52 ± 17) were included.", 18),  # PMC29012
        ("Here 300 preterm neonates, with a clean swab, were enrolled.", 300),  # PMC4114003
        ("The trial was conducted on 120 pregnant women.", 120),  # PMC4649576
        ("It had 351 iron-deficient CKD patients, randomized 2:1 to A or B.", 351),  # PMC4805129
        ("Twenty-three (13 males, 10 females) volunteers were enrolled.", 23),  # PMC3560577
        ("Here 242 patients were eligible and assigned randomly to A or B.", 242),  # PMC2430617
        ("Ninety American Society of Anesthesiologists physical status I-II patients with pain"
         " were randomly assigned to one of three groups.", 90),  # PMC3640161
        ("Here 100 patients aged 18 to 60 years were allocated to A or B.", 100),  # PMC5752804
        ("Fifty-eight patients operated between May 2014 and June 2014 were randomized.", 58),
        ("Seventy infants, aged 9 to 24 months with MAM, were included.", 70),  # PMC5843437
        ("This trial will recruit 164 women aged 18–38 years.", 164),  # PMC5926510
        ("A total of 180 preterm infants will be randomized.", 180),  # PMC5489710
        ("Here 43 subjects, already known to us, participated in it.", 43),  # PMC3017527
        ("The study comprises 180 patients with arthritis.", 180),  # PMC3629570
        # the second group, not everyone: PMC2994863
        ("It enrolled 456 persons; 226 persons were randomly assigned to chest radiographs.", 456),
        # and not everyone: PMC3355323, PMC5655345, PMC5315360, PMC5850777
        ("Twenty-three younger and 23 older adults were randomized.", 0),
        ("Of the targeted 48 participants were enrolled 40 %.", 0),
        ("The two patients were treated at once.", 0),
        ("There is a review, which included 6443 patients from 40 trials.", 0),
    ],
)  # fmt: skip
def test_how_many_patients_there_are_is_read(tmp_path, text, size):
    """As enrolled, assigned or randomized, in digits or in words; 0 where nothing tells."""
    try:
        assert Search(drafted(tmp_path, text)).n == size
    except UnsizedError:
        assert size == 0


@pytest.mark.parametrize(
    "text",
    [
        "## Background\n\nElsewhere, 174 patients were randomized, and 40% (50/174) died.\n\n"
        "## Methods\n\nWe compare two drugs.\n",  # PMC4845347
        "<body><sec><title>1. Introduction</title><p>Elsewhere, 174 patients were randomized, and "
        "40% (50/174) died.</p></sec><sec><title>Methods</title><p>Two drugs.</p></sec></body>",
    ],
)
def test_what_an_introduction_tells_is_of_other_studies(tmp_path, text):
    """Its patients are not those of the trial, and its numbers are not judged."""
    (tmp_path / "article").write_text(text, encoding="utf-8")
    write_draft(draft_article(read_article(tmp_path / "article")), tmp_path / "ledger")
    ledger = read_ledger(tmp_path / "ledger")

    assert {ledger.measures[c.measure].kind for c in ledger.claims.values()} == {"external"}
    assert {v.verdict for v in audit(ledger)} == {"unchecked"}


RELIEF = "Relief was reported by 20 (50%) with control and by 30 (75%) with ketamine"
RELIEVED = [["", "Control (n=40)", "Ketamine (n=40)", "P"], ["Relief", "20 (50%)", "30 (75%)"]]
MODEL = "Predictors of pain were sought by logistic regression. "


@pytest.mark.parametrize(
    ("given", "kind"), [("0.037", "p-value"), ("0.021", "p-value"), ("0.37", "guess")]
)
def test_a_p_value_of_an_article_that_adjusts_is_compared_as_a_guess(tmp_path, given, kind):
    """By Fisher's exact or Pearson's test; an adjusted P value may be any other."""
    head, row = RELIEVED
    for i, (text, tables) in enumerate([(f"{ARMS}{MODEL}{RELIEF} (P = {given}).", ()),
                                        (f"{ARMS}{MODEL}", ([head, [*row, given]],))]):  # fmt: skip
        ledger = drafted(tmp_path / str(i), text, *tables)
        assert [v.kind for v in audit(ledger) if v.printed == given] == [kind]


@pytest.mark.parametrize(
    ("text", "heading"),
    [
        (f"{ARMS}{RELIEF} (adjusted P = 0.37).", "P"),
        (f"{ARMS}{RELIEF} (P = 0.37 by logistic regression).", "P"),
        (ARMS, "Adjusted P"),
    ],
)
def test_an_adjusted_p_value_is_compared_with_no_counts(tmp_path, text, heading):
    (*arms, _), row = RELIEVED
    tables = () if "0.37" in text else ([[*arms, heading], [*row, "0.37"]],)
    ledger = drafted(tmp_path, text, *tables)
    assert [v.kind for v in audit(ledger) if v.printed == "0.37"] == ["not-expressible"]


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        *[(words, "p-value") for words in ("not adjusted for multiplicity", "unadjusted")],
        *[(words, "not-expressible") for words in ("bootstrap", "ANCOVA", "log-rank test", "GEE")],
    ],
)
def test_a_comparison_is_adjusted_by_the_same_words_in_a_draft_and_a_ledger(tmp_path, words, kind):
    """Words that deny it are none; a log-rank test is one of times, not of counts."""
    ledger = drafted(tmp_path, f"{ARMS}{RELIEF} (P = 0.021; {words}).")
    assert [v.kind for v in audit(ledger) if v.printed == "0.021"] == [kind]


TWICE = "\n".join([f"{RELIEF} (difference 25%, 95% CI 4 to 46; P = 0.021)."] * 2)


@pytest.mark.parametrize("printed", ["0.022", "0.3"])
def test_what_a_p_value_compares_is_no_matter_where_it_is_printed_in_two_ways(tmp_path, printed):
    """Nor where it is no probability."""
    first, second = TWICE.splitlines()
    ledger = drafted(tmp_path, f"{ARMS}{MODEL}{first}\n{second.replace('0.021', printed)}")
    told = [(v.printed, v.kind) for v in audit(ledger) if v.verdict == "mismatch"]
    assert told == [(printed, "printings-disagree")]
    (slug,) = (c.claim for c in ledger.claims.values() if c.printed == printed)
    changed = audit(ledger.constrain({slug: "21"}))
    assert [v.kind for v in changed if v.verdict == "mismatch"] == ["impossible-p"]


def test_a_guess_is_noted_wherever_its_number_is_printed(tmp_path):
    """In the abstract and in the text alike."""
    ledger = drafted(tmp_path, f"{ARMS}{MODEL}{TWICE}".replace("0.021", "0.37"))
    assert [v.kind for v in audit(ledger) if v.printed == "0.37"] == ["guess", "guess"]


@pytest.mark.parametrize("slip", ["0.54 (95% CI 0.35", "0.64 (95% CI 0.33", "0.85; P = 0.007"])
def test_a_result_with_all_its_numbers_but_one_may_be_the_same(tmp_path, slip):
    """Such a slip was printed (PMC5013640); another analysis can agree in as much."""
    abstract = "The risk of relapse was lower (hazard ratio 0.54 (95% CI 0.33–0.85); P = 0.008)."
    text = "Relapse was rarer (hazard ratio 0.54 (95% CI 0.33–0.85); P = 0.008)."
    parts = {"0.54 (95% CI 0.35": text.replace("0.33", "0.35"),
             "0.64 (95% CI 0.33": text.replace("0.54", "0.64"),
             "0.85; P = 0.007": text.replace("0.008", "0.007")}  # fmt: skip
    paragraphs = (
        Paragraph("Abstract", "Abstract", abstract),
        Paragraph("Text", "Text ¶1", parts[slip]),
    )
    write_draft(draft_article(Article(paragraphs, ())), tmp_path / "ledger")
    told = [v.kind for v in audit(read_ledger(tmp_path / "ledger")) if "here, but" in v.reason]
    assert told == ["guess"]
