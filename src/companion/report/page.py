"""Put the page together from a folder of outputs and write it."""

import csv
import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from companion.audit import audit
from companion.ledger import Ledger
from companion.report.claims import Line, lines
from companion.report.displays import figures, tables
from companion.report.notebooks import notebooks
from companion.report.what_if import what_if
from companion.verify import WORDS, Verification, tally

SECTIONS = (
    ("overview", "Overview"),
    ("ledger", "Ledger"),
    ("what-if", "What if"),
    ("tables", "Tables"),
    ("figures", "Figures"),
    ("consistency", "Consistency"),
    ("notebooks", "Notebooks"),
    ("data", "Results"),
    ("methods", "Methods and limits"),
)


def write(output: Path, ledger: Ledger, rows: Sequence[Verification], label: str = "") -> None:
    """Write ``index.html``, which needs no other file, no network and no server.

    Parameters
    ----------
    output : Path
        Folder of a build: results, tables, figures, executed notebooks.
    ledger : Ledger
        What is printed.
    rows : sequence of Verification
        The verdict on every claim.
    label : str
        What must be seen wherever numbers of patients are, such as that they are
        reconstructed; empty for a trial's own data.
    """
    page = _environment().get_template("page.html").render(_content(output, ledger, rows, label))
    (output / "index.html").write_text(page, encoding="utf-8", newline="\n")


def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("companion.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["slug"] = _slug
    return environment


def _content(
    output: Path, ledger: Ledger, rows: Sequence[Verification], label: str
) -> dict[str, Any]:
    books = notebooks(output)
    ledger_lines = lines(ledger, rows, audit(ledger), books)
    results, consistency = _results(output), _consistency(output)
    return {
        "label": label,
        "sections": _sections(consistency),
        "article": ledger.article,
        "ledger": ledger,
        "lines": ledger_lines,
        "findings": [line for line in ledger_lines if line.row.verdict == "mismatch"],
        "counts": _counts(rows),
        "unchecked": _unchecked(ledger_lines),
        "parts": list(dict.fromkeys(line.claim.part for line in ledger_lines)),
        "numbers": sum(not line.claim.verbal for line in ledger_lines),
        "what_if": what_if(ledger),
        "tables": tables(output),
        "figures": figures(output),
        "notebooks": books,
        "results": results,
        "result_ids": {(r["measure"], r["statistic"]) for r in results},
        "consistency": consistency,
    }


def _sections(consistency: dict[str, Any]) -> list[tuple[str, str]]:
    """Parts of the page; there is one on consistency only where that was computed."""
    return [(id_, title) for id_, title in SECTIONS if id_ != "consistency" or consistency]


def _counts(rows: Sequence[Verification]) -> list[tuple[str, str, int, str]]:
    """Verdict, basis, how many, and in words; in the order of ``WORDS``, none left out."""
    found = tally(rows)
    keys = [*(k for k in WORDS if k in found), *(k for k in found if k not in WORDS)]
    return [(*key, found[key], WORDS.get(key, " ".join(key))) for key in keys]


def _unchecked(found: Sequence[Line]) -> list[tuple[str, int]]:
    """Why claims could not be checked, most frequent first."""
    kinds = Counter(line.verdict.kind for line in found if line.row.verdict == "unchecked")
    return kinds.most_common()


def _results(output: Path) -> list[dict[str, str]]:
    path = output / "results.csv"
    if not path.is_file():
        return []
    with path.open(newline="", encoding="utf-8") as handle:
        return list(csv.DictReader(handle))


def _consistency(output: Path) -> dict[str, Any]:
    path = output / "consistency.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}


def _slug(text: str) -> str:
    return "".join(c if (c.isalnum() and c.isascii()) or c in "_-" else "-" for c in text)
