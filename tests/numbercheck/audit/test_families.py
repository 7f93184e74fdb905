"""Methods of a ledger that names none are counted over all its numbers, and kept when asked."""

from dataclasses import replace

import pytest
from sketch import Sketch

from numbercheck.audit import audit, told
from numbercheck.audit.families import inferred_families, write_families
from numbercheck.ledger.implied import with_families
from numbercheck.ledger.records import LedgerError
from numbercheck.ledger.rows import Family
from numbercheck.statistics.effects import difference, odds_ratio, risk_ratio
from numbercheck.statistics.proportions import interval


def sketch(*counts, method="clopper-pearson"):
    """Write a ledger of counts out of 35, with limits by one method and no family."""
    s = Sketch()
    s.everyone(35)
    for k in counts:
        limits = [f"{100 * limit:.1f}" for limit in interval(k, 35, method)]
        s.count(f"event_{k}", f"event_{k}", k, limits=limits)
    return s.ledger


def test_the_method_is_the_one_that_gives_most_intervals():
    """Three intervals by Clopper and Pearson; the table says how many each method gives."""
    ledger = sketch(33, 5, 16)
    (found,) = inferred_families(ledger, audit(ledger))

    assert (found.family, found.number, found.method) == ("count", 3, "clopper-pearson")
    assert found.fits["clopper-pearson"] == 3
    assert found.fits["wald"] == 0
    assert "clopper-pearson 3" in told(ledger, audit(ledger))


def test_two_limits_of_one_interval_are_one_number():
    """They are no evidence for the method that they chose."""
    ledger = sketch(5)
    (found,) = inferred_families(ledger, audit(ledger))

    assert (found.number, found.method) == (1, "")


def test_a_method_that_one_number_chose_is_not_inferred():
    """One P value is no evidence for the test that gives it."""
    s = Sketch()
    s.variable("arm", codes="A|B")
    for arm, k in (("A", 18), ("B", 9)):
        s.everyone(30, f"arm_{arm}", f'arm == "{arm}"')
        s.count(f"response_{arm}", "response", k, among=f'arm == "{arm}"')
    s.measure("by_arm", "comparison", where="response", by='arm == "A"')
    s.print("by_arm", "p_value", "0.037")
    (found,) = inferred_families(s.ledger, audit(s.ledger))

    assert found.fits["fisher"] == 1
    assert found.method == ""
    assert "no evidence" in found.conclusion


def test_methods_are_written_once_and_never_over_others(tmp_path):
    """A header alone, as `numbercheck new` writes it, is no family yet."""
    ledger = sketch(33, 5, 16)
    (tmp_path / "families.csv").write_text("family,method,status,alternatives,note\n")
    inferences = inferred_families(ledger, audit(ledger))

    assert write_families(tmp_path, inferences) == ["count"]
    written = (tmp_path / "families.csv").read_text(encoding="utf-8")
    assert written.splitlines()[1].startswith("count,clopper-pearson,inferred,")
    with pytest.raises(LedgerError, match=r"families\.csv is there already"):
        write_families(tmp_path, inferences)
    assert (tmp_path / "families.csv").read_text(encoding="utf-8") == written


@pytest.mark.parametrize(
    ("effect", "method", "other"),
    [
        (odds_ratio, "cornfield", "woolf"),
        (risk_ratio, "koopman", "katz"),
        (difference, "newcombe", "wald"),
    ],
)
def test_each_effect_has_a_family_of_its_own(tmp_path, effect, method, other):
    """Limits of ratios and differences choose their methods apart from the tests' P values."""
    s = Sketch()
    s.variable("arm", codes="A|B")
    for arm in "AB":
        s.everyone(60, f"arm_{arm}", f'arm == "{arm}"')
    for i, (a, b) in enumerate(((12, 24), (30, 18), (9, 22))):
        for arm, k in (("A", a), ("B", b)):
            s.count(f"event_{i}_{arm}", f"event_{i}", k, among=f'arm == "{arm}"')
        s.measure(f"effect_{i}", "comparison", where=f"event_{i}", by='arm == "A"')
        values = effect(a, 60, b, 60, method, 0.95)
        for name, value in zip((effect.__name__, "conf_low", "conf_high"), values, strict=True):
            s.print(f"effect_{i}", name, f"{value:.3f}")
    found = {i.family: i for i in inferred_families(s.ledger, audit(s.ledger))}

    assert found[effect.__name__].method == method
    assert found[effect.__name__].fits[other] == 0
    write_families(tmp_path, list(found.values()))
    written = (tmp_path / "families.csv").read_text(encoding="utf-8").splitlines()[1:]
    assert written[0].startswith(f"{effect.__name__},{method},inferred,")
    family = Family(effect.__name__, method, "declared", "", "")
    declared = with_families(replace(s.ledger, families={family.family: family}))
    assert {declared.method(m) for m in declared.measures.values() if m.kind == "comparison"} == {
        method
    }
