"""What an article says of itself reaches article.json, and from there the report."""

import json
from pathlib import Path

import pytest

from numbercheck.draft.article import read_article
from numbercheck.draft.drafting import draft_article
from numbercheck.draft.writing import write_draft

JATS = """\
<article><front><journal-meta><journal-title-group><journal-title>Annals of
Examples</journal-title></journal-title-group></journal-meta><article-meta>
<article-id pub-id-type="pmid">1</article-id><article-id pub-id-type="doi">10.1/x</article-id>
<title-group><article-title>Zolanib in <italic>early</italic> asthma<sup>1</sup></article-title>
</title-group><contrib-group>
<contrib contrib-type="author"><name><surname>Berg</surname><given-names>Ann-Kari O</given-names>
</name></contrib>{more}
<contrib contrib-type="editor"><name><surname>Never</surname></name></contrib>
</contrib-group><pub-date pub-type="ppub"><month>1</month><year>2022</year></pub-date>
<pub-date pub-type="epub"><day>3</day><month>12</month><year>2021</year></pub-date>
</article-meta></front><body><p>We randomized 40 patients.</p></body></article>"""
AUTHOR = '<contrib contrib-type="author"><name><surname>{}</surname></name></contrib>'
HTML = """<html><head><meta name="citation_title" content="Zolanib in early asthma">
<meta name="citation_author" content="Berg AK"><meta name="citation_author" content="Li X">
<meta name="citation_journal_title" content="Annals of Examples">
<meta name="citation_publication_date" content="2021/12/03">
<meta name="citation_doi" content="10.1/x"></head>
<body><h1>Another heading</h1><p>We randomized 40 patients.</p></body></html>"""


def written(text: str, folder: Path) -> dict:
    """What article.json of the drafted ledger says."""
    (folder / "article").write_text(text, encoding="utf-8")
    write_draft(draft_article(read_article(folder / "article")), folder / "ledger")
    path = folder / "ledger" / "article.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


def test_jats_names_itself(tmp_path: Path) -> None:
    more = "".join(map(AUTHOR.format, ["Li", "Wu"]))
    assert written(JATS.format(more=more), tmp_path) == {
        "title": "Zolanib in early asthma",
        "authors": "Berg AKO, Li, Wu",
        "journal": "Annals of Examples",
        "year": 2021,
        "doi": "10.1/x",
    }


def test_more_than_three_authors_are_not_all_named(tmp_path: Path) -> None:
    more = "".join(map(AUTHOR.format, ["Li", "Wu", "Roy"]))
    assert written(JATS.format(more=more), tmp_path)["authors"] == "Berg AKO, Li, Wu, et al."


def test_a_journals_page_names_the_article_in_its_tags(tmp_path: Path) -> None:
    assert written(HTML, tmp_path) == {
        "title": "Zolanib in early asthma",
        "authors": "Berg AK, Li X",
        "journal": "Annals of Examples",
        "year": 2021,
        "doi": "10.1/x",
    }


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("# Zolanib in *early* asthma\n\nWe randomized 40 patients.\n", "Zolanib in early asthma"),
        ("<html><body><h1>Zolanib</h1><p>We randomized 40 patients.</p></body></html>", "Zolanib"),
    ],
)
def test_a_heading_is_the_title(tmp_path: Path, text: str, title: str) -> None:
    assert written(text, tmp_path) == {"title": title}


@pytest.mark.parametrize(
    "text",
    [
        "We randomized 40 patients.\n",
        "## Abstract\n\nWe randomized 40 patients.\n",
        "# Abstract\n\nWe randomized 40 patients.\n",
        "<html><body><h1>Abstract</h1><p>We randomized 40 patients.</p></body></html>",
    ],
)
def test_a_text_without_a_title_gets_none(tmp_path: Path, text: str) -> None:
    assert written(text, tmp_path) == {}
