"""A deck of slides from the executed notebooks: one file, for a projector without a network.

A section of a notebook becomes a slide with what its cells show, as large as the slide allows. Code
is shown where its value is small, so that the two can be read together.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from html import unescape
from math import ceil
from pathlib import Path
from typing import NamedTuple

from markupsafe import Markup

from companion.report.displays import data_uri
from companion.report.notebooks import Cell, Notebook, notebooks
from companion.report.page import environment

FOR_READING = (  # sections that a room does not need: lists, and what another slide shows too
    *("What the article prints", "The results of this notebook", "The same by frequency"),
    *("How many patients, from how many sites", "Table S2: the sites", "Times and events"),
    "At risk, by quarter of a year",
)
ROWS_PER_SLIDE = 20
SMALL = 5  # rows of a table that stands below its code
TALLEST = 400.0  # points of a figure that can be read at the height of a slide; a taller is halved
HEADING = re.compile(r"\s*<h[34]>(.*?)</h[34]>(.*)", re.DOTALL)
NAMES = re.compile(r' (?:id|headers)="[^"]*"')  # a table that goes on would repeat them
BODY = re.compile(r"(<tbody[^>]*>)(.*?)(</tbody>)", re.DOTALL)
FOOT = re.compile(r"<tfoot.*?</tfoot>", re.DOTALL)
ROW = re.compile(r"<tr.*?</tr>", re.DOTALL)
GROUP = re.compile(r"<tr[^>]*gt_group_heading_row")
PICTURE = re.compile(r"<img [^>]*>")
ALT = re.compile(r'alt="([^"]*)"')
SIZE = re.compile(r'<svg [^>]*?width="([\d.]+)pt" height="([\d.]+)pt"')


class Slide(NamedTuple):
    """A heading, prose, and what is shown: below the prose, or at the full height beside it."""

    notebook: str
    heading: str
    prose: Markup = Markup()
    shows: Markup = Markup()
    beside: bool = False


class Drawing(NamedTuple):
    """A figure of a build that stays sharp at any size, and its size in points."""

    image: Markup
    width: float
    height: float


Drawings = Mapping[str, Drawing]


class Section(NamedTuple):
    """A part of a notebook: its heading, its prose and its code cells."""

    notebook: str
    heading: str
    prose: Markup
    cells: tuple[Cell, ...]

    @property
    def is_for_reading(self) -> bool:
        """Whether the report alone shows it."""
        return self.heading.startswith(FOR_READING)


def sections(book: Notebook) -> Iterator[Section]:
    """Every part of a notebook; the first has the notebook's title as its heading."""
    heading, prose, cells = book.title, Markup(), list[Cell]()
    for cell in book.cells:
        if found := HEADING.match(cell.prose):
            if prose or cells:
                yield Section(book.title, heading, prose, tuple(cells))
            heading, prose, cells = _clean(found[1]).striptags(), _clean(found[2].strip()), []
        elif cell.prose:
            prose += cell.prose
        else:
            cells.append(cell)
    yield Section(book.title, heading, prose, tuple(cells))


def drawings(output: Path) -> dict[str, Drawing]:
    """The figures of a build by their descriptions, as notebooks show them with less detail."""
    alt = output / "figures" / "alt.json"
    described = json.loads(alt.read_text(encoding="utf-8")) if alt.is_file() else {}
    paths = {text: output / "figures" / f"{name}.svg" for name, text in described.items()}
    return {text: _drawing(path, text) for text, path in paths.items() if path.is_file()}


def _drawing(path: Path, alt: str) -> Drawing:
    size = SIZE.search(path.read_text(encoding="utf-8"))
    width, height = map(float, size.groups()) if size else (1.0, 0.0)
    image = Markup('<img alt="{}" src="{}">').format(alt, data_uri(path))
    return Drawing(image, width, height)


def slides(books: Sequence[Notebook], drawn: Drawings) -> list[Slide]:
    """Every slide after the first, in the notebooks' order."""
    every = [section for book in books for section in sections(book)]
    shown = (s for s in every if s.heading != s.notebook and not s.is_for_reading)
    return [slide for section in shown for slide in _of_section(section, drawn)]


def _of_section(section: Section, drawn: Drawings) -> Iterator[Slide]:
    outputs = [_plain(output) for cell in section.cells for output in cell.outputs]
    large = [o for o in outputs if PICTURE.search(o) or o.count("<tr") > SMALL]
    if large and (picture := PICTURE.search(large[0])):
        yield from _of_picture(section, picture[0], drawn)
    elif large:
        rest = Markup().join(o for o in outputs if o not in large)
        yield from _of_table(section, large[0], rest)
    elif outputs:
        code = (_code(cell) for cell in section.cells if cell.outputs)
        yield Slide(section.notebook, section.heading, section.prose, Markup().join(code))
    elif not section.cells:
        yield Slide(section.notebook, section.heading, section.prose)


def _of_picture(section: Section, picture: str, drawn: Drawings) -> Iterator[Slide]:
    """One slide, or one for each half of a picture that would be too small."""
    found = ALT.search(picture)
    alt = unescape(found[1]) if found else ""
    image, width, height = drawn.get(alt, Drawing(_clean(picture), 1, 0))
    slide = Slide(section.notebook, section.heading)
    if height > TALLEST:
        window = Markup('<div class="half {}">{}</div>')
        for half in ("upper", "lower"):
            yield slide._replace(shows=window.format(half, image))
    elif height > width:
        words = section.prose + Markup("<p>{}</p>").format(alt)
        yield slide._replace(prose=words, shows=image, beside=True)
    else:
        yield slide._replace(prose=section.prose, shows=image)


def _of_table(section: Section, table: Markup, rest: Markup) -> Iterator[Slide]:
    """Cut a long table into several of about equal size; what follows it stands below the last."""
    html = str(table)
    body = BODY.search(html)
    rows = ROW.findall(body[2]) if body else []
    chunks, prose = _chunks(rows), section.prose
    for chunk in chunks:
        part = html.replace(body[2], "".join(chunk)) if body else html
        is_last = chunk is chunks[-1]
        shows = _clean(part) + rest if is_last else _clean(FOOT.sub("", part))
        yield Slide(section.notebook, section.heading, prose, shows)
        prose = Markup()


def _chunks(rows: Sequence[str]) -> list[list[str]]:
    """Rows in as few parts as will do, of about equal size."""
    least = ceil(len(rows) / ROWS_PER_SLIDE) or 1
    sizes = range(ceil(len(rows) / least), ROWS_PER_SLIDE + 3)
    tried = (list(_cut(rows, size)) for size in sizes)
    return next((chunks for chunks in tried if len(chunks) <= least), list(_cut(rows, sizes[-1])))


def _cut(rows: Sequence[str], size: int) -> Iterator[list[str]]:
    """Parts of a size; a group's heading goes with its first row, and again where it goes on."""
    chunk: list[str] = []
    group = ""
    for row in rows:
        is_group = bool(GROUP.match(row))
        if len(chunk) >= size - is_group:
            yield chunk
            chunk = [] if is_group or not group else [group]
        group = row if is_group else group
        chunk.append(row)
    yield chunk


def _code(cell: Cell) -> Markup:
    """A computation with its value."""
    code = Markup('<pre class="code"><code>{}</code></pre>').format(cell.source)
    return code + Markup().join(map(_plain, cell.outputs))


def _plain(output: Markup) -> Markup:
    return _clean(NAMES.sub("", output))


def _clean(html: str) -> Markup:
    """Name as safe what the reader of notebooks has rewritten already."""
    return Markup(html)  # noqa: S704


def write(output: Path, target: Path, article: Mapping[str, object], label: str = "") -> int:
    """Write a deck as one file that needs no network, and return the number of its slides.

    Parameters
    ----------
    output : Path
        Folder of a build, with its executed notebooks.
    target : Path
        The deck.
    article : mapping
        Title, journal and so on, for the first slide; any of them may be absent.
    label : str
        What must be seen with numbers of patients; empty for a trial's own data.

    Raises
    ------
    ValueError
        If the folder has no executed notebook.
    """
    books = notebooks(output)
    if not books:
        raise ValueError(f"{output} has no executed notebooks; `make` writes them")
    found = slides(books, drawings(output))
    every = [section for book in books for section in sections(book)]
    text = (
        environment()
        .get_template("slides.html")
        .render(
            article=article,
            label=label,
            slides=found,
            openings=[s for s in every if s.heading == s.notebook],
            left_out=[s for s in every if s.is_for_reading],
        )
    )
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text, encoding="utf-8", newline="\n")
    return text.count('<section class="slide')
