"""The page of any ledger: one file, from the ledger alone."""

import re
import shlex
import shutil
from dataclasses import replace
from html import unescape

import pytest
from called import called
from markupsafe import Markup

from companion.project import ROOT
from numbercheck.audit import audit
from numbercheck.ledger.reading import read_ledger
from numbercheck.ledger.sources import of_sources
from numbercheck.report.findings import Found
from numbercheck.report.page import write_page
from numbercheck.report.what_if import CHOICES

EXAMPLES = sorted(path for path in (ROOT / "data" / "examples").iterdir() if path.is_dir())


def report(*words, cwd):
    """Write a page by the command line, as somebody with another article does."""
    return called("numbercheck", "report", *words, cwd=cwd)


def text_of(html):
    """What a reader sees, in one line."""
    return unescape(" ".join(re.sub("<.*?>", " ", html).split())).replace("\N{WORD JOINER}", "")


def part(html, name):
    """One part of a page."""
    return html.split(f'<section id="{name}"')[1].split("</section>")[0]


@pytest.mark.parametrize("folder", EXAMPLES, ids=lambda path: path.name)
def test_each_example_has_a_page_with_every_claim_and_every_finding(folder, tmp_path):
    ledger = of_sources(read_ledger(folder))
    write_page(folder, {}, tmp_path / "page.html")
    html = (tmp_path / "page.html").read_text(encoding="utf-8")
    wrong = [v.claim for v in audit(ledger) if v.verdict == "mismatch"]

    shown = re.findall(r'<tr id="claim-([^"]*)"', html)
    assert [c for c in shown if not ledger.claims[c].source] == list(read_ledger(folder).claims)
    assert sorted(re.findall(r'href="#claim-([^"]*)"><b>', part(html, "overview"))) == sorted(wrong)
    assert set(re.findall(r'href="#([^"]*)"', html)) <= set(re.findall(r' id="([^"]*)"', html))
    assert ('<section id="sources"' in html) == (folder / "sources.csv").is_file()
    assert not re.search(r'<(link|img|iframe)|src="', html)


def test_the_command_takes_a_ledger_of_means_that_the_model_of_patients_does_not_know(tmp_path):
    folder, page = ROOT / "data" / "examples" / "means", tmp_path / "page.html"
    told = report(folder, "--seconds", "20", "--output", page, cwd=tmp_path)

    assert (told.returncode, told.stderr) == (0, "")
    assert told.stdout.splitlines()[-1] == str(page)
    assert '<section id="consistency"' in page.read_text(encoding="utf-8")


def test_the_command_writes_the_page_beside_the_ledger_with_the_conflicts(tmp_path):
    """Its commands can be pasted as they are."""
    shutil.copytree(ROOT / "data" / "examples" / "two-arm", tmp_path / "my {own}")
    told = report("my {own}", cwd=tmp_path)
    html = (tmp_path / "my {own}" / "report.html").read_text(encoding="utf-8")
    command = unescape(re.search(r"<code>(numbercheck explain [^<]*)</code>", html)[1])

    assert (told.returncode, told.stdout, told.stderr) == (0, "my {own}/report.html\n", "")
    assert "cannot hold together" in text_of(part(html, "consistency"))
    assert called(*shlex.split(command), cwd=tmp_path).returncode == 0


def test_a_conflict_that_no_number_shows_alone_is_among_the_findings(tmp_path):
    """20 and 20 of 35 patients, 2 of them in both, are 38."""
    columns = "variable,label,type,values,unit,evaluable,source"
    (tmp_path / "variables.csv").write_text(f"{columns}\na,A,flag,,,,\nb,B,flag,,,,\n")
    columns = "measure,label,kind,where,among,by,against,endpoint,horizon,family,unit"
    where = {"all": "", "a": "a", "b": "b", "ab": "a and b"}
    rows = [f"{name},{name},count,{text},,,,,,," for name, text in where.items()]
    (tmp_path / "measures.csv").write_text("\n".join([columns, *rows, ""]))
    numbers = {"all": 35, "a": 20, "b": 20, "ab": 2}
    rows = [f"{name}_n,Results,{name},n,{n}" for name, n in numbers.items()]
    (tmp_path / "claims.csv").write_text(
        "\n".join(["claim,locus,measure,statistic,printed", *rows, ""])
    )
    (tmp_path / "article.json").write_text('{"title": "A trial"}')
    told = report(str(tmp_path), cwd=tmp_path)
    html = (tmp_path / "report.html").read_text(encoding="utf-8")
    overview, consistency = (text_of(part(html, name)) for name in ("overview", "consistency"))

    assert told.returncode == 0
    assert "inconsistent These 3 numbers cannot hold together among 35 patients" in " ".join(
        overview.split()
    )
    assert "No printed number was contradicted" not in overview
    assert "checked against each other A trial" in overview
    assert "A trial. ." not in text_of(html)
    assert "Results prints 20" not in consistency  # the rows below the sentence show it
    assert re.search("hold together among 35 patients: .*20 a, number Results", consistency)


def test_a_draft_never_says_that_all_of_its_numbers_were_taken_together(tmp_path):
    """Two were, and the guess was not; empty tables have a sentence each."""
    columns = "variable,label,type,values,unit,evaluable,source"
    (tmp_path / "variables.csv").write_text(f"{columns}\na,A,flag,,,,\nb,B,flag,,,,\n")
    columns = "measure,label,kind,where,among,by,against,endpoint,horizon,family,unit"
    rows = [f"{name},{name},count,{where},,,,,,," for name, where in ("n ", "aa", "bb")]
    (tmp_path / "measures.csv").write_text("\n".join([columns, *rows, ""]))
    rows = ["n,Results,n,n,35,", "a,Results,a,n,20,", "b,Results,b,n,40,guess: whom it counts"]
    header = "claim,locus,measure,statistic,printed,note"
    (tmp_path / "claims.csv").write_text("\n".join([header, *rows, ""]))
    assert report(str(tmp_path), cwd=tmp_path).returncode == 0
    html = (tmp_path / "report.html").read_text(encoding="utf-8")
    told = {name: text_of(part(html, name)) for name in ("overview", "consistency", "methods")}

    assert "All 2 confirmed counts and times taken together can hold" in told["overview"]
    assert "None among the 2 numbers taken together." in told["consistency"]
    assert f"numbercheck conflicts {tmp_path}" in told["consistency"]
    assert "families.csv names no method" in told["methods"]
    assert "assumptions.csv names none" in told["methods"]


def test_what_could_not_be_checked_has_a_reason_that_is_true(tmp_path):
    """The arms' sizes are printed, a median's limits are of no count, and 3 of 29 alone are 10%."""
    columns = "measure,label,kind,where,among,by,against,endpoint,horizon,family,unit"
    rows = ["all,Patients,count,,,,,,,,", "os,OS,quantity,,,,,OS,,,months"]
    rows += ["os_by_arm,OS by arm,comparison,,,,,OS,,,", "rash,Rash,count,rash,,,,,,,"]
    (tmp_path / "measures.csv").write_text("\n".join([columns, *rows, ""]))
    numbers = ["all,n,58,", "all,n,29,A", "all,n,29,B", "os,median,14.2,A", "os,conf_low,11.1,A"]
    numbers += ["os,conf_high,17.3,A", "os_by_arm,p_value,0.752,A|B", "rash,percent,10%,A"]
    rows = [f"c{i},Results,{number}" for i, number in enumerate(numbers)]
    header = "claim,locus,measure,statistic,printed,arm"
    (tmp_path / "claims.csv").write_text("\n".join([header, *rows, ""]))
    (tmp_path / "article.json").write_text(
        '{"title": "A trial", "arms": ["A", "B"], "journal": "J", "year": 2016, "doi": "10.1/x"}'
    )
    write_page(tmp_path, {}, tmp_path / "page.html")
    html = (tmp_path / "page.html").read_text(encoding="utf-8")
    reasons = re.findall(r"<li>(\d+: .*?)</li>", part(html, "overview").replace("\n", ""))

    assert set(reasons) == {
        "2: the other printed numbers do not determine it",
        "1: the printed counts and means of groups do not give it",
        "1: the article does not print the count that this percentage is of",
        "1: no other printed number determines it, and none follows from it",
    }
    assert "2016. <a " in " ".join(html.split())


def test_only_methods_of_what_is_printed_can_be_chosen(tmp_path):
    """One arm has no test between arms, and two intervals of proportions are its only limits."""
    write_page(ROOT / "data" / "examples" / "single-arm", {}, tmp_path / "page.html")
    what_if = part((tmp_path / "page.html").read_text(encoding="utf-8"), "what-if")

    assert re.findall(r'<select name="(\w+)"', what_if) == ["level", "interval"]
    assert "exact binomial test" not in what_if


def test_methods_to_choose_from_have_names_without_an_article():
    """“the chi-squared test with Yates' correction” was cut off on a phone."""
    names = [name for choices in CHOICES.values() for name in choices.values()]

    assert "chi-squared test with Yates' correction" in names
    assert [name for name in names if name.startswith("the ")] == []


def test_what_is_not_decided_in_time_is_named_and_left_out(tmp_path):
    page = tmp_path / "page.html"
    folder = ROOT / "data" / "published"
    told = report(folder, "--seconds", "0.1", "--output", page, cwd=tmp_path)

    assert told.returncode == 0
    none = "The page leaves open whether all numbers can hold together: undecided"
    some = "which other numbers can hold together: undecided"  # a quick machine finds a conflict
    assert told.stdout.startswith((none, some))
    shown = page.read_text(encoding="utf-8")
    assert "can hold in one group of patients" not in shown
    assert told.stdout.startswith(none) or "was not decided in the time given" in shown


@pytest.mark.parametrize("page", ["/proc/page.html", "is-a-folder.html"])
def test_a_page_that_cannot_be_written_is_refused_before_a_minute_of_solving(tmp_path, page):
    (tmp_path / "is-a-folder.html").mkdir()
    folder = ROOT / "data" / "published"
    told = report(folder, "--seconds", "0.1", "--output", page, cwd=tmp_path)

    assert (told.returncode, told.stdout) == (2, "")
    assert page in told.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["is-a-folder.html"]


def test_a_ledger_without_claims_has_no_page(tmp_path):
    called("numbercheck", "new", "mine", cwd=tmp_path)
    told = report("mine", cwd=tmp_path)

    assert (told.returncode, told.stdout) == (2, "")
    assert told.stderr.startswith("the ledger has no claims")


@pytest.mark.parametrize(
    ("note", "numerals", "told"),
    [
        ("", 1, ""),
        ("guess: this arm", 1, "1 of its numbers rests on a guess of the program"),
        ("", 2, "1 more printed number is still to do"),
    ],
)
def test_a_draft_says_that_it_is_one(tmp_path, note, numerals, told):
    """Until its notes are confirmed and its numerals covered; then the page is as any other."""
    columns = "measure,label,kind,where,among,by,against,endpoint,horizon,family,unit"
    (tmp_path / "measures.csv").write_text(f"{columns}\nall,Patients,count,,,,,,,,\n")
    header = "claim,locus,measure,statistic,printed,numerals,note"
    (tmp_path / "claims.csv").write_text(f"{header}\nall_n,Results,all,n,35,1,{note}\n")
    rows = "".join(f"Results,{order},35,\n" for order in range(1, numerals + 1))
    (tmp_path / "printed_numbers.csv").write_text(f"part,order,numeral,set_aside\n{rows}")
    write_page(tmp_path, {}, tmp_path / "page.html")
    overview = text_of(part((tmp_path / "page.html").read_text(encoding="utf-8"), "overview"))

    assert ("This ledger is a draft" in overview) == bool(told)
    assert told in overview


AT_RISK = (
    "Of 11 printed numbers, 1 follows from others, none contradict them, and 4 cannot be checked"
)
SLIP = (
    "Of 17 printed numbers, 10 follow from others, and 1 contradicts them, in the last digit only"
)


@pytest.mark.parametrize(("name", "said"), [("at-risk", AT_RISK), ("two-arm", SLIP)])
def test_the_first_sentence_says_how_many_numbers_cannot_be_checked(tmp_path, name, said):
    """What is not known stands beside what fits and what does not."""
    write_page(ROOT / "data" / "examples" / name, {}, tmp_path / "page.html")
    html = (tmp_path / "page.html").read_text(encoding="utf-8")

    assert text_of(re.search(r'class="lead">(.*?)</p>', html, re.DOTALL)[1]) == f"{said}."


@pytest.mark.parametrize("note", ["lower than before", "“significantly lower”"])
def test_only_a_note_that_quotes_the_article_stands_in_quotation_marks(note):
    """A note is whatever its writer made of the article; the report added marks of its own."""
    ledger = read_ledger(ROOT / "data" / "published")
    claim = replace(
        next(c for c in ledger.claims.values() if c.verbal), note=f"{note}; test not named"
    )

    assert Found("not supported", claim.claim, claim, Markup("")).named == note
