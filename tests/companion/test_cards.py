"""A number in a notebook: what is known of it, in a small table."""

import re
from html import unescape

import pytest

from companion.asked import MeaninglessError
from companion.workbench import Workbench

CLAIM, MEASURE = "text5_pfs_12m_estimate", "pfs_12m"


@pytest.fixture
def bench(tmp_path):
    return Workbench("data/cohort", "data/published", str(tmp_path))


def shown(card):
    """Terms and texts of a card as a notebook renders it."""
    rows = re.findall(r"<th scope='row'>(.*?)</th><td>(.*?)</td>", card._repr_html_())
    return {unescape(term): unescape(text) for term, text in rows}


def test_a_claim_shows_its_place_its_verdict_its_basis_and_the_arithmetic(bench):
    card = shown(bench.claim("table1_crs_g12_percent"))

    assert card["printed"] == "45%, Table 1 · Cytokine release syndrome"
    assert (card["verdict"], card["basis"]) == ("mismatch", "arithmetic")
    assert card["because"].startswith("16 of 35 is 45.7")


def test_a_claim_is_judged_by_what_the_notebook_has_so_far(bench):
    """Before the estimate is computed it is a premise; then it holds, as built."""
    before = shown(bench.claim(CLAIM))
    bench.results.add(MEASURE, "estimate", 82.2347, "log")
    after = shown(bench.claim(CLAIM))

    assert "basis" not in before
    assert after["basis"] == "constructed"
    assert after["recomputed"] == "82.2347"


def test_a_result_shows_its_method_and_what_the_article_prints(bench):
    bench.results.add(MEASURE, "estimate", 82.2347, "log")
    card = bench.result(MEASURE, "estimate")

    assert shown(card)["value"] == "82.2347"
    assert "82.2%, Text ¶5" in shown(card)["printed"]
    assert repr(card).startswith("Progression-free survival at 12 months, estimate\n  value: 82.2")


@pytest.mark.parametrize(
    "ask", [lambda b: b.claim("text5_pfs"), lambda b: b.result(MEASURE, "estimates")]
)
def test_an_unknown_number_is_refused_with_the_nearest(bench, ask):
    bench.results.add(MEASURE, "estimate", 82.2347)

    with pytest.raises(MeaninglessError, match=r"unknown .* did you mean"):
        ask(bench)
