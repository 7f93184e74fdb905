"""What an article says of itself in its front matter: title, authors, journal, year and DOI.

JATS has elements for them; web pages of journals have the ``citation_`` tags that Google Scholar
reads.
"""

import re
from collections.abc import Iterator

from numbercheck.draft.markup import Node

MOST_AUTHORS = 3  # named before "et al."
Front = dict[str, str | int]


def read_front(tree: Node) -> Front:
    """Title, authors, journal, year and DOI, by their names in article.json, where printed."""
    front = next(tree.find("front"), None)
    found = _jats(front) if front else _tagged(tree)
    return {name: value for name, value in found.items() if value}


def _jats(front: Node) -> Front:
    people = [c for c in front.find("contrib") if c.given.get("contrib-type") == "author"]
    dois = [n for n in front.find("article-id") if n.given.get("pub-id-type") == "doi"]
    return {
        "title": _first(front.find("article-title")),
        "authors": _listed([_name(person) for person in people if any(person.find("surname"))]),
        "journal": _first(front.find("journal-title")),
        "year": _year(
            " ".join(y.inside() for date in front.find("pub-date") for y in date.find("year"))
        ),
        "doi": _first(iter(dois)),
    }


def _name(person: Node) -> str:
    """Surname and initials."""
    given = re.findall(r"\b\w", _first(person.find("given-names")))
    return f"{_first(person.find('surname'))} {''.join(given).upper()}".strip()


def _tagged(tree: Node) -> Front:
    tags: dict[str, list[str]] = {}
    for tag in tree.find("meta"):
        name = tag.given.get("name", "").lower().removeprefix("citation_")
        tags.setdefault(name, []).append(tag.given.get("content", ""))
    first = {name: values[0] for name, values in tags.items()}
    return {
        "title": first.get("title", ""),
        "authors": _listed(tags.get("author", [])),
        "journal": first.get("journal_title", ""),
        "year": _year(first.get("publication_date", "") or first.get("date", "")),
        "doi": first.get("doi", ""),
    }


def _first(nodes: Iterator[Node]) -> str:
    """Words of the first element, without the marks of a footnote behind them."""
    return " ".join(next((node.inside() for node in nodes), "").split()).rstrip("⁰¹²³⁴⁵⁶⁷⁸⁹*†‡§")


def _year(text: str) -> int:
    years = re.findall(r"\b(?:19|20)\d\d\b", text)
    return int(min(years, default=0))


def _listed(names: list[str]) -> str:
    more = ["et al."] if len(names) > MOST_AUTHORS else []
    return ", ".join(names[:MOST_AUTHORS] + more)
