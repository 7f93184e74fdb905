"""Put the page of a ledger together, without any patient data, and write it."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from shlex import quote
from typing import Any

from numbercheck.audit import Agreement, Verdict, agreements, audit, tally
from numbercheck.ledger.reading import read_ledger, read_records
from numbercheck.ledger.records import Ledger, LedgerError
from numbercheck.report.claims import following
from numbercheck.report.consistency import consistency
from numbercheck.report.environment import environment, unbroken
from numbercheck.report.findings import findings
from numbercheck.report.numbers import Numbers
from numbercheck.report.questions import read_questions
from numbercheck.report.sources import elsewhere, sources
from numbercheck.report.what_if import CHOICES, WhatIf, what_if
from numbercheck.words import OUTCOMES, UNCHECKED

SECTIONS = {
    "overview": "Overview",
    "ledger": "Ledger",
    "what-if": "What if",
    "consistency": "Consistency",
    "sources": "Sources",
    "methods": "Methods",
}
BUILT_IN = ("match", "constructed")  # which verifies nothing
OPTIONAL = ("consistency", "sources", "club")  # left out where there is nothing to show

Values = Mapping[tuple[str, str], str]


@dataclass(frozen=True)
class SameMeaning:
    """Words, separated by bars; a search for one also finds the others."""

    words: str


@dataclass(frozen=True)
class JudgedLedger:
    """A ledger with everything that follows from it without patients, which takes time.

    Attributes
    ----------
    ledger : Ledger
        What is printed.
    verdicts, elsewhere : list of Verdict
        The verdict on every claim of the article, and on those of other sources.
    agreements : list of Agreement
        How the sources agree.
    choices : WhatIf
        What other methods give.
    """

    ledger: Ledger
    verdicts: list[Verdict]
    elsewhere: list[Verdict]
    agreements: list[Agreement]
    choices: WhatIf


def judged(ledger: Ledger) -> JudgedLedger:
    """Judge a ledger by its own numbers."""
    others = elsewhere(ledger)
    return JudgedLedger(ledger, audit(ledger), others, agreements(ledger), what_if(ledger))


def write_page(published: Path, document: Mapping[str, Any], page: Path) -> None:
    """Write one HTML file about a ledger, which needs no other file and no network.

    Parameters
    ----------
    published : Path
        The ledger, with its tables of questions and synonyms where it has them.
    document : mapping
        Results on joint consistency, from ``numbercheck.consistency.document``; empty if not
        computed.
    page : Path
        The file to write.
    """
    ledger = read_ledger(published)
    folder = quote(str(published)).replace("{", "{{").replace("}", "}}")  # `format` fills in {}
    content = {
        "name": "numbercheck",
        "title": f"Every number of {ledger.article.get('title', 'an article')}",
        "label": "",
        "command": f"numbercheck {{}} {folder}",
        **ledger_content(published, judged(ledger), document, {}),
    }
    write_html(content, SECTIONS, page)


def ledger_content(
    published: Path, known: JudgedLedger, document: Mapping[str, Any], values: Values
) -> dict[str, Any]:
    """Content of those parts of the page that need a ledger and its verdicts.

    ``values`` are results by measure and statistic, where something was computed from patients.
    """
    ledger, verdicts = known.ledger, known.verdicts
    together, questions = consistency(document, ledger), read_questions(published, ledger)
    every = [*verdicts, *known.elsewhere]
    fill = Numbers(ledger, every, values, together, known.choices).fill
    found = findings(ledger, every, questions, fill, together)
    kinds = Counter(f.kind for f in found)
    return {
        **_counted(known),
        "article": ledger.article,
        "ledger": ledger,
        "verdicts": verdicts,
        "findings": found,
        "found": kinds,
        "wrong": kinds["contradiction"] + kinds["rounding slip"],
        "questions": [q for q in questions if q.kind == "ask"],
        "follows": following(verdicts, ledger),
        "what_if": known.choices,
        "choices": CHOICES,
        "fill": fill,
        "values": values,
        "consistency": together,
        "implied": together.get("implied", {}),
        "sources": sources(ledger, known.agreements, known.elsewhere),
        "synonyms": _synonyms(published),
    }


def write_html(
    content: Mapping[str, Any], sections: Mapping[str, str], page: Path, *packages: str
) -> None:
    """Write a page of some parts, with the templates of ``packages`` beside numbercheck's own."""
    shown = [(id_, title) for id_, title in sections.items() if id_ not in OPTIONAL or content[id_]]
    template = environment(*packages).get_template("page.html")
    html = unbroken(template.render(content, sections=shown))
    page.write_text(html, encoding="utf-8", newline="\n")


def _counted(known: JudgedLedger) -> dict[str, Any]:
    """How many numbers there are, by verdict and by why they are not checked."""
    ledger, verdicts, claims = known.ledger, known.verdicts, known.ledger.claims.values()
    printed = tally(v for v in verdicts if not ledger.claims[v.claim].verbal)
    return {
        "parts": list(dict.fromkeys(claim.part for claim in claims)),
        "numbers": sum(not claim.verbal for claim in claims),
        "verbal": [claim for claim in claims if claim.verbal],
        "in_words": tally(v for v in verdicts if ledger.claims[v.claim].verbal),
        "following": printed["match", "arithmetic"],
        "built_in": printed[BUILT_IN],
        "unknown": sum(n for k, n in printed.items() if k[0] == "unchecked" or k == BUILT_IN),
        "counts": _counts(verdicts),
        "unchecked": _unchecked(verdicts),
    }


def _counts(verdicts: Iterable[Verdict]) -> list[tuple[str, str, int, str]]:
    """Verdict, basis, how many, and in words; in the order of ``OUTCOMES``, none left out."""
    found = tally(verdicts)
    keys = [*(k for k in OUTCOMES if k in found), *(k for k in found if k not in OUTCOMES)]
    return [(*key, found[key], OUTCOMES.get(key, " ".join(key))) for key in keys]


def _unchecked(verdicts: Iterable[Verdict]) -> list[tuple[str, int]]:
    """Why claims could not be checked, most frequent first."""
    kinds = Counter(v.kind for v in verdicts if v.verdict == "unchecked")
    return [(UNCHECKED.get(kind, kind), n) for kind, n in kinds.most_common()]


def _synonyms(published: Path) -> list[list[str]]:
    """Groups of words that are synonyms in a search of the ledger."""
    faults: list[str] = []
    rows = read_records(published / "synonyms.csv", SameMeaning, faults)
    if faults:
        raise LedgerError(faults)
    return [row.words.split("|") for _, row in rows]
