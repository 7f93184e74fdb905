"""The live page: from opening to the first edit, and how long an edit takes."""

import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import chromium
from measuring import Measured, Row, Section, below, timed
from places import ROOT
from playwright.sync_api import Browser, sync_playwright

from companion.live import write_live_page

PHONE = 4  # times slower, as browsers' own profile of a phone has it
SLICE = 0.005  # seconds that a slowed process runs at a time
EDIT = """async (printed) => {
  const edits = { ...NO_EDITS(), printed: { table1_crs_g12_percent: printed } };
  await article.change(() => edits);
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
        taken, runs = timed(lambda: [list(_runs(browser, page, slower)) for slower in (1, PHONE)])
        medians = (median(each) for run in runs for each in zip(*run, strict=True))
        opening, edit, phone_opening, phone_edit = (Measured(m, taken.busy) for m in medians)
        browser.close()
        weight = page.stat().st_size / 1e6
    return Section(
        "Live page",
        "The page of this article, opened from disk in Chromium with no network: until the first "
        "number can be changed, and from a changed number to all verdicts on the page; then the "
        f"same where the page's processes run a {PHONE}th of the time, as on a phone.",
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
            with _slowed(slower):
                start = time.perf_counter()
                tab.goto(page.as_uri())
                tab.wait_for_selector("html[data-article=ready]", timeout=120_000)
                opening = time.perf_counter() - start
                yield opening, median(tab.evaluate(EDIT, f"{46 + i}%") for i in range(5)) / 1000


@contextmanager
def _slowed(times: int) -> Iterator[None]:
    """Let the browser's pages, and their workers, run a part of the time only.

    The browser can throttle a page's main thread, but not its workers, where Python runs.
    """
    ended = threading.Event()

    def stop_and_go() -> None:
        while not ended.is_set():
            pages = [
                int(p.parent.name) for p in Path("/proc").glob("[0-9]*/cmdline") if _is_page(p)
            ]
            for sign, pause in ((signal.SIGSTOP, SLICE * (times - 1)), (signal.SIGCONT, SLICE)):
                for pid in pages:
                    with suppress(ProcessLookupError):
                        os.kill(pid, sign)
                time.sleep(pause)

    slowing = threading.Thread(target=stop_and_go if times > 1 else ended.wait)
    slowing.start()
    try:
        yield
    finally:
        ended.set()
        slowing.join()


def _is_page(cmdline: Path) -> bool:
    with suppress(OSError):
        return b"--type=renderer" in cmdline.read_bytes()
    return False
