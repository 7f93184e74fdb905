"""The report: a second of a build, and a first view within a third of one."""

import subprocess
import sys
import time
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import chromium
from measuring import Measured, Row, Section, below, timed
from playwright.sync_api import Page, sync_playwright
from reading_room import real_outputs

HELPERS = Path(__file__).parents[1] / "helpers"
LARGEST = 4.0  # MB
STEP = """
import sys, time
sys.path.insert(0, sys.argv[1])
import reading_room, companion.cohort
kept = reading_room.page.write_report
def timed(*given):
    start = time.perf_counter()
    kept(*given)
    print(time.perf_counter() - start)
reading_room.page.write_report = timed
reading_room.real_outputs(reading_room.Path(sys.argv[2]))
"""
PAINTED = "performance.getEntriesByName('first-contentful-paint')"


def measure() -> Section:
    """Write the page in five processes, and open it five times from disk."""
    with TemporaryDirectory() as folder, sync_playwright() as driver:
        every = [Path(folder) / str(i) for i in range(5)]
        taken, steps = timed(lambda: [_step(path) for path in every])
        whole, written = (median(times) for times in zip(*steps, strict=True))
        page = real_outputs(Path(folder) / "site") / "index.html"
        browser = chromium.launch(driver)
        looked, seen = timed(lambda: median(_open(browser.new_page(), page) for _ in range(5)))
        browser.close()
        weight = page.stat().st_size / 1e6
    return Section(
        "Report",
        "The page of this article, with the patients: written by a process that has imported what "
        "a build has imported when its notebooks end; the whole of that process, imports, reading, "
        "judging and copying the outputs included; and opened from disk in Chromium.",
        (
            below("writing the page", Measured(written, taken.busy), 1),
            Row("the whole process", f"{Measured(whole, taken.busy):.3g} s"),
            below("opening it, to the first contentful paint", Measured(seen, looked.busy), 0.3),
            Row("weight", f"{weight:.1f} MB", f"below {LARGEST:g} MB", weight < LARGEST),
        ),
    )


def _step(folder: Path) -> tuple[float, float]:
    """Seconds of the whole process, and of the writing in it."""
    command, start = [sys.executable, "-c", STEP, str(HELPERS), str(folder)], time.perf_counter()
    run = subprocess.run(command, check=True, capture_output=True, text=True)
    return time.perf_counter() - start, float(run.stdout)


def _open(tab: Page, page: Path) -> float:
    tab.goto(page.as_uri())
    tab.wait_for_function(f"{PAINTED}.length")
    painted = float(tab.evaluate(f"{PAINTED}[0].startTime")) / 1000
    tab.close()
    return painted
