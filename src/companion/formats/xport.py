"""SAS transport files, versions 5 and 8, with one data set.

Own code, because pandas loses the last record where it ends in blanks, and reads 0 as
5.4e-79. Source: SAS, "Record Schema of a SAS Version 5 or 6 (8 or 9) Data Set in SAS
Transport (XPORT) Format" (TS-140).
"""

from dataclasses import dataclass
from functools import lru_cache
from math import ldexp
from struct import Struct

CARD = 80
MARK = b"HEADER RECORD*******"
TAGS = {
    b"LIBRA": (b"MEMBER ", b"NAMESTR", b"OBS "),
    b"LIBV8": (b"MEMBV8 ", b"NAMSTV8", b"OBSV8 "),
}
NAMESTR = Struct(">4h8s40s8s3h2s8s2hi32s")
MISSING = b"._ABCDEFGHIJKLMNOPQRSTUVWXYZ"


@dataclass(frozen=True)
class RecordField:
    """One variable of a record: its name, and the bytes that hold it."""

    name: str
    is_number: bool
    start: int
    stop: int


def read_xport(data: bytes) -> tuple[list[str], list[list[bytes | float | None]]]:
    """Names of the variables, and for each record its texts and numbers.

    Raises
    ------
    ValueError
        If the bytes are not such a file, or it holds several data sets.
    """
    tags = TAGS.get(data[: len(MARK) + 5].removeprefix(MARK))
    if tags is None or data.count(MARK + tags[0]) != 1:
        raise ValueError("this is not a SAS transport file with one data set")
    member = data.index(MARK + tags[0])
    names = data.index(MARK + tags[1], member)
    size, count = int(data[member + 74 : member + 78]), int(data[names + 54 : names + 58])
    first = names + CARD
    fields = [_field(data, first + size * i) for i in range(count)]
    start = data.index(MARK + tags[2], first + size * count) + CARD
    rows = _records(data[start:], max((f.stop for f in fields), default=0))
    return [f.name for f in fields], [[_value(f, row) for f in fields] for row in rows]


def _field(data: bytes, at: int) -> RecordField:
    kind, _, width, _, short, *_, start, rest = NAMESTR.unpack_from(data, at)
    if kind not in (1, 2) or width < 1 or start < 0:
        raise ValueError("a variable is neither a number nor a text")
    name = (rest.strip(b" \0") or short.strip(b" \0")).decode("latin-1")
    return RecordField(name, kind == 1, start, start + width)


def _records(data: bytes, width: int) -> list[bytes]:
    """Cut the records; blanks that only fill the last card are none."""
    if width < 1:
        return []
    count = len(data) // width
    while count and len(data) - (count - 1) * width < CARD and _is_blank(data, width, count):
        count -= 1
    return [data[i * width : (i + 1) * width] for i in range(count)]


def _is_blank(data: bytes, width: int, count: int) -> bool:
    return not data[(count - 1) * width : count * width].strip(b" ")


def _value(slot: RecordField, row: bytes) -> bytes | float | None:
    cell = row[slot.start : slot.stop]
    return _number(cell) if slot.is_number else cell.rstrip(b" \0")


@lru_cache(maxsize=65536)  # ages, days and codes recur
def _number(cell: bytes) -> float | None:
    """Read a number of IBM's base 16, of which the last bytes may be cut off."""
    if cell[0] in MISSING and not cell[1:].strip(b"\0"):
        return None
    sign = -1 if cell[0] & 0x80 else 1
    fraction = int.from_bytes(cell[1:8].ljust(7, b"\0"))
    return sign * ldexp(fraction, 4 * ((cell[0] & 0x7F) - 64) - 56)
