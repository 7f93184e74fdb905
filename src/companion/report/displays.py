"""The tables and figures of a build, as parts of the page: each number leads to its claim.

Tables name the result of a number in ``data-measure`` and ``data-statistic``, figures in the id
of a mark (``crc_2w.n--crc_2w.N``). A figure stands on the page as SVG of its own, of which only
shapes are kept, so that its marks can be pressed.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from html import escape
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree

from markupsafe import Markup

from companion.report.markup import sanitized
from numbercheck.ledger.records import Ledger
from numbercheck.report.environment import slug

TITLE = re.compile(r'class="gt_heading gt_title[^>]*>(.*?)</td>', re.DOTALL)
MARKED = re.compile(r'<span data-measure="(\w+)" data-statistic="(\w+)">(.*?)</span>')
CLAUSE = re.compile(r"[:;,.](?!\d)")
NUMBERED = re.compile(r"s?\d+[a-z]?")
LEGIBLE = 4 / 3  # pixels for a point: no text smaller than it was drawn
BESIDE, BREAK = " [printed: ", Markup(" <wbr>[printed: ")  # where a narrow screen may break a cell
PHONE = 330  # pixels between the margins of a phone
JOINS = "stroke-linejoin: round; stroke-linecap: butt"  # the style sheet of every figure
WRITTEN = {".html": (".csv", ".html", ".tex"), ".svg": (".png", ".svg")}
SHAPES = ("svg", "g", "defs", "path", "use", "clipPath", "rect", "pattern")
GEOMETRY = (
    *("d", "style", "transform", "x", "y", "width", "height", "viewBox", "clip-path", "fill"),
    "patternUnits",
)

Shown = tuple[str, str]  # a measure and a statistic


class PageDisplay(NamedTuple):
    """A table or figure, as HTML.

    Of the ``measures`` it shows, those ``listed`` are not links that a keyboard reaches. What
    depends on a reconstructed cohort says so itself, as its notebook made it.
    """

    name: str
    title: str
    html: Markup
    alt: str = ""
    files: tuple[str, ...] = ()
    measures: tuple[str, ...] = ()
    listed: tuple[str, ...] = ()


class Links:
    """Where a number of a table, a figure or a notebook leads.

    Parameters
    ----------
    ledger : Ledger
        Its claims come first, those of a table of the article before others.
    results : collection of (str, str)
        Measure and statistic of each result; a number without a claim leads to its result.
    """

    def __init__(self, ledger: Ledger, results: Collection[Shown]) -> None:
        self.ledger, self.results = ledger, results
        self._first = {c.measure: c for c in reversed(list(ledger.claims.values()))}

    def aim(self, measure: str, statistic: str) -> str:
        """Id on the page of a number's claim, else its result, else a claim of its measure.

        A mark of a claim itself has its slug in place of the measure, and ``claim``.
        """
        if statistic == "claim":
            return f"claim-{slug(measure)}"
        claims = self.ledger.find(measure, statistic)
        if not claims and (measure, statistic) in self.results:
            return f"result-{slug(measure)}-{slug(statistic)}"
        claims = claims or [self._first[measure]] if measure in self._first else []
        claim = min(claims, key=lambda c: not c.part.startswith("Table"), default=None)
        return f"claim-{slug(claim.claim)}" if claim else ""

    def link(self, html: Markup) -> Markup:
        """HTML with a link at each number that names its result."""

        def anchor(number: re.Match[str]) -> str:
            aim = self.aim(number[1], number[2])
            return f'<a href="#{aim}">{number[3]}</a>' if aim else number[3]

        return Markup(MARKED.sub(anchor, html))  # noqa: S704 - ids in sanitized HTML


def tables(output: Path, links: Links) -> list[PageDisplay]:
    """Every table of a build, by name."""
    return [_table(path, links) for path in sorted((output / "tables").glob("*.html"))]


def figures(output: Path, described: Mapping[str, str], links: Links) -> list[PageDisplay]:
    """The figures of a build that are described."""
    folder = output / "figures"
    return [_figure(folder / f"{name}.svg", alt, links) for name, alt in described.items()]


def _table(path: Path, links: Links) -> PageDisplay:
    text = path.read_text(encoding="utf-8")
    found = TITLE.search(text)
    title = Markup(found[1]).striptags() if found else _words(path.stem)  # noqa: S704 - to text
    html = _captioned(sanitized(text, f"table-{path.stem}-"), title)
    named = [(m[1], m[2]) for m in MARKED.finditer(html)]
    return PageDisplay(
        path.stem,
        title,
        links.link(html.replace(BESIDE, BREAK)),
        files=_files(path),
        measures=_measures(named, links),
    )


def _captioned(table: Markup, title: str) -> Markup:
    """The table with its title as a caption for whoever hears the page."""
    start, end, rest = table.partition(Markup("<table"))
    tag, close, body = rest.partition(Markup(">"))
    caption = Markup('<caption class="hidden">{}</caption>').format(title)
    return start + end + tag + close + caption + body if end else table


def _figure(path: Path, alt: str, links: Links) -> PageDisplay:
    title = _titled(path.stem, alt)
    root = ElementTree.parse(path).getroot()  # noqa: S314 - a file of this build
    picture = Markup(_shapes(root, alt or title, f"{slug(path.stem)}-", links))  # noqa: S704
    named = [number for element in root.iter() for number in _named(element)]
    shown = _measures(named, links)
    return PageDisplay(path.stem, title, picture, alt or title, _files(path), shown, listed=shown)


def _measures(named: list[Shown], links: Links) -> tuple[str, ...]:
    claims, measures = links.ledger.claims, links.ledger.measures
    found = (claims[m].measure if statistic == "claim" else m for m, statistic in named)
    return tuple(m for m in dict.fromkeys(found) if m in measures)


def _named(element: ElementTree.Element) -> list[Shown]:
    """Results that a mark's id names."""
    name = element.get("id", "")
    if "." not in name:  # as most elements
        return []
    parts = (part.partition(".") for part in name.split("--"))
    return [(measure, statistic) for measure, dot, statistic in parts if dot]


def _shapes(element: ElementTree.Element, alt: str, prefix: str, links: Links) -> str:
    """SVG of an element and those in it, without whatever is no shape."""
    tag = element.tag.rpartition("}")[2]
    if tag not in SHAPES:
        return ""
    if alt:
        width = float(element.get("width", "0").removesuffix("pt")) * LEGIBLE
        least = f"--width: {width:.0f}px; " if width > PHONE else ""
        style = f"{least}width: {1.5 * width:.0f}px; {JOINS}"
        view = escape(element.get("viewBox", ""))
        start = f'svg viewBox="{view}" role="group" aria-label="{escape(alt)}" style="{style}"'
    else:
        start = f"{tag}{''.join(_attributes(element, prefix))}"
    inner = "".join([_shapes(child, "", prefix, links) for child in element])
    return _pressed(element, f"<{start}>{inner}</{tag}>", links)


def _pressed(element: ElementTree.Element, svg: str, links: Links) -> str:
    """SVG of a mark, as a link if it names a number; a list has the same for the keyboard."""
    named = ((links.aim(*number), number[0]) for number in _named(element))
    aim, measure = next((pair for pair in named if pair[0]), ("", ""))
    if not aim:
        return svg
    said = links.ledger.measures[measure].label if measure in links.ledger.measures else aim
    return f'<a href="#{aim}" tabindex="-1" aria-label="{escape(said)}">{svg}</a>'


def _attributes(element: ElementTree.Element, prefix: str) -> Iterator[str]:
    """Attributes of a shape; ids are told apart by a prefix, and nothing leads elsewhere."""
    for key, value in element.items():
        name = key.rpartition("}")[2]
        if name == "id":
            yield f' id="{escape(prefix + value)}"'
        elif name == "href" and value.startswith("#"):
            yield f' href="#{escape(prefix + value[1:])}"'
        elif name in GEOMETRY and value.count("url(") == value.count("url(#"):
            yield f' {name}="{escape(value.replace("url(#", f"url(#{prefix}"))}"'


def _words(name: str) -> str:
    return name.replace("-", " ").replace("_", " ").capitalize()


def _titled(name: str, alt: str) -> str:
    """Title of a figure: its number, if it has one, and how its description begins."""
    kind, *rest = name.split("-")
    clause = CLAUSE.split(alt)[0]
    if rest and NUMBERED.fullmatch(rest[0]):
        return f"{kind.capitalize()} {rest[0].upper() if rest[0][0] == 's' else rest[0]}. {clause}"
    return clause or _words(name)


def _files(path: Path) -> tuple[str, ...]:
    """Names of the files of one display, relative to the page; a PNG may still be drawn."""
    return tuple(f"{path.parent.name}/{path.stem}{ending}" for ending in WRITTEN[path.suffix])
