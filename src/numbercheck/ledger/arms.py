"""Claims by trial arm: each becomes a claim about a measure restricted to its arm.

A claim of `response` that names arm A is about the measure `response_A`, among those in arm A; one
that names `A|B` compares the two. Code that judges claims needs to know nothing about arms.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from unicodedata import normalize

from numbercheck.errors import unknown
from numbercheck.ledger.expressions import Expression
from numbercheck.ledger.implied import ARM, with_families
from numbercheck.ledger.records import Ledger
from numbercheck.ledger.rows import Claim, Measure, Relation
from numbercheck.ledger.sources import ARTICLE, source_of

SUM_OF_ARMS = "_is_the_sum_of_its_arms"  # ends the name of a relation that arms add
DECLARE = 'write "arms": ["A", "B"] into article.json, or a category arm into variables.csv'


def arm_faults(ledger: Ledger, lines: list[int]) -> Iterator[str]:
    """Say which arms are wrong in article.json and in the claims, whose lines are given."""
    listed = ledger.article.get("arms", [])
    is_named = isinstance(listed, list | dict) and all(isinstance(a, str) and a for a in listed)
    if not is_named or any(set(arm) & set('|"\\') for arm in listed):  # type: ignore[attr-defined]
        yield 'article.json: arms must be a list of names, like ["A", "B"]'
        return
    codes = arms(ledger)
    if len(set(map(as_slug, codes))) < len(codes):
        yield f"the arms {', '.join(codes)} differ in signs only; let letters or digits differ"
    if listed and set(listed) != set(codes):  # type: ignore[call-overload]
        yield f"article.json: its arms are not those of variables.csv, {' '.join(codes)}"
    yield from _ratio_faults(ledger, codes)
    for claim, line in zip(ledger.claims.values(), lines, strict=True):
        where = f"claims.csv row {line} ({claim.claim}), column arm"
        if claim.arm and not codes:
            yield f"{where}: there are no arms; {DECLARE}"
        elif claim.arm:
            yield from (f"{where}: {fault}" for fault in _cell_faults(claim, ledger, codes))


def _cell_faults(claim: Claim, ledger: Ledger, codes: tuple[str, ...]) -> Iterator[str]:
    named = _named(claim.arm)
    for arm in named:
        if arm not in codes:
            yield unknown("arm", arm, codes)
    if len(set(named)) < len(named) or len(named) not in (1, 2, len(codes)):
        yield f"{claim.arm!r} must be one arm, two that are compared (A|B), or all of them"
    slug = _slug(claim)
    if slug in ledger.measures:
        yield f"the measure {slug} is there already; leave its claims without arm, or rename it"


def _ratio_faults(ledger: Ledger, codes: tuple[str, ...]) -> Iterator[str]:
    ratio = ledger.article.get("randomization")
    parts = str(ratio or "").split(":")
    if ratio and not (len(parts) == len(codes) and all(p.isdecimal() and int(p) for p in parts)):
        yield f"article.json: the randomization {ratio!r} must have a number for each arm, like 2:1"


def arms(ledger: Ledger) -> tuple[str, ...]:
    """Codes of the trial's arms; none where the ledger declares none."""
    variable = ledger.variables.get(ARM)
    return variable.domain if variable and variable.type == "category" else ()


def expanded(ledger: Ledger) -> Ledger:
    """Ledger whose claims by arm are claims of measures restricted to that arm.

    Counts that are printed for every arm and overall must add up; these sums are added as
    relations.
    """
    claims, of_arms = dict(ledger.claims), {}
    for name, claim in ledger.claims.items():
        if claim.arm and claim.measure in ledger.measures:
            slug = _slug(claim)
            claims[name] = replace(claim, measure=slug)
            of_arms[slug] = claim.measure, claim.arm
    ledger = with_measures_of_arms(replace(ledger, claims=claims, of_arms=of_arms))
    sums = {} if _is_partial(ledger) else dict(_sums(ledger, arms(ledger)))
    return replace(ledger, relations={**ledger.relations, **sums})


def with_measures_of_arms(ledger: Ledger) -> Ledger:
    """Ledger whose measures by arm are derived anew from the measures that they restrict."""
    made = {
        slug: _of_arms(slug, ledger.measures[measure], _named(arm), ledger)
        for slug, (measure, arm) in ledger.of_arms.items()
    }
    return with_families(replace(ledger, measures={**ledger.measures, **made}))


def _of_arms(slug: str, measure: Measure, named: list[str], ledger: Ledger) -> Measure:
    """The measure within an arm, or compared between arms."""
    codes = arms(ledger)
    labels = ledger.article.get("arms")
    titles = [str(labels[arm]) if isinstance(labels, Mapping) else arm for arm in named]
    label = f"{measure.label}, {' v '.join(titles)}"
    new = replace(measure, measure=slug, label=label)
    if len(named) == 1:
        inside = Expression(_is_in(named[0]))
        is_everyone = measure.kind == "count" and not measure.where.text
        if is_everyone:
            return replace(new, where=inside)
        return replace(new, among=_both(measure.among, inside))
    if len(named) == len(codes) > 2:
        new = replace(new, by=Expression(ARM))
    else:
        chosen = Expression(f"{ARM} in [{', '.join(map(_quoted, named))}]")
        among = measure.among if len(codes) == 2 else _both(measure.among, chosen)
        new = replace(new, among=among, by=Expression(_is_in(named[0])))
    if measure.kind == "comparison":
        return new
    return replace(new, kind="comparison", family="", method="", horizon="")


def _sums(ledger: Ledger, codes: tuple[str, ...]) -> Iterator[tuple[str, Relation]]:
    for name, measure in ledger.measures.items():
        parts = [f"{name}_{as_slug(code)}" for code in codes]
        printed = [
            [c for c in ledger.find(each, "n") if source_of(c) == ARTICLE]
            for each in (name, *parts)
        ]
        if measure.kind == "count" and parts and all(printed):
            text = f"{name} == {' + '.join(parts)}"
            note = f"{measure.label} by arm"
            slug = f"{name}{SUM_OF_ARMS}"
            yield slug, Relation(slug, "sum", Expression(text), printed[0][0].locus, note)


def _is_partial(ledger: Ledger) -> bool:
    """Whether the arm of some patients is unknown, so that arms need not add up to the total."""
    return ARM in ledger.variables and bool(ledger.variables[ARM].evaluable.text)


def _named(arm: str) -> list[str]:
    """Arms that a cell names."""
    return [each.strip() for each in arm.split("|")]


def _slug(claim: Claim) -> str:
    return f"{claim.measure}_{'_v_'.join(map(as_slug, _named(claim.arm)))}"


def as_slug(code: str) -> str:
    """Part of a measure's name that stands for an arm."""
    return "".join(c if c.isalnum() else "_" for c in normalize("NFKC", code))


def _quoted(code: str) -> str:
    return json.dumps(code, ensure_ascii=False)


def _is_in(code: str) -> str:
    return f"{ARM} == {_quoted(code)}"


def _both(first: Expression, second: Expression) -> Expression:
    return Expression(f"({first.text}) and {second.text}") if first.text else second
