"""The tables and figures of a build, as parts of the page."""

import base64
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from markupsafe import Markup, escape

from companion.report.markup import sanitized
from companion.report.shown import Linker

TITLE = re.compile(r'class="gt_heading gt_title[^>]*>(.*?)</td>', re.DOTALL)
WIDTH = re.compile(rb'<svg [^>]*?width="([\d.]+)pt"', re.DOTALL)
LEGIBLE = 4 / 3  # pixels for a point: no text smaller than it was drawn
TYPES = {".svg": "image/svg+xml", ".png": "image/png"}


class Display(NamedTuple):
    """A table, as HTML, or a figure, as a picture with its description.

    ``labeled`` where the table itself says of what patients it is; ``width`` is the figure's in
    pixels, below which it is scrolled rather than shrunk. Of the ``measures`` it shows, those
    ``listed`` are not linked from its cells.
    """

    name: str
    title: str
    html: Markup = Markup()
    picture: str = ""
    alt: str = ""
    files: tuple[str, ...] = ()
    labeled: bool = False
    width: int = 0
    measures: tuple[str, ...] = ()
    listed: tuple[str, ...] = ()


def tables(output: Path, label: str, linker: Linker) -> list[Display]:
    """Every table of a build, by name."""
    return [_table(path, label, linker) for path in sorted((output / "tables").glob("*.html"))]


def figures(output: Path, linker: Linker) -> list[Display]:
    """Every figure of a build, by name: as SVG, or as PNG where there is no SVG."""
    folder = output / "figures"
    described = folder / "alt.json"
    alt = json.loads(described.read_text(encoding="utf-8")) if described.is_file() else {}
    paths = {path.stem: path for path in sorted(folder.glob("*.png"))}
    paths |= {path.stem: path for path in sorted(folder.glob("*.svg"))}
    return [_figure(path, str(alt.get(name, "")), linker) for name, path in sorted(paths.items())]


def data_uri(path: Path) -> str:
    """Return a picture as an address that holds the picture itself."""
    data = base64.b64encode(path.read_bytes()).decode("ascii")
    return f"data:{TYPES[path.suffix]};base64,{data}"


def _table(path: Path, label: str, linker: Linker) -> Display:
    text = path.read_text(encoding="utf-8")
    found = TITLE.search(text)
    title = Markup(found[1]).striptags() if found else _words(path.stem)  # noqa: S704 - to text
    html, linked = linker.link(_captioned(sanitized(text, f"table-{path.stem}-"), title))
    labeled = bool(label) and str(escape(label)) in html
    listed = linker.listed(path.stem)
    return Display(
        path.stem,
        title,
        html,
        files=tuple(_files(path)),
        labeled=labeled,
        measures=linked + listed,
        listed=listed,
    )


def _captioned(table: Markup, title: str) -> Markup:
    """The table with its title as a caption for whoever hears the page."""
    start, end, rest = table.partition(Markup("<table"))
    tag, close, body = rest.partition(Markup(">"))
    caption = Markup('<caption class="hidden">{}</caption>').format(title)
    return start + end + tag + close + caption + body if end else table


def _figure(path: Path, alt: str, linker: Linker) -> Display:
    title = _words(path.stem)
    found = WIDTH.search(path.read_bytes()[:2000])
    listed = linker.listed(path.stem)
    return Display(
        path.stem,
        title,
        picture=data_uri(path),
        alt=alt or title,
        files=tuple(_files(path)),
        width=round(float(found[1]) * LEGIBLE) if found else 0,
        measures=listed,
        listed=listed,
    )


def _words(name: str) -> str:
    return name.replace("-", " ").replace("_", " ").capitalize()


def _files(path: Path) -> Iterator[str]:
    """Names of the files of one display, relative to the page."""
    for sibling in sorted(path.parent.glob(f"{path.stem}.*")):
        yield f"{path.parent.name}/{sibling.name}"
