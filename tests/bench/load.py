"""Ten thousand patients and two thousand claims through the whole build."""

import csv
import shutil
import tempfile
from pathlib import Path

from measuring import COMPANION, Row, Section, below, peak_memory, process, seconds
from synthetic import trial, write_csv

from companion.build.request import NOTEBOOKS, PUBLISHED

SIZES = {1_000: 300, 3_000: 700, 10_000: 2_000}  # patients: claims
EVENTS = 50_000
GIB = 1024


def measure() -> Section:
    """Build three sizes, each with as many more claims as patients."""
    with tempfile.TemporaryDirectory() as name:
        commands = {n: _command(Path(name) / str(n), n, claims) for n, claims in SIZES.items()}
        taken = {n: seconds(lambda c=c: process(c), 1) for n, c in commands.items()}
        forced = [word for stem in NOTEBOOKS for word in ("--force", stem)]
        memory = peak_memory([*commands[max(SIZES)], *forced])
        check = _validation(Path(name) / str(max(SIZES)))
        checked = seconds(lambda: process(check), 1)
    first, *_, last = SIZES
    grows, ratio = taken[last] / taken[first], last / first
    return Section(
        "Load",
        "`companion build` as a whole process, nothing kept, once each: the tables of a synthetic "
        "trial, and a ledger that prints each number several times.",
        (
            *(Row(_size(n), f"{taken[n]:.1f} s") for n in SIZES if n < last),
            below(_size(last), taken[last], 60),
            Row(f"{ratio:g} times as much", f"{grows:.1f} times the time", "no more than linear",
                grows <= ratio),
            below(f"validate {max(SIZES)} patients, {EVENTS} events", checked, 6),
            below("memory of the last, all processes", memory, 2 * GIB, "MB"),
        ),
    )  # fmt: skip


def _size(patients: int) -> str:
    return f"{patients} patients, {SIZES[patients]} claims"


def _command(folder: Path, patients: int, claims: int) -> list[str]:
    """Write tables and ledger; the command that builds from them."""
    tables, published = folder / "tables", folder / "published"
    tables.mkdir(parents=True)
    write_csv(trial(patients), tables)
    _ledger(published, claims)
    paths = {"cohort": tables, "published": published, "output": folder / "outputs"}
    return [COMPANION, "build", *(x for k, v in paths.items() for x in (f"--{k}", str(v)))]


def _validation(folder: Path) -> list[str]:
    """Leave the first events in the tables of a build; the command that validates them."""
    path = folder / "tables" / "adae.csv"
    lines = path.read_text(encoding="utf-8-sig").splitlines(keepends=True)
    path.write_text("".join(lines[: EVENTS + 1]), encoding="utf-8")
    return [COMPANION, "validate", str(path.parent)]


def _ledger(folder: Path, claims: int) -> None:
    """Copy the ledger; each claim stands in it several times, or some are left out."""
    shutil.copytree(PUBLISHED, folder)
    path = folder / "claims.csv"
    with path.open(newline="", encoding="utf-8-sig") as handle:
        rows = list(csv.DictReader(handle))
    copies = [
        row | {"claim": f"{row['claim']}_copy_{i}", "numerals": ""}
        for i in range(1, claims // len(rows) + 1)
        for row in rows
    ]
    with path.open("w", newline="", encoding="utf-8") as handle:
        writer = csv.DictWriter(handle, rows[0])
        writer.writeheader()
        writer.writerows([*rows, *copies][:claims])
