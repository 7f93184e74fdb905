"""What every test shares: how Hypothesis searches, and a browser for the tests that drive one."""

import gc

import chromium
import pytest
from hypothesis import settings
from reading import reading

# A busy machine is slow and no defect; the same commit draws the same examples everywhere, and
# `pytest --hypothesis-profile explore` draws new ones.
settings.register_profile("committed", deadline=None, derandomize=True)
settings.register_profile("explore", deadline=None)
settings.load_profile("committed")
gc.disable()  # until everything is imported


# Files that take longest, to be started first: one of them last would leave a core idle.
LONGEST = (
    *("test_site", "test_live", "test_many_patients", "test_build", "test_notebooks"),
    *("test_sweep", "test_figures", "test_report", "test_supplied", "test_truth", "test_deck"),
    *("test_kinds", "test_questions", "test_edges", "test_digitized", "test_reconstruction"),
    *("test_page", "test_types", "test_validate", "test_cohort", "test_consistency"),
    *("test_contingency", "test_bounds_command", "test_published_shapes", "test_reference"),
    *("test_detection", "test_readings"),
)


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report():
    """Read every file, here and on a machine without a browser, where nothing can start."""
    with reading():
        return (yield)


def pytest_collection_modifyitems(items):
    """Put the longest files first, in the order above; within a file the order stays."""
    ranks = {stem: rank for rank, stem in enumerate(LONGEST)}
    items.sort(key=lambda item: ranks.get(item.path.stem, len(ranks)))


def pytest_collection_finish():
    """Look for garbage seldom, and never among imported modules: it took a tenth of the time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)
    gc.enable()


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
