"""Ten thousand patients and two thousand claims through the whole build."""

import csv
import shutil
import tempfile
from pathlib import Path

from measuring import COMPANION, Row, Section, below, peak_memory, process, seconds
from synthetic import LAST_DAY, trial, write_csv

from companion.pipeline.request import PUBLISHED

SIZES, CLAIMS = (1_000, 10_000), 2_000


def measure() -> Section:
    """Build for a thousand and for ten thousand patients, each with two thousand claims."""
    taken, memory = {}, 0.0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        ledger = _ledger(folder / "published")
        for size in SIZES:
            tables = folder / f"adam-{size}"
            tables.mkdir()
            write_csv(trial(size), tables)
            command = [COMPANION, "build", "--cohort", str(tables), "--published", str(ledger),
                       "--output", str(folder / f"out-{size}")]  # fmt: skip
            taken[size] = seconds(lambda c=command: process(c), 1)
            forced = [w for n in ("1-baseline", "2-efficacy", "3-safety", "4-survival")
                      for w in ("--force", n)]  # fmt: skip
            memory = peak_memory([*command, *forced])
    small, large = (taken[size] for size in SIZES)
    ratio = SIZES[1] / SIZES[0]
    return Section(
        "Load",
        f"One whole build each, of a synthetic trial's tables and a ledger of {CLAIMS} claims.",
        (
            Row(f"{SIZES[0]} patients", f"{small:.1f} s"),
            below(f"{SIZES[1]} patients", large, 60),
            Row("growth", f"{large / small:.1f} times for {ratio:g} times the patients",
                f"below {1.5 * ratio:g} times", large < 1.5 * ratio * small),
            below("memory, all processes", memory, 2000, "MB"),
        ),
    )  # fmt: skip


def _ledger(folder: Path) -> Path:
    """Copy of the ledger whose data end with the synthetic trial's, each claim several times."""
    shutil.copytree(PUBLISHED, folder)
    path = folder / "claims.csv"
    with path.open(newline="", encoding="utf-8-sig") as handle:
        rows = list(csv.DictReader(handle))
    for row in rows:
        if row["measure"] == "data_cutoff":
            row["printed"] = f"{LAST_DAY:%B} {LAST_DAY.day}, {LAST_DAY.year}"
    copies = [
        row | {"claim": f"{row['claim']}_{i}", "numerals": ""}
        for i in range(1, CLAIMS // len(rows) + 1)
        for row in rows
    ]
    with path.open("w", newline="", encoding="utf-8") as handle:
        writer = csv.DictWriter(handle, rows[0])
        writer.writeheader()
        writer.writerows([*rows, *copies][:CLAIMS])
    return folder
