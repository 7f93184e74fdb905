"""Barriers to readers with a disability, as axe-core finds them on an open page."""

import pytest


def barriers(page):
    """Each rule that is broken, with the first element that breaks it."""
    axe = pytest.importorskip("axe_playwright_python.base", reason="axe is not installed")
    if not page.evaluate("'axe' in window"):
        page.evaluate(axe.AXE_SCRIPT)
    found = page.evaluate("axe.run({ resultTypes: ['violations'] })")["violations"]
    return [(v["id"], v["nodes"][0]["html"][:200]) for v in found]
