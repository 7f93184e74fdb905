"""The tables and figures of a build, as parts of the page."""

import base64
import json
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from markupsafe import Markup

from companion.report.markup import rewritten

TYPES = {".svg": "image/svg+xml", ".png": "image/png"}


class Display(NamedTuple):
    """A table, as HTML, or a figure, as a picture with its description."""

    name: str
    title: str
    html: Markup = Markup()
    picture: str = ""
    alt: str = ""
    files: tuple[str, ...] = ()


def tables(output: Path) -> list[Display]:
    """Every table of a build, by name."""
    return [_table(path) for path in sorted((output / "tables").glob("*.html"))]


def figures(output: Path) -> list[Display]:
    """Every figure of a build, by name: as SVG, or as PNG where there is no SVG."""
    folder = output / "figures"
    described = folder / "alt.json"
    alt = json.loads(described.read_text(encoding="utf-8")) if described.is_file() else {}
    paths = {path.stem: path for path in sorted(folder.glob("*.png"))}
    paths |= {path.stem: path for path in sorted(folder.glob("*.svg"))}
    return [_figure(path, str(alt.get(name, ""))) for name, path in sorted(paths.items())]


def data_uri(path: Path) -> str:
    """Return a picture as an address that holds the picture itself."""
    data = base64.b64encode(path.read_bytes()).decode("ascii")
    return f"data:{TYPES[path.suffix]};base64,{data}"


def _table(path: Path) -> Display:
    html = rewritten(path.read_text(encoding="utf-8"), f"table-{path.stem}-")
    return Display(path.stem, _words(path.stem), html, files=tuple(_files(path)))


def _figure(path: Path, alt: str) -> Display:
    title = _words(path.stem)
    return Display(path.stem, title, Markup(), data_uri(path), alt or title, tuple(_files(path)))


def _words(name: str) -> str:
    return name.replace("-", " ").replace("_", " ").capitalize()


def _files(path: Path) -> Iterator[str]:
    """Names of the files of one display, relative to the page."""
    for sibling in sorted(path.parent.glob(f"{path.stem}.*")):
        yield f"{path.parent.name}/{sibling.name}"
