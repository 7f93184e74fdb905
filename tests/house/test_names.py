"""Each public class of the two packages has a name of its own."""

import ast
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
