"""The draft of an article of 12 pages, and two R packages at neighboring jobs."""

import subprocess
import tempfile
from pathlib import Path
from shutil import which

from measuring import NUMBERCHECK, Row, Section, below, process, seconds

from numbercheck.statistics.moments import grim

MEANS = 1_000
EVENTS = ("nausea", "fever", "rash", "anemia", "cough", "fatigue", "headache", "diarrhea")
HEAD = """# An invented trial

## Abstract

We randomly assigned 420 patients to receive drug A (n=210) or placebo (n=210).

## Results
"""
SENTENCE = (
    "In cycle {i}, {event} of grade 3 or higher occurred in {a} of 210 patients ({pa:.1f}%) in the "
    "drug A group and in {b} of 210 patients ({pb:.1f}%) in the placebo group (odds ratio, 1.20; "
    "95% CI, 0.80 to 1.80; P = 0.38), much as in another study [{i}]. The mean duration was "
    "{a}.4 ± 2.1 days and the median follow-up {b}.5 months (range, 1.2 to 40.0)."
)
# statcheck and scrutiny print the seconds of their work, without R's start
R_JOBS = {
    "statcheck on the same text": (
        "statcheck",
        "text <- paste(readLines(commandArgs(TRUE)[1]), collapse = ' '); "
        "cat(system.time(statcheck::statcheck(text, messages = FALSE))[['elapsed']])",
    ),
    f"scrutiny, GRIM for {MEANS:,} means": (
        "scrutiny",
        f"d <- data.frame(x = sprintf('%.2f', seq(1, 9, length.out = {MEANS})), n = 28); "
        "cat(system.time(scrutiny::grim_map(d))[['elapsed']])",
    ),
}


def measure() -> Section:
    """Time `numbercheck draft` on 12 pages, GRIM on many means, and the R packages if there."""
    with tempfile.TemporaryDirectory() as name:
        article = Path(name) / "article.md"
        article.write_text(_article(), encoding="utf-8")
        folders = (str(Path(name) / f"ledger-{i}") for i in range(5))
        drafted = seconds(
            lambda: process([NUMBERCHECK, "draft", str(article), "--output", next(folders)])
        )
        beside = [_of_r(what, *job, article) for what, job in R_JOBS.items()]
    means = [f"{1 + 8 * i / (MEANS - 1):.2f}" for i in range(MEANS)]
    grims = seconds(lambda: [grim(float(mean), 28, 2) for mean in means])
    return Section(
        "Draft",
        "`numbercheck draft` as a whole process on an invented article of 12 pages (7,000 words, "
        "2,200 numerals), and beside it two R packages where they are installed; their times are "
        "without R's start.",
        (
            below("12 pages, from text to ledger", drafted, 3),
            Row(f"GRIM for {MEANS:,} means", f"{grims:.3f} s"),
            *beside,
        ),
    )


def _article() -> str:
    """About 6,000 words in paragraphs of four sentences, and a table of adverse events."""
    sentences = []
    for i in range(1, 101):
        a, b = 20 + i % 37, 15 + i % 29
        shares = {"pa": 100 * a / 210, "pb": 100 * b / 210}
        sentences.append(SENTENCE.format(i=i, event=EVENTS[i % 8], a=a, b=b, **shares))
    text = "\n\n".join(" ".join(sentences[i : i + 4]) for i in range(0, 100, 4))
    rows = [f"| Event {i} | {i} ({100 * i / 210:.1f}) | {i // 2} ({100 * (i // 2) / 210:.1f}) |"
            for i in range(1, 61)]  # fmt: skip
    table = "| Event, No. (%) | Drug A (n=210) | Placebo (n=210) |\n|---|---|---|\n"
    return f"{HEAD}\n{text}\n\nTable 1. Adverse events\n\n{table}" + "\n".join(rows) + "\n"


def _of_r(what: str, package: str, script: str, article: Path) -> Row:
    """Row of an R package's own seconds, or one that says that it is not installed."""
    command = f"if (!requireNamespace('{package}', quietly = TRUE)) quit(status = 3); {script}"
    if not which("Rscript"):
        return Row(what, "not measured: R is not installed")
    run = subprocess.run(
        ["Rscript", "-e", command, str(article)], capture_output=True, text=True, check=False
    )
    if run.returncode == 3:
        return Row(what, f"not measured: the R package {package} is not installed")
    return Row(what, f"{float(run.stdout.split()[-1]):.3f} s" if run.stdout else "failed")
