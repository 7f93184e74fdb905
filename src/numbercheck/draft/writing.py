"""Write a drafted ledger as the files that audit reads."""

import json
from collections.abc import Iterator
from itertools import permutations
from math import nan
from pathlib import Path

from numbercheck.draft.article import DraftError
from numbercheck.draft.drafting import Draft
from numbercheck.draft.naming import Drafted, number
from numbercheck.ledger.arms import as_slug
from numbercheck.ledger.new import new_ledger
from numbercheck.ledger.rows import columns_of
from numbercheck.tables import write_table

KINDS = {"population": "count"}


def write_draft(draft: Draft, directory: Path) -> None:
    """Write the ledger into a folder that is new or empty.

    Raises
    ------
    DraftError
        If there is something in the folder already; nothing is written then.
    """
    if directory.exists() and (not directory.is_dir() or any(directory.iterdir())):
        raise DraftError(f"{directory} is there already; name a new folder, nothing is overwritten")
    new_ledger(directory)
    measures = {d.slug: d for d in reversed(draft.measures)}  # in its first arm
    _write(directory, "measures", map(_measure, reversed(measures.values())))
    _write(directory, "claims", _claims(draft))
    _write(directory, "variables", _variables(draft))
    rows = ({"part": r.part, "order": str(r.order), "numeral": r.numeral, "set_aside": r.set_aside,
             "context": r.context} for r in draft.rows)  # fmt: skip
    _write(directory, "printed_numbers", rows)
    own = {"arms": draft.arms.names, "randomization": _ratio(draft)}
    if article := {**draft.front, **{name: value for name, value in own.items() if value}}:
        text = json.dumps(article, indent=2, ensure_ascii=False)
        (directory / "article.json").write_text(f"{text}\n", encoding="utf-8")


def _write(directory: Path, name: str, rows: Iterator[dict[str, str]]) -> None:
    columns = columns_of(name)
    cells = ([row.get(c, "").replace("\ufffd", "?") for c in columns] for row in rows)
    write_table(columns, cells, directory / f"{name}.csv")


def _measure(measure: Drafted) -> dict[str, str]:
    first = measure.first
    unit = first.unit or {"count": "patients", "population": "patients"}.get(first.kind, "")
    return {
        **{"measure": measure.slug, "label": first.label or "Not named", "unit": unit},
        **{"kind": KINDS.get(first.kind, first.kind), "where": measure.where},
        **{"among": measure.among, "endpoint": first.endpoint, "level": first.level},
        "horizon": f"{first.horizon:g}" if first.horizon else "",
    }


def _claims(draft: Draft) -> Iterator[dict[str, str]]:
    """The claims in the order of the article."""
    places = {(r.part, str(r.order)): i for i, r in enumerate(draft.rows)}
    found = []
    for measure in draft.measures:
        for i, entry in enumerate(measure.entries):
            orders = " ".join(entry.orders).split()  # none of `not reached`
            first = min((places[entry.part, each] for each in orders), default=len(places))
            found.append((first, i, entry, measure))
    slugs: set[str] = set()
    for _, i, entry, measure in sorted(found, key=lambda each: each[0]):
        arm = measure.first.arm
        joined = f"{entry.joined} {measure.entries[0].locus}" if i else ""
        guessed = measure.note if not i or "guess:" in measure.note else ""
        note = "; ".join(filter(None, (entry.finding.note, joined, guessed)))
        place = "".join(c for c in entry.locus.split(" · ")[0].lower() if c.isalnum())
        name = f"{place}_{measure.slug}" + (
            f"_{as_slug(arm).lower()}" if arm and "|" not in arm else ""
        )
        for each, numerals in zip(entry.finding.numbers, entry.orders, strict=True):
            slug = wanted = f"{name}_{each.statistic}"
            suffix = 2
            while slug in slugs:
                slug, suffix = f"{wanted}_{suffix}", suffix + 1
            slugs.add(slug)
            yield {
                **{"claim": slug, "locus": entry.locus, "measure": measure.slug, "arm": arm},
                **{"statistic": each.statistic, "printed": each.printed},
                **{"numerals": numerals, "note": note},
            }


def _variables(draft: Draft) -> Iterator[dict[str, str]]:
    """Flags that the drafted expressions read, but for those that only name their own measure."""
    seen: set[str] = set()
    for measure in draft.measures:
        if measure.first.kind == "quantity" and measure.where and measure.where not in seen:
            seen.add(measure.where)
            yield {"variable": measure.where, "label": measure.first.label, "type": "decimal"}
        if measure.codes:
            seen.add(measure.where)
            category = {"variable": measure.where, "type": "category"}
            yield category | {"label": measure.first.topic, "values": "|".join(measure.codes)}
        for name in (measure.where, measure.among):
            if name and name not in {"", measure.slug} | seen and "==" not in name:
                seen.add(name)
                yield {"variable": name, "label": measure.first.label, "type": "flag"}


def _ratio(draft: Draft) -> str:
    """The ratio of randomization in the order of the arms, where it is near that of their sizes."""
    sizes = {d.first.arm: number(d.printed("n")[0]) for d in reversed(draft.measures)
             if d.first.kind == "population" and d.printed("n")}  # fmt: skip
    found = [sizes.get(name, nan) for name in draft.arms.names]
    for parts in permutations(map(int, draft.ratio.split(":"))) if draft.ratio else ():
        if (
            len(parts) == len(found)
            and all((*found, *parts))
            and all(
                abs(n / sum(found) * sum(parts) / part - 1) < 0.15
                for n, part in zip(found, parts, strict=True)
            )
        ):
            return ":".join(map(str, parts))
    return ""
