"""The slides: what the notebooks show, large enough for a room, in one file."""

import json
import re

import pytest
from markupsafe import Markup
from reading_room import LABEL, a_notebook, the_ledger

from companion.project import ROOT
from companion.report import slides
from companion.report.markup import rewritten
from companion.report.notebooks import Cell, Notebook, notebooks

PROJECTOR = {"width": 1280, "height": 720}
LEGIBLE = 14  # pixels of text on that projector
FULL = 0.35  # of the room on a slide, at least, is filled
OUTPUTS = ROOT / "outputs"
HEADER = re.compile(r'scope="row"[^>]*>(.*?)</th>')


@pytest.fixture(scope="module")
def deck():
    return slides.slides(notebooks(OUTPUTS), slides.drawings(OUTPUTS))


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    target = tmp_path_factory.mktemp("deck") / "slides.html"
    number = slides.write(OUTPUTS, target, the_ledger().article, LABEL)
    assert target.read_text(encoding="utf-8").count("<section") == number
    return target


def every_section():
    return [part for book in notebooks(OUTPUTS) for part in slides.sections(book)]


def test_every_figure_of_the_notebooks_is_on_a_slide(deck):
    shown = "".join(slide.shows for slide in deck)
    alt = json.loads((OUTPUTS / "figures" / "alt.json").read_text(encoding="utf-8"))
    in_notebooks = "".join(o for part in every_section() for c in part.cells for o in c.outputs)
    drawn = [a for text in alt.values() if (a := str(Markup("{}").format(text))) in in_notebooks]

    assert len(drawn) > 5
    assert all(text in shown for text in drawn)
    assert "image/png" not in shown  # no picture is enlarged until its dots are seen


@pytest.mark.parametrize("name", ["table-1a-efficacy", "table-1b-adverse-events"])
def test_every_row_of_table_1_is_on_a_slide(deck, name):
    rows = HEADER.findall((OUTPUTS / "tables" / f"{name}.html").read_text(encoding="utf-8"))

    assert rows
    assert {str(rewritten(row, "")) for row in rows} <= set(
        HEADER.findall("".join(slide.shows for slide in deck))
    )


def test_what_is_left_out_is_named_on_the_last_slide(file):
    """A name that no notebook has any longer would hide nothing, and say so to nobody."""
    headings = [part.heading for part in every_section() if part.is_for_reading]
    last = file.read_text(encoding="utf-8").rpartition("<section")[2]

    for name in slides.FOR_READING:
        assert any(heading.startswith(name) for heading in headings), name
    assert all(str(Markup("{}").format(heading)) in last for heading in headings)


def test_there_are_few_slides(deck):
    """An hour has room for no more, with discussion."""
    assert 20 <= len(deck) + 2 <= 32


def shows(html):
    """A code cell with one output."""
    return Cell("b", 2, Markup(), "show()", (Markup(html),))  # noqa: S704 - a test's table


def of_one_section(html):
    """Slides of a section with one output."""
    book = Notebook("n", "N", (Cell("a", 1, Markup("<h4>T</h4>"), "", ()), shows(html)))
    return slides.slides([book], {})


@pytest.mark.parametrize("number", [6, 20, 21, 40, 41, 60])
def test_a_long_table_goes_on_with_every_row_once(number):
    """No row is lost or told twice, and none stands without the table's headings."""
    rows = "".join(f"<tr><td>row {i}.</td></tr>" for i in range(number))
    head = "<thead><tr><th>x</th></tr></thead>"
    parts = [s.shows for s in of_one_section(f"<table>{head}<tbody>{rows}</tbody></table>")]
    told = [row for part in parts for row in re.findall(r"row \d+\.", part)]

    assert told == [f"row {i}." for i in range(number)]
    assert all("<thead>" in part for part in parts)
    assert max(part.count("<td>") for part in parts) <= slides.ROWS_PER_SLIDE


def test_a_group_that_goes_on_has_its_heading_again():
    group = '<tr class="gt_group_heading_row"><th>Group</th></tr>'
    rows = group + "".join(f"<tr><td>row {i}.</td></tr>" for i in range(30))
    foot = "<tfoot><tr><td>note</td></tr></tfoot>"
    parts = [s.shows for s in of_one_section(f"<table><tbody>{rows}</tbody>{foot}</table>")]

    assert len(parts) == 2
    assert all(part.count(group) == 1 for part in parts)
    assert ["note" in part for part in parts] == [False, True]


def test_a_small_value_stands_below_its_code():
    (slide,) = of_one_section("<pre>[1]</pre>")

    assert slide.shows == '<pre class="code"><code>show()</code></pre><pre>[1]</pre>'


def test_a_hostile_notebook_becomes_no_markup(tmp_path):
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "notebooks" / "1-x.ipynb").write_text(json.dumps(a_notebook()), encoding="utf-8")
    slides.write(tmp_path, tmp_path / "s.html", {"title": "<script>"})
    text = (tmp_path / "s.html").read_text(encoding="utf-8")

    assert text.count("<script>") == 1
    assert "onclick" not in text
    assert "&lt;script&gt;alert(1)" in text


def test_a_folder_without_notebooks_makes_no_slides(tmp_path):
    with pytest.raises(ValueError, match="no executed notebooks; `make` writes them"):
        slides.write(tmp_path, tmp_path / "slides.html", {})


@pytest.fixture
def projected(browser, file):
    """The deck on a projector; at the end, nothing was said on the console or asked for."""
    said, asked = [], []
    page = browser.new_page(viewport=PROJECTOR)
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    page.goto(file.as_uri())
    yield page
    page.close()
    assert said == []
    assert [url for url in asked if not url.startswith(("data:", file.as_uri()))] == []


@pytest.mark.browser
def test_nothing_is_cut_off(projected):
    """At the bottom or at the side; only a half of a picture is a window on it."""
    spill = """() => [...document.querySelectorAll(".slide, .room")].filter(box =>
        box.scrollHeight > box.clientHeight + 1 || box.scrollWidth > box.clientWidth + 1
    ).map(box => box.closest(".slide").id)"""

    assert projected.evaluate(spill) == []


@pytest.mark.browser
def test_all_text_can_be_read_from_the_back(projected):
    small = """least => {
        const found = [], walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
        while (walk.nextNode()) {
            const inside = walk.currentNode.parentElement, text = walk.currentNode.data.trim();
            const size = parseFloat(getComputedStyle(inside).fontSize);
            if (text && inside.getClientRects().length && size < least) found.push([text, size]);
        }
        return found;
    }"""

    assert projected.evaluate(small, LEGIBLE) == []


@pytest.mark.browser
def test_each_slide_is_filled(projected):
    """What it shows spans a share of the room below its heading."""
    shares = """() => [...document.querySelectorAll(".slide")].map(slide => {
        const shown = [...slide.querySelectorAll(".room .half, .room .fit, .room > img")];
        const areas = shown.map(part => part.getBoundingClientRect());
        const sum = areas.reduce((total, box) => total + box.width * box.height, 0);
        return [slide.id, sum / (0.8 * innerWidth * innerHeight)];
    })"""
    found = projected.evaluate(shares)

    assert [(name, share) for name, share in found if share < FULL] == []


@pytest.mark.browser
def test_a_picture_is_as_large_as_its_room(projected):
    """It meets the room's width or its height; beside words, the height."""
    loose = """() => [...document.querySelectorAll(".picture")].filter(room => {
        const part = room.querySelector(".half") || room.querySelector("img");
        const box = part.getBoundingClientRect(), beside = room.closest(".beside");
        const free = [room.clientHeight - box.height, beside ? 9 : room.clientWidth - box.width];
        return Math.min(...free) > 2;
    }).map(room => room.closest(".slide").id)"""

    assert projected.locator(".picture img").count() > 5
    assert projected.evaluate(loose) == []


@pytest.mark.browser
def test_pictures_are_described_and_each_slide_says_whose_patients_they_are(projected):
    """A slide is photographed alone."""
    assert all(len(i.get_attribute("alt")) > 40 for i in projected.locator("img").all())
    for slide in projected.locator(".slide").all():
        slide.scroll_into_view_if_needed()
        label = slide.locator(".label")
        assert label.inner_text() == LABEL
        box = label.bounding_box()
        assert 0 <= box["y"] <= PROJECTOR["height"] - box["height"]


@pytest.mark.browser
def test_keys_turn_the_slides(projected):
    number = "Math.round(scrollY / innerHeight) + 1"
    count = projected.locator(".slide").count()
    for key, expected in (("ArrowRight", 2), ("PageDown", 3), ("ArrowLeft", 2), ("End", count)):
        projected.keyboard.press(key)
        assert projected.evaluate(number) == expected
    assert projected.url.endswith(f"#slide-{count}")


@pytest.mark.browser
def test_each_slide_prints_on_a_page_of_its_own(browser, file):
    """As a handout, from a screen that is larger than the page."""
    page = browser.new_page(viewport={"width": 1920, "height": 1080})
    page.goto(file.as_uri())
    printed = page.pdf(prefer_css_page_size=True, print_background=True)
    count = page.locator(".slide").count()
    page.close()

    assert len(re.findall(rb"/Type /Page\b", printed)) == count
