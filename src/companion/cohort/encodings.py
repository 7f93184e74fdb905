"""Tell apart the encodings of text files by their content, where that can be done.

UTF-8 and UTF-16 have signs of their own. Of the others an encoding is possible if every letter
beyond ASCII is one that is common in it: accented letters, alone or in pairs, for Windows-1252;
for the rest kana, punctuation and the first level of Chinese characters, which each of these
standards orders by how often they are used.
"""

import re
import unicodedata
from collections.abc import Iterable

UTF_16 = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}
WORDS = re.compile(rb"[\x80-\xff][\x40-\xff]*")
COMMON = {  # two bytes of a common character
    "GBK": re.compile(rb"[\xa1-\xa3\xb0-\xd7][\xa1-\xfe]"),
    "Big5": re.compile(rb"[\xa1-\xc6][\x40-\x7e\xa1-\xfe]"),
    "Shift-JIS": re.compile(rb"[\x81-\x83\x88-\x97][\x40-\x7e\x80-\xfc]"),
}
NAMES = ("Windows-1252", *COMMON)


def decode(data: bytes) -> tuple[str, str]:
    """Text and the name of its encoding; the name is empty for UTF-8.

    Raises
    ------
    UnicodeError
        If the content does not tell; the message names the encodings that it can be.
    """
    for mark, name in UTF_16.items():
        if data.startswith(mark):
            return data.decode(name).removeprefix("\ufeff"), "UTF-16"
    try:
        return data.decode("utf-8-sig"), ""
    except UnicodeDecodeError:
        possible = candidates([data])
    if len(possible) == 1:
        return data.decode(possible[0]), possible[0]
    raise UnicodeError(f"it is not UTF-8; it can be {' or '.join(possible or NAMES)}")


def candidates(texts: Iterable[bytes]) -> list[str]:
    """Encodings in which all texts can be written with common letters alone."""
    foreign = {word for text in texts for word in WORDS.findall(text)}
    return [name for name in NAMES if all(_is_common(word, name) for word in foreign)]


def _is_common(word: bytes, name: str) -> bool:
    try:
        text = word.decode(name)
    except UnicodeDecodeError:
        return False
    if name == "Windows-1252":
        runs = re.findall(r"[^\x00-\x7f]+", text)
        return all(len(r) < 3 and all(map(_is_western, r)) for r in runs)
    beyond = [c for c in text if not c.isascii()]
    return all(COMMON[name].fullmatch(c.encode(name)) for c in beyond)


def _is_western(letter: str) -> bool:
    return unicodedata.category(letter)[0] in "LP" or letter in "°±²³µ×€"
