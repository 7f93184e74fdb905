"""The verdict on each claim, and what it rests on."""

import csv
from dataclasses import replace

import pytest

from companion.results import Result
from companion.verify import MEASURED, summary, verify, write_verdicts
from numbercheck.audit import Verdict, audit, drift, tally
from numbercheck.ledger.expressions import Expression
from numbercheck.ledger.printing import prints_as
from numbercheck.ledger.records import Ledger
from numbercheck.ledger.rows import Claim, ExpectedFinding, Family, Measure
from numbercheck.words import OUTCOMES

N = 35


def measure(slug, kind="count", where="x", **columns):
    """Make a measure; two that select alike are one."""
    texts = {"against": "", "endpoint": "", "horizon": "", "family": "", "unit": "", **columns}
    return Measure(slug, slug, kind, Expression(where), Expression(""), Expression(""), **texts)


def ledger(*claims, expected=()):
    """Make a ledger of claims on 35 patients: (measure, statistic, printed)."""
    measures = {
        "enrolled": measure("enrolled", where=""),
        "response": measure("response", family="proportion"),
        "age": measure("age", "quantity", "age", unit="years"),
        "dose": measure("dose", "design", ""),
        "elsewhere": measure("elsewhere", "external", ""),
        "opinion": measure("opinion", "comparison"),
        "os": measure("os", "survival", "", endpoint="OS", horizon="365"),
    }
    records = [Claim("enrolled_n", "Abstract", "enrolled", "n", str(N))]
    records += [
        Claim(f"{m}_{s}", "Text ¶1", m, s, printed, "yes" if m == "opinion" else "")
        for m, s, printed in claims
    ]
    return Ledger(
        measures,
        {claim.claim: claim for claim in records},
        families={"proportion": Family("proportion", "wilson", "inferred", "", "")},
        expected_findings={c: ExpectedFinding(c, "mismatch", "known") for c in expected},
    )


def judged(book, *results):
    """Verify a ledger against (measure, statistic, value, basis); the rows by claim."""
    found = [Result(m, s, value, "", basis) for m, s, value, basis in results]
    return {row.claim: row for row in verify(book, found, audit(book))}


def test_a_percentage_that_follows_from_the_printed_counts_is_arithmetic():
    """No patient data are needed, and none strengthen it."""
    book = ledger(("response", "n", "33"), ("response", "percent", "94%"))
    row = judged(book)["response_percent"]

    assert (row.verdict, row.basis) == ("match", "arithmetic")
    assert float(row.recomputed) == pytest.approx(100 * 33 / 35)


def test_arithmetic_stays_the_basis_when_the_reconstructed_cohort_agrees():
    """A claim whose basis could be either takes the stronger."""
    book = ledger(("response", "n", "33"), ("response", "percent", "94%"))
    row = judged(book, ("response", "percent", 100 * 33 / 35, "constructed"))["response_percent"]

    assert (row.verdict, row.basis) == ("match", "arithmetic")


def test_a_notebook_that_computes_otherwise_is_never_covered_by_arithmetic():
    """A fault of a notebook, or another method, shows although the article is consistent."""
    book = ledger(("response", "n", "33"), ("response", "percent", "94%"))
    row = judged(book, ("response", "percent", 99.0, "constructed"))["response_percent"]

    assert (row.verdict, row.basis, row.recomputed) == ("mismatch", "constructed", "99")
    assert row.reason == (
        "the patients give 99, which does not print as 94%, "
        "though it follows from the printed numbers"
    )


def test_a_reconstructed_cohort_cannot_heal_an_arithmetic_mismatch():
    """16 of 35 does not print as 45%, whatever a cohort shows."""
    book = ledger(("response", "n", "16"), ("response", "percent", "45%"))
    row = judged(book, ("response", "percent", 45.0, "constructed"))["response_percent"]

    assert (row.verdict, row.basis) == ("mismatch", "arithmetic")
    assert "46%" in row.reason


def test_a_premise_that_was_built_in_stays_a_premise():
    """The cohort was made from n = 33; that it shows 33 is no evidence."""
    book = ledger(("response", "n", "33"), ("response", "percent", "94%"))
    row = judged(book, ("response", "n", 33, "constructed"))["response_n"]

    assert (row.verdict, row.basis, row.recomputed) == ("given", "constructed", "33")


def test_what_only_the_reconstructed_cohort_shows_is_constructed():
    """A median follows from no other printed number; the reason says what the match is worth."""
    book = ledger(("age", "median", "42"))
    row = judged(book, ("age", "median", 42, "constructed"))["age_median"]

    assert row.basis == "constructed"
    assert row.verdict == "match"
    assert "because it was built in" in row.reason


def test_a_cohort_that_does_not_print_as_printed_is_a_mismatch():
    """Built in or not: the difference is told."""
    book = ledger(("age", "median", "42"))
    row = judged(book, ("age", "median", 44, "constructed"))["age_median"]

    assert (row.verdict, row.basis) == ("mismatch", "constructed")
    assert row.reason == "the patients give 44, which does not print as 42"


@pytest.mark.parametrize(("value", "verdict"), [(33, "match"), (32, "mismatch")])
def test_supplied_patients_decide_premises_too(value, verdict):
    """With the trial's data nothing needs to be taken as given."""
    book = ledger(("response", "n", "33"), ("response", "percent", "94%"))
    row = judged(book, ("response", "n", value, "data"))["response_n"]

    assert (row.verdict, row.basis) == (verdict, "data")


@pytest.mark.parametrize(
    ("printed", "value", "verdict"), [("37%", 37.5, "match"), ("36%", 37.5, "mismatch")]
)
def test_a_curve_at_a_rounding_tie_may_be_printed_either_way(printed, value, verdict):
    """A program's last bit decides; a table says "printed" beside no number that may be this."""
    book = ledger(("os", "estimate", printed))
    row = judged(book, ("os", "estimate", value, "data"))["os_estimate"]

    assert (row.verdict, row.basis) == (verdict, "data")
    assert prints_as(book.claims["os_estimate"], book.measures["os"], value) is (verdict == "match")


def test_supplied_patients_are_stronger_than_arithmetic():
    """The printed percentage follows from the printed count; the patients deny both."""
    book = ledger(("response", "n", "33"), ("response", "percent", "94%"))
    row = judged(book, ("response", "percent", 100 * 30 / 35, "data"))["response_percent"]

    assert (row.verdict, row.basis) == ("mismatch", "data")


@pytest.mark.parametrize("slug", ["dose", "elsewhere"])
def test_a_number_that_no_patient_shows_is_never_constructed(slug):
    """A notebook that repeats a dose or another trial's rate has verified nothing."""
    book = ledger((slug, "value", "9"))
    row = judged(book, (slug, "value", 9, "constructed"))[f"{slug}_value"]

    assert (row.verdict, row.basis) == ("unchecked", "")


def test_a_claim_in_words_is_never_constructed():
    """The solver was told nothing of it, and one cohort among many decides nothing."""
    book = ledger(("opinion", "p_value", ">=0.05"))
    row = judged(book, ("opinion", "p_value", 0.5, "constructed"))["opinion_p_value"]

    assert (row.verdict, row.basis) == ("unchecked", "")
    assert row.reason


def test_a_claim_in_words_is_decided_by_supplied_patients():
    """The P value is computed, and either sentence can be wrong."""
    book = ledger(("opinion", "p_value", ">=0.05"))

    assert judged(book, ("opinion", "p_value", 0.5, "data"))["opinion_p_value"].verdict == "match"
    assert (
        judged(book, ("opinion", "p_value", 0.01, "data"))["opinion_p_value"].verdict == "mismatch"
    )


def test_a_number_that_nothing_decides_says_why():
    """`unchecked` is never silent, and never a match."""
    row = judged(ledger(("age", "median", "42")))["age_median"]

    assert (row.verdict, row.basis) == ("unchecked", "")
    assert row.reason.startswith("No other printed number determines it")


def test_nothing_restated_counts_as_evidence():
    """Whatever a reconstructed cohort adds, no verdict becomes arithmetic or data through it."""
    book = ledger(
        ("response", "n", "33"),
        ("response", "percent", "94%"),
        ("age", "median", "42"),
        ("dose", "value", "9"),
    )
    before = tally(judged(book).values())
    after = tally(
        judged(
            book,
            ("enrolled", "n", N, "constructed"),
            ("response", "n", 33, "constructed"),
            ("age", "median", 42, "constructed"),
            ("dose", "value", 9, "constructed"),
        ).values()
    )

    assert after["match", "data"] == 0
    assert after["match", "arithmetic"] == before["match", "arithmetic"] == 1


def test_drift_is_what_is_new_and_what_is_gone():
    """In words, and nothing when the findings are the expected ones."""
    claims = ("response", "n", "16"), ("response", "percent", "45%")

    known = ledger(*claims, expected=["response_percent"])
    assert drift(known, judged(known).values()) == []

    surprised = ledger(*claims)
    (line,) = drift(surprised, judged(surprised).values())
    assert line.startswith("new finding: Text ¶1, response_percent prints 45%: ")

    mended = ledger(("response", "n", "16"), ("response", "percent", "46%"))
    expecting = ledger(*claims, expected=["response_percent"])
    assert drift(expecting, judged(mended).values()) == [
        "expected finding is gone: response_percent (known)"
    ]


def test_the_summary_counts_every_claim_once_and_adds_nothing_across_bases():
    """Each verdict and basis has its own line; together they are all claims."""
    claims = [Claim(f"c{at}", "", "response", "n", "1") for at in range(len(OUTCOMES))]
    book = replace(ledger(), claims={claim.claim: claim for claim in claims})
    rows = [
        Verdict(f"c{at}", "Abstract", "1", verdict, "kind", "because", basis)
        for at, (verdict, basis) in enumerate(OUTCOMES)
    ]
    lines = summary(book, rows).splitlines()

    assert lines[0] == f"{len(OUTCOMES)} claims in the ledger"
    assert [line.split(maxsplit=1) for line in lines[1 : len(OUTCOMES) + 1]] == [
        ["1", words + " (1 different numbers)" * (key == ("match", "arithmetic"))]
        for key, words in OUTCOMES.items()
    ]


@pytest.mark.parametrize("basis", ["constructed", "data"])
@pytest.mark.parametrize("kind", ["nothing", "right", "wrong"])
def test_the_summary_has_words_for_every_verdict_that_can_be(basis, kind):
    """A verdict without words would vanish from the counts."""
    book = ledger(
        ("response", "n", "33"),
        ("response", "percent", "94%"),
        ("age", "median", "42"),
        ("dose", "value", "9"),
        ("elsewhere", "value", "9"),
        ("opinion", "p_value", ">=0.05"),
    )
    add = 0 if kind == "right" else 9
    results = [
        (c.measure, c.statistic, c.value.value + add, basis)
        for c in book.claims.values()
        if kind != "nothing" and book.measures[c.measure].kind in MEASURED
    ]

    assert set(tally(judged(book, *results).values())) <= set(OUTCOMES)


def test_the_summary_says_when_the_findings_are_the_expected_ones():
    """The article has some; a reader must not take them for the companion's failure."""
    book = ledger(("response", "n", "16"), ("response", "percent", "45%"))
    rows = list(judged(book).values())

    known = replace(
        book,
        expected_findings={"response_percent": ExpectedFinding("", "mismatch", "a cut-off digit")},
    )

    assert summary(known, rows).endswith("are expected of this article.")
    assert "prints 45% for response, percentage: a cut-off digit\n" in summary(known, rows)
    assert "expected" not in summary(book, rows)


def test_the_written_table_has_one_row_per_claim_in_the_ledgers_order(tmp_path):
    """`outputs/verification.csv` is a table that any program reads."""
    book = ledger(("response", "n", "33"), ("response", "percent", "94%"))
    write_verdicts(list(judged(book).values()), tmp_path / "verification.csv")
    with (tmp_path / "verification.csv").open(newline="", encoding="utf-8") as handle:
        rows = list(csv.DictReader(handle))

    assert [row["claim"] for row in rows] == list(book.claims)
    assert list(rows[0]) == [
        *("claim", "locus", "printed", "recomputed", "method", "basis", "verdict", "reason")
    ]


@pytest.mark.parametrize("value", [97.1, 97.142857142857, 97.2])
def test_what_follows_from_printed_numbers_shows_their_value_and_no_cohorts(value):
    """34 of 35 are 97.14%, whatever a cohort has that prints as 97%."""
    book = ledger(("response", "n", "34"), ("response", "percent", "97%"))
    row = judged(book, ("response", "percent", value, "constructed"))["response_percent"]

    assert (row.basis, row.recomputed[:7]) == ("arithmetic", "97.1428")


@pytest.mark.parametrize(
    ("claim", "value", "verdict"),
    [
        (("response", "percent", "57%"), 57.5, "match"),  # 115 of 200, in binary
        (("response", "percent", "58%"), 57.5, "match"),
        (("response", "percent", "37%"), 37.5, "mismatch"),  # 3 of 8, exact in binary
        (("response", "n", ">4"), 4, "mismatch"),
        (("age", "median", "1.1"), 34.5 / 30, "match"),  # months of 30 days
        (("age", "median", "1.2"), 34.5 / 30, "match"),
        (("age", "median", "3"), 3.5, "mismatch"),
    ],
)
def test_supplied_patients_are_rounded_as_the_audit_rounds(claim, value, verdict):
    row = judged(ledger(claim), (*claim[:2], value, "data"))[f"{claim[0]}_{claim[1]}"]

    assert (row.verdict, row.basis) == (verdict, "data")
