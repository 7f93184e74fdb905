"""Plain text, Markdown and the text of a PDF as paragraphs and tables."""

import logging
import re
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from numbercheck.draft.article import (
    ABSTRACT,
    CAPTION,
    NOT_FOR_DRAFT,
    NOTE,
    SECTION,
    DraftError,
    Piece,
    PrintedTable,
    superscript,
)

NO_READER = "reading a PDF needs the package pypdf; install it, or save the article as text"
LATEX = {
    **{r"\geqslant": "≥", r"\leqslant": "≤", r"\geq": "≥", r"\leq": "≤", r"\ge": "≥"},
    **{r"\le": "≤", r"\times": "×", r"\pm": "±", r"\%": "%", r"\sim": "~", r"\mu": "µ"},
}
MARKS = re.compile(
    r"(\*\*|__|(?<!\w)[*_](?=\w)|(?<=\w)[*_](?!\w)|`|^#+\s*|</?(?:b|i|em|strong|u)>)"
)
CELLS = re.compile(r"\t+|\s{2,}|\s*\|\s*")
VALUE = r"(?:[<>]?[\d.·]+%?(?:\s*[–/±-]\s*[\d.·]+%?)?(?:\s*[(\[][^()\[\]]*\d[^()\[\]]*[)\]])*|[—–-]|NA|NR)"
RUN_IN = re.compile(rf"(?P<label>\D.*?)\s+(?P<cells>{VALUE}(?:\s+{VALUE})*)")


def read_plain(text: str) -> Iterator[Piece]:
    """Headings, paragraphs and tables of plain text or Markdown, in their order."""
    blocks = [b for b in re.split(r"\n[ \t]*(?:\n[ \t]*)+", _unmarked(text)) if b.strip()]
    waiting: PrintedTable | None = None  # a caption, until its rows come
    last: PrintedTable | None = None
    for block in blocks:
        lines = block.strip("\n").splitlines()
        caption = CAPTION.match(lines[0]) if len(lines[0]) < 300 else None
        if caption and len(lines) == 1 and not re.search(r"[.;]\s+\w.*[.;]\s+\w", lines[0]):
            waiting = PrintedTable(_clean(block), [])
            continue
        table = _table(lines[1:] if caption else lines, bool(waiting or caption))
        if table:
            table.caption = _clean(lines[0]) if caption else waiting.caption if waiting else ""
            yield table
            waiting, last = None, table
            continue
        words = _clean(" ".join(line.strip() for line in lines))
        if last and NOTE.match(words) and not block.lstrip().startswith("#"):
            last.notes = f"{last.notes} {words}".strip()
            continue
        last = last if words[:1].islower() else None
        yield from _prose(block, lines, words)


def _prose(block: str, lines: list[str], words: str) -> Iterator[Piece]:
    """A heading, or a paragraph that may have its heading in its first line or words."""
    first = _clean(lines[0])
    if len(lines) > 1 and SECTION.fullmatch(first):
        yield "heading", first.rstrip(": ")
        yield "prose", _clean(" ".join(line.strip() for line in lines[1:]))
    elif block.lstrip().startswith("#") or SECTION.fullmatch(words):
        yield "heading", words.rstrip(": ")
    elif re.match(r"(abstract|summary)\s*[:.—–]\s*\S", words, re.IGNORECASE):
        yield "heading", "Abstract"
        yield "prose", re.sub(r"^\w+\s*[:.—–]\s*", "", words)
    else:
        yield "prose", words


def _unmarked(text: str) -> str:
    """Text with raised digits as signs, and formulas as they are read."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\x0c", "\n\n")
    text = re.sub(r"<sup>(.*?)</sup>", lambda m: superscript(m[1]), text, flags=re.DOTALL)
    text = re.sub(r"<sub>(.*?)</sub>", r"\1", text)
    for sign, read in LATEX.items():
        text = text.replace(sign, read)
    text = re.sub(r"\$([^$\n]{1,80})\$", lambda m: m[1].replace("~", " ").strip(), text)
    text = re.sub(r"\^([\d,–-]+)\^", lambda m: superscript(m[1]), text)
    text = re.sub(r"(?<=\d)\^\{?(\d+)\}?", lambda m: superscript(m[1]), text)
    return re.sub(r"&(nbsp|thinsp|emsp);", " ", text).replace("&lt;", "<").replace("&gt;", ">")


def _clean(text: str) -> str:
    return re.sub(r"[ \t\n]+", " ", MARKS.sub("", text.strip())).strip()


def _table(lines: list[str], captioned: bool) -> PrintedTable | None:
    """A table in pipes, or below its caption one in columns; None for anything else."""
    pipes = [line for line in lines if line.strip().startswith("|")]
    if len(pipes) >= 2 and len(pipes) == len(lines):
        rules = [i for i, line in enumerate(pipes) if re.fullmatch(r"[\s|:+-]+", line)]
        rows = [
            [_clean(cell) for cell in re.split(r"(?<!\\)\|", line.strip().removeprefix("|"))]
            for i, line in enumerate(pipes)
            if i not in rules
        ]
        rows = [row[:-1] if row and not row[-1] else row for row in rows]
        return _squared(rows, rules[0] if rules else 1)
    if not captioned:
        return None
    rows = [_columns(line) for line in lines if line.strip()]
    if sum(len(row) > 1 for row in rows) < max(2, len(rows) // 3):
        return None
    return _squared(rows, 1)


def _columns(line: str) -> list[str]:
    """Cells of a line whose columns are set apart by tabs or wide gaps, or follow a label."""
    indent = "\u2003" if line[:1] in " \t\u2003\xa0" else ""
    cells = [cell.strip() for cell in CELLS.split(line.strip())]
    run_in = RUN_IN.fullmatch(line.strip())
    if len(cells) == 1 and run_in:
        cells = [run_in["label"], *re.findall(VALUE, run_in["cells"])]
    return [indent + cells[0], *cells[1:]]


def _squared(rows: list[list[str]], heads: int) -> PrintedTable:
    width = max(len(row) for row in rows)
    first = rows[0]
    if len(first) == width - 1:  # no heading above the labels
        rows[0] = ["", *first]
    return PrintedTable("", [row + [""] * (width - len(row)) for row in rows], heads)


def read_pdf(path: Path) -> Iterator[Piece]:
    """Read the text of a PDF, its lines put together to paragraphs again.

    Raises
    ------
    DraftError
        If pypdf is not installed, or the file cannot be read.
    """
    try:
        from pypdf import PdfReader
        from pypdf.errors import PyPdfError
    except ImportError:
        raise DraftError(f"{path}: {NO_READER}") from None
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # the sentence below says enough
    try:
        pages = [page.extract_text() for page in PdfReader(path).pages]
    except (PyPdfError, ValueError, KeyError, TypeError, OSError) as error:
        raise DraftError(f"{path}: no PDF that can be read ({error})") from None
    return read_plain(_paragraphs("\n".join(pages)))


def _paragraphs(text: str) -> str:
    """Text with an empty line after each line that ends a paragraph, before captions and sections."""
    text = re.sub(r"(?<=[a-z])-\n(?=[a-z])", "", text)
    lines = text.splitlines()
    full = median([len(line) for line in lines if len(line) > 20] or [80])
    spaced: list[str] = []
    for line in lines:
        opens = (
            CAPTION.match(line)
            or SECTION.fullmatch(line.strip())
            or (NOT_FOR_DRAFT.match(line) if len(line) < 40 else None)
        )
        spaced += ["", line] if opens else [line]
        ends = line.rstrip().endswith((".", "]")) and len(line) < 0.8 * full
        if ends or SECTION.fullmatch(line.strip()) or ABSTRACT.fullmatch(line.strip()):
            spaced.append("")
    return "\n".join(spaced)
