"""Other readings of the assumptions, on the smallest ledgers and on this article."""

from dataclasses import replace

import pytest
from article import LEDGER as ARTICLE
from tiny_trials import FAMILIES, OS, claim, keyed, measure, rule, variable

from numbercheck.consistency import bounds, conflicts
from numbercheck.consistency.readings import readings
from numbercheck.consistency.search import Search
from numbercheck.ledger.expressions import Expression
from numbercheck.ledger.records import Ledger, LedgerError
from numbercheck.ledger.rows import Assumption

KNOWN = ["table1_crs_g12_percent"]


def parameter(name, target, value, alternatives="", switchable="yes"):
    return Assumption(name, name, Expression(""), target, value, alternatives, switchable)


def response(printed="5"):
    """Five of six respond, three of them completely; the article says 5 had `CR`."""
    columns = (variable("r", "category", "CR|CRi|NR"), *OS)
    about = [measure("all"), measure("full", where='r == "CR"'), measure("cr", where='r != "NR"')]
    told = [("all", "n", "6"), ("full", "n", "3"), ("cr", "n", printed)]
    rules = (parameter("cr_is_any", "cr.where", 'r != "NR"', 'r == "CR"'),)
    claims = keyed(claim(*c) for c in told)
    return Ledger(keyed(about), claims, keyed(FAMILIES), keyed(columns), assumptions=keyed(rules))


def test_a_parameter_is_read_by_each_alternative_and_left_out():
    found = {r.reading: r for r in readings(response(), ())}

    assert [set(c.claims) for c in found['r == "CR"'].conflicts] == [{"full_n", "cr_n"}]
    assert found['r == "CR"'].conflicts[0].certified
    assert found[""].conflicts == ()
    assert found[""].unmodeled == ("cr_n",)


def test_without_a_parameter_what_depends_on_it_says_nothing():
    impossible = response("7")

    assert conflicts(impossible) is not None
    assert conflicts(impossible.constrain(without=["cr_is_any"])) is None


def test_without_its_method_a_summary_says_nothing_but_its_counts_do():
    ledger = response()
    about = replace(ledger.measures["cr"], family="limits")
    told = [("all", "n", "6"), ("cr", "n", "5"), ("cr", "conf_low", "1")]
    rules = keyed([parameter("limits_wilson", "limits.method", "wilson")])
    ledger = replace(
        ledger,
        measures={**ledger.measures, "cr": about},
        claims=keyed(claim(*c) for c in told),
        assumptions=rules,
    )

    assert conflicts(ledger) is not None
    without = ledger.constrain(without=["limits_wilson"])
    assert conflicts(without) is None
    assert bounds(without, 'r != "NR"').low == 5


def test_an_expression_may_have_other_expressions_as_alternatives():
    ledger = response()
    about = replace(rule("all_respond", 'r != "NR" or os >= 1'), alternatives='r != "NR"')
    ledger = replace(ledger, assumptions=keyed([about]))
    (other, none) = readings(ledger, ())

    assert [set(c.claims) for c in other.conflicts] == [{"cr_n"}]
    assert other.conflicts[0].assumptions == ("all_respond",)
    assert none.conflicts == ()


SWITCHABLE = [a for a, x in ARTICLE.assumptions.items() if x.switchable == "yes"]


@pytest.mark.parametrize(
    "names", [SWITCHABLE[at : at + 2] for at in range(0, len(SWITCHABLE), 2)], ids=" ".join
)
def test_every_assumption_that_can_be_switched_off_is(names):
    """None of them is needed by the model, and fewer rows leave no less feasible."""
    without = ARTICLE.constrain(drop=KNOWN, without=names)
    search = Search(without)

    assert not set(names) & set(without.assumptions)
    assert search.feasible(search.rows)


def test_an_assumption_that_the_model_needs_is_kept():
    with pytest.raises(LedgerError, match="'month' cannot be switched off"):
        ARTICLE.constrain(without=["month"])


def test_with_cr_read_as_cr_too_few_patients_have_it():
    """28 CR after two weeks and 2 extended are 30 of the 35 said to be in CR after four."""
    (found,) = (
        r
        for r in readings(replace(ARTICLE, assumptions=_only("cr_after_4w_is_crc")), KNOWN)
        if r.reading
    )

    first = found.conflicts[0]
    assert first.certified
    assert first.assumptions == ("result_kept_without_extension",)
    measures = {ARTICLE.claims[slug].measure for slug in first.claims}
    assert measures == {"cr_2w", "extended", "cr_4w"}


def _only(name):
    """The assumptions, none but one with alternatives."""
    return {
        k: a if k == name else replace(a, alternatives="") for k, a in ARTICLE.assumptions.items()
    }
