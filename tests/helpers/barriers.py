"""Barriers to readers with a disability, as axe-core finds them on an open page."""

import pytest

# What colors and sizes decide; the other rules read the page's structure and its names.
SEEN = ("color-contrast", "link-in-text-block", "scrollable-region-focusable", "target-size")


def barriers(page, rules=None):
    """Each rule that is broken, of some or of all, with the first element that breaks it."""
    axe = pytest.importorskip("axe_playwright_python.base", reason="axe is not installed")
    if not page.evaluate("'axe' in window"):
        page.evaluate(axe.AXE_SCRIPT)
    options = {"resultTypes": ["violations"]} | ({"runOnly": rules} if rules else {})
    found = page.evaluate("(options) => axe.run(options)", options)["violations"]
    return [(v["id"], v["nodes"][0]["html"][:200]) for v in found]
