"""The report: one page that holds everything, links that lead there and back, nothing hostile."""

import json
import re
from collections import Counter
from dataclasses import replace
from html import unescape
from html.parser import HTMLParser

import pytest
from called import called
from markupsafe import Markup
from reading_room import (
    ALERT,
    COHORT,
    LABEL,
    PUBLISHED,
    real_outputs,
    the_ledger,
    the_rows,
    write_outputs,
    write_page,
)

from companion.project import ROOT
from companion.report.displays import Links, figures
from companion.report.markup import sanitized
from numbercheck.audit import audit
from numbercheck.audit.comparisons import format_p
from numbercheck.ledger.records import LedgerError
from numbercheck.report.journal_club import read_journal_club
from numbercheck.report.questions import read_questions
from numbercheck.report.what_if import what_if
from numbercheck.statistics.contingency import p_value
from numbercheck.statistics.proportions import interval
from numbercheck.statistics.rounding import Printed, format_rounded
from numbercheck.words import UNCHECKED

CLUB = read_journal_club(PUBLISHED, the_ledger())
GUIDE = (ROOT / "docs" / "journal-club.md").read_text(encoding="utf-8")
LARGEST = 4_000_000  # bytes
BOUND = "between 26 and 35 (74–\N{WORD JOINER}100%)"


class Page(HTMLParser):
    """Elements of a page with their attributes, and the text of each part of it."""

    def __init__(self, html):
        super().__init__()
        self.elements, self.texts, self._parts = [], Counter(), []
        self.feed(html)

    def handle_starttag(self, tag, attrs):  # noqa: D102 - as in HTMLParser
        self.elements.append((tag, dict(attrs)))
        if tag == "section":
            self._parts.append(dict(attrs)["id"])

    def handle_endtag(self, tag):  # noqa: D102 - as in HTMLParser
        if tag == "section":
            self._parts.pop()

    def handle_data(self, data):  # noqa: D102 - as in HTMLParser
        for part in self._parts[-1:]:
            self.texts[part] = f"{self.texts[part] or ''}{data}"

    def values(self, name):
        """Every value of one attribute."""
        return [attrs[name] for _, attrs in self.elements if name in attrs]


@pytest.fixture(scope="module")
def outputs(tmp_path_factory):
    return write_outputs(tmp_path_factory.mktemp("outputs"))


def written(folder, *given, **options):
    return write_page(folder, *given, **options).read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def html(outputs):
    return written(outputs)


@pytest.fixture(scope="module")
def page(html):
    return Page(html)


@pytest.fixture(scope="module")
def real(tmp_path_factory):
    """The page of the committed outputs, made with the code as it is."""
    folder = real_outputs(tmp_path_factory.mktemp("real"))
    return (folder / "index.html").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def explained(real):
    """HTML of the explanation of each claim on that page."""
    parts = (part.split("</tr>\n<tr")[0] for part in real.split(' id="why-')[1:])
    return {part.partition('"')[0]: part for part in parts}


def test_the_same_outputs_give_the_same_bytes_without_a_trace_of_this_machine(outputs, html):
    """A rebuild leaves `git status` clean wherever it runs."""
    assert written(outputs) == html
    assert not [p for p in (str(ROOT), str(outputs), "/home/", "/tmp/") if p in html]  # noqa: S108


def test_the_page_needs_no_other_file_and_no_network(page):
    """Scripts and styles are inside it, pictures too; links to other files are only followed."""
    loaded = [a["src"] for t, a in page.elements if "src" in a]

    assert not [t for t, _ in page.elements if t in ("link", "iframe", "object", "embed", "base")]
    assert loaded
    assert all(src.startswith("data:image/") for src in loaded)


@pytest.mark.parametrize("which", ["html", "real"])
def test_every_link_within_the_page_leads_somewhere_and_every_id_is_its_own(which, request):
    page = Page(request.getfixturevalue(which))
    ids = Counter(page.values("id"))
    aims = {href[1:] for href in page.values("href") if href.startswith("#")}
    controlled = set(page.values("aria-controls")) | set(page.values("aria-labelledby"))

    assert [name for name, n in ids.items() if n > 1] == []
    assert sorted((aims | controlled) - set(ids)) == []


def test_every_claim_is_a_row_with_its_explanation(page):
    ids = set(page.values("id"))

    assert all({f"claim-{c}", f"why-{c}"} <= ids for c in the_ledger().claims)


def test_a_number_leads_to_its_cell_its_result_and_its_patients_and_these_lead_back(html):
    """Number, claim, explanation, notebook cell, data row, and back."""
    why = html.split('id="why-text6_crs_n"')[1].split("</tr>\n<tr")[0]
    cell = html.split('id="notebook-2-efficacy-cell-1"')[1].split('class="cell"')[0]
    result = html.split('id="result-crs-n"')[1].split("</tr>")[0]

    assert 'href="#notebook-2-efficacy-cell-1"' in why
    assert 'href="#result-crs-n"' in why
    assert why.count('href="#patient-') == 19
    assert 'href="#claim-text6_crs_n"' in cell
    assert 'href="#claim-text6_crs_n"' in result


def cells(html, display):
    """Cells of one table on the page."""
    part = html.split(f'<figure id="table-{display}"')[1].split("</figure>")[0]
    return re.findall(r"<td headers[^>]*>(.*?)</td>", part, re.DOTALL)


@pytest.mark.parametrize("display", ["table-1a-efficacy", "table-1b-adverse-events"])
def test_every_number_of_table_1_leads_to_its_claim_or_result(real, display):
    """All but the bound, which is no cell of the article's table, and what is printed there."""
    bare = [re.sub(r"<a [^>]*>.*?</a>", "", text) for text in cells(real, display)]

    expected = [BOUND, " () <wbr>[printed: 45%]"] if display == "table-1b-adverse-events" else []

    assert [text for text in bare if re.search(r"\d", text)] == expected


def test_a_number_of_a_table_leads_to_the_claim_that_prints_it_in_a_table(real):
    """Also where the two differ: that is what a reader wants to see explained."""
    (cell,) = [t for t in cells(real, "table-1b-adverse-events") if "table1_crs_g12_n" in t]

    assert cell == (
        '<a href="#claim-table1_crs_g12_n">16</a> (<a href="#claim-table1_crs_g12_percent">46%</a>)'
        " <wbr>[printed: 45%]"
    )


def test_a_number_leads_to_its_claim_else_its_result_else_its_measure():
    """A number of a table names its result, whatever text it has."""
    links = Links(the_ledger(), {("age", "p25")})
    mark = Markup('<span data-measure="{}" data-statistic="{}">1</span>')

    for measure, statistic, aim in (
        ("crs_g12", "percent", "claim-table1_crs_g12_percent"),
        ("age", "p25", "result-age-p25"),
        ("crc_by_wbc", "n", "claim-text4_crc_by_wbc_p_value"),
    ):
        assert links.link(mark.format(measure, statistic)) == f'<a href="#{aim}">1</a>'
    assert links.link(mark.format("other", "n")) == "1"


def test_a_figure_keeps_its_shapes_and_nothing_that_runs_or_leads_elsewhere(tmp_path):
    """A file of a build is no more trusted than a notebook's output."""
    bad = (
        '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
        'width="72pt" viewBox="0 0 9 9" onload="alert(1)"><script>alert(2)</script>'
        '<foreignObject><p>text</p></foreignObject><g id="crc_2w.n"><path d="M 0 0" '
        'style="fill: url(http://x.org/y)" onclick="alert(3)"/></g>'
        '<use xlink:href="http://x.org/z#a"/><use xlink:href="#a"/></svg>'
    )
    (tmp_path / "figures").mkdir()
    (tmp_path / "figures" / "f.svg").write_text(bad, encoding="utf-8")
    (figure,) = figures(tmp_path, {"f": ""}, Links(the_ledger(), set()))

    assert not re.search(r"alert|script|foreign|http|onload|onclick", figure.html)
    link = r'<a href="#claim-table1_crc_2w_n" tabindex="-1" aria-label="[^"]+"><g id="f-crc_2w.n">'
    assert re.search(link, figure.html)
    assert '<use href="#f-a">' in figure.html


def test_each_figure_lists_the_claims_that_it_shows_and_these_lead_back(real, explained):
    for path in (ROOT / "outputs" / "figures").glob("*.svg"):
        part = real.split(f'<figure id="figure-{path.stem}"')[1].split("</figure>")[0]
        claims = re.findall(r'href="#claim-([^"]*)"', part)
        assert claims or 'href="#ledger"' in part, path.stem
        for claim in claims:
            assert f'href="#figure-{path.stem}"' in explained[claim]


def test_each_patient_leads_to_the_counts_that_include_him_and_no_others(real, explained):
    """The way back: what a claim says of its patients, read from the patient's side."""
    counting, ledger = {}, the_ledger()
    for claim in ledger.claims.values():
        for name in re.findall(r'href="#patient-([^"]*)"', explained[claim.claim]):
            counting.setdefault(name, set()).add(claim.measure)
    rows = re.findall(r'<tr id="patient-([^"]*)"><th scope="row"><a href="#counts-([^"]*)"', real)

    assert [name for name, _ in rows] == [aim for _, aim in rows]
    assert {name for name, _ in rows} == set(counting)
    for name, measures in counting.items():
        part = real.split(f'id="counts-{name}"')[1].split("</details>")[0]
        claims = re.findall(r'href="#claim-([^"]*)"', part)
        assert sorted(ledger.claims[c].measure for c in claims) == sorted(measures)


def test_every_claim_that_patients_give_leads_to_its_result_cell_and_columns(real, explained):
    """The chain is whole for each of them, not for one that was looked at."""
    ledger = the_ledger()
    computed = set(re.findall(r'id="result-([^"]*)"', real))

    assert len(computed) > 300
    for claim in ledger.claims.values():
        why = explained[claim.claim]
        if f"{claim.measure}-{claim.statistic}" in computed and not claim.verbal:
            assert f'href="#result-{claim.measure}-{claim.statistic}"' in why, claim.claim
            assert re.search(r'href="#notebook-[\w-]*-cell-\d+"', why), claim.claim
            assert re.search(r'href="#(column|patient)-', why), claim.claim


def test_every_result_says_what_the_article_leaves_of_it(real):
    """An illustration is never seen without being called one."""
    rows = re.findall(r'<tr id="result-.*?</tr>', real, re.DOTALL)

    assert rows
    assert all(re.search(r">(determined|bounded|open)</span>", row) for row in rows)


def test_reasons_for_unchecked_claims_are_words(page):
    """A slug is for the code."""
    kinds = {v.kind for v in audit(the_ledger()) if v.verdict == "unchecked"}

    assert kinds <= set(UNCHECKED)
    assert all(UNCHECKED[kind] in page.texts["overview"] for kind in kinds)


def test_the_page_writes_percentages_in_one_way(real):
    """As the article does; code stays as it is."""
    assert (
        re.findall(r"\d %", re.sub("<(code|script|style)>.*?</", "", real, flags=re.DOTALL)) == []
    )


def test_counts_stand_by_verdict_and_basis_and_are_not_added(page):
    text = " ".join(page.texts["overview"].split())
    found = Counter((r.verdict, r.basis) for r in the_rows(the_ledger()))

    assert all(re.search(rf"\b{n} ?{v} ?{b}", text) for (v, b), n in found.items())
    assert not re.search(r"\d+(\.\d+)? ?% (of (the )?(claims|numbers)|match)", text)


def test_the_numbers_that_cannot_be_checked_add_up(real):
    """The first sentence counts printed numbers, the table all claims."""
    text = re.sub("<.*?>", "", real.split('id="overview"')[1].split("</section>")[0])
    unknown = int(re.search(r"and (\d+) cannot be checked", text)[1])
    said = re.search(
        r"The (\d+) printed numbers .* are (\d+) of .* the (\d+) that hold as built", text
    )
    row = re.search(r"(\d+)unchecked.*reason of its own \((\d+) in words\)", text)

    assert unknown == int(said[1]) == int(said[2]) + int(said[3])
    assert int(said[2]) == int(row[1]) - int(row[2])


def test_each_mismatch_is_told_with_its_arithmetic_in_a_line_and_at_the_number(page):
    wrong = [r for r in the_rows(the_ledger()) if r.verdict == "mismatch"]
    known = the_ledger().expected_findings
    overview, ledger = (page.texts[p].replace("\u2060", "") for p in ("overview", "ledger"))

    assert wrong
    assert [r.claim for r in wrong if r.reason not in ledger] == []
    for r in wrong:
        assert (known[r.claim].reason if r.claim in known else r.reason) in overview


def found(html):
    """Lines of what was found, without markup: the kind of finding and the text."""
    part = html.split('<ul class="found">')[1].split("</ul>")[0]
    lines = re.findall(r'<li><span class="badge \w+">(.*?)</span> (.*?)</li>', part, re.DOTALL)
    return [(kind, " ".join(re.sub("<.*?>", "", text).split())) for kind, text in lines]


def test_findings_come_first_the_strongest_before_the_others(html):
    """Words without support, the least supported first, then a last digit, readings, others."""
    kinds, texts = zip(*found(html), strict=True)
    order = ["not supported", "rounding slip", "ambiguous", "cited source differs"]
    order.append("sources differ")

    assert set(kinds) == set(order)
    assert list(kinds) == sorted(kinds, key=order.index)
    assert "by every test tried" in texts[0]
    assert html.index('class="found"') < html.index('class="bar"')


def test_the_first_sentences_count_what_was_found(html):
    """Recounted from the verdicts."""
    ledger, rows = the_ledger(), the_rows(the_ledger())
    numbers = [r for r in rows if not ledger.claims[r.claim].verbal]
    follow = sum((r.verdict, r.basis) == ("match", "arithmetic") for r in numbers)
    wrong = sum(r.verdict == "mismatch" for r in rows)
    lead = re.search(r'class="lead">(.*?)</p>', html, re.DOTALL)[1]
    lead = " ".join(re.sub("<.*?>", "", lead).split())

    assert f"Of {len(numbers)} printed numbers, {follow} follow from others" in lead
    assert "1 contradicts them, in the last digit only" in lead
    assert wrong == sum(map(int, re.findall(r"(\d+) (?:contradict|is not|are not|taken)", lead)))


def test_sources_stand_side_by_side_and_a_difference_is_a_finding(html):
    """Thrombocytopenia, by the article, by its follow-up, and of the matched controls."""
    part = html.split('<section id="sources"')[1].split("</section>")[0]
    row = part.split('id="claim-follow_up_thrombocytopenia_g34_percent"')[1].split("</tr>")[0]
    cells = re.findall(r"<td[^>]*>(.*?)</td>", row)
    lead = re.search(r'class="lead">(.*?)</p>', html, re.DOTALL)[1]
    heads = re.findall(r'<th scope="col">(.*?)</th>', part)

    assert heads[1:4] == ["article", "follow-up", "follow-up (hyper-CVAD controls)"]
    assert cells[1:4] == ["23%", "62%", "89%"]
    assert ">differs<" in cells[4]
    assert 'href="#claim-follow_up_thrombocytopenia_g34_percent"><b>62%' in html
    assert "Of 9 numbers that another source prints of the same patients, 1 differs." in lead


def test_other_sources_change_no_count_of_the_article(html):
    """Its numbers are those of one publication, and its ledger lists no other claim."""
    claims = re.findall(r'<tr id="claim-([^"]*)" class="claim"', html)

    assert claims == [c for c, claim in the_ledger().claims.items() if not claim.source]


def test_a_question_is_asked_only_while_the_numbers_raise_it(tmp_path):
    """Were fever printed for as many as CRS, nobody would ask about it."""
    raised = {q.question for q in read_questions(PUBLISHED, the_ledger())}
    changed = the_ledger().constrain({"table1_fever_g12_n": "18"})
    left = {q.question for q in read_questions(PUBLISHED, changed)}

    assert "fever_in_crs" in raised
    assert raised - left == {"fever_in_crs"}


def test_the_questions_hold_no_number_that_nobody_computed():
    """Grades, thresholds and weeks name a measure; every other number is filled in."""
    names = r"[Gg]rade \d(–\d)?|\d+(\.\d+)?%|Table 1|\d weeks"
    texts = [q.text for q in read_questions(PUBLISHED, the_ledger())]
    bare = [re.sub(rf"\{{[^}}]*\}}|{names}", "", text) for text in texts]

    assert [text for text in bare if re.search(r"\d", text)] == []


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("{text6_crs_n}", "{text6_cr_n}"), r"questions\.csv row 4: unknown claim"),
        (("fever_g12 + fever_g34}", "fever + fever_g34}"), r"row 4: unknown measure 'fever'"),
        (("deaths >= 1", "death >= 1"), r"row 10: unknown measure 'death'; did you mean deaths"),
        (("deaths >= 1", "deaths >="), r"row 10, column holds"),
    ],
)
def test_a_question_about_nothing_in_the_ledger_is_refused(tmp_path, change, message):
    text = (PUBLISHED / "questions.csv").read_text(encoding="utf-8")
    assert change[0] in text
    (tmp_path / "questions.csv").write_text(text.replace(*change), encoding="utf-8")

    with pytest.raises(LedgerError, match=message):
        read_questions(tmp_path, the_ledger())


def test_a_premise_says_what_the_other_numbers_imply(real):
    """Of the estimate of progression-free survival they leave less than its rounding."""
    row = real.split('<tr id="claim-text5_pfs_12m_estimate"')[1].split("</tr>")[0]
    why = real.split('id="why-text5_pfs_12m_estimate"')[1].split("</tr>\n<tr")[0]

    assert "82.20 to 82.27" in row
    assert "82.20 to 82.27" in why
    assert "8 sequences of numbers at risk" in why


def test_the_label_stands_wherever_patients_are(page):
    parts = ("overview", "tables", "notebooks", "data", "club")

    assert all(LABEL in page.texts[part] for part in parts)


def test_supplied_patients_have_no_label_and_are_not_in_the_page(outputs, tmp_path):
    """A page is passed on; a trial's own patients must not be."""
    for source in COHORT.glob("*.csv"):
        (tmp_path / source.name).write_bytes(source.read_bytes())
    (tmp_path / "index.html").write_text(written(outputs, label="", cohort=tmp_path))
    page = Page((tmp_path / "index.html").read_text())
    written(outputs)

    assert not [i for i in page.values("id") if i.startswith("patient-")]
    shown_texts = [page.texts[part] for part in ("overview", "ledger", "what-if", "data")]
    assert not [text for text in shown_texts if LABEL in text]


def hostile(ledger):
    """The ledger with markup wherever a text is free."""
    claims = {
        k: replace(c, note=ALERT, locus=f"{c.locus} {ALERT}") for k, c in ledger.claims.items()
    }
    measures = {k: replace(m, label=ALERT, unit=m.unit) for k, m in ledger.measures.items()}
    assumed = {k: replace(a, statement=ALERT) for k, a in ledger.assumptions.items()}
    article = {**ledger.article, "title": f"</title>{ALERT}", "doi": f'"{ALERT}'}
    return replace(ledger, claims=claims, measures=measures, assumptions=assumed, article=article)


def test_hostile_texts_stay_texts(outputs, page):
    ledger = hostile(the_ledger())
    bad = Page(written(outputs, ledger, label=f"{LABEL} {ALERT}"))
    written(outputs)

    assert Counter(t for t, _ in bad.elements)["script"] == 4
    assert not [a for _, attrs in bad.elements for a in attrs if a.startswith("on")]
    assert not [h for h in bad.values("href") if h.lower().startswith("javascript")]
    assert Counter(t for t, _ in bad.elements)["img"] == Counter(t for t, _ in page.elements)["img"]


@pytest.mark.parametrize(
    "html",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "<a href='java&#115;cript:alert(1)'>x</a>",
        "<svg><style><img src=x onerror=alert(1)></style></svg>",
        "<style>*{color:red}</style>",
        "<td style='position:fixed' onclick='x()'>",
        "<iframe srcdoc='<script>alert(1)</script>'>",
        "<img src='https://example.org/x.png'>",
        "<form action='//x'><input autofocus onfocus=alert(1)>",
    ],
)
def test_sanitized_html_runs_and_loads_nothing(html):
    elements = Page(str(sanitized(html, "x-"))).elements

    assert {t for t, _ in elements} <= {"a", "img", "td"}
    assert {name for _, attrs in elements for name in attrs} == set()


def test_sanitized_html_is_closed_and_its_ids_have_the_prefix():
    assert sanitized("<div><p id=a>1<b headers='a b'>2</div>", "x-") == (
        '<div><p id="x-a">1<b headers="x-a x-b">2</b></p></div>'
    )


def test_what_if_gives_what_the_estimators_give():
    (line, *_) = [v for v in what_if(the_ledger()).tables["intervals"] if v.about == "33 of 35"]
    low, high = (100 * x for x in interval(33, 35, "clopper-pearson", 0.9))

    assert (
        line.values["0.9|clopper-pearson"][0]
        == f"{format_rounded(low, 1)} to {format_rounded(high, 1)}"
    )


def test_what_if_first_shows_what_the_audit_says():
    """With the inferred methods a match there is a yes here, and the other way round."""
    choices = what_if(the_ledger())
    verdicts = {v.claim: v.verdict for v in audit(the_ledger())}
    first = choices.first
    tables = {
        f"{first['level']}|{first['interval']}": choices.tables["intervals"],
        f"{first['level']}|{first['survival']}": choices.tables["survival"],
    }
    for key, lines in tables.items():
        assert lines
        for line in lines:
            agree = {verdicts[c.claim] for c in line.claims} <= {"match", "given"}
            assert (line.values[key][1] == "yes") == agree


def test_only_one_survival_interval_prints_the_limits():
    """R's default, and none of the others, gives 91.8 to 100 and 69.0 to 98.0."""
    lines = what_if(the_ledger()).tables["survival"]

    assert lines
    for line in lines:
        states = {k: state for k, (_, state) in line.values.items() if k.startswith("0.95|")}
        assert [k for k, state in states.items() if state == "yes"] == ["0.95|log"]


def test_the_variants_on_the_page_are_these(html):
    embedded = re.search(r'id="variants">(.*?)</script>', html, re.DOTALL)[1]
    values = what_if(the_ledger()).values

    assert json.loads(embedded) == json.loads(json.dumps(values))


def test_a_p_value_with_no_direction_printed_has_no_one_sided_form():
    open_ones = [v for v in what_if(the_ledger()).tables["tests"] if "possible tables" in v.about]

    assert open_ones
    assert {v.values["fisher-less"][1] for v in open_ones} == {"–"}


def test_a_line_shows_the_chosen_test_or_names_the_one_it_shows():
    """A published rate is compared as that of a group where the ledger has its size.

    Boschloo's test was silently the exact binomial, 0.11 here; R's Exact gives 0.16 for 8 of 35
    and 14 of 38.
    """
    lines = {v.claims[0].claim: v for v in what_if(the_ledger()).tables["tests"]}
    without = replace(the_ledger(), comparators=())
    alone = {v.claims[0].claim: v for v in what_if(without).tables["tests"]}
    claim = "text6_infections_v_mdacc_p_value"
    p = p_value(((8, 27), (14, 24)), "boschloo")

    assert lines[claim].values["boschloo"] == (format_p(p), "no")
    assert alone[claim].values["boschloo"] == ("0.11, by the exact binomial test", "no")
    assert alone[claim].values["fisher"] == ("0.11, by the exact binomial test", "no")


def test_consistency_is_a_part_only_where_it_was_computed(outputs, tmp_path, page):
    assert "these numbers cannot hold together" in page.texts["consistency"]
    alone = Page(written(tmp_path))

    assert "consistency" not in alone.values("id")
    assert "#consistency" not in alone.values("href")


def test_a_folder_with_nothing_but_verdicts_still_gives_a_page(tmp_path):
    page = Page(written(tmp_path))

    assert "This build ran no notebook." in page.texts["notebooks"]


@pytest.mark.parametrize("article", [{}, {"title": "A trial"}, {"year": 2024, "doi": "10.1/x"}])
def test_a_ledger_that_says_less_of_its_article_still_gives_a_page(tmp_path, article):
    """``article.json`` and all that is in it may be absent."""
    html = written(tmp_path, replace(the_ledger(), article=article))
    footer = html[html.index("<footer>") :]

    assert ("A trial." in footer) == ("title" in article)
    assert f"<title>Companion to {article.get('title', 'an article')}</title>" in html


def test_a_ledger_without_variables_shows_no_patients(tmp_path):
    """Its numbers can be audited, but nothing says what a patient is."""
    page = Page(written(tmp_path, replace(the_ledger(), variables={})))

    assert not [i for i in page.values("id") if i.startswith("patient-")]


def test_it_is_small(real):
    """``make bench`` measures the time."""
    assert len(real.encode()) < LARGEST


def test_no_slug_stands_where_a_reader_expects_words(page):
    """What rests on a premise is listed by its printed form, as links."""
    assert "Other printed numbers follow from it." in page.texts["ledger"]
    assert "follow from it: " not in page.texts["ledger"]


def test_printed_relations_are_shown_as_signs(page):
    verbal = [c for c in the_ledger().claims.values() if c.verbal]

    assert {Printed(c.printed).relation for c in verbal} == {"<", ">="}
    assert "P ≥0.05" in page.texts["ledger"]
    assert ">=0.05" not in page.texts["ledger"]


def pasted(line):
    """Status and output of a command line of the page, as pasted in the repository's folder."""
    program, *words = line.split()
    assert program == ".venv/bin/numbercheck"  # where `make` puts it
    done = called("numbercheck", *words, cwd=ROOT)
    return done.returncode, done.stdout


@pytest.mark.parametrize("exercise", CLUB.exercises, ids=lambda e: e.claim)
def test_the_command_of_an_exercise_ends_as_the_page_says(exercise, html):
    """Each conflict is certified anew, one in 4 seconds; the article's own is set aside."""
    part = html.split('<section id="club"')[1].split("</section>")[0]
    line = next(c for c in re.findall("<code>(.*?)</code>", part) if exercise.claim in c)
    status, told = pasted(f"{line} --seconds 600")  # more than a busy machine needs for it

    assert status == (1 if exercise.conflict else 0)
    assert set(re.findall(r"^  (\w+) \(", told, re.MULTILINE)) == set(exercise.conflicting)


def test_the_command_of_a_claim_explains_it(html):
    """Shown at every claim; three stand for all."""
    lines = re.findall("<code>(.*? explain .*?)</code>", html)

    assert len(lines) == len(the_ledger().claims)
    for line in lines[:: len(lines) // 2]:
        status, told = pasted(line)
        assert status == 0
        assert told


def test_a_ledger_without_a_journal_club_has_no_such_part(tmp_path):
    page = Page(written(tmp_path, published=tmp_path))

    assert "club" not in page.values("id")
    assert "#club" not in page.values("href")


@pytest.mark.parametrize(
    ("name", "change", "message"),
    [
        ("journal_club", ("{text5_relapse_n}", "{text5_relaps_n}"), r"row 5: unknown claim"),
        ("journal_club", ("288), CR}", "288), CRc}"), r"row 9: unknown comparator"),
        ("journal_club", ("{crs_g12.percent}", "{crs_g.percent}"), r"row 7: unknown measure"),
        ("exercises", ("text6_crs_n,18", "crs_n,18"), r"exercises\.csv row 3: unknown claim"),
        ("exercises", ("expect,", "expected,"), r"the column expect is missing"),
    ],
)
def test_a_journal_club_that_names_nothing_of_the_ledger_is_refused(
    tmp_path, name, change, message
):
    """The message names the file, the row and the nearest names."""
    text = (PUBLISHED / f"{name}.csv").read_text(encoding="utf-8")
    (tmp_path / f"{name}.csv").write_text(text.replace(*change), encoding="utf-8")

    with pytest.raises(LedgerError, match=message):
        read_journal_club(tmp_path, the_ledger())


def test_the_journal_club_s_numbers_are_filled_in(real, html):
    """None is typed; one that this build did not compute is said to be missing."""
    part = real.split('<section id="club"')[1].split("</section>")[0]

    assert "not computed in this build" not in part
    assert "{" not in part
    assert '<a href="#claim-text5_relapse_n">4</a> relapsed' in part
    assert 'The percentage is <a href="#result-crs_g12-percent">45.7</a>' in part
    assert re.search(r"\d to \d+ patients are at risk at 12 months", part)
    assert "(as printed)" in part
    assert "not computed in this build" in html


def test_an_answer_gives_the_reasons_of_its_verdicts_not_the_claims(real):
    """Tests against a fixed rate and against a group of patients are told apart there."""
    part = real.split('<section id="club"')[1].split("2. ")[1].split("<h3>3. ")[0]
    text = unescape(re.sub("<.*?>", "", part)).replace("\N{WORD JOINER}", "")
    about = "text6_infections_v_mdacc_p_value", "text6_early_deaths_v_intensive_p_value"
    reasons = [v.reason for v in audit(the_ledger()) if v.claim in about]

    assert len(reasons) == len(about)
    assert [reason for reason in reasons if reason not in text] == []


def test_the_text_of_the_journal_club_holds_no_number_of_the_article():
    """Nobody computes typed numbers anew, so they could go stale."""
    months = r"at (12|15) months|at 15|Table 1|[Gg]rade (≥ )?3(–4)?"
    texts = [re.sub(rf"\{{[^}}]*\}}|{months}", "", d.setting + d.answer) for d in CLUB.discussions]

    assert re.findall(r"\d+", "".join(texts)) == []


def test_the_answers_of_the_journal_club_are_hidden_at_first(html):
    part = html.split('<section id="club"')[1].split("</section>")[0]

    assert part.count("<details><summary>Answer</summary>") == len(CLUB.discussions)
    assert part.count("<details><summary>What to expect</summary>") == len(CLUB.exercises)


def test_the_guide_to_the_journal_club_asks_what_the_page_asks(html):
    part = html.split('<section id="club"')[1].split("</section>")[0]
    asked = [unescape(h) for h in re.findall(r"<h3>(\d+\. .*?)</h3>", part)]
    listed = re.findall(r"^\d+\. .*?\?", GUIDE, re.M)

    assert len(asked) == len(CLUB.discussions)
    assert listed == asked


def test_the_guide_holds_no_number_of_the_article_and_plans_an_hour():
    """Nobody computes it anew, so a number in it could go stale."""
    minutes = [int(n) for n in re.findall(r"^\| (\d+) \|", GUIDE, re.M)]
    rest = re.sub(r"^(\| \d+ \||\d+\. )|\(\d+ minutes\)", "", GUIDE, flags=re.M)

    assert sum(minutes) == 60
    assert re.findall(r"\d+", rest) == []
