"""One name for each public class, and one way to write a percentage."""

import ast
import re
from collections import defaultdict

from companion.project import ROOT


def test_no_two_public_classes_have_one_name():
    """A reader who meets a name knows which class is meant, in whichever room it is."""
    places = defaultdict(list)
    for path in sorted((ROOT / "src").rglob("*.py")):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                places[node.name].append(path.relative_to(ROOT).as_posix())

    assert {name: files for name, files in places.items() if len(files) > 1} == {}


def test_no_sentence_or_page_puts_a_space_before_a_percent_sign():
    """The terminal and the live page said 41.4 % where the report said 41.4%."""
    found = []
    for path in sorted((ROOT / "src").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.JoinedStr):
                parts = [p.value if isinstance(p, ast.Constant) else "0" for p in node.values]
                text = "".join(parts)
            else:
                text = node.value if isinstance(node, ast.Constant) else ""
            if isinstance(text, str) and re.search(r"\d %", text):
                found.append(f"{path.relative_to(ROOT)}:{node.lineno}")

    assert found == []
