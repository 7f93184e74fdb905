"""Take the picture of the report that README.md shows: ``make screenshot``."""

import sys

import chromium
from places import ROOT
from playwright.sync_api import sync_playwright


def main() -> None:
    """Open the report in a browser and save what its first screen shows."""
    if not chromium.executable():
        sys.exit(chromium.MISSING)
    with sync_playwright() as driver:
        browser = chromium.launch(driver)
        page = browser.new_page(viewport={"width": 1280, "height": 900}, color_scheme="light")
        page.goto((ROOT / "outputs" / "index.html").as_uri())
        page.screenshot(path=ROOT / "docs" / "report.png")
        browser.close()


if __name__ == "__main__":
    main()
