"""Take the picture of the report that README.md shows: ``make screenshot``."""

from places import ROOT
from playwright.sync_api import sync_playwright
from reading_room import CHROMIUM, QUIET


def main() -> None:
    """Open the report in a browser and save what its first screen shows."""
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=list(QUIET))
        page = browser.new_page(viewport={"width": 1280, "height": 900}, color_scheme="light")
        page.goto((ROOT / "outputs" / "index.html").as_uri())
        page.screenshot(path=ROOT / "docs" / "report.png")
        browser.close()


if __name__ == "__main__":
    main()
