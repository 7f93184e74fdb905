"""Text layout before drawing: fonts that have every character, widths, line breaks.

Characters that the figures' own font lacks come from any installed font that has them. What no
font has, and control characters, which SVG does not allow, become U+FFFD.
"""

from collections.abc import Sequence
from functools import cache, lru_cache
from math import fsum
from pathlib import Path

from matplotlib import rc_params_from_file
from matplotlib.font_manager import FontEntry, FontProperties, findfont, fontManager
from matplotlib.ft2font import FT2Font, LoadFlags
from matplotlib.text import Text

HOUSE = rc_params_from_file(Path(__file__).with_name("house.mplstyle"))
FAMILY, BODY = HOUSE["font.family"][0], HOUSE["font.size"]  # pt
POINT = 25.4 / 72  # mm
REFERENCE = 100  # pt, at which glyphs are measured
UNKNOWN = "\N{REPLACEMENT CHARACTER}"
NO_FONT = "Last Resort"  # bundled with matplotlib, draws a box for every character


def drawable(text: str) -> str:
    r"""Text on one line, with U+FFFD for each character that cannot be drawn.

    Examples
    --------
    >>> drawable("one\nline")
    'one line'
    """
    shown = "".join(map(_shown, text))
    return text if shown == text else shown.strip()  # unchanged, it may hold numbers of results


def settle(text: Text) -> None:
    """Give a text the fonts that it needs, and replace characters that no font has."""
    lines = [drawable(line) for line in text.get_text().split("\n")]
    text.set_text("\n".join(lines))
    text.set_fontfamily(
        list(dict.fromkeys([FAMILY, *(_family(c) for line in lines for c in line)]))
    )


def text_width(text: str, size: float = BODY, weight: str = "normal") -> float:
    """Width of one line of text, mm."""
    # fsum rounds alike on every Python; since 3.12 the built-in sum of floats does not
    return fsum(_advance(character, weight) for character in text) * size * POINT


def wrap(text: str, width: float, size: float = BODY, weight: str = "normal") -> list[str]:
    """Break a text into lines no wider than ``width`` mm; a longer word is broken too."""
    text = drawable(text)
    if text and text_width(text, size, weight) <= width:
        return [text]
    lines: list[str] = []
    for word in text.split():
        while text_width(word, size, weight) > width and len(word) > 1:
            fits = _fitting(word, width, size, weight)
            lines.append(word[:fits])
            word = word[fits:]
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and text_width(longer, size, weight) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def shorten(text: str, width: float, size: float = BODY, weight: str = "normal") -> str:
    """Cut a text to ``width`` mm; an ellipsis shows that it was cut."""
    text = drawable(text)
    if text_width(text, size, weight) <= width:
        return text
    room = width - text_width("…", size, weight)
    return text[: _fitting(text, room, size, weight)].rstrip() + "…"


def distinct(names: Sequence[str], width: float, size: float = BODY) -> list[str]:
    """Labels no wider than ``width`` mm, no two alike.

    A name that no font can draw becomes its number. Where names are too long, their ends are
    shown, or their beginnings; where neither tells them apart, all become numbers.
    """
    numbers = [f"No. {i + 1}" for i in range(len(names))]
    cleaned = map(drawable, names)
    known = [
        name if name and UNKNOWN not in name else number
        for name, number in zip(cleaned, numbers, strict=True)
    ]
    ends = [shorten(name[::-1], width, size)[::-1] for name in known]
    starts = [shorten(name, width, size) for name in known]
    return next((labels for labels in (ends, starts) if len({*labels}) == len(names)), numbers)


def _fitting(text: str, width: float, size: float, weight: str = "normal") -> int:
    """How many leading characters fit, at least one."""
    used = 0.0
    for count, character in enumerate(text):
        used += text_width(character, size, weight)
        if used > width:
            return max(count, 1)
    return len(text)


@lru_cache(maxsize=4096)
def _advance(character: str, weight: str) -> float:
    """Advance of one character, in font sizes; kerning only narrows it."""
    font = _font(_family(character) or FAMILY, weight)
    glyph = font.load_char(ord(character), flags=LoadFlags.NO_HINTING)
    return glyph.linearHoriAdvance / 2**16 / REFERENCE


@lru_cache(maxsize=4096)
def _shown(character: str) -> str:
    if character.isspace():
        return " "
    return character if character.isprintable() and _family(character) else UNKNOWN


@lru_cache(maxsize=4096)
def _family(character: str) -> str:
    """First font family that has a character, the figures' own before others; empty if none."""
    code = ord(character)
    if _font(FAMILY, "normal").get_char_index(code):
        return FAMILY
    return next((font.name for font in _installed() if code in _characters(font.fname)), "")


@cache
def _installed() -> list[FontEntry]:
    fonts = (f for f in fontManager.ttflist if f.style == "normal" and f.weight == 400)
    fonts = (f for f in fonts if not f.name.startswith(NO_FONT))
    return sorted(fonts, key=lambda font: (font.name, font.fname))


@cache
def _characters(path: str) -> frozenset[int]:
    return frozenset(FT2Font(path).get_charmap())


@lru_cache(maxsize=64)
def _font(family: str, weight: str) -> FT2Font:
    font = FT2Font(findfont(FontProperties(family=family, weight=weight)))
    font.set_size(REFERENCE, 72)
    return font
