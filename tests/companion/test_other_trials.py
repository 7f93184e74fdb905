"""What the notebooks compare with the numbers of other trials."""

from companion.other_trials import compared
from companion.project import ROOT
from numbercheck.ledger.reading import read_ledger


def test_each_end_of_a_cited_range_is_a_percentage():
    """The article prints 2–10%, so its lower end has no sign of its own."""
    ledger = read_ledger(ROOT / "data" / "published")
    claimed = {"early_deaths_v_intensive": ("Deaths", "early_deaths", 0)}
    rows = compared(claimed, 35, ledger)

    assert set(rows["claim"]) == {"Deaths: lower than 2%", "Deaths: lower than 10%"}


def test_a_rate_is_compared_by_every_test_of_the_audit():
    """R: prop.test(0, 35, 0.1) has P 0.091; without the rarer tests each supported 10%."""
    ledger = read_ledger(ROOT / "data" / "published")
    rows = compared({"early_deaths_v_intensive": ("Deaths", "early_deaths", 0)}, 35, ledger)
    fixed = rows[rows["rate"] == "a fixed 10%"].set_index("method")["p_value"]

    assert round(fixed["binomial-score-cc"], 3) == 0.091
    assert list(fixed.index[fixed >= 0.05]) == ["exact-binomial-doubled", "binomial-score-cc"]
