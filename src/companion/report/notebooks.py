"""The executed notebooks, as parts of the page whose cells can be linked to."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from html import escape, unescape
from pathlib import Path
from typing import Any, NamedTuple

import mistune
from markupsafe import Markup

from companion.report.displays import Links, PageDisplay
from companion.report.markup import sanitized
from numbercheck.report.environment import slug

CODES = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")  # a terminal's colors
PICTURE = re.compile(r'<img alt="([^"]*)"[^>]*>')
FIGURE = Markup('<p><a href="#figure-{}">{}</a></p>')
READ = mistune.create_markdown(escape=True, plugins=["table", "strikethrough"])


class Cell(NamedTuple):
    """One cell: its id on the page, and prose, or code with its number and what it printed."""

    id: str
    number: int
    prose: Markup
    source: str
    outputs: tuple[Markup, ...]


class Notebook(NamedTuple):
    """An executed notebook."""

    name: str
    title: str
    cells: tuple[Cell, ...]


def cell_id(cell: str) -> str:
    """Id on the page of a cell named as results name it, such as ``2-efficacy [7]``."""
    notebook, _, number = cell.rstrip("]").rpartition(" [")
    return f"notebook-{slug(notebook)}-cell-{slug(number)}" if cell else ""


def notebooks(output: Path, links: Links, figures: Sequence[PageDisplay] = ()) -> list[Notebook]:
    """Every executed notebook of a build, by name.

    A picture of one of the page's ``figures`` is a link to it there.
    """
    shown = {figure.alt: figure for figure in figures}
    paths = sorted((output / "notebooks").glob("*.ipynb"))
    return [_notebook(path, links, shown) for path in paths]


def _notebook(path: Path, links: Links, shown: Mapping[str, PageDisplay]) -> Notebook:
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    made = tuple(_cell(path.stem, i, cell, links, shown) for i, cell in enumerate(cells, start=1))
    return Notebook(path.stem, _title(cells) or path.stem, made)


def _title(cells: Iterable[dict[str, Any]]) -> str:
    lines = (line for c in cells if c["cell_type"] == "markdown" for line in _text(c).splitlines())
    return next((line.lstrip("# ") for line in lines if line.startswith("# ")), "")


def _cell(
    notebook: str,
    position: int,
    cell: dict[str, Any],
    links: Links,
    shown: Mapping[str, PageDisplay],
) -> Cell:
    if cell["cell_type"] != "code":
        name = f"notebook-{slug(notebook)}-prose-{position}"
        prose = sanitized(str(READ(_text(cell))), f"{name}-", 1)
        return Cell(name, 0, prose, "", ())
    number = cell.get("execution_count") or 0  # as Jupyter shows it beside the cell
    name = cell_id(f"{notebook} [{number or f'{position}-not-run'}]")
    outputs = tuple(map(links.link, _outputs(cell.get("outputs", ()), name, shown)))
    return Cell(name, number, Markup(), _text(cell), outputs)


def _linked(html: str, figures: Mapping[str, PageDisplay]) -> Markup | None:
    """Link to the figure of the page that HTML is a picture of; None where it is not."""
    picture = PICTURE.fullmatch(html.strip())
    figure = picture and figures.get(unescape(picture[1]))
    return FIGURE.format(slug(figure.name), figure.title) if figure else None


def _outputs(
    outputs: Iterable[dict[str, Any]], name: str, figures: Mapping[str, PageDisplay]
) -> Iterator[Markup]:
    for i, output in enumerate(outputs):
        html = "".join(output.get("data", {}).get("text/html", ""))
        shown = _linked(html, figures) or _shown(output, f"{name}-{i}-")
        if shown:
            yield shown


def _shown(output: dict[str, Any], prefix: str) -> Markup:
    """Render the richest form of an output that a page can show."""
    data = output.get("data", {})
    if "text/html" in data:
        return sanitized("".join(data["text/html"]), prefix, 2)
    for kind in ("image/svg+xml", "image/png"):
        if kind in data:
            return _picture(kind, "".join(data[kind]), prefix)
    if "text/markdown" in data:
        return sanitized(str(READ("".join(data["text/markdown"]))), prefix, 2)
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
