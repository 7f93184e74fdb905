"""The deck of any ledger: one file of slides for a projector, with notes for the speaker.

A slide with an answer asks first; the next key shows it. Everything on a slide is printed in the
article or follows from it.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from numbercheck.ledger.reading import read_ledger
from numbercheck.ledger.records import Ledger
from numbercheck.ledger.rows import Claim
from numbercheck.report.environment import environment, unbroken
from numbercheck.report.findings import Found
from numbercheck.report.journal_club import Discussion, JournalClub, read_journal_club
from numbercheck.report.numbers import REFERENCE
from numbercheck.report.page import judged, ledger_content

ROWS = 5  # of a table on one slide
ASKED = 4  # questions for the authors on the slide; the others are in its notes
RESULTS = {
    *("percent", "estimate", "median", "mean", "difference", "hazard_ratio", "odds_ratio"),
    *("risk_ratio", "rate", "p_value"),
}
ABBREVIATION = re.compile(r"(?<=[ (>“][A-Z])-(?=[A-Z])")  # G-CSF
QUESTIONS = {
    "contradiction": "Does this number follow from the others?",
    "inconsistent": "Can these numbers hold together?",
    "not supported": "Do the counts support these words?",
    "rounding slip": "Does this number follow from the others?",
    "ambiguous": "What exactly is counted here?",
    "cited source differs": "Does the cited source print this number?",
    "sources differ": "Do both sources print this number?",
    "in another source": "Does this number of another source follow from its others?",
}
OPENING = (
    "Arrow keys turn the slides; where a slide asks, the next key shows the answer. N shows these "
    "notes. Let everyone write down one number."
)
REGIMEN = "Days count from the first day of treatment."
REPORTED = "Which of these would change what you do? From which other numbers could each follow?"
FOLLOWS = "A number follows if it can be computed from other printed numbers, without patients."
INNOCENT = "A finding can have an innocent explanation that the article does not give."
BOUNDED = (
    "Let everyone write down a least and a largest number before the next key. Every group of "
    "patients with the printed numbers lies within these ends."
)
GUESS = "Let the group guess before the next key; the report has a command for each change."
UNCHECKED = "Ask which single table would answer most of it."


class Slide(NamedTuple):
    """One idea: how it is shown, its title, what is shown, what the speaker can say of it."""

    look: str
    title: str
    shown: Any = None
    notes: Sequence[str] = ()
    label: str = ""


def write_deck(published: Path, document: Mapping[str, Any], target: Path) -> int:
    """Write the deck of a ledger, and return how many slides it has.

    Parameters
    ----------
    published : Path
        The ledger, with its tables of questions and of the journal club where it has them.
    document : mapping
        Results on joint consistency, from ``numbercheck.consistency.document``; empty if not
        computed.
    target : Path
        The file to write.
    """
    ledger = read_ledger(published)
    content = ledger_content(published, judged(ledger), document, {})
    club = read_journal_club(published, ledger)
    return write_slides(ledger_slides(content, club), ledger, target)


def write_slides(slides: Iterable[Slide], ledger: Ledger, target: Path) -> int:
    """Write slides on a ledger's article as one file, and return how many they are."""
    shown = list(slides)
    template = environment().get_template("deck.html")
    html = unbroken(template.render(slides=shown, article=ledger.article, ledger=ledger))
    html = ABBREVIATION.sub("-\N{WORD JOINER}", html)
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(html, encoding="utf-8", newline="\n")
    return len(shown)


def ledger_slides(
    content: Mapping[str, Any], club: JournalClub, label: str = "", more: Iterable[Slide] = ()
) -> Iterator[Slide]:
    """Slides of what a page shows of a ledger.

    Parameters
    ----------
    content : mapping
        From `ledger_content`.
    club : JournalClub
        Questions and exercises, if there are any.
    label : str
        What the slides that depend on a constructed cohort must say.
    more : iterable of Slide
        Slides made from patients, shown after the findings.
    """
    ledger = content["ledger"]

    def fill(text: str) -> str:
        return content["fill"](text).striptags()

    yield Slide("cover", str(ledger.article.get("title", "An article")), notes=[OPENING])
    if ledger.regimen:
        yield Slide("regimen", "What were the patients given?", ledger.regimen, [REGIMEN])
    if reported := _reported(ledger):
        yield Slide("reported", "What does the article report?", reported, [REPORTED])
    yield Slide("numbers", "How much of it can be checked?", content, [FOLLOWS])
    yield Slide("squares", "Every claim, by what is known of it", content, [FOLLOWS], label)
    yield from _discussed(content["findings"], club, fill, label)
    yield from more
    if bounds := _bounds(content["consistency"].get("bounds", ())):
        yield Slide("bounds", "What does it imply without printing it?", bounds, [BOUNDED])
    if club.exercises:
        changes = [(ledger.claims[e.claim], e) for e in club.exercises]
        notes = [GUESS, *(f"{e.printed}: {e.expect}" for e in club.exercises)]
        yield Slide("changes", "Which change would anybody notice?", changes, notes)
    if questions := [fill(q.text) for q in content["questions"]]:
        others = [f"Also: {question}" for question in questions[ASKED:]]
        yield Slide("list", "What would you ask the authors?", questions[:ASKED], others)
    if unchecked := [f"{n}: {kind}" for kind, n in content["unchecked"]]:
        yield Slide("list", "What can nobody outside the trial check?", unchecked, [UNCHECKED])


def _reported(ledger: Ledger) -> list[Claim]:
    """The results that stand first, each where it is printed first."""
    results: dict[tuple[str, str], Claim] = {}
    for claim in ledger.claims.values():
        if claim.statistic in RESULTS and not (claim.source or claim.verbal):
            results.setdefault((claim.measure, claim.statistic), claim)
    return [*results.values()][:ROWS]


def _bounds(rows: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Those that leave a choice first, since one end is no range to guess."""
    return sorted((row for row in rows if row["certified"]), key=lambda row: row["fixed"])[:ROWS]


def _discussed(
    found: Sequence[Found], club: JournalClub, fill: Callable[[str], str], label: str
) -> Iterator[Slide]:
    """Findings, each under the question of the journal club about it, and the other questions."""
    about = {d.about: d for d in club.discussions}
    for finding in found:
        asked = about.get(finding.about)
        title = asked.question if asked else QUESTIONS[finding.kind]
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
