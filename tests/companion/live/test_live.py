"""The live page in a browser: numbercheck's own answers, without a network."""

import csv
import functools
import http.server
import json
import random
import re
import shutil
import threading
import zipfile
from urllib.parse import unquote

import pytest
from article import LEDGER
from barriers import SEEN, barriers
from called import called
from openpyxl import Workbook
from places import ROOT

from companion.errors import CompanionError
from companion.live import write_live_page
from numbercheck.browser import judge
from numbercheck.report.journal_club import read_journal_club
from numbercheck.words import SIGNS

pytestmark = pytest.mark.browser
PUBLISHED, EXAMPLE = ROOT / "data" / "published", ROOT / "data" / "examples" / "two-arm"
DOCUMENT = ROOT / "outputs" / "consistency.json"
CRS = "table1_crs_g12_percent"
EXERCISE = read_journal_club(PUBLISHED, LEDGER).exercises[0]
LARGEST = 10e6  # bytes
ALERT = "<img src=x onerror=window.hit=1>"


@pytest.fixture(scope="session")
def folder(tmp_path_factory):
    """Build the page once, in 2 seconds; without npm or its registry, say what is missing."""
    work = tmp_path_factory.mktemp("live")
    try:
        write_live_page(PUBLISHED, EXAMPLE, DOCUMENT, work)
    except CompanionError as error:
        pytest.skip(str(error))
    return work


@pytest.fixture(scope="session")
def kept(browser, folder):
    """Open the page from disk once, without any network, by the link of an exercise.

    Python starts in it, which takes 5 seconds.
    """
    with browser.new_context(offline=True, viewport={"width": 1280, "height": 720}) as context:
        page = context.new_page()
        page.errors, page.requests = [], []
        page.on("pageerror", lambda error: page.errors.append(str(error)))
        page.on("request", lambda request: page.requests.append(request.url))
        page.goto(f"{(folder / 'index.html').as_uri()}#edits={EXERCISE.edits}")
        page.wait_for_selector("html[data-article=ready]", timeout=60_000)
        page.linked = page.evaluate("[article.edits.printed, article.edits.drop]")
        page.linked += [page.inner_text(f'#article [data-claim="{EXERCISE.claim}"]')]
        yield page


# To judge the article anew takes a third of a second, so only a changed one is.
PRISTINE = """async () => {
    if (article.past.length) await article.reset();
    article.past = [];
    article.draw();
}"""


@pytest.fixture
def page(kept):
    """Give the page as it was opened: the article as printed."""
    kept.evaluate(PRISTINE)
    kept.click("[data-tab=article]")
    return kept


def edit(page, claim, text):
    """Change a number in place, as a reader does."""
    page.click(f'#article [data-claim="{claim}"]')
    page.fill(".chips .field input", text)
    page.keyboard.press("Enter")


def open_own(page, chooser, path):
    """Give the page a ledger of one's own, and wait until it is shown."""
    page.click("[data-tab=own]")
    page.evaluate("window.own = null")
    if path is None:
        page.click(chooser)
    else:
        page.set_input_files(chooser, path)
    page.wait_for_function("window.own && own.ledger")


def test_one_file_asks_nothing_of_anybody(kept, folder):
    """The page, its Python and the ledgers are one file that opens from disk."""
    outside = [url for url in kept.requests if not url.startswith(("blob:", "data:"))]

    assert [url.partition("#")[0] for url in outside] == [(folder / "index.html").as_uri()]
    assert kept.errors == []
    assert (folder / "index.html").stat().st_size <= LARGEST


def test_the_first_screen_says_what_was_found(page):
    """The count of each verdict, and every finding, which leads to its number."""
    found = json.loads(called("numbercheck", "audit", "--json", cwd=ROOT).stdout)["verdicts"]
    found = [v for v in found if v["claim"] in LEDGER.claims]
    wrong = [v["claim"] for v in found if v["verdict"] == "mismatch"]
    summary = page.locator("#article .summary")

    told = summary.inner_text().replace("\N{NO-BREAK SPACE}", " ")
    follow = sum(v["basis"] == "arithmetic" and v["verdict"] == "match" for v in found)
    assert f"✓ {follow} follow from other printed numbers" in told
    assert f"✗ {len(wrong)} contradict them" in told
    assert summary.get_by_role("button").count() == len(wrong)
    assert summary.bounding_box()["y"] + summary.bounding_box()["height"] < 720
    summary.get_by_role("button", name="45%").click()
    assert page.evaluate("document.activeElement.dataset.claim") == CRS
    edit(page, CRS, "46%")
    page.wait_for_function("article.past.length")
    assert summary.get_by_role("button").count() == len(wrong) - 1


def test_a_static_server_serves_it_as_well(browser, folder):
    """Any host of files will do: what starts Python from a disk starts it here.

    Python itself starts in five seconds, and knows nothing of where its page came from.
    """
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=str(folder))
    handler.log_message = lambda *_: None
    with (
        http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server,
        browser.new_page() as page,
    ):
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{server.server_port}/index.html"
        asked = []
        page.on("request", lambda request: asked.append(request.url))
        with page.expect_worker():
            page.goto(address)
        server.shutdown()
    asked = {url for url in asked if not url.startswith(("blob:", "data:"))}

    assert asked <= {address, address.replace("index.html", "favicon.ico")}


def test_a_link_opens_the_page_with_its_change(kept):
    """The page of these tests was opened by the link of the journal club's first exercise."""
    printed, dropped, shown = kept.linked

    assert (printed, dropped) == ({EXERCISE.claim: EXERCISE.printed}, [EXERCISE.drop])
    assert EXERCISE.printed in shown


def test_the_address_carries_the_changes(page):
    """A teacher makes a change and sends the address."""
    edit(page, CRS, "46%")
    page.wait_for_selector(".movements li")

    assert json.loads(unquote(page.url.partition("#edits=")[2])) == {"printed": {CRS: "46%"}}


def test_random_edits_get_the_answers_of_the_command_line(page):
    """Fifty, ten at a time; the documents agree to the byte, their keys sorted.

    Takes 3 seconds: each of the 5 documents judges every claim, once by either Python.
    """
    edits = [some_edits(random.Random(seed)) for seed in range(5)]  # noqa: S311 - no secret
    folder = page.evaluate("article.folder")
    ask = """async ([folder, all]) => { const texts = [];
      for (const edits of all) texts.push((await python.ask("judge", { folder, edits })).text);
      return texts; }"""
    here = [json.loads(text) for text in page.evaluate(ask, [folder, edits])]

    assert sum("verdicts" in answer for answer in here) > 2
    for answer, each in zip(here, edits, strict=True):
        ours = json.loads(judge(str(PUBLISHED), json.dumps(each)))
        assert json.dumps(answer, sort_keys=True) == json.dumps(ours, sort_keys=True)


def some_edits(draw):
    """Draw ten edits together."""
    drawn = [one_edit(draw) for _ in range(10)]
    parts = {}
    for name in ("printed", "methods", "levels"):
        parts[name] = {k: v for each in drawn for k, v in each.get(name, {}).items()}
    return parts | {"drop": sorted({slug for each in drawn for slug in each.get("drop", [])})}


def one_edit(draw):
    """Draw an edit: one to three numbers printed otherwise, perhaps more."""
    numbers = [c for c in LEDGER.claims.values() if re.search(r"\d", c.printed)]
    chosen = draw.sample(numbers, draw.randint(1, 3))
    changed = {c.claim: re.sub(r"\d", lambda _: str(draw.randint(0, 9)), c.printed, count=1)
               for c in chosen}  # fmt: skip
    edits = {"printed": changed}
    if draw.random() < 0.3:
        family = draw.choice(list(LEDGER.families.values()))
        edits["methods"] = {family.family: draw.choice(family.methods)}
    if draw.random() < 0.2:
        edits["levels"] = {"proportion_interval": draw.choice(["0.9", "99", "80%"])}
    if draw.random() < 0.3:
        edits["drop"] = [draw.choice(numbers).claim]
    return edits


def test_each_number_says_which_statistic_it_is_and_the_signs_are_explained(page):
    """Two quartiles of one measure would else look alike."""
    told = page.inner_text("#article .chips")

    assert "Follow-up, lower quartile" in told
    assert "Follow-up, upper quartile" in told
    assert all(
        f"{sign}\N{NO-BREAK SPACE}" in page.inner_text("#article .summary")
        for sign in SIGNS.values()
    )
    assert ">=" not in told


def test_a_changed_number_shows_what_changes_and_why(page):
    """45% becomes 46%: the finding is gone, with before, after and the reason."""
    edit(page, CRS, "46%")
    page.wait_for_selector(".movements li")

    moved = page.inner_text("#article .movements")
    assert "mismatch" in moved
    assert "match" in moved
    assert "46%" in moved
    assert "45% → 46%" in page.inner_text("#article .changes")
    assert "16 of 35" in moved


def test_undo_and_reset_give_back_what_was(page):
    """Every change can be taken back."""
    before = page.evaluate("JSON.stringify(article.now)")
    edit(page, CRS, "46%")
    page.wait_for_selector(".movements li")
    edit(page, "abstract_crc_2w_percent", "93%")
    page.wait_for_function("Object.keys(article.edits.printed).length === 2")
    page.click("#article >> text=Undo")
    page.wait_for_function("Object.keys(article.edits.printed).length === 1")
    page.click("#article >> text=Reset")
    page.wait_for_function("Object.keys(article.edits.printed).length === 0")

    assert page.evaluate("JSON.stringify(article.now)") == before


@pytest.mark.parametrize("text", ["most", "", "12,,3", "9" * 400])
def test_what_cannot_be_read_is_refused_at_its_field(page, text):
    """A sentence there, and nothing changes."""
    before = page.evaluate("JSON.stringify(article.now)")
    edit(page, CRS, text)
    told = page.wait_for_selector("#article .chips .field [role=alert]").inner_text()

    assert told
    assert "Traceback" not in told
    assert page.evaluate("JSON.stringify(article.now)") == before
    page.keyboard.press("Escape")


def test_no_number_is_broken_in_the_table_of_what_was_tried(page):
    """0.167 stood as 0.1 above 67."""
    page.click('#article [data-claim="text6_crs_by_blasts_p_value"]')
    lines = """cells => cells.map(cell => {
        const range = document.createRange();
        range.selectNodeContents(cell);
        const lines = new Set([...range.getClientRects()].map(box => box.top)).size;
        return lines <= cell.innerText.split(/\\s+/).length;
    })"""
    found = page.locator("#article .detail :is(td, th)").evaluate_all(lines)
    page.keyboard.press("Escape")

    assert len(found) > 10
    assert all(found)


def test_on_a_phone_the_panel_hides_neither_the_numbers_nor_a_refusal(page):
    """It is there once there is something in it, and a sentence at a field stands above it."""
    page.set_viewport_size({"width": 375, "height": 720})
    page.evaluate("article.detail.replaceChildren()")
    empty = page.locator("#article .side").is_visible()
    edit(page, CRS, "most")
    told = page.wait_for_selector("#article .chips .field [role=alert]").bounding_box()
    panel = page.locator("#article .side").bounding_box()
    page.keyboard.press("Escape")
    page.set_viewport_size({"width": 1280, "height": 720})

    assert not empty
    assert 0 <= told["y"] <= told["y"] + told["height"] <= panel["y"]


def test_methods_levels_assumptions_and_left_out_numbers_can_be_changed(page):
    """Each by its own control, and each is listed."""
    page.click("#article summary")
    page.select_option("#article .families select >> nth=0", "clopper-pearson")
    page.wait_for_function("article.edits.methods.proportion_interval === 'clopper-pearson'")
    page.fill("#article .families input >> nth=0", "90")
    page.keyboard.press("Tab")
    page.wait_for_function("Object.keys(article.edits.levels).length === 1")
    page.uncheck("#article .assumptions input >> nth=0")
    page.wait_for_function("article.edits.without.length === 1")
    page.click(f'#article [data-claim="{CRS}"]')
    page.click("#article >> text=Leave out")
    page.wait_for_function("article.edits.drop.length === 1")

    assert page.locator("#article .changes >> text=Take back").count() == 4
    assert page.evaluate("getComputedStyle(document.querySelector('#article .stale')).visibility") \
        == "visible"  # fmt: skip


def test_undo_and_reset_set_the_controls_back_and_quick_changes_lose_none(page):
    """An assumption that was in force again stood unchecked."""
    boxes = page.locator("#article .assumptions input")
    select = page.locator("#article .families select").first
    method = select.input_value()
    boxes.evaluate_all("boxes => { boxes[0].click(); boxes[1].click(); }")
    page.wait_for_function("article.edits.without.length === 2")
    assert not boxes.nth(0).is_checked()
    assert not boxes.nth(1).is_checked()
    page.evaluate("article.undo()")
    page.wait_for_function("article.edits.without.length === 1 && article.past.length === 1")
    assert boxes.nth(1).is_checked()

    page.evaluate("document.querySelector('#article .settings').open = true")
    select.select_option("clopper-pearson")
    page.wait_for_function("Object.keys(article.edits.methods).length === 1")
    page.click("#article >> text=Reset")
    page.wait_for_function("article.list().length === 0")
    assert boxes.nth(0).is_checked()
    assert select.input_value() == method


def test_the_two_arm_example_opens_and_its_slip_is_found(page):
    """42% of 24 of 58 is planted."""
    open_own(page, "#example", None)

    assert page.locator("#own .chip.mismatch").count() == 1
    assert "42%" in page.inner_text("#own .chip.mismatch")


def as_zip(path):
    """Pack a ledger inside a folder, as most programs do."""
    with zipfile.ZipFile(path, "w") as archive:
        for file in EXAMPLE.iterdir():
            archive.write(file, f"mine/{file.name}")


def as_workbook(path):
    """Type a ledger into a spreadsheet."""
    book = Workbook()
    book.remove(book.active)
    for file in EXAMPLE.glob("*.csv"):
        sheet = book.create_sheet(file.stem)
        with file.open(newline="", encoding="utf-8") as handle:
            for row in csv.reader(handle):
                sheet.append([int(text) if text.isdigit() else text for text in row])
    book.save(path)


@pytest.mark.parametrize(("name", "pack"), [("mine.zip", as_zip), ("mine.xlsx", as_workbook)])
def test_an_archive_or_a_spreadsheet_is_judged_like_the_folder(page, tmp_path, name, pack):
    """Three forms of one ledger."""
    pack(tmp_path / name)
    open_own(page, "#folder", EXAMPLE)
    expected = page.evaluate("JSON.stringify(own.now)")
    open_own(page, "#file", tmp_path / name)

    assert page.evaluate("JSON.stringify(own.now)") == expected


def test_an_edited_ledger_is_saved_as_files_that_are_judged_alike(page, tmp_path):
    """What is saved holds the edits: opened again, it gets the verdicts that were shown."""
    open_own(page, "#folder", EXAMPLE)
    page.click('#own [data-claim="results_response_b_percent"]')
    page.fill("#own .chips .field input", "41%")
    page.keyboard.press("Enter")
    page.wait_for_function("Object.keys(own.edits.printed).length === 1")
    shown = page.evaluate("own.now.verdicts.map((v) => [v.claim, v.verdict])")
    with page.expect_download() as saved:
        page.click("#own >> text=Save as .zip")
    saved.value.save_as(tmp_path / "ledger.zip")
    with zipfile.ZipFile(tmp_path / "ledger.zip") as archive:
        archive.extractall(tmp_path / "again")
    ended = called("numbercheck", "audit", tmp_path / "again", "--json")

    assert [[v["claim"], v["verdict"]] for v in json.loads(ended.stdout)["verdicts"]] == shown
    assert "mismatch" not in dict(shown).values()


@pytest.mark.parametrize(
    "spoil",
    [
        lambda folder: (folder / "claims.csv").unlink(),
        lambda folder: (folder / "claims.csv").write_text("claim,locus\n", encoding="utf-8"),
        lambda folder: (folder / "measures.csv").write_bytes(b"\xff\xfe\x00"),
        lambda folder: (folder / "variables.csv").write_text("nonsense", encoding="utf-8"),
    ],
    ids=["missing file", "missing columns", "no text", "no table"],
)
def test_what_is_no_ledger_gets_the_sentences_of_the_command_line(page, tmp_path, spoil):
    """Word for word, but for the folder's name."""
    mine = shutil.copytree(EXAMPLE, tmp_path / "mine")
    spoil(mine)
    told = called("numbercheck", "audit", mine).stderr.strip()
    page.click("[data-tab=own]")
    page.evaluate("document.querySelector('#refused').textContent = ''")  # an earlier sentence
    page.set_input_files("#folder", mine)
    page.wait_for_function("document.querySelector('#refused').textContent")
    shown = page.inner_text("#refused")

    assert re.sub(r"/ledger-\d+", str(mine), shown).split() == told.split()


def test_hostile_text_of_a_ledger_stays_text(page, tmp_path):
    """Labels, places, reasons and titles are shown, never run."""
    mine = shutil.copytree(EXAMPLE, tmp_path / "mine")
    for name, old in (("measures", "Nausea"), ("claims", "Table 2 · Nausea")):
        path = mine / f"{name}.csv"
        path.write_text(path.read_text("utf-8").replace(old, f"{ALERT}{old}"), "utf-8")
    open_own(page, "#folder", mine)
    page.click("#own .chip >> nth=12")

    assert ALERT in page.inner_text("#own")
    assert page.locator("#own img").count() == 0
    page.keyboard.press("Escape")


def test_the_keyboard_is_enough(page):
    """Tab to a number, Enter, type, Enter; the focus stays where the reader was."""
    page.focus(f'#article [data-claim="{CRS}"]')
    page.keyboard.press("Enter")
    page.keyboard.type("46%")
    page.keyboard.press("Enter")
    page.wait_for_selector(".movements li")

    assert page.evaluate("document.activeElement.dataset.claim") == CRS


@pytest.mark.parametrize(("width", "scheme", "rules"), [(1280, "light", None), (375, "dark", SEEN)])
def test_axe_finds_no_barrier(page, width, scheme, rules):
    """With a number open, a verdict changed and the settings open, on a screen and on a phone."""
    page.set_viewport_size({"width": width, "height": 720})
    page.emulate_media(color_scheme=scheme)
    edit(page, CRS, "46%")
    page.wait_for_selector(".movements li")
    page.evaluate("document.querySelector('#article .settings').open = true")
    found = barriers(page, rules)
    wide = page.evaluate("document.documentElement.scrollWidth")
    page.set_viewport_size({"width": 1280, "height": 720})

    assert found == []
    assert wide <= width
