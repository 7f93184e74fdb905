"""Every kind of finding has its item of each checklist, in the JSON document and in the docs."""

import json
import re

from sketch import Sketch

from companion.project import ROOT
from numbercheck.audit import to_json
from numbercheck.audit.checklists import ITEMS


def test_every_kind_of_mismatch_that_the_code_names_has_items():
    """Read from the code; kinds that are made of a statistic's name end in -differs."""
    folder = ROOT / "src/numbercheck/audit"
    code = "".join(path.read_text(encoding="utf-8") for path in folder.glob("*.py"))
    kinds = set(re.findall(r'"mismatch",\s*"([a-z-]+)"', code)) - {"match", "unchecked"}

    assert len(kinds) > 20
    assert kinds <= set(ITEMS)


def test_the_json_document_names_the_items_of_a_mismatch_only():
    s = Sketch()
    s.everyone(35)
    slug = s.count("crs", "crs", 16, "45%")
    rows = {row["claim"]: row for row in json.loads(to_json(s.ledger))["verdicts"]}

    assert rows[slug]["inspect_sr"] == "4.9 errors in statistical results"
    assert rows[slug]["tract"] == "6 Baseline characteristics, 7 Outcomes"
    assert rows["crs_n"]["inspect_sr"] == rows["crs_n"]["tract"] == ""


def test_the_table_in_the_docs_is_that_of_the_code():
    text = (ROOT / "docs/checklists.md").read_text(encoding="utf-8")

    assert re.findall(r"^\| `(.*)` \| (.*) \| (.*) \|$", text, re.MULTILINE) == [
        (kind, *items) for kind, items in sorted(ITEMS.items())
    ]
