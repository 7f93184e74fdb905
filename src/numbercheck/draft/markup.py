"""HTML and JATS XML as paragraphs and tables: one reader, since both are tags around text."""

import re
from html.parser import HTMLParser

from numbercheck.draft.article import Piece, Table, superscript

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
}


def read_markup(text: str) -> list[Piece]:
    """Headings, paragraphs and tables in their order."""
    reader = _Reader()
    reader.feed(text)
    reader.close()
    reader.flush()
    return reader.pieces


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.pieces: list[Piece] = []
        self.skipping: list[str] = []
        self.words: list[str] = []
        self.raised: list[str] | None = None
        self.kind = "prose"
        self.wrap: Table | None = None  # JATS: caption and notes stand beside the table
        self.grid: _Grid | None = None
        self.where = ""  # within a table: caption, cell or notes

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if self.skipping or tag in SKIPPED or given.get("abstract-type") in ("graphical", "toc"):
            if not self.skipping or self.skipping[-1] == tag:
                self.skipping.append(tag)
        elif tag == "sup":
            self.raised = []
        elif tag == "br":
            self.words.append(" ")
        elif tag == "table-wrap":
            self.flush()
            self.wrap = Table("", [])
        elif tag == "table":
            self.flush()
            self.grid = _Grid(self.wrap or Table("", []))
        elif tag in ("td", "th") and self.grid:
            self.flush()
            self.where = "cell"
            self.grid.open(given, tag == "th")
        elif tag in ("tr", "thead", "tbody", "tfoot") and self.grid:
            self.flush()
            self.grid.begin(tag)
        elif tag in ("caption", "table-wrap-foot") or (tag == "label" and self.wrap):
            self.flush()
            self.where = "notes" if tag == "table-wrap-foot" else "caption"
        elif tag in BLOCKS and not self.where:
            self.flush()
            self.kind = "heading" if tag in HEADINGS else "prose"
            if tag in ("abstract", "body") and not self.grid:
                self.pieces.append(("heading", "Abstract") if tag == "abstract" else ("body", ""))
        elif tag in BLOCKS:
            self.words.append(" ")

    def handle_endtag(self, tag: str) -> None:
        if self.skipping:
            if tag == self.skipping[-1]:
                self.skipping.pop()
        elif tag == "sup" and self.raised is not None:
            raised, self.raised = "".join(self.raised), None
            self.words.append(superscript(raised, bool(self.grid)))
        elif tag in ("td", "th", "caption", "table-wrap-foot") or (tag == "label" and self.wrap):
            self.flush()
            self.where = ""
        elif tag in ("table", "table-wrap"):
            self._close_table(tag)
        elif tag in BLOCKS and not self.where:
            self.flush()
            self.kind = "prose"

    def _close_table(self, tag: str) -> None:
        self.flush()
        self.where = ""
        if self.grid:
            self.grid.close()
            if not self.wrap:
                self.pieces.append(self.grid.table)
            self.grid = None
        if tag == "table-wrap" and self.wrap:
            if self.wrap.rows:
                self.pieces.append(self.wrap)
            self.wrap = None

    def handle_data(self, data: str) -> None:
        if not self.skipping:
            (self.words if self.raised is None else self.raised).append(data)

    def flush(self) -> None:
        """Put the words so far where they belong."""
        text = "".join(self.words)
        self.words = []
        indent = bool(re.match(r"[\n\r\t ]*[\xa0\u2002\u2003\u2009]", text))
        text = re.sub(r"[\n\r\t ]+", " ", text).strip()
        table = self.grid.table if self.grid else self.wrap
        if table and self.where == "cell" and self.grid:
            self.grid.write(("\u2003" if indent else "") + text)
        elif table and self.where in ("caption", "notes"):
            name = self.where
            setattr(table, name, f"{getattr(table, name)} {text}".strip())
        elif text and not self.where and not self.grid:
            self.pieces.append((self.kind, text))


class _Grid:
    """The cells of one table, each spanning cell repeated where it spans."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self.heading = False
        self.heads: list[bool] = []
        self.pending: dict[int, tuple[int, str]] = {}  # column: rows that its cell still spans
        self.span = (1, 1)
        self.row: list[str] | None = None
        self.all_heads = True

    def begin(self, tag: str) -> None:
        """Begin a row, or the table's head or body."""
        if tag != "tr":
            self._finish()
            self.heading = tag == "thead"
            return
        self._finish()
        self.row, self.all_heads = [], True

    def open(self, given: dict[str, str], head: bool) -> None:
        """Begin a cell."""
        if self.row is None:
            self.row = []
        self._carry()
        self.all_heads &= head
        self.span = tuple(int(given.get(k, "1")) if given.get(k, "1").isdecimal() else 1
                          for k in ("rowspan", "colspan"))  # type: ignore[assignment]  # fmt: skip

    def write(self, text: str) -> None:
        """End a cell with its text."""
        if self.row is None:
            return
        rows, columns = (max(1, min(n, 50)) for n in self.span)
        for i in range(columns):
            if i:
                self.table.repeats.add((len(self.table.rows), len(self.row)))
            if rows > 1:
                self.pending[len(self.row)] = (rows - 1, text)
            self.row.append(text)

    def _carry(self) -> None:
        """Repeat the cells of rows above that reach into this row."""
        while self.row is not None and self.pending.get(len(self.row), (0, ""))[0]:
            column = len(self.row)
            left, text = self.pending[column]
            self.pending[column] = (left - 1, text)
            self.table.repeats.add((len(self.table.rows), column))
            self.row.append(text)

    def _finish(self) -> None:
        if self.row is not None:
            self._carry()
            self.table.rows.append(self.row)
            self.heads.append(self.heading or (self.all_heads and bool(self.row)))
            self.row = None

    def close(self) -> None:
        """End the table: as many heading rows as stand first, all rows equally wide."""
        self._finish()
        width = max((len(row) for row in self.table.rows), default=0)
        for row in self.table.rows:
            row.extend([""] * (width - len(row)))
        heads = 0
        while heads < len(self.heads) and self.heads[heads]:
            heads += 1
        self.table.heads = heads or min(1, len(self.table.rows))
