"""Take the picture of the report that README.md shows: ``make screenshot``."""

from playwright.sync_api import sync_playwright
from reading_room import CHROMIUM, QUIET

from companion.project import ROOT

with sync_playwright() as driver:
    browser = driver.chromium.launch(executable_path=CHROMIUM, args=list(QUIET))
    page = browser.new_page(viewport={"width": 1280, "height": 900}, color_scheme="light")
    page.goto((ROOT / "outputs" / "index.html").as_uri())
    page.screenshot(path=ROOT / "docs" / "report.png")
    browser.close()
