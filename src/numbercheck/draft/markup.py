"""HTML and JATS XML as paragraphs and tables: one reader, since both are tags around text."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

from numbercheck.draft.article import Piece, PrintedTable, superscript

SKIPPED = {
    *("script", "style", "nav", "header", "footer", "head", "svg", "button", "form", "noscript"),
    *("back", "ref-list", "ack", "author-notes", "contrib-group", "aff", "kwd-group"),
    *("permissions", "journal-meta", "article-id", "article-categories", "pub-date", "history"),
    *("volume", "issue", "fpage", "lpage", "elocation-id", "counts", "custom-meta-group"),
    *("funding-group", "self-uri", "tex-math", "annotation", "title-group", "trans-abstract"),
    *("supplementary-material", "notes"),
}
HEADINGS = {"h1", "h2", "h3", "h4", "h5", "h6", "title"}
BLOCKS = HEADINGS | {
    *("p", "div", "section", "sec", "li", "abstract", "body", "article", "figcaption", "figure"),
    *("fig", "dd", "dt", "blockquote", "main", "label", "list", "ul", "ol", "article-meta"),
    *("table", "table-wrap"),
}
VOID = {"br", "hr", "img", "input", "link", "meta", "col", "wbr"}
CELLS = ("td", "th")
ROWS = {"tr", "tbody", "tfoot"}
ENDED_BY = {"p": BLOCKS, "li": {"li"}, "dt": {"dt", "dd"}, "dd": {"dt", "dd"}, "tr": ROWS,
            "td": {*CELLS, *ROWS}, "th": {*CELLS, *ROWS}, "thead": ROWS - {"tr"},
            "tbody": ROWS - {"tr"}}  # fmt: skip
MOST_SPANNED = 50  # rows or columns


@dataclass
class Node:
    """An element: its tag, attributes, and what it contains in order."""

    tag: str
    given: dict[str, str] = field(default_factory=dict)
    children: list["Node | str"] = field(default_factory=list)

    @property
    def elements(self) -> Iterator["Node"]:
        """The elements among its children."""
        return (child for child in self.children if isinstance(child, Node))

    def find(self, *tags: str) -> Iterator["Node"]:
        """Elements of these tags inside, in order; not those inside one of them."""
        for child in self.elements:
            yield from [child] if child.tag in tags else child.find(*tags)

    def text(self, in_table: bool = False) -> str:
        """The words inside, raised digits as signs."""
        if _is_skipped(self):
            return ""
        words = self.inside(in_table)
        if self.tag == "sup":
            return superscript(words, in_table)
        return f" {words} " if self.tag in BLOCKS or self.tag == "br" else words

    def inside(self, in_table: bool = False) -> str:
        """The same of an element that is not read for its numbers."""
        return "".join(c if isinstance(c, str) else c.text(in_table) for c in self.children)


class _Tree(HTMLParser):
    """The elements of a text; end tags that HTML lets one leave out are understood."""

    def __init__(self) -> None:
        super().__init__()
        self.open = [Node("")]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        while tag in ENDED_BY.get(self.open[-1].tag, ()):
            self.open.pop()
        node = Node(tag, {name: value or "" for name, value in attrs})
        self.open[-1].children.append(node)
        if tag not in VOID:
            self.open.append(node)

    def handle_endtag(self, tag: str) -> None:
        if any(node.tag == tag for node in self.open):
            while self.open.pop().tag != tag:
                pass

    def handle_data(self, data: str) -> None:
        self.open[-1].children.append(data)


def parse(text: str) -> Node:
    """The elements of a text, in one that contains them all."""
    tree = _Tree()
    tree.feed(text)
    tree.close()
    return tree.open[0]


def _is_skipped(node: Node) -> bool:
    return node.tag in SKIPPED or node.given.get("abstract-type") in ("graphical", "toc")


def read_markup(node: Node) -> Iterator[Piece]:
    """Headings, paragraphs and tables inside an element, in their order."""
    kind = "heading" if node.tag in HEADINGS else "prose"
    words: list[str] = []
    for child in node.children:
        if isinstance(child, str):
            words.append(child)
        elif not _is_skipped(child) and child.tag not in BLOCKS and not any(child.find(*BLOCKS)):
            words.append(child.text())
        elif not _is_skipped(child):
            yield from _said(kind, words)
            words = []
            yield from _block(child)
    yield from _said(kind, words)


def _said(kind: str, words: list[str]) -> Iterator[Piece]:
    if text := _clean("".join(words)):
        yield kind, text


def _block(node: Node) -> Iterator[Piece]:
    if node.tag in ("abstract", "body"):
        yield ("heading", "Abstract") if node.tag == "abstract" else ("body", "")
    if node.tag not in ("table", "table-wrap"):
        yield from read_markup(node)
        return
    named = _clean(" ".join(n.text(in_table=True) for n in node.find("label", "caption")))
    notes = _clean(" ".join(n.text(in_table=True) for n in node.find("table-wrap-foot")))
    for table in [node] if node.tag == "table" else node.find("table"):
        yield _table(table, named, notes)


def _clean(text: str) -> str:
    return re.sub(r"[\n\r\t ]+", " ", text).strip()


def _table(node: Node, caption: str, notes: str) -> PrintedTable:
    """A table, each spanning cell repeated where it spans, and as many heads as stand first."""
    table = PrintedTable(caption, [], notes=notes)
    spanning: dict[int, tuple[int, str]] = {}  # column: rows that its cell still spans, its text
    heads = []
    in_head = {id(row) for head in node.find("thead") for row in head.find("tr")}
    for row in node.find("tr"):
        cells = list(row.find(*CELLS))
        table.rows.append(_row(cells, len(table.rows), spanning, table.repeats))
        heads.append(id(row) in in_head or (bool(cells) and all(c.tag == "th" for c in cells)))
    width = max(map(len, table.rows), default=0)
    for cells_of_row in table.rows:
        cells_of_row.extend([""] * (width - len(cells_of_row)))
    table.heads = [*heads, False].index(False) or min(1, len(heads))
    return table


def _row(
    cells: list[Node], at: int, spanning: dict[int, tuple[int, str]], repeats: set[tuple[int, int]]
) -> list[str]:
    row: list[str] = []
    waiting = iter(cells)
    while True:
        left, text = spanning.get(len(row), (0, ""))
        if left:
            spanning[len(row)] = (left - 1, text)
            repeats.add((at, len(row)))
            row.append(text)
            continue
        cell = next(waiting, None)
        if cell is None:
            return row
        words = cell.text(in_table=True)
        indent = re.match(r"[\n\r\t ]*[\xa0\u2002\u2003\u2009]", words)
        text = ("\u2003" if indent else "") + _clean(words)
        for i in range(_span(cell, "colspan")):
            if i:
                repeats.add((at, len(row)))
            spanning[len(row)] = (_span(cell, "rowspan") - 1, text)
            row.append(text)


def _span(cell: Node, name: str) -> int:
    given = cell.given.get(name, "")
    return max(1, min(int(given), MOST_SPANNED)) if given.isdecimal() else 1
