"""How much of an article a draft gets right, measured against ledgers that people wrote.

The articles are invented, but for ``single_arm.md``: it tells the facts of this project's article
in other words, and its ledger is the project's own. ``truth.csv`` is the ledger of the others.
"""

import csv
import re
from collections import Counter
from pathlib import Path

import pytest

from companion.project import ROOT
from numbercheck.draft.article import read_article
from numbercheck.draft.drafting import draft_article
from numbercheck.draft.populations import WHOM
from numbercheck.ledger.reading import read_ledger

HERE = Path(__file__).parent / "articles"
ENOUGH = 0.85
ARTICLES = sorted(path.name for path in HERE.glob("*.[!c]*"))


def truth(article):
    """Part, measure, arm, statistic and printed value of each number that an article reports."""
    if article == "single_arm.md":
        claims = read_ledger(ROOT / "data" / "published").claims.values()
        mine = [c for c in claims if c.numerals and not c.source]
        return Counter((c.part, c.measure, "", c.statistic, c.printed) for c in mine)
    with (HERE / "truth.csv").open(encoding="utf-8") as handle:
        rows = [row for row in csv.DictReader(handle) if row["article"] == article]
    return Counter(
        (row["part"], row["measure"], row["arm"].lower(), *number.split(" ", 1))
        for row in rows
        for number in row["numbers"].split("; ")
    )


def drafted(article):
    """The same of a draft, with the draft's own names of measures, and whether it is a guess."""
    for measure in draft_article(read_article(HERE / article)).measures:
        for entry in measure.entries:
            is_guess = "guess" in entry.finding.note.replace(WHOM, "")
            for number in entry.finding.numbers:
                named = (entry.part, measure.slug, measure.first.arm.lower())
                yield (*named, number.statistic, number.printed), is_guess


def agreement(written, found):
    """Share of the written numbers that were drafted, measures renamed one to one."""
    shared = Counter()
    for (part, name, *number), times in written.items():
        for (other_part, slug, *other), count in found.items():
            if (part, number) == (other_part, other):
                shared[name, slug] += min(times, count)
    names, slugs, agreed = set(), set(), 0
    for (name, slug), count in shared.most_common():  # the largest first: a lower bound
        if name not in names and slug not in slugs:
            names.add(name)
            slugs.add(slug)
            agreed += count
    return agreed / written.total()


@pytest.mark.parametrize("article", ARTICLES)
def test_most_numbers_are_drafted_as_a_person_wrote_them(article):
    """At least 85% have measure, arm, statistic and printed value."""
    assert agreement(truth(article), Counter(row for row, _ in drafted(article))) >= ENOUGH


@pytest.mark.parametrize("article", [a for a in ARTICLES if a != "single_arm.md"])
def test_no_arm_is_wrong_unless_it_is_marked_as_a_guess(article):
    """What the article does not say for certain is a guess, or of no arm."""
    arms = {}
    for part, _, arm, *number in truth(article):
        arms.setdefault((part, *number), set()).add(arm)
    wrong = [row for row, is_guess in drafted(article)
             if not is_guess and row[2] not in arms.get((row[0], *row[3:]), {row[2]})]  # fmt: skip
    assert wrong == []


@pytest.mark.parametrize("article", ARTICLES)
def test_no_number_is_printed_otherwise_than_in_the_text(article):
    """The digits of every claim are those of the numerals that it covers."""
    draft = draft_article(read_article(HERE / article))
    numerals = {(row.part, str(row.order)): row.numeral for row in draft.rows}
    for measure in draft.measures:
        for entry in measure.entries:
            for number, orders in zip(entry.finding.numbers, entry.orders, strict=True):
                covered = "".join(numerals[entry.part, order] for order in orders.split())
                digits = re.sub(r"\D", "", number.printed)
                assert digits == re.sub(r"\D", "", covered), (measure.slug, number)


@pytest.mark.parametrize("article", ARTICLES)
def test_every_numeral_is_covered_once_set_aside_or_to_do(article):
    """No numeral is claimed twice, and each of the text's digits is listed."""
    draft = draft_article(read_article(HERE / article))
    covered = Counter(
        (entry.part, order)
        for measure in draft.measures
        for entry in measure.entries
        for orders in entry.orders
        for order in orders.split()
    )
    assert set(covered.values()) == {1}
    assert set(covered) <= {(row.part, str(row.order)) for row in draft.rows}
