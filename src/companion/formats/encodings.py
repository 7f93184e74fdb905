"""Detect the encoding of text files from their content, where the content tells.

UTF-8 and UTF-16 can be recognized for certain. Any other encoding is possible if every non-ASCII
character would be a common one: for Windows-1252, accented letters, alone or in pairs; for the
rest, kana, punctuation and the first level of Chinese characters, which each of these standards
orders by frequency of use.
"""

import re
import unicodedata
from collections.abc import Collection

from companion.formats.raw_tables import FormatError

UTF_16 = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}
WORDS = re.compile(rb"[\x80-\xff][\x40-\xff]*")
COMMON = {  # two bytes of a common character
    "GBK": re.compile(rb"[\xa1-\xa3\xb0-\xd7][\xa1-\xfe]"),
    "Big5": re.compile(rb"[\xa1-\xc6][\x40-\x7e\xa1-\xfe]"),
    "Shift-JIS": re.compile(rb"[\x81-\x83\x88-\x97][\x40-\x7e\x80-\xfc]"),
}
NAMES = ("Windows-1252", *COMMON)


def decode(data: bytes) -> tuple[str, str]:
    """Text of a file and the name of its encoding, as `encoding_of` gives it."""
    for mark, name in UTF_16.items():
        if data.startswith(mark):
            return data.decode(name).removeprefix("\ufeff"), "UTF-16"
    encoding = encoding_of([data])
    return data.decode(encoding or "utf-8-sig"), encoding


def encoding_of(texts: Collection[bytes]) -> str:
    """Encoding in which all texts of a file are written; empty for UTF-8.

    Raises
    ------
    FormatError
        If the content does not tell; the message names the possible encodings.
    """
    try:
        for text in texts:
            text.decode("utf-8")
    except UnicodeDecodeError:
        foreign = {word for text in texts for word in WORDS.findall(text)}
        found = [name for name in NAMES if all(_is_common(word, name) for word in foreign)]
        if len(found) == 1:
            return found[0]
        names = " or ".join(found or NAMES)
        raise FormatError(f"save the text as UTF-8; it can be {names}") from None
    return ""


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
