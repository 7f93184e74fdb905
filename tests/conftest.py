"""A browser for the tests that drive one."""

import os

import pytest
from reading_room import CHROMIUM, QUIET


@pytest.fixture(scope="session")
def browser():
    """Debian's Chromium, or a skip that says what is missing."""
    playwright = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
    if not os.access(CHROMIUM, os.X_OK):
        pytest.skip("there is no chromium; on Debian: apt-get install chromium")
    with playwright.sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=CHROMIUM, args=list(QUIET))
        yield opened
        opened.close()
