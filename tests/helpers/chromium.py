"""Chromium, found on PATH, for whatever drives a browser: tests, screenshot, benchmarks."""

import shutil
from typing import Any

NAMES = ("chromium", "chromium-browser", "google-chrome")
MISSING = f"there is no Chromium on PATH ({', '.join(NAMES)}); on Debian: apt-get install chromium"
QUIET = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)


def executable() -> str:
    """Path of the first browser on PATH, or an empty text."""
    return next(filter(None, map(shutil.which, NAMES)), "")


def launch(driver: Any) -> Any:
    """Start the browser under a Playwright driver."""
    return driver.chromium.launch(executable_path=executable(), args=list(QUIET))
