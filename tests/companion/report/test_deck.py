"""The deck: one idea on each slide, for a projector, from what a build has computed."""

import re
import shutil
from html import unescape

import pytest
from barriers import barriers
from reading_room import COHORT, LABEL, PUBLISHED, the_ledger, the_rows

from companion.errors import CompanionError
from companion.project import ROOT
from companion.report.deck import write_deck
from numbercheck.report.deck import QUESTIONS
from numbercheck.report.findings import BADGES
from numbercheck.report.journal_club import read_journal_club

OUTPUTS = ROOT / "outputs"
README = (ROOT / "README.md").read_text(encoding="utf-8")
LARGEST = 3_000_000  # bytes
SCREEN, PHONE = {"width": 1280, "height": 720}, {"width": 375, "height": 700}
LEGIBLE = 24  # pixels on that screen


@pytest.fixture(scope="module")
def deck(tmp_path_factory):
    path = tmp_path_factory.mktemp("deck") / "deck.html"
    write_deck(OUTPUTS, COHORT, PUBLISHED, path)
    return path


@pytest.fixture(scope="module")
def slides(deck):
    """Text of each slide, its notes after a bar."""
    parts = deck.read_text(encoding="utf-8").split("<section ")[1:]
    return [text_of(part.replace("<aside", " | <aside")) for part in parts]


def text_of(html):
    """What stands in a piece of HTML, in one line."""
    html = html.split("</section>")[0].partition(">")[2]
    text = unescape(" ".join(re.sub("<.*?>", " ", html).split()))
    return text.replace("\N{WORD JOINER}", "")


def test_it_is_one_small_file_without_code_of_as_many_slides_as_the_readme_says(deck, slides):
    html = deck.read_text(encoding="utf-8")

    assert len(html.encode()) <= LARGEST
    assert f"`work/deck.html`: {len(slides)} slides" in README
    assert not re.search(r"src=|href=|url\(|@import|<(code|pre|img|link)\b", html)
    assert not re.search(r"\bnan\b|none of|undefined|\{|\}", " ".join(slides), re.IGNORECASE)


def test_every_kind_of_finding_has_a_question():
    """Also a kind that this article does not show, such as a set of numbers that conflict."""
    assert set(QUESTIONS) == set(BADGES)


def test_the_same_build_gives_the_same_bytes(deck, tmp_path):
    write_deck(OUTPUTS, COHORT, PUBLISHED, tmp_path / "again.html")

    assert (tmp_path / "again.html").read_bytes() == deck.read_bytes()


def test_every_finding_question_and_exercise_has_its_slide_and_notes(slides):
    club, everything = read_journal_club(PUBLISHED, the_ledger()), " ".join(slides)
    known = the_ledger().expected_findings
    wrong = [known[r.claim].reason for r in the_rows(the_ledger()) if r.verdict == "mismatch"]

    assert [d.question for d in club.discussions if d.question not in everything] == []
    assert [why for why in wrong if why[1:] not in everything] == []
    assert [e.expect for e in club.exercises if e.expect not in everything] == []
    assert all(slide.partition(" | ")[2] for slide in slides)


def test_what_depends_on_the_reconstructed_cohort_says_so_and_nothing_else(slides):
    """Curves, rates and what is built into it; not the regimen, nor a finding about print."""
    shown = [slide.partition(" | ")[0] for slide in slides]
    labeled = [slide for slide in shown if LABEL in slide]

    assert all(re.match(r"Every claim|.*survival: |Is it better", slide) for slide in labeled)
    assert {slide for slide in shown if re.match(r"Every claim|.*survival: ", slide)} <= {*labeled}


@pytest.fixture
def supplied(tmp_path):
    """A build from the trial's own patients, as it would be, and these patients."""
    shutil.copytree(OUTPUTS, tmp_path / "outputs")
    shutil.copytree(COHORT, tmp_path / "patients")
    (tmp_path / "patients" / "dataset.json").unlink()
    for path in (tmp_path / "outputs").rglob("*.csv"):
        text = path.read_text(encoding="utf-8").replace(",constructed,", ",data,")
        path.write_text(text.replace(LABEL, ""), encoding="utf-8")
    return tmp_path


def test_a_deck_of_supplied_patients_never_says_that_they_are_reconstructed(supplied):
    write_deck(supplied / "outputs", supplied / "patients", PUBLISHED, supplied / "deck.html")
    html = (supplied / "deck.html").read_text(encoding="utf-8")

    assert "survival: 1 event" in html
    assert not re.search("reconstructed cohort|built into|printed numbers allow", html, re.I)


@pytest.mark.parametrize(("outputs", "patients"), [(True, False), (False, True)])
def test_a_build_and_patients_that_do_not_belong_together_are_refused(supplied, outputs, patients):
    """Else a label would be missing, or wrong."""
    folder = supplied / "outputs" if outputs else OUTPUTS
    cohort = supplied / "patients" if patients else COHORT

    with pytest.raises(CompanionError, match="built from other patients"):
        write_deck(folder, cohort, PUBLISHED, supplied / "deck.html")


def test_a_build_with_other_parameters_is_refused(tmp_path):
    """At a level of 0.9 the slide would say 95% CI, and draw the band of 95%."""
    shutil.copytree(OUTPUTS, tmp_path / "outputs")
    path = tmp_path / "outputs" / "notebooks" / "4-survival.ipynb"
    text = path.read_text(encoding="utf-8")
    text = text.replace("# Parameters\\n", "# Parameters\\nlevel = 0.9\\n")
    path.write_text(text, encoding="utf-8")

    with pytest.raises(CompanionError, match=r"with parameters of its own \(level\); a deck shows"):
        write_deck(tmp_path / "outputs", COHORT, PUBLISHED, tmp_path / "deck.html")


def test_a_cited_rate_with_decimals_and_no_counts_has_its_place(tmp_path):
    """A trial of which only 36.5% is known."""
    outputs = tmp_path / "outputs"
    shutil.copytree(OUTPUTS, outputs)
    table = outputs / "tables" / "table-trials.csv"
    text = table.read_text(encoding="utf-8")
    table.write_text(text.replace(",37%,", ",36.5%,"), encoding="utf-8")
    write_deck(outputs, COHORT, PUBLISHED, tmp_path / "deck.html")

    assert "left: 36.5%" in (tmp_path / "deck.html").read_text(encoding="utf-8")


def test_without_a_build_one_sentence_says_what_to_do(tmp_path):
    with pytest.raises(CompanionError, match="run `companion build` first"):
        write_deck(tmp_path, COHORT, PUBLISHED, tmp_path / "deck.html")


# --- in a browser

TOO_SMALL = """() => {
    const found = [], walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walk.nextNode()) {
        const text = walk.currentNode, element = text.parentElement, range = document.createRange();
        if (!text.data.trim() || !element.checkVisibility() || element.closest("script")) continue;
        range.selectNodeContents(text);
        const box = range.getBoundingClientRect();
        const size = parseFloat(getComputedStyle(element).fontSize);
        const outside = box.left < 0 || box.right > innerWidth || box.bottom > innerHeight;
        if (size < LEGIBLE || outside) found.push(`${text.data.trim()} ${size} ${box.bottom}`);
    }
    return found;
}""".replace("LEGIBLE", str(LEGIBLE))


@pytest.fixture(scope="module")
def tab(browser):
    with browser.new_page() as page:
        page.said = []
        page.on("console", lambda message: page.said.append(message.text))
        page.on("pageerror", lambda error: page.said.append(str(error)))
        yield page


@pytest.fixture
def visit(tab, deck):
    """Show the deck, which takes a second to load once; at the end the console is empty."""

    def show(size=SCREEN, at=1):
        tab.set_viewport_size(size)
        tab.goto(f"{deck.as_uri()}#{at}")
        shown = re.compile(rf"^{at} of ")
        tab.get_by_role("status").get_by_text(shown).wait_for()  # an open deck turns later
        return tab

    yield show
    assert tab.said == []


def turn(page):
    """Go to the next slide, over the answer of this one."""
    at = page.get_by_role("status").inner_text()
    for _ in range(2):
        if page.get_by_role("status").inner_text() == at:
            page.keyboard.press("ArrowRight")


@pytest.mark.browser
def test_every_slide_fits_the_screen_in_type_that_is_read_at_ten_metres(visit, slides):
    page, small = visit(), {}
    for number in range(1, len(slides) + 1):
        small[number] = page.evaluate(TOO_SMALL)
        assert page.evaluate("document.documentElement.scrollHeight <= innerHeight"), number
        turn(page)

    assert {number: texts for number, texts in small.items() if texts} == {}


def test_no_abbreviation_is_broken_at_its_hyphen(deck):
    """G-CSF stood as G- at the end of one line and CSF on the next."""
    assert re.findall(r"[( ]G-CSF", deck.read_text(encoding="utf-8")) == []


@pytest.mark.browser
def test_every_key_shows_what_it_is_about_in_a_look_of_its_own(visit, slides):
    """Seven kinds of claims; and of a curve its limits, as well as all curves that are possible."""
    at = {title: 1 + next(i for i, s in enumerate(slides) if title in s)
          for title in ("Every claim", "Overall survival:")}  # fmt: skip
    look = """keys => keys.map(key => {
        const {color, backgroundColor, backgroundImage, borderStyle} = getComputedStyle(key);
        return [color, backgroundColor, backgroundImage, borderStyle].join();
    })"""
    looks = visit(at=at["Every claim"]).locator(".key span:visible").evaluate_all(look)
    assert len(looks) == len(set(looks)) == 7
    key = visit(at=at["Overall survival:"]).locator(".said .key:visible").inner_text()
    assert " ".join(key.split()) == "95% CI all curves that the printed numbers allow"


@pytest.mark.browser
def test_a_phone_scrolls_no_slide_sideways(visit, slides):
    page = visit(PHONE)
    for number in range(1, len(slides) + 1):
        width = page.evaluate("document.documentElement.scrollWidth")
        assert width <= PHONE["width"], number
        turn(page)


@pytest.mark.browser
def test_the_keyboard_turns_slides_and_opens_notes(visit, slides):
    """As a remote control for slides does; the address keeps the place."""
    page = visit(at=3)
    status = page.get_by_role("status")
    for key, at in (("PageDown", 4), ("ArrowLeft", 3), ("End", len(slides)), ("Home", 1)):
        page.keyboard.press(key)
        assert status.inner_text() == f"{at} of {len(slides)}"
    assert page.url.endswith("#1")
    assert page.locator(".notes:visible").count() == 0
    page.keyboard.press("n")
    assert page.locator(".notes:visible").count() == 1
    page.keyboard.press("n")
    assert page.locator(".notes:visible").count() == 0


# The other slides are emptied: what is hidden costs axe most of its time.
ALONE = """() => {
    for (const slide of document.querySelectorAll(".slide")) {
        slide.own ??= [...slide.childNodes];
        slide.replaceChildren(...(slide.matches(".current") ? slide.own : []));
    }
}"""


@pytest.mark.browser
def test_axe_finds_nothing_on_any_slide(visit, slides):
    page = visit()
    page.keyboard.press("n")
    found = {}
    for number in range(1, len(slides) + 1):
        page.evaluate(ALONE)
        found[number] = barriers(page)
        turn(page)
    page.goto("about:blank")

    assert {number: faults for number, faults in found.items() if faults} == {}


@pytest.mark.browser
def test_it_prints_one_page_for_each_slide(visit, slides):
    pages = re.findall(rb"/Type /Page\b", visit().pdf(prefer_css_page_size=True))

    assert len(pages) == len(slides)


@pytest.mark.browser
def test_without_scripts_every_slide_is_there_with_its_notes_below_it(browser, deck, slides):
    with browser.new_page(java_script_enabled=False) as page:
        page.goto(deck.as_uri())

        assert page.locator(".slide:visible").count() == len(slides)
        parts = page.locator(".slide .body, .slide .notes").all()
        boxes = [part.bounding_box() for part in parts]
        bottoms = [box["y"] + box["height"] for box in boxes]
        tops = [box["y"] for box in boxes[1:]]
        assert all(top >= bottom - 1 for bottom, top in zip(bottoms, tops, strict=False))
