"""Ten thousand cohorts at once, beside a loop over them with lifelines, and one notebook run."""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
from measuring import (
    COMPANION,
    Measured,
    Row,
    Section,
    below,
    peak_memory,
    process,
    seconds,
    timed,
)
from test_sweep import LEDGER, columns

from companion.sweep.vectorized import evaluate
from numbercheck.recount import Cohorts, kaplan_meier_tables

COHORTS, PATIENTS, LOOPED, SETTINGS = 10_000, 35, 200, 2_000
UV = str(Path(sys.executable).with_name("uv"))
LOOP = """
import json, sys, time, warnings
import numpy as np
from lifelines import KaplanMeierFitter
warnings.simplefilter("ignore")
time_, event = np.load(sys.argv[1]), np.load(sys.argv[2])
start = time.perf_counter()
for t, e in zip(time_, event):
    fitted = KaplanMeierFitter().fit(t, e)
    fitted.survival_function_, fitted.confidence_interval_
print(json.dumps((time.perf_counter() - start) / len(time_)))
"""


def measure() -> Section:
    """Time curves and whole results tables, for each cohort."""
    random = np.random.default_rng(1)
    time_ = random.integers(1, 592, (COHORTS, PATIENTS)).astype(float)
    event = random.random((COHORTS, PATIENTS)) < 0.15
    curves = seconds(lambda: kaplan_meier_tables(time_, event)) / COHORTS
    many = [columns()] * COHORTS
    tables = seconds(lambda: evaluate(Cohorts(LEDGER, many), [{}])) / COHORTS
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        loop = _lifelines(folder, time_[:LOOPED], event[:LOOPED])
        book = _notebooks(folder)
        grid = folder / "grid.yml"
        values = ", ".join(f"{0.5 + i / 5000:.5f}" for i in range(SETTINGS))
        grid.write_text(f"parameters: {{level: [{values}]}}", encoding="utf-8")
        sweep = [COMPANION, "sweep", str(grid), "--output", str(folder / "out")]
        swept, memory = timed(lambda: peak_memory(sweep))
    return Section(
        "Sweeps",
        f"{COHORTS} cohorts of {PATIENTS} at once, per cohort; lifelines in a loop over {LOOPED} "
        "of them, in an environment of its own; the four notebooks once.",
        (
            Row("Kaplan-Meier table, vectorized", f"{1e6 * curves:.1f} µs"),
            Row("Kaplan-Meier table, lifelines", f"{1e6 * loop:.0f} µs"),
            Row("lifelines / vectorized", f"{loop / curves:.0f}", "at least 100",
                loop / curves >= 100),
            Row("all results, vectorized", f"{1e6 * tables:.0f} µs"),
            Row("all results, the four notebooks", f"{book:.1f} s"),
            Row("notebooks / vectorized", f"{book / tables:.0f}"),
            Row(f"sweep of {SETTINGS} settings of one cohort, once", f"{swept:.0f} s"),
            below("memory of that, all processes", memory, 2000, "MB"),
        ),
    )  # fmt: skip


def _lifelines(folder: Path, time_: np.ndarray, event: np.ndarray) -> float:
    """Seconds for each cohort."""
    python = folder / "venv" / "bin" / "python"
    install = [UV, "pip", "install", "--quiet", "--python", str(python), "lifelines"]
    for command in ([UV, "venv", "--quiet", str(folder / "venv")], install):
        subprocess.run(command, check=True)
    np.save(folder / "time.npy", time_)
    np.save(folder / "event.npy", event)
    arguments = [str(python), "-c", LOOP, str(folder / "time.npy"), str(folder / "event.npy")]
    taken = [json.loads(subprocess.check_output(arguments)) for _ in range(3)]
    return sorted(taken)[1]


def _notebooks(folder: Path) -> Measured:
    forced = [w for n in ("1-baseline", "2-efficacy", "3-safety", "4-survival")
              for w in ("--force", n)]  # fmt: skip
    command = [COMPANION, "build", *forced, "--output", str(folder / "built")]
    return seconds(lambda: process(command), 1)
