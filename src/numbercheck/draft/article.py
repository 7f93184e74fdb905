"""An article as paragraphs and tables, whatever format it came in."""

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from numbercheck.errors import NumbercheckError

SUPERSCRIPTS = str.maketrans("0123456789-–−", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁻⁻")
MARKS = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
CONTROL = re.compile(rb"[\0-\x08\x0e-\x1a]")  # bytes that text in any of these has seldom or never
ABSTRACT = re.compile(r"(structured )?(abstract|summary)\W*", re.IGNORECASE)
SECTION = re.compile(
    r"((?:structured )?abstract|summary|introduction|background|(?:(?:patients|materials?) and )?methods|results|"
    r"discussion|conclusions?|references|acknowledge?ments?|funding)\s*:?",
    re.IGNORECASE,
)
INTRODUCTION = re.compile(r"(\d+\W+)?(introduction|background)\W*", re.IGNORECASE)
KEYWORDS = re.compile(r"key ?words\b", re.IGNORECASE)
SECTIONS = re.compile(r"(background|importance|purpose|objectives?|aims?|context|methods)\b", re.I)
CONCLUSION = re.compile(
    r"(conclusions?|interpretation|meaning)\b|.*\b(CONCLUSIONS?|INTERPRETATION)\b", re.I | re.S
)
NOT_FOR_DRAFT = re.compile(
    r"(references|bibliography|literature cited|acknowledg\w+|abbreviations|supplement\w*|authors?|"
    r"funding|data (availability|sharing)|declarations?|ethic\w+|consent|competing|conflicts?|"
    r"disclosures?|publisher|contributors|correspondence|article info\w*|contributions?)\b.*",
    re.IGNORECASE | re.DOTALL,
)
NOT_PROSE = re.compile(
    r"(©|\(c\) \d|\\?[*†‡]|\W*correspondence\b|full list of author|received\b|published\b|https?://|"
    r"copyright|downloaded from|key ?words\b|doi\b|e-?mail|this article is licensed|"
    r".{0,200}contributed equally)",
    re.IGNORECASE,
)
MARKUP = re.compile(  # Markdown may begin with other tags
    r"\s*(?:<!--.*?-->\s*)*<(?:\?xml|!doctype|(?:html|head|body|article|pmc-articleset|front|main|section|"
    r"div|p|h[1-6]|table|table-wrap)\b)",
    re.IGNORECASE | re.DOTALL,
)
CAPTION = re.compile(r"\W*table\s+(S?\d+|[IVX]+)\b[\s.:|*–—-]*(.*)", re.IGNORECASE | re.DOTALL)
NOTE = re.compile(
    r"(?i:data|values|numbers|percentages|abbreviations?|denotes?|plus[–-]minus|notes?)\b|"
    r"[*†‡§¶‖ᵃᵇᶜ]|[A-Z][\w-]*[,:=] "
)


class DraftError(NumbercheckError, ValueError):
    """The article cannot be read, or the ledger not be written where it should."""


@dataclass(frozen=True)
class Paragraph:
    """One paragraph of the abstract or the text, with its place.

    ``is_own`` is False in the introduction, whose numbers are those of other studies.
    """

    part: str
    locus: str
    text: str
    is_own: bool = True


@dataclass
class PrintedTable:
    """One table: its first ``heads`` rows are column headings.

    ``repeats`` are the cells (row, column) that only repeat a spanning cell for its other rows
    or columns; ``stubs`` the headings of rows (row: its text) that stand in a column of their own.
    """

    caption: str
    rows: list[list[str]]
    heads: int = 1
    notes: str = ""
    part: str = ""
    repeats: set[tuple[int, int]] = field(default_factory=set)
    stubs: dict[int, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Article:
    """What is drafted from: paragraphs in order, then tables in order.

    ``front`` has what the article says of itself, such as its title, by its name in article.json.
    """

    paragraphs: tuple[Paragraph, ...]
    tables: tuple[PrintedTable, ...]
    front: dict[str, str | int] = field(default_factory=dict)


Piece = tuple[str, str] | PrintedTable  # ("heading" or "prose", its text), or a table


def read_article(path: Path | str) -> Article:
    """Read an article from plain text, Markdown, HTML, JATS XML or PDF, told by its content.

    Raises
    ------
    DraftError
        If there is no text in it, or it is none of these.
    """
    path, front = Path(path), {}
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise DraftError(f"{path}: cannot be read ({error.strerror})") from None
    if is_pdf := raw.lstrip().startswith(b"%PDF"):
        from numbercheck.draft.plain import read_pdf

        pieces = read_pdf(path)
    else:
        text = _decoded(raw, path)
        if MARKUP.match(text):
            from numbercheck.draft.front import read_front
            from numbercheck.draft.markup import parse, read_markup

            tree = parse(text)
            pieces, front = read_markup(tree), read_front(tree)
        else:
            from numbercheck.draft.plain import read_plain

            pieces = read_plain(text)
    whole = list(pieces)
    article = _arranged(whole, _title(whole) | front)
    if not any(p.text for p in article.paragraphs) and not article.tables:
        scan = "; a scanned PDF needs text recognition first" if is_pdf else ""
        raise DraftError(f"{path}: there is no text in it{scan}")
    return article


def _title(pieces: list[Piece]) -> dict[str, str | int]:
    """The heading that an article begins with, if it is not that of a section."""
    match next((p for p in pieces if p != ("body", "")), ""):
        case ("heading", str(text)) if not SECTION.fullmatch(text):
            return {"title": text}
    return {}


def _decoded(raw: bytes, path: Path) -> str:
    if re.search(rb"\bendobj\b.*\bxref\b", raw, re.DOTALL):
        raise DraftError(f"{path}: this is the inside of a PDF, not its text; give the PDF itself")
    text = _text(raw)
    if raw.startswith((b"PK", b"{\\rtf")) or (
        CONTROL.search(raw) if text is None else "\0" in text
    ):
        raise DraftError(
            f"{path}: this is no text; save the article as plain text, Markdown, HTML, XML or PDF"
        )
    if text is None:
        raise DraftError(f"{path}: its encoding is not UTF-8; save it as UTF-8")
    return text


def _text(raw: bytes) -> str | None:
    """Text of a file; None where its bytes are of no encoding that it may have."""
    marked = next((name for mark, name in MARKS.items() if raw.startswith(mark)), _utf_16(raw))
    if marked:
        return raw.decode(marked, "replace")
    named = re.search(rb"(?:encoding|charset)=[\"']?([\w-]+)", raw[:1000])
    for encoding in ("utf-8", named[1].decode() if named else "", "cp1252"):
        with suppress(UnicodeDecodeError, LookupError):
            return raw.decode(encoding)
    return None


def _utf_16(raw: bytes) -> str:
    """Encoding of UTF-16 without its mark, where every other byte of Latin text is zero."""
    for name, zero in (("utf-16-be", 0), ("utf-16-le", 1)):
        high, low = raw[zero:1000:2], raw[1 - zero : 1000 : 2]
        if high and high.count(0) > 0.5 * len(high) and 0 not in low:
            return name
    return ""


def superscript(text: str, in_table: bool = False) -> str:
    """Raised digits as their Unicode signs; raised letters, the marks of footnotes, go."""
    if re.fullmatch(r"[\d\s,–−-]+", text):
        return text.translate(SUPERSCRIPTS)
    return "" if in_table or not re.search(r"\w", text) else text


def _arranged(pieces: list[Piece], front: dict[str, str | int]) -> Article:
    """Give each paragraph and table its place; front matter and references are left out."""
    has_abstract = any(p[0] == "heading" and ABSTRACT.fullmatch(p[1].strip()) for p in pieces
                       if not isinstance(p, PrintedTable))  # fmt: skip
    part = "" if has_abstract else "Text"
    found: list[tuple[str, str]] = []
    tables: list[PrintedTable] = []
    for piece in pieces:
        if isinstance(piece, PrintedTable):
            number = CAPTION.match(piece.caption)
            piece.part = f"Table {number[1].upper() if number else len(tables) + 1}"
            tables.append(piece)
            continue
        kind, text = piece[0], piece[1].strip()
        if kind == "heading" and ABSTRACT.fullmatch(text):
            part = "Abstract"
        elif kind == "heading" and NOT_FOR_DRAFT.match(text):
            part = ""
        elif part == "Abstract" and not _ends_abstract(kind, text, found):
            pass
        elif kind == "body" or (kind == "heading" and (found or not has_abstract)):
            part = "Introduction" if INTRODUCTION.fullmatch(text) else "Text"
        elif part == "Abstract":
            part = "Text"
        prose = kind == "prose" or (kind == "heading" and part == "Abstract" != text)
        if prose and part and not NOT_PROSE.match(text):
            found.append((part, text))
    return Article(tuple(_numbered(_joined(found))), tuple(tables), front)


def _ends_abstract(kind: str, text: str, found: list[tuple[str, str]]) -> bool:
    """Whether the text begins here; a structured abstract has headings until its conclusion."""
    if kind == "prose" or KEYWORDS.match(text):
        return bool(KEYWORDS.match(text))
    structured = not found or any(SECTIONS.match(words) for _, words in found[:1])
    concluded = any(CONCLUSION.match(words) for _, words in found)
    return kind == "body" or bool(found and (not structured or concluded))


def _joined(found: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Put together what a column's or page's end has torn apart within a sentence."""
    whole: list[tuple[str, str]] = []
    for part, text in found:
        if whole and whole[-1][0] == part and text[:1].islower() and whole[-1][1][-1:] not in ".:;":
            whole[-1] = part, f"{whole[-1][1]} {text}"
        else:
            whole.append((part, text))
    return whole


def _numbered(found: list[tuple[str, str]]) -> Iterator[Paragraph]:
    """Paragraphs with their places; an introduction that nothing ends is the whole text."""
    number, ends = 0, found[-1:] and found[-1][0] != "Introduction"
    for part, text in found:
        number += part != "Abstract"
        place = ("Abstract", part) if part == "Abstract" else ("Text", f"Text ¶{number}")
        yield Paragraph(*place, text, not (ends and part == "Introduction"))
