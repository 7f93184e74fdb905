"""HTML that others made, safe to stand on the page."""

import re
from functools import lru_cache

import nh3
from markupsafe import Markup

TABLE = ("table", "caption", "colgroup", "col", "thead", "tbody", "tfoot", "tr", "th", "td")
INLINE = ("a", "abbr", "b", "br", "code", "em", "i", "img", "small", "span", "strong", "sub", "sup")
BLOCK = (
    *("blockquote", "dd", "details", "div", "dl", "dt", "h1", "h2", "h3", "h4", "h5", "h6", "hr"),
    *("li", "ol", "p", "pre", "summary", "ul"),
)
DROPPED = {"script", "style", "title", "head", "template", "noscript", "iframe", "object"}
ATTRIBUTES = {
    "*": {"alt", "class", "colspan", "headers", "id", "rowspan", "scope", "span", "start", "title"},
    "a": {"href"},
    "span": {"data-measure", "data-statistic"},
    "img": {"src"},
}
PICTURES = ("data:image/png;base64,", "data:image/jpeg;base64,", "data:image/svg+xml;base64,")
PAGES = ("https://", "http://", "mailto:")
HEADING = re.compile(r"(</?h)([1-6])\b")


@lru_cache(maxsize=1000)  # a watched build shows most of it again
def sanitized(html: str, prefix: str, lower_headings: int = 0) -> Markup:
    """HTML with nothing in it but text, tables, and pictures that it carries itself.

    Styles are left out: the page has its own, light and dark. A table's empty corner is no header.

    Parameters
    ----------
    html : str
        From a table's file or a notebook's output; never trusted.
    prefix : str
        Put before every id, so that two parts of the page cannot have the same.
    lower_headings : int
        Levels by which headings go down, below those of the page.
    """

    def kept(tag: str, name: str, value: str) -> str | None:
        if name in ("id", "headers"):
            return " ".join(prefix + part for part in value.split())
        allowed = {"src": PICTURES, "href": PAGES}.get(name)
        return value if allowed is None or value.startswith(allowed) else None

    clean = nh3.clean(
        html,
        tags={*TABLE, *INLINE, *BLOCK},
        clean_content_tags=DROPPED,
        attributes=ATTRIBUTES,
        attribute_filter=kept,
        url_schemes={"https", "http", "mailto", "data"},
        link_rel=None,
    )
    lowered = HEADING.sub(lambda h: f"{h[1]}{min(int(h[2]) + lower_headings, 6)}", clean)
    return Markup(lowered.replace("<th></th>", "<td></td>"))  # noqa: S704 - sanitized
