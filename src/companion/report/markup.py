"""HTML that others made, written again with nothing in it but text, tables and pictures.

The parts are parsed and put together anew from a short list of elements and attributes, so what
is not on the list cannot pass. Styles are left out: the page has its own, light and dark.
"""

from collections.abc import Iterable
from html import escape
from html.parser import HTMLParser

from markupsafe import Markup

TABLE = ("table", "caption", "colgroup", "col", "thead", "tbody", "tfoot", "tr", "th", "td")
INLINE = ("a", "abbr", "b", "br", "code", "em", "i", "img", "small", "span", "strong", "sub", "sup")
BLOCK = (
    *("blockquote", "dd", "details", "div", "dl", "dt", "h1", "h2", "h3", "h4", "h5", "h6", "hr"),
    *("li", "ol", "p", "pre", "summary", "ul"),
)
ALLOWED = frozenset(TABLE + INLINE + BLOCK)
VOID = frozenset(("br", "col", "hr", "img"))
UNSEEN = frozenset(("script", "style", "title", "head", "template", "noscript", "iframe", "object"))
PLAIN = frozenset(("alt", "class", "colspan", "rowspan", "scope", "span", "start", "title"))
IDS = frozenset(("id", "headers"))
PICTURES = ("data:image/png;base64,", "data:image/jpeg;base64,", "data:image/svg+xml;base64,")
PAGES = ("https://", "http://", "mailto:")


class Rewriter(HTMLParser):
    """Writes what is allowed of the HTML that it is fed, its ids after a prefix.

    Attributes
    ----------
    parts : list of str
        What was written so far.
    """

    def __init__(self, prefix: str, lower_headings: int = 0) -> None:
        super().__init__(convert_charrefs=True)
        self.prefix, self.lower = prefix, lower_headings
        self.parts: list[str] = []
        self._open: list[str] = []
        self._unseen: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Write an allowed element; remember one whose content is not to be seen."""
        if self._unseen or tag in UNSEEN:
            if tag in UNSEEN:
                self._unseen.append(tag)
            return
        if tag not in ALLOWED or (tag == "img" and not _is_picture(attrs)):
            return
        tag = self._leveled(tag)
        self.parts.append(f"<{tag}{''.join(self._attributes(tag, attrs))}>")
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """Close the element, and what was left open inside it."""
        if self._unseen:
            if tag == self._unseen[-1]:
                self._unseen.pop()
            return
        tag = self._leveled(tag)
        if tag in self._open:
            while (last := self._open.pop()) != tag:
                self.parts.append(f"</{last}>")
            self.parts.append(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        """Write text as text."""
        if not self._unseen:
            self.parts.append(escape(data, quote=False))

    def finish(self) -> str:
        """Close what is open and return the whole."""
        self.close()
        self.parts += [f"</{tag}>" for tag in reversed(self._open)]
        self._open.clear()
        return "".join(self.parts)

    def _leveled(self, tag: str) -> str:
        if len(tag) == 2 and tag[0] == "h" and tag[1].isdigit():
            return f"h{min(int(tag[1]) + self.lower, 6)}"
        return tag

    def _attributes(self, tag: str, attrs: Iterable[tuple[str, str | None]]) -> Iterable[str]:
        for name, value in attrs:
            kept = self._kept(tag, name, value or "")
            if kept is not None:
                yield f' {name}="{escape(kept)}"'

    def _kept(self, tag: str, name: str, value: str) -> str | None:
        if name in PLAIN:
            return value
        if name in IDS:
            return " ".join(self.prefix + part for part in value.split())
        if name == "src" and tag == "img":
            return value
        if name == "href" and tag == "a":
            return value if value.startswith(PAGES) else None
        return None


def _is_picture(attrs: Iterable[tuple[str, str | None]]) -> bool:
    """Whether an image holds its picture itself; no other one is kept."""
    return any(name == "src" and (value or "").startswith(PICTURES) for name, value in attrs)


def slug(text: str) -> str:
    """Text as it can stand in an id and in a link to it."""
    return "".join(c if (c.isalnum() and c.isascii()) or c in "_-" else "-" for c in text)


def rewritten(html: str, prefix: str, lower_headings: int = 0) -> Markup:
    """HTML that is safe to put on the page.

    Parameters
    ----------
    html : str
        From a table's file or a notebook's output; never trusted.
    prefix : str
        Put before every id, so that two parts of the page cannot have the same.
    lower_headings : int
        Levels by which headings go down, below those of the page.
    """
    rewriter = Rewriter(prefix, lower_headings)
    rewriter.feed(html)
    return Markup(rewriter.finish())  # noqa: S704 - built from escaped text and listed elements
