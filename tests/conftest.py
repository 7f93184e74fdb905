"""What every test shares: how Hypothesis searches, and a browser for the tests that drive one."""

import chromium
import pytest
from hypothesis import settings

# A busy machine is slow and no defect; the same commit draws the same examples everywhere, and
# `pytest --hypothesis-profile explore` draws new ones.
settings.register_profile("committed", deadline=None, derandomize=True)
settings.register_profile("explore", deadline=None)
settings.load_profile("committed")


# Files that take longest, to be started first: one of them last would leave a core idle.
LONGEST = (
    *("test_site", "test_build", "test_live", "test_sweep", "test_notebooks", "test_supplied"),
    *("test_figures", "test_reference"),
)


def pytest_collection_modifyitems(items):
    """Put the longest files first; within a file the order stays."""
    items.sort(key=lambda item: item.path.stem not in LONGEST)


@pytest.fixture(scope="session")
def browser():
    """Chromium, or a skip that says what is missing."""
    playwright = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
    if not chromium.executable():
        pytest.skip(chromium.MISSING)
    with playwright.sync_playwright() as driver:
        opened = chromium.launch(driver)
        yield opened
        opened.close()
