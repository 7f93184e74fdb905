"""The report in a real browser: search, links there and back, methods, keyboard, phone."""

import re

import pytest
from barriers import SEEN, barriers
from reading_room import real_outputs, the_ledger, the_rows, write_outputs, write_page

WIDE, PHONE = {"width": 1280, "height": 900}, {"width": 375, "height": 800}
PARTS = (
    *("overview", "ledger", "what-if", "tables", "figures", "consistency", "sources"),
    *("notebooks", "data", "methods", "club"),
)
NUMBER = "text6_crs_by_blasts_p_value"

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def addresses(tmp_path_factory):
    """The page of a small, partly hostile folder of outputs, and that of the article."""
    small = write_page(write_outputs(tmp_path_factory.mktemp("site")))
    real = real_outputs(tmp_path_factory.mktemp("real"))
    return {"small": small.as_uri(), "real": (real / "index.html").as_uri()}


@pytest.fixture(params=[WIDE, PHONE], ids=["desktop", "phone"])
def size(request):
    return request.param


@pytest.fixture(scope="module")
def tabs(browser, addresses):
    """A tab for each page, where no scrolling goes on after a call that asked for it."""
    opened = {site: browser.new_page(reduced_motion="reduce") for site in addresses}
    for page in opened.values():
        page.said, page.asked = [], []
        page.on("console", lambda message, page=page: page.said.append(message.text))
        page.on("pageerror", lambda error, page=page: page.said.append(str(error)))
        page.on("request", lambda request, page=page: page.asked.append(request.url))
    yield opened
    for page in opened.values():
        page.close()


@pytest.fixture
def visit(tabs, addresses):
    """Show the page at a part; at the end, nothing was said on the console or asked for.

    A load takes a second. A page that is open is shown at an address without filters, order and
    open rows, which is the page as it opens; a test that does more to it stands last in this file.
    """

    def show(part="", size=WIDE, site="small"):
        page = tabs[site]
        page.set_viewport_size(size)
        page.emulate_media(media="screen", color_scheme="light")
        if page.url.startswith(addresses[site]):
            page.evaluate("location.hash = 'main'")  # so that the next address is another one
            page.evaluate(f"location.hash = '{part}?'")
            page.wait_for_function("history.state === 'saved'")
        else:
            page.said.clear()
            page.asked.clear()
            page.goto(f"{addresses[site]}#{part}")
        return page

    yield show
    own = ("data:", *addresses.values())
    said = [text for page in tabs.values() for text in page.said]
    foreign = [u for page in tabs.values() for u in page.asked if not u.startswith(own)]
    assert (said, foreign) == ([], [])


def shown_rows(page):
    return page.locator("#claims tr.claim:visible")


def turn_to(page, part):
    """Show another part of an open page; in the ledger with an explanation."""
    page.evaluate(f"location.hash = '{part}'")
    page.locator(f"#{part}").wait_for(state="visible")
    if part == "ledger":
        page.evaluate(f"location.hash = 'claim-{NUMBER}'")
        page.locator(f"#why-{NUMBER}").wait_for(state="visible")


# A walk through the texts of the part that is shown, and of what is around all parts.
TEXTS = """document.createTreeWalker(document.body, NodeFilter.SHOW_ALL, (node) => {
    if (node.nodeType === Node.TEXT_NODE) return NodeFilter.FILTER_ACCEPT;
    const away = node.matches && node.matches("main > section:not(.current)");
    return away ? NodeFilter.FILTER_REJECT : NodeFilter.FILTER_SKIP;
})"""
BROKEN = """() => {
    const found = [], walk = TEXTS;
    while (walk.nextNode()) {
        const text = walk.currentNode, range = document.createRange();
        for (const match of text.data.matchAll(/\\d–\u2060?\\d/g)) {
            range.setStart(text, match.index);
            range.setEnd(text, match.index + match[0].length);
            const tops = [...range.getClientRects()].map(box => Math.round(box.top));
            if (new Set(tops).size > 1) found.push(text.data);
        }
    }
    for (const cell of document.querySelectorAll("#tables td")) {
        const range = document.createRange();
        range.selectNodeContents(cell);
        const tops = [...range.getClientRects()].map(box => Math.round(box.top));
        const whole = cell.querySelector("a") && !cell.querySelector("wbr");
        if (whole && new Set(tops).size > 1) found.push(cell.textContent);
    }
    return found;
}""".replace("TEXTS", TEXTS)
CUT = """() => {
    const found = [], walk = TEXTS;
    while (walk.nextNode()) {
        const text = walk.currentNode, range = document.createRange();
        if (text.parentElement.closest("code, pre, a[href^=http], .hidden, script")) continue;
        for (const match of text.data.matchAll(/[A-Za-z0-9.,%]+/g)) {
            range.setStart(text, match.index);
            range.setEnd(text, match.index + match[0].length);
            const tops = [...range.getClientRects()].map(box => Math.round(box.top));
            if (new Set(tops).size > 1) found.push(match[0]);
        }
    }
    return found;
}""".replace("TEXTS", TEXTS)
WIDTH = "document.documentElement.scrollWidth"
OVER = """() => [...document.querySelectorAll("#claims .badge")].filter((badge) =>
    badge.getBoundingClientRect().right > badge.closest("td").getBoundingClientRect().right
).map((badge) => badge.textContent)"""


@pytest.fixture(scope="module")
def on_a_phone(tabs, addresses):
    """What each part of a page looks like on a phone: its width, broken intervals, cut words.

    Takes 4 seconds: 11 parts of two pages are laid out, and each number of one is measured.
    """
    found = {}
    for site, scripts in (("small", [WIDTH]), ("real", [WIDTH, BROKEN, CUT])):
        page = tabs[site]
        page.set_viewport_size(PHONE)
        page.goto(addresses[site])
        for part in PARTS:
            turn_to(page, part)
            found[site, part] = [page.evaluate(script) for script in scripts]
    return found


@pytest.mark.parametrize("site", ["small", "real"])
def test_a_phone_shows_each_part_without_scrolling_sideways(on_a_phone, site):
    widths = {part: on_a_phone[site, part][0] for part in PARTS}

    assert {part: width for part, width in widths.items() if width > PHONE["width"]} == {}


def test_a_phone_breaks_no_interval_at_its_dash(on_a_phone):
    """[20–50] with 50 on the next line is read as two numbers."""
    assert {part: found for part in PARTS if (found := on_a_phone["real", part][1])} == {}


@pytest.mark.parametrize(
    "part", ["overview", "ledger", "what-if", "tables", "sources", "data", "club"]
)
def test_a_phone_cuts_no_word_in_two(on_a_phone, part):
    assert on_a_phone["real", part][2] == []


def test_a_phone_keeps_each_verdict_inside_its_cell(visit):
    """The longest, unchecked, stood out of the table."""
    page = visit("ledger", PHONE, "real")

    assert page.locator("#claims .badge").count() > 0
    assert page.evaluate(OVER) == []


def test_a_phone_shows_what_to_search_for_whole(visit):
    """The example in the empty field ended after its second word."""
    box = visit("ledger", PHONE).get_by_role("searchbox")
    room = box.evaluate(
        """box => {
            const style = getComputedStyle(box);
            const pen = document.createElement("canvas").getContext("2d");
            pen.font = style.font;
            const padding = parseFloat(style.paddingLeft) + parseFloat(style.paddingRight);
            return box.clientWidth - padding - pen.measureText(box.placeholder).width;
        }"""
    )

    assert room >= 0


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
    page.locator("#what-if").wait_for(state="visible")
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


def test_filters_show_the_claims_of_a_place_verdict_basis_or_measure(visit):
    page, claims, rows = visit("ledger"), the_ledger().claims, the_rows(the_ledger())
    for field, choice, expected in (
        ("part", "Abstract", lambda c, r: c.part == "Abstract"),
        ("verdict", "mismatch", lambda c, r: r.verdict == "mismatch"),
        ("basis", "constructed", lambda c, r: r.basis == "constructed"),
        ("measure", "crs", lambda c, r: c.measure == "crs"),
    ):
        page.locator(f"select[name={field}]").select_option(choice)
        wanted = [f"claim-{r.claim}" for r in rows if expected(claims[r.claim], r)]

        assert wanted
        assert shown_rows(page).evaluate_all("rows => rows.map(row => row.id)") == wanted
        page.locator(f"select[name={field}]").select_option("")


def test_an_explanation_leads_to_its_cell_and_the_cell_back_to_it(visit):
    page = visit("ledger")
    row, why = page.locator("#claim-text6_crs_n"), page.locator("#why-text6_crs_n")
    assert not why.is_visible()
    row.get_by_role("button").click()
    assert why.is_visible()

    aim = why.locator("a[href^='#notebook-']").first.get_attribute("href")[1:]
    follow(follow(why, aim), "claim-text6_crs_n")
    assert why.is_visible()


def test_an_explanation_leads_to_the_result_the_patients_and_the_premises(visit):
    page = visit("claim-text6_crs_n")
    why = page.locator("#why-text6_crs_n")
    follow(follow(why, "result-crs-n"), "claim-text6_crs_n")
    follow(why, why.locator("a[href^='#patient-']").first.get_attribute("href")[1:])
    back(page, "claim-text6_crs_n")
    why.wait_for(state="visible")


def follow(scope, aim):
    """Click the first link to an id; return what it leads to, which is then to be seen."""
    scope.locator(f"a[href='#{aim}']").first.click()
    found = scope.page.locator(f"[id='{aim}']")
    found.wait_for(state="visible")
    return found


def back(page, aim):
    """Go back, and wait until the browser is there."""
    page.go_back()
    page.wait_for_function(f"location.hash.startsWith('#{aim}')")


def test_a_number_of_a_table_leads_to_patients_and_back(visit):
    """Number, claim, explanation, notebook cell, data row, and back, as built; on a phone."""
    page = visit("table-table-1b-adverse-events", PHONE, "real")
    table, why = page.locator("#tables"), page.locator("#why-table1_crs_g12_n")
    follow(table, "claim-table1_crs_g12_n")
    name = why.locator("a[href^='#notebook-3-safety-cell']").get_attribute("href")[1:]
    cell = follow(why, name)
    follow(cell, "claim-table1_crs_g12_n")
    result = follow(why, "result-crs_g12-n")
    follow(result, name)
    back(page, "result-crs_g12-n")
    follow(result, "claim-table1_crs_g12_n")
    patient = why.locator("a[href^='#patient-']").first.get_attribute("href")[1:]
    follow(why, patient)
    follow(page.locator(".patients"), "feeds-crs_grade")
    follow(page.locator(".feeds"), "claim-table1_crs_g12_n")
    follow(why, "table-table-1b-adverse-events")


def test_a_figure_leads_to_the_claims_that_it_shows_and_back(visit):
    page = visit("figure-figure-1b-overall-survival", PHONE, "real")
    figure = page.locator("#figure-figure-1b-overall-survival")
    figure.get_by_text("Its numbers as a table").click()
    follow(figure, "claim-text5_os_12m_estimate")
    why = page.locator("#why-text5_os_12m_estimate")
    follow(why, "column-os_time")
    back(page, "claim-text5_os_12m_estimate")
    follow(why, "figure-figure-1b-overall-survival")


def test_a_link_to_a_claim_that_is_filtered_out_shows_it(visit):
    page = visit("ledger")
    page.locator("select[name=verdict]").select_option("mismatch")
    page.evaluate(f"location.hash = 'claim-{NUMBER}'")

    page.locator(f"#why-{NUMBER}").wait_for(state="visible")


def test_a_finding_on_the_overview_leads_to_its_explanation(visit, size):
    page = visit("overview", size)
    page.locator(".found a[href='#claim-table1_crs_g12_percent']").click()

    assert "45.7" in page.locator("#why-table1_crs_g12_percent").inner_text()


def test_a_count_on_the_overview_leads_to_these_claims(visit):
    page = visit("overview")
    page.locator(".counts").get_by_role("link", name="mismatch").click()
    page.locator("#ledger").wait_for(state="visible")

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


def test_light_and_dark_can_be_switched(visit):
    page = visit()
    color = "getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(color)
    page.get_by_role("button", name="Dark").click()

    assert page.evaluate(color) != light
    page.get_by_role("button", name="Light").click()
    assert page.evaluate(color) == light


def test_without_scripts_everything_is_there(browser, addresses):
    with browser.new_page(java_script_enabled=False) as page:
        page.goto(addresses["small"])

        assert all(page.locator(f"#{part}").is_visible() for part in PARTS)
        assert page.locator(f"#why-{NUMBER}").is_visible()


def test_print_gives_a_short_report_with_the_answers(visit):
    """What was found, tables, figures and the journal club; the ledger stays on the screen."""
    page = visit(site="real")
    pages = re.findall(rb"/Type /Page\b", page.pdf(prefer_css_page_size=True))
    page.emulate_media(media="print")
    printed = ("overview", "tables", "figures", "club")

    assert len(pages) <= 15
    assert [part for part in PARTS if page.locator(f"#{part}").is_visible()] == list(printed)
    assert not page.get_by_role("navigation").is_visible()


def test_a_search_finds_words_in_any_order_hyphens_for_dashes_and_synonyms(visit):
    page = visit("ledger")
    for wanted, found in (
        ("mrd relapse", "text5_relapse_mrd_n"),
        ("grade 1-2 syndrome", "table1_crs_g12_n"),
        ("neurotoxicity", "text6_icans_n"),
        ("p value blasts", NUMBER),
    ):
        page.get_by_role("searchbox").fill(wanted)

        assert page.locator(f"#claim-{found}").is_visible(), wanted
        assert 0 < shown_rows(page).count() < 40, wanted


def test_a_search_without_a_result_says_what_to_try(visit):
    page = visit("ledger")
    assert not page.locator("#nothing").is_visible()
    page.get_by_role("searchbox").fill("zzz")
    page.locator("#nothing").get_by_role("button", name="show all").click()
    page.wait_for_function("document.getElementById('nothing').hidden")

    assert shown_rows(page).count() == len(the_ledger().claims)


def test_a_heading_sorts_the_ledger_and_restores_the_order_of_the_article(visit):
    page = visit("ledger")
    ids = "rows => rows.map(row => row.id)"
    before = shown_rows(page).evaluate_all(ids)
    page.get_by_role("button", name="What and where").click()
    labels = page.locator("#claims .what").all_inner_texts()
    assert labels == sorted(labels, key=str.lower)
    assert page.locator("th[aria-sort=ascending]").inner_text().startswith("What")
    page.get_by_role("button", name="What and where").click()

    assert shown_rows(page).evaluate_all(ids) == before


def copied(page, button):
    """What a press of a button puts on the clipboard: text, and HTML."""
    page.evaluate(
        "addEventListener('copy', event => { window.copied = ['text/plain', 'text/html']"
        ".map(type => event.clipboardData.getData(type)); })"
    )
    button.click()
    return page.evaluate("window.copied")


def test_a_table_is_copied_as_rows_and_cells_without_invisible_marks(visit):
    page = visit("tables", site="real")
    figure = page.locator("#table-table-1a-efficacy")
    text, html = copied(page, figure.get_by_role("button", name="Copy table"))
    rows = [line.split("\t") for line in text.splitlines() if "\t" in line]

    assert "\u2060" not in text + html
    assert "<table" in html
    assert {len(row) for row in rows} == {2}
    assert any("33 (94%)" in row[1] for row in rows)


def test_a_claim_a_question_and_a_figure_have_a_link_and_a_citation_to_copy(visit):
    page = visit("claim-text6_crs_n", site="real")
    for part, name in (
        ("ledger", "why-text6_crs_n"),
        ("overview", "question-fever_in_crs"),
        ("figures", "figure-figure-1b-overall-survival"),
    ):
        turn_to(page, part)
        button = page.locator(f"#{name}").get_by_role("button", name=re.compile("^Copy"))
        text, _ = copied(page, button)

        assert "10.1186/s13045-024-01597-8" in text
        assert text.rstrip().endswith(f"#{name.replace('why', 'claim')}")


def test_a_phone_shows_every_figure_whole(visit):
    """No data point is off the side; a press makes a figure as large as it was drawn."""
    page = visit("figures", PHONE, "real")
    wide = """() => [...document.querySelectorAll("#figures .scroll")]
        .filter(box => box.scrollWidth > box.clientWidth + 1).length"""

    assert page.evaluate(wide) == 0
    page.get_by_role("button", name="Enlarge").first.click()
    assert page.evaluate(wide) == 1


def test_a_press_on_a_figure_enlarges_it_on_a_phone_where_it_was_pressed(visit):
    """Its marks, too small to press, lead to their numbers once it is large."""
    page = visit("figures", PHONE, "real")
    box = page.locator("#figure-figure-ledger .paper")
    mark = box.locator("a").last

    mark.click(force=True)
    assert page.url.partition("?")[0].endswith("#figures")
    assert box.evaluate("box => box.scrollLeft") > 0
    mark.click(force=True)
    page.wait_for_function("!location.hash.startsWith('#figures')")


def test_a_phone_shows_the_table_of_adverse_events_whole(visit):
    """No column is off the side, with the printed number beside the one that follows."""
    page = visit("table-table-1b-adverse-events", PHONE, "real")
    box = page.locator("#table-table-1b-adverse-events .scroll")

    assert box.evaluate("box => box.scrollWidth - box.clientWidth") == 0


def test_a_hostile_notebook_runs_nothing(visit):
    page = visit("notebooks")
    page.on("dialog", lambda dialog: pytest.fail(dialog.message))

    assert "<script>alert(1)</script>" in page.locator("#notebooks").inner_text()


# --- tests that leave a page other than it opens


def test_the_keyboard_alone_reads_an_explanation(visit):
    page = visit()
    page.reload()  # so that nothing has the focus
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


def view(page):
    """What a reader sees of the ledger, and where."""
    return {
        "rows": shown_rows(page).count(),
        "first": shown_rows(page).first.get_attribute("id"),
        "open": page.locator("#claims tr.why:visible").count(),
        "theme": page.evaluate("document.documentElement.dataset.theme"),
        "scroll": page.evaluate("Math.round(scrollY)"),
    }


def test_the_address_keeps_filters_order_open_rows_theme_and_place(visit):
    """It survives a reload, the way back from another part, and being sent to somebody."""
    page = visit("ledger")
    page.locator("select[name=part]").select_option("Text")
    page.get_by_role("button", name="Verdict").click()
    page.locator("#claim-text6_crs_n").get_by_role("button").click()
    page.get_by_role("button", name="Dark").click()
    page.evaluate("scrollTo(0, 300)")
    page.wait_for_function("location.hash.includes('y=300')")
    seen, address = view(page), page.url
    assert seen["open"] == 1
    assert seen["theme"] == "dark"

    page.reload()
    page.locator("#claim-text6_crs_n").wait_for(state="visible")
    assert view(page) == seen
    link = page.locator("#why-text6_crs_n a[href^='#result-']").first
    link.scroll_into_view_if_needed()
    left = view(page)
    link.click()
    page.locator("#data").wait_for(state="visible")
    page.go_back()
    page.locator("#claim-text6_crs_n").wait_for(state="visible")
    assert view(page) == left
    page.goto("about:blank")
    page.goto(address)
    page.locator("#claim-text6_crs_n").wait_for(state="visible")
    assert view(page) == seen


# Of neighbors that differ in nothing but their text, axe sees the first alone.
THIN = """(opened) => {
    const kept = `h1, h2, h3, h4, td, th, .gt_group_heading_row, ${opened}`;
    const valued = ["aria-expanded", "class", "hidden", "open", "role", "scope", "style", "type"];
    function form(element) {
        const forms = new Set();
        for (const child of [...element.children]) {
            const its = form(child), repeated = forms.has(its);
            if (repeated && !child.matches(kept) && !child.querySelector(opened)) child.remove();
            forms.add(its);
        }
        const texts = [...element.childNodes].filter((node) => node.nodeType === Node.TEXT_NODE);
        const attributes = [...element.attributes].map(({ name, value }) =>
            valued.includes(name) && !element.ownerSVGElement ? `${name}=${value}` : name);
        return JSON.stringify([element.tagName, attributes.sort(), [...forms],
            texts.some((text) => text.data.trim())]);
    }
    form(document.body);
}"""
ALONE = """() => {
    window.away = [...document.querySelectorAll("main > section:not(.current)")];
    away.forEach((part) => part.remove());
}"""
TOGETHER = "document.querySelector('main').append(...away)"


def test_axe_finds_nothing(visit):
    """WCAG as axe-core checks it: each part of the page, wide in light and narrow in dark.

    Takes 6 seconds: 22 looks at the page of the article.
    """
    page, found = visit(f"claim-{NUMBER}", site="real"), {}
    page.evaluate(THIN, f"#claim-{NUMBER}, #why-{NUMBER}")
    for part in PARTS:
        turn_to(page, part)
        assert page.locator("h1:visible").count() == 1
        page.evaluate(ALONE)  # what is hidden costs axe most of its time
        for size, scheme, rules in ((WIDE, "light", None), (PHONE, "dark", SEEN)):
            page.set_viewport_size(size)
            page.emulate_media(color_scheme=scheme)
            found[part, scheme] = barriers(page, rules)
        page.evaluate(TOGETHER)

    assert {part: faults for part, faults in found.items() if faults} == {}
