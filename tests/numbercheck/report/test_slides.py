"""The deck of any ledger: slides that ask before they answer, from the ledger alone."""

import re
import shutil
from html import unescape

import pytest
from called import called
from places import ROOT

from numbercheck.report.deck import write_deck

TWO_ARM = ROOT / "data" / "examples" / "two-arm"
ANSWER = ".current .answer"


def slides_of(path):
    """Text of each slide, its notes after a bar."""
    parts = path.read_text(encoding="utf-8").split("<section ")[1:]
    texts = [re.sub("<.*?>", " ", part.replace("<aside", "| <aside")) for part in parts]
    return [unescape(" ".join(text.split())).replace("\N{WORD JOINER}", "") for text in texts]


@pytest.fixture(scope="module")
def mine(tmp_path_factory):
    """A ledger with a question and an exercise of its own, and its deck."""
    folder = tmp_path_factory.mktemp("deck") / "mine"
    shutil.copytree(TWO_ARM, folder)
    (folder / "journal_club.csv").write_text(
        "question,setting,answer,about\nIs it random?,{results_response_b_percent} in B,No.,\n",
        encoding="utf-8",
    )
    (folder / "exercises.csv").write_text(
        "claim,printed,drop,expect,conflict\nresults_response_b_n,25,,It fits 43%.,\n",
        encoding="utf-8",
    )
    ample = 600  # seconds, so that a busy machine decides as much as a quiet one
    told = called("numbercheck", "deck", folder, "--seconds", ample, cwd=folder.parent)
    assert (told.returncode, told.stderr) == (0, "")
    assert told.stdout == f"{folder / 'deck.html'}: 8 slides\n"
    return folder / "deck.html"


def test_a_deck_shows_results_findings_bounds_questions_and_exercises(mine):
    slides = slides_of(mine)

    assert "Response, B, percentage 42%" in slides[1]
    assert "17 10 1" in " ".join(re.findall(r"\d+", slides[2]))
    (finding,) = [s for s in slides if "Does this number follow from the others?" in s]
    assert "42%" in finding
    assert "24 of 58 is 41.4%" in finding
    assert any("Is it random?" in s and "42% in B" in s and "| No." in s for s in slides)
    assert any("imply without printing" in s and "P 0.04511" in s for s in slides)
    assert any("24 → 25 not noticed" in s and "It fits 43%." in s for s in slides)
    assert all(slide.partition(" | ")[2] for slide in slides)


def test_a_drafted_ledger_has_a_deck_at_once(tmp_path):
    """The next paper: from its text to slides by two commands."""
    drafted = tmp_path / "drafted"
    called("numbercheck", "draft", TWO_ARM / "article.md", "--output", drafted, cwd=tmp_path)
    told = called("numbercheck", "deck", drafted, "--seconds", "20", cwd=tmp_path)

    assert (told.returncode, told.stderr) == (0, "")
    assert "Response, arm B, percentage 42%" in slides_of(drafted / "deck.html")[1]


def test_a_ledger_that_the_solver_cannot_read_has_a_deck_without_bounds(tmp_path):
    folder, deck = ROOT / "data" / "examples" / "means", tmp_path / "deck.html"
    told = called("numbercheck", "deck", folder, "--seconds", "20", "--output", deck, cwd=tmp_path)

    assert (told.returncode, told.stderr) == (0, "")
    assert not re.search("nan|None|undefined", " ".join(slides_of(deck)))


@pytest.mark.browser
def test_the_answer_is_hidden_until_the_next_key_and_stays_shown(browser, mine):
    """The class guesses first; the color of the number does not tell either."""
    at = next(i for i, s in enumerate(slides_of(mine), 1) if "follow from the others?" in s)
    with browser.new_page(viewport={"width": 1280, "height": 720}) as page:
        page.goto(f"{mine.as_uri()}#{at}")
        color = "getComputedStyle(document.querySelector('.current .big span')).color"
        hidden, plain = page.locator(ANSWER).is_hidden(), page.evaluate(color)
        page.keyboard.press("ArrowRight")
        assert hidden
        assert page.locator(ANSWER).is_visible()
        assert page.evaluate(color) != plain
        page.keyboard.press("ArrowRight")
        assert page.get_by_role("status").inner_text().startswith(f"{at + 1} of")
        page.keyboard.press("ArrowLeft")
        assert page.locator(ANSWER).is_visible()
        page.emulate_media(media="print")
        assert page.locator(".answer:visible").count() == page.locator(".answer").count()


def test_a_median_has_its_unit(tmp_path):
    """“22” alone is no time to a remission."""
    deck = tmp_path / "deck.html"
    write_deck(ROOT / "data" / "published", {}, deck)

    assert "Time to complete remission, median 22 days" in " ".join(slides_of(deck))


@pytest.mark.parametrize("command", ["deck", "report"])
@pytest.mark.parametrize(
    ("table", "text", "fault"),
    [
        ("exercises", "claim,printed,drop,expect,conflict\nnope,1,,x,\n", "unknown claim 'nope'"),
        ("journal_club", "question,setting\nq,s\n", "the column answer is missing"),
    ],
)
def test_a_fault_in_a_table_is_told_before_the_solver_starts(tmp_path, command, table, text, fault):
    """It came after a minute."""
    shutil.copytree(TWO_ARM, tmp_path / "mine")
    (tmp_path / "mine" / f"{table}.csv").write_text(text, encoding="utf-8")
    told = called("numbercheck", command, "mine", cwd=tmp_path, terminal=True)

    assert (told.returncode, told.stdout) == (2, "")
    assert fault in told.stderr
    assert "up to" not in told.stderr
    assert not (tmp_path / "mine" / f"{command}.html").exists()
