"""Slides for a projector, made from the executed notebooks: prose, tables and figures, no code."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from markupsafe import Markup, escape

from companion.report.notebooks import Notebook, notebooks
from companion.report.page import environment

HEADING = re.compile(r"<h(\d)>(.*?)</h\1>", re.DOTALL)


MOST_ROWS = 20  # of a data frame that can be read from the back of a room


class Slide(NamedTuple):
    """One slide: the notebook, the heading that it stands under, prose, and one display."""

    notebook: str
    heading: Markup
    prose: Markup
    display: Markup = Markup()
    first: bool = False


def write(output: Path, path: Path, label: str = "") -> int:
    """Write a deck as one file that needs no network, and return the number of its slides.

    Parameters
    ----------
    output : Path
        Folder of a build, with its executed notebooks.
    path : Path
        The deck.
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
    found = [slide for book in books for slide in slides(book)]
    text = environment().get_template("slides.html").render(slides=found, label=label)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="\n")
    return len(found)


def slides(book: Notebook) -> Iterator[Slide]:
    """Slides of one notebook: each display with the prose before it, under its heading."""
    slide = Slide(book.title, escape(book.title), Markup(), first=True)
    for cell in book.cells:
        for heading, prose in _passages(cell.prose, slide.heading):
            if slide.display or (slide.prose and heading != slide.heading):
                yield slide
                slide = Slide(book.title, heading, Markup())
            slide = slide._replace(heading=heading, prose=slide.prose + prose)
        for output in cell.outputs:
            if not _is_display(output):
                slide = slide._replace(prose=slide.prose + output)
                continue
            if slide.display:
                yield slide
                slide = Slide(book.title, slide.heading, Markup())
            slide = slide._replace(display=_readable(output))
    yield slide


def _passages(prose: Markup, heading: Markup) -> Sequence[tuple[Markup, Markup]]:
    """Headings of a cell's prose, and what stands under each."""
    parts = HEADING.split(prose)
    passages = [(heading, parts[0])] if parts[0].strip() else []
    passages += [(Markup(t), b) for t, b in zip(parts[2::3], parts[3::3], strict=True)]  # noqa: S704 - parts of Markup
    return [(title, Markup(body.strip())) for title, body in passages]  # noqa: S704 - parts of Markup


def _is_display(output: Markup) -> bool:
    return "<img" in output or "<table" in output


def _readable(output: Markup) -> Markup:
    rows = output.count("<tr")
    if "dataframe" in output and rows > MOST_ROWS:
        return Markup("<p>A table of {} rows; the notebook in the report has it.</p>").format(
            rows - 1
        )
    return output
