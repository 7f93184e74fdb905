"""The report in a real browser: search, links there and back, methods, keyboard, phone."""

import os
import shutil

import pytest
from reading_room import COHORT, LABEL, the_ledger, the_rows, write_outputs

from companion import report
from companion.pipeline.request import OUTPUT
from companion.report import slides

CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
QUIET = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)
WIDE, PHONE = {"width": 1280, "height": 900}, {"width": 375, "height": 800}
PARTS = (
    *("overview", "ledger", "what-if", "tables", "figures", "consistency", "notebooks"),
    *("data", "methods", "club"),
)
NUMBER = "text6_crs_by_blasts_p_value"

pytestmark = pytest.mark.browser
playwright = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not installed")


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    folder = write_outputs(tmp_path_factory.mktemp("site"))
    ledger = the_ledger()
    report.write(folder, ledger, the_rows(ledger), LABEL, COHORT)
    return (folder / "index.html").as_uri()


@pytest.fixture(scope="module")
def browser():
    if not os.access(CHROMIUM, os.X_OK):
        pytest.skip("there is no chromium; on Debian: apt-get install chromium")
    with playwright.sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=CHROMIUM, args=list(QUIET))
        yield opened
        opened.close()


@pytest.fixture(params=[WIDE, PHONE], ids=["desktop", "phone"])
def size(request):
    return request.param


@pytest.fixture
def visit(browser, address):
    """Open a part of the page; at the end, nothing was said on the console or asked for."""
    pages, said, asked = [], [], []

    def open_part(part="", size=WIDE, **options):
        page = browser.new_page(viewport=size, **options)
        page.set_default_timeout(5000)
        pages.append(page)
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on("request", lambda request: asked.append(request.url))
        page.goto(f"{address}#{part}")
        return page

    yield open_part
    for page in pages:
        page.close()
    assert said == []
    assert [
        url for url in asked if url != address and not url.startswith(("data:", f"{address}#"))
    ] == []


def shown_rows(page):
    return page.locator("#claims tr.claim:visible")


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize(("size", "scheme"), [(WIDE, "light"), (PHONE, "dark")])
def test_axe_finds_nothing_serious(visit, part, scheme, size):
    """WCAG as axe-core checks it: each part of the page, wide in light and narrow in dark."""
    page = visit(part, size, color_scheme=scheme)
    if part == "ledger":
        page.locator(f"#claim-{NUMBER} button").click()
    found = axe.Axe().run(page).response["violations"]
    serious = [v for v in found if v["impact"] in ("serious", "critical")]

    assert [(v["id"], v["nodes"][0]["html"][:200]) for v in serious] == []


@pytest.mark.parametrize("part", PARTS)
def test_a_phone_shows_each_part_without_scrolling_sideways(visit, part):
    page = visit(part, PHONE)
    if part == "ledger":
        page.locator(f"#claim-{NUMBER} button").click()

    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    assert page.locator(f"#{part}").is_visible()


def test_a_phone_breaks_no_number_into_two_lines(visit):
    """50.848 with a 1 on the next line is another number."""
    page = visit("data", PHONE)
    broken = page.locator("#data td.num").evaluate_all(
        """cells => cells.map(cell => {
            const range = document.createRange();
            range.selectNodeContents(cell);
            const tops = new Set([...range.getClientRects()].map(box => box.top));
            return [cell.textContent, tops.size];
        }).filter(([, lines]) => lines !== 1)"""
    )

    assert page.locator("#data td.num").count() > 0
    assert broken == []


def test_one_part_is_shown_at_a_time_and_the_first_is_the_overview(visit):
    page = visit()

    assert [p for p in PARTS if page.locator(f"#{p}").is_visible()] == ["overview"]
    page.get_by_role("navigation").get_by_role("link", name="What if").click()
    assert [p for p in PARTS if page.locator(f"#{p}").is_visible()] == ["what-if"]


def test_searching_keeps_the_claims_that_have_every_word(visit, size):
    page = visit("ledger", size)
    every = len(the_ledger().claims)

    assert shown_rows(page).count() == every
    page.get_by_role("searchbox").fill("relapse MRD")
    found = shown_rows(page).all_inner_texts()
    assert 0 < len(found) < every
    assert page.get_by_role("status").first.inner_text() == f"{len(found)} of {every} claims"
    page.get_by_role("button", name="Show all").click()
    page.wait_for_function(f"document.getElementById('shown').textContent === '{every} claims'")
    assert shown_rows(page).count() == every


@pytest.mark.parametrize(
    ("field", "choice", "expected"),
    [
        ("part", "Abstract", lambda c, r: c.part == "Abstract"),
        ("verdict", "mismatch", lambda c, r: r.verdict == "mismatch"),
        ("basis", "constructed", lambda c, r: r.basis == "constructed"),
        ("measure", "crs", lambda c, r: c.measure == "crs"),
    ],
)
def test_filters_show_the_claims_of_a_place_verdict_basis_or_measure(
    visit, field, choice, expected
):
    page = visit("ledger")
    page.locator(f"select[name={field}]").select_option(choice)
    claims = the_ledger().claims
    wanted = [r.claim for r in the_rows(the_ledger()) if expected(claims[r.claim], r)]

    assert wanted
    ids = shown_rows(page).evaluate_all("rows => rows.map(row => row.id)")
    assert ids == [f"claim-{c}" for c in wanted]


def test_an_explanation_leads_to_its_cell_and_the_cell_back_to_it(visit, size):
    page = visit("ledger", size)
    row, why = page.locator("#claim-text6_crs_n"), page.locator("#why-text6_crs_n")
    assert not why.is_visible()
    row.get_by_role("button").click()
    assert why.is_visible()

    why.get_by_role("link", name="cell 2").click()
    cell = page.locator("#notebook-2-efficacy-cell-2")
    assert cell.is_visible()
    cell.locator("a[href='#claim-text6_crs_n']").click()
    assert why.is_visible()


def test_an_explanation_leads_to_the_result_the_patients_and_the_premises(visit):
    page = visit("claim-text6_crs_n")
    why = page.locator("#why-text6_crs_n")
    why.locator("a[href='#result-crs-n']").click()
    result = page.locator("#result-crs-n")
    assert result.is_visible()
    result.locator("a[href='#claim-text6_crs_n']").click()
    patient = why.locator("a[href^='#patient-']").first
    name = patient.inner_text()
    patient.click()
    assert page.locator(f"#patient-{name}").is_visible()
    page.go_back()
    assert why.is_visible()


def test_a_link_to_a_claim_that_is_filtered_out_shows_it(visit):
    page = visit("ledger")
    page.locator("select[name=verdict]").select_option("mismatch")
    page.evaluate(f"location.hash = 'claim-{NUMBER}'")

    page.locator(f"#why-{NUMBER}").wait_for(state="visible")


def test_a_finding_on_the_overview_leads_to_its_explanation(visit, size):
    page = visit("overview", size)
    page.locator(".findings a[href='#claim-table1_crs_g12_percent']").click()

    assert "45.7" in page.locator("#why-table1_crs_g12_percent").inner_text()


def test_a_count_on_the_overview_leads_to_these_claims(visit):
    page = visit("overview")
    page.locator(".counts").get_by_role("link", name="mismatch").click()

    wrong = [r for r in the_rows(the_ledger()) if r.verdict == "mismatch"]
    assert shown_rows(page).count() == len(wrong)


def test_another_method_changes_what_prints_so(visit, size):
    """The printed P value is that of the chi-squared test with Yates' correction."""
    page = visit("what-if", size)
    row = page.locator("[data-variants=tests] tr").filter(
        has=page.locator(f"a[href='#claim-{NUMBER}']")
    )
    assert row.locator(".badge").inner_text() == "yes"
    before = page.locator("#agreement").inner_text()
    page.get_by_label("Test of two proportions").select_option("fisher")
    assert (row.locator(".value").inner_text(), row.locator(".badge").inner_text()) == (
        "0.0078",
        "no",
    )
    assert page.locator("#agreement").inner_text() != before
    page.get_by_role("button", name="As inferred").click()
    page.wait_for_function(f"document.getElementById('agreement').textContent === {before!r}")


def test_the_keyboard_alone_reads_an_explanation(visit):
    page = visit()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    for _ in range(len(PARTS) + 2):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.hash") == "#ledger":
            break
    page.keyboard.press("Enter")
    page.wait_for_function("document.activeElement.id === 'ledger-title'")
    for _ in range(12):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.className") == "token":
            break
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.getAttribute('aria-expanded')") == "true"
    page.keyboard.press("Tab")
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.getAttribute('aria-expanded')") == "false"


def test_light_and_dark_can_be_switched(visit):
    page = visit(color_scheme="light")
    color = "getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(color)
    page.get_by_role("button", name="Dark").click()

    assert page.evaluate(color) != light
    page.get_by_role("button", name="Light").click()
    assert page.evaluate(color) == light


def test_without_scripts_everything_is_there(visit):
    page = visit(java_script_enabled=False)

    assert all(page.locator(f"#{part}").is_visible() for part in PARTS)
    assert page.locator(f"#why-{NUMBER}").is_visible()


def test_print_shows_every_part(visit):
    page = visit()
    page.emulate_media(media="print")

    assert all(page.locator(f"#{part}").is_visible() for part in PARTS)
    assert not page.get_by_role("navigation").is_visible()


def test_a_hostile_notebook_runs_nothing(visit):
    page = visit("notebooks")
    page.on("dialog", lambda dialog: pytest.fail(dialog.message))

    assert "<script>alert(1)</script>" in page.locator("#notebooks").inner_text()


def test_the_first_view_is_there_within_a_second(visit):
    """Issue E, point 8: from disk, to the first contentful paint."""
    page = visit()
    page.locator("#overview-title").wait_for(state="visible")
    page.wait_for_function("performance.getEntriesByName('first-contentful-paint').length")
    painted = page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime")

    assert painted < 1000


SMALLEST = 9  # pixels of text on a projector's 1280 x 720


@pytest.fixture(scope="module")
def deck(browser, tmp_path_factory):
    """The slides of the committed build; at the end, nothing else was asked for."""
    path = tmp_path_factory.mktemp("slides") / "slides.html"
    count = slides.write(OUTPUT, path, LABEL)
    page = browser.new_page(viewport={"width": 1280, "height": 720})
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(path.as_uri())
    assert page.locator("section").count() == count > 30
    yield page
    page.close()
    assert [url for url in asked if not url.startswith(("data:", path.as_uri()))] == []


def test_every_slide_fits_the_projector_and_can_be_read(deck):
    found = deck.evaluate(
        """[...document.querySelectorAll("section")].map(slide => {
            const room = slide.querySelector(".room").getBoundingClientRect();
            const fit = slide.querySelector(".fit"), box = fit.getBoundingClientRect();
            const over = box.width && (box.bottom > room.bottom + 1 || box.right > room.right + 1
                || box.left < room.left - 1);
            const prose = slide.scrollHeight > slide.clientHeight + 1;
            const scale = box.width / fit.offsetWidth || 1;
            const cells = [...fit.querySelectorAll("td, p")];
            const sizes = cells.map(cell => scale * parseFloat(getComputedStyle(cell).fontSize));
            return [slide.id, !!over || prose, Math.min(99, ...sizes)];
        })"""
    )

    assert [name for name, over, _ in found if over] == []
    assert [(name, size) for name, _, size in found if size < SMALLEST] == []


def test_pictures_on_slides_are_described_and_each_slide_says_whose_patients_they_are(deck):
    alts = deck.eval_on_selector_all("img", "all => all.map(image => image.alt)")

    assert len(alts) >= 8
    assert all(len(alt) > 40 for alt in alts)
    assert deck.locator("section .label").count() == deck.locator("section").count()


def test_slides_go_by_keyboard(deck):
    deck.keyboard.press("Home")
    for key, at in (("ArrowRight", 2), (" ", 3), ("ArrowLeft", 2), ("End", None)):
        deck.keyboard.press(key)
        deck.wait_for_timeout(100)
        if at:
            assert deck.evaluate("location.hash") == f"#slide-{at}"
    assert deck.evaluate("location.hash") == f"#slide-{deck.locator('section').count()}"


def test_a_folder_without_notebooks_makes_no_slides(tmp_path):
    with pytest.raises(ValueError, match="no executed notebooks; `make` writes them"):
        slides.write(tmp_path, tmp_path / "slides.html")
