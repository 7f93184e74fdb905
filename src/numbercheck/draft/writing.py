"""Write a drafted ledger as the files that audit reads."""

from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

from numbercheck.draft.article import DraftError
from numbercheck.draft.drafting import Draft
from numbercheck.draft.naming import Drafted
from numbercheck.ledger.new import new_ledger
from numbercheck.ledger.reading import FILES
from numbercheck.tables import write_table

KINDS = {"population": "count"}


def write_draft(draft: Draft, directory: Path) -> None:
    """Write the ledger into a folder that is new or empty.

    Raises
    ------
    DraftError
        If there is something in the folder already; nothing is written then.
    """
    if not draft.rows:
        raise DraftError("there are no numbers in it, so there is nothing to draft")
    if directory.exists() and (not directory.is_dir() or any(directory.iterdir())):
        raise DraftError(f"{directory} is there already; name a new folder, nothing is overwritten")
    new_ledger(directory)
    _write(directory, "measures", map(_measure, draft.measures))
    _write(directory, "claims", _claims(draft))
    _write(directory, "variables", _variables(draft))
    rows = ({"part": r.part, "order": str(r.order), "numeral": r.numeral, "set_aside": r.set_aside,
             "context": r.context} for r in draft.rows)  # fmt: skip
    _write(directory, "printed_numbers", rows)


def _write(directory: Path, name: str, rows: Iterator[dict[str, str]]) -> None:
    columns = [field.name for field in fields(FILES[name])]
    cells = ([row.get(column, "") for column in columns] for row in rows)
    write_table(columns, cells, directory / f"{name}.csv")


def _measure(measure: Drafted) -> dict[str, str]:
    first = measure.first
    unit = first.unit or {"count": "patients", "population": "patients"}.get(first.kind, "")
    return {
        **{"measure": measure.slug, "label": _label(measure), "unit": unit},
        **{"kind": KINDS.get(first.kind, first.kind), "where": measure.where},
        **{
            "among": measure.among,
            "by": measure.by,
            "endpoint": first.endpoint,
            "level": first.level,
        },
        "horizon": f"{first.horizon:g}" if first.horizon else "",
    }


def _label(measure: Drafted) -> str:
    label = measure.first.label or "Not named"
    if measure.first.kind == "population" and measure.first.arm:
        return f"Patients in {measure.first.arm}"
    return f"{label} ({measure.first.arm})" if measure.first.arm else label


def _claims(draft: Draft) -> Iterator[dict[str, str]]:
    slugs: set[str] = set()
    for measure in draft.measures:
        for i, entry in enumerate(measure.entries):
            joined = f"guess: the same as {measure.entries[0].locus}" if i else measure.note
            note = "; ".join(filter(None, (entry.finding.note, joined)))
            place = "".join(c for c in entry.locus.split(" · ")[0].lower() if c.isalnum())
            for number, orders in zip(entry.finding.numbers, entry.orders, strict=True):
                slug = wanted = f"{place}_{measure.slug}_{number.statistic}"
                suffix = 2
                while slug in slugs:
                    slug, suffix = f"{wanted}_{suffix}", suffix + 1
                slugs.add(slug)
                yield {
                    **{"claim": slug, "locus": entry.locus, "measure": measure.slug},
                    **{"statistic": number.statistic, "printed": number.printed},
                    **{"numerals": orders, "note": note},
                }


def _variables(draft: Draft) -> Iterator[dict[str, str]]:
    """The columns that the drafted expressions read: the arm, and a flag for each thing counted."""
    if draft.arms.names:
        yield {
            "variable": "arm",
            "label": "Arm",
            "type": "category",
            "values": "|".join(draft.arms.names),
        }
    seen = set()
    for measure in draft.measures:
        for name in (measure.where, measure.among):
            if name and "==" not in name and name not in seen:
                seen.add(name)
                yield {"variable": name, "label": measure.first.label, "type": "flag"}
