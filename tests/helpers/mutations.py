"""Mutate small ADaM folders in memory, and look whether any input makes a traceback."""

import tempfile
from functools import cache
from pathlib import Path
from random import Random

import synthetic

from companion.cohort.checks import examine
from companion.cohort.patients import patient_table
from companion.cohort.reading import cohort_of
from companion.project import ROOT
from numbercheck.ledger.reading import read_ledger
from numbercheck.ledger.records import Ledger

TOKENS = (
    *(b"", b'"', b"'", b",", b";", b"\t", b"\r", b"\n", b"\r\n", b"\0", b"\xff", b"\xef\xbb\xbf"),
    *(b"NA", b"nan", b"inf", b"-1", b"1e999", b"9" * 5000, b"1.5", b"0x1F", b"TRUE", b"null"),
    *(b"45397", b"15/04/2024", b"2024-02-30", b"2023-05", b"9999-12-31", b"0000-00-00"),
    *(b"=cmd|'/C calc'!A0", b"<script>", b"../../x", b"{}", b"[", b"]", b"{", b"\\ud800", b"1e5"),
    *("é".encode("latin-1"), "\u0661".encode(), "\u202e".encode(), b"A" * 200_000, b"OS", b"y"),
    *(b" CR", b"USUBJID", b"HEADER RECORD*******", b"\x80" * 8, b"." + b"\0" * 7, b"\xff\xfe"),
    *(b"PK\x03\x04",),
)


@cache
def seeds() -> list[dict[str, bytes]]:
    """Good folders to start from, one in each format."""
    trial = synthetic.trial(4, seed=5)
    found = []
    for write in (*synthetic.WRITERS.values(), lambda t, d: synthetic.write_json(t, d, lines=True)):
        with tempfile.TemporaryDirectory() as name:
            write(trial, Path(name))
            files = {p.name: p.read_bytes() for p in Path(name).iterdir()}
        found.append(files | {"dataset.json": b'{"origin": "supplied", "study": "SYN-002"}'})
    return found


@cache
def ledger() -> Ledger:
    """Return the ledger, read once."""
    return read_ledger(ROOT / "data/published")


def mutate(random: Random) -> dict[str, bytes]:
    """One folder with one to four changes to its files."""
    files = dict(random.choice(seeds()))
    for _ in range(random.randint(1, 4)):
        name = random.choice(list(files))
        change = random.choice((_insert, _replace_cell, _delete, _flip, _repeat, _truncate, _swap))
        files[name] = change(files[name], random)
        if random.random() < 0.03:
            del files[name]
        if not files:
            break
    return files


def _insert(data: bytes, random: Random) -> bytes:
    at = random.randint(0, len(data))
    return data[:at] + random.choice(TOKENS) + data[at:]


def _replace_cell(data: bytes, random: Random) -> bytes:
    """Put a token between two commas, wherever they are."""
    cells = data.split(b",")
    cells[random.randrange(len(cells))] = random.choice(TOKENS)
    return b",".join(cells)


def _delete(data: bytes, random: Random) -> bytes:
    at = random.randint(0, len(data))
    return data[:at] + data[at + random.choice((1, 2, 8, 80, 500)) :]


def _flip(data: bytes, random: Random) -> bytes:
    if not data:
        return data
    at = random.randrange(len(data))
    return data[:at] + bytes([random.randrange(256)]) + data[at + 1 :]


def _repeat(data: bytes, random: Random) -> bytes:
    lines = data.splitlines(keepends=True) or [b""]
    lines.insert(random.randint(0, len(lines)), random.choice(lines))
    return b"".join(lines)


def _truncate(data: bytes, random: Random) -> bytes:
    return data[: random.randint(0, len(data))]


def _swap(data: bytes, random: Random) -> bytes:
    old, new = random.choice(
        ((b",", b";"), (b"-", b"/"), (b"Y", b"y"), (b"\n", b"\r"), (b"0", b" "))
    )
    return data.replace(old, new, random.choice((1, -1)))


def survive(files: dict[str, bytes]) -> bool:
    """Whether the input is accepted; whatever it raises is a defect.

    Every fault must print as UTF-8 on one line, and what has no fault must give patients.
    """
    reading = examine(files, ledger())
    for fault in reading.faults:
        line = str(fault)
        if not fault.right or "\n" in line or "\0" in line:
            raise AssertionError(f"no sentence: {line!r}")
        line.encode("utf-8")
    if not reading.faults:
        patient_table(cohort_of(reading, ledger()), ledger().variables)
    return not reading.faults
