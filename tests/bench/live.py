"""The live page: from opening to the first edit, and how long an edit takes."""

import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import chromium
from measuring import Row, Section, below
from places import ROOT
from playwright.sync_api import Browser, sync_playwright

from companion.live import write_live_page

PHONE = 4  # times slower, as the browser's own profile of a phone has it
EDIT = """async (printed) => {
  const edits = { ...NO_EDITS(), printed: { table1_crs_g12_percent: printed } };
  await article.change(edits);
  return Number(document.documentElement.dataset.took);
}"""


def measure() -> Section:
    """Open the page five times, and change one number five times in each."""
    with TemporaryDirectory() as folder, sync_playwright() as driver:
        page = write_live_page(
            ROOT / "data" / "published",
            ROOT / "data" / "examples" / "two-arm",
            ROOT / "outputs" / "consistency.json",
            Path(folder),
        )
        browser = chromium.launch(driver)
        (opening, edit), (phone_opening, phone_edit) = (
            map(median, zip(*_runs(browser, page, slower), strict=True)) for slower in (1, PHONE)
        )
        browser.close()
        weight = page.stat().st_size / 1e6
    return Section(
        "Live page",
        "The page of this article, opened from disk in Chromium with no network: until the first "
        "number can be changed, and from a changed number to all verdicts on the page; then the "
        f"same on a processor {PHONE} times slower, as on a phone.",
        (
            below("opening it, until a number can be changed", opening, 5),
            below("judging an edit", edit, 0.4),
            Row("opening it on a phone", f"{phone_opening:.3g} s"),
            Row("judging an edit on a phone", f"{phone_edit:.3g} s"),
            below("weight", weight, 10, "MB"),
        ),
    )


def _runs(browser: Browser, page: Path, slower: int) -> Iterator[tuple[float, float]]:
    """Seconds to open the page, and for an edit."""
    for _ in range(5):
        with browser.new_context(offline=True) as context:
            tab = context.new_page()
            context.new_cdp_session(tab).send("Emulation.setCPUThrottlingRate", {"rate": slower})
            start = time.perf_counter()
            tab.goto(page.as_uri())
            tab.wait_for_selector("html[data-article=ready]", timeout=120_000)
            opening = time.perf_counter() - start
            yield opening, median(tab.evaluate(EDIT, f"{46 + i}%") for i in range(5)) / 1000
