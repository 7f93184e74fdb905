"""The deck: one file of slides for a projector, about one build, with notes for the speaker.

Everything on a slide was computed or is printed in the article. A slide that depends on a
reconstructed cohort says so, and no slide of supplied data does.
"""

import csv
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

from companion.errors import CompanionError
from companion.report.curves import DrawnCurve, curves
from companion.report.journal_club import Discussion, JournalClub, read_journal_club
from companion.report.page import read_json
from companion.results import Result, read_results
from companion.tables.table import count_and_percent
from companion.verify import verify
from companion.workbench import Workbench
from numbercheck.ledger.records import Ledger
from numbercheck.report.environment import environment, unbroken
from numbercheck.report.findings import Found
from numbercheck.report.numbers import REFERENCE
from numbercheck.report.page import judged, ledger_content

ASKED = 4  # questions for the authors on the slide; the others are in its notes
NUMBER = re.compile(r"\d+")
PARAMETER = re.compile(r"^(\w+) = ", re.MULTILINE)
PLACES = {"cohort_dir", "published_dir", "output_dir", "consistency_file", "population"}
ABBREVIATION = re.compile(r"(?<=[ (>“][A-Z])-(?=[A-Z])")  # G-CSF
TITLES = {
    "contradiction": "A number that contradicts the others",
    "inconsistent": "Numbers that cannot hold together",
    "not supported": "Words that the counts do not support",
    "rounding slip": "A rounding slip",
    "ambiguous": "True under one reading only",
    "cited source differs": "The cited source prints another number",
    "sources differ": "Two sources, two numbers",
    "in another source": "Another source contradicts itself",
}
OPENING = "Arrow keys turn the slides, and N shows these notes. Let everyone write down one number."
REGIMEN = "Days count from the first day of treatment."
FOLLOWS = "A number follows if it can be computed from other printed numbers, without patients."
INNOCENT = "A finding can have an innocent explanation that the article does not give."
OTHERS = "Patients and definitions differ between the trials."
GUESS = "Let the group guess before the next slide; the report has a command for each change."
UNCHECKED = "Ask which single table would answer most of it."


class Slide(NamedTuple):
    """One idea: how it is shown, its title, what is shown, what the speaker can say of it."""

    look: str
    title: str
    shown: Any = None
    notes: Sequence[str] = ()
    label: str = ""


class Rates(NamedTuple):
    """A line of a forest: this trial's rate, with its limits, then those of others, in percent."""

    quantity: str
    percents: Sequence[int]
    limits: Sequence[int]


def write_deck(
    outputs: Path, cohort: Path, published: Path, target: Path, population: str = ""
) -> int:
    """Write the deck of a build, and return how many slides it has.

    Parameters
    ----------
    outputs : Path
        Folder of the build.
    cohort, published : Path
        The patient tables and the ledger that it was made from.
    target : Path
        The file to write.
    population : str
        Flag of the patients who are counted, as `read_cohort` takes it.

    Raises
    ------
    CompanionError
        If there is no such build, or it was made from other patients or with other parameters.
    """
    if not (outputs / "results.csv").is_file():
        raise CompanionError(f"{outputs} holds no results.csv; run `companion build` first")
    _require_usual_parameters(outputs)
    document = outputs / "consistency.json"
    solved = str(document.resolve()) if document.is_file() else ""
    folders = (str(cohort.resolve()), str(published.resolve()), str(outputs.resolve()))
    bench = Workbench(*folders, solved, population)
    slides = list(_slides(bench, outputs, published))
    template = environment("companion.report").get_template("deck.html")
    html = template.render(slides=slides, article=bench.ledger.article, ledger=bench.ledger)
    target.parent.mkdir(parents=True, exist_ok=True)
    html = ABBREVIATION.sub("-\N{WORD JOINER}", unbroken(html))
    target.write_text(html, encoding="utf-8", newline="\n")
    return len(slides)


def _slides(bench: Workbench, outputs: Path, published: Path) -> Iterator[Slide]:
    ledger, label = bench.ledger, bench.cohort.label
    results = read_results(outputs / "results.csv")
    _require_same_patients(results, bench, outputs)
    values = {(r.measure, r.statistic): str(r.value) for r in results}
    unrecorded = read_json(outputs / "missing.json")
    known = judged(ledger)
    known = replace(known, verdicts=verify(ledger, results, known.verdicts, missing=unrecorded))
    content = ledger_content(published, known, read_json(outputs / "consistency.json"), values)
    club = read_journal_club(published, ledger)

    def fill(text: str) -> str:
        return content["fill"](text).striptags()

    unchecked = [f"{n}: {kind}" for kind, n in content["unchecked"]]
    yield Slide("cover", str(ledger.article.get("title", "An article")), notes=[OPENING])
    if ledger.regimen:
        yield Slide("regimen", "What were the patients given?", ledger.regimen, [REGIMEN])
    yield Slide("numbers", "How much of it can be checked?", content, [FOLLOWS])
    yield Slide("squares", "Every claim, by what is known of it", content, [FOLLOWS], label)
    yield from _discussed(content["findings"], club, fill, label)
    for curve in curves(bench):
        yield _survival(curve, values, label)
    yield from _rates(outputs / "tables" / "table-trials.csv")
    yield from _exercises(club, ledger)
    if questions := [fill(q.text) for q in content["questions"]]:
        more = [f"Also: {question}" for question in questions[ASKED:]]
        yield Slide("list", "What would you ask the authors?", questions[:ASKED], more)
    yield Slide("list", "What can nobody outside the trial check?", unchecked, [UNCHECKED])


def _require_usual_parameters(outputs: Path) -> None:
    """Refuse a build with other methods or times than the curves here are drawn with."""
    found: set[str] = set()
    for path in (outputs / "notebooks").glob("*.ipynb"):
        for cell in read_json(path)["cells"]:
            if "injected-parameters" in cell["metadata"].get("tags", ()):
                found |= set(PARAMETER.findall("".join(cell["source"])))
    if found := found - PLACES:
        raise CompanionError(
            f"{outputs} was built with parameters of its own ({', '.join(sorted(found))}); "
            "a deck shows a build without -p"
        )


def _require_same_patients(results: Sequence[Result], bench: Workbench, outputs: Path) -> None:
    """Refuse results of other patients: a label would be wrong, or missing."""
    if {r.basis for r in results} - {bench.results.basis}:
        raise CompanionError(
            f"{outputs} was built from other patients than the cohort named here; "
            "name both: companion deck OUTPUTS --cohort DIR"
        )


def _discussed(
    found: Sequence[Found], club: JournalClub, fill: Callable[[str], str], label: str
) -> Iterator[Slide]:
    """Findings, each under the question of the journal club about it, and the other questions."""
    about = {d.about: d for d in club.discussions}
    for finding in found:
        asked = about.get(finding.about)
        title = asked.question if asked else TITLES[finding.kind]
        notes = [fill(asked.setting), *_answer(asked, fill, label)] if asked else [INNOCENT]
        yield Slide("finding", title, finding, notes)
    for asked in club.discussions:
        if not asked.about:
            setting = fill(asked.setting)
            yield Slide("question", asked.question, setting, _answer(asked, fill, label))


def _answer(asked: Discussion, fill: Callable[[str], str], label: str) -> list[str]:
    """The answer, with the label if it names a result by its measure and statistic."""
    named = [name for kind, name in REFERENCE.findall(asked.answer) if not kind and "." in name]
    return [fill(asked.answer), *filter(None, [label if named else ""])]


def _survival(curve: DrawnCurve, values: Mapping[tuple[str, str], str], label: str) -> Slide:
    title = f"{curve.label}: {curve.events} event{'s' * (curve.events != 1)}"
    limits = (values.get((curve.measure, s)) for s in ("estimate", "conf_low", "conf_high"))
    said = [f"{float(value):.1f}%" for value in limits if value]
    patients = curve.ticks[0].at_risk
    notes = [f"{patients} patients, followed for up to {curve.end:.1f} months."]
    return Slide("curve", title, (curve, said), notes, label)


def _rates(table: Path) -> Iterator[Slide]:
    """A forest of this trial's rates beside those of others, from a notebook's table."""
    groups: dict[str, list[dict[str, str]]] = {}
    if table.is_file():
        with table.open(newline="", encoding="utf-8") as handle:
            for row in csv.DictReader(handle):
                groups.setdefault(row["group"], []).append(row)
    if groups:
        shown = [_line(quantity, rows) for quantity, rows in groups.items()]
        label = next(iter(groups.values()))[0].get("source", "")
        others = dict.fromkeys(row["Trial"] for rows in groups.values() for row in rows[1:])
        title = "Is it better than the trials it cites?"
        yield Slide("forest", title, shown, [f"Beside {', '.join(others)}. {OTHERS}"], label)


def _line(quantity: str, rows: Sequence[Mapping[str, str]]) -> Rates:
    percents = [int(count_and_percent(row["n (%)"])[1]) for row in rows]
    limits = next(text for column, text in rows[0].items() if column.endswith("CI, %"))
    return Rates(quantity, percents, [int(end) for end in NUMBER.findall(limits)])


def _exercises(club: JournalClub, ledger: Ledger) -> Iterator[Slide]:
    """The changed numbers to guess about, then what becomes of each."""
    if club.exercises:
        changes = [(ledger.claims[e.claim], e) for e in club.exercises]
        noticed = sum(bool(e.conflict) for e in club.exercises)
        yield Slide("changes", "Which change would anybody notice?", (changes, False), [GUESS])
        notes = [f"{e.printed}: {e.expect}" for e in club.exercises]
        title = f"{noticed} of {len(changes)} would be noticed"
        yield Slide("changes", title, (changes, True), notes)
