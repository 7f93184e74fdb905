"""The README's promises about what is where."""

import ast
import json
import re

import pytest

from companion.project import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
ROW = re.compile(r"^\| [^|]+ \| `(\d-\w+)`: ([^|]+) \| ([^|]+) \|", flags=re.MULTILINE)
CROSSWALK = ROW.findall(README)


def displays(name):
    """List (heading, file) of each table and figure that a notebook shows and saves."""
    cells = json.loads((ROOT / "notebooks" / f"{name}.ipynb").read_text(encoding="utf-8"))["cells"]
    found, heading = [], ""
    for cell in cells:
        source = "".join(cell["source"])
        if cell["cell_type"] == "markdown":
            headings = re.findall(r"^#+ (.*)$", source, flags=re.MULTILINE)
            heading = headings[-1] if headings else heading
        else:
            calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
            shown = [call for call in calls if getattr(call.func, "attr", "") == "show"]
            found += [(heading, call.args[-1].value) for call in shown]
    return sorted(found)


@pytest.mark.parametrize("name", ["1-baseline", "2-efficacy", "3-safety", "4-survival"])
def test_the_crosswalk_names_every_display_with_its_heading(name):
    """A reader finds each table and figure, and the cell that makes it."""
    listed = [
        (heading, file)
        for notebook, heading, files in CROSSWALK
        for file in re.findall(r"`([\w-]+)`", files)
        if notebook == name
    ]

    assert sorted(listed) == displays(name)


def test_every_display_of_the_article_is_in_the_crosswalk():
    """Also those of the supplement, which is not in hand."""
    for display in ("Table 1", "Fig. 1a", "Fig. 1b", "Fig. 1c", "Table S1", "Table S2"):
        assert f"| {display}, " in README
    for figure in ("Fig. S1", "Fig. S2", "Fig. S3"):
        assert f"| {figure}, " in README


def test_what_watching_saves_is_what_was_measured():
    """“About half” is said of seconds in the benchmarks."""
    rows = (ROOT / "docs" / "benchmarks.md").read_text(encoding="utf-8")
    watched, command = (
        float(re.search(rf"\| build after one notebook changed, {how} \| ([\d.]+) s \|", rows)[1])
        for how in ("watched", "by a command")
    )

    assert "in about half of the time that a new command needs" in README
    assert 0.4 <= watched / command <= 0.6


def test_the_findings_are_those_of_the_report():
    """Word for word what the report says first, so that neither can drift."""
    report = (ROOT / "outputs" / "index.html").read_text(encoding="utf-8")
    lead = re.search(r'class="lead"[^>]*>(.*?)</p>', report, flags=re.DOTALL)[1]
    found = README.partition("**What it finds.** ")[2].partition("\n\n")[0]

    assert found.split() == re.sub(r"<[^>]*>", "", lead).split()


@pytest.mark.parametrize("page", ["README.md", "data/README.md", "CONTRIBUTING.md"])
def test_a_file_that_a_page_names_exists(page):
    """Paths in backticks, from the repository; what `make` writes or git ignores is left out."""
    text = (ROOT / page).read_text(encoding="utf-8")
    named = re.findall(r"`((?:data|notebooks|tests|src|docs)/[\w./-]+)`", text)

    assert [path for path in named if not (ROOT / path).exists()] == []
