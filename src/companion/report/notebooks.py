"""The executed notebooks, as parts of the page whose cells can be linked to."""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from html import escape
from pathlib import Path
from typing import Any, NamedTuple

import mistune
from markupsafe import Markup

from companion.report.markup import sanitized

CODES = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")  # a terminal's colors
F_STRING = re.compile(r"""\bf["'](\w*\{[^"']*)["']""")
FILLED = re.compile(r"\{[^{}]*\}")
READ = mistune.create_markdown(escape=True, plugins=["table", "strikethrough"])


class Cell(NamedTuple):
    """One cell: its id on the page, and prose, or code with what it printed."""

    id: str
    number: int
    prose: Markup
    source: str
    outputs: tuple[Markup, ...]

    def names(self, measure: str) -> int:
        """How surely the code computes a measure: 3 by a call on it, 2 by its name, 1 or 0.

        1 is an f-string that can become the name.
        """
        if measure in self.source:
            quoted = rf"""["']{re.escape(measure)}["']"""
            if re.search(rf"\w\(\s*{quoted}", self.source):
                return 3
            if re.search(quoted, self.source):
                return 2
        return int(any(pattern.fullmatch(measure) for pattern in _patterns(self.source)))


@cache
def _patterns(source: str) -> tuple[re.Pattern[str], ...]:
    """What the f-strings of a cell can become."""
    texts = (FILLED.split(found[1]) for found in F_STRING.finditer(source))
    return tuple(re.compile(r"\w+".join(map(re.escape, text))) for text in texts if any(text))


class Notebook(NamedTuple):
    """An executed notebook."""

    name: str
    title: str
    cells: tuple[Cell, ...]

    def find(self, measure: str) -> Cell | None:
        """Find the cell that computes a measure, the first of those that do so most surely."""
        best = max(self.cells, key=lambda cell: cell.names(measure), default=None)
        return best if best and best.names(measure) else None


def cells_of(books: Sequence[Notebook], measures: Iterable[str]) -> dict[str, tuple[str, Cell]]:
    """The cell that computes each measure, with its notebook's title, where there is one."""
    found = {}
    for measure in measures:
        at = [(book.title, cell) for book in books if (cell := book.find(measure))]
        if at:
            found[measure] = max(at, key=lambda pair: pair[1].names(measure))
    return found


def notebooks(output: Path) -> list[Notebook]:
    """Every executed notebook of a build, by name."""
    return [_notebook(path) for path in sorted((output / "notebooks").glob("*.ipynb"))]


def _notebook(path: Path) -> Notebook:
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    made = tuple(_cell(path.stem, i, cell) for i, cell in enumerate(cells, start=1))
    return Notebook(path.stem, _title(cells) or path.stem, made)


def _title(cells: Iterable[dict[str, Any]]) -> str:
    lines = (line for c in cells if c["cell_type"] == "markdown" for line in _text(c).splitlines())
    return next((line.lstrip("# ") for line in lines if line.startswith("# ")), "")


def _cell(notebook: str, number: int, cell: dict[str, Any]) -> Cell:
    name = f"notebook-{notebook}-cell-{number}"
    if cell["cell_type"] != "code":
        prose = sanitized(str(READ(_text(cell))), f"{name}-", 2)
        return Cell(name, number, prose, "", ())
    outputs = tuple(_outputs(cell.get("outputs", ()), name))
    return Cell(name, number, Markup(), _text(cell), outputs)


def _outputs(outputs: Iterable[dict[str, Any]], name: str) -> Iterator[Markup]:
    for i, output in enumerate(outputs):
        shown = _shown(output, f"{name}-{i}-")
        if shown:
            yield shown


def _shown(output: dict[str, Any], prefix: str) -> Markup:
    """Render the richest form of an output that a page can show."""
    data = output.get("data", {})
    if "text/html" in data:
        return sanitized("".join(data["text/html"]), prefix, 3)
    for kind in ("image/svg+xml", "image/png"):
        if kind in data:
            return _picture(kind, "".join(data[kind]), prefix)
    if "text/markdown" in data:
        return sanitized(str(READ("".join(data["text/markdown"]))), prefix, 3)
    text = "".join(data.get("text/plain", output.get("text", "")))
    return _pre(text or "\n".join(output.get("traceback", ())))


def _picture(kind: str, data: str, prefix: str) -> Markup:
    import base64

    if kind == "image/svg+xml":
        data = base64.b64encode(data.encode()).decode("ascii")
    html = f'<img alt="Output of this cell" src="data:{kind};base64,{escape(data.strip())}">'
    return sanitized(html, prefix)


def _pre(text: str) -> Markup:
    if not text.strip():
        return Markup()
    return Markup("<pre tabindex='0'>{}</pre>").format(CODES.sub("", text))


def _text(cell: dict[str, Any]) -> str:
    return "".join(cell["source"])
