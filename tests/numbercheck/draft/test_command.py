"""`numbercheck draft` as its users meet it: files in, a ledger out, faults in one sentence."""

import csv
import shutil
import subprocess
import sys
from cProfile import Profile
from functools import partial
from pathlib import Path

import pytest
from called import called
from written import write_rows

from numbercheck.audit import audit
from numbercheck.ledger.reading import read_ledger

ARTICLES = Path(__file__).parent / "articles"
SENTENCE = "We enrolled 35 patients, and 33 (94%) responded."


numbercheck = partial(called, "numbercheck")


def claims(folder):
    """Statistics and printed values of a ledger's claims."""
    return [(c.statistic, c.printed) for c in read_ledger(folder).claims.values()]


def pdf(lines):
    """A PDF of one page with a line of text each, as its format's reference describes it."""
    words = " ".join(f"({line}) Tj T*" for line in lines)
    stream = f"BT /F1 10 Tf 50 750 Td 14 TL {words} ET"
    objects = [
        "<</Type/Catalog/Pages 2 0 R>>",
        "<</Type/Pages/Kids[3 0 R]/Count 1>>",
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents 4 0 R"
        "/Resources<</Font<</F1<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>>>>>",
        f"<</Length {len(stream)}>>stream\n{stream}\nendstream",
    ]
    body, places = "%PDF-1.4\n", []
    for number, text in enumerate(objects, 1):
        places.append(len(body))
        body += f"{number} 0 obj{text}endobj\n"
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    head = f"xref\n0 5\n0000000000 65535 f \n{table}trailer<</Size 5/Root 1 0 R>>\n"
    return f"{body}{head}startxref\n{len(body)}\n%%EOF".encode("latin-1")


def test_a_draft_is_a_ledger_that_audit_reads_and_check_measures(tmp_path):
    """The planted slip of a two-arm text is found, and nothing else."""
    text = (ARTICLES / "two_arm.txt").read_text(encoding="utf-8")
    article = tmp_path / "article.txt"
    article.write_text(text.replace("(40.0%)", "(41.0%)"), encoding="utf-8")

    drafted = numbercheck("draft", article, "--output", tmp_path / "ledger")
    checked = numbercheck("draft", "--check", tmp_path / "ledger")

    assert (drafted.returncode, checked.returncode) == (0, 0)
    assert " 0 to do" in checked.stdout
    verdicts = audit(read_ledger(tmp_path / "ledger"))
    wrong = [v.claim for v in verdicts if v.verdict == "mismatch"]
    assert wrong == ["abstract_objective_response_placebo_percent"]


def test_check_lists_what_is_to_do_until_it_is_claimed_or_set_aside(tmp_path):
    """A reason in `set_aside` closes a numeral; status 1 while one is open."""
    (tmp_path / "a.txt").write_text(f"{SENTENCE} The index was 17.", encoding="utf-8")
    ledger = tmp_path / "ledger"
    numbercheck("draft", tmp_path / "a.txt", "--output", ledger)
    open_ = numbercheck("draft", "--check", ledger)
    assert open_.returncode == 1
    assert "to do: Text, 4: 17" in open_.stdout

    path = ledger / "printed_numbers.csv"
    with path.open(encoding="utf-8") as handle:
        rows = list(csv.DictReader(handle))
    rows[-1]["set_aside"] = "an index"
    write_rows(path, rows)
    assert numbercheck("draft", "--check", ledger).returncode == 0


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.txt", SENTENCE.encode()),
        ("a.md", f"## Abstract\n\n**{SENTENCE}**".encode()),
        ("bom.txt", SENTENCE.encode("utf-8-sig")),
        ("wide.txt", SENTENCE.encode("utf-16")),
        ("le.txt", SENTENCE.encode("utf-16-le")),
        ("be.txt", SENTENCE.encode("utf-16-be")),
        ("windows.txt", f"{SENTENCE} Naïve – all.".encode("cp1252")),
        ("nbsp.txt", SENTENCE.replace(" ", "\u00a0").encode()),
        ("a.html", f"<html><body><p>{SENTENCE}</p></body></html>".replace("%", "&#37;").encode()),
        (
            "a.xml",
            "<?xml version='1.0'?><article><front><article-meta><volume>7</volume><abstract><p>"
            f"{SENTENCE}</p></abstract></article-meta></front><back><p>9 of 10</p></back>"
            "</article>".encode(),
        ),
        ("b.md", f"<!-- image -->\n\n# Summary\n\n{SENTENCE}".encode()),
        ("part.html", f"<!-- saved --> <section><p>{SENTENCE}</p></section>".encode()),
        ("a.pdf", pdf(["We enrolled 35 patients, and", "33 \\(94%\\) responded."])),
        ("late.pdf", b"\r\n" + pdf(["We enrolled 35 patients, and", "33 \\(94%\\) responded."])),
    ],
)  # fmt: skip
def test_every_format_and_encoding_gives_the_same_claims(tmp_path, name, content):
    """Told by content, not by the file's name."""
    (tmp_path / name).write_bytes(content)
    run = numbercheck("draft", tmp_path / name, "--output", tmp_path / "ledger")
    assert run.returncode == 0, run.stderr
    assert claims(tmp_path / "ledger") == [("n", "35"), ("n", "33"), ("percent", "94%")]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "there is no text in it"),
        (b" \n\n", "there is no text in it"),
        (b"<html><body></body></html>", "there is no text in it"),
        (b"No numerals at all.", "it contains no numbers"),
        (b"\x7fELF\x02\x01\x01\0\0\0", "this is no text"),
        (bytes(range(1, 256)), "this is no text"),
        (SENTENCE.encode("utf-32"), "this is no text"),
        (SENTENCE.encode("utf-32-le"), "this is no text"),
        (f"Zürich. {SENTENCE}".encode("cp437"), "its encoding is not UTF-8"),
        (b"PK\x03\x04 a word processor's file", "this is no text"),
        (b"%PDF-1.4 rubbish", "no PDF that can be read"),
        (b"\r\n%PDF-1.4 rubbish", "no PDF that can be read"),
        (pdf([SENTENCE]).decode("utf-8", "replace").encode()[20:], "the inside of a PDF"),
        (b"{\\rtf1\\ansi Nausea was seen in 12 (34%).}", "this is no text"),
    ],
)
def test_what_cannot_be_drafted_from_is_named_in_one_sentence(tmp_path, content, says):
    """Nothing is written then."""
    (tmp_path / "a").write_bytes(content)
    run = numbercheck("draft", tmp_path / "a", "--output", tmp_path / "ledger")
    assert run.returncode == 2
    assert says in run.stderr
    assert run.stderr.startswith(f"{tmp_path / 'a'}: ")
    assert len(run.stderr.splitlines()) == 1
    assert not (tmp_path / "ledger").exists()


def test_a_folder_that_holds_something_is_never_written_to(tmp_path):
    """A ledger that somebody has worked on is not replaced."""
    (tmp_path / "ledger").mkdir()
    (tmp_path / "ledger" / "mine.txt").write_text("mine")
    (tmp_path / "a.txt").write_text(SENTENCE)
    run = numbercheck("draft", tmp_path / "a.txt", "--output", tmp_path / "ledger")
    assert run.returncode == 2
    assert "is there already" in run.stderr
    assert [path.name for path in (tmp_path / "ledger").iterdir()] == ["mine.txt"]


def test_a_pdf_without_its_reader_is_one_sentence(tmp_path, monkeypatch):
    """The package is an extra."""
    from numbercheck.draft.article import DraftError, read_article

    monkeypatch.setitem(sys.modules, "pypdf", None)
    (tmp_path / "a.pdf").write_bytes(pdf(["35 patients"]))
    with pytest.raises(DraftError, match="needs the package pypdf"):
        read_article(tmp_path / "a.pdf")


def test_a_sign_that_no_encoding_holds_is_no_fault_of_the_ledger(tmp_path):
    """Publishers' files have replacement characters: PMC2954378."""
    (tmp_path / "article.txt").write_text(f"{SENTENCE} We saw 20 \ufffd 100.", encoding="utf-8")
    numbercheck("draft", tmp_path / "article.txt", "--output", tmp_path / "ledger")

    assert numbercheck("audit", tmp_path / "ledger").returncode == 0


def test_drafting_twice_writes_the_same_bytes(tmp_path):
    """Rules, not chance."""
    for name in ("one", "two"):
        numbercheck("draft", ARTICLES / "single_arm.md", "--output", tmp_path / name)
    for path in (tmp_path / "one").iterdir():
        assert path.read_bytes() == (tmp_path / "two" / path.name).read_bytes()


def calls(copies, folder):
    """How often a draft of so many copies of a letter calls a function: the same anywhere."""
    text = (ARTICLES / "single_arm.md").read_text(encoding="utf-8").partition("# References")[0]
    (folder / "long.md").write_text(text * copies, encoding="utf-8")
    profile = Profile()
    run = profile.runcall(numbercheck, "draft", folder / "long.md", "--output", folder / "ledger")
    assert run.returncode == 0
    shutil.rmtree(folder / "ledger")
    return sum(row.callcount for row in profile.getstats())


def test_work_grows_with_the_pages_and_little_faster(tmp_path):
    """A square law would take 16 times the calls; `make bench` measures the seconds."""
    calls(1, tmp_path)  # what is compiled once counts for neither
    assert calls(4, tmp_path) < 8 * calls(1, tmp_path)


def test_drafting_imports_no_package(tmp_path):
    """Only a PDF needs more than the standard library."""
    code = (
        "import sys; from numbercheck.draft.article import read_article; "
        "from numbercheck.draft.drafting import draft_article; "
        f"draft_article(read_article({str(ARTICLES / 'baseline.html')!r})); "
        "print({'numpy', 'pandas', 'scipy', 'mistune', 'pypdf'} & set(sys.modules))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "set()"


@pytest.mark.parametrize(
    "article",
    sorted(path.name for path in ARTICLES.glob("*.[!c]*") if path.name != "single_arm.md"),
)
def test_the_audit_of_a_draft_of_consistent_numbers_finds_nothing(tmp_path, article):
    """A reading that is wrong would show as a finding that the article does not deserve."""
    numbercheck("draft", ARTICLES / article, "--output", tmp_path / "ledger")
    verdicts = audit(read_ledger(tmp_path / "ledger"))
    assert [(v.claim, v.reason) for v in verdicts if v.verdict == "mismatch"] == []


def test_arms_that_do_not_add_up_are_found(tmp_path):
    """62 and 57 are not 120 who were randomly assigned; those treated may be fewer."""
    told = "Of 120 patients, 62 were randomly assigned to drug A and 57 to drug B."
    treated = (
        "We randomized 120 patients. In all, 61 patients were treated with drug A and 57 with "
        "drug B."
    )
    for name, text, wrong in (("a", told, 1), ("b", treated, 0)):
        (tmp_path / f"{name}.txt").write_text(text)
        numbercheck("draft", tmp_path / f"{name}.txt", "--output", tmp_path / name)
        verdicts = audit(read_ledger(tmp_path / name))
        assert any(v.verdict == "mismatch" for v in verdicts) == wrong


def test_the_planted_slips_of_a_new_article_are_all_that_audit_finds(tmp_path):
    """15 patients in the text are 14 in the table; nothing is left to do by hand."""
    article = ARTICLES.parent / "slips" / "asthma.md"
    run = numbercheck("draft", article, "--output", tmp_path / "a ledger")
    assert ", 0 to do" in run.stdout
    assert f"numbercheck audit '{tmp_path / 'a ledger'}'" in run.stdout
    wrong = [v for v in audit(read_ledger(tmp_path / "a ledger")) if v.verdict == "mismatch"]
    assert [(v.locus.partition(" · ")[0], v.printed) for v in wrong] == [
        ("Text ¶3", "13.2%"),
        ("Table 2", "14"),
    ]


@pytest.mark.parametrize("article", ["gout.txt", "relvanib.txt", "diet.html"])
def test_one_cohort_satisfies_a_draft_of_consistent_numbers(tmp_path, article):
    """The arms' sizes sum to the whole, and events stay within their arm."""
    numbercheck("draft", ARTICLES / article, "--output", tmp_path / "ledger")
    run = numbercheck("conflicts", tmp_path / "ledger")
    assert (run.returncode, run.stdout.split(",")[0]) == (
        0,
        "One cohort satisfies every claim about patients",
    )


def test_the_audit_of_a_draft_of_this_article_finds_its_one_slip(tmp_path):
    """16 of 35 is 46%, and the article prints 45%."""
    numbercheck("draft", ARTICLES / "single_arm.md", "--output", tmp_path / "ledger")
    wrong = [v for v in audit(read_ledger(tmp_path / "ledger")) if v.verdict == "mismatch"]
    assert [(v.locus, v.printed) for v in wrong] == [
        ("Table 1 · Cytokine release syndrome · Grade 1–2", "45%")
    ]
